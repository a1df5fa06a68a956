"""Calendars and events as they are kept, and how an event is told to who asks for it."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from tests.fake_google import event_times, recurrence

SECRET_FROM_READERS = ("private", "confidential")


@dataclass
class Record:
    """An event, in Google's own shape but for times (``event_times``), and the stamp of its last change.

    ``bare``: nothing but its id is told once it is cancelled (its organizer did it).
    """

    event: dict[str, Any]
    stamp: int
    bare: bool = False

    @property
    def cancelled(self) -> bool:
        return bool(self.event["status"] == "cancelled")

    @property
    def etag(self) -> str:
        return f'"{3_500_000_000_000_000 + self.stamp * 2}"'


@dataclass
class Calendar:
    """A calendar on the person's list. ``used`` are ids that were forgotten, and are not free for it."""

    id: str
    summary: str
    role: str
    time_zone: str
    stamp: int
    primary: bool = False
    by_app: bool = False
    default_reminders: list[dict[str, Any]] = field(default_factory=list)
    description: str = ""
    deleted: bool = False
    epoch: int = 0
    records: dict[str, Record] = field(default_factory=dict)
    used: set[str] = field(default_factory=set)

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    def is_live_exception(self, record: Record) -> bool:
        """Whether it belongs to a series that still stands."""
        master = self.records.get(record.event.get("recurringEventId", ""))
        return master is not None and not master.cancelled

    def exceptions(self, master: str) -> list[Record]:
        return [record for record in self.records.values() if record.event.get("recurringEventId") == master]

    def find(self, name: str) -> Record | None:
        """The event of that id, or the instance of a series that has no exception there."""
        if name in self.records:
            return self.records[name]
        series = self.records.get(name.rpartition("_")[0])
        if series is None or not series.event.get("recurrence") or name in self.used:
            return None
        suffix = name.rpartition("_")[2]
        try:
            until = datetime.strptime(suffix[:8], "%Y%m%d").replace(tzinfo=self.zone) + recurrence.timedelta(days=2)
        except ValueError:
            return None
        for instance, original in recurrence.instances(series.event, self.time_zone, until):
            if instance == name:
                return Record(recurrence.as_instance(series.event, name, original), series.stamp, series.bare)
        return None

    def end_of(self, event: Mapping[str, Any]) -> datetime | None:
        """When it ends, all instances and exceptions of it; None for never."""
        if not event.get("recurrence"):
            return event_times.moment(event["end"], self.zone)
        end = recurrence.last_end(event, self.time_zone)
        if end is None:
            return None
        others = [record.event for record in self.exceptions(event["id"]) if not record.cancelled]
        return max([end, *(event_times.moment(other["end"], self.zone) for other in others)])


@dataclass(frozen=True)
class View:
    """Who asks, and how they want it."""

    account: str
    time_zone: str
    most_attendees: int | None = None
    details: bool = True
    """Of deleted events."""

    def of(self, record: Record, calendar: Calendar) -> dict[str, Any]:
        """The event as an answer has it."""
        event = record.event
        if record.cancelled and event.get("recurringEventId"):
            return self._cancelled_instance(record, calendar)
        if record.cancelled and (record.bare or not self.details):
            return {"id": event["id"], "status": "cancelled"}
        return self._whole(record, calendar)

    def _cancelled_instance(self, record: Record, calendar: Calendar) -> dict[str, Any]:
        event = record.event
        if not calendar.is_live_exception(record):
            return {"id": event["id"], "status": "cancelled"}
        return {
            "id": event["id"],
            "status": "cancelled",
            "recurringEventId": event["recurringEventId"],
            "originalStartTime": event_times.given_back(event["originalStartTime"], self.time_zone),
        }

    def _whole(self, record: Record, calendar: Calendar) -> dict[str, Any]:
        event = dict(record.event)
        for name in ("start", "end", "originalStartTime"):
            if name in event:
                event[name] = event_times.given_back(event[name], self.time_zone)
        if event["creator"]["email"] != self.account:
            event.pop("source", None)
        event |= self._people(event, calendar)
        if event["reminders"].get("useDefault") and "date" in event["start"]:
            event["reminders"] = {"useDefault": False} | (
                {"overrides": calendar.default_reminders} if calendar.default_reminders else {}
            )
        event |= {"kind": "calendar#event", "etag": record.etag, "htmlLink": link(event["id"], calendar.id)}
        secret = calendar.role == "reader" and event.get("visibility") in SECRET_FROM_READERS
        if secret or calendar.role == "freeBusyReader":
            shown = ("id", "kind", "etag", "status", "start", "end", "visibility", "recurrence", "recurringEventId",
                     "originalStartTime", "iCalUID", "updated", "created")  # fmt: skip
            event = {name: event[name] for name in shown if name in event}
        return event

    def _people(self, event: Mapping[str, Any], calendar: Calendar) -> dict[str, Any]:
        """Who is ``self`` is told by the calendar, not by who is signed in."""
        told: dict[str, Any] = {name: _self(event[name], calendar) for name in ("creator", "organizer")}
        if calendar.id == event["organizer"]["email"] and not calendar.primary:
            told["organizer"] = {"displayName": calendar.summary} | told["organizer"]
        attendees = [
            _self(one, calendar) | ({"organizer": True} if _same(one, event["organizer"]) else {})
            for one in event.get("attendees", ())
        ]
        if self.most_attendees is not None and len(attendees) > self.most_attendees:
            attendees = [one for one in attendees if one.get("self")]
            told["attendeesOmitted"] = True
        return told | ({"attendees": attendees} if event.get("attendees") else {})


def _self(person: Mapping[str, Any], calendar: Calendar) -> dict[str, Any]:
    return dict(person) | ({"self": True} if person.get("email", "").lower() == calendar.id.lower() else {})


def _same(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    return bool(one.get("email", "").lower() == other.get("email", "").lower())


def link(event_id: str, calendar_id: str) -> str:
    """The event's page."""
    short = calendar_id.replace("@group.calendar.google.com", "@g")
    eid = base64.urlsafe_b64encode(f"{event_id} {short}".encode()).decode().rstrip("=")
    return f"https://www.google.com/calendar/event?eid={eid}"
