"""The calls to systemd's own programs, each with a deadline: no bus that hangs holds a command up."""

from __future__ import annotations

import os
import pwd
import re
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from syncd.errors import TryAgain, Unreachable

_ASKING = 10.0  # seconds
ENDING = 120.0
"""Seconds: longer than systemd itself waits for an end (10 by our unit, 90 where a drop-in takes that away)."""


class NoSystemd(Unreachable):
    """No user manager of systemd answers here."""


@dataclass(frozen=True, slots=True)
class Systemd:
    """The user manager of systemd of whoever runs this; *environ* says how to reach it."""

    environ: Mapping[str, str]

    @property
    def runtime(self) -> str:
        """The folder of its sockets. ``su`` and cron don't set the variable, although the manager may be there."""
        usual = f"/run/user/{os.getuid()}"
        return self.environ.get("XDG_RUNTIME_DIR") or (usual if Path(usual, "systemd").is_dir() else "")

    def answers(self) -> bool:
        """Whether it is there."""
        if shutil.which("systemctl", path=self.environ.get("PATH")) is None or not self.runtime:
            return False
        try:
            return self.ask("show", "--property=Version").returncode == 0
        except TryAgain:
            return False

    def ask(self, *words: str, deadline: float = _ASKING) -> subprocess.CompletedProcess[str]:
        """What ``systemctl --user`` says to *words*, right or wrong. Raises ``TryAgain`` past the *deadline*."""
        return self._run(("systemctl", "--user", "--no-pager", "--no-ask-password", *words), deadline)

    def tell(self, *words: str, deadline: float = _ASKING) -> None:
        """As ``ask``, for what has to work. Raises ``TryAgain`` where it doesn't."""
        done = self.ask(*words, deadline=deadline)
        if done.returncode:
            said = done.stderr.strip().partition("\n")[0] or f"it ended with {done.returncode}"
            raise TryAgain(f"systemctl --user {' '.join(words)}: {said}")

    def properties(self, unit: str, *names: str) -> dict[str, str]:
        """What the manager knows of *unit*."""
        done = self.ask("show", f"--property={','.join(names)}", "--", unit)
        return {name: value for name, _, value in (line.partition("=") for line in done.stdout.splitlines())}

    def version(self) -> int:
        """The manager's; 0 where it tells none."""
        found = re.search(r"\d+", self.ask("show", "--property=Version", "--value").stdout)
        return int(found[0]) if found else 0

    def can(self, options: tuple[str, ...], check: str) -> bool:
        """Whether the shell command *check* works in a sandbox of *options*: tried, since no file tells."""
        chosen = [part for option in options for part in ("-p", _plain(option))]
        words = ("systemd-run", "--user", "--quiet", "--wait", "--collect", *chosen, "/bin/sh", "-c", check)
        return self._run(words, _ASKING).returncode == 0

    def linger(self, *, on: bool) -> None:
        """Have the user's services run while they are logged out, or no longer. Raises ``TryAgain``."""
        verb = "enable-linger" if on else "disable-linger"
        done = self._run(("loginctl", "--no-ask-password", verb, _user()), _ASKING)
        if done.returncode:
            said = done.stderr.strip().partition("\n")[0]
            raise TryAgain(f"lingering is left as it was ({said}); as root: loginctl {verb} {_user()}")

    def _run(self, words: tuple[str, ...], deadline: float) -> subprocess.CompletedProcess[str]:
        environ = {**self.environ, "LC_ALL": "C.UTF-8"} | ({"XDG_RUNTIME_DIR": self.runtime} if self.runtime else {})
        try:
            return subprocess.run(
                words,
                env=environ,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                timeout=deadline,
                check=False,
            )
        except FileNotFoundError:
            raise NoSystemd(f"there is no {words[0]} here") from None
        except subprocess.TimeoutExpired:
            raise TryAgain(f"{' '.join(words[:3])} gave no answer within {deadline:.0f} seconds") from None


def _plain(option: str) -> str:
    """*option* as it is given over the bus: there, unlike in a unit, ``%`` is a letter like any other."""
    return re.sub("%[%h]", lambda found: "%" if found[0] == "%%" else str(Path.home()), option)


def lingering() -> bool | None:
    """Whether this user's services run while they are logged out; None where logind doesn't run.

    By logind's own mark of it, as logind tells of users only while they are logged in.
    """
    if Path("/var/lib/systemd/linger", _user()).exists():
        return True
    return False if Path("/run/systemd/users").is_dir() else None


def _user() -> str:
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:  # a number without a name, as containers give
        return str(os.getuid())
