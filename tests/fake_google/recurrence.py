"""Recurring events: which instances a series has, and what each is called."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from dateutil.rrule import rruleset, rrulestr

from tests.fake_google import event_times

FAR = timedelta(days=730)
"""How far ahead of now a series without an end is told instance by instance."""
_MOST = 5000

Instance = tuple[str, dict[str, Any]]
"""Its id, and the time at which the rule puts it."""


def instances(master: Mapping[str, Any], zone: str, until: datetime) -> Iterator[Instance]:
    """The instances of *master* that the rule lets begin before *until*, exceptions or not, oldest first."""
    start = master["start"]
    own = ZoneInfo(start.get("timeZone", zone))
    for number, naive in enumerate(_rules(master, own)):
        aware = naive.replace(tzinfo=own)
        if aware >= until or number >= _MOST:
            return
        original = _original(start, aware)
        yield f"{master['id']}_{suffix(original)}", original


def suffix(original: Mapping[str, Any]) -> str:
    """What follows the underscore in the id of the instance that belongs there."""
    if "date" in original:
        return str(original["date"]).replace("-", "")
    return f"{datetime.fromisoformat(original['dateTime']).astimezone(UTC):%Y%m%dT%H%M%SZ}"


def last_end(master: Mapping[str, Any], zone: str) -> datetime | None:
    """When the last instance of the series ends; None where it has no end."""
    if any("RRULE" in line and "COUNT=" not in line and "UNTIL=" not in line for line in master["recurrence"]):
        return None
    own = ZoneInfo(master["start"].get("timeZone", zone))
    last = max(_rules(master, own), default=None)
    return None if last is None else last.replace(tzinfo=own) + length(master)


def length(event: Mapping[str, Any]) -> timedelta:
    return event_times.moment(event["end"], UTC) - event_times.moment(event["start"], UTC)


def as_instance(master: Mapping[str, Any], name: str, original: Mapping[str, Any]) -> dict[str, Any]:
    """An instance that is as the rule says."""
    event = {key: value for key, value in master.items() if key != "recurrence"}
    return event | {
        "id": name,
        "recurringEventId": master["id"],
        "originalStartTime": dict(original),
        "start": dict(original),
        "end": event_times.shifted(original, length(master)) | _zone(master["end"]),
    }


def _zone(time: Mapping[str, Any]) -> dict[str, Any]:
    return {"timeZone": time["timeZone"]} if "timeZone" in time else {}


def _original(start: Mapping[str, Any], aware: datetime) -> dict[str, Any]:
    if "date" in start:
        return {"date": aware.date().isoformat()}
    return {"dateTime": event_times.text(aware.astimezone(UTC))} | _zone(start)


def _rules(master: Mapping[str, Any], own: ZoneInfo) -> rruleset:
    """In wall-clock time, so that ten o'clock stays ten o'clock over a change of the clocks."""
    start = event_times.moment(master["start"], own).astimezone(own).replace(tzinfo=None)
    lines = [_local(line, own) for line in master["recurrence"]]
    found = rrulestr("\n".join(lines), dtstart=start, forceset=True)
    assert isinstance(found, rruleset)
    if not any(line.startswith("RRULE") for line in lines):
        found.rdate(start)
    return found


def _local(line: str, own: ZoneInfo) -> str:
    name, _, value = line.partition(":")
    if name.startswith(("RDATE", "EXDATE")):
        zone = re.search(r"TZID=([^;:]+)", name)
        times = [_naive(time, ZoneInfo(zone[1]) if zone else own, own) for time in value.split(",")]
        return f"{name.split(';')[0]}:{','.join(times)}"
    return re.sub(r"(UNTIL=)(\w+)", lambda match: match[1] + _naive(match[2], own, own, last=True), line)


def _naive(time: str, zone: ZoneInfo, own: ZoneInfo, *, last: bool = False) -> str:
    if len(time) == len("20260131"):
        return f"{time}T235959" if last else f"{time}T000000"
    moment = datetime.strptime(time.rstrip("Z"), "%Y%m%dT%H%M%S").replace(tzinfo=UTC if time.endswith("Z") else zone)
    return f"{moment.astimezone(own):%Y%m%dT%H%M%S}"
