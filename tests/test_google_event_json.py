"""Google's event JSON as events: every field as documented, missing, or of another type; descriptions in HTML."""

from datetime import UTC, datetime, timedelta
from time import perf_counter
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syncd.backends.google import event_json
from syncd.backends.google.event_json import left_out, read, recurs, series_of, trimmed
from syncd.backends.google.markup import plain
from syncd.infer.notes import read_tags
from syncd.model import Attendee, Person

ZONE = ZoneInfo("Europe/Berlin")


def item(**fields):
    start = {"dateTime": "2026-03-05T10:00:00+01:00", "timeZone": "Europe/Berlin"}
    end = {"dateTime": "2026-03-05T11:00:00+01:00", "timeZone": "Europe/Berlin"}
    base = {"kind": "calendar#event", "id": "abc", "iCalUID": "a@x.example", "start": start, "end": end}
    return {name: value for name, value in (base | fields).items() if value is not None}


def event(**fields):
    return read(item(**fields), "primary", ZONE)


def test_what_an_event_says():
    found = event(
        summary=" Interview: Nurse ",
        location="Hall 3",
        status="tentative",
        created="2026-01-02T08:00:00.000Z",
        updated="2026-01-03T09:30:00.123Z",
        organizer={"email": "Jobs@Acme.example", "displayName": "Acme  Hiring"},
    )
    assert (found.source, found.href, found.event_id, found.uid) == ("primary", "abc", "abc", "a@x.example")
    assert (found.start, found.end) == (datetime(2026, 3, 5, 10, tzinfo=ZONE), datetime(2026, 3, 5, 11, tzinfo=ZONE))
    assert (found.title, found.location, found.status) == ("Interview: Nurse", "Hall 3", "tentative")
    assert found.organizer == Person("Acme Hiring", "jobs@acme.example")
    assert found.created == datetime(2026, 1, 2, 8, tzinfo=UTC)
    assert found.modified == datetime(2026, 1, 3, 9, 30, 0, 123000, tzinfo=UTC)
    assert found.cause == "a@x.example"
    assert not found.all_day


def test_who_is_invited():
    found = event(
        attendees=[
            {"email": "Robin@Home.example", "self": True, "responseStatus": "declined"},
            {"email": "kim@acme.example", "displayName": "Kim Oh", "responseStatus": "accepted", "optional": True},
            {"email": "c_1@resource.calendar.google.com", "displayName": "Room 4", "resource": True},
            {"email": "lee@acme.example", "displayName": "lee@acme.example", "responseStatus": "perhaps"},
            {"responseStatus": "accepted"},
            "nobody",
        ]
    )
    assert found.attendees == (
        Attendee(Person("", "robin@home.example"), status="declined"),
        Attendee(Person("Kim Oh", "kim@acme.example"), status="accepted"),
        Attendee(Person("Room 4", "c_1@resource.calendar.google.com"), kind="room", status="needs-action"),
        Attendee(Person("", "lee@acme.example"), status="needs-action"),
    )


@pytest.mark.parametrize(
    ("start", "end", "begins", "ends"),
    [
        ({"dateTime": "2026-03-05T10:00:00-05:00"}, {"dateTime": "2026-03-05T11:00:00-05:00"}, (5, 16), (5, 17)),
        ({"dateTime": "2026-03-05T10:00:00Z", "timeZone": "Mars/Base"}, {}, (5, 11), (5, 11)),
        ({"dateTime": "2026-03-05T10:00:00", "timeZone": "America/New_York"}, None, (5, 16), (5, 16)),
        ({"dateTime": "2026-03-05T10:00:00"}, {"dateTime": "2026-03-05T09:00:00"}, (5, 10), (5, 10)),
        ({"dateTime": "2026-03-05T10:00:00.000+01:00"}, {"dateTime": 7}, (5, 10), (5, 10)),
        ({"dateTime": "2026-03-05T10:00:00+01:00"}, {"date": "2026-03-06"}, (5, 10), (6, 0)),
        ({"date": "2026-03-05"}, {"date": "2026-03-07"}, (5, 0), (7, 0)),
        ({"date": "2026-03-05"}, {"date": "2026-03-05"}, (5, 0), (6, 0)),
        ({"date": "2026-03-05"}, None, (5, 0), (6, 0)),
        ({"date": "2026-03-05"}, {"dateTime": "2026-03-06T10:00:00Z"}, (5, 0), (6, 0)),
    ],
)
def test_times(start, end, begins, ends):
    found = event(start=start, end=end)
    day, hour = begins
    assert found.start == datetime(2026, 3, day, hour, tzinfo=ZONE)
    day, hour = ends
    assert found.end == datetime(2026, 3, day, hour, tzinfo=ZONE)
    assert found.all_day == ("date" in start)


