"""The business calendar: in every zone and through every change of clocks, the wall clock is what counts."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.model import Account
from syncd.plan.business import HALF_HOUR, BusinessCalendar
from syncd.settings import User, WorkingHours
from tests.world import a_user, at

ZONES = ("America/New_York", "Europe/Berlin", "Pacific/Auckland", "Australia/Lord_Howe", "Asia/Kolkata", "UTC")
calendars = st.builds(
    lambda zone, country, hours: BusinessCalendar(a_user(ZoneInfo(zone), country, hours)),
    st.sampled_from(ZONES),
    st.sampled_from(("", "US", "DE", "NZ")),
    st.sampled_from(((time(9), time(17)), (time(8, 30), time(12)), (time(22), time(22, 20)), (time(0), time(23, 59)))),
)
days = st.dates(date(2026, 1, 1), date(2027, 12, 31))
moments = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001 - made aware


@given(calendars, days, st.integers(1, 15))
def test_the_nth_business_day_after_a_day_has_n_business_days_behind_it(calendar, day, count):
    found = calendar.after(day, count)
    assert calendar.is_business_day(found)
    assert calendar.between(day, found) == count


@given(calendars, days, st.integers(1, 15), days, st.integers(0, 30))
def test_days_away_move_a_day_to_their_end_and_no_farther(calendar, day, count, first, long):
    until = first + timedelta(days=long)
    away = BusinessCalendar(replace(calendar.user, away=((first, until),)))
    plain, found = calendar.after(day, count), away.after(day, count)
    assert away.is_working_day(found)
    assert found == (calendar.on_or_after(until) if first <= plain < until else plain)
    assert away.counted(day, count) == plain


@given(calendars, days)
def test_on_or_after_skips_only_days_off(calendar, day):
    found = calendar.on_or_after(day)
    assert calendar.is_business_day(found)
    assert not any(calendar.is_business_day(day + timedelta(days=n)) for n in range((found - day).days))


@given(calendars, days, st.times().map(lambda t: t.replace(tzinfo=None)))
def test_a_wall_clock_time_is_shown_by_the_wall_clock_unless_it_is_skipped(calendar, day, clock):
    moment = calendar.at(day, clock)
    shown = calendar.local(moment)
    naive = datetime.combine(day, clock, tzinfo=calendar.user.zone)
    skipped = naive.astimezone(UTC).astimezone(calendar.user.zone).replace(tzinfo=None) != naive.replace(tzinfo=None)
    assert skipped or (shown.date(), shown.time()) == (day, clock)
    assert calendar.local(moment).utcoffset() == moment.utcoffset()


@pytest.mark.parametrize(
    ("zone", "day", "shown"),
    [
        ("Europe/Berlin", "2026-03-29", "03:30"),
        ("America/New_York", "2026-03-08", "03:30"),
        ("Pacific/Auckland", "2026-09-27", "03:30"),
    ],
)
def test_a_time_that_the_change_of_clocks_skips_is_the_moment_it_becomes(zone, day, shown):
    calendar = BusinessCalendar(a_user(ZoneInfo(zone)))
    assert f"{calendar.at(date.fromisoformat(day), time(2, 30)):%H:%M}" == shown


@given(calendars, moments, st.sets(st.integers(0, 20)))
def test_a_free_half_hour_is_ahead_within_working_hours_on_a_business_day_and_free(calendar, now, taken_numbers):
    taken: set[datetime] = set()
    for _ in taken_numbers:
        taken.add(calendar.free_half_hour(now, frozenset(taken)))
    slot = calendar.free_half_hour(now, frozenset(taken))
    local = calendar.local(slot)
    assert slot not in taken
    assert slot >= now
    assert calendar.is_business_day(local.date())
    assert calendar.opens(local.date()) <= slot <= calendar.closes(local.date())
    assert local.minute in {0, 30} or local == calendar.follow_up_time(local.date())
    assert (calendar.day(slot) - calendar.day(now)).days < 30


@pytest.mark.parametrize(
    ("now", "slot"),
    [
        ("2026-03-10 05:00", "2026-03-10 09:00"),  # before they begin
        ("2026-03-10 10:00", "2026-03-10 10:00"),  # on a half hour
        ("2026-03-10 10:01", "2026-03-10 10:30"),
        ("2026-03-10 16:30", "2026-03-10 16:30"),  # the last that is over by five
        ("2026-03-10 16:31", "2026-03-11 09:30"),  # none is left
        ("2026-03-13 23:40", "2026-03-16 09:30"),  # rounding up must not reach into Saturday
        ("2026-03-14 12:00", "2026-03-16 09:30"),  # a Saturday
    ],
)
def test_the_next_half_hour(now, slot):
    assert BusinessCalendar(a_user()).free_half_hour(at(now), frozenset()) == at(slot)


@pytest.mark.parametrize(
    ("hours", "shown"),
    [((time(9), time(17)), "09:30"), ((time(10), time(10, 20)), "10:20"), ((time(8, 45), time(18)), "09:15")],
)
def test_f_is_half_an_hour_into_the_working_hours_and_never_past_their_end(hours, shown):
    moment = BusinessCalendar(a_user(hours=hours)).follow_up_time(date(2026, 3, 10))
    assert f"{moment:%H:%M}" == shown


def test_public_holidays_are_those_of_the_country_and_the_state():
    good_friday, epiphany, king = date(2026, 4, 3), date(2026, 1, 6), date(2026, 1, 19)
    zone, account = ZoneInfo("Europe/Berlin"), Account("sam@mail.example")

    def calendar(country, subdivision=""):
        return BusinessCalendar(User(account, zone, country, subdivision, WorkingHours()))

    assert not calendar("DE").is_business_day(good_friday)
    assert calendar("").is_business_day(good_friday)
    assert calendar("DE").is_business_day(epiphany)
    assert not calendar("DE", "BW").is_business_day(epiphany)
    assert not calendar("US").is_business_day(king)


@given(calendars, moments, st.integers(-48, 48))
def test_later_is_real_time_on_the_users_clock(calendar, moment, half_hours):
    found = calendar.later(calendar.local(moment), half_hours * HALF_HOUR)
    assert found.astimezone(UTC) - moment == half_hours * HALF_HOUR
    assert found.tzinfo is calendar.user.zone


def test_the_hour_that_is_shown_twice_is_told_apart():
    calendar = BusinessCalendar(a_user(ZoneInfo("America/New_York")))
    second = datetime(2026, 11, 1, 6, 30, tzinfo=UTC)
    assert calendar.later(second, -HALF_HOUR / 2).isoformat() == "2026-11-01T01:15:00-05:00"


def test_a_day_is_over_when_the_working_hours_are_or_with_what_lies_behind_them():
    calendar = BusinessCalendar(a_user())
    assert calendar.over_at(at("2026-03-10 09:30")) == at("2026-03-10 17:00")
    assert calendar.over_at(at("2026-03-10 17:00")) == at("2026-03-10 17:00")
    assert calendar.over_at(at("2026-03-10 20:00")) == at("2026-03-10 20:00")
