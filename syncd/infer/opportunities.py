"""infer: what the facts mean. Events become interviews, messages touchpoints, and both belong to opportunities.

Pure and deterministic: facts and the user come in as values, every result says why. Not here: what is due (``plan``).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from hashlib import sha256

from syncd.infer.deeds import cleared_tick, event_promises, marked, standing_promises, tags, tick, unread
from syncd.infer.events import read_event
from syncd.infer.events.told import first_line
from syncd.infer.facts import Facts, Inferred, Link, Unread
from syncd.infer.grouping import Group, group
from syncd.infer.linking import link
from syncd.infer.messages import read_message
from syncd.infer.names import same_company
from syncd.interest import fold
from syncd.model import (
    Account,
    Direction,
    Ended,
    Event,
    EventReading,
    Interview,
    Kind,
    Message,
    MessageReading,
    Opportunity,
    PersonMark,
    Promise,
    Touchpoint,
)
from syncd.settings import User
from syncd.standing import Standing

_SILENT = frozenset({Kind.AUTOMATIC, Kind.OTHER})
_NOT_SLUG = re.compile(r"[^a-z0-9]+")


@dataclass(slots=True)
class _Draft:
    group: Group
    touchpoints: list[Touchpoint] = field(default_factory=list)
    promises: list[Promise] = field(default_factory=list)
    ids: set[str] = field(default_factory=set)
    why: list[str] = field(default_factory=list)
    unread: list[Unread] = field(default_factory=list)


def infer(facts: Facts, user: User) -> Inferred:
    """Read *facts* from the point of view of *user*."""
    account = named(user.account, facts.events, facts.messages)
    events = newest(facts.events)
    event_readings = {event.cause: read_event(event, account) for event in events}
    found = interviews(events, event_readings)
    drafts = [_Draft(g) for g in group(found, account)]
    for draft in drafts:
        _interviews(draft, facts, user)
    readings = {m.id: read_message(m, account) for m in facts.messages}
    linked = link([d.group for d in drafts], facts.messages)
    readings = _in_context(facts.messages, readings, linked)
    for message in sorted(facts.messages, key=lambda m: (m.date, m.id)):
        if message.id in linked:
            _message(drafts[linked[message.id][0]], message, readings[message.id], linked[message.id][1])
    for mark in facts.marks:
        _mark(drafts, mark)
    noted = _standings(drafts, facts, user)
    opportunities = [_opportunity(d) for d in drafts]
    names = {n: o.id for n, o in enumerate(opportunities)}
    links = {
        m.id: Link(names[linked[m.id][0]], linked[m.id][1])
        if m.id in linked
        else Link("", "nothing in it points to a known interview")
        for m in facts.messages
    }
    unread_notes = tuple(replace(note, opportunity=names[n]) for n, draft in enumerate(drafts) for note in draft.unread)
    return Inferred(tuple(opportunities), noted, readings, links, event_readings, unread_notes)


def newest(events: Iterable[Event]) -> list[Event]:
    """One event for each cause: of the same invitation in two calendars the copy that still stands and changed last."""
    found: dict[str, Event] = {}
    for event in events:
        known = found.get(event.cause)
        if known is None or _freshness(event) > _freshness(known):
            found[event.cause] = event
    return list(found.values())


def _freshness(event: Event) -> tuple[bool, float]:
    changed = event.modified or event.created
    return event.gone is None, changed.timestamp() if changed is not None else 0.0


def interviews(events: Iterable[Event], readings: dict[str, EventReading]) -> list[Interview]:
    """The events that are interviews; each cause stands once among *events*."""
    return [Interview(event, readings[event.cause]) for event in events if readings[event.cause].interview]


def _interviews(draft: _Draft, facts: Facts, user: User) -> None:
    for interview in draft.group.interviews:
        event = interview.event
        draft.ids.add(event.cause)
        if interview.stands:
            draft.touchpoints.append(
                Touchpoint("interview", event.start, event.cause, interview.reading.why, interview.reading.people)
            )
        draft.touchpoints += tags(interview, facts.sightings)
        promises = list(event_promises(event, facts.sightings, facts.standings, user.zone))
        draft.promises += promises
        causes = {promise.cause for promise in promises}
        draft.unread += [
            Unread("", event.cause, event.title, event.start, line)
            for line in unread(event.cause, event.description, causes)
        ]


def _in_context(
    messages: Iterable[Message], readings: dict[str, MessageReading], linked: dict[str, tuple[int, str]]
) -> dict[str, MessageReading]:
    """Read thanks and questions that answer a rejection as what they are: an answer to a rejection."""
    rejections = {m for m, reading in readings.items() if reading.kind is Kind.REJECTION and m in linked}
    changed = dict(readings)
    for message in messages:
        reading = readings[message.id]
        answers = message.direction is Direction.SENT and not rejections.isdisjoint(message.references)
        if answers and reading.kind in {Kind.THANK_YOU, Kind.FOLLOW_UP, Kind.OTHER}:
            why = ("it answers their rejection", *reading.why)
            changed[message.id] = MessageReading(Kind.REJECTION_REPLY, why=why)
    return changed


def _message(draft: _Draft, message: Message, reading: MessageReading, link_why: str) -> None:
    draft.ids.add(message.id)
    if reading.kind in _SILENT:
        return
    draft.touchpoints.append(
        Touchpoint(
            kind=reading.kind.value,
            at=message.date,
            evidence=message.id,
            why=(*reading.why, link_why),
            people=message.counterparts,
            purposeful=reading.purposeful,
            subject=message.subject,
            thread=message.thread,
        )
    )
    if reading.expected_by is not None and message.direction is Direction.RECEIVED:
        draft.promises.append(Promise(reading.expected_by, message.date, message.id, reading.why[-1:]))


def _mark(drafts: list[_Draft], mark: PersonMark) -> None:
    said = marked(mark)
    draft = next((d for d in drafts if d.ids.intersection(mark.causes)), None) or next(
        (d for d in drafts if mark.company and same_company(d.group.company, mark.company)), None
    )
    if draft is None or said is None:
        return
    draft.ids.add(f"mark:{mark.id}")
    if isinstance(said, Promise):
        draft.promises.append(said)
    else:
        draft.touchpoints.append(said)


def _standings(drafts: list[_Draft], facts: Facts, user: User) -> dict[str, str]:
    """Ticks and notes on reminders, for the opportunity that their cause belongs to.

    Also ticks on those that are gone.
    """
    noted: dict[str, str] = {}
    waiting: list[Standing | Ended] = [*sorted(facts.standings, key=lambda s: (s.marks.due, s.marks.key)), *facts.ended]
    while waiting:
        left = []
        for reminder in waiting:
            owner = reminder.cause if isinstance(reminder, Ended) else reminder.marks.cause
            draft = next((d for d in drafts if _causes(owner) & d.ids), None)
            if draft is None:
                left.append(reminder)
            elif isinstance(reminder, Ended):
                draft.ids.add(reminder.event_id)
                _add(draft, cleared_tick(reminder, facts.sightings))
            else:
                draft.ids.add(reminder.entry.event_id)
                _add(draft, tick(reminder, facts.sightings, user.zone))
                _noted(draft, reminder, facts, user, noted)
        if len(left) == len(waiting):
            break  # what is left has causes that weren't pulled
        waiting = left
    return noted


def _noted(draft: _Draft, standing: Standing, facts: Facts, user: User, noted: dict[str, str]) -> None:
    """The dates that the person wrote on a reminder."""
    entry, held = standing.entry, [i.event.start for i in draft.group.interviews if i.stands]
    promises = list(standing_promises(standing, facts.sightings, user.zone, held))
    for promise, mark in promises:
        draft.promises.append(promise)
        noted[entry.event_id] = mark
    causes = {promise.cause for promise, _ in promises}
    draft.unread += [
        Unread("", entry.event_id, entry.title, entry.start, line)
        for line in unread(entry.event_id, standing.notes, causes)
    ]


def _add(draft: _Draft, ticked: Touchpoint | None) -> None:
    if ticked is not None:
        draft.touchpoints.append(ticked)


def _causes(causes: Iterable[str]) -> set[str]:
    """The ids in *causes*; a note's owner stands before the hash of its words."""
    return {part for cause in causes for part in (cause, cause.rpartition("#")[0]) if part}


