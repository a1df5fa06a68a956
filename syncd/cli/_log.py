"""Where the log goes while a person's command runs: warnings to stderr, and everything with ``--debug``."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from syncd.cli._frame import warn


class _Told(logging.Handler):
    """Says a record as the commands say what isn't the answer."""

    def emit(self, record: logging.LogRecord) -> None:
        warn(self.format(record))


@contextmanager
def listening(*, debug: bool) -> Iterator[None]:
    """Have syncd's own log told meanwhile; what libraries log may hold mail or secrets, and is not."""
    log, before = logging.getLogger("syncd"), logging.getLogger("syncd").level
    handler = _Told(logging.DEBUG if debug else logging.WARNING)
    log.addHandler(handler)
    if debug:
        log.setLevel(logging.DEBUG)
    try:
        yield
    finally:
        log.removeHandler(handler)
        log.setLevel(before)


@contextmanager
def instead(handler: logging.Handler, level: int) -> Iterator[None]:
    """Have syncd's own log go to *handler*, from *level* on, and nowhere else meanwhile."""
    log = logging.getLogger("syncd")
    before, handlers = log.level, list(log.handlers)
    log.handlers = [handler]
    log.setLevel(level)
    try:
        yield
    finally:
        log.handlers = handlers
        log.setLevel(before)
