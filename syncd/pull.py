"""pull: drain the calendars, the reminders and the mail into the store.

Each source's cursor is stored in one transaction with what came with it, so that a cycle may die between any two
lines. What the person did or wrote enters here too, with the moment it was first seen. Not here: what any of it
means.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from syncd.codec import decode_interest, encode_interest
from syncd.errors import Absurd, Unreachable
from syncd.infer.concern import concern
from syncd.infer.events import read_event
from syncd.infer.opportunities import interviews, named, newest
from syncd.infer.sightings import new_remarks
from syncd.interest import Interest
from syncd.marks import from_pairs
from syncd.model import Account, Ended, Entry, Event
from syncd.ownership import CALENDAR, claim, claim_reminders, let_go, reminders_are_in, welcome_back
from syncd.ports import CalendarSource, EventChanges, MailSource, ReminderCalendar, ReminderChanges, Traffic
from syncd.standing import standing
from syncd.store import PLANNED, REMOVING, SIGN_IN_ENDS, STALE, Store

MANY = 8
"""From so many known entries on, a listing that loses more than half of them is taken for an accident."""
AHEAD = timedelta(days=400)
_HORIZON = "horizon"
_INTEREST = "interest"
_PARTLY = "partly read"


@dataclass(slots=True)
class Pulled:
    """What a pull brought. ``stale`` names sources that failed, with why; stored facts stand in for them."""

    events: int = 0
    messages: int = 0
    changed: bool = False
    interviews_changed: bool = False
    looked_at: int = 0
    warnings: list[str] = field(default_factory=list)
    stale: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Sources:
    """The back ends of one account.

    ``traffic`` is what they have asked of services. ``sign_in_ends`` is when the sign-in with the service will no
    longer be taken, None where that isn't known.
    """

    calendars: tuple[CalendarSource, ...]
    mail: tuple[MailSource, ...]
    reminders: ReminderCalendar
    traffic: Traffic = field(default_factory=Traffic)
    sign_in_ends: datetime | None = None

    @property
    def names(self) -> frozenset[str]:
        """The cursors that a complete store has."""
        return frozenset(
            [
                *(_calendar(s) for s in self.calendars),
                *(_mail(s) for s in self.mail),
                _reminders(self.reminders),
            ]
        )


def _calendar(source: CalendarSource) -> str:
    return f"{CALENDAR}{source.name}"


def _mail(source: MailSource) -> str:
    return f"mail {source.name}"


def _reminders(sink: ReminderCalendar) -> str:
    return f"reminders {sink.name}"


def pull(
    store: Store,
    sources: Sources,
    account: Account,
    lookback: timedelta,
    now: datetime,
    *,
    allow_mass_change: bool = False,
    progress: Callable[[str], None] = lambda _: None,
    checkpoint: Callable[[], None] = lambda: None,
    warnings: list[str] | None = None,
) -> Pulled:
    """Bring *store* up to what the sources hold at *now*.

    The result's warnings are added to *warnings*, where they outlive a pull that is broken off: what was read once is
    not read, and warned of, again. A source that can't be reached is noted in ``stale`` and the others go on;
    ``Absurd`` and damage of a whole source are raised.
    """
    pulled = Pulled(warnings=[] if warnings is None else warnings)
    pulled.warnings += claim(store, account)
    first = not store.get("complete")
    if welcome_back(store, sources.names, account):
        _other_sources(store, pulled)
    _note_sign_in(store, sources.sign_in_ends, pulled)
    # Who says that a mass change is right takes what is there now for all there is.
    cursor = None if allow_mass_change else store.cursor(_reminders(sources.reminders))
    if allow_mass_change and reminders_are_in(store) == sources.reminders.name:
        # what is gone may be the calendar's own memory
        sources.reminders.remember(store.entries(), store.ended())
    since = horizon(store, lookback, now)
    _pull_reminders(store, sources.reminders, cursor, since, pulled, now, guarded=not allow_mass_change)
    since = horizon(store, lookback, now)
    store.put(_HORIZON, since.isoformat())
    for source in sources.calendars:
        progress(f"reading {source.name}")
        checkpoint()
        with _tolerating(pulled, store, source.name, now):
            cursor = None if allow_mass_change else store.cursor(_calendar(source))
            changes = source.pull(cursor, since, now + AHEAD)
            _store_events(store, source, changes, pulled, now, first=first, allow_mass_change=allow_mass_change)
    if sources.mail:
        interest = _interest(store, account, since, fresh=pulled.interviews_changed or first)
        for mailbox in sources.mail:
            progress(f"reading {mailbox.name}")
            checkpoint()
            with _tolerating(pulled, store, mailbox.name, now):
                _pull_mail(store, mailbox, interest, pulled)
    store.put(STALE, json.dumps(pulled.stale))
    if not pulled.stale and not unread(store, sources) and let_go(store, sources.names, account, now - lookback):
        _other_sources(store, pulled)
    if first and not unread(store, sources):
        store.put("complete", now.isoformat())
        pulled.changed = True
    return pulled


def unread(store: Store, sources: Sources) -> frozenset[str]:
    """The sources that never had one complete pull."""
    if store.get("complete"):
        return sources.names - store.sources()
    partly = {name for name in sources.names if store.get(f"{_PARTLY} {name}")}
    return (sources.names - store.sources()) | partly


def horizon(store: Store, lookback: timedelta, now: datetime) -> datetime:
    """How far back facts count: fixed by the first pull, and reaching to the oldest reminder that still stands open."""
    moment, stored = now - lookback, store.get(_HORIZON)
    if stored:
        # The lower of the two: a first pull by a clock that ran ahead must not blind all later ones.
        return min(moment, datetime.fromisoformat(stored))
    for mine in standing(store.entries()):
        if mine.open:
            moment = min(moment, mine.entry.start - lookback)
    return moment


@contextmanager
def _tolerating(pulled: Pulled, store: Store, name: str, now: datetime) -> Iterator[None]:
    """Let one source be out of reach without the others; stored facts stand in for it, and their age is told."""
    remembered = f"reached {name}"
    try:
        yield
    except Unreachable as error:
        last = store.get(remembered)
        age = f"going on with what it held on {last[:16].replace('T', ' ')}" if last else "it was never reached"
        pulled.stale[name] = f"{error}; {age}"
    else:
        store.put(remembered, now.isoformat())


def _other_sources(store: Store, pulled: Pulled) -> None:
    """Other calendars count than in the last cycle."""
    pulled.changed = pulled.interviews_changed = True
    store.put(_INTEREST, "")
    _unsettle(store, pulled)


def settle(store: Store, sources: Sources, lookback: timedelta, now: datetime) -> Pulled:
    """Move the cursor of the reminders past our own writes; ``changed`` tells that somebody else wrote as well.

    A calendar that is read as well as written is listed once for both: were only one cursor moved, the next cycle
    would have to list it twice.
    """
    pulled, sink, since = Pulled(), sources.reminders, horizon(store, lookback, now)
    _pull_reminders(store, sink, store.cursor(_reminders(sink)), since, pulled, now, guarded=False)
    for source in sources.calendars:
        cursor = store.cursor(_calendar(source))
        if source.name == sink.name and cursor is not None:
            changes = source.pull(cursor, since, now + AHEAD)
            _store_events(store, source, changes, pulled, now, first=False, allow_mass_change=False)
    return pulled


def _note_sign_in(store: Store, ends: datetime | None, pulled: Pulled) -> None:
    told = ends.isoformat() if ends else ""
    if store.get(SIGN_IN_ENDS) != told:
        store.put(SIGN_IN_ENDS, told)
        store.put(PLANNED, "")
        pulled.changed = True


def _pull_reminders(
    store: Store,
    sink: ReminderCalendar,
    cursor: str | None,
    since: datetime,
    pulled: Pulled,
    now: datetime,
    *,
    guarded: bool,
) -> None:
    changes = sink.pull(None if store.get(REMOVING) else cursor, since)
    pulled.warnings += claim_reminders(store, sink.name)
    pulled.warnings += changes.warnings
    known = {entry.event_id: entry for entry in store.entries()}
    before = {e.event_id: e for e in store.ended()}
    missing = _missing(changes, known, since)
    forgotten = changes.vanished - known.keys() - before.keys()  # the calendar's own memory has them, and we don't
    again = "; to begin anew instead, run: syncd purge --all" if forgotten else ""
    lost, total = len(missing) + len(forgotten), len({*known, *forgotten, *(e.event_id for e in changes.entries)})
    if guarded and total >= MANY and lost * 2 > total:
        raise Absurd(
            f"{sink.name}: {lost} of {total} reminders are suddenly gone; if you deleted them, "
            f"run: syncd sync --allow-mass-change{again}"
        )
    if forgotten:
        reminders = "1 reminder is" if len(forgotten) == 1 else f"{len(forgotten)} reminders are"
        pulled.warnings.append(f"{sink.name}: {reminders} gone, taken as deleted by you{again}")
    with store.transaction():
        for entry in changes.entries:
            if known.get(entry.event_id) != entry:
                pulled.changed = True
                store.put_entry(entry)
        for ended in changes.ended:
            if before.get(ended.event_id) != ended:
                pulled.changed = True
                store.put_ended(ended)
        for event_id in missing:
            ended_by_person = _dismissal(known[event_id])
            if ended_by_person is not None and event_id not in {e.event_id for e in changes.ended}:
                pulled.changed = True
                store.put_ended(ended_by_person)
        new = store.cursor(_reminders(sink)) is None
        remarks = new_remarks((), standing(changes.entries), now, first_pull=new)
        store.put_sightings(remarks, now)
        store.put_cursor(_reminders(sink), changes.cursor)
        if removing := store.get(REMOVING).split():
            there = {entry.event_id for entry in changes.entries}
            store.put(REMOVING, " ".join(event_id for event_id in removing if event_id in there))
        _unsettle(store, pulled)
    if changes.vanished:
        sink.remember((), (ended for ended in store.ended() if ended.event_id in changes.vanished))


def _unsettle(store: Store, pulled: Pulled) -> None:
    """What came in calls for a new plan, whatever becomes of this cycle."""
    if pulled.changed:
        store.put(PLANNED, "")


def _missing(changes: ReminderChanges, known: dict[str, Entry], since: datetime) -> list[str]:
    gone = set(changes.gone) | {e.event_id for e in changes.ended}
    if changes.complete:  # which may leave out what was over before *since*
        gone |= {i for i, entry in known.items() if entry.end > since} - {e.event_id for e in changes.entries}
    return sorted(gone & set(known))


def _dismissal(entry: Entry) -> Ended | None:
    """A reminder that is gone and that syncd didn't remove: the person did."""
    marks = from_pairs(entry.marks)
    if marks is None:
        return None
    return Ended(entry.event_id, marks.key, marks.rule, marks.cause, marks.generation, by_person=True)


