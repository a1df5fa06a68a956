"""Where a reminder stands as the days go by: rolled once a day, quietly, and never where the person has put it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.world import World, a_mail, an_interview, at


@pytest.fixture
def world():
    """An interview on Tuesday the 10th; the thank-you is due that day at 13:00, the follow-up on the 24th."""
    world = World(at("2026-03-10 12:00"))
    world.calendar.put(an_interview("u", at("2026-03-10 10:00")))
    world.cycle()
    yield world
    world.close()


def test_it_rolls_when_the_working_day_is_over_and_not_before(world):
    world.cycle(at("2026-03-10 16:59"))
    assert world.one("thank_you").start == at("2026-03-10 13:00")
    world.cycle(at("2026-03-10 17:00"))
    rolled = world.one("thank_you")
    assert (rolled.start, rolled.alarm) == (at("2026-03-11 09:30"), 0)
    assert rolled.title == "Thank Ada Berg (Northwind) (1 working day late)"


def test_it_keeps_its_half_hour_for_that_day_and_rings_on_the_first_roll_and_then_weekly(world):
    heard = []
    for day in range(24, 28):
        for clock in ("08:00", "12:10", "16:50"):
            world.cycle(at(f"2026-03-{day} {clock}"))
            entry = world.one("follow_up")
            heard.append((entry.start, entry.alarm))
    assert heard[:3] == [(at("2026-03-24 09:30"), 0)] * 3
    assert heard[3:6] == [(at("2026-03-25 09:00"), 0)] * 3
    assert heard[6:9] == [(at("2026-03-26 09:00"), None)] * 3
    world.cycle(at("2026-03-31 17:30"))
    assert (world.one("follow_up").start, world.one("follow_up").alarm) == (at("2026-04-01 09:30"), 0)


def test_two_that_roll_at_once_get_half_hours_of_their_own_the_older_one_first(world):
    world.calendar.put(an_interview("v", at("2026-03-10 11:00"), "Fabrikam", ()))
    world.cycle(at("2026-03-10 12:30"))
    world.cycle(at("2026-03-10 18:00"))
    assert [line for line in world.shown() if "thank" in line] == [
        "thank_you 2026-03-11 09:30",
        "thank_you 2026-03-11 10:00",
    ]
    assert world.one_of("thank_you", "Northwind").start == at("2026-03-11 09:30")


def test_the_persons_own_time_rolls_only_when_it_is_past(world):
    entry = world.one("thank_you")
    world.reminders.move(entry.event_id, at("2026-03-12 19:00"))
    for moment in ("2026-03-11 12:00", "2026-03-12 18:00", "2026-03-12 18:59"):
        world.cycle(at(moment))
        assert world.one("thank_you").start == at("2026-03-12 19:00")
    world.cycle(at("2026-03-12 19:00"))
    assert world.one("thank_you").start == at("2026-03-13 09:30")


def test_one_that_is_late_already_keeps_its_half_hour_though_it_is_due_a_little_later(world):
    world.cycle(at("2026-03-26 08:00"))
    assert world.one("follow_up").start == at("2026-03-26 09:00")
    world.mail.add(a_mail("t", at("2026-03-11 12:00"), "thank_you"))
    world.cycle(at("2026-03-26 10:00"))
    assert world.one("follow_up").start == at("2026-03-26 09:00")
    assert "1 working day late" in world.one("follow_up").title


def test_a_later_due_time_moves_it_in_place_and_a_snoozed_one_stays(world):
    entry = world.one("follow_up")
    world.mail.add(a_mail("t", at("2026-03-11 12:00"), "thank_you"))
    world.cycle(at("2026-03-11 12:00"))
    assert (world.one("follow_up").event_id, world.one("follow_up").start) == (entry.event_id, at("2026-03-25 09:30"))
    world.reminders.move(entry.event_id, at("2026-03-27 15:00"))
    world.mail.add(a_mail("t2", at("2026-03-12 12:00"), "thank_you"))
    world.cycle(at("2026-03-12 12:00"))
    assert world.one("follow_up").start == at("2026-03-27 15:00")


def test_move_on_is_told_on_its_day_and_stays_there_ticked(world):
    world.cycle(at("2026-04-21 09:00"))
    entry = world.one("move_on")
    assert (entry.all_day, entry.start, entry.end) == (True, at("2026-04-21 00:00"), at("2026-04-22 00:00"))
    world.cycle(at("2026-04-22 09:00"))
    assert world.one("move_on").start == at("2026-04-21 00:00")
    assert world.one("move_on").title.startswith("✓ ")
    assert world.shown() == []


def test_a_moved_interview_moves_its_reminder_also_one_that_was_snoozed_for_the_old_time():
    world = World(at("2026-03-09 12:00"))
    world.calendar.put(an_interview("u", at("2026-03-10 10:00")))
    world.cycle()
    world.reminders.move(world.one("ask_next_steps").event_id, at("2026-03-10 08:00"))
    world.cycle()
    assert world.one("ask_next_steps").start == at("2026-03-10 08:00")
    world.calendar.put(an_interview("u", at("2026-03-11 10:00")))
    world.cycle()
    assert world.one("ask_next_steps").start == at("2026-03-11 09:45")
    world.reminders.move(world.one("ask_next_steps").event_id, at("2026-03-11 10:30"))
    world.cycle()
    assert world.one("ask_next_steps").start == at("2026-03-11 09:45"), "during the interview it is of no use"
    world.close()


class Traveller:
    """Looks every half hour on the way, and hears what rings where they are."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.heard: list[str] = []

    def until(self, moment: datetime) -> None:
        while self.world.now.astimezone(UTC) < moment.astimezone(UTC):
            before = self.world.now
            then = (before.astimezone(UTC) + timedelta(minutes=30)).astimezone(self.world.zone)
            self.heard += [
                f"{one.entry.start.astimezone(self.world.zone):%a %H:%M}"
                for one in self.world.open
                if one.marks.rule == "thank_you" and one.entry.alarm == 0 and before < one.entry.start <= then
            ]
            self.look(then)

    def fly(self, zone: str) -> None:
        """The clock of the machine shows another time, and in the next tick all is as it should be there."""
        world = self.world
        world.settings = replace(world.settings, user=replace(world.settings.user, zone=ZoneInfo(zone)))
        self.look(world.now.astimezone(world.zone))

    def look(self, moment: datetime) -> None:
        self.world.cycle(moment)
        again = self.world.cycle(moment)
        assert not again.actions, f"{moment}: a second cycle does {again.operations()}"


