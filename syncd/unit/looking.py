"""How the service stands: what is installed, and what systemd says of it."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from syncd.errors import TryAgain, Unreachable
from syncd.unit.places import unit_folder
from syncd.unit.systemctl import Systemd, lingering

_WAITS = re.compile(r"(?P<why>.+); waiting until it (?P<can>.+)")
"""STATUS of a daemon that can't hold its store yet (``syncd run``); it names files, and nobody."""
_OTHER = re.compile(r"syncd runs already for this account(?P<process> \(process \d+\))?")


@dataclass(frozen=True, slots=True)
class Unit:
    """The service of one account, as found."""

    installed: bool
    path: Path | None
    """The unit's file, where there is one."""
    enabled: bool
    """Whether it starts with the user's session, or with the machine where lingering is on."""
    active: str
    """systemd's word: ``active``, ``activating``, ``inactive``, ``failed``; empty where no manager answers."""
    status: str
    """What the daemon says that it is doing."""
    lingering: bool | None
    """None where nothing tells."""
    manager: bool
    """Whether a user manager of systemd answers."""
    pid: int = 0
    result: str = ""
    """Why it isn't running, in systemd's word: ``success``, ``exit-code``, ``watchdog``, ``signal`` ..."""
    exit_code: int = 0
    """What its process ended with last."""
    log: str = ""
    """The command that shows the log."""

    @property
    def waits(self) -> str:
        """What it waits for before it can start, as ``waiting`` says it."""
        return waiting(self.active, self.status)


def look(name: str = "syncd", environ: Mapping[str, str] | None = None) -> Unit:
    """How the service *name* stands. Changes nothing; what can't be told is as if it were not there."""
    environ = os.environ if environ is None else environ
    systemd = Systemd(environ)
    path = unit_folder(environ) / f"{name}.service"
    known: dict[str, str] = {}
    manager = systemd.answers()
    if manager:
        names = "FragmentPath", "UnitFileState", "ActiveState", "StatusText", "MainPID", "Result", "ExecMainStatus"
        try:
            known = systemd.properties(f"{name}.service", *names)
        except (TryAgain, Unreachable):
            manager = False
    found = Path(known["FragmentPath"]) if known.get("FragmentPath") else path if path.is_file() else None
    return Unit(
        installed=found is not None,
        path=found,
        enabled=known.get("UnitFileState") == "enabled",
        active=known.get("ActiveState", ""),
        status=known.get("StatusText", ""),
        lingering=lingering(),
        manager=manager,
        pid=_number(known.get("MainPID")),
        result=known.get("Result", ""),
        exit_code=_number(known.get("ExecMainStatus")),
        log=f"journalctl --user -u {name} -f",
    )


def waiting(active: str, status: str) -> str:
    """What a service waits for whose start says so, as in ``until the syncd that runs already (process 12) ends``.

    Empty for one that waits for nothing.
    """
    told = _WAITS.fullmatch(status) if active == "activating" else None
    if told is None:
        return ""
    if other := _OTHER.fullmatch(told["why"]):
        return f"until the syncd that runs already{other['process'] or ''} ends"
    return f"until its store {told['can']}: {told['why']}"


def _number(text: str | None) -> int:
    return int(text) if text and text.isdecimal() else 0
