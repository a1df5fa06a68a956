"""The lines that machines write below or above a mail ("This is an automated message, please do not reply.").

The words are data, by language: ``phrases/footers.toml``. Lines are a footer where they consist of nothing but such
words, however they are put together; one word that may tell the reader something keeps them all. So a decision that a
machine sends is still read as one, and what it says of itself is one sign among others.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import chain, product
from typing import Any

from syncd.infer.phrasedata import load
from syncd.infer.words import fold

_LINES = 10
"""Of a paragraph, as many lines above and below are looked at."""
_LONGEST = 160
"""Words that the longest footers have."""
_LINE = 2000
"""Characters of a line that are looked at."""
_LIMIT = 20_000
"""Characters: what is longer is no mail to one person."""
_STEM = 4
"""Letters before a star, at least."""
_NAME = 4
"""Words that a company's name has, at most."""
_ADDRESS = re.compile(r"<?(?:https?://\S+|www\.\S+|mailto:\S+|\S+@\S+\.\w+)>?", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_]+|©")

_NO, _YES, _TOLD = 0, 1, 2
"""How far a text is covered up to a word: not, without anything that tells, with it."""

_Phrase = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Word:
    folded: str
    capital: bool


@dataclass(frozen=True, slots=True, eq=False)
class _Language:
    """The words of one language: phrases by their first word (``word*``: by what it begins with)."""

    phrases: dict[str, tuple[_Phrase, ...]]
    tells: frozenset[_Phrase]
    before_names: frozenset[str]
    keys: frozenset[str]
    stems: tuple[str, ...]

    def may_tell(self, words: AbstractSet[str]) -> bool:
        """Whether one of *words* is the longest word of what tells: most paragraphs have none."""
        return not self.keys.isdisjoint(words) or any(word.startswith(self.stems) for word in words)

    def cover(self, words: Sequence[_Word]) -> bool:
        """Whether *words* are nothing but these and a company's name, and one of those among them tells."""
        reached = [_NO] * (len(words) + 1)
        reached[0] = _YES
        for at, word in enumerate(words):
            if not reached[at]:
                continue
            for phrase in _beginning(self, word.folded):
                if _stands(phrase, words, at):
                    told = _TOLD if phrase in self.tells else reached[at]
                    reached[at + len(phrase)] = max(reached[at + len(phrase)], told)
            if word.capital and at and words[at - 1].folded in self.before_names:
                for end in _ends_of_name(words, at):
                    reached[end] = max(reached[end], reached[at])
        return reached[-1] == _TOLD


@lru_cache(maxsize=4096)
def _beginning(language: _Language, word: str) -> tuple[_Phrase, ...]:
    """The phrases that *word* can begin."""
    found = [*language.phrases.get(word, ())]
    for length in range(_STEM, len(word) + 1):
        found += language.phrases.get(f"{word[:length]}*", ())
    return tuple(found)


def _ends_of_name(words: Sequence[_Word], at: int) -> Iterator[int]:
    for end in range(at, min(at + _NAME, len(words))):
        if not words[end].capital:
            return
        yield end + 1


def without_footers(text: str) -> tuple[str, bool]:
    """*text* without a machine's lines, and whether there were any. Of a text of nothing else nothing is taken."""
    if len(text) > _LIMIT:
        return text, False
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
    count = len(paragraph)
    vocabulary = set(map(fold, _WORD.findall("\n".join(paragraph))))
    languages = [language for language in _languages() if language.may_tell(vocabulary)]
    if not languages:
        return 0, count
    words = [_words_of(line) for line in paragraph]
    ends = range(min(count, _LINES), 0, -1)
    first = next((end for end in ends if _is_footer(words[:end], languages)), 0)
    starts = range(max(first, count - _LINES), count)
    return first, next((start for start in starts if _is_footer(words[start:], languages)), count)


def _is_footer(lines: Sequence[Sequence[_Word]], languages: Sequence[_Language]) -> bool:
    words = list(chain.from_iterable(lines))
    return 0 < len(words) <= _LONGEST and any(language.cover(words) for language in languages)


def _words_of(line: str) -> list[_Word]:
    found = _WORD.findall(_ADDRESS.sub(" ", line[:_LINE]))
    return [_Word(fold(word), word[0].isupper()) for word in found]


@cache
def _languages() -> tuple[_Language, ...]:
    data = load("footers")
    names = data["names"]["words"]
    return tuple(_read(words, names) for name, words in data.items() if name != "names")


def _read(words: dict[str, Any], names: Iterable[str]) -> _Language:
    tells = frozenset(phrase for text in words["tells"] for phrase in _spelled_out(text))
    by_first: dict[str, set[_Phrase]] = {}
    for phrase in tells.union(*map(_spelled_out, [*words["words"], *names])):
        by_first.setdefault(phrase[0], set()).add(phrase)
    phrases = {first: tuple(sorted(found)) for first, found in by_first.items()}
    longest = {max(phrase, key=len) for phrase in tells}
    stems = tuple(sorted(word[:-1] for word in longest if word[-1] == "*"))
    return _Language(phrases, tells, frozenset(map(fold, words["before_names"])), frozenset(longest), stems)


def _spelled_out(text: str) -> list[_Phrase]:
    """Every phrase that *text* is short for: ``a/b c`` is ``a c`` and ``b c``."""
    return [tuple(map(fold, choice)) for choice in product(*(word.split("/") for word in text.split()))]


def _stands(phrase: _Phrase, words: Sequence[_Word], at: int) -> bool:
    return at + len(phrase) <= len(words) and all(
        words[at + i].folded.startswith(wanted[:-1]) if wanted[-1] == "*" else words[at + i].folded == wanted
        for i, wanted in enumerate(phrase)
    )
