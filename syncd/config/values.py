"""Reads and writes single values of the config: durations, working hours, zones, addresses, paths, and their like.

Each kind turns what TOML gave into a typed value, or raises ``Wrong`` with the reason in words, and turns a typed value
back into what TOML would say. Nothing here knows which keys exist.
"""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import Any

from syncd.settings import WorkingHours

_TYPE_NAMES: tuple[tuple[type | tuple[type, ...], str], ...] = (
    (bool, "true or false"),
    (int, "a number"),
    (float, "a number with a fraction"),
    (str, "a text"),
    (list, "a list"),
    (dict, "a table"),
    ((date, time), "a date or time"),
)


class Wrong(ValueError):
    """Why a value can't be used, in words that go behind ``[table] key:``."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a config stands: the folder that relative paths start from, and the environment for ``~`` and ``$NAME``."""

    folder: str
    environ: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of value: ``parse`` reads it from what TOML gave, ``show`` gives what TOML would say."""

    parse: Callable[[object, Place], Any]
    show: Callable[[Any], str | int | bool | list[str]]


def nearest(word: str, known: Iterable[str]) -> str:
    """``; did you mean "…"?`` for the name in *known* that *word* comes closest to, or nothing."""
    by_folded = {name.casefold(): name for name in sorted(known)}
    close = difflib.get_close_matches(word.casefold(), by_folded, n=1)
    return f'; did you mean "{by_folded[close[0]]}"?' if close else ""


def quoted(raw: object) -> str:
    """*raw* on one line, short enough for a message, control characters escaped."""
    text = json.dumps(raw, ensure_ascii=False, default=str).replace("\x7f", "\\u007f")
    return text if len(text) <= 60 else f"{text[:57]}…"


def _is(raw: object, wanted: type, words: str) -> None:
    if type(raw) is not wanted:  # not isinstance: true is no number here
        found = next((name for kinds, name in _TYPE_NAMES if isinstance(raw, kinds)), "something else")
        raise Wrong(f"must be {words}, but is {found} ({quoted(raw)})")


# --- plain ones


def flag(raw: object, _: Place) -> bool:
    """True or false."""
    _is(raw, bool, "true or false")
    return bool(raw)


def text(raw: object, _: Place) -> str:
    """A text on one line, stripped; may be empty."""
    _is(raw, str, "a text in quotes")
    if not str(raw).isprintable():
        raise Wrong(f"holds control characters: {quoted(raw)}")
    return str(raw).strip()


def whole(least: int, most: int) -> Kind:
    """A whole number within bounds."""

    def parse(raw: object, _: Place) -> int:
        _is(raw, int, "a whole number")
        number = int(str(raw))
        if not least <= number <= most:
            raise Wrong(f"must lie between {least} and {most}, but is {number}")
        return number

    return Kind(parse, int)


def choice(options: tuple[str, ...]) -> Kind:
    """One of some words."""

    def parse(raw: object, place: Place) -> str:
        word = text(raw, place)
        if word not in options:
            listed = " or ".join(f'"{option}"' for option in options)
            raise Wrong(f"must be {listed}, but is {quoted(raw)}{nearest(word, options)}")
        return word

    return Kind(parse, str)


def many(one: Kind) -> Kind:
    """A list of values of one kind, each given once."""

    def parse(raw: object, place: Place) -> tuple[Any, ...]:
        if not isinstance(raw, list):
            raise Wrong(f"must be a list, as [{quoted(raw)}]")
        values = tuple(one.parse(item, place) for item in raw)
        twice = next((raw[i] for i, value in enumerate(values) if value in values[:i]), None)
        if twice is not None:
            raise Wrong(f"names {quoted(twice)} twice")
        if "" in values:
            raise Wrong("holds an empty text")
        return values

    return Kind(parse, lambda values: [str(one.show(value)) for value in values])


# --- times

_UNITS = {"w": 604_800, "d": 86_400, "h": 3600, "m": 60, "s": 1}
_PART = re.compile(r"(\d{1,9})\s*([wdhms])\s*", re.ASCII)
_NEGATIVE = re.compile(r"\s*-\s*\d")
DURATION_FORM = 'a number and a unit, as "90s", "15m", "2h", "14d" or "6w"'


def parse_duration(raw: object, likely: str = "m") -> timedelta:
    """A span of time from numbers with units, largest first: ``2h``, ``1h30m``, ``6w``. Raises ``Wrong``.

    *likely* is the unit that is proposed where there is none.
    """
    if type(raw) is int:
        raise Wrong(f'needs a unit: {DURATION_FORM}, but is {quoted(raw)}; did you mean "{raw}{likely}"?')
    _is(raw, str, DURATION_FORM)
    words = str(raw).strip()
    if _NEGATIVE.match(words):
        raise Wrong(f"must not be negative, but is {quoted(raw)}")
    seconds, at, last = 0, 0, max(_UNITS.values()) + 1
    while at < len(words):
        part = _PART.match(words, at)
        if part is None or _UNITS[part[2]] >= last:
            break
        last = _UNITS[part[2]]
        seconds += int(part[1]) * last
        at = part.end()
    if not words or at < len(words):
        raise Wrong(f"must be {DURATION_FORM}, but is {quoted(raw)}")
    if seconds > 100 * 366 * _UNITS["d"]:
        raise Wrong(f"is longer than a century: {quoted(raw)}")
    return timedelta(seconds=seconds)


def show_duration(span: timedelta) -> str:
    """*span* as ``parse_duration`` reads it. Weeks from three on only: people say 14 days, but six weeks."""
    left, out = int(span.total_seconds()), ""
    if left % _UNITS["w"] == 0 and left >= 3 * _UNITS["w"]:
        return f"{left // _UNITS['w']}w"
    for unit in "dhms":
        number, left = divmod(left, _UNITS[unit])
        out += f"{number}{unit}" if number else ""
    return out or "0m"


def duration(least: timedelta, most: timedelta) -> Kind:
    """A span of time within bounds."""

    def parse(raw: object, _: Place) -> timedelta:
        span = parse_duration(raw, "d" if least >= timedelta(days=1) else "m")
        if not least <= span <= most:
            bounds = f'"{show_duration(least)}" and "{show_duration(most)}"'
            raise Wrong(f"must lie between {bounds}, but is {quoted(raw)}")
        return span

    return Kind(parse, show_duration)


_CLOCK = r"(\d{1,2})(?:[:.](\d{2}))?"
_HOURS = re.compile(rf"{_CLOCK}\s*(?:-|\N{{EN DASH}})\s*{_CLOCK}", re.ASCII)
HOURS_FORM = 'two times of day in 24-hour form, as "09:00-17:00"'


def parse_hours(raw: object) -> WorkingHours:
    """Working hours from ``09:00-17:00``, ``9-17`` or ``9.30 - 17``. Raises ``Wrong``."""
    _is(raw, str, HOURS_FORM)
    found = _HOURS.fullmatch(str(raw).strip())
    if found is None:
        raise Wrong(f"must be {HOURS_FORM}, but is {quoted(raw)}")
    numbers = [int(group or 0) for group in found.groups()]
    if max(numbers[0], numbers[2]) > 23 or max(numbers[1], numbers[3]) > 59:
        raise Wrong(f"names a time that no clock shows, 00:00 to 23:59: {quoted(raw)}")
    start, end = time(numbers[0], numbers[1]), time(numbers[2], numbers[3])
    length = (end.hour - start.hour) * 60 + end.minute - start.minute
    if length < 0:
        evening = time(end.hour + 12, end.minute) if end.hour < 12 else start
        meant = f'; did you mean "{start:%H:%M}-{evening:%H:%M}"?' if evening > start else ""
        raise Wrong(f"ends before it starts: {quoted(raw)}{meant}")
    if length < 60:
        raise Wrong(f"must be an hour at least, or no reminder finds room in it, but is {quoted(raw)}")
    return WorkingHours(start, end)


def show_hours(hours: WorkingHours) -> str:
    """*hours* as ``parse_hours`` reads them."""
    return f"{hours.start:%H:%M}-{hours.end:%H:%M}"


FLAG = Kind(flag, bool)
TEXT = Kind(text, str)
HOURS = Kind(lambda raw, _: parse_hours(raw), show_hours)
