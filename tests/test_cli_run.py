"""``syncd run`` as a real process: on files, and against a Google that doesn't answer; told what by signals, telling what."""

from __future__ import annotations

import errno
import json
import os
import re
import resource
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import icalendar
import pytest

from syncd.cli._account import Account
from syncd.cli._start import _reread, hold
from syncd.cli.run import _if_read_only
from syncd.errors import Stopped
from syncd.journal import Journal
from syncd.supervisor import Systemd
from tests.fake_google.server import FakeGoogle, Fault
from tests.test_google_whole import ME, Search
from tests.virtual_clock import VirtualClock

ROOT = Path(__file__).parent.parent
LONDON = ZoneInfo("Europe/London")
CONFIG = """[account]
email = "sam@mail.example"
timezone = "Europe/London"
[calendar]
backend = "local"
[mail]
backend = "local"
[local]
calendars = ["calendar"]
reminders = "reminders"
mail = ["mail"]
[state]
path = "state/state.db"
"""
EVENT = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//Somebody//EN
BEGIN:VEVENT
UID:iv{number}@{domain}
DTSTAMP:20260301T080000Z
SUMMARY:Interview with {company}
DTSTART;TZID=Europe/London:{start:%Y%m%dT%H%M%S}
DTEND;TZID=Europe/London:{end:%Y%m%dT%H%M%S}
ORGANIZER;CN=Ada Berg {number}:mailto:ada@{domain}
ATTENDEE;CN=Sam Field:mailto:sam@mail.example
END:VEVENT
END:VCALENDAR
"""
NAMES = [
    f"{first} {second}"
    for second in ("Mills", "Foods", "Tiles", "Looms", "Boats", "Press", "Pianos", "Glass")
    for first in ("Amber", "Beacon", "Cobalt", "Delta", "Ember", "Fjord", "Garnet", "Heron", "Ivory", "Juniper")
]


class Home:
    """What one person has on disk."""

    def __init__(self, root: Path) -> None:
        self.root, self.config = root, root / "config.toml"
        for folder in ("calendar", "mail/cur", "mail/new", "mail/tmp"):
            (root / folder).mkdir(parents=True)
        self.config.write_text(CONFIG)

    def interview(self, number: int = 0) -> None:
        start = (datetime.now(LONDON) + timedelta(days=2 + number)).replace(hour=9, minute=0)
        company = NAMES[number]
        text = EVENT.format(
            number=number,
            company=company,
            domain=f"{company.replace(' ', '').lower()}.example",
            start=start,
            end=start + timedelta(minutes=45),
        )
        (self.root / "calendar" / f"iv{number}.ics").write_bytes(text.replace("\n", "\r\n").encode())

    def reminders(self) -> list[str]:
        paths = sorted((self.root / "reminders").glob("*.ics"))
        return [str(e["summary"]) for p in paths for e in icalendar.Calendar.from_ical(p.read_bytes()).walk("VEVENT")]


class Run:
    """A daemon, with what it tells its supervisor and its log."""

    def __init__(
        self, config: Path, folder: Path, *words: str, program: tuple[str, ...] = ("-m", "syncd"), **environ: str
    ) -> None:
        self.notify = folder / f"notify-{time.monotonic_ns()}"
        self.line = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.line.bind(str(self.notify))
        self.told: list[str] = []
        self.log = folder / f"log-{time.monotonic_ns()}"
        argv = [sys.executable, *program, *words, "--config", str(config), "run"]
        known = {
            "PATH": os.environ["PATH"],
            "HOME": str(folder),
            "NOTIFY_SOCKET": str(self.notify),
            "PYTHONPATH": str(ROOT),
            "MANAGERPID": str(os.getpid()),  # as if a user's own manager had started it
        }
        with self.log.open("wb") as log:
            if environ.pop("JOURNAL", ""):
                found = os.fstat(log.fileno())
                known["JOURNAL_STREAM"] = f"{found.st_dev}:{found.st_ino}"
            self.process = subprocess.Popen(argv, env=known | environ, stdout=log, stderr=log, cwd=folder)

    def until(self, what: str, deadline: float = 30) -> str:
        """The first word from now on in which *what* is found."""
        end = time.monotonic() + deadline
        while True:
            self.line.settimeout(max(0.01, end - time.monotonic()))
            try:
                word = self.line.recv(8192).decode()
            except TimeoutError:
                pytest.fail(f"not told within {deadline} s: {what}; but {self.told}; log: {self.log.read_text()}")
            self.told.append(word)
            if re.search(what, word):
                return word

    def stop(self, *numbers: int) -> tuple[int, float]:
        """Its exit code, and the seconds it took to end."""
        start = time.monotonic()
        for number in numbers or (signal.SIGTERM,):
            self.process.send_signal(number)
        return self.process.wait(30), time.monotonic() - start

    @property
    def lines(self) -> list[str]:
        return self.log.read_text("utf-8").splitlines()

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        self.line.close()


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Run]]:
    with ExitStack() as all_of_them:

        def begin(config: Path | None = None, *words: str, **more: Any) -> Run:
            made = Run(config or tmp_path / "config.toml", tmp_path, *words, **more)
            all_of_them.callback(made.close)
            return made

        yield begin


def test_it_starts_writes_says_how_it_stands_and_ends(home, start):
    home.interview()
    run = start(JOURNAL="1")
    run.until("^READY=1$")
    status = run.until("STATUS=synced")
    assert re.fullmatch(
        r"STATUS=synced \d\d:\d\d; 1 open; next: Ask Amber Mills about the next steps, \w+ \d+ \w+ 08:45", status
    )
    assert home.reminders() == ["Ask Amber Mills about the next steps"]
    assert "WATCHDOG=1" in run.told
    code, seconds = run.stop()
    assert (code, seconds < 1) == (0, True)
    run.until("^STOPPING=1$")
    assert run.lines[0] == "<6>syncd 0.1.0 keeps the reminders of sam@mail.example, looking every 5 minutes"
    assert re.fullmatch(
        r"<6>wrote 1 reminder: \+ Ask Amber Mills about the next steps \(\w+ \d+ \w+ 08:45\)", run.lines[1]
    )
    assert len(run.lines) == 2
    assert not list(home.root.glob("state/*.run.lock"))


def test_interrupted_at_a_terminal_it_ends_as_well_and_its_log_has_times(home, start):
    run = start()
    run.until("STATUS=synced")
    assert run.stop(signal.SIGINT)[0] == 0
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d syncd 0\.1\.0 keeps .*", run.lines[0])


def test_the_log_can_be_json(home, start):
    home.config.write_text(CONFIG + '[daemon]\nlog = "json"\n')
    home.interview()
    run = start()
    run.until("STATUS=synced")
    run.stop()
    first, second = map(json.loads, run.lines)
    assert (first["level"], first["message"][:5]) == ("info", "syncd")
    assert [op["op"] for op in second["operations"]] == ["create"]
    assert datetime.fromisoformat(second["time"]).utcoffset() is not None


def test_debug_shows_more_and_names_no_reader_of_libraries(home, start):
    run = start(None, "--debug")
    run.until("STATUS=synced")
    run.stop()
    assert any("asked: calendar 0" in line for line in run.lines)


class TestReload:
    def test_a_changed_config_takes_effect(self, home, start):
        home.interview()
        run = start(WATCHDOG_USEC="3000000")
        run.until("STATUS=synced")
        home.config.write_text(CONFIG + "[rules]\ndiscreet = true\n")
        run.process.send_signal(signal.SIGHUP)
        word = run.until("^RELOADING=1\nMONOTONIC_USEC=")
        assert 0 <= time.monotonic() - int(word.rpartition("=")[2]) / 1e6 < 30
        run.until("^READY=1$")
        run.until("STATUS=synced .*next: Ask about the next steps, ")
        assert home.reminders() == ["Ask about the next steps"]
        assert [line[20:] for line in run.lines][2] == "took over the config"
        assert run.stop()[0] == 0

    def test_a_broken_one_keeps_the_old_and_says_so(self, home, start):
        home.interview()
        run = start(JOURNAL="1")
        run.until("STATUS=synced")
        home.config.write_text(CONFIG + "[rules]\nthank = 3\ndiscret = true\n")
        run.process.send_signal(signal.SIGHUP)
        status = run.until("STATUS=the config was not taken over")
        assert f"{home.config}:15: [rules] thank: " in status
        assert "(and 1 more)" in status
        run.until("^READY=1$")
        assert [line[:3] for line in run.lines][-3:] == ["<3>"] * 3
        assert run.lines[-1] == "<3>this config is not used; the one read before stays in force"
        home.config.write_text(CONFIG)
        run.process.send_signal(signal.SIGHUP)
        run.until("STATUS=synced")
        assert home.reminders() == ["Ask Amber Mills about the next steps"]
        assert run.stop()[0] == 0

    def test_the_lock_follows_to_another_store_unless_somebody_has_it(self, home, start):
        run = start()
        run.until("STATUS=synced")
        second = home.root / "second.toml"
        moved = CONFIG.replace("state/state.db", "elsewhere/s.db").replace('"reminders"', '"others"')
        second.write_text(moved)
        other = start(second)
        other.until("STATUS=synced")
        home.config.write_text(moved)
        run.process.send_signal(signal.SIGHUP)
        run.until(rf"STATUS=the config was not taken over: .*already.*process {other.process.pid}\)")
        assert other.stop()[0] == 0
        run.process.send_signal(signal.SIGHUP)
        run.until("STATUS=synced")
        assert not (home.root / "state" / "state.db.run.lock").exists()
        assert (home.root / "elsewhere" / "s.db.run.lock").exists()
        run.stop()


def test_a_second_one_in_a_terminal_is_refused_and_told_who_runs(home, start):
    run = start()
    run.until("^READY=1$")
    second = start(JOURNAL="1", NOTIFY_SOCKET="")
    assert second.process.wait(30) == 75
    assert second.lines == [f"<3>syncd runs already for this account (process {run.process.pid})"]


class TestWhatKeepsItFromItsStart:
    def waits(self, run: Run, why: str) -> None:
        """That *run* says *why* it waits, and asks for the time to."""
        run.until(f"^STATUS={why}$")
        asked = run.until("^EXTEND_TIMEOUT_USEC=")
        assert 30e6 < int(asked.partition("=")[2]) < 600e6
        assert "READY=1" not in run.told
        assert run.process.poll() is None

    def test_another_daemon_is_waited_for_under_a_service_manager(self, home, start):
        first = start()
        first.until("^READY=1$")
        second = start(JOURNAL="1")
        why = f"syncd runs already for this account (process {first.process.pid}); waiting until it ends"
        self.waits(second, re.escape(why))
        second.process.send_signal(signal.SIGHUP)  # looks again
        self.waits(second, re.escape(why))
        assert second.lines == [f"<4>{why}"]
        first.stop()
        second.process.send_signal(signal.SIGHUP)
        second.until("^READY=1$")
        assert [line[:16] for line in second.lines] == ["<4>syncd runs al", "<6>syncd 0.1.0 k"]
        assert second.stop()[0] == 0

    def test_asked_to_end_while_it_waits_it_does(self, home, start):
        start().until("^READY=1$")
        second = start()
        second.until("^EXTEND_TIMEOUT_USEC=")
        code, seconds = second.stop()
        assert (code, seconds < 2) == (0, True)
        second.until("^STOPPING=1$")

    @pytest.mark.parametrize("supervised", [True, False])
    def test_a_lock_that_can_not_be_made_is_waited_for(self, home, start, supervised):
        lock = home.root / "state" / "state.db.run.lock"
        lock.mkdir(parents=True)  # refused to root, too, as a folder that can't be written is to others
        run = start(JOURNAL="1", **({} if supervised else {"NOTIFY_SOCKET": ""}))
        why = f"{lock}: Is a directory; waiting until it can be used"
        if supervised:
            self.waits(run, re.escape(why))
        _wait_for(lambda: run.lines)
        assert run.lines == [f"<4>{why}"]
        lock.rmdir()
        run.process.send_signal(signal.SIGHUP)
        _wait_for((home.root / "state" / "state.db").exists)
        assert run.stop()[0] == 0

    def test_a_full_disk_is_waited_for(self, home, start):
        before = start()
        before.until("STATUS=synced")
        before.stop()
        run = start(program=("-c", FULL_DISK))
        self.waits(run, rf"{re.escape(str(home.root))}/state/state\.db.*: .*; waiting until it can be used")
        _, hard = resource.prlimit(run.process.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(run.process.pid, resource.RLIMIT_FSIZE, (hard, hard))
        run.process.send_signal(signal.SIGHUP)
        run.until("^READY=1$")
        assert run.stop()[0] == 0

    def test_a_config_that_is_read_again_meanwhile_may_name_another_store(self, home, start):
        start().until("^READY=1$")
        second = start(JOURNAL="1")
        second.until("^EXTEND_TIMEOUT_USEC=")
        home.config.write_text("[account]\n")
        second.process.send_signal(signal.SIGHUP)
        second.until("^EXTEND_TIMEOUT_USEC=")
        assert second.lines[-1] == "<3>this config is not used; the one read before stays in force"
        home.config.write_text(CONFIG.replace("state/state.db", "elsewhere/s.db").replace('"reminders"', '"others"'))
        second.process.send_signal(signal.SIGHUP)
        second.until("^READY=1$")
        assert (home.root / "elsewhere" / "s.db.run.lock").exists()


FULL_DISK = """
import resource, runpy
_, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
resource.setrlimit(resource.RLIMIT_FSIZE, (0, hard))  # no file can grow
runpy.run_module("syncd", run_name="__main__")
"""


def test_a_sync_by_hand_works_beside_it(home, start):
    run = start()
    run.until("STATUS=synced")
    home.interview()
    argv = [sys.executable, "-m", "syncd", "sync", "--config", str(home.config)]
    assert subprocess.run(argv, cwd=ROOT, capture_output=True, check=False).returncode == 0
    assert len(home.reminders()) == 1


@pytest.mark.parametrize("text", ["[account]\nemail = 3\n", None])
def test_a_bad_config_at_the_start_is_for_a_person_to_mend(home, start, text):
    home.config.unlink()
    if text:
        home.config.write_text(text)
    busctl = home.root / "busctl"  # a desktop would be told by it
    busctl.write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" > {home.root}/shown\n')
    busctl.chmod(0o755)
    run = start(JOURNAL="1", PATH=f"{home.root}:{os.environ['PATH']}", DBUS_SESSION_BUS_ADDRESS="unix:path=/nowhere")
    assert run.process.wait(30) == 78
    assert "syncd: the config can't be used" in (home.root / "shown").read_text().splitlines()
    assert run.lines
    assert all(line.startswith(f"<3>{'no config at ' if text is None else home.config}") for line in run.lines)


def test_a_file_that_is_no_store_is_refused_at_the_start(home, start):
    (home.root / "state").mkdir()
    (home.root / "state" / "state.db").write_text("my novel")
    run = start()
    assert run.process.wait(30) == 78
    assert (home.root / "state" / "state.db").read_text() == "my novel"


def test_where_everybody_can_read_it_the_status_names_nobody(home, start):
    home.interview()
    run = start(MANAGERPID="")
    assert re.fullmatch(r"STATUS=synced \d\d:\d\d; 1 open; 0 due", run.until("STATUS=synced"))
    second = start(MANAGERPID="")
    second.until("^STATUS=not up; waiting until it ends$")
    home.config.write_text("[account]\n")
    third = start(MANAGERPID="")
    third.until("^STATUS=it ended; the log says why$")
    assert third.process.wait(30) == 78
    assert not any(str(home.root) in word for one in (run, second, third) for word in one.told)


class TestAFolderOfTheStoreThatIsPutInPlaceAnew:
    def test_its_lock_is_taken_again(self, home, start):
        run = start(JOURNAL="1")
        run.until("STATUS=synced")
        shutil.rmtree(home.root / "state")
        run.process.send_signal(signal.SIGHUP)
        _wait_for(lambda: any("was put in place anew; took the lock in it" in line for line in run.lines))
        second = start(JOURNAL="1", NOTIFY_SOCKET="")
        assert second.process.wait(30) == 75
        assert f"(process {run.process.pid})" in second.lines[0]
        assert run.stop()[0] == 0
        assert not list(home.root.glob("state/*.run.lock"))

    def test_where_another_has_it_by_now_it_ends_to_be_started_anew(self, home, start):
        run = start(JOURNAL="1")
        run.until("STATUS=synced")
        shutil.rmtree(home.root / "state")
        second = start(JOURNAL="1")
        second.until("STATUS=synced")
        run.process.send_signal(signal.SIGHUP)
        assert run.process.wait(30) == 75
        assert re.match(
            rf"<3>syncd runs already for this account \(process {second.process.pid}\), since", run.lines[-1]
        )
        assert second.process.poll() is None
        assert second.stop()[0] == 0


def test_a_damaged_store_is_rebuilt(home, start):
    (home.root / "state").mkdir()
    (home.root / "state" / "state.db").write_bytes(b"SQLite format 3\0" + b"\xff" * 4000)
    (home.root / "state" / "state.db.lock").touch()
    home.interview()
    run = start()
    run.until("STATUS=synced .*1 open")
    assert any("damaged" in line for line in run.lines)
    (home.root / "state" / "state.db").write_bytes(b"SQLite format 3\0" + b"\xff" * 4000)
    run.process.send_signal(signal.SIGHUP)
    run.until("STATUS=.*the store is damaged again, .* its disk sound.*; synced ")
    run.process.send_signal(signal.SIGHUP)
    run.until("^READY=1$")
    assert len([line for line in run.lines if "damaged again" in line]) == 1
    (aside,) = (home.root / "state").glob("state.db.damaged-*")
    aside.rename(aside.with_name("state.db.damaged-20260310T090000"))  # as if it were long ago
    run.process.send_signal(signal.SIGHUP)
    run.until("STATUS=synced .*1 open")
    assert len(list((home.root / "state").glob("state.db.damaged-*"))) == 2


def test_a_full_disk_is_said_loses_nothing_and_heals(home, start):
    home.interview()
    run = start()
    run.until("STATUS=synced .*1 open")
    home.interview(1)
    _, hard = resource.prlimit(run.process.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(run.process.pid, resource.RLIMIT_FSIZE, (0, hard))  # no file can grow: as full as a disk can be
    run.process.send_signal(signal.SIGHUP)
    status = run.until(r"STATUS=.*\(since \d\d:\d\d\); synced \d\d:\d\d; 1 open")
    assert str(home.root) in status
    assert run.process.poll() is None
    resource.prlimit(run.process.pid, resource.RLIMIT_FSIZE, (hard, hard))
    run.process.send_signal(signal.SIGHUP)
    run.until("STATUS=synced .*2 open")
    assert len(home.reminders()) == 2
    assert run.stop()[0] == 0


@pytest.mark.parametrize("folder", ["calendar", "reminders"])
def test_a_folder_that_is_missing_is_said_loses_nothing_and_heals(home, start, folder):
    home.interview()
    run = start()
    run.until("STATUS=synced .*1 open")
    (home.root / folder).rename(home.root / "away")
    run.process.send_signal(signal.SIGHUP)
    assert str(home.root / folder) in run.until(r"STATUS=.*\(since \d\d:\d\d\); synced")
    assert not (home.root / folder).exists()
    (home.root / "away").rename(home.root / folder)
    run.process.send_signal(signal.SIGHUP)
    run.until("STATUS=synced .*1 open")
    assert home.reminders() == ["Ask Amber Mills about the next steps"]
    for _ in range(2):
        run.process.send_signal(signal.SIGHUP)
        run.until("^READY=1$")
    _wait_for(lambda: any("over after" in line for line in run.lines))
    said = [line for line in run.lines if str(home.root / folder) in line]
    assert len(said) == 2
    assert re.search(r" over after (\d+ seconds?|1 minute): ", said[1])
    assert run.stop()[0] == 0


def test_killed_and_started_again_it_goes_on(home, start):
    for number in range(40):
        home.interview(number)
    run = start()
    run.until("^READY=1$")
    _wait_for(home.reminders)
    run.process.kill()
    run.process.wait()
    again = start()
    again.until("STATUS=synced .*40 open")
    assert len(set(home.reminders())) == len(home.reminders()) == 40
    assert again.stop()[0] == 0


def test_asked_to_end_in_the_middle_of_a_cycle_it_does_and_the_next_goes_on(home, start):
    for number in range(20):
        home.interview(number)
    run = start(program=("-c", HELD_UP))
    _wait_for((home.root / "ten").exists)
    assert len(home.reminders()) == 10
    run.process.send_signal(signal.SIGTERM)
    (home.root / "go on").touch()
    assert run.process.wait(30) == 0
    assert len(home.reminders()) == 10  # the operation in hand, and no other
    again = start()
    again.until("STATUS=synced .*20 open")
    assert len(home.reminders()) == 20


HELD_UP = """
import os, pathlib, sys
import syncd.cycle
from syncd.cli import main
written, push = [], syncd.cycle.push
def held_up(*what):
    push(*what)
    written.append(what)
    if len(written) == 10:
        pathlib.Path("ten").touch()
        while not pathlib.Path("go on").exists():
            os.sched_yield()
