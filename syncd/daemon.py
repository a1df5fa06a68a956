"""The daemon: looks at the clock again and again, runs a cycle when one is due, and tells what a person wants to know.

When that is, ``rhythm`` says; what is to be said, ``faults`` and ``headline``. The work, the clock and whoever is told
come in, so that a test can live through a year of it. ``ticking`` has it look.
"""

from __future__ import annotations

import logging
import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Protocol

from syncd import faults, headline, rhythm
from syncd.cycle import Outcome
from syncd.errors import BadConfig, Locked, SignInNeeded, StartAnew, Stopped, SyncdError, Unreachable
from syncd.faults import Faults, Found, Said
from syncd.headline import Known, State
from syncd.journal import fitting
from syncd.ports import Clock
from syncd.rhythm import Moment, Result
from syncd.supervisor import Supervisor

log = logging.getLogger(__name__)

_WARNED = 5
"""Warnings of one cycle that are said in the log; where one file is broken, three hundred may be."""
_LOGGED = ("op", "rule", "due", "title", "event_id")
"""What the log tells of an operation: the reason quotes mail, and the title is as discreet as the person wants it."""


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


class Daemon:
    """One account's daemon. ``tick`` is its heartbeat."""

    def __init__(
        self,
        work: Work,
        clock: Clock,
        supervisor: Supervisor,
        alert: Callable[[str, str], object] = lambda _title, _text: None,
        chance: Callable[[], float] = random.random,
        if_read_only: str = "",
    ) -> None:
        """*alert* shows a title and a text on the desktop; *chance* gives numbers in [0, 1) for the jitter.

        *if_read_only* is what to do about a folder that turns out to be read-only, where there is more to say of that.
        """
        self._work, self._clock, self._supervisor, self._alert, self._chance = work, clock, supervisor, alert, chance
        self._if_read_only = if_read_only
        self._course = rhythm.begin(self._moment())
        self._stopped, self._lacking, self._warned = Faults(), Faults(), Said()
        self._warnings: tuple[str, ...] = ()
        self._settled: datetime | None = None  # when, since somebody was at it, all that is here was first found
        self._refused: tuple[object] | None = None  # the sign-in that isn't taken
        self._config = ""
        self._waits_for = ""
        self._said = ""
        self._known = Known()
        self._learn()
        self._tell_status()

    def tick(self) -> None:
        """Look at the clock and around, and run a cycle if one is due. Raises ``Stopped`` and ``StartAnew``."""
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
        except Stopped:
            raise
        except (SyncdError, OSError) as error:
            self._config = faults.words(error, self._if_read_only)
            log.error(faults.CONFIG_KEPT, self._config)  # noqa: TRY400 - a person's mistake
        else:
            self._config = ""
            self._lacking, self._settled = Faults(), None
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
        except (Stopped, StartAnew):
            raise
        except (SyncdError, OSError) as error:
            log.debug("the cycle stopped", exc_info=True)
            result = self._failed(error, warnings)
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
        self._refused, self._settled = None, self._settled or now
        self._waits_for = ", ".join(outcome.incomplete)
        if outcome.actions:
            log.info("%s", headline.wrote(outcome.actions, now), extra={"fields": _for_machines(outcome)})
        return Result.PARTLY if outcome.pulled.stale else Result.WELL

    def _failed(self, error: SyncdError | OSError, warnings: list[str]) -> Result:
        now = self._work.now()
        before, found = self._stopped, faults.of(error, self._if_read_only)
        if isinstance(error, (SignInNeeded, BadConfig)):  # which a sign-in that others may read is, too
            self._refused = (self._work.sign_in(),)
        if isinstance(error, SignInNeeded):
            before = faults.forgotten(before, Unreachable.__name__)  # which it was, to say so
        # Who has just started it, or changed the config, wants to know at once of a folder that isn't there.
        found = replace(found, brief=found.brief and self._settled is not None)
        self._note(faults.met(before, found, now), Faults(self._lacking.there))
        if warnings:
            self._warn(warnings)
        self._give_way(error, now)
        return next((result for kind, result in _RESULTS if isinstance(error, kind)), Result.TROUBLE)

    def _give_way(self, error: SyncdError | OSError, now: datetime) -> None:
        """Raise ``StartAnew`` where a folder that could be written no longer can, and there is who starts it anew.

        The sandbox of a service holds on to the folders that it began with: one that is put in their place is read-only
        for as long as it lives. What was so from its start, a new one doesn't mend.
        """
        fault = self._stopped.there[-1]
        known_well = self._settled is not None and self._settled.astimezone(UTC) < fault.since.astimezone(UTC)
        if self._supervisor.listens and known_well and faults.is_read_only(error) and faults.is_lasting(fault, now):
            raise StartAnew(
                f"{faults.words(error)}, which could be written before; ends, so that the service begins anew with the "
                "folder that is there now"
            )

    def _progress(self, line: str) -> None:
        if self._known.synced is None:  # the first look through a mailbox takes its time
            self._status("first cycle" if self._supervisor.public else f"first cycle: {line}")

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
        for fault in stopped.alarming:
            self._alert(headline.alarm(fault), fault.text)
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
        tell = headline.counts if self._supervisor.public else headline.status
        self._status(tell(self._state(), self._work.now()))

    def _status(self, line: str) -> None:
        if line != self._said:
            self._said = line
            self._supervisor.status(line)

    def _state(self) -> State:
        # A person's own `syncd sync` is over in a moment.
        there = [fault for fault in self._stopped.met if fault.said or fault.name != Locked.__name__]
        return State(
            known=self._known,
            trouble=there[-1] if there else None,
            next_cycle=self._course.next_cycle,
            config=self._config,
            waits_for=self._waits_for,
            lacking=self._lacking.met,
            warnings=self._warnings,
        )


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
    told = fitting({name: row[name] for name in _LOGGED} for row in outcome.operations())
    left = len(outcome.actions) - len(told)
    more = {"more_operations": left} if left else {}
    return {"operations": told, **more, "events": outcome.pulled.events, "messages": outcome.pulled.messages}
