"""What an open store holds: every read and write of it."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from typing import TypeVar

from syncd.codec import decode_ended, decode_entry, decode_event, decode_message, encode
from syncd.model import Ended, Entry, Event, Message, Sighting
from syncd.store.damage import Damaged
from syncd.store.schema import TABLES

KEPT_DECISIONS = 5000
_RETIRED = "retired "
"""Before the name of a source that is kept apart: whose it was, a space, and its own name follow."""


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
        copy = sqlite3.connect(":memory:", isolation_level=None)
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

    def retire(self, source: str, owners: Iterable[str]) -> None:
        """Keep what is known of *source* apart, where it counts for nothing until it is brought back.

        *owners* are the addresses whose it is.
        """
        apart = f"{_RETIRED}{','.join(owners)} {source}"
        with self.transaction():
            self.forget_source(apart)
            self._rename(source, apart)

    def retired(self) -> dict[str, tuple[frozenset[str], str]]:
        """What is kept apart, by its name there: whose it is, and its own name."""
        rows = self._sql.execute("SELECT source FROM cursors WHERE source LIKE ?", (f"{_RETIRED}%",))
        found = {}
        for (apart,) in rows:
            owners, _, source = apart.removeprefix(_RETIRED).partition(" ")
            found[apart] = frozenset(owners.split(",")), source
        return found

    def bring_back(self, apart: str, source: str) -> None:
        """Have what was kept *apart* count as *source* again."""
        with self.transaction():
            self.forget_source(source)
            self._rename(apart, source)

    def _rename(self, old: str, new: str) -> None:
        for table in ("cursors", "events"):
            self._sql.execute(f"UPDATE {table} SET source = ? WHERE source = ?", (new, old))  # noqa: S608 - our own

    def hand_over(self, source: str, heir: str) -> None:
        """Have *heir* know of the events that were deleted in *source* before it took its place."""
        self._sql.execute(
            "UPDATE OR IGNORE events SET source = ? WHERE source = ? AND gone IS NOT NULL", (heir, source)
        )  # fmt: skip

    def causes(self, source: str) -> frozenset[str]:
        """The causes of the events of *source* that aren't gone."""
        rows = self._sql.execute("SELECT cause FROM events WHERE source = ? AND gone IS NULL", (source,))
        return frozenset(row[0] for row in rows)

    def sources(self) -> frozenset[str]:
        """The sources with a stored pull, without those that are kept apart."""
        rows = self._sql.execute("SELECT source FROM cursors WHERE source NOT LIKE ?", (f"{_RETIRED}%",))
        return frozenset(row[0] for row in rows)

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
        """Drop everything but what is kept apart."""
        for table in TABLES:
            kept = f" WHERE source NOT LIKE '{_RETIRED}%'" if table in {"cursors", "events"} else ""
            self._sql.execute(f"DELETE FROM {table}{kept}")  # noqa: S608 - names from our own schema

    # -- events

    def events(self, apart: str = "") -> tuple[Event, ...]:
        """Every event that was pulled, with when it was first seen and since when it is gone.

        Those of sources kept apart are left out, but for the one called *apart*, which is then looked at alone.
        """
        rows = self._sql.execute(
            "SELECT seen, first_pull, gone, event FROM events WHERE source = ? OR (? = '' AND source NOT LIKE ?) "
            "ORDER BY source, href, cause",
            (apart, apart, f"{_RETIRED}%"),
        )
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


_Noun = TypeVar("_Noun")


def _decoded(decode: Callable[[str], _Noun], text: str) -> _Noun:
    try:
        return decode(text)
    except (KeyError, TypeError, ValueError) as error:
        raise Damaged(f"a row of it can't be read ({type(error).__name__})") from error
