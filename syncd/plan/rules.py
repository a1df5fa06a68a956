"""The six rules of the article: what each opportunity has due at a moment, and what satisfied it.

Pure. A rule says when something is due by the rule; ``schedule`` says where it stands after rolling and snoozing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from syncd.model import Interview, Opportunity, OpportunityState, Promise, ReminderState, Rule, Touchpoint
from syncd.plan.business import BusinessCalendar
from syncd.plan.lifecycle import THEIR_WORD, Course, InterviewDay, Reopened, answered, known_at, reopened_at
from syncd.settings import Rules

HALF_HOUR = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Due:
    """What a rule asks for. ``until`` is when an open one becomes pointless; ``by`` is what satisfied a done one.

    ``remembered`` tells that a done one is worth telling of even if it never stood in the calendar.
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
        """*moment*, or the end of the day that the person moved this reminder to, where that is later: their time stands."""
        return max([moment, *(self.snoozed[rule, cause] for cause in causes if (rule, cause) in self.snoozed)])

    def reopened_at(self, rule: Rule, causes: tuple[str, ...]) -> datetime | None:
        """When the person took the tick of this reminder away."""
        return reopened_at(self.reopened, rule, causes)

    def counts(self, touchpoint: Touchpoint, rule: Rule, causes: tuple[str, ...]) -> bool:
        """Whether *touchpoint* may show that this reminder is done: not where the person took the tick away after it."""
        since = self.reopened_at(rule, causes)
        return since is None or touchpoint.at > since


def due(ruling: Ruling) -> Iterator[Due]:
    """Everything the rules have to say of one opportunity."""
    rules = ruling.rules
    if rules.ask_next_steps.enabled:
        yield from ask_next_steps(ruling)
    if rules.thank_you.enabled:
        yield from thank_you(ruling)
    if rules.follow_up_promised.enabled:
        yield from follow_up_promised(ruling)
    if rules.follow_up.enabled:
        yield from follow_up(ruling)
    if rules.rejection_reply.enabled:
        yield from rejection_reply(ruling)
    if rules.move_on.enabled:
        yield from move_on(ruling)


def ask_next_steps(ruling: Ruling) -> Iterator[Due]:
    """Before the first timed interview of a day; done once that has begun."""
    before = ruling.rules.ask_next_steps.before
    for day in ruling.course.days:
        timed = [slot.event for slot in day.slots if not slot.event.all_day]
        if not timed:
            continue
        ahead = timed[0].start > ruling.now
        if ahead and not ruling.active:
            continue
        yield Due(
            Rule.ASK_NEXT_STEPS,
            day.causes,
            ruling.calendar.later(timed[0].start, -before),
            before,
            ReminderState.OPEN if ahead else ReminderState.DONE,
            f"the interview is {_on(ruling, timed[0].start)}"
            if ahead
            else f"the interview {_on(ruling, timed[0].start)} has begun",
            day=day,
            remembered=False,
        )


def thank_you(ruling: Ruling) -> Iterator[Due]:
    """After the last interview of a day, until somebody (or everybody) of it was thanked."""
    for day in ruling.course.days:
        if day.end > ruling.now:
            continue
        until = ruling.pointless_at(day.end + ruling.rules.thank_you.pointless_after, Rule.THANK_YOU, day.causes)
        thanks = thanked(day, ruling)
        over = thanks is None and (not ruling.active or ruling.now >= until)
        if over and ruling.reopened_at(Rule.THANK_YOU, day.causes) is None:
            continue
        yield Due(
            Rule.THANK_YOU,
            day.causes,
            thank_you_time(day.end, ruling),
            HALF_HOUR,
            ReminderState.OPEN if thanks is None and not over else ReminderState.DONE,
            f"the interview {_on(ruling, day.start)} is over" if thanks is None else _because(thanks),
            until=until,
            by=thanks,
            day=day,
        )


