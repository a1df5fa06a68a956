"""The one retry policy towards Google: how often, how long in between, and when to give up for this cycle.

Exponential with full jitter above the one second that Gmail asks for
(https://developers.google.com/workspace/gmail/api/guides/handle-errors), at least what the answer said, within a budget
for the whole cycle: of waiting, and of time lost altogether (attempts that failed, and the waiting after them).
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TypeVar

from tenacity import RetryCallState, Retrying, retry_if_exception_type

from syncd.backends.google.faults import Passing
from syncd.ports import Clock

log = logging.getLogger(__name__)

_TRIES = 5
_TRIES_OFFLINE = 2
"""A laptop without network must hear so within seconds."""
_LONGEST = 32.0
"""Seconds between two tries, where the answer doesn't say more."""
_WAITING = 60.0
"""Seconds of waiting in a cycle; who still waits then had better start the next cycle later."""
_LOST = 120.0
"""Seconds lost to failures in a cycle, waiting included."""

Answer = TypeVar("Answer")


class Patience:
    """What is left of a cycle's budget."""

    def __init__(self, clock: Clock, chance: Callable[[], float]) -> None:
        """*chance* gives numbers in [0, 1)."""
        self._clock, self._chance = clock, chance
        self._waited = self._lost = 0.0
        self._offline = False

    def spend(self, ask: Callable[[], Answer]) -> Answer:
        """What *ask* gives, as soon as it gives something.

        Raises what it raises; ``Passing`` only once patience is at its end.
        """
        retrying = Retrying(
            sleep=self._pause, wait=self._wait, stop=self._enough, retry=retry_if_exception_type(Passing), reraise=True
        )
        answer: Answer = retrying(self._timed, ask)
        return answer

    def _timed(self, ask: Callable[[], Answer]) -> Answer:
        start = self._clock.monotonic()
        try:
            answer = ask()
        except Passing:
            self._lost += self._clock.monotonic() - start
            raise
        self._offline = False
        return answer

    def _wait(self, state: RetryCallState) -> float:
        span = min(_LONGEST, 2.0**state.attempt_number)
        return max(1.0 + self._chance() * (span - 1.0), _passing(state).after)

    def _enough(self, state: RetryCallState) -> bool:
        passing, tries, wait = _passing(state), _TRIES, state.upcoming_sleep
        if passing.offline:  # seen before in this cycle: one look is enough
            tries = 1 if self._offline else _TRIES_OFFLINE
            self._offline = state.attempt_number >= tries
        return state.attempt_number >= tries or self._waited + wait > _WAITING or self._lost + wait > _LOST

    def _pause(self, seconds: float) -> None:
        log.debug("trying again in %.1f s", seconds)
        self._waited += seconds
        self._lost += seconds
        self._clock.pause(seconds)


def _passing(state: RetryCallState) -> Passing:
    problem = state.outcome.exception() if state.outcome else None
    return problem if isinstance(problem, Passing) else Passing("")
