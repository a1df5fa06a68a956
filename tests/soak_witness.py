"""What a soak looks for in the daemon: kept apart from how the daemon works, tick by tick, from what happened to it.

Which lines must have been logged, and by when a cycle must have been run, is worked out here from the troubles that the
cycles met and from what the machine went through.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from datetime import datetime, timedelta

TICK = timedelta(seconds=30)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
PASSING = frozenset({"network", "locked", "calendar", "mail"})
"""Troubles that mostly go by themselves: said with the third try, and when they lasted a quarter of an hour."""
BRIEF = frozenset({"absurd"})
"""Troubles of files that may be away for a moment: said with the second try, and after four minutes."""
LACKING = frozenset({"calendar", "mail"})
"""Troubles that don't keep a cycle from its end, and are over with the first cycle that doesn't meet them."""
CALM = 3
"""So many cycles go well until what was said is over; a sign-in that is taken is taken."""
ONCE = frozenset({"marks"})
"""Said once in the life of a process, and never to be over."""
_WORDS = {
    "cannot be reached at all": "network",
    "the calendar is away": "calendar",
    "the mailbox is away": "mail",
    "sign-in": "sign-in",
    "is gone": "absurd",
    "disk is full": "disk",
    "line 3 of the marks": "marks",
    "another syncd is at work": "locked",
}


def trouble(text: str) -> str:
    """Which one *text* speaks of."""
    return next(name for words, name in _WORDS.items() if words in text)


@dataclass
class Attempt:
    """A cycle that was run: when, what it met, whether it came to its end, and what it wrote."""

    wall: datetime
    met: frozenset[str]
    ended: bool
    wrote: bool = False
    decision: datetime | None = None


@dataclass
class _Streak:
    since: datetime
    tries: int = 0
    said: bool = False
    shown: bool = False
    well: int = 0
    """Cycles that went without it since it was met last."""


@dataclass
class Witness:
    """Told of everything; ``ticked`` raises ``AssertionError`` where the daemon did other than it should."""

    poll: timedelta
    attempts: list[Attempt] = field(default_factory=list)
    """Of the tick under way."""
    lines: list[str] = field(default_factory=list)
    expected: list[str] = field(default_factory=list)
    disturbed: bool = True
    """Something happened that a cycle has to follow at once."""
    settled: bool = False
    """A cycle came to its end since a person started it, or changed the config."""
    signed_out: bool = False
    alerts: list[str] = field(default_factory=list)
    """Troubles that were shown on the desktop."""
    cycles: int = 0
    words: int = 0
    """Lines logged, and looked at."""
    counted: dict[str, int] = field(default_factory=dict)
    when: list[datetime] = field(default_factory=list)
    """Of each cycle, by a clock that is right."""
    _there: dict[str, _Streak] = field(default_factory=dict)
    _once: set[str] = field(default_factory=set)
    _last: datetime | None = None
    _wait: timedelta = timedelta(0)
    _failures: int = 0
    _decision: datetime | None = None
    _alerts: list[str] = field(default_factory=list)

    def jumped(self, wall: datetime) -> None:
        """The machine slept, or its clock was set."""
        self.disturbed = True
        for name, streak in self._there.items():
            if name in PASSING | BRIEF and not streak.said:
                streak.since, streak.tries = wall, 0

    def restarted(self) -> None:
        """A new daemon, which knows nothing."""
        self.disturbed, self.settled, self.signed_out, self._decision = True, False, False, None
        self._there.clear()
        self._once.clear()

    def took_over(self, poll: timedelta) -> None:
        """A good config: who changed it wants to know of what it lacks."""
        self.disturbed, self.settled, self.poll = True, False, poll
        self._there = {name: streak for name, streak in self._there.items() if name not in LACKING}
        self.expected.append("INFO config")

    def signed_in(self) -> None:
        """The file of the sign-in is another one."""
        self.disturbed |= self.signed_out
        self.signed_out = False

    def ticked(self, moment: datetime, wall: datetime) -> None:
        """A tick is over, at *moment* of true time, when the clock on the wall showed *wall*."""
        assert len(self.attempts) <= 1, "two cycles in one tick"
        decided = self._decision is not None and self._decision <= wall
        waited = moment - self._last if self._last is not None else HOUR
        for attempt in self.attempts:
            if not self.disturbed and not decided:
                assert waited >= self._wait * 0.9, f"a cycle too early, at {wall}: after {waited}, not {self._wait}"
            self._count(attempt, moment)
        if not self.attempts:
            assert not self.disturbed, f"no cycle at {wall}, when it woke or was told something"
            assert not decided, f"no cycle at {wall}, though the plan may differ since {self._decision}"
            assert waited <= self._wait * 1.1 + TICK, f"no cycle at {wall}, for {waited} instead of {self._wait}"
        assert self.lines == self.expected, f"at {wall} logged {self.lines}, and not {self.expected}"
        assert self.alerts == self._alerts, "a desktop notification for each that only a person mends, and no other"
        self.words += len(self.lines)
        self.attempts, self.lines, self.expected, self.disturbed = [], [], [], False
        self.alerts, self._alerts = [], []

    def _count(self, attempt: Attempt, moment: datetime) -> None:
        self.cycles += 1
        self.when.append(moment)
        for name in attempt.met or {"well"}:
            self.counted[name] = self.counted.get(name, 0) + 1
        away = bool(attempt.met & {"network", "calendar", "mail"})
        self._failures = (0 if self.disturbed else self._failures) + 1 if away else 0
        self._last, self._wait = moment, self._next(attempt.met, self._failures)
        self._expect(attempt)
        if attempt.ended:
            self.settled, self.signed_out, self._decision = True, False, attempt.decision
        if "sign-in" in attempt.met:  # until there is another one, the answer is known
            self.signed_out, self._decision = True, None
        if self._decision is not None and self._decision <= attempt.wall:
            self._decision = None

    def _next(self, met: frozenset[str], failures: int) -> timedelta:
        if "network" in met:
            return min(HOUR, min(self.poll, MINUTE) * 2 ** min(failures - 1, 12))
        if met & {"calendar", "mail"}:
            longest = max(15 * MINUTE, min(self.poll, HOUR))
            return min(longest, min(self.poll, 15 * MINUTE) * 2 ** min(failures - 1, 12))
        if "locked" in met:
            return min(self.poll, timedelta(seconds=20))
        if "sign-in" in met:
            return HOUR
        return min(self.poll, HOUR) if met & {*BRIEF, "disk"} else self.poll

    def _expect(self, attempt: Attempt) -> None:
        """What is to be said of what *attempt* met, and of what it no longer met."""
        if "sign-in" in attempt.met:
            self._there.pop("network", None)  # which it was, to say so
        over = [name for name in self._there if name not in attempt.met] if attempt.ended else []
        for name in over:
            streak = self._there[name]
            streak.well += 1
            if not streak.said:
                del self._there[name]
            elif streak.well == CALM or name == "sign-in":
                del self._there[name]
                self.expected.append(f"INFO over {name}")
        for name in attempt.met - ONCE:
            streak = self._there.setdefault(name, _Streak(attempt.wall))
            streak.tries, streak.well = streak.tries + 1, 0
            age = attempt.wall - streak.since
            if not streak.said and self._lasts(name, streak.tries, age):
                streak.said = True
                self.expected.append(f"WARNING {name}")
            if not streak.shown and name not in PASSING and (name == "sign-in" or _is_lasting(streak.tries, age)):
                streak.shown = True
                self._alerts.append(name)
        self.expected += [f"WARNING {name}" for name in (attempt.met & ONCE) - self._once]
        self._once |= attempt.met & ONCE
        if attempt.wrote:
            self.expected.append("INFO wrote")
        self.expected.sort()

    def _lasts(self, name: str, tries: int, age: timedelta) -> bool:
        """Whether a trouble is more than a blip."""
        if name in PASSING:
            return tries >= 3 and age >= 15 * MINUTE
        return name not in BRIEF or not self.settled or _is_lasting(tries, age)


def _is_lasting(tries: int, age: timedelta) -> bool:
    return tries >= 2 and age >= 4 * MINUTE


class Listener(logging.Handler):
    """Hears what the daemon logs, and notes what it is about."""

    def __init__(self, witness: Witness) -> None:
        super().__init__(logging.INFO)
        self.witness = witness

    def emit(self, record: logging.LogRecord) -> None:
        text = record.getMessage()
        self.witness.lines.append(f"{record.levelname} {_about(text)}")
        self.witness.lines.sort()


def _about(text: str) -> str:
    if text.startswith("wrote "):
        return "wrote"
    if text.startswith("this machine is in the time zone "):
        return "zone"
    if text == "took over the config":
        return "config"
    if text.endswith("this config is not used; the one read before stays in force"):
        return "bad config"
    return f"over {trouble(text)}" if text.startswith("over after ") else trouble(text)
