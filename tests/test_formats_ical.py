"""iCalendar bytes to events: times, series, people, text, and everything that real and hostile files bring."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syncd.formats.ical import read, read_stated
from syncd.model import Attendee, Person

ZONE = ZoneInfo("Europe/Berlin")
SINCE, UNTIL = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 7, 1, tzinfo=UTC)


def ics(*blocks: str, newline: str = "\r\n", head: str = "VERSION:2.0") -> str:
    lines = ["BEGIN:VCALENDAR", *head.splitlines(), *(line for b in blocks for line in b.strip().splitlines())]
    return newline.join([*lines, "END:VCALENDAR", ""])


def vevent(*lines: str, uid: str = "a@x.example") -> str:
    return "\n".join(["BEGIN:VEVENT", f"UID:{uid}", *lines, "END:VEVENT"])


def events(data: str | bytes, **window):
    raw = data.encode() if isinstance(data, str) else data
    return read(raw, ZONE, window.get("since", SINCE), window.get("until", UNTIL)).events


def one(*lines: str):
    (event,) = events(ics(vevent(*lines)))
    return event


OUTLOOK = """
BEGIN:VTIMEZONE
TZID:Customized Time Zone
BEGIN:STANDARD
DTSTART:16010101T020000
TZOFFSETFROM:-0400
TZOFFSETTO:-0500
RRULE:FREQ=YEARLY;BYDAY=1SU;BYMONTH=11
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:16010101T020000
TZOFFSETFROM:-0500
TZOFFSETTO:-0400
RRULE:FREQ=YEARLY;BYDAY=2SU;BYMONTH=3
END:DAYLIGHT
END:VTIMEZONE
"""


@pytest.mark.parametrize(
    ("line", "utc"),
    [
        ("DTSTART:20260305T100000Z", "2026-03-05T10:00"),
        ("DTSTART:20260305T100000", "2026-03-05T09:00"),
        ("DTSTART;TZID=America/New_York:20260305T100000", "2026-03-05T15:00"),
        ('DTSTART;TZID="America/New_York":20260305T100000', "2026-03-05T15:00"),
        ("DTSTART;TZID=Eastern Standard Time:20260705T100000", "2026-07-05T14:00"),
        ("DTSTART;TZID=/freeassociation.sourceforge.net/America/New_York:20260305T100000", "2026-03-05T15:00"),
        ("DTSTART;TZID=/freeassociation.sourceforge.net/Tzfile/Asia/Tokyo:20260305T100000", "2026-03-05T01:00"),
        ("DTSTART;VALUE=DATE-TIME;TZID=Asia/Tokyo:20260305T100000", "2026-03-05T01:00"),
        ("dtstart;tzid=Asia/Tokyo:20260305T100000", "2026-03-05T01:00"),
        ("DTSTART;TZID=Europe/Berlin:20260329T023000", "2026-03-29T01:30"),  # skipped by the clocks
        ("DTSTART;TZID=Europe/Berlin:20261025T023000", "2026-10-25T00:30"),  # there twice: the first
    ],
)
def test_zones(line, utc):
    event = one(line)
    assert event.start.astimezone(UTC) == datetime.fromisoformat(f"{utc}+00:00")
    assert event.start.tzinfo == ZONE


def test_a_zone_of_the_files_own():
    winter, summer = (
        "DTSTART;TZID=Customized Time Zone:20260105T100000",
        "DTSTART;TZID=Customized Time Zone:20260605T100000",
    )
    found = events(ics(OUTLOOK, vevent(winter, uid="w"), vevent(summer, uid="s")))
    assert [e.start.astimezone(UTC).hour for e in found] == [15, 14]


def test_a_zone_defined_after_its_use_and_differently_in_another_file():
    line = "DTSTART;TZID=Customized Time Zone:20260105T100000"
    (here,) = events(ics(vevent(line), OUTLOOK))
    (there,) = events(ics(OUTLOOK.replace("-0500", "-0800").replace("-0400", "-0700"), vevent(line)))
    assert here.start.astimezone(UTC).hour == 15
    assert there.start.astimezone(UTC).hour == 18


def test_a_zone_with_a_colon_in_its_name():
    name = "(UTC+09:00) Osaka, Sapporo, Tokyo"
    zone = OUTLOOK.replace("Customized Time Zone", name).replace("-0500", "+0900").replace("-0400", "+0900")
    (event,) = events(ics(zone, vevent(f'DTSTART;TZID="{name}":20260305T100000')))
    assert event.start.astimezone(UTC).hour == 1


def test_an_unknown_zone_is_read_as_the_users_with_a_warning():
    reading = read(ics(vevent("DTSTART;TZID=Mars/Olympus:20260305T100000")).encode(), ZONE, SINCE, UNTIL, href="f.ics")
    assert reading.events[0].start == datetime(2026, 3, 5, 10, tzinfo=ZONE)
    assert "f.ics" in reading.warnings[0]
    assert "Mars/Olympus" in reading.warnings[0]


@pytest.mark.parametrize(
    "broken",
    [
        "BEGIN:VTIMEZONE\nTZID:Own\nEND:VTIMEZONE",
        OUTLOOK.replace("-0500", "nonsense").replace("Customized Time Zone", "Own"),
    ],
)
def test_a_broken_zone_is_an_unknown_one(broken):
    (event,) = events(ics(broken, vevent("DTSTART;TZID=Own:20260305T100000")))
    assert event.start == datetime(2026, 3, 5, 10, tzinfo=ZONE)


START = "DTSTART;TZID=Europe/Berlin:20260305T100000"


@pytest.mark.parametrize(
    ("lines", "length", "all_day"),
    [
        ([START, "DTEND;TZID=Europe/Berlin:20260305T113000"], timedelta(minutes=90), False),
        ([START, "DTEND:20260305T093000Z"], timedelta(minutes=30), False),
        ([START, "DURATION:PT1H30M"], timedelta(minutes=90), False),
        ([START], timedelta(), False),
        ([START, "DTEND;TZID=Europe/Berlin:20260305T090000"], timedelta(), False),
        ([START, "DURATION:-PT1H"], timedelta(), False),
        ([START, "DTEND:rubbish"], timedelta(), False),
        ([START, "DTEND;VALUE=DATE:20260306"], timedelta(hours=14), False),
        (["DTSTART;VALUE=DATE:20260305"], timedelta(days=1), True),
        (["DTSTART:20260305"], timedelta(days=1), True),
        (["DTSTART;VALUE=DATE:20260305T000000"], timedelta(days=1), True),
        (["DTSTART;VALUE=DATE:20260305", "DTEND;VALUE=DATE:20260305"], timedelta(days=1), True),
        (["DTSTART;VALUE=DATE:20260305", "DTEND;VALUE=DATE:20260307"], timedelta(days=2), True),
        (["DTSTART;VALUE=DATE:20260305", "DURATION:P2D"], timedelta(days=2), True),
        (["DTSTART;VALUE=DATE:20260305", "DTEND;TZID=Europe/Berlin:20260306T120000"], timedelta(days=2), True),
    ],
)
def test_ends(lines, length, all_day):
    event = one(*lines)
    assert event.end - event.start == length
    assert event.all_day is all_day


def test_days_are_days_and_hours_are_hours_when_the_clocks_change():
    day = one("DTSTART;TZID=Europe/Berlin:20260328T120000", "DURATION:P1D")
    hours = one("DTSTART;TZID=Europe/Berlin:20260328T120000", "DURATION:PT24H")
    assert day.end == datetime(2026, 3, 29, 12, tzinfo=ZONE)
    assert hours.end == datetime(2026, 3, 29, 13, tzinfo=ZONE)


def test_people():
    event = one(
        START,
        'ORGANIZER;CN="Hiring, Acme":MAILTO:Jobs@Acme.example',
        'ATTENDEE;CUTYPE=ROOM;CN="Room 4";PARTSTAT=ACCEPTED:mailto:room4@acme.example',
        "ATTENDEE;CN=kim@acme.example:mailto:kim@acme.example",
        "ATTENDEE;CN='Lee O^'Brien^'';PARTSTAT=DECLINED:mailto:lee@acme.example",
        "ATTENDEE;CN=Pat;EMAIL=pat@acme.example:/principals/users/pat/",
        'ATTENDEE;CN="A "B" C":mailto:abc@acme.example',
        "ATTENDEE;CN=Dr: Who:mailto:who@acme.example",
        "ATTENDEE;CN=No Mail:invalid:nomail",
        "ATTENDEE;PARTSTAT=TENTATIVE:bare@acme.example",
        "ATTENDEE:",
    )
    assert event.organizer == Person("Hiring, Acme", "jobs@acme.example")
    assert event.attendees == (
        Attendee(Person("Room 4", "room4@acme.example"), "room", "accepted"),
        Attendee(Person("", "kim@acme.example")),
        Attendee(Person('Lee O"Brien', "lee@acme.example"), "individual", "declined"),
        Attendee(Person("Pat", "pat@acme.example")),
        Attendee(Person('A "B" C', "abc@acme.example")),
        Attendee(Person("Dr", "who@acme.example")),
        Attendee(Person("No Mail", "")),
        Attendee(Person("", "bare@acme.example"), "individual", "tentative"),
    )


def test_text_and_stamps():
    event = one(
        START,
        "SUMMARY;LANGUAGE=en:Talk; with C:\\\\new\\, and\\nmore",
        "DESCRIPTION:",
        "X-ALT-DESC;FMTTYPE=text/html:<p>Hello\\, you</p>",
        "LOCATION:Room 4\\, left",
        "URL:https://meet.example/a,b;c",
        "STATUS:CANCELED",
        "DTSTAMP:20260201T100000Z",
        "LAST-MODIFIED:20260203T100000Z",
    )
    assert event.title == "Talk; with C:\\new, and\nmore"
    assert event.description == "<p>Hello, you</p>"
    assert event.location == "Room 4, left"
    assert event.url == "https://meet.example/a,b;c"
    assert event.status == "cancelled"
    assert event.created == datetime(2026, 2, 1, 10, tzinfo=UTC)
    assert event.modified == datetime(2026, 2, 3, 10, tzinfo=UTC)


def test_created_comes_before_dtstamp_and_rubbish_is_none():
    event = one(START, "DTSTAMP:20260201T100000Z", "CREATED:20260105T100000Z", "LAST-MODIFIED:yesterday")
    assert event.created == datetime(2026, 1, 5, 10, tzinfo=UTC)
    assert event.modified is None


@pytest.mark.parametrize("newline", ["\r\n", "\n", "\r", "\r\r\n"], ids=repr)
def test_line_ends_and_folds(newline):
    block = vevent(START, "SUMMARY:Inter", " view with", "\t Kim", "DESCRIPTION:x", uid="a@x.example")
    (event,) = events(ics(block, newline=newline))
    assert event.title == "Interview with Kim"
    assert event.start == datetime(2026, 3, 5, 10, tzinfo=ZONE)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "latin-1"])
def test_encodings(encoding):
    (event,) = events(ics(vevent(START, "SUMMARY:Gespräch mit Zoë")).encode(encoding))
    assert event.title == "Gespräch mit Zoë"


def test_one_line_in_another_encoding_costs_only_itself():
    data = ics(vevent(START, "SUMMARY:Zoë", "LOCATION:B?ro")).encode().replace(b"B?ro", b"B\xfcro")
    (event,) = events(data)
    assert (event.title, event.location) == ("Zoë", "Büro")


def test_a_fold_within_a_character():
    data = ics(vevent(START, "SUMMARY:Zo?")).encode().replace(b"Zo?", b"Zo\xc3\r\n \xab")
    assert events(data)[0].title == "Zoë"


def test_control_characters_go():
    event = one(
        START, "SUMMARY:a\x00b\x07c\x1bd", "DESCRIPTION:x\x00y", "ATTENDEE;CN=K\x01im:mailto:k\x00im@acme.example"
    )
    assert (event.title, event.description) == ("abcd", "xy")
    assert event.attendees == (Attendee(Person("Kim", "kim@acme.example")),)


def test_a_very_long_line():
    event = one(START, "DESCRIPTION:" + "x" * 3_000_000)
    assert len(event.description) == 3_000_000


def test_a_broken_event_costs_itself_and_is_named():
    blocks = [
        vevent(START, uid="good1@x.example"),
        vevent("DTSTART:soon", uid="bad@x.example"),
        vevent("SUMMARY:no start", uid="none@x.example"),
        vevent(START, "RRULE:FREQ=SOMETIMES", uid="rule@x.example"),
        "BEGIN:VEVENT\nUID:open@x.example\n" + START,
        vevent(START, "GARBAGE", "ANOTHER;LINE", ":::", uid="good2@x.example"),
        "BEGIN:VTODO\nUID:todo@x.example\nDUE:20260305\nEND:VTODO",
        "BEGIN:VJOURNAL\nUID:j@x.example\nEND:VJOURNAL",
    ]
    reading = read(ics(*blocks).encode(), ZONE, SINCE, UNTIL, href="some.ics")
    assert [e.uid for e in reading.events] == ["good1@x.example", "good2@x.example"]
    assert reading.state == "whole"
    assert len(reading.warnings) == 4
    assert "soon" not in "".join(reading.warnings)  # what stands in it may be anybody's words
    for uid in ("bad@", "none@", "rule@", "open@"):
        assert any(uid in warning and "some.ics" in warning for warning in reading.warnings)


@pytest.mark.parametrize(
    ("data", "state"),
    [
        (b"", "none"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\0", "none"),
        (b"BEGIN:VCARD\r\nEND:VCARD\r\n", "none"),
        (b"<html>not here</html>", "none"),
        (b"BEGIN:VCALENDAR\r\n", "cut"),
        (b"BEGIN:VCALENDAR\r\nEND:VCALENDAR", "whole"),
        (ics(vevent(START))[:-20].encode(), "cut"),
    ],
)
def test_what_a_file_is(data, state):
    assert read(data, ZONE, SINCE, UNTIL).state == state


def test_a_missing_uid_gets_one_that_stays():
    block = vevent(START, "SUMMARY:Talk").replace("UID:a@x.example\n", "")
    first, second = events(ics(block)), events(ics(block))
    assert first == second
    assert first[0].uid.startswith("no-uid-")


def test_our_own_are_no_events():
    assert events(ics(vevent(START, "X-SYNCD-KEY:thank_you:abc"))) == ()


def test_several_versions_of_one_event():
    found = events(
        ics(
            vevent(START, "SEQUENCE:2", "SUMMARY:newer"),
            vevent(START, "SEQUENCE:1", "LAST-MODIFIED:20270101T000000Z", "SUMMARY:older"),
            vevent(START, "SEQUENCE:0", "LAST-MODIFIED:20260102T000000Z", "SUMMARY:late", uid="b"),
            vevent(START, "SEQUENCE:0", "LAST-MODIFIED:20260101T000000Z", "SUMMARY:early", uid="b"),
        )
    )
    assert [e.title for e in found] == ["newer", "late"]


def test_method_cancel():
    assert events(ics(vevent(START), head="METHOD:CANCEL"))[0].status == "cancelled"
    two = ics(vevent(START, "SEQUENCE:0")) + ics(vevent(START, "SEQUENCE:1"), head="METHOD:CANCEL")
    assert [e.status for e in events(two)] == ["cancelled"]


def test_a_single_slot_of_an_unknown_series_is_given_whatever_its_time():
    event = one("DTSTART:20200305T100000Z", "RECURRENCE-ID:20200304T100000Z")
    assert event.cause == "a@x.example/20200304T100000Z"


def test_series_with_everything():
    blocks = [
        vevent(
            "DTSTART;TZID=Europe/Berlin:20260302T100000",
            "DTEND;TZID=Europe/Berlin:20260302T110000",
            "RRULE:FREQ=WEEKLY;COUNT=6",
            "RDATE;TZID=Europe/Berlin:20260304T150000",
            "EXDATE;TZID=Europe/Berlin:20260309T100000",
            "SUMMARY:Series",
        ),
        vevent("RECURRENCE-ID;TZID=Europe/Berlin:20260316T100000", "DTSTART:20260317T120000Z", "SUMMARY:Moved"),
        vevent("RECURRENCE-ID:20260323T090000Z", "DTSTART:20260323T090000Z", "STATUS:CANCELLED", "SUMMARY:Off"),
    ]
    found = sorted(events(ics(*blocks)), key=lambda e: e.start)
    assert [(e.recurrence_id, e.start.isoformat(), e.title, e.status) for e in found] == [
        ("20260302T090000Z", "2026-03-02T10:00:00+01:00", "Series", "confirmed"),
        ("20260304T140000Z", "2026-03-04T15:00:00+01:00", "Series", "confirmed"),
        ("20260316T090000Z", "2026-03-17T13:00:00+01:00", "Moved", "confirmed"),
        ("20260323T090000Z", "2026-03-23T10:00:00+01:00", "Off", "cancelled"),
        ("20260330T080000Z", "2026-03-30T10:00:00+02:00", "Series", "confirmed"),
        ("20260406T080000Z", "2026-04-06T10:00:00+02:00", "Series", "confirmed"),
    ]
    assert {e.end - e.start for e in found if e.title == "Series"} == {timedelta(hours=1)}


def test_all_day_series_and_this_and_future():
    found = events(ics(vevent("DTSTART;VALUE=DATE:20260302", "RRULE:FREQ=WEEKLY;UNTIL=20260316")))
    assert [(e.recurrence_id, e.all_day, e.start.hour) for e in found] == [
        ("20260302", True, 0),
        ("20260309", True, 0),
        ("20260316", True, 0),
    ]
    onwards = ics(
        vevent("DTSTART:20260302T100000Z", "RRULE:FREQ=WEEKLY;COUNT=4", "SUMMARY:Old"),
        vevent("RECURRENCE-ID;RANGE=THISANDFUTURE:20260316T100000Z", "DTSTART:20260316T120000Z", "SUMMARY:New"),
    )
    found = sorted(events(onwards), key=lambda e: e.start)
    assert [e.recurrence_id[:8] for e in found] == ["20260302", "20260309", "20260316", "20260323"]
    assert [e.start.astimezone(UTC).hour for e in found] == [10, 10, 12, 12]


def test_periods_as_rdates():
    lines = ["DTSTART:20260302T100000Z", "RDATE;VALUE=PERIOD:20260303T100000Z/PT2H,20260304T100000Z/20260304T103000Z"]
    found = sorted(events(ics(vevent(*lines))), key=lambda e: e.start)
    assert [(e.start.astimezone(UTC).day, e.end - e.start) for e in found] == [
        (2, timedelta()),
        (3, timedelta(hours=2)),
        (4, timedelta(minutes=30)),
    ]


def test_a_series_since_before_1900_is_refused():
    assert events(ics(vevent("DTSTART:18990302T100000Z", "RRULE:FREQ=DAILY"))) == ()


def test_a_floating_series_is_in_the_users_zone():
    found = events(ics(vevent("DTSTART:20260323T100000", "RRULE:FREQ=WEEKLY;UNTIL=20260330T100000")))
    assert [e.start.isoformat() for e in found] == ["2026-03-23T10:00:00+01:00", "2026-03-30T10:00:00+02:00"]


def test_only_occurrences_that_touch_the_window():
    since, until = datetime(2026, 3, 10, 10, 30, tzinfo=UTC), datetime(2026, 3, 13, 10, tzinfo=UTC)
    data = ics(vevent("DTSTART:20260301T100000Z", "DURATION:PT1H", "RRULE:FREQ=DAILY"))
    assert [e.recurrence_id[:8] for e in events(data, since=since, until=until)] == ["20260310", "20260311", "20260312"]


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=SECONDLY",
        "FREQ=MINUTELY;COUNT=9",
        "FREQ=HOURLY",
        "FREQ=DAILY;BYHOUR=1,2,3",
        "FREQ=DAILY;INTERVAL=0",
        "FREQ=DAILY;BYSECOND=0,1",
        "FREQ=DAILY" + "\nRRULE:FREQ=DAILY" * 9,
        "nonsense",
    ],
)
def test_rules_made_to_keep_us_busy_are_refused(rule):
    reading = read(ics(vevent(START, f"RRULE:{rule}")).encode(), ZONE, SINCE, UNTIL)
    assert reading.events == ()
    assert len(reading.warnings) == 1


@pytest.mark.parametrize(
    "line",
    [
        "DTSTART:00010101T000000Z",
        "DTSTART:99991231T235959Z",
        "DTSTART;VALUE=DATE:00010101",
        "DTSTART;VALUE=DATE:99991231",
    ],
)
def test_the_ends_of_time_cost_nothing_but_the_event(line):
    reading = read(ics(vevent(line), vevent(START, uid="b")).encode(), ZONE, SINCE, UNTIL)
    assert "b" in [e.uid for e in reading.events]


def test_stated_gives_a_series_once():
    (event,) = read_stated(ics(vevent("DTSTART:20200305T100000Z", "RRULE:FREQ=WEEKLY")).encode(), ZONE).events
    assert event.start == datetime(2020, 3, 5, 10, tzinfo=UTC)


PIECES = st.sampled_from(
    [
        b"BEGIN:VCALENDAR\r\n",
        b"END:VCALENDAR\r\n",
        b"BEGIN:VEVENT\r\n",
        b"END:VEVENT\r\n",
        b"BEGIN:VALARM\n",
        b"END:VALARM\n",
        b"UID:a\n",
        b"RECURRENCE-ID:20260305T100000Z\n",
        b"RECURRENCE-ID;VALUE=DATE:20260305\n",
        b"DTSTART;TZID=Own:20260305T100000\n",
        b"DTSTART;VALUE=DATE:20260305\n",
        b"DTEND:20260305\n",
        b"DURATION:P9999999999D\n",
        b"RRULE:FREQ=DAILY;COUNT=3\n",
        b"RDATE;VALUE=PERIOD:20260305T100000Z/PT1H,x/y\n",
        b"EXDATE:20260305T100000Z,20260306\n",
        b"BEGIN:VTIMEZONE\nTZID:Own\nBEGIN:STANDARD\nDTSTART:1\nEND:STANDARD\nEND:VTIMEZONE\n",
        b'ATTENDEE;CN=":mailto:x\n',
        b" folded\n",
        b"SEQUENCE:999999999999\n",
        b"\0",
    ]
)


@settings(max_examples=300, deadline=None)
@given(st.lists(PIECES | st.binary(max_size=12), max_size=25))
def test_nothing_raises(pieces):
    reading = read(b"".join(pieces), ZONE, SINCE, UNTIL)
    assert reading.state in ("whole", "cut", "none")
    for event in reading.events:
        assert event.start <= event.end
        assert event.uid
