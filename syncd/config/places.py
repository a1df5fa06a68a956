"""Where things lie on this machine when the config doesn't say: the config itself, the state, and the time zone."""

from __future__ import annotations

import os
import shlex
from collections.abc import Mapping
from pathlib import Path
from zoneinfo import ZoneInfo

from syncd.config.kinds import home
from syncd.config.values import Place

_ZONEINFO = "/zoneinfo/"


def default_path(environ: Mapping[str, str]) -> Path:
    """``$XDG_CONFIG_HOME/syncd/config.toml``, with the folder that the XDG base directories name where it is unset."""
    return _xdg(environ, "XDG_CONFIG_HOME", ".config") / "syncd" / "config.toml"


def option(path: Path | None, environ: Mapping[str, str]) -> str:
    """``--config PATH``, as a shell takes it: what a command needs to find the config at *path*. Empty for the usual.

    *environ*'s usual one is as good unnamed; None stands for it.
    """
    here = None if path is None else os.path.normpath(path.absolute())
    return "" if here in {None, str(default_path(environ))} else f"--config {shlex.quote(str(here))}"


def default_state(environ: Mapping[str, str]) -> Path:
    """``$XDG_STATE_HOME/syncd/state.db``, with the folder that the XDG base directories name where it is unset."""
    return _xdg(environ, "XDG_STATE_HOME", ".local/state") / "syncd" / "state.db"


def _xdg(environ: Mapping[str, str], name: str, usual: str) -> Path:
    folder = Path(environ.get(name, ""))
    # "All paths must be absolute. If relative, consider the path invalid and ignore it" (XDG Base Directory 0.8)
    return folder if folder.is_absolute() else home(Place("/", environ)) / usual


def system_zone(environ: Mapping[str, str], etc: Path = Path("/etc")) -> ZoneInfo | None:
    """The time zone of this machine, by ``TZ``, /etc/localtime or /etc/timezone; None where they name none.

    A ``TZ`` of rules in place of a name (``CET-1CEST``) names none: the zone has to be known for years to come.
    """
    for name in (environ.get("TZ", "").removeprefix(":"), _link(etc / "localtime"), _first_line(etc / "timezone")):
        try:
            if name:
                return ZoneInfo(name.rpartition(_ZONEINFO)[2])
        except (KeyError, ValueError, OSError):
            continue
    return None


def _link(path: Path) -> str:
    try:
        target = os.path.realpath(path) if path.is_symlink() else ""
    except OSError:
        return ""
    return target if _ZONEINFO in target else ""


def _first_line(path: Path) -> str:
    try:
        return path.read_text("utf-8").strip().partition("\n")[0]
    except (OSError, UnicodeDecodeError):
        return ""