def test_an_unspecified_end_is_the_one_given_with_it():
    assert event(endTimeUnspecified=True).end == datetime(2026, 3, 5, 11, tzinfo=ZONE)


def test_an_hour_that_the_clocks_skip():
    found = event(start={"dateTime": "2026-03-29T02:30:00", "timeZone": "Europe/Berlin"}, end=None)
    assert found.start.astimezone(UTC) == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)
    assert found.start.hour == 3


@pytest.mark.parametrize(
    "start",
    [None, {}, "soon", {"dateTime": None}, {"dateTime": "soon"}, {"date": "2026-02-30"}, {"date": 20260305}, [1]],
)
def test_no_start_is_refused(start):
    with pytest.raises(event_json.BROKEN):
        event(start=start)


def test_where_one_meets():
    points = [
        {"entryPointType": "phone", "uri": "tel:+49-1"},
        {"entryPointType": "video", "uri": "https://meet.example/abc"},
    ]
    page = {"title": "Jobs", "url": "https://acme.example/jobs/1"}
    assert event(conferenceData={"entryPoints": points}, hangoutLink="https://m.example").url == points[1]["uri"]
    assert event(conferenceData={"entryPoints": points[:1]}, hangoutLink="https://m.example").url == "https://m.example"
    assert event(conferenceData={"entryPoints": None}, source=page).url == "https://acme.example/jobs/1"
    assert event(conferenceData="none", source="none").url == ""


def test_a_changed_occurrence_on_its_own():
    found = event(
        id="abc_20260304T090000Z",
        recurringEventId="abc",
        originalStartTime={"dateTime": "2026-03-04T10:00:00+01:00", "timeZone": "Europe/Berlin"},
    )
    assert found.recurrence_id == "20260304T090000Z"
    assert found.cause == "a@x.example/20260304T090000Z"
    assert (found.event_id, found.href) == ("abc_20260304T090000Z", "abc_20260304T090000Z")
    assert event(id="abc_20260304", recurringEventId="abc").recurrence_id == "20260304"
    assert event(id="abc_20260304", recurringEventId="abc", iCalUID=None).uid == "abc@google.com"


def test_a_bare_busy_block():
    found = event(iCalUID=None, visibility="private", summary=None)
    assert (found.title, found.uid) == ("", "abc@google.com")


@pytest.mark.parametrize("kind", ["birthday", "workingLocation", "outOfOffice", "focusTime"])
def test_where_nobody_meets(kind):
    assert left_out(item(eventType=kind))


@pytest.mark.parametrize("kind", ["default", "fromGmail", "somethingNew", None, 7])
def test_where_somebody_may(kind):
    assert not left_out(item(eventType=kind))


def test_reminders_of_ours():
    assert left_out(item(extendedProperties={"private": {"syncdKey": "robin/thank_you/x"}}))
    assert not left_out(item(extendedProperties={"private": {"other": "x"}, "shared": {"syncdKey": "x"}}))
    assert not left_out(item(extendedProperties={"private": "syncdKey"}))


@pytest.mark.parametrize(
    ("fields", "series"),
    [
        ({"id": "abc"}, ""),
        ({"id": "abc_20260304T090000Z", "status": "confirmed"}, ""),
        ({"id": "abc_20260304T090000Z", "recurringEventId": "abc"}, "abc"),
        ({"id": "abc_20260304T090000Z", "status": "cancelled"}, "abc"),
        ({"id": "_60q30c1g60o30e1i60o4ac1g_20260304", "status": "cancelled"}, "_60q30c1g60o30e1i60o4ac1g"),
        ({"id": "abc_R20260304T090000_20260311T090000Z", "status": "cancelled"}, "abc_R20260304T090000"),
        ({"id": "abc_R20260304T090000", "status": "cancelled"}, ""),
        ({"id": "_60q30c1g60o30e1i60o4ac1g", "status": "cancelled"}, ""),
        ({"id": "abc", "status": "cancelled", "recurringEventId": 5}, ""),
    ],
)
def test_which_series(fields, series):
    assert series_of(fields) == series


def test_what_recurs():
    assert recurs(item(recurrence=["RRULE:FREQ=WEEKLY"]))
    assert not recurs(item(recurrence=[]))
    assert not recurs(item())


def test_what_is_kept_reads_the_same():
    whole = item(
        summary="x",
        description="<b>y</b>",
        htmlLink="https://www.google.com/calendar/event?eid=1",
        etag='"1"',
        conferenceData={"entryPoints": [{"entryPointType": "video", "uri": "https://meet.example/abc"}], "notes": "n"},
        attendees=[{"email": "kim@acme.example", "id": "7", "responseStatus": "accepted", "comment": "c"}, 5],
        reminders={"useDefault": True},
    )
    kept = trimmed(whole)
    assert read(kept, "p", ZONE) == read(whole, "p", ZONE)
    assert not {"htmlLink", "etag", "conferenceData", "reminders"} & kept.keys()
    assert trimmed(kept) == kept


