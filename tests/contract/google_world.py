"""The person's side of a Google calendar: events as the organizer's or the person's own browser makes them."""

from __future__ import annotations

import html
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from syncd.backends.google.calendar import GoogleCalendar
from syncd.backends.google.feed import Feed
from syncd.backends.google.session import Session
from syncd.ports import Traffic
from syncd.sign_in.credentials import signed_in
from tests.contract import calendar_source
from tests.contract.calendar_source import Spec
from tests.fake_google.server import ALL, FakeGoogle
from tests.virtual_clock import VirtualClock

ANSWERS = {"needs-action": "needsAction", "accepted": "accepted", "declined": "declined", "tentative": "tentative"}


@contextmanager
def session(google: FakeGoogle, folder: Path, scopes: Iterable[str] = ALL) -> Iterator[Session]:
    """A session with the real client library, signed in to *google* with *scopes* granted."""
    token = google.write_token(folder / "private" / "token.json", scopes)
    opened = Session(
        signed_in(token),
        VirtualClock(),
        Traffic(),
        calendar_endpoint=google.calendar_endpoint,
        gmail_endpoint=google.gmail_endpoint,
    )
    try:
        yield opened
    finally:
        opened.close()


def written(moment: date) -> dict[str, str]:
    """As Google writes a start or an end."""
    if isinstance(moment, datetime):
        zone = moment.tzinfo.key if isinstance(moment.tzinfo, ZoneInfo) else "UTC"
        return {"dateTime": moment.isoformat(), "timeZone": zone}
    return {"date": moment.isoformat()}


def typed(text: str) -> str:
    """As Google's editor stores what a person types into a description."""
    return html.escape(text, quote=False).replace("\r\n", "\n").replace("\n", "<br>")


class GoogleCalendarWorld:
    """A calendar of the account's own."""

    slack = timedelta(days=60)
    can_vanish = True
    gives_older = False
    keeps_cancelled = False

    def __init__(self, google: FakeGoogle, opened: Session, *, written_to: bool = False) -> None:
        self.google, self.session, self.written_to = google, opened, written_to
        self.calendar = "interviews@group.calendar.google.com"
        google.calendars.add(self.calendar, summary="Interviews")

    def open(self) -> GoogleCalendar:
        return GoogleCalendar(
            Feed(self.session, self.calendar, deleted=self.written_to), self.calendar, calendar_source.ZONE
        )

    def put(self, spec: Spec) -> None:
        calendars, name = self.google.calendars, identifier(spec.uid)
        if spec.status == "cancelled":
            if name not in {event["id"] for event in calendars.events(self.calendar)}:
                calendars.put(self.calendar, body(spec, spec.start) | {"id": name, "status": "confirmed"})
            calendars.cancel(self.calendar, name)
            return
        master = body(spec, spec.start) | {"id": name}
        if spec.weeks:
            master["recurrence"] = [f"RRULE:FREQ=WEEKLY;COUNT={spec.weeks}"]
        calendars.put(self.calendar, master)
        for original in spec.skipped:
            calendars.cancel(self.calendar, instance(name, original))
        for original, start in spec.moved.items():
            exception = {"id": instance(name, original), "recurringEventId": name}
            calendars.put(self.calendar, body(spec, start) | exception | {"originalStartTime": written(original)})

    def remove(self, uid: str) -> None:
        self.google.calendars.cancel(self.calendar, identifier(uid))

    def vanish(self) -> None:
        self.google.calendars.remove(self.calendar)


def identifier(uid: str) -> str:
    """An id of Google's for an event that came from elsewhere."""
    return sha256(uid.encode()).hexdigest()[:26]


def instance(series: str, original: date) -> str:
    """What Google calls the occurrence of *series* that is at *original* by its rule."""
    if isinstance(original, datetime):
        return f"{series}_{original.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    return f"{series}_{original:%Y%m%d}"


def body(spec: Spec, start: date) -> dict[str, Any]:
    end = start + spec.length
    if isinstance(start, datetime):
        end = (start.astimezone(UTC) + spec.length).astimezone(start.tzinfo)
    found: dict[str, Any] = {
        "iCalUID": spec.uid,
        "status": spec.status,
        "start": written(start),
        "end": written(end),
        "summary": spec.title,
        "description": typed(spec.description),
        "location": spec.location,
    }
    if spec.organizer:
        found["organizer"] = {"email": spec.organizer.email, "displayName": spec.organizer.name}
    if spec.attendees:
        found["attendees"] = [
            {"email": a.person.email, "displayName": a.person.name, "responseStatus": ANSWERS[a.status]}
            | ({"resource": True} if a.kind == "room" else {})
            for a in spec.attendees
        ]
    return found
