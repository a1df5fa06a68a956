"""The lines that machines write below or above a mail ("This is an automated message, please do not reply.").

The words are data, by language: ``phrases/footers.toml``. Lines are a footer where they consist of nothing but such
words, however they are put together; one word that may tell the reader something keeps them all. So a decision that a
machine sends is still read as one, and what it says of itself is one sign among others.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import product
from typing import Any

from syncd.infer.phrasedata import load
from syncd.infer.words import fold

_LINES = 10
"""Of a paragraph, as many lines above and below are looked at."""
_LONGEST = 160
"""Words that the longest footers have."""
_LINE = 2000
_STEM = 4
"""Letters before a star, at least."""
_NAME = 4
"""Words that a company's name has, at most."""
_ADDRESS = re.compile(r"<?(?:https?://\S+|www\.\S+|mailto:\S+|\S+@\S+\.\w+)>?", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_]+")

_Phrase = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Word:
    folded: str
    capital: bool


@dataclass(frozen=True, slots=True)
class _Words:
    """The words of one language: phrases by their first word (``word*``: by what it begins with)."""

    phrases: dict[str, tuple[_Phrase, ...]]
    tells: frozenset[_Phrase]
    before_names: frozenset[str]

    def cover(self, words: Sequence[_Word]) -> bool:
        """Whether *words* are nothing but these and a company's name, and one of those among them tells."""
        at, told = 0, False
        while at < len(words):
            phrase = next((p for p in self._beginning(words[at].folded) if _stands(p, words, at)), None)
            if phrase is not None:
                told = told or phrase in self.tells
                at += len(phrase)
            elif at and words[at - 1].folded in self.before_names and words[at].capital:
                at = self._behind_name(words, at)
            else:
                return False
        return told

    def _behind_name(self, words: Sequence[_Word], at: int) -> int:
        end = at
        while end < min(at + _NAME, len(words)) and words[end].capital:
            end += 1
        return end

    def _beginning(self, word: str) -> Iterator[_Phrase]:
        """What *word* can begin, what tells before the rest and the longest first."""
        found = [*self.phrases.get(word, ())]
        for length in range(_STEM, len(word) + 1):
            found += self.phrases.get(f"{word[:length]}*", ())
        yield from sorted(found, key=lambda phrase: (phrase not in self.tells, -len(phrase)))


def without_footers(text: str) -> tuple[str, bool]:
    """*text* without a machine's lines, and whether there were any. Of a text of nothing else nothing is taken."""
    kept: list[str] = []
    paragraph: list[str] = []
    found = False
    for line in [*text.splitlines(), ""]:
        if line.strip():
            paragraph.append(line)
            continue
        first, last = _between(paragraph)
        found = found or last - first < len(paragraph)
        kept += [*paragraph[first:last], line]
        paragraph = []
    if not found or not any(line.strip() for line in kept):
        return text, found
    return "\n".join(kept).strip(), True


def _between(paragraph: Sequence[str]) -> tuple[int, int]:
    """The lines between the footers above and below: their first, and the one behind their last."""
    above = [_words_of(line) for line in paragraph[:_LINES]]
    first = next((end for end in range(len(above), 0, -1) if _is_footer(above[:end])), 0)
    start = max(first, len(paragraph) - _LINES)
    below = [_words_of(line) for line in paragraph[start:]]
    last = next((start + at for at in range(len(below)) if _is_footer(below[at:])), len(paragraph))
    return first, last


def _is_footer(lines: Sequence[Sequence[_Word]]) -> bool:
    words = [word for line in lines for word in line]
    return 0 < len(words) <= _LONGEST and any(language.cover(words) for language in _languages())


def _words_of(line: str) -> list[_Word]:
    found = _WORD.findall(_ADDRESS.sub(" ", line[:_LINE]))
    return [_Word(fold(word), word[0].isupper()) for word in found]


@cache
def _languages() -> tuple[_Words, ...]:
    data = load("footers")
    names = data["names"]["words"]
    return tuple(_read(words, names) for language, words in data.items() if language != "names")


def _read(words: dict[str, Any], names: Iterable[str]) -> _Words:
    tells = frozenset(phrase for text in words["tells"] for phrase in _spelled_out(text))
    by_first: dict[str, set[_Phrase]] = {}
    for phrase in tells.union(*map(_spelled_out, [*words["words"], *names])):
        by_first.setdefault(phrase[0], set()).add(phrase)
    phrases = {first: tuple(sorted(found)) for first, found in by_first.items()}
    return _Words(phrases, tells, frozenset(map(fold, words["before_names"])))


def _spelled_out(text: str) -> list[_Phrase]:
    """Every phrase that *text* is short for: ``a/b c`` is ``a c`` and ``b c``."""
    return [tuple(map(fold, choice)) for choice in product(*(word.split("/") for word in text.split()))]


def _stands(phrase: _Phrase, words: Sequence[_Word], at: int) -> bool:
    return at + len(phrase) <= len(words) and all(
        words[at + i].folded.startswith(wanted[:-1]) if wanted[-1] == "*" else words[at + i].folded == wanted
        for i, wanted in enumerate(phrase)
    )
