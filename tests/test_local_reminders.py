"""Reminders in files, where only files go wrong: others' bytes, crashes, half a look. The rest is in ``contract``."""

import json
import os
import re
import stat
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import icalendar
import pytest

from syncd.backends.local_reminders import LocalReminders
from syncd.errors import Absurd, BadInput, Conflict, TryAgain
from tests.contract.ical_world import FileReminderWorld
from tests.contract.reminder_calendar import HOSTILE, NOW, ZONE, content, entry, with_marks, written

OTHERS = b"""BEGIN:VCALENDAR\r
PRODID:-//Mozilla.org/NONSGML Mozilla Calendar V1.1//EN\r
X-WR-CALNAME:Mine\n\
VERSION:2.0\r
BEGIN:VTIMEZONE\r
TZID:Europe/Paris\r
END:VTIMEZONE\r
BEGIN:VEVENT\r
UID:dentist@home.example\r
SUMMARY:Dentist with a very long title that another program folded in its\r
  own way\r
DTSTART;TZID=Europe/Paris:20260305T100000\r
X-ODD: Kept \xff\xfe  \r
BROKEN LINE\r
END:VEVENT\r
BEGIN:VTODO\r
UID:todo@home.example\r
END:VTODO\r
END:VCALENDAR\r
"""


@pytest.fixture(params=["reminders", "reminders.ics"])
def world(request, tmp_path):
    (tmp_path / "home").mkdir()
    return FileReminderWorld(tmp_path / "home" / request.param)


@pytest.fixture
def single(tmp_path):
    (tmp_path / "home").mkdir()
    return FileReminderWorld(tmp_path / "home" / "reminders.ics")


@pytest.fixture
def vdir(tmp_path):
    return FileReminderWorld(tmp_path / "reminders")


def ledger(world) -> Path:
    return world.path.with_name("reminders.ics.syncd") if world.single else world.path / ".syncd-ledger"


def file_of(world, event_id) -> Path:
    return world.path if world.single else world.path / f"{event_id}.ics"


def snapshot(world) -> dict[str, tuple[bytes, int]]:
    top = world.path.parent if world.single else world.path
    return (
        {p.name: (p.read_bytes(), p.stat().st_mtime_ns) for p in top.iterdir() if p.is_file()} if top.exists() else {}
    )


def standing(world):
    return {e.event_id: e for e in world.open().pull(None).entries}


def dismissed(world):
    return {e.event_id: e.by_person for e in world.open().pull(None).ended}


def put_property(world, event_id, line: bytes, before=b"END:VEVENT"):
    path = file_of(world, event_id)
    head, _, tail = path.read_bytes().partition(event_id.encode())
    path.write_bytes(head + event_id.encode() + tail.replace(before, line + b"\r\n" + before, 1))


# --- what is written


def test_what_other_programs_get(world):
    world.open().create(entry(alarm=15, text="a, b; c\nd"))
    raw = file_of(world, entry().event_id).read_bytes()
    assert raw.count(b"\r\n") == raw.count(b"\n")
    assert all(len(line) <= 75 for line in raw.split(b"\r\n"))
    calendar = icalendar.Calendar.from_ical(raw)
    assert calendar["VERSION"] == "2.0"
    assert calendar["PRODID"]
    (event,) = calendar.walk("VEVENT")
    assert event["UID"] == entry().event_id
    assert event["DTSTART"].dt == entry().start
    assert event["DTEND"].dt == entry().end
    assert event["DTSTAMP"].dt == event["CREATED"].dt == event["LAST-MODIFIED"].dt == NOW
    assert event["CLASS"] == "PRIVATE"
    assert event["TRANSP"] == "TRANSPARENT"
    assert event["STATUS"] == "CONFIRMED"
    assert event["CATEGORIES"].cats == ["Follow-up"]
    assert event["DESCRIPTION"] == "a, b; c\nd"
    assert event["X-SYNCD-RULE"] == "thank_you"
    assert event["X-SYNCD-KEY"] == dict(entry().marks)["syncdKey"]
    assert not {"ATTENDEE", "ORGANIZER"} & set(event)
    (alarm,) = event.walk("VALARM")
    assert (alarm["ACTION"], alarm["TRIGGER"].dt) == ("DISPLAY", timedelta(minutes=-15))
    assert alarm["DESCRIPTION"] == entry().title


