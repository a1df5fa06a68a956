"""Reminders in the fake Google, with the person at its other side."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from syncd.backends.google.feed import Feed
from syncd.backends.google.own_calendar import OwnCalendar
from syncd.backends.google.reminders import GoogleReminders
from syncd.backends.google.session import Session
from syncd.ports import ReminderCalendar
from tests.contract import reminder_calendar
from tests.fake_google.server import FakeGoogle
from tests.fake_google.wire import Exchange

ZONE = reminder_calendar.ZONE
_SCOPES = "https://www.googleapis.com/auth/calendar."
FEWEST = frozenset(f"{_SCOPES}{name}" for name in ("events.readonly", "app.created", "calendarlist.readonly"))
"""What a calendar of its own needs."""
OWNED = frozenset({f"{_SCOPES}events.owned"})


def writes(google: FakeGoogle) -> list[Exchange]:
    """What was asked over the wire to change events."""
    return [e for e in google.seen("/events") if e.request.method != "GET"]


def assert_nobody_was_told(google: FakeGoogle) -> None:
    """No write notifies or invites anybody, and none changes what may have changed since it was read."""
    for exchange in writes(google):
        request = exchange.request
        assert request.query["sendUpdates"] == ["none"]
        assert request.method in {"POST", "PATCH", "DELETE"}
        assert (request.method == "POST") == ("if-match" not in request.headers)
        if request.method != "DELETE":
            assert not {"attendees", "conferenceData", "recurrence"} & set(request.json)
        if request.method == "POST":
            sent = request.json
            assert (sent["visibility"], sent["transparency"], sent["eventType"]) == (
                "private",
                "transparent",
                "default",
            )


class GoogleReminderWorld:
    """Reminders in one of the person's own calendars."""

    can_vanish = True
    can_lose_marks = False
    takes_the_same_again = True
    longest_title = 1024
    longest_text = 8000

    def __init__(self, google: FakeGoogle, session: Session, calendar: str = "primary") -> None:
        self.google, self.session, self.calendar = google, session, calendar

    @property
    def knows_who(self) -> bool:
        return self.google.calendars.details_of_deleted

    def open(self) -> ReminderCalendar:
        return GoogleReminders(self.session, Feed(self.session, self.calendar, deleted=True), self.calendar, ZONE)

    def edit(self, event_id: str, **changes: Any) -> None:
        names = {"title": "summary", "text": "description", "start": "start", "end": "end"}
        body = {names[name]: _time(value) if isinstance(value, date) else value for name, value in changes.items()}
        self.google.calendars.patch(self.calendar, event_id, body)

    def dismiss(self, event_id: str) -> None:
        self.google.calendars.cancel(self.calendar, event_id)

    def copy(self, event_id: str, copy_id: str) -> None:
        event = self.google.calendars.get(self.calendar, event_id)
        assert event is not None
        kept = (
            "summary",
            "description",
            "start",
            "end",
            "reminders",
            "extendedProperties",
            "visibility",
            "transparency",
        )
        self.google.calendars.put(
            self.calendar, {"id": copy_id, **{name: event[name] for name in kept if name in event}}
        )

    def vanish(self) -> None:
        self.google.calendars.remove(self.calendar)

    def stored(self, event_id: str) -> dict[str, Any]:
        """The event, as Google has it."""
        event = self.google.calendars.get(self.calendar, event_id)
        assert event is not None
        return event


class OwnCalendarWorld(GoogleReminderWorld):
    """Reminders in a calendar that syncd made; each ``open`` knows only what Google knows."""

    title = "Follow-ups"

    def __init__(self, google: FakeGoogle, session: Session) -> None:
        self.google, self.session = google, session

    @property
    def calendar(self) -> str:  # type: ignore[override]
        (found,) = self.google.calendars.ids[1:]
        return found

    def open(self) -> ReminderCalendar:
        return OwnCalendar(self.session, self.title, ZONE)


def _time(value: date) -> dict[str, str | None]:
    if isinstance(value, datetime):
        return {"dateTime": value.isoformat(), "date": None}
    return {"date": value.isoformat(), "dateTime": None, "timeZone": None}
