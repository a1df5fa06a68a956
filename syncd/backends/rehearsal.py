"""A reminder calendar for rehearsals: reads the real one, and only pretends to write."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from syncd.model import Ended, Entry
from syncd.ports import ReminderCalendar, ReminderChanges


class Rehearsal:
    """What ``sync --dry-run`` writes to."""

    def __init__(self, real: ReminderCalendar) -> None:
        self._real = real

    @property
    def name(self) -> str:
        """The name of the real one."""
        return self._real.name

    @property
    def memory(self) -> Path | None:
        """That of the real one."""
        return self._real.memory

    def pull(self, cursor: str | None, since: datetime | None = None) -> ReminderChanges:
        """Read the real one."""
        return self._real.pull(cursor, since)

    def remember(self, entries: Iterable[Entry], ended: Iterable[Ended]) -> None:
        """Pretend."""

    def create(self, entry: Entry) -> Entry:
        """Pretend."""
        return entry

    def update(self, old: Entry, new: Entry) -> Entry:  # noqa: ARG002 - the port's signature
        """Pretend."""
        return new

    def delete(self, entry: Entry) -> None:
        """Pretend."""