def test_all_day_and_no_alarm(world):
    day = datetime(2026, 3, 9, tzinfo=ZONE)
    world.open().create(entry(start=day, end=datetime(2026, 3, 10, tzinfo=ZONE), all_day=True, alarm=None))
    raw = file_of(world, entry().event_id).read_bytes()
    assert b"DTSTART;VALUE=DATE:20260309\r\n" in raw
    assert b"DTEND;VALUE=DATE:20260310\r\n" in raw
    assert b"VALARM" not in raw


def test_sequence_and_stamps_follow_changes(world):
    stored = world.open().create(entry())
    later = LocalReminders(world.path, ZONE, NOW + timedelta(days=1))
    stored = later.update(stored, replace(stored, title="Two"))
    stored = later.update(stored, replace(stored, title="Two"))
    assert stored.modified == NOW + timedelta(days=1)
    _, _, event = world.find(stored.event_id)
    assert event["SEQUENCE"] == 1
    assert event["DTSTAMP"].dt == NOW + timedelta(days=1)
    assert event["CREATED"].dt == NOW


def test_new_files_are_private_and_a_mode_is_kept(world):
    stored = world.open().create(entry())
    path = file_of(world, stored.event_id)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(ledger(world).stat().st_mode) == 0o600
    path.chmod(0o644)
    world.open().update(stored, replace(stored, title="Two"))
    assert stat.S_IMODE(path.stat().st_mode) == 0o644


def test_no_temporary_file_stays(world):
    stored = world.open().create(entry())
    world.open().update(stored, replace(stored, title="Two"))
    assert {name for name in snapshot(world) if "tmp" in name} == set()


def test_a_linked_file_stays_a_link(tmp_path):
    real = tmp_path / "real.ics"
    real.write_bytes(OTHERS)
    (tmp_path / "home").mkdir()
    link = tmp_path / "home/reminders.ics"
    link.symlink_to(real)
    FileReminderWorld(link).open().create(entry())
    assert link.is_symlink()
    assert entry().event_id.encode() in real.read_bytes()


def test_pulling_writes_nothing(world):
    assert world.open().pull(None).entries == ()
    assert snapshot(world) == {}
    world.open().create(entry())
    ledger(world).unlink()
    before = snapshot(world)
    world.open().pull(world.open().pull(None).cursor)
    assert snapshot(world) == before


# --- others' bytes


@pytest.mark.parametrize("text", HOSTILE, ids=[str(i) for i in range(len(HOSTILE))])
def test_a_life_among_others_leaves_their_bytes_alone(single, text):
    single.path.write_bytes(OTHERS)
    stored = single.open().create(entry(title=text, text=text))
    raw = single.path.read_bytes()
    assert raw.startswith(OTHERS[: -len(b"END:VCALENDAR\r\n")])
    assert raw.endswith(b"END:VEVENT\r\nEND:VCALENDAR\r\n")
    assert raw.count(b"BEGIN:VEVENT\r\n") == 2
    moved = single.open().update(stored, replace(stored, start=stored.start + timedelta(days=1), text=text + "!"))
    second = single.open().create(entry("b@x.example"))
    single.open().delete(moved)
    single.open().delete(second)
    assert single.path.read_bytes() == OTHERS


@pytest.mark.parametrize("newline", [b"\n", b"\r\n", b"\r"], ids=repr)
@pytest.mark.parametrize("last", [True, False])
def test_line_ends_are_kept(single, newline, last):
    data = re.sub(rb"\r?\n", newline, OTHERS)
    data = data if last else data.rstrip()
    single.path.write_bytes(data)
    stored = single.open().create(entry())
    raw = single.path.read_bytes()
    assert len(re.findall(rb"\r?\n|\r", raw)) == raw.count(newline)
    assert standing(single)[stored.event_id] == stored
    single.open().delete(stored)
    assert single.path.read_bytes() == data


