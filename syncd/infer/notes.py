"""Reads what a person writes into an event's description: when they expect to hear, and tags like ``#rejected``.

A note is a short line that opens with a word for it and then names a day: ``next: Mon 30 Nov``, ``hear back by
Friday``. An invitation's prose about days is none. The words are data (``phrases/dates_*.toml``, ``[notes]``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from html import unescape

from syncd.infer.dates import LANGUAGES, DateRead, Found, date_words, language_data
from syncd.infer.dates.templates import Cues, key
from syncd.infer.dates.tokens import Tokens, take_apart
from syncd.infer.words import fold

__all__ = ["DateRead", "Tag", "meant_lines", "note_lines", "read_note", "read_tags"]

LIMIT = 20_000
_LONGEST = 120
"""Characters of a note: who writes more than a line's worth writes something else."""
_LOOSE = 2
"""Words of any kind between the opening and the day, behind a colon ("next: second round Friday")."""
_TRAILING = 3
"""Words of any kind behind the day."""

_TELLING = 4
"""Letters of a word that is a date in no language but its own: "Sam" and "do" are days of the week, too."""
_MEANT = re.compile(r"(?:next\s*[:=]|hear(?:\s+back)?(?:\s+from\s+\w+)?\s+by\b)(?=.*\w)(?!\W*date\b)", re.IGNORECASE)
"""What is surely meant as a note; not where our own words about it ("a line like next: DATE") were broken."""

_BREAK_MARKUP = re.compile(r"<(?:br|hr|/?p|/?div|/?li|/?ul|/?ol|/?tr|/?h\d)\b[^<>]*>", re.IGNORECASE)
_MARKUP = re.compile(r"</?[a-z][^<>]*>", re.IGNORECASE)
_BULLET = re.compile(r"^[\s>*•·–—-]+")
_ANY_DAY = date(2000, 1, 3)
"""Whether a line is a note doesn't depend on when it was written."""

_TAG = re.compile(
    r"(?:(?<=\s)|(?<=[(,;])|^)#(rejected|offer|withdrawn|ignore|interview|company)(?![\w/#&=-])", re.IGNORECASE
)
_SAYS = re.compile(r"[^\W_]|#")
"""A letter, a digit or another hashtag: what a line with nothing but tags doesn't have beside them."""


@dataclass(frozen=True, slots=True)
class Tag:
    """A tag in a person's text: its lower-case ``name``, the ``value`` of ``#company``, the ``words`` as written."""

    name: str
    value: str
    words: str


def read_note(text: str, said: date, since: date | None = None) -> DateRead | None:
    """The last day by which the person expects to hear, by the last note in *text* that says one, from *said* on.

    A day of the calendar ("23 Nov", "Monday 23rd") may have gone by when it is noted: one that lies between *since* and
    *said* is that day.
    """
    read = None
    for line in note_lines(text):
        read = _gone_by(line, since or said, said) or _read(line, said) or read
    return read


def _read(line: str, said: date) -> DateRead | None:
    note = _note(line, said)
    return DateRead(note.found.by, note.tokens.quote(0, len(note.tokens))) if note and note.found.by else None


def _gone_by(line: str, since: date, said: date) -> DateRead | None:
    if since >= said:
        return None
    note, read = _note(line, since), _read(line, since)
    return read if note and read and read.by < said and note.is_of_the_calendar else None


def note_lines(text: str) -> tuple[str, ...]:
    """The lines of *text* that are notes of a day, without markup, on single spaces."""
    return tuple(line for line in _lines(text) if _note(line, _ANY_DAY))


def meant_lines(text: str) -> tuple[str, ...]:
    """The lines of *text* that are surely meant as notes of a day, whether or not one can be read in them."""
    return tuple(line for line in _lines(text) if len(line) <= _LONGEST and _MEANT.match(_BULLET.sub("", line)))


def read_tags(text: str) -> tuple[Tag, ...]:
    """The tags in *text*, in their order.

    A tag stands on a line of nothing but tags: in the prose of an invitation ("post with #offer") it is none. Only
    ``#company`` has a value: what follows it, up to the next tag or the end of the line.
    """
    tags: list[Tag] = []
    for line in _lines(text):
        tags += _tags(_BULLET.sub("", line))
    return tuple(tags)


def _tags(line: str) -> list[Tag]:
    marks = list(_TAG.finditer(line))
    if not marks or _SAYS.search(line[: marks[0].start()]):
        return []
    tags = []
    for mark, end in zip(marks, [mark.start() for mark in marks[1:]] + [len(line)], strict=True):
        name, rest = mark[1].lower(), line[mark.end() : end]
        if name != "company" and _SAYS.search(rest):
            return []
        value = rest.strip(" :=,;") if name == "company" else ""
        if name != "company" or value:
            tags.append(Tag(name, value, f"{mark[0]} {value}".strip()))
    return tags


