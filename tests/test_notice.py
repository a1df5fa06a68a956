"""The reminder to sign in again: once, two days before, and gone when it is no longer true."""

from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.marks import from_pairs
from syncd.model import Rule
from syncd.notice import sign_in_notice
from syncd.reconcile import Op
from syncd.standing import Standing, standing
from syncd.store import PLANNED
from tests.world import LONDON, World, a_user, at

ENDS = at("2026-03-13 15:20")
NOW = at("2026-03-06 16:00")


def notices(ends=ENDS, standings=(), ended=(), now=NOW, user=None):
    return sign_in_notice(ends, standings, ended, user or a_user(), now)


def stands(action) -> tuple[Standing, ...]:
    return standing([replace(action.entry, etag="1")])


def test_two_days_before_the_sign_in_ends_an_entry_says_so():
    (made,) = notices()
    assert (made.op, made.rule, made.company) == (Op.CREATE, Rule.SIGN_IN, "")
    assert made.entry.start == at("2026-03-11 09:30")
    assert "sign in" in made.entry.title
    assert "syncd auth" in made.entry.text
    assert "Fri 13 Mar, 15:20" in made.why
    marks = from_pairs(made.entry.marks)
    assert marks is not None and marks.event_id == made.entry.event_id


def test_it_is_written_once():
    (made,) = notices()
    assert notices(standings=stands(made)) == ()
    assert notices(standings=stands(made), now=at("2026-03-12 12:00")) == ()


@pytest.mark.parametrize("ends", [None, ENDS + timedelta(days=7)])
def test_after_a_new_sign_in_the_old_one_goes(ends):
    (made,) = notices()
    cancelled, *new = notices(ends, stands(made), now=at("2026-03-12 12:00"))
    assert (cancelled.op, cancelled.removes, cancelled.entry.event_id) == (Op.CANCEL, True, made.entry.event_id)
    assert [n.entry.start for n in new] == ([at("2026-03-18 09:30")] if ends else [])


def test_ticked_written_on_or_done_it_stays_as_the_person_left_it():
    (made,) = notices()
    (mine,) = stands(made)
    for title, text in (("✓ done that", mine.entry.text), (mine.entry.title, f"{mine.entry.text}\nmine")):
        left = standing([replace(mine.entry, title=title, text=text)])
        assert notices(None, left) == ()


@pytest.mark.parametrize(
    ("now", "start"),
    [
        ("2026-03-11 09:30", "2026-03-11 09:30"),
        ("2026-03-11 10:10", "2026-03-11 10:30"),
        ("2026-03-12 18:00", "2026-03-13 09:30"),
        ("2026-03-13 15:02", "2026-03-13 15:17"),
        ("2026-03-13 15:10", None),
        ("2026-03-14 09:00", None),
    ],
)
def test_late_it_still_comes_as_long_as_it_is_of_use(now, start):
    found = notices(now=at(now))
    assert [a.entry.start for a in found] == ([at(start)] if start else [])


@given(
    ends=st.integers(0, 400 * 24 * 60),
    now=st.integers(0, 400 * 24 * 60),
    zone=st.sampled_from(["Europe/London", "America/St_Johns", "Pacific/Apia"]),
)
def test_it_never_lies_in_the_past_or_after_the_end(ends, now, zone):
    start = datetime(2026, 1, 1, tzinfo=ZoneInfo("UTC"))
    ends_at, now_at = start + timedelta(minutes=ends), start + timedelta(minutes=now)
    for action in notices(ends_at, now=now_at, user=a_user(ZoneInfo(zone))):
        assert now_at <= action.entry.start < ends_at
        assert action.entry.end > action.entry.start


class TestInACycle:
    """A sign-in that ends is a fact like others."""

    @pytest.fixture
    def world(self):
        world = World(NOW)
        yield world
        world.close()

    def entries(self, world):
        return [e for e in world.reminders.entries if from_pairs(e.marks).rule is Rule.SIGN_IN]

    def test_it_comes_once_and_goes_after_a_new_sign_in(self, world):
        world.sign_in_ends = world.now + timedelta(days=7)
        (made,) = world.cycle().actions
        assert made.entry.event_id == self.entries(world)[0].event_id
        assert world.cycle().idle
        world.sign_in_ends = None
        (gone,) = world.cycle().actions
        assert gone.removes
        assert self.entries(world) == []

    def test_the_person_deletes_it_for_good(self, world):
        world.sign_in_ends = world.now + timedelta(days=7)
        world.cycle()
        world.reminders.dismiss(self.entries(world)[0].event_id)
        assert world.cycle().actions == ()
        world.store.put(PLANNED, "")
        assert world.cycle().actions == ()
        assert world.now.tzinfo is LONDON
