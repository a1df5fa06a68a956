"""The service under a real ``systemd --user`` manager: put in place by syncd itself, killed, hung, reloaded, taken away.

Once as root, as CI has it, and once as a user without any privileges, as people have it: there, what hides files needs
a user namespace. Where systemd isn't installed there is nothing to test it with, and that is said.
"""

import json
import os
import re
import stat
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from syncd.unit import text
from tests.fake_google.server import FakeGoogle, Fault
from tests.robin import CONFIG, WATCHED, WHO, at_home
from tests.user_manager import wait_for, why_not

pytestmark = pytest.mark.skipif(bool(why_not()), reason=why_not() or "systemd is installed")

UNITS = Path(__file__).parents[1] / "systemd"


@pytest.fixture(params=WHO)
def robin(request, tmp_path):
    with at_home(request.param, tmp_path) as robin:
        yield robin


def test_installed_it_runs_and_says_what_it_does(robin):
    told = robin.service("install").stdout
    assert "journalctl --user -u syncd -f" in told and "syncd service uninstall" in told
    known = robin.show()
    assert (known["ActiveState"], known["UnitFileState"], known["Type"]) == ("active", "enabled", "notify")
    wait_for("reminders", robin.titles)
    status = wait_for("what it says", lambda: robin.show()["StatusText"])
    assert "it says: " + robin.show()["StatusText"] in robin.service("status").stdout
    assert status.isprintable() and "jane@" not in status
    assert f"process {robin.pid()}" in robin.service("status").stdout
    assert known["MemoryMax"] == str(512 << 20)


def test_the_installed_unit_is_right_and_tight(robin):
    told = robin.service("install", "--no-start").stdout
    unit = robin.manager.seen_home / ".config/systemd/user/syncd.service"
    verified = robin.manager.run("systemd-analyze", "verify", "--user", unit)
    assert verified.stdout + verified.stderr == ""
    assert robin.show()["ActiveState"] == "inactive" and robin.show()["UnitFileState"] == "enabled"
    assert f"ExecStart={robin.syncd} run\n" in robin.unit.read_text()
    if "this machine can't" not in told:
        assert exposure(robin.manager.run, "--user", unit) <= 1.7


def test_in_its_sandbox_it_reaches_what_it_needs_and_nothing_else(robin):
    told = robin.service("install", "--no-start").stdout
    if "this machine can't" in told:
        pytest.skip(f"SANDBOX NOT TESTED: {re.search('this machine .*', told)[0]}")
    kinds = (
        "Protect|Private|Restrict|ReadWrite|Inaccessible|System|Memory|NoNew|Lock|Keyring|Cap|Ambient|Proc|Device|UMask"
    )
    options = re.findall(rf"^(?:{kinds})\w*=.*", robin.unit.read_text(), re.MULTILINE)
    home, runtime = robin.manager.seen_home, robin.manager.environ["XDG_RUNTIME_DIR"]
    options = [option.replace("%h", str(home)) for option in options if "MemoryMax" not in option]
    allowed = [
        f"test -S {runtime}/systemd/notify",
        f"test -r {home}/.config/syncd/config.toml",
        f"test -r {home}/cal/acme.ics",
        f"touch {home}/.local/state/syncd/x",
        f"touch {home}/follow-ups/x",
        "test -e /etc/localtime -a -r /etc/passwd",
        "getent hosts localhost",
        *([] if among_temporary_files() else ["touch /tmp/x"]),
        "busctl --user --timeout=5 status",
    ]
    refused = [
        f"touch {home}/x",
        f"touch {home}/cal/x",
        f"touch {home}/.bashrc",
        f"cat {home}/.ssh/id",
        "touch /usr/x",
        "touch /var/tmp/../x",
        "test -w /proc/sys/kernel/hostname",
        "unshare --user true",
        "test -e /dev/kmsg -a -r /dev/kmsg",
    ]
    script = "\n".join(
        [
            *(f"({one}) >/dev/null 2>&1 || echo 'refused: {one}'" for one in allowed),
            *(f"({one}) >/dev/null 2>&1 && echo 'allowed: {one}'" for one in refused),
            "grep CapEff /proc/self/status",
        ]
    )
    words = ["systemd-run", "--user", "--quiet", "--wait", "--collect", "--pipe"]
    words += [part for option in options for part in ("-p", option)]
    done = robin.manager.run(*words, "sh", "-c", script, check=False)
    assert done.stdout.split() == ["CapEff:", "0" * 16], done.stdout + done.stderr


def test_killed_it_is_started_again(robin):
    robin.impatient()
    robin.service("install")
    pid = robin.pid()
    robin.manager.run("kill", "-KILL", pid)
    robin.another_than(pid)
    assert robin.show()["NRestarts"] == "1"


