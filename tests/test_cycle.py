"""The cycle: half the facts, stale facts, the absurd, and nothing to do."""

from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from syncd.backends.memory import MemoryCalendar
from syncd.cycle import cycle
from syncd.errors import Absurd, TryAgain, Unreachable
from syncd.model import Person, PersonMark
from syncd.pull import Sources
from syncd.settings import Rules
from syncd.store import PLANNED
from tests.world import Crash, World, a_mail, an_interview, at, some_settings

NOW = at("2026-03-10 12:00")


@pytest.fixture
def world():
    world = World(NOW)
    world.calendar.put(an_interview("u", at("2026-03-10 10:00")))
    yield world
    world.close()


@pytest.mark.parametrize("write", range(1, 14))
@pytest.mark.parametrize("after", [False, True])
def test_a_crash_never_hides_whom_to_read_the_mail_of(world, write, after):
    run(world)
    eve = Person("Eve Moss", "eve@tailspin.example")
    world.mail.add(a_mail("r", NOW, "reply", eve, subject="Your visit"))
    world.calendar.put(an_interview("v", at("2026-03-10 11:00"), "Tailspin", (eve,)))
    world.crash_at(write, of_store=True, after=after)
    with suppress(Crash):
        run(world)
    world.mend()
    run(world)
    assert "r" in world.store.message_ids()


def test_in_the_hour_that_is_shown_twice_a_second_cycle_does_nothing():
    zone = ZoneInfo("America/New_York")
    world = World(at("2026-10-31 12:00", zone), some_settings(zone))
    second = datetime(2026, 11, 1, 6, 50, tzinfo=UTC).astimezone(zone)
    world.calendar.put(an_interview("u", second))
    world.cycle()
    assert world.one("ask_next_steps").start.isoformat() == "2026-11-01T01:35:00-05:00"
    world.store.put(PLANNED, "")
    assert not world.cycle().actions
    world.close()


class Moody:
    """A source that is out of reach at times."""

    def __init__(self, real, name):
        self.real, self.name, self.away = real, name, True

    def pull(self, *how):
        if self.away:
            raise Unreachable(f"{self.name}: no route")
        return self.real.pull(*how)


def run(world, calendars=None, mail=None, now=NOW, **how):
    sources = Sources(tuple(calendars or [world.calendar]), tuple(mail or [world.mail]), world.reminders)
    return cycle(world.store, sources, world.settings, world.marks, now, **how)


@pytest.mark.parametrize("which", ["calendar", "mail"])
def test_no_reminder_is_made_before_every_source_had_one_complete_pull(world, which):
    moody = Moody(world.calendar if which == "calendar" else world.mail, "moody")
    how = {"calendars": [world.calendar, moody]} if which == "calendar" else {"mail": [world.mail, moody]}
    outcome = run(world, **how)
    assert outcome.incomplete == (f"{which} moody",)
    assert len(outcome.errors) == 1
    assert "no route" in outcome.errors[0]
    assert world.reminders.writes == 0
    moody.away = False
    outcome = run(world, **how)
    assert outcome.incomplete == ()
    assert world.shown() == ["follow_up 2026-03-24 09:30", "thank_you 2026-03-10 13:00"]


def test_a_source_out_of_reach_is_stood_in_for_by_what_is_stored_and_its_age_is_told(world):
    moody = Moody(world.mail, "moody")
    moody.away = False
    run(world, mail=[moody])
    moody.away = True
    world.mail.add(a_mail("t", at("2026-03-10 12:30"), "thank_you"))
    world.calendar.put(an_interview("u", at("2026-03-11 10:00")))
    outcome = run(world, mail=[moody], now=at("2026-03-10 15:00"))
    assert "moody" in outcome.errors[0]
    assert "2026-03-10 12:00" in outcome.errors[0]
    assert world.shown() == ["ask_next_steps 2026-03-11 09:45"], "the calendar goes on without the mail"
    moody.away = False
    world.calendar.put(an_interview("u", at("2026-03-10 10:00")))
    assert run(world, mail=[moody], now=at("2026-03-10 15:05")).errors == ()
    assert world.shown() == ["follow_up 2026-03-24 09:30"]


def test_what_it_warned_of_outlives_a_cycle_that_does_not_come_to_its_end(world):
    class Broken:
        name = "work"

        def pull(self, *how):
            return replace(world.calendar.pull(*how), warnings=("a.ics: is broken",))

    warnings = []
    gone = MemoryCalendar("home")
    gone.vanish()
    with pytest.raises(Absurd):
        run(world, calendars=[Broken(), gone], warnings=warnings)
    assert warnings == ["a.ics: is broken"]


def test_a_sink_out_of_reach_ends_the_cycle_and_the_next_one_does_what_was_left(world):
    world.reminders.fail(2)
    with pytest.raises(Unreachable):
        run(world)
    assert world.reminders.writes == 1
    assert [a.op for a in run(world).actions] == ["create"]
    assert not run(world).actions


def test_a_cycle_leaves_the_cursor_past_its_own_writes(world):
    assert run(world).actions
    changes = world.reminders.pull(world.store.cursor("reminders memory"))
    assert (changes.entries, changes.complete) == ((), False)


