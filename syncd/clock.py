"""The machine's clock, for what has to wait: the one place that sleeps. The time of day comes from ``cli``."""

from __future__ import annotations

import time


class SystemClock:
    """``ports.Clock`` on this machine."""

    def monotonic(self) -> float:
        """Seconds from some moment on, never set back."""
        return time.monotonic()

    def pause(self, seconds: float) -> None:
        """Wait."""
        time.sleep(seconds)  # noqa: TID251 - here, and nowhere else

    def checkpoint(self) -> None:
        """Go on: whoever wants a command to end interrupts it."""
