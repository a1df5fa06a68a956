"""The reminders in Google: what goes over the wire, lost answers, used ids, and cycles that die in the midst."""

from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

import pytest

from syncd import marks
from syncd.backends.google.calendar import GoogleCalendar
from syncd.backends.google.faults import Refused
from syncd.backends.google.feed import Feed
from syncd.backends.google.reminders import GoogleReminders
from syncd.cycle import cycle
from syncd.errors import Absurd, BadConfig, Conflict, Declined, Unreachable
from syncd.model import Ended, Rule
from syncd.pull import Sources
from syncd.purge import ours, purge
from syncd.reconcile import Op
from syncd.settings import Rules
from syncd.standing import standing
from syncd.store import empty_store
from tests.contract.google_reminder_world import (
    OWNED,
    GoogleReminderWorld,
    assert_nobody_was_told,
    writes,
)
from tests.contract.google_world import session
from tests.contract.reminder_calendar import ZONE, entry, with_marks, written
from tests.fake_google.server import FakeGoogle, Fault
from tests.fake_google.wire import Answer, error
from tests.world import World, an_interview, at

KEY = marks.key("robin@home.example", Rule.THANK_YOU, "a@x.example")
CAUSE = ("a@x.example", "b@x.example/20260301T090000Z")


def the_end(*, by_person: bool) -> Ended:
    return Ended(entry().event_id, KEY, Rule.THANK_YOU, CAUSE, 0, by_person)


def method(name: str):
    return lambda request: request.method == name and "/events" in request.path


def methods(google: FakeGoogle) -> list[str]:
    return [e.request.method for e in google.seen() if e.answer.status != 401]  # the sign-in aside


@pytest.fixture
def google():
    with FakeGoogle(email="robin@home.example") as google:
        yield google
        assert_nobody_was_told(google)


@pytest.fixture
def world(google, tmp_path):
    with session(google, tmp_path, OWNED) as opened:
        yield GoogleReminderWorld(google, opened)


def test_it_is_called_as_the_calendar_and_remembers_nothing_itself(world, google):
    sink = world.open()
    assert (sink.name, sink.memory) == ("primary", None)
    sink.remember([entry()], [the_end(by_person=True)])
    assert google.seen() == []


