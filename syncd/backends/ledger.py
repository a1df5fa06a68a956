"""The ledger beside the reminders: every id ever written there, and which of them syncd removed itself.

Files have no tombstones; the ledger is what tells a reminder that the person deleted from one that never was. It
outlives the local store, since it lies with the reminders. JSON lines, only ever appended to, each made to outlive a
power cut; a line that was cut short is as good as never written, by the order of writes (design, section 8, Files).
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from syncd import marks
from syncd.backends import files
from syncd.errors import BadInput
from syncd.model import Ended, Entry, Rule


@dataclass(frozen=True, slots=True)
class Written:
    """What is kept of a reminder: enough to know it again without its event. ``ended``: syncd removed it."""

    event_id: str
    key: str
    rule: str
    cause: tuple[str, ...]
    generation: int
    ended: bool = False

    @classmethod
    def of(cls, entry: Entry) -> Written:
        """From an entry with marks."""
        pairs = dict(entry.marks)
        read = marks.from_pairs(entry.marks)
        generation = read.generation if read else 0
        cause = tuple(part for part in pairs.get("syncdCause", "").split("\n") if part)
        return cls(entry.event_id, pairs.get("syncdKey", ""), pairs.get("syncdRule", ""), cause, generation)

    @property
    def pairs(self) -> tuple[tuple[str, str], ...]:
        """The marks as far as the ledger knows them, for an event that lost its own; none where it knows too little."""
        if self.rule not in {rule.value for rule in Rule}:
            return ()
        return marks.to_pairs(marks.Marks(Rule(self.rule), self.key, self.cause, generation=self.generation))

    @property
    def line(self) -> dict[str, object]:
        """As it stands in the file."""
        return {"id": self.event_id, "key": self.key, "rule": self.rule, "cause": self.cause, "gen": self.generation}

    def gone(self) -> Ended:
        """What its absence from the calendar means."""
        return Ended(self.event_id, self.key, self.rule, self.cause, self.generation, by_person=not self.ended)


class Ledger:
    """The ledger at *path*."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def read(self) -> dict[str, Written]:
        """All that was ever written, by id; what is cut short or isn't a ledger's line is passed over."""
        try:
            raw = self.path.read_bytes()
        except (FileNotFoundError, NotADirectoryError):
            return {}
        except OSError as problem:
            raise BadInput(f"{self.path}: the ledger of the reminders can't be read: {problem.strerror}") from problem
        known: dict[str, Written] = {}
        for line in raw.splitlines():
            try:
                found = json.loads(line)
                event_id = str(found["id"])
                if found.get("ended"):
                    known[event_id] = _ended(known[event_id])
                else:
                    cause = tuple(str(part) for part in found["cause"])
                    written = Written(event_id, str(found["key"]), str(found["rule"]), cause, int(found["gen"]))
                    known[event_id] = written
            except (ValueError, KeyError, TypeError, AttributeError):
                continue
        return known

    def wrote(self, entries: Iterable[Entry]) -> None:
        """Note that *entries* stand. Raises ``TryAgain`` where that can't be written, as ``ending`` does."""
        self._append(Written.of(entry).line for entry in entries)

    def ending(self, event_id: str) -> None:
        """Note that syncd is about to remove it."""
        self._append([{"id": event_id, "ended": "syncd"}])

    def _append(self, lines: Iterable[dict[str, object]]) -> None:
        text = "".join(f"{json.dumps(line)}\n" for line in lines)
        if not text:
            return
        with files.writing(self.path):
            new = not self.path.exists()
            handle = os.open(self.path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
            with os.fdopen(handle, "r+b", buffering=0) as file:
                size = file.seek(0, os.SEEK_END)
                if size and os.pread(file.fileno(), 1, size - 1) != b"\n":
                    text = f"\n{text}"  # after a line that was cut short
                os.write(file.fileno(), text.encode())
                os.fsync(file.fileno())
            if new:
                files.sync_folder(self.path.parent)


def _ended(written: Written) -> Written:
    return Written(written.event_id, written.key, written.rule, written.cause, written.generation, ended=True)
