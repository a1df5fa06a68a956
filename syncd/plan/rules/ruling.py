"""What a rule is asked with, and what it answers. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from syncd.model import Opportunity, OpportunityState, Person, Promise, ReminderState, Rule, Touchpoint
from syncd.plan.business import BusinessCalendar
from syncd.plan.lifecycle import Course, InterviewDay, Reopened, reopened_at
from syncd.settings import Rules

HALF_HOUR = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Due:
    """What a rule asks for. ``until`` is when an open one becomes pointless; ``by`` is what satisfied a done one.

    ``remembered`` tells that a done one is worth telling of even if it never stood in the calendar. ``rest`` are those
    whom a note of thanks is still to reach where others have had theirs; empty where that is nobody or everybody.
    """

    rule: Rule
    causes: tuple[str, ...]
    due: datetime
    length: timedelta
    state: ReminderState
    why: str
    all_day: bool = False
    until: datetime | None = None
    by: Touchpoint | None = None
    day: InterviewDay | None = None
    promise: Promise | None = None
    rejection: Touchpoint | None = None
    remembered: bool = True
    rest: tuple[Person, ...] = ()


@dataclass(frozen=True, slots=True)
class Ruling:
    """Everything a rule may look at."""

    opportunity: Opportunity
    course: Course
    calendar: BusinessCalendar
    rules: Rules
    now: datetime
    dismissed_promises: frozenset[str] = frozenset()
    reopened: Reopened = field(default_factory=dict)
    snoozed: Mapping[tuple[Rule, str], datetime] = field(default_factory=dict)

    @property
    def active(self) -> bool:
        """Whether open reminders are wanted at all."""
        return self.course.state is OpportunityState.ACTIVE

    def pointless_at(self, moment: datetime, rule: Rule, causes: tuple[str, ...]) -> datetime:
        """*moment*, or the end of the day that the person moved this reminder to, where that is later.

        Their time stands.
        """
        return max([moment, *(self.snoozed[rule, cause] for cause in causes if (rule, cause) in self.snoozed)])

    def reopened_at(self, rule: Rule, causes: tuple[str, ...]) -> datetime | None:
        """When the person took the tick of this reminder away."""
        return reopened_at(self.reopened, rule, causes)

    def counts(self, touchpoint: Touchpoint, rule: Rule, causes: tuple[str, ...]) -> bool:
        """Whether *touchpoint* may show that this reminder is done.

        Not where the person took the tick away after it.
        """
        since = self.reopened_at(rule, causes)
        return since is None or touchpoint.at > since


def on(ruling: Ruling, moment: datetime) -> str:
    return f"on {ruling.calendar.day(moment):%a %-d %b}"


def because(touchpoint: Touchpoint) -> str:
    return touchpoint.why[0] if touchpoint.why else touchpoint.kind.replace("_", " ")
