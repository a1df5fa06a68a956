"""A unit is started, and looked at until it is plain how that goes. A start that waits is left to wait."""

from __future__ import annotations

from syncd.errors import TryAgain
from syncd.ports import Clock
from syncd.unit.looking import waiting
from syncd.unit.systemctl import Systemd

_PATIENCE, _BETWEEN = 10.0, 0.25
"""Seconds that are looked for, within which a slow machine is up, too; and between two looks."""
_ASKED = "Job", "ActiveState", "StatusText", "NRestarts", "InvocationID"


def start_anew(systemd: Systemd, unit: str, clock: Clock) -> str:
    """Start *unit*, or start it anew, and say how it stands then, as what follows its name in a sentence.

    Not ``systemctl restart`` itself: it blocks until the service is up, and one that finds another daemon at work is so
    only when that ends. Raises ``TryAgain`` where it can't be started, or ends at once.
    """
    before = systemd.properties(unit, "InvocationID").get("InvocationID", "")
    systemd.tell("restart", "--no-block", unit)
    end = clock.monotonic() + _PATIENCE
    while clock.monotonic() < end:
        known = systemd.properties(unit, *_ASKED)
        # What the run before said may still be there.
        fresh = known.get("InvocationID", "") != before
        clause = waiting(known.get("ActiveState", ""), known.get("StatusText", ""))
        if fresh and clause:
            return f"is in place; it waits {clause}"
        if (fresh and _is_number(known.get("NRestarts"))) or not _is_number(known.get("Job")):
            return _ended(unit, known)
        clock.pause(_BETWEEN)
    return "is in place, and not up yet; how it gets on: syncd service status"


def _ended(unit: str, known: dict[str, str]) -> str:
    if known.get("ActiveState") == "active":
        return "runs"
    name = unit.removesuffix(".service")
    raise TryAgain(f"{unit} is in place, and doesn't start; its log: journalctl --user -u {name} -n 20")


def _is_number(text: str | None) -> bool:
    """Whether *text* is one other than 0."""
    return text not in (None, "", "0")