def test_what_other_programs_add_to_ours_stays(world):
    stored = world.open().create(entry(alarm=15))
    theirs = [b"X-MOZ-LASTACK:20260301T100000Z", b"ATTACH:https://x.example/a,b;c", b"COMMENT;X-P=1:odd  "]
    theirs.append(b"BEGIN:VALARM\r\nUID:other\r\nACTION:AUDIO\r\nTRIGGER:-PT5M\r\nX-A:1\r\nEND:VALARM")
    put_property(world, stored.event_id, b"\r\n".join(theirs))
    read = standing(world)[stored.event_id]
    assert content(read) == content(stored)
    after = world.open().update(
        read, replace(read, title="New", text="", alarm=None, start=read.start, marks=read.marks)
    )
    after = world.open().update(after, replace(after, alarm=5, all_day=False, end=after.end + timedelta(hours=1)))
    raw = file_of(world, stored.event_id).read_bytes()
    for line in b"\r\n".join(theirs).split(b"\r\n"):
        assert line + b"\r\n" in raw
    assert raw.count(b"BEGIN:VALARM") == 2
    assert after.alarm == 5


def test_an_alarm_that_lost_our_name_is_still_ours_but_not_one_with_another(world):
    stored = world.open().create(entry(alarm=15))
    path = file_of(world, stored.event_id)
    path.write_bytes(path.read_bytes().replace(f"UID:{stored.event_id}-alarm\r\n".encode(), b""))
    read = standing(world)[stored.event_id]
    assert read.alarm == 15
    done = world.open().update(read, replace(read, alarm=None))
    assert b"VALARM" not in path.read_bytes()
    put_property(world, done.event_id, b"BEGIN:VALARM\r\nUID:x\r\nACTION:DISPLAY\r\nTRIGGER:-PT9M\r\nEND:VALARM")
    assert standing(world)[stored.event_id].alarm is None


@pytest.mark.parametrize(
    "form",
    [
        b"DTSTART;TZID=Europe/Paris:20260309T150000\r\nDURATION:PT30M",
        b"DTSTART;TZID=W. Europe Standard Time:20260309T150000\r\nDTEND:20260309T143000Z",
        b"DTSTART:20260309T100000\r\nDTEND:20260309T103000",
    ],
)
def test_times_in_other_programs_forms(world, form):
    stored = world.open().create(entry())
    path = file_of(world, stored.event_id)
    path.write_bytes(re.sub(rb"DTSTART:.*\r\nDTEND:[^\r]*", form, path.read_bytes()))
    read = standing(world)[stored.event_id]
    assert (read.start, read.end - read.start) == (datetime(2026, 3, 9, 14, tzinfo=UTC), timedelta(minutes=30))
    back = world.open().update(read, replace(read, start=stored.start, end=stored.end))
    assert (back.start, back.end) == (stored.start, stored.end)
    assert b"DURATION" not in path.read_bytes()


def test_another_program_edits_between_read_and_write(single):
    single.path.write_bytes(OTHERS)
    stored = single.open().create(entry())
    single.path.write_bytes(single.path.read_bytes().replace(b"Dentist", b"Surgeon"))
    after = single.open().update(stored, replace(stored, title="New"))
    assert after.title == "New"
    assert b"Surgeon" in single.path.read_bytes()


def test_a_series_made_of_ours_is_still_one_entry(world):
    stored = world.open().create(entry(alarm=None))
    put_property(world, stored.event_id, b"RRULE:FREQ=WEEKLY")
    path = file_of(world, stored.event_id)
    raw = path.read_bytes()
    block = raw[raw.index(b"BEGIN:VEVENT") : raw.index(b"END:VCALENDAR")]
    one = block.replace(b"RRULE:FREQ=WEEKLY", b"RECURRENCE-ID:20260310T180000Z").replace(b"Kim", b"Lee")
    path.write_bytes(raw.replace(b"BEGIN:VEVENT", one + b"BEGIN:VEVENT", 1))
    read = standing(world)
    assert read[stored.event_id].title == stored.title
    world.open().delete(read[stored.event_id])
    assert standing(world) == {}
    assert not path.exists()


