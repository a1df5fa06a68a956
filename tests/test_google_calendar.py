"""A Google calendar read over the wire: series and their exceptions, what is gone, windows, cursors, and 410."""

import base64
import json
import subprocess
import sys
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from syncd.backends.google.calendar import GoogleCalendar
from syncd.backends.google.feed import Feed
from syncd.backends.google.known_series import KnownSeries
from syncd.errors import Unreachable
from syncd.formats import ical
from syncd.model import Account
from tests.contract.google_world import instance, session, written
from tests.fake_google.server import FakeGoogle, Fault
from tests.fake_google.wire import Answer

ZONE = ZoneInfo("Europe/Berlin")
SINCE, UNTIL = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 4, 1, tzinfo=UTC)
FIRST = datetime(2026, 3, 3, 10, tzinfo=ZONE)
HOUR, WEEK = timedelta(hours=1), timedelta(weeks=1)


class Person:
    """Whose calendar it is, with what a caller would know of it after each pull."""

    def __init__(self, google, opened, *, deleted=False):
        self.google, self.session, self.deleted = google, opened, deleted
        self.cursor: str | None = None
        self.known: dict[str, tuple] = {}

    def pull(self, since=SINCE, until=UNTIL, zone=ZONE, account=None):
        feed = Feed(self.session, "primary", deleted=self.deleted)
        changes = GoogleCalendar(feed, "primary", zone, account).pull(self.cursor, since, until)
        self.cursor = changes.cursor
        self.known = ({} if changes.complete else self.known) | dict(changes.changed)
        for name in changes.gone:
            self.known.pop(name, None)
        return changes

    @property
    def events(self):
        return sorted((e for held in self.known.values() for e in held), key=lambda e: (e.start, e.cause))

    @property
    def told(self):
        """Day and month, hour, and title of each event."""
        return [f"{e.start:%d.%m. %H} {e.title}" for e in self.events]

    def put(self, name, start=FIRST, title="A", **fields):
        end = start + (HOUR if isinstance(start, datetime) else timedelta(days=1))
        event = {"id": name, "summary": title, "start": written(start), "end": written(end)}
        return self.google.calendars.put("primary", event | fields)

    def series(self, name="aaaaa", start=FIRST, rule="RRULE:FREQ=WEEKLY;COUNT=3", *more, **fields):
        return self.put(name, start, recurrence=[rule, *more], **fields)

    def change(self, series, original, start=None, title="A", **fields):
        """Somebody changes one occurrence."""
        exception = {"recurringEventId": series, "originalStartTime": written(original)}
        return self.put(instance(series, original), start or original, title, **exception, **fields)

    def cancel(self, name, original=None):
        self.google.calendars.cancel("primary", name if original is None else instance(name, original))

    @property
    def requests(self):
        return len(self.google.seen("/events"))


@contextmanager
def signed_in(**options) -> Iterator[Person]:
    with (
        TemporaryDirectory() as folder,
        FakeGoogle("robin@home.example") as google,
        session(google, Path(folder)) as opened,
    ):
        yield Person(google, opened, **options)


@pytest.fixture(params=[False, True], ids=["read", "read and written"])
def robin(request):
    with signed_in(deleted=request.param) as person:
        yield person


# the cost of nothing new


def test_an_idle_pull_is_one_request_and_no_change(robin):
    robin.put("bbbbb")
    robin.series()
    robin.pull()
    before = robin.requests
    for _ in range(3):
        changes = robin.pull()
        assert (changes.changed, changes.gone, changes.complete, changes.warnings) == ({}, frozenset(), False, ())
    assert robin.requests == before + 3


