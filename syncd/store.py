"""The local cache in SQLite: cursors with what came with them, what was seen when, and the log of what was decided.

All SQL of syncd is here. It can be lost without harm: the next cycle pulls everything again, and the reminders carry
their own marks. The person's ``syncd mark``s don't live here (``marks_file``). The file is 0600 in a 0700 folder, since
it holds words of mails.
"""

from __future__ import annotations

import os
import re
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from syncd.codec import decode_ended, decode_entry, decode_event, decode_message, encode
from syncd.errors import BadConfig, SyncdError, TryAgain
from syncd.model import Ended, Entry, Event, Message, Sighting

VERSION = 1
APPLICATION = 0x53594E43
"""SQLite's application_id of our files: "SYNC"."""
_TABLE = re.compile(r"CREATE TABLE (\w+)")
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
# Forward migrations: MIGRATIONS[n] brings a store of version n to n + 1.
MIGRATIONS: dict[int, str] = {}
KEPT_DECISIONS = 5000
LAST_RUN, STOPPED = "last run", "stopped"
"""Name when a cycle last ended well, and when and why the last one did not."""
STALE = "stale"
"""Names which sources the last cycle could not reach, and why."""
SIGN_IN_ENDS = "sign-in ends"
"""Names when the service will no longer take the sign-in, as of the last cycle."""
PLANNED = "planned under"
"""Names what the last complete plan was made under; emptied with the first new fact, so that a crash can't hide one."""
REMOVING = "removing"
"""Names the reminders being removed: where a crash left it, only a full listing tells whether it still stands."""


class Damaged(SyncdError):
    """The file is no usable store. A cycle moves it aside and starts a new one."""

    exit_code = 75


