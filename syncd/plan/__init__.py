"""plan: what reminders there should be now.

Pure: opportunities, the reminders that stand, rules and ``now`` come in as values; ``Plan`` goes out. Not here: reading
mail or events (``infer``), deciding what to write (``reconcile``).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from syncd.model import Ended, Opportunity, OpportunityState, ReminderState, Rule
from syncd.plan.business import BusinessCalendar
from syncd.plan.ends import End, Moment, Outlook, ends
from syncd.plan.lifecycle import Course, Reopened, course
from syncd.plan.match import Match, dismissed_causes, match
from syncd.plan.rules import Due, Ruling, due
from syncd.plan.schedule import Place, places
from syncd.plan.wording import late_title, text, thread_link, title
from syncd.settings import Rules, User
from syncd.standing import Standing

__all__ = ["End", "Outlook", "Plan", "Setting", "Wanted", "plan"]


@dataclass(frozen=True, slots=True)
class Wanted:
    """One reminder that should be there, or that was there and is satisfied.

    ``place`` is where an open one goes, None for one that is done. ``match`` tells what it is in the calendar now.
    ``link`` is the page of their mail.
    """

    due: Due
    match: Match
    opportunity: Opportunity
    state: ReminderState
    title: str
    text: str
    place: Place | None
    why: str
    link: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """What should be, and the next moment at which that may change though nothing new comes in."""

    wanted: tuple[Wanted, ...] = ()
    ends: tuple[End, ...] = ()
    outlooks: tuple[Outlook, ...] = ()
    next_decision: datetime | None = None


@dataclass(frozen=True, slots=True)
class Setting:
    """What the plan is made under.

    ``first_day`` is the local date of the first complete pull of this account's history.

    ``known`` holds the ids of every event and message that was pulled: a reminder whose cause isn't among them is
    left alone. ``removing`` holds the ids of reminders whose removal was interrupted.
    """

    user: User
    rules: Rules
    first_day: date
    known: frozenset[str] = field(default=frozenset())
    gmail: str = ""
    removing: frozenset[str] = field(default=frozenset())


def plan(
    opportunities: Iterable[Opportunity],
    standings: Iterable[Standing],
    ended: Iterable[Ended],
    setting: Setting,
    now: datetime,
) -> Plan:
    """Say which reminders should stand at *now* (aware)."""
    calendar, standings, ended = BusinessCalendar(setting.user), tuple(standings), tuple(ended)
    dismissed = dismissed_causes(ended, Rule.FOLLOW_UP_PROMISED)
    reopened = _reopened(standings, now)
    outlooks, dues, owners = [], [], []
    for opportunity in opportunities:
        path = course(opportunity, calendar, setting.rules, now, reopened)
        outlook = Outlook(opportunity, path, path.state)
        ruling = Ruling(
            opportunity, path, calendar, setting.rules, now, dismissed, reopened, _snoozed(standings, calendar)
        )
        if _long_past(path, setting, standings, ended):
            outlook = replace(outlook, state=OpportunityState.CLOSED)
            found = [d for d in due(ruling) if d.rule is not Rule.MOVE_ON]
        else:
            found = list(due(ruling))
        outlooks.append(outlook)
        dues += found
        owners += [outlook] * len(found)
    matches, loose = match(dues, standings, ended, setting.user.account.email)
    wanted = _wanted(dues, matches, owners, calendar, setting, now)
    kept = {id(w.match.standing) for w in wanted if w.match.standing}
    causes_of = {s.entry.event_id: s.marks.cause for s in standings} | {e.event_id: e.cause for e in ended}
    moment = Moment(setting.rules, calendar, now, setting.known, setting.removing)
    over = [*ends(loose, outlooks, moment, causes_of), *_pointless(matches, owners, kept, setting.removing)]
    return Plan(tuple(wanted), tuple(over), tuple(outlooks), _next_decision(outlooks, wanted, calendar, now))


def _reopened(standings: tuple[Standing, ...], now: datetime) -> Reopened:
    """The reminders whose tick the person took away, and since when evidence may tick them again."""
    return {
        (s.marks.rule, cause): moment
        for s in standings
        if (moment := now if s.unticked else s.marks.reopened) is not None
        for cause in s.marks.cause
    }


def _snoozed(standings: tuple[Standing, ...], calendar: BusinessCalendar) -> dict[tuple[Rule, str], datetime]:
    """The open reminders that the person moved, and when the day that they chose is over."""
    return {
        (s.marks.rule, cause): calendar.over_at(s.entry.start)
        for s in standings
        if s.open and s.moved
        for cause in s.marks.cause
    }


def _long_past(path: Course, setting: Setting, standings: tuple[Standing, ...], ended: tuple[Ended, ...]) -> bool:
    """Silent for six weeks already when syncd first looked: closed without a word (first-run restraint)."""
    if path.state is not OpportunityState.MOVED_ON or path.moves_on is None or path.moves_on >= setting.first_day:
        return False
    told = [s.marks.cause for s in standings if s.marks.rule is Rule.MOVE_ON]
    told += [e.cause for e in ended if e.rule is Rule.MOVE_ON]
    return not any(path.silence_cause in causes for causes in told)


def _wanted(
    dues: list[Due],
    matches: list[Match],
    owners: list[Outlook],
    calendar: BusinessCalendar,
    setting: Setting,
    now: datetime,
) -> list[Wanted]:
    states = [_state(d, m, now) for d, m in zip(dues, matches, strict=True)]
    standing_or_new = [
        (d, m.standing)
        for d, m, s in zip(dues, matches, states, strict=True)
        if s is ReminderState.OPEN
    ]  # fmt: skip
    placed = iter(places(standing_or_new, calendar, now))
    wanted = []
    for item, matched, owner, state in zip(dues, matches, owners, states, strict=True):
        place = next(placed) if state is ReminderState.OPEN else None
        if state is ReminderState.OPEN and place is None:
            continue  # pointless before another working hour comes
        name = title(item, owner.opportunity, discreet=setting.rules.discreet)
        body = text(item, owner.opportunity, owner.course, calendar, gmail=setting.gmail)
        if place is not None:
            name = late_title(name, item, place, calendar)
        rolls = place is not None and place.rolled and not place.kept
        why = f"{item.why}; its own day is over" if rolls else item.why
        page = thread_link(item, owner.opportunity, setting.gmail)
        wanted.append(Wanted(item, matched, owner.opportunity, state, name, body, place, why, page))
    return wanted


def _state(due: Due, matched: Match, now: datetime) -> ReminderState:
    """What the reminder should be, with what the person did to it before anything that is inferred."""
    if matched.dismissed:
        return ReminderState.DISMISSED
    standing = matched.standing
    if due.rule is Rule.ASK_NEXT_STEPS and due.state is ReminderState.OPEN and standing and not standing.marks.done:
        # It was done because the interview had begun; one that was moved since has not.
        return ReminderState.DONE if standing.ticked else ReminderState.OPEN
    if due.rule is Rule.MOVE_ON:
        told = standing is not None and now >= standing.entry.end
        return ReminderState.DONE if told or matched.removed else ReminderState.OPEN
    if standing is None or due.state is ReminderState.DONE:
        return due.state
    stays_done = standing.marks.state is ReminderState.DONE and not standing.unticked and not standing.marks.ended
    if standing.ticked or stays_done:
        return ReminderState.DONE  # done ones stay done, also where the interview was moved: no second note
    return ReminderState.OPEN


def _pointless(
    matches: list[Match], owners: list[Outlook], kept: set[int], removing: frozenset[str]
) -> list[End]:  # fmt: skip
    """Open reminders that found no place before they become pointless, and those half removed for that."""
    return [
        End(m.standing, owner.opportunity.company, "it is too late for it to be of use", evidenced=True)
        for m, owner in zip(matches, owners, strict=True)
        if m.standing is not None
        and id(m.standing) not in kept
        and (m.standing.open or (m.standing.ending and m.standing.entry.event_id in removing))
    ]


def _next_decision(
    outlooks: list[Outlook], wanted: list[Wanted], calendar: BusinessCalendar, now: datetime
) -> datetime | None:
    """The next moment at which the plan may differ.

    An interview begins or ends, a day is over, something is pointless.
    """
    moments = [m for o in outlooks for day in o.course.days for s in day.slots for m in (s.event.start, s.event.end)]
    # A sender's clock may run ahead of ours.
    moments += [t.at for o in outlooks for t in o.opportunity.touchpoints]
    for item in wanted:
        if item.place is not None:
            moments.append(calendar.over_at(item.place.start))
            if item.due.until is not None:
                moments.append(item.due.until)
    if any(o.state in {OpportunityState.ACTIVE, OpportunityState.MOVED_ON} for o in outlooks):
        moments.append(calendar.at(calendar.day(now) + timedelta(days=1), datetime.min.time()))
    return min((m for m in moments if m > now), default=None)
