"""Whether syncd runs by itself: the daemon's lock, the systemd unit, and what its sandbox allows. Pure."""

from __future__ import annotations

from pathlib import Path

from syncd.doctor.finding import Finding, ok, problem, warning
from syncd.unit import Unit

INSTALL = "syncd service install"
"""What also starts it anew where it needs that."""


def running(pid: int | None, unit: Unit, cron: str) -> Finding:
    """Whether the daemon of this account is at work; *cron* is the line that does without."""
    if pid is not None:
        return ok("daemon", f"runs{f' (process {pid})' if pid else ''}")
    if unit.active == "active":
        text = f"{_name(unit)} runs, and not for the store of this config"
        return warning(
            "daemon", text, f"{INSTALL}, and see which --config it starts with: systemctl --user cat {_name(unit)}"
        )
    step = INSTALL if unit.manager else f"syncd run, or a line for cron: {cron}"
    return warning("daemon", "doesn't run, so reminders are kept right only when you run syncd sync", step)


def service(unit: Unit) -> list[Finding]:
    """How the systemd unit stands. What it says that it is doing isn't told: that names people and companies.

    What it waits for is: that names none.
    """
    if not unit.manager and not unit.installed:
        return [ok("service", "no systemd user manager answers here")]
    if not unit.installed:
        return [ok("service", "no systemd unit is installed (syncd service install)")]
    if not unit.manager:
        text = f"{unit.path} is installed, and no systemd user manager answers"
        return [warning("service", text, "log in as that user itself (not by su), or: loginctl enable-linger")]
    return [_enabled(unit), *_active(unit), *_lingering(unit)]


def writes(shut_out: tuple[Path, ...], unit: Unit, *, ours: bool) -> list[Finding]:
    """Whether the sandbox is for other folders than the config names now, or for those that were there before."""
    again = f"systemctl --user restart {_name(unit)}; if that doesn't do, name it in the unit: ReadWritePaths="
    return [
        problem(
            "service",
            f"its sandbox doesn't let it write to {folder}, which the config names",
            INSTALL if ours else again,
        )
        for folder in shut_out
    ]


def ways(differing: tuple[str, ...]) -> list[Finding]:
    """Whether it comes to the network otherwise than who runs the doctor. Values aren't told: they hold passwords."""
    return [
        warning("service", f"{name} isn't the same for it as here, so that it may not reach what you reach", INSTALL)
        for name in differing
    ]


def _name(unit: Unit) -> str:
    return unit.path.stem if unit.path else "syncd"


def _enabled(unit: Unit) -> Finding:
    if unit.enabled:
        return ok("service", f"{unit.path} is installed, and starts by itself")
    return warning("service", f"{unit.path} is installed, and doesn't start by itself", INSTALL)


def _active(unit: Unit) -> list[Finding]:
    if unit.active == "failed":
        text = f"it stopped working ({unit.result}, exit code {unit.exit_code})"
        return [problem("service", text, f"journalctl --user -u {_name(unit)} -n 20 says why; then: {INSTALL}")]
    if unit.active in ("active", "reloading"):
        return []
    if unit.waits:
        return [warning("service", f"it waits {unit.waits}", _mend(unit))]
    if unit.active == "activating" and unit.result not in ("", "success"):
        text = f"it doesn't stay up, and is started again ({unit.result}, exit code {unit.exit_code})"
        return [problem("service", text, f"journalctl --user -u {_name(unit)} -n 20 says why")]
    if unit.active == "activating":
        return [warning("service", "it is starting", "syncd service status says how it gets on")]
    text = f"it is {unit.active or 'not loaded'}" + (
        f" after a failure ({unit.result})" if unit.result not in ("", "success") else ""
    )
    return [warning("service", text, f"systemctl --user start {_name(unit)}")]


def _mend(unit: Unit) -> str:
    """What to do about what keeps it from its start."""
    other = f"end that one, or do without this one (systemctl --user stop {_name(unit)})"
    step = other if unit.waits.endswith(" ends") else "mend that"
    return f"{step}; it looks again every few minutes, and at once with: {INSTALL}"


def _lingering(unit: Unit) -> list[Finding]:
    if unit.lingering is None:
        return []
    if unit.lingering:
        return [ok("lingering", "on: it runs while you are logged out, too")]
    return [ok("lingering", "off: it ends when you log out (syncd service install --linger changes that)")]
