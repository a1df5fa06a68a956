"""Reminders in files: in a vdir, one file each, or all in one .ics, among whatever else is there.

Other programs and the person write to the same files: each write here is a new file in the place of exactly the one
that was read, and changes nothing in it but our own event. Memory lies in the ledger beside them (``ledger``).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from syncd.backends import files
from syncd.backends.files import Fingerprint, Tree
from syncd.backends.ledger import Ledger, Written
from syncd.backends.reminder_cursor import Cursor
from syncd.backends.reminder_listing import Listing, listed
from syncd.errors import Absurd, BadInput, Conflict, TryAgain
from syncd.model import Ended, Entry
from syncd.ports import ReminderChanges

if TYPE_CHECKING:
    from syncd.formats.ical_lines import Document

_SUFFIX = ".ics"
_GO_ON = "run: syncd sync --allow-mass-change"


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

    @property
    def memory(self) -> Path:
        """The ledger."""
        return self._ledger.path

    def pull(self, cursor: str | None, since: datetime | None = None) -> ReminderChanges:  # noqa: ARG002 - it gives all
        """As the port says; what changed is always given as the complete listing. Writes nothing.

        Raises ``Absurd`` where the folder or the ledger was there at the last pull and no longer is (a pull without
        a cursor takes what there is), and ``TryAgain`` where a file that can't be read may hold one that is missing.
        """
        old = Cursor.load(cursor)
        self._adopted = False
        tree, state = self._look(old)
        if old is not None and (old.seen, old.ledger) == (state.seen, state.ledger):
            state.ids = old.ids
            return ReminderChanges(cursor=str(state))
        known = self._ledger.read()
        listing = self._list(tree, known, old)
        missing = known.keys() - listing.entries.keys()
        self._refuse_half_a_look(missing, known, listing)
        state.ids, state.told = listing.ids, frozenset(listing.again)
        return ReminderChanges(
            cursor=str(state),
            entries=tuple(listing.entries.values()),
            ended=tuple(ended for event_id in known if event_id in missing and (ended := known[event_id].gone())),
            vanished=frozenset(event_id for event_id in missing if not known[event_id].ended),
            complete=True,
            warnings=tuple(listing.warnings),
        )

    def remember(self, entries: Iterable[Entry], ended: Iterable[Ended]) -> None:
        """As the port says: into the ledger goes what it lacks, and who ended what it has as standing."""
        known = self._ledger.read()
        lacking = [Written.of(entry) for entry in entries if entry.event_id not in known]
        dismissed = []
        for one in ended:
            written = known.get(one.event_id)
            if written is None:
                lacking += [new] if (new := Written.gone_already(one)) else []
            elif not written.ended and one.by_person:
                dismissed.append(one.event_id)
        with files.writing(self._ledger.path):
            if lacking or dismissed:
                self._ledger.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._ledger.note(lacking)
        self._ledger.dismissed(dismissed)

    def _look(self, old: Cursor | None) -> tuple[Tree, Cursor]:
        try:
            tree = self._files()
        except OSError as problem:
            raise BadInput(f"{self._path}: can't be read: {problem.strerror}") from problem
        root = self._path.is_dir() if self._vdir else self._path.parent.is_dir()
        ledger = files.look(self._ledger.path)
        if old is not None and old.root and not root:
            raise Absurd(f"{self._path} is gone; is it mounted? If you deleted the reminders with it, {_GO_ON}")
        if old is not None and old.ledger and not ledger:
            raise Absurd(
                f"{self._ledger.path}, the memory of the reminders, is gone; is {self._path} mounted? "
                f"If it is, and only that file is lost, {_GO_ON}"
            )
        return tree, Cursor(root, ledger, tree.prints)

    def _files(self) -> Tree:
        if not self._vdir:
            seen = files.look(self._path)
            return Tree({self._path.name: self._path}, {self._path.name: seen}) if seen else Tree()
        try:
            return files.look_into(self._path, _SUFFIX, deep=False)
        except (FileNotFoundError, NotADirectoryError):
            return Tree()

    def _list(self, tree: Tree, known: dict[str, Written], old: Cursor | None = None) -> Listing:
        marks = {event_id: written.pairs for event_id, written in known.items()}
        return listed(tree, marks, old, zone=self._zone, vdir=self._vdir)

    def _refuse_half_a_look(self, missing: set[str], known: dict[str, Written], listing: Listing) -> None:
        """What may lie in a file that couldn't be read isn't gone."""
        open_ones = {event_id for event_id in missing if not known[event_id].ended}
        for path, ids in listing.unread.items():
            if ids & open_ones:
                raise TryAgain(
                    f"{path}: a reminder of ours in it can't be read; try again; if it stays so, restore the file from "
                    "a backup (to delete it is to dismiss the reminders in it)"
                )

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
        stored = self._stored(data, path, entry)
        self._ledger.wrote(stored)
        return stored

    def update(self, old: Entry, new: Entry) -> Entry:
        """As the port says: the event first, then the ledger."""
        from syncd.formats import ical_reminder

        self._adopt()
        place = self._locate(old)
        if place is None:
            raise Conflict(f"{old.event_id} is gone since it was read")
        data = ical_reminder.changed(place.document, old, new, self._zone, self._now)
        if data == place.document.data:
            return place.entry
        files.replace(place.path, data, place.seen)
        stored = self._stored(data, place.path, new)
        if self._ledger.read().get(new.event_id) != Written.of(stored):
            self._ledger.wrote(stored)
        return stored

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
            self._ledger.wrote(*(e for i, e in standing.items() if known.get(i) != Written.of(e)))
            self._ledger.tidy()
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
