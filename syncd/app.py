"""Back ends, a store and marks come together, and a cycle runs over them. The time is handed in."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

from syncd.back_ends import Connections, connected
from syncd.backends.rehearsal import Rehearsal
from syncd.clock import SystemClock
from syncd.cycle import Outcome, cycle
from syncd.errors import BadInput, SignInNeeded, SyncdError, TryAgain, Unreachable
from syncd.lock import locked
from syncd.marks_file import marks_path, read_away, read_marks
from syncd.model import PersonMark
from syncd.ports import Clock
from syncd.pull import Sources
from syncd.settings import Settings
from syncd.store import (
    LAST_RUN,
    STAMP,
    STOPPED,
    Damaged,
    Store,
    check_ours,
    empty_store,
    move_aside,
    moved_aside,
    open_store,
    trouble_told,
)

log = logging.getLogger(__name__)

_BETWEEN_REBUILDS, _LATELY = timedelta(hours=1), timedelta(days=1)


@dataclass(frozen=True, slots=True)
class App:
    """What a command looks at. ``settings`` are the config's, with when the person is away."""

    settings: Settings
    store: Store
    marks: tuple[PersonMark, ...]


@contextmanager
def opened(settings: Settings, warn: Callable[[str], None]) -> Iterator[App]:
    """Open the store of *settings*. Write only while holding ``locked(settings.state)``.

    Raises ``Damaged`` where it can't be used; a cycle rebuilds it.
    """
    check_ours(settings.state)
    try:
        store = open_store(settings.state) if settings.state.exists() else empty_store()
    except Damaged as damage:
        raise Damaged(f"{settings.state}: {damage}; the next syncd sync moves it aside and rebuilds it") from damage
    try:
        with trouble_told(settings.state):
            yield App(_with_away(settings), store, _marks(settings, warn))
    finally:
        store.close()


def _marks(settings: Settings, warn: Callable[[str], None]) -> tuple[PersonMark, ...]:
    marks, warnings = read_marks(marks_path(settings.state))
    for line in warnings:
        warn(line)
    return marks


def _with_away(settings: Settings) -> Settings:
    """*settings* with when the person is away, which they say beside the config (``syncd pause``)."""
    return replace(settings, user=replace(settings.user, away=read_away(marks_path(settings.state))))


@dataclass(frozen=True, slots=True)
class Manner:
    """How a cycle is run: what it may do, whom it tells, and by what it waits."""

    allow_mass_change: bool = False
    warn: Callable[[str], None] = lambda _: None
    progress: Callable[[str], None] = lambda _: None
    clock: Clock = field(default_factory=SystemClock)
    patience: float = 0.0
    """Seconds to wait for another one that is at work."""


QUIETLY = Manner()


def run_cycle(
    settings: Settings, now: datetime, manner: Manner = QUIETLY, connections: Connections | None = None
) -> Outcome:
    """Run one cycle at *now* under the account's lock; a damaged store is moved aside and built anew.

    *connections* are those of the cycles before, for who runs many.
    """

    def run() -> Outcome:
        store = open_store(settings.state)
        try:
            marks = _marks(settings, manner.warn)
            with (
                trouble_told(settings.state),
                remembered(store, now),
                connected(settings, now, manner.clock, connections, manner.warn) as sources,
            ):
                return _cycle(store, sources, _with_away(settings), marks, now, manner)
        finally:
            store.close()

    check_ours(settings.state)
    with locked(settings.state, patience=manner.patience, clock=manner.clock):
        try:
            return run()
        except Damaged as damage:
            manner.warn(_made_room(settings.state, damage, now))
            return run()


def _made_room(state: Path, damage: Damaged, now: datetime) -> str:
    """Move the damaged store aside, and say so.

    Raises ``TryAgain`` where that was done within the hour: what damages it is still at work, and the mailbox isn't
    read through again and again for that.
    """
    times = [now.replace(tzinfo=None) - moment for moment, _ in moved_aside(state)]
    if any(timedelta(0) <= ago < _BETWEEN_REBUILDS for ago in times):
        raise TryAgain(
            f"{state}: the store is damaged again, soon after it was rebuilt; is its disk sound? An hour after the last"
            " time it is rebuilt once more"
        ) from damage
    aside = move_aside(state, now.strftime(STAMP))
    # Where it goes on like that, this is said in the same words each time, so that it can be told once.
    moved = "once more moved aside," if any(timedelta(0) <= ago < _LATELY for ago in times) else f"moved to {aside}"
    return f"the store is damaged ({damage}); it was {moved} and is rebuilt from calendar and mail"


def _cycle(
    store: Store, sources: Sources, settings: Settings, marks: tuple[PersonMark, ...], now: datetime, manner: Manner
) -> Outcome:
    warnings: list[str] = []
    try:
        return cycle(
            store,
            sources,
            settings,
            marks,
            now,
            allow_mass_change=manner.allow_mass_change,
            progress=manner.progress,
            checkpoint=manner.clock.checkpoint,
            warnings=warnings,
        )
    except (SyncdError, OSError):
        for line in dict.fromkeys(warnings):
            manner.warn(line)
        raise
    finally:
        asked = sources.traffic
        log.debug("asked: calendar %d, mail %d (%d units)", asked.calendar, asked.mail, asked.gmail_units)


@contextmanager
def remembered(store: Store, now: datetime) -> Iterator[None]:
    """Keep how the cycle at *now* ended, for ``status``: nobody reads the log of a timer."""
    try:
        yield
    except (TryAgain, BadInput, Unreachable, SignInNeeded) as error:
        store.put(STOPPED, f"{now.isoformat()} {error}")
        raise
    store.put(STOPPED, "")
    store.put(LAST_RUN, now.isoformat())


def rehearse_cycle(settings: Settings, now: datetime, manner: Manner = QUIETLY) -> Outcome:
    """Tell what ``run_cycle`` would do; writes nothing, and takes no lock: it works on a copy."""
    check_ours(settings.state)
    with opened(settings, manner.warn) as app, connected(settings, now, manner.clock, warn=manner.warn) as sources:
        copy = app.store.rehearsal()
        try:
            pretended = replace(sources, reminders=Rehearsal(sources.reminders))
            return _cycle(copy, pretended, app.settings, app.marks, now, manner)
        finally:
            copy.close()