syncd.cycle.push = held_up
sys.exit(main())
"""


def _wait_for(seen: Callable[[], object], deadline: float = 30) -> None:
    end = time.monotonic() + deadline
    while not seen():
        assert time.monotonic() < end, "not seen"
        os.sched_yield()


MISTAKE = """
import sys
import syncd.cycle
from syncd.cli import main
def think(*_): raise KeyError("words of a mail")
syncd.cycle.think = think
sys.exit(main())
"""


def test_a_mistake_in_syncd_itself_is_one_line_without_words_of_mail(home, tmp_path):
    argv = [sys.executable, "-c", MISTAKE, "--config", str(home.config), "run"]
    done = subprocess.run(argv, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1
    *_, line = done.stderr.splitlines()
    assert re.search(
        r" a mistake in syncd itself: KeyError at __main__:5 < syncd\.cycle:\d+ < .*; --debug shows more$", line
    )
    assert "words of a mail" not in done.stderr
    assert len(done.stderr.splitlines()) == 2


@contextmanager
def google_search(folder: Path) -> Iterator[tuple[FakeGoogle, Search]]:
    now = datetime.now(LONDON)
    with FakeGoogle(ME, now=now, time_zone="Europe/London") as google:
        search = Search(google, folder)
        search.interview(when=f"{now + timedelta(days=2):%Y-%m-%d} 10:00")
        yield google, search


class TestWithGoogle:
    def test_asked_to_end_while_google_doesn_t_answer_it_ends_within_two_seconds(self, tmp_path, start):
        with google_search(tmp_path) as (google, search):
            google.fail(Fault.stalled(), times=50)
            run = start(search.config)
            run.until("^READY=1$")
            _wait_for(lambda: google.seen("/calendar/"))
            code, seconds = run.stop()
            assert (code, seconds < 2) == (0, True)
            run.until("^STOPPING=1$")
            google.faults.clear()
            again = start(search.config)
            again.until("STATUS=synced .*1 open")
            assert len(search.reminders()) == 1
            assert again.stop()[0] == 0

    def test_a_write_whose_answer_never_came_is_no_second_reminder(self, tmp_path, start):
        with google_search(tmp_path) as (google, search):
            google.fail(
                Fault.stalled(effect=True), where=lambda request: request.method == "POST" and "events" in request.path
            )
            run = start(search.config)
            _wait_for(search.reminders)
            code, seconds = run.stop()
            assert (code, seconds < 2) == (0, True)
            again = start(search.config)
            again.until("STATUS=synced .*1 open")
            assert len(search.reminders()) == 1
            again.stop()

    def test_without_a_sign_in_it_is_up_says_so_and_takes_the_new_one(self, tmp_path, start):
        with google_search(tmp_path) as (_, search):
            token = search.token.read_bytes()
            search.token.unlink()
            run = start(search.config, JOURNAL="1", WATCHDOG_USEC="3000000")
            run.until("^READY=1$")
            auth = f"syncd auth --config {search.config}"
            run.until(rf"STATUS=not signed in yet; run: {re.escape(auth)} \(since \d\d:\d\d\); not synced yet")
            search.token.touch(mode=0o600)
            search.token.write_bytes(token)
            run.until("STATUS=synced .*1 open")
            assert [line for line in run.lines if line.startswith("<4>")] == [f"<4>not signed in yet; run: {auth}"]
            assert any(re.match(r"<6>over after \d+ seconds?: not signed in yet", line) for line in run.lines)
            assert run.stop()[0] == 0

    def test_booting_offline_is_normal(self, tmp_path, start):
        with google_search(tmp_path) as (_, search):
            pass
        run = start(search.config)
        run.until("^READY=1$")
        run.until(r"STATUS=Google .*\(since \d\d:\d\d; next try \d\d:\d\d\); not synced yet")
        assert len(run.lines) == 1
        assert run.stop()[0] == 0


class TestTheMachineTravels:
    @pytest.fixture
    def account(self, home, tmp_path):
        """The daemon's work with an environment of its own."""
        with (tmp_path / "log").open("w") as log, ExitStack() as closing:

            def made(text: str, environ: dict[str, str]) -> Account:
                home.config.write_text(text)
                account = Account(home.config, environ, VirtualClock(), Journal(log, None, priorities=False))
                closing.callback(account.close)
                return account

            yield made

    def test_its_zone_counts_where_the_config_names_none(self, account):
        environ = {"HOME": "/", "TZ": "Europe/London"}
        work = account(CONFIG.replace('timezone = "Europe/London"\n', ""), environ)
        assert work.travelled() == ""
        environ["TZ"] = "America/New_York"
        assert work.travelled() == "America/New_York"
        assert str(work.now().tzinfo) == "America/New_York"
        assert work.travelled() == ""

    def test_else_the_config_s(self, account):
        environ = {"HOME": "/", "TZ": "America/New_York"}
        assert account(CONFIG, environ).travelled() == ""


