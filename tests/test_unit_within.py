"""How things look to a process; ``test_systemd_installing`` has those of a service in its sandbox."""

import os

from syncd.unit.within import environment, unwritable

NOBODY = 4_194_305  # a number beyond those that processes get (proc(5), pid_max)


def test_a_process_without_a_sandbox_writes_wherever_this_one_does(tmp_path):
    assert unwritable(os.getpid(), [tmp_path, tmp_path / "to" / "come"]) == ()


def test_of_a_process_that_is_none_nothing_is_said(tmp_path):
    assert unwritable(NOBODY, [tmp_path]) == ()
    assert environment(NOBODY) == {}


def test_what_a_process_was_started_with():
    assert environment(os.getpid()).keys() >= {"PATH"}
