"""How a record of the log is written: a line for people, with systemd's priority or the time in front, or JSON."""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Iterable, Mapping
from datetime import datetime, tzinfo
from typing import TextIO

_PRIORITY = {logging.DEBUG: 7, logging.INFO: 6, logging.WARNING: 4, logging.ERROR: 3, logging.CRITICAL: 2}
"""As sd-daemon(3) has them: "<3>" in front of a line makes it an error."""
_ROOM = 32_000
"""Bytes of a line for a list in it: journald breaks lines of more than 48 kB (journald.conf(5), LineMax=)."""


class Journal(logging.Handler):
    """Writes to *stream*, a line for each line of a record.

    ``as_json`` and ``zone`` (of the time in front) are the config's, and may change. What a record carries as
    ``fields`` stands beside the message in JSON.
    """

    def __init__(self, stream: TextIO, zone: tzinfo | None, *, priorities: bool, as_json: bool = False) -> None:
        super().__init__()
        self.zone, self.as_json = zone, as_json
        self._stream, self._priorities = stream, priorities

    def emit(self, record: logging.LogRecord) -> None:
        """Write *record*. Where nobody reads any more, it is lost, and that is all."""
        lines = [self._object(record)] if self.as_json else self.format(record).splitlines()
        front = self._front(record)
        try:
            self._stream.write("".join(f"{front}{_safe(line)}\n" for line in lines))
            self._stream.flush()
        except (OSError, ValueError):  # ValueError: closed
            return

    def _front(self, record: logging.LogRecord) -> str:
        if self._priorities:
            return f"<{_priority(record.levelno)}>"
        return "" if self.as_json else f"{self._time(record):%Y-%m-%d %H:%M:%S} "

    def _object(self, record: logging.LogRecord) -> str:
        fields = getattr(record, "fields", {})
        told = {
            "time": self._time(record).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "message": self.format(record),
        }
        return json.dumps(told | fields, ensure_ascii=False)

    def _time(self, record: logging.LogRecord) -> datetime:
        return datetime.fromtimestamp(record.created, self.zone).astimezone(self.zone)


def _priority(level: int) -> int:
    return next((_PRIORITY[known] for known in sorted(_PRIORITY, reverse=True) if level >= known), 7)


def _safe(line: str) -> str:
    """Nothing that a terminal would obey, and nothing that would begin a line of its own."""
    return "".join(letter if letter.isprintable() else " " for letter in line).rstrip()


def fitting(rows: Iterable[Mapping[str, str]]) -> list[Mapping[str, str]]:
    """As many of *rows*, from the first on, as may stand in one line of the log."""
    told: list[Mapping[str, str]] = []
    room = _ROOM
    for row in rows:
        room -= len(json.dumps(dict(row), ensure_ascii=False).encode(errors="replace"))
        if room < 0:
            break
        told.append(row)
    return told


def read_by_systemd(stream: TextIO, environ: Mapping[str, str]) -> bool:
    """Whether *stream* leads to systemd's journal: ``$JOURNAL_STREAM`` names its device and inode (systemd.exec(5))."""
    try:
        found = os.fstat(stream.fileno())
    except (OSError, ValueError):
        return False
    return environ.get("JOURNAL_STREAM", "") == f"{found.st_dev}:{found.st_ino}"
