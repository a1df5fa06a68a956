"""Which folders lie on a file system that comes and goes, as a disk that is plugged in, or a share, does."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from pathlib import Path

_MOUNTS = Path("/proc/self/mountinfo")
_STAYS = frozenset(map(Path, ("/", "/home", "/opt", "/root", "/srv", "/tmp", "/usr", "/var", "/var/tmp")))  # noqa: S108 - a mount point
"""What is mounted as long as the machine runs, and is far more than one folder."""
_ESCAPED = re.compile(r"\\([0-7]{3})")


def opened(folder: Path, points: Iterable[Path], home: Path) -> Path:
    """What a sandbox has to name, so that its service can write to *folder*: the folder, or the mount point above it.

    Whatever a sandbox names is mounted anew in it, and stays as it was then. A mount point is not: it is one already,
    and what is unmounted and mounted there shows in the sandbox, too. *points* are the mount points of this machine.
    """
    real = Path(os.path.realpath(folder))
    above = [point for point in points if real.is_relative_to(point)]
    nearest = max(above, key=lambda point: len(point.parts), default=Path("/"))
    stays = nearest in _STAYS or home.is_relative_to(nearest)
    return folder if stays else nearest


def mount_points(table: Path = _MOUNTS) -> tuple[Path, ...]:
    """The mount points that this process sees (proc_pid_mountinfo(5)); none where nothing tells."""
    try:
        lines = os.fsdecode(table.read_bytes()).splitlines()
    except OSError:
        return ()
    fields = (line.split(" ") for line in lines)
    return tuple(Path(_ESCAPED.sub(lambda found: chr(int(found[1], 8)), one[4])) for one in fields if len(one) > 4)
