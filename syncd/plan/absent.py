"""Why no open reminder of a rule stands for an opportunity: of all the reasons there are, the one that holds. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from syncd.model import Interview, OpportunityState, ReminderState, Rule
from syncd.plan.business import BusinessCalendar
from syncd.plan.lifecycle import Course, InterviewDay, answered
from syncd.plan.wording import clean, day_text
from syncd.settings import Rules

DELETED = "you deleted it"
_NEXT_CYCLE = "it comes with the next cycle"


@dataclass(frozen=True, slots=True)
class Gone:
    """A reminder that stands ticked, or no longer stands."""

    rule: Rule
    state: ReminderState
    cause: tuple[str, ...]
    why: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked about: an opportunity at *now*; ``gone`` are its reminders that aren't open."""

    course: Course
    state: OpportunityState
    gone: tuple[Gone, ...]
    rules: Rules
    calendar: BusinessCalendar
    now: datetime

    def ended(self, rule: Rule, causes: Iterable[str] | None = None) -> Gone | None:
        """The last reminder of *rule* that is gone, for one of *causes* where these are given."""
        among = None if causes is None else set(causes)
        found = [g for g in self.gone if g.rule is rule and (among is None or among.intersection(g.cause))]
        return found[-1] if found else None


def why_not(rule: Rule, asked: Asked) -> str:
    """Say it in half a sentence."""
    if not getattr(asked.rules, rule.value).enabled:
        return f"rules.{rule.value} is switched off"
    gone = [g for g in asked.gone if g.rule is rule]
    if rule not in {Rule.ASK_NEXT_STEPS, Rule.THANK_YOU} and any(g.state is ReminderState.DISMISSED for g in gone):
        return DELETED
    if rule is Rule.REJECTION_REPLY:
        return _no_rejection_reply(asked)
    if rule is Rule.MOVE_ON and asked.state is OpportunityState.MOVED_ON:
        return "you were told" if gone else _NEXT_CYCLE if asked.course.days else "no interview took place"
    if asked.state is not OpportunityState.ACTIVE:
        return f"it is {asked.state.value.replace('_', ' ')}"
    return _OF_AN_ACTIVE_ONE[rule](asked)


def _no_question(asked: Asked) -> str:
    if not asked.course.ahead:
        return "no interview is ahead"
    day = next(day for day in asked.course.days if day.last > asked.now or day.end > asked.now)
    timed = [slot.event for slot in day.slots if not slot.event.all_day]
    if not timed:
        return f"the interview on {day_text(day.day)} is all-day, so that nothing tells when it begins"
    if timed[0].start <= asked.now:
        return "the interview has begun"
    gone = asked.ended(Rule.ASK_NEXT_STEPS, day.causes)
    if gone is None:
        return _NEXT_CYCLE
    return DELETED if gone.state is ReminderState.DISMISSED else "you ticked it"


def _no_thanks(asked: Asked) -> str:
    days = asked.course.days
    if not days:
        return "no interview stands"
    day = _last_over(days, asked.now)
    if day is None:
        return f"the interview on {day_text(days[0].day)} isn't over"
    gone = asked.ended(Rule.THANK_YOU, day.causes)
    if gone is not None and gone.state is ReminderState.DONE:
        return f"you have thanked them ({clean(gone.why)})" if gone.why else "you have thanked them"
    if gone is not None and gone.state is ReminderState.DISMISSED:
        return DELETED
    late = asked.rules.thank_you.pointless_after
    if asked.now >= day.end + late:
        return f"the interview on {day_text(day.day)} lies more than {late.days} days back"
    return _NEXT_CYCLE


def _last_over(days: tuple[InterviewDay, ...], now: datetime) -> InterviewDay | None:
    return next((day for day in reversed(days) if day.end <= now), None)


def _no_promised(asked: Asked) -> str:
    course, calendar = asked.course, asked.calendar
    if course.promise is None:
        return "no date was named"
    if course.promise_open:
        return _NEXT_CYCLE
    slots = tuple(slot for day in course.days for slot in day.slots)
    found = answered(course.promise, course.past, slots, calendar, {})
    by = day_text(course.promise.by)
    if found is None:
        return f"the date that they named, {by}, is done with"
    if isinstance(found, Interview):
        return f"an interview on {day_text(calendar.day(found.event.start))} came in place of {by}"
    who = "you followed up" if found.kind == "follow_up" else "they wrote"
    return f"they named {by}, and {who} on {day_text(calendar.day(found.at))}"


def _no_follow_up(asked: Asked) -> str:
    course = asked.course
    if course.ahead:
        return "an interview is ahead"
    if course.promise is not None and course.promise_open:
        return f"they named a date, {day_text(course.promise.by)}, and only one follow-up is open at a time"
    return _NEXT_CYCLE if any(day.end <= asked.now for day in course.days) else "no interview took place yet"


def _no_end(asked: Asked) -> str:
    course = asked.course
    if course.moves_on is not None:
        return f"its day is {day_text(course.moves_on)}, if nothing is heard until then"
    return "an interview is ahead" if course.ahead else "no interview took place"


def _no_rejection_reply(asked: Asked) -> str:
    course, days = asked.course, asked.rules.rejection_reply.pointless_after.days
    if not course.rejections:
        return "there is no rejection"
    rejection = course.rejections[-1]
    if any(t.kind == "rejection_reply" and t.at >= rejection.at for t in course.past):
        return "you have answered it"
    gone = asked.ended(Rule.REJECTION_REPLY, (rejection.evidence,))
    if gone is not None and gone.state is ReminderState.DONE:
        return f"it is done ({clean(gone.why)})" if gone.why else "it is done"
    if asked.state is not OpportunityState.REJECTED:
        return f"it is {asked.state.value.replace('_', ' ')} since"
    if asked.now >= rejection.at + asked.rules.rejection_reply.pointless_after:
        return f"the rejection is more than {days} days old"
    return _NEXT_CYCLE


_OF_AN_ACTIVE_ONE: dict[Rule, Callable[[Asked], str]] = {
    Rule.ASK_NEXT_STEPS: _no_question,
    Rule.THANK_YOU: _no_thanks,
    Rule.FOLLOW_UP_PROMISED: _no_promised,
    Rule.FOLLOW_UP: _no_follow_up,
    Rule.MOVE_ON: _no_end,
    Rule.SIGN_IN: lambda _: "it belongs to no job",
}