def test_the_recurrence_library_is_loaded_for_series_only():
    told = subprocess.run(
        [sys.executable, "-c", "import sys, syncd.backends.google.calendar; print(*sys.modules)"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout.split()
    assert "syncd.backends.google.feed" in told
    assert not {"icalendar", "recurring_ical_events", "googleapiclient", "httplib2", "google.auth", "lxml"} & set(told)


def test_what_is_kept_of_series_is_small(robin):
    everybody = [{"email": f"person{n}@acme.example", "displayName": f"Person {n}"} for n in range(60)]
    for number in range(20):
        robin.series(f"series{number}", attendees=everybody, description="All hands. " * 200)
    robin.pull()
    assert len(robin.cursor) < 20_000


# single events


def test_single_events_come_change_and_go(robin):
    robin.put("aaaaa")
    robin.put("bbbbb", FIRST + timedelta(days=1), "B")
    robin.pull()
    assert robin.told == ["03.03. 10 A", "04.03. 10 B"]
    robin.put("bbbbb", FIRST + timedelta(days=2), "B moved")
    robin.put("ccccc", FIRST + timedelta(days=3), "C")
    robin.cancel("aaaaa")
    changes = robin.pull()
    assert changes.gone == {"aaaaa"}
    assert set(changes.changed) == {"bbbbb", "ccccc"}
    assert robin.told == ["05.03. 10 B moved", "06.03. 10 C"]


def test_a_deleted_event_that_is_restored(robin):
    robin.put("aaaaa")
    robin.pull()
    robin.cancel("aaaaa")
    robin.pull()
    assert robin.told == []
    robin.put("aaaaa")
    robin.pull()
    assert robin.told == ["03.03. 10 A"]


def test_reminders_of_ours_are_no_events_and_no_change(robin):
    ours = {"extendedProperties": {"private": {"syncdKey": "robin/thank_you/x"}}}
    robin.put("aaaaa", **ours)
    changes = robin.pull()
    assert changes.changed == {}
    robin.put("aaaaa", FIRST + HOUR, "later", **ours)
    robin.put("bbbbb", **ours)
    assert robin.pull().changed == {}
    robin.cancel("aaaaa")
    assert robin.pull().changed == {}
    assert robin.told == []


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        ("birthday", {}),
        ("workingLocation", {"workingLocationProperties": {"type": "homeOffice", "homeOffice": {}}}),
        ("outOfOffice", {}),
        ("focusTime", {}),
    ],
)
def test_what_is_no_meeting_is_left_out(robin, kind, fields):
    robin.put("aaaaa", eventType=kind, **fields)
    robin.series("bbbbb", eventType=kind, **fields)
    assert robin.pull().changed == {}
    robin.cancel("bbbbb", FIRST + WEEK)
    robin.pull()
    assert robin.told == []


def test_events_from_gmail_and_declined_ones_are_given(robin):
    robin.put("aaaaa", eventType="fromGmail")
    robin.put("bbbbb", attendees=[{"email": "robin@home.example", "responseStatus": "declined"}])
    robin.pull()
    assert [[a.status for a in event.attendees] for event in robin.events] == [[], ["declined"]]


@pytest.mark.parametrize("role", ["freeBusyReader", "none"])
def test_a_calendar_that_shows_only_busy_times_has_no_facts(robin, role):
    """Its events without titles must not take the place of what they were before."""
    calendars, boss = robin.google.calendars, "boss@acme.example"
    calendars.add(boss, role="reader")
    calendars.put(boss, {"id": "aaaaa", "summary": "Interview", "start": written(FIRST)})
    feed = Feed(robin.session, boss, deleted=False)
    first = GoogleCalendar(feed, boss, ZONE).pull(None, SINCE, UNTIL)
    calendars.share(boss, role)
    for cursor in (first.cursor, None):
        with pytest.raises(Unreachable, match=r"boss@acme.example shows only busy times.*have it shared"):
            GoogleCalendar(feed, boss, ZONE).pull(cursor, SINCE, UNTIL)
    calendars.share(boss, "reader")
    ((event,),) = GoogleCalendar(feed, boss, ZONE).pull(first.cursor, SINCE, UNTIL).changed.values()
    assert event.title == "Interview"


SAM = Account("robin@home.example", ("r.hood@work.example",))


@pytest.mark.parametrize("invited", ["robin@home.example", "R.Hood+jobs@work.example", "sam.r@elsewhere.example"])
@pytest.mark.parametrize("rule", [None, "RRULE:FREQ=WEEKLY;COUNT=3"])
def test_on_the_persons_own_calendar_self_is_the_person(robin, invited, rule):
    guests = [
        {"email": "ola@acme.example", "responseStatus": "accepted"},
        {"email": invited, "self": True, "responseStatus": "declined"},
    ]
    robin.put("aaaaa", attendees=guests, **({"recurrence": [rule]} if rule else {}))
    robin.pull(account=SAM)
    if rule:  # also out of what is kept of a series
        robin.change("aaaaa", FIRST + WEEK, title="B", attendees=guests)
        robin.pull(account=SAM)
    assert len(robin.events) == (3 if rule else 1)
    for event in robin.events:
        ola, me = event.attendees
        assert (SAM.owns(me.person.email), me.status) == (True, "declined")
        assert not SAM.owns(ola.person.email)
    robin.put("bbbbb", attendees=guests, organizer={"email": invited, "self": True})
    ((event,),) = robin.pull(account=SAM).changed.values()
    assert SAM.owns(event.organizer.email)


def test_on_another_calendar_self_is_that_calendar(robin):
    robin.put("aaaaa", attendees=[{"email": "team@acme.example", "self": True}])
    ((event,),) = robin.pull().changed.values()
    assert [one.person.email for one in event.attendees] == ["team@acme.example"]


