"""``syncd service`` where there is no systemd to talk to, and what it says then; test_systemd has the rest."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from syncd.unit import Systemd, Unit, look

CONFIG = """\
[account]
email = "robin@home.example"
timezone = "UTC"
"""


@pytest.fixture
def home(tmp_path):
    folder = tmp_path / ".config/syncd"
    folder.mkdir(parents=True)
    (folder / "config.toml").write_text(CONFIG)
    return tmp_path


def environ(home, **more):
    return {"HOME": str(home), "PATH": str(home / "bin"), "LANG": "C.UTF-8"} | more


def service(home, *words, **more):
    done = subprocess.run(
        [sys.executable, "-m", "syncd", "service", *words],
        env=environ(home, **more),
        cwd=home,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert "Traceback" not in done.stderr
    return done


@pytest.fixture
def silent(home):
    """A machine whose systemctl finds no manager: what it says then is systemd's own words."""
    (home / "bin").mkdir()
    script = home / "bin/systemctl"
    script.write_text("#!/bin/sh\necho 'Failed to connect to bus: No medium found' >&2\nexit 1\n")
    script.chmod(0o755)
    return home


@pytest.mark.parametrize("what", ["install", "uninstall"])
def test_without_systemd_it_says_so_and_what_to_do_instead(home, what):
    done = service(home, what)
    assert done.returncode == 69
    assert done.stderr.count("\n") == 1 and "systemd" in done.stderr
    assert "syncd run" in done.stderr and "cron" in done.stderr
    assert not (home / ".config/systemd").exists()


@pytest.mark.parametrize("what", ["install", "uninstall"])
def test_without_a_manager_it_says_the_same(silent, what):
    done = service(silent, what, XDG_RUNTIME_DIR=str(silent))
    assert done.returncode == 69 and "no systemd user manager" in done.stderr


def test_status_without_systemd(home):
    done = service(home, "status")
    assert (done.returncode, done.stdout) == (69, "no systemd user manager answers here\n")


def test_status_without_a_manager_tells_what_is_in_place(silent):
    unit = silent / ".config/systemd/user/syncd.service"
    unit.parent.mkdir(parents=True)
    unit.touch()
    assert f"{unit} is in place" in service(silent, "status", XDG_RUNTIME_DIR=str(silent)).stdout


def test_a_bad_config_comes_before_anything_else(home):
    (home / ".config/syncd/config.toml").write_text("[account]\n")
    done = service(home, "install")
    assert done.returncode == 78 and "email" in done.stderr


@pytest.mark.parametrize(("words", "says"), [([], "what"), (["instal"], "did you mean")])
def test_which_of_the_three(home, words, says):
    done = service(home, *words)
    assert done.returncode == 2 and says in done.stderr.lower()


def test_help_tells_of_all_three(home):
    told = service(home, "--help").stdout
    assert all(word in told for word in ("install", "uninstall", "status"))


def test_looking_finds_nothing_where_there_is_nothing(home):
    found = look(environ=environ(home))
    assert found == Unit(False, None, False, "", "", found.lingering, False, log="journalctl --user -u syncd -f")


def test_looking_gives_up_on_a_manager_that_does_not_answer(silent):
    assert not look(environ=environ(silent, XDG_RUNTIME_DIR=str(silent))).manager


def test_looking_takes_the_environment_of_the_process(home, monkeypatch):
    for name, value in environ(home).items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    unit = Path(home, ".config/systemd/user/syncd.service")
    unit.parent.mkdir(parents=True)
    unit.touch()
    assert look().path == unit
    assert os.environ["HOME"] == str(home)


@pytest.fixture
def known(silent):
    """A machine whose systemctl says of the unit what a test has it say."""

    def say(**properties):
        lines = "\n".join(
            f"{name}={value}" for name, value in ({"FragmentPath": "/u/syncd.service"} | properties).items()
        )
        (silent / "bin/systemctl").write_text(f"#!/bin/sh\ncat <<'.'\n{lines}\n.\n".replace("cat", "/bin/cat"))
        return service(silent, "status", XDG_RUNTIME_DIR=str(silent))

    return say


@pytest.mark.parametrize(
    ("exited", "result", "code", "told"),
    [
        (75, "exit-code", 75, "its store can't be used, or another syncd runs; the log says which"),
        (77, "exit-code", 77, "no sign-in; run: syncd auth"),
        (78, "exit-code", 78, "a bad config; run: syncd config"),
        (1, "exit-code", 75, "exit-code"),
        (9, "signal", 75, "signal"),
        (6, "watchdog", 75, "watchdog"),
    ],
)
def test_status_of_a_service_that_failed_is_no_success(known, exited, result, code, told):
    done = known(ActiveState="failed", Result=result, ExecMainStatus=exited)
    assert done.returncode == code
    assert f"syncd.service stopped working: {told}; then: syncd service install\n" in done.stdout


def test_status_while_it_is_started_again_and_again_is_none_either(known):
    assert known(ActiveState="activating", Result="exit-code", ExecMainStatus=1).returncode == 75


@pytest.mark.parametrize("active", ["active", "reloading", "inactive", "activating"])
def test_status_of_a_service_that_runs_or_was_stopped_is_a_success(known, active):
    assert known(ActiveState=active, Result="success", ExecMainStatus=0).returncode == 0


@pytest.mark.parametrize(
    ("says", "told"),
    [
        ("syncd runs already for this account (process 12)", "until the syncd that runs already (process 12) ends"),
        ("syncd runs already for this account", "until the syncd that runs already ends"),
        ("/s/state.db: disk I/O error", "until its store can be used: /s/state.db: disk I/O error"),
    ],
)
def test_status_of_a_service_that_waits_says_for_what(known, says, told):
    ends = "ends" if "already" in says else "can be used"
    done = known(ActiveState="activating", Result="success", StatusText=f"{says}; waiting until it {ends}")
    assert done.returncode == 0
    assert done.stdout.startswith(f"syncd.service waits {told}\n") and "it says" not in done.stdout


def test_a_service_that_is_up_waits_for_nothing_whatever_a_reminder_is_called(known):
    done = known(ActiveState="active", Result="success", StatusText="next: Pay; waiting until it ends, today")
    assert "waits" not in done.stdout and "it says: next: Pay" in done.stdout


@pytest.mark.parametrize(
    ("told", "version"), [("252.38-1~deb12u1", 252), ("254", 254), ("v256-rc3", 256), ("257.5+suse.1", 257), ("", 0)]
)
def test_the_managers_version_in_the_writing_of_any_distribution(silent, told, version):
    (silent / "bin/systemctl").write_text(f"#!/bin/sh\necho '{told}'\n")
    assert Systemd(environ(silent, XDG_RUNTIME_DIR=str(silent))).version() == version
