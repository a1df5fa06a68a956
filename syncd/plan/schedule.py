"""Where a reminder stands: at its due time, at the time the person gave it, or rolled on because its day is over.

Pure. Rolling happens once when the working day is over, to a half hour that is kept for that day (design, sections 1
and 8).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from syncd.model import Rule
from syncd.plan.business import BusinessCalendar
from syncd.plan.rules import Due
from syncd.standing import Standing, due_text

_FIXED = frozenset({Rule.ASK_NEXT_STEPS, Rule.MOVE_ON})
RING_AGAIN = timedelta(weeks=1)


@dataclass(frozen=True, slots=True)
class Place:
    """Where an open reminder goes.

    ``alarm`` is minutes before the start, None for silence; ``rang`` its last rolled alarm. ``chosen`` is the day that
    the person had moved it to: how late it is counts from there.

    ``kept`` tells that it stands where it stood. ``rolled`` that it is overdue.
    """

    start: datetime
    end: datetime
    alarm: int | None
    rang: date | None = None
    rolled: bool = False
    kept: bool = False
    chosen: date | None = None


def places(
    wanted: Iterable[tuple[Due, Standing | None]], calendar: BusinessCalendar, now: datetime
) -> list[Place | None]:
    """Place every open reminder; None for one that has no place left before it becomes pointless.

    First those that keep their place, then the rolled ones, oldest first, into the half hours that are still free.
    """
    items = list(wanted)
    found: list[Place | None] = [None] * len(items)
    rolling = []
    for index, (due, standing) in enumerate(items):
        kept = _kept(due, standing, calendar, now)
        if kept is not None:
            found[index] = kept
        else:
            rolling.append(index)
    taken = {place.start for place in found if place is not None}
    for index in sorted(rolling, key=lambda i: (items[i][0].due, items[i][0].rule, items[i][0].causes)):
        due, standing = items[index]
        slot = calendar.free_half_hour(now, frozenset(taken))
        if due.until is None or slot < due.until:
            taken.add(slot)
            found[index] = _rolled(due, standing, slot, calendar, now)
    return found


def _kept(due: Due, standing: Standing | None, calendar: BusinessCalendar, now: datetime) -> Place | None:
    """Where it stands or is first put, None where its day is over and it has to roll."""
    alarm = None if due.all_day else 0
    fresh = Place(due.due, calendar.later(due.due, due.length), alarm)
    if due.rule is Rule.MOVE_ON:
        return _move_on(due, standing, calendar, now)
    if standing is None:
        return fresh if due.rule in _FIXED or now < calendar.over_at(due.due) else None
    entry, marks = standing.entry, standing.marks
    chosen = _chosen(due, standing, calendar)
    here = Place(entry.start, entry.end, entry.alarm, marks.rang, _is_rolled(standing), kept=True, chosen=chosen)
    changed = _changed(due, standing)
    if due.rule is Rule.ASK_NEXT_STEPS:
        # A snooze holds for the interview it was made for; a moved interview moves its reminder.
        return here if standing.moved and not changed and entry.start < fresh.end else fresh
    if standing.moved:
        return here if now < calendar.over_at(entry.start) else None
    if changed:
        return fresh if now < calendar.over_at(due.due) else _still(here, due, calendar, now)
    return here if now < calendar.over_at(entry.start) and not _astray(here, calendar, now) else None


def _astray(here: Place, calendar: BusinessCalendar, now: datetime) -> bool:
    """Whether it was rolled to where it isn't wanted: the user travels since, or began a pause, or took one back."""
    if not here.rolled:
        return False
    day = calendar.day(here.start)
    if not calendar.opens(day) <= calendar.local(here.start) <= calendar.closes(day):
        return True
    return bool(calendar.user.away) and (calendar.is_away(day) or day > calendar.after(calendar.day(now)))


def _still(here: Place, due: Due, calendar: BusinessCalendar, now: datetime) -> Place | None:
    """Overdue already before its due time changed: it keeps the half hour it was rolled to."""
    ahead = here.rolled and here.start > due.due and now < calendar.over_at(here.start)
    return here if ahead and not _astray(here, calendar, now) else None


def _changed(due: Due, standing: Standing) -> bool:
    return standing.marks.due != due_text(due.due, all_day=due.all_day)


def _chosen(due: Due, standing: Standing, calendar: BusinessCalendar) -> date | None:
    """The day that the person moved it to, before it was rolled on from there; it holds for the due time it was for."""
    if standing.moved:
        return calendar.day(standing.entry.start)
    return None if _changed(due, standing) else standing.marks.snoozed


def _is_rolled(standing: Standing) -> bool:
    return standing.marks.rang is not None


def _move_on(due: Due, standing: Standing | None, calendar: BusinessCalendar, now: datetime) -> Place:
    if standing is not None:
        return Place(standing.entry.start, standing.entry.end, standing.entry.alarm, kept=True)
    # Missed while nothing ran: it is told on the next business day, since nobody looks at the past.
    day = max(due.due.date(), calendar.on_or_after(calendar.day(now)))
    start = calendar.at(day, datetime.min.time())
    return Place(start, calendar.at(day + timedelta(days=1), datetime.min.time()), None)


def _rolled(due: Due, standing: Standing | None, slot: datetime, calendar: BusinessCalendar, now: datetime) -> Place:
    """A new half hour: it rings on the first roll and then weekly; the others are silent."""
    day, rang = calendar.day(slot), standing.marks.rang if standing else None
    if standing is not None and now < standing.entry.start and standing.entry.alarm is not None:
        rang = None  # it was to ring there, and a pause or a journey came before that
    rings = rang is None or day - rang >= RING_AGAIN
    chosen = _chosen(due, standing, calendar) if standing else None
    end = calendar.later(slot, due.length)
    return Place(slot, end, 0 if rings else None, day if rings else rang, rolled=True, chosen=chosen)