def test_a_calendar_that_is_written_to_from_now_on_is_listed_anew(robin):
    robin.put("aaaaa")
    robin.pull()
    robin.deleted = not robin.deleted
    again = robin.pull()
    assert (again.complete, set(again.changed)) == (True, {"aaaaa"})
    assert robin.requests == 2
    assert robin.pull().changed == {}


# series


def test_a_series_is_one_resource_with_googles_own_ids(robin):
    robin.series(iCalUID="w@x.example")
    assert set(robin.pull().changed) == {"aaaaa"}
    assert [e.event_id for e in robin.events] == [instance("aaaaa", FIRST + WEEK * n) for n in range(3)]
    assert {e.href for e in robin.events} == {"aaaaa"}
    assert [e.cause for e in robin.events] == [
        "w@x.example/20260303T090000Z",
        "w@x.example/20260310T090000Z",
        "w@x.example/20260317T090000Z",
    ]


def test_exceptions_in_the_first_listing_and_later_tell_the_same(robin):
    robin.series()
    robin.pull()
    robin.cancel("aaaaa", FIRST)
    robin.change("aaaaa", FIRST + WEEK, FIRST + WEEK + timedelta(days=1, hours=3), "A moved")
    robin.change("aaaaa", FIRST + 2 * WEEK, title="A edited", attendees=[{"email": "kim@acme.example"}])
    changes = robin.pull()
    assert set(changes.changed) == {"aaaaa"}
    assert robin.told == ["11.03. 13 A moved", "17.03. 10 A edited"]
    assert [e.recurrence_id for e in robin.events] == ["20260310T090000Z", "20260317T090000Z"]
    assert [len(e.attendees) for e in robin.events] == [0, 1]
    later, robin.cursor = robin.events, None
    robin.pull()
    assert robin.events == later


def test_exceptions_one_at_a_time(robin):
    robin.series()
    robin.pull()
    robin.change("aaaaa", FIRST, FIRST + HOUR, "first")
    robin.pull()
    robin.cancel("aaaaa", FIRST + WEEK)
    robin.pull()
    assert robin.told == ["03.03. 11 first", "17.03. 10 A"]
    robin.change("aaaaa", FIRST, FIRST + 2 * HOUR, "first again")
    robin.pull()
    assert robin.told == ["03.03. 12 first again", "17.03. 10 A"]
    robin.change("aaaaa", FIRST + WEEK, title="back")
    robin.pull()
    assert robin.told == ["03.03. 12 first again", "10.03. 10 back", "17.03. 10 A"]


def test_a_change_of_the_series_keeps_its_exceptions(robin):
    robin.series()
    robin.change("aaaaa", FIRST + WEEK, FIRST + WEEK + HOUR, "moved")
    robin.pull()
    robin.series(title="B")
    robin.pull()
    assert robin.told == ["03.03. 10 B", "10.03. 11 moved", "17.03. 10 B"]


def test_a_series_that_is_deleted_goes_with_its_exceptions(robin):
    robin.series()
    robin.change("aaaaa", FIRST + WEEK, FIRST + WEEK + HOUR, "moved")
    robin.cancel("aaaaa", FIRST)
    robin.pull()
    robin.cancel("aaaaa")
    changes = robin.pull()
    assert "aaaaa" in changes.gone
    assert robin.told == []
    robin.pull(until=UNTIL + timedelta(days=200))
    assert robin.told == []


def test_a_single_event_becomes_a_series_and_one_again(robin):
    robin.put("aaaaa")
    robin.pull()
    robin.series()
    robin.pull()
    assert len(robin.told) == 3
    robin.put("aaaaa", FIRST + HOUR, recurrence=[])
    robin.pull()
    assert robin.told == ["03.03. 11 A"]


def answer(*items, **fields):
    """A listing as Google could give it; what the fake's organizer wouldn't do."""
    return Fault(Answer(200, {"kind": "calendar#events", "items": list(items)} | ({"nextSyncToken": "t"} | fields)))


def invited(original=FIRST, title="only this", start=None, **fields):
    """One occurrence of a series that is somebody else's."""
    start = start or original
    lasting = HOUR if isinstance(start, datetime) else timedelta(days=1)
    return {
        "id": instance("zzz", original),
        "recurringEventId": "zzz",
        "originalStartTime": written(original),
        "iCalUID": "z@acme.example",
        "summary": title,
        "start": written(start),
        "end": written(start + lasting),
        "status": "confirmed",
    } | fields


MASTER = {
    "id": "zzz",
    "iCalUID": "z@acme.example",
    "summary": "all of them",
    "start": written(FIRST),
    "end": written(FIRST + HOUR),
    "recurrence": ["RRULE:FREQ=WEEKLY;COUNT=3"],
}


def bare(original):
    """All that Google promises of a cancelled occurrence."""
    name = instance("zzz", original)
    return {"id": name, "status": "cancelled", "recurringEventId": "zzz", "originalStartTime": written(original)}


