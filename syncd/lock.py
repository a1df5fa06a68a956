"""One cycle at a time for each account: a lock on a file beside the store, gone with the process that holds it."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from syncd.errors import Locked


@contextmanager
def locked(state: Path) -> Iterator[None]:
    """Hold the lock of the account whose store is *state*.

    Raises ``Locked``, naming the holder, where another has it.
    """
    path = state.with_name(state.name + ".lock")
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.pread(handle, 32, 0).decode("ascii", "replace").strip()
            raise Locked(
                f"another syncd is at work{f' (process {holder})' if holder else ''}; try again when it is done"
            ) from None
        os.ftruncate(handle, 0)
        os.pwrite(handle, str(os.getpid()).encode(), 0)
        yield
    finally:
        os.close(handle)
