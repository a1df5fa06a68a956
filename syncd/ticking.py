"""The heartbeat: ticks every few seconds, and reads the config again when asked to, until asked to end.

On ``schedule``. What is done in a tick, and who asks, comes in.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Protocol

TICK = 30
"""Seconds between two looks at the clock: so late, at most, is noticed that the machine woke."""


class Ticked(Protocol):
    """What has a heartbeat."""

    def tick(self) -> None:
        """Look at the clock, and do what is due. Raises ``Stopped``."""
        ...

    def reload(self) -> None:
        """Read the config again; the next tick makes use of it."""
        ...


class Waiting(Protocol):
    """What wakes it."""

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


def run(ticked: Ticked, waiting: Waiting, seconds: Callable[[], int]) -> None:
    """Tick every so many *seconds*, and at once when asked to reload, until asked to end. Raises ``Stopped``."""
    from schedule import Scheduler

    scheduler = Scheduler()

    def ask() -> None:
        scheduler.clear()
        scheduler.every(seconds()).seconds.do(ticked.tick)

    ask()
    scheduler.run_all()
    while not waiting.stopping:
        if waiting.reload_asked():
            ticked.reload()
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