def test_invited_to_one_occurrence_only(robin):
    robin.google.fail(answer(invited()))
    robin.pull()
    assert [(e.href, e.event_id, e.cause, e.title) for e in robin.events] == [
        ("zzz_20260303T090000Z", "zzz_20260303T090000Z", "z@acme.example/20260303T090000Z", "only this")
    ]
    robin.google.fail(answer(invited(start=FIRST + HOUR)))
    robin.pull()
    assert robin.told == ["03.03. 11 only this"]
    robin.google.fail(answer({"id": "zzz_20260303T090000Z", "status": "cancelled"}))
    robin.pull()
    assert robin.told == []


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 0, 2)])
@pytest.mark.parametrize("apart", [False, True])
def test_master_and_exceptions_in_any_order(robin, order, apart):
    items = [MASTER, invited(FIRST + WEEK, "moved", FIRST + WEEK + HOUR), bare(FIRST + 2 * WEEK)]
    items = [items[number] for number in order]
    for listing in [[item] for item in items] if apart else [items]:
        robin.google.fail(answer(*listing))
        robin.pull()
    assert robin.told == ["03.03. 10 all of them", "10.03. 11 moved"]
    assert set(robin.known) == {"zzz"}


def test_an_occurrence_on_its_own_is_gone_once_its_series_holds_it(robin):
    robin.google.fail(answer(invited()))
    robin.pull()
    robin.google.fail(answer(MASTER))
    changes = robin.pull()
    assert changes.gone == {"zzz_20260303T090000Z"}
    assert robin.told == ["03.03. 10 only this", "10.03. 10 all of them", "17.03. 10 all of them"]


def test_a_cancelled_occurrence_with_nothing_but_its_id(robin):
    robin.google.fail(answer(MASTER))
    robin.pull()
    robin.google.fail(answer({"id": "zzz_20260310T090000Z", "status": "cancelled"}))
    robin.pull()
    assert robin.told == ["03.03. 10 all of them", "17.03. 10 all of them"]


def test_a_series_that_goes_while_one_of_its_occurrences_stays(robin):
    robin.google.fail(answer(MASTER, bare(FIRST + WEEK)))
    robin.pull()
    robin.google.fail(answer(invited(), {"id": "zzz", "status": "cancelled"}))
    robin.pull()
    assert robin.told == ["03.03. 10 only this"]
    assert set(robin.known) == {"zzz_20260303T090000Z"}


def test_an_occurrence_that_says_less_than_it_should(robin):
    one = invited(FIRST + WEEK, "edited")
    del one["iCalUID"], one["originalStartTime"]
    other = invited(FIRST + 2 * WEEK, "moved", FIRST + 2 * WEEK + HOUR)
    other["originalStartTime"] = {"dateTime": "2026-03-17T09:00:00Z", "timeZone": "UTC"}
    called_off = bare(FIRST) | {
        "originalStartTime": {"dateTime": "2026-03-03T04:00:00", "timeZone": "America/New_York"}
    }
    robin.google.fail(answer(MASTER, one, other, called_off))
    robin.pull()
    assert robin.told == ["10.03. 10 edited", "17.03. 11 moved"]
    assert {e.uid for e in robin.events} == {"z@acme.example"}


@pytest.mark.parametrize(
    ("start", "exceptions"),
    [
        (date(2026, 3, 3), [invited(FIRST, "edited"), bare(FIRST + WEEK)]),
        (FIRST, [invited(date(2026, 3, 3), "edited"), bare(date(2026, 3, 10))]),
    ],
)
def test_a_series_that_was_of_whole_days_or_became_so(robin, start, exceptions):
    times = {"start": written(start), "end": written(start + timedelta(days=1))}
    robin.google.fail(answer(MASTER | times, *exceptions))
    robin.pull()
    assert [(e.title, f"{e.start:%d.%m.}") for e in robin.events] == [("edited", "03.03."), ("all of them", "17.03.")]


@pytest.mark.parametrize("more", ["RECURRENCE-ID:20260303T090000Z", "DURATION:P9D", "X-SYNCD-KEY:x", "", "RRULE"])
def test_only_recurrence_lines_count(robin, more):
    robin.google.fail(answer(MASTER | {"recurrence": [more, *MASTER["recurrence"]]}))
    robin.pull()
    assert [(e.start, e.end - e.start) for e in robin.events] == [(FIRST + n * WEEK, HOUR) for n in range(3)]


