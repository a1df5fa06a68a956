"""One cycle: pull, infer, plan, reconcile, push, and nothing else."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from syncd import __version__
from syncd.errors import Conflict, Declined, TryAgain
from syncd.infer.facts import Facts, Inferred, Unread
from syncd.marks import word_hash
from syncd.model import PersonMark
from syncd.notice import sign_in_notice
from syncd.plan import Plan, Setting
from syncd.plan.business import BusinessCalendar
from syncd.plan.wording import clean, day_text
from syncd.ports import Traffic
from syncd.pull import Pulled, Sources, horizon, pull, relevant, settle, unread
from syncd.push import push, told
from syncd.reconcile import Action, reconcile
from syncd.settings import Settings
from syncd.standing import Standing, standing
from syncd.store import PLANNED, REMOVING, SIGN_IN_ENDS, Store

ROUNDS = 3
"""How often a cycle decides again because a reminder changed under its hands, before it leaves it to the next."""
_NEXT, _LAST = "next decision", "last cycle"
_UNREAD = "unread notes"
UNREAD = "names no date that syncd can read, or one from before the interview; write it as next: 2026-03-20"
"""Of a line that the person meant as a note of a date."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a cycle did. ``idle`` tells that nothing had come in and nothing was due to change."""

    now: datetime
    pulled: Pulled
    traffic: Traffic = field(default_factory=Traffic)
    actions: tuple[Action, ...] = ()
    errors: tuple[str, ...] = ()
    idle: bool = False
    incomplete: tuple[str, ...] = field(default=())
    next_decision: datetime | None = None
    """When the plan may differ although nothing comes in; None where it can't, or no plan was made."""

    def operations(self) -> list[dict[str, str]]:
        """The actions as ``sync --json`` tells them."""
        return [told(action) for action in self.actions]


def cycle(
    store: Store,
    sources: Sources,
    settings: Settings,
    marks: tuple[PersonMark, ...],
    now: datetime,
    *,
    allow_mass_change: bool = False,
    progress: Callable[[str], None] = lambda _: None,
    checkpoint: Callable[[], None] = lambda: None,
    warnings: list[str] | None = None,
) -> Outcome:
    """Run one cycle at *now*: read what there is, decide, and write the difference.

    What it warns of, the outcome tells; where it raises, *warnings* holds what it had met until then. *checkpoint* is
    called between two operations, and may end the cycle there by raising ``Stopped``.

    Raises the errors of ``syncd.errors``; whatever was read or written before stays true, and the next cycle goes on
    from there.
    """
    done: list[Action] = []
    warned = [] if warnings is None else warnings
    for _ in range(ROUNDS):
        pulled = pull(
            store,
            sources,
            settings.user.account,
            settings.rules.lookback,
            now,
            allow_mass_change=allow_mass_change,
            progress=progress,
            checkpoint=checkpoint,
            warnings=warned,
        )
        errors = (*(_told(name, why) for name, why in pulled.stale.items()), *dict.fromkeys(warned))
        incomplete = tuple(sorted(unread(store, sources)))
        if incomplete:
            # No reminder is made on half the facts (design, section 8).
            return Outcome(now, pulled, sources.traffic, (), errors, incomplete=incomplete)
        conditions = _conditions(settings, marks)
        if not pulled.changed and not done and _nothing_due(store, conditions, now):
            return Outcome(now, pulled, sources.traffic, (), errors, idle=True, next_decision=_upcoming(store))
        actions, planned, inferred = decide(store, settings, marks, now, allow_mass_change=allow_mass_change)
        warned += _new_unread(store, inferred, BusinessCalendar(settings.user))
        tried = [_push(action, sources, store, now, checkpoint) for action in actions]
        done += [action for action, result in zip(actions, tried, strict=True) if result is None]
        if any(isinstance(result, Conflict) for result in tried):
            continue
        declined = [str(result) for result in tried if isinstance(result, Declined)]
        changed_since = bool(actions) and settle(store, sources, settings.rules.lookback, now).changed
        with store.transaction():
            store.put(PLANNED, "" if changed_since or declined else conditions)
            store.put(_NEXT, planned.next_decision.isoformat() if planned.next_decision else "")
            store.put(_LAST, now.isoformat())
        all_errors = (*dict.fromkeys((*errors, *warned)), *declined)
        return Outcome(now, pulled, sources.traffic, tuple(done), all_errors, next_decision=planned.next_decision)
    raise TryAgain("the reminders keep changing while syncd writes them; the next cycle goes on from here")


