"""A job search in any order: the person, the employer, the clock, lost stores and crashes act, and the laws hold.

The laws are in ``laws``. ``pytest --hypothesis-profile=deep tests/test_model.py`` looks for long.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from syncd.backends.memory import MemoryCalendar
from syncd.errors import Absurd
from syncd.model import Attendee, Entry, PersonMark
from syncd.settings import Rules
from syncd.standing import TICK, Standing
from syncd.store import PLANNED
from tests.laws import LAWS, Book
from tests.world import ADA, CLEO, ME, Crash, FileReminders, World, a_mail, an_interview, promising, some_settings

COMPANIES = {"Northwind": ADA, "Fabrikam": CLEO}
ZONES = {"America/New_York": "US", "Europe/Berlin": "DE", "Pacific/Auckland": "NZ"}
FIRST_DAYS = ("2026-03-02 08:00", "2026-03-27 15:10", "2026-09-24 16:50", "2026-10-30 23:30", "2026-12-21 12:00")
"""Near a change of clocks in each zone, and near the holidays of December."""
DECIDING = ("thank_you", "follow_up", "rejection")
"""What is written more often than the rest."""
OVER = {"rejection", "offer", "withdrawal"}
MIGHT_REOPEN = {"invitation", "offer"}

some = st.integers(0, 30)
company = st.sampled_from(sorted(COMPANIES))
hours = st.integers(-72, 200)
rules = st.builds(
    Rules, on_done=st.sampled_from(("mark", "delete")), thank=st.sampled_from(("any", "each")), discreet=st.booleans()
)


class JobSearch(RuleBasedStateMachine):
    """The back ends in memory; the one over files is below."""

    world: World

    @initialize(
        zone=st.sampled_from(sorted(ZONES)), first=st.sampled_from(FIRST_DAYS), ahead=st.integers(-30, 60), rules=rules
    )
    def begin(self, zone, first, ahead, rules):
        now = datetime.fromisoformat(first).replace(tzinfo=ZoneInfo(zone))
        self.world = self.make(now, some_settings(now.tzinfo, country=ZONES[zone], rules=rules))
        self.book = Book()
        self.own: list[object] = []
        self.number = 0
        self.since = now - self.world.settings.rules.lookback
        self.moments: dict[str, datetime] = {}
        self.deleted_interviews: set[str] = set()
        self.written: dict[str, datetime] = {}
        self.shelf: dict[str, list[object]] = {}
        self.add_interview("Northwind", ahead, 60)
        self.cycle()

    def make(self, now, configured):
        return World(now, configured)

    def teardown(self):
        if hasattr(self, "world"):
            self.world.close()

    def next(self, prefix: str) -> str:
        self.number += 1
        return f"{prefix}{self.number}"

    # -- the person, in their calendar

    @rule(name=company, ahead=hours, minutes=st.sampled_from((30, 60, 240)))
    def add_interview(self, name, ahead, minutes):
        uid = self.next("interview-")
        start = (self.world.now.astimezone(UTC) + timedelta(hours=ahead)).astimezone(self.world.zone)
        self._put(an_interview(uid, start, name, (COMPANIES[name],), minutes=minutes, created=self.world.now), name)

    def _put(self, event, name):
        event = replace(event, modified=self.world.now)
        self.world.calendar.put(event)
        self.book.events[event.uid] = event
        self.book.company_of[event.uid] = name
        self.moments[event.uid] = event.end
        self.book.over.discard(name)

    def _interview(self, which):
        uids = sorted(self.book.events)
        return self.book.events[uids[which % len(uids)]] if uids else None

    def _change(self, which, **changes):
        event = self._interview(which)
        if event is not None:
            self._put(replace(event, **changes), self.book.company_of[event.uid])

    @rule(which=some, ahead=hours)
    def move_interview(self, which, ahead):
        start = (self.world.now.astimezone(UTC) + timedelta(hours=ahead)).astimezone(self.world.zone)
        self._change(which, start=start, end=start + timedelta(hours=1))

    @rule(which=some)
    def cancel_interview(self, which):
        self._change(which, status="cancelled")

    @rule(which=some)
    def decline_interview(self, which):
        event = self._interview(which)
        if event is not None:
            theirs = event.attendees[:-1]
            self._change(which, attendees=(*theirs, Attendee(ME, status="declined")))

    @rule(which=some)
    def delete_interview(self, which):
        event = self._interview(which)
        if event is not None:
            self.world.calendar.remove(event.uid)
            del self.book.events[event.uid]
            self.book.over.discard(self.book.company_of[event.uid])
            self.deleted_interviews.add(self.book.company_of[event.uid])

    @rule(which=some, note=st.sampled_from(("#rejected", "#offer", "#withdrawn", "#ignore", "hear back by Friday", "")))
    def write_into_interview(self, which, note):
        event = self._interview(which)
        if event is not None:
            self._change(which, description=f"{event.description}\n{note}" if note else "")
            if note.startswith("#"):
                self.book.over.add(self.book.company_of[event.uid])

    # -- the mail

    @rule(
        name=company,
        kind=st.sampled_from((*DECIDING, "thank_you", "follow_up", "rejection_reply", "withdrawal", "other", "reply", "rejection", "offer", "invitation", "automatic")),
    )  # fmt: skip
    def mail(self, name, kind):
        self._mail(name, kind)

    @rule(name=company, days=st.integers(0, 30))
    def promise(self, name, days):
        self._mail(name, "reply", promising(self.world.now.date() + timedelta(days=days)))

    def _mail(self, name, kind, text=""):
        message = a_mail(self.next("mail-"), self.world.now, kind, COMPANIES[name], text=text)
        self.world.mail.add(message)
        self.book.company_of[message.id] = name
        self.moments[message.id] = message.date
        if kind in MIGHT_REOPEN:
            self.book.over.discard(name)
        known = [u for u, e in self.book.events.items() if self.book.company_of[u] == name and e.end >= self.since]
        if kind in OVER and known:
            self.book.over.add(name)

    # -- the person and the reminders

    def _reminder(self, which) -> Standing | None:
        standing = self.world.standing
        return standing[which % len(standing)] if standing else None

    @rule(which=some)
    def delete_reminder(self, which):
        found = self._reminder(which)
        if found is not None:
            self.world.reminders.dismiss(found.entry.event_id)
            self.book.deleted[found.marks.key] = found.entry
            self.shelf[found.marks.key] = [words.pop(found.entry.event_id, None) for words in self._words]

    @property
    def _words(self):
        return self.book.titles, self.book.texts, self.book.starts

    @precondition(lambda self: self.can_restore)
    @rule(which=some)
    def restore_reminder(self, which):
        keys = sorted(self.book.deleted)
        if keys:
            key = keys[which % len(keys)]
            entry = self.book.deleted.pop(key)
            self.world.reminders.restore(entry)
            for words, theirs in zip(self._words, self.shelf.pop(key), strict=True):
                if theirs is not None:
                    words[entry.event_id] = theirs

    can_restore = True

    @rule(which=some, by=st.integers(-100, 400))
    def move_reminder(self, which, by):
        found = self._reminder(which)
        if found is None or not by:
            return
        entry = found.entry
        if entry.all_day:
            start = datetime.combine(
                entry.start.astimezone(self.world.zone).date() + timedelta(days=by), time(), self.world.zone
            )
        else:
            start = (entry.start.astimezone(UTC) + timedelta(hours=by)).astimezone(self.world.zone)
        self.world.reminders.move(entry.event_id, start)
        self.book.starts[entry.event_id], self.book.dues[entry.event_id] = start, found.marks.due
        if start == self.written.get(entry.event_id):
            del self.book.starts[entry.event_id]  # back to where syncd had put it

    @rule(which=some)
    def retitle_reminder(self, which):
        found = self._reminder(which)
        if found is not None:
            entry, mine = found.entry, self.next("Mine ")
            tick = TICK if entry.title.startswith(TICK) else ""
            self.world.reminders.edit(entry.event_id, title=f"{tick}{mine}")
            self.book.titles[entry.event_id] = mine

    @rule(which=some, note=st.sampled_from(("Ask for Ben", "next: Friday", "hear back by 30 December 2026")))
    def write_on_reminder(self, which, note):
        found = self._reminder(which)
        if found is not None:
            text = f"{found.entry.text}\n{note}"
            self.world.reminders.edit(found.entry.event_id, text=text)
            self.book.texts[found.entry.event_id] = text

    @rule(which=some, sign=st.sampled_from((TICK, "done: ", "x ")))
    def tick_reminder(self, which, sign):
        found = self._reminder(which)
        if found is not None and found.open:
            self.world.reminders.edit(found.entry.event_id, title=f"{sign}{found.entry.title}")

    @rule(which=some)
    def untick_reminder(self, which):
        found = self._reminder(which)
        if found is not None and found.entry.title.startswith(TICK):
            self.world.reminders.edit(found.entry.event_id, title=found.entry.title.removeprefix(TICK))

    @rule(which=some)
    def copy_reminder(self, which):
        found = self._reminder(which)
        if found is not None:
            self.world.reminders.copy(found.entry.event_id, self.next("copy-"))
            self.own = self._theirs()

    @rule()
    def add_own_event(self):
        uid = self.next("own-")
        self.world.reminders.restore(
            Entry(uid, "Dentist", "at nine", self.world.now, self.world.now + timedelta(hours=1))
        )
        self.own = self._theirs()

    def _theirs(self):
        ours = {s.entry.event_id for s in self.world.standing}
        return self.theirs(ours)

    def theirs(self, ours):
        return [e for e in self.world.reminders.entries if e.event_id not in ours]

    @rule(name=company, state=st.sampled_from(("rejected", "offer", "withdrawn", "ignore", "active", "thanked", "followed-up", "hear-by")), days=st.integers(0, 20))  # fmt: skip
    def mark(self, name, state, days):
        by = self.world.now.date() + timedelta(days=days) if state == "hear-by" else None
        mark = PersonMark(self.next("mark"), self.world.now, state, name, by=by)
        self.world.marks = (*self.world.marks, mark)
        self.book.company_of[f"mark:{mark.id}"] = name
        if state == "active":
            self.book.over.discard(name)

    # -- the clock, the machine, and cycles

    @rule(half_hours=st.integers(1, 48), quiet=st.booleans())
    def hours_pass(self, half_hours, quiet):
        self._wait(timedelta(minutes=30 * half_hours), quiet)

    @rule(days=st.integers(1, 21), quiet=st.booleans())
    def days_pass(self, days, quiet):
        self._wait(timedelta(days=days), quiet)

    def _wait(self, how_long, quiet):
        self.world.now = self.world.reminders.now = (self.world.now.astimezone(UTC) + how_long).astimezone(
            self.world.zone
        )
        if not quiet:
            self.cycle()

    @rule(damage=st.sampled_from((None, b"", b"no database", b"SQLite format 3\0" + b"\xff" * 4000)))
    def lose_the_store(self, damage):
        self.world.lose_store(damage)
        self._forget()
        self.cycle()

    def _forget(self):
        """After a loss, what was deleted from the calendar and what lies before the look back is not pulled again."""
        self.since = self.world.now - self.world.settings.rules.lookback
        old = {owner for owner, when in self.moments.items() if when < self.since}
        lost = self.deleted_interviews | {self.book.company_of[owner] for owner in old}
        self.book.forgotten |= {known for known, name in self.book.company_of.items() if name in lost}
        self.book.over -= lost

    @rule()
    def try_another_calendar(self):
        """The config names another one for a cycle: afterwards all is as if it hadn't."""
        spared, right = self.world.twin(), self.world.calendar
        self.world.calendar = MemoryCalendar(name="elsewhere")
        self._run(self.world)
        self.world.calendar = right
        self.cycle()
        self._run(spared)
        mine, theirs = shown(self.world), shown(spared)
        assert mine == theirs, f"the other calendar left something: {sorted(mine.items() ^ theirs.items(), key=str)}"

    @rule(
        write=st.integers(1, 6),
        of_store=st.booleans(),
        after=st.booleans(),
        name=company,
        just=st.sampled_from(("", "interview", "thank_you", "rejection", "cancelled")),
    )
    def crash(self, write, of_store, after, name, just):
        if just == "interview":
            self.add_interview(name, 20, 60)
        elif just == "cancelled":
            self.cancel_interview(write)
        elif just:
            self._mail(name, just)
        spared = self.world.twin()
        self.world.crash_at(write, of_store=of_store, after=after)
        with suppress(Crash):
            self._run(self.world)
        self.world.mend()
        self.cycle()
        self._run(spared)
        mine, theirs = shown(self.world), shown(spared)
        assert mine == theirs, f"a crash made a difference: {sorted(mine.items() ^ theirs.items(), key=str)}"

    @rule()
    def cycle(self):
        self._run(self.world)
        self.world.store.put(PLANNED, "")  # so that it decides again, though nothing is new
        again = self._run(self.world)
        assert not again.actions, f"a second cycle does {again.operations()}"
        assert self._theirs() == self.own, "something of theirs was changed"
        self.book.learn(self.world)
        for law in LAWS:
            law(self.world, self.book)
        for standing in self.world.standing:
            if standing.entry.event_id not in self.book.starts:
                self.written[standing.entry.event_id] = standing.entry.start

    def _run(self, world):
        before = world.reminders.writes
        try:
            return world.cycle()
        except Absurd:
            assert world.reminders.writes == before, "an absurd cycle wrote something"
            return world.cycle(allow_mass_change=True)