def test_this_and_following(robin):
    robin.series("aaaaa", FIRST, "RRULE:FREQ=WEEKLY")
    robin.change("aaaaa", FIRST, FIRST + HOUR, "moved early")
    robin.change("aaaaa", FIRST + 3 * WEEK, FIRST + 3 * WEEK + HOUR, "moved late")
    robin.pull()
    split = FIRST + 2 * WEEK
    # Google ends the old series the second before, and the later exceptions are no more.
    robin.cancel("aaaaa", FIRST + 3 * WEEK)
    robin.series("aaaaa", FIRST, "RRULE:FREQ=WEEKLY;UNTIL=20260317T085959Z")
    robin.google.calendars.put(
        "primary",
        {
            "id": "aaaaa_R20260317T100000",
            "iCalUID": "aaaaa_R20260317T100000@google.com",
            "summary": "B",
            "start": written(split + HOUR),
            "end": written(split + 2 * HOUR),
            "recurrence": ["RRULE:FREQ=WEEKLY;COUNT=2"],
        },
    )
    changes = robin.pull()
    assert set(changes.changed) == {"aaaaa", "aaaaa_R20260317T100000"}
    assert robin.told == ["03.03. 11 moved early", "10.03. 10 A", "17.03. 11 B", "24.03. 11 B"]


def test_this_and_following_where_nothing_is_told_of_the_exceptions(robin):
    late = FIRST + 2 * WEEK
    robin.google.fail(answer(MASTER, invited(FIRST, "moved early"), invited(late, "moved late", late + HOUR)))
    robin.pull()
    robin.google.fail(answer(MASTER | {"recurrence": ["RRULE:FREQ=WEEKLY;UNTIL=20260317T085959Z"]}))
    robin.pull()
    assert robin.told == ["03.03. 10 moved early", "10.03. 10 all of them"]


def test_an_endless_series_of_whole_days(robin):
    robin.series("aaaaa", date(2026, 3, 27), "RRULE:FREQ=DAILY")
    robin.cancel("aaaaa", date(2026, 3, 28))
    robin.change("aaaaa", date(2026, 3, 30), date(2026, 3, 30), "edited")
    robin.pull(until=datetime(2026, 4, 1, tzinfo=UTC))
    found = [e for e in robin.events if e.start < UNTIL]
    assert [e.recurrence_id for e in found[:4]] == ["20260327", "20260329", "20260330", "20260331"]
    assert all(e.all_day for e in found)
    assert (found[1].start, found[1].end) == (
        datetime(2026, 3, 29, tzinfo=ZONE),
        datetime(2026, 3, 30, tzinfo=ZONE),
    )
    assert found[2].title == "edited"
    assert max(e.start for e in robin.events) < UNTIL + timedelta(days=60)


def test_wall_clock_time_stays_over_a_change_of_the_clocks(robin):
    there = ZoneInfo("America/New_York")
    robin.series("aaaaa", datetime(2026, 3, 4, 9, tzinfo=there), "RRULE:FREQ=WEEKLY;COUNT=5")
    robin.pull()
    assert [e.start.astimezone(there).hour for e in robin.events] == [9] * 5
    assert [f"{e.start:%H:%M}" for e in robin.events] == ["15:00", "14:00", "14:00", "14:00", "15:00"]


def test_recurrence_lines(robin):
    robin.series(
        "aaaaa",
        FIRST,
        "RRULE:FREQ=WEEKLY;COUNT=3",
        "EXDATE;TZID=Europe/Berlin:20260310T100000",
        "RDATE;TZID=America/New_York:20260312T070000",
        "RDATE:20260313T120000Z,20260314T120000Z",
    )
    robin.pull()
    assert robin.told == ["03.03. 10 A", "12.03. 12 A", "13.03. 13 A", "14.03. 13 A", "17.03. 10 A"]


# windows


def test_the_window_moves_on_at_one_request_each(robin):
    robin.series("aaaaa", FIRST, "RRULE:FREQ=WEEKLY")
    robin.change("aaaaa", FIRST + 30 * WEEK, title="far off")
    robin.put("bbbbb")
    robin.pull()
    before, known = robin.requests, set(robin.told)
    for days in range(1, 300, 20):
        changes = robin.pull(until=UNTIL + timedelta(days=days))
        assert not changes.complete
        assert "bbbbb" not in changes.changed
        assert known <= set(robin.told)
        known = set(robin.told)
        starts = [e.start for e in robin.events if e.title != "far off" and e.href == "aaaaa"]
        assert max(starts) >= UNTIL + timedelta(days=days) - WEEK
    assert robin.requests == before + 15
    assert any("far off" in one for one in robin.told)


def test_farther_back_than_listed_everything_is_asked_for(robin):
    robin.series("aaaaa", datetime(2025, 9, 2, 10, tzinfo=ZONE), "RRULE:FREQ=WEEKLY;COUNT=10")
    robin.put("bbbbb", datetime(2025, 9, 3, 10, tzinfo=ZONE), "old")
    robin.put("ccccc")
    robin.pull()
    assert robin.told == ["03.03. 10 A"]
    changes = robin.pull(since=datetime(2025, 9, 1, tzinfo=UTC))
    assert changes.complete
    assert len(robin.events) == 12
    assert not robin.pull(since=datetime(2025, 9, 1, tzinfo=UTC)).complete
    # Once so far back, a nearer beginning takes nothing away.
    assert robin.pull().changed == {}
    robin.change("aaaaa", datetime(2025, 9, 9, 10, tzinfo=ZONE), title="edited")
    robin.pull()
    assert len(robin.events) == 12


