"""Which reminders end without having been done, and why: each reason is true, and says whether it was read somewhere.

Pure. A reason that rests on nothing but something missing is not *evidenced*: many of those at once are taken for an
accident (``reconcile``).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from syncd.model import Interview, Opportunity, OpportunityState, Rule
from syncd.plan.business import BusinessCalendar
from syncd.plan.lifecycle import THEIR_WORD, Course, InterviewDay
from syncd.settings import Rules
from syncd.standing import Standing


@dataclass(frozen=True, slots=True)
class Outlook:
    """An opportunity with where it stands."""

    opportunity: Opportunity
    course: Course
    state: OpportunityState


@dataclass(frozen=True, slots=True)
class End:
    """An open reminder that should no longer be there. ``evidenced`` tells that something seen says so."""

    standing: Standing
    company: str
    why: str
    evidenced: bool


@dataclass(frozen=True, slots=True)
class Moment:
    """Under what a reminder ends: the rules, the calendar, the time, and the ids of all that was pulled.

    ``removing`` holds the ids of those that syncd was about to remove when it was interrupted. Another that says so of
    itself was removed, and the person took it back out of the bin.
    """

    rules: Rules
    calendar: BusinessCalendar
    now: datetime
    known: frozenset[str]
    removing: frozenset[str] = frozenset()

    def on(self, moment: datetime) -> str:
        """The local day of *moment*, as people write it."""
        return f"{self.calendar.day(moment):%a %-d %b}"


def ends(
    loose: Iterable[Standing], outlooks: list[Outlook], moment: Moment, causes_of: Mapping[str, tuple[str, ...]]
) -> list[End]:
    """The open reminders that no rule asks for any more; those whose cause lies outside what was pulled are left alone.

    *causes_of* has the causes of every reminder by id: one that a note on another caused belongs where that one does.
    """
    found = []
    for standing in loose:
        if standing.ending and standing.entry.event_id in moment.removing:
            found.append(End(standing, "", "syncd was interrupted while it removed it", evidenced=True))
        if not (standing.open or standing.ticked):
            continue
        causes = _origins(standing.marks.cause, causes_of)
        owner = next((o for o in outlooks if causes & _ids(o)), None)
        if owner is None and not causes & moment.known:
            continue
        company = owner.opportunity.company if owner is not None else ""
        why, evidenced = _Case(standing, owner, moment).reason() if owner is not None else _nobodys(standing, moment)
        found.append(End(standing, company, why, evidenced))
    return found


def _origins(causes: Iterable[str], causes_of: Mapping[str, tuple[str, ...]]) -> set[str]:
    """*causes* and what they go back to: a note's owner stands before the hash of its words, and has causes itself."""
    found: set[str] = set()
    waiting = list(causes)
    while waiting:
        cause = waiting.pop()
        for part in (cause, cause.rpartition("#")[0]):
            if part and part not in found:
                found.add(part)
                waiting += causes_of.get(part, ())
    return found


def _ids(outlook: Outlook) -> set[str]:
    opportunity = outlook.opportunity
    ids = {i.event.cause for i in opportunity.interviews} | {t.evidence for t in opportunity.touchpoints}
    return ids | {p.cause for p in opportunity.promises}


Reason = tuple[str, bool]
"""Why, and whether something that was read says so."""


def _nobodys(standing: Standing, moment: Moment) -> Reason:
    return _switched_off(standing, moment) or ("what it was for no longer reads as an interview", False)


def _switched_off(standing: Standing, moment: Moment) -> Reason | None:
    rule = standing.marks.rule
    return None if getattr(moment.rules, rule.value).enabled else (f"rules.{rule.value} is switched off", True)


