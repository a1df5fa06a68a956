"""Calendars in files: what only files do. The rest is in ``contract``."""

import os
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from syncd.backends.local_calendar import LocalCalendar
from syncd.errors import Absurd, BadInput

ZONE = ZoneInfo("Europe/London")
SINCE, UNTIL = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 4, 1, tzinfo=UTC)
as_root = pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")


def vevent(uid="a@x.example", *more, start="20260305T100000Z"):
    return "\r\n".join(["BEGIN:VEVENT", f"UID:{uid}", f"DTSTART:{start}", *more, "END:VEVENT", ""])


def ics(*events):
    return f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{''.join(events)}END:VCALENDAR\r\n"


def pull(path, cursor=None, zone=ZONE, since=SINCE, until=UNTIL):
    return LocalCalendar(path, zone).pull(cursor, since, until)


def uids(changes):
    return sorted(event.uid for held in changes.changed.values() for event in held)


def test_folder_of_vdirs_without_what_is_hidden_or_no_calendar(tmp_path):
    for name in (
        "work/a.ics",
        "work/deep/b.ICS",
        "home/c.ics",
        ".trash/d.ics",
        "home/.e.ics",
        "home/f.txt",
        "g.ics.tmp",
    ):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(ics(vevent(path.name)))
    changes = pull(tmp_path)
    assert set(changes.changed) == {"work/a.ics", "work/deep/b.ICS", "home/c.ics"}
    assert changes.warnings == ()


def test_links(tmp_path):
    (tmp_path / "real").mkdir()
    (tmp_path / "real/a.ics").write_text(ics(vevent()))
    (tmp_path / "cal").mkdir()
    (tmp_path / "cal/linked.ics").symlink_to(tmp_path / "real/a.ics")
    (tmp_path / "cal/nowhere.ics").symlink_to(tmp_path / "real/none.ics")
    (tmp_path / "cal/up").symlink_to(tmp_path / "cal")
    changes = pull(tmp_path / "cal")
    assert set(changes.changed) == {"linked.ics"}


def test_the_same_uid_in_two_files_is_given_from_both(tmp_path):
    (tmp_path / "a.ics").write_text(ics(vevent()))
    (tmp_path / "b.ics").write_text(ics(vevent()))
    assert uids(pull(tmp_path)) == ["a@x.example", "a@x.example"]


def test_an_edit_in_place_of_the_same_size_is_seen(tmp_path):
    path = tmp_path / "a.ics"
    path.write_text(ics(vevent(start="20260305T100000Z")))
    first = pull(tmp_path)
    state = path.stat()
    with path.open("r+") as file:
        file.write(ics(vevent(start="20260305T110000Z")))
    os.utime(path, ns=(state.st_atime_ns, state.st_mtime_ns + 1))
    assert pull(tmp_path, first.cursor).changed["a.ics"][0].start.hour == 11


def test_a_file_replaced_with_its_old_times_is_seen(tmp_path):
    path, other = tmp_path / "a.ics", tmp_path / "new"
    path.write_text(ics(vevent(start="20260305T100000Z")))
    first = pull(tmp_path)
    state = path.stat()
    other.write_text(ics(vevent(start="20260305T110000Z")))
    os.utime(other, ns=(state.st_atime_ns, state.st_mtime_ns))
    other.replace(path)
    assert pull(tmp_path, first.cursor).changed["a.ics"][0].start.hour == 11


@pytest.mark.parametrize("name", ["none", "none.ics"])
def test_a_path_that_never_was(tmp_path, name):
    with pytest.raises(BadInput, match=name):
        pull(tmp_path / name)


def test_an_empty_folder_where_events_were_is_told_file_by_file(tmp_path):
    (tmp_path / "a.ics").write_text(ics(vevent()))
    first = pull(tmp_path)
    (tmp_path / "a.ics").unlink()
    assert pull(tmp_path, first.cursor).gone == {"a.ics"}


def test_gone_is_not_absurd_for_a_cursor_that_never_saw_it(tmp_path):
    (tmp_path / "a.ics").write_text(ics())
    first = pull(tmp_path / "a.ics")
    (tmp_path / "a.ics").unlink()
    with pytest.raises(Absurd, match="mounted"):
        pull(tmp_path / "a.ics", first.cursor)


@pytest.mark.parametrize("part", ["", "BEGIN:VCALENDAR\r\n", ics(vevent(), vevent("b@x.example"))[:90], "\0\0\0"])
def test_a_file_that_is_being_written_keeps_what_was_known(tmp_path, part):
    path = tmp_path / "a.ics"
    path.write_text(ics(vevent(), vevent("b@x.example")))
    first = pull(tmp_path)
    path.write_text(part)
    second = pull(tmp_path, first.cursor)
    assert second.changed == {}
    assert second.gone == frozenset()
    assert str(path) in second.warnings[0]
    path.write_text(ics(vevent(), vevent("c@x.example")))
    assert uids(pull(tmp_path, second.cursor)) == ["a@x.example", "c@x.example"]