def thank_you_time(end: datetime, ruling: Ruling) -> datetime:
    """Two hours after the end, within that day's working hours, else when they begin next, weekend or not."""
    calendar = ruling.calendar
    moment = calendar.later(end, ruling.rules.thank_you.after)
    day = moment.date()
    if moment < calendar.opens(day):
        return calendar.opens(day)
    if moment > calendar.closes(day):
        return calendar.opens(day + timedelta(days=1))
    return moment


def thanked(day: InterviewDay, ruling: Ruling) -> Touchpoint | None:
    """Find the note that satisfies the rule for *day*: the first to anybody, or the last that makes it everybody."""
    notes = [t for t in ruling.course.past if t.kind == "thank_you" and ruling.counts(t, Rule.THANK_YOU, day.causes)]
    for note in notes:
        ticked, said = set(note.slots) & set(day.causes), not note.slots and note.at >= day.start
        if note.by_person and (ticked or said):
            return note
    everybody = {p.email: slot for slot in day.slots for p in slot.reading.people if p.email}
    if ruling.rules.thank == "each" and everybody:
        last = None
        for address, slot in everybody.items():
            sent = [n for n in notes if n.at >= slot.event.start and address in {p.email for p in n.people}]
            if not sent:
                return None
            last = max([*([last] if last else []), sent[0]], key=lambda n: n.at)
        return last
    return next((note for note in notes for slot in day.slots if _thanks(note, slot, day, ruling)), None)


def _thanks(note: Touchpoint, slot: Interview, day: InterviewDay, ruling: Ruling) -> bool:
    """Whether *note* went to somebody of the interview *slot*, by address or by name, after it began."""
    if note.at < slot.event.start:
        return False
    there = [p for s in day.slots for p in s.reading.people]
    if not any(p.email for p in there):
        return True
    emails = {p.email for p in slot.reading.people if p.email}
    names = {p.name.casefold() for p in slot.reading.people if p.name}
    if any(p.email in emails or (p.name and p.name.casefold() in names) for p in note.people):
        return True
    # Somebody of theirs who stands on no invitation: the interviewer whose assistant made the appointment.
    known = {p.email for i in ruling.opportunity.interviews for p in i.reading.people}
    domains = {e.rpartition("@")[2] for e in emails}
    return any(p.email not in known and p.email.rpartition("@")[2] in domains for p in note.people)


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
            f"they said that you would hear by {promise.by:%a %-d %b}" if by is None else _because(by),
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
                last = max(last, calendar.after(course.promise.by, ruling.rules.follow_up_promised.business_days))
        elif period.ended_by is None or period.ended_by.kind in {"rejection", "offer"}:
            continue  # an interview, a no or a yes ends it; it wasn't done
        day = calendar.on_or_after(last + rule.every)
        yield Due(
            Rule.FOLLOW_UP,
            period.causes,
            calendar.follow_up_time(day),
            HALF_HOUR,
            ReminderState.OPEN if current else ReminderState.DONE,
            f"the last touchpoint was {_on(ruling, period.last)}"
            if current or period.ended_by is None
            else _because(period.ended_by),
            by=period.ended_by,
            day=period.day,
        )


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
        until = ruling.pointless_at(rejection.at + rule.pointless_after, Rule.REJECTION_REPLY, (rejection.evidence,))
        standing = ruling.course.state is OpportunityState.REJECTED and rejection == ruling.course.rejections[-1]
        over = not replies and (not standing or ruling.now >= until)
        if over and ruling.reopened_at(Rule.REJECTION_REPLY, (rejection.evidence,)) is None:
            continue
        yield Due(
            Rule.REJECTION_REPLY,
            (rejection.evidence,),
            calendar.follow_up_time(calendar.after(calendar.day(rejection.at), rule.business_days)),
            HALF_HOUR,
            ReminderState.DONE if replies or over else ReminderState.OPEN,
            _because(replies[0]) if replies else f"they said no {_on(ruling, rejection.at)}",
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


def _on(ruling: Ruling, moment: datetime) -> str:
    return f"on {ruling.calendar.day(moment):%a %-d %b}"


def _because(touchpoint: Touchpoint) -> str:
    return touchpoint.why[0] if touchpoint.why else touchpoint.kind.replace("_", " ")
