"""When what the person said takes effect: with the next cycle, the running daemon's or their own."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from syncd.settings import Settings


def effect(settings: Settings) -> str:
    """A sentence on it."""
    from datetime import timedelta

    from syncd.headline import duration
    from syncd.lock import daemon
    from syncd.rhythm import JITTER
    from syncd.ticking import TICK

    if daemon(settings.state) is None:
        return "The next cycle (syncd sync) puts it into effect."
    longest = settings.daemon.poll * (1 + JITTER) + timedelta(seconds=TICK)
    return f"The running daemon puts it into effect within {duration(longest)}; syncd sync does at once."
