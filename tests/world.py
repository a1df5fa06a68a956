"""A small world for tests of the core: builders of facts, and a job search over the back ends in memory."""

from __future__ import annotations

import copy
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import TypeVar
from zoneinfo import ZoneInfo

import icalendar

from syncd.backends.local_reminders import LocalReminders
from syncd.backends.memory import MemoryCalendar, MemoryMail, MemoryReminders
from syncd.cycle import Outcome, cycle
from syncd.errors import SyncdError
from syncd.model import Account, Attendee, Direction, Ended, Entry, Event, Message, Person, PersonMark
from syncd.ports import ReminderChanges
from syncd.pull import Sources
from syncd.settings import Rules, Settings, User, WorkingHours
from syncd.standing import Standing, standing
from syncd.store import Damaged, Store, move_aside, open_store
from tests.contract.ical_world import FileReminderWorld

T = TypeVar("T")

ME = Person("Sam Field", "sam@mail.example")
ADA = Person("Ada Berg", "ada@northwind.example")
BEN = Person("Ben Lind", "ben@northwind.example")
CLEO = Person("Cleo Marsh", "cleo@fabrikam.example")
LONDON = ZoneInfo("Europe/London")

TEXTS = {
    "thank_you": "Thank you for taking the time to speak with me. I enjoyed our conversation.",
    "follow_up": "I wanted to follow up on my interview and ask whether there is any news about the next steps.",
    "rejection_reply": "Thank you for letting me know about your decision. Could you give me some feedback on my interview?",
    "withdrawal": "I am writing to withdraw my application for the position.",
    "other": "Please find the list of my travel expenses attached.",
    "reply": "Thanks for your note. We are still discussing internally and I will get back to you.",
    "rejection": "Unfortunately, we have decided to move forward with other candidates.",
    "offer": "We are delighted to offer you the position. Your contract is attached.",
    "invitation": "We would like to invite you to a second interview. When are you available?",
    "automatic": "Your message was received. This is an automatic answer.",
}
SENT = frozenset({"thank_you", "follow_up", "rejection_reply", "withdrawal", "other"})


def at(text: str, zone: ZoneInfo = LONDON) -> datetime:
    """``2026-03-10 09:00`` on the wall clock of *zone*."""
    return datetime.fromisoformat(text).replace(tzinfo=zone)


def a_user(zone: ZoneInfo = LONDON, country: str = "", hours: tuple[time, time] = (time(9), time(17))) -> User:
    return User(Account(ME.email, name=ME.name), zone, country, hours=WorkingHours(*hours))


def some_settings(zone: ZoneInfo = LONDON, *, rules: Rules | None = None, country: str = "") -> Settings:
    return Settings(
        a_user(zone, country), calendar_backend="local", mail_backend="local", rules=rules or Rules()
    )  # fmt: skip


def an_interview(
    uid: str,
    start: datetime,
    company: str = "Northwind",
    people: tuple[Person, ...] = (ADA,),
    *,
    minutes: int = 60,
    title: str = "",
    **more: object,
) -> Event:
    end = (start.astimezone(UTC) + timedelta(minutes=minutes)).astimezone(start.tzinfo)
    attendees = [Attendee(p, status="accepted") for p in (*people, ME)]
    event = Event(
        source="calendar",
        href=uid,
        uid=uid,
        start=start,
        end=end,
        title=title or f"Interview with {company}",
        event_id=uid,
        organizer=people[0] if people else None,
        attendees=tuple(attendees),
    )
    return replace(event, **more)


def a_mail(
    mail_id: str,
    moment: datetime,
    kind: str,
    who: Person = ADA,
    *,
    text: str = "",
    subject: str = "The interview",
    answers: tuple[str, ...] = (),
) -> Message:
    """A message that is surely read as *kind*."""
    sent = kind in SENT
    return Message(
        id=mail_id,
        date=moment,
        direction=Direction.SENT if sent else Direction.RECEIVED,
        sender=ME if sent else who,
        recipients=(who,) if sent else (ME,),
        subject=subject,
        references=answers,
        headers=(("auto-submitted", "auto-replied"),) if kind == "automatic" else (),
        text=text or TEXTS[kind],
    )


def promising(day: date) -> str:
    """A person's word that names *day*."""
    return f"You will hear from us by {day:%A} {day.day} {day:%B %Y}."


class Crash(SyncdError):
    """The process died there."""