class Store:
    """An open store. Use ``open_store``; every write happens within ``transaction``."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._sql = connection

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing. Nested use joins the outer transaction."""
        if self._sql.in_transaction:
            yield
            return
        self._sql.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._sql.execute("COMMIT")
        except BaseException:
            self._roll_back()
            raise

    def _roll_back(self) -> None:
        if self._sql.in_transaction:  # SQLite has done so by itself where the disk is full
            self._sql.execute("ROLLBACK")

    def close(self) -> None:
        """Close the file."""
        self._sql.close()

    def rehearsal(self) -> Store:
        """Copy everything into memory: what is written there is forgotten."""
        copy = _connect(":memory:")
        self._sql.backup(copy)
        return Store(copy)

    # -- names and values

    def get(self, name: str) -> str:
        """A remembered value, empty where there is none."""
        row = self._sql.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
        return row[0] if row else ""

    def put(self, name: str, value: str) -> None:
        """Remember a value."""
        with self.transaction():
            self._sql.execute(
                "INSERT INTO meta VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value", (name, value)
            )

    def cursor(self, source: str) -> str | None:
        """Where the last stored pull of *source* ended."""
        row = self._sql.execute("SELECT cursor FROM cursors WHERE source = ?", (source,)).fetchone()
        return row[0] if row else None

    def put_cursor(self, source: str, cursor: str) -> None:
        """Remember where a pull of *source* ended."""
        self._sql.execute(
            "INSERT INTO cursors VALUES (?, ?) ON CONFLICT DO UPDATE SET cursor = excluded.cursor", (source, cursor)
        )

    def forget_source(self, source: str) -> None:
        """Drop a source that is no longer configured."""
        with self.transaction():
            self._sql.execute("DELETE FROM cursors WHERE source = ?", (source,))
            self._sql.execute("DELETE FROM events WHERE source = ?", (source,))

    def sources(self) -> frozenset[str]:
        """The sources with a stored pull."""
        return frozenset(row[0] for row in self._sql.execute("SELECT source FROM cursors"))

    def forget_mail(self) -> None:
        """Drop every message and where the pulls of mail ended: the next one reads them anew."""
        self._sql.execute("DELETE FROM messages")
        self._sql.execute("DELETE FROM cursors WHERE source LIKE 'mail %'")

    def forget_reminders(self) -> None:
        """Drop the reminders as they stand elsewhere; what the person dismissed stays dismissed."""
        gone = [(e.event_id,) for e in self.ended() if not e.by_person]
        self._sql.executemany("DELETE FROM ended WHERE event_id = ?", gone)
        self._sql.execute("DELETE FROM entries")
        self._sql.execute("DELETE FROM cursors WHERE source LIKE 'reminders %'")

    def clear(self) -> None:
        """Drop everything."""
        for table in _TABLE.findall(_SCHEMA):
            self._sql.execute(f"DELETE FROM {table}")  # noqa: S608 - names from our own schema

    # -- events

    def events(self) -> tuple[Event, ...]:
        """Every event that was pulled, with when it was first seen and since when it is gone."""
        rows = self._sql.execute("SELECT seen, first_pull, gone, event FROM events ORDER BY source, href, cause")
        return tuple(
            replace(
                _decoded(decode_event, event),
                seen=datetime.fromisoformat(seen),
                first_pull=bool(first_pull),
                gone=datetime.fromisoformat(gone) if gone else None,
            )
            for seen, first_pull, gone, event in rows
        )

    def hrefs(self, source: str) -> frozenset[str]:
        """The resources of *source* that hold an event which isn't gone."""
        rows = self._sql.execute("SELECT DISTINCT href FROM events WHERE source = ? AND gone IS NULL", (source,))
        return frozenset(row[0] for row in rows)

    def put_events(self, source: str, href: str, events: Iterable[Event], now: datetime, *, first_pull: bool) -> None:
        """Take *events* as all that *href* holds; those it held before and no longer does are gone since *now*."""
        found = {event.cause: event for event in events}
        rows = [
            (source, href, cause, now.isoformat(), int(first_pull), encode(event)) for cause, event in found.items()
        ]
        self._sql.executemany(
            "INSERT INTO events (source, href, cause, seen, first_pull, event) VALUES (?, ?, ?, ?, ?, ?) "
            "ON CONFLICT DO UPDATE SET event = excluded.event, gone = NULL",
            rows,
        )
        known = self._sql.execute(
            "SELECT cause FROM events WHERE source = ? AND href = ? AND gone IS NULL", (source, href)
        ).fetchall()
        missing = [(now.isoformat(), source, href, cause) for (cause,) in known if cause not in found]
        self._sql.executemany("UPDATE events SET gone = ? WHERE source = ? AND href = ? AND cause = ?", missing)

    # -- messages

    def messages(self) -> tuple[Message, ...]:
        """Every message that concerned an interview, oldest first."""
        rows = self._sql.execute("SELECT message FROM messages ORDER BY date, id")
        return tuple(_decoded(decode_message, message) for (message,) in rows)

    def message_ids(self) -> frozenset[str]:
        """Their ids."""
        return frozenset(row[0] for row in self._sql.execute("SELECT id FROM messages"))

    def put_messages(self, messages: Iterable[Message]) -> int:
        """Add what is new (by id), and say how many were."""
        before = self._sql.total_changes
        self._sql.executemany(
            "INSERT OR IGNORE INTO messages VALUES (?, ?, ?)",
            [(m.id, m.date.isoformat(), encode(m)) for m in messages],
        )
        return self._sql.total_changes - before

    # -- reminders

    def entries(self) -> tuple[Entry, ...]:
        """Our reminders as the calendar last showed them."""
        return tuple(
            _decoded(decode_entry, e) for (e,) in self._sql.execute("SELECT entry FROM entries ORDER BY event_id")
        )

    def put_entry(self, entry: Entry) -> None:
        """Remember a reminder as it stands."""
        self._sql.execute(
            "INSERT INTO entries VALUES (?, ?) ON CONFLICT DO UPDATE SET entry = excluded.entry",
            (entry.event_id, encode(entry)),
        )
        self._sql.execute("DELETE FROM ended WHERE event_id = ?", (entry.event_id,))

    def ended(self) -> tuple[Ended, ...]:
        """Our reminders that are no longer in the calendar."""
        return tuple(
            _decoded(decode_ended, e) for (e,) in self._sql.execute("SELECT ended FROM ended ORDER BY event_id")
        )

    def put_ended(self, ended: Ended) -> None:
        """Remember that a reminder is gone; that syncd itself removed it outranks a later guess."""
        row = self._sql.execute("SELECT ended FROM ended WHERE event_id = ?", (ended.event_id,)).fetchone()
        if row is None or decode_ended(row[0]).by_person:
            self._sql.execute(
                "INSERT INTO ended VALUES (?, ?) ON CONFLICT DO UPDATE SET ended = excluded.ended",
                (ended.event_id, encode(ended)),
            )
        self._sql.execute("DELETE FROM entries WHERE event_id = ?", (ended.event_id,))

    def reminder_ids(self) -> frozenset[str]:
        """The ids of all our reminders, standing or ended."""
        return frozenset(
            row[0] for row in self._sql.execute("SELECT event_id FROM entries UNION SELECT event_id FROM ended")
        )

    # -- what the person said, and what was decided

    def sightings(self) -> dict[tuple[str, str], Sighting]:
        """When each note, tag and tick was first seen."""
        rows = self._sql.execute("SELECT owner, words, seen, base FROM sightings")
        return {
            (owner, words): Sighting(datetime.fromisoformat(seen), datetime.fromisoformat(base))
            for owner, words, seen, base in rows
        }

    def put_sightings(self, remarks: Iterable[tuple[str, str, datetime]], now: datetime) -> None:
        """Remember remarks (owner, words, base) as first seen *now*; those known already keep their day."""
        self._sql.executemany(
            "INSERT OR IGNORE INTO sightings VALUES (?, ?, ?, ?)",
            [(owner, words, now.isoformat(), base.isoformat()) for owner, words, base in remarks],
        )

    def log(self, at: datetime, fields: dict[str, str]) -> None:
        """Note a decision that took effect: op, rule, company, due, title, event_id, why."""
        columns = ("op", "rule", "company", "due", "title", "event_id", "why")
        self._sql.execute(
            "INSERT INTO decisions (at, op, rule, company, due, title, event_id, why) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (at.isoformat(), *(fields[c] for c in columns)),
        )
        self._sql.execute(
            "DELETE FROM decisions WHERE number <= (SELECT max(number) FROM decisions) - ?", (KEPT_DECISIONS,)
        )

    def decisions(self, event_id: str = "") -> list[dict[str, str]]:
        """The log, oldest first, of one reminder or of all."""
        rows = self._sql.execute(
            "SELECT at, op, rule, company, due, title, event_id, why FROM decisions "
            "WHERE ? IN ('', event_id) ORDER BY number",
            (event_id,),
        )
        names = ("at", "op", "rule", "company", "due", "title", "event_id", "why")
        return [dict(zip(names, row, strict=True)) for row in rows]


