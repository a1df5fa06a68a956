"""The lines that a person reads in ``systemctl status`` and in the log."""

from datetime import date, datetime, timedelta

import pytest

from syncd.faults import Fault
from syncd.headline import Known, duration, first_line, headline, over, trouble, when, wrote
from syncd.model import Entry, Rule
from syncd.reconcile import Action, Op
from syncd.standing import TICK
from tests.world import ADA, CLEO, LONDON, World, an_interview, at


@pytest.fixture
def world():
    made = World(at("2026-03-10 08:00"))
    yield made
    made.close()


def line(world: World, synced: str, now: str) -> str:
    return headline(Known(world.standing, at(synced)), at(now))


def test_how_it_stands(world):
    world.calendar.put(an_interview("a", at("2026-03-10 10:00"), "Northwind", (ADA,)))
    world.calendar.put(an_interview("b", at("2026-03-12 10:00"), "Fabrikam", (CLEO,)))
    world.cycle(at("2026-03-10 12:05"))
    assert (
        line(world, "2026-03-10 12:05", "2026-03-10 12:06")
        == "synced 12:05; 3 open; next: Thank Ada Berg (Northwind), today 13:00"
    )
    assert (
        line(world, "2026-03-10 12:05", "2026-03-10 14:00")
        == "synced 12:05; 3 open; due: Thank Ada Berg (Northwind), today 13:00; "
        "next: Ask Fabrikam about the next steps, Thu 12 Mar 09:45"
    )
    assert line(world, "2026-03-09 23:59", "2026-03-10 12:06").startswith("synced yesterday 23:59; 3 open; ")


def test_before_the_first_cycle_and_without_reminders():
    assert headline(Known(), at("2026-03-10 09:00")) == "not synced yet"
    assert headline(Known((), at("2026-03-10 09:00")), at("2026-03-10 09:00")) == "synced 09:00; no reminder is open"


def test_who_is_away_reads_until_when():
    known = Known((), at("2026-03-10 09:00"), date(2026, 3, 16))
    assert headline(known, at("2026-03-10 09:05")) == "synced 09:00; paused until Mon 16 Mar; no reminder is open"


def test_several_that_are_due_are_counted(world):
    for name, hour, company, people in (("a", 8, "Northwind", (ADA,)), ("b", 10, "Fabrikam", (CLEO,))):
        world.calendar.put(an_interview(name, at(f"2026-03-10 {hour:02}:00"), company, people))
    world.cycle(at("2026-03-10 12:05"))
    assert "; due: Thank Ada Berg (" in line(world, "2026-03-10 12:05", "2026-03-10 16:00")
    assert "), today 11:00 and 1 more" in line(world, "2026-03-10 12:05", "2026-03-10 16:00")


@pytest.mark.parametrize(
    ("start", "all_day", "told"),
    [
        ("2026-03-10 17:00", False, "today 17:00"),
        ("2026-03-10 00:00", True, "today"),
        ("2026-03-11 00:30", False, "tomorrow 00:30"),
        ("2026-03-09 09:30", False, "yesterday 09:30"),
        ("2026-03-27 09:30", False, "Fri 27 Mar 09:30"),
        ("2027-01-04 00:00", True, "Mon 4 Jan 2027"),
    ],
)
def test_days_as_people_name_them(start, all_day, told):
    assert when(at(start), at("2026-03-10 23:00"), all_day=all_day) == told


def test_times_are_those_of_the_zone_that_one_is_in():
    start = datetime.fromisoformat("2026-03-10T23:30:00-05:00")
    assert when(start, at("2026-03-10 09:00"), all_day=False) == "tomorrow 04:30"


def an_action(op: Op, title: str, start: str = "2026-03-10 17:00", *, all_day: bool = False) -> Action:
    begin = at(start)
    entry = Entry("id", title, "text", begin, begin + timedelta(minutes=15), all_day=all_day)
    return Action(op, Rule.THANK_YOU, "Acme", "why", entry)


def test_what_a_cycle_wrote():
    now = at("2026-03-10 12:00")
    actions = [
        an_action(Op.CREATE, "Thank Jane (Acme)"),
        an_action(Op.DONE, f"{TICK}Follow up with Bolt"),
        an_action(Op.UPDATE, "Follow up with Cinder", "2026-03-11 09:30"),
        an_action(Op.CANCEL, "Time to move on from Dune", "2026-03-12 00:00", all_day=True),
    ]
    assert wrote(actions, now) == (
        "wrote 4 reminders: + Thank Jane (Acme) (today 17:00); ✓ Follow up with Bolt; "
        "~ Follow up with Cinder (tomorrow 09:30); - Time to move on from Dune"
    )
    assert wrote(actions[:1], now) == "wrote 1 reminder: + Thank Jane (Acme) (today 17:00)"
    assert wrote(actions * 3, now).endswith("; and 7 more")


def test_trouble_says_since_when_and_when_it_is_tried_again():
    fault = Fault("Unreachable", "Google can't be reached", passing=True, since=at("2026-03-10 09:12"))
    now, again = at("2026-03-10 09:20"), at("2026-03-10 10:12")
    assert trouble(fault, again, now) == "Google can't be reached (since 09:12; next try 10:12)"
    full = Fault("x", "disk full\nand more", passing=False, since=at("2026-03-09 09:12"))
    assert trouble(full, again, now) == "disk full (and 1 more) (since yesterday 09:12)"
    assert over(fault, at("2026-03-10 12:20")) == "over after 3 hours: Google can't be reached"


def test_a_next_try_that_is_due_is_not_told_as_a_time_that_has_passed():
    fault = Fault("Unreachable", "Google can't be reached", passing=True, since=at("2026-03-10 08:57"))
    now = at("2026-03-10 09:20")
    for due in (now, now - timedelta(minutes=24)):
        assert trouble(fault, due, now) == "Google can't be reached (since 08:57; next try now)"


@pytest.mark.parametrize(
    ("span", "told"),
    [
        (-60, "1 second"), (0.2, "1 second"), (30, "30 seconds"), (60, "1 minute"), (90, "90 seconds"), (120, "2 minutes"),
        (5 * 60, "5 minutes"), (7199, "119 minutes"), (7200, "2 hours"), (172800, "2 days"),
    ],
)  # fmt: skip
def test_durations_are_coarse(span, told):
    assert duration(timedelta(seconds=span)) == told


def test_an_empty_text_is_no_mistake():
    assert first_line("") == ""


def test_an_all_day_reminder_is_of_its_day_until_that_is_over(world):
    world.calendar.put(an_interview("a", at("2026-03-10 10:00")))
    world.cycle(at("2026-03-10 12:05"))
    world.reminders.edit(
        world.one("thank_you").event_id,
        start=datetime.combine(date(2026, 3, 11), datetime.min.time(), LONDON),
        end=datetime.combine(date(2026, 3, 12), datetime.min.time(), LONDON),
        all_day=True,
    )
    assert "next: Thank Ada Berg (Northwind), today" in line(world, "2026-03-10 12:05", "2026-03-11 20:00")
