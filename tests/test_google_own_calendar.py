"""The calendar that syncd makes for its reminders: found again, made once, and what goes wrong with it."""

from dataclasses import replace

import pytest

from syncd.backends.google.own_calendar import OwnCalendar
from syncd.errors import Absurd, BadConfig, Conflict, SignInNeeded, TryAgain, Unreachable
from syncd.purge import purge
from tests.contract.google_reminder_world import (
    FEWEST,
    OwnCalendarWorld,
    assert_nobody_was_told,
)
from tests.contract.google_world import session
from tests.contract.reminder_calendar import ZONE, entry
from tests.fake_google.server import FakeGoogle, Fault
from tests.fake_google.wire import Answer, error
from tests.world import World, an_interview, at

MINE = "mine@group.calendar.google.com"
SIGN = "syncd keeps its follow-up reminders here (Follow-ups)"


def asked(google: FakeGoogle) -> list[str]:
    """What was asked, as METHOD and the last part of the path."""
    return [f"{e.request.method} {e.request.path.rpartition('/')[2]}" for e in google.seen()]


def making(request) -> bool:
    return request.method == "POST" and request.path.endswith("/calendars")


@pytest.fixture
def google():
    with FakeGoogle(email="robin@home.example") as google:
        yield google
        assert_nobody_was_told(google)


@pytest.fixture
def world(google, tmp_path):
    with session(google, tmp_path, FEWEST) as opened:
        yield OwnCalendarWorld(google, opened)


def described(google: FakeGoogle, calendar_id: str, description: str) -> None:
    google.calendars.calendar(calendar_id).description = description


class TestFinding:
    def test_hidden_ones_are_asked_for_too(self, world, google):
        world.open().pull(None)
        (exchange,) = google.seen()
        assert exchange.request.one("showHidden") == "true"

    def test_looking_makes_nothing_and_is_one_request(self, world, google):
        first = world.open().pull(None)
        assert (first.entries, first.complete) == ((), True)
        again = world.open().pull(first.cursor)
        assert again.entries == ()
        assert asked(google) == ["GET calendarList", "GET calendarList"]
        assert google.calendars.ids == ["robin@home.example"]

    def test_the_first_reminder_makes_it(self, world, google):
        sink = world.open()
        sink.pull(None)
        stored = sink.create(entry())
        assert asked(google)[1:] == ["POST calendars", "GET calendarList", "POST events"]
        made = google.calendars.calendar(world.calendar)
        assert (made.summary, made.description, made.time_zone) == ("Follow-ups", SIGN, "America/New_York")
        assert sink.pull(None).entries == (stored,)
        sink.create(entry("b@x.example"))
        assert len(google.calendars.ids) == 2

    def test_then_the_cursor_knows_it_and_a_pull_is_one_request(self, world, google):
        world.open().create(entry())
        found = world.open().pull(None)
        google.log.clear()
        changes = world.open().pull(found.cursor)
        assert asked(google) == ["GET events"]
        assert (changes.entries, changes.complete) == ((), False)

    def test_it_is_known_by_what_it_says_whatever_it_is_called(self, world, google):
        stored = world.open().create(entry())
        own = world.calendar
        google.calendars.add(MINE, "Follow-ups")
        google.calendars.calendar(own).summary = "Job search"
        described(google, own, "<p>Mine!</p><p>syncd keeps its&nbsp;follow-up reminders here (Follow-ups)</p>")
        assert world.open().pull(None).entries == (stored,)

    def test_on_the_last_page(self, world, google):
        for number in range(5):
            google.calendars.add(f"c{number}@group.calendar.google.com", "Follow-ups", role="reader")
        google.calendars.page_sizes = [2, 0, 1]
        google.calendars.add(MINE, "Follow-ups")
        google.calendars.calendar(MINE).by_app = True
        stored = world.open().create(entry())
        assert [e["id"] for e in google.calendars.events(MINE)] == [stored.event_id]

    @pytest.mark.parametrize("role", ["reader", "writer", "freeBusyReader"])
    def test_one_of_somebody_else_is_none(self, world, google, role):
        google.calendars.add("theirs@group.calendar.google.com", "Follow-ups", role=role)
        described(google, "theirs@group.calendar.google.com", SIGN)
        world.open().create(entry())
        assert len(google.calendars.ids) == 3

    def test_the_primary_one_is_none(self, google, world):
        google.calendars.calendar("primary").summary = "Follow-ups"
        world.open().create(entry())
        assert google.calendars.events("primary") == []

    def test_of_another_name_is_another(self, world, google):
        world.open().create(entry())
        other = OwnCalendar(world.session, "Follow", ZONE)
        assert (other.name, other.memory) == ("new:Follow", None)
        assert other.pull(None).entries == ()

    def test_several_of_that_name_are_the_persons_to_part(self, world, google):
        for number in range(2):
            google.calendars.add(f"c{number}@group.calendar.google.com", "Follow-ups")
        with pytest.raises(BadConfig, match='2 calendars called "Follow-ups"; rename all but one'):
            world.open().pull(None)
        described(google, "c1@group.calendar.google.com", SIGN)
        google.calendars.calendar("c1@group.calendar.google.com").by_app = True
        world.open().create(entry())
        assert google.calendars.events("c1@group.calendar.google.com")

    @pytest.mark.parametrize(
        "junk", ["", "x", "[]", "{}", '{"calendar":7,"made":1,"token":""}', '{"calendar":"","made":true,"token":"t"}']
    )
    def test_with_a_cursor_that_says_nothing_it_is_looked_for(self, world, junk):
        stored = world.open().create(entry())
        assert world.open().pull(junk).entries == (stored,)

    @pytest.mark.parametrize(
        "items",
        [None, 7, [None, 7, {}, {"id": 7, "accessRole": "owner"}], [{"id": "x", "accessRole": "owner", "summary": 7}]],
        ids=str,
    )
    def test_lists_of_any_shape_are_survived(self, world, google, items):
        google.fail(Fault(Answer(200, {"items": items, "nextPageToken": 7})))
        assert world.open().pull(None).entries == ()


