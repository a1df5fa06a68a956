"""Where a candidacy stands now: its state, the promise in force, the silence, and what re-opened it.

Pure. One pass over the opportunity's history in order of time; the rulings on re-opening are design.md section 8.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from syncd.model import Event, Interview, Opportunity, OpportunityState, Promise, Rule, Touchpoint
from syncd.plan.business import BusinessCalendar
from syncd.settings import Rules

THEIR_WORD = frozenset({"reply", "invitation", "rejection", "offer"})
Reopened = Mapping[tuple[Rule, str], datetime]
"""When the person took the tick of a reminder away, by rule and cause: what shows that it was done must be later."""
_OVER = {
    "rejection": OpportunityState.REJECTED,
    "offer": OpportunityState.OFFERED,
    "withdrawal": OpportunityState.WITHDRAWN,
    "ignored": OpportunityState.IGNORED,
    "active": OpportunityState.ACTIVE,
}
# What an inferred touchpoint makes of each state; what isn't named leaves it as it is. A rejection after an offer
# takes it back; a plain reply after a rejection or an offer changes nothing (design, section 8, "Re-opening").
_TURNS: dict[tuple[OpportunityState, str], OpportunityState] = {
    (OpportunityState.ACTIVE, "rejection"): OpportunityState.REJECTED,
    (OpportunityState.ACTIVE, "offer"): OpportunityState.OFFERED,
    (OpportunityState.ACTIVE, "withdrawal"): OpportunityState.WITHDRAWN,
    (OpportunityState.OFFERED, "rejection"): OpportunityState.REJECTED,
    (OpportunityState.OFFERED, "withdrawal"): OpportunityState.WITHDRAWN,
    (OpportunityState.OFFERED, "interview"): OpportunityState.ACTIVE,
    (OpportunityState.REJECTED, "offer"): OpportunityState.OFFERED,
    (OpportunityState.REJECTED, "invitation"): OpportunityState.ACTIVE,
    (OpportunityState.REJECTED, "interview"): OpportunityState.ACTIVE,
    (OpportunityState.WITHDRAWN, "offer"): OpportunityState.OFFERED,
    (OpportunityState.WITHDRAWN, "invitation"): OpportunityState.ACTIVE,
    (OpportunityState.WITHDRAWN, "interview"): OpportunityState.ACTIVE,
}


@dataclass(frozen=True, slots=True)
class InterviewDay:
    """The interviews of one local day: one reminder to ask before the first, one note of thanks after the last."""

    day: date
    slots: tuple[Interview, ...]

    @property
    def causes(self) -> tuple[str, ...]:
        """The ids of all slots, the first slot's first."""
        return tuple(slot.event.cause for slot in self.slots)

    @property
    def start(self) -> datetime:
        """When the first slot begins."""
        return self.slots[0].event.start

    @property
    def end(self) -> datetime:
        """When the last slot ends."""
        return max(slot.event.end for slot in self.slots)

    @property
    def last(self) -> datetime:
        """The last moment that still belongs to it, for counting days from it."""
        return max(last_moment(slot.event) for slot in self.slots)


@dataclass(frozen=True, slots=True)
class Course:
    """Where the opportunity stands at one moment.

    ``decided`` is what brought the state about. ``rejections`` holds the first rejection of each episode.
    ``silence_from`` is the last interview or word from them and ``silence_cause`` its id; ``moves_on`` the day on
    which six weeks of silence are over (None while something lies ahead). ``ahead`` tells whether an interview is
    still to come or under way. ``told`` is what of ``past`` is worth telling: without marks of the person that they
    took back, or said more than once.
    """

    state: OpportunityState
    days: tuple[InterviewDay, ...]
    decided: Touchpoint | None = None
    rejections: tuple[Touchpoint, ...] = ()
    promise: Promise | None = None
    promise_open: bool = False
    ahead: bool = False
    silence_from: datetime | None = None
    silence_cause: str = ""
    moves_on: date | None = None
    past: tuple[Touchpoint, ...] = field(default=())
    told: tuple[Touchpoint, ...] = field(default=())


