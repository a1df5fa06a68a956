"""Reminders as Google's JSON and back: limits, HTML, and what the person did to them."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd import marks
from syncd.backends.google import reminder_json
from syncd.backends.google.event_json import BROKEN
from syncd.formats.ical_lines import clean
from syncd.marks import Marks, line_hashes, word_hash
from syncd.model import Ended, Entry, ReminderState, Rule
from syncd.plan.wording import FOOTER
from syncd.standing import Standing, standing
from tests.contract.reminder_calendar import HOSTILE, entry, with_marks, written

ZONE = ZoneInfo("America/New_York")

TEXT = f"""\
Why: the interview is over.

Send a short note today: thank them, name one thing you talked about, and say again how you can bring value.

Interview: R&D <lead>, 2 > 1, Tue 3 Mar 2026, 14:00
With: Kim Ode (kim@acme.example)

Write: mailto:kim@acme.example?subject=Thank%20you
In Gmail: https://mail.google.com/mail/u/robin@home.example/?view=cm&fs=1&to=kim@acme.example&su=Thank%20you

{FOOTER}"""
"""As the reminders read, and with what a program might take for markup."""

EDITED = (
    "Why: the interview is over.<br><br>Send a short note today: thank them, name one thing you talked about, and say "
    "again how you can bring value.<br><br>Interview: R&amp;D &lt;lead&gt;, 2 &gt; 1, Tue 3 Mar 2026, 14:00<br>With: Kim "
    'Ode (<a href="mailto:kim@acme.example">kim@acme.example</a>)<br><br>Write: mailto:<a href="mailto:kim@acme.example" '
    'target="_blank">kim@acme.example</a>?subject=Thank%20you<br>In Gmail:&nbsp;<a href="https://mail.google.com/mail/u/'
    'robin@home.example/?view=cm&amp;fs=1&amp;to=kim@acme.example&amp;su=Thank%20you">https://mail.google.com/mail/u/robin'
    "@home.example/?view=cm&amp;fs=1&amp;to=kim@acme.example&amp;su=Thank%20you</a><br><br>"
    f"{FOOTER}"
)
"""The same after Google's editor had it in its hands."""


def stored(one: Entry, **changes: object) -> dict:
    """What Google makes of *one*."""
    return {**reminder_json.body(one, ZONE), "etag": '"1"', "updated": "2026-03-02T09:00:00.000Z", **changes}


def read(item: dict) -> Entry:
    found = reminder_json.read_entry(item, ZONE)
    assert found is not None
    return found


def mine(one: Entry, **changes: object) -> Standing:
    (found,) = standing([read(stored(one, **changes))])
    return found


def test_what_is_sent():
    body = reminder_json.body(entry(link="https://mail.google.com/mail/u/robin@home.example/#all/18f"), ZONE)
    kept = body.pop("extendedProperties")
    assert kept == {"private": dict(entry().marks)}
    assert body == {
        "id": entry().event_id,
        "summary": "Thank Kim at Acme",
        "description": "Say thanks;\nsay why, and how.",
        "start": {"dateTime": "2026-03-03T14:00:00-05:00", "timeZone": "America/New_York"},
        "end": {"dateTime": "2026-03-03T14:15:00-05:00", "timeZone": "America/New_York"},
        "reminders": {"useDefault": False, "overrides": [{"method": "popup", "minutes": 0}]},
        "source": {"title": "Mail", "url": "https://mail.google.com/mail/u/robin@home.example/#all/18f"},
        "visibility": "private",
        "transparency": "transparent",
        "colorId": "2",
        "eventType": "default",
    }


@pytest.mark.parametrize(
    "link",
    [
        "",
        "mailto:kim@acme.example",
        "javascript:alert(1)",
        "https://a.example/x y",
        "https://a.example/\n",
        "ftp://x",
        "https://",
        "https:///x",
        "https://é.example/",
        "https://a.example/" + "x" * 2000,
    ],
)
def test_what_is_no_page_is_no_source(link):
    assert "source" not in reminder_json.body(entry(link=link), ZONE)


