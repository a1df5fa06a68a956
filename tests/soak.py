"""A machine to soak the daemon on: time is a value, and it sleeps, loses its network, travels, and has its clock set.

Real cycles run in the real daemon, over a job search in memory and a real store. ``Machine.live`` lets time pass: with every
tick, or straight to the next one at which something is due, as waiting does.
"""

from __future__ import annotations

import heapq
import itertools
import logging
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from syncd.cycle import Outcome
from syncd.daemon import Daemon
from syncd.errors import BadConfig, Locked, SignInNeeded, SyncdError, TryAgain, Unreachable
from syncd.headline import Known
from syncd.store import PLANNED, trouble_told
from tests.soak_search import Search
from tests.soak_witness import TICK, Attempt, Listener, Witness, trouble
from tests.world import at, some_settings

HOME = ZoneInfo("Europe/London")
START = at("2026-01-05 00:00")
"""A Monday; the year has both changes of clocks in it."""
ABROAD = tuple(map(ZoneInfo, ("America/New_York", "Europe/Berlin", "Pacific/Auckland", "Asia/Kolkata", "UTC")))
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
AWAY = Unreachable("Google cannot be reached at all")
BUSY = Locked("another syncd is at work (process 12); try again when it is done")
BAD_MARK = TryAgain("line 3 of the marks can't be read")
SIGNED_OUT = SignInNeeded("Google no longer takes the sign-in; run: syncd auth")


