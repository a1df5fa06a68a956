"""When an iCalendar event is: starts, ends, durations, all-day events, and the occurrences of recurring ones.

Values are parsed by icalendar, recurrences by recurring-ical-events; both get clean input from here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo

import icalendar
import recurring_ical_events  # type: ignore[import-untyped]

from syncd.formats.ical_lines import Component, Property
from syncd.formats.ical_zones import Zones

# What the two libraries raise on values that they don't understand, over all versions that we take.
BROKEN = (ValueError, KeyError, TypeError, AttributeError, IndexError, OverflowError, AssertionError)
_DAY = timedelta(days=1)
_LIST = re.compile(r"\s*,\s*")
_RULES = 8
_SUBDAILY = re.compile(r"FREQ=(SECONDLY|MINUTELY|HOURLY)|BY(HOUR|MINUTE|SECOND)=[^;]*,|INTERVAL=0*(;|$)", re.IGNORECASE)
_OLDEST = 1900


class Unusable(ValueError):
    """Why an event can't be used, in words of ours."""


def reason(problem: Exception) -> str:
    """Why one of ``BROKEN`` came, without the words of the file, which may be anybody's."""
    return str(problem) if isinstance(problem, Unusable) else "a time or a rule in it can't be understood"


@dataclass(frozen=True, slots=True)
class Span:
    """From when to when, in the user's zone. An all-day one runs from midnight to midnight (exclusive)."""

    start: datetime
    end: datetime
    all_day: bool


@dataclass(frozen=True, slots=True)
class Timed:
    """An event's own times as they are written (dates, or aware datetimes), and how it recurs."""

    component: Component
    start: date
    end: date
    recurrence_id: date | None = None
    onwards: bool = False
    rules: tuple[str, ...] = ()
    rdates: tuple[object, ...] = ()
    exdates: tuple[object, ...] = ()

    @property
    def recurs(self) -> bool:
        """Whether there is more than the one."""
        return bool(self.rules or self.rdates)


def read_times(component: Component, zones: Zones) -> Timed:
    """The times of a VEVENT. Raises one of ``BROKEN`` where it has no start that can be understood."""
    started = component.first("DTSTART")
    if started is None:
        raise Unusable("it has no DTSTART")
    start = _moment(started, zones)
    zone = start.tzinfo if isinstance(start, datetime) else None
    recurrence = component.first("RECURRENCE-ID")
    timed = Timed(
        component,
        start,
        _end(component, start, zones),
        recurrence_id=_moment(recurrence, zones, zone) if recurrence else None,
        onwards=recurrence is not None and recurrence.params.get("RANGE", "").upper() == "THISANDFUTURE",
        rules=tuple(p.value.strip() for p in component.properties("RRULE") if p.value.strip()),
        rdates=tuple(_list(component, "RDATE", zones, zone)),
        exdates=tuple(_list(component, "EXDATE", zones, zone)),
    )
    if timed.recurs:
        _refuse_endless(timed)
    return timed


def _refuse_endless(timed: Timed) -> None:
    """No interview recurs within a day, nor since Queen Victoria; hostile rules would cost hours."""
    if len(timed.rules) > _RULES or any(_SUBDAILY.search(rule) for rule in timed.rules):
        raise Unusable("it recurs more than once a day")
    if not all("FREQ=" in rule.upper() for rule in timed.rules):
        raise Unusable("its RRULE has no FREQ")
    if timed.start.year < _OLDEST:
        raise Unusable("it recurs since before 1900")


def _moment(prop: Property, zones: Zones, zone: tzinfo | None = None) -> date:
    """One date, or aware datetime. One without a zone is in *zone*, else the user's."""
    value = prop.value.strip()
    if prop.params.get("VALUE", "").upper() == "DATE":
        value = value[:8]
    parsed = _parsed(value)
    if not isinstance(parsed, date):
        raise Unusable(f"{prop.name} is no date")
    return _aware(parsed, prop, zones, zone)


def _parsed(value: str) -> object:
    """A date, datetime, duration or period, as icalendar understands it."""
    return icalendar.vDDDTypes.from_ical(value)  # type: ignore[no-untyped-call]


def duration(value: str) -> timedelta:
    """RFC 5545 3.3.6. Raises one of ``BROKEN``."""
    length: timedelta = icalendar.vDuration.from_ical(value.strip())  # type: ignore[no-untyped-call]
    return length


def _aware(moment: date, prop: Property, zones: Zones, zone: tzinfo | None) -> date:
    if not isinstance(moment, datetime) or moment.tzinfo is not None:
        return moment
    tzid = prop.params.get("TZID", "")
    return moment.replace(tzinfo=zones.find(tzid) if tzid or zone is None else zone)


def _list(component: Component, name: str, zones: Zones, zone: tzinfo | None) -> Iterator[object]:
    for prop in component.properties(name):
        for value in _LIST.split(prop.value.strip()):
            if value:
                yield _item(Property(prop.name, prop.params, value), zones, zone)


