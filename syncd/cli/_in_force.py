"""Whether a mark says what is so already: said once more it would only move the day from which things count."""

from __future__ import annotations

from datetime import date, datetime

from syncd.model import OpportunityState, ReminderState, Rule, Touchpoint
from syncd.plan.business import BusinessCalendar
from syncd.settings import User
from syncd.status import OpportunityReport

_STATES = {
    "rejected": OpportunityState.REJECTED,
    "offer": OpportunityState.OFFERED,
    "withdrawn": OpportunityState.WITHDRAWN,
    "ignore": OpportunityState.IGNORED,
    "active": OpportunityState.ACTIVE,
}
_FOLLOWED = frozenset({"follow_up", "rejection_reply"})


def in_force(state: str, by: date | None, found: OpportunityReport, user: User, now: datetime) -> bool:
    """Whether *found* stands as a mark *state* (of ``hear-by``: with the date *by*) of *now* would have it."""
    course, calendar = found.outlook.course, BusinessCalendar(user)
    if state in _STATES:
        return found.outlook.state is _STATES[state]
    if state == "hear-by":
        return course.promise is not None and course.promise_open and course.promise.by == by
    if state == "thanked":
        still_open = any(r.rule is Rule.THANK_YOU and r.state is ReminderState.OPEN for r in found.reminders)
        held = [day.start for day in course.days if day.start <= now]
        return bool(held) and not still_open and any(t.kind == "thank_you" and t.at >= held[-1] for t in course.past)
    today = calendar.day(now)
    return any(_marked(t) and t.kind in _FOLLOWED and calendar.day(t.at) == today for t in course.past)


def _marked(touchpoint: Touchpoint) -> bool:
    return touchpoint.evidence.startswith("mark:")
