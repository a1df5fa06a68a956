"""``syncd init --service`` and ``syncd doctor`` with a real ``systemd --user`` manager: installed, at work, failed, gone."""

import json
import os
import sys

import pytest

from tests.user_manager import user_manager, wait_for, why_not

pytestmark = pytest.mark.skipif(bool(why_not()), reason=why_not())
SYNCD = (sys.executable, "-m", "syncd")


@pytest.fixture
def robin(tmp_path):
    home = tmp_path / "home"
    for part in ("cal", "Sent/cur", "Sent/new", "Sent/tmp"):
        (home / part).mkdir(parents=True)
    with user_manager(home, 0 if os.geteuid() == 0 else os.geteuid()) as manager:
        manager.give()
        yield manager


def doctor(manager):
    found = json.loads(manager.run(*SYNCD, "doctor", "--offline", "--json", check=False).stdout)["findings"]
    return {(one["subject"], one["level"]): one["text"] for one in found if one["subject"] in ("service", "daemon")}


def test_set_up_by_one_command_it_runs_and_the_doctor_says_so(robin):
    assert doctor(robin) == {("service", "ok"): "no systemd unit is installed (syncd service install)"}
    flags = (
        "--email",
        "robin@home.example",
        "--calendars",
        "cal",
        "--mail",
        "Sent",
        "--reminders",
        "follow-ups",
        "--yes",
    )
    out = robin.run(*SYNCD, "init", *flags, "--service").stdout
    assert "next: `syncd sync --dry-run` shows what a first run would do" in out
    assert "at last:" not in out
    wait_for("the daemon", lambda: "runs (process" in doctor(robin).get(("daemon", "ok"), ""))
    found = doctor(robin)
    assert "is installed, and starts by itself" in found["service", "ok"]
    assert ("service", "problem") not in found
    config = robin.home / ".config/syncd/config.toml"
    config.write_text(config.read_text().replace("follow-ups", "elsewhere"))
    shut_out = doctor(robin).get(("service", "problem"), "")
    assert "ProtectSystem=strict" not in (robin.home / ".config/systemd/user/syncd.service").read_text() or (
        "doesn't let it write to" in shut_out and shut_out.endswith("elsewhere, which the config names")
    )
    config.write_text(config.read_text().replace("elsewhere", "follow-ups"))
    robin.systemctl("stop", "syncd.service")
    found = doctor(robin)
    assert ("daemon", "warning") in found
    assert found["service", "warning"] == "it is inactive"
