"""How a person gets from the terminal to a page in their browser, and the browser back: here, or by way of ssh."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Mapping


def opened(url: str) -> bool:
    """Open *url* in a browser of this machine; whether there seems to be one that can show it."""
    import webbrowser

    if not has_screen(os.environ, sys.platform):
        return False
    failed = threading.Event()

    def show() -> None:
        if not webbrowser.open(url):
            failed.set()

    # Some browsers keep whoever started them waiting until they are closed.
    threading.Thread(target=show, daemon=True).start()
    return not failed.wait(1.0)


def has_screen(environ: Mapping[str, str], platform: str) -> bool:
    """Whether a browser could show itself, or the person named one that can be opened from here."""
    return platform == "darwin" or any(environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER"))


def tunnel(port: int, environ: Mapping[str, str]) -> str:
    """What to type on the machine with the browser, so that *port* there leads to *port* here."""
    import getpass
    import shlex
    import socket

    try:
        user = getpass.getuser()
    except (OSError, KeyError, ImportError):  # a user id without a name
        user = "USER"
    came_by = environ.get("SSH_CONNECTION", "").split()  # client, its port, server, its port (ssh(1))
    other = f"-p {came_by[3]} " if len(came_by) == 4 and came_by[3].isdecimal() and came_by[3] != "22" else ""
    return f"ssh {other}-L {port}:127.0.0.1:{port} {shlex.quote(f'{user}@{socket.gethostname()}')}"