def test_an_occurrence_moved_out_of_the_window_is_not_expected_at_its_old_time(robin):
    robin.series("aaaaa", datetime(2025, 12, 23, 10, tzinfo=ZONE), "RRULE:FREQ=WEEKLY;COUNT=3")
    original = datetime(2026, 1, 6, 10, tzinfo=ZONE)
    robin.change("aaaaa", original, datetime(2025, 12, 20, 10, tzinfo=ZONE), "moved")
    robin.pull()
    assert robin.told == []


def test_an_occurrence_moved_into_the_window(robin):
    robin.series("aaaaa", datetime(2025, 11, 4, 10, tzinfo=ZONE), "RRULE:FREQ=WEEKLY;COUNT=3")
    robin.pull()
    robin.change("aaaaa", datetime(2025, 11, 11, 10, tzinfo=ZONE), FIRST, "moved")
    robin.pull()
    assert robin.told == ["03.03. 10 moved"]


def test_what_is_over_is_not_kept(robin):
    begin = datetime(2025, 11, 4, 10, tzinfo=ZONE)
    robin.series("aaaaa", begin, "RRULE:FREQ=WEEKLY")
    robin.series("bbbbb", begin, "RRULE:FREQ=WEEKLY;UNTIL=20251118T235959Z")
    robin.pull()
    for week in (0, 1):
        robin.cancel("aaaaa", begin + week * WEEK)
        robin.change("bbbbb", begin + week * WEEK, title="edited")
    robin.change("aaaaa", begin + 2 * WEEK, FIRST, "later")
    robin.cancel("aaaaa", begin + 6 * WEEK)
    robin.series("bbbbb", begin, "RRULE:FREQ=WEEKLY;UNTIL=20251118T235959Z", title="renamed")
    robin.pull()
    known = KnownSeries.unpack(json.loads(robin.cursor)["series"])
    assert set(known.masters) == {"aaaaa"}
    kept = {instance("aaaaa", begin + 2 * WEEK), instance("aaaaa", begin + 6 * WEEK)}
    assert {name: set(of) for name, of in known.exceptions.items()} == {"aaaaa": kept}
    # What is over and is prolonged later is whole again.
    robin.series("bbbbb", begin, "RRULE:FREQ=WEEKLY;UNTIL=20260310T235959Z", title="B")
    robin.pull()
    assert "10.03. 10 B" in robin.told


# a token that is no longer taken


def test_410_loses_nothing_duplicates_nothing_and_notices_what_has_gone(robin):
    robin.put("aaaaa")
    robin.put("bbbbb")
    robin.series("ccccc")
    robin.series("ddddd")
    robin.change("ddddd", FIRST, FIRST + HOUR, "moved")
    robin.pull()
    robin.cancel("aaaaa")
    robin.cancel("ccccc")
    robin.cancel("ddddd", FIRST + WEEK)
    robin.put("eeeee", FIRST + HOUR, "E")
    robin.google.calendars.expire_tokens("primary")
    changes = robin.pull()
    assert changes.complete
    assert set(robin.known) == {"bbbbb", "ddddd", "eeeee"}
    assert robin.told == ["03.03. 10 A", "03.03. 11 moved", "03.03. 11 E", "17.03. 10 A"]
    assert robin.pull().changed == {}


def test_410_and_tombstones_that_google_forgot(robin):
    robin.put("aaaaa")
    robin.series("ccccc")
    robin.pull()
    for name in ("aaaaa", "ccccc"):
        robin.cancel(name)
        robin.google.calendars.forget("primary", name)
    robin.google.calendars.expire_tokens("primary")
    robin.pull()
    assert robin.told == []


def test_deltas_that_keep_to_the_bounds_of_the_first_listing(robin):
    robin.google.calendars.deltas_keep_bounds = True
    robin.put("aaaaa")
    robin.put("bbbbb", datetime(2025, 9, 3, 10, tzinfo=ZONE), "old")
    robin.pull()
    robin.put("bbbbb", FIRST + HOUR, "no longer old")
    robin.cancel("aaaaa")
    robin.pull()
    assert robin.told == ["03.03. 11 no longer old"]


# cursors