def test_a_page_of_theirs_is_read_and_left_as_it_is():
    old = read(stored(entry(), source={"title": "Notes", "url": "https://é.example/a b"}))
    assert old.link == "https://é.example/a b"
    assert reminder_json.patch(old, replace(old, title="New"), ZONE) == {"summary": "New"}
    assert read(stored(entry(), source={"title": "Notes", "url": "javascript:alert(1)"})).link == ""


@pytest.mark.parametrize(("minutes", "sent"), [(-5, 0), (0, 0), (40320, 40320), (99999, 40320)])
def test_minutes_are_kept_within_what_google_takes(minutes, sent):
    overrides = reminder_json.body(entry(alarm=minutes), ZONE)["reminders"]["overrides"]
    assert overrides == [{"method": "popup", "minutes": sent}]


def test_no_alarm_is_said():
    assert reminder_json.body(entry(alarm=None), ZONE)["reminders"] == {"useDefault": False, "overrides": []}


@pytest.mark.parametrize(
    ("reminders", "alarm"),
    [
        ({"useDefault": False}, None),
        ({"useDefault": False, "overrides": []}, None),
        ({"useDefault": True}, 10),
        ({"useDefault": False, "overrides": [{"method": "email", "minutes": 5}]}, None),
        ({"overrides": [{"method": "popup", "minutes": 30}, {"method": "popup", "minutes": 0}]}, 0),
        ({"overrides": [{"method": "popup", "minutes": "0"}, {"method": "popup"}, 7, None]}, None),
        ({"overrides": {"method": "popup"}}, None),
        (None, None),
        ([], None),
    ],
    ids=str,
)
def test_alarms_that_are_read(reminders, alarm):
    assert read(stored(entry(), reminders=reminders)).alarm == alarm


def test_long_texts_and_long_marks_are_cut_as_google_counts():
    one = entry(
        title="🎉" * 2000, text="🎉" * 9000, marks=(*entry().marks, ("syncdNote", "é" * 3000), ("syncd" * 9, "x"))
    )
    body = reminder_json.body(one, ZONE)
    assert body["summary"] == "🎉" * 512
    assert body["description"] == "🎉" * 4000
    private = body["extendedProperties"]["private"]
    assert private["syncdNote"] == "é" * 1024
    assert max(len(name) for name in private) <= 44
    assert reminder_json.same(read(stored(one)), one, ZONE)
    assert reminder_json.patch(read(stored(one)), one, ZONE) == {}, "what isn't stored is no difference"


@pytest.mark.parametrize("text", ["&lt;b&gt;" * 2000, "<b>" * 4000])
def test_a_text_that_is_escaped_is_cut_between_characters(text):
    assert len(reminder_json.body(entry(text=text), ZONE)["description"]) <= 8000
    assert text.startswith(read(stored(entry(text=text))).text)


@pytest.mark.parametrize(
    "text", [*HOSTILE, TEXT, "<b>bold</b> & <br>", "a &amp; b &nbsp; c &#60;i&#62;", "<!-- --><a href='x'>", "a<b"]
)
def test_text_comes_back_as_it_was(text):
    one = entry(title=text, text=text)
    if len(text) < 8000:
        assert read(stored(one)).text == clean(text)
    assert reminder_json.patch(read(stored(one)), one, ZONE) == {}


@given(text=st.text(st.sampled_from("<>&;/ab\n #1") | st.characters(), max_size=60))
def test_any_text_comes_back_or_reads_the_same(text):
    found = read(stored(entry(text=text))).text
    assert found.strip() == clean(text).strip()
    assert word_hash(found) == word_hash(clean(text))


@pytest.mark.parametrize(
    "edited",
    [
        EDITED,
        EDITED.replace('href="https://mail', 'href="https://www.google.com/url?sa=D&amp;q=https://mail'),
        EDITED.replace(
            'href="https://mail.google.com/mail/u/robin@home.example/?view=cm&amp;', 'href="https://x.example/?a=b&'
        ),
        EDITED.replace("<br>", "<br>\n"),
        EDITED.replace("<br>", "<br/>"),
        f"<p>{EDITED}</p>",
        "".join(f"<div>{line}</div>" for line in EDITED.split("<br>")),
        f"<html-blob>{EDITED}</html-blob>",
    ],
    ids=range(8),
)
def test_a_description_that_an_html_editor_had_is_not_the_persons_edit(edited):
    ours = mine(written(entry(text=TEXT)), description=edited)
    assert not ours.text_theirs
    assert line_hashes(ours.entry.text) == line_hashes(TEXT)


