"""What a unit says. Pure: the same wishes give the same text; the files in ``systemd/`` are what the usual ones give.

The options are those of systemd 247 and later (systemd.exec(5), systemd.service(5)); an older one warns of what it
doesn't know, and runs without it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from syncd.errors import BadConfig
from syncd.unit import sandbox
from syncd.unit.sandbox import Group, Reach

OURS = "[X-Syncd]"
"""The section by which ``syncd service`` knows a unit of its own; systemd leaves sections of this kind alone."""


@dataclass(frozen=True, slots=True)
class Wishes:
    """What differs between units of one person. All texts are in the unit's own writing (``word``)."""

    header: str
    start: str
    """The command line."""
    environment: tuple[str, ...] = ()
    state_directory: bool = False
    """Whether systemd is to make the folder of the store: where it lies in the usual place, and systemd knows that."""
    make: tuple[str, ...] = ()
    """Folders that are made before each start where they are missing, as arguments of a command line."""
    write: tuple[str, ...] = ()
    reach: Reach = Reach.COVERS
    private_tmp: bool = True
    notes: tuple[tuple[str, str], ...] = ()
    """What ``syncd service`` wants to know again: key and value."""


USUAL = Wishes(
    header="""\
syncd keeps the rules of following up after job interviews, in the calendar you already look at: a user's own service.

`syncd service install` puts a unit like this in place, with the paths of your config. By hand:

  mkdir -p ~/.config/systemd/user
  cp syncd.service ~/.config/systemd/user/
  systemctl --user daemon-reload
  systemctl --user enable --now syncd
  journalctl --user -u syncd -f     the log
  loginctl enable-linger            to have it run while you are logged out

By hand, a config that keeps reminders in files, or its store elsewhere, needs their folder named as a ReadWritePaths=
more (systemctl --user edit syncd).""",
    start="/usr/bin/env syncd run",
    environment=("PATH=%h/.local/bin:/usr/local/bin:/usr/bin:/bin",),
    make=("%h/.local/state/syncd",),
    write=("-%h/.local/state/syncd",),
)