def test_a_cut_file_is_looked_at_again_even_if_nothing_seems_to_change(tmp_path):
    path = tmp_path / "a.ics"
    path.write_text(ics(vevent()))
    first = pull(tmp_path)
    path.write_text(ics(vevent())[:40])
    second = pull(tmp_path, first.cursor)
    assert pull(tmp_path, second.cursor).warnings == second.warnings


def test_a_file_first_seen_without_its_end_is_used_as_far_as_it_goes(tmp_path):
    (tmp_path / "a.ics").write_text(ics(vevent(), vevent("b@x.example"))[:-20])
    changes = pull(tmp_path)
    assert uids(changes) == ["a@x.example"]
    assert changes.warnings


def test_no_calendar_is_one_warning_and_no_error(tmp_path):
    (tmp_path / "a.ics").write_bytes(b"\x00\x01junk")
    (tmp_path / "b.ics").write_text(ics(vevent()))
    changes = pull(tmp_path)
    assert uids(changes) == ["a@x.example"]
    assert len(changes.warnings) == 1
    assert "a.ics" in changes.warnings[0]


def test_a_broken_event_is_named_with_its_file(tmp_path):
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub/a.ics").write_text(ics(vevent("bad@x.example", start="soon")))
    (warning,) = pull(tmp_path).warnings
    assert str(tmp_path / "sub/a.ics") in warning
    assert "bad@x.example" in warning


@as_root
def test_an_unreadable_file_or_folder_keeps_what_was_known(tmp_path):
    (tmp_path / "sub").mkdir()
    for name in ("a.ics", "sub/b.ics"):
        (tmp_path / name).write_text(ics(vevent(name)))
    first = pull(tmp_path)
    (tmp_path / "a.ics").chmod(0)
    (tmp_path / "sub").chmod(0)
    second = pull(tmp_path, first.cursor)
    (tmp_path / "a.ics").chmod(0o600)
    (tmp_path / "sub").chmod(0o700)
    assert (second.changed, second.gone) == ({}, frozenset())
    assert len(second.warnings) == 2
    assert set(pull(tmp_path, second.cursor).changed) == {"a.ics"}


def test_another_zone_reads_everything_again(tmp_path):
    (tmp_path / "a.ics").write_text(ics(vevent(start="20260305")))
    first = pull(tmp_path)
    second = pull(tmp_path, first.cursor, zone=ZoneInfo("Asia/Tokyo"))
    assert second.complete
    assert second.changed["a.ics"][0].start.utcoffset() == timedelta(hours=9)


@pytest.mark.parametrize("cursor", ["", "rubbish", "[]", '{"version":99}', '{"version":1,"files":3}'])
def test_a_cursor_of_another_kind_is_a_full_pull(tmp_path, cursor):
    (tmp_path / "a.ics").write_text(ics(vevent()))
    assert pull(tmp_path, cursor).complete


def test_the_window_moves_daily_without_reading_again(tmp_path):
    (tmp_path / "a.ics").write_text(ics(vevent("a@x.example", "RRULE:FREQ=DAILY")))
    cursor, reads = None, 0
    for day in range(70):
        shift = timedelta(days=day)
        changes = pull(tmp_path, cursor, since=SINCE + shift, until=UNTIL + shift)
        cursor = changes.cursor
        reads += bool(changes.changed)
    assert reads == 2


IDLE = """
import sys
from datetime import datetime, UTC
from pathlib import Path
from zoneinfo import ZoneInfo
from syncd.backends.local_calendar import LocalCalendar
changes = LocalCalendar(Path(sys.argv[1]), ZoneInfo("Europe/London")).pull(
    sys.stdin.read(), datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 4, 1, tzinfo=UTC))
assert not changes.changed and not changes.complete
assert "icalendar" not in sys.modules, "an idle pull loads icalendar"
"""


def test_an_idle_pull_loads_no_reader(tmp_path):
    (tmp_path / "a.ics").write_text(ics(vevent("a@x.example", "RRULE:FREQ=DAILY")))
    cursor = pull(tmp_path).cursor
    root = Path(__file__).parents[1]
    run = [sys.executable, "-c", IDLE, str(tmp_path)]
    done = subprocess.run(run, input=cursor, text=True, capture_output=True, cwd=root, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("single", [True, False])
def test_a_thousand_events_are_read_fast(tmp_path, single):
    people = [f"ATTENDEE;CN=Guest {n};PARTSTAT=ACCEPTED:mailto:g{n}@acme.example" for n in range(4)]
    events = [
        vevent(f"{n}@x.example", "SUMMARY:Interview", "DESCRIPTION:" + "words " * 40, *people) for n in range(1000)
    ]
    if single:
        (tmp_path / "all.ics").write_text(ics(*events))
    else:
        for n, event in enumerate(events):
            (tmp_path / f"{n}.ics").write_text(ics(event))
    path = tmp_path / "all.ics" if single else tmp_path
    pull(path, until=SINCE)  # whatever is loaded once
    began = time.process_time()
    first = pull(path)
    read = time.process_time() - began
    began = time.process_time()
    pull(path, first.cursor)
    idle = time.process_time() - began
    print(f"single={single} read={read:.3f}s idle={idle:.3f}s")
    assert len(uids(first)) == 1000
    assert read < 2
    assert idle < 0.2
