"""iCalendar files (RFC 5545) to events, one VEVENT at a time: what is broken costs itself and nothing else.

Loads the icalendar library; a run that finds no file changed should not import this.
"""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Literal
from zoneinfo import ZoneInfo

from syncd.formats.ical_lines import Component, Document, Property, clean, parse, shown
from syncd.formats.ical_times import BROKEN, Timed, basic, occurrences, read_times, reason, span, stamp
from syncd.formats.ical_zones import Zones
from syncd.model import Attendee, Event, Person

_ADDRESS = re.compile(r"mailto:\s*<?([^\s<>;,\"]+@[^\s<>;,\"]+)", re.IGNORECASE)
_OLDEST = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Reading:
    """What a file says. ``state``: ``whole``; ``cut`` where its end is missing; ``none`` where it is no iCalendar.

    ``recurring`` tells that other events may come out for another window.
    """

    state: Literal["whole", "cut", "none"]
    events: tuple[Event, ...] = ()
    recurring: bool = False
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Given:
    """A VEVENT with what its surroundings say of it."""

    uid: str
    timed: Timed
    cancelled: bool
    order: tuple[int, datetime, int]

    @property
    def slot(self) -> str:
        moment = self.timed.recurrence_id
        return "" if moment is None else basic(moment)


@dataclass(frozen=True, slots=True)
class _Where:
    source: str
    href: str
    zone: ZoneInfo
    since: datetime
    until: datetime


def read(data: bytes, zone: ZoneInfo, since: datetime, until: datetime, *, source: str = "", href: str = "") -> Reading:
    """All events in *data*: single ones whatever their time, of recurring ones the occurrences in [*since*, *until*).

    Floating and all-day times are in *zone*, the user's. Of several VEVENTs with the same UID and RECURRENCE-ID the one
    with the highest SEQUENCE counts, then the latest LAST-MODIFIED, then the last. What syncd wrote itself is left out.
    Never raises: a VEVENT that can't be understood is left out, and ``warnings`` names *href* and its UID.
    """
    document = parse(data)
    if not document.calendar:
        return Reading("none")
    where, zones, warnings = _Where(source, href, zone, since, until), Zones(document, zone), list[str]()
    events: list[Event] = []
    recurring = False
    for uid, slots in _latest(document, zones, href, warnings).items():
        master = slots.get("")
        recurs = master is not None and master.timed.recurs
        recurring = recurring or recurs
        try:
            events += _series(list(slots.values()), where) if recurs else [_event(g, where) for g in slots.values()]
        except BROKEN as problem:
            warnings.append(_warning(href, uid, problem))
    return _reading(document, zones, events, recurring, href, warnings)


def read_stated(data: bytes, zone: ZoneInfo, *, href: str = "") -> Reading:
    """Every event in *data* as it stands there, whatever its time: a series once, by its first occurrence.

    Otherwise as ``read``.
    """
    document = parse(data)
    if not document.calendar:
        return Reading("none")
    where, zones, warnings = _Where("", href, zone, _OLDEST, _OLDEST), Zones(document, zone), list[str]()
    events: list[Event] = []
    recurring = False
    for uid, slots in _latest(document, zones, href, warnings).items():
        for given in slots.values():
            recurring = recurring or given.timed.recurs
            try:
                events.append(_event(given, where))
            except BROKEN as problem:
                warnings.append(_warning(href, uid, problem))
    return _reading(document, zones, events, recurring, href, warnings)


def _reading(
    document: Document, zones: Zones, events: Sequence[Event], recurring: bool, href: str, warnings: list[str]
) -> Reading:
    unknown = [
        f"{href}: the time zone {shown(name)!r} is unknown; read as {zones.home.key}" for name in sorted(zones.unknown)
    ]
    return Reading("whole" if document.whole else "cut", tuple(events), recurring, (*warnings, *unknown))


def _latest(document: Document, zones: Zones, href: str, warnings: list[str]) -> dict[str, dict[str, _Given]]:
    """What counts of each series or single event: by UID, then by slot."""
    groups: dict[str, dict[str, _Given]] = defaultdict(dict)
    for given in _given(document, zones, href, warnings):
        known = groups[given.uid].get(given.slot)
        if known is None or known.order <= given.order:
            groups[given.uid][given.slot] = given
    return groups


def _warning(href: str, uid: str, problem: Exception) -> str:
    return f"{href}: event {shown(uid)} is left out: {reason(problem)}"