class TestPull:
    def test_is_one_request_and_tells_all_at_once(self, world, google):
        names = ("stays", "moved", "dismissed", "ticked", "removed")
        all_of_them = {name: world.open().create(written(entry(f"{name}@x.example"))) for name in names}
        sink = world.open()
        before = sink.pull(None)
        moved, later = all_of_them["moved"], timedelta(days=3)
        world.edit(moved.event_id, start=moved.start + later, end=moved.end + later)
        world.edit(all_of_them["ticked"].event_id, title="✓ Thank Kim at Acme")
        world.dismiss(all_of_them["dismissed"].event_id)
        world.open().delete(all_of_them["removed"])
        google.log.clear()
        changes = sink.pull(before.cursor)
        assert methods(google) == ["GET"]
        read = {one.entry.event_id: one for one in standing(changes.entries)}
        assert read[all_of_them["moved"].event_id].moved
        assert read[all_of_them["ticked"].event_id].ticked
        assert len(read) == 2
        assert {e.event_id: e.by_person for e in changes.ended} == {
            all_of_them["dismissed"].event_id: True,
            all_of_them["removed"].event_id: False,
        }
        assert not changes.complete

    def test_without_details_of_deleted_ones_only_that_they_are_gone_is_told(self, world, google):
        google.calendars.details_of_deleted = False
        stored = world.open().create(entry())
        theirs = google.calendars.put("primary", {"summary": "Lunch"})
        before = world.open().pull(None)
        world.dismiss(stored.event_id)
        world.dismiss(theirs["id"])
        changes = world.open().pull(before.cursor)
        assert (changes.gone, changes.ended) == ({stored.event_id}, ())

    def test_one_that_was_moved_to_another_calendar_is_gone_from_this_one(self, world, google):
        google.calendars.add("other@group.calendar.google.com")
        stored = world.open().create(entry())
        before = world.open().pull(None)
        there = {**world.stored(stored.event_id), "organizer": {"email": "other@group.calendar.google.com"}}
        google.calendars.put("other@group.calendar.google.com", there)
        google.calendars.patch("primary", stored.event_id, {"organizer": there["organizer"]})
        google.calendars.cancel("primary", stored.event_id)
        changes = world.open().pull(before.cursor)
        assert (changes.gone, changes.entries, changes.ended) == ({stored.event_id}, (), ())

    def test_what_a_program_took_the_marks_of_is_no_longer_ours(self, world, google):
        stored = world.open().create(entry())
        before = world.open().pull(None)
        google.calendars.patch("primary", stored.event_id, {"extendedProperties": None})
        changes = world.open().pull(before.cursor)
        assert (changes.entries, changes.gone) == ((), {stored.event_id})
        assert world.open().pull(None).entries == ()

    def test_a_series_that_the_person_made_of_one_is_still_that_one(self, world, google):
        stored = world.open().create(entry())
        rule = {
            "recurrence": ["RRULE:FREQ=DAILY;COUNT=3"],
            "start": {"timeZone": "America/New_York"},
            "end": {"timeZone": "America/New_York"},
        }
        google.calendars.patch("primary", stored.event_id, rule)
        google.calendars.cancel("primary", f"{stored.event_id}_20260304T190000Z")
        changes = world.open().pull(None)
        assert [(e.event_id, e.start) for e in changes.entries] == [(stored.event_id, stored.start)]
        assert (changes.ended, changes.gone) == ((), frozenset())

    def test_a_complete_one_may_leave_out_what_is_over_and_else_is_everything(self, world, google):
        old = world.open().create(entry())
        new = world.open().create(
            entry("b@x.example", start=entry().start + timedelta(days=90), end=entry().end + timedelta(days=90))
        )
        later = world.open().pull(None, entry().start + timedelta(days=80))
        assert [e.event_id for e in later.entries] == [new.event_id]
        assert later.complete
        assert {e.event_id for e in world.open().pull(None).entries} == {old.event_id, new.event_id}

    def test_an_expired_cursor_costs_a_full_listing_and_loses_nothing(self, world, google):
        stored, gone = world.open().create(entry()), world.open().create(entry("b@x.example"))
        before = world.open().pull(None)
        world.dismiss(gone.event_id)
        google.calendars.expire_tokens("primary")
        changes = world.open().pull(before.cursor)
        assert changes.complete
        assert [e.event_id for e in changes.entries] == [stored.event_id]
        assert [e.event_id for e in changes.ended] == [gone.event_id]

    def test_a_calendar_that_is_gone_is_no_empty_one(self, google, world):
        google.calendars.add("other@group.calendar.google.com")
        other = GoogleReminderWorld(google, world.session, "other@group.calendar.google.com")
        before = other.open().pull(None)
        other.vanish()
        with pytest.raises(Absurd):
            other.open().pull(before.cursor)

    def test_a_broken_one_is_named_and_the_others_are_read(self, world, google):
        stored = world.open().create(entry())
        broken = {**google.calendars.get("primary", stored.event_id), "start": {"dateTime": "noon"}}
        whole = world.stored(world.open().create(entry("b@x.example")).event_id)
        items = [7, None, {}, {"id": 3}, broken, whole, {"id": "x" * 32, "status": "cancelled"}]
        google.fail(Fault(Answer(200, {"items": items, "nextSyncToken": "t"})), where=method("GET"))
        changes = world.open().pull(None)
        assert [e.event_id for e in changes.entries] == [whole["id"]]
        (warning,) = changes.warnings
        assert stored.event_id in warning
        assert changes.gone == frozenset()


