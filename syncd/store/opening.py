"""The file of the store: made, opened, looked at, moved aside."""

from __future__ import annotations

import os
import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from glob import escape
from pathlib import Path

from syncd.errors import BadConfig, SyncdError
from syncd.store import schema
from syncd.store.damage import trouble_told
from syncd.store.facts import Store

STAMP = "%Y%m%dT%H%M%S"
"""How the name of a damaged store tells when it was moved aside."""
_PARTS = ("", "-wal", "-shm")
_KEPT = 2
"""So many damaged stores are kept."""


def _connect(path: str) -> sqlite3.Connection:
    return sqlite3.connect(path, isolation_level=None, timeout=5)


def empty_store() -> Store:
    """A new store in memory, for a rehearsal of the first cycle."""
    sql = _connect(":memory:")
    schema.create(sql)
    return Store(sql)


def check_ours(path: Path) -> None:
    """Raise ``BadConfig`` where the file at *path* isn't, and never was, a store of ours; it is looked at, not touched.

    A lock beside it tells that syncd kept a store there before: then the file is a damaged one of ours.
    """
    if not path.exists() or path.with_name(path.name + ".lock").exists():
        return
    with path.open("rb") as file:
        head = file.read(100)
    if head and not (head.startswith(b"SQLite format 3\0") and int.from_bytes(head[68:72]) == schema.APPLICATION):
        raise BadConfig(f"{path} is no store of syncd; set [state] path to a file of its own")


def open_store(path: Path) -> Store:
    """Open the store at *path*, or make it.

    Raises ``Damaged`` where it fails its integrity check, and ``BadConfig`` where a newer syncd wrote it.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    sql = _connect(str(path))
    with _closed_on_trouble(path, sql):
        version = sql.execute("PRAGMA user_version").fetchone()[0]
        if version == 0:
            schema.create(sql)
        else:
            schema.migrate(sql, path, version)
            schema.check(sql)
        sql.execute("PRAGMA journal_mode = WAL")
        sql.execute("PRAGMA synchronous = NORMAL")
    return Store(sql)


def look_into(path: Path) -> Store:
    """Open the store at *path* to be read: nothing is made, mended or brought forward. Raises as ``open_store``."""
    # One that was closed needs no file beside it; one in use has its newest pages in the -wal.
    used = path.with_name(f"{path.name}-wal").exists()
    query = "mode=ro" if used else "mode=ro&immutable=1"
    sql = sqlite3.connect(f"{path.absolute().as_uri()}?{query}", isolation_level=None, timeout=5, uri=True)
    with _closed_on_trouble(path, sql):
        version = sql.execute("PRAGMA user_version").fetchone()[0]
        if version > schema.VERSION:
            schema.migrate(sql, path, version)  # says so
        schema.check(sql)
    return Store(sql)


@contextmanager
def _closed_on_trouble(path: Path, sql: sqlite3.Connection) -> Iterator[None]:
    """Tell what SQLite says about the store at *path* as ``trouble_told`` does, and leave nothing open then."""
    try:
        with trouble_told(path):
            yield
    except SyncdError:
        sql.close()
        raise


def move_aside(path: Path, stamp: str) -> Path:
    """Rename the damaged store at *path*, with *stamp* in its new name, so that a new one can be made.

    Nothing is lost by it: the sources are pulled again, and the reminders in the calendar carry their own marks. Of
    those that were moved aside before, only the newest is kept: they hold words of mails.
    """
    aside = path.with_name(f"{path.name}.damaged-{stamp}")
    for suffix in _PARTS:
        part = path.with_name(path.name + suffix)
        if part.exists():
            part.rename(aside.with_name(aside.name + suffix))
    for _, old in moved_aside(path)[_KEPT:]:
        for suffix in _PARTS:
            with suppress(OSError):
                old.with_name(old.name + suffix).unlink(missing_ok=True)
    return aside


def moved_aside(path: Path) -> list[tuple[datetime, Path]]:
    """The damaged stores that were moved aside from *path*, the newest first, each with the local time of that."""
    front = f"{path.name}.damaged-"
    found = []
    for one in path.parent.glob(f"{escape(front)}*"):
        stamp = one.name.removeprefix(front)
        if re.fullmatch(r"\d{8}T\d{6}", stamp):
            with suppress(ValueError):  # not a time
                found.append((datetime.strptime(stamp, STAMP), one))  # noqa: DTZ007 - as it was given
    return sorted(found, reverse=True)
