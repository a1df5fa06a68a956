"""Single values of the config: durations, working hours, and their like."""

from datetime import time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.config.values import HOURS, Place, Wrong, nearest, parse_duration, parse_hours, show_duration, show_hours
from syncd.settings import WorkingHours

PLACE = Place("/", {})


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("90s", timedelta(seconds=90)),
        ("15m", timedelta(minutes=15)),
        ("2h", timedelta(hours=2)),
        ("14d", timedelta(days=14)),
        ("6w", timedelta(weeks=6)),
        ("1h30m", timedelta(minutes=90)),
        (" 1d 12 h ", timedelta(hours=36)),
        ("0m", timedelta()),
    ],
)
def test_a_duration_is_a_number_with_a_unit(text, span):
    assert parse_duration(text) == span


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (15, 'needs a unit: a number and a unit, as "90s", "15m", "2h", "14d" or "6w", but is 15; did you mean "15m"?'),
        (True, "but is true or false (true)"),
        (1.5, "but is a number with a fraction (1.5)"),
        ("", 'but is ""'),
        ("15", 'but is "15"'),
        ("5 minutes", 'but is "5 minutes"'),
        ("1.5h", 'but is "1.5h"'),
        ("30m1h", 'but is "30m1h"'),
        ("-2h", 'must not be negative, but is "-2h"'),
        ("999999999w", "is longer than a century"),
        ("\N{ARABIC-INDIC DIGIT THREE}d", "must be a number and a unit"),
        ("9" * 5000 + "d", "must be a number and a unit"),
        (["2h"], 'but is a list (["2h"])'),
    ],
)
def test_what_is_no_duration_is_explained(raw, reason):
    with pytest.raises(Wrong) as caught:
        parse_duration(raw)
    assert reason in str(caught.value)
    assert len(str(caught.value)) < 200


@given(st.timedeltas(min_value=timedelta(), max_value=timedelta(days=36000)))
def test_a_duration_survives_being_shown(span):
    span = timedelta(seconds=int(span.total_seconds()))
    assert parse_duration(show_duration(span)) == span


@given(st.text() | st.integers() | st.floats() | st.booleans() | st.lists(st.text()))
def test_no_duration_raises_anything_but_wrong(raw):
    try:
        assert parse_duration(raw) >= timedelta()
    except Wrong as wrong:
        reason = str(wrong)
    else:
        reason = ""
    assert "\n" not in reason


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("09:00-17:00", time(9), time(17)),
        ("9-17", time(9), time(17)),
        ("9:30 - 18", time(9, 30), time(18)),
        ("8.15\N{EN DASH}16.45", time(8, 15), time(16, 45)),
        ("00:00-23:59", time(0), time(23, 59)),
    ],
)
def test_working_hours_are_two_times_of_day(text, start, end):
    assert parse_hours(text) == WorkingHours(start, end)


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        ("9-5", 'ends before it starts: "9-5"; did you mean "09:00-17:00"?'),
        ("17:00-09:00", "ends before it starts"),
        ("09:00-09:00", "must be an hour at least"),
        ("09:00-09:30", "must be an hour at least"),
        ("9-24", "names a time that no clock shows"),
        ("09:60-17:00", "names a time that no clock shows"),
        ("9am-5pm", 'two times of day in 24-hour form, as "09:00-17:00", but is "9am-5pm"'),
        ("", "two times of day"),
        (9, "but is a number (9)"),
        (time(9), "but is a date or time"),
    ],
)
def test_impossible_working_hours_are_explained(raw, reason):
    with pytest.raises(Wrong) as caught:
        parse_hours(raw)
    assert reason in str(caught.value)


@given(st.times(), st.times())
def test_working_hours_survive_being_shown(start, end):
    hours = WorkingHours(start.replace(second=0, microsecond=0), end.replace(second=0, microsecond=0))
    long_enough = (end.hour - start.hour) * 60 + end.minute - start.minute >= 60
    try:
        assert parse_hours(show_hours(hours)) == hours
        assert long_enough
    except Wrong:
        assert not long_enough


@given(st.text())
def test_no_working_hours_raise_anything_but_wrong(raw):
    try:
        hours = HOURS.parse(raw, PLACE)
        assert hours.start < hours.end
    except Wrong as wrong:
        reason = str(wrong)
    else:
        reason = ""
    assert "\n" not in reason


def test_the_nearest_name_is_proposed_and_none_where_none_is_near():
    assert nearest("Thanks", ["thank", "lookback"]) == '; did you mean "thank"?'
    assert nearest("zzz", ["thank", "lookback"]) == ""
