"""The command line as a frame: help, errors, exit codes, options before and behind the command, times people type."""

import os
import pty
import re
import shutil
import signal
import subprocess
import sys
import sysconfig
import time
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from syncd import __version__
from syncd.cli import _frame, main
from syncd.cli._parser import COMMANDS, build
from syncd.errors import BadUsage

BERLIN = ZoneInfo("Europe/Berlin")
CONFIG = '[account]\nemail = "robin@home.example"\ntimezone = "Europe/Berlin"\n'


@pytest.fixture
def config(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    monkeypatch.delenv("XDG_STATE_HOME", raising=False)
    path = tmp_path / "c.toml"
    path.write_text(CONFIG)
    return path


def run(*args, **options):
    options = {"capture_output": True, "text": True, "timeout": 60} | options
    return subprocess.run([sys.executable, "-m", "syncd", *args], check=False, **options)


def test_the_console_script_and_the_module_are_the_same():
    script = Path(sysconfig.get_path("scripts")) / "syncd"
    if script.exists():
        assert subprocess.run([script, "--version"], check=True, capture_output=True, text=True).stdout == (
            f"syncd {__version__}\n"
        )
    assert run("--version").stdout == f"syncd {__version__}\n"


def test_help_loads_nothing_heavy():
    code = (
        "import sys\nfrom syncd.cli import main\nassert main(['--help']) == 0\n"
        "print(sorted({name.partition('.')[0] for name in sys.modules}), file=sys.stderr)"
    )
    shown = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    for heavy in ("icalendar", "holidays", "rich", "lxml", "sqlite3", "tomllib", "email", "zoneinfo", "json"):
        assert f"'{heavy}'" not in shown.stderr


def test_help_names_every_command_with_a_line(capsys):
    assert main(["--help"]) == 0
    shown = capsys.readouterr().out
    assert len(COMMANDS) >= 3
    for name in build().names:
        assert f"\n    {name} " in shown
    assert max(map(len, shown.splitlines())) <= 80


@pytest.mark.parametrize("name", build().names)
def test_each_command_explains_itself(name, capsys):
    assert main([name, "--help"]) == 0
    shown = capsys.readouterr().out
    assert "--config PATH" in shown
    assert "--debug" in shown


@pytest.mark.parametrize(
    ("argv", "line"),
    [
        ([], "syncd: which command?; see `syncd --help`"),
        (["clasify", "x"], "syncd: there is no command clasify; did you mean `syncd classify`?"),
        (["zzz"], "syncd: there is no command zzz; see `syncd --help`"),
        (["config", "--jason"], "syncd: unrecognized arguments: --jason; see `syncd --help`"),
        (["classify"], "syncd: the following arguments are required: FILE; see `syncd classify --help`"),
    ],
)
def test_a_wrong_command_line_is_one_line_and_exit_code_2(argv, line, capsys):
    assert main(argv) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert line in shown.err
    assert shown.err.count("\n") == 1


def test_the_config_may_be_named_before_and_behind_the_command(config, capsys):
    for argv in (["--config", str(config), "config"], ["config", "--config", str(config)]):
        assert main(argv) == 0
        assert "robin@home.example" in capsys.readouterr().out
    assert main(["--config", "/nowhere.toml", "config", "--config", str(config)]) == 0


def test_each_problem_of_a_config_is_a_line_of_its_own(config, capsys):
    config.write_text("[account]\nemail = 3\n[rules]\nthank = 4\n")
    assert main(["config", "--config", str(config)]) == 78
    lines = capsys.readouterr().err.splitlines()
    assert [line.split(": ")[0:3] for line in lines] == [
        ["syncd", f"{config}:2", "[account] email"],
        ["syncd", f"{config}:4", "[rules] thank"],
    ]


def test_a_missing_config_says_what_to_do(config, capsys):
    assert main(["config"]) == 78
    err = capsys.readouterr().err
    assert err == f"syncd: no config at {config.parent}/.config/syncd/config.toml; run `syncd init`\n"


def test_a_traceback_comes_only_with_debug(config):
    config.write_text("x")
    plain = run("config", "--config", str(config))
    assert (plain.returncode, plain.stderr.count("\n")) == (78, 1)
    for argv in (("--debug", "config"), ("config", "--debug")):
        loud = run(*argv, "--config", str(config))
        assert "Traceback" in loud.stderr
        assert loud.returncode == 78


def test_whoever_stops_reading_gets_no_complaint(config):
    reading, writing = os.pipe()
    os.close(reading)
    done = run("config", "--config", str(config), capture_output=False, stdout=writing, stderr=subprocess.PIPE)
    os.close(writing)
    assert (done.returncode, done.stderr) == (141, "")


def test_a_full_disk_is_one_line(config):
    with Path("/dev/full").open("w") as full:
        done = run("config", "--config", str(config), capture_output=False, stdout=full, stderr=subprocess.PIPE)
    assert done.returncode == 75
    assert done.stderr.splitlines()[0] == "syncd: No space left on device"


def test_what_this_terminal_has_no_letter_for_is_still_shown(config):
    config.write_text(CONFIG + 'name = "Zo\u00eb \u26f0"\n', "utf-8")
    environ = os.environ | {"PYTHONIOENCODING": "ascii"}
    done = run("config", "--config", str(config), env=environ)
    assert done.returncode == 0
    assert "Zo\\xeb \\u26f0" in done.stdout


def _in_a_terminal(argv, columns, **environ):
    """What the command draws on a terminal of that width."""
    shown, terminal = pty.openpty()
    done = subprocess.run(
        [sys.executable, "-m", "syncd", *argv],
        check=True,
        stdin=terminal,
        stdout=terminal,
        stderr=terminal,
        env=os.environ | {"COLUMNS": str(columns), "TERM": "xterm-256color"} | environ,
        timeout=60,
    )
    os.close(terminal)
    assert done.returncode == 0
    drawn = b""
    while True:
        try:
            part = os.read(shown, 65_536)
        except OSError:
            break
        if not part:
            break
        drawn += part
    os.close(shown)
    return drawn.decode()


def test_a_terminal_gets_a_table_of_its_width_and_colour_unless_told_not_to(config):
    shutil.copy(config, config.parent / ("long" * 20 + ".toml"))
    argv = ["config", "--config", str(config.parent / ("long" * 20 + ".toml"))]
    plain, coloured = _in_a_terminal(argv, 80, NO_COLOR="1"), _in_a_terminal(argv, 80)
    without = re.sub(r"\x1b\[[0-9;]*m", "", plain)
    assert max(map(len, without.splitlines()[1:])) == 80
    assert "\x1b[3" not in plain
    assert "\x1b[36m" in coloured
    assert "account.email" in plain


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-03-24T09:30", datetime(2026, 3, 24, 9, 30, tzinfo=BERLIN)),
        ("2026-03-24 09:30", datetime(2026, 3, 24, 9, 30, tzinfo=BERLIN)),
        ("2026-03-24", datetime(2026, 3, 24, tzinfo=BERLIN)),
        ("2026-03-24T09:30Z", datetime(2026, 3, 24, 10, 30, tzinfo=BERLIN)),
        ("2026-07-24T09:30-04:00", datetime(2026, 7, 24, 15, 30, tzinfo=BERLIN)),
        ("2026-03-29T02:30", datetime(2026, 3, 29, 3, 30, tzinfo=BERLIN)),  # the clocks leave it out
    ],
)
def test_now_is_read_in_the_users_zone(text, moment):
    read = _frame.parse_now(text, BERLIN)
    assert read == moment
    assert read.tzinfo is BERLIN
    assert read.hour == moment.hour


@pytest.mark.parametrize("text", ["", "noon", "09:30", "2026-13-01", "0001-01-01", "9999-12-31T23:59-12:00"])
def test_what_is_no_time_is_said_to_be_none(text):
    with pytest.raises(BadUsage, match=r'^"'):
        _frame.parse_now(text, BERLIN)


def test_control_c_ends_quietly(config):
    # whoever runs the tests in the background ignores the signal, and so would a child
    code = (
        "import signal, sys\nsignal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "from syncd.cli import main\nsys.exit(main(['init']))"
    )
    asking = subprocess.Popen(
        [sys.executable, "-c", code],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=os.environ | {"PYTHONUNBUFFERED": "1"},
    )
    with asking:
        assert asking.stdout.read(4) == b"Your"
        state = Path(f"/proc/{asking.pid}/stat")
        deadline = time.monotonic() + 10
        while ") S " not in state.read_text() and time.monotonic() < deadline:
            pass  # not before it waits for the answer
        asking.send_signal(signal.SIGINT)
        assert asking.wait(10) == 130
        assert asking.stderr.read() == b""
