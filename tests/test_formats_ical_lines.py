"""Content lines: unfolding and folding, escaping, parameters, and nothing that breaks out of a line."""

import re
import time

from hypothesis import given
from hypothesis import strategies as st

from syncd.formats.ical_lines import clean, escape, fold, parse, parse_line, shown, unescape

ANY_TEXT = st.text(st.characters(codec=None), max_size=300)


@given(ANY_TEXT)
def test_text_comes_back(text):
    assert unescape(escape(text)) == clean(text)


@given(ANY_TEXT)
def test_a_value_stays_on_its_line(text):
    raw = fold(f"SUMMARY:{escape(text)}", b"\r\n")
    lines = raw.decode().split("\r\n")
    assert lines.pop() == ""
    assert lines[0].startswith("SUMMARY:")
    assert all(line.startswith(" ") for line in lines[1:])
    assert all(len(line.encode()) <= 75 for line in lines)
    assert not re.search("[\x00-\x08\x0b-\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029]", raw.decode())


@given(ANY_TEXT)
def test_a_folded_line_is_read_back(text):
    data = b"BEGIN:VEVENT\r\n" + fold(f"SUMMARY:{escape(text)}", b"\r\n") + b"END:VEVENT\r\n"
    ((_, component),) = parse(data).components("VEVENT")
    assert component.text("SUMMARY") == clean(text)
    assert component.whole


@given(ANY_TEXT)
def test_no_escape_is_cut_by_a_fold(text):
    for line in fold(escape(text), b"\n").decode().split("\n")[:-1]:
        assert not re.search(r"(?<!\\)(\\\\)*\\$", line)


@given(st.binary(max_size=400))
def test_any_bytes_are_taken_apart(data):
    document = parse(data)
    assert document.whole <= document.calendar


def test_places_are_exact():
    data = b"BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:a\n b\nEND:VEVENT\nX-AFTER:1\nEND:VCALENDAR"
    ((calendar, event),) = parse(data).components("VEVENT")
    assert data[event.start : event.end] == b"BEGIN:VEVENT\nUID:a\n b\nEND:VEVENT\n"
    assert data[event.body_end : event.end] == b"END:VEVENT\n"
    assert calendar is not None
    assert data[calendar.body_end :] == b"END:VCALENDAR"
    assert event.text("UID") == "ab"


def test_parameters():
    prop = parse_line('ATTENDEE;CN="A; B: C";X="^n^^^\'";ROLE = CHAIR:mailto:a@b.example')
    assert prop.name == "ATTENDEE"
    assert prop.params == {"CN": "A; B: C", "X": '\n^"', "ROLE": "CHAIR"}
    assert prop.value == "mailto:a@b.example"


def test_deep_nests_and_many_returns_take_no_time():
    started = time.perf_counter()
    nested = parse(b"BEGIN:X\n" * 50_000 + b"END:X\n" * 50_000)
    returns = parse(b"BEGIN:VCALENDAR" + b"\r" * 500_000)
    assert time.perf_counter() - started < 10, "linear: a second or so, where a quadratic look would take minutes"
    assert [root.name for root in (*nested.roots, *returns.roots)] == ["X", "VCALENDAR"]


def test_shown_is_one_short_line():
    assert shown("a\n\0b" + "c" * 500) == "a b" + "c" * 76 + "…"