def test_a_renamed_file_is_found(vdir):
    stored = vdir.open().create(entry())
    (vdir.path / f"{stored.event_id}.ics").rename(vdir.path / "other name.ics")
    read = standing(vdir)[stored.event_id]
    assert read.href == "other name.ics"
    assert vdir.open().update(stored, replace(stored, title="New")).title == "New"
    vdir.open().delete(standing(vdir)[stored.event_id])
    assert list(vdir.path.glob("*.ics")) == []


def test_the_persons_own_events_in_the_vdir_are_theirs(vdir):
    vdir.path.mkdir()
    (vdir.path / "own.ics").write_bytes(OTHERS)
    (vdir.path / f"{entry('b@x.example').event_id}.ics").write_bytes(OTHERS)
    stored = vdir.open().create(entry())
    with pytest.raises(Conflict):
        vdir.open().create(entry("b@x.example"))
    assert list(standing(vdir)) == [stored.event_id]
    assert (vdir.path / "own.ics").read_bytes() == OTHERS


def test_a_sync_conflict_copy_is_no_second_reminder(vdir):
    stored = vdir.open().create(entry())
    path = vdir.path / f"{stored.event_id}.ics"
    (vdir.path / "0 (conflicted copy).ics").write_bytes(path.read_bytes().replace(b"Kim", b"Lee"))
    first = vdir.open().pull(None)
    assert [e.title for e in first.entries] == [stored.title]
    (warning,) = first.warnings
    assert "0 (conflicted copy).ics" in warning
    assert f"{stored.event_id}.ics" in warning
    (vdir.path / "0 (conflicted copy).ics").write_bytes(path.read_bytes().replace(b"SUMMARY:", b"SUMMARY:x "))
    again = vdir.open().pull(first.cursor)
    assert ([e.title for e in again.entries], again.warnings) == ([stored.title], ())
    (vdir.path / "1 (conflicted copy).ics").write_bytes(path.read_bytes())
    (warning,) = vdir.open().pull(again.cursor).warnings
    assert "1 (conflicted copy).ics" in warning


def test_an_event_that_lost_its_marks_is_known_by_the_ledger(world):
    stored = world.open().create(entry())
    world.strip(stored.event_id)
    path = file_of(world, stored.event_id)
    assert b"SYNCD-" not in path.read_bytes()
    read = standing(world)[stored.event_id]
    assert read.marks == stored.marks
    assert dismissed(world) == {}
    assert world.open().update(read, read) == read
    assert b"SYNCD-" not in path.read_bytes()
    healed = world.open().update(read, replace(read, alarm=None))
    assert healed.marks == stored.marks
    ledger(world).unlink()
    assert standing(world)[stored.event_id] == healed


# --- files that come and go


def test_the_last_one_takes_the_file_with_it_unless_it_is_another_programs(single):
    stored = single.open().create(entry())
    single.open().delete(stored)
    assert not single.path.exists()
    assert dismissed(single) == {stored.event_id: False}
    empty = OTHERS[: OTHERS.index(b"BEGIN:VTIMEZONE")] + b"END:VCALENDAR\r\n"
    single.path.write_bytes(empty)
    single.open().delete(single.open().create(entry(generation=1)))
    assert single.path.read_bytes() == empty


def test_a_blank_file_becomes_a_calendar(single):
    single.path.write_bytes(b"\n")
    single.open().create(entry())
    assert len(icalendar.Calendar.from_ical(single.path.read_bytes()).walk("VEVENT")) == 1


@pytest.mark.parametrize(
    "data",
    [b"some notes of mine", OTHERS[:-20], OTHERS.decode("latin-1").encode("utf-16")],
    ids=["text", "cut", "utf-16"],
)
def test_nothing_is_written_to_what_is_no_whole_calendar(single, data):
    single.path.write_bytes(data)
    with pytest.raises(TryAgain, match=r"reminders\.ics"):
        single.open().create(entry())
    assert single.path.read_bytes() == data