def test_the_lines_of_it_are_as_they_were():
    ours = mine(written(entry(text=TEXT)), description=EDITED)
    assert ours.entry.text == TEXT
    assert not ours.text_theirs
    assert not ours.written_on


@pytest.mark.parametrize(
    "added",
    [
        EDITED + "<br>next: Friday",
        EDITED + "<br><br>next:&nbsp;Friday<br>",
        EDITED + "<div>next: Friday</div>",
        EDITED + "\nnext: Friday",
        EDITED.replace("<br><br>Write", "<br>next: Friday<br>Write"),
        "<ul><li>next: Friday</li></ul>" + EDITED,
        "<p>next: <b>Friday</b></p>" + EDITED,
        TEXT + "\nnext: Friday",
    ],
)
def test_a_line_that_the_person_added_there_is_exactly_their_note(added):
    ours = mine(written(entry(text=TEXT)), description=added)
    assert ours.text_theirs
    assert ours.notes.strip() == "next: Friday"


def test_line_hashes_survive_the_editor():
    assert line_hashes(read(stored(entry(), description=EDITED)).text) == line_hashes(TEXT)


def test_only_what_differs_is_patched():
    old = read(stored(entry()))
    assert reminder_json.patch(old, old, ZONE) == {}
    assert reminder_json.patch(old, replace(old, title="New"), ZONE) == {"summary": "New"}
    assert reminder_json.patch(old, replace(old, text=""), ZONE) == {"description": ""}
    assert reminder_json.patch(old, replace(old, alarm=None), ZONE) == {
        "reminders": {"useDefault": False, "overrides": []}
    }
    assert reminder_json.patch(replace(old, link="https://a.example/"), old, ZONE) == {"source": None}
    assert reminder_json.patch(old, replace(old, start=old.start.astimezone(UTC)), ZONE) == {}


def test_marks_that_go_are_patched_to_null():
    old = read(stored(with_marks(entry(), promise="2026-03-13 abcdef")))
    new = with_marks(old, promise="", state=ReminderState.DONE)
    assert reminder_json.patch(old, new, ZONE) == {
        "extendedProperties": {"private": {"syncdPromise": None, "syncdState": "done"}}
    }


def test_a_time_takes_the_place_of_a_date_and_the_other_way_round():
    timed = read(stored(entry()))
    day = replace(timed, all_day=True, start=datetime(2026, 3, 9, tzinfo=ZONE), end=datetime(2026, 3, 10, tzinfo=ZONE))
    assert reminder_json.patch(timed, day, ZONE) == {
        "start": {"date": "2026-03-09", "dateTime": None, "timeZone": None},
        "end": {"date": "2026-03-10", "dateTime": None, "timeZone": None},
    }
    back = reminder_json.patch(day, timed, ZONE)
    assert back["start"] == {"date": None, "dateTime": "2026-03-03T14:00:00-05:00", "timeZone": "America/New_York"}
    assert back["end"]["date"] is None
    later = reminder_json.patch(timed, replace(timed, end=timed.end + timedelta(hours=1)), ZONE)
    assert sorted(later) == ["end", "start"], "one is never sent without the other"


def test_an_end_that_google_would_refuse_is_mended():
    start = datetime(2026, 3, 3, 14, tzinfo=ZONE)
    turned = reminder_json.body(entry(start=start, end=start - timedelta(hours=1)), ZONE)
    assert turned["end"] == turned["start"]
    day = reminder_json.body(entry(start=start, end=start, all_day=True), ZONE)
    assert (day["start"], day["end"]) == ({"date": "2026-03-03"}, {"date": "2026-03-04"})


def test_both_hours_that_the_clocks_repeat():
    for minute in (0, 60):
        start = datetime(2026, 11, 1, 5, 30, tzinfo=UTC) + timedelta(minutes=minute)
        found = read(stored(entry(start=start.astimezone(ZONE), end=start + timedelta(minutes=15))))
        assert found.start.astimezone(UTC) == start


def test_a_reminder_in_another_zone_is_read_in_the_persons():
    found = read(stored(entry(), start={"dateTime": "2026-03-03T20:00:00+01:00", "timeZone": "Europe/Berlin"}))
    assert (found.start.isoformat(), found.start.tzinfo) == ("2026-03-03T14:00:00-05:00", ZONE)


