"""How things look: days as people name them, times in the user's zone, text that a terminal can't be fooled by."""

import io
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.cli import render

NOW = datetime(2026, 3, 24, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("day", "words"),
    [
        (date(2026, 3, 24), "today"),
        (date(2026, 3, 25), "tomorrow"),
        (date(2026, 3, 23), "yesterday"),
        (date(2026, 3, 27), "in 3 days"),
        (date(2026, 3, 22), "2 days ago"),
        (date(2027, 3, 24), "in 365 days"),
    ],
)
def test_days_are_told_from_today(day, words):
    assert render.relative(day, NOW.date()) == words


def test_times_are_the_users_and_name_the_year_only_where_it_is_another():
    assert render.moment(datetime(2026, 3, 24, 8, 30, tzinfo=UTC), ZoneInfo("Europe/Berlin"), NOW) == "Tue 24 Mar 09:30"
    assert render.moment(datetime(2026, 3, 1, 3, tzinfo=UTC), ZoneInfo("America/New_York"), NOW) == "Sat 28 Feb 22:00"
    assert render.moment(datetime(2027, 1, 1, tzinfo=UTC), UTC, NOW) == "Fri 1 Jan 2027 00:00"
    assert render.day(date(2026, 12, 25), NOW) == "Fri 25 Dec"


def test_a_pipe_gets_aligned_text_that_is_never_cut():
    out = io.StringIO()
    render.show(("a", "b"), [("x" * 100, "1"), ("y", render.Styled("2", "bold red"))], out)
    assert out.getvalue() == f"a{' ' * 99}  b\n{'x' * 100}  1\ny{' ' * 99}  2\n"


def test_a_table_without_rows_is_its_head():
    out = io.StringIO()
    render.show(("a", "b"), [], out)
    assert out.getvalue() == "a  b\n"


@given(st.text())
def test_no_text_reaches_a_terminal_with_anything_it_would_obey(text):
    shown = render.safe(text)
    assert shown.isprintable()
    assert "\u202e" not in shown


def test_words_and_letters_of_other_scripts_stay():
    assert render.safe("  Zo\u00eb\t\u4f50\u85e4\r\n\x1b[2J\u202eevil ") == "Zo\u00eb \u4f50\u85e4 [2J evil"
