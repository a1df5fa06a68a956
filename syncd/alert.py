"""One notification on the person's desktop, where there is one: over the session bus, by busctl, which systemd has.

The interface is org.freedesktop.Notifications (https://specifications.freedesktop.org/notification-spec/).
"""

from __future__ import annotations

import logging
import shutil
import subprocess
from collections.abc import Mapping
from html import escape
from pathlib import Path

log = logging.getLogger(__name__)

_PATIENCE = 3
"""Seconds for the bus to answer."""
_WHOM = ("org.freedesktop.Notifications", "/org/freedesktop/Notifications", "org.freedesktop.Notifications", "Notify")


def alert(title: str, text: str, environ: Mapping[str, str]) -> bool:
    """Show *title* and *text* (plain) on the desktop of *environ*'s session; False where there is none to show it."""
    busctl = shutil.which("busctl", path=environ.get("PATH"))
    if busctl is None or not _has_bus(environ):
        return False
    # Application, id of one to replace, icon; title, and text, which may be markup; no actions, no hints, shown as long
    # as the desktop likes.
    words = ("susssasa{sv}i", "syncd", "0", "", _plain(title), escape(_plain(text), quote=False), "0", "0", "-1")
    command = [busctl, "--user", "--quiet", f"--timeout={_PATIENCE}", "call", *_WHOM, "--", *words]
    try:
        done = subprocess.run(
            command,
            env=dict(environ),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=2 * _PATIENCE,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as problem:
        log.debug("no notification: %s", type(problem).__name__)
        return False
    if done.returncode:
        log.debug("no notification: %s", done.stderr.decode(errors="replace").strip())
    return done.returncode == 0


def _has_bus(environ: Mapping[str, str]) -> bool:
    runtime = environ.get("XDG_RUNTIME_DIR", "")
    return bool(environ.get("DBUS_SESSION_BUS_ADDRESS")) or (bool(runtime) and Path(runtime, "bus").exists())


def _plain(text: str) -> str:
    """On one line, with nothing in it that the bus refuses."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())