@pytest.mark.parametrize(
    ("journey", "heard"),
    [
        ([], ["Wed 09:30"]),
        ([("2026-03-10 20:00", "America/New_York")], ["Wed 09:30"]),
        ([("2026-03-10 23:00", "America/New_York")], ["Wed 09:30"]),
        ([("2026-03-10 22:00", "Pacific/Auckland")], ["Thu 09:30"]),
        # Thursday there, by the clock of those who wait for Wednesday's 09:30
        ([("2026-03-10 23:00", "America/New_York"), ("2026-03-11 08:00", "Pacific/Auckland")], ["Thu 09:30"]),
        ([("2026-03-10 23:00", "America/New_York"), ("2026-03-11 06:00", "Europe/London")], ["Wed 13:30"]),
        ([("2026-03-10 18:00", "Asia/Kolkata"), ("2026-03-10 19:00", "Europe/London")], ["Wed 09:30"]),
        # it rang, and is moved without a sound
        ([("2026-03-11 11:00", "America/New_York"), ("2026-03-11 23:00", "Europe/London")], ["Wed 09:30"]),
    ],
)
def test_a_traveller_hears_a_rolled_one_once_and_never_at_night(world, journey, heard):
    traveller = Traveller(world)
    traveller.look(at("2026-03-10 17:10"))
    for moment, zone in journey:
        traveller.until(at(moment))
        traveller.fly(zone)
    traveller.until(at("2026-03-15 12:00"))
    assert traveller.heard == heard