class TestCreate:
    def test_is_one_request_with_our_own_id(self, world, google):
        world.open().create(entry())
        (exchange,) = google.seen()
        assert exchange.request.json["id"] == entry().event_id

    @pytest.mark.parametrize(
        "fault", [Fault.reply_lost(), Fault.truncated(), Fault(error(500, "backendError", "x"), effect=True)]
    )
    def test_an_answer_that_was_lost_makes_no_second_one(self, world, google, fault):
        google.fail(fault, where=method("POST"))
        stored = world.open().create(entry())
        assert methods(google) == ["POST", "POST", "GET"]
        assert [e["id"] for e in google.calendars.events("primary")] == [entry().event_id]
        assert world.open().pull(None).entries == (stored,)

    def test_a_live_one_that_says_something_else_is_told_by_the_next_pull(self, world):
        before = world.open().pull(None)
        world.open().create(entry())
        world.edit(entry().event_id, title="Mine")
        newest = world.open().pull(before.cursor)
        sink = world.open()
        with pytest.raises(Conflict):
            sink.create(entry())
        changes = sink.pull(newest.cursor)
        assert [(e.event_id, e.title) for e in changes.entries] == [(entry().event_id, "Mine")]
        assert sink.pull(changes.cursor).entries == (), "told once"

    @pytest.mark.parametrize("by_person", [True, False])
    def test_a_deleted_one_is_told_with_who_did_it(self, world, by_person):
        stored = world.open().create(entry())
        world.dismiss(stored.event_id) if by_person else world.open().delete(stored)
        newest = world.open().pull(None)
        sink = world.open()
        with pytest.raises(Conflict):
            sink.create(entry())
        changes = sink.pull(newest.cursor)
        assert changes.ended == (the_end(by_person=by_person),)
        assert sink.pull(changes.cursor).ended == ()

    @pytest.mark.parametrize("how", ["no details", "forgotten", "no marks"])
    def test_where_nobody_can_tell_who_it_was_the_person(self, world, google, how):
        stored = world.open().create(entry())
        if how == "no marks":
            google.calendars.patch("primary", stored.event_id, {"extendedProperties": None})
        else:
            world.open().delete(stored)
        if how == "forgotten":
            google.calendars.forget("primary", stored.event_id)
        google.calendars.details_of_deleted = how != "no details"
        newest = world.open().pull(None)
        sink = world.open()
        with pytest.raises(Conflict):
            sink.create(entry())
        assert sink.pull(newest.cursor).ended == (the_end(by_person=True),)

    def test_what_the_listing_says_is_newer_than_what_was_met(self, world):
        world.open().create(entry())
        world.edit(entry().event_id, title="Mine")
        sink = world.open()
        with pytest.raises(Conflict):
            sink.create(entry())
        world.dismiss(entry().event_id)
        changes = sink.pull(None)
        assert (changes.entries, changes.ended) == ((), (the_end(by_person=True),))

    def test_a_calendar_that_may_only_be_read_is_a_matter_of_the_config(self, world, google):
        google.calendars.add("theirs@group.calendar.google.com", role="owner")
        other = GoogleReminderWorld(google, world.session, "theirs@group.calendar.google.com")
        google.fail(Fault.refused(403, "requiredAccessLevel", "You need to have writer access to this calendar."))
        with pytest.raises(BadConfig, match=r"may not write to the calendar theirs@group.*\[calendar\] write"):
            other.open().create(entry())

    def test_other_refusals_say_what_google_says(self, world, google):
        google.fail(Fault.quota_exceeded())
        with pytest.raises(Refused, match="hours"):
            world.open().create(entry())

    def test_an_answer_that_isnt_what_was_written_is_a_conflict_and_the_next_try_finds_it(self, world, google):
        google.fail(Fault(Answer(200, {"id": "other"}), effect=True), where=method("POST"))
        with pytest.raises(Conflict):
            world.open().create(entry())
        assert world.open().create(entry()).title == entry().title

    def test_one_without_marks_has_no_end_to_be_told(self, world):
        world.open().create(entry())
        sink = world.open()
        with pytest.raises(Conflict):
            sink.create(replace(entry(), title="Bare", marks=()))
        world.dismiss(entry().event_id)
        newest = sink.pull(None)
        with pytest.raises(Conflict):
            sink.create(replace(entry(), marks=()))
        assert sink.pull(newest.cursor).ended == (the_end(by_person=True),)

    @pytest.mark.parametrize("broken", [{"start": None}, {"etag": None}])
    def test_one_that_cant_be_understood_is_used_up(self, world, google, broken):
        stored = world.stored(world.open().create(entry()).event_id)
        google.fail(Fault(Answer(200, {**stored, **broken})), where=method("GET"))
        with pytest.raises(Conflict):
            world.open().create(entry())

    def test_a_look_that_is_refused_is_told(self, world, google):
        world.open().create(entry())
        google.fail(Fault.not_enabled(), where=method("GET"))
        with pytest.raises(Refused, match="switched off"):
            world.open().create(entry())


