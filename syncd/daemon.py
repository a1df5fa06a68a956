"""The daemon: looks at the clock again and again, runs a cycle when one is due, and tells what a person wants to know.

When that is, ``rhythm`` says; what is to be said, ``faults`` and ``headline``. The work, the clock and whoever is told
come in, so that a test can live through a year of it. ``schedule`` only ticks.
"""

from __future__ import annotations

import logging
import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Protocol

from syncd import faults, headline, rhythm
from syncd.cycle import Outcome
from syncd.errors import BadConfig, Locked, SignInNeeded, Stopped, SyncdError, Unreachable
from syncd.faults import Faults, Found, Said
from syncd.headline import Known
from syncd.journal import fitting
from syncd.ports import Clock
from syncd.rhythm import Moment, Result
from syncd.supervisor import Supervisor

log = logging.getLogger(__name__)

TICK = 30
"""Seconds between two looks at the clock: so late, at most, is noticed that the machine woke."""
_WARNED = 5
"""Warnings of one cycle that are said in the log; where one file is broken, three hundred may be."""


class Work(Protocol):
    """What the daemon is there for, and what the outside has to say about it."""

    @property
    def poll(self) -> timedelta:
        """How often to look."""
        ...

    def now(self) -> datetime:
        """The time of day, in the person's zone."""
        ...

    def cycle(self, now: datetime, warn: Callable[[str], None], progress: Callable[[str], None]) -> Outcome:
        """Run one. Raises the errors of ``syncd.errors``, and ``OSError``."""
        ...

    def known(self) -> Known:
        """What is stored. Raises as ``cycle`` does."""
        ...

    def sign_in(self) -> object:
        """Something that differs once the person has signed in anew, or changed who may read the sign-in."""
        ...

    def travelled(self) -> str:
        """The name of the time zone that the machine came to, which from now on holds; empty where it is as before."""
        ...

    def reload(self) -> None:
        """Take over the config as it stands in its file now. Raises, and keeps the old one, where it can't be used."""
        ...


class Waiting(Protocol):
    """What wakes the daemon."""

    @property
    def stopping(self) -> bool:
        """Whether it is asked to end."""
        ...

    def reload_asked(self) -> bool:
        """Whether it is asked to read its config again, since it was last looked."""
        ...

    def wait(self, seconds: float) -> None:
        """Wait so long, or until it is asked something."""
        ...


