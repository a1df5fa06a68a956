"""The tables: how they are made, brought forward, and looked over."""

from __future__ import annotations

import re
import sqlite3
from pathlib import Path

from syncd.errors import BadConfig
from syncd.store.damage import Damaged

VERSION = 1
APPLICATION = 0x53594E43
"""SQLite's application_id of our files: "SYNC"."""
_SCHEMA = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE cursors (source TEXT PRIMARY KEY, cursor TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE events (
    source TEXT NOT NULL, href TEXT NOT NULL, cause TEXT NOT NULL, seen TEXT NOT NULL, first_pull INTEGER NOT NULL,
    gone TEXT, event TEXT NOT NULL, PRIMARY KEY (source, href, cause)
) WITHOUT ROWID;
CREATE TABLE messages (id TEXT PRIMARY KEY, date TEXT NOT NULL, message TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE entries (event_id TEXT PRIMARY KEY, entry TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE ended (event_id TEXT PRIMARY KEY, ended TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE sightings (
    owner TEXT NOT NULL, words TEXT NOT NULL, seen TEXT NOT NULL, base TEXT NOT NULL, PRIMARY KEY (owner, words)
) WITHOUT ROWID;
CREATE TABLE decisions (
    number INTEGER PRIMARY KEY, at TEXT NOT NULL, op TEXT NOT NULL, rule TEXT NOT NULL, company TEXT NOT NULL,
    due TEXT NOT NULL, title TEXT NOT NULL, event_id TEXT NOT NULL, why TEXT NOT NULL
);
"""
TABLES = tuple(re.findall(r"CREATE TABLE (\w+)", _SCHEMA))
# Forward migrations: MIGRATIONS[n] brings a store of version n to n + 1.
MIGRATIONS: dict[int, str] = {}


def create(sql: sqlite3.Connection) -> None:
    """Make the tables in an empty file. Raises ``Damaged`` where it isn't empty."""
    if sql.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
        raise Damaged("it has tables, but not ours")
    numbers = f"PRAGMA application_id = {APPLICATION}; PRAGMA user_version = {VERSION};"
    sql.executescript(f"BEGIN; {_SCHEMA} {numbers} COMMIT;")


def check(sql: sqlite3.Connection) -> None:
    """A quick look at each page (a tenth of a second for years of a job search), and at the names of the tables."""
    found = sql.execute("PRAGMA quick_check(1)").fetchone()[0]
    if found != "ok":
        raise Damaged(str(found).splitlines()[0])
    tables = {row[0] for row in sql.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    missing = sorted(set(TABLES) - tables)
    if missing:
        raise Damaged(f"it lacks the table {missing[0]}")


def migrate(sql: sqlite3.Connection, path: Path, version: int) -> None:
    """Bring the store at *path* forward from *version*. Raises ``BadConfig`` where a newer syncd wrote it."""
    if version > VERSION:
        raise BadConfig(
            f"{path} was written by a newer syncd (store version {version}, this one knows {VERSION}); "
            "install that one again, or name another [state] path"
        )
    for step in range(version, VERSION):
        number = f"PRAGMA user_version = {step + 1};"
        sql.executescript(f"BEGIN; {MIGRATIONS[step]} {number} COMMIT;")
