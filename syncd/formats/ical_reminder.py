"""Reminders in iCalendar files: read ours out of a file, and change a file by exactly what is ours in it.

Edits are cuts in the bytes of the file. What isn't ours (other events, and what other programs added to one of ours)
stays as it is, byte for byte, line ends included.

Times are written in UTC. A reminder is a single moment; UTC needs no VTIMEZONE, which in a file of somebody else's
would have to be put in, shared and kept, and no client reads it wrongly: all show it in the reader's own zone.
"""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from syncd import marks
from syncd.formats.ical_lines import Component, Document, clean, escape, fold_all, parse
from syncd.formats.ical_times import BROKEN, duration, read_times, reason, span, stamp
from syncd.formats.ical_zones import Zones
from syncd.model import Entry

Pairs = tuple[tuple[str, str], ...]

PRODUCT = "-//syncd//syncd//EN"
_MARK = "X-SYNCD-"
_MINUTE = timedelta(minutes=1)
_BUILT_IN_CONTENT = frozenset({"VEVENT", "VTODO", "VJOURNAL", "VFREEBUSY"})
_ALARM_OF_OTHERS = re.compile(r"UID|X-(?!MOZ-LASTACK)")


@dataclass(frozen=True, slots=True)
class Found:
    """What of ours is in a file: entries by id, and the ids of those that can't be understood, with the reason."""

    entries: dict[str, Entry] = field(default_factory=dict)
    broken: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Rest:
    """A file without a reminder. ``empty``: no event, task or note is left in it; ``ours``: syncd made the file."""

    data: bytes
    empty: bool
    ours: bool


def find(document: Document, zone: ZoneInfo, known: Mapping[str, Pairs]) -> Found:
    """Our reminders in a file. *known* maps the ids in the ledger to the marks kept there.

    Ours is what has marks from which its UID derives, and what has a UID of the ledger's though its marks were lost
    (some programs drop X- properties, or long ones): then those of the ledger stand in. A copy has another UID: it is
    the person's own.
    """
    found, zones = Found(), Zones(document, zone)
    for uid, components in _by_uid(document).items():
        pairs = _marks_of(components[0], uid, known)
        if pairs is None:
            continue
        if not all(component.whole for component in components):
            found.broken[uid] = "it has no END"
            continue
        try:
            found.entries[uid] = _entry(document, components, uid, pairs, zones)
        except BROKEN as problem:
            found.broken[uid] = reason(problem)
    return found


def _by_uid(document: Document) -> dict[str, list[Component]]:
    """All VEVENTs by UID, the one that is no RECURRENCE-ID's first: the person may have made a series of it."""
    found: dict[str, list[Component]] = defaultdict(list)
    for _, component in document.components("VEVENT"):
        found[component.text("UID").strip()].append(component)
    for components in found.values():
        components.sort(key=lambda component: component.first("RECURRENCE-ID") is not None)
    return found


def _marks_of(component: Component, uid: str, known: Mapping[str, Pairs]) -> Pairs | None:
    pairs = _marks_in(component)
    read = marks.from_pairs(pairs)
    if read is None or read.event_id != uid:
        return known.get(uid)
    if "syncdWrote" not in dict(pairs) and "syncdWrote" in dict(known.get(uid, ())):
        return known[uid]
    order = [name for name, _ in marks.to_pairs(read)]  # other programs sort them
    return tuple(sorted(pairs, key=lambda pair: order.index(pair[0]) if pair[0] in order else len(order)))


def _marks_in(component: Component) -> Pairs:
    """The marks in the event itself, in the order of its lines."""
    return tuple(
        (f"syncd{prop.name.removeprefix(_MARK).capitalize()}", clean(prop.text))
        for prop in component.properties()
        if prop.name.startswith(_MARK)
    )


def _entry(document: Document, components: list[Component], uid: str, pairs: Pairs, zones: Zones) -> Entry:
    component = components[0]
    timed = read_times(component, zones)
    times = span(timed.start, timed.end, zones.home)
    return Entry(
        event_id=uid,
        title=clean(component.text("SUMMARY")),
        text=clean(component.text("DESCRIPTION")),
        start=times.start,
        end=times.end,
        all_day=times.all_day,
        alarm=next((minutes for _, minutes in _alarms(component, uid)), None),
        link=_link(component.text("URL")),
        added=any(component.first(name) for name in _ADDED),
        marks=pairs,
        etag=_etag(document, components),
        modified=stamp(component.properties("LAST-MODIFIED")),
    )