def shown(world: World) -> dict[tuple[str, str], object]:
    """What stands, by id and field, but for what every write changes; an empty mark is none."""
    found = {}
    for entry in world.reminders.entries:
        values = {name: getattr(entry, name) for name in ("title", "text", "start", "end", "all_day", "alarm")}
        for name, value in [*values.items(), *entry.marks]:
            found[entry.event_id, name] = value.astimezone(UTC) if isinstance(value, datetime) else value
    return found


class InFiles(JobSearch):
    """The reminders in real files; what was deleted there is brought back by no program."""

    can_restore = False
    file = "reminders"

    def make(self, now, configured):
        world = World(now, configured)
        folder = Path(world.folder.name) / "calendar"
        folder.mkdir()
        world.reminders = FileReminders(folder / self.file, world.zone, now)
        return world

    def theirs(self, ours):
        return self.world.reminders.theirs(ours)


class InOneFile(InFiles):
    file = "reminders.ics"


many = settings().max_examples


class TestInMemory(JobSearch.TestCase):
    settings = settings(stateful_step_count=40, max_examples=3 * many)


class TestInFiles(InFiles.TestCase):
    settings = settings(stateful_step_count=25, max_examples=many // 2)


class TestInOneFile(InOneFile.TestCase):
    settings = settings(stateful_step_count=25, max_examples=many // 2)
