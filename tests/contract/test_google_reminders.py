"""Reminders in Google hold to the suite: in a calendar of the person's, and in one of syncd's own."""

import pytest

from tests.contract.google_reminder_world import (
    FEWEST,
    OWNED,
    GoogleReminderWorld,
    OwnCalendarWorld,
    assert_nobody_was_told,
)
from tests.contract.google_world import session
from tests.contract.reminder_calendar import ReminderCalendarSuite
from tests.fake_google.server import FakeGoogle


@pytest.fixture
def google():
    with FakeGoogle(email="robin@home.example") as google:
        yield google
        assert_nobody_was_told(google)


class TestCalendarOfTheirs(ReminderCalendarSuite):
    @pytest.fixture
    def world(self, google, tmp_path):
        google.calendars.add("search@group.calendar.google.com", "Search")
        with session(google, tmp_path, OWNED) as opened:
            yield GoogleReminderWorld(google, opened, "search@group.calendar.google.com")


class TestWithoutDetailsOfDeleted(TestCalendarOfTheirs):
    """All that Google promises to tell of a deleted event is its id."""

    @pytest.fixture(autouse=True)
    def _no_details(self, google):
        google.calendars.details_of_deleted = False


class TestOwnCalendar(ReminderCalendarSuite):
    @pytest.fixture
    def world(self, google, tmp_path):
        with session(google, tmp_path, FEWEST) as opened:
            yield OwnCalendarWorld(google, opened)
