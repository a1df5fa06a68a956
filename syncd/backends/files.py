"""Files as back ends need them: which ones are there, which changed, and writes that happen wholly or not at all.

Time is never asked: a file is unchanged where its inode, size and times are those that were stored.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from syncd.errors import Conflict, TryAgain

Fingerprint = tuple[int, int, int, int]
"""Inode, size, mtime and ctime in ns. The ctime shows edits by programs that put the mtime back."""


@dataclass(slots=True)
class Tree:
    """The files under a path by name within it, and the folders that couldn't be looked into, with the reason."""

    files: dict[str, Path] = field(default_factory=dict)
    prints: dict[str, Fingerprint] = field(default_factory=dict)
    closed: dict[str, str] = field(default_factory=dict)

    def is_closed(self, name: str) -> bool:
        """Whether *name* lies in a folder that couldn't be looked into."""
        return any(name.startswith(f"{folder}/") for folder in self.closed)


def fingerprint(found: os.stat_result) -> Fingerprint:
    """What tells a file from its earlier and later states."""
    return found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns


def look(path: Path) -> Fingerprint | None:
    """The fingerprint of a file, None where there is none."""
    try:
        return fingerprint(path.stat())
    except (FileNotFoundError, NotADirectoryError):
        return None


def look_into(root: Path, suffix: str, *, deep: bool) -> Tree:
    """The files under *root* whose names end in *suffix*, by a stat of each; hidden ones and folders are left out.

    Raises ``OSError`` where *root* itself can't be listed.
    """
    tree, waiting, seen = Tree(), [("", root)], set[tuple[int, int]]()
    while waiting:
        prefix, folder = waiting.pop()
        try:
            where = folder.stat()
            if (where.st_dev, where.st_ino) in seen:  # a link that leads back up
                continue
            seen.add((where.st_dev, where.st_ino))
            found = sorted(os.scandir(folder), key=lambda entry: entry.name)
        except OSError as problem:
            if not prefix:
                raise
            tree.closed[prefix.rstrip("/")] = problem.strerror or "can't be read"
            continue
        for entry in found:
            _take(entry, prefix, suffix, tree, waiting if deep else [])
    return tree


def _take(entry: os.DirEntry[str], prefix: str, suffix: str, tree: Tree, waiting: list[tuple[str, Path]]) -> None:
    if entry.name.startswith("."):
        return
    # A name that is no UTF-8 could be stored nowhere.
    name = prefix + os.fsencode(entry.name).decode("utf-8", "backslashreplace")
    try:
        if entry.is_dir():
            waiting.append((f"{name}/", Path(entry.path)))
        elif entry.name.lower().endswith(suffix):
            found = entry.stat()
            if stat.S_ISREG(found.st_mode):
                tree.files[name], tree.prints[name] = Path(entry.path), fingerprint(found)
    except FileNotFoundError:  # gone since it was listed, or a link to nowhere
        return


def read(path: Path) -> tuple[bytes, Fingerprint]:
    """The bytes of a file and the fingerprint that it had before they were read. Raises ``OSError``."""
    with path.open("rb") as file:
        before = fingerprint(os.fstat(file.fileno()))
        return file.read(), before


def replace(path: Path, data: bytes, seen: Fingerprint | None) -> None:
    """Put *data* in the place of the file that was *seen* (None: of nothing), wholly or not at all.

    Raises ``Conflict`` where the file is not as seen, ``TryAgain`` where it can't be written.
    """
    with writing(path):
        path = Path(os.path.realpath(path))
        # One name for each file, so that what a killed process left behind is written over, and nothing piles up.
        temporary = path.with_name(f".{path.name}.syncd-tmp")
        handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
        try:
            with os.fdopen(handle, "wb") as file:
                os.fchmod(file.fileno(), 0o600 if seen is None else _mode(path))
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            _expect(path, seen)
            temporary.replace(path)
        except BaseException:
            with suppress(FileNotFoundError):
                temporary.unlink()
            raise
        sync_folder(path.parent)


def remove(path: Path, seen: Fingerprint) -> None:
    """Remove the file that was *seen*. Raises as ``replace``."""
    with writing(path):
        _expect(path, seen)
        path.unlink()
        sync_folder(path.parent)


def _mode(path: Path) -> int:
    try:
        return stat.S_IMODE(path.stat().st_mode)
    except FileNotFoundError:
        raise Conflict(f"{path} is gone since it was read") from None


def _expect(path: Path, seen: Fingerprint | None) -> None:
    if look(path) != seen:
        raise Conflict(f"{path} changed since it was read")


def sync_folder(folder: Path) -> None:
    """Make a rename in *folder* outlive a power cut."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Turn what the system says about a write to *path* into ``TryAgain``."""
    try:
        yield
    except OSError as problem:
        raise TryAgain(f"{path}: can't be written: {problem.strerror}; nothing was changed there") from problem
