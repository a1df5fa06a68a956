"""One syncd at a time for an account, told by the kernel and not by a file that stays behind."""

import fcntl
import os
import shutil
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

import pytest

from syncd.errors import Locked
from syncd.lock import daemon, locked, run_lock_path, running
from tests.virtual_clock import VirtualClock

HOLD = "import sys; from pathlib import Path; from syncd.lock import locked\nwith locked(Path(sys.argv[1])): print('held', flush=True); sys.stdin.read()"  # fmt: skip


@pytest.fixture
def holder(tmp_path):
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path / "state.db")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=Path(__file__).parent.parent,
        text=True,
    ) as process:
        assert process.stdout.readline() == "held\n"
        yield process
        process.kill()


def test_a_second_process_is_refused_and_told_who_holds_it(tmp_path, holder):
    with pytest.raises(Locked, match=rf"process {holder.pid}\)") as refused, locked(tmp_path / "state.db"):
        pytest.fail("two at a time")
    assert refused.value.exit_code == 75


def test_it_is_free_again_when_its_holder_was_killed(tmp_path, holder):
    holder.kill()
    holder.wait()
    with locked(tmp_path / "state.db"):
        assert (tmp_path / "state.db.lock").exists()


def test_other_accounts_are_not_concerned(tmp_path, holder):
    with locked(tmp_path / "other.db"), pytest.raises(Locked), locked(tmp_path / "state.db"):
        pass


def test_it_is_free_after_an_error_and_makes_its_folder(tmp_path):
    state = tmp_path / "new" / "state.db"
    with pytest.raises(ZeroDivisionError), locked(state):
        raise ZeroDivisionError
    with locked(state):
        assert (state.parent.stat().st_mode & 0o777) == 0o700


def test_one_that_removes_it_leaves_nothing_and_excludes_until_then(tmp_path):
    state = tmp_path / "state.db"
    with locked(state, remove=True), pytest.raises(Locked), locked(state):
        pass
    assert list(tmp_path.iterdir()) == []


RACE = """
import sys
from pathlib import Path
from syncd.errors import Locked
from syncd.lock import locked, running
state, inside = Path(sys.argv[1]), Path(sys.argv[2])
held = 0
while held < 600:
    try:
        with locked(state, remove=True):
            inside.touch(exist_ok=False)  # raises where another one is inside
            inside.unlink()
            held += 1
    except Locked:
        pass
"""


def test_removed_while_others_wait_for_it_it_still_lets_in_only_one(tmp_path):
    argv = [sys.executable, "-c", RACE, str(tmp_path / "state.db"), str(tmp_path / "inside")]
    racers = [subprocess.Popen(argv, cwd=Path(__file__).parent.parent) for _ in range(3)]
    assert [racer.wait(60) for racer in racers] == [0, 0, 0]


def test_there_is_one_daemon_for_an_account_and_cycles_go_on_beside_it(tmp_path):
    state = tmp_path / "new" / "state.db"
    with running(state), locked(state), running(tmp_path / "new" / "other.db"):
        with pytest.raises(Locked, match=rf"^syncd runs already for this account \(process {os.getpid()}\)$") as refused, running(state):  # fmt: skip
            pytest.fail("two at a time")
        assert refused.value.exit_code == 75
    assert [path.name for path in state.parent.iterdir()] == ["state.db.lock"]


def test_who_has_patience_waits_for_the_lock(tmp_path):
    class Clock(VirtualClock):
        def pause(self, seconds):
            super().pause(seconds)
            if self.now > 1005:
                held.close()

    state, clock = tmp_path / "state.db", Clock()
    with ExitStack() as held:
        held.enter_context(locked(state))
        with locked(state, patience=10, clock=clock):
            assert 1005 < clock.now < 1006
        held.enter_context(locked(state))
        with pytest.raises(Locked), locked(state, patience=10, clock=VirtualClock()):
            pytest.fail("two at a time")


def test_a_daemon_sees_that_its_lock_was_taken_away_and_takes_no_other_s_with_it(tmp_path):
    state = tmp_path / "store" / "state.db"
    with running(state) as stands:
        assert stands()
        shutil.rmtree(state.parent)
        assert not stands()
        with running(state) as another:
            assert another() and not stands()
        third = ExitStack()
        stays = third.enter_context(running(state))
    assert stays()
    third.close()
    assert not run_lock_path(state).exists()


def test_a_daemon_that_was_killed_keeps_nobody_out(tmp_path):
    state = tmp_path / "state.db"
    die = f"import os; from pathlib import Path; from syncd.lock import running; held = running(Path({str(state)!r})); held.__enter__(); os.kill(os.getpid(), 9)"
    assert subprocess.run([sys.executable, "-c", die], cwd=Path(__file__).parent.parent, check=False).returncode == -9
    assert (tmp_path / "state.db.run.lock").exists()
    with running(state):
        pass


def test_who_the_daemon_is(tmp_path):
    state = tmp_path / "state.db"
    assert daemon(state) is None
    with running(state):
        assert daemon(state) == os.getpid()
    assert daemon(state) is None


def test_a_lock_that_nobody_holds_is_no_daemon_and_stays_free(tmp_path):
    path = run_lock_path(tmp_path / "state.db")
    path.write_text(str(os.getpid()))
    assert daemon(tmp_path / "state.db") is None
    with path.open("r+") as held:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)  # looking left no lock behind
        path.write_text("")
        assert daemon(tmp_path / "state.db") == 0


LOOK = """
import sys
from pathlib import Path
from syncd.lock import daemon
print("looking", flush=True)
while True:
    daemon(Path(sys.argv[1]))
"""


def test_who_only_looks_keeps_no_daemon_out(tmp_path):
    state = tmp_path / "state.db"
    run_lock_path(state).touch()
    argv = [sys.executable, "-c", LOOK, str(state)]
    root = Path(__file__).parent.parent
    with subprocess.Popen(argv, cwd=root, stdout=subprocess.PIPE, text=True) as looker:
        assert looker.stdout.readline() == "looking\n"
        try:
            for _ in range(2000):
                with running(state):
                    pass
                run_lock_path(state).touch()
        finally:
            looker.kill()


def test_who_shares_the_lock_for_good_is_told_of_in_the_end(tmp_path):
    state = tmp_path / "state.db"
    with run_lock_path(state).open("w") as held:
        fcntl.flock(held, fcntl.LOCK_SH)
        with pytest.raises(Locked, match=r"^syncd runs already for this account$"), running(state):
            pytest.fail("beside another one")