class TestMaking:
    @pytest.mark.parametrize(
        "fault", [Fault.reply_lost(), Fault.truncated(), Fault(error(503, "backendError", "x"), effect=True)]
    )
    @pytest.mark.parametrize("later", ["in the same process", "in the next"])
    def test_where_an_answer_was_lost_no_second_one_is_made(self, world, google, fault, later):
        google.fail(fault, where=making)
        sink = world.open()
        before = sink.pull(None)
        with pytest.raises(Unreachable):
            sink.create(entry())
        assert google.faults.left == 0
        if later == "in the next":
            sink = world.open()
            sink.pull(before.cursor)
        stored = sink.create(entry())
        assert [request for request in asked(google) if request == "POST calendars"] == ["POST calendars"]
        assert world.open().pull(None).entries == (stored,)
        assert google.calendars.ids == ["robin@home.example", world.calendar]

    def test_of_two_that_say_that_syncd_made_them_always_the_same_is_used(self, world, google):
        """Two computers made one each at the same time; the order in which Google lists them may change."""
        names = ["b@group.calendar.google.com", "a@group.calendar.google.com", "c@group.calendar.google.com"]
        for name in names:
            google.calendars.add(name, "Follow-ups", by_app=True)
            described(google, name, SIGN)
        world.open().create(entry())
        assert [len(google.calendars.events(name)) for name in sorted(names)] == [1, 0, 0]

    def test_a_crash_before_it_is_written_to_makes_no_second_one(self, world, google):
        first = world.open().pull(None)
        google.fail(Fault.quota_exceeded(), where=lambda request: request.path.endswith("/events"))
        with pytest.raises(Unreachable):
            world.open().create(entry())
        world.open().pull(first.cursor)
        world.open().create(entry())
        assert len(google.calendars.ids) == 2

    def test_the_limit_of_google_is_told(self, world, google):
        google.calendars.most_made = 0
        with pytest.raises(
            TryAgain, match='no more calendars for this account for some days, so there is no "Follow-ups"'
        ):
            world.open().create(entry())

    def test_other_refusals_say_what_google_says(self, world, google):
        google.fail(Fault.not_enabled(), where=making)
        with pytest.raises(Unreachable, match="switched off"):
            world.open().create(entry())

    def test_an_answer_without_an_id(self, world, google):
        google.fail(Fault(Answer(200, {"summary": "Follow-ups"})), where=making)
        with pytest.raises(Unreachable, match="didn't say which"):
            world.open().create(entry())

    def test_without_leave_to_make_one(self, google, tmp_path):
        reading = FEWEST - {"https://www.googleapis.com/auth/calendar.app.created"}
        with session(google, tmp_path, reading) as opened:
            sink = OwnCalendarWorld(google, opened).open()
            with pytest.raises(SignInNeeded, match=r"calendar\.app\.created"):
                sink.create(entry())