class TestUpdate:
    def test_sends_what_differs_and_nothing_else(self, world, google):
        old = world.open().create(entry(link="https://mail.google.com/mail/u/robin@home.example/#all/1"))
        google.log.clear()
        new = with_marks(replace(old, title="New", alarm=None, link=""), promise="2026-03-13 abcdef")
        world.open().update(old, new)
        (exchange,) = google.seen()
        assert exchange.request.headers["if-match"] == old.etag
        assert exchange.request.json == {
            "summary": "New",
            "reminders": {"useDefault": False, "overrides": []},
            "source": None,
            "extendedProperties": {"private": {"syncdPromise": "2026-03-13 abcdef"}},
        }
        assert "source" not in world.stored(old.event_id)

    def test_to_the_same_asks_nothing(self, world, google):
        old = world.open().create(entry())
        google.log.clear()
        assert world.open().update(old, replace(old, alarm=0, start=old.start.astimezone(ZONE))) == old
        assert google.seen() == []

    @pytest.mark.parametrize(
        "fault", [Fault.reply_lost(), Fault.truncated(), Fault(error(503, "backendError", "x"), effect=True)]
    )
    def test_whose_answer_was_lost_took_effect_and_is_no_conflict(self, world, google, fault):
        old = world.open().create(entry())
        google.fail(fault, where=method("PATCH"))
        stored = world.open().update(old, replace(old, title="New"))
        assert google.faults.left == 0
        assert (stored.title, world.open().pull(None).entries) == ("New", (stored,))

    def test_whose_answer_was_lost_and_that_was_edited_then_is_one(self, world, google):
        old = world.open().create(entry())
        google.fail(Fault(error(503, "backendError", "x"), effect=True), where=method("PATCH"))

        def edited(request):
            if request.method == "PATCH" and world.stored(old.event_id)["summary"] == "New":
                world.edit(old.event_id, text="Mine")
            return False

        google.fail(Fault.backend_error(), where=edited)
        with pytest.raises(Conflict):
            world.open().update(old, replace(old, title="New"))
        google.faults.clear()

    def test_of_one_that_google_forgot(self, world, google):
        old = world.open().create(entry())
        world.dismiss(old.event_id)
        google.calendars.forget("primary", old.event_id)
        with pytest.raises(Conflict):
            world.open().update(old, replace(old, title="New"))

    def test_what_the_person_made_of_it_stands(self, world, google):
        stored = world.open().create(entry())
        theirs = {
            "attendees": [{"email": "kim@acme.example"}],
            "visibility": "public",
            "transparency": "opaque",
            "colorId": "11",
            "location": "Café",
            "guestsCanModify": True,
        }
        google.calendars.patch("primary", stored.event_id, theirs)
        (read,) = world.open().pull(None).entries
        changed = world.open().update(
            read, replace(read, title="New", text="Other words", start=read.start - timedelta(hours=1))
        )
        event = world.stored(stored.event_id)
        assert event.pop("attendees")[0]["email"] == "kim@acme.example"
        assert event.get("transparency", "opaque") == "opaque"
        for name in ("visibility", "colorId", "location", "guestsCanModify"):
            assert event[name] == theirs[name]
        world.open().delete(changed)

    def test_the_reminders_that_the_person_chose_stand_until_it_is_silenced(self, world, google):
        stored = world.open().create(entry())
        google.calendars.patch("primary", stored.event_id, {"reminders": {"useDefault": True, "overrides": None}})
        (read,) = world.open().pull(None).entries
        titled = world.open().update(read, replace(read, title="New"))
        assert world.stored(stored.event_id)["reminders"] == {"useDefault": True}
        world.open().update(titled, replace(titled, alarm=None))
        assert world.stored(stored.event_id)["reminders"] == {"useDefault": False}


