"""What every reminder calendar owes: the suite behind ``syncd.ports.ReminderCalendar``.

A back end's own test subclasses ``ReminderCalendarSuite`` and gives it a ``world``: the same calendar from the person's
side, and from the side of other programs. Where back ends may differ, the world declares how.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Protocol
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syncd import marks
from syncd.errors import Absurd, Conflict
from syncd.formats.ical_lines import clean
from syncd.marks import Marks, Wrote, line_hashes, to_pairs, word_hash
from syncd.model import Ended, Entry, ReminderState, Rule
from syncd.ports import ReminderCalendar, ReminderChanges
from syncd.standing import standing, start_text

ZONE = ZoneInfo("America/New_York")
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)

HOSTILE = [
    "",
    "plain",
    "Zoë 🎉 面接 – “quoted”",
    "a, b; c: d \\ e \\n f \\, g \\\\N C:\\New\\name",
    "first\nsecond\n\n  indented",
    "x\r\nEND:VEVENT\r\nEND:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:evil",
    "x\nATTENDEE:mailto:all@acme.example",
    "word " * 2000,
    "é" * 500,
    "100 % %2C ^n ^^ \"q\" 'q' {curly}",
    "nul\x00 bell\x07 nel\x85 ls\u2028 ps\u2029 vt\x0b bom\ufeff",
    " leading and trailing ",
    "tab\tbed",
]


def entry(cause: str = "a@x.example", generation: int = 0, **changes) -> Entry:
    """A reminder as syncd would write it."""
    key = marks.key("robin@home.example", Rule.THANK_YOU, cause)
    made = Marks(
        Rule.THANK_YOU, key, (cause, "b@x.example/20260301T090000Z"), "2026-03-03T14:00:00-05:00", generation=generation
    )
    plain = Entry(
        event_id=made.event_id,
        title="Thank Kim at Acme",
        text="Say thanks;\nsay why, and how.",
        start=datetime(2026, 3, 3, 14, tzinfo=ZONE),
        end=datetime(2026, 3, 3, 14, 15, tzinfo=ZONE),
        alarm=0,
        marks=marks.to_pairs(made),
    )
    return replace(plain, **changes)


def with_marks(old: Entry, **changes) -> Entry:
    read = marks.from_pairs(old.marks)
    assert read is not None
    return replace(old, marks=marks.to_pairs(replace(read, **changes)))


def written(one: Entry) -> Entry:
    """With the hashes of what it says, as syncd writes them."""
    wrote = Wrote(word_hash(start_text(one)), word_hash(one.title), word_hash(one.text), line_hashes(one.text))
    return with_marks(one, wrote=wrote)


def content(one: Entry) -> tuple:
    return one.event_id, one.title, one.text, one.start, one.end, one.all_day, one.alarm, sorted(one.marks)


class ReminderWorld(Protocol):
    """The calendar from the other side, and what is special about it."""

    knows_who: bool
    """Whether it tells who ended a reminder (else such ids are in ``gone``)."""
    can_vanish: bool
    can_lose_marks: bool
    """Whether a program may drop what it doesn't know, our marks among it."""
    takes_the_same_again: bool
    """Whether what stands exactly as it was created may be created again: the answer may have been lost."""
    longest_title: int | None
    longest_text: int | None
    """Where titles and texts are cut, in characters; None for nowhere."""

    def open(self) -> ReminderCalendar: ...
    def edit(self, event_id: str, **changes: object) -> None: ...
    def dismiss(self, event_id: str) -> None: ...
    def copy(self, event_id: str, copy_id: str) -> None: ...
    def strip(self, event_id: str) -> None: ...
    def vanish(self) -> None: ...


