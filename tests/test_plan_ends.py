"""Why a reminder ends: the reason is the true one, and only what was read somewhere is evidence."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from syncd.cycle import think
from syncd.errors import Absurd
from syncd.model import Event, PersonMark
from syncd.pull import pull
from syncd.reconcile import Op
from syncd.settings import FollowUp, FollowUpPromised, Rules, ThankYou
from tests.world import ME, World, a_mail, an_interview, at, promising

NEXT_DAY = at("2026-03-09 12:00")
TUESDAY = at("2026-03-10 10:00")
AFTER = at("2026-03-10 11:30")
FRIDAY = date(2026, 3, 13)
INTERVIEW = an_interview("u", TUESDAY)


@pytest.fixture
def world():
    world = World(NEXT_DAY)
    world.calendar.put(INTERVIEW)
    yield world
    world.close()


def ends(world, now, *, rules: Rules | None = None) -> dict[str, tuple[str, bool]]:
    """What the plan at *now* would end once the pull is done: why, and whether that is evidenced, by rule."""
    settings = replace(world.settings, rules=rules or world.settings.rules)
    pull(world.store, world.sources, settings.user.account, settings.rules.lookback, now)
    found = think(world.store, settings, world.marks, now)[1].ends
    return {end.standing.marks.rule.value: (end.why, end.evidenced) for end in found}


class TestInterviews:
    def test_one_that_is_only_missing_is_no_evidence(self, world):
        world.cycle()
        world.calendar.remove("u")
        assert ends(world, NEXT_DAY) == {"ask_next_steps": ("the interview is gone from the calendar", False)}

    def test_one_that_was_cancelled_or_declined_is(self, world):
        world.cycle()
        world.calendar.put(replace(INTERVIEW, status="cancelled"))
        assert ends(world, NEXT_DAY) == {"ask_next_steps": ("the interview was cancelled", True)}
        declined = tuple(replace(a, status="declined") if a.person == ME else a for a in INTERVIEW.attendees)
        world.calendar.put(replace(INTERVIEW, attendees=declined))
        assert ends(world, NEXT_DAY) == {"ask_next_steps": ("you declined the interview", True)}

    def test_one_that_no_longer_reads_as_one(self, world):
        world.cycle()
        world.calendar.put(replace(INTERVIEW, title="Lunch", attendees=(), organizer=None))
        why = "what it was for no longer reads as an interview"
        assert ends(world, NEXT_DAY) == {"ask_next_steps": (why, False)}

    def test_one_that_was_never_pulled_leaves_its_reminder_alone(self, world):
        world.cycle()
        world.calendar.remove("u")
        world.store.forget_source("calendar memory")
        assert ends(world, NEXT_DAY) == {}
        assert [line.split()[0] for line in world.shown()] == ["ask_next_steps"]

    def test_one_that_is_all_day_now(self, world):
        world.cycle()
        day = at("2026-03-10 00:00")
        world.calendar.put(replace(INTERVIEW, start=day, end=day + timedelta(days=1), all_day=True))
        assert ends(world, NEXT_DAY) == {"ask_next_steps": ("the interview is all-day now", True)}

    def test_one_that_moved_to_the_day_of_another(self, world):
        second = an_interview("v", at("2026-03-12 10:00"))
        world.calendar.put(second)
        world.cycle()
        world.calendar.put(replace(second, start=at("2026-03-10 15:00"), end=at("2026-03-10 16:00")))
        assert ends(world, NEXT_DAY) == {"ask_next_steps": ("another reminder asks on that day already", True)}

    def test_a_clock_that_was_set_back_is_no_evidence(self, world):
        world.cycle(AFTER)
        early = ("its interview isn't over yet", False)
        assert ends(world, NEXT_DAY) == {"thank_you": early, "follow_up": early}

    def test_one_that_is_deleted_before_it_begins_never_looks_like_a_silence(self, world):
        """Arranged long ago, and now missing: that nothing was heard for six weeks is not what ends it."""
        world.calendar.put(replace(INTERVIEW, created=at("2026-01-05 12:00")))
        world.mail.add(a_mail("m", at("2026-01-06 12:00"), "reply"))
        world.cycle()
        world.calendar.remove("u")
        assert ends(world, NEXT_DAY)["ask_next_steps"] == ("the interview is gone from the calendar", False)


class TestWords:
    @pytest.mark.parametrize(
        ("kind", "state"), [("rejection", "rejected"), ("offer", "offered"), ("withdrawal", "withdrawn")]
    )
    def test_what_decides_says_so(self, world, kind, state):
        world.cycle(AFTER)
        world.mail.add(a_mail("m", at("2026-03-11 12:00"), kind))
        found = ends(world, at("2026-03-11 13:00"))
        assert found.keys() == {"thank_you", "follow_up"}
        assert all(why.startswith(f"Northwind is {state}: ") and sure for why, sure in found.values())

    def test_a_rejection_before_the_date_they_named_ends_it_undone(self, world):
        world.mail.add(a_mail("p", at("2026-03-10 12:00"), "reply", text=promising(FRIDAY)))
        world.cycle(at("2026-03-10 12:30"))
        world.mail.add(a_mail("m", at("2026-03-12 12:00"), "rejection"))
        actions = world.cycle(at("2026-03-12 13:00")).actions
        (promised,) = [a for a in actions if a.rule == "follow_up_promised"]
        assert (promised.op, promised.removes) == (Op.CANCEL, True)
        assert promised.why.startswith("Northwind is rejected: ")

    def test_a_date_takes_the_place_of_a_periodic_one(self, world):
        world.cycle(AFTER)
        world.calendar.put(replace(INTERVIEW, description="next: Fri 13 Mar"))
        assert ends(world, at("2026-03-10 12:30")) == {"follow_up": ("a date was named: Fri 13 Mar", True)}

    def test_a_later_date_takes_the_place_of_the_first(self, world):
        world.mail.add(a_mail("p", at("2026-03-10 12:00"), "reply", text=promising(FRIDAY)))
        world.cycle(at("2026-03-10 12:30"))
        world.mail.add(a_mail("q", at("2026-03-11 12:00"), "reply", text=promising(date(2026, 3, 20))))
        found = ends(world, at("2026-03-11 12:30"))
        assert found == {"follow_up_promised": ("another date was named since: Fri 20 Mar", True)}

    def test_a_date_that_is_named_nowhere_any_more_is_no_evidence(self, world):
        world.calendar.put(replace(INTERVIEW, description="next: Fri 27 Mar"))
        world.cycle(AFTER)
        world.calendar.put(INTERVIEW)
        found = ends(world, at("2026-03-10 12:30"))
        assert found == {"follow_up_promised": ("the date is named nowhere any more", False)}

    def test_a_marked_date_ends_for_what_really_ends_it(self, world):
        world.cycle(AFTER)
        world.marks = (PersonMark("1", AFTER, "hear-by", "Northwind", causes=("u",), by=FRIDAY),)
        world.cycle(at("2026-03-10 12:30"))
        world.mail.add(a_mail("m", at("2026-03-11 12:00"), "rejection"))
        why, sure = ends(world, at("2026-03-11 13:00"))["follow_up_promised"]
        assert why.startswith("Northwind is rejected: ") and sure

    def test_another_interview_ahead_or_held(self, world):
        world.cycle(AFTER)
        second = an_interview("v", at("2026-03-12 10:00"))
        world.calendar.put(second)
        assert ends(world, at("2026-03-10 12:30")) == {"follow_up": ("an interview is ahead", True)}
        found = ends(world, at("2026-03-12 12:00"))
        assert found["follow_up"] == ("an interview was on Thu 12 Mar", True)

    def test_a_mail_that_the_clock_has_not_reached_again(self, world):
        world.mail.add(a_mail("m", at("2026-03-11 12:00"), "reply"))
        world.cycle(at("2026-03-11 13:00"))
        why = "what it rests on is dated Wed 11 Mar, which is still ahead"
        assert ends(world, at("2026-03-10 13:00"))["follow_up"] == (why, False)

    def test_all_that_took_place_is_called_off_afterwards(self, world):
        world.mail.add(a_mail("m", at("2026-03-11 12:00"), "reply"))
        world.cycle(at("2026-03-11 13:00"))
        later = an_interview("v", at("2026-03-12 10:00"), status="cancelled", created=at("2026-03-12 09:00"))
        world.calendar.put(replace(INTERVIEW, status="cancelled"))
        world.calendar.put(later)
        found = ends(world, at("2026-03-13 12:00"))
        assert found["follow_up"] == ("the interview was cancelled", True)

    def test_a_silence_that_only_a_missing_interview_makes_long_is_no_evidence(self, world):
        world.calendar.put(an_interview("v", at("2026-05-20 10:00"), created=at("2026-03-02 12:00")))
        world.mail.add(a_mail("p", at("2026-03-10 12:00"), "reply", text=promising(FRIDAY)))
        world.cycle(at("2026-05-01 12:00"))
        world.calendar.remove("v")
        found = ends(world, at("2026-05-04 12:00"))
        assert found["follow_up_promised"] == ("the interview is gone from the calendar", False)

    def test_a_silence_is_told_with_its_beginning(self, world):
        world.cycle(AFTER)
        found = ends(world, at("2026-04-21 12:00"))
        assert found["follow_up"] == ("nothing was heard from Northwind since Tue 10 Mar", True)

    def test_time_to_move_on_ends_with_a_word_or_an_interview(self, world):
        world.cycle(AFTER)
        world.cycle(at("2026-04-21 08:00"))
        assert [line.split()[0] for line in world.shown()] == ["move_on"]
        twin = world.twin()
        twin.mail.add(a_mail("m", at("2026-04-21 09:00"), "reply"))
        why = "something was heard since, on Tue 21 Apr"
        assert ends(twin, at("2026-04-21 10:00")) == {"move_on": (why, True)}
        twin.store.close()
        twin = world.twin()
        twin.mail.add(a_mail("m", at("2026-04-21 09:00"), "withdrawal"))
        why, sure = ends(twin, at("2026-04-21 10:00"))["move_on"]
        assert why.startswith("Northwind is withdrawn: ")
        assert sure
        twin.store.close()
        assert ends(world, at("2026-04-20 12:00"))["move_on"] == ("its day is Tue 21 Apr", False)
        world.calendar.put(an_interview("v", at("2026-04-23 10:00")))
        assert ends(world, at("2026-04-21 10:00")) == {"move_on": ("an interview is ahead", True)}


class TestAnswers:
    @pytest.fixture
    def rejected(self, world):
        world.mail.add(a_mail("no", at("2026-03-11 12:00"), "rejection"))
        world.cycle(at("2026-03-11 13:00"))
        assert [line.split()[0] for line in world.shown()] == ["rejection_reply"]
        return world

    def test_too_late(self, rejected):
        found = ends(rejected, at("2026-03-18 13:00"))
        assert found == {"rejection_reply": ("it is too late for it to be of use", True)}

    def test_they_come_back(self, rejected):
        rejected.mail.add(a_mail("yes", at("2026-03-12 12:00"), "invitation"))
        why, sure = ends(rejected, at("2026-03-12 13:00"))["rejection_reply"]
        assert why.startswith("it goes on: ") and sure

    def test_they_offer_after_all(self, rejected):
        rejected.mail.add(a_mail("yes", at("2026-03-12 12:00"), "offer"))
        why, sure = ends(rejected, at("2026-03-12 13:00"))["rejection_reply"]
        assert why.startswith("Northwind is offered: ") and sure

    def test_the_tag_that_said_no_is_taken_away(self, world):
        world.calendar.put(replace(INTERVIEW, description="#rejected"))
        world.cycle(AFTER)
        world.calendar.put(INTERVIEW)
        found = ends(world, at("2026-03-10 12:30"))
        assert found == {"rejection_reply": ("what it answers no longer reads as a rejection", False)}


def test_what_is_done_never_ends(world):
    world.mail.add(a_mail("t", at("2026-03-10 11:15"), "thank_you"))
    world.cycle(at("2026-03-10 11:05"))
    world.cycle(AFTER)
    assert [s.marks.rule for s in world.standing if not s.open] == ["thank_you"]
    world.calendar.put(replace(INTERVIEW, title="Lunch", attendees=(), organizer=None))
    assert ends(world, AFTER).keys() == {"follow_up"}


def test_a_rule_that_is_switched_off_says_so(world):
    world.cycle(AFTER)
    off = Rules(thank_you=ThankYou(enabled=False), follow_up=FollowUp(enabled=False))
    assert ends(world, AFTER, rules=off) == {
        "thank_you": ("rules.thank_you is switched off", True),
        "follow_up": ("rules.follow_up is switched off", True),
    }


def test_the_periodic_one_comes_where_dates_are_switched_off(world):
    world.mail.add(a_mail("p", at("2026-03-10 12:00"), "reply", text=promising(FRIDAY)))
    world.cycle(at("2026-03-10 12:30"))
    off = Rules(follow_up_promised=FollowUpPromised(enabled=False))
    why = "rules.follow_up_promised is switched off"
    assert ends(world, at("2026-03-10 12:30"), rules=off) == {"follow_up_promised": (why, True)}


def one_file(count: int, gone: int = 0) -> list[Event]:
    return [an_interview(f"m{n}", TUESDAY, f"Company{chr(65 + n)}", ()) for n in range(gone, count)]


class TestOneFile:
    """A calendar in one .ics file counts by its events."""

    @pytest.fixture
    def full(self):
        world = World(NEXT_DAY)
        world.calendar.put(*one_file(10), href="all.ics")
        world.cycle()
        assert len(world.open) == 10
        yield world
        world.close()

    def test_losing_more_than_half_is_refused_until_it_is_allowed(self, full):
        full.calendar.put(*one_file(10, gone=6), href="all.ics")
        for _ in range(2):
            with pytest.raises(Absurd, match=r"6 of 10 events are suddenly gone; .* --allow-mass-change"):
                full.cycle()
        assert len(full.open) == 10
        full.calendar.put(*one_file(10), href="all.ics")
        assert not full.cycle().actions

    def test_half_of_them_is_not(self, full):
        full.calendar.put(*one_file(10, gone=5), href="all.ics")
        full.cycle()
        assert len(full.open) == 5

    def test_one_that_is_taken_apart_loses_nothing(self, full):
        full.calendar.remove("all.ics")
        for event in one_file(10):
            full.calendar.put(event)
        assert [a.op for a in full.cycle().actions] == []

    def test_a_long_series_counts_once(self, full):
        week = timedelta(weeks=1)
        series = [
            replace(an_interview("s", TUESDAY + n * week, people=(), title="Choir"), recurrence_id=f"r{n}")
            for n in range(30)
        ]
        full.calendar.put(*series, href="choir.ics")
        full.cycle()
        full.calendar.remove("choir.ics")
        assert not full.cycle().actions

    def test_the_plan_refuses_too_where_the_pull_let_it_pass(self, full):
        """Two halves, one after the other: what the first left undone counts with the second."""
        for gone in (5, 8):
            full.calendar.put(*one_file(10, gone=gone), href="all.ics")
            settings = full.settings
            pull(full.store, full.sources, settings.user.account, settings.rules.lookback, full.now)
        with pytest.raises(Absurd, match=r"end 8 of 10 open reminders, .*\(the interview is gone from the calendar\)"):
            full.cycle()
        assert len(full.open) == 10
