"""In the waiting time: follow up on the date they named, and every couple of weeks. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from syncd.model import ReminderState, Rule, Touchpoint
from syncd.plan.lifecycle import THEIR_WORD, InterviewDay, answered, known_at
from syncd.plan.rules.ruling import HALF_HOUR, Due, Ruling, because, on


def follow_up_promised(ruling: Ruling) -> Iterator[Due]:
    """When a date that they named has passed without a word. A later date replaces an earlier one."""
    course, calendar = ruling.course, ruling.calendar
    slots = tuple(slot for day in course.days for slot in day.slots)
    made = [p for p in ruling.opportunity.promises if p.said <= ruling.now]
    for number, promise in enumerate(made):
        until_next = made[number + 1].said if number + 1 < len(made) else None
        # the very word that names another date may come on the first one, and so keep it
        past = tuple(t for t in course.past if until_next is None or t.at <= until_next)
        answer = answered(promise, past, slots if until_next is None else (), calendar, ruling.reopened)
        if answer is None and (until_next is not None or not ruling.active):
            continue
        day = calendar.after(promise.by, ruling.rules.follow_up_promised.business_days)
        by = answer if isinstance(answer, Touchpoint) else None
        yield Due(
            Rule.FOLLOW_UP_PROMISED,
            (promise.cause,),
            calendar.follow_up_time(day),
            HALF_HOUR,
            ReminderState.OPEN if answer is None else ReminderState.DONE,
            f"they said that you would hear by {promise.by:%a %-d %b}" if by is None else because(by),
            by=by,
            promise=promise,
        )


@dataclass(frozen=True, slots=True)
class _Period:
    """The time since something that opened it; ``last`` is the last touchpoint in it."""

    causes: tuple[str, ...]
    opened: datetime
    last: datetime
    day: InterviewDay | None = None
    ended_by: Touchpoint | None = None


def _periods(ruling: Ruling) -> list[_Period]:
    """The periods of an opportunity, oldest first: opened by an interview day, their word, or our follow-up."""
    periods: list[_Period] = []
    moments: list[tuple[datetime, InterviewDay | Touchpoint]] = [
        (day.last, day) for day in ruling.course.days if day.end <= ruling.now
    ]
    moments += [(t.at, t) for t in ruling.course.past if t.kind in THEIR_WORD | {"follow_up", "thank_you", "active"}]
    for at, what in sorted(moments, key=lambda m: m[0]):
        if isinstance(what, InterviewDay):
            periods.append(_Period(what.causes, at, at, day=what))
        elif what.kind == "thank_you":
            if periods:
                periods[-1] = replace(periods[-1], last=at)
        elif not periods or ruling.counts(what, Rule.FOLLOW_UP, periods[-1].causes):
            if periods:
                periods[-1] = replace(periods[-1], ended_by=what)
            periods.append(_Period((what.evidence,), at, at))
    return periods


def _spoken_of_since(ruling: Ruling) -> list[datetime]:
    """Their words since the interview was arranged, where none takes place: called off, and yet they go on writing."""
    if ruling.course.days:
        return []
    arranged = max(known_at(interview.event) for interview in ruling.opportunity.interviews)
    return [t.at for t in ruling.course.past if t.kind in THEIR_WORD and t.at > arranged]


def follow_up(ruling: Ruling) -> Iterator[Due]:
    """Every couple of weeks after the last touchpoint, while nothing is promised, arranged or over."""
    course, calendar, rule = ruling.course, ruling.calendar, ruling.rules.follow_up
    held = [day.last for day in course.days if day.end <= ruling.now] or _spoken_of_since(ruling)
    if not held:
        return
    periods = [p for p in _periods(ruling) if p.opened >= min(held)]
    for number, period in enumerate(periods):
        current = number == len(periods) - 1
        last = calendar.day(period.last)
        if current:
            if not ruling.active or course.ahead:
                continue
            if course.promise is not None and course.promise_open and ruling.rules.follow_up_promised.enabled:
                if course.promise.cause not in ruling.dismissed_promises:
                    continue
                last = max(last, calendar.counted(course.promise.by, ruling.rules.follow_up_promised.business_days))
        elif period.ended_by is None or period.ended_by.kind in {"rejection", "offer"}:
            continue  # an interview, a no or a yes ends it; it wasn't done
        day = calendar.on_or_after(last + rule.every)
        yield Due(
            Rule.FOLLOW_UP,
            period.causes,
            calendar.follow_up_time(day),
            HALF_HOUR,
            ReminderState.OPEN if current else ReminderState.DONE,
            f"the last touchpoint was {on(ruling, period.last)}"
            if current or period.ended_by is None
            else because(period.ended_by),
            by=period.ended_by,
            day=period.day,
        )
