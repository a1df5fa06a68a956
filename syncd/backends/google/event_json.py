"""Google's event JSON to ``model.Event``: one event, or one occurrence of a series. Pure, and no recurrence in it.

Source: https://developers.google.com/workspace/calendar/api/v3/reference/events. Every field may be missing or of
another type; only an event without a start that can be understood is refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from syncd.backends.google.json_values import as_dict, as_dicts, as_text
from syncd.backends.google.markup import plain
from syncd.formats.ical_lines import clean, shown
from syncd.model import Account, Attendee, Event, Person

BROKEN = (ValueError, TypeError, OverflowError)
"""What is raised for an event whose times can't be understood."""

OURS = "syncdKey"
"""The private extended property that marks a reminder of ours."""

_NO_MEETINGS = frozenset({"birthday", "workingLocation", "outOfOffice", "focusTime"})
_ANSWERS = {"needsAction": "needs-action", "declined": "declined", "tentative": "tentative", "accepted": "accepted"}
_STATUSES = frozenset({"confirmed", "tentative", "cancelled"})
_INSTANCE = re.compile(r"(.+)_(\d{8}(?:T\d{6}Z)?)", re.DOTALL)
_KEPT = (
    "id", "status", "recurringEventId", "originalStartTime", "start", "end", "recurrence", "iCalUID", "summary",
    "description", "location", "organizer", "created", "updated",
)  # fmt: skip
_KEPT_OF_ATTENDEES = ("email", "displayName", "self", "resource", "responseStatus")
_DAY = timedelta(days=1)


def identifier(item: dict[str, Any]) -> str:
    """Google's id, empty where there is none."""
    return _text(item, "id")


def cancelled(item: dict[str, Any]) -> bool:
    """Whether it was deleted, or is an occurrence that doesn't take place. Such a one may have next to no fields."""
    return item.get("status") == "cancelled"


def recurs(item: dict[str, Any]) -> bool:
    """Whether it is a series: the event that an exception is one from."""
    return bool(item.get("recurrence")) and not _text(item, "recurringEventId")


def left_out(item: dict[str, Any]) -> bool:
    """Whether it is a reminder of ours, or nothing where people meet (birthdays, working places, absences)."""
    return bool(_text(as_dict(as_dict(item.get("extendedProperties")).get("private")), OURS)) or (
        _text(item, "eventType") in _NO_MEETINGS
    )


def series_of(item: dict[str, Any]) -> str:
    """The id of the series that it is one occurrence of, changed or cancelled; empty for what is none.

    A deletion may have no more than an id, and then that tells: an event's own has no ``_`` before a time.
    """
    named = _text(item, "recurringEventId")
    if named or not cancelled(item):
        return named
    shaped = _INSTANCE.fullmatch(identifier(item))
    return shaped.group(1) if shaped else ""


def original_start(item: dict[str, Any], zone: tzinfo) -> date:
    """When an occurrence would be by the rule of its series: an aware time, or a date. Raises one of ``BROKEN``."""
    given = as_dict(item.get("originalStartTime"))
    if given:
        return moment(given, zone)
    shaped = _INSTANCE.fullmatch(identifier(item))
    if not shaped:
        raise ValueError("it has no originalStartTime")
    when = datetime.fromisoformat(shaped.group(2))
    return when if when.tzinfo else when.date()


def slot(original: date) -> str:
    """RFC 5545 basic format, in UTC, as the id of an occurrence ends in and as the local back end names it."""
    if isinstance(original, datetime):
        return f"{original.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    return f"{original:%Y%m%d}"


def moment(given: dict[str, Any], zone: tzinfo) -> date:
    """A ``start`` or its like: a date, or an aware time in the zone it names, else in *zone*. Raises ``BROKEN``."""
    written, day = given.get("dateTime"), given.get("date")
    if isinstance(written, str):
        when = datetime.fromisoformat(written)
        own = _zone(given.get("timeZone")) or zone
        return when.replace(tzinfo=own) if when.tzinfo is None else when.astimezone(own)
    if not isinstance(day, str):
        raise ValueError("it has no time that can be understood")  # noqa: TRY004 - what Google said, not an argument
    return date.fromisoformat(day)


def times(item: dict[str, Any], zone: tzinfo) -> tuple[date, date]:
    """From when to when, both dates or both times; without a usable end a day, or no time. Raises ``BROKEN``."""
    start = moment(as_dict(item.get("start")), zone)
    try:
        end: date = moment(as_dict(item.get("end")), zone)
    except BROKEN:
        end = start
    if isinstance(start, datetime):
        if not isinstance(end, datetime):
            end = datetime.combine(end, time.min, start.tzinfo)
        return start, max(start, end)
    if isinstance(end, datetime):
        end = end.date()
    return start, max(end, start + _DAY)