_ADDED = ("ATTENDEE", "RRULE", "RDATE", "LOCATION", "GEO", "ATTACH", "CONFERENCE")
"""What syncd never writes into a reminder."""


def _link(url: str) -> str:
    """A page, as RFC 5545 has it in URL; what else may stand there is none."""
    return url if url.isprintable() and url.startswith(("https://", "http://")) else ""


def _etag(document: Document, components: Iterable[Component]) -> str:
    digest = hashlib.sha256()
    for component in components:
        digest.update(document.data[component.start : component.end])
    return digest.hexdigest()[:32]


def _alarms(component: Component, uid: str) -> Iterator[tuple[Component, int]]:
    """Our alarms: under the UID that we give, or with neither UID nor anything else that says whose it is."""
    for alarm in component.children:
        trigger = alarm.first("TRIGGER")
        if alarm.name != "VALARM" or not alarm.whole or trigger is None:
            continue
        others = any(_ALARM_OF_OTHERS.match(line.name) for line in alarm.lines)
        if alarm.text("UID") != _alarm_uid(uid) and (others or alarm.text("ACTION").upper() != "DISPLAY"):
            continue
        try:
            before = -duration(trigger.value)
        except BROKEN:  # an absolute time, say
            continue
        if trigger.params.get("RELATED", "START").upper() == "START":
            yield alarm, before // _MINUTE


def _alarm_uid(uid: str) -> str:
    return f"{uid}-alarm"


def added(document: Document | None, entry: Entry, zone: ZoneInfo, now: datetime) -> bytes:
    """The file with *entry* in it, or a new file. *document* must be whole."""
    if document is None:
        head = ["BEGIN:VCALENDAR", "VERSION:2.0", f"PRODID:{PRODUCT}", "CALSCALE:GREGORIAN"]
        return fold_all([*head, *_event_lines(entry, zone, now), "END:VCALENDAR"], b"\r\n")
    last = [root for root in document.roots if root.name == "VCALENDAR"][-1]
    lines = fold_all(_event_lines(entry, zone, now), _newline(document.data, last.start))
    return document.data[: last.body_end] + lines + document.data[last.body_end :]


def _event_lines(entry: Entry, zone: ZoneInfo, now: datetime) -> list[str]:
    return [
        "BEGIN:VEVENT",
        f"UID:{escape(entry.event_id)}",
        f"DTSTAMP:{_utc(now)}",
        f"CREATED:{_utc(now)}",
        f"LAST-MODIFIED:{_utc(now)}",
        "SEQUENCE:0",
        *(line for line in _time_lines(entry, zone).values() if line),
        f"SUMMARY:{escape(entry.title)}",
        *([f"DESCRIPTION:{escape(entry.text)}"] if entry.text else []),
        *([f"URL:{entry.link}"] if _link(entry.link) else []),
        "CLASS:PRIVATE",
        "TRANSP:TRANSPARENT",
        "STATUS:CONFIRMED",
        "CATEGORIES:Follow-up",
        *(f"{_mark_name(name)}:{escape(value)}" for name, value in entry.marks),
        *(_alarm_lines(entry) if entry.alarm is not None else []),
        "END:VEVENT",
    ]


