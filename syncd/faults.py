"""What isn't as it should be, and which of it has to be said now. Pure.

A lasting fault is said once and not once a cycle, a blip never; and that it is over, where it was said, once some
cycles went well: what comes and goes is one fault. A warning is said once for good.
"""

from __future__ import annotations

import errno
import re
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
CALM = 3
"""So many cycles have to go well until what was said to be wrong is said to be over."""
KEPT = 5000
"""So many warnings are remembered as said."""
_BY_KIND = (Unreachable, Locked, SignInNeeded)
"""Faults that are one and the same, whatever their words are each time."""
_COUNT = re.compile(r"\d+ of \d+")
"""What is absurd differs in its counts from one time to the next; where it is stands before them."""
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
    """One that is there, with what was last said about it; ``shown`` on the desktop is what only a person mends.

    ``mended`` is when the first of the cycles ended that went well since, of which there were ``well``.
    """

    name: str
    text: str
    passing: bool
    since: datetime
    tries: int = 1
    said: bool = False
    brief: bool = False
    shown: bool = False
    mended: datetime | None = None
    well: int = 0


@dataclass(frozen=True, slots=True)
class Faults:
    """``there`` are all, the latest last; ``new`` are to be said now; that those ``over`` are, is to be said too.

    ``alarming`` ones are to be shown to the person now.
    """

    there: tuple[Fault, ...] = ()
    new: tuple[Fault, ...] = ()
    over: tuple[Fault, ...] = ()
    alarming: tuple[Fault, ...] = ()

    @property
    def met(self) -> tuple[Fault, ...]:
        """Those that the last cycle which could tell did meet, the latest last."""
        return tuple(fault for fault in self.there if not fault.well)


def of(error: SyncdError | OSError, if_read_only: str = "") -> Found:
    """The fault that *error* stands for; *if_read_only* as for ``words``."""
    text = words(error, if_read_only)
    name = next((kind.__name__ for kind in _BY_KIND if isinstance(error, kind)), text)
    if isinstance(error, Absurd):
        name = f"{Absurd.__name__} {_COUNT.split(text)[0]}"
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


CONFIG_KEPT = "%s\nthis config is not used; the one read before stays in force"
"""What the log says of a config that can't be taken over, with the ``words`` for it."""


def words(error: SyncdError | OSError, if_read_only: str = "") -> str:
    """What *error* says, for people: of a file, which, and what is the matter with it.

    *if_read_only* says what to do where a folder is read-only.
    """
    text = str(error)
    if isinstance(error, OSError) and error.strerror:
        text = f"{error.filename}: {error.strerror}" if error.filename else error.strerror
    return f"{text}; {if_read_only}" if if_read_only and is_read_only(error) else text


def is_read_only(error: SyncdError | OSError) -> bool:
    """Whether *error* is of a place that nobody can write: its disk is mounted so, or a sandbox has it so."""
    cause = error if isinstance(error, OSError) else error.__cause__
    return isinstance(cause, OSError) and cause.errno == errno.EROFS


def met(known: Faults, found: Found, now: datetime) -> Faults:
    """After a cycle that *found* stopped: of the others nothing new is known."""
    others = tuple(fault for fault in known.there if fault.name != found.name)
    fault = _again(known, found, now)
    return Faults((*others, _noted(fault, now)), _news([fault], now), alarming=_alarms([fault], now))


def left(known: Faults, found: Iterable[Found], now: datetime) -> Faults:
    """After a cycle that came to its end: what it *found* on the way is all there is.

    What was said, and was not found, is kept in mind until it is plain that it is over.
    """
    there = [_again(known, one, now) for one in {one.name: one for one in found}.values()]
    names = {fault.name for fault in there}
    gone = [
        replace(fault, well=fault.well + 1, mended=fault.mended or now)
        for fault in known.there
        if fault.said and fault.name not in names
    ]
    kept = [fault for fault in gone if not _is_over(fault)]
    over = tuple(fault for fault in gone if _is_over(fault))
    return Faults((*kept, *(_noted(fault, now) for fault in there)), _news(there, now), over)


def _is_over(fault: Fault) -> bool:
    """Whether it is plain: with a sign-in that is taken it is at once."""
    return fault.well >= (1 if fault.name == SignInNeeded.__name__ else CALM)


def is_lasting(fault: Fault, now: datetime) -> bool:
    """Whether *fault* was met by more than one cycle, and some minutes ago already."""
    return fault.tries >= BRIEF_TRIES and _age(fault, now) >= BRIEF


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
            return replace(told, tries=fault.tries + 1, well=0, mended=None)
    return Fault(found.name, found.text, found.passing, now, brief=found.brief)


def _lasts(fault: Fault, now: datetime) -> bool:
    if fault.passing:
        return fault.tries >= BLIP_TRIES and _age(fault, now) >= BLIP
    return not fault.brief or is_lasting(fault, now)


def _age(fault: Fault, now: datetime) -> timedelta:
    return now.astimezone(UTC) - fault.since.astimezone(UTC)


def _noted(fault: Fault, now: datetime) -> Fault:
    """*fault* once everything there is to say now is said."""
    return replace(fault, said=fault.said or _lasts(fault, now), shown=fault.shown or _is_for_a_person(fault, now))


def _is_for_a_person(fault: Fault, now: datetime) -> bool:
    """Whether nobody but a person mends *fault*; of what is on this machine only time tells."""
    return not fault.passing and (fault.name == SignInNeeded.__name__ or is_lasting(fault, now))


def _alarms(faults: Iterable[Fault], now: datetime) -> tuple[Fault, ...]:
    return tuple(fault for fault in faults if not fault.shown and _is_for_a_person(fault, now))


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
