"""A job search for a soak: what employers, the mailbox and the person do, drawn from a seed, with the model's own book."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from syncd.backends.memory import MemoryCalendar, MemoryMail, MemoryReminders
from syncd.errors import SyncdError
from syncd.interest import Interest
from syncd.model import Person
from syncd.ports import EventChanges, MailChanges, ReminderChanges
from syncd.settings import Settings
from tests.laws import LAWS, Book
from tests.test_model import JobSearch
from tests.world import World, a_mail, an_interview, promising

NAMES = tuple(
    f"{first} {second}"
    for second in ("Mills", "Foods", "Tiles", "Looms", "Boats", "Press", "Pianos", "Glass")
    for first in ("Amber", "Beacon", "Cobalt", "Delta", "Ember", "Fjord", "Garnet", "Heron", "Ivory", "Juniper")
)
FIRST = ("Ada", "Ben", "Cleo", "Dan", "Eve", "Finn", "Gwen", "Hal", "Ida", "Jon")
LAST = ("Berg", "Lind", "Marsh", "Stone", "Wells", "Rye", "Holt", "Vance")


class Calendar(MemoryCalendar):
    """One that may be out of reach."""

    trouble: SyncdError | None = None

    def pull(self, cursor: str | None, since: datetime, until: datetime) -> EventChanges:
        if self.trouble:
            raise self.trouble.with_traceback(None)
        return super().pull(cursor, since, until)


class Mailbox(MemoryMail):
    """One that may be out of reach, and that looks at nothing twice, as real ones don't."""

    trouble: SyncdError | None = None
    _looked: tuple[object, ...] = ()

    def pull(self, cursor: str | None, interest: Interest) -> MailChanges:
        if self.trouble:
            raise self.trouble.with_traceback(None)
        seen = (cursor, interest.digest, interest.since <= self._since, len(self._messages))
        if cursor is not None and seen == self._looked:
            return MailChanges(cursor)
        changes = super().pull(cursor, interest)
        self._since = interest.since
        self._looked = (changes.cursor, interest.digest, True, len(self._messages))
        return changes

    _since = datetime.min.replace(tzinfo=UTC)


@dataclass
class Reminders(MemoryReminders):
    """A calendar for reminders that may be out of reach."""

    trouble: SyncdError | None = field(default=None)

    def pull(self, cursor: str | None, since: datetime | None = None) -> ReminderChanges:
        if self.trouble:
            raise self.trouble.with_traceback(None)
        return MemoryReminders.pull(self, cursor, since)


