"""The account's calendars: what is kept in them, when it changed, and whom the scopes let in."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from random import Random
from threading import RLock
from typing import Any, Protocol

from tests.fake_google import access, event_rules, event_times
from tests.fake_google.calendar_store import Calendar, Record, View
from tests.fake_google.discovery import Call
from tests.fake_google.listing import Pages
from tests.fake_google.wire import Rejected, Request, error, not_found

_PREFIX = "https://www.googleapis.com/auth/calendar"
_OWN_ONLY = frozenset({f"{_PREFIX}.events.owned", f"{_PREFIX}.events.owned.readonly"})
_MADE_ONLY = frozenset({f"{_PREFIX}.app.created"})
_NO_DETAILS = frozenset({f"{_PREFIX}.events.freebusy", f"{_PREFIX}.events.public.readonly"})
_WRITERS = ("owner", "writer")


class Server(Protocol):
    """What is needed of ``FakeGoogle``."""

    email: str
    now: datetime
    lock: RLock
    violations: list[str]


class Shelf:
    """All calendars, with the server's knobs."""

    def __init__(self, server: Server, time_zone: str = "UTC") -> None:
        self.server = server
        self.pages = Pages()
        self.details_of_deleted = True
        self.deltas_keep_bounds = False
        self.most_made = 38
        self.made = 0
        self._stamp = 0
        self._random = Random(8)
        self._calendars: dict[str, Calendar] = {}
        self._add(
            Calendar(server.email, server.email, "owner", time_zone, self.next_stamp(), primary=True,
                     default_reminders=[{"method": "popup", "minutes": 10}])
        )  # fmt: skip

    def opened(self, call: Call, scopes: frozenset[str]) -> Calendar:
        """The calendar that the path names, as far as *scopes* and the person's role open it for *call*."""
        calendar = self._calendars.get(self._id(call.names["calendarId"]))
        if calendar is None or calendar.deleted:
            raise Rejected(not_found())
        for scope in scopes - _NO_DETAILS:
            fits = calendar.role == "owner" if scope in _OWN_ONLY else calendar.by_app or scope not in _MADE_ONLY
            if fits:
                break
        else:
            # How Google refuses is not known; that it does is what the scopes mean.
            raise Rejected(access.insufficient(call))
        if call.method["httpMethod"] != "GET" and calendar.role not in _WRITERS:
            message = "You need to have writer access to this calendar."
            raise Rejected(error(403, "requiredAccessLevel", message, domain="calendar"))
        return calendar

    def calendar(self, calendar_id: str) -> Calendar:
        found = self._calendars[self._id(calendar_id)]
        assert not found.deleted, f"the calendar {calendar_id} was removed"
        return found

    @property
    def all(self) -> list[Calendar]:
        """Removed ones too."""
        return list(self._calendars.values())

    def make(self, summary: str, time_zone: str, description: str) -> Calendar:
        """A new calendar, made by the app."""
        self.made += 1
        name = f"c_{self.new_id()}{self.new_id()}@group.calendar.google.com"
        calendar = Calendar(name, summary, "owner", time_zone or self.calendar("primary").time_zone, self.next_stamp(),
                            by_app=True, description=description)  # fmt: skip
        self._add(calendar)
        return calendar

    def view(self, calendar: Calendar, request: Request | None = None, *, details: bool = True) -> View:
        """How *request* wants to be told; *details* of deleted ones, where they are told at all."""
        most = request.one("maxAttendees") if request else ""
        zone = (request.one("timeZone") if request else "") or calendar.time_zone
        return View(self.server.email, zone, int(most) if most else None, details and self.details_of_deleted)

    def told(self, calendar: Calendar, record: Record, request: Request | None = None) -> dict[str, Any]:
        return self.view(calendar, request).of(record, calendar)

    def keep(self, calendar: Calendar, event: Mapping[str, Any], old: Record | None) -> Record:
        """Keep *event* in the place of *old*. Where that changes nothing, nothing happens."""
        new = event_rules.accepted(event)
        if old is not None:
            if new == old.event:
                return old
            if _but(new, "reminders") != _but(old.event, "reminders"):
                new["updated"] = event_times.stamp(self.server.now)
            if any(new.get(name) != old.event.get(name) for name in ("start", "end", "recurrence")):
                new["sequence"] = max(new["sequence"], old.event["sequence"] + 1)
        return self._store(calendar, new)

    def end(self, calendar: Calendar, old: Record, *, bare: bool) -> Record:
        """Delete the event, or one instance of a series, or a series with its exceptions."""
        for exception in calendar.exceptions(old.event["id"]):
            self._store(calendar, exception.event | {"status": "cancelled"}, bare=bare)
        gone = old.event | {"status": "cancelled", "updated": event_times.stamp(self.server.now)}
        return self._store(calendar, gone, bare=bare)

    def new_id(self) -> str:
        """One of Google's choosing: the same in each run."""
        return f"{self._random.getrandbits(104):026x}"

    def next_stamp(self) -> int:
        self._stamp += 1
        return self._stamp

    @property
    def stamp(self) -> int:
        """Of the last change of all."""
        return self._stamp

    def _store(self, calendar: Calendar, event: dict[str, Any], *, bare: bool = False) -> Record:
        record = Record(event, self.next_stamp(), bare)
        calendar.records[event["id"]] = record
        return record

    def _add(self, calendar: Calendar) -> None:
        self._calendars[calendar.id] = calendar

    def _id(self, calendar_id: str) -> str:
        return self.server.email if calendar_id == "primary" else calendar_id


def _but(event: Mapping[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in event.items() if key != name}