class TestTheSignIn:
    def test_a_change_of_who_may_read_it_is_a_change(self, home, tmp_path):
        token = home.root / "state" / "token.json"
        token.parent.mkdir()
        with (tmp_path / "log").open("w") as log:
            account = Account(home.config, {"HOME": "/"}, VirtualClock(), Journal(log, None, priorities=False))
            seen = [account.sign_in()]
            token.touch(mode=0o644)
            seen.append(account.sign_in())
            assert account.sign_in() == seen[-1]
            token.chmod(0o600)
            seen.append(account.sign_in())
        assert len(set(seen)) == 3


@pytest.mark.parametrize(("environ", "told"), [({"MANAGERPID": "7"}, "syncd service install"), ({}, "ReadWritePaths=")])
def test_what_opens_a_folder_to_a_service_is_told_by_who_started_it(environ, told):
    assert _if_read_only(environ).endswith(f": {told}")


class TestWhileItCanNotStart:
    """``hold``, with time as a value."""

    class Full:
        """An account whose disk is full."""

        def __init__(self, clock):
            self.clock, self.looks = clock, 0

        def hold(self):
            self.looks += 1
            if self.looks == 8:
                raise Stopped("asked to end")
            raise OSError(errno.ENOSPC, "No space left on device", "/home/sam/state.db")

        def now(self):
            return datetime(2026, 3, 10, 9, tzinfo=LONDON) + timedelta(seconds=self.clock.monotonic())

    class Waiting:
        """Signals that don't come."""

        def __init__(self, clock):
            self.wait = clock.pause

        def reload_asked(self):
            return False

    def test_what_lasts_is_shown_on_the_desktop_once(self):
        clock, shown = VirtualClock(), []
        with pytest.raises(Stopped):
            hold(self.Full(clock), clock, self.Waiting(clock), Systemd({}), lambda *words: shown.append(words), "")
        assert shown == [("syncd: the reminders stand still", "/home/sam/state.db: No space left on device")]

    def test_being_asked_to_end_while_it_reads_its_config_is_no_bad_config(self):
        class Ending:
            def reread(self):
                raise Stopped("asked to end")

        with pytest.raises(Stopped):
            _reread(Ending())
