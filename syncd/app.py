"""The only wiring: settings become back ends, a store and marks, and a cycle runs over them.

Nothing else names a concrete back end. The time is handed in.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from syncd.backends.rehearsal import Rehearsal
from syncd.cycle import Outcome, cycle
from syncd.errors import BadConfig, BadInput, SignInNeeded, TryAgain, Unreachable
from syncd.lock import locked
from syncd.marks_file import marks_path, read_marks
from syncd.model import PersonMark
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


@dataclass(frozen=True, slots=True)
class App:
    """What a command looks at."""

    settings: Settings
    store: Store
    marks: tuple[PersonMark, ...]


def sources(settings: Settings, now: datetime) -> Sources:
    """The back ends that *settings* ask for. Raises ``BadConfig`` for one that this version doesn't have."""
    from syncd.backends.local_calendar import LocalCalendar
    from syncd.backends.local_mail import LocalMail
    from syncd.backends.local_reminders import LocalReminders

    for table, backend in (("calendar", settings.calendar_backend), ("mail", settings.mail_backend)):
        if backend == "google":
            raise BadConfig(
                f'{settings.path}: [{table}] backend: "google" is not part of this version yet; '
                'set backend = "local" in [calendar] and [mail]'
            )
    reminders = settings.local.reminders
    if reminders is None:
        raise BadConfig(f"{settings.path}: [local] reminders: missing; name the folder or .ics file for the reminders")
    zone = settings.user.zone
    return Sources(
        calendars=tuple(LocalCalendar(path, zone) for path in settings.local.calendars),
        mail=tuple(LocalMail(path, settings.user.account) for path in settings.local.mail),
        reminders=LocalReminders(reminders, zone, now.astimezone(UTC)),
    )


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
            yield App(settings, store, _marks(settings, warn))
    finally:
        store.close()


def _marks(settings: Settings, warn: Callable[[str], None]) -> tuple[PersonMark, ...]:
    marks, warnings = read_marks(marks_path(settings.state))
    for line in warnings:
        warn(line)
    return marks


def run_cycle(
    settings: Settings,
    now: datetime,
    *,
    allow_mass_change: bool = False,
    warn: Callable[[str], None] = lambda _: None,
    progress: Callable[[str], None] = lambda _: None,
) -> Outcome:
    """Run one cycle at *now* under the account's lock; a damaged store is moved aside and built anew."""
    back_ends = sources(settings, now)
    check_ours(settings.state)

    def run() -> Outcome:
        store = open_store(settings.state)
        try:
            marks = _marks(settings, warn)
            with trouble_told(settings.state), remembered(store, now):
                return cycle(
                    store, back_ends, settings, marks, now, allow_mass_change=allow_mass_change, progress=progress
                )
        finally:
            store.close()

    with locked(settings.state):
        try:
            return run()
        except Damaged as damage:
            aside = move_aside(settings.state, now.strftime("%Y%m%dT%H%M%S"))
            warn(f"the store is damaged ({damage}); it was moved to {aside} and is rebuilt from calendar and mail")
            return run()


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


def rehearse_cycle(
    settings: Settings,
    now: datetime,
    *,
    allow_mass_change: bool = False,
    warn: Callable[[str], None] = lambda _: None,
    progress: Callable[[str], None] = lambda _: None,
) -> Outcome:
    """Tell what ``run_cycle`` would do; writes nothing, and takes no lock: it works on a copy."""
    back_ends = sources(settings, now)
    back_ends = replace(back_ends, reminders=Rehearsal(back_ends.reminders))
    check_ours(settings.state)
    with opened(settings, warn) as app:
        copy = app.store.rehearsal()
        try:
            return cycle(
                copy, back_ends, settings, app.marks, now, allow_mass_change=allow_mass_change, progress=progress
            )  # fmt: skip
        finally:
            copy.close()
