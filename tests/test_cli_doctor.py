"""``syncd doctor`` on real files and against a server: what it says, what it ends with, and that it changes nothing."""

import json
import shlex
import socket
from datetime import UTC, datetime, timedelta

import pytest

from syncd.cli import main
from syncd.doctor import google as asking
from syncd.doctor.finding import Level
from syncd.sign_in import scopes
from tests.fake_google.server import FakeGoogle, Fault
from tests.test_google_whole import ME, OWN, Search, at

INTERVIEW = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//Somebody//EN
BEGIN:VEVENT
UID:one@sable.example
DTSTAMP:20260301T080000Z
SUMMARY:Interview with Sable Foundry
DTSTART:20260310T100000Z
DTEND:20260310T110000Z
ORGANIZER;CN=Kim Aster:mailto:kim@sable.example
ATTENDEE;CN=Kim Aster:mailto:kim@sable.example
ATTENDEE;CN=Sam Field:mailto:sam@mail.example
END:VEVENT
END:VCALENDAR
"""


@pytest.fixture
def home(tmp_path, monkeypatch):
    for name in ("XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_DATA_HOME", "XDG_RUNTIME_DIR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("TZ", "Europe/London")
    monkeypatch.setenv("PATH", "/nowhere")  # no systemd of this machine's
    for part in ("cal", "follow-ups", "Sent/cur", "Sent/new", "Sent/tmp"):
        (tmp_path / part).mkdir(parents=True)
    (tmp_path / "cal/one.ics").write_text(INTERVIEW.replace("\n", "\r\n"))
    return tmp_path


def config(home, more=""):
    path = home / ".config/syncd/config.toml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(
        f'[account]\nemail = "{ME}"\ntimezone = "Europe/London"\ncountry = "GB"\n[calendar]\nbackend = "local"\n'
        '[mail]\nbackend = "local"\n[local]\ncalendars = ["~/cal"]\nreminders = "~/follow-ups"\nmail = ["~/Sent"]\n'
        + more
    )
    return path


@pytest.fixture
def doctor(capsys):
    def doctor(*words):
        capsys.readouterr()
        code = main(["doctor", "--json", *words])
        told = json.loads(capsys.readouterr().out)
        assert told["exit_code"] == code
        assert all(bool(one["next"]) == (one["level"] != "ok") for one in told["findings"])
        return code, told["findings"]

    return doctor


def bad(findings, level="problem"):
    return [f"{one['subject']}: {one['text']}" for one in findings if one["level"] == level]


def subjects(findings):
    return {one["subject"] for one in findings}


def state_of(folder):
    found = {}
    for path in sorted(folder.rglob("*")):
        if not path.name.endswith(("-wal", "-shm")):
            found[str(path)] = (path.stat().st_mode, path.stat().st_mtime_ns, path.is_file() and path.read_bytes())
    return found


class TestWithFiles:
    def test_before_the_first_cycle(self, home, doctor):
        config(home)
        before = state_of(home)
        code, found = doctor()
        assert (code, bad(found)) == (0, [])
        assert bad(found, "warning") == [
            "last cycle: none has ended well yet",
            "daemon: doesn't run, so reminders are kept right only when you run syncd sync",
        ]
        assert {"version", "config", "state folder", "disk", "marks", "calendar", "reminders", "mail"} < subjects(found)
        assert {"time zone", "holidays", "store", "daemon", "service"} < subjects(found)
        assert state_of(home) == before

    def test_after_it_and_nothing_is_written(self, home, doctor):
        config(home)
        assert main(["sync"]) == 0
        before = state_of(home)
        code, found = doctor()
        assert (code, bad(found)) == (0, [])
        assert "last cycle: the last that ended well was just now" in bad(found, "ok")
        assert any(line.startswith("sent mail: no mail of yours") for line in bad(found, "warning"))
        assert state_of(home) == before

    def test_it_names_nobody_but_the_person(self, home, capsys):
        config(home)
        assert main(["sync"]) == 0
        capsys.readouterr()
        assert main(["doctor"]) == 0
        out = capsys.readouterr().out
        assert "Sable" not in out and "Kim" not in out and "kim@" not in out
        assert str(home) in out

    def test_for_people_it_says_what_to_do_below(self, home, capsys):
        config(home)
        (home / ".local/state/syncd").mkdir(parents=True, mode=0o755)
        assert main(["doctor"]) == 0
        lines = capsys.readouterr().out.splitlines()
        folder = home / ".local/state/syncd"
        at = lines.index(f"warning  state folder: {folder} is open to other users of this machine (0755)")
        assert lines[at + 1] == f"         -> chmod 700 {folder}"
        assert lines[-1] == "3 warnings."

    def test_every_problem_of_the_config_and_what_can_be_said_without_one(self, home, doctor):
        config(home, "[daemon]\npol = 3\n[rules]\nthank = 7\n")
        code, found = doctor()
        assert code == 78
        assert len(bad(found)) == 2
        assert any("unknown key" in line and ":14:" in line for line in bad(found))
        assert {"version", "service"} < subjects(found)

    def test_no_config_at_all(self, home, doctor):
        code, found = doctor("--config", str(home / "none.toml"))
        assert (code, bad(found)) == (78, [f"config: there is none at {home}/none.toml"])

    def test_a_doubtful_config(self, home, doctor):
        config(home, '[rules]\nlookback = "7d"\n')
        code, found = doctor()
        assert code == 0
        assert any("less far back" in line for line in bad(found, "warning"))

    def test_files_that_a_cycle_leaves_out(self, home, doctor):
        whole = INTERVIEW.replace("\n", "\r\n")
        (home / "cal/cut off.ics").write_text(whole[: whole.index("END:VEVENT")])
        (home / "cal/page.ics").write_text("<html>please sign in</html>")
        (home / "cal/odd.ics").write_text(whole.replace("DTSTART", "X-START"))
        (home / "cal/shut.ics").symlink_to("/proc/self/mem")  # a file that nobody can read from its start
        code, found = doctor("--config", str(config(home)))
        assert code == 0
        told = {one["text"]: one["next"] for one in found if (one["subject"], one["level"]) == ("calendar", "warning")}
        cut, odd, page, shut = sorted(told)
        assert cut.startswith(f"{home}/cal/cut off.ics is cut off")
        assert odd.startswith(f"{home}/cal/odd.ics is read but for")
        assert page.startswith(f"{home}/cal/page.ics is no iCalendar file")
        assert shut.startswith(f"{home}/cal/shut.ics may not be read")
        assert "vdirsyncer sync" in told[cut] == told[page]
        assert told[shut] == f"see whose it is: ls -ld {home}/cal/shut.ics"
        assert main(["classify", *shlex.split(told[odd])[4:5]]) in {0, 65}

    def test_a_folder_of_many_broken_files_is_told_in_a_few_lines(self, home, doctor):
        for number in range(15):
            (home / f"cal/{number}.ics").write_text("no calendar")
        _, found = doctor("--config", str(config(home)))
        lines = [line for line in bad(found, "warning") if line.startswith("calendar")]
        assert len(lines) == 11
        assert lines[-1] == f"calendar: 5 more files of {home}/cal are not wholly read"

    def test_a_folder_of_maildirs_is_as_good_to_it_as_to_a_cycle(self, home, doctor):
        path = config(home)
        path.write_text(path.read_text().replace('["~/Sent"]', '["~/Mail"]'))
        (home / "Mail").mkdir()
        (home / "Sent").rename(home / "Mail/Sent")
        code, found = doctor("--config", str(path))
        assert (code, bad(found)) == (0, [])
        assert f"mail: {home}/Mail is there and can be read" in bad(found, "ok")

    def test_what_was_there_and_is_gone(self, home, doctor):
        config(home)
        assert main(["sync"]) == 0
        (home / "cal/one.ics").unlink()
        (home / "cal").rmdir()
        code, found = doctor()
        assert code == 75
        assert bad(found) == [f"calendar: there is no file or folder {home}/cal"]

    def test_a_damaged_store_and_one_that_others_can_read(self, home, doctor):
        config(home)
        assert main(["sync"]) == 0
        state = home / ".local/state/syncd/state.db"
        for left in state.parent.glob("state.db-*"):
            left.unlink()
        state.write_bytes(state.read_bytes()[:100] + b"\xff" * 3000)
        state.chmod(0o644)
        code, found = doctor()
        assert code == 75
        assert [line for line in bad(found) if "is damaged" in line]
        assert [line for line in bad(found, "warning") if "0644" in line]

    def test_another_zone_than_the_machines(self, home, doctor, monkeypatch):
        config(home)
        monkeypatch.setenv("TZ", "America/New_York")
        _, found = doctor()
        assert any("this machine America/New_York" in line for line in bad(found, "warning"))


@pytest.fixture
def google():
    with FakeGoogle(ME, now=at("2026-03-02 09:00"), time_zone="Europe/London") as server:
        yield server


@pytest.fixture
def root(home):
    made = home / "search"
    made.mkdir(mode=0o700)
    return made


class TestWithGoogle:
    def ask(self, doctor, search, *words):
        return doctor("--config", str(search.config), *words)

    def test_all_is_well_for_a_request_each_and_nothing_is_written(self, google, root, doctor):
        search = Search(google, root)
        search.interview()
        search.cycle("2026-03-02 09:00")
        google.log.clear()
        before = search.reminders()
        code, found = self.ask(doctor, search)
        assert (code, bad(found)) == (0, [])
        told = bad(found, "ok")
        assert 'calendar: "primary" can be read and written' in told
        assert "mail: can be read" in told
        assert "clock: as Google's, to within a minute" in told
        assert f"sign-in: there, and yours alone, for {ME}" in told
        assert [e.request.method for e in google.seen()] == ["GET", "GET"]
        assert search.reminders() == before

    def test_a_calendar_of_its_own_before_and_after_it_is_made(self, google, root, doctor):
        search = Search(google, root, OWN)
        _, found = self.ask(doctor, search)
        assert {e.request.method for e in google.seen()} == {"GET"}
        assert 'calendar: "Follow-ups" is not there yet; the first reminder makes it' in bad(found, "ok")
        search.interview()
        search.cycle("2026-03-02 09:00")
        _, found = self.ask(doctor, search)
        assert 'calendar: "Follow-ups" is there, is syncd\'s own, and can be written' in bad(found, "ok")

    def test_one_that_may_only_be_read(self, google, root, doctor):
        google.calendars.add("team@group.example", role="reader")
        search = Search(google, root, "team@group.example")
        code, found = self.ask(doctor, search)
        assert code == 78
        assert bad(found) == ['calendar: "t...@group.example" can be read, and not written: you are its reader']

    def test_one_that_is_not_there(self, google, root, doctor):
        search = Search(google, root, "nowhere@group.example")
        code, found = self.ask(doctor, search)
        assert code == 75
        assert len(bad(found)) == 1 and "Google Calendar" in bad(found)[0]

    def test_not_signed_in_and_without_a_client(self, google, root, doctor):
        search = Search(google, root)
        search.token.unlink()
        code, found = self.ask(doctor, search)
        assert code == 78  # there is no client to sign in with
        assert "sign-in: not signed in yet" in bad(found)
        google.oauth.write_client(search.config.with_name("client_secret.json"))
        code, found = self.ask(doctor, search)
        assert (code, bad(found)) == (77, ["sign-in: not signed in yet"])
        assert not google.seen()

    def test_a_sign_in_that_others_can_read(self, google, root, doctor):
        search = Search(google, root)
        search.token.chmod(0o644)
        code, found = self.ask(doctor, search)
        assert code == 78
        assert [one["next"] for one in found if one["level"] == "problem"] == [f"chmod 600 {search.token}"]

    def test_a_permission_that_was_not_granted(self, google, root, doctor):
        search = Search(google, root)
        google.write_token(search.token, [scopes.EVENTS_OWNED])
        code, found = self.ask(doctor, search)
        assert code == 77
        assert any(line.startswith("permissions: not granted: read your mail") for line in bad(found))
        assert any(line.startswith("mail: Gmail: the sign-in doesn't include leave") for line in bad(found))

    def test_a_sign_in_that_google_no_longer_takes(self, google, root, doctor):
        search = Search(google, root)
        google.oauth.revoke_all()
        code, found = self.ask(doctor, search)
        assert code == 77
        assert len([line for line in bad(found) if line.startswith(("calendar", "mail"))]) == 2

    def test_nobody_answers_is_said_at_once_and_offline_not_even_asked(self, google, root, doctor):
        search = Search(google, root)
        with socket.socket() as closed:
            closed.bind(("127.0.0.1", 0))
            port = closed.getsockname()[1]
        text = search.config.read_text().replace(google.calendar_endpoint, f"http://127.0.0.1:{port}/calendar/v3/")
        search.config.write_text(text)
        start = datetime.now(UTC)
        code, found = self.ask(doctor, search)
        assert datetime.now(UTC) - start < timedelta(seconds=20)
        assert code == 69
        assert bad(found) == ["calendar: Google Calendar: it refuses connections"]
        assert "mail: can be read" in bad(found, "ok")
        google.log.clear()
        code, found = self.ask(doctor, search, "--offline")
        assert (code, bad(found)) == (0, [])
        assert not google.log

    def test_what_passes_is_asked_for_once(self, google, root, doctor):
        search = Search(google, root)
        google.fail(Fault.rate_limited(), times=9)
        code, found = self.ask(doctor, search)
        assert code == 69
        assert len(google.seen()) == 2
        assert len(bad(found)) == 2

    def test_a_clock_that_is_wrong(self, google, root):
        search = Search(google, root)
        late = asking.examine(search.settings, lambda: datetime.now(UTC) - timedelta(minutes=10))
        (clock,) = [one for one in late if one.subject == "clock"]
        assert clock.level is Level.WARNING
        assert clock.text == "10 minutes behind Google's"

    def test_somebody_elses_mailbox(self, google, root, doctor):
        search = Search(google, root)
        search.config.write_text(search.config.read_text().replace(ME, "sam@other.example"))
        code, found = self.ask(doctor, search)
        assert code == 0
        assert f"mail: it is the mailbox of {ME}, which [account] doesn't name" in bad(found, "warning")


def test_help_says_that_it_can_be_shown_to_others(capsys):
    assert main(["doctor", "--help"]) == 0
    assert "paste it into a bug report" in " ".join(capsys.readouterr().out.split())
