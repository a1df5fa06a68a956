"""A text as plain words, so that phrases can be found in it however people write them.

Case, accents, apostrophes, contractions and line breaks don't matter any more ("We've" and "we have", "für" and
"fuer", "j'ai" and "j ai" are the same), commas are gone, sentences end in ``.`` or ``?``, and a time of day is
``clock``, another number ``num``, an address in the web ``link``. Every word knows where it came from.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import accumulate

from syncd.infer.language import fold, languages
from syncd.infer.phrasedata import load

__all__ = ["LIMIT", "NOTHING", "Words", "fold", "read"]

LIMIT = 8_000
"""Characters of a text that are looked at: what decides stands early, and a message may be hostile."""

_TOKEN = re.compile(
    r"(?P<link>(?:https?://|www\.)\S+)"
    r"|(?P<number>\d+(?:[.,:]\d+)*\w*)"
    r"|(?P<word>[^\W_]+(?:['’‘`´][^\W_]+)*)"
    r"|(?P<end>\n\s*\n|[.!;:…。！]|\?+|？)",
)
_CLOCK = re.compile(r"\d{1,2}(?:[:.]\d\d(?:am|pm|h|uhr)?|am|pm|h|h\d\d|uhr)")

_ENDS = frozenset({".", "?"})
_SUFFIXES = {"t": "not", "ve": "have", "ll": "will", "re": "are", "m": "am", "d": "would", "s": "is"}


@dataclass(frozen=True, slots=True)
class Words:
    """``plain`` is the text as folded words, one space around each: `` . hi sam . we have decided . ``.

    ``languages`` are those it is written in and that have a phrasebook, the likeliest first.
    """

    source: str
    plain: str
    languages: tuple[str, ...]
    _offsets: tuple[int, ...]
    _spans: tuple[tuple[int, int], ...]

    @property
    def vocabulary(self) -> frozenset[str]:
        """The distinct words."""
        return frozenset(self.plain.split())

    def quote(self, start: int, end: int, limit: int = 80) -> str:
        """The author's words for *start* to *end* of ``plain``, on one line, at most *limit* characters."""
        first = max(bisect_right(self._offsets, start + 1) - 1, 0)
        last = max(bisect_right(self._offsets, max(end - 2, start + 1)) - 1, first)
        if not self._spans:
            return ""
        text = " ".join(self.source[self._spans[first][0] : self._spans[last][1]].split())
        text = "".join(c for c in text if c.isprintable())
        return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"

    def quote_words(self, first: int, last: int) -> str:
        """The author's words from the word *first* of ``plain`` to the word *last*, counted from 0."""
        return self.quote(self._offsets[first] - 1, self._offsets[min(last, len(self._offsets) - 1)] + 2)

    def position(self, offset: int) -> int:
        """Where in ``plain`` the words begin that stand at or after *offset* of the source."""
        return next(
            (self._offsets[i] for i, (start, _) in enumerate(self._spans) if i and start >= offset), len(self.plain)
        )

    def asks(self, position: int) -> bool:
        """Whether the sentence that *position* lies in is a question."""
        end = self.sentence_end(position - 1)
        return self.plain[end : end + 2] == " ?"

    def sentence_end(self, position: int) -> int:
        """Where the sentence that *position* of ``plain`` lies in comes to its end."""
        ends = [i for i in (self.plain.find(" .", position), self.plain.find(" ?", position)) if i >= 0]
        return min(ends, default=len(self.plain))


NOTHING = Words("", " . ", (), (1,), ((0, 0),))
"""A text without words."""


@lru_cache(maxsize=8192)
def _in_full(folded: str, language: str) -> tuple[str, ...]:
    """A word as the one or more words it stands for."""
    if full := load("spelling").get(language, {}).get(folded):
        return tuple(full.split())
    head, apostrophe, tail = folded.partition("'")
    if not apostrophe:
        return (folded,)
    if tail in _SUFFIXES:
        return (head.removesuffix("n") if tail == "t" else head, _SUFFIXES[tail])
    return (head, *tail.split("'"))


@cache
def _abbreviations() -> frozenset[str]:
    """Words whose full stop doesn't end a sentence."""
    return frozenset(load("spelling")["abbreviations"].split())


def read(text: str) -> Words:
    """Take *text* apart; what lies beyond ``LIMIT`` is not looked at."""
    text = text[:LIMIT]
    tokens = list(_tokens(text))
    spoken = languages(word for word, _ in tokens)
    spelling = spoken[0] if spoken else "en"
    words: list[str] = ["."]
    spans: list[tuple[int, int]] = [(0, 0)]
    for word, span in tokens:
        if word in _ENDS:
            if words[-1] not in _ENDS:
                words.append(word)
                spans.append(span)
            elif word == "?":
                words[-1] = word
            continue
        for full in _in_full(word, spelling):
            words.append(full)
            spans.append(span)
    if words[-1] not in _ENDS:
        words.append(".")
        spans.append((len(text), len(text)))
    offsets = accumulate((len(word) + 1 for word in words[:-1]), initial=1)
    return Words(text, f" {' '.join(words)} ", spoken, tuple(offsets), tuple(spans))


def _tokens(text: str) -> Iterator[tuple[str, tuple[int, int]]]:
    """Folded words, numbers, links and sentence ends, each with where it stands."""
    previous = ""
    for match in _TOKEN.finditer(text):
        raw, kind, span = match.group(), match.lastgroup, match.span()
        if kind == "end":
            if raw != "." or not _goes_on(previous, text[span[1] : span[1] + 2]):
                yield ("?" if raw[0] in "?？" else "."), span
            continue
        previous = fold(raw)
        if kind == "number":
            yield ("clock" if _CLOCK.fullmatch(previous) else "num"), span
        else:
            yield ("link" if kind == "link" else previous), span


def _goes_on(word: str, following: str) -> bool:
    """Whether a full stop after *word* doesn't end the sentence: "Mr. Cole", "A. Penhaligon", "am 1. anfangen"."""
    if word[:1].isdigit():
        return following[1:].islower()
    return word in _abbreviations() or (len(word) == 1 and word.isalpha())
