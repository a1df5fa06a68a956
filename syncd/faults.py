"""What isn't as it should be, and which of it has to be said now. Pure.

A lasting fault is said once and not once a cycle, a blip never; and that it is over, where it was said. A warning is
said once for good.
"""

from __future__ import annotations

import errno
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from syncd.errors import Absurd, BadInput, Locked, SignInNeeded, SyncdError, TryAgain, Unreachable

BLIP = timedelta(minutes=15)
"""So long, and over so many tries, what is out of reach is nothing to speak of."""
BLIP_TRIES = 3
BRIEF = timedelta(minutes=4)
"""The same of what is on this machine and may be away for a moment: a folder that is mounted, or being synced."""
BRIEF_TRIES = 2
KEPT = 5000
"""So many warnings are remembered as said."""
_BY_KIND = (Unreachable, Locked, SignInNeeded, Absurd)
"""Faults that are one and the same, whatever their words are each time."""
_ABSENT = frozenset(
    {errno.ENOENT, errno.ENOTDIR, errno.ENODEV, errno.ENXIO, errno.EIO, errno.ESTALE, errno.ENOTCONN, errno.EHOSTDOWN}
    | {errno.EBUSY, errno.EAGAIN, errno.EINTR, errno.ETIMEDOUT}
)
"""What the system says of a mount point that comes and goes. A full disk or a refusal (EACCES, EROFS) is none of it."""


@dataclass(frozen=True, slots=True)
class Found:
    """A fault that a cycle met. ``name`` tells it from others.

    ``passing`` is one that mostly goes by itself, out there; ``brief`` one here that may be gone with the next look.
    """

    name: str
    text: str
    passing: bool = False
    brief: bool = False


@dataclass(frozen=True, slots=True)
class Fault:
    """One that is there, with what was last said about it."""

    name: str
    text: str
    passing: bool
    since: datetime
    tries: int = 1
    said: bool = False
    brief: bool = False


@dataclass(frozen=True, slots=True)
class Faults:
    """``there`` are all, the latest last; ``new`` are to be said now; that those ``over`` are, is to be said too."""

    there: tuple[Fault, ...] = ()
    new: tuple[Fault, ...] = ()
    over: tuple[Fault, ...] = ()


def of(error: SyncdError | OSError) -> Found:
    """The fault that *error* stands for."""
    text = words(error)
    name = next((kind.__name__ for kind in _BY_KIND if isinstance(error, kind)), text)
    if isinstance(error, SignInNeeded) and "syncd auth" not in text:
        text = f"{text}; run: syncd auth"
    return Found(name, text, isinstance(error, (Unreachable, Locked)), _may_be_brief(error))


def _may_be_brief(error: SyncdError | OSError) -> bool:
    """Whether *error* may be of a file or folder that is away, or half written, for a moment."""
    if isinstance(error, OSError):
        return error.errno in _ABSENT
    cause = error.__cause__
    if isinstance(error, TryAgain) and cause is not None:  # else it is about something that changed while it was read
        return isinstance(cause, OSError) and cause.errno in _ABSENT
    return isinstance(error, (TryAgain, BadInput))


def words(error: SyncdError | OSError) -> str:
    """What *error* says, for people: of a file, which, and what is the matter with it."""
    if isinstance(error, SyncdError) or not error.strerror:
        return str(error)
    return f"{error.filename}: {error.strerror}" if error.filename else error.strerror


def met(known: Faults, found: Found, now: datetime) -> Faults:
    """After a cycle that *found* stopped: of the others nothing new is known."""
    others = tuple(fault for fault in known.there if fault.name != found.name)
    fault = _again(known, found, now)
    return Faults((*others, replace(fault, said=fault.said or _lasts(fault, now))), _news([fault], now))


def left(known: Faults, found: Iterable[Found], now: datetime) -> Faults:
    """After a cycle that came to its end: what it *found* on the way is all there is."""
    there = [_again(known, one, now) for one in {one.name: one for one in found}.values()]
    names = {fault.name for fault in there}
    over = tuple(fault for fault in known.there if fault.said and fault.name not in names)
    return Faults(tuple(replace(f, said=f.said or _lasts(f, now)) for f in there), _news(there, now), over)


def forgotten(known: Faults, name: str) -> Faults:
    """Without the fault called *name*, and without a word about it."""
    return Faults(tuple(fault for fault in known.there if fault.name != name))


def patient(known: Faults, now: datetime) -> Faults:
    """With all patience anew: the machine slept, and what was out of reach then says nothing about now."""
    there = (replace(f, since=now, tries=0) if (f.passing or f.brief) and not f.said else f for f in known.there)
    return Faults(tuple(there))


def _again(known: Faults, found: Found, now: datetime) -> Fault:
    for fault in known.there:
        if fault.name == found.name:
            told = replace(fault, text=found.text, passing=found.passing, brief=found.brief)
            return replace(told, tries=fault.tries + 1)
    return Fault(found.name, found.text, found.passing, now, brief=found.brief)


def _lasts(fault: Fault, now: datetime) -> bool:
    age = now.astimezone(UTC) - fault.since.astimezone(UTC)
    if fault.passing:
        return fault.tries >= BLIP_TRIES and age >= BLIP
    return not fault.brief or (fault.tries >= BRIEF_TRIES and age >= BRIEF)


def _news(faults: Iterable[Fault], now: datetime) -> tuple[Fault, ...]:
    return tuple(fault for fault in faults if not fault.said and _lasts(fault, now))


class Said:
    """Which warnings were said: for the life of the process, and no more of them than ``KEPT``, the latest."""

    def __init__(self) -> None:
        self._known: dict[int, None] = {}  # a number for each line, as the lines may be long

    def new(self, lines: Iterable[str]) -> list[str]:
        """Those of *lines* that were not said yet; from now on they are."""
        found = []
        for line in dict.fromkeys(lines):
            if hash(line) not in self._known:
                found.append(line)
            self._known.pop(hash(line), None)
            self._known[hash(line)] = None
        while len(self._known) > KEPT:
            del self._known[next(iter(self._known))]
        return found
