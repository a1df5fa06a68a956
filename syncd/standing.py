"""A reminder as it stands in the calendar, with what the person did to it since syncd last wrote it.

Pure: everything is read off the entry and its marks, so that a rebuilt store sees the same as an old one. Where the
marks don't tell what syncd wrote, everything is the person's to keep, and nothing their word.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from syncd.marks import Marks, from_pairs, line_hashes, word_hash
from syncd.model import Entry, ReminderState

TICK = "✓ "
_TICKED = re.compile(r"\A\s*(?:[✓✔☑✅]\N{VARIATION SELECTOR-16}?|done\b|x\s)[\s:.–-]*", re.IGNORECASE)
_MARKUP = re.compile(r"<\s*/?\s*(?:br|p|div|[uo]l|li)\b[^>]*>", re.IGNORECASE)
_TAG = re.compile(r"<[^>]*>")


@dataclass(frozen=True, slots=True)
class Standing:
    """An entry of ours and the marks it carries."""

    entry: Entry
    marks: Marks

    @property
    def ticked(self) -> bool:
        """The person put a tick before the title of an open reminder: done by other means."""
        return self.marks.state is ReminderState.OPEN and bool(_TICKED.match(self.entry.title))

    @property
    def unticked(self) -> bool:
        """The person took the tick of a done reminder away: it is open again, whatever is inferred."""
        return self.marks.state is ReminderState.DONE and not _TICKED.match(self.entry.title)

    @property
    def open(self) -> bool:
        """Still to be done, as the calendar shows it."""
        return (self.marks.state is ReminderState.OPEN and not self.ticked) or self.unticked

    @property
    def ending(self) -> bool:
        """Syncd removed it, or was about to: it was interrupted, or the person took it back out of the bin."""
        return self.marks.state is ReminderState.CANCELLED

    @property
    def moved(self) -> bool:
        """The person moved it: it is snoozed."""
        return word_hash(start_text(self.entry)) != self.marks.wrote.start

    @property
    def plain_title(self) -> str:
        """The title without a tick."""
        return _TICKED.sub("", self.entry.title, count=1)

    @property
    def title_theirs(self) -> bool:
        """The person changed the title (a tick alone doesn't)."""
        return word_hash(self.plain_title) != self.marks.wrote.title

    @property
    def text_theirs(self) -> bool:
        """The person changed the text."""
        return word_hash(self.entry.text) != self.marks.wrote.text

    @property
    def written_on(self) -> bool:
        """Holds words of the person, or what they added: never deleted by syncd."""
        return self.title_theirs or self.text_theirs or self.entry.added

    @property
    def notes(self) -> str:
        """The lines of the text that syncd didn't write; none where it isn't known which those are."""
        if not self.text_theirs or not self.marks.wrote.text:
            return ""
        lines = _TAG.sub(" ", _MARKUP.sub("\n", self.entry.text)).splitlines()
        return "\n".join(line for line in lines if not line_hashes(line) <= self.marks.wrote.lines)


def start_text(entry: Entry) -> str:
    """The start of *entry* as text that doesn't depend on the zone it is shown in."""
    if entry.all_day:
        return entry.start.date().isoformat()
    return entry.start.astimezone(UTC).strftime("%Y%m%dT%H%MZ")


def due_text(due: datetime, *, all_day: bool) -> str:
    """When a rule has a reminder due, as the ``syncdDue`` mark keeps it."""
    return due.date().isoformat() if all_day else due.isoformat(timespec="minutes")


def standing(entries: Iterable[Entry]) -> tuple[Standing, ...]:
    """The entries that are ours; a copy under another id is the person's own and left out."""
    found = []
    for entry in entries:
        marks = from_pairs(entry.marks)
        if marks is not None and marks.event_id == entry.event_id:
            found.append(Standing(entry, marks))
    return tuple(found)
