"""``syncd service``: the systemd user service, put in place, taken away, looked at."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from syncd.cli import _frame
from syncd.cli._hints import say

if TYPE_CHECKING:
    from syncd.unit import Desk, Unit


def add(commands: _frame.Commands) -> None:
    """Add the command and its three words."""
    parser = _frame.command(
        commands, "service", run, "keeps syncd running as your systemd service: install, uninstall, status"
    )
    words = parser.add_subparsers(title="what to do", metavar="WHAT", dest="what", required=True)
    install = _frame.command(words, "install", run, "starts syncd now and whenever you log in")
    install.add_argument("--linger", action="store_true", help="have it run while you are logged out, too")
    install.add_argument("--no-start", action="store_true", help="put it in place, and don't start it yet")
    _frame.command(words, "uninstall", run, "stops it, and takes everything of the service away")
    _frame.command(words, "status", run, "tells whether it runs, and what it is doing")
    parser.names = tuple(words.choices)


def run(args: argparse.Namespace) -> int:
    """Do one of the three."""
    import os

    from syncd.clock import SystemClock
    from syncd.unit import desk

    place = desk(_frame.config_path(args), os.environ, say, SystemClock())
    if args.what == "install":
        return _install(args, place)
    return _uninstall(place) if args.what == "uninstall" else _status(place)


def _install(args: argparse.Namespace, place: Desk) -> int:
    import sys

    from syncd.unit import look

    settings = _frame.settings(args)
    place.install(settings, sys.argv[0], linger=args.linger, start=not args.no_start)
    found = look(place.name, place.environ)
    if found.waits:
        say("it looks again every few minutes; to have it look now: syncd service install")
    elif found.status:
        say(f"it says: {_safe(found.status)}")
    say(f"the log:     {found.log}")
    say(f"how it is:   systemctl --user status {place.name}")
    say(f"to stop it:  systemctl --user stop {place.name}, and for good: syncd service uninstall")
    if not found.lingering and not args.linger:
        say("it ends when you log out; to have it go on: syncd service install --linger")
    return 0


def _uninstall(place: Desk) -> int:
    if not place.uninstall():
        say(f"there is no {place.name}.service; nothing to remove")
        return 0
    say("your config, the store, the sign-in and the reminders are left as they are (syncd purge removes reminders)")
    return 0


def _status(place: Desk) -> int:
    from syncd.unit import look

    found = look(place.name, place.environ)
    if not found.manager:
        say("no systemd user manager answers here" + (f"; {found.path} is in place" if found.installed else ""))
        return 69
    if not found.installed:
        say("not installed; to have syncd run by itself: syncd service install")
        return 0
    say(f"{place.name}.service {_how(found)}")
    if found.status and not found.waits:
        say(f"it says: {_safe(found.status)}")
    say(_when(found))
    say(f"the unit: {found.path}\nthe log:  {found.log}")
    return _code(found)


def _code(found: Unit) -> int:
    """0 where it runs, or was told not to; else what its process ended with, as far as that says anything."""
    from syncd.errors import TryAgain

    if found.active == "failed" or (found.active == "activating" and found.result not in ("", "success")):
        return found.exit_code if found.exit_code in _REASONS else TryAgain.exit_code
    return 0


_REASONS = {
    75: "its store can't be used, or another syncd runs; the log says which",
    77: "no sign-in; run: syncd auth",
    78: "a bad config; run: syncd config",
}


def _how(found: Unit) -> str:
    if found.active == "active":
        return f"runs (process {found.pid})"
    if found.waits:
        return f"waits {_safe(found.waits)}"
    if found.active in ("activating", "reloading", "deactivating"):
        return f"is {found.active}" + (f" after a failure ({found.result})" if found.result != "success" else "")
    if found.active == "failed":
        return f"stopped working: {_REASONS.get(found.exit_code, found.result)}; then: syncd service install"
    return "doesn't run; to start it: syncd service install"


def _when(found: Unit) -> str:
    if not found.enabled:
        return "it doesn't start by itself; to have it: syncd service install"
    if found.lingering:
        return "it starts with the machine, and goes on while you are logged out"
    return "it starts when you log in, and ends when you log out (syncd service install --linger changes that)"


def _safe(text: str) -> str:
    from syncd.cli.render import safe

    return safe(text)
