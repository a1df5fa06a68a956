"""The errors of syncd: each says the state it found, and its type says what the caller can do about it.

The texts are for people: what, where, what to do. Only ``cli`` turns them into exit codes (sysexits.h numbers).
"""

from __future__ import annotations

from typing import ClassVar


class SyncdError(Exception):
    """Something that syncd names itself. ``exit_code`` is what the command line ends with."""

    exit_code: ClassVar[int] = 70


class BadUsage(SyncdError):
    """The command line asks for something that is not there (an unknown company, a date that is none)."""

    exit_code = 2


class BadInput(SyncdError):
    """A file named on the command line, or a whole source, can't be read as what it should be."""

    exit_code = 65


class Unreachable(SyncdError):
    """A service can't be reached now; nothing is wrong with the set-up."""

    exit_code = 69


class Declined(Unreachable):
    """A service takes this one write for wrong, and would again; nothing keeps the others from being done."""


class TryAgain(SyncdError):
    """The cycle stopped before it wrote anything wrong: locked, changed under our hands, or refused as absurd."""

    exit_code = 75


class Absurd(TryAgain):
    """What was read, or what would be written, looks like an accident (a folder not mounted, an empty listing)."""


class Locked(TryAgain):
    """Another syncd holds the lock of this account."""


class StartAnew(TryAgain):
    """What is wrong goes on for as long as this process lives: it has to end, and a new one to begin."""


class Stopped(SyncdError):
    """The process was asked to end: what was begun is whole, and the next cycle goes on from here."""

    exit_code = 0


class SignInNeeded(SyncdError):
    """The service no longer takes our sign-in."""

    exit_code = 77


class BadConfig(SyncdError):
    """The config can't be used; the text lists every problem with file, line and key."""

    exit_code = 78


class Conflict(SyncdError):
    """A reminder changed since it was read: re-read, and decide again. Never shown to a person."""

    exit_code = 75
