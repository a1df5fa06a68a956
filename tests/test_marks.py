"""Marks survive the trip through any calendar's limits, and ids are what Google takes."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.marks import VALUE_LIMIT, Marks, Wrote, event_id, from_pairs, key, line_hashes, to_pairs, word_hash
from syncd.model import ReminderState, Rule

hashes = st.text("0123456789abcdef", min_size=6, max_size=6)
causes = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=80).filter(
    lambda c: c.splitlines() == [c]
)
wrote = st.builds(
    Wrote, hashes | st.just(""), hashes | st.just(""), hashes | st.just(""), st.frozensets(hashes, max_size=40)
)
marks = st.builds(
    Marks,
    rule=st.sampled_from(Rule),
    key=st.builds(key, st.emails(), st.sampled_from(Rule), causes),
    cause=st.lists(causes, min_size=1, max_size=3).map(tuple),
    due=st.sampled_from(("", "2026-03-10T09:30+00:00", "2026-03-10")),
    state=st.sampled_from((ReminderState.OPEN, ReminderState.DONE)),
    generation=st.integers(0, 99),
    promise=st.sampled_from(("", "2026-03-10 a1b2c3")),
    done=st.none() | st.dates(),
    reopened=st.none() | st.datetimes(timezones=st.just(UTC)),
    rang=st.none() | st.dates(),
    snoozed=st.none() | st.dates(),
    ended=st.booleans(),
    wrote=wrote,
)


@given(marks)
def test_what_was_marked_is_read_back(one):
    assert from_pairs(to_pairs(one)) == one


@given(marks, st.lists(causes, max_size=60).map(tuple))
def test_marks_stay_within_googles_limits(one, many):
    for name, value in to_pairs(replace(one, cause=(*one.cause, *many))):
        assert len(name) <= 44
        assert 0 < len(value) <= VALUE_LIMIT == 1024


def test_causes_that_dont_fit_are_left_out_whole_and_the_first_stays():
    many = tuple(f"{n:0100}" for n in range(30))
    read = from_pairs(to_pairs(Marks(Rule.THANK_YOU, "k", many)))
    assert read is not None
    assert read.cause == many[:10]


def test_more_lines_than_fit_are_cut_between_two_hashes_or_none_is_made_up():
    lines = frozenset(f"{n:06x}" for n in range(400))
    read = from_pairs(to_pairs(Marks(Rule.THANK_YOU, "k", ("c",), wrote=Wrote("a" * 6, "b" * 6, "c" * 6, lines))))
    assert read is not None
    assert read.wrote.lines < lines
    assert len(read.wrote.lines) > 150


@given(st.emails(), st.sampled_from(Rule), causes, st.integers(0, 1000))
def test_an_id_is_one_that_google_takes(account, rule, cause, generation):
    assert re.fullmatch(r"[a-v0-9]{5,1024}", event_id(key(account, rule, cause), generation))


def test_keys_and_ids_tell_account_rule_cause_and_generation_apart_and_nothing_else():
    same = key("Sam@Mail.example", Rule.THANK_YOU, "uid")
    assert same == key("sam@mail.example", Rule.THANK_YOU, "uid")
    others = {
        key("ada@mail.example", Rule.THANK_YOU, "uid"),
        key("sam@mail.example", Rule.FOLLOW_UP, "uid"),
        key("sam@mail.example", Rule.THANK_YOU, "uid2"),
    }
    assert len(others | {same}) == 4
    assert len({event_id(same, 0), event_id(same, 1), event_id(min(others), 0)}) == 3
    assert event_id(same, 0) == event_id(same, 0)


GOOD = dict(to_pairs(Marks(Rule.THANK_YOU, "k", ("c",), done=date(2026, 3, 10), rang=date(2026, 3, 10), reopened=datetime(2026, 3, 10, tzinfo=UTC))))  # fmt: skip


@pytest.mark.parametrize(
    "broken",
    [
        {"syncdRule": ""},
        {"syncdRule": "dance"},
        {"syncdState": "lost"},
        {"syncdGen": "second"},
        {"syncdDone": "yesterday"},
        {"syncdRang": "soon"},
        {"syncdReopened": "often"},
    ],
)
def test_marks_that_make_no_sense_are_nobodys(broken):
    assert from_pairs(GOOD.items()) is not None
    assert from_pairs((GOOD | broken).items()) is None


@pytest.mark.parametrize("missing", ["syncdRule", "syncdKey"])
def test_marks_without_rule_or_key_are_nobodys(missing):
    assert from_pairs((name, value) for name, value in GOOD.items() if name != missing) is None


def test_a_hash_is_over_the_words_that_a_person_sees():
    assert word_hash("Why:  it is\nover.") == word_hash("<p>Why: it is<br>over.</p>".replace("<p>", " "))
    assert word_hash("one two") != word_hash("one  three")
    assert line_hashes("one\n\n  \n<br>\ntwo") == {word_hash("one"), word_hash("two")}
