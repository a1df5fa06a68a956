"""``syncd demo``: what a new user sees, and that it is the real thing which shows it."""

import os
import re
import shlex
import subprocess
import sys
from email import message_from_bytes, policy
from importlib.resources import files
from pathlib import Path

import icalendar
import pytest

from syncd.cli import main
from syncd.cli.demo import called
from syncd.demo.stage import Stage
from syncd.demo.story import load

SEARCH = files("syncd.demo") / "search"


@pytest.fixture(scope="module")
def played(tmp_path_factory):
    """One demo as a whole process with an empty HOME: its folder, and its output."""
    home, folder = tmp_path_factory.mktemp("home"), tmp_path_factory.mktemp("played") / "demo"
    done = subprocess.run(
        [sys.executable, "-m", "syncd", "demo", "--folder", str(folder)],
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
        env={**os.environ, "HOME": str(home), "TZ": "Asia/Tokyo"},
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert list(home.iterdir()) == []
    assert f"\n  {sys.executable} -m syncd explain " in done.stdout  # as it was called
    return folder, done.stdout.replace(f"{sys.executable} -m ", "")


def test_it_fits_a_terminal(played):
    folder, shown = played
    lines = [line for line in shown.splitlines() if str(folder) not in line]
    assert max(map(len, lines)) <= 80
    assert len(lines) < 150
    assert "\x1b" not in shown
    assert shown.count("\nWeek of ") == 7


@pytest.mark.parametrize(
    "line",
    [
        "    + Thu 19 Mar 09:30  Follow up with Kestrel Rail",
        '    ✓ Follow up with Kestrel Rail – their words "thanks for your note"',
        "    ~ Thu 12 Mar 09:30  Thank Greta Lund (Halden Optics) (1 working day late) –",
        "    - Follow up with Halden Optics – a date was named: Fri 27 Mar",
        # Thursday promised; Good Friday and Easter Monday are no business days
        "    + Wed 8 Apr 09:30  Follow up with Kestrel Rail: the date they named has",
        "    + Fri 20 Mar 09:30  Write Bramble & Finch a gracious answer and ask for",
        "    ✓ Thank Tom Abara and Lena Foss (Thistle Health) – you ticked the reminder",
        "    + Tue 14 Apr  Time to move on from Tidewater Maps",
    ],
)
def test_it_tells_what_was_done_and_why(played, line):
    assert f"\n{line}\n" in played[1]


def test_a_deleted_reminder_stays_away_and_a_dragged_one_where_it_was_put(played):
    shown = played[1]
    assert (
        shown.count("Ask Thistle Health about the next steps") == 2
    )  # one for each interview, none after the deletion
    deleted = shown[shown.index("Robin deletes") : shown.index("Week of 30 March")]
    assert "Ask Thistle" not in deleted
    dragged = shown[shown.index("Robin drags") : shown.index("Robin sends Mara an article")]
    assert "Tidewater Maps" not in dragged


def test_nobody_but_the_five_is_an_opportunity_and_none_is_left_behind(played, capsys):
    folder = played[0]
    at = ["--config", str(folder / "config.toml"), "--now", "2026-04-24T08:30"]
    assert main(["status", *at]) == 0
    rows = capsys.readouterr().out.splitlines()[1:]
    states = {re.split(r"  +| – ", row)[0]: re.search("active|moved on|rejected|offered", row)[0] for row in rows}
    assert states == {
        "Halden Optics": "active",
        "Kestrel Rail": "active",
        "Tidewater Maps": "moved on",
        "Bramble & Finch": "rejected",
        "Thistle Health": "offered",
    }
    assert "ago)" not in "".join(rows)
    assert main(["sync", *at]) == 0
    assert capsys.readouterr().out == "Nothing to do: the calendar is as it should be.\n"


def test_the_file_at_the_end_opens_in_any_calendar(played):
    folder, shown = played
    path = Path(re.search(r"^  (/.*\.ics)$", shown, re.MULTILINE)[1])
    assert path == folder / "follow-ups.ics"
    calendar = icalendar.Calendar.from_ical(path.read_bytes())
    events = calendar.walk("VEVENT")
    assert len(events) > 15
    assert calendar["version"] == "2.0"
    assert {str(e["class"]) for e in events} == {"PRIVATE"}
    assert sum(str(e["summary"]).startswith("✓ ") for e in events) > 10
    assert not any(e.errors for e in calendar.walk())


def test_the_commands_it_ends_with_work(played, monkeypatch, capsys):
    told = played[1].splitlines()[-2:]
    folder, words = shlex.split(told[0])[1], shlex.split(told[1])
    monkeypatch.chdir(folder)
    assert main(words[words.index("explain") :]) == 0
    assert "offered" in capsys.readouterr().out


def test_it_names_itself_as_it_was_called_where_no_path_leads_to_it(tmp_path, monkeypatch):
    script = tmp_path / "my tools/syncd"
    script.parent.mkdir()
    script.touch(0o755)
    monkeypatch.setenv("PATH", "/nowhere")
    assert called(str(script)) == shlex.quote(str(script))
    monkeypatch.chdir(tmp_path)
    assert called("my tools/syncd") == shlex.quote(str(script))
    assert called("/usr/lib/syncd/__main__.py") == f"{shlex.quote(sys.executable)} -m syncd"
    assert called("pytest") == "syncd"
    monkeypatch.setenv("PATH", str(script.parent))
    assert called(str(script)) == "syncd"


def test_it_shows_the_same_again_in_the_same_folder_and_removes_nothing_else(played, capsys):
    folder, shown = played
    (folder / "mine.txt").write_text("mine")
    assert main(["demo", "--folder", str(folder)]) == 0
    assert capsys.readouterr().out == shown
    assert (folder / "mine.txt").read_text() == "mine"


def test_a_folder_with_something_else_in_it_is_refused(tmp_path, capsys):
    (tmp_path / "calendar").mkdir()
    (tmp_path / "calendar" / "mine.ics").write_text("mine")
    assert main(["demo", "--folder", str(tmp_path)]) == 2
    assert capsys.readouterr().err == f"syncd: {tmp_path} is not empty and holds no earlier demo; name another folder\n"
    assert main(["demo", "--folder", str(tmp_path / "calendar" / "mine.ics")]) == 2
    assert (tmp_path / "calendar" / "mine.ics").read_text() == "mine"


def test_every_sample_is_played_and_is_what_it_claims_to_be():
    search = load()
    named = [arrival.sample for moment in search.moments for arrival in moment.arrivals]
    there = [
        f"{folder.name}/{file.name}" for folder in SEARCH.iterdir() if folder.is_dir() for file in folder.iterdir()
    ]
    assert sorted(named) == sorted(there)
    for sample in there:
        data = (SEARCH / sample).read_bytes()
        if sample.endswith(".ics"):
            assert b"\n" not in data.replace(b"\r\n", b""), sample
            (event,) = icalendar.Calendar.from_ical(data).walk("VEVENT")
            addresses = [str(a).removeprefix("mailto:") for a in event.get("attendee", [])]
        else:
            mail = message_from_bytes(data, policy=policy.default)
            assert not mail.defects, sample
            assert (search.person["email"] in mail["from"]) == sample.startswith("sent/")
            addresses = [mail["from"].addresses[0].addr_spec, mail["to"].addresses[0].addr_spec]
        assert all(address.endswith(".example") for address in addresses), sample


def test_mail_arrives_after_it_was_written():
    for moment in load().moments:
        for arrival in moment.arrivals:
            if arrival.folder != "calendar":
                date = message_from_bytes(arrival.read(), policy=policy.default)["date"].datetime
                assert 0 <= (moment.at - date).total_seconds() < 1800, arrival.sample


def test_without_a_folder_it_makes_a_private_one_of_its_own(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    stages = [Stage(load(), None), Stage(load(), None)]
    assert len({stage.root for stage in stages}) == 2
    assert all(stage.root.parent == tmp_path and stage.root.stat().st_mode & 0o077 == 0 for stage in stages)


@pytest.mark.parametrize("never", ["Thank Idris", "dentist", "podcast", "too late for it"])
def test_it_never_asks_for_what_was_done_at_once_or_is_no_interview(played, never):
    told = [line for line in played[1].splitlines() if line.lstrip().startswith(("+", "~", "-", "✓"))]
    assert len(told) > 30
    assert [line for line in told if never.casefold() in line.casefold()] == []