@pytest.mark.parametrize(
    "added",
    [
        {"attendees": [{"email": "kim@acme.example"}]},
        {"recurrence": ["RRULE:FREQ=DAILY"]},
        {"location": "Café"},
        {"attachments": [{"fileUrl": "https://drive.example/1"}]},
        {"conferenceData": {"conferenceId": "abc"}},
    ],
)
def test_what_the_person_added_is_told_and_keeps_it_from_being_removed(added):
    one = mine(written(entry()), **added)
    assert one.entry.added
    assert one.written_on


@pytest.mark.parametrize("nothing", [{}, {"attendees": [], "recurrence": None, "location": ""}, {"colorId": "5"}])
def test_what_syncd_writes_and_a_colour_is_nothing_added(nothing):
    one = mine(written(entry()), **nothing)
    assert not one.entry.added
    assert not one.written_on


def test_marks_come_in_their_own_order_among_what_isnt_ours():
    private = {"theirs": "x", **dict(sorted(entry().marks, reverse=True)), "syncdNewer": "1", "syncdOdd": 7}
    found = read(stored(entry(), extendedProperties={"private": private, "shared": {"syncdState": "done"}}))
    assert found.marks == (*entry().marks, ("syncdNewer", "1"))


@pytest.mark.parametrize(
    "item",
    [
        {},
        {"id": 7},
        {"id": entry().event_id},
        {"id": entry().event_id, "extendedProperties": []},
        {"id": entry().event_id, "extendedProperties": {"private": ["syncdKey"]}},
        stored(entry(), id="0123456789abcdefghij0123456789ab"),
        stored(entry(), id=f"{entry().event_id}_20260303T190000Z"),
        stored(entry(), status="cancelled"),
        stored(entry(), extendedProperties={"private": {"syncdRule": "thank_you", "syncdKey": "\ud800"}}),
        stored(entry(), extendedProperties={"private": {**dict(entry().marks), "syncdGen": "9" * 5000}}),
        stored(entry(), extendedProperties={"private": {**dict(entry().marks), "syncdRule": "no_rule"}}),
    ],
    ids=range(11),
)
def test_what_is_none_of_ours(item):
    assert reminder_json.read_entry(item, ZONE) is None


@pytest.mark.parametrize(
    "change", [{"start": {}}, {"start": None}, {"start": {"dateTime": "noon"}}, {"etag": None}, {"etag": 7},
               {"start": {"dateTime": "9999-12-31T23:59:59-14:00"}}]
)  # fmt: skip
def test_one_that_cant_be_understood_says_so(change):
    with pytest.raises(BROKEN):
        read(stored(entry(), **change))


@pytest.mark.parametrize("junk", [None, 7, [], {}, True, "x"])
def test_fields_of_any_type_are_survived(junk):
    item = stored(entry())
    for name in ("summary", "description", "reminders", "source", "updated", "end", "status"):
        item[name] = junk
    assert read(item).event_id == entry().event_id


def test_what_is_left_of_a_deleted_one_tells_who_did():
    read_marks = marks.from_pairs(entry().marks)
    assert isinstance(read_marks, Marks)
    theirs = Ended(entry().event_id, read_marks.key, Rule.THANK_YOU, read_marks.cause, 0, by_person=True)
    assert reminder_json.read_ended(stored(entry(), status="cancelled")) == theirs
    ours = reminder_json.ending(entry())
    assert reminder_json.patch(entry(), ours, ZONE) == {"extendedProperties": {"private": {"syncdState": "cancelled"}}}
    assert reminder_json.read_ended(stored(ours)) == replace(theirs, by_person=False)
    assert reminder_json.read_ended({"id": entry().event_id, "status": "cancelled"}) is None
    assert reminder_json.read_ended(stored(entry(), id="0123456789abcdefghij0123456789ab")) is None


def test_ids_by_their_looks():
    assert reminder_json.shaped(entry().event_id)
    assert not reminder_json.shaped("4q3r2s1t0u9v8a7b6c5d4e3f2g")
    assert not reminder_json.shaped(f"{entry().event_id}_20260303T190000Z")