def test_an_idle_cycle_skips_infer_to_push_until_something_is_due(world):
    assert not run(world).idle
    assert run(world).idle
    assert run(world, now=NOW + timedelta(hours=1)).idle
    assert not run(world, now=at("2026-03-10 17:00")).idle, "the working day is over"


@pytest.mark.parametrize("change", ["event", "mail", "reminder", "mark", "settings", "time turned back"])
def test_whatever_is_new_is_thought_about(world, change):
    run(world)
    now = NOW + timedelta(minutes=5)
    assert run(world, now=now).idle
    if change == "event":
        world.calendar.put(an_interview("v", at("2026-03-12 10:00")))
    elif change == "mail":
        world.mail.add(a_mail("m", now, "reply"))
    elif change == "reminder":
        world.reminders.edit(world.one("thank_you").event_id, title="Mine")
    elif change == "mark":
        world.marks = (PersonMark("1", now, "thanked", "Northwind"),)
    elif change == "settings":
        world.settings = some_settings(rules=Rules(discreet=True))
    else:
        now = NOW - timedelta(minutes=5)
    assert not run(world, now=now).idle
    assert run(world, now=now).idle


def test_a_reminder_whose_calendar_is_no_longer_read_is_left_alone(world):
    other = MemoryCalendar("other")
    other.put(an_interview("v", at("2026-03-12 10:00")))
    run(world, calendars=[world.calendar, other])
    assert any("2026-03-12" in line for line in world.shown())
    assert not run(world).idle
    assert any("2026-03-12" in line for line in world.shown())
    assert "v" not in {e.uid for e in world.store.events()}


def many(world, count):
    """As many opportunities as there are companies."""
    for n in range(count):
        name = f"Company{chr(65 + n)}"
        world.calendar.put(an_interview(f"m{n}", at("2026-03-12 10:00"), name, ()))


class TestMassChange:
    def test_a_calendar_that_loses_more_than_half_of_eight_is_refused_until_it_is_allowed(self, world):
        many(world, 7)
        run(world)
        before = world.reminders.entries
        for n in range(5):
            world.calendar.remove(f"m{n}")
        for _ in range(2):
            with pytest.raises(Absurd, match=r"5 of 8 events are suddenly gone.*--allow-mass-change"):
                run(world)
        assert world.reminders.entries == before
        run(world, allow_mass_change=True)
        assert len(world.reminders.entries) == len(before) - 5
        assert not run(world).actions

    @pytest.mark.parametrize(("there", "gone"), [(7, 4), (5, 5)])
    def test_half_of_eight_or_all_of_few_is_not(self, world, there, gone):
        many(world, there)
        run(world)
        for n in range(gone):
            world.calendar.remove(f"m{n}")
        assert len(run(world).actions) == gone

    def test_reminders_that_vanish_together_are_not_taken_for_dismissed(self, world):
        many(world, 8)
        run(world)
        kept = world.reminders.entries
        for entry in kept[:6]:
            world.reminders.dismiss(entry.event_id)
        with pytest.raises(Absurd, match="6 of 10 reminders are suddenly gone"):
            run(world)
        for entry in kept[:6]:
            world.reminders.restore(entry)
        run(world)
        assert len(world.open) == 10

    def test_and_they_are_where_the_person_says_so(self, world):
        many(world, 8)
        run(world)
        for entry in world.reminders.entries[:6]:
            world.reminders.dismiss(entry.event_id)
        run(world, allow_mass_change=True)
        assert len(world.open) == 4
        assert not run(world).actions

    def test_a_plan_that_ends_more_than_half_of_eight_without_evidence_is_refused(self, world):
        many(world, 8)
        run(world)
        before = world.reminders.entries
        for n in range(8):  # the files are all there, and none of them is an interview any more
            world.calendar.put(an_interview(f"m{n}", at("2026-03-12 10:00"), people=(), title="Lunch"))
        for _ in range(2):
            with pytest.raises(Absurd, match="8 of 10 open reminders"):
                run(world)
        assert world.reminders.entries == before
        assert len(run(world, allow_mass_change=True).actions) == 8


def test_reminders_that_change_with_every_write_stop_the_cycle_and_not_the_world(world):
    run(world)
    world.calendar.put(an_interview("u", at("2026-03-10 09:00")))

    class Restless:
        def __getattr__(self, name):
            return getattr(world.reminders, name)

        def update(self, old, new):
            world.reminders.edit(old.event_id, alarm=7)
            return world.reminders.update(old, new)

    sources = Sources((world.calendar,), (world.mail,), Restless())
    with pytest.raises(TryAgain, match="keep changing"):
        cycle(world.store, sources, world.settings, (), NOW)
    assert run(world).actions


def test_what_the_person_writes_while_syncd_does_is_not_overlooked(world):
    class Busy:
        """The person ticks the first reminder just after syncd wrote it."""

        def __getattr__(self, name):
            return getattr(world.reminders, name)

        def create(self, entry):
            written = world.reminders.create(entry)
            if "Thank" in entry.title:
                world.reminders.edit(entry.event_id, title=f"✓ {entry.title}")
            return written

    cycle(world.store, Sources((world.calendar,), (world.mail,), Busy()), world.settings, (), NOW)
    outcome = run(world)
    assert [a.op for a in outcome.actions][:1] == ["done"]
    assert world.shown() == ["follow_up 2026-03-24 09:30"]