def last_moment(event: Event) -> datetime:
    """When *event* was last under way: an all-day one ends at midnight, which is the next day already."""
    return event.end - timedelta(seconds=1) if event.all_day else event.end


def known_at(event: Event) -> datetime:
    """When the interview became known: at the latest when it began."""
    times = [event.start]
    if event.created is not None:
        times.append(event.created)
    if event.seen is not None and not event.first_pull:
        times.append(event.seen)
    return min(times)


def interview_days(opportunity: Opportunity, calendar: BusinessCalendar) -> tuple[InterviewDay, ...]:
    """The days on which interviews take place or took place, oldest first.

    Cancelled, declined and deleted ones are none.
    """
    by_day: dict[date, list[Interview]] = {}
    for interview in sorted(opportunity.interviews, key=lambda i: (i.event.start, i.event.cause)):
        if interview.stands:
            by_day.setdefault(calendar.day(interview.event.start), []).append(interview)
    return tuple(InterviewDay(day, tuple(slots)) for day, slots in sorted(by_day.items()))


def reopened_at(reopened: Reopened, rule: Rule, causes: Iterable[str]) -> datetime | None:
    """When the reminder of *rule* for one of *causes* was reopened, None where it wasn't."""
    return max((reopened[rule, cause] for cause in causes if (rule, cause) in reopened), default=None)


def course(
    opportunity: Opportunity, calendar: BusinessCalendar, rules: Rules, now: datetime, reopened: Reopened
) -> Course:
    """Follow *opportunity* up to *now*."""
    days = interview_days(opportunity, calendar)
    slots = tuple(slot for day in days for slot in day.slots)
    past = tuple(t for t in opportunity.touchpoints if t.at <= now)
    state, decided, rejections, answers = _state(past, slots, now)
    past = tuple(replace(t, kind="rejection_reply") if t.evidence in answers else t for t in past)
    ahead = any(slot.event.end > now for slot in slots)
    promise, promise_open = _promise(opportunity, past, slots, calendar, now, reopened)
    silence_from, silence_cause = _silence(opportunity, past, slots, now)
    moves_on = None
    if state is OpportunityState.ACTIVE and silence_from is not None and not ahead:
        moves_on = _moves_on(silence_from, promise if promise_open else None, calendar, rules)
        if moves_on <= calendar.day(now):
            state = OpportunityState.MOVED_ON
    return Course(
        state,
        days,
        decided,
        rejections,
        promise,
        promise_open,
        ahead,
        silence_from,
        silence_cause,
        moves_on,
        past,
        _told(past, calendar),
    )


def _told(past: tuple[Touchpoint, ...], calendar: BusinessCalendar) -> tuple[Touchpoint, ...]:
    """*past* without marks that ``active`` took back, and without the same mark once more."""
    marks = [t for t in past if _marked(t)]
    back = max((t.at for t in marks if t.kind == "active"), default=None)
    hidden: set[str] = set()
    state, said = "", set[tuple[str, date]]()
    for mark in marks:
        if mark.kind in _OVER:
            taken_back = back is not None and mark.kind != "active" and mark.at < back
            again, state = mark.kind == state, mark.kind
        else:
            said_on = (mark.kind, calendar.day(mark.at))
            taken_back, again = False, said_on in said
            said.add(said_on)
        if taken_back or again:
            hidden.add(mark.evidence)
    return tuple(t for t in past if t.evidence not in hidden)


def _state(
    past: tuple[Touchpoint, ...], slots: tuple[Interview, ...], now: datetime
) -> tuple[OpportunityState, Touchpoint | None, tuple[Touchpoint, ...], frozenset[str]]:
    """Where it stands, by what, the rejections, and the marks ``followed-up`` that answer one."""
    state, decided, by_person = OpportunityState.ACTIVE, None, False
    rejections: list[Touchpoint] = []
    answers: set[str] = set()
    for at, kind, touchpoint in _history(past, slots):
        if at > now:
            break
        if (
            state is OpportunityState.REJECTED
            and kind == "follow_up"
            and touchpoint is not None
            and _marked(touchpoint)
        ):
            answers.add(touchpoint.evidence)
        if touchpoint is not None and touchpoint.by_person and kind in _OVER:
            turned, by_person = _OVER[kind], _OVER[kind] is not OpportunityState.ACTIVE
        elif by_person:
            continue  # after a mark of the person only a newer mark counts, or its removal
        else:
            turned = _TURNS.get((state, kind), state)
        if turned is not state or (touchpoint is not None and touchpoint.by_person and kind in _OVER):
            if (
                turned is OpportunityState.REJECTED
                and state is not OpportunityState.REJECTED
                and touchpoint is not None
            ):
                rejections.append(touchpoint)
            state, decided = turned, touchpoint
    return state, decided, tuple(rejections), frozenset(answers)