def test_a_write_that_the_system_refuses(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(TryAgain, match="file"):
        LocalReminders(tmp_path / "file" / "below", ZONE, NOW).create(entry())


def test_a_folder_named_like_a_file_is_a_vdir(tmp_path):
    (tmp_path / "odd.ics").mkdir()
    LocalReminders(tmp_path / "odd.ics", ZONE, NOW).create(entry())
    assert (tmp_path / "odd.ics" / f"{entry().event_id}.ics").is_file()


# --- the ledger, and crashes


def lines(world):
    return [json.loads(line) for line in ledger(world).read_text().splitlines()]


def test_the_ledger_says_what_and_how_it_ended(world):
    stored = world.open().create(entry())
    changed = world.open().update(stored, with_marks(stored, promise="2026-03-13 abcdef"))
    world.open().delete(world.open().update(changed, replace(changed, title="Thanks")))
    assert lines(world) == [
        {"id": stored.event_id, "marks": dict(stored.marks)},
        {"id": stored.event_id, "marks": dict(changed.marks)},
        {"id": stored.event_id, "ended": "syncd"},
    ]


def test_a_ledger_that_grew_is_written_anew_with_a_line_for_each(world):
    ours, theirs, stays = (world.open().create(entry(c)) for c in ("a@x.example", "b@x.example", "c@x.example"))
    world.open().delete(ours)
    world.dismiss(theirs.event_id)
    most, stays = 0, standing(world)[stays.event_id]
    for day in range(1, 150):
        world.open().remember((), world.open().pull(None).ended)
        stays = world.open().update(stays, with_marks(stays, due=f"{date(2026, 3, 1) + timedelta(day)}"))
        most = max(most, len(lines(world)))
    assert most < 60
    assert dismissed(world) == {ours.event_id: False, theirs.event_id: True}
    world.strip(stays.event_id)
    assert standing(world)[stays.event_id].marks == stays.marks
    assert stat.S_IMODE(ledger(world).stat().st_mode) == 0o600
    with ledger(world).open("ab") as file:
        file.write(b'{"id": "0123", "ma\n' * 60)
    stays = world.open().update(standing(world)[stays.event_id], replace(stays, title="Thanks"))
    assert len(lines(world)) < 5
    assert dismissed(world) == {ours.event_id: False, theirs.event_id: True}


def test_crash_after_a_change_and_before_the_ledger(world):
    stored = world.open().create(written(entry()))
    before = ledger(world).read_bytes()
    changed = world.open().update(stored, written(replace(stored, title="Thank Kim today")))
    ledger(world).write_bytes(before)
    world.open().create(entry("b@x.example"))
    world.strip(stored.event_id)
    assert standing(world)[stored.event_id].marks == changed.marks


def test_one_whose_longest_mark_was_dropped(world):
    stored = world.open().create(written(entry()))
    path = file_of(world, stored.event_id)
    path.write_bytes(re.sub(rb"X-SYNCD-WROTE[^\r]*\r\n( [^\r]*\r\n)*", b"", path.read_bytes()))
    assert standing(world)[stored.event_id].marks == stored.marks
    world.open().update(standing(world)[stored.event_id], replace(standing(world)[stored.event_id], title="Thanks"))
    assert b"X-SYNCD-WROTE" in path.read_bytes()


def test_what_the_ledger_has_as_standing_and_is_gone_is_told_until_it_is_noted(world):
    ours, theirs, _ = (world.open().create(entry(c)) for c in ("a@x.example", "b@x.example", "c@x.example"))
    world.open().delete(ours)
    assert world.open().pull(None).vanished == frozenset()
    world.dismiss(theirs.event_id)
    changes = world.open().pull(None)
    assert changes.vanished == {theirs.event_id}
    world.open().remember((), changes.ended)
    after = world.open().pull(None)
    assert (after.vanished, set(after.ended)) == (frozenset(), set(changes.ended))


def test_a_lost_ledger_is_written_anew_from_what_the_caller_remembers(world):
    ours, theirs, stays = (world.open().create(entry(c)) for c in ("a@x.example", "b@x.example", "c@x.example"))
    world.open().delete(ours)
    world.dismiss(theirs.event_id)
    before = world.open().pull(None)
    ledger(world).unlink()
    world.strip(stays.event_id)
    world.open().remember([stays], before.ended)
    after = world.open().pull(None)
    assert set(after.ended) == set(before.ended)
    assert [e.marks for e in after.entries] == [stays.marks]
    whole = snapshot(world)
    world.open().remember([stays], before.ended)
    assert snapshot(world) == whole


def test_crash_after_the_event_and_before_the_ledger(world):
    first = world.open().create(entry())
    before = ledger(world).read_bytes()
    stored = world.open().create(entry("b@x.example"))
    ledger(world).write_bytes(before)
    assert set(standing(world)) == {first.event_id, stored.event_id}
    with pytest.raises(Conflict):
        world.open().create(entry("b@x.example"))
    assert stored.event_id.encode() in ledger(world).read_bytes()
    world.dismiss(stored.event_id)
    assert dismissed(world) == {stored.event_id: True}


def test_crash_after_the_ledger_and_before_the_event_goes(world):
    stored = world.open().create(entry())
    whole = file_of(world, stored.event_id).read_bytes()
    world.open().delete(stored)
    file_of(world, stored.event_id).write_bytes(whole)
    assert list(standing(world)) == [stored.event_id]
    assert dismissed(world) == {}
    world.open().delete(standing(world)[stored.event_id])
    assert dismissed(world) == {stored.event_id: False}


def test_a_restored_one_that_the_person_then_deletes_is_dismissed(world):
    stored = world.open().create(entry())
    whole = file_of(world, stored.event_id).read_bytes()
    world.open().delete(stored)
    file_of(world, stored.event_id).write_bytes(whole)
    world.open().create(entry("b@x.example"))
    world.dismiss(stored.event_id)
    assert dismissed(world) == {stored.event_id: True}


def test_a_line_cut_short_is_passed_over_and_the_next_one_stands_alone(world):
    first = world.open().create(entry())
    with ledger(world).open("ab") as file:
        file.write(b'{"id": "0123", "ke')
    second = world.open().create(entry("b@x.example"))
    world.dismiss(first.event_id)
    world.dismiss(second.event_id)
    assert dismissed(world) == {first.event_id: True, second.event_id: True}


@pytest.mark.parametrize("junk", [b"\0\xff\n", b"[]\n", b'{"id": 3}\n', b'{"id": "x", "ended": "syncd"}\n', b"\n\n"])
def test_junk_in_the_ledger(world, junk):
    first = world.open().create(entry())
    ledger(world).write_bytes(junk + ledger(world).read_bytes() + junk)
    world.dismiss(first.event_id)
    assert dismissed(world) == {first.event_id: True}


def test_the_person_takes_a_deletion_back(world):
    stored = world.open().create(entry())
    whole = file_of(world, stored.event_id).read_bytes()
    world.dismiss(stored.event_id)
    seen = world.open().pull(None)
    file_of(world, stored.event_id).write_bytes(whole)
    assert [e.event_id for e in world.open().pull(seen.cursor).entries] == [stored.event_id]
    assert dismissed(world) == {}


def test_a_vanished_ledger_is_absurd_and_a_pull_without_a_cursor_takes_what_there_is(world):
    stored = world.open().create(entry())
    cursor = world.open().pull(None).cursor
    ledger(world).unlink()
    with pytest.raises(Absurd, match=r"(ledger|\.syncd), .* --allow-mass-change"):
        world.open().pull(cursor)
    assert list(standing(world)) == [stored.event_id]


def test_all_gone_but_the_ledger_is_the_persons_doing(world):
    ids = [world.open().create(entry(f"{n}@x.example")).event_id for n in range(3)]
    cursor = world.open().pull(None).cursor
    for path in [world.path] if world.single else list(world.path.glob("*.ics")):
        path.unlink()
    changes = world.open().pull(cursor)
    assert changes.complete
    assert {e.event_id: e.by_person for e in changes.ended} == dict.fromkeys(ids, True)


@pytest.mark.skipif(os.geteuid() == 0, reason="root writes everywhere")
def test_the_ledger_fails_after_the_event_was_written(world):
    first = world.open().create(entry())
    ledger(world).chmod(0o400)
    with pytest.raises(TryAgain, match=r"ledger|\.syncd"):
        world.open().create(entry("b@x.example"))
    ledger(world).chmod(0o600)
    assert len(standing(world)) == 2
    world.dismiss(first.event_id)
    assert dismissed(world) == {first.event_id: True}


@pytest.mark.skipif(os.geteuid() == 0, reason="root writes everywhere")
def test_the_event_stays_after_the_ledger_was_written(world):
    stored = world.open().create(entry())
    folder = file_of(world, stored.event_id).parent
    folder.chmod(0o500)
    with pytest.raises(TryAgain, match=r"\.ics"):
        world.open().delete(stored)
    folder.chmod(0o700)
    assert json.loads(ledger(world).read_text().splitlines()[-1]) == {"id": stored.event_id, "ended": "syncd"}
    assert list(standing(world)) == [stored.event_id]
    world.open().delete(stored)
    assert dismissed(world) == {stored.event_id: False}


# --- half a look


@pytest.mark.parametrize("part", [b"", b"\0\0\0\0", b"BEGIN:VCALENDAR\r\nBEGIN:VEV"])
def test_a_file_of_ours_that_is_being_written_dismisses_nothing(world, part):
    stored = world.open().create(entry())
    cursor = world.open().pull(None).cursor
    path = file_of(world, stored.event_id)
    whole = path.read_bytes()
    path.write_bytes(part)
    for known in (cursor, None):
        with pytest.raises(TryAgain, match=r"\.ics"):
            world.open().pull(known)
    path.write_bytes(whole)
    assert world.open().pull(cursor).entries == (stored,)


def test_a_renamed_file_that_breaks_dismisses_nothing(vdir):
    stored = vdir.open().create(entry())
    (vdir.path / f"{stored.event_id}.ics").rename(vdir.path / "other.ics")
    cursor = vdir.open().pull(None).cursor
    (vdir.path / "other.ics").write_bytes(b"")
    with pytest.raises(TryAgain, match="other"):
        vdir.open().pull(cursor)


def test_a_broken_file_of_others_is_a_warning(vdir):
    stored = vdir.open().create(entry())
    vdir.dismiss(stored.event_id)
    (vdir.path / "own.ics").write_bytes(b"BEGIN:VCAL")
    changes = vdir.open().pull(None)
    assert [e.by_person for e in changes.ended] == [True]
    assert "own.ics" in changes.warnings[0]


def test_one_of_ours_without_a_start_dismisses_nothing(world):
    stored = world.open().create(entry())
    other = world.open().create(entry("b@x.example"))
    path = file_of(world, stored.event_id)
    path.write_bytes(re.sub(rb"DTSTART:2026[^\r]*", b"DTSTART:soon", path.read_bytes(), count=1))
    with pytest.raises(TryAgain, match="restore the file from a backup"):
        world.open().pull(None)
    with pytest.raises(Conflict):
        world.open().delete(stored)
    assert other.event_id


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_an_unreadable_file_dismisses_nothing(world):
    stored = world.open().create(entry())
    cursor = world.open().pull(None).cursor
    file_of(world, stored.event_id).chmod(0)
    with pytest.raises(TryAgain, match=r"\.ics"):
        world.open().pull(cursor)
    file_of(world, stored.event_id).chmod(0o600)
    ledger(world).chmod(0)
    with pytest.raises(BadInput, match="ledger"):
        world.open().pull(cursor)


# --- cost, and cursors


@pytest.mark.parametrize(
    "cursor", ["", "rubbish", "[]", '{"version":99}', '{"version":1,"root":true,"ledger":[1],"files":{}}']
)
def test_a_cursor_of_another_kind_is_a_full_pull(world, cursor):
    stored = world.open().create(entry())
    assert world.open().pull(cursor).entries == (stored,)


IDLE = """
import sys
from datetime import datetime, UTC
from pathlib import Path
from zoneinfo import ZoneInfo
from syncd.backends.local_reminders import LocalReminders
changes = LocalReminders(Path(sys.argv[1]), ZoneInfo("UTC"), datetime(2026, 1, 1, tzinfo=UTC)).pull(sys.stdin.read())
assert not changes.complete
assert "icalendar" not in sys.modules, "an idle pull loads icalendar"
"""


def test_an_idle_pull_loads_no_reader(world):
    world.open().create(entry())
    run = [sys.executable, "-c", IDLE, str(world.path)]
    cursor = world.open().pull(None).cursor
    root = Path(__file__).parents[1]
    done = subprocess.run(run, input=cursor, text=True, capture_output=True, cwd=root, check=False)
    assert done.returncode == 0, done.stderr
