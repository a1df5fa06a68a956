"""What a back end owes syncd: three protocols, with their duties in prose. ``tests/contract`` holds them to it.

Cursors are opaque text of the back end's own; the caller stores each in one transaction with what came with it, and
hands back the last one it stored, or None for a first or full pull. A back end never keeps state of its own that a
caller would need, reads no clock and no config, and raises only the errors of ``syncd.errors``:

* ``Unreachable`` when the service can't be reached now; ``SignInNeeded`` when it refuses us;
* ``Absurd`` when what was there is suddenly not (a folder that vanished: probably not mounted);
* ``BadInput`` when the source as a whole can't be read.

A single broken event or message is never an error: it is left out, and ``warnings`` names it (file, and UID or
Message-ID).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Protocol

from syncd.interest import Interest
from syncd.model import Ended, Entry, Event, Message


class Clock(Protocol):
    """What long work goes by: it waits where a service says so, and lets itself be stopped between two operations."""

    def monotonic(self) -> float:
        """Seconds from some moment on, never set back."""
        ...

    def pause(self, seconds: float) -> None:
        """Let so much time pass. Raises ``Stopped`` where the process is asked to end meanwhile."""
        ...

    def checkpoint(self) -> None:
        """Mark that one operation is whole and the next may begin: a supervisor sees that there is progress.

        Raises ``Stopped`` where the process is asked to end.
        """
        ...


@dataclass(slots=True)
class Traffic:
    """What the back ends of an account have asked of services so far, counted as it happens.

    ``calendar`` and ``mail`` are requests over the wire, without those that only refresh a sign-in; ``gmail_units`` is
    what Gmail counts them as (https://developers.google.com/workspace/gmail/api/reference/quota).
    """

    calendar: int = 0
    mail: int = 0
    gmail_units: int = 0


@dataclass(frozen=True, slots=True)
class EventChanges:
    """What changed in a calendar since a cursor.

    ``changed`` maps each changed resource to all events it holds now (none for one that holds no usable event);
    ``gone`` names resources that are no longer there. With ``complete``, ``changed`` is everything there is, and
    whatever the caller knows beyond it is gone.
    """

    cursor: str
    changed: Mapping[str, tuple[Event, ...]] = field(default_factory=dict)
    gone: frozenset[str] = frozenset()
    complete: bool = False
    warnings: tuple[str, ...] = ()


class CalendarSource(Protocol):
    """A calendar that is only read."""

    @property
    def name(self) -> str:
        """A stable name, unique among the sources of an account (a path, a calendar id)."""
        ...

    def pull(self, cursor: str | None, since: datetime, until: datetime) -> EventChanges:
        """Read what changed since *cursor*.

        Recurring events are expanded into occurrences that touch [*since*, *until*). A full pull may leave out single
        events that ended before *since*; otherwise single events are given whatever their time. Pulling twice with the
        cursor of the first pull gives no change, at the cost of a look (a stat of each file, a request).
        """
        ...


@dataclass(frozen=True, slots=True)
class MailChanges:
    """Messages that concern the interviews and that this cursor had not brought.

    A message may come again (moved, copied, re-read); its id tells. What is gone from the mailbox stays a fact.
    ``complete`` is True once the whole of the time window has been looked at. ``looked_at`` counts headers read.
    """

    cursor: str
    messages: tuple[Message, ...] = ()
    complete: bool = True
    warnings: tuple[str, ...] = ()
    looked_at: int = 0


class MailSource(Protocol):
    """A mailbox that is only read: drafts, spam, trash and chats are left out."""

    @property
    def name(self) -> str:
        """A stable name, unique among the sources of an account."""
        ...

    def pull(self, cursor: str | None, interest: Interest) -> MailChanges:
        """Read the new messages that *interest* wants.

        Where it changed since *cursor*, older ones that it wants now too.

        Headers decide; the body of other mail is read only where it can't be had apart (what a search has found), and
        never given. Threads are followed: a message that refers to a wanted one is wanted.
        """
        ...


@dataclass(frozen=True, slots=True)
class ReminderChanges:
    """What changed among our own reminders since a cursor; events that aren't ours are never in it.

    ``ended`` are reminders that are no longer there, with who ended them where the back end can tell; ``gone`` are ids
    that disappeared and of which it can't (unless the caller removed them, the person did). With ``complete``,
    ``entries`` and ``ended`` are everything there is. ``vanished`` are ids that the calendar's own memory has as
    standing and that are gone, whether the caller knew of them or not: many at once are no deletion but an accident.
    """

    cursor: str
    entries: tuple[Entry, ...] = ()
    ended: tuple[Ended, ...] = ()
    gone: frozenset[str] = frozenset()
    vanished: frozenset[str] = frozenset()
    complete: bool = False
    warnings: tuple[str, ...] = ()


class ReminderCalendar(Protocol):
    """The calendar that reminders are written to, and that other programs and the person write to as well.

    Each write is atomic and conditional: it takes effect wholly, or raises ``Conflict`` because the entry isn't what
    the caller last read. Nothing is ever sent to anybody, and nothing that isn't ours is touched.
    """

    @property
    def name(self) -> str:
        """A stable name (a path, a calendar id)."""
        ...

    @property
    def memory(self) -> Path | None:
        """The file beside the reminders that tells deleted ones from those that never were; None where none is needed.

        Whoever deletes it starts over.
        """
        ...

    def pull(self, cursor: str | None, since: datetime | None = None) -> ReminderChanges:
        """Read what changed since *cursor*.

        A complete listing may leave out what ended before *since*; without it, it is everything there is. Entries whose
        id doesn't derive from their key are the person's own copies. One that lost its marks to another program comes
        with those last written.
        """
        ...

    def remember(self, entries: Iterable[Entry], ended: Iterable[Ended]) -> None:
        """Note what the caller knows to stand and to have ended, where the calendar's own memory lacks it.

        So that what the person once dismissed outlives the loss of either memory. What the calendar knows better
        stays.
        """
        ...

    def create(self, entry: Entry) -> Entry:
        """Write a new reminder under ``entry.event_id`` and return it as stored.

        Raises ``Conflict`` where that id was ever used.
        """
        ...

    def update(self, old: Entry, new: Entry) -> Entry:
        """Change *old*, as last read, into *new* in place, and return it as stored.

        Only fields that differ between the two are touched; properties that syncd doesn't know stay. Raises
        ``Conflict`` where it changed or went since.
        """
        ...

    def delete(self, entry: Entry) -> None:
        """Remove *entry*, as last read, as syncd's own doing. Already gone is fine; changed raises ``Conflict``."""
        ...
