"""``syncd service install`` and ``uninstall`` on machines that aren't plain: a real manager, as in ``test_systemd``."""

import re
import stat
import subprocess

import pytest

from tests.robin import CONFIG, WHO, at_home
from tests.user_manager import wait_for, why_not

pytestmark = pytest.mark.skipif(bool(why_not()), reason=why_not() or "systemd is installed")
once = pytest.mark.parametrize("robin", WHO[:1], indirect=True)
"""For what is the same for whoever it is."""


@pytest.fixture(params=WHO)
def robin(request, tmp_path):
    with at_home(request.param, tmp_path) as robin:
        yield robin


def install(robin, *words):
    """Install, where this machine can give a service a sandbox that keeps it from files."""
    told = robin.service("install", *words).stdout
    if "this machine can't give" in told:
        pytest.skip("SANDBOX NOT TESTED: this machine has none for a user's service")
    return told


def as_root(robin, script):
    """Have the machine's root do *script* where Robin lives."""
    if not robin.manager.own:
        pytest.skip("only root can mount something, and there are no mount namespaces here")
    inside = f"--mount=/proc/{robin.manager.process.pid}/ns/mnt"
    subprocess.run(["nsenter", inside, "sh", "-ec", script], check=True)


def drop_in(robin, text):
    folder = robin.unit.with_name("syncd.service.d")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "mine.conf").write_text(f"[Service]\n{text}\n")
    robin.manager.give()
    robin.manager.systemctl("daemon-reload")


def found(robin, level):
    return {one["text"]: one["next"] for one in robin.doctor() if (one["subject"], one["level"]) == ("service", level)}


def earlier(robin):
    """Have the interview begin an hour earlier, so that there is something to write."""
    file = robin.home / "cal/acme.ics"
    file.write_bytes(file.read_bytes().replace(b"T140000", b"T130000").replace(b"T150000", b"T140000"))


def written(robin):
    return {file.name: file.read_text("utf-8") for file in robin.reminders.glob("*.ics")}


def says(robin, words):
    def seen():
        said.append(robin.show()["StatusText"])
        return words in said[-1]

    said = []
    try:
        wait_for(f"{words!r} in what it says", seen)
    except AssertionError:
        pytest.fail(f"{words!r} is not in what it says: {said[-1]}")


@once
def test_the_config_folder_may_be_a_link_and_stays_as_open_as_it_is(robin):
    config = robin.config.parent
    real = robin.home / "dotfiles"
    config.rename(real)
    real.chmod(0o755)
    config.symlink_to(robin.manager.seen_home / "dotfiles")
    robin.manager.give()
    robin.service("install")
    assert robin.pid() and wait_for("reminders", robin.titles)
    assert config.is_symlink() and stat.S_IMODE(real.stat().st_mode) == 0o755


def test_the_folder_of_the_store_is_made_anew_with_the_next_start(robin):
    robin.service("install")
    robin.pid()
    robin.manager.run("rm", "-r", robin.manager.seen_home / ".local/state/syncd")
    robin.manager.systemctl("restart", "syncd")
    says(robin, "; 1 open")
    assert stat.S_IMODE((robin.home / ".local/state/syncd").stat().st_mode) == 0o700


def test_a_disk_that_comes_and_goes_is_the_one_that_is_there(robin):
    mount = "mount --bind /home/robin/disk /home/robin/usb"
    (robin.home / "usb").mkdir()
    robin.reminders = robin.home / "disk/follow-ups"
    robin.reminders.mkdir(parents=True)
    robin.config.write_text(CONFIG.replace("~/follow-ups", "~/usb/follow-ups"))
    robin.manager.give()
    as_root(robin, f"mount --make-rshared /; {mount}")
    assert "the service can write to all of /home/robin/usb\n" in install(robin)
    says(robin, "; 1 open")
    before = written(robin)
    as_root(robin, "umount /home/robin/usb")
    earlier(robin)
    robin.manager.systemctl("reload", "syncd")
    says(robin, "is it mounted?")
    as_root(robin, mount)
    robin.manager.systemctl("reload", "syncd")
    wait_for("what is true now", lambda: "mounted" not in robin.show()["StatusText"])
    wait_for("another time", lambda: written(robin) != before)
    assert len(robin.titles()) == 1
    assert not list((robin.home / "usb").iterdir()) and robin.show()["NRestarts"] == "0"


def test_a_folder_that_was_put_anew_is_told_by_the_doctor_and_let_in_by_installing(robin):
    install(robin)
    says(robin, "; 1 open")
    robin.manager.run("sh", "-c", "cp -a ~/follow-ups ~/copy && rm -r ~/follow-ups && mv ~/copy ~/follow-ups")
    earlier(robin)
    robin.manager.systemctl("reload", "syncd")
    says(robin, "Read-only file system")
    problem = f"its sandbox doesn't let it write to {robin.manager.seen_home}/follow-ups, which the config names"
    assert found(robin, "problem") == {problem: "syncd service install"}
    cycle = [one["next"] for one in robin.doctor() if (one["subject"], one["level"]) == ("last cycle", "problem")]
    assert cycle == ["syncd service install"]
    assert "nothing to change" not in robin.service("install").stdout
    wait_for("a good cycle", lambda: robin.show()["StatusText"].startswith("synced"))
    assert found(robin, "problem") == {}


