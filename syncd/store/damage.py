"""What SQLite says, told as what it means for the person: a damaged file, or trouble that passes."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from syncd.errors import SyncdError, TryAgain


class Damaged(SyncdError):
    """The file is no usable store. A cycle moves it aside and starts a new one."""

    exit_code = 75


_DAMAGE = frozenset({sqlite3.SQLITE_ERROR, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_FORMAT})
"""What SQLite's primary result codes say of the file itself; the others speak of the disk, of rights, of a lock."""


def _trouble(path: Path, error: sqlite3.DatabaseError) -> SyncdError:
    """What *error* means for the store at *path*: a full disk is no reason to throw it away."""
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
    if code in _DAMAGE:
        return Damaged(str(error))
    return TryAgain(f"{path}: {error}; the next cycle goes on from what was written")


@contextmanager
def trouble_told(path: Path) -> Iterator[None]:
    """Turn what SQLite says about the store at *path* into ``Damaged`` or ``TryAgain``."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        raise _trouble(path, error) from error