class Search(JobSearch):
    """The job search of the stateful model, with as many companies as a year has, and its happenings by chance."""

    def __init__(self, seed: int, start: datetime, settings: Settings) -> None:
        super().__init__()
        self.chance = random.Random(seed)
        self.days_between = 25
        """From one company to the next, about."""
        self.people: dict[str, Person] = {}
        self.world = World(start, settings, Calendar("calendar"), Mailbox("mail"))
        self.world.reminders = Reminders(start)
        self.book, self.number, self.own = Book(), 0, []
        self.since = start - settings.rules.lookback
        self.moments, self.written, self.shelf, self.deleted_interviews = {}, {}, {}, set()

    def cycle(self) -> None:
        """The daemon runs those."""

    def laws_hold(self) -> None:
        """After a cycle that read everything, by a clock that is right."""
        self.book.learn(self.world)
        for law in LAWS:
            law(self.world, self.book)
        self.written |= {
            s.entry.event_id: s.entry.start for s in self.world.standing if s.entry.event_id not in self.book.starts
        }

    def add_interview(self, name: str, ahead: float, minutes: int) -> str:
        person = self.people.setdefault(name, self.somebody(name))
        uid = self.next("interview-")
        start = (self.world.now.astimezone(UTC) + timedelta(hours=ahead)).astimezone(self.world.zone)
        self._put(an_interview(uid, start, name, (person,), minutes=minutes, created=self.world.now), name)
        return uid

    def _mail(self, name: str, kind: str, text: str = "") -> None:
        message = a_mail(self.next("mail-"), self.world.now, kind, self.people[name], text=text)
        self.world.mail.add(message)
        self.book.company_of[message.id] = name
        self.moments[message.id] = message.date
        if kind in {"invitation", "offer"}:
            self.book.over.discard(name)
        known = [u for u, e in self.book.events.items() if self.book.company_of[u] == name and e.end >= self.since]
        if kind in {"rejection", "offer", "withdrawal"} and known:
            self.book.over.add(name)

    def somebody(self, company: str) -> Person:
        """Whom one talks to there."""
        number = len(self.people)
        name = f"{FIRST[number % len(FIRST)]} {LAST[number // len(FIRST)]}"
        return Person(name, f"{name.replace(' ', '.').lower()}@{company.replace(' ', '').lower()}.example")

    # -- by chance

    def a_day(self, day: datetime) -> list[tuple[timedelta, object]]:
        """What happens on a day, as time after its beginning and what to call then."""
        happenings = []
        if self.chance.random() < 1 / self.days_between and len(self.people) < len(NAMES):
            happenings += self._an_opportunity(NAMES[len(self.people)])
        if self.chance.random() < 0.3:
            happenings.append((self._some(timedelta(days=1)), self._touch))
        return happenings

    def _some(self, longest: timedelta) -> timedelta:
        return timedelta(seconds=int(longest.total_seconds() * self.chance.random()))

    def _an_opportunity(self, name: str) -> list[tuple[timedelta, object]]:
        """Of one company: an interview soon, and what is written about it."""
        chance, day = self.chance, timedelta(days=1)
        invited, ahead = self._some(day), 20 + self._some(8 * day) / timedelta(hours=1)
        held = invited + timedelta(hours=ahead + 1)
        self.people[name] = self.somebody(name)
        uids: list[str] = []

        def changed(change: str) -> None:
            {
                "moved": lambda: self._of(uids, lambda n: self.move_interview(n, 30)),
                "cancelled": lambda: self._of(uids, self.cancel_interview),
                "declined": lambda: self._of(uids, self.decline_interview),
                "deleted": lambda: self._of(uids, self.delete_interview),
                "noted": lambda: self._of(uids, lambda n: self.write_into_interview(n, "hear back by Friday")),
            }[change]()

        happenings: list[tuple[timedelta, object]] = [
            (invited, lambda: uids.append(self.add_interview(name, ahead, chance.choice((30, 60, 240)))))
        ]
        for likely, after, within, what in (
            (0.5, invited, timedelta(hours=ahead), lambda: changed(chance.choice(("moved", "cancelled", "declined", "deleted")))),
            (0.3, held, day, lambda: changed("noted")),
            (0.6, held, 2 * day, lambda: self.mail(name, "thank_you")),
            (0.2, invited, 9 * day, lambda: self.mail(name, "automatic")),
            (0.2, held, 9 * day, lambda: self.mail(name, "other")),
            (0.4, held + 2 * day, 9 * day, lambda: self.mail(name, "reply")),
            (0.4, held + 2 * day, 9 * day, lambda: self._mail(name, "reply", promising(self.world.now.date() + timedelta(days=chance.randint(1, 20))))),
            (0.3, held + 3 * day, 9 * day, lambda: self.mail(name, "invitation")),
            (0.3, held + 4 * day, 20 * day, lambda: self.add_interview(name, 20 + chance.random() * 200, 60)),
            (0.4, held + 14 * day, 9 * day, lambda: self.mail(name, "follow_up")),
            (0.1, held + 9 * day, 30 * day, lambda: self.mail(name, chance.choice(("offer", "withdrawal")))),
            (0.4, held + 9 * day, 30 * day, lambda: self.mail(name, "rejection")),
            (0.3, held + 30 * day, 12 * day, lambda: self.mail(name, "rejection_reply")),
            (0.2, held + 9 * day, 30 * day, lambda: self.mark(name, chance.choice(("rejected", "ignore", "active", "thanked", "followed-up")), 0)),
        ):  # fmt: skip
            if chance.random() < likely:
                happenings.append((after + self._some(within), what))
        return happenings

    def _of(self, uids: list[str], change: object) -> None:
        """Change the interview that was made, where it is still there: the model counts them by uid."""
        if uids and uids[0] in self.book.events:
            change(sorted(self.book.events).index(uids[0]))

    def _touch(self) -> None:
        """The person does something to a reminder of theirs."""
        which, chance = self.chance.randrange(1000), self.chance
        chance.choice(
            (
                lambda: self.delete_reminder(which),
                lambda: self.move_reminder(which, chance.randint(-24, 200)),
                lambda: self.tick_reminder(which, "✓ "),
                lambda: self.untick_reminder(which),
                lambda: self.retitle_reminder(which),
                lambda: self.write_on_reminder(which, "Ask for Ben"),
                lambda: self.copy_reminder(which),
            )
        )()
