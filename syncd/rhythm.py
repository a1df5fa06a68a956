"""When the next cycle is due, by the time and by what is known of the cycles before. Pure.

A cycle is due at the start, every ``poll``, when the last plan may differ although nothing came in, at once after the
machine slept or its clock was set, and later and later, up to an hour, while services can't be reached.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import Enum

JITTER = 0.1
"""Of every wait, either way: many machines don't call together."""
JUMP = timedelta(seconds=5)
"""From so much on, a difference between the wall clock and the one that only runs is no drift."""
FIRST_RETRY = timedelta(minutes=1)
"""A network comes back within a minute or two of waking; where ``poll`` is shorter, that holds."""
LONGEST = timedelta(hours=1)
PARTLY_LONGEST = timedelta(minutes=15)
"""Where only some are out of reach: the others are waiting too."""
BUSY = timedelta(seconds=20)
LOOK, LONGEST_LOOK = timedelta(seconds=30), timedelta(minutes=5)
"""Between two looks at what keeps a daemon from its start: the first, and at most."""


@dataclass(frozen=True, slots=True)
class Moment:
    """A look at two clocks: the time of day, and seconds that nobody sets, and that don't pass while it sleeps."""

    wall: datetime
    monotonic: float


class Result(Enum):
    """How a cycle ended, as far as the next one is concerned."""

    WELL = "it is done"
    PARTLY = "some services could not be reached"
    AWAY = "the services could not be reached"
    TROUBLE = "something here is not as it should be"
    SIGNED_OUT = "the sign-in is not taken: until there is another, the answer is known"
    BUSY = "another syncd was at work"


@dataclass(frozen=True, slots=True)
class Course:
    """What is known of the cycles so far.

    ``seen`` is the last look at the clocks; ``due`` is when the next cycle is, by poll or back-off; ``decision`` is
    when the plan may differ although nothing comes in; ``failures`` counts, in a row, cycles that reached nothing or
    not all. All times are UTC: within one zone, Python compares what the clock on the wall shows, which the night of a
    change of clocks shows twice.
    """

    seen: Moment
    due: datetime
    decision: datetime | None = None
    failures: int = 0

    @property
    def next_cycle(self) -> datetime:
        """When the next cycle is due."""
        return self.due if self.decision is None else min(self.due, self.decision)


def begin(now: Moment) -> Course:
    """At the start a cycle is due: should the network not be there yet, the next try is not far."""
    return _at_once(now, None)


def look(course: Course, now: Moment) -> tuple[Course, timedelta]:
    """Take note of the time: the course then, and by how much the wall clock jumped (nothing in the usual case).

    Forward: the machine slept, which the other clock doesn't count, or the clock was set; back: it was set. Either way
    a cycle is due at once, and all patience begins anew.
    """
    wall = now.wall.astimezone(UTC)
    jump = wall - course.seen.wall - timedelta(seconds=now.monotonic - course.seen.monotonic)
    if abs(jump) <= JUMP:
        return replace(course, seen=Moment(wall, now.monotonic)), timedelta(0)
    return _at_once(now, course.decision), jump


def at_once(course: Course) -> Course:
    """A cycle is due now, whatever was before."""
    return _at_once(course.seen, course.decision)


def is_due(course: Course) -> bool:
    """Whether, as of the last look, the next cycle is due."""
    return course.next_cycle <= course.seen.wall


def after(
    course: Course, ended: datetime, result: Result, decision: datetime | None, poll: timedelta, chance: float
) -> Course:
    """The course after a cycle that *ended* then, with *chance* in [0, 1).

    *decision* is when, by that cycle, the plan may differ. Only a time ahead counts: this cycle saw to the others.
    """
    ended = ended.astimezone(UTC)
    failures = course.failures + 1 if result in {Result.AWAY, Result.PARTLY} else 0
    due = ended + _wait(result, failures, poll) * (1 + JITTER * (2 * chance - 1))
    ahead = decision.astimezone(UTC) if decision is not None and decision.astimezone(UTC) > ended else None
    return Course(course.seen, due, ahead, failures)


def until_next_look(looks: int) -> timedelta:
    """How long to wait, after so many *looks* (from 1 on) at what keeps the daemon from its start."""
    return _doubled(LOOK, looks, LONGEST_LOOK)


def _at_once(now: Moment, decision: datetime | None) -> Course:
    wall = now.wall.astimezone(UTC)
    return Course(Moment(wall, now.monotonic), wall, decision)


def _wait(result: Result, failures: int, poll: timedelta) -> timedelta:
    match result:
        case Result.WELL:
            return poll
        case Result.TROUBLE:
            return min(poll, LONGEST)
        case Result.SIGNED_OUT:
            return LONGEST
        case Result.BUSY:
            return min(poll, BUSY)
        case Result.AWAY:
            return _doubled(min(poll, FIRST_RETRY), failures, LONGEST)
        case Result.PARTLY:
            longest = max(PARTLY_LONGEST, min(poll, LONGEST))
            return _doubled(min(poll, PARTLY_LONGEST), failures, longest)


def _doubled(first: timedelta, failures: int, longest: timedelta) -> timedelta:
    doublings: int = 2 ** min(failures - 1, 12)  # beyond any longest: a year without network is no bigger number
    return min(longest, first * doublings)