def _connect(path: str) -> sqlite3.Connection:
    return sqlite3.connect(path, isolation_level=None, timeout=5)


def empty_store() -> Store:
    """A new store in memory, for a rehearsal of the first cycle."""
    sql = _connect(":memory:")
    _create(sql)
    return Store(sql)


def check_ours(path: Path) -> None:
    """Raise ``BadConfig`` where the file at *path* isn't, and never was, a store of ours; it is looked at, not touched.

    A lock beside it tells that syncd kept a store there before: then the file is a damaged one of ours.
    """
    if not path.exists() or path.with_name(path.name + ".lock").exists():
        return
    with path.open("rb") as file:
        head = file.read(100)
    if head and not (head.startswith(b"SQLite format 3\0") and int.from_bytes(head[68:72]) == APPLICATION):
        raise BadConfig(f"{path} is no store of syncd; set [state] path to a file of its own")


def open_store(path: Path) -> Store:
    """Open the store at *path*, or make it.

    Raises ``Damaged`` where it fails its integrity check, and ``BadConfig`` where a newer syncd wrote it.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    sql = _connect(str(path))
    try:
        version = sql.execute("PRAGMA user_version").fetchone()[0]
        if version == 0:
            _create(sql)
        else:
            _migrate(sql, path, version)
            _check(sql)
        sql.execute("PRAGMA journal_mode = WAL")
        sql.execute("PRAGMA synchronous = NORMAL")
    except sqlite3.DatabaseError as error:
        sql.close()
        raise _trouble(path, error) from error
    except SyncdError:
        sql.close()
        raise
    return Store(sql)


def look_into(path: Path) -> Store:
    """Open the store at *path* to be read: nothing is made, mended or brought forward. Raises as ``open_store``."""
    # One that was closed needs no file beside it; one in use has its newest pages in the -wal.
    used = path.with_name(f"{path.name}-wal").exists()
    query = "mode=ro" if used else "mode=ro&immutable=1"
    sql = sqlite3.connect(f"{path.absolute().as_uri()}?{query}", isolation_level=None, timeout=5, uri=True)
    try:
        version = sql.execute("PRAGMA user_version").fetchone()[0]
        if version > VERSION:
            _migrate(sql, path, version)  # says so
        _check(sql)
    except sqlite3.DatabaseError as error:
        sql.close()
        raise _trouble(path, error) from error
    except SyncdError:
        sql.close()
        raise
    return Store(sql)


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


def _create(sql: sqlite3.Connection) -> None:
    if sql.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
        raise Damaged("it has tables, but not ours")
    numbers = f"PRAGMA application_id = {APPLICATION}; PRAGMA user_version = {VERSION};"
    sql.executescript(f"BEGIN; {_SCHEMA} {numbers} COMMIT;")


def _check(sql: sqlite3.Connection) -> None:
    """A quick look at each page (a tenth of a second for years of a job search), and at the names of the tables."""
    found = sql.execute("PRAGMA quick_check(1)").fetchone()[0]
    if found != "ok":
        raise Damaged(str(found).splitlines()[0])
    tables = {row[0] for row in sql.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    missing = sorted(set(_TABLE.findall(_SCHEMA)) - tables)
    if missing:
        raise Damaged(f"it lacks the table {missing[0]}")


def _migrate(sql: sqlite3.Connection, path: Path, version: int) -> None:
    if version > VERSION:
        raise BadConfig(
            f"{path} was written by a newer syncd (store version {version}, this one knows {VERSION}); "
            "install that one again, or name another [state] path"
        )
    for step in range(version, VERSION):
        number = f"PRAGMA user_version = {step + 1};"
        sql.executescript(f"BEGIN; {MIGRATIONS[step]} {number} COMMIT;")


def move_aside(path: Path, stamp: str) -> Path:
    """Rename the damaged store at *path*, with *stamp* in its new name, so that a new one can be made.

    Nothing is lost by it: the sources are pulled again, and the reminders in the calendar carry their own marks.
    """
    aside = path.with_name(f"{path.name}.damaged-{stamp}")
    for suffix in ("", "-wal", "-shm"):
        part = path.with_name(path.name + suffix)
        if part.exists():
            part.rename(aside.with_name(aside.name + suffix))
    return aside


_Noun = TypeVar("_Noun")


def _decoded(decode: Callable[[str], _Noun], text: str) -> _Noun:
    try:
        return decode(text)
    except (KeyError, TypeError, ValueError) as error:
        raise Damaged(f"a row of it can't be read ({type(error).__name__})") from error
