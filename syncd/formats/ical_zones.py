"""Which time zone a TZID means: an IANA name, a Windows name, or what the file's own VTIMEZONE says.

A name that IANA knows is IANA's, whatever the VTIMEZONE beside it says: rules change, and files keep the old ones. The
zones of one file are no other file's: Outlook calls all of them "Customized Time Zone".
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from datetime import tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import icalendar
from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

from syncd.formats.ical_lines import Component, Document

_KEPT = ("DTSTART", "TZOFFSETFROM", "TZOFFSETTO", "RRULE", "RDATE", "TZNAME")


class Zones:
    """The zones of one file. ``unknown`` collects names that nobody knows: their times are read in the user's zone."""

    def __init__(self, document: Document, home: ZoneInfo) -> None:
        self.home = home
        self.unknown: set[str] = set()
        self._known: dict[str, tzinfo] = {}
        self._defined: Mapping[str, str] = {
            component.text("TZID"): _definition(component) for _, component in document.components("VTIMEZONE")
        }

    def find(self, tzid: str) -> tzinfo:
        """The zone of that name; the user's zone for an empty or unknown one."""
        if not tzid:
            return self.home
        if tzid not in self._known:
            found = _named(tzid) or self._own(tzid)
            if found is None:
                self.unknown.add(tzid)
            self._known[tzid] = found or self.home
        return self._known[tzid]

    def _own(self, tzid: str) -> tzinfo | None:
        definition = self._defined.get(tzid)
        return _compile(definition) if definition else None


def _named(tzid: str) -> ZoneInfo | None:
    """By name; of a globally unique one (``/vendor/2026/Europe/Berlin``, RFC 5545 3.2.19) the end that IANA knows."""
    parts = tzid.strip("/").split("/")
    starts = range(len(parts)) if tzid.startswith("/") else range(1)
    names = ["/".join(parts[start:]) for start in starts]
    return next((zone for name in names if (zone := _iana(WINDOWS_TO_OLSON.get(name, name)))), None)


def _iana(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):  # OSError: the name of a folder, or one that is too long
        return None


def _definition(component: Component) -> str:
    """The parts of a VTIMEZONE that say something about time, in a form that dateutil takes."""
    lines: list[str] = []
    for part in component.children:
        if part.name in ("STANDARD", "DAYLIGHT"):
            lines += [f"BEGIN:{part.name}", *_kept(part), f"END:{part.name}"]
    # icalendar keeps zones by name for all files, so the name has to say what the zone is.
    own_name = hashlib.sha256("\n".join(lines).encode()).hexdigest()[:24]
    return "\r\n".join(["BEGIN:VTIMEZONE", f"TZID:syncd-{own_name}", *lines, "END:VTIMEZONE", ""])


def _kept(part: Component) -> Iterable[str]:
    for prop in part.properties(*_KEPT):
        # Clocks change once a year; anything finer would only be there to keep us busy.
        if prop.name != "RRULE" or "FREQ=YEARLY" in prop.value.upper():
            yield f"{prop.name}:{prop.value.strip()}"


@lru_cache(maxsize=64)
def _compile(definition: str) -> tzinfo | None:
    try:
        component = icalendar.Timezone.from_ical(definition)
        return component.to_tz() if isinstance(component, icalendar.Timezone) else None
    except (ValueError, KeyError, TypeError, AttributeError, IndexError, OverflowError):
        return None  # the library raises any of these on a broken one
