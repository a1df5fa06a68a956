"""One cycle at a time for each account: a lock on a file beside the store, gone with the process that holds it."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from syncd.errors import Locked


@contextmanager
def locked(state: Path, *, remove: bool = False) -> Iterator[None]:
    """Hold the lock of the account whose store is *state*; with *remove* its file goes as the last thing of all.

    Raises ``Locked``, naming the holder, where another has it.
    """
    path = lock_path(state)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle = _hold(path)
    try:
        os.ftruncate(handle, 0)
        os.pwrite(handle, str(os.getpid()).encode(), 0)
        yield
    finally:
        if remove:  # while it is held: who waits for this file finds that it is no longer the one, and opens the new
            path.unlink(missing_ok=True)
        os.close(handle)


def lock_path(state: Path) -> Path:
    """The file that is locked for the store *state*."""
    return state.with_name(state.name + ".lock")


def _hold(path: Path) -> int:
    """The handle of the locked file that stands under *path*: one that was removed meanwhile excludes nobody."""
    while True:
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            with suppress(FileNotFoundError):
                if os.path.samestat(os.fstat(handle), path.stat()):
                    return handle
        except BlockingIOError:
            holder = os.pread(handle, 32, 0).decode("ascii", "replace").strip()
            os.close(handle)
            raise Locked(
                f"another syncd is at work{f' (process {holder})' if holder else ''}; try again when it is done"
            ) from None
        os.close(handle)