def _store_events(
    store: Store,
    source: CalendarSource,
    changes: EventChanges,
    pulled: Pulled,
    now: datetime,
    *,
    first: bool,
    allow_mass_change: bool,
) -> None:
    name = _calendar(source)
    first = first or store.cursor(name) is None
    known = store.hrefs(name)
    gone = set(changes.gone) & known
    if changes.complete:
        gone |= known - set(changes.changed)
    if not allow_mass_change and (changes.changed or gone):
        lost, there = _lost((e for e in store.events() if e.source == source.name and e.gone is None), changes)
        if there >= MANY and lost * 2 > there:
            raise Absurd(
                f"{source.name}: {lost} of {there} events are suddenly gone; "
                "if that is right, run: syncd sync --allow-mass-change"
            )
    pulled.warnings += changes.warnings
    pulled.changed = pulled.changed or bool(changes.changed or gone)
    pulled.interviews_changed = pulled.interviews_changed or bool(changes.changed or gone)
    with store.transaction():
        for href, events in changes.changed.items():
            pulled.events += len(events)
            store.put_events(name, href, events, now, first_pull=first)
            store.put_sightings(new_remarks(events, (), now, first_pull=first), now)
        for href in gone:
            store.put_events(name, href, (), now, first_pull=first)
        store.put_cursor(name, changes.cursor)
        _unsettle(store, pulled)
        if changes.changed or gone:
            store.put(_INTEREST, "")


