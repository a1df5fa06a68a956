"""What stands, as a report: opportunities with their touchpoints, and their reminders as the calendar last showed them.

Built on what is stored by the same infer and plan as a cycle, so that the two can't tell different stories.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from syncd.cycle import think
from syncd.infer.facts import Inferred
from syncd.marks import event_id
from syncd.model import Ended, Interview, Message, PersonMark, ReminderState, Rule
from syncd.plan import Outlook, Plan, Wanted
from syncd.plan.business import BusinessCalendar
from syncd.settings import Settings
from syncd.standing import Standing
from syncd.store import LAST_RUN, SIGN_IN_ENDS, STALE, STOPPED, Store

_SHOWN = frozenset(
    {
        "interview",
        "thank_you",
        "follow_up",
        "rejection_reply",
        "withdrawal",
        "rejection",
        "offer",
        "invitation",
        "reply",
    }
)


@dataclass(frozen=True, slots=True)
class ReminderLine:
    """One reminder: ``due`` is where it stands now.

    ``stood`` is false for one that was done before it had to be written.
    """

    rule: Rule
    due: datetime
    all_day: bool
    state: ReminderState
    title: str
    event_id: str
    cause: tuple[str, ...]
    why: str = ""
    stood: bool = True

    @property
    def due_text(self) -> str:
        """The due time as JSON tells it: a date for all-day reminders."""
        return self.due.date().isoformat() if self.all_day else self.due.isoformat()


@dataclass(frozen=True, slots=True)
class OpportunityReport:
    """One opportunity and its reminders, oldest first."""

    outlook: Outlook
    reminders: tuple[ReminderLine, ...]

    @property
    def next(self) -> ReminderLine | None:
        """The open reminder that comes first."""
        open_ones = [r for r in self.reminders if r.state is ReminderState.OPEN]
        return min(open_ones, key=lambda r: r.due, default=None)


@dataclass(frozen=True, slots=True)
class Report:
    """The whole status. ``only_mail`` are invitations by mail for which no interview stands in the calendar.

    ``last_run`` is when a cycle last ended well; ``stopped`` when and why the last one didn't, empty where it did.
    ``stale`` maps sources that the last cycle could not reach to why. ``sign_in_ends`` is when the service will no
    longer take the sign-in, as of the last cycle; None where unknown. ``paused_until`` is the day on which a person who
    is away (``syncd pause``) is back.
    """

    now: datetime
    opportunities: tuple[OpportunityReport, ...]
    only_mail: tuple[Message, ...] = ()
    ever_sent: bool = True
    complete: bool = True
    last_run: datetime | None = None
    stopped: str = ""
    sign_in_ends: datetime | None = None
    stale: Mapping[str, str] = field(default_factory=dict)
    paused_until: date | None = None

    def to_json(self) -> dict[str, Any]:
        """The object that ``status --json`` prints."""
        return {
            "now": self.now.isoformat(),
            "last_cycle": self.last_run.isoformat() if self.last_run else None,
            "stopped": self.stopped or None,
            "stale": dict(self.stale),
            "sign_in_ends": self.sign_in_ends.isoformat() if self.sign_in_ends else None,
            "paused_until": self.paused_until.isoformat() if self.paused_until else None,
            "opportunities": [_opportunity(o) for o in self.opportunities],
            "invitations_without_interview": [
                {"message_id": m.id, "from": str(m.sender), "subject": m.subject, "at": m.date.isoformat()}
                for m in self.only_mail
            ],
        }


def status(store: Store, settings: Settings, marks: tuple[PersonMark, ...], now: datetime) -> Report:
    """Report on what is stored, at *now*."""
    inferred, plan, standings = think(store, settings, marks, now)
    messages = store.messages()
    ended = store.ended()
    decisions = {d["event_id"]: d for d in store.decisions()}
    reports = []
    for outlook in plan.outlooks:
        lines = list(_lines(outlook, plan, standings, ended, decisions))
        reports.append(OpportunityReport(outlook, tuple(sorted(lines, key=lambda r: (r.due, r.rule)))))
    return Report(
        now,
        tuple(reports),
        tuple(_only_mail(messages, inferred)),
        ever_sent=any(m.direction == "sent" for m in messages),
        complete=bool(store.get("complete")),
        last_run=datetime.fromisoformat(store.get(LAST_RUN)) if store.get(LAST_RUN) else None,
        stopped=store.get(STOPPED),
        stale=json.loads(store.get(STALE) or "{}"),
        paused_until=BusinessCalendar(settings.user).away_until(now.astimezone(settings.user.zone).date()),
        sign_in_ends=datetime.fromisoformat(store.get(SIGN_IN_ENDS)) if store.get(SIGN_IN_ENDS) else None,
    )


def _only_mail(messages: Iterable[Message], inferred: Inferred) -> Iterable[Message]:
    for message in messages:
        link = inferred.links.get(message.id)
        if inferred.readings[message.id].kind == "invitation" and link is not None and not link.opportunity:
            yield message


def _lines(
    outlook: Outlook,
    plan: Plan,
    standings: tuple[Standing, ...],
    ended: tuple[Ended, ...],
    decisions: dict[str, dict[str, str]],
) -> Iterable[ReminderLine]:
    """Every reminder of one opportunity: those that stand as they stand, those that are gone as they ended."""
    opportunity = outlook.opportunity
    ids = {i.event.cause for i in opportunity.interviews} | {t.evidence for t in opportunity.touchpoints}
    ids |= {p.cause for p in opportunity.promises}
    wanted = [w for w in plan.wanted if w.opportunity.id == opportunity.id]
    told: set[str] = set()
    for standing in standings:
        if ids.isdisjoint(standing.marks.cause):
            continue
        told.add(standing.marks.key)
        yield _standing_line(standing, next((w for w in wanted if w.match.standing is standing), None))
    for end in ended:
        if ids.isdisjoint(end.cause) or end.key in told:
            continue
        match = next((w for w in wanted if w.match.key == end.key), None)
        done = match is not None and match.state is ReminderState.DONE
        told.add(end.key)
        state = ReminderState.DISMISSED if end.by_person else ReminderState.DONE if done else ReminderState.CANCELLED
        line = _ended_line(end, state, match, decisions.get(end.event_id))
        if line is not None:
            yield line
    for item in wanted:
        if item.state is ReminderState.DONE and item.due.remembered and item.match.key not in told:
            yield _unwritten_line(item)


def _standing_line(standing: Standing, wanted: Wanted | None) -> ReminderLine:
    entry = standing.entry
    state = ReminderState.OPEN if standing.open else ReminderState.DONE
    why = wanted.why if wanted else ""
    return ReminderLine(
        standing.marks.rule, entry.start, entry.all_day, state, entry.title, entry.event_id, standing.marks.cause, why
    )  # fmt: skip


def _ended_line(
    end: Ended, state: ReminderState, wanted: Wanted | None, decision: dict[str, str] | None
) -> ReminderLine | None:
    if wanted is not None:
        due = wanted.due
        return ReminderLine(due.rule, due.due, due.all_day, state, wanted.title, end.event_id, end.cause, wanted.why)
    if decision is not None:
        when = datetime.fromisoformat(decision["due"])
        all_day = len(decision["due"]) == len("2026-01-01")
        when = when if when.tzinfo else when.astimezone()
        return ReminderLine(
            Rule(end.rule), when, all_day, state, decision["title"], end.event_id, end.cause, decision["why"]
        )  # fmt: skip
    return None  # after a rebuild of the store its time and title are known no more


def _unwritten_line(item: Wanted) -> ReminderLine:
    """Done before it was ever due: it never had to stand in the calendar."""
    due = item.due
    new_id = event_id(item.match.key, item.match.generation)
    return ReminderLine(
        due.rule, due.due, due.all_day, item.state, item.title, new_id, due.causes, item.why, stood=False
    )  # fmt: skip


def _opportunity(report: OpportunityReport) -> dict[str, Any]:
    outlook = report.outlook
    opportunity, course = outlook.opportunity, outlook.course
    upcoming = report.next
    promise = course.promise.by.isoformat() if course.promise is not None and course.promise_open else None
    return {
        "id": opportunity.id,
        "company": opportunity.company,
        "role": opportunity.job or None,
        "state": outlook.state.value,
        "interviews": [_interview(i) for i in opportunity.interviews],
        "touchpoints": [
            {"kind": t.kind, "at": t.at.isoformat(), "evidence": t.evidence, "why": "; ".join(t.why)}
            for t in course.told
            if t.kind in _SHOWN
        ],
        "promise": promise,
        "reminders": [
            {
                "rule": r.rule.value,
                "due": r.due_text,
                "state": r.state.value,
                "title": r.title,
                "event_id": r.event_id,
                "cause": " ".join(r.cause),
            }
            for r in report.reminders
        ],
        "next": {"rule": upcoming.rule.value, "due": upcoming.due_text} if upcoming else None,
    }


def _interview(interview: Interview) -> dict[str, Any]:
    event = interview.event
    return {
        "event_id": event.event_id or event.uid,
        "start": event.start.date().isoformat() if event.all_day else event.start.isoformat(),
        "end": event.end.date().isoformat() if event.all_day else event.end.isoformat(),
        "title": event.title,
        "participants": [{"name": p.name, "email": p.email} for p in interview.reading.people],
        "stands": interview.stands,
    }
