"""Recurring events: a master and its exceptions to the occurrences in a window.

What Google says is put into the terms of RFC 5545, which its recurrence lines are written in, so that a series means
the same here as in a file. Loads the icalendar library: only where there is a series.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from syncd.backends.google.event_json import cancelled, identifier, original_start, read, times, uid, warning
from syncd.backends.google.known_series import Window
from syncd.formats.ical_lines import Component, Document, Line, clean
from syncd.formats.ical_times import BROKEN, Timed, occurrences, read_times
from syncd.formats.ical_zones import Zones
from syncd.model import Account, Event

UNCLEAR = BROKEN
"""What is raised for a series that can't be understood."""

_LINES = re.compile(r"\s*(?:RRULE|RDATE|EXDATE)\s*[:;]", re.IGNORECASE)
_NOWHERE = Document(b"", (), calendar=False, whole=False)


def expand(
    master: dict[str, Any],
    exceptions: Iterable[dict[str, Any]],
    source: str,
    window: Window,
    warnings: list[str],
    account: Account | None = None,
) -> Iterator[Event]:
    """The occurrences of *master* that touch the window, changed ones as changed, cancelled ones left out.

    An exception that can't be understood is left out and named in *warnings*; *account* as in ``event_json.read``.
    Raises one of ``UNCLEAR`` where the series itself can't be.
    """
    first, home = _master(master, window.zone)
    skipped: list[date] = []
    changed: list[Timed] = []
    described = {id(first.component): master}
    for item in exceptions:
        try:
            original = _aligned(original_start(item, home), first.start, window.zone)
            if cancelled(item):
                skipped.append(original)
            else:
                one = Timed(Component("VEVENT", 0), *times(item, home), recurrence_id=original)
                described[id(one.component)] = {**item, "iCalUID": uid(master)}
                changed.append(one)
        except BROKEN as problem:
            warnings.append(warning(source, item, problem))
    first = replace(first, exdates=(*first.exdates, *skipped))
    for found in occurrences(first, changed, window.since, window.until):
        yield read(
            described[id(found.component)],
            source,
            window.zone,
            account,
            href=identifier(master),
            at=(found.start, found.end),
            original=found.recurrence_id,
            series=identifier(master),
        )


def _master(master: dict[str, Any], zone: ZoneInfo) -> tuple[Timed, ZoneInfo]:
    """What RFC 5545 would have of a series, and the zone that its wall-clock times are in."""
    start, end = times(master, zone)
    if isinstance(start, datetime):
        begins = f"DTSTART:{start:%Y%m%dT%H%M%S}"
        home = start.tzinfo if isinstance(start.tzinfo, ZoneInfo) else zone
    else:
        begins, home = f"DTSTART;VALUE=DATE:{start:%Y%m%d}", zone
    listed = master.get("recurrence")
    lines = [line.strip() for line in listed if isinstance(line, str)] if isinstance(listed, list) else []
    texts = [begins, *(clean(line) for line in lines if _LINES.match(line))]
    component = Component("VEVENT", 0, [Line(0, 0, text) for text in texts])
    return replace(read_times(component, Zones(_NOWHERE, home)), end=end), home


def _aligned(original: date, start: date, zone: ZoneInfo) -> date:
    """*original* as a date or a time, as the series' *start* is: the series may have become one of whole days since."""
    if isinstance(start, datetime) and not isinstance(original, datetime):
        return datetime.combine(original, start.timetz())
    if isinstance(original, datetime) and not isinstance(start, datetime):
        return original.astimezone(zone).date()
    return original
