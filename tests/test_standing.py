"""What the person did to a reminder is read off the reminder alone."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from syncd.marks import Marks, Wrote, line_hashes, to_pairs, word_hash
from syncd.model import Entry, ReminderState, Rule
from syncd.standing import TICK, Standing, due_text, standing, start_text
from tests.world import at

TEXT = "Why: the interview is over.\n\nSend a short note today.\n\nKept by syncd."


def written(**changes: object) -> Entry:
    """A reminder as syncd wrote it, and *changes* of the person's to it afterwards."""
    marks = Marks(Rule.THANK_YOU, "thank_you:k", ("uid",), state=changes.pop("state", ReminderState.OPEN))
    start = at("2026-03-10 12:00")
    entry = Entry(marks.event_id, changes.pop("was", "Thank Ada Berg"), TEXT, start, start + timedelta(minutes=30))
    title = entry.title.removeprefix(TICK)
    wrote = Wrote(word_hash(start_text(entry)), word_hash(title), word_hash(TEXT), line_hashes(TEXT))
    return replace(entry, marks=to_pairs(replace(marks, wrote=wrote)), **changes)


def one(**changes: object) -> Standing:
    (found,) = standing([written(**changes)])
    return found


def test_what_nobody_touched_is_open_and_nobodys_but_ours():
    mine = one()
    assert mine.open
    assert not (mine.ticked or mine.unticked or mine.moved or mine.title_theirs or mine.text_theirs or mine.written_on)
    assert mine.notes == ""


@pytest.mark.parametrize(
    "tick", ["✓ ", "✓", "✔ ", "✔️ ", "☑ ", "✅ ", " ✓ ", "done ", "Done: ", "DONE - ", "done – ", "x ", "X "]
)
def test_a_tick_in_front_of_the_title_is_one_and_the_title_stays_ours(tick):
    mine = one(title=f"{tick}Thank Ada Berg")
    assert mine.ticked
    assert not mine.open
    assert mine.plain_title == "Thank Ada Berg"
    assert not mine.title_theirs


@pytest.mark.parametrize(
    "title",
    [
        "Thank Ada Berg done",
        "donesome",
        "xylophone",
        "Thank x Ada",
        "[x] Thank Ada",
        "x",
        "Thank Netflix now",
        "Alldone",
    ],
)
def test_other_words_are_no_tick(title):
    assert not one(title=title).ticked
    assert one(title=title).open
    assert one(title=title).title_theirs


def test_a_done_one_is_neither_ticked_nor_open_until_its_tick_is_taken_away():
    done = one(state=ReminderState.DONE, was="✓ Thank Ada Berg")
    assert not (done.ticked or done.unticked or done.open)
    undone = one(state=ReminderState.DONE, was="✓ Thank Ada Berg", title="Thank Ada Berg")
    assert undone.unticked
    assert undone.open
    assert not undone.title_theirs


def test_a_reminder_at_another_time_was_moved_one_shown_in_another_zone_was_not():
    assert one(start=at("2026-03-10 12:30")).moved
    assert not one(start=at("2026-03-10 12:00").astimezone(ZoneInfo("Asia/Kolkata"))).moved
    assert not one(start=at("2026-03-10 12:00").astimezone(UTC)).moved


@pytest.mark.parametrize(
    ("text", "notes"),
    [
        (f"{TEXT}\nnext: Friday", "next: Friday"),
        (f"next: Friday\n{TEXT}", "next: Friday"),
        (TEXT.replace("\n\n", "\ncall first\n", 1), "call first"),
        (TEXT.replace("Send", "Please send"), "Please send a short note today."),
        ("", ""),
        # Google's web editor makes HTML of it
        (
            "<p>Why: the interview is over.</p><br>Send a short note today.<br><br>Kept by syncd.<div>next:&nbsp;Friday</div>",
            "next:&nbsp;Friday",
        ),
        (
            "Why: the interview is over.<br/>Send a short note today.<br>Kept by syncd.<ul><li>next: Friday</li></ul>",
            "next: Friday",
        ),
    ],
)
def test_notes_are_the_lines_that_syncd_did_not_write(text, notes):
    mine = one(text=text)
    assert mine.text_theirs
    assert mine.written_on
    assert mine.notes.strip() == notes


@pytest.mark.parametrize(
    "text", [TEXT.replace("\n", "\r\n"), TEXT.replace(" ", "  "), TEXT.replace("\n\n", "\n"), TEXT + "\n\n"]
)
def test_what_a_server_does_to_white_space_is_no_edit(text):
    assert not one(text=text).text_theirs


def test_a_copy_and_what_is_nobodys_are_left_out():
    mine = written()
    assert standing([replace(mine, event_id="copy"), replace(mine, marks=()), mine]) == (Standing(mine, one().marks),)


def test_without_hashes_everything_is_the_persons_to_keep_and_nothing_their_word():
    (mine,) = standing([replace(written(), marks=to_pairs(replace(one().marks, wrote=Wrote())))])
    assert (mine.moved, mine.title_theirs, mine.text_theirs, mine.written_on) == (True, True, True, True)
    assert mine.notes == ""


def test_times_as_text():
    entry = written(all_day=True, start=datetime(2026, 3, 10, tzinfo=ZoneInfo("Pacific/Auckland")))
    assert start_text(entry) == "2026-03-10"
    assert start_text(written()) == "20260310T1200Z"
    assert due_text(at("2026-07-10 09:30"), all_day=False) == "2026-07-10T09:30+01:00"
    assert due_text(at("2026-07-10 00:00"), all_day=True) == "2026-07-10"
