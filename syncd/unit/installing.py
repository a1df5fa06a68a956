"""The unit is put in place, and taken away again; nothing of the config, the store or the sign-in is touched."""

from __future__ import annotations

import os
import re
import shlex
import shutil
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

from syncd import __version__
from syncd.config import default_path, default_state
from syncd.errors import BadUsage, TryAgain
from syncd.ports import Clock
from syncd.settings import Settings
from syncd.unit import network, text
from syncd.unit.mounts import mount_points, opened
from syncd.unit.places import Needs, command, cron_line, needs, unit_folder, unit_name
from syncd.unit.sandbox import Reach
from syncd.unit.starting import start_anew
from syncd.unit.systemctl import ENDING, NoSystemd, Systemd, lingering
from syncd.unit.text import Wishes, argument, word
from syncd.unit.within import unwritable

_STATE_DIRECTORY = 254
"""From this systemd on StateDirectory= of a user's service means the folder for state, and not that of the config."""
_VARIABLE = re.compile(r"\$\{?(\w+)", re.ASCII)
_AMISS = re.compile(r"\(since [^()]*\)")
"""What STATUS says behind a fault (``headline.trouble``)."""


@dataclass(slots=True)
class Desk:
    """The user's own units on this machine, for the config at *config*. *tell* says what was done."""

    config: Path
    environ: Mapping[str, str]
    tell: Callable[[str], None]
    clock: Clock
    systemd: Systemd = field(init=False)
    name: str = field(init=False)
    path: Path = field(init=False)

    def __post_init__(self) -> None:
        self.systemd = Systemd(self.environ)
        self.name = unit_name(self.config, self.environ)
        self.path = unit_folder(self.environ) / f"{self.name}.service"

    def install(self, settings: Settings, argv0: str, *, linger: bool, start: bool) -> None:
        """Put the unit for *settings* in place, and start it. Doing it again changes only what differs.

        Raises ``NoSystemd``, ``BadUsage`` where another's unit has the name, and ``TryAgain`` where it doesn't start
        or can't *linger*.
        """
        self._there(argv0)
        old = self._ours()
        started = command(argv0, self.environ)
        needed = needs(settings, started, self.systemd.runtime)
        for folder in needed.write:
            if not folder.exists():
                folder.mkdir(mode=0o700, parents=True)
                self.tell(f"made {folder}")
        if Path.home() in needed.write:
            self.tell("a file of reminders right in your home folder lets the service write to all of it: use a folder")
        wishes = self._reached(self._wishes(settings, started, needed, old), started, needed)
        refused, note = self._linger(old) if linger else ("", _lingers(old))
        self._put(text.unit(replace(wishes, notes=(*wishes.notes, *note))), old, needed, start=start)
        if refused:
            raise TryAgain(refused)

    def _linger(self, old: str) -> tuple[str, tuple[tuple[str, str], ...]]:
        """Turn lingering on. Why that couldn't be, which is no reason not to go on; and what the unit notes of it."""
        if lingering():
            return "", _lingers(old) or next(filter(None, map(_lingers, self._others())), ())
        try:
            self.systemd.linger(on=True)
        except (TryAgain, NoSystemd) as refused:
            return str(refused), ()
        self.tell("it runs while you are logged out, too (lingering is on)")
        return "", (("Linger", "on"),)

    def _put(self, new: str, old: str, needed: Needs, *, start: bool) -> None:
        unit = f"{self.name}.service"
        if new != old:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            beside = self.path.with_name(f".{self.path.name}.syncd-tmp")
            beside.write_text(new, "utf-8")
            beside.replace(self.path)
            self.systemd.tell("daemon-reload")
            self.tell(f"wrote {self.path}")
        state = self.systemd.properties(unit, "UnitFileState", "ActiveState", "StatusText", "MainPID")
        if state.get("UnitFileState") != "enabled":
            self.systemd.tell("enable", unit)
            self.tell("it starts when you log in")
        if not start:
            return
        if new == old and state.get("ActiveState") == "active" and not _amiss(state, needed):
            self.tell(f"{unit} is in place and runs; nothing to change")
            return
        with suppress(TryAgain):  # it was never started: then nothing is to be forgotten
            self.systemd.tell("reset-failed", unit)
        self.tell(f"{unit} {start_anew(self.systemd, unit, self.clock)}")

    def uninstall(self) -> bool:
        """Stop the service and take it away, with whatever systemd keeps of it. False where there was none.

        Raises ``NoSystemd``, ``BadUsage`` where the unit of that name is another's.
        """
        self._there()
        unit, old = f"{self.name}.service", self._ours()
        drop_ins = self.path.with_name(f"{unit}.d")
        if not old:
            return False
        self.systemd.ask("stop", unit, deadline=ENDING)
        self.systemd.ask("disable", unit)
        self.path.unlink(missing_ok=True)
        for link in self.path.parent.glob(f"*.wants/{unit}"):
            link.unlink()
        self.tell(f"stopped {unit}, and removed {self.path}")
        if drop_ins.is_symlink():
            drop_ins.unlink()
            self.tell(f"removed the link {drop_ins}, and nothing of what it leads to")
        elif drop_ins.is_dir():
            shutil.rmtree(drop_ins)
            self.tell(f"removed {drop_ins}, your changes to it")
        self.systemd.tell("daemon-reload")
        self.systemd.ask("reset-failed", unit)
        if _lingers(old) and lingering() and not any(map(_lingers, self._others())):
            self.systemd.linger(on=False)
            self.tell("lingering is off again, as it was before")
        return True

    def _there(self, argv0: str = "") -> None:
        if not self.systemd.answers():
            instead = f"instead: syncd run, or a line for cron: {cron_line(self.environ, argv0)}"
            raise NoSystemd(f"no systemd user manager answers here (no systemd, or not your own login); {instead}")

    def _others(self) -> list[str]:
        """The units of other accounts."""
        paths = (path for path in self.path.parent.glob("syncd*.service") if path != self.path)
        return [path.read_text("utf-8", errors="replace") for path in paths if path.is_file()]

    def _ours(self) -> str:
        """The text of our unit of this name, empty where there is none. Raises ``BadUsage`` where it isn't ours."""
        try:
            found = self.path.read_text("utf-8", errors="replace")
        except FileNotFoundError:
            return ""
        said = text.notes(found)
        if said is None:
            raise BadUsage(f"{self.path} was not made by syncd, and is left as it is; move it away first")
        if said.get("Config", str(self.config)) != str(self.config):
            raise BadUsage(f"{self.path} is for another config, {said['Config']}; give this one another file name")
        return found

    def _wishes(self, settings: Settings, started: tuple[str, ...], needed: Needs, old: str) -> Wishes:
        usual = self.config == default_path({"HOME": str(Path.home())})
        words = [word(started[0]), *(argument(one) for one in started[1:])]
        words += [] if usual else ["--config", argument(self.config)]
        given = ["XDG_STATE_HOME", *_VARIABLE.findall(self.config.read_text("utf-8")), *self._ways(settings, old)]
        variables = sorted(name for name in set(given) - {"HOME"} if self.environ.get(name))
        store = settings.state.parent
        in_place = store == default_state({"HOME": str(Path.home())}).parent and not store.is_symlink()
        named = "" if usual else f" --config {shlex.quote(str(self.config))}"
        return Wishes(
            header=f"Written by syncd service install{named}, and written anew by it: change it with a drop-in\n"
            f"(systemctl --user edit {self.name}). `syncd service uninstall{named}` takes it away.",
            start=" ".join((*words, "run")),
            environment=tuple(word(self.environ[name], f"{name}=") for name in variables),
            state_directory=in_place and self.systemd.version() >= _STATE_DIRECTORY,
            make=(argument(store),) if in_place else (),
            write=tuple(word(folder, "-") for folder in self._opened(needed)),
            private_tmp=not needed.temporary,
            notes=(("Config", str(self.config)), ("Version", __version__)),
        )

    def _ways(self, settings: Settings, old: str) -> tuple[str, ...]:
        """The variables by which the network is reached from here, where the service has to."""
        if "google" not in {settings.calendar_backend, settings.mail_backend}:
            return ()
        taken, secret = network.copied(self.environ)
        lost = [name for name in network.VARIABLES if f"{name}=" in old and name not in taken]
        if lost:
            self.tell(f"it no longer has {' and '.join(lost)}, since it isn't set here")
        if taken:
            self.tell(f"it comes to the network as you do here, by {' and '.join(taken)}")
        for name in secret:
            self.tell(
                f"{name} holds a password, and stays out of the unit; to have the service use it, write it to a file\n"
                f"that is yours alone, and name that: systemctl --user edit {self.name} (EnvironmentFile= in [Service])"
            )
        return taken

    def _opened(self, needed: Needs) -> tuple[Path, ...]:
        points, home = mount_points(), Path.home()
        names = {folder: opened(folder, points, home) for folder in needed.write}
        for folder, name in names.items():
            if name != folder:
                self.tell(f"{folder} lies on a file system of its own: the service can write to all of {name}")
        return tuple(dict.fromkeys(names.values()))

    def _reached(self, wishes: Wishes, started: tuple[str, ...], needed: Needs) -> Wishes:
        """*wishes* with as much of the sandbox as works here, from most to least; all of it where none can be tried."""
        if not self.systemd.can((), "true"):
            return wishes
        notify = Path(self.systemd.runtime, "systemd", "notify")
        checks = [f"test -x {shlex.quote(started[0])}", f"test -S {shlex.quote(str(notify))}"]
        checks += [f"test -r {shlex.quote(str(self.config))}"]
        checks += [f"test -w {shlex.quote(str(folder))}" for folder in needed.write]
        for reach in sorted(Reach, reverse=True):
            wishes = replace(wishes, reach=reach)
            if reach is Reach.BARE or self.systemd.can(text.namespaced(wishes), " && ".join(checks)):
                break
            self.tell(f"this machine can't {_LOST[reach]}")
        return wishes


_LOST = {
    Reach.COVERS: "cover files up (no /run of its own?): /proc, /sys and keys stay visible to the service",
    Reach.NAMESPACES: "give a user's service namespaces: it can see and write what you can, within its own permissions",
}


def _amiss(state: Mapping[str, str], needed: Needs) -> bool:
    """Whether a service that runs has a fault, which to start it anew may mend: its sandbox is made anew with that."""
    pid = state.get("MainPID", "")
    shut_out = pid.isdecimal() and unwritable(int(pid), needed.write)
    return bool(shut_out or _AMISS.search(state.get("StatusText", "")))


def _lingers(old: str) -> tuple[tuple[str, str], ...]:
    """The note that it was syncd that turned lingering on, where the unit *old* has it."""
    return (("Linger", "on"),) if (text.notes(old) or {}).get("Linger") == "on" else ()


def desk(config: Path | None, environ: Mapping[str, str], tell: Callable[[str], None], clock: Clock) -> Desk:
    """The desk for the config that was named, or for the usual one."""
    path = default_path(environ) if config is None else Path.cwd() / config
    return Desk(Path(os.path.normpath(path)), environ, tell, clock)
