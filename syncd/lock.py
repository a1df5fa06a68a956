"""One cycle at a time, and one daemon, for each account: locks on files beside the store.

Each is gone with the process that holds it.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from syncd.clock import SystemClock
from syncd.errors import Locked
from syncd.ports import Clock

_CLOCK = SystemClock()
_BETWEEN = 0.1
"""Seconds between two looks at a lock that is waited for."""
_LOOKS = 1000
"""So often it is tried again where somebody only looked (``daemon``), which takes them no time at all."""


@contextmanager
def locked(state: Path, *, remove: bool = False, patience: float = 0.0, clock: Clock = _CLOCK) -> Iterator[None]:
    """Hold the lock of the account whose store is *state*; with *remove* its file goes as the last thing of all.

    Raises ``Locked``, naming the holder, where another has it, and still has it after *patience* (seconds by *clock*).
    """
    path = lock_path(state)
    handle = _hold_in_time(path, patience, clock)
    try:
        yield
    finally:
        if remove:  # while it is held: who waits for this file finds that it is no longer the one, and opens the new
            path.unlink(missing_ok=True)
        os.close(handle)


@contextmanager
def running(state: Path) -> Iterator[Callable[[], bool]]:
    """Be the daemon of the account whose store is *state*. Cycles take their own lock beside it, whoever runs them.

    Gives what tells whether the lock still keeps others out: not where its file was taken away, with its folder
    perhaps, since who comes next locks another. Raises ``Locked``, naming the holder, where there is one already.
    """
    path = run_lock_path(state)
    handle = _hold(path, _runs)
    try:
        yield lambda: _stands(handle, path)
    finally:
        with suppress(OSError):  # a folder that can't be written any more
            if _stands(handle, path):  # else it is another's
                path.unlink(missing_ok=True)
        os.close(handle)


def daemon(state: Path) -> int | None:
    """The process that is the daemon of the store *state*: 0 where it doesn't say its number, None for none.

    Its lock is looked at by sharing it for a moment: nothing else tells one that lives from one that was killed.
    """
    try:
        handle = os.open(run_lock_path(state), os.O_RDONLY)
    except OSError:
        return None
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        said = os.pread(handle, 32, 0).decode("ascii", "replace").strip()
        return int(said) if said.isdecimal() else 0
    else:
        return None
    finally:
        os.close(handle)


def lock_path(state: Path) -> Path:
    """The file that is locked for the store *state*."""
    return state.with_name(state.name + ".lock")


def run_lock_path(state: Path) -> Path:
    """The file that the daemon for the store *state* locks as long as it lives."""
    return state.with_name(state.name + ".run.lock")


def _at_work(holder: str) -> str:
    return f"another syncd is at work{holder}; try again when it is done"


def _runs(holder: str) -> str:
    return f"syncd runs already for this account{holder}"


def _hold(path: Path, told: Callable[[str], str]) -> int:
    """The handle of the locked file that stands under *path*, with our number in it.

    One that was removed meanwhile excludes nobody. *told* says who holds it, where somebody does.
    """
    looks = _LOOKS
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    while True:
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if _stands(handle, path):
                _sign(handle)
                return handle
        except BlockingIOError:
            if looks and _is_only_looked_at(handle):
                looks -= 1
                os.close(handle)
                os.sched_yield()
                continue
            holder = os.pread(handle, 32, 0).decode("ascii", "replace").strip()
            os.close(handle)
            raise Locked(told(f" (process {holder})" if holder else "")) from None
        os.close(handle)


def _hold_in_time(path: Path, patience: float, clock: Clock) -> int:
    end = clock.monotonic() + patience
    while True:
        try:
            return _hold(path, _at_work)
        except Locked:
            if clock.monotonic() >= end:
                raise
        clock.pause(_BETWEEN)


def _stands(handle: int, path: Path) -> bool:
    """Whether the file that is open as *handle* is the one under *path*."""
    try:
        return os.path.samestat(os.fstat(handle), path.stat())
    except (FileNotFoundError, NotADirectoryError):
        return False


def _is_only_looked_at(handle: int) -> bool:
    """Whether who keeps us out shares the lock, as nobody does who holds it. Ours is gone when *handle* is closed."""
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _sign(handle: int) -> None:
    """Say in it who holds it. Where the disk is full, it is held all the same: the store has more to say about that."""
    with suppress(OSError):
        os.ftruncate(handle, 0)
        os.pwrite(handle, str(os.getpid()).encode(), 0)