def _lines(text: str) -> Iterator[str]:
    """The lines as a person sees them; Google's descriptions are HTML."""
    text = text[:LIMIT]
    if "<" in text:
        text = _MARKUP.sub("", _BREAK_MARKUP.sub("\n", text))
    if "&" in text:
        text = unescape(text)
    for raw in text.splitlines():
        line = " ".join("".join(c if c.isprintable() else " " for c in raw).split())
        if line:
            yield line


@dataclass(frozen=True, slots=True)
class _Note:
    """A line as the note that it is: the last day in it, and the language that the day is written in."""

    tokens: Tokens
    found: Found
    language: str

    @property
    def is_of_the_calendar(self) -> bool:
        """Whether it names one day of a year, and not one that is counted from when it was said."""
        by, found = self.found.by, self.found
        named = f"W{by.isoweekday()}" if by else ""
        return found.means == "date" or (
            found.means == "day" and named in self.tokens.coded_tokens[found.first : found.last]
        )

    @property
    def weight(self) -> int:
        """How much of the line is the day."""
        return self.tokens.spans[self.found.last - 1][1] - self.tokens.spans[self.found.first][0]

    @property
    def plain(self) -> bool:
        """Whether it is surely a day in this language: by a figure, or a word long enough to be of no other."""
        words = self.tokens.words(self.found.first, self.found.last).split()
        return any(word[0].isdigit() or len(word) >= _TELLING for word in words)


def _note(line: str, said: date) -> _Note | None:
    """The day that *line* notes.

    It opens in one language, and the day may be in another ("next: morgen"): where several read one, that which reads
    most of the line, and of equals the one that it opens in.
    """
    plain = _BULLET.sub("", line)
    if not plain or len(plain) > _LONGEST:
        return None
    for opened in LANGUAGES:
        words, book = date_words(opened), _book(opened)
        first = fold(plain.split(maxsplit=1)[0].rstrip(":=.,"))
        if not first or key(first) not in book.openings.by_key:
            continue
        tokens = take_apart(plain, words.vocabulary)
        end = book.opens(tokens)
        if not end:
            continue
        behind = tokens.spans[end - 1][1]
        notes = [note for language in LANGUAGES if (note := _dated(plain, behind, language, book, said))]
        own = [note for note in notes if note.language == opened or note.plain]
        if own:
            return max(own, key=lambda note: (note.weight, note.language == opened))
    return None


def _dated(plain: str, behind: int, language: str, book: _NoteBook, said: date) -> _Note | None:
    """The note whose opening, of *book*, ends at the character *behind*, with its day read in *language*."""
    words = date_words(language)
    tokens = take_apart(plain, words.vocabulary)
    end = next((index for index, (start, _) in enumerate(tokens.spans) if start >= behind), len(tokens))
    found = [one for one in words.find(tokens, said) if one.means != "nothing" and one.first >= end]
    between = book.between | _book(language).between
    if found and _is_note(tokens, end, found[-1] if len(found) == 1 else found[0], between):
        return _Note(tokens, found[-1], language)
    return None


@dataclass(frozen=True)
class _NoteBook:
    """The words of notes in one language: openings, those that need a colon, and what may stand before the day."""

    openings: Cues
    between: frozenset[str]

    def opens(self, tokens: Tokens) -> int:
        """Behind which token the opening of the line ends; 0 where it has none."""
        spans = self.openings.spans(tokens)
        ends = [
            last
            for kind in ("opens", "labels")
            for first, last in spans[kind]
            if first == 0 and (kind == "opens" or _colon(tokens, last))
        ]
        return max(ends, default=0)


def _colon(tokens: Tokens, index: int) -> bool:
    return index < len(tokens) and tokens.plain_tokens[index] in {":", "=", "-", ">"}


def _is_note(tokens: Tokens, end: int, found: Found, between: frozenset[str]) -> bool:
    """Whether little else stands between the opening and the day, and behind it."""
    gap = [token for token in tokens.plain_tokens[end : found.first] if token[0].isalnum() and token not in between]
    behind = [token for token in tokens.plain_tokens[found.last :] if token[0].isalnum()]
    return len(gap) <= (_LOOSE if _colon(tokens, end) else 0) and len(behind) <= _TRAILING


@cache
def _book(language: str) -> _NoteBook:
    notes = language_data(language)["notes"]
    cues = date_words(language).cues.cues({"opens": notes["opens"], "labels": notes["labels"]})
    return _NoteBook(cues, frozenset(fold(word) for word in notes["between"]))