TEXTS = [
    ("plain", "plain"),
    ("two\nlines\n\n  and one indented", "two\nlines\n\n  and one indented"),
    ("if a < b and c > d", "if a < b and c > d"),
    ("<kim@acme.example> wrote", "<kim@acme.example> wrote"),
    ("x <y> z", "x <y> z"),
    ("Q&amp;A at 5&nbsp;pm", "Q&A at 5 pm"),
    ("R&D, AT&T; a&b;", "R&D, AT&T; a&b;"),
    ("one<br>two<br/>three<BR />four", "one\ntwo\nthree\nfour"),
    ("one<br><br><br><br>two", "one\n\ntwo"),
    ("<p>one</p><p>two</p>", "one\ntwo"),
    ("<html-blob><u></u>Hello<br><b>Kim</b>,<br>bye</html-blob>", "Hello\nKim,\nbye"),
    ("<ul><li>one</li><li>two</li></ul>", "one\ntwo"),
    ("<div>one</div>\r\n<div>two\r\nthree</div>", "one\ntwo three"),
    ("first\n<b>#rejected</b>\nlast", "first\n#rejected\nlast"),
    ('<a href="https://meet.example/x?a=1&amp;b=2">Join</a> now', "Join (https://meet.example/x?a=1&b=2) now"),
    ('<a href="https://a.example/x">https://a.example/x</a>', "https://a.example/x"),
    ("<a href='mailto:kim@acme.example'>Kim</a>", "Kim"),
    ("<a href=javascript:alert(1)>Kim</a>", "Kim"),
    (
        '<a href="https://www.google.com/url?q=https://jobs.example/7&amp;sa=D">the ad</a>',
        "the ad (https://jobs.example/7)",
    ),
    ("&lt;b&gt;bold&lt;/b&gt; &amp;amp; more", "<b>bold</b> &amp; more"),
    ("<style>p {color: red}</style><!-- no --><p>yes</p>", "yes"),
    ("<h2>Agenda</h2>1. Coding<table><tr><td>10:00</td><td>Lee</td></tr></table>", "Agenda\n1. Coding\n10:00 Lee"),
    ("a\x00b\u2028c&#0;&#7;", "ab\nc\ufffd"),
    ("&#99999999;&#xD800;", "&#99999999;\ufffd"),
]


@pytest.mark.parametrize(("written", "read_as"), TEXTS)
def test_descriptions(written, read_as):
    assert plain(written) == read_as


@pytest.mark.parametrize(
    "written",
    [
        "Thanks<br>#rejected",
        "<p>Thanks</p><p>#rejected</p>",
        "<html-blob>Thanks<br><br>#rejected</html-blob>",
        "Thanks\n#rejected",
        "Thanks<div>#rejected</div>bye",
        "Thanks<br><span>#rejected</span>&nbsp;<br>bye",
    ],
)
def test_a_tag_of_the_person_stands_on_its_own_line(written):
    assert [tag.name for tag in read_tags(plain(written))] == ["rejected"]


@pytest.mark.parametrize(
    "unit",
    ["<", "<a ", "<p> ", "<td> ", "</div>", "<br>", "<!--", "<style>", "&", "&#", "<a href='", "<a>x", "x<b ", " \n"],
)
def test_hostile_descriptions_take_no_time(unit):
    began = perf_counter()
    plain(unit * (400_000 // len(unit)))
    assert perf_counter() - began < 2


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20) | st.just("2026-03-05T10:00:00Z"),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["date", "dateTime", "timeZone", "email", "url", "uri", "private"]), inner, max_size=3
        )
    ),
    max_leaves=6,
)
FIELDS = [
    "id", "status", "iCalUID", "start", "end", "summary", "description", "location", "recurrence", "recurringEventId",
    "originalStartTime", "attendees", "organizer", "conferenceData", "hangoutLink", "source", "created", "updated",
    "eventType", "extendedProperties",
]  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.dictionaries(st.sampled_from(FIELDS), JSON))
def test_anything_is_an_event_or_refused(fields):
    whole = {"id": "abc", "start": {"date": "2026-03-05"}} | fields
    left_out(whole), recurs(whole), series_of(whole), trimmed(whole)
    try:
        found = read(whole, "primary", ZONE)
    except event_json.BROKEN:
        return
    assert found.start.tzinfo is ZONE
    assert found.end >= found.start
    assert found.end - found.start >= timedelta(0)
    assert not any(c in found.title for c in "\x00\r\x1b")