def test_beside_a_daemon_in_a_terminal_it_waits_and_is_not_given_up(robin):
    other = robin.in_a_terminal()
    folder = robin.unit.with_name("syncd.service.d")
    folder.mkdir(parents=True)
    (folder / "quick.conf").write_text("[Service]\nTimeoutStartSec=5s\nRestartSec=100ms\n")
    robin.manager.give()
    begun = time.monotonic()
    told = robin.service("install").stdout
    waits = f"until the syncd that runs already (process {other}) ends"
    assert f"syncd.service is in place; it waits {waits}\n" in told and "it says" not in told
    assert f"syncd.service waits {waits}\n" in robin.service("status").stdout
    found = {(one["subject"], one["level"]): one["text"] for one in robin.doctor()}
    assert found["service", "warning"] == f"it waits {waits}" and ("service", "problem") not in found
    wait_for("longer than a start may take", lambda: time.monotonic() > begun + 7)
    known = robin.show()
    assert (known["ActiveState"], known["NRestarts"]) == ("activating", "0")
    robin.manager.systemctl("stop", "terminal")
    assert "syncd.service runs\n" in robin.service("install").stdout  # has it look at once
    assert robin.pid() and robin.show()["NRestarts"] == "0"


def test_while_it_waits_it_is_taken_away_as_well(robin):
    other = robin.in_a_terminal()
    robin.service("install")
    pid = robin.show()["MainPID"]
    begun = time.monotonic()
    robin.service("uninstall")
    assert time.monotonic() - begun < 5
    assert robin.show()["LoadState"] == "not-found" and robin.show()["ActiveState"] == "inactive"
    assert robin.manager.run("kill", "-0", pid, check=False).returncode != 0
    assert not robin.unit.exists()
    assert robin.manager.show("terminal.service")["MainPID"] == str(other)


def test_started_anew_it_is_told_of_the_new_process_and_not_of_the_old(robin):
    robin.service("install")
    robin.pid()
    lock = robin.home / ".local/state/syncd/state.db.run.lock"
    lock.unlink()
    lock.mkdir()
    robin.config.write_text(CONFIG.replace("~/follow-ups", "~/others"))
    assert "it waits until its store can be used: " in robin.service("install").stdout  # the old one was up
    lock.rmdir()
    assert "syncd.service runs\n" in robin.service("install").stdout  # and that one said that it waits


def test_hung_it_is_ended_by_the_watchdog(robin):
    robin.impatient(WATCHED)
    robin.service("install")
    pid = robin.pid()
    robin.manager.run("kill", "-STOP", pid)
    robin.another_than(pid)
    assert int(robin.show()["NRestarts"]) >= 1


def test_with_google_it_reaches_the_network_and_keeps_the_sign_in(robin):
    with FakeGoogle("robin@home.example", now=datetime.now(UTC)) as google:
        token = robin.use_google(google)
        robin.service("install")
        robin.pid()
        wait_for("a look at the calendar and the mail", lambda: google.seen("/events") and google.seen("/messages"))
        wait_for("a fresh sign-in in its file", lambda: json.loads(token.read_text()).get("token"))
        wait_for("the end of a cycle", lambda: "synced" in robin.show()["StatusText"])
        robin.service("uninstall")
    assert stat.S_IMODE(token.stat().st_mode) == 0o600


def test_hung_in_a_call_that_is_never_answered_it_is_ended_too(robin):
    with FakeGoogle("robin@home.example", now=datetime.now(UTC)) as google:
        robin.use_google(google)
        robin.impatient(WATCHED)
        google.fail(Fault.stalled(), times=1, where=lambda request: request.path.endswith("/events"))
        robin.service("install")
        pid = robin.pid()
        robin.another_than(pid)
        wait_for("the end of a cycle", lambda: "synced" in robin.show()["StatusText"])
        assert int(robin.show()["NRestarts"]) >= 1
        robin.service("uninstall")


def test_idle_it_is_not_taken_for_hung(robin):
    robin.impatient(2 * WATCHED)
    robin.service("install")
    pid = robin.pid()
    wait_for("reminders", robin.titles)
    fed = int(robin.show()["WatchdogTimestampMonotonic"])
    # more than the span of the watchdog after the last sign of life that was seen
    late = fed + 2 * WATCHED * 1_000_000
    wait_for("signs of life", lambda: int(robin.show()["WatchdogTimestampMonotonic"]) > late, 60)
    assert robin.pid() == pid and robin.show()["NRestarts"] == "0"


