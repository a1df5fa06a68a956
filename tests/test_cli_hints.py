"""A hint can be followed to the letter: it names the config in use, where that is not the usual one."""

import json
import os
import re
import shlex
import socket
import subprocess
import sys

import pytest

from syncd.notice import sign_in_notice
from tests.test_first_use import Home
from tests.world import a_user, at

GOOGLE = """\
[account]
email = "sam@mail.example"
timezone = "Europe/London"
[google]
client_secret = "client_secret.json"
[state]
path = "state.db"
"""
CLIENT = {
    "installed": {
        "client_id": "1-a.apps.googleusercontent.com",
        "client_secret": "none",
        "auth_uri": "https://accounts.google.com/o/oauth2/auth",
        "token_uri": "https://oauth2.googleapis.com/token",
    }
}


@pytest.fixture
def home(tmp_path):
    return Home(tmp_path)


@pytest.fixture
def second(home):
    """A second config, at Google, and never signed in; its path needs quotes."""
    folder = home.root / "second job"
    folder.mkdir()
    (folder / "client_secret.json").write_text(json.dumps(CLIENT))
    (folder / "c.toml").write_text(GOOGLE)
    return folder / "c.toml"


def hints(text):
    """Every command of syncd in *text*, as far as the words that are surely of it."""
    return re.findall(r"syncd (?:service )?(?:sync|auth|doctor|install|run)\b(?: --config (?:'[^']*'|\S+))?", text)


def test_the_guard_is_taken_off_the_account_that_was_meant(home):
    config = home.root / "second job.toml"
    flags = ["--email", "sam@mail.example", "--timezone", "Europe/London", "--calendars", str(home.calendar)]
    flags += ["--reminders", str(home.reminders), "--mail", str(home.root / "Mail/Inbox"), "--country", "GB"]
    home.syncd("init", "--yes", *flags, "--output", str(config))
    for day in range(2, 12):
        name = f"i{day}"
        home.interview(name, f"202603{day:02}T100000", f"202603{day:02}T110000", title=f"Interview Acme {day}")
    now = ["--now", "2026-03-01T12:00"]
    home.syncd("sync", "--config", str(config), *now)
    for path in list(home.calendar.glob("*.ics"))[:9]:
        path.unlink()
    told = home.syncd("--config", str(config), "sync", *now, code=75).stderr
    (hint,) = re.findall(r"run: (syncd .*--allow-mass-change)", told)
    assert shlex.split(hint)[1:] == ["sync", "--config", str(config), "--allow-mass-change"]
    home.syncd(*shlex.split(hint)[1:], *now)


def test_every_command_names_it(home, second):
    named = f"--config {shlex.quote(str(second))}"
    for argv, code in (
        (["status"], 0),
        (["sync"], 77),
        (["doctor", "--offline"], 77),
        (["doctor", "--offline", "--json"], 77),
        (["explain", "nobody"], 2),
    ):
        done = home.syncd("--config", str(second), *argv, code=code)
        found = hints(f"{done.stdout}{done.stderr}")
        assert all(one.endswith(named) for one in found), (argv, found)
        assert found


def test_the_usual_config_needs_no_name(home, second):
    home.config.parent.mkdir(parents=True)
    home.config.write_text(GOOGLE)
    for argv in (["sync"], ["--config", str(home.config), "sync"]):
        assert "run: syncd auth\n" in home.syncd(*argv, code=77).stderr


def test_help_is_left_alone(home):
    told = home.syncd("--config", "none.toml", "mark", "Acme", code=2).stderr
    assert f"syncd mark --config {home.root}/none.toml Acme rejected" in told
    told = home.syncd("--config", "none.toml", "sync", code=78).stderr
    assert f"run `syncd init --config {home.root}/none.toml`" in told


def test_the_daemon_names_it_in_its_log_and_its_status(home, second):
    named = f"syncd auth --config {shlex.quote(str(second))}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ear:
        ear.bind(str(home.root / "notify"))
        ear.settimeout(60)
        argv = [sys.executable, "-m", "syncd", "--config", str(second), "run"]
        environ = {"HOME": str(home.root), "PATH": os.environ["PATH"], "NOTIFY_SOCKET": str(home.root / "notify")}
        environ["MANAGERPID"] = "1"  # the person's own manager: what is said there nobody else reads
        with subprocess.Popen(argv, env=environ, stderr=subprocess.PIPE, text=True) as daemon:
            try:
                while named not in ear.recv(4096).decode():
                    pass
            finally:
                daemon.terminate()
                log = daemon.communicate(timeout=60)[1]
    assert named in log


def test_doctor_s_json_is_one_object_still(home, second):
    done = home.syncd("--config", str(second), "doctor", "--offline", "--json", code=77)
    steps = [one["next"] for one in json.loads(done.stdout)["findings"]]
    assert f"syncd auth --config {shlex.quote(str(second))}" in steps


def test_the_entry_in_the_calendar_names_it():
    ends, now = at("2026-03-13 15:20"), at("2026-03-06 16:00")
    (made,) = sign_in_notice(ends, (), (), a_user(), now, "--config '/home/sam/second job.toml'")
    assert "run: syncd auth --config '/home/sam/second job.toml'\n" in made.entry.text