@once
def test_a_folder_that_the_unit_names_by_hand_is_no_problem(robin):
    (robin.home / "other").mkdir()
    install(robin)
    robin.config.write_text(CONFIG.replace("~/follow-ups", "~/other"))
    drop_in(robin, "ReadWritePaths=%h/other")
    assert found(robin, "problem")
    robin.manager.systemctl("restart", "syncd")
    robin.reminders = robin.home / "other"
    wait_for("reminders in the other folder", robin.titles)
    assert found(robin, "problem") == {}


@once
def test_one_that_can_never_start_is_a_problem_for_the_doctor(robin):
    drop_in(robin, "ExecStart=\nExecStart=/bin/false\nRestartSec=1min")
    assert "doesn't start" in robin.service("install", code=75).stderr
    assert found(robin, "problem") == {
        "it doesn't stay up, and is started again (exit-code, exit code 1)": "journalctl --user -u syncd -n 20 says why"
    }


@once
def test_while_it_waits_nobody_waits_for_it(robin):
    robin.in_a_terminal()
    robin.service("install")
    assert robin.show()["ActiveState"] == "activating"
    robin.manager.systemctl("stop", "syncd")
    robin.manager.systemctl("--no-block", "restart", "default.target")
    wait_for("the service", lambda: robin.show()["ActiveState"] == "activating")
    wait_for("the log-in to be over", lambda: robin.show("default.target")["ActiveState"] == "active")
    jobs = robin.manager.systemctl("list-jobs").stdout
    assert "syncd.service" in jobs and "1 jobs listed" in jobs


@once
def test_what_is_not_of_syncd_is_not_taken_away(robin):
    drop_in(robin, "Nice=6")
    assert "nothing to remove" in robin.service("uninstall").stdout
    assert (robin.unit.with_name("syncd.service.d") / "mine.conf").exists()


@once
def test_a_link_to_changes_of_ones_own_goes_and_not_what_it_leads_to(robin):
    kept = robin.home / "dotfiles"
    kept.mkdir()
    (kept / "mine.conf").write_text("[Service]\nNice=6\n")
    robin.service("install")
    link = robin.unit.with_name("syncd.service.d")
    link.symlink_to(robin.manager.seen_home / "dotfiles")
    robin.manager.give()
    assert "removed the link" in robin.service("uninstall").stdout
    assert not link.is_symlink() and (kept / "mine.conf").exists()


@once
def test_lingering_stays_on_for_the_other_account_and_ends_with_it(robin):
    as_root(robin, "mount -t tmpfs -o mode=777 tmpfs /var/lib/systemd; mkdir -m 777 /var/lib/systemd/linger")
    logind = robin.home / "bin/loginctl"
    logind.parent.mkdir()
    mark = '/var/lib/systemd/linger/"$(id -un)"'
    logind.write_text(f"#!/bin/sh\ncase $2 in enable-linger) touch {mark};; disable-linger) rm {mark};; esac\n")
    logind.chmod(0o755)
    (robin.home / ".config/syncd/second.toml").write_text(CONFIG + '[state]\npath = "~/.local/state/syncd/second.db"\n')
    robin.manager.give()
    robin.manager.environ["PATH"] = f"{robin.manager.seen_home}/bin:{robin.manager.environ['PATH']}"
    second = ("--config", robin.manager.seen_home / ".config/syncd/second.toml")

    def lingers():
        return bool(robin.manager.run("ls", "/var/lib/systemd/linger").stdout)

    assert "lingering is on" in robin.service("install", "--no-start", "--linger").stdout and lingers()
    robin.service("install", "--no-start", "--linger", *second)
    robin.service("uninstall")
    assert lingers()
    assert "lingering is off again" in robin.service("uninstall", *second).stdout and not lingers()


@once
def test_the_way_to_the_network_is_taken_over_and_a_password_is_not(robin):
    robin.config.write_text(CONFIG.partition("[calendar]")[0])
    robin.manager.give()
    ways = {"https_proxy": "http://proxy.example:3128", "HTTPLIB2_CA_CERTS": "/etc/company ca.pem"}

    def service_install(**environ):
        return robin.manager.run(robin.syncd, "service", "install", **environ).stdout

    assert "as you do here, by https_proxy and HTTPLIB2_CA_CERTS\n" in service_install(**ways)
    written = re.findall("^Environment=.*", robin.unit.read_text(), re.MULTILINE)
    assert written == [
        'Environment="HTTPLIB2_CA_CERTS=/etc/company ca.pem"',
        "Environment=https_proxy=http://proxy.example:3128",
    ]
    robin.pid()
    assert any(text.startswith("https_proxy isn't the same") for text in found(robin, "warning"))
    robin.manager.environ |= ways
    assert not any("isn't the same" in text for text in found(robin, "warning"))
    told = service_install(https_proxy="http://robin:pass@proxy.example:3128")
    assert "https_proxy holds a password" in told and "pass@" not in told + robin.unit.read_text()
    assert "it no longer has https_proxy" in told
