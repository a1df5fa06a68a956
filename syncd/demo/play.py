"""Plays the search cycle by cycle, with the time as a value: what a daemon would have done over those weeks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from syncd.app import run_cycle
from syncd.demo.hand import touch
from syncd.demo.stage import Stage
from syncd.demo.story import Moment, Search
from syncd.reconcile import Action

_TICKS = (time(0, 5), time(17, 5))
"""When a day begins and when its working hours are over, time alone may change something."""


@dataclass(frozen=True, slots=True)
class Beat:
    """What was done at one time. ``moment`` is None where nothing had happened but time."""

    at: datetime
    actions: tuple[Action, ...]
    moment: Moment | None = None


def play(search: Search, stage: Stage) -> Iterator[Beat]:
    """Play *search* on *stage*: every moment of it, and whatever the time in between brings about."""
    last = search.moments[0].at
    for moment in search.moments:
        yield from _wait(stage, last, moment.at)
        stage.deliver(moment)
        if moment.touch is not None:
            touch(stage.reminders, moment.touch, moment.at)
        yield Beat(moment.at, _cycle(stage, moment.at), moment)
        last = moment.at
    yield from _wait(stage, last, search.until)


def _wait(stage: Stage, start: datetime, end: datetime) -> Iterator[Beat]:
    for at in _between(start, end):
        if actions := _cycle(stage, at):
            yield Beat(at, actions)


def _cycle(stage: Stage, at: datetime) -> tuple[Action, ...]:
    return run_cycle(stage.settings, at).actions


def _between(start: datetime, end: datetime) -> Iterator[datetime]:
    day: date = start.date()
    while day <= end.date():
        for clock in _TICKS:
            at = datetime.combine(day, clock, start.tzinfo)
            if start < at < end:
                yield at
        day += timedelta(days=1)
