"""Where a unit lies, what it starts, and which folders it needs: read off the settings and this machine's files."""

from __future__ import annotations

import os
import re
import shutil
import sys
import sysconfig
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from syncd.config import default_path
from syncd.errors import BadUsage
from syncd.settings import Settings
from syncd.sign_in.places import paths

_BIN_FOLDERS = ("PIPX_BIN_DIR", "UV_TOOL_BIN_DIR", "XDG_BIN_HOME")
_TEMPORARY = (Path("/tmp"), Path("/var/tmp"))  # noqa: S108 - what PrivateTmp= hides
_SHELL_LETTERS = re.compile(r"[^\w@%+=:,./-]")
_UNIT_LETTERS = re.compile(r"[^A-Za-z0-9_.-]+")


def unit_name(config: Path, environ: Mapping[str, str]) -> str:
    """The name of the unit for a config: ``syncd`` for the usual one, and for another account ``syncd-NAME``.

    NAME is that of the file, or of its folder where the file is just called ``config.toml``.
    """
    if config == default_path(environ):
        return "syncd"
    name = config.parent.name if config.stem == "config" else config.stem
    return f"syncd-{_UNIT_LETTERS.sub('-', name).strip('-.') or 'other'}"


def unit_folder(environ: Mapping[str, str]) -> Path:
    """Where a user's own units lie (systemd.unit(5))."""
    return default_path(environ).parent.parent / "systemd" / "user"


def command(argv0: str, environ: Mapping[str, str]) -> tuple[str, ...]:
    """What starts this syncd, also after an upgrade: a link of pipx or uv rather than what it points to.

    Raises ``BadUsage`` where this syncd is one that is cleared away (``uvx``, ``pipx run``).
    """
    script = _script(argv0)
    if script is None:
        return (sys.executable, "-m", "syncd")
    found = next((link for link in _links(environ) if _same(link, script)), script)
    cache = Path(environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    if found.resolve().is_relative_to(cache.resolve()):
        raise BadUsage(f"{found} lies in a cache that is cleared: install syncd first (pipx install syncd)")
    return (str(found),)


def cron_line(environ: Mapping[str, str], argv0: str = "") -> str:
    """What to put into a crontab in place of a service. cron knows no PATH to speak of, and mails what is printed."""
    try:
        words = command(argv0, environ)
    except BadUsage:
        words = ("syncd",)
    # In a shell's own writing without quotes; and to cron a "%" is the end of the line (crontab(5)).
    escaped = (_SHELL_LETTERS.sub(r"\\\g<0>", word).replace("%", r"\%") for word in words)
    return f"*/5 * * * * {' '.join(escaped)} sync >/dev/null"


def _script(argv0: str) -> Path | None:
    named = shutil.which(argv0) if Path(argv0).name == "syncd" else None
    script = Path.cwd() / named if named else Path(sysconfig.get_path("scripts")) / "syncd"
    return script if os.access(script, os.X_OK) else None


def _links(environ: Mapping[str, str]) -> Iterator[Path]:
    """Where a link to syncd may lie that outlives the folder which it was installed in."""
    folders = [environ[name] for name in _BIN_FOLDERS if environ.get(name)]
    folders += [str(Path.home() / ".local/bin"), *environ.get("PATH", "").split(":")]
    inside = os.path.realpath(sys.prefix)
    for folder in folders:
        if folder.startswith("/") and not os.path.realpath(folder).startswith(inside):
            yield Path(folder) / "syncd"


def _same(link: Path, script: Path) -> bool:
    try:
        return os.access(link, os.X_OK) and link.samefile(script)
    except OSError:
        return False


@dataclass(frozen=True, slots=True)
class Needs:
    """The folders of an account, absolute."""

    write: tuple[Path, ...]
    """Those that the daemon writes to, first that of the store."""
    read: tuple[Path, ...]
    """What else it must be able to see."""

    @property
    def temporary(self) -> bool:
        """Whether any of it lies where temporary files do."""
        seen = (*self.write, *self.read)
        return any(path.is_relative_to(folder) for path in seen for folder in _TEMPORARY)


def needs(settings: Settings, started: tuple[str, ...], runtime: str) -> Needs:
    """What the daemon of *settings*, *started* so, must reach. *runtime* is the folder of systemd's own sockets."""
    google = "google" in {settings.calendar_backend, settings.mail_backend}
    write = [settings.state.parent]
    if google:
        write.append(paths(settings).token.parent)
    if settings.calendar_backend == "local" and settings.local.reminders is not None:
        write += _reminders(settings.local.reminders)
    read = [Path(started[0]), Path(started[0]).resolve(), Path(sys.prefix), Path(sys.base_prefix), Path.home()]
    read += [*settings.local.calendars, *settings.local.mail, Path(runtime or "/run")]
    read += [settings.path] if settings.path is not None else []
    read += [Path(__file__)]  # an editable install runs from somewhere else
    return Needs(tuple(dict.fromkeys(write)), tuple(dict.fromkeys(read)))


def _reminders(path: Path) -> list[Path]:
    """A folder of reminders itself; of a single file its folder, since it is replaced as a whole, beside its ledger."""
    if path.is_dir() or path.suffix.lower() != ".ics":
        return [path]
    return [path.parent, Path(os.path.realpath(path)).parent]