def _marked(touchpoint: Touchpoint) -> bool:
    """Said on the command line."""
    return touchpoint.evidence.startswith("mark:")


def _history(
    past: tuple[Touchpoint, ...], slots: tuple[Interview, ...]
) -> Iterator[tuple[datetime, str, Touchpoint | None]]:
    """Touchpoints when they happened, interviews when they became known."""
    items: list[tuple[datetime, str, Touchpoint | None]] = [(t.at, t.kind, t) for t in past if t.kind != "interview"]
    items += [(known_at(slot.event), "interview", None) for slot in slots]
    yield from sorted(items, key=lambda item: (item[0], item[1]))


def answered(
    promise: Promise,
    past: tuple[Touchpoint, ...],
    slots: tuple[Interview, ...],
    calendar: BusinessCalendar,
    reopened: Reopened,
) -> Touchpoint | Interview | None:
    """Find what satisfied *promise*: their word on or after the date, a follow-up after it, an interview in its place.

    An interview arranged since for a later day than the date named is what they had to say; one that takes place
    before the date is not.
    """
    since = reopened_at(reopened, Rule.FOLLOW_UP_PROMISED, (promise.cause,)) or promise.said
    if since is promise.said and ("#" in promise.cause or promise.by < calendar.day(promise.said)):
        # When a note was written may be lost with the store, and it may name a day that has gone by: nothing from that
        # day on is older than the note.
        since = min(since, calendar.at(promise.by, datetime.min.time()) - timedelta(seconds=1))
    for t in past:
        if promise.cause in t.slots and t.kind == "follow_up":
            return t  # the person ticked that very reminder
        if t.at <= since:
            continue
        day = calendar.day(t.at)
        if (t.kind in THEIR_WORD and day >= promise.by) or (t.kind == "follow_up" and day > promise.by):
            return t
    for slot in slots:
        if known_at(slot.event) > since and calendar.day(slot.event.start) > promise.by:
            return slot
    return None


def _promise(
    opportunity: Opportunity,
    past: tuple[Touchpoint, ...],
    slots: tuple[Interview, ...],
    calendar: BusinessCalendar,
    now: datetime,
    reopened: Reopened,
) -> tuple[Promise | None, bool]:
    made = [p for p in opportunity.promises if p.said <= now]
    if not made:
        return None, False
    last = made[-1]
    return last, answered(last, past, slots, calendar, reopened) is None


def _silence(
    opportunity: Opportunity, past: tuple[Touchpoint, ...], slots: tuple[Interview, ...], now: datetime
) -> tuple[datetime | None, str]:
    """The last interview or word from them.

    Of an opportunity whose interviews all fell through, when they were arranged.
    """
    heard = [(last_moment(slot.event), slot.event.cause) for slot in slots if slot.event.end <= now]
    heard += [(t.at, t.evidence) for t in past if t.kind in THEIR_WORD or t.kind == "active"]
    if not heard:
        heard = [(known_at(i.event), i.event.cause) for i in opportunity.interviews if known_at(i.event) <= now]
    return max(heard) if heard else (None, "")


def _moves_on(silence_from: datetime, promise: Promise | None, calendar: BusinessCalendar, rules: Rules) -> date:
    day = calendar.day(silence_from) + rules.move_on.after
    if promise is not None:
        # A date named further away than the silence lasts: they still get their date, and the person a week to ask.
        due = calendar.after(promise.by, rules.follow_up_promised.business_days)
        day = max(day, due + timedelta(weeks=1))
    return calendar.on_or_after(day)
