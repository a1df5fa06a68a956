"""Whether syncd runs by itself: the daemon's lock, and the systemd unit. Pure."""

from __future__ import annotations

from pathlib import Path

from syncd.doctor.finding import Finding, ok, problem, warning
from syncd.unit import Unit

_INSTALL = "syncd service install"


def running(pid: int | None, unit: Unit) -> Finding:
    """Whether the daemon of this account is at work."""
    if pid is not None:
        return ok("daemon", f"runs{f' (process {pid})' if pid else ''}")
    if unit.active == "active":
        text = f"{_name(unit)} runs, and not for the store of this config"
        return warning(
            "daemon", text, f"{_INSTALL}, and see which --config it starts with: systemctl --user cat {_name(unit)}"
        )
    step = _INSTALL if unit.manager else "syncd run, or a line for cron: */5 * * * * syncd sync"
    return warning("daemon", "doesn't run, so reminders are kept right only when you run syncd sync", step)


def service(unit: Unit) -> list[Finding]:
    """How the systemd unit stands. What it says that it is doing isn't told: that names people and companies."""
    if not unit.manager and not unit.installed:
        return [ok("service", "no systemd user manager answers here")]
    if not unit.installed:
        return [ok("service", "no systemd unit is installed (syncd service install)")]
    if not unit.manager:
        text = f"{unit.path} is installed, and no systemd user manager answers"
        return [warning("service", text, "log in as that user itself (not by su), or: loginctl enable-linger")]
    return [_enabled(unit), *_active(unit), *_lingering(unit)]


def writes(shut_out: tuple[Path, ...]) -> list[Finding]:
    """Whether the unit was written for other folders than the config names now."""
    return [
        problem("service", f"its sandbox doesn't let it write to {folder}, which the config names", _INSTALL)
        for folder in shut_out
    ]


def _name(unit: Unit) -> str:
    return unit.path.stem if unit.path else "syncd"


def _enabled(unit: Unit) -> Finding:
    if unit.enabled:
        return ok("service", f"{unit.path} is installed, and starts by itself")
    return warning("service", f"{unit.path} is installed, and doesn't start by itself", _INSTALL)


def _active(unit: Unit) -> list[Finding]:
    if unit.active == "failed":
        text = f"it stopped working ({unit.result}, exit code {unit.exit_code})"
        return [problem("service", text, f"journalctl --user -u {_name(unit)} -n 20 says why; then: {_INSTALL}")]
    if unit.active in ("active", "reloading"):
        return []
    text = f"it is {unit.active or 'not loaded'}" + (
        f" after a failure ({unit.result})" if unit.result not in ("", "success") else ""
    )
    return [warning("service", text, f"systemctl --user start {_name(unit)}")]


def _lingering(unit: Unit) -> list[Finding]:
    if unit.lingering is None:
        return []
    if unit.lingering:
        return [ok("lingering", "on: it runs while you are logged out, too")]
    return [ok("lingering", "off: it ends when you log out (syncd service install --linger changes that)")]
