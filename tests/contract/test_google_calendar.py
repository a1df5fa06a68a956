"""A Google calendar holds to the suite, over HTTP and the real client library."""

import pytest

from tests.contract.calendar_source import CalendarSourceSuite
from tests.contract.google_world import GoogleCalendarWorld, session
from tests.fake_google.server import FakeGoogle


class TestGoogleCalendar(CalendarSourceSuite):
    @pytest.fixture
    def world(self, tmp_path):
        with FakeGoogle() as google, session(google, tmp_path) as opened:
            yield GoogleCalendarWorld(google, opened)


class TestInSmallPages(CalendarSourceSuite):
    @pytest.fixture
    def world(self, tmp_path):
        with FakeGoogle() as google, session(google, tmp_path) as opened:
            google.calendars.page_sizes = [1, 0, 2, 0, 0, 1]
            yield GoogleCalendarWorld(google, opened)


class TestOneThatIsWrittenToAsWell(CalendarSourceSuite):
    @pytest.fixture
    def world(self, tmp_path):
        with FakeGoogle() as google, session(google, tmp_path) as opened:
            # What Google's tokens do with the bounds of the first listing, nobody knows.
            google.calendars.deltas_keep_bounds = True
            yield GoogleCalendarWorld(google, opened, written_to=True)
