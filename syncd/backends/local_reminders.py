"""Reminders in files: in a vdir, one file each, or all in one .ics, among whatever else is there.

Other programs and the person write to the same files: each write here is a new file in the place of exactly the one
that was read, and changes nothing in it but our own event. Memory lies in the ledger beside them (``ledger``).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from syncd.backends import files
from syncd.backends.files import Fingerprint, Tree
from syncd.backends.ledger import Ledger, Written
from syncd.errors import Absurd, BadInput, Conflict, TryAgain
from syncd.model import Entry
from syncd.ports import ReminderChanges

if TYPE_CHECKING:
    from syncd.formats.ical_lines import Document

_VERSION = 1
_SUFFIX = ".ics"


@dataclass(slots=True)
class _Cursor:
    """What was there at the last look: the folder, the ledger, and for each file its state and our ids in it."""

    root: bool
    ledger: Fingerprint | None
    seen: dict[str, Fingerprint] = field(default_factory=dict)
    ids: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def __str__(self) -> str:
        listed = {name: [list(seen), list(self.ids.get(name, ()))] for name, seen in self.seen.items()}
        ledger = list(self.ledger) if self.ledger else None
        found = {"version": _VERSION, "root": self.root, "ledger": ledger, "files": listed}
        return json.dumps(found, separators=(",", ":"))

    @classmethod
    def load(cls, text: str | None) -> _Cursor | None:
        """None for none, and for one that this version can't use."""
        try:
            found = json.loads(text or "")
            if found["version"] != _VERSION:
                return None
            return cls(
                found["root"],
                _print(found["ledger"]) if found["ledger"] else None,
                {name: _print(seen) for name, (seen, _) in found["files"].items()},
                {name: tuple(ids) for name, (_, ids) in found["files"].items()},
            )
        except (ValueError, KeyError, TypeError, AttributeError):
            return None


def _print(numbers: list[int]) -> Fingerprint:
    inode, size, mtime, ctime = numbers
    return inode, size, mtime, ctime


@dataclass(slots=True)
class _Listing:
    """Everything of ours that stands; ``unread`` has for each file that couldn't be read what may be in it."""

    entries: dict[str, Entry] = field(default_factory=dict)
    ids: dict[str, tuple[str, ...]] = field(default_factory=dict)
    unread: dict[str, frozenset[str]] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Place:
    """The file that holds a reminder, as just read."""

    path: Path
    document: Document
    seen: Fingerprint
    entry: Entry


