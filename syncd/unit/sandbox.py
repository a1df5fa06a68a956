"""What the units forbid the daemon, group by group, each with the reason that stands above it in the unit. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum


class Reach(IntEnum):
    """How much of the sandbox a manager can set up; each includes the ones below it."""

    BARE = 0
    """What holds anywhere: system call filters, limits."""
    NAMESPACES = 1
    """Needs a user namespace and a mount namespace, which some kernels refuse to all but root."""
    COVERS = 2
    """Covers files up, for which systemd needs its own nodes in /run; a container without its own /run has none."""


@dataclass(frozen=True, slots=True)
class Group:
    """Options that have one reason."""

    reach: Reach
    why: str
    options: tuple[str, ...]

    def __str__(self) -> str:
        """As it stands in a unit."""
        return "\n".join((*(f"# {line}" for line in self.why.splitlines()), *self.options))


PRIVILEGES = Group(
    Reach.BARE,
    "No way to more rights: no setuid program helps it, and it leaves none behind. A core dump would hold mail.",
    ("NoNewPrivileges=yes", "RestrictSUIDSGID=yes", "LimitCORE=0"),
)
CALLS = Group(
    Reach.BARE,
    "The system calls of an ordinary program, in the machine's own instruction set; no memory that is both written\n"
    "and run. What is refused fails as not permitted, so that the log can tell it.",
    (
        "SystemCallArchitectures=native",
        "SystemCallFilter=@system-service",
        "SystemCallFilter=~@privileged @resources",
        "SystemCallErrorNumber=EPERM",
        "MemoryDenyWriteExecute=yes",
        "LockPersonality=yes",
        "RestrictRealtime=yes",
        "RestrictNamespaces=yes",
    ),
)
NETWORK = Group(
    Reach.BARE,
    "It talks to Google (IPv4 and IPv6; the addresses change, so there is no list of them) and, over Unix sockets, to\n"
    "systemd, the name service and the session bus.",
    ("RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX",),
)
KEYS = Group(
    Reach.BARE,
    "The kernel's key rings of the session are not its own.",
    ("KeyringMode=private",),
)
USERS = Group(
    Reach.NAMESPACES,
    "Other users don't exist for it, and it is nobody special: a user manager needs this to set up what follows.",
    ("PrivateUsers=yes", "CapabilityBoundingSet=", "AmbientCapabilities="),
)
MACHINE = Group(
    Reach.NAMESPACES,
    "The machine is none of its business: no devices, no clock to set, no host name, no modules.",
    (
        "PrivateDevices=yes",
        "DevicePolicy=closed",
        "ProtectClock=yes",
        "ProtectHostname=yes",
        "ProtectKernelModules=yes",
    ),
)
KERNEL = Group(
    Reach.COVERS,
    "Nor are the kernel's switches and messages, control groups, and (where a manager may hide them) other processes.",
    (
        "ProtectKernelTunables=yes",
        "ProtectKernelLogs=yes",
        "ProtectControlGroups=yes",
        "ProtectProc=invisible",
        "ProcSubset=pid",
    ),
)


def files(home: str, write: tuple[str, ...]) -> Group:
    """Everything can be read, and nothing written but *write* (in the unit's own writing)."""
    why = (
        "Nothing on this machine can be written but what is named here: the folder of the store, of the sign-in, and\n"
        'of reminders in files ("-": where it exists). Calendars and mail in the home folder are only read.'
    )
    options = ("PrivateMounts=yes", "ProtectSystem=strict", f"ProtectHome={home}")
    return Group(Reach.NAMESPACES, why, (*options, *(f"ReadWritePaths={path}" for path in write)))


TEMPORARY = Group(
    Reach.NAMESPACES,
    "Temporary files of others are not to be seen.",
    ("PrivateTmp=yes",),
)
SECRETS = Group(
    Reach.COVERS,
    "Nor are keys and passwords of other programs, in the usual places.",
    ("InaccessiblePaths=-%h/.ssh -%h/.gnupg -%h/.password-store -%h/.local/share/keyrings",),
)
