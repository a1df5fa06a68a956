"""How things look to a service that runs: read off its process, as only that knows what its sandbox became."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path


def unwritable(pid: int, folders: Iterable[Path]) -> tuple[Path, ...]:
    """Those of *folders* that the process *pid* can't write to, although they are writable outside of its sandbox.

    One that was deleted and made anew is such, and one that was mounted or unmounted since. Where there is no such
    process, or it can't be looked into, there are none.
    """
    root = Path("/proc", str(pid), "root")
    try:
        root.stat()
    except OSError:
        return ()
    return tuple(folder for folder in folders if _differs(folder, root))


def _differs(folder: Path, root: Path) -> bool:
    try:
        here = _nearest(Path(os.path.realpath(folder)))
        if os.statvfs(here).f_flag & os.ST_RDONLY:
            return False
        there = root / here.relative_to("/")
        return bool(os.statvfs(there).f_flag & os.ST_RDONLY) or not here.samefile(there)
    except FileNotFoundError:  # it is hidden there
        return root.exists()
    except OSError:
        return False


def _nearest(folder: Path) -> Path:
    """*folder*, or where there is none, the one above in which it would be made."""
    return next(one for one in (folder, *folder.parents) if one.is_dir())


def environment(pid: int) -> dict[str, str]:
    """What the process *pid* was started with; empty where nothing tells."""
    try:
        words = os.fsdecode(Path("/proc", str(pid), "environ").read_bytes()).split("\0")
    except OSError:
        return {}
    return {name: value for name, _, value in (word.partition("=") for word in words) if name}