@pytest.mark.parametrize("damage", ["{", "[]", "null", "7", '{"version": 1}', '{"version": 99}', "\x00"])
def test_a_cursor_that_is_none_is_a_full_pull(robin, damage):
    robin.put("aaaaa")
    robin.cursor = damage
    assert robin.pull().complete
    assert robin.told == ["03.03. 10 A"]


@pytest.mark.parametrize(
    "series",
    ["!", "AAAA", *(base64.b64encode(zlib.compress(data)).decode() for data in (b"[1,2]", b"7", b"{", b"[{}]"))],
)
def test_a_cursor_whose_series_are_damaged_is_a_full_pull(robin, series):
    robin.series()
    robin.pull()
    robin.cursor = json.dumps(json.loads(robin.cursor) | {"series": series})
    robin.put("bbbbb")
    assert robin.pull().complete
    assert len(robin.told) == 4


def test_another_zone_is_a_full_pull(robin):
    robin.put("aaaaa", date(2026, 3, 3))
    robin.pull()
    assert robin.pull(zone=ZoneInfo("America/New_York")).complete
    assert robin.events[0].start == datetime(2026, 3, 3, tzinfo=ZoneInfo("America/New_York"))


# what is broken costs itself


def test_a_broken_event_is_named_and_the_rest_goes_on(robin):
    good = {"id": "aaaaa", "start": written(FIRST), "end": written(FIRST + HOUR), "summary": "A"}
    robin.google.fail(
        answer(
            {"id": "bbbbb", "start": {"dateTime": "soon"}},
            {"summary": "no id", "start": written(FIRST)},
            {"id": "ccccc", "start": written(FIRST), "recurrence": ["RRULE:FREQ=NEVER"]},
            {"id": "ddddd", "start": written(FIRST), "recurrence": ["RRULE:FREQ=SECONDLY"]},
            MASTER,
            invited(FIRST, start=FIRST) | {"start": {"dateTime": None}},
            good,
        )
    )
    changes = robin.pull()
    assert robin.told == ["03.03. 10 A", "03.03. 10 all of them", "10.03. 10 all of them", "17.03. 10 all of them"]
    assert len(changes.warnings) == 5
    assert all(warning.startswith("primary: event ") for warning in changes.warnings)
    for name in ("bbbbb", "without an id", "ccccc", "ddddd", "zzz_20260303T090000Z"):
        assert any(f"event {name} is left out: " in warning for warning in changes.warnings)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.fixed_dictionaries(
            {"id": st.sampled_from(["aaaaa", "zzz", "zzz_20260303T090000Z", "", "zzz_99999999"])},
            optional={
                "status": st.sampled_from(["confirmed", "cancelled", "", 5]),
                "recurringEventId": st.sampled_from(["zzz", "aaaaa", "", 5]),
                "originalStartTime": st.sampled_from(
                    [written(FIRST), written(date(2026, 3, 3)), {}, {"dateTime": ""}, 5]
                ),
                "start": st.sampled_from([written(FIRST), written(date(2026, 3, 3)), {"date": "0001-01-01"}, {}, 5]),
                "end": st.sampled_from([written(FIRST + HOUR), written(date(9999, 12, 31)), {}, 5]),
                "recurrence": st.sampled_from(
                    [
                        ["RRULE:FREQ=WEEKLY;COUNT=3"],
                        ["RRULE:FREQ=DAILY"],
                        ["RRULE:\n"],
                        ["EXDATE:x"],
                        [5],
                        5,
                        [],
                        ["RDATE:20260303"],
                    ]
                ),
            },
        ),
        max_size=5,
    )
)
def test_no_listing_breaks_the_pull(items):
    from syncd.backends.google.feed import Listing

    class Given(Feed):
        def __init__(self):
            self.left = items

        def changes(self, taker, token, since):
            some, self.left = self.left[:3], self.left[3:]
            return Listing(tuple(some), "t", complete=token is None)

    calendar = GoogleCalendar(Given(), "primary", ZONE)
    first = calendar.pull(None, SINCE, UNTIL)
    second = calendar.pull(first.cursor, SINCE, UNTIL + timedelta(days=100))
    for changes in (first, second):
        assert all(event.start.tzinfo is ZONE for held in changes.changed.values() for event in held)
        assert not changes.gone & changes.changed.keys()


# the same as a file with the same events


ZONES = st.sampled_from([ZoneInfo(name) for name in ("Europe/Berlin", "America/New_York", "Asia/Kolkata", "UTC")])
RULES = st.sampled_from(
    [
        "FREQ=DAILY;COUNT=9",
        "FREQ=DAILY;INTERVAL=3",
        "FREQ=WEEKLY",
        "FREQ=WEEKLY;COUNT=12",
        "FREQ=WEEKLY;BYDAY=MO,TH,{weekday};UNTIL=20260520T120000Z",
        "FREQ=WEEKLY;INTERVAL=2;WKST=SU;BYDAY={weekday}",
        "FREQ=MONTHLY;BYDAY={nth}{weekday}",
        "FREQ=MONTHLY;BYMONTHDAY={day}",
        "FREQ=YEARLY;COUNT=2",
    ]
)