def _item(prop: Property, zones: Zones, zone: tzinfo | None) -> object:
    """A date, a datetime, or a period as (start, end or length)."""
    if "/" not in prop.value:
        return _moment(prop, zones, zone)
    period = _parsed(prop.value)
    if not isinstance(period, tuple):
        raise Unusable(f"{prop.name} is no period")
    start, end = period
    return _aware(start, prop, zones, zone), _aware(end, prop, zones, zone) if isinstance(end, date) else end


def _end(component: Component, start: date, zones: Zones) -> date:
    """RFC 5545 3.6.1: DTEND, or DURATION, or a day for a date and no time for a datetime. Never before the start."""
    ended, lasting = component.first("DTEND"), component.first("DURATION")
    zone = start.tzinfo if isinstance(start, datetime) else None
    end: date | None = None
    try:
        if ended:
            end = _moment(ended, zones, zone)
        elif lasting:
            end = _after(start, lasting.value)
    except BROKEN:
        end = None  # a start is enough
    if isinstance(start, datetime):
        if end is not None and not isinstance(end, datetime):
            end = datetime.combine(end, time.min, start.tzinfo)
        return max(start, end, key=_instant) if end else start
    if isinstance(end, datetime):
        end = end.date() + (_DAY if end.time() > time.min else timedelta())
    return max(end or start, start + _DAY)


def _after(start: date, lasting: str) -> date:
    """RFC 5545 3.3.6: days and weeks are calendar days, hours are hours, through a change of the clocks too."""
    length = duration(lasting)
    if not isinstance(start, datetime):
        return start + length
    by_calendar = re.search("[DW]", lasting.upper().partition("T")[0])
    days = timedelta(days=length.days if by_calendar else 0)
    return (((start + days).astimezone(UTC)) + (length - days)).astimezone(start.tzinfo)


def _instant(moment: date) -> datetime:
    return in_zone(moment, UTC)


def in_zone(moment: date, zone: tzinfo) -> datetime:
    """As a datetime in *zone*: a date is its midnight there; a time that the clocks skip is moved on."""
    if not isinstance(moment, datetime):
        moment = datetime.combine(moment, time.min, zone)
    return moment.astimezone(UTC).astimezone(zone)


def span(start: date, end: date, zone: ZoneInfo) -> Span:
    """The two in the user's zone."""
    return Span(in_zone(start, zone), in_zone(end, zone), not isinstance(start, datetime))


def basic(moment: date) -> str:
    """RFC 5545 basic format: ``20260305T100000Z``, ``20260305`` for a date."""
    if isinstance(moment, datetime):
        return f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    return f"{moment:%Y%m%d}"


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One of a series: what describes it, when it is, and when by the rule it would have been."""

    component: Component
    start: date
    end: date
    recurrence_id: date


def occurrences(master: Timed, changed: Sequence[Timed], since: datetime, until: datetime) -> Iterator[Occurrence]:
    """Those of a series that touch [*since*, *until*). Raises one of ``BROKEN`` where the rule can't be understood."""
    timed = [master, *changed]
    calendar = icalendar.Calendar()
    for number, one in enumerate(timed):
        calendar.add_component(_for_library(one, number))
    for found in recurring_ical_events.of(calendar).between(since.astimezone(UTC), until.astimezone(UTC)):
        source = timed[int(found["X-NUMBER"])]
        start, end = found["DTSTART"].dt, found["DTEND"].dt
        named = found.get("RECURRENCE-ID")  # older versions give it to changed ones only
        original = named.dt if named is not None else start
        if source.onwards and source.recurrence_id is not None:
            original = start - (source.start - source.recurrence_id)
        yield Occurrence(source.component, start, end, original)


def _for_library(timed: Timed, number: int) -> icalendar.Event:
    event = icalendar.Event()
    event["X-NUMBER"] = str(number)
    event.add("uid", "one")
    event.add("dtstart", timed.start)
    event.add("dtend", timed.end)
    if timed.recurrence_id is not None:
        event.add("recurrence-id", timed.recurrence_id, {"RANGE": "THISANDFUTURE"} if timed.onwards else {})
        return event
    for rule in timed.rules:
        event.add("rrule", icalendar.vRecur.from_ical(rule))
    for name, values in (("rdate", timed.rdates), ("exdate", timed.exdates)):
        for value in values:
            event.add(name, [value])
    return event


def stamp(props: Iterable[Property]) -> datetime | None:
    """The first of *props* that is a time, in UTC (CREATED, DTSTAMP and LAST-MODIFIED must be UTC, RFC 5545 3.8.7)."""
    for prop in props:
        try:
            moment = _parsed(prop.value.strip())
            if isinstance(moment, date):
                return in_zone(moment, UTC) if not isinstance(moment, datetime) else _utc(moment)
        except BROKEN:
            continue
    return None


def _utc(moment: datetime) -> datetime:
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
