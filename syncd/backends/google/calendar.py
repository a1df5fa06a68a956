"""A Google calendar that is read: what ``feed`` lists, as events and occurrences.

A pull of an unchanged calendar is one request; neither what is known of its series is unpacked then, nor the library
for recurrences loaded.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from syncd.backends.google.event_json import (
    BROKEN,
    cancelled,
    identifier,
    left_out,
    read,
    recurs,
    series_of,
    warning,
)
from syncd.backends.google.feed import Feed, Listing
from syncd.backends.google.known_series import Item, KnownSeries, Window
from syncd.model import Account, Event
from syncd.ports import EventChanges

_VERSION = 1
_TAKER = "events"
_AHEAD = timedelta(days=60)
"""How much farther than asked series are expanded, so that the window can move on without working them out again."""


@dataclass(frozen=True, slots=True)
class _Cursor:
    """Up to where the calendar was read, what of it, and what was known of its series, packed."""

    token: str
    window: Window
    series: str

    def __str__(self) -> str:
        return json.dumps(
            {
                "version": _VERSION,
                "token": self.token,
                "zone": self.window.zone.key,
                "since": self.window.since.isoformat(),
                "until": self.window.until.isoformat(),
                "series": self.series,
            },
            separators=(",", ":"),
        )

    @classmethod
    def load(cls, text: str | None, zone: ZoneInfo) -> _Cursor | None:
        """None for none, for one that this version can't use, and for one that another zone was read in."""
        try:
            found = json.loads(text or "")
            if found["version"] != _VERSION or found["zone"] != zone.key:
                return None
            since, until = (datetime.fromisoformat(found[name]) for name in ("since", "until"))
            return cls(str(found["token"]), Window(since, until, zone), str(found["series"]))
        except (ValueError, KeyError, TypeError):
            return None


class GoogleCalendar:
    """The calendar source (``syncd.ports.CalendarSource``) over *feed*, the calendar *name*, for a user in *zone*.

    A resource is an event by Google's id; all occurrences of a series are in that of their series, or in their own
    where the series was never given (the person was invited to one of its days). Occurrences may be given up to 60 days
    beyond what is asked. Reminders of ours and birthdays, absences and working places are no part of it.

    *account* is given where the calendar is the account's main one: there Google calls the person ``self``, whichever
    of their addresses was invited. In any other calendar, ``self`` is the calendar.
    """

    def __init__(self, feed: Feed, name: str, zone: ZoneInfo, account: Account | None = None) -> None:
        self._feed = feed
        self._name = name
        self._zone = zone
        self._account = account

    @property
    def name(self) -> str:
        """The calendar's id."""
        return self._name

    def pull(self, cursor: str | None, since: datetime, until: datetime) -> EventChanges:
        """As the port says. A full pull, and one that Google makes full, leaves out what ended before *since*."""
        old = _Cursor.load(cursor, self._zone)
        if old is None:
            return self._all(Window(since, until + _AHEAD, self._zone))
        fits = until <= old.window.until
        # What was expanded once stays expanded: an occurrence never vanishes because time passes.
        window = Window(min(since, old.window.since), old.window.until if fits else until + _AHEAD, self._zone)
        if since < old.window.since:  # what the listing began with is too late
            return self._all(window)
        listing = self._feed.changes(_TAKER, old.token, window.since)
        if listing.complete:
            return self._changes(listing, window, KnownSeries())
        if fits and not listing.items:
            return EventChanges(str(_Cursor(listing.token, window, old.series)))
        try:
            known = KnownSeries.unpack(old.series)
        except ValueError:
            return self._all(window)
        return self._changes(listing, window, known, again=not fits)

    def _all(self, window: Window) -> EventChanges:
        return self._changes(self._feed.changes(_TAKER, None, window.since), window, KnownSeries())

    def _changes(self, listing: Listing, window: Window, known: KnownSeries, *, again: bool = False) -> EventChanges:
        reading = _Reading(self._name, window, known, self._account)
        reading.take(listing.items)
        reading.expand(again=again)
        known.prune(window)
        return EventChanges(
            cursor=str(_Cursor(listing.token, window, known.pack())),
            changed=reading.changed,
            gone=frozenset(reading.gone - reading.changed.keys()),
            complete=listing.complete,
            warnings=tuple(reading.warnings),
        )


@dataclass(slots=True)
class _Reading:
    """What one listing changes: single events at once, series once all of the listing is taken into what is known."""

    source: str
    window: Window
    known: KnownSeries
    account: Account | None
    changed: dict[str, tuple[Event, ...]] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)
    warnings: list[str] = field(default_factory=list)
    touched: dict[str, list[Item]] = field(default_factory=dict)
    """The series to work out, each with its exceptions in this listing."""

    def take(self, items: Iterable[Item]) -> None:
        """Masters and single events before exceptions: a listing has them in any order."""
        exceptions: list[tuple[str, Item]] = []
        for item in items:
            if not identifier(item):
                self.warnings.append(warning(self.source, item, ValueError("Google gave it none")))
            elif not left_out(item):
                if series := series_of(item):
                    exceptions.append((series, item))
                else:
                    self._take_whole(item)
        for series, item in exceptions:
            self.touched.setdefault(series, []).append(item)
            self.known.put_exception(series, item)

    def _take_whole(self, item: Item) -> None:
        name = identifier(item)
        if recurs(item) and not cancelled(item):
            if name not in self.known.masters:  # exceptions that stood on their own are now its own
                self.gone |= self.known.exceptions.get(name, {}).keys()
            self.known.put_master(item)
            self.touched.setdefault(name, [])
            return
        self.known.drop(name)
        if cancelled(item):
            self.gone.add(name)
        else:
            self.changed[name] = self._read(item)

    def _read(self, item: Item) -> tuple[Event, ...]:
        try:
            return (read(item, self.source, self.window.zone, self.account),)
        except BROKEN as problem:
            self.warnings.append(warning(self.source, item, problem))
            return ()

    def expand(self, *, again: bool) -> None:
        """The occurrences of the series that the listing touched, of all series where the window is another."""
        for name in dict.fromkeys((*self.touched, *(self.known.masters if again else ()))):
            if name in self.known.masters:
                self.changed[name] = self._occurrences(name)
                continue
            for item in self.touched[name]:
                if cancelled(item):
                    self.gone.add(identifier(item))
                else:
                    self.changed[identifier(item)] = self._read(item)

    def _occurrences(self, name: str) -> tuple[Event, ...]:
        from syncd.backends.google.series import UNCLEAR, expand  # here: most pulls must not load the library

        master, exceptions = self.known.masters[name], self.known.exceptions.get(name, {}).values()
        try:
            return tuple(expand(master, exceptions, self.source, self.window, self.warnings, self.account))
        except UNCLEAR as problem:
            self.warnings.append(warning(self.source, master, problem))
            return ()