class Daemon:
    """One account's daemon. ``tick`` is its heartbeat; ``run`` ticks."""

    def __init__(
        self,
        work: Work,
        clock: Clock,
        supervisor: Supervisor,
        alert: Callable[[str, str], object] = lambda _title, _text: None,
        chance: Callable[[], float] = random.random,
    ) -> None:
        """*alert* shows a title and a text on the desktop; *chance* gives numbers in [0, 1) for the jitter."""
        self._work, self._clock, self._supervisor, self._alert, self._chance = work, clock, supervisor, alert, chance
        self._course = rhythm.begin(self._moment())
        self._stopped, self._lacking, self._warned = Faults(), Faults(), Said()
        self._warnings: tuple[str, ...] = ()
        self._settled = False  # whether, since somebody was at it, all that is here was found once
        self._refused: tuple[object] | None = None  # the sign-in that isn't taken
        self._config = ""
        self._waits_for = ""
        self._said = ""
        self._known = Known()
        self._learn()
        self._tell_status()

    def tick(self) -> None:
        """Look at the clock and around, and run a cycle if one is due. Raises ``Stopped``."""
        self._supervisor.alive()
        self._look_at_the_clock()
        if self._refused is not None and self._refused != (self._work.sign_in(),):
            self._refused = None
            self._course = rhythm.at_once(self._course)
        if zone := self._work.travelled():
            log.info("this machine is in the time zone %s now", zone)
            self._course = rhythm.at_once(self._course)
        if rhythm.is_due(self._course):
            self._cycle()
        self._tell_status()

    def reload(self) -> None:
        """Read the config again; the next tick runs a cycle."""
        self._supervisor.reloading(self._clock.monotonic())
        try:
            self._work.reload()
        except (SyncdError, OSError) as error:
            self._config = faults.words(error)
            log.error("%s\nthis config is not used; the one read before stays in force", self._config)  # noqa: TRY400 - a person's mistake
        else:
            self._config = ""
            self._lacking, self._settled = Faults(), False
            self._learn()
            log.info("took over the config")
        self._course = rhythm.at_once(self._course)
        self._tell_status()
        self._supervisor.ready()

    # -- the time

    def _moment(self) -> Moment:
        return Moment(self._work.now(), self._clock.monotonic())

    def _look_at_the_clock(self) -> None:
        self._course, jump = rhythm.look(self._course, self._moment())
        if jump:
            log.debug("the clock jumped by %.0f s: the machine slept, or it was set", jump.total_seconds())
            now = self._work.now()
            self._stopped, self._lacking = faults.patient(self._stopped, now), faults.patient(self._lacking, now)

    # -- a cycle

    def _cycle(self) -> None:
        warnings: list[str] = []
        decision = None
        try:
            outcome = self._work.cycle(self._work.now(), warnings.append, self._progress)
        except Stopped:
            raise
        except (SyncdError, OSError) as error:
            log.debug("the cycle stopped", exc_info=True)
            result = self._failed(error)
            decision = None if result is Result.SIGNED_OUT else self._course.decision
        else:
            result, decision = self._ended(outcome, warnings), outcome.next_decision
        ended, poll = self._work.now(), self._work.poll
        self._course = rhythm.after(self._course, ended, result, decision, poll, self._chance())

    def _ended(self, outcome: Outcome, warnings: list[str]) -> Result:
        self._learn()
        now = self._work.now()
        lacks = {fault.text: fault for fault in _lacks(outcome)}
        self._note(faults.left(self._stopped, (), now), faults.left(self._lacking, lacks.values(), now))
        self._warn([line for line in (*outcome.errors, *warnings) if line not in lacks])
        self._refused, self._settled = None, True
        self._waits_for = ", ".join(outcome.incomplete)
        if outcome.actions:
            log.info("%s", headline.wrote(outcome.actions, now), extra={"fields": _for_machines(outcome)})
        return Result.PARTLY if outcome.pulled.stale else Result.WELL

    def _failed(self, error: SyncdError | OSError) -> Result:
        now = self._work.now()
        before, found = self._stopped, faults.of(error)
        if isinstance(error, (SignInNeeded, BadConfig)):  # which a sign-in that others may read is, too
            self._refused = (self._work.sign_in(),)
        if isinstance(error, SignInNeeded):
            before = faults.forgotten(before, Unreachable.__name__)  # which it was, to say so
        # Who has just started it, or changed the config, wants to know at once of a folder that isn't there.
        found = replace(found, brief=found.brief and self._settled)
        self._note(faults.met(before, found, now), Faults(self._lacking.there))
        return next((result for kind, result in _RESULTS if isinstance(error, kind)), Result.TROUBLE)

    def _progress(self, line: str) -> None:
        if self._known.synced is None:  # the first look through a mailbox takes its time
            self._status(f"first cycle: {line}")

    def _learn(self) -> None:
        """See how the reminders stand; where that can't be seen, the next cycle says why."""
        try:
            self._known = self._work.known()
        except Stopped:
            raise
        except (SyncdError, OSError):
            log.debug("the store can't be read", exc_info=True)

    # -- what is said

    def _note(self, stopped: Faults, lacking: Faults) -> None:
        now = self._work.now()
        self._stopped, self._lacking = stopped, lacking
        for fault in (*stopped.new, *lacking.new):
            log.warning("%s", fault.text)
            if fault.name == SignInNeeded.__name__:
                self._alert("syncd: sign in again", fault.text)
        for fault in (*stopped.over, *lacking.over):
            log.info("%s", headline.over(fault, now))

    def _warn(self, lines: list[str]) -> None:
        """Say what of *lines* was never said: a broken event is warned of whenever its file is read."""
        self._warnings = tuple(lines)
        new = self._warned.new(lines)
        for line in new[:_WARNED]:
            log.warning("%s", line)
        if new[_WARNED:]:
            log.warning("and %d more", len(new) - _WARNED)
            log.debug("these are:\n%s", "\n".join(new[_WARNED:]))

    def _tell_status(self) -> None:
        self._status("; ".join(self._lines()))

    def _status(self, line: str) -> None:
        if line != self._said:
            self._said = line
            self._supervisor.status(line)

    def _lines(self) -> Iterator[str]:
        now = self._work.now()
        # A person's own `syncd sync` is over in a moment.
        there = [fault for fault in self._stopped.there if fault.said or fault.name != Locked.__name__]
        if there:
            yield headline.trouble(there[-1], self._course.next_cycle, now)
        if self._config:
            yield f"the config was not taken over: {headline.first_line(self._config)}"
        if self._waits_for:
            yield f"no reminder yet: {self._waits_for} could not be read completely"
        yield headline.headline(self._known, now)
        for fault in self._lacking.there:
            yield headline.first_line(fault.text)
        if self._warnings:
            yield headline.first_line("\n".join(self._warnings))


_RESULTS: tuple[tuple[type[Exception], Result], ...] = (
    (Locked, Result.BUSY),
    (Unreachable, Result.AWAY),
    (SignInNeeded, Result.SIGNED_OUT),
)


def _lacks(outcome: Outcome) -> Iterator[Found]:
    """The sources that a cycle which came to its end had to do without, in the words of ``Outcome.errors``."""
    for name, why in outcome.pulled.stale.items():
        yield Found(name, why if why.startswith(name) else f"{name}: {why}", passing=True)


def _for_machines(outcome: Outcome) -> dict[str, object]:
    """What stands beside the line of the log in JSON."""
    told = fitting(outcome.operations())
    left = len(outcome.actions) - len(told)
    more = {"more_operations": left} if left else {}
    return {"operations": told, **more, "events": outcome.pulled.events, "messages": outcome.pulled.messages}


def run(daemon: Daemon, waiting: Waiting, seconds: Callable[[], int]) -> None:
    """Tick every so many *seconds*, and at once when asked to reload, until asked to end. Raises ``Stopped``."""
    from schedule import Scheduler

    scheduler = Scheduler()

    def ask() -> None:
        scheduler.clear()
        scheduler.every(seconds()).seconds.do(daemon.tick)

    ask()
    scheduler.run_all()
    while not waiting.stopping:
        if waiting.reload_asked():
            daemon.reload()
            ask()
            scheduler.run_all()
            continue
        # It counts by what the clock on the wall shows: where that was set back, it would be silent for as long.
        idle = scheduler.idle_seconds
        if idle is None or idle > seconds() + 1:
            ask()
        waiting.wait(min(seconds(), idle or 0.0))
        scheduler.run_pending()


def tick_seconds(poll: timedelta, watchdog: float | None) -> int:
    """How often to tick: often enough for *poll* and for a supervisor that wants to hear of it within *watchdog*."""
    wanted = [TICK, poll / timedelta(seconds=3), *([] if watchdog is None else [watchdog / 3])]
    return max(1, int(min(wanted)))
