"""Back ends, a store and marks come together, and a cycle runs over them. The time is handed in."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime

from syncd.back_ends import Connections, connected
from syncd.backends.rehearsal import Rehearsal
from syncd.clock import SystemClock
from syncd.cycle import Outcome, cycle
from syncd.errors import BadInput, SignInNeeded, TryAgain, Unreachable
from syncd.lock import locked
from syncd.marks_file import marks_path, read_away, read_marks
from syncd.model import PersonMark
from syncd.ports import Clock
from syncd.pull import Sources
from syncd.settings import Settings
from syncd.store import (
    LAST_RUN,
    STOPPED,
    Damaged,
    Store,
    check_ours,
    empty_store,
    move_aside,
    open_store,
    trouble_told,
)

log = logging.getLogger(__name__)


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
                connected(settings, now, manner.clock, connections) as sources,
            ):
                return _cycle(store, sources, _with_away(settings), marks, now, manner)
        finally:
            store.close()

    check_ours(settings.state)
    with locked(settings.state):
        try:
            return run()
        except Damaged as damage:
            aside = move_aside(settings.state, now.strftime("%Y%m%dT%H%M%S"))
            manner.warn(
                f"the store is damaged ({damage}); it was moved to {aside} and is rebuilt from calendar and mail"
            )
            return run()


def _cycle(
    store: Store, sources: Sources, settings: Settings, marks: tuple[PersonMark, ...], now: datetime, manner: Manner
) -> Outcome:
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
        )
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
    with opened(settings, manner.warn) as app, connected(settings, now, manner.clock) as sources:
        copy = app.store.rehearsal()
        try:
            pretended = replace(sources, reminders=Rehearsal(sources.reminders))
            return _cycle(copy, pretended, app.settings, app.marks, now, manner)
        finally:
            copy.close()
