"""The back ends in memory hold to the suites: they are the reference."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest

from syncd.backends.memory import MemoryCalendar, MemoryReminders
from syncd.errors import Conflict, SignInNeeded, Unreachable
from syncd.model import Event
from tests.contract import calendar_source, reminder_calendar
from tests.contract.calendar_source import CalendarSourceSuite, Spec, occurrences
from tests.contract.reminder_calendar import ReminderCalendarSuite, entry


class MemoryCalendarWorld:
    slack = timedelta()
    can_vanish = True
    gives_older = True
    keeps_cancelled = True

    def __init__(self) -> None:
        self.calendar = MemoryCalendar()

    def open(self) -> MemoryCalendar:
        return self.calendar

    def put(self, spec: Spec) -> None:
        single = not spec.weeks
        slots = [("", *_span(spec))] if single else occurrences(spec)
        events = [
            Event(
                source="",
                href=spec.uid,
                uid=spec.uid,
                event_id=spec.uid,
                start=start,
                end=end,
                recurrence_id=recurrence_id,
                title=spec.title,
                description=spec.description,
                location=spec.location,
                status=spec.status,
                organizer=spec.organizer,
                attendees=spec.attendees,
                all_day=not isinstance(spec.start, datetime),
            )
            for recurrence_id, start, end in slots
        ]
        self.calendar.put(*events, href=spec.uid)

    def remove(self, uid: str) -> None:
        self.calendar.remove(uid)

    def vanish(self) -> None:
        self.calendar.vanish()


def _span(spec: Spec) -> tuple[datetime, datetime]:
    zone = calendar_source.ZONE
    if isinstance(spec.start, datetime):
        return spec.start, (spec.start.astimezone(UTC) + spec.length).astimezone(zone)
    first = datetime.combine(spec.start, time.min, zone)
    return first, first + spec.length


class MemoryReminderWorld:
    knows_who = True
    can_vanish = True
    can_lose_marks = True
    takes_the_same_again = False
    longest_title = longest_text = None

    def __init__(self) -> None:
        self.calendar = MemoryReminders(reminder_calendar.NOW)

    def open(self) -> MemoryReminders:
        return self.calendar

    def __getattr__(self, name):
        return getattr(self.calendar, name)


class TestMemoryCalendar(CalendarSourceSuite):
    @pytest.fixture
    def world(self):
        return MemoryCalendarWorld()


class TestMemoryReminders(ReminderCalendarSuite):
    @pytest.fixture
    def world(self):
        return MemoryReminderWorld()


class TestFaults:
    """The accidents that memory can play."""

    @pytest.fixture
    def calendar(self):
        return MemoryReminders(reminder_calendar.NOW)

    def test_a_write_that_fails_before_takes_no_effect(self, calendar):
        calendar.fail()
        with pytest.raises(Unreachable):
            calendar.create(entry())
        assert calendar.entries == ()
        assert calendar.create(entry()) in calendar.entries
        assert calendar.writes == 1

    def test_a_write_whose_answer_is_lost_took_effect(self, calendar):
        calendar.fail(2, after=True, error=SignInNeeded("sign in again"))
        stored = calendar.create(entry())
        with pytest.raises(SignInNeeded):
            calendar.update(stored, replace(stored, title="New"))
        assert calendar.entry(stored.event_id).title == "New"
        with pytest.raises(Conflict):
            calendar.delete(stored)

    def test_the_person_moves_takes_back_and_time_goes_by(self, calendar):
        stored = calendar.create(entry())
        calendar.now += timedelta(days=1)
        moved = calendar.move(stored.event_id, stored.start + timedelta(days=3))
        assert (moved.end - moved.start, moved.modified) == (stored.end - stored.start, calendar.now)
        calendar.dismiss(stored.event_id)
        with pytest.raises(KeyError):
            calendar.entry(stored.event_id)
        calendar.restore(moved)
        assert calendar.pull(None).ended == ()
        assert [e.event_id for e in calendar.pull(None).entries] == [stored.event_id]
