"""Back ends in memory: the reference for what the ports mean, for tests of the core and for rehearsals.

They hold to the same suites as the real ones (``tests/contract``). Beyond the ports they have what lets a test play the
person and the accidents: edits, deletions, copies, and writes that fail.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field, fields, replace
from datetime import datetime, timedelta
from typing import Any

from syncd import marks
from syncd.errors import Absurd, Conflict, SyncdError, Unreachable
from syncd.interest import Interest
from syncd.model import Ended, Entry, Event, Message
from syncd.ports import EventChanges, MailChanges, ReminderChanges


class MemoryCalendar:
    """A calendar source (``syncd.ports.CalendarSource``): resources by href, each with its events, expanded."""

    def __init__(self, name: str = "memory") -> None:
        self._name = name
        self._version = 0
        self._held: dict[str, tuple[int, tuple[Event, ...]]] = {}
        self._absent = False

    @property
    def name(self) -> str:
        """As given."""
        return self._name

    def put(self, *events: Event, href: str = "") -> None:
        """Have *events* as all that the resource *href* (the first one's, else its uid) holds."""
        where = href or events[0].href or events[0].uid
        self._version += 1
        held = tuple(replace(event, source=self._name, href=where) for event in events)
        self._held[where] = self._version, held

    def remove(self, href: str) -> None:
        """Delete a resource."""
        self._version += 1
        del self._held[href]

    def vanish(self) -> None:
        """Be gone, as a folder that isn't mounted is."""
        self._absent = True

    def pull(self, cursor: str | None, since: datetime, until: datetime) -> EventChanges:
        """As the port says. The cursor: the version, the window, and what was there."""
        if self._absent:
            raise Absurd(f"{self._name} is gone")
        window = [since.isoformat(), until.isoformat()]
        version, known, known_window = json.loads(cursor) if cursor else (0, [], window)
        changed = {
            href: tuple(event for event in events if _touches(event, since, until))
            for href, (at, events) in self._held.items()
            if at > version or (window != known_window and any(event.recurrence_id for event in events))
        }
        return EventChanges(
            cursor=json.dumps([self._version, sorted(self._held), window]),
            changed=changed,
            gone=frozenset(known) - self._held.keys(),
            complete=cursor is None,
        )


def _touches(event: Event, since: datetime, until: datetime) -> bool:
    """Whether it is single, or an occurrence in [*since*, *until*)."""
    return not event.recurrence_id or (event.start < until and (event.end > since or event.start >= since))


class MemoryMail:
    """A mail source (``syncd.ports.MailSource``) over a list of messages, in the order in which they arrived."""

    def __init__(self, name: str = "memory") -> None:
        self._name = name
        self._messages: list[Message] = []

    @property
    def name(self) -> str:
        """As given."""
        return self._name

    def add(self, *messages: Message) -> None:
        """Let them arrive."""
        self._messages += messages

    def pull(self, cursor: str | None, interest: Interest) -> MailChanges:
        """As the port says. The cursor: what the interest was, how many were looked at, and which were given."""
        digest, looked_at, given = json.loads(cursor) if cursor else ("", 0, [])
        again = digest != interest.digest
        wanted = self._wanted(interest, {*given, *interest.messages})
        new = [m for m in self._messages if m.id in wanted and m.id not in given]
        return MailChanges(
            cursor=json.dumps([interest.digest, len(self._messages), sorted({*given, *wanted})]),
            messages=tuple(dict.fromkeys(new)),
            looked_at=len(self._messages) if again else len(self._messages) - looked_at,
        )

    def _wanted(self, interest: Interest, known: set[str]) -> set[str]:
        """Whom the headers or a thread lead to, until a thread leads to nobody new."""
        wanted: set[str] = set()
        within = [message for message in self._messages if message.date >= interest.since]
        while True:
            threads = replace(interest, messages=frozenset(known | wanted))
            more = {m.id for m in within if m.id not in wanted and _concerns(m, threads)}
            if not more:
                return wanted
            wanted |= more


def _concerns(message: Message, interest: Interest) -> bool:
    people = [message.sender, *message.recipients, *([message.reply_to] if message.reply_to else [])]
    return interest.wants(people, message.subject, message.references)


@dataclass(slots=True)
class _Fault:
    countdown: int
    after: bool
    error: SyncdError


@dataclass(slots=True)
class _Slot:
    """An id that was ever used: its entry, or how it ended; the version of its last change; the marks last written."""

    version: int
    entry: Entry | None
    ended: Ended | None = None
    marks: tuple[tuple[str, str], ...] = ()

    def read(self) -> Entry | None:
        """The entry, with the marks last written where it lost its own."""
        return replace(self.entry, marks=self.entry.marks or self.marks) if self.entry else None


@dataclass(slots=True)
class MemoryReminders:
    """A reminder calendar (``syncd.ports.ReminderCalendar``) that knows who ended what.

    ``now`` is what entries get as ``modified``; set it as time goes by. ``writes`` counts what took effect through the
    port.
    """

    now: datetime
    name: str = "memory"
    writes: int = 0
    _version: int = 0
    _slots: dict[str, _Slot] = field(default_factory=dict)
    _absent: bool = False
    _faults: list[_Fault] = field(default_factory=list)

    @property
    def memory(self) -> None:
        """None: it remembers itself."""
        return

    def remember(self, entries: Iterable[Entry], ended: Iterable[Ended]) -> None:
        """Nothing to note: its own memory lacks nothing."""

    def pull(self, cursor: str | None, since: datetime | None = None) -> ReminderChanges:  # noqa: ARG002 - it gives all
        """As the port says."""
        if self._absent:
            raise Absurd(f"{self.name} is gone")
        version = int(cursor) if cursor else 0
        changed = [slot for slot in self._slots.values() if slot.version > version]
        return ReminderChanges(
            cursor=str(self._version),
            entries=tuple(entry for slot in changed if (entry := slot.read()) and _ours(entry)),
            ended=tuple(slot.ended for slot in changed if slot.ended),
            complete=cursor is None,
        )

    def create(self, entry: Entry) -> Entry:
        """As the port says."""
        with_fault = self._next_fault()
        if entry.event_id in self._slots:
            raise Conflict(f"{entry.event_id} was used before")
        stored = self._store(entry, wrote=True)
        self._wrote(with_fault)
        return stored

    def update(self, old: Entry, new: Entry) -> Entry:
        """As the port says."""
        with_fault = self._next_fault()
        standing = self._as_read(old)
        if standing is None:
            raise Conflict(f"{old.event_id} is gone since it was read")
        changes = {name: getattr(new, name) for name in _CONTENT if getattr(old, name) != getattr(new, name)}
        if not changes:
            return standing
        stored = self._store(replace(standing, **changes), wrote=True)
        self._wrote(with_fault)
        return stored

    def delete(self, entry: Entry) -> None:
        """As the port says."""
        with_fault = self._next_fault()
        if self._as_read(entry) is not None:
            self._end(entry.event_id, by_person=False)
            self._wrote(with_fault)

    # --- what a test does

    def entry(self, event_id: str) -> Entry:
        """What stands under that id. Raises ``KeyError`` where nothing does."""
        entry = self._slots[event_id].entry
        if entry is None:
            raise KeyError(event_id)
        return entry

    @property
    def entries(self) -> tuple[Entry, ...]:
        """All that stand, by start."""
        standing = (slot.entry for slot in self._slots.values() if slot.entry)
        return tuple(sorted(standing, key=lambda entry: (entry.start, entry.event_id)))

    def edit(self, event_id: str, **changes: Any) -> Entry:  # noqa: ANN401 - any field of Entry
        """The person changes fields of an entry."""
        return self._store(replace(self.entry(event_id), **changes))

    def move(self, event_id: str, start: datetime) -> Entry:
        """The person moves it; it lasts as long as before."""
        entry = self.entry(event_id)
        return self.edit(event_id, start=start, end=start + (entry.end - entry.start))

    def dismiss(self, event_id: str) -> None:
        """The person deletes it."""
        self._end(event_id, by_person=True)

    def strip(self, event_id: str) -> None:
        """A program that doesn't know our marks drops them."""
        self.edit(event_id, marks=())

    def restore(self, entry: Entry) -> None:
        """The person takes a deletion back."""
        self._store(entry)

    def copy(self, event_id: str, copy_id: str) -> None:
        """The person makes a copy, marks and all, which is their own."""
        self._store(replace(self.entry(event_id), event_id=copy_id))

    def vanish(self) -> None:
        """Be gone, as a folder that isn't mounted is."""
        self._absent = True

    def fail(self, nth: int = 1, *, after: bool = False, error: SyncdError | None = None) -> None:
        """Let the *nth* write from now fail, once: before it takes effect, or after (when only the answer is lost)."""
        self._faults.append(_Fault(nth, after, error or Unreachable(f"{self.name} can't be reached")))

    # --- within

    def _next_fault(self) -> _Fault | None:
        due = None
        for fault in self._faults:
            fault.countdown -= 1
            if fault.countdown == 0:
                due = fault
        self._faults = [fault for fault in self._faults if fault.countdown > 0]
        if due and not due.after:
            raise due.error
        return due

    def _wrote(self, fault: _Fault | None) -> None:
        self.writes += 1
        if fault:
            raise fault.error

    def _as_read(self, entry: Entry) -> Entry | None:
        slot = self._slots.get(entry.event_id)
        if slot is None or slot.entry is None:
            return None
        if slot.entry.etag != entry.etag:
            raise Conflict(f"{entry.event_id} changed since it was read")
        return slot.read()

    def _store(self, entry: Entry, *, wrote: bool = False) -> Entry:
        self._version += 1
        end = entry.end if entry.end > entry.start else entry.start + timedelta(days=entry.all_day)
        stored = replace(entry, end=end, etag=str(self._version), href=entry.event_id, modified=self.now)
        last = self._slots.get(entry.event_id)
        written = stored.marks if wrote or last is None else last.marks
        self._slots[entry.event_id] = _Slot(self._version, stored, marks=written)
        return stored

    def _end(self, event_id: str, *, by_person: bool) -> None:
        last = self._slots[event_id]
        read = marks.from_pairs(self.entry(event_id).marks or last.marks)
        self._version += 1
        ended = None
        if read is not None and read.event_id == event_id:
            ended = Ended(event_id, read.key, read.rule, read.cause, read.generation, by_person)
        self._slots[event_id] = _Slot(self._version, None, ended, last.marks)


_CONTENT = [f.name for f in fields(Entry) if f.name not in ("event_id", "etag", "href", "modified")]


def _ours(entry: Entry) -> bool:
    read = marks.from_pairs(entry.marks)
    return read is not None and read.event_id == entry.event_id
