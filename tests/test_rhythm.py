"""When the next cycle is due: poll and its jitter, back-off, the next decision, and a clock that jumps."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.rhythm import LONGEST, Course, Moment, Result, after, at_once, begin, is_due, look, until_next_look

POLL = timedelta(minutes=5)
START = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)
LONDON = ZoneInfo("Europe/London")


def moment(seconds: float, *, slept: float = 0) -> Moment:
    """So long after the start, of which the machine slept so much."""
    return Moment(START + timedelta(seconds=seconds), 100.0 + seconds - slept)


def ended(course: Course, seconds: float, result: Result = Result.WELL, decision: datetime | None = None) -> Course:
    return after(course, START + timedelta(seconds=seconds), result, decision, POLL, 0.5)


def waits(result: Result, times: int, poll: timedelta = POLL, chance: float = 0.5) -> list[float]:
    """Minutes between cycles that all end so."""
    course, found = begin(moment(0)), []
    for _ in range(times):
        now = course.next_cycle
        course = after(course, now, result, None, poll, chance)
        found.append((course.next_cycle - now) / timedelta(minutes=1))
    return found


def test_a_cycle_is_due_at_the_start_and_after_each_poll():
    course = begin(moment(0))
    assert is_due(course)
    course = ended(course, 2)
    for seconds, due in ((30, False), (301, False), (302, True)):
        course, jump = look(course, moment(seconds))
        assert (is_due(course), jump) == (due, timedelta(0))


@pytest.mark.parametrize("result", [Result.WELL, Result.TROUBLE])
def test_trouble_at_home_is_looked_at_as_often_as_all_is_well(result):
    assert waits(result, 4) == [5, 5, 5, 5]


def test_trouble_at_home_waits_no_day_for_a_poll_that_is_one():
    assert waits(Result.TROUBLE, 2, timedelta(days=1)) == [60, 60]


@pytest.mark.parametrize("poll", [timedelta(seconds=30), POLL, timedelta(days=1)])
def test_a_sign_in_that_is_not_taken_is_tried_each_hour(poll):
    assert waits(Result.SIGNED_OUT, 3, poll) == [60, 60, 60]


def test_what_keeps_it_from_its_start_is_looked_at_later_and_later_up_to_minutes():
    looks = [until_next_look(number).total_seconds() for number in (1, 2, 3, 4, 5, 1000)]
    assert looks == [30, 60, 120, 240, 300, 300]


def test_out_of_reach_it_doubles_to_an_hour_and_one_success_ends_that():
    assert waits(Result.AWAY, 9) == [1, 2, 4, 8, 16, 32, 60, 60, 60]
    course = begin(moment(0))
    for _ in range(5):
        course = ended(course, 0, Result.AWAY)
    course = ended(course, 0, Result.WELL)
    assert (course.failures, course.next_cycle) == (0, START + POLL)


def test_partly_out_of_reach_the_others_are_not_kept_waiting():
    assert waits(Result.PARTLY, 4) == [5, 10, 15, 15]


def test_a_long_poll_is_no_reason_to_wait_longer_than_an_hour_for_what_is_out_of_reach():
    day = timedelta(days=1)
    assert waits(Result.AWAY, 14, day)[-1] == 60
    assert waits(Result.PARTLY, 4, day) == [15, 30, 60, 60]
    assert waits(Result.WELL, 1, day) == [24 * 60]


def test_a_short_poll_is_the_first_wait():
    assert waits(Result.AWAY, 3, timedelta(seconds=30)) == [0.5, 1, 2]


def test_another_syncd_at_work_is_soon_over():
    assert waits(Result.BUSY, 2) == [1 / 3, 1 / 3]


@given(st.floats(0, 1, exclude_max=True), st.sampled_from(Result), st.integers(1, 2000))
def test_jitter_is_a_tenth_either_way_and_no_wait_is_absurd(chance, result, failures):
    before = Course(moment(0), START, failures=failures - 1)
    wait = after(before, START, result, None, POLL, chance).next_cycle - START
    plain = after(before, START, result, None, POLL, 0.5).next_cycle - START
    assert 0.9 * plain <= wait <= 1.1 * plain
    assert timedelta(seconds=15) < wait <= LONGEST * 1.1


def test_jitter_spreads():
    assert waits(Result.WELL, 1, chance=0.0) == [pytest.approx(4.5)]
    assert waits(Result.WELL, 1, chance=0.999) == [pytest.approx(5.5, abs=0.01)]


def test_the_next_decision_is_a_cycle_of_its_own_and_not_before():
    decision = START + timedelta(seconds=100)
    course = ended(begin(moment(0)), 0, decision=decision)
    for seconds, due in ((99, False), (100, True)):
        course, _ = look(course, moment(seconds))
        assert is_due(course) is due


def test_a_decision_that_a_failed_cycle_left_behind_doesn_t_make_every_tick_a_cycle():
    decision = START + timedelta(seconds=100)
    course = ended(ended(begin(moment(0)), 0, decision=decision), 101, Result.AWAY, decision)
    assert course.next_cycle == START + timedelta(seconds=161)


def test_a_decision_ahead_outlives_a_failed_cycle():
    decision = START + timedelta(seconds=100)
    course = ended(begin(moment(0)), 0, Result.AWAY, decision)
    course = ended(course, 60, Result.AWAY, course.decision)
    assert course.next_cycle == decision


def test_after_sleep_a_cycle_is_due_at_once_and_back_off_begins_anew():
    course = begin(moment(0))
    for _ in range(7):
        course = ended(course, 0, Result.AWAY)
    course, jump = look(course, moment(30 + 1000, slept=1000))
    assert jump == timedelta(seconds=1000)
    assert is_due(course)
    assert ended(course, 1030, Result.AWAY).next_cycle == START + timedelta(seconds=1090)


@pytest.mark.parametrize("set_by", [-7200, -6, 6, 7200])
def test_a_clock_that_was_set_makes_a_cycle_due(set_by):
    course = ended(begin(moment(0)), 0)
    course, jump = look(course, Moment(START + timedelta(seconds=30 + set_by), 130.0))
    assert jump == timedelta(seconds=set_by)
    assert is_due(course)
    assert ended(course, 30 + set_by).next_cycle == START + timedelta(seconds=30 + set_by) + POLL


@pytest.mark.parametrize("drift", [-4.9, 0, 4.9])
def test_drift_is_no_jump(drift):
    course, jump = look(ended(begin(moment(0)), 0), Moment(START + timedelta(seconds=30 + drift), 130.0))
    assert not jump
    assert not is_due(course)


def test_a_long_cycle_is_no_jump():
    course = ended(begin(moment(0)), 1800)
    course, jump = look(course, moment(1800))
    assert not jump
    assert course.next_cycle == START + timedelta(seconds=2100)


def test_what_is_asked_for_is_due_at_once():
    assert is_due(at_once(ended(begin(moment(0)), 0)))


@pytest.mark.parametrize(("month", "day"), [(3, 29), (10, 25)])
def test_the_night_of_a_change_of_clocks_is_a_night_like_others(month, day):
    first = datetime(2026, month, day, 0, 0, tzinfo=LONDON)
    course = begin(Moment(first, 0.0))
    cycles = 0
    for minute in range(4 * 60):
        now = (first.astimezone(UTC) + timedelta(minutes=minute)).astimezone(LONDON)
        course, jump = look(course, Moment(now, 60.0 * minute))
        assert not jump
        if is_due(course):
            cycles += 1
            course = after(course, now, Result.WELL, None, POLL, 0.5)
    assert cycles == 48
