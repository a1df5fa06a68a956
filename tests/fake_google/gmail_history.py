"""What happened in the mailbox, in order: ``history.list``.

Ids increase with gaps and lie above 2**53, where numbers that were read as floating point lose their last digits.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from operator import attrgetter

TYPES = {
    "messageAdded": "messagesAdded",
    "messageDeleted": "messagesDeleted",
    "labelAdded": "labelsAdded",
    "labelRemoved": "labelsRemoved",
}


@dataclass(frozen=True, slots=True)
class Record:
    id: int
    kind: str  # a key of TYPES
    message: int
    labels: tuple[str, ...] = ()


class History:
    def __init__(self) -> None:
        self.current = 9_007_199_254_741_117
        self._first = self.current
        self._records: list[Record] = []

    def note(self, kind: str, message: int, labels: tuple[str, ...] = ()) -> int:
        """Write down a change; its id."""
        self._advance()
        self._records.append(Record(self.current, kind, message, labels))
        return self.current

    def expire(self) -> None:
        """Forget everything so far: each id that was ever given out is refused, a new one is current."""
        self._advance()
        self._records.clear()
        self._first = self.current

    def since(self, start: int, kinds: Iterable[str] = ()) -> list[Record] | None:
        """The records after *start*, of these kinds; None where *start* is no id that Google still knows."""
        at = bisect_right(self._records, start, key=attrgetter("id"))
        known = self._records[at - 1].id if at else self._first
        if start != known:
            return None
        kinds = set(kinds)
        return [record for record in self._records[at:] if not kinds or record.kind in kinds]

    def _advance(self) -> None:
        self.current += 1 + self.current * 7919 % 97
