"""What a path is, looked at without changing anything: the values that the checks of files judge."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from shutil import disk_usage


@dataclass(frozen=True, slots=True)
class Spot:
    """A path as found. ``kind`` is ``folder``, ``file``, ``other``, or empty for nothing there (or nothing to be seen).

    ``mode`` are its permission bits. ``above`` is the nearest folder above that exists, and ``makeable`` whether
    something can be made in it; ``writable`` is also False on a file system that is mounted read-only.
    """

    path: Path
    kind: str = ""
    mode: int = 0
    readable: bool = False
    writable: bool = False
    above: Path | None = None
    makeable: bool = False
    holds: frozenset[str] = frozenset()
    """Of a folder, which of the names that were asked for are in it."""

    @property
    def open_to_others(self) -> bool:
        """Whether other users of this machine can read or change it."""
        return bool(self.mode & 0o077)


def spot(path: Path, names: Iterable[str] = ()) -> Spot:
    """Look at *path*, and whether *names* lie in it."""
    above = next((folder for folder in path.parents if folder.is_dir()), None)
    makeable = above is not None and _writable(above, os.W_OK | os.X_OK)
    try:
        mode = path.stat().st_mode
    except OSError:
        return Spot(path, above=above, makeable=makeable)
    folder = stat.S_ISDIR(mode)
    return Spot(
        path,
        "folder" if folder else "file" if stat.S_ISREG(mode) else "other",
        stat.S_IMODE(mode),
        readable=os.access(path, os.R_OK | (os.X_OK if folder else 0)),
        writable=_writable(path, os.W_OK | (os.X_OK if folder else 0)),
        above=above,
        makeable=makeable,
        holds=frozenset(name for name in names if os.path.lexists(path / name)) if folder else frozenset(),
    )


def _writable(path: Path, how: int) -> bool:
    try:
        return os.access(path, how) and not os.statvfs(path).f_flag & os.ST_RDONLY
    except OSError:
        return False


def words(path: Path) -> str:
    """What the file says, empty where it can't be read."""
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        return ""


def free_bytes(path: Path) -> int | None:
    """How much room there is where *path* is, or would be; None where nothing tells."""
    try:
        return disk_usage(path if path.exists() else next(f for f in path.parents if f.is_dir())).free
    except (OSError, StopIteration):
        return None