def read(
    item: dict[str, Any],
    source: str,
    zone: ZoneInfo,
    account: Account | None = None,
    *,
    href: str = "",
    at: tuple[date, date] | None = None,
    original: date | None = None,
    series: str = "",
) -> Event:
    """*item* as an event for a user in *zone*, out of the resource *href* (its own id) of *source*.

    An occurrence that the rule of a series makes has its times *at* and is told from the others by *original*; it is
    called as Google calls it, by the id of the *series* and that time. *account* is given where the calendar is
    its own: whom Google calls ``self`` there has its address, whichever was invited. Raises one of ``BROKEN``.
    """
    name = identifier(item)
    if original is None and _text(item, "recurringEventId"):
        original = original_start(item, zone)
    start, end = at or times(item, zone)
    return Event(
        source=source,
        href=href or name,
        uid=uid(item),
        start=_in_zone(start, zone),
        end=_in_zone(end, zone),
        title=_text(item, "summary").strip(),
        recurrence_id="" if original is None else slot(original),
        event_id=name if original is None or not series else f"{series}_{slot(original)}",
        all_day=not isinstance(start, datetime),
        description=plain(_text(item, "description")),
        location=_text(item, "location").strip(),
        url=_url(item),
        organizer=_person(as_dict(item.get("organizer")), account),
        attendees=tuple(_attendees(item, account)),
        status=_text(item, "status") if _text(item, "status") in _STATUSES else "confirmed",
        created=_stamp(item.get("created")),
        modified=_stamp(item.get("updated")),
    )


def trimmed(item: dict[str, Any]) -> dict[str, Any]:
    """What of *item* is needed to read it once more."""
    kept = {name: item[name] for name in _KEPT if name in item}
    if link := _url(item):
        kept["hangoutLink"] = link
    if listed := as_dicts(item.get("attendees")):
        kept["attendees"] = [{name: one[name] for name in _KEPT_OF_ATTENDEES if name in one} for one in listed]
    return kept


def warning(source: str, item: dict[str, Any], problem: Exception) -> str:
    """What to tell a person of an event that can't be understood."""
    name = shown(identifier(item)) or "without an id"
    return f"{source}: event {name} is left out: {shown(str(problem)) or type(problem).__name__}"


def uid(item: dict[str, Any]) -> str:
    """The iCalUID, the same for all of a series; by Google's own pattern for one that is shown without."""
    return _text(item, "iCalUID") or f"{_text(item, 'recurringEventId') or identifier(item)}@google.com"


def _in_zone(when: date, zone: ZoneInfo) -> datetime:
    """A date is its midnight there; a time that the clocks skip is moved on."""
    if not isinstance(when, datetime):
        when = datetime.combine(when, time.min, zone)
    return when.astimezone(UTC).astimezone(zone)


def _zone(name: object) -> ZoneInfo | None:
    if not isinstance(name, str) or not name:
        return None
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):  # OSError: the name of a folder, or one that is too long
        return None


def _stamp(written: object) -> datetime | None:
    """In UTC; None for none, and for the year 0, which imported events were made in."""
    try:
        when = datetime.fromisoformat(written) if isinstance(written, str) else None
        return None if when is None else (when if when.tzinfo else when.replace(tzinfo=UTC)).astimezone(UTC)
    except BROKEN:
        return None


def _url(item: dict[str, Any]) -> str:
    """Where one meets by video, else the page that it was made from."""
    points = as_dicts(as_dict(item.get("conferenceData")).get("entryPoints"))
    links = [_text(point, "uri") for point in points if point.get("entryPointType") == "video"]
    links += [_text(item, "hangoutLink"), _text(as_dict(item.get("source")), "url")]
    return next((link.strip() for link in links if link.strip()), "")


def _attendees(item: dict[str, Any], account: Account | None) -> Iterator[Attendee]:
    for one in as_dicts(item.get("attendees")):
        person = _person(one, account)
        if person is not None:
            # What Google calls a resource is a room, or booked like one.
            kind = "room" if one.get("resource") is True else "individual"
            yield Attendee(person, kind, _ANSWERS.get(_text(one, "responseStatus"), "needs-action"))


def _person(given: dict[str, Any], account: Account | None) -> Person | None:
    email = _text(given, "email").strip().lower()
    if account is not None and given.get("self") is True and not account.owns(email):
        email = account.email.lower()
    name = " ".join(_text(given, "displayName").split())
    if not email and not name:
        return None
    return Person("" if name.lower() == email else name, email)


def _text(item: dict[str, Any], name: str) -> str:
    return clean(as_text(item.get(name)))