def test_reloaded_it_takes_a_changed_config_and_keeps_the_old_for_a_bad_one(robin):
    robin.service("install")
    pid = robin.pid()
    plain = wait_for("reminders", robin.titles)
    assert any("Acme" in title for title in plain)
    robin.config.write_text(CONFIG + "[rules]\ndiscreet = true\n")
    robin.manager.systemctl("reload", "syncd")
    wait_for("discreet reminders", lambda: (now := robin.titles()) and not any("Acme" in title for title in now))
    robin.config.write_text(CONFIG + "[rules]\ndiscret = true\n")
    robin.manager.systemctl("reload", "syncd")
    wait_for("what is wrong", lambda: "config" in robin.show()["StatusText"])
    assert robin.pid() == pid


def test_a_folder_that_its_sandbox_keeps_it_from_is_said_and_what_to_do_then_works(robin):
    if "this machine can't" in robin.service("install").stdout:
        pytest.skip("SANDBOX NOT TESTED: this machine has none for a user's service")
    pid = robin.pid()
    wait_for("reminders", robin.titles)
    (robin.home / "others").mkdir()
    robin.config.write_text(CONFIG.replace("~/follow-ups", "~/others"))
    robin.manager.give()
    robin.manager.systemctl("reload", "syncd")
    says = wait_for("what to do", lambda: (now := robin.show()["StatusText"]) and "service install" in now and now)
    assert f"{robin.manager.seen_home}/others" in says and "Read-only file system" in says
    assert "have it take this one: syncd service install" in says
    assert robin.pid() == pid
    robin.reminders = robin.home / "others"
    assert not robin.titles()
    robin.service("install")
    wait_for("reminders in the other folder", robin.titles)
    assert "Read-only" not in wait_for("what it says", lambda: robin.show()["StatusText"])


def test_neither_is_a_folder_for_the_store_while_the_old_one_serves_on(robin):
    if "this machine can't" in robin.service("install").stdout:
        pytest.skip("SANDBOX NOT TESTED: this machine has none for a user's service")
    robin.pid()
    wait_for("reminders", robin.titles)
    robin.config.write_text(CONFIG + '[state]\npath = "~/elsewhere/state.db"\n')
    robin.manager.systemctl("reload", "syncd")
    says = wait_for("what to do", lambda: (now := robin.show()["StatusText"]) and "service install" in now and now)
    assert says.startswith("the config was not taken over: ")
    robin.manager.systemctl("restart", "--no-block", "syncd")
    wait_for("a start that waits", lambda: "waiting until it can be used" in robin.show().get("StatusText", ""))
    assert "syncd service install" in robin.show()["StatusText"] and robin.show()["ActiveState"] == "activating"
    assert "syncd.service runs\n" in robin.service("install").stdout


def test_it_stops_within_two_seconds(robin):
    robin.service("install")
    robin.pid()
    begun = time.monotonic()
    robin.manager.systemctl("stop", "syncd")
    assert time.monotonic() - begun < 2
    known = robin.show()
    assert (known["ActiveState"], known["Result"], known["ExecMainStatus"]) == ("inactive", "success", "0")


def test_a_config_gone_bad_is_not_tried_again_and_again(robin):
    robin.impatient()
    robin.service("install")
    robin.pid()
    robin.config.write_text("[account]\n")
    assert robin.manager.systemctl("restart", "syncd", check=False).returncode != 0
    known = robin.show()
    assert (known["ActiveState"], known["ExecMainStatus"], known["NRestarts"]) == ("failed", "78", "0")
    assert "a bad config" in robin.service("status", code=78).stdout


def test_uninstalled_nothing_of_it_is_left(robin):
    before = tree(robin.home)
    robin.impatient()
    robin.service("install")
    pid = robin.pid()
    wait_for("reminders", robin.titles)
    told = robin.service("uninstall").stdout
    assert "left as they are" in told
    assert robin.show()["LoadState"] == "not-found" and robin.show()["ActiveState"] == "inactive"
    assert robin.manager.run("kill", "-0", pid, check=False).returncode != 0
    left = {path for path in tree(robin.home) - before if not path.startswith((".local/state", "follow-ups"))}
    assert not {path for path in left if "syncd" in path and not path.startswith(".config/syncd")}, left
    assert "nothing to remove" in robin.service("uninstall").stdout


def test_a_failed_service_leaves_no_trace_either(robin):
    robin.service("install", "--no-start")
    robin.config.write_text("[account]\n")
    assert robin.manager.systemctl("start", "syncd", check=False).returncode != 0
    robin.service("uninstall")
    assert "syncd" not in robin.manager.systemctl("list-units", "--all", "--plain").stdout