class TestDelete:
    def test_says_first_that_it_is_ours_and_is_conditional_on_that(self, world, google):
        stored = world.open().create(entry())
        google.log.clear()
        world.open().delete(stored)
        patch, delete = google.seen()
        assert patch.request.json == {"extendedProperties": {"private": {"syncdState": "cancelled"}}}
        assert (patch.request.method, patch.request.headers["if-match"]) == ("PATCH", stored.etag)
        assert (delete.request.method, delete.request.headers["if-match"]) == ("DELETE", patch.answer.body["etag"])
        assert world.open().pull(None).ended == (the_end(by_person=False),)

    @pytest.mark.parametrize("step", ["PATCH", "DELETE"])
    @pytest.mark.parametrize("fault", [Fault.reply_lost(), Fault(error(503, "backendError", "x"), effect=True)])
    def test_whose_answer_was_lost_is_done(self, world, google, step, fault):
        stored = world.open().create(entry())
        google.fail(fault, where=method(step))
        world.open().delete(stored)
        assert google.faults.left == 0
        assert world.open().pull(None).ended == (the_end(by_person=False),)

    @pytest.mark.parametrize("how", ["dismissed", "forgotten", "removed by another syncd"])
    def test_of_one_that_is_gone_already_is_fine(self, world, google, how):
        stored = world.open().create(entry())
        if how == "removed by another syncd":
            world.open().delete(stored)
        else:
            world.dismiss(stored.event_id)
        if how == "forgotten":
            google.calendars.forget("primary", stored.event_id)
        world.open().delete(stored)

    @pytest.mark.parametrize("how", ["edit", "dismiss"])
    def test_what_the_person_does_between_the_two_steps(self, world, google, how):
        stored = world.open().create(entry())

        def meddle(request):
            if request.method == "DELETE":
                world.edit(stored.event_id, title="Mine") if how == "edit" else world.dismiss(stored.event_id)
            return False

        google.fail(Fault.backend_error(), where=meddle)
        if how == "edit":
            with pytest.raises(Conflict):
                world.open().delete(stored)
            assert world.stored(stored.event_id)["status"] == "confirmed"
        else:
            world.open().delete(stored)
        google.faults.clear()

    def test_goes_on_where_it_was_interrupted(self, world, google):
        stored = world.open().create(entry())
        google.fail(Fault.quota_exceeded(), where=method("DELETE"))
        with pytest.raises(Unreachable):
            world.open().delete(stored)
        (left,) = world.open().pull(None).entries
        google.log.clear()
        world.open().delete(left)
        assert methods(google) == ["DELETE"]
        assert world.open().pull(None).ended == (the_end(by_person=False),)


