"""What the sandbox of a service holds on to, under a real manager: a folder that is put in place anew, and how it heals."""

import sys

import pytest

from tests.robin import CONFIG, WHO, at_home
from tests.user_manager import wait_for, why_not

pytestmark = pytest.mark.skipif(bool(why_not()), reason=why_not() or "systemd is installed")

# syncd, but for a person who doesn't wait to see whether something lasts, or for the next look.
IMPATIENT = f"""#!{sys.executable}
import sys
from datetime import timedelta
from syncd import faults, rhythm, ticking
from syncd.cli import main
ticking.TICK = 1
faults.BRIEF = timedelta(seconds=1)
rhythm._wait = lambda *_: timedelta(seconds=1)
sys.exit(main())
"""
PUT_ANEW = "cp -a {0} {0}-copy && rm -r {0} && mv {0}-copy {0}"


@pytest.fixture(params=WHO)
def robin(request, tmp_path):
    with at_home(request.param, tmp_path) as robin:
        program = robin.home / ".local/bin/syncd"
        program.unlink()
        program.write_text(IMPATIENT)
        program.chmod(0o755)
        robin.impatient()
        if "this machine can't" in robin.service("install").stdout:
            pytest.skip("SANDBOX NOT TESTED: this machine has none for a user's service")
        yield robin


def test_a_folder_of_reminders_that_is_put_in_place_anew_is_written_to_again(robin):
    pid = robin.pid()
    (title,) = wait_for("reminders", robin.titles)
    wait_for("the end of a cycle", lambda: "synced" in robin.show()["StatusText"])
    robin.manager.run("sh", "-c", PUT_ANEW.format("follow-ups"))
    event = robin.home / "cal/acme.ics"
    event.write_bytes(event.read_bytes().replace(b"Acme", b"Fabrikam").replace(b"acme.example", b"fabrikam.example"))
    assert robin.another_than(pid)
    wait_for("the reminder for the other company", lambda: robin.titles() not in ([], [title]))
    assert robin.show()["NRestarts"] == "1"
    wait_for("the end of a cycle", lambda: robin.show()["StatusText"].startswith("synced"))
    assert robin.show()["NRestarts"] == "1"


def signs_of_life(robin):
    """When there was the last one, in microseconds."""
    return int(robin.show()["WatchdogTimestampMonotonic"])


def test_a_folder_that_it_can_not_write_from_its_start_is_no_reason_to_begin_again_and_again(robin):
    robin.pid()
    wait_for("reminders", robin.titles)
    (robin.home / "others").mkdir()
    robin.config.write_text(CONFIG.replace("~/follow-ups", "~/others"))
    robin.manager.give()
    robin.manager.systemctl("restart", "syncd")
    pid = robin.pid()
    wait_for("what to do", lambda: "syncd service install" in robin.show()["StatusText"])
    begun = signs_of_life(robin)
    wait_for("some more cycles", lambda: signs_of_life(robin) > begun + 8_000_000)
    assert robin.pid() == pid
    assert robin.show()["NRestarts"] == "0"


def test_a_folder_of_the_store_that_is_put_in_place_anew_has_its_lock_and_is_written_to_again(robin):
    pid = robin.pid()
    wait_for("reminders", robin.titles)
    wait_for("the end of a cycle", lambda: "synced" in robin.show()["StatusText"])
    robin.manager.run("sh", "-c", PUT_ANEW.format(".local/state/syncd"))
    assert robin.another_than(pid)
    wait_for("the end of a cycle", lambda: robin.show()["StatusText"].startswith("synced"))
    assert robin.show()["NRestarts"] == "1"
    second = robin.manager.run(robin.syncd, "run", check=False)
    assert second.returncode == 75
    assert f"(process {robin.pid()})" in second.stderr