class Machine:
    """``Work``, ``Clock`` and ``Supervisor`` of one daemon.

    ``moment`` is the true time, UTC; ``skew`` is by how much the clock on the wall is wrong; ``awake`` are the seconds
    that the machine ran.
    """

    def __init__(self, start: datetime, seed: int, *, poll: timedelta = 5 * MINUTE, every_tick: bool = False) -> None:
        self.listens = self.public = False
        self.moment, self.skew, self.awake = start.astimezone(UTC), timedelta(0), 1000.0
        self.every_tick, self.chance, self._jitter = every_tick, random.Random(seed), random.Random(seed)
        self.search = Search(seed, start, some_settings(start.tzinfo, country="GB"))
        self.world = self.search.world
        self.poll, self.new_poll = poll, poll
        self.witness = Witness(poll)
        self.zone = self.world.zone
        self.troubles: dict[str, SyncdError] = {}
        """What goes wrong in a cycle as a whole, by its name."""
        self.bad_config = False
        self.token = 0
        self.synced: datetime | None = None
        self.checked: object = None
        self.fed = 0
        self.asleep = False
        self.late: list[Callable[[], None]] = []
        self.said = ""
        self._happenings: list[tuple[datetime, int, Callable[[], None]]] = []
        self._number = itertools.count()
        self._boot()

    def _boot(self) -> None:
        self.witness.restarted()
        self.said = ""
        self.daemon = Daemon(self, self, self, self._alert, self._jitter.random)

    def close(self) -> None:
        self.world.close()

    # -- Work

    def now(self) -> datetime:
        return (self.moment + self.skew).astimezone(self.world.zone)

    def cycle(self, now: datetime, warn: Callable[[str], None], progress: Callable[[str], None]) -> Outcome:
        progress("reading the mailbox")
        attempt = Attempt(now.astimezone(UTC), frozenset(), ended=False)
        self.witness.attempts.append(attempt)
        warned = [str(self.troubles["marks"])] if "marks" in self.troubles else []
        try:
            for line in warned:
                warn(line)
            if "locked" in self.troubles:
                raise self.troubles["locked"].with_traceback(None)
            with trouble_told(self.world.path):
                outcome = self.world.cycle(now)
        except SyncdError as error:
            attempt.met = frozenset({trouble(str(error))})
            raise
        self.synced = now
        attempt.ended, attempt.wrote = True, bool(outcome.actions)
        attempt.met = frozenset(map(trouble, (*outcome.errors, *warned)))
        if outcome.next_decision is not None:
            attempt.decision = outcome.next_decision.astimezone(UTC)
        self._check(outcome, now)
        return outcome

    def known(self) -> Known:
        return Known(self.world.standing, self.synced)

    def sign_in(self) -> object:
        return self.token

    def travelled(self) -> str:
        if self.world.zone == self.zone:
            return ""
        settings = self.world.settings
        self.world.settings = replace(settings, user=replace(settings.user, zone=self.zone))
        return self.zone.key

    def reload(self) -> None:
        if self.bad_config:
            raise BadConfig("config.toml:3: [account] email: is missing")
        self.poll = self.new_poll

    # -- Clock and supervisor

    def monotonic(self) -> float:
        return self.awake

    def pause(self, seconds: float) -> None:
        raise AssertionError(seconds)

    def checkpoint(self) -> None:
        self.alive()

    def ready(self) -> None:
        """It reloaded."""

    def status(self, line: str) -> None:
        assert line, "an empty status"
        assert line.isprintable(), f"a status of several lines: {line!r}"
        self.said = line

    def alive(self) -> None:
        self.fed += 1

    def reloading(self, monotonic: float) -> None:
        assert monotonic == self.awake

    def stopping(self) -> None:
        raise AssertionError("nobody asked it to")

    def _alert(self, _title: str, text: str) -> None:
        self.witness.alerts.append(trouble(text))

    # -- what holds

    def _check(self, outcome: Outcome, now: datetime) -> None:
        """The laws: once a day, and after each cycle that wrote, if it read all and the clock is right."""
        daily = now.date() != self.checked and "disk" not in self.troubles and not self.world.reminders._faults
        if outcome.errors or outcome.incomplete or self.skew or not (outcome.actions or daily):
            return
        if daily:
            self.checked = now.date()
            self.world.store.put(PLANNED, "")  # so that it decides again, though nothing is new
            again = self.world.cycle(now)
            assert not again.actions, f"{now}: another cycle does {again.operations()}"
        self.search.laws_hold()

    # -- time

    def at(self, moment: datetime, call: Callable[[], None]) -> None:
        """Have *call* happen then."""
        heapq.heappush(self._happenings, (moment.astimezone(UTC), next(self._number), call))

    def after(self, wait: timedelta, call: Callable[[], None]) -> None:
        self.at(self.moment + wait, call)

    def live(self, end: datetime) -> None:
        """Let time pass until *end*."""
        while self.moment < end:
            happened = self._happen(self.moment)
            self.tick()
            step = TICK
            if not self.every_tick and not happened:
                # As ``ticking.run`` would find out by ticking all the time.
                due = self.daemon._course.next_cycle - self.now().astimezone(UTC)
                soonest = min([due, *(at - self.moment for at, _, _ in self._happenings[:1]), end - self.moment])
                step = max(TICK, -(-soonest // TICK) * TICK)
            self.moment += step
            self.awake += step.total_seconds()

    def _happen(self, until: datetime) -> bool:
        """Let everything happen that was to, by then."""
        happened = False
        while self._happenings and self._happenings[0][0] <= until:
            self._next_happening()
            happened = True
        return happened

    def tick(self) -> None:
        fed = self.fed
        self.daemon.tick()
        assert self.fed > fed, "the watchdog wasn't fed"
        assert self.said, "no status"
        if self.witness.attempts and self.witness.attempts[0].ended and not self.witness.attempts[0].met:
            assert self.said.startswith(f"synced {self.now():%H:%M}") or "config" in self.said, self.said
        self.witness.ticked(self.moment, self.now().astimezone(UTC))

    # -- what the machine goes through

    def once_awake(self, call: Callable[[], None]) -> Callable[[], None]:
        """*call* itself, or later, when it would be while the machine sleeps."""
        return lambda: self.late.append(call) if self.asleep else call()

    def sleep(self, how_long: timedelta) -> None:
        """The wall goes on, and so does the world."""
        wakes, self.asleep = self.moment + how_long, True
        while self._happenings and self._happenings[0][0] <= wakes:
            self.moment = max(self.moment, self._happenings[0][0])
            self._next_happening()
        self.moment, self.asleep = wakes, False
        self.witness.jumped(self.now().astimezone(UTC))
        late, self.late = self.late, []
        for call in late:
            call()

    def _next_happening(self) -> None:
        _, _, call = heapq.heappop(self._happenings)
        self.world.now = self.world.reminders.now = self.moment.astimezone(self.world.zone)
        call()

    def set_clock(self, skew: timedelta) -> None:
        if skew != self.skew:
            self.skew = skew
            self.witness.jumped(self.now().astimezone(UTC))

    def reboot(self) -> None:
        self.awake = 10.0
        self._boot()

    def travel(self, zone: ZoneInfo) -> None:
        if zone != self.zone:
            self.zone = zone
        if self.zone != self.world.zone and "INFO zone" not in self.witness.expected:
            self.witness.disturbed = True
            self.witness.expected.append("INFO zone")
        elif self.zone == self.world.zone and "INFO zone" in self.witness.expected:
            self.witness.expected.remove("INFO zone")

    def hang_up(self, bad: bool, poll: timedelta) -> None:
        """SIGHUP."""
        self.bad_config, self.new_poll = bad, poll
        if bad:
            self.witness.expected.append("ERROR bad config")
            self.witness.disturbed = True
        else:
            self.witness.took_over(poll)
        self.witness.expected.sort()
        self.daemon.reload()

    def lose_sign_in(self) -> None:
        self.world.reminders.trouble = SIGNED_OUT

    def sign_in_again(self) -> None:
        if self.world.reminders.trouble is SIGNED_OUT:
            self.world.reminders.trouble = None
        self.token += 1
        self.witness.signed_in()

    def lose_network(self, what: str) -> None:
        if what == "all":
            self.world.reminders.trouble = AWAY
        else:
            source = self.world.calendar if what == "calendar" else self.world.mail
            source.trouble = Unreachable(f"the {'calendar' if what == 'calendar' else 'mailbox'} is away")

    def find_network(self, what: str) -> None:
        source = {"all": self.world.reminders, "calendar": self.world.calendar, "mail": self.world.mail}[what]
        if what != "all" or source.trouble is AWAY:
            source.trouble = None

    def absent(self, reminders: bool, gone: bool) -> None:
        """A calendar is not mounted, or is again."""
        (self.world.reminders if reminders else self.world.calendar)._absent = gone

    def leave(self) -> None:
        """The network goes, then the lid is shut; it is opened where there is no network for some minutes."""
        away, asleep = MINUTE + 3 * MINUTE * self.chance.random(), 20 * MINUTE + HOUR * self.chance.random()
        self.lose_network("all")
        self.after(away, self.once_awake(lambda: self.sleep(asleep)))
        self.after(away + asleep + 5 * MINUTE, lambda: self.find_network("all"))

    def come_back_signed_out(self) -> None:
        """The sign-in ran out while the network was away."""
        self.lose_network("all")
        self.after(2 * HOUR, self.lose_sign_in)
        self.after(2 * HOUR + DAY * self.chance.random(), self.sign_in_again)

    def name_what_is_absent(self) -> None:
        """The person starts it anew, or changes the config, while a calendar is not mounted yet."""
        self._for(
            HOUR, lambda: self.absent(reminders=False, gone=True), lambda: self.absent(reminders=False, gone=False)
        )
        if self.chance.random() < 0.5:
            self.reboot()
        else:
            self.hang_up(bad=False, poll=self.poll)

    def fill_disk(self) -> None:
        """For SQLite, by its own count of pages."""
        self.troubles["disk"] = AWAY
        self.world.store._sql.execute("VACUUM")  # so that no page is free
        pages = self.world.store._sql.execute("PRAGMA page_count").fetchone()[0]
        self.world.store._sql.execute(f"PRAGMA max_page_count = {pages}")

    def clear_disk(self) -> None:
        self.troubles.pop("disk", None)
        self.world.store._sql.execute("PRAGMA max_page_count = 1073741823")

    def lose_store(self) -> None:
        self.clear_disk()
        self.world.lose_store()
        self.search._forget()

    def plan(self, day: datetime, *, calm: bool = False) -> None:
        """Draw what a day brings, from its midnight *day* on; a *calm* one brings only what the job search does."""
        for after, call in self.search.a_day(day):
            self.at(day + after, call)
        if calm:
            return
        chance = self.chance.random
        if chance() < 0.85:
            self.at(
                day + 23 * HOUR + 50 * MINUTE * chance(),
                self.once_awake(lambda: self.sleep(6 * HOUR + HOUR * chance())),
            )
        for likely, call in (
            (0.3, lambda: self.sleep(MINUTE + 3 * HOUR * chance())),
            (0.1, self.leave),
            (0.02, self.name_what_is_absent),
            (0.01, self.come_back_signed_out),
            (0.03, lambda: self._for(HOUR * chance() * 8, lambda: self.set_clock(self._skew()), lambda: self.set_clock(0 * DAY))),
            (0.02, self.reboot),
            (0.03, lambda: self.hang_up(False, self.chance.choice((5, 5, 10)) * MINUTE)),
            (0.02, lambda: self.hang_up(True, self.poll)),
            (0.02, lambda: self._for(HOUR, lambda: self.troubles.update(marks=BAD_MARK), lambda: self.troubles.pop("marks", None))),
            (0.03, lambda: self._for(2 * MINUTE, lambda: self.troubles.update(locked=BUSY), lambda: self.troubles.pop("locked", None))),
        ):  # fmt: skip
            if chance() < likely:
                self.at(day + 7 * HOUR + 15 * HOUR * chance(), self.once_awake(call))
        for likely, longest, what in (
            (0.3, 12 * MINUTE, "all"), (0.05, 9 * HOUR, "all"), (0.01, 4 * DAY, "all"),
            (0.05, 3 * HOUR, "mail"), (0.05, 3 * HOUR, "calendar"), (0.05, 12 * MINUTE, "mail"),
        ):  # fmt: skip
            if chance() < likely:
                self._some_time(
                    day, longest, lambda what=what: self.lose_network(what), lambda what=what: self.find_network(what)
                )
        for likely, longest, begin, end in (
            (0.02, 3 * DAY, self.lose_sign_in, self.sign_in_again),
            (0.04, 9 * HOUR, self.fill_disk, self.clear_disk),
            (0.02, 2 * DAY, lambda: self.absent(True, True), lambda: self.absent(True, False)),
            (0.02, 9 * HOUR, lambda: self.absent(False, True), lambda: self.absent(False, False)),
            (0.02, 14 * DAY, lambda: self.travel(self.chance.choice(ABROAD)), lambda: self.travel(HOME)),
        ):
            if chance() < likely:
                self._some_time(day, longest, begin, end)
        if chance() < 0.05:
            self.at(
                day + DAY * chance(),
                lambda: self.world.reminders.fail(self.chance.randint(1, 3), after=chance() < 0.5, error=AWAY),
            )

    def _skew(self) -> timedelta:
        return self.chance.choice((-1, 1)) * (MINUTE + 12 * HOUR * self.chance.random() ** 3)

    def _for(self, how_long: timedelta, begin: Callable[[], object], end: Callable[[], object]) -> None:
        begin()
        self.after(how_long, self.once_awake(end))

    def _some_time(self, day: datetime, longest: timedelta, begin: Callable[[], None], end: Callable[[], None]) -> None:
        start = day + DAY * self.chance.random()
        self.at(start, begin)
        self.at(start + MINUTE + longest * self.chance.random(), end)


@contextmanager
def a_machine(*args: object, **how: object) -> Iterator[Machine]:
    """One whose log is listened to."""
    machine = Machine(*args, **how)
    logger = logging.getLogger("syncd.daemon")
    listener, before = Listener(machine.witness), (logger.level, logger.propagate)
    logger.addHandler(listener)
    logger.setLevel(logging.INFO)
    logger.propagate = False
    try:
        yield machine
    finally:
        logger.removeHandler(listener)
        logger.level, logger.propagate = before
        machine.close()


def live(machine: Machine, days: int, *, calm: bool = False) -> None:
    """Through so many days, and one with nothing wrong to end with."""
    first = machine.moment.astimezone(HOME)
    for n in range(days):
        machine.plan(first + n * DAY, calm=calm)
        machine.live(first + (n + 1) * DAY)


def settle(machine: Machine) -> None:
    """Everything that was wrong ends, and the daemon has an hour: then nothing is left to say."""
    for what in ("all", "mail", "calendar"):
        machine.find_network(what)
    machine.sign_in_again()
    machine.clear_disk()
    machine.absent(reminders=True, gone=False)
    machine.absent(reminders=False, gone=False)
    machine.troubles.clear()
    machine.set_clock(timedelta(0))
    machine.travel(HOME)
    machine.hang_up(bad=False, poll=5 * MINUTE)
    machine._happenings.clear()
    machine.world.mend()
    machine.live(machine.moment + timedelta(hours=1))
    assert machine.said.startswith("synced ")
    assert "away" not in machine.said
    machine.search.laws_hold()
