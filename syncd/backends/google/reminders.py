"""Reminders in a Google calendar, among whatever else is there.

Every write is conditional, says nothing to anybody, and can be told from one whose answer was lost: then what stands is
read, and it is either what was wanted or a conflict. Whose doing an end was is told by ``syncdState`` on what Google
keeps of a deleted event.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from syncd import marks
from syncd.backends.google import reminder_json
from syncd.backends.google.event_json import BROKEN, cancelled, identifier, warning
from syncd.backends.google.faults import Refused
from syncd.backends.google.feed import Feed
from syncd.backends.google.session import Session
from syncd.errors import BadConfig, Conflict, Declined
from syncd.formats.ical_lines import shown
from syncd.model import Ended, Entry
from syncd.ports import ReminderChanges

if TYPE_CHECKING:
    from googleapiclient.http import HttpRequest

_TAKER = "reminders"
_GONE = frozenset({404, 410})
_CHANGED = 412
_USED = 409


class GoogleReminders:
    """The reminder calendar (``syncd.ports.ReminderCalendar``) that Google calls *name*, for a user in *zone*.

    *feed* is that calendar's, with deleted events. A pull is its listing and nothing more; a write is one request, a
    removal two.
    """

    def __init__(self, session: Session, feed: Feed, name: str, zone: ZoneInfo) -> None:
        self._session = session
        self._feed = feed
        self._name = name
        self._zone = zone
        self._met: dict[str, Entry | Ended] = {}
        """What a create met under its id, until the next pull tells it."""

    @property
    def name(self) -> str:
        """The calendar's id."""
        return self._name

    @property
    def memory(self) -> None:
        """None: Google remembers which ids were used."""
        return

    def remember(self, entries: Iterable[Entry], ended: Iterable[Ended]) -> None:
        """Nothing to note: an id that was used can't be used again, and says so."""

    def pull(self, cursor: str | None, since: datetime | None = None) -> ReminderChanges:
        """As the port says.

        ``gone`` are deleted ones that Google tells no more of than the id, and those that lost their marks.
        """
        listing = self._feed.changes(_TAKER, cursor or None, since)
        found = _Found(self._name, self._zone)
        for item in listing.items:
            found.add(item)
        found.tell(self._met)
        self._met = {}
        return ReminderChanges(
            cursor=listing.token,
            entries=tuple(found.entries.values()),
            ended=tuple(found.ended.values()),
            gone=frozenset(found.gone),
            complete=listing.complete,
            warnings=tuple(found.warnings),
        )

    def create(self, entry: Entry) -> Entry:
        """As the port says, save that the very same may be created again while it stands: an answer may have been lost.

        Whatever else had the id is told by the next pull, so that who decides again knows of it.
        """
        insert = self._session.events.insert(
            calendarId=self._name, body=reminder_json.body(entry, self._zone), sendUpdates="none"
        )
        try:
            return self._stored(self._write(insert, entry), entry.event_id)
        except Refused as refusal:
            if refusal.status != _USED:
                raise
        return self._met_under(entry)

    def update(self, old: Entry, new: Entry) -> Entry:
        """As the port says; what Google would not store is no difference."""
        changes = reminder_json.patch(old, new, self._zone)
        if not changes:
            return old
        patch = self._session.events.patch(
            calendarId=self._name, eventId=old.event_id, body=changes, sendUpdates="none"
        )
        try:
            return self._stored(self._write(patch, new, old.etag), old.event_id)
        except Refused as refusal:
            if refusal.status in _GONE:
                raise Conflict(f"{old.event_id} is gone since it was read") from refusal
            if refusal.status != _CHANGED:
                raise
            # Ours may have been the change, and only the answer to it lost.
            standing = self._standing(old.event_id)
            if standing is None or not reminder_json.same(standing, new, self._zone):
                raise Conflict(f"{old.event_id} changed since it was read") from refusal
            return standing

    def delete(self, entry: Entry) -> None:
        """As the port says: first it is noted on it that syncd does it, so that what is left of it tells."""
        ending = reminder_json.ending(entry)
        try:
            etag = self.update(entry, ending).etag
            delete = self._session.events.delete(calendarId=self._name, eventId=entry.event_id, sendUpdates="none")
            self._write(delete, entry, etag)
        except (Conflict, Refused) as problem:
            if isinstance(problem, Refused) and problem.status not in {*_GONE, _CHANGED}:
                raise
            if self._standing(entry.event_id) is not None:
                raise Conflict(f"{entry.event_id} changed since it was read") from problem

    def _met_under(self, entry: Entry) -> Entry:
        """What has the id of *entry* already: itself, where only the answer was lost; else a conflict to be told of."""
        item = self._get(entry.event_id)
        standing = self._read(item)
        if standing is not None and reminder_json.same(standing, entry, self._zone):
            return standing
        met = standing or _end_of(entry, item)
        if met is not None:
            self._met[entry.event_id] = met
        raise Conflict(f"{entry.event_id} was used before")

    def _write(self, request: HttpRequest, entry: Entry, etag: str = "") -> dict[str, Any]:
        """What Google answers to a write of *entry*. Raises ``Declined`` where it refuses this one alone."""
        try:
            return self._session.ask(request, etag=etag)
        except Refused as refusal:
            if refusal.status not in {400, 403} or refusal.all_alike:
                raise
            if refusal.reason == "requiredAccessLevel" or (refusal.reason == "forbidden" and request.method == "POST"):
                raise BadConfig(
                    f"you may not write to the calendar {self._name}; set [calendar] write to one of your own "
                    f"({refusal})"
                ) from refusal
            raise Declined(f'the reminder "{shown(entry.title)}" can\'t be written: {refusal}') from refusal

    def _get(self, event_id: str) -> dict[str, Any]:
        """What Google has under that id, also of a deleted one; {} for nothing."""
        try:
            return self._session.ask(self._session.events.get(calendarId=self._name, eventId=event_id))
        except Refused as refusal:
            if refusal.status not in _GONE:
                raise
            return {}

    def _read(self, item: dict[str, Any]) -> Entry | None:
        try:
            return reminder_json.read_entry(item, self._zone)
        except BROKEN:
            return None

    def _standing(self, event_id: str) -> Entry | None:
        return self._read(self._get(event_id))

    def _stored(self, answer: dict[str, Any], event_id: str) -> Entry:
        """What a write was answered, as the entry that it is now."""
        entry = self._read(answer)
        if entry is None or entry.event_id != event_id:
            raise Conflict(f"{event_id} is not what was written")
        return entry


