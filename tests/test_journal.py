"""The log as systemd reads it, as a person does, and as JSON; a real stream each time."""

import json
import logging
import os
import subprocess
import sys
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from syncd.journal import Journal, fitting, read_by_systemd

BERLIN = ZoneInfo("Europe/Berlin")
MOMENT = datetime(2026, 3, 29, 3, 0, 5, 250_000, tzinfo=BERLIN)


@pytest.fixture
def lines(tmp_path):
    """What a record becomes, by a journal of the given kind."""

    def write(text, level=logging.INFO, fields=None, trouble=None, **kind):
        path = tmp_path / "log"
        with path.open("w", encoding="utf-8") as stream:
            record = logging.LogRecord("syncd", level, "x.py", 1, text, None, trouble)
            record.created = MOMENT.timestamp()
            if fields:
                record.fields = fields
            Journal(stream, BERLIN, **kind).handle(record)
        return path.read_text("utf-8").splitlines()

    return write


@pytest.mark.parametrize(
    ("level", "number"),
    [(logging.DEBUG, 7), (logging.INFO, 6), (logging.WARNING, 4), (logging.ERROR, 3), (logging.CRITICAL, 2), (5, 7)],
)
def test_under_systemd_each_line_has_its_priority(lines, level, number):
    assert lines("one\ntwo", level, priorities=True) == [f"<{number}>one", f"<{number}>two"]


def test_elsewhere_each_line_has_the_local_time(lines):
    assert lines("wrote ✓", priorities=False) == ["2026-03-29 03:00:05 wrote ✓"]


def test_json_is_one_line_with_what_belongs_to_it(lines):
    (line,) = lines("a\n✓", logging.WARNING, {"operations": [{"op": "create"}]}, priorities=False, as_json=True)
    assert json.loads(line) == {
        "time": "2026-03-29T03:00:05.250+02:00",
        "level": "warning",
        "message": "a\n✓",
        "operations": [{"op": "create"}],
    }
    (line,) = lines("a\nb", priorities=True, as_json=True)
    assert json.loads(line.removeprefix("<6>"))["message"] == "a\nb"


def test_nothing_in_a_line_is_obeyed_or_begins_a_line_of_its_own(lines):
    assert lines("a\x1b[2Jb\x07\u202ec\r<0>d\x85e\u2028f", priorities=True) == [
        "<6>a [2Jb  c", "<6><0>d", "<6>e", "<6>f"
    ]  # fmt: skip


def test_a_traceback_has_its_priority_on_each_line(lines):
    try:
        {}["missing"]
    except KeyError:
        found = lines("no", logging.ERROR, trouble=sys.exc_info(), priorities=True)
    assert len(found) > 3
    assert all(line.startswith("<3>") for line in found)


def test_where_nobody_reads_any_more_it_goes_on():
    reader, writer = os.pipe()
    with os.fdopen(writer, "w") as stream:
        os.close(reader)
        Journal(stream, None, priorities=False).handle(logging.makeLogRecord({"msg": "hello", "created": 0.0}))
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())  # for what is still in its buffer
    Journal(stream, None, priorities=False).handle(logging.makeLogRecord({"msg": "closed", "created": 0.0}))


ASK = "import os, sys; from syncd.journal import read_by_systemd; print(read_by_systemd(sys.stderr, os.environ))"


@pytest.mark.parametrize(("named", "told"), [("{dev}:{ino}", "True"), ("{dev}:1{ino}", "False"), ("", "False")])
def test_the_journal_is_told_by_device_and_inode(tmp_path, named, told):
    with (tmp_path / "err").open("w") as stream:
        found = os.fstat(stream.fileno())
        environ = os.environ | {"JOURNAL_STREAM": named.format(dev=found.st_dev, ino=found.st_ino)}
        done = subprocess.run([sys.executable, "-c", ASK], env=environ, stderr=stream, stdout=subprocess.PIPE, text=True, check=True)  # fmt: skip
    assert done.stdout.strip() == told


def test_a_stream_without_a_file_is_not_the_journal(tmp_path):
    with (tmp_path / "x").open("w") as stream:
        pass
    assert not read_by_systemd(stream, {"JOURNAL_STREAM": "1:2"})


def test_of_a_long_list_a_line_has_what_journald_takes_whole(lines):
    rows = [{"op": "create", "why": "\u00e9" * 200, "number": str(number)} for number in range(1000)]
    told = fitting(rows)
    assert told == rows[: len(told)]
    (line,) = lines("wrote 1000 reminders", fields={"operations": told}, priorities=True, as_json=True)
    assert 24_000 < len(line.encode()) < 48_000
    assert fitting(rows[:3]) == rows[:3]