def unit(wishes: Wishes) -> str:
    """The text of a user unit."""
    parts = [
        _comment(wishes.header),
        _UNIT.format(of="", target="default.target"),
        "[Service]",
        str(_starting(wishes.start, wishes.environment)),
        _KEPT,
        *_state(wishes),
        _LOG,
        *(str(group) for group in _groups(wishes)),
        _omitted(wishes),
        "[Install]\nWantedBy=default.target",
        "\n".join((OURS, *(f"{key}={value}" for key, value in wishes.notes))),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def template() -> str:
    """The text of the system template, an account of this machine for each instance."""
    groups = (
        sandbox.PRIVILEGES,
        sandbox.USERS,
        sandbox.files("yes", ()),
        sandbox.TEMPORARY,
        sandbox.MACHINE,
        sandbox.KERNEL,
        sandbox.KEYS,
        sandbox.NETWORK,
        sandbox.CALLS,
    )
    parts = [
        _comment(_TEMPLATE_HEADER),
        _UNIT.format(of=" (%i)", target="multi-user.target")
        + "\nWants=network-online.target\nAfter=network-online.target nss-lookup.target",
        "[Service]",
        str(_starting("/usr/bin/env syncd --config /etc/syncd/%i/config.toml run", (_SYSTEM_PATH,))),
        _KEPT,
        _TEMPLATE_USER,
        _LOG,
        *(str(group) for group in groups),
        "[Install]\nWantedBy=multi-user.target",
    ]
    return "\n\n".join(parts) + "\n"


def word(path: object, before: str = "") -> str:
    """A path as one word of a unit (systemd.syntax(7), "Quoting"; ``%`` would begin a specifier), *before* in front.

    Raises ``BadConfig`` where a unit can't say it.
    """
    text = f"{before}{path}"
    if not text.isprintable():
        raise BadConfig(f"{path!r}: a path with such letters can't stand in a systemd unit")
    text = text.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%")
    return f'"{text}"' if any(letter in text for letter in " '\"\\;") else text


def argument(text: object) -> str:
    """An argument of a command line, where ``$`` would begin a variable as well."""
    return word(text).replace("$", "$$")


def notes(text: str) -> dict[str, str] | None:
    """What ``Wishes.notes`` said in the unit *text*; None where the unit isn't one of ours."""
    lines = [line.strip() for line in text.splitlines()]
    if OURS not in lines:
        return None
    pairs = (line.partition("=") for line in lines[lines.index(OURS) + 1 :] if "=" in line)
    return {key: value for key, _, value in pairs}


def _comment(text: str) -> str:
    return "\n".join(f"# {line}".rstrip() for line in text.splitlines())


def _starting(start: str, environment: tuple[str, ...]) -> Group:
    why = (
        "It says itself when it is up (config, store and lock are good; the network may be away), and what it does:\n"
        "`systemctl status` shows it. SIGHUP has it read its config again."
    )
    variables = tuple(f"Environment={one}" for one in environment)
    kind = ("Type=notify", "NotifyAccess=main")
    return Group(Reach.BARE, why, (*kind, *variables, f"ExecStart={start}", "ExecReload=/bin/kill -HUP $MAINPID"))


def _state(wishes: Wishes) -> Iterator[str]:
    if wishes.state_directory:
        yield _STORE
    elif wishes.make:
        lines = (f"ExecStartPre=-+/usr/bin/env mkdir -p -m 700 -- {folder}" for folder in wishes.make)
        yield "\n".join((_MAKE, *lines))
    yield "# What it writes is the user's alone.\nUMask=0077"


def _groups(wishes: Wishes) -> Iterator[Group]:
    groups = (
        sandbox.PRIVILEGES,
        sandbox.USERS,
        sandbox.files("read-only", wishes.write),
        *((sandbox.TEMPORARY,) if wishes.private_tmp else ()),
        sandbox.SECRETS,
        sandbox.MACHINE,
        sandbox.KERNEL,
        sandbox.KEYS,
        sandbox.NETWORK,
        sandbox.CALLS,
    )
    return (group for group in groups if group.reach <= wishes.reach)


def namespaced(wishes: Wishes) -> tuple[str, ...]:
    """The options that this machine may be unable to set up, as they are tried before a unit has them."""
    return tuple(option for group in _groups(wishes) if group.reach > Reach.BARE for option in group.options)


def _omitted(wishes: Wishes) -> str:
    if wishes.reach is Reach.BARE:
        return "# Left out, since a user's services get no namespaces here: what hides files, devices and users."
    if wishes.reach is Reach.NAMESPACES:
        return "# Left out, since this machine has no nodes to cover files with: what hides /proc, /sys and keys."
    return ""


_UNIT = """\
[Unit]
Description=syncd: follow-up reminders for a job search{of}
# Should it fall over for ten minutes on end, it stays down, and `systemctl status` and `syncd doctor` say so.
StartLimitIntervalSec=1h
StartLimitBurst=40
# Nothing waits for it, also where it waits itself for its store, or for another syncd to end.
After={target}"""

_KEPT = """\
# What falls over is started again, but not at once; a bad config (78) and a missing sign-in (77) wait for a person.
# It tells of its progress: five minutes without any are a hang. It ends within two seconds when asked.
Restart=on-failure
RestartSec=15s
RestartPreventExitStatus=77 78
WatchdogSec=5min
TimeoutStopSec=10s

# A small thing in the background: a first look through a large mailbox takes the most memory.
MemoryMax=512M
TasksMax=32
Nice=5"""

_STORE = """\
# The store, readable for its owner alone. `syncd service install` has made its folder: where that is missing, systemd
# puts a link to the config's folder in its place (systemd.exec(5); before 254 it means that folder in any case).
StateDirectory=syncd
StateDirectoryMode=0700"""

_MAKE = """\
# The folder of the store, readable for its owner alone, is made outside of the sandbox ("+"): what is missing when it
# starts is not opened to it. No StateDirectory=: before systemd 254 that means the config's folder here
# (systemd.exec(5))."""

_LOG = """\
# Its priorities reach the journal as "<N>" in front of a line (sd-daemon(3)).
StandardOutput=journal
StandardError=journal
SyslogIdentifier=syncd"""

_SYSTEM_PATH = "PATH=/usr/local/bin:/usr/bin:/bin"

_TEMPLATE_HEADER = """\
syncd as a service of the machine, for accounts at Google: one instance for each, each as a user of its own. For NAME:

  install -d /etc/syncd/NAME && editor /etc/syncd/NAME/config.toml     (readable for all: it holds no secret)
  install -m 600 client_secret.json /etc/credstore/syncd-NAME.client_secret.json
  cp syncd@.service /etc/systemd/system/ && systemctl daemon-reload

The config names the OAuth client's file as systemd hands it over (systemd 252 and later look into /etc/credstore by
themselves; before, name it with LoadCredential=client_secret.json:/PATH in a drop-in):

  [google]
  client_secret = "$CREDENTIALS_DIRECTORY/client_secret.json"

Sign in once, as the same user and with the same state; it shows an address for a browser on any machine:

  systemd-run --pty --wait --collect -p DynamicUser=yes -p User=syncd-NAME -p UMask=0077 \\
    -p StateDirectory=syncd/NAME -p StateDirectoryMode=0700 -E XDG_STATE_HOME=/var/lib/syncd/NAME \\
    -p LoadCredential=client_secret.json:syncd-NAME.client_secret.json \\
    syncd --config /etc/syncd/NAME/config.toml auth --no-browser

Then: systemctl enable --now syncd@NAME; journalctl -u syncd@NAME -f shows its log."""

_TEMPLATE_USER = """\
# A user that exists while the service runs, and owns its state: nothing to set up, nothing left behind. Where the
# machine has a user of this name, systemd takes that one: make it (useradd --system syncd-NAME) when it is to read or
# write calendars and mail of this machine, and name their folders with ReadWritePaths= in a drop-in.
DynamicUser=yes
User=syncd-%i
# The store and the sign-in, in /var/lib/syncd/%i/syncd.
StateDirectory=syncd/%i
StateDirectoryMode=0700
Environment=XDG_STATE_HOME=%S/syncd/%i
UMask=0077
# Signing in needs the OAuth client's file. A name without a path may be missing: then the service starts without it.
LoadCredential=client_secret.json:syncd-%i.client_secret.json"""
