"""The lines that a person wants to read: how it stands (``systemctl status``), what a cycle wrote, what is wrong. Pure.

Days and times are those of the person's zone, which *now* is in. Titles are syncd's own words, or the person's.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from syncd.errors import SignInNeeded
from syncd.faults import Fault
from syncd.model import Entry
from syncd.reconcile import Action, Op
from syncd.standing import TICK, Standing

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_SIGN = {Op.CREATE: "+", Op.UPDATE: "~", Op.DONE: "✓", Op.CANCEL: "-"}
_SHOWN = 5
"""Reminders named in one line; a first run may write dozens."""


@dataclass(frozen=True, slots=True)
class Known:
    """What is stored: the reminders as they stand, when a cycle last ended well, and what the person said."""

    standings: tuple[Standing, ...] = ()
    synced: datetime | None = None
    paused: date | None = None
    """The day on which a person who is away is back."""


@dataclass(frozen=True, slots=True)
class State:
    """How the daemon stands."""

    known: Known
    trouble: Fault | None
    """What keeps cycles from their end, the latest of it."""
    next_cycle: datetime
    config: str = ""
    """Why the one in its file was not taken over."""
    waits_for: str = ""
    """What was never read completely yet."""
    lacking: tuple[Fault, ...] = ()
    """What cycles go on without."""
    warnings: tuple[str, ...] = ()
    """Of the last cycle."""


def status(state: State, now: datetime) -> str:
    """How it stands, on one line, what is wrong first."""
    return "; ".join(_parts(state, now))


def _parts(state: State, now: datetime) -> Iterator[str]:
    if state.trouble is not None:
        yield trouble(state.trouble, state.next_cycle, now)
    if state.config:
        yield f"the config was not taken over: {first_line(state.config)}"
    if state.waits_for:
        yield f"no reminder yet: {state.waits_for} could not be read completely"
    yield headline(state.known, now)
    for fault in state.lacking:
        yield first_line(fault.text)
    if state.warnings:
        yield first_line("\n".join(state.warnings))


def counts(state: State, now: datetime) -> str:
    """As ``status``, where everybody may read it: ``synced 09:12; 3 open; 1 due``, and nobody and nothing is named."""
    return "; ".join(_counted(state, now))


def _counted(state: State, now: datetime) -> Iterator[str]:
    if state.trouble is not None:
        yield f"something is wrong since {_moment(state.trouble.since, now)}; the log says what"
    if state.config:
        yield "the config was not taken over; the log says why"
    if state.waits_for:
        yield "no reminder yet: not all could be read completely"
    if state.known.synced is None:
        yield "not synced yet"
    else:
        opened = [s.entry for s in state.known.standings if s.open]
        yield f"synced {_moment(state.known.synced, now)}; {len(opened)} open; {len(_due(opened, now))} due"
    if more := len(state.lacking) + len(state.warnings):
        yield f"{more} warning{'' if more == 1 else 's'} in the log"


def headline(known: Known, now: datetime) -> str:
    """``synced 09:12; 3 open; next: Thank Jane Hill (Acme), today 17:00``."""
    if known.synced is None:
        return "not synced yet"
    parts = [f"synced {_moment(known.synced, now)}"]
    if known.paused is not None:
        parts.append(f"paused until {_day(known.paused, now)}")
    opened = sorted((s.entry for s in known.standings if s.open), key=lambda e: (e.start.astimezone(UTC), e.title))
    if not opened:
        return "; ".join([*parts, "no reminder is open"])
    parts.append(f"{len(opened)} open")
    due = _due(opened, now)
    ahead = [e for e in opened if e not in due]
    if due:
        more = f" and {len(due) - 1} more" if len(due) > 1 else ""
        parts.append(f"due: {due[0].title}, {when(due[0].start, now, all_day=due[0].all_day)}{more}")
    if ahead:
        parts.append(f"next: {ahead[0].title}, {when(ahead[0].start, now, all_day=ahead[0].all_day)}")
    return "; ".join(parts)


def wrote(actions: Sequence[Action], now: datetime) -> str:
    """What a cycle wrote, as one line of the log: ``wrote 1 reminder: + Follow up with Acme (Fri 27 Mar 09:30)``."""
    told = [_told(action, now) for action in actions[:_SHOWN]]
    if len(actions) > _SHOWN:
        told.append(f"and {len(actions) - _SHOWN} more")
    return f"wrote {len(actions)} reminder{'' if len(actions) == 1 else 's'}: {'; '.join(told)}"


def trouble(fault: Fault, next_try: datetime, now: datetime) -> str:
    """A fault that keeps cycles from their end: ``Google can't be reached (since 09:12; next try 10:12)``."""
    since = _moment(fault.since, now)
    again = _moment(next_try, now) if next_try.astimezone(UTC) > now.astimezone(UTC) else "now"
    return f"{first_line(fault.text)} (since {since}{f'; next try {again}' if fault.passing else ''})"


def alarm(fault: Fault) -> str:
    """The title over *fault* on the desktop."""
    return "syncd: sign in again" if fault.name == SignInNeeded.__name__ else "syncd: the reminders stand still"


def first_line(text: str) -> str:
    """The first of several problems, and how many there are beside it."""
    first, *others = text.splitlines() or [""]
    return f"{first} (and {len(others)} more)" if others else first


def over(fault: Fault, now: datetime) -> str:
    """That it is, of a fault that was said, and how long it was there."""
    took = duration((fault.mended or now).astimezone(UTC) - fault.since.astimezone(UTC))
    return f"over after {took}: {first_line(fault.text)}"


def when(start: datetime, now: datetime, *, all_day: bool) -> str:
    """``today 17:00``, ``tomorrow``, ``Fri 27 Mar 09:30``; with the year where it isn't *now*'s."""
    local = start if all_day else start.astimezone(now.tzinfo)
    days = (local.date() - now.date()).days
    day = {0: "today", 1: "tomorrow", -1: "yesterday"}.get(days) or _day(local, now)
    return day if all_day else f"{day} {local:%H:%M}"


def duration(span: timedelta) -> str:
    """``30 seconds``, ``12 minutes``, ``3 hours``, ``2 days``: as coarse as one would say it."""
    seconds = max(1, int(span.total_seconds()))  # nothing is quicker than that, to a person
    for size, name in ((24 * 60 * 60, "day"), (60 * 60, "hour"), (60, "minute")):
        if seconds >= 2 * size:
            return f"{seconds // size} {name}s"
    return {1: "1 second", 60: "1 minute"}.get(seconds, f"{seconds} seconds")


def _due(opened: Sequence[Entry], now: datetime) -> list[Entry]:
    """Those of *opened* whose time has come. An all-day one is of its day until that is over."""
    return [e for e in opened if (e.end if e.all_day else e.start).astimezone(UTC) <= now.astimezone(UTC)]


def _told(action: Action, now: datetime) -> str:
    entry = action.entry
    title = f"{_SIGN[action.op]} {entry.title.removeprefix(TICK)}"
    if action.op in {Op.DONE, Op.CANCEL}:
        return title
    return f"{title} ({when(entry.start, now, all_day=entry.all_day)})"


def _moment(moment: datetime, now: datetime) -> str:
    """The time of day, with its day where that isn't today."""
    local = moment.astimezone(now.tzinfo)
    return f"{local:%H:%M}" if local.date() == now.date() else when(moment, now, all_day=False)


def _day(local: date, now: datetime) -> str:
    year = "" if local.year == now.year else f" {local.year}"
    return f"{_DAYS[local.weekday()]} {local.day} {_MONTHS[local.month - 1]}{year}"