def _end_of(entry: Entry, item: dict[str, Any]) -> Ended | None:
    """How the one ended that had the id of *entry* before, of which Google has *item* left, or nothing.

    It was the person's doing where nothing says that it was ours. None where *entry* has no marks to know it by.
    """
    left = reminder_json.read_ended(item) if cancelled(item) else None
    mine = marks.from_pairs(entry.marks)
    return left or (reminder_json.ended(mine, by_person=True) if mine is not None else None)


class _Found:
    """What of a listing is ours."""

    def __init__(self, calendar: str, zone: ZoneInfo) -> None:
        self._calendar = calendar
        self._zone = zone
        self.entries: dict[str, Entry] = {}
        self.ended: dict[str, Ended] = {}
        self.gone: set[str] = set()
        self.warnings: list[str] = []

    def add(self, item: dict[str, Any]) -> None:
        """Take *item* for what it is: a reminder, its end, or nothing of ours."""
        event_id = identifier(item)
        if not reminder_json.shaped(event_id):
            return
        if reminder_json.read_marks(item) is None:
            self.gone.add(event_id)
            return
        if cancelled(item):
            if (end := reminder_json.read_ended(item)) is not None:
                self.ended[event_id] = end
            return
        try:
            entry = reminder_json.read_entry(item, self._zone)
        except BROKEN as problem:
            self.warnings.append(warning(self._calendar, item, problem))
            return
        if entry is not None:
            self.entries[event_id] = entry

    def tell(self, met: dict[str, Entry | Ended]) -> None:
        """Add what was met under ids that the listing says nothing of."""
        for event_id, one in met.items():
            if event_id in self.entries or event_id in self.ended:
                continue
            if isinstance(one, Entry):
                self.entries[event_id] = one
            else:
                self.ended[event_id] = one