class FragileStore(Store):
    """A store that can lose the process at the nth transaction: before it takes effect, or after."""

    countdown = 0
    after = False

    @contextmanager
    def transaction(self) -> Iterator[None]:
        outermost = not self._sql.in_transaction
        due = False
        if outermost and self.countdown:
            self.countdown -= 1
            due = self.countdown == 0
        with super().transaction():
            yield
            if due and not self.after:
                raise Crash("the store was about to write")
        if due:
            raise Crash("the store had written")


@dataclass
class World:
    """One job search under way. ``now`` moves only when a test says so."""

    now: datetime
    settings: Settings = field(default_factory=some_settings)
    calendar: MemoryCalendar = field(default_factory=MemoryCalendar)
    mail: MemoryMail = field(default_factory=MemoryMail)
    marks: tuple[PersonMark, ...] = ()
    folder: tempfile.TemporaryDirectory[str] = field(default_factory=tempfile.TemporaryDirectory)
    sign_in_ends: datetime | None = None

    def __post_init__(self) -> None:
        self.reminders: MemoryReminders | FileReminders = MemoryReminders(self.now)
        self.store: Store = FragileStore(open_store(self.path)._sql)
        self.number = 0

    @property
    def path(self) -> Path:
        return Path(self.folder.name) / "state.db"

    @property
    def zone(self) -> ZoneInfo:
        return self.settings.user.zone

    def close(self) -> None:
        self.store.close()
        self.folder.cleanup()

    @property
    def sources(self) -> Sources:
        return Sources((self.calendar,), (self.mail,), self.reminders, sign_in_ends=self.sign_in_ends)

    def cycle(self, now: datetime | None = None, **how: bool) -> Outcome:
        self.now = self.reminders.now = now or self.now
        return cycle(self.store, self.sources, self.settings, self.marks, self.now, **how)

    def twin(self) -> World:
        """The same world, which from now on goes its own way."""
        other = copy.copy(self)
        other.calendar, other.mail, other.reminders = copy.deepcopy((self.calendar, self.mail, self.reminders))
        other.store = self.store.rehearsal()
        return other

    def lose_store(self, damage: bytes | None = None) -> None:
        """Lose the store, or have its file start with *damage*."""
        self.store.close()
        for part in self.path.parent.glob("state.db*"):
            part.unlink()
        if damage is not None:
            self.path.write_bytes(damage)
        self.store = FragileStore(self._opened()._sql)

    def _opened(self) -> Store:
        try:
            return open_store(self.path)
        except Damaged:
            move_aside(self.path, "now")
            return open_store(self.path)

    def crash_at(self, write: int, *, of_store: bool, after: bool) -> None:
        """Have the process die at a write to come."""
        if of_store:
            self.store.countdown, self.store.after = write, after
        else:
            self.reminders.fail(write, after=after, error=Crash("the sink"))

    def mend(self) -> None:
        """No crash is under way any more."""
        self.store.countdown = 0
        self.reminders._faults.clear()

    # -- what stands

    @property
    def standing(self) -> tuple[Standing, ...]:
        return standing(self.reminders.entries)

    @property
    def open(self) -> tuple[Standing, ...]:
        return tuple(s for s in self.standing if s.open)

    def one(self, rule: str) -> Entry:
        """The only reminder of *rule* that stands."""
        (found,) = [s.entry for s in self.standing if s.marks.rule == rule]
        return found

    def one_of(self, rule: str, company: str) -> Entry:
        """The only one whose text names *company*."""
        (found,) = [s.entry for s in self.standing if s.marks.rule == rule and company in s.entry.text]
        return found

    def shown(self) -> list[str]:
        """The open reminders as ``rule 2026-03-10 09:00``."""
        return sorted(
            f"{s.marks.rule} {s.entry.start:%Y-%m-%d}"
            if s.entry.all_day
            else f"{s.marks.rule} {s.entry.start.astimezone(self.zone):%Y-%m-%d %H:%M}"
            for s in self.open
        )


