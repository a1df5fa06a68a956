"""Reminders in files hold to the suite: a single .ics, and a vdir."""

import pytest

from tests.contract.ical_world import FileReminderWorld
from tests.contract.reminder_calendar import ReminderCalendarSuite


class TestSingleFile(ReminderCalendarSuite):
    @pytest.fixture
    def world(self, tmp_path):
        return FileReminderWorld(tmp_path / "calendars" / "reminders.ics")


class TestVdir(ReminderCalendarSuite):
    @pytest.fixture
    def world(self, tmp_path):
        return FileReminderWorld(tmp_path / "reminders")
