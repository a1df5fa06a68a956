"""What holds after every cycle that finished, whatever the person, the employer and the machine did before.

Each law takes the world and the model's own book of what happened (``Book``); none of them asks syncd what it thinks, but one
that compares ``status`` with the calendar.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from syncd.model import Entry, Event, Rule
from syncd.plan.business import BusinessCalendar
from syncd.standing import Standing
from syncd.status import status
from tests.world import World

FOLLOW_UPS = {Rule.FOLLOW_UP, Rule.FOLLOW_UP_PROMISED}


@dataclass
class Book:
    """What the model knows to have happened, without asking syncd."""

    company_of: dict[str, str] = field(default_factory=dict)
    """Of each interview, message, mark and reminder."""
    events: dict[str, Event] = field(default_factory=dict)
    deleted: dict[str, Entry] = field(default_factory=dict)
    """Reminders that the person deleted, by key."""
    titles: dict[str, str] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    starts: dict[str, datetime] = field(default_factory=dict)
    dues: dict[str, str] = field(default_factory=dict)
    """Words and times of the person, by event id, and when a reminder was due as they moved it."""
    over: set[str] = field(default_factory=set)
    """Companies that said no (or yes), or were given up, and nothing that could re-open them came since."""
    forgotten: set[str] = field(default_factory=set)
    """Reminders whose cause may be lost with the store: deleted from the calendar, or longer ago than a first pull looks."""

    def company(self, standing: Standing) -> str:
        """The company of a reminder, by its cause: a note's cause is named after the reminder or interview it stands on."""
        for cause in standing.marks.cause:
            for owner in (cause, cause.rpartition("#")[0]):
                if owner in self.company_of:
                    return self.company_of[owner]
        raise AssertionError(f"a reminder without a known cause: {standing.marks}")

    def learn(self, world: World) -> None:
        """Remember whose the reminders are, and what time of the person is over."""
        hours = BusinessCalendar(world.settings.user)
        for standing in world.standing:
            self.company_of[standing.entry.event_id] = self.company(standing)
            start = self.starts.get(standing.entry.event_id)
            moved = standing.marks.due != self.dues.get(standing.entry.event_id)
            if standing.marks.rule is Rule.ASK_NEXT_STEPS and start is not None and moved:
                del self.starts[standing.entry.event_id]  # a moved interview moves its reminder
                continue
            if start is not None and standing.open and world.now >= hours.over_at(start):
                del self.starts[standing.entry.event_id]


def no_duplicate(world: World, book: Book) -> None:
    keys = Counter(s.marks.key for s in world.standing)
    assert max(keys.values(), default=1) == 1, f"two entries of one key: {keys}"
    following = Counter(book.company(s) for s in world.open if s.marks.rule in FOLLOW_UPS and not _forgotten(s, book))
    assert max(following.values(), default=1) == 1, f"two follow-ups at a time: {world.shown()}"
    causes = Counter((s.marks.rule, cause) for s in world.open for cause in s.marks.cause)
    assert max(causes.values(), default=1) == 1, f"two open reminders of one rule and cause: {causes}"


def no_resurrection(world: World, book: Book) -> None:
    for standing in world.standing:
        assert standing.marks.key not in book.deleted, f"a deleted reminder came back: {standing.entry}"


def their_words_stand(world: World, book: Book) -> None:
    standing = {s.entry.event_id: s for s in world.standing}
    for event_id, title in book.titles.items():
        assert event_id in standing, f"a reminder with their title was deleted: {title}"
        assert standing[event_id].plain_title == title
    for event_id, text in book.texts.items():
        assert event_id in standing, f"a reminder with their text was deleted: {text}"
        assert standing[event_id].entry.text == text
    for event_id, start in book.starts.items():
        if event_id in standing and not _asks_too_late(standing[event_id], start):
            assert standing[event_id].entry.start == start, f"a snoozed reminder was moved: {standing[event_id]}"


def _asks_too_late(standing: Standing, start: datetime) -> bool:
    """To ask during the interview is moved to before the interview where that lies before what they chose."""
    if standing.marks.rule is not Rule.ASK_NEXT_STEPS:
        return False
    return start >= datetime.fromisoformat(standing.marks.due) + timedelta(minutes=15)


def at_a_sensible_time(world: World, book: Book) -> None:
    hours = BusinessCalendar(world.settings.user)
    for standing in world.open:
        entry, rule = standing.entry, standing.marks.rule
        if _forgotten(standing, book) or entry.all_day:
            continue
        if rule is Rule.ASK_NEXT_STEPS:
            assert any(_stands(e) and e.start > world.now for e in _interviews(standing, book)), (
                f"nothing ahead: {entry}"
            )
            continue
        assert hours.over_at(entry.start) > world.now, f"left behind on a past day, at {world.now}: {entry}"
        if entry.event_id in book.starts:
            continue
        local = hours.local(entry.start)
        assert hours.opens(local.date()) <= local <= hours.closes(local.date()), f"outside working hours: {entry}"
        assert rule is Rule.THANK_YOU or hours.is_business_day(local.date()), f"on a day off: {entry}"


def not_when_pointless(world: World, book: Book) -> None:
    for standing in world.open:
        if standing.entry.event_id in book.starts:
            continue  # put there by the person, so of use to them
        ends = [e.end for e in _interviews(standing, book) if _stands(e)]
        if standing.marks.rule is Rule.THANK_YOU and ends and not _forgotten(standing, book):
            assert max(ends) <= world.now < max(ends) + timedelta(days=5), f"no use at {world.now}: {standing.entry}"


def silent_once_it_is_over(world: World, book: Book) -> None:
    for standing in world.open:
        company = book.company(standing)
        if company in book.over and not _forgotten(standing, book):
            assert standing.marks.rule is Rule.REJECTION_REPLY, f"{company} is over: {standing.entry}"


def status_agrees(world: World, book: Book) -> None:
    report = status(world.store, world.settings, world.marks, world.now)
    told = {r.event_id for o in report.opportunities for r in o.reminders if r.state == "open"}
    standing = {s.entry.event_id for s in world.open if not _forgotten(s, book)}
    assert told - {s.entry.event_id for s in world.open} == set(), "status tells of open reminders that don't stand"
    assert standing - told == set(), f"status doesn't tell of {standing - told}"


LAWS = (
    no_duplicate,
    no_resurrection,
    their_words_stand,
    at_a_sensible_time,
    not_when_pointless,
    silent_once_it_is_over,
    status_agrees,
)


def _forgotten(standing: Standing, book: Book) -> bool:
    return standing.entry.event_id in book.forgotten


def _interviews(standing: Standing, book: Book) -> list[Event]:
    return [book.events[cause] for cause in standing.marks.cause if cause in book.events]


def _stands(event: Event) -> bool:
    return event.status != "cancelled" and not any(a.status == "declined" for a in event.attendees)