class LocalReminders:
    """The reminder calendar (``syncd.ports.ReminderCalendar``) in files at *path*, for a user in *zone*.

    An existing folder is a vdir; else a suffix of ``.ics`` makes it a single file; else it is a vdir to be made by the
    first write. *now* is what DTSTAMP and LAST-MODIFIED say.
    """

    def __init__(self, path: Path, zone: ZoneInfo, now: datetime) -> None:
        self._path = path
        self._zone = zone
        self._now = now
        self._vdir = path.is_dir() or path.suffix.lower() != _SUFFIX
        self._ledger = Ledger(path / ".syncd-ledger" if self._vdir else path.with_name(f"{path.name}.syncd"))
        self._adopted = False

    @property
    def name(self) -> str:
        """The path."""
        return str(self._path)

    def pull(self, cursor: str | None) -> ReminderChanges:
        """As the port says; what changed is always given as the complete listing. Writes nothing.

        Raises ``Absurd`` where the folder or the ledger was there at the last pull and no longer is (a pull without
        a cursor takes what there is), and ``TryAgain`` where a file that can't be read may hold one that is missing.
        """
        old = _Cursor.load(cursor)
        self._adopted = False
        tree, state = self._look(old)
        if old is not None and (old.seen, old.ledger) == (state.seen, state.ledger):
            state.ids = old.ids
            return ReminderChanges(cursor=str(state))
        known = self._ledger.read()
        listing = self._list(tree, known, old)
        missing = known.keys() - listing.entries.keys()
        self._refuse_half_a_look(missing, known, listing)
        state.ids = listing.ids
        return ReminderChanges(
            cursor=str(state),
            entries=tuple(listing.entries.values()),
            ended=tuple(known[event_id].gone() for event_id in known if event_id in missing),
            complete=True,
            warnings=tuple(listing.warnings),
        )

    def _look(self, old: _Cursor | None) -> tuple[Tree, _Cursor]:
        try:
            tree = self._files()
        except OSError as problem:
            raise BadInput(f"{self._path}: can't be read: {problem.strerror}") from problem
        root = self._path.is_dir() if self._vdir else self._path.parent.is_dir()
        ledger = files.look(self._ledger.path)
        if old is not None and old.root and not root:
            raise Absurd(f"{self._path} is gone; is it mounted?")
        if old is not None and old.ledger and not ledger:
            raise Absurd(f"{self._ledger.path}, the memory of the reminders, is gone; is {self._path} mounted?")
        return tree, _Cursor(root, ledger, tree.prints)

    def _files(self) -> Tree:
        if not self._vdir:
            seen = files.look(self._path)
            return Tree({self._path.name: self._path}, {self._path.name: seen}) if seen else Tree()
        try:
            return files.look_into(self._path, _SUFFIX, deep=False)
        except (FileNotFoundError, NotADirectoryError):
            return Tree()

    def _list(self, tree: Tree, known: dict[str, Written], old: _Cursor | None = None) -> _Listing:
        listing = _Listing()
        # The file under an id's own name comes first: what a sync tool left as "... (conflict).ics" is a copy.
        for name in sorted(tree.files, key=lambda name: (Path(name).stem not in known, name)):
            ids = old.ids.get(name) if old else None
            self._list_file(name, tree.files[name], known, ids, listing)
        return listing

    def _list_file(
        self, name: str, path: Path, known: dict[str, Written], ids: tuple[str, ...] | None, listing: _Listing
    ) -> None:
        from syncd.formats import ical_reminder  # here: an idle pull must not load the icalendar library
        from syncd.formats.ical_lines import parse

        expected = frozenset(ids if ids is not None else [Path(name).stem])
        listing.ids[name] = tuple(sorted(expected))
        try:
            data, _ = files.read(path)
        except FileNotFoundError:
            raise TryAgain(f"{path} vanished while the reminders were read") from None
        except OSError as problem:
            listing.warnings.append(f"{path}: can't be read: {problem.strerror}")
            listing.unread[str(path)] = expected
            return
        document = parse(data)
        found = ical_reminder.find(document, self._zone, {i: written.pairs for i, written in known.items()})
        if document.transcoded or not document.whole:
            listing.warnings.append(f"{path}: it is not a whole iCalendar file in UTF-8")
            inside = frozenset(i for i in known if i.encode() in document.data)
            listing.unread[str(path)] = expected | inside if self._vdir else frozenset(known)
        for event_id, reason in found.broken.items():
            listing.warnings.append(f"{path}: reminder {event_id} can't be understood: {reason}")
            listing.unread[str(path)] = listing.unread.get(str(path), frozenset()) | {event_id}
        for event_id, entry in found.entries.items():
            listing.entries.setdefault(event_id, replace(entry, href=name))
        if str(path) not in listing.unread:
            listing.ids[name] = tuple(found.entries)

    def _refuse_half_a_look(self, missing: set[str], known: dict[str, Written], listing: _Listing) -> None:
        """What may lie in a file that couldn't be read isn't gone."""
        open_ones = {event_id for event_id in missing if not known[event_id].ended}
        for path, ids in listing.unread.items():
            if ids & open_ones:
                raise TryAgain(f"{path}: a reminder of ours in it can't be read; repair that file, or delete it")

    def create(self, entry: Entry) -> Entry:
        """As the port says: the event first, then the ledger, so that a crash in between loses nothing."""
        from syncd.formats import ical_reminder

        self._adopt()
        if entry.event_id in self._ledger.read():
            raise Conflict(f"{entry.event_id} was used before")
        path = self._path / f"{entry.event_id}{_SUFFIX}" if self._vdir else self._path
        with files.writing(path):
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        document, seen = self._open(path)
        if document and (self._vdir or any(c.text("UID") == entry.event_id for _, c in document.components("VEVENT"))):
            raise Conflict(f"{path} has a {entry.event_id} already")
        data = ical_reminder.added(document, entry, self._zone, self._now)
        files.replace(path, data, seen)
        self._ledger.wrote([entry])
        return self._stored(data, path, entry)

    def update(self, old: Entry, new: Entry) -> Entry:
        """As the port says."""
        from syncd.formats import ical_reminder

        self._adopt()
        place = self._locate(old)
        if place is None:
            raise Conflict(f"{old.event_id} is gone since it was read")
        data = ical_reminder.changed(place.document, old, new, self._zone, self._now)
        if data == place.document.data:
            return place.entry
        files.replace(place.path, data, place.seen)
        return self._stored(data, place.path, new)

    def delete(self, entry: Entry) -> None:
        """As the port says: the ledger first, so that a crash in between never makes it the person's doing."""
        from syncd.formats import ical_reminder

        self._adopt()
        place = self._locate(entry)
        if place is None:
            return
        self._ledger.ending(entry.event_id)
        rest = ical_reminder.removed(place.document, entry.event_id)
        if rest.empty and (self._vdir or rest.ours):
            files.remove(place.path, place.seen)
        else:
            files.replace(place.path, rest.data, place.seen)

    def _adopt(self) -> None:
        """Before the first write after a pull: note what stands though the ledger doesn't say so (after a crash)."""
        if not self._adopted:
            known = self._ledger.read()
            standing = self._list(self._files(), known).entries
            self._ledger.wrote(e for i, e in standing.items() if i not in known or known[i].ended)
            self._adopted = True

    def _open(self, path: Path) -> tuple[Document | None, Fingerprint | None]:
        """A file to write to; no document for one that is not there, or blank."""
        from syncd.formats.ical_lines import parse

        try:
            data, seen = files.read(path)
        except FileNotFoundError:
            return None, None
        except OSError as problem:
            raise TryAgain(f"{path}: can't be read: {problem.strerror}") from problem
        if not data.strip():
            return None, seen
        document = parse(data)
        if document.transcoded or not document.whole or not any(root.name == "VCALENDAR" for root in document.roots):
            raise TryAgain(f"{path}: it is not a whole iCalendar file in UTF-8, so nothing is written to it")
        return document, seen

    def _locate(self, entry: Entry) -> _Place | None:
        """Where *entry* stands now. Raises ``Conflict`` where it is not as last read."""
        from syncd.formats import ical_reminder

        written = self._ledger.read().get(entry.event_id)
        known = {entry.event_id: written.pairs} if written else {}
        for path in self._candidates(entry):
            document, seen = self._open(path)
            if document is None or seen is None:
                continue
            found = ical_reminder.find(document, self._zone, known)
            if entry.event_id in found.broken:
                raise Conflict(f"{path}: {entry.event_id} can't be understood any more")
            now = found.entries.get(entry.event_id)
            if now is not None:
                if now.etag != entry.etag:
                    raise Conflict(f"{path}: {entry.event_id} changed since it was read")
                return _Place(path, document, seen, replace(now, href=self._href(path)))
        return None

    def _candidates(self, entry: Entry) -> Iterator[Path]:
        """The files that may hold *entry*: where it was read, where it would be written, and all that name it."""
        if not self._vdir:
            yield self._path
            return
        likely = [self._path / name for name in (entry.href, f"{entry.event_id}{_SUFFIX}") if name]
        yield from likely
        for path in self._files().files.values():
            with suppress(OSError):
                if path not in likely and entry.event_id.encode() in files.read(path)[0]:
                    yield path

    def _href(self, path: Path) -> str:
        return path.name if self._vdir else self._path.name

    def _stored(self, data: bytes, path: Path, entry: Entry) -> Entry:
        """The entry as *data* has it."""
        from syncd.formats import ical_reminder
        from syncd.formats.ical_lines import parse

        found = ical_reminder.find(parse(data), self._zone, {entry.event_id: entry.marks})
        return replace(found.entries[entry.event_id], href=self._href(path))
