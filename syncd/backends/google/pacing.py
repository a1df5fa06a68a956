"""Gmail units a minute: how fast mail may be read.

Gmail allows 6,000 units a minute and user (https://developers.google.com/workspace/gmail/api/reference/quota). Who
stays below is never refused for it, which costs less than asking again.
"""

from __future__ import annotations

from collections import deque

from syncd.ports import Clock

_WINDOW = 60.0
_ALLOWED = 5_500
"""Units in any minute: Google's figure less what the daemon's last cycle, or a person in a hurry, may have used."""


class Pace:
    """Lets through what fits in the last minute, and waits where it doesn't."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._spent: deque[tuple[float, int]] = deque()
        self._within = 0

    def take(self, units: int) -> None:
        """Spend *units*, now or as soon as they fit."""
        self._forget()
        while self._spent and self._within + units > _ALLOWED:
            self._clock.pause(max(0.0, self._spent[0][0] + _WINDOW - self._clock.monotonic()))
            self._forget()
        if units:
            self._spent.append((self._clock.monotonic(), units))
            self._within += units

    def _forget(self) -> None:
        now = self._clock.monotonic()
        while self._spent and self._spent[0][0] + _WINDOW <= now:
            self._within -= self._spent.popleft()[1]
