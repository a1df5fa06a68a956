"""The ledger beside the reminders: every id ever written there with its marks, and how those ended that are gone.

Files have no tombstones; the ledger is what tells a reminder that the person deleted from one that never was, and what
a program took from it (some drop X- properties) from what it never had. It outlives the local store, since it lies with
the reminders. JSON lines, appended, each made to outlive a power cut; a line that was cut short is as good as never
written, by the order of writes (design, section 8, Files). Of several lines for an id the last one counts.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from syncd import marks
from syncd.backends import files
from syncd.backends.files import Fingerprint
from syncd.errors import BadInput, Conflict
from syncd.model import Ended, Entry, Rule

Pairs = tuple[tuple[str, str], ...]

SYNCD, PERSON = "syncd", "person"
"""Who ended a reminder."""
_LINES_EACH = 4
_LINES_AT_LEAST = 50
"""A ledger with more lines than this, and more than so many for each id, is written anew with one for each."""


@dataclass(frozen=True, slots=True)
class Written:
    """What is kept of a reminder: its marks as last written, and who ended it (nobody, while it should stand)."""

    event_id: str
    pairs: Pairs
    ended: str = ""

    @classmethod
    def of(cls, entry: Entry) -> Written:
        """From an entry with marks."""
        return cls(entry.event_id, entry.marks)

    @classmethod
    def gone_already(cls, ended: Ended) -> Written | None:
        """From what is known of one that is gone; None for a rule that this version doesn't have."""
        if ended.rule not in {rule.value for rule in Rule}:
            return None
        known = marks.Marks(Rule(ended.rule), ended.key, ended.cause, generation=ended.generation)
        return cls(ended.event_id, marks.to_pairs(known), PERSON if ended.by_person else SYNCD)

    @property
    def line(self) -> dict[str, object]:
        """As it stands in the file."""
        line: dict[str, object] = {"id": self.event_id, "marks": dict(self.pairs)}
        return {**line, "ended": self.ended} if self.ended else line

    def gone(self) -> Ended | None:
        """What its absence from the calendar means."""
        read = marks.from_pairs(self.pairs)
        if read is None:
            return None
        by_person = self.ended != SYNCD
        return Ended(self.event_id, read.key, read.rule.value, read.cause, read.generation, by_person)


class Ledger:
    """The ledger at *path*."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._read: tuple[Fingerprint, dict[str, Written]] | None = None

    def read(self) -> dict[str, Written]:
        """All that was ever written, by id; what is cut short or isn't a ledger's line is passed over."""
        seen = files.look(self.path)
        if seen is None:
            return {}
        if self._read is None or self._read[0] != seen:
            self._read = seen, _understood(self._lines())
        return dict(self._read[1])

    def _lines(self) -> list[bytes]:
        try:
            return self.path.read_bytes().splitlines()
        except (FileNotFoundError, NotADirectoryError):
            return []
        except OSError as problem:
            raise BadInput(f"{self.path}: the ledger of the reminders can't be read: {problem.strerror}") from problem

    def wrote(self, *entries: Entry) -> None:
        """Note that *entries* stand. Raises ``TryAgain`` where that can't be written, as all that writes here does."""
        self.note(Written.of(entry) for entry in entries)

    def ending(self, event_id: str) -> None:
        """Note that syncd is about to remove it."""
        self._append([{"id": event_id, "ended": SYNCD}])

    def dismissed(self, event_ids: Iterable[str]) -> None:
        """Note that the person deleted them."""
        self._append({"id": event_id, "ended": PERSON} for event_id in event_ids)

    def note(self, written: Iterable[Written]) -> None:
        """Note all that is known of some."""
        self._append(one.line for one in written)

    def tidy(self) -> None:
        """Write it anew, wholly or not at all, where it has grown far beyond what it says."""
        seen = files.look(self.path)
        lines = self._lines()
        known = _understood(lines)
        if len(lines) <= max(_LINES_AT_LEAST, _LINES_EACH * len(known)):
            return
        with suppress(Conflict):  # another account writes to it as well, and tidies it another time
            files.replace(self.path, _text(one.line for one in known.values()), seen)

    def _append(self, lines: Iterable[Mapping[str, object]]) -> None:
        text = _text(lines)
        if not text:
            return
        with files.writing(self.path):
            new = not self.path.exists()
            handle = os.open(self.path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
            with os.fdopen(handle, "r+b", buffering=0) as file:
                size = file.seek(0, os.SEEK_END)
                if size and os.pread(file.fileno(), 1, size - 1) != b"\n":
                    text = b"\n" + text  # after a line that was cut short
                os.write(file.fileno(), text)
                os.fsync(file.fileno())
            if new:
                files.sync_folder(self.path.parent)


def _text(lines: Iterable[Mapping[str, object]]) -> bytes:
    return "".join(f"{json.dumps(line)}\n" for line in lines).encode()


def _understood(lines: Iterable[bytes]) -> dict[str, Written]:
    known: dict[str, Written] = {}
    for line in lines:
        try:
            found = json.loads(line)
            event_id, ended = str(found["id"]), str(found.get("ended", ""))
            if "marks" not in found:
                known[event_id] = replace(known[event_id], ended=ended)
                continue
            pairs = tuple((str(name), str(value)) for name, value in found["marks"].items())
            if marks.from_pairs(pairs) is not None:
                known[event_id] = Written(event_id, pairs, ended)
        except (ValueError, KeyError, TypeError, AttributeError):
            continue
    return known