@st.composite
def series(draw):
    """A series as Google's JSON and as a VEVENT: start, length, rule, and what became of some of its occurrences."""
    zone, rule, days = draw(ZONES), draw(RULES), draw(st.booleans())
    day = date(2025, 12, 1) + timedelta(days=draw(st.integers(0, 140)))
    hour, minute = draw(st.integers(0, 23)), draw(st.sampled_from([0, 30]))
    length = (
        timedelta(days=draw(st.integers(1, 3))) if days else timedelta(minutes=draw(st.sampled_from([0, 30, 90, 1500])))
    )
    start = day if days else datetime(day.year, day.month, day.day, hour, minute, tzinfo=zone)
    if not days:
        start = start.astimezone(UTC).astimezone(zone)  # no time that the clocks skip
    # Whether a start that its own rule doesn't name counts is undefined (RFC 5545 3.8.5.3), and readers differ.
    rule = rule.format(
        weekday=["MO", "TU", "WE", "TH", "FR", "SA", "SU"][start.weekday()], nth=(start.day + 6) // 7, day=start.day
    )
    if days:
        rule = rule.replace("T120000Z", "")
    fates = st.tuples(
        st.integers(0, 12),
        st.sampled_from(["cancelled", "moved", "edited"]),
        st.integers(-60, 60),
    )
    return start, length, rule, draw(st.lists(fates, max_size=5, unique_by=lambda fate: fate[0]))


def line(name, moment):
    if not isinstance(moment, datetime):
        return f"{name};VALUE=DATE:{moment:%Y%m%d}"
    if moment.tzinfo is UTC or moment.tzinfo.key == "UTC":
        return f"{name}:{moment:%Y%m%dT%H%M%SZ}"
    return f"{name};TZID={moment.tzinfo.key}:{moment:%Y%m%dT%H%M%S}"


def later(moment, by):
    if isinstance(moment, datetime):
        return (moment.astimezone(UTC) + by).astimezone(moment.tzinfo)
    return moment + timedelta(days=by.days)


def vevent(start, end, title, *lines):
    return [
        "BEGIN:VEVENT",
        "UID:w@x.example",
        line("DTSTART", start),
        line("DTEND", end),
        f"SUMMARY:{title}",
        *lines,
        "END:VEVENT",
    ]


def from_file(events):
    data = "\r\n".join(["BEGIN:VCALENDAR", "VERSION:2.0", *events, "END:VCALENDAR", ""])
    reading = ical.read(data.encode(), ZONE, SINCE, UNTIL + timedelta(days=60))
    assert reading.warnings == ()
    return reading.events


def facts(events):
    return sorted((e.cause, e.start, e.end, e.all_day, e.title, e.status) for e in events)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(series(), st.lists(st.booleans(), min_size=6, max_size=6))
def test_a_series_means_the_same_as_in_a_file(one, pauses):
    start, length, rule, fates = one
    master = vevent(start, later(start, length), "A", f"RRULE:{rule}")
    originals = sorted(e.recurrence_id for e in from_file(master))
    zone = start.tzinfo if isinstance(start, datetime) else None
    with signed_in() as robin:
        body = {"id": "aaaaa", "iCalUID": "w@x.example", "summary": "A", "start": written(start)}
        robin.google.calendars.put(
            "primary", body | {"end": written(later(start, length)), "recurrence": [f"RRULE:{rule}"]}
        )
        excluded, changed = [], []
        for (nth, fate, hours), pause in zip(fates, pauses, strict=False):
            if pause:
                robin.pull()
            if nth >= len(originals):
                continue
            name = originals[nth]
            moment = (
                datetime.strptime(name, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC).astimezone(zone)
                if zone
                else date.fromisoformat(name)
            )
            if fate == "cancelled":
                robin.cancel("aaaaa", moment)
                excluded.append(line("EXDATE", moment))
                continue
            new = later(moment, timedelta(hours=hours)) if fate == "moved" else moment
            robin.google.calendars.put(
                "primary",
                {
                    "recurringEventId": "aaaaa",
                    "originalStartTime": written(moment),
                    "summary": fate,
                    "start": written(new),
                    "end": written(later(new, length)),
                },
            )
            changed += vevent(new, later(new, length), fate, line("RECURRENCE-ID", moment))
        robin.pull()
        if pauses[-1]:
            robin.pull()
        in_file = from_file([*master[:-1], *excluded, master[-1], *changed])
        assert facts(robin.events) == facts(in_file)
        robin.cursor, robin.known = None, {}
        robin.pull()
        assert facts(robin.events) == facts(in_file)
