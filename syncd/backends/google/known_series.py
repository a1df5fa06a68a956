"""The recurring events of a calendar as last given: masters and exceptions, kept between pulls.

Google gives a change once. What a series means in a later window, or with a later exception, has to be worked out from
what was given before.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from syncd.backends.google.event_json import BROKEN, identifier, original_start, slot, times, trimmed

Item = dict[str, Any]

_MARGIN = timedelta(days=35)
"""How long before the window an exception still counts: the occurrence that it is about may reach into it."""
_UNTIL = re.compile(r"\bUNTIL=(\d{8}(?:T\d{6})?)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Window:
    """From when to when (exclusive) occurrences are wanted, for a user in *zone*."""

    since: datetime
    until: datetime
    zone: ZoneInfo


@dataclass(slots=True)
class KnownSeries:
    """``masters`` by their ids; ``exceptions`` by the id of their series, which may be unknown, then by their own."""

    masters: dict[str, Item] = field(default_factory=dict)
    exceptions: dict[str, dict[str, Item]] = field(default_factory=dict)

    def put_master(self, master: Item) -> None:
        """Take a master as it is now. Where it now ends earlier, exceptions from beyond its end are no more.

        ("This and following events" ends a series and begins another, without its exceptions.)
        """
        name, old = identifier(master), self.masters.get(identifier(master))
        self.masters[name] = trimmed(master)
        end = _end(master)
        if old is not None and end and old.get("recurrence") != master.get("recurrence"):
            known = self.exceptions.pop(name, {})
            self.exceptions[name] = {one: item for one, item in known.items() if _within(item, end)}

    def put_exception(self, series: str, exception: Item) -> None:
        """Take an exception as it is now, cancelled ones too."""
        self.exceptions.setdefault(series, {})[identifier(exception)] = trimmed(exception)

    def drop(self, name: str) -> None:
        """Forget a series."""
        self.masters.pop(name, None)
        self.exceptions.pop(name, None)

    def prune(self, window: Window) -> None:
        """Forget what can't touch the window any more, nor a later one."""
        before = window.since - _MARGIN
        for name, known in list(self.exceptions.items()):
            kept = {one: item for one, item in known.items() if not _past(item, before, window.zone)}
            if kept:
                self.exceptions[name] = kept
            else:
                del self.exceptions[name]
        for name, master in list(self.masters.items()):
            end = _end(master)
            if end and end < slot(before) and name not in self.exceptions:
                del self.masters[name]

    def pack(self) -> str:
        """As text, empty for none. Compressed: descriptions repeat themselves, and it is stored with each pull."""
        if not self.masters and not self.exceptions:
            return ""
        written = json.dumps([self.masters, self.exceptions], separators=(",", ":"))
        return base64.b64encode(zlib.compress(written.encode())).decode()

    @classmethod
    def unpack(cls, packed: str) -> KnownSeries:
        """What ``pack`` gave. Raises ``ValueError`` where it is something else."""
        if not packed:
            return cls()
        try:
            masters, exceptions = json.loads(zlib.decompress(base64.b64decode(packed)))
        except (zlib.error, binascii.Error, TypeError) as problem:
            raise ValueError(str(problem)) from problem
        if not isinstance(masters, dict) or not isinstance(exceptions, dict):
            raise ValueError("they are no series")  # noqa: TRY004 - what was stored, not an argument
        return cls(masters, exceptions)


def _past(exception: Item, before: datetime, zone: ZoneInfo) -> bool:
    """Whether neither when it is nor when it would have been is later than *before*; so is what has no time at all."""
    return all(when < before for when in _moments(exception, zone))


def _moments(exception: Item, zone: ZoneInfo) -> Iterator[datetime]:
    for read in (original_start, _ends):
        try:
            when = read(exception, zone)
            yield when if isinstance(when, datetime) else datetime(when.year, when.month, when.day, tzinfo=UTC)
        except BROKEN:
            continue


def _ends(exception: Item, zone: ZoneInfo) -> date:
    return times(exception, zone)[1]


def _within(exception: Item, end: str) -> bool:
    """Whether the occurrence that it is about is not beyond *end*, an UNTIL: a day, or a time in UTC."""
    try:
        return slot(original_start(exception, UTC))[: len(end)] <= end
    except BROKEN:
        return False


def _end(master: Item) -> str:
    """The UNTIL of a series; empty where it has none, or more than one rule."""
    listed = master.get("recurrence")
    lines = [line for line in listed if isinstance(line, str)] if isinstance(listed, list) else []
    if sum(not line.upper().startswith("EXDATE") for line in lines) != 1:
        return ""
    found = _UNTIL.search(" ".join(lines))
    return found.group(1) if found else ""