class TestDeclined:
    """One reminder that Google takes for wrong keeps no other from being written."""

    @pytest.mark.parametrize(
        "fault",
        [
            Fault.refused(400, "invalid", "Bad\nvalue"),
            Fault.refused(403, "forbiddenForNonOrganizer", "Shared properties."),
            Fault.refused(403, "", "No."),
        ],
    )
    @pytest.mark.parametrize("step", ["POST", "PATCH", "DELETE"])
    def test_says_in_one_line_which_and_why(self, world, google, step, fault):
        one = entry(title="Thank Kim\u2028at Acme")
        if step != "POST":
            one = world.open().create(one)
        google.fail(fault, where=method(step))
        sink = world.open()
        write = {
            "POST": lambda: sink.create(one),
            "PATCH": lambda: sink.update(one, replace(one, text="Other words")),
            "DELETE": lambda: sink.delete(one),
        }[step]
        said = r'^the reminder "Thank Kim at Acme" can\'t be written: Google Calendar: .*4'
        with pytest.raises(Declined, match=said) as declined:
            write()
        assert str(declined.value).isprintable()
        assert google.faults.left == 0

    @pytest.mark.parametrize("step", ["PATCH", "DELETE"])
    def test_forbidden_is_about_one_where_others_could_be_made(self, world, google, step):
        one = world.open().create(entry())
        google.fail(Fault.refused(403, "forbidden", "Forbidden"), where=method(step))
        with pytest.raises(Declined, match="Forbidden"):
            world.open().delete(one)

    @pytest.mark.parametrize("fault", [Fault.quota_exceeded(), Fault.not_enabled(), Fault.refused(403, "domainPolicy")])
    @pytest.mark.parametrize("step", ["POST", "PATCH"])
    def test_what_would_meet_every_other_is_no_matter_of_one(self, world, google, step, fault):
        one = world.open().create(entry())
        google.fail(fault, where=method(step))
        with pytest.raises(Refused):
            world.open().create(entry("b@x.example")) if step == "POST" else world.open().delete(one)

    @pytest.mark.parametrize("reason", ["forbidden", "requiredAccessLevel"])
    def test_a_calendar_that_may_not_be_written_at_all_is_a_matter_of_the_config(self, world, google, reason):
        google.fail(Fault.refused(403, reason), where=method("POST"))
        with pytest.raises(BadConfig, match="may not write to the calendar primary"):
            world.open().create(entry())


class TestPurge:
    @pytest.mark.parametrize("with_store", [True, False])
    def test_removes_what_is_ours_and_nothing_else(self, world, google, with_store):
        lunch = google.calendars.put("primary", {"summary": "Lunch"})
        past = entry("old@x.example", start=entry().start - timedelta(days=900), end=entry().end - timedelta(days=900))
        for one in (entry(), past, entry("b@x.example", title="✓ Mine")):
            world.open().create(one)
        world.copy(entry().event_id, "0123456789abcdefghij0123456789ab")
        store = empty_store() if with_store else None
        assert len(ours(world.open())) == 3
        assert len(purge(world.open(), store)) == 3
        left = {e["id"] for e in google.calendars.events("primary")}
        assert left == {lunch["id"], "0123456789abcdefghij0123456789ab"}
        if store is not None:
            assert all(not e.by_person for e in store.ended())
            store.close()

    def test_one_that_is_edited_meanwhile_goes_as_well(self, world, google):
        world.open().create(entry())
        meddled = []

        def meddle(request):
            if request.method == "PATCH" and not meddled:
                meddled.append(True)
                world.edit(entry().event_id, title="Mine")
            return False

        google.fail(Fault.backend_error(), where=meddle)
        assert len(purge(world.open(), None)) == 1
        google.faults.clear()
        assert google.calendars.events("primary") == []


class Sink:
    """The sink of a job search that lasts: new back ends for each cycle, as in a process that is started again."""

    def __init__(self, hands: GoogleReminderWorld) -> None:
        self.hands = hands
        self._now = hands.google.now
        self.real = hands.open()

    @property
    def now(self):
        return self._now

    @now.setter
    def now(self, now):
        self._now = self.hands.google.now = now
        self.real = self.hands.open()

    @property
    def entries(self):
        return tuple(sorted(self.hands.open().pull(None).entries, key=lambda e: (e.start, e.event_id)))

    def __getattr__(self, name):
        return getattr(self.real, name)


LOST = Fault(error(504, "backendError", "x"), effect=True)
FAULTS = [
    Fault.reply_lost(),
    Fault.truncated(),
    LOST,
    Fault.backend_error(),
    Fault.refused(400, "invalid"),
    Fault.quota_exceeded(),
]
INTERVIEW = an_interview("u", at("2026-03-10 10:00"))


