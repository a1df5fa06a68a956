"""Calendars in files hold to the suite: a single .ics, and a vdir."""

import pytest

from tests.contract.calendar_source import CalendarSourceSuite
from tests.contract.ical_world import FileCalendarWorld


class TestSingleFile(CalendarSourceSuite):
    @pytest.fixture
    def world(self, tmp_path):
        return FileCalendarWorld(tmp_path / "calendar.ics")


class TestVdir(CalendarSourceSuite):
    @pytest.fixture
    def world(self, tmp_path):
        return FileCalendarWorld(tmp_path / "vdir")