def _given(document: Document, zones: Zones, href: str, warnings: list[str]) -> Iterator[_Given]:
    for number, (calendar, component) in enumerate(document.components("VEVENT")):
        if component.first("X-SYNCD-KEY"):
            continue
        uid = _uid(component)
        if not component.whole:
            warnings.append(f"{href}: event {shown(uid)} is left out: it has no END")
            continue
        try:
            timed = read_times(component, zones)
            order = (_sequence(component), stamp(component.properties("LAST-MODIFIED")) or _OLDEST, number)
        except BROKEN as problem:
            warnings.append(_warning(href, uid, problem))
            continue
        cancelled = calendar is not None and calendar.text("METHOD").strip().upper() == "CANCEL"
        yield _Given(uid, timed, cancelled, order)


def _uid(component: Component) -> str:
    """The UID, or for what has none (RFC 5545 demands one) an id that stays while time and title do."""
    uid = component.text("UID").strip()
    if uid:
        return uid
    start = component.first("DTSTART")
    said = f"{start.value if start else ''}\n{component.text('SUMMARY')}"
    return f"no-uid-{hashlib.sha256(said.encode()).hexdigest()[:16]}"


def _sequence(component: Component) -> int:
    value = component.text("SEQUENCE").strip()
    return int(value) if value.isdecimal() and len(value) < 10 else 0


def _event(given: _Given, where: _Where) -> Event:
    return _described(given, given.timed.start, given.timed.end, given.slot, where)


def _series(slots: Sequence[_Given], where: _Where) -> Iterator[Event]:
    """The occurrences of a series in the window, changed ones as changed."""
    by_component = {id(given.timed.component): given for given in slots}
    master = next(given for given in slots if not given.slot)
    changed = [given.timed for given in slots if given.slot]
    for one in occurrences(master.timed, changed, where.since, where.until):
        yield _described(by_component[id(one.component)], one.start, one.end, basic(one.recurrence_id), where)


def _described(given: _Given, start: date, end: date, recurrence_id: str, where: _Where) -> Event:
    component, times = given.timed.component, span(start, end, where.zone)
    props: dict[str, Property] = {}
    attendees: list[Property] = []
    for prop in component.properties():
        props.setdefault(prop.name, prop)
        if prop.name == "ATTENDEE":
            attendees.append(prop)

    def text(name: str) -> str:
        return clean(props[name].text).strip() if name in props else ""

    return Event(
        source=where.source,
        href=where.href,
        uid=given.uid,
        start=times.start,
        end=times.end,
        title=text("SUMMARY"),
        recurrence_id=recurrence_id,
        event_id=given.uid,
        all_day=times.all_day,
        description=text("DESCRIPTION") or text("X-ALT-DESC"),
        location=text("LOCATION"),
        url=props["URL"].value.strip() if "URL" in props else "",
        organizer=_person(props["ORGANIZER"]) if "ORGANIZER" in props else None,
        attendees=tuple(_attendees(attendees)),
        status="cancelled" if given.cancelled else _status(text("STATUS")),
        created=stamp(props[name] for name in ("CREATED", "DTSTAMP") if name in props),
        modified=stamp(props[name] for name in ("LAST-MODIFIED",) if name in props),
    )


def _status(status: str) -> str:
    status = status.lower()
    return {"canceled": "cancelled", "cancelled": "cancelled", "tentative": "tentative"}.get(status, "confirmed")


def _attendees(props: Iterable[Property]) -> Iterator[Attendee]:
    for prop in props:
        person = _person(prop)
        if person.name or person.email:
            kind, status = prop.params.get("CUTYPE", ""), prop.params.get("PARTSTAT", "")
            yield Attendee(person, kind.lower() or "individual", status.lower() or "needs-action")


def _person(prop: Property) -> Person:
    """CN and address. Apple writes a path for the address and the address into EMAIL (RFC 7986 6.2)."""
    value = prop.value.strip()
    found = _ADDRESS.search(value) or _ADDRESS.search("mailto:" + prop.params.get("EMAIL", ""))
    email = found.group(1).lower() if found else ""
    if not email and "@" in value and not re.search(r"[\s/]", value):
        email = value.lower()
    name = " ".join(prop.params.get("CN", "").strip("'\" ").split())
    return Person("" if name.lower() == email else name, email)