def _utc(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _mark_name(name: str) -> str:
    return f"{_MARK}{name.removeprefix('syncd').upper()}"


def _time_lines(entry: Entry, zone: ZoneInfo) -> dict[str, str]:
    """DTSTART and DTEND; no DTEND where it would not be later (RFC 5545 3.8.2.2). DURATION would be a second end."""
    if entry.all_day:
        first, last = entry.start.astimezone(zone).date(), entry.end.astimezone(zone).date()
        end = f"DTEND;VALUE=DATE:{last:%Y%m%d}" if last > first else ""
        return {"DTSTART": f"DTSTART;VALUE=DATE:{first:%Y%m%d}", "DTEND": end, "DURATION": ""}
    start, stop = _utc(entry.start), _utc(entry.end)
    return {"DTSTART": f"DTSTART:{start}", "DTEND": f"DTEND:{stop}" if stop > start else "", "DURATION": ""}


def _alarm_lines(entry: Entry) -> list[str]:
    return [
        "BEGIN:VALARM",
        f"UID:{escape(_alarm_uid(entry.event_id))}",
        "ACTION:DISPLAY",
        _trigger(entry.alarm or 0),
        f"DESCRIPTION:{escape(entry.title)}",
        "END:VALARM",
    ]


def _trigger(minutes: int) -> str:
    return f"TRIGGER:{'-' if minutes >= 0 else ''}PT{abs(minutes)}M"


def changed(document: Document, old: Entry, new: Entry, zone: ZoneInfo, now: datetime) -> bytes:
    """The file with what differs between *old* and *new* written into our event; the same bytes where nothing does.

    SEQUENCE, LAST-MODIFIED and DTSTAMP follow every change.
    """
    component = _by_uid(document)[old.event_id][0]
    edit = _Edit(document.data, component)
    if (old.start, old.end, old.all_day) != (new.start, new.end, new.all_day):
        for name, line in _time_lines(new, zone).items():
            edit.put(name, line)
    if old.title != new.title:
        edit.put("SUMMARY", f"SUMMARY:{escape(new.title)}")
    if old.text != new.text:
        edit.put("DESCRIPTION", f"DESCRIPTION:{escape(new.text)}" if new.text else "")
        edit.put("X-ALT-DESC", "")  # the same in HTML, and now no longer the same
    if old.link != new.link and (_link(new.link) or not new.link):
        edit.put("URL", f"URL:{new.link}" if new.link else "")
    if old.alarm != new.alarm:
        for alarm, _ in _alarms(component, old.event_id):
            edit.cut(alarm)
        if new.alarm is not None:
            edit.append(_alarm_lines(new))
    if edit.empty and old.marks == new.marks:
        return document.data
    # Against those in the file and not those of *old*: what a program dropped is put back with the next change.
    before, after = dict(_marks_in(component)), dict(new.marks)
    for name in {**before, **after}:
        if before.get(name) != after.get(name):
            edit.put(_mark_name(name), f"{_mark_name(name)}:{escape(after[name])}" if name in after else "")
    if edit.empty:
        return document.data
    sequence = component.text("SEQUENCE").strip()
    edit.put("SEQUENCE", f"SEQUENCE:{int(sequence) + 1 if sequence.isdecimal() and len(sequence) < 10 else 1}")
    edit.put("LAST-MODIFIED", f"LAST-MODIFIED:{_utc(now)}")
    edit.put("DTSTAMP", f"DTSTAMP:{_utc(now)}")
    return edit.apply()


def removed(document: Document, uid: str) -> Rest:
    """The file without our reminder *uid*, and what is left in it."""
    data, at, kept = document.data, 0, bytearray()
    for component in sorted(_by_uid(document).get(uid, []), key=lambda component: component.start):
        kept += data[at : component.start]
        at = component.end
    kept += data[at:]
    rest = parse(bytes(kept))
    empty = not any(any(rest.components(name)) for name in _BUILT_IN_CONTENT)
    return Rest(bytes(kept), empty, all(root.text("PRODID") == PRODUCT for root in rest.roots))


class _Edit:
    """Changes to one component, collected as cuts in the bytes around it."""

    def __init__(self, data: bytes, component: Component) -> None:
        self._data = data
        self._component = component
        self._newline = _newline(data, component.start)
        self._cuts: dict[tuple[int, int], bytes] = {}
        self._last_lines = b""
        self._more = b""

    @property
    def empty(self) -> bool:
        """Whether nothing changes."""
        return not (self._cuts or self._last_lines or self._more)

    def put(self, name: str, line: str) -> None:
        """Have *line* as the only property of that name; an empty one for none."""
        text = fold_all([line], self._newline) if line else b""
        for known in self._component.lines:
            if known.name == name:
                self._cuts[known.start, known.end] = text
                text = b""
        self._last_lines += text

    def cut(self, part: Component) -> None:
        """Leave *part* out."""
        self._cuts[part.start, part.end] = b""

    def append(self, lines: Iterable[str]) -> None:
        """Put another component in, after all others."""
        self._more += fold_all(lines, self._newline)

    def apply(self) -> bytes:
        """The bytes with all changes."""
        end = self._component.body_end
        first_part = min((part.start for part in self._component.children), default=end)
        pieces, at = list[bytes](), 0
        places = [(span, text) for span, text in self._cuts.items()]
        places += [((first_part, first_part), self._last_lines), ((end, end), self._more)]
        for (start, stop), text in sorted(places, key=lambda place: place[0]):
            pieces += [self._data[at:start], text]
            at = stop
        return b"".join([*pieces, self._data[at:]])


def _newline(data: bytes, start: int) -> bytes:
    """How lines end there."""
    found = re.compile(rb"\r*\n|\r").search(data, start)
    return found.group() if found else b"\r\n"