class TestGone:
    def test_a_calendar_that_the_person_deleted_stops_it_until_they_say_so(self, world, google):
        stored = world.open().create(entry())
        before = world.open().pull(None)
        world.vanish()
        for _ in range(2):
            with pytest.raises(Absurd, match=r'"Follow-ups", which syncd made.* is gone.*--allow-mass-change'):
                world.open().pull(before.cursor)
        assert world.open().pull(None).entries == ()
        world.open().delete(stored)
        with pytest.raises(Conflict):
            world.open().update(stored, replace(stored, title="New"))
        again = world.open().create(entry("b@x.example"))
        assert world.open().pull(None).entries == (again,)

    def test_also_before_it_was_ever_read(self, world, google):
        world.open().create(entry())
        empty = world.open().pull(None).cursor.replace('"token":"', '"token":"" ,"was":"')
        world.vanish()
        with pytest.raises(Absurd, match="is gone"):
            world.open().pull(empty)

    def test_another_trouble_is_told_as_it_is(self, world, google):
        world.open().create(entry())
        before = world.open().pull(None)
        google.fail(Fault.not_enabled())
        with pytest.raises(Unreachable, match="switched off"):
            world.open().pull(before.cursor)


class TestNotOurs:
    def test_one_that_only_has_the_name_may_refuse_and_then_that_is_said(self, world, google):
        google.calendars.add(MINE, "Follow-ups")
        cursor = world.open().pull(None).cursor
        for sink in (world.open(), world.open()):
            sink.pull(cursor)
            with pytest.raises(
                SignInNeeded, match='"Follow-ups" refuses writes: perhaps syncd didn\'t make it; rename it'
            ):
                sink.create(entry())

    @pytest.mark.parametrize(
        "fault", [Fault.refused(403, "forbidden"), Fault.refused(403, "other"), Fault.refused(404, "notFound")]
    )
    def test_however_google_says_so(self, world, google, fault):
        google.calendars.add(MINE, "Follow-ups")
        google.fail(fault, where=lambda request: request.method == "POST" and "/events" in request.path)
        with pytest.raises(BadConfig, match="perhaps syncd didn't make it"):
            world.open().create(entry())

    def test_what_has_nothing_to_do_with_that_is_told_as_it_is(self, world, google):
        google.calendars.add(MINE, "Follow-ups")
        google.fail(Fault.refused(400, "invalid", "Bad"), where=lambda request: "/events" in request.path)
        with pytest.raises(Unreachable, match="Bad"):
            world.open().create(entry())


class TestSearch:
    @pytest.fixture
    def search(self, world):
        search = World(at("2026-03-09 12:00"))
        search.reminders = Sink(world)
        search.calendar.put(an_interview("u", at("2026-03-10 10:00")))
        yield search
        search.close()

    def test_from_the_first_cycle_to_a_lost_store(self, search, google):
        assert len(search.cycle().actions) == 1
        google.log.clear()
        assert search.cycle().idle
        assert asked(google) == ["GET events"]
        search.lose_store()
        assert not search.cycle().actions
        assert len(google.calendars.ids) == 2
        assert search.shown() == ["ask_next_steps 2026-03-10 09:45"]

    def test_a_deleted_calendar_stops_the_cycle_and_what_was_in_it_stays_deleted(self, search, google, world):
        search.cycle()
        world.vanish()
        with pytest.raises(Absurd):
            search.cycle()
        search.cycle(allow_mass_change=True)
        search.calendar.put(an_interview("v", at("2026-03-12 10:00"), "Fabrikam"))
        search.cycle()
        assert search.shown() == ["ask_next_steps 2026-03-12 09:45"]
        assert not search.cycle().actions

    def test_purge_leaves_it_empty(self, search, google, world):
        search.cycle()
        assert len(purge(world.open(), search.store)) == 1
        assert google.calendars.events(world.calendar) == []

    def test_without_reminders_an_idle_cycle_is_one_request(self, search, google):
        search.calendar.remove("u")
        search.cycle()
        google.log.clear()
        assert search.cycle().idle
        assert asked(google) == ["GET calendarList"]
        assert len(google.calendars.ids) == 1


class Sink:
    """New back ends for each cycle, as in a process that is started again."""

    def __init__(self, hands: OwnCalendarWorld) -> None:
        self.hands = hands
        self.real = hands.open()

    @property
    def now(self):
        return self.hands.google.now

    @now.setter
    def now(self, now):
        self.hands.google.now = now
        self.real = self.hands.open()

    @property
    def entries(self):
        return self.hands.open().pull(None).entries

    def __getattr__(self, name):
        return getattr(self.real, name)