class FileReminders:
    """Reminders in real files (a vdir or one .ics) with the hands of the person and the accidents of ``MemoryReminders``."""

    def __init__(self, path: Path, zone: ZoneInfo, now: datetime) -> None:
        self.path, self.zone, self.now = path, zone, now
        self.writes = 0
        self._faults: list[tuple[int, bool, SyncdError]] = []

    @property
    def name(self) -> str:
        return "files"

    @property
    def _real(self) -> LocalReminders:
        return LocalReminders(self.path, self.zone, self.now)

    @property
    def memory(self) -> Path:
        return self._real.memory

    def pull(self, cursor: str | None, since: datetime | None = None) -> ReminderChanges:
        return self._real.pull(cursor)

    def remember(self, entries: Iterable[Entry], ended: Iterable[Ended]) -> None:
        self._real.remember(entries, ended)

    def create(self, entry: Entry) -> Entry:
        return self._write(lambda real: real.create(entry))

    def update(self, old: Entry, new: Entry) -> Entry:
        return self._write(lambda real: real.update(old, new))

    def delete(self, entry: Entry) -> None:
        self._write(lambda real: real.delete(entry))

    def fail(self, nth: int = 1, *, after: bool = False, error: SyncdError) -> None:
        """Let the *nth* write fail in its middle: just before, or after, the ledger notes it; without a note, when it is done."""
        self._faults.append((nth, after, error))

    def _write(self, write: Callable[[LocalReminders], T]) -> T:
        self._faults = [(nth - 1, after, error) for nth, after, error in self._faults]
        real = self._real
        due = [(after, error) for nth, after, error in self._faults if nth == 0]
        for after, error in due:
            for name in ("wrote", "ending"):
                setattr(real._ledger, name, _failing(getattr(real._ledger, name), error, after=after))
        written = write(real)
        self.writes += 1
        for _, error in due:
            raise error
        return written

    # -- what the person does, with another program

    @property
    def entries(self) -> tuple[Entry, ...]:
        return tuple(sorted(self.pull(None).entries, key=lambda e: (e.start, e.event_id)))

    @property
    def _hands(self) -> FileReminderWorld:
        return FileReminderWorld(self.path)

    def edit(self, event_id: str, **changes: object) -> None:
        self._hands.edit(event_id, **changes)

    def move(self, event_id: str, start: datetime) -> None:
        entry = next(e for e in self.entries if e.event_id == event_id)
        length = entry.end.astimezone(UTC) - entry.start.astimezone(UTC)
        if entry.all_day:
            self.edit(event_id, start=start.date(), end=(start + timedelta(days=1)).date())
        else:
            self.edit(event_id, start=start.astimezone(UTC), end=start.astimezone(UTC) + length)

    def dismiss(self, event_id: str) -> None:
        self._hands.dismiss(event_id)

    def copy(self, event_id: str, copy_id: str) -> None:
        self._hands.copy(event_id, copy_id)

    def restore(self, entry: Entry) -> None:
        """Write an event of the person's own."""
        event = icalendar.Event()
        for name, value in (
            ("uid", entry.event_id),
            ("summary", entry.title),
            ("dtstart", entry.start.astimezone(UTC)),
            ("dtstamp", entry.start.astimezone(UTC)),
        ):
            event.add(name, value)
        single = self._hands.single
        calendar = (
            icalendar.Calendar.from_ical(self.path.read_bytes())
            if single and self.path.exists()
            else icalendar.Calendar()
        )
        calendar.add_component(event)
        path = self.path if single else self.path / f"{entry.event_id}.ics"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(calendar.to_ical())

    def theirs(self, ours: set[str]) -> list[bytes]:
        """The events of others, as they stand in the files."""
        paths = [self.path] if self._hands.single else sorted(self.path.glob("*.ics"))
        events = [e for p in paths if p.exists() for e in icalendar.Calendar.from_ical(p.read_bytes()).walk("VEVENT")]
        return sorted(e.to_ical() for e in events if str(e["uid"]) not in ours)

    def __deepcopy__(self, memo: object) -> FileReminders:
        other = FileReminders(Path(tempfile.mkdtemp(dir=self.path.parent.parent)) / self.path.name, self.zone, self.now)
        for name in (self.path.name, f"{self.path.name}.syncd"):
            part = self.path.with_name(name)
            if part.is_dir():
                shutil.copytree(part, other.path, dirs_exist_ok=True)
            elif part.exists():
                shutil.copy2(part, other.path.with_name(name))
        return other


def _failing(call: Callable[..., None], error: SyncdError, *, after: bool) -> Callable[..., None]:
    """The ledger's *call*, which dies before or after it; to note nothing is no write."""

    def fail(*what: object) -> None:
        if after or not what:
            call(*what)
        if what:
            raise error

    return fail