def _opportunity(draft: _Draft) -> Opportunity:
    g = draft.group
    ordered = tuple(sorted(g.interviews, key=lambda i: (i.event.start, i.event.cause)))
    company = g.company or clean_title(ordered[0].event)
    return Opportunity(
        id=opportunity_id(company, ordered[0].event.cause),
        company=company,
        job=g.job,
        interviews=ordered,
        touchpoints=tuple(sorted(draft.touchpoints, key=lambda t: (t.at, t.kind, t.evidence))),
        # Of two that were said at once, as two notes are after the store was lost, the one named last comes last.
        promises=tuple(sorted(draft.promises, key=lambda p: p.said)),
        people=tuple(p for _, p in sorted(g.people.items())),
    )


def clean_title(event: Event) -> str:
    """What to call an opportunity whose company nobody named: the title of its first interview."""
    return " ".join(first_line(event.title).split())[:60] or "an interview"


def opportunity_id(company: str, cause: str) -> str:
    """A short id to type: the company and four digits of the first interview."""
    slug = _NOT_SLUG.sub("-", fold(company)).strip("-")[:24].strip("-")
    return f"{slug or 'job'}-{sha256(cause.encode()).hexdigest()[:4]}"


def named(account: Account, events: Iterable[Event], messages: Iterable[Message]) -> Account:
    """*account* with the user's own name, learned from invitations and sent mail where config doesn't tell it."""
    if account.name:
        return account
    counted: Counter[str] = Counter()
    for event in events:
        counted.update(a.person.name for a in event.attendees if a.person.name and account.owns(a.person.email))
    counted.update(m.sender.name for m in messages if m.direction is Direction.SENT and m.sender.name)
    if not counted:
        return account
    most = max(counted.values())
    return replace(account, name=min(n for n, count in counted.items() if count == most))
