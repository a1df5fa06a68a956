"""What systemd is told: that syncd is up, what it does, that it gets on, that it reloads, that it ends (sd_notify(3)).

Only told when something is true; nothing here runs by itself.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import timedelta
from typing import Protocol

_PATIENCE = 2.0
"""Seconds to wait for room in the socket."""
_LONGEST = 1000
"""Characters of a status: a line for people."""


class Supervisor(Protocol):
    """Who looks after the process."""

    @property
    def listens(self) -> bool:
        """Whether there is one, which starts the process again when it ends with an error."""
        ...

    @property
    def public(self) -> bool:
        """Whether everybody on this machine can read a status: then it is to name nobody and nothing."""
        ...

    def ready(self) -> None:
        """It is up, or done with reloading."""
        ...

    def status(self, line: str) -> None:
        """What a person reads who asks how it is."""
        ...

    def alive(self) -> None:
        """There was progress just now."""
        ...

    def reloading(self, monotonic: float) -> None:
        """It reads its config again, since *monotonic* (seconds of CLOCK_MONOTONIC); ``ready`` ends that."""
        ...

    def stopping(self) -> None:
        """It ends, as it was asked to."""
        ...


class Systemd:
    """The one behind ``$NOTIFY_SOCKET``; without that, nobody is told anything."""

    def __init__(self, environ: Mapping[str, str], in_full: Callable[[str], str] = str) -> None:
        """*in_full* is what a status goes through before it is told."""
        self._in_full = in_full
        self._address = _address(environ.get("NOTIFY_SOCKET", ""))
        self.listens = bool(environ.get("NOTIFY_SOCKET"))
        """Whether a service manager started the process, and waits for its word."""
        self.public = self.listens and not environ.get("MANAGERPID")
        """Whether it isn't the user's own, which tells its number to what it starts (systemd.exec(5), $MANAGERPID)."""
        self.watchdog = _watchdog(environ)
        """Seconds within which it wants to hear that there is progress; None where it doesn't."""

    def ready(self) -> None:
        """It is up, or done with reloading."""
        self._tell("READY=1")

    def not_ready_within(self, span: timedelta) -> None:
        """Ready it will not be so soon; it is hung, if nothing more is heard within *span*. For before ``ready``."""
        self._tell(f"EXTEND_TIMEOUT_USEC={int(span.total_seconds() * 1_000_000)}")

    def status(self, line: str) -> None:
        """What ``systemctl status`` shows: *line*, on one line."""
        plain = "".join(letter if letter.isprintable() else " " for letter in self._in_full(line))
        self._tell(f"STATUS={' '.join(plain.split())[:_LONGEST]}")

    def alive(self) -> None:
        """There was progress just now."""
        self._tell("WATCHDOG=1")

    def reloading(self, monotonic: float) -> None:
        """It reads its config again. What ``Type=notify-reload`` needs: the moment, in microseconds."""
        self._tell(f"RELOADING=1\nMONOTONIC_USEC={int(monotonic * 1_000_000)}")

    def stopping(self) -> None:
        """It ends, as it was asked to."""
        self._tell("STOPPING=1")

    def _tell(self, what: str) -> None:
        if not self._address:
            return
        # Who isn't there to hear it misses nothing that the next word doesn't say again.
        with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as line:
            line.settimeout(_PATIENCE)
            line.sendto(what.encode(errors="replace"), self._address)


def _address(named: str) -> str:
    """A path, or an abstract name with its ``@``; empty for nothing, and for a kind that is not for us (vsock)."""
    if named.startswith("@"):
        return f"\0{named[1:]}"
    return named if named.startswith("/") else ""


def _watchdog(environ: Mapping[str, str]) -> float | None:
    """As sd_watchdog_enabled(3) reads it: meant for one process, and not for what that starts."""
    asked, meant = environ.get("WATCHDOG_USEC", ""), environ.get("WATCHDOG_PID", "")
    if not (asked.isascii() and asked.isdigit() and int(asked)) or meant not in {"", str(os.getpid())}:
        return None
    return int(asked) / 1_000_000
