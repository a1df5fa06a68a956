"""What a person does to a reminder in a calendar program that keeps its events in one .ics file."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from syncd.demo.story import Touch

if TYPE_CHECKING:
    from icalendar import Calendar, Component


def touch(path: Path, how: Touch, now: datetime) -> None:
    """Do *how* at *now* to the reminder of that title in the file *path*, and save the file as such programs do."""
    from icalendar import Calendar

    (calendar,) = Calendar.from_ical(path.read_bytes(), multiple=True)
    event = _titled(calendar, how.title)
    if how.verb == "delete":
        calendar.subcomponents.remove(event)
    else:
        _change(event, how)
        event["SEQUENCE"] = int(event.get("SEQUENCE", 0)) + 1
        event.pop("LAST-MODIFIED", None)
        event.add("LAST-MODIFIED", now.astimezone(UTC))
    path.write_bytes(calendar.to_ical())


def _titled(calendar: Calendar, title: str) -> Component:
    """The latest reminder with that title, with or without a tick before it."""
    found = [e for e in calendar.walk("VEVENT") if str(e["SUMMARY"]).removeprefix("✓ ") == title]
    return max(found, key=lambda event: event.decoded("DTSTART"))


def _change(event: Component, how: Touch) -> None:
    if how.verb == "tick":
        _put(event, "SUMMARY", f"✓ {event['SUMMARY']}")
    elif how.verb == "note":
        _put(event, "DESCRIPTION", f"{event['DESCRIPTION']}\n{how.text}")
    elif how.to is not None:
        length = event.decoded("DTEND") - event.decoded("DTSTART")
        _put(event, "DTSTART", how.to)
        _put(event, "DTEND", how.to + length)


def _put(event: Component, name: str, value: str | datetime) -> None:
    event.pop(name)
    event.add(name, value)