@dataclass(frozen=True, slots=True)
class _Case:
    """A reminder of an opportunity, asked why no rule wants it any more."""

    standing: Standing
    outlook: Outlook
    moment: Moment

    @property
    def course(self) -> Course:
        return self.outlook.course

    @property
    def causes(self) -> tuple[str, ...]:
        return self.standing.marks.cause

    @property
    def slots(self) -> list[Interview]:
        """The interviews that caused it, whether they stand or not."""
        return [i for i in self.outlook.opportunity.interviews if i.event.cause in self.causes]

    def reason(self) -> Reason:
        """The first that holds; what is missing and what the clock alone changed come before what was decided."""
        rule, ending = self.standing.marks.rule, {Rule.REJECTION_REPLY: self._answer, Rule.MOVE_ON: self._farewell}
        by_rule = {
            Rule.ASK_NEXT_STEPS: self._question,
            Rule.THANK_YOU: self._thanks,
            Rule.FOLLOW_UP_PROMISED: self._promise,
            Rule.FOLLOW_UP: self._follow_up,
        }
        return (
            _switched_off(self.standing, self.moment)
            or self._fallen()
            or self._not_yet()
            or (ending[rule]() if rule in ending else None)
            or self._over()
            or (by_rule[rule]() if rule in by_rule else None)
            or ("no rule asks for it any more", False)
        )

    def _fallen(self) -> Reason | None:
        """None of the interviews that caused it stands."""
        slots = self.slots
        return _fell_through(slots) if slots and not any(i.stands for i in slots) else None

    def _not_yet(self) -> Reason | None:
        """What caused it lies ahead of the clock: an interview moved there, or the clock was set back."""
        now, rule = self.moment.now, self.standing.marks.rule
        if rule in {Rule.THANK_YOU, Rule.FOLLOW_UP} and any(i.stands and i.event.end > now for i in self.slots):
            return "its interview isn't over yet", False
        said = [t for t in self.outlook.opportunity.touchpoints if t.kind != "interview"]
        dated = [t.at for t in said if t.evidence in self.causes]
        dated += [p.said for p in self.outlook.opportunity.promises if p.cause in self.causes]
        if dated and min(dated) > now:
            return f"what it rests on is dated {self.moment.on(min(dated))}, which is still ahead", False
        return None

    def _over(self) -> Reason | None:
        """The opportunity is: something decided it, or a silence did."""
        state, company, decided = self.outlook.state, self.outlook.opportunity.company, self.course.decided
        if state is OpportunityState.ACTIVE:
            return None
        if state not in {OpportunityState.MOVED_ON, OpportunityState.CLOSED}:
            why = f": {decided.why[0]}" if decided is not None and decided.why else ""
            return f"{company} is {state.value}{why}", True
        since, opportunity = self.course.silence_from, self.outlook.opportunity
        heard = {i.event.cause for i in opportunity.interviews if i.stands}
        heard |= {t.evidence for t in opportunity.touchpoints}
        vanished = [
            i for i in opportunity.interviews if _vanished(i) and (since is None or i.event.end > since)
        ]  # fmt: skip
        if vanished or since is None or self.course.silence_cause not in heard:
            return _fell_through(vanished or opportunity.interviews)
        return f"nothing was heard from {company} since {self.moment.on(since)}", True

    def _question(self) -> Reason:
        if all(i.event.all_day for i in self.slots):
            return "the interview is all-day now", True
        return "another reminder asks on that day already", True

    def _thanks(self) -> Reason:
        pointless_after = self.moment.rules.thank_you.pointless_after
        if any(self.moment.now >= day.end + pointless_after for day in self._days()):
            return "it is too late for it to be of use", True
        return "another reminder is for all interviews of that day", True

    def _days(self) -> list[InterviewDay]:
        """The interview days that caused it."""
        return [d for d in self.course.days if not set(d.causes).isdisjoint(self.causes)]

    def _promise(self) -> Reason:
        made = [p for p in self.outlook.opportunity.promises if p.said <= self.moment.now]
        mine = next((n for n, p in enumerate(made) if p.cause in self.causes), None)
        if mine is not None and mine + 1 < len(made):
            return f"another date was named since: {made[-1].by:%a %-d %b}", True
        return "the date is named nowhere any more", False

    def _follow_up(self) -> Reason | None:
        course, rules = self.course, self.moment.rules
        if course.ahead:
            return "an interview is ahead", True
        if course.promise is not None and course.promise_open and rules.follow_up_promised.enabled:
            return f"a date was named: {course.promise.by:%a %-d %b}", True
        if not course.days:
            return _fell_through(self.outlook.opportunity.interviews)
        return self._newer()

    def _newer(self) -> Reason | None:
        """What opened another period since."""
        past = self.course.past
        opened = [d.last for d in self._days()] or [t.at for t in past if t.evidence in self.causes]
        later = [(d.last, "an interview was") for d in self.course.days if d.end <= self.moment.now]
        later += [(t.at, "they wrote") for t in past if t.kind in THEIR_WORD]
        later += [(t.at, "you followed up") for t in past if t.kind == "follow_up"]
        since = [item for item in sorted(later) if opened and item[0] > max(opened)]
        return (f"{since[0][1]} on {self.moment.on(since[0][0])}", True) if since else None

    def _answer(self) -> Reason | None:
        """An answer to a rejection."""
        mine = next((t for t in self.course.rejections if t.evidence in self.causes), None)
        if mine is None:
            return "what it answers no longer reads as a rejection", False
        if self.outlook.state is OpportunityState.REJECTED:
            last = mine == self.course.rejections[-1]
            return ("it is too late for it to be of use", True) if last else ("they said no once more since", True)
        if self.outlook.state is OpportunityState.ACTIVE:
            decided = self.course.decided
            return (f"it goes on: {decided.why[0]}" if decided and decided.why else "it goes on"), True
        return None

    def _farewell(self) -> Reason | None:
        """Time to move on."""
        course = self.course
        if course.ahead:
            return "an interview is ahead", True
        if course.silence_from is not None and course.silence_cause not in self.causes:
            return f"something was heard since, on {self.moment.on(course.silence_from)}", True
        if course.moves_on is not None and course.moves_on > self.moment.calendar.day(self.moment.now):
            return f"its day is {course.moves_on:%a %-d %b}", False
        return None


def _vanished(interview: Interview) -> bool:
    """Deleted before it was over; nothing but its absence says so."""
    return interview.event.gone is not None and not interview.stands


def _fell_through(interviews: Iterable[Interview]) -> Reason:
    """Why none of *interviews* takes place; a single one that is only missing makes it no evidence."""
    fallen = [i for i in interviews if not i.stands]
    if not fallen or any(_vanished(i) for i in fallen):
        return "the interview is gone from the calendar", False
    if fallen[-1].reading.declined:
        return "you declined the interview", True
    return "the interview was cancelled", True
