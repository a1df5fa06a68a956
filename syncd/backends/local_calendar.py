"""Calendars in files, read only: a single .ics, a vdir (a folder of .ics files), or a folder of vdirs.

A pull of an unchanged tree costs a stat of each file; the iCalendar reader isn't even loaded then.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from syncd.backends import files
from syncd.backends.files import Fingerprint, Tree
from syncd.errors import Absurd, BadInput
from syncd.model import Event
from syncd.ports import EventChanges

_VERSION = 1
_AHEAD = timedelta(days=60)
"""How much farther than asked recurring events are expanded, so that the window can move without reading again."""

_NEVER: Fingerprint = (0, 0, 0, 0)
"""No file's: one to look at again next time, because it couldn't be read or wasn't whole."""


@dataclass(frozen=True, slots=True)
class _Known:
    """A file as last read."""

    seen: Fingerprint
    recurring: bool


@dataclass(slots=True)
class _Cursor:
    """What was read, and the window that recurring events were expanded to."""

    folder: bool
    zone: str
    since: datetime
    until: datetime
    files: dict[str, _Known] = field(default_factory=dict)

    def covers(self, since: datetime, until: datetime) -> bool:
        return self.since <= since and until <= self.until

    def __str__(self) -> str:
        return json.dumps(
            {
                "version": _VERSION,
                "folder": self.folder,
                "zone": self.zone,
                "since": self.since.isoformat(),
                "until": self.until.isoformat(),
                "files": {name: [*known.seen, int(known.recurring)] for name, known in self.files.items()},
            },
            separators=(",", ":"),
        )

    @classmethod
    def load(cls, text: str | None) -> _Cursor | None:
        """None for none, and for one that this version can't use."""
        try:
            found = json.loads(text or "")
            if found["version"] != _VERSION:
                return None
            return cls(
                found["folder"],
                found["zone"],
                datetime.fromisoformat(found["since"]),
                datetime.fromisoformat(found["until"]),
                {
                    name: _Known((inode, size, mtime, ctime), bool(recurring))
                    for name, (inode, size, mtime, ctime, recurring) in found["files"].items()
                },
            )
        except (ValueError, KeyError, TypeError, AttributeError):
            return None


class LocalCalendar:
    """The calendar source (``syncd.ports.CalendarSource``) over files at *path*, for a user in *zone*.

    A file that can't be read now, or whose end is missing, keeps the events last known of it. The same UID in several
    files is given from each: the caller tells by ``Event.cause``. Occurrences may be given up to 60 days beyond what is
    asked.
    """

    def __init__(self, path: Path, zone: ZoneInfo, checkpoint: Callable[[], None] = lambda: None) -> None:
        """*checkpoint* is called before each file that is opened, and may end the pull there by raising."""
        self._path = path
        self._zone = zone
        self._checkpoint = checkpoint

    @property
    def name(self) -> str:
        """The path."""
        return str(self._path)

    def pull(self, cursor: str | None, since: datetime, until: datetime) -> EventChanges:
        """As the port says. A full pull leaves out what can't be read at that moment."""
        old = _Cursor.load(cursor)
        tree = self._look(was_there=old is not None)
        folder = self._path.is_dir()
        full = old is None or old.zone != self._zone.key or old.folder != folder
        if full or old is None:
            old = _Cursor(folder, self._zone.key, since, until + _AHEAD)
        fits = old.covers(since, until)
        if not fits:  # what was expanded once stays expanded: an occurrence never vanishes because time passes
            old.since, old.until = min(old.since, since), until + _AHEAD
        return self._compare(tree, old, again=not fits, complete=full)

    def _look(self, *, was_there: bool) -> Tree:
        try:
            if self._path.is_dir():
                return files.look_into(self._path, ".ics", deep=True)
            name = self._path.name
            return Tree({name: self._path}, {name: files.fingerprint(self._path.stat())})
        except (FileNotFoundError, NotADirectoryError):
            if was_there:
                raise Absurd(
                    f"{self._path} is gone; is it mounted? If it is gone for good, take it out of [local] calendars in "
                    "the config"
                ) from None
            raise BadInput(f"{self._path}: there is no such calendar file or folder") from None
        except OSError as problem:
            raise BadInput(f"{self._path}: can't be read: {problem.strerror}") from problem

    def _compare(self, tree: Tree, old: _Cursor, *, again: bool, complete: bool) -> EventChanges:
        new = _Cursor(old.folder, old.zone, old.since, old.until)
        changed: dict[str, tuple[Event, ...]] = {}
        warnings = [f"{self._path / folder}: {reason}" for folder, reason in tree.closed.items()]
        for name, path in tree.files.items():
            known = old.files.get(name)
            if known is not None and known.seen == tree.prints[name] and not (again and known.recurring):
                new.files[name] = known
                continue
            read = self._read(name, path, known, new, warnings)
            if read is not None:
                changed[name] = read
        missing = set(old.files) - set(tree.files)
        kept = {name for name in missing if tree.is_closed(name)}
        new.files |= {name: old.files[name] for name in kept}
        return EventChanges(
            cursor=str(new),
            changed=changed,
            gone=frozenset(missing - kept),
            complete=complete,
            warnings=tuple(warnings),
        )

    def _read(
        self, name: str, path: Path, known: _Known | None, new: _Cursor, warnings: list[str]
    ) -> tuple[Event, ...] | None:
        """The events of a file, None where those last known stand."""
        self._checkpoint()
        try:
            data, seen = files.read(path)
        except OSError as problem:
            warnings.append(f"{path}: can't be read: {problem.strerror}")
            if known:
                new.files[name] = _Known(_NEVER, known.recurring)
            return None
        from syncd.formats import ical  # here: an idle pull must not load the icalendar library

        reading = ical.read(data, self._zone, new.since, new.until, source=self.name, href=name)
        base = self._path if new.folder else self._path.parent
        warnings += [f"{base}/{warning}" for warning in reading.warnings]
        if reading.state != "whole":
            warnings.append(f"{path}: {_STATES[reading.state]}")
            if known:
                new.files[name] = _Known(_NEVER, known.recurring)
                return None
        new.files[name] = _Known(seen, reading.recurring)
        return reading.events


_STATES = {
    "cut": "its END:VCALENDAR is missing; what was known of it stands until it is whole",
    "none": "it is no iCalendar file; what was known of it stands",
}