def test_installed_again_it_is_restarted_only_for_a_change(robin):
    reach = robin.service("install").stdout.count("this machine can't")
    pid, written = robin.pid(), robin.unit.stat().st_mtime_ns
    assert "nothing to change" in robin.service("install").stdout
    assert robin.pid() == pid and robin.unit.stat().st_mtime_ns == written
    robin.config.write_text(CONFIG.replace("~/follow-ups", "~/to do/follow 100% ups"))
    assert robin.service("install").stdout.count("this machine can't") == reach
    assert robin.pid() != pid
    robin.reminders = robin.home / "to do/follow 100% ups"
    wait_for("reminders in the other folder", robin.titles)


def test_each_account_has_its_own_service(robin):
    second = robin.home / ".config/syncd/se $cond.toml"
    second.write_text(CONFIG.replace("follow-ups", "second") + '[state]\npath = "~/my \\"state\\"/second.db"\n')
    robin.service("install")
    robin.service("install", "--config", str(robin.manager.seen_home / ".config/syncd/se $cond.toml"))
    assert robin.show("syncd-se-cond.service")["ActiveState"] == "active"
    assert robin.show()["ActiveState"] == "active"
    robin.service("uninstall", "--config", str(robin.manager.seen_home / ".config/syncd/se $cond.toml"))
    assert robin.show("syncd-se-cond.service")["LoadState"] == "not-found"
    assert robin.show()["ActiveState"] == "active"


def test_a_unit_of_somebody_else_is_left_alone(robin):
    robin.unit.parent.mkdir(parents=True)
    robin.unit.write_text("[Service]\nExecStart=/bin/true\n")
    robin.manager.give()
    assert "not made by syncd" in robin.service("install", code=2).stderr
    assert "not made by syncd" in robin.service("uninstall", code=2).stderr
    assert robin.unit.read_text() == "[Service]\nExecStart=/bin/true\n"


def test_a_bad_config_installs_nothing(robin):
    robin.config.write_text(CONFIG + "[rules]\ndiscret = true\n")
    assert "discret" in robin.service("install", code=78).stderr
    assert not robin.unit.exists()


def test_lingering_refused_is_said_and_keeps_nothing_from_running(robin):
    if not robin.manager.own:
        pytest.skip("the logind of this machine would take it for meant")
    assert "as root: loginctl enable-linger" in robin.service("install", "--linger", code=75).stderr
    assert robin.pid()
    assert "Linger" not in robin.unit.read_text()


def test_the_generic_unit_runs_as_it_is(robin):
    if not robin.manager.own:
        pytest.skip("it hides temporary files, and here is a home among them")
    if among_temporary_files():
        pytest.skip("IT HIDES TEMPORARY FILES, AND HERE IS SYNCD AMONG THEM: install it elsewhere to run this test")
    robin.unit.parent.mkdir(parents=True)
    robin.unit.write_bytes((UNITS / "syncd.service").read_bytes())
    robin.config.write_text(CONFIG.replace("~/follow-ups", "~/.local/state/syncd/follow-ups"))
    robin.manager.give()
    robin.manager.systemctl("daemon-reload")
    robin.manager.systemctl("enable", "--now", "syncd")
    robin.reminders = robin.home / ".local/state/syncd/follow-ups"
    wait_for("reminders", robin.titles)


@pytest.mark.parametrize(
    ("name", "scope", "at_most"), [("syncd.service", "--user", 1.7), ("syncd@.service", "--system", 1.2)]
)
def test_the_units_are_right_and_tight(tmp_path, name, scope, at_most):
    def run(*words):
        environ = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "XDG_RUNTIME_DIR": str(tmp_path)}
        return subprocess.run(list(map(str, words)), env=environ, capture_output=True, text=True, check=True)

    verified = run("systemd-analyze", "verify", scope, UNITS / name.replace("@.", "@jane."))
    assert verified.stdout + verified.stderr == ""
    assert exposure(run, scope, UNITS / name) <= at_most


def test_the_clients_file_of_a_template_may_be_missing(robin):
    option = re.search(r"^LoadCredential=.*", text.template(), re.MULTILINE)[0].replace("%i", "jane")
    seen = robin.manager.run(
        "systemd-run", "--user", "--wait", "--pipe", "-q", "-p", option, "printenv", "CREDENTIALS_DIRECTORY"
    )
    assert seen.stdout.strip()


def among_temporary_files():
    """Whether the syncd that is tested lies where a unit of its own may hide everything, or leave nothing writable."""
    return any(Path(sys.prefix).is_relative_to(folder) for folder in ("/tmp", "/var/tmp"))  # noqa: S108 - what PrivateTmp= hides


def exposure(run, scope, unit):
    told = run("systemd-analyze", "security", "--offline=yes", "--no-pager", scope, unit).stdout
    return float(re.search(r"Overall exposure level for \S+: ([\d.]+)", told)[1])


def tree(home):
    return {str(path.relative_to(home)) for path in home.rglob("*")}
