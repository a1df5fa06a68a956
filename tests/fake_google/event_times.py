"""The start and end of events: as given, as kept (``dateTime`` in UTC), and as Google gives them back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from tests.fake_google.wire import Rejected, error


def kept(given: Any, which: str) -> dict[str, Any]:
    """What is kept of *given*, as a client sends it. Raises ``Rejected`` where it is no time."""
    given = {name: value for name, value in (given or {}).items() if value is not None}
    if ("date" in given) == ("dateTime" in given):
        if "date" in given:
            raise _invalid("Invalid start time." if which == "start" else "Invalid end time.")
        raise Rejected(error(400, "required", f"Missing {which} time."))
    try:
        if "date" in given:
            return {"date": date.fromisoformat(given["date"]).isoformat()}
        zone = given.get("timeZone", "")
        moment = datetime.fromisoformat(given["dateTime"])
        if moment.tzinfo is None and not zone:
            raise Rejected(error(400, "required", f"Missing time zone definition for {which} time."))
        if zone:
            moment = moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(zone))
    except (ValueError, KeyError, OSError):
        raise _invalid(f"Invalid {which} time or time zone definition.") from None
    return {"dateTime": text(moment.astimezone(UTC).replace(microsecond=0))} | ({"timeZone": zone} if zone else {})


def check_range(start: Mapping[str, Any], end: Mapping[str, Any]) -> None:
    """Both days or both times, and the end not before the start."""
    if ("date" in start) != ("date" in end):
        raise _invalid("Start and end times must either both be date or both be dateTime.")
    if "date" in start and start["date"] >= end["date"]:
        raise Rejected(error(400, "timeRangeEmpty", "The specified time range is empty.", domain="calendar"))
    if "date" not in start and moment(start, UTC) > moment(end, UTC):
        raise Rejected(error(400, "timeRangeEmpty", "The specified time range is empty.", domain="calendar"))


def moment(time: Mapping[str, Any], zone: tzinfo) -> datetime:
    """When that is; a day begins at midnight in *zone*."""
    if "date" in time:
        return datetime.combine(date.fromisoformat(time["date"]), datetime.min.time(), zone)
    return datetime.fromisoformat(time["dateTime"])


def given_back(time: Mapping[str, Any], zone: str) -> dict[str, Any]:
    """As an answer has it whose times are in *zone*."""
    if "date" in time:
        return {"date": time["date"]}
    return {
        "dateTime": text(datetime.fromisoformat(time["dateTime"]).astimezone(ZoneInfo(zone))),
        "timeZone": time.get("timeZone", zone),
    }


def text(moment: datetime) -> str:
    """RFC 3339, as Google writes times of events."""
    return moment.isoformat().replace("+00:00", "Z")


def stamp(moment: datetime) -> str:
    """RFC 3339 in UTC with milliseconds, as Google writes ``created`` and ``updated``."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03}Z"


def shifted(time: Mapping[str, Any], by: timedelta) -> dict[str, Any]:
    """The time so much later."""
    if "date" in time:
        return {"date": (date.fromisoformat(time["date"]) + by).isoformat()}
    return dict(time) | {"dateTime": text(datetime.fromisoformat(time["dateTime"]) + by)}


def _invalid(message: str) -> Rejected:
    return Rejected(error(400, "invalid", message))
