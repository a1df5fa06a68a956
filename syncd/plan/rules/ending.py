"""At the end: answer a rejection gracefully, and know when to move on. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from syncd.model import OpportunityState, ReminderState, Rule
from syncd.plan.business import BusinessCalendar
from syncd.plan.lifecycle import THEIR_WORD
from syncd.plan.rules.ruling import HALF_HOUR, Due, Ruling, because, on


def rejection_reply(ruling: Ruling) -> Iterator[Due]:
    """After a no, until it was answered or a week has passed."""
    calendar, rule = ruling.calendar, ruling.rules.rejection_reply
    for rejection in ruling.course.rejections:
        replies = [
            t
            for t in ruling.course.past
            if t.kind == "rejection_reply"
            and t.at >= rejection.at
            and ruling.counts(t, Rule.REJECTION_REPLY, (rejection.evidence,))
        ]
        due = calendar.follow_up_time(calendar.after(calendar.day(rejection.at), rule.business_days))
        # Who was away has the day on which they are back.
        late = max(rejection.at + rule.pointless_after, calendar.over_at(due))
        until = ruling.pointless_at(late, Rule.REJECTION_REPLY, (rejection.evidence,))
        standing = ruling.course.state is OpportunityState.REJECTED and rejection == ruling.course.rejections[-1]
        over = not replies and (not standing or ruling.now >= until)
        if over and ruling.reopened_at(Rule.REJECTION_REPLY, (rejection.evidence,)) is None:
            continue
        yield Due(
            Rule.REJECTION_REPLY,
            (rejection.evidence,),
            due,
            HALF_HOUR,
            ReminderState.DONE if replies or over else ReminderState.OPEN,
            because(replies[0]) if replies else f"they said no {on(ruling, rejection.at)}",
            until=until,
            by=replies[0] if replies else None,
            rejection=rejection,
        )


def move_on(ruling: Ruling) -> Iterator[Due]:
    """On the day on which the silence has lasted long enough; it informs, nothing satisfies it."""
    course = ruling.course
    if course.state is not OpportunityState.MOVED_ON or course.moves_on is None or course.silence_from is None:
        return
    if not course.days and not any(t.kind in THEIR_WORD for t in course.past):
        return  # an interview that was called off causes nothing by itself
    yield Due(
        Rule.MOVE_ON,
        (course.silence_cause,),
        _midnight(ruling.calendar, course.moves_on),
        timedelta(days=1),
        ReminderState.OPEN,
        f"nothing was heard since {ruling.calendar.day(course.silence_from):%a %-d %b}",
        all_day=True,
    )


def _midnight(calendar: BusinessCalendar, day: date) -> datetime:
    return calendar.at(day, datetime.min.time())
