"""Where the log goes when a person runs a command: warnings to stderr, and everything with ``--debug``."""

from __future__ import annotations

import logging

from syncd.cli._frame import warn


class Told(logging.Handler):
    """Says a record as the commands say what isn't the answer."""

    def emit(self, record: logging.LogRecord) -> None:
        """Print it in one line."""
        warn(self.format(record))


def listen(*, debug: bool) -> None:
    """Have syncd's own log told from now on; what libraries log may hold mail or secrets, and is not."""
    log = logging.getLogger("syncd")
    log.handlers = [handler for handler in log.handlers if not isinstance(handler, Told)]
    handler = Told(logging.DEBUG if debug else logging.WARNING)
    log.addHandler(handler)
    log.setLevel(logging.DEBUG if debug else logging.NOTSET)