def _push(
    action: Action, sources: Sources, store: Store, now: datetime, checkpoint: Callable[[], None]
) -> Conflict | Declined | None:
    """None where it took effect, else what kept this one reminder, and no other, from being written."""
    checkpoint()
    try:
        push(action, sources.reminders, store, now)
    except (Conflict, Declined) as problem:
        return problem
    return None


def _told(name: str, why: str) -> str:
    """Which source it is about, once."""
    return why if why.startswith(name) else f"{name}: {why}"


def decide(
    store: Store,
    settings: Settings,
    marks: tuple[PersonMark, ...],
    now: datetime,
    *,
    allow_mass_change: bool = False,
) -> tuple[tuple[Action, ...], Plan, Inferred]:
    """infer, plan and reconcile over what is stored: what would be written at *now*, and what it rests on."""
    inferred, planned, standings = think(store, settings, marks, now)
    actions = reconcile(
        planned,
        delete_done=settings.rules.on_done == "delete",
        noted=inferred.noted,
        today=now.astimezone(settings.user.zone).date(),
        now=now,
        allow_mass_change=allow_mass_change,
    )
    ends = store.get(SIGN_IN_ENDS)
    notices = sign_in_notice(
        datetime.fromisoformat(ends) if ends else None, standings, store.ended(), settings.user, now, settings.option
    )  # fmt: skip
    return (*actions, *notices), planned, inferred


def _new_unread(store: Store, inferred: Inferred, calendar: BusinessCalendar) -> list[str]:
    """A warning for each note of a date that can't be read, once; its words are the person's own, and not told."""
    known = set(store.get(_UNREAD).split())
    found = {word_hash(f"{note.owner} {note.line}"): note for note in inferred.unread}
    if found.keys() != known:
        store.put(_UNREAD, " ".join(sorted(found)))
    new = {entry_told(note, calendar) for name, note in found.items() if name not in known}
    return [f"a line in {entry} that begins as a note of a date {UNREAD}" for entry in sorted(new)]


def entry_told(note: Unread, calendar: BusinessCalendar) -> str:
    """The interview or reminder that *note* stands in, as people call it."""
    return f'"{clean(note.entry, 60)}" ({day_text(calendar.day(note.start))})'


def think(
    store: Store, settings: Settings, marks: tuple[PersonMark, ...], now: datetime
) -> tuple[Inferred, Plan, tuple[Standing, ...]]:
    """Infer and plan over what is stored; writes nothing."""
    from syncd.infer.opportunities import infer
    from syncd.plan import plan

    standings = standing(store.entries())
    events = store.events()
    messages = store.messages()
    since = horizon(store, settings.rules.lookback, now)
    facts = Facts(relevant(store, since), messages, standings, store.sightings(), marks, store.ended())
    inferred = infer(facts, settings.user)
    known = frozenset(e.cause for e in events)
    if not store.retired():  # else what mail and marks are about may be in a calendar that isn't read for now
        known |= {m.id for m in messages} | {f"mark:{m.id}" for m in marks}
    complete = store.get("complete")
    first = min(datetime.fromisoformat(complete), now) if complete else now
    setting = Setting(
        user=settings.user,
        rules=settings.rules,
        first_day=first.astimezone(settings.user.zone).date(),
        known=known,
        gmail=settings.user.account.email if settings.mail_backend == "google" else "",
        removing=frozenset(store.get(REMOVING).split()),
    )
    return inferred, plan(inferred.opportunities, standings, store.ended(), setting, now), standings


def forget_plan(store: Store) -> None:
    """Have the next cycle decide anew, although nothing comes in."""
    store.put(PLANNED, "")


def _conditions(settings: Settings, marks: tuple[PersonMark, ...]) -> str:
    """What a plan depends on besides facts and time, as a digest."""
    said = repr((__version__, settings.user, settings.rules, settings.mail_backend, marks))
    return hashlib.sha256(said.encode()).hexdigest()


def _nothing_due(store: Store, conditions: str, now: datetime) -> bool:
    """Whether the last plan still holds: same conditions, and the time hasn't come at which it may differ."""
    last, upcoming = store.get(_LAST), _upcoming(store)
    if store.get(PLANNED) != conditions or not last or now < datetime.fromisoformat(last):
        return False
    return upcoming is None or now < upcoming


def _upcoming(store: Store) -> datetime | None:
    """When the last plan may differ although nothing comes in."""
    upcoming = store.get(_NEXT)
    return datetime.fromisoformat(upcoming) if upcoming else None