class ReminderCalendarSuite:
    """Subclass with a fixture ``world``."""

    @pytest.fixture
    def world(self) -> ReminderWorld:
        raise NotImplementedError

    @staticmethod
    def standing(world) -> dict[str, Entry]:
        return {e.event_id: e for e in world.open().pull(None).entries}

    @staticmethod
    def whose(world, changes: ReminderChanges) -> dict[str, bool]:
        assert world.knows_who == (not changes.gone)
        return {ended.event_id: ended.by_person for ended in changes.ended}

    def test_empty_at_first(self, world):
        changes = world.open().pull(None)
        assert changes.complete
        assert changes.entries == ()
        assert changes.ended == ()
        assert world.open().pull(changes.cursor).entries == ()

    def test_created_comes_back_as_stored(self, world):
        one = entry()
        stored = world.open().create(one)
        assert content(stored) == content(one)
        assert stored.etag
        assert self.standing(world) == {one.event_id: stored}

    def test_nothing_changed(self, world):
        world.open().create(entry())
        first = world.open().pull(None)
        again = world.open().pull(first.cursor)
        assert (again.entries, again.ended, again.gone, again.complete) == ((), (), frozenset(), False)

    def test_a_new_one_is_seen_from_an_old_cursor(self, world):
        first = world.open().pull(None)
        stored = world.open().create(entry())
        assert stored in world.open().pull(first.cursor).entries

    def test_an_id_is_used_once(self, world):
        world.open().create(entry())
        with pytest.raises(Conflict):
            world.open().create(entry(title="Another"))
        assert len(self.standing(world)) == 1

    def test_the_very_same_is_created_once(self, world):
        stored = world.open().create(entry())
        if world.takes_the_same_again:
            assert world.open().create(entry()) == stored
        else:
            with pytest.raises(Conflict):
                world.open().create(entry())
        assert self.standing(world) == {stored.event_id: stored}

    def test_an_id_of_a_deleted_one_is_used_up(self, world):
        stored = world.open().create(entry())
        world.open().delete(stored)
        with pytest.raises(Conflict):
            world.open().create(entry())

    def test_an_id_of_a_dismissed_one_is_used_up(self, world):
        world.open().create(entry())
        world.dismiss(entry().event_id)
        with pytest.raises(Conflict):
            world.open().create(entry())

    def test_the_next_generation_is_another_one(self, world):
        world.open().delete(world.open().create(entry()))
        again = world.open().create(entry(generation=1))
        assert list(self.standing(world)) == [again.event_id]

    @pytest.mark.parametrize(
        "change",
        [
            {"title": "✓ Thank Kim at Acme"},
            {"text": "Other words"},
            {"text": ""},
            {"start": datetime(2026, 3, 9, 9, tzinfo=ZONE), "end": datetime(2026, 3, 9, 9, 15, tzinfo=ZONE)},
            {"alarm": None},
            {"alarm": 30},
            {
                "start": datetime(2026, 3, 9, tzinfo=ZONE),
                "end": datetime(2026, 3, 10, tzinfo=ZONE),
                "all_day": True,
                "alarm": None,
            },
        ],
        ids=str,
    )
    def test_update_changes_what_differs(self, world, change):
        old = world.open().create(entry())
        new = replace(old, **change)
        stored = world.open().update(old, new)
        assert content(stored) == content(new)
        assert stored.etag != old.etag
        assert self.standing(world) == {old.event_id: stored}
        back = world.open().update(stored, replace(stored, **{k: getattr(old, k) for k in change}))
        assert content(back) == content(old)

    def test_update_of_marks(self, world):
        old = world.open().create(entry())
        new = with_marks(
            old,
            state=ReminderState.DONE,
            promise="2026-03-13 abcdef",
            wrote=Wrote("aaaaaa", "bbbbbb", "cccccc", frozenset({"dddddd", "eeeeee"})),
        )
        stored = world.open().update(old, new)
        assert marks.from_pairs(stored.marks) == marks.from_pairs(new.marks)
        fewer = with_marks(stored, promise="")
        assert "syncdPromise" not in dict(world.open().update(stored, fewer).marks)

    def test_update_to_the_same_writes_nothing(self, world):
        old = world.open().create(entry())
        cursor = world.open().pull(None).cursor
        assert world.open().update(old, old).etag == old.etag
        assert world.open().pull(cursor).entries == ()

    def test_update_touches_only_what_differs(self, world):
        """What syncd read is what it may change; the rest is the person's, also where syncd would have it otherwise."""
        stored = world.open().create(entry())
        world.edit(stored.event_id, title="Call Kim instead")
        read = self.standing(world)[stored.event_id]
        assert read.title == "Call Kim instead"
        after = world.open().update(read, replace(read, text="New text"))
        assert (after.title, after.text) == ("Call Kim instead", "New text")

    def test_update_over_an_edit_is_refused(self, world):
        stored = world.open().create(entry())
        world.edit(stored.event_id, title="Mine")
        with pytest.raises(Conflict):
            world.open().update(stored, replace(stored, title="Ours"))
        assert self.standing(world)[stored.event_id].title == "Mine"

    def test_update_of_a_dismissed_one_is_refused(self, world):
        stored = world.open().create(entry())
        world.dismiss(stored.event_id)
        with pytest.raises(Conflict):
            world.open().update(stored, replace(stored, title="Ours"))
        assert self.standing(world) == {}

    def test_delete_over_an_edit_is_refused(self, world):
        stored = world.open().create(entry())
        world.edit(stored.event_id, title="Mine")
        with pytest.raises(Conflict):
            world.open().delete(stored)
        assert stored.event_id in self.standing(world)

    def test_delete_of_a_dismissed_one_is_fine_and_stays_the_persons(self, world):
        stored = world.open().create(entry())
        world.dismiss(stored.event_id)
        world.open().delete(stored)
        assert self.whose(world, world.open().pull(None)) == ({stored.event_id: True} if world.knows_who else {})

    def test_who_ended_it(self, world):
        ours, theirs, standing = (world.open().create(entry(c)) for c in ("a@x.example", "b@x.example", "c@x.example"))
        before = world.open().pull(None)
        world.open().delete(ours)
        world.dismiss(theirs.event_id)
        for changes in (world.open().pull(before.cursor), world.open().pull(None)):
            if world.knows_who:
                assert self.whose(world, changes) == {ours.event_id: False, theirs.event_id: True}
            assert {e.event_id for e in changes.entries} <= {standing.event_id}
        assert list(self.standing(world)) == [standing.event_id]

    def test_an_ended_one_is_known_by_its_marks(self, world):
        stored = world.open().create(entry())
        world.dismiss(stored.event_id)
        if world.knows_who:
            read = marks.from_pairs(stored.marks)
            (ended,) = world.open().pull(None).ended
            assert ended == Ended(stored.event_id, read.key, read.rule.value, read.cause, 0, by_person=True)

    def test_the_person_moves_it(self, world):
        stored = world.open().create(entry())
        before = world.open().pull(None)
        start = datetime(2026, 3, 9, 1, 30, tzinfo=ZONE)
        world.edit(stored.event_id, start=start, end=start + timedelta(hours=1))
        (moved,) = world.open().pull(before.cursor).entries
        assert (moved.start, moved.end - moved.start) == (start, timedelta(hours=1))
        assert moved.marks == stored.marks
        assert moved.etag != stored.etag

    def test_marks_that_a_program_dropped_are_those_last_written(self, world):
        if not world.can_lose_marks:
            pytest.skip("declared: this calendar keeps marks")
        first = world.open().create(written(entry()))
        new = written(with_marks(replace(first, title="Thank them all"), promise="2026-03-13 abcdef"))
        stored = world.open().update(first, new)
        world.strip(stored.event_id)
        (mine,) = standing([self.standing(world)[stored.event_id]])
        assert to_pairs(mine.marks) == stored.marks
        assert not (mine.written_on or mine.moved)

    def test_a_program_that_drops_marks_costs_the_person_neither_words_nor_time(self, world):
        if not world.can_lose_marks:
            pytest.skip("declared: this calendar keeps marks")
        stored = world.open().create(written(entry()))
        start = datetime(2026, 3, 9, 1, 30, tzinfo=ZONE)
        world.strip(stored.event_id)
        world.edit(stored.event_id, title="Call Kim", start=start, end=start + timedelta(hours=1), text="My own words")
        (mine,) = standing([self.standing(world)[stored.event_id]])
        assert (mine.moved, mine.title_theirs, mine.text_theirs, mine.notes) == (True, True, True, "My own words")
        after = world.open().update(mine.entry, with_marks(mine.entry, due="2026-03-04T14:00-05:00"))
        assert (after.title, after.text, after.start) == ("Call Kim", "My own words", start)
        (again,) = standing([self.standing(world)[stored.event_id]])
        assert again.entry == after
        assert again.marks.wrote == mine.marks.wrote

    def test_one_that_lost_its_marks_ends_as_any_other(self, world):
        if not world.can_lose_marks:
            pytest.skip("declared: this calendar keeps marks")
        ours, theirs = (world.open().create(written(entry(c))) for c in ("a@x.example", "b@x.example"))
        for stored in (ours, theirs):
            world.strip(stored.event_id)
        world.open().delete(self.standing(world)[ours.event_id])
        world.dismiss(theirs.event_id)
        assert self.standing(world) == {}
        if world.knows_who:
            assert self.whose(world, world.open().pull(None)) == {ours.event_id: False, theirs.event_id: True}

    def test_what_the_caller_remembers_changes_nothing_that_is_known_better(self, world):
        ours, theirs, stays = (world.open().create(entry(c)) for c in ("a@x.example", "b@x.example", "c@x.example"))
        world.open().delete(ours)
        world.dismiss(theirs.event_id)
        before = world.open().pull(None)
        world.open().remember([stays, ours], before.ended)
        after = world.open().pull(None)
        assert (set(after.entries), set(after.ended)) == (set(before.entries), set(before.ended))
        assert after.vanished == frozenset()

    def test_a_copy_is_the_persons_own(self, world):
        stored = world.open().create(entry())
        world.copy(stored.event_id, "0123456789abcdefghij0123456789ab")
        assert list(self.standing(world)) == [stored.event_id]
        world.open().delete(self.standing(world)[stored.event_id])
        assert self.standing(world) == {}

    @pytest.mark.parametrize("text", HOSTILE, ids=[str(i) for i in range(len(HOSTILE))])
    def test_hostile_text(self, world, text):
        stored = world.open().create(entry(title=text, text=text))
        fitting = (clean(text)[: world.longest_title], clean(text)[: world.longest_text])
        assert (clean(stored.title), clean(stored.text)) == fitting
        assert self.standing(world) == {stored.event_id: stored}
        other = world.open().create(entry("other@x.example"))
        updated = world.open().update(other, replace(other, title=text, text=text))
        assert (clean(updated.title), clean(updated.text)) == fitting
        assert sorted(self.standing(world)) == sorted([stored.event_id, other.event_id])

    def test_hostile_causes(self, world):
        cause = "x\r\nEND:VEVENT; , \\n 面" * 5
        stored = world.open().create(entry(cause))
        assert marks.from_pairs(stored.marks).event_id == stored.event_id
        assert self.standing(world) == {stored.event_id: stored}

    def test_any_reminder_comes_back(self, world):
        number = count()  # an id is used once, also when an example is tried again

        @settings(max_examples=25, deadline=None)
        @given(
            title=st.text(max_size=90),
            text=st.text(max_size=300),
            start=st.integers(0, 200_000_000),
            minutes=st.integers(1, 3000),
            alarm=st.none() | st.integers(0, 40000),
        )
        def comes_back(title, text, start, minutes, alarm):
            begin = NOW + timedelta(seconds=start)
            end = begin + timedelta(minutes=minutes)
            one = entry(f"{next(number)}@x.example", title=title, text=text, start=begin, end=end, alarm=alarm)
            stored = world.open().create(one)
            found = self.standing(world)[one.event_id]
            assert found == stored
            assert (clean(found.title), clean(found.text)) == (clean(title), clean(text))
            assert (found.start, found.end, found.alarm) == (begin, end, alarm)
            world.open().delete(found)

        comes_back()

    def test_a_calendar_that_vanished_is_no_empty_one(self, world):
        if not world.can_vanish:
            pytest.skip("declared: this calendar can't vanish")
        world.open().create(entry())
        first = world.open().pull(None)
        world.vanish()
        with pytest.raises(Absurd, match="gone"):
            world.open().pull(first.cursor)