class TestCycles:
    @pytest.fixture
    def search(self, world):
        search = World(at("2026-03-09 12:00"))
        search.reminders = Sink(world)
        search.calendar.put(INTERVIEW)
        yield search
        search.close()

    def test_an_idle_one_is_one_request(self, search, google):
        assert [a.op for a in search.cycle().actions] == [Op.CREATE]
        google.log.clear()
        assert search.cycle().idle
        assert methods(google) == ["GET"]

    def test_what_syncd_ended_comes_back_and_what_the_person_deleted_does_not(self, search, world):
        search.cycle()
        search.calendar.remove("u")
        assert [a.op for a in search.cycle().actions] == [Op.CANCEL]
        search.calendar.put(INTERVIEW)
        search.cycle()
        assert search.shown() == ["ask_next_steps 2026-03-10 09:45"]
        world.dismiss(search.one("ask_next_steps").event_id)
        search.cycle()
        search.lose_store()
        search.cycle()
        assert search.shown() == []

    @pytest.mark.parametrize("details", [True, False])
    def test_one_that_dies_while_it_removes_is_completed_by_the_next(self, search, google, details):
        google.calendars.details_of_deleted = details
        search.cycle()
        search.calendar.put(replace(INTERVIEW, status="cancelled"))
        google.fail(Fault.quota_exceeded(), where=method("DELETE"))
        with pytest.raises(Unreachable):
            search.cycle()
        assert len(search.standing) == 1, "its mark says that it goes, and it stands"
        outcome = search.cycle()
        assert [a.op for a in outcome.actions] == [Op.CANCEL]
        assert google.calendars.events("primary") == []
        assert not search.cycle().actions
        search.calendar.put(INTERVIEW)
        search.cycle()
        assert search.shown() == ["ask_next_steps 2026-03-10 09:45"]

    @pytest.mark.parametrize("store", ["kept", "lost"])
    def test_one_that_the_person_takes_back_out_of_the_bin_is_theirs(self, search, google, store):
        search.cycle()
        event_id = search.one("ask_next_steps").event_id
        search.calendar.put(replace(INTERVIEW, status="cancelled"))
        search.cycle()
        google.calendars.patch("primary", event_id, {"status": "confirmed"})
        if store == "lost":
            search.lose_store()
        assert search.cycle().actions == ()
        assert [e["id"] for e in google.calendars.events("primary")] == [event_id]
        assert search.cycle().actions == ()

    def test_also_where_it_removed_what_has_become_pointless(self, search, google):
        search.cycle(at("2026-03-10 12:00"))
        assert search.shown() == ["follow_up 2026-03-24 09:30", "thank_you 2026-03-10 13:00"]
        google.fail(Fault.quota_exceeded(), where=method("DELETE"))
        with pytest.raises(Unreachable):
            search.cycle(at("2026-03-14 12:00"))
        assert len(search.standing) == 2
        search.cycle(at("2026-03-14 12:05"))
        assert [s.marks.rule for s in search.standing] == [Rule.FOLLOW_UP]

    def test_one_that_dies_while_it_removes_what_is_wanted_again_by_then_keeps_it(self, search, google):
        search.cycle()
        search.calendar.remove("u")
        google.fail(Fault.quota_exceeded(), where=method("DELETE"))
        with pytest.raises(Unreachable):
            search.cycle()
        search.calendar.put(INTERVIEW)
        search.cycle()
        assert search.shown() == ["ask_next_steps 2026-03-10 09:45"]
        assert [s.marks.generation for s in search.standing] == [0]
        assert not search.cycle().actions

    @pytest.mark.parametrize(
        ("what", "step"), [("insert", "POST"), ("patch", "PATCH"), ("delete", "PATCH"), ("delete", "DELETE")]
    )
    @pytest.mark.parametrize("fault", FAULTS, ids=range(len(FAULTS)))
    def test_a_fault_at_any_write_costs_at_most_a_cycle(self, search, google, what, step, fault):
        if what != "insert":
            search.cycle()
        if what == "patch":
            search.calendar.put(
                replace(INTERVIEW, start=INTERVIEW.start + timedelta(hours=1), end=INTERVIEW.end + timedelta(hours=1))
            )
        if what == "delete":
            search.calendar.remove("u")
        google.fail(fault, where=method(step))
        with suppress(Unreachable):
            search.cycle()
        assert google.faults.left == 0
        search.cycle()
        assert (
            search.shown()
            == {
                "insert": ["ask_next_steps 2026-03-10 09:45"],
                "patch": ["ask_next_steps 2026-03-10 10:45"],
                "delete": [],
            }[what]
        )
        assert not search.cycle().actions
        assert all(not e.by_person for e in search.store.ended())

    def test_with_no_memory_anywhere_an_id_that_was_used_is_no_endless_conflict(self, search, google, world):
        search.cycle()
        event_id = search.one("ask_next_steps").event_id
        world.dismiss(event_id)
        google.calendars.forget("primary", event_id)
        search.lose_store()
        outcome = search.cycle()
        assert outcome.actions == ()
        assert search.shown() == []
        assert search.cycle().idle

    def test_one_that_google_declines_leaves_the_others_written(self, search, google):
        search.calendar.put(an_interview("v", at("2026-03-11 10:00"), "Fabrikam", ()))
        first = []

        def poisoned(request):
            if request.method == "POST" and "/events" in request.path:
                first.append(request.json["id"])
            return bool(first) and request.method == "POST" and request.json["id"] == first[0]

        google.fail(Fault.refused(400, "invalid"), where=poisoned, times=2)
        for _ in range(2):
            outcome = search.cycle()
            assert len(search.shown()) == 1
            assert (
                "can't be written: Google Calendar: Refused (calendar.events.insert: 400 invalid)" in outcome.errors[-1]
            )
        search.cycle()
        assert len(search.shown()) == 2
        assert search.cycle().idle

    def test_nor_are_many_of_them(self, search, google, world):
        for letter in "ABCDEF":
            search.calendar.put(an_interview(f"u{letter}", at("2026-03-12 10:00"), f"Company{letter}", ()))
        search.cycle()
        assert len(search.standing) == 7
        for one in search.standing:
            world.dismiss(one.entry.event_id)
            google.calendars.forget("primary", one.entry.event_id)
        search.lose_store()
        assert search.cycle().actions == ()
        assert search.shown() == []
        assert len(search.store.ended()) == 7

    def test_one_of_ours_that_syncd_removed_long_ago_comes_back_under_another_id(self, search, google):
        search.cycle()
        first = search.one("ask_next_steps").event_id
        search.calendar.remove("u")
        search.cycle()
        search.lose_store()
        search.calendar.put(INTERVIEW)
        search.cycle()
        assert search.shown() == ["ask_next_steps 2026-03-10 09:45"]
        assert search.one("ask_next_steps").event_id != first

    def test_done_ones_are_removed_where_the_person_wants_it_so(self, search, google):
        search.settings = replace(search.settings, rules=Rules(on_done="delete"))
        search.cycle()
        google.fail(Fault.quota_exceeded(), where=method("DELETE"))
        with pytest.raises(Unreachable):
            search.cycle(at("2026-03-10 10:30"))
        search.cycle(at("2026-03-10 10:35"))
        assert search.standing == ()
        assert not search.cycle(at("2026-03-10 10:40")).actions

    def test_after_its_own_writes_it_reads_once_more(self, search, google):
        search.cycle()
        assert methods(google) == ["GET", "POST", "GET"]
        assert [e.request.one("sendUpdates") for e in writes(google)] == ["none"]

    def test_in_the_calendar_that_is_read_too_every_pull_is_one_request_for_both(self, search, google, world):
        start = {"dateTime": "2026-03-10T10:00:00Z"}
        guests = [{"email": "ada@northwind.example"}, {"email": "sam@mail.example", "responseStatus": "accepted"}]
        google.calendars.put("primary", {"summary": "Interview with Northwind", "start": start, "attendees": guests})
        for asked in (["GET", "POST", "GET"], ["GET"]):
            feed = Feed(world.session, "primary", deleted=True)
            reading = GoogleCalendar(feed, "primary", search.zone)
            writing = GoogleReminders(world.session, feed, "primary", search.zone)
            google.log.clear()
            cycle(search.store, Sources((reading,), (search.mail,), writing), search.settings, (), search.now)
            assert methods(google) == asked
        assert search.shown() == ["ask_next_steps 2026-03-10 09:45"]
