"""A clock for what waits: time passes only by waiting, and by what a test says."""

from __future__ import annotations


class VirtualClock:
    """``syncd.ports.Clock``. ``pauses`` has what was waited for, in seconds."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.pauses: list[float] = []
        self.checkpoints = 0

    def monotonic(self) -> float:
        return self.now

    def pause(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.now += seconds

    def checkpoint(self) -> None:
        self.checkpoints += 1