def _lost(standing: Iterable[Event], changes: EventChanges) -> tuple[int, int]:
    """How many of *standing* are no longer anywhere after *changes*, and how many there were.

    A series counts once, and one that moved to another file isn't lost: what counts is the UID, not the file.
    """
    known: set[str] = set()
    kept = {event.uid for events in changes.changed.values() for event in events}
    for event in standing:
        known.add(event.uid)
        if not (changes.complete or event.href in changes.changed or event.href in changes.gone):
            kept.add(event.uid)
    return len(known - kept), len(known)


def _interest(store: Store, account: Account, since: datetime, *, fresh: bool) -> Interest:
    """What mail to ask for: worked out anew where events came in, else as it was stored."""
    if not fresh and (stored := store.get(_INTEREST)):
        return decode_interest(stored, since, store.message_ids())
    events = newest(relevant(store, since))
    account = named(account, events, ())
    found = interviews(events, {event.cause: read_event(event, account) for event in events})
    interest = concern(found, store.message_ids(), account, since)
    store.put(_INTEREST, encode_interest(interest))
    return interest


def relevant(store: Store, since: datetime) -> tuple[Event, ...]:
    """The events that count.

    Not over before *since*, and none that is a reminder of ours whose marks a program stripped.
    """
    ours = store.reminder_ids()
    return tuple(e for e in store.events() if e.end >= since and ours.isdisjoint((e.uid, e.event_id)))


def _pull_mail(store: Store, mailbox: MailSource, interest: Interest, pulled: Pulled) -> None:
    changes = mailbox.pull(store.cursor(_mail(mailbox)), interest)
    pulled.looked_at += changes.looked_at
    pulled.warnings += changes.warnings
    with store.transaction():
        new = store.put_messages(changes.messages)
        pulled.messages += new
        pulled.changed = pulled.changed or new > 0
        _unsettle(store, pulled)
        store.put_cursor(_mail(mailbox), changes.cursor)
        store.put(f"{_PARTLY} {_mail(mailbox)}", "" if changes.complete else "1")
