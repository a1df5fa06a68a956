"""The person's side of calendars in files, played by another program: icalendar, which rewrites whole files."""

from __future__ import annotations

import shutil
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import icalendar

from syncd.backends.local_calendar import LocalCalendar
from syncd.backends.local_reminders import LocalReminders
from tests.contract import calendar_source, reminder_calendar
from tests.contract.calendar_source import Spec


def plain(text: str) -> icalendar.vText:
    """TEXT whose backslashes the oldest icalendar would write wrongly is escaped here, once for all versions."""
    escaped = text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    escaped = escaped.replace("\r\n", "\\n").replace("\n", "\\n")

    class Escaped(icalendar.vText):
        def to_ical(self) -> bytes:
            return escaped.encode()

    return Escaped(text)


class FileCalendarWorld:
    """One .ics, or a vdir; calendars as another program writes them."""

    slack = timedelta(days=60)
    can_vanish = True
    gives_older = True
    keeps_cancelled = True

    def __init__(self, path: Path) -> None:
        self.path = path
        self.single = path.suffix == ".ics"
        self.specs: dict[str, Spec] = {}
        if self.single:
            self._write(path, [])
        else:
            path.mkdir()

    def open(self) -> LocalCalendar:
        return LocalCalendar(self.path, calendar_source.ZONE)

    def put(self, spec: Spec) -> None:
        self.specs[spec.uid] = spec
        self._write_all(spec.uid)

    def remove(self, uid: str) -> None:
        del self.specs[uid]
        self._write_all(uid)

    def vanish(self) -> None:
        self.path.unlink() if self.single else shutil.rmtree(self.path)

    def _write_all(self, uid: str) -> None:
        if self.single:
            self._write(self.path, list(self.specs.values()))
        elif uid in self.specs:
            self._write(self.path / f"{uid}.ics", [self.specs[uid]])
        else:
            (self.path / f"{uid}.ics").unlink()

    def _write(self, path: Path, specs: list[Spec]) -> None:
        calendar = icalendar.Calendar()
        calendar.add("prodid", "-//Other//EN")
        calendar.add("version", "2.0")
        for spec in specs:
            for event in _components(spec):
                calendar.add_component(event)
        path.write_bytes(calendar.to_ical())


def _components(spec: Spec) -> list[icalendar.Event]:
    master = _component(spec, spec.start)
    if not spec.weeks:
        return [master]
    master.add("rrule", {"freq": "weekly", "count": spec.weeks})
    for skipped in spec.skipped:
        master.add("exdate", skipped)
    moved = []
    for original, start in spec.moved.items():
        one = _component(spec, start)
        one.add("recurrence-id", original)
        moved.append(one)
    return [master, *moved]


def _component(spec: Spec, start: date) -> icalendar.Event:
    event = icalendar.Event()
    event.add("uid", spec.uid)
    event.add("dtstamp", datetime(2026, 1, 1, tzinfo=UTC))
    event.add("dtstart", start)
    event.add("dtend", start + spec.length if not isinstance(start, datetime) else _later(start, spec.length))
    event["summary"] = plain(spec.title)
    event["description"] = plain(spec.description)
    event.add("location", spec.location)
    event.add("status", spec.status.upper())
    if spec.organizer:
        event["organizer"] = _address(spec.organizer.email, CN=spec.organizer.name)
    for attendee in spec.attendees:
        params = {"CN": attendee.person.name, "CUTYPE": attendee.kind.upper(), "PARTSTAT": attendee.status.upper()}
        event.add("attendee", _address(attendee.person.email, **params))
    return event


def _later(start: datetime, length: timedelta) -> datetime:
    return (start.astimezone(UTC) + length).astimezone(start.tzinfo)


def _address(email: str, **params: str) -> icalendar.vCalAddress:
    address = icalendar.vCalAddress(f"mailto:{email}")
    for name, value in params.items():
        address.params[name] = icalendar.vText(value)
    return address


class FileReminderWorld:
    """Reminders in a vdir or one .ics, with another program that edits, deletes and copies them."""

    knows_who = True
    can_vanish = True
    can_lose_marks = True
    takes_the_same_again = False
    longest_title = longest_text = None

    def __init__(self, path: Path) -> None:
        self.path = path
        self.single = path.suffix == ".ics"

    def open(self) -> LocalReminders:
        return LocalReminders(self.path, reminder_calendar.ZONE, reminder_calendar.NOW)

    def edit(self, event_id: str, **changes: object) -> None:
        path, calendar, event = self.find(event_id)
        names = {"title": "summary", "text": "description", "start": "dtstart", "end": "dtend"}
        for field, value in changes.items():
            event.pop(names[field], None)
            event.add(names[field], value)
        path.write_bytes(calendar.to_ical())

    def dismiss(self, event_id: str) -> None:
        path, calendar, event = self.find(event_id)
        calendar.subcomponents.remove(event)
        path.write_bytes(calendar.to_ical()) if self.single else path.unlink()

    def copy(self, event_id: str, copy_id: str) -> None:
        path, calendar, event = self.find(event_id)
        raw = event.to_ical().replace(event_id.encode(), copy_id.encode())
        copy = icalendar.Event.from_ical(raw)
        if self.single:
            calendar.add_component(copy)
            path.write_bytes(calendar.to_ical())
        else:
            other = icalendar.Calendar()
            other.add_component(copy)
            (self.path / f"{copy_id}.ics").write_bytes(other.to_ical())

    def strip(self, event_id: str) -> None:
        path, calendar, event = self.find(event_id)
        for name in [name for name in event if name.startswith("X-")]:
            del event[name]
        path.write_bytes(calendar.to_ical())

    def vanish(self) -> None:
        if self.single:
            shutil.rmtree(self.path.parent)
        else:
            shutil.rmtree(self.path)

    def find(self, event_id: str) -> tuple[Path, icalendar.Calendar, icalendar.Event]:
        for path in [self.path] if self.single else sorted(self.path.glob("*.ics")):
            calendar = icalendar.Calendar.from_ical(path.read_bytes())
            for event in calendar.walk("VEVENT"):
                if str(event["uid"]) == event_id:
                    return path, calendar, event
        raise KeyError(event_id)
