"""Which language a text is written in, told by its most frequent words; a text that gives no sign is nobody's."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable
from functools import cache, lru_cache

from syncd.infer.phrasedata import load

LANGUAGES = ("en", "de", "fr", "es")
"""The languages of the contract, which have a phrasebook."""

_LETTERS = str.maketrans(
    {"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "œ": "oe", "æ": "ae", "’": "'", "‘": "'", "`": "'", "´": "'"},
)


@lru_cache(maxsize=8192)
def fold(word: str) -> str:
    """One word in lower case without accents; umlauts as two letters, as people type them where they lack the key."""
    lower = word.lower().translate(_LETTERS)
    if lower.isascii():
        return lower
    return "".join(c for c in unicodedata.normalize("NFKD", lower) if not unicodedata.combining(c))


@cache
def _speakers() -> dict[str, tuple[str, ...]]:
    """The most frequent words of the languages that can be told, and which of them use each."""
    speakers: dict[str, tuple[str, ...]] = {}
    for name, text in load("languages").items():
        for word in {fold(word) for word in text.split()}:
            speakers[word] = (*speakers.get(word, ()), name)
    return speakers


def languages(words: Iterable[str]) -> tuple[str, ...]:
    """The languages of folded *words* that have a phrasebook, the likeliest first; none where it is another language.

    A second one is named where the text is about as much in it (people write bilingual notes).
    """
    speakers = _speakers()
    scores = Counter(name for word in words for name in speakers.get(word, ()))
    if not scores:
        return ()
    best = max(scores.values())
    leading = min((name for name, score in scores.items() if score == best), key=_rank)
    if leading not in LANGUAGES or (best == 1 and len({n for n, score in scores.items() if score == best}) > 2):
        return ()
    return (leading, *(n for n in LANGUAGES if n != leading and scores[n] * 2 >= best and scores[n] >= 3))


def foreign(words: Iterable[str]) -> bool:
    """Whether *words* show a language that isn't ours: more than one word of it, for one may be chance."""
    speakers = _speakers()
    return sum(word in speakers and not set(speakers[word]) & set(LANGUAGES) for word in words) >= 2


def readable(text: str) -> bool:
    """Whether *text* is mostly in the alphabet that the phrasebooks are written in, or has no letters."""
    if text.isascii():
        return True
    letters = [c for c in text if c.isalpha()]
    return not letters or sum(c.isascii() for c in letters) * 2 > len(letters)


def _rank(name: str) -> int:
    return LANGUAGES.index(name) if name in LANGUAGES else len(LANGUAGES)
