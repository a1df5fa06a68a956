"""Takes a mail's text apart into sentences for reading dates, and tells cheaply whether there is any date to read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from syncd.infer.dates import LANGUAGES, DateWords, date_words
from syncd.infer.words import fold

LIMIT = 20_000
"""Characters that are looked at: a person's mail is shorter, and what is longer is no mail to one person."""
LONGEST = 1_200
"""Characters of one sentence: longer "sentences" are lists or hostile."""

_WORD = re.compile(r"[^\W\d_]+(?:['’](?!s\b)[^\W\d_]+)?|\d")
_BREAK = re.compile(r"\n\s*\n|\n(?=\s*(?:[-*•–·>]|\d\d?[.)])\s)")
_END = re.compile(r"(?<=[.!?…])[\"'”’»)\]]*\s+(?=\S)|(?<=[。！？])")
_LAST_WORD = re.compile(r"(\w+)[.]$")
_HOUR = re.compile(r"\d ?h[.]$")
_SHORT_LINE = 50
_ORDINAL_DIGITS = 2
_LONGEST_WORD = 20
_SAMPLE = 150
_FEW = 2


@cache
def _time_words() -> frozenset[str]:
    return frozenset().union(*(date_words(language).time for language in LANGUAGES))


def plain_words(text: str) -> list[str]:
    """The words and digits of *text* in lower case."""
    return _WORD.findall(text[:LIMIT].lower())


def likely_languages(words: list[str]) -> tuple[str, ...]:
    """The languages that *words* may be, the likeliest first; none where they have no word of time in any."""
    if _time_words().isdisjoint(words):
        return ()
    sample = words[:_SAMPLE]
    counts = {language: sum(map(date_words(language).common.__contains__, sample)) for language in LANGUAGES}
    most = max(counts.values())
    likely = [language for language in LANGUAGES if counts[language] * 2 >= most or most <= _FEW]
    return tuple(sorted(likely, key=lambda language: -counts[language]))


def sentences(text: str, words: DateWords) -> Iterator[str]:
    """The sentences of *text*, on one line each; items of a list and paragraphs end one too."""
    for paragraph in _BREAK.split(text[:LIMIT].replace("\r\n", "\n").replace("\r", "\n")):
        for piece in _lines(paragraph):
            yield from _sentences(piece, words)


def _lines(paragraph: str) -> Iterator[str]:
    """Lines joined as they were wrapped; a short line before a capital letter stands alone."""
    joined = ""
    for raw in paragraph.split("\n"):
        line = " ".join(raw.split())
        if joined and line and line[0].isupper() and len(joined.rpartition("\n")[2]) < _SHORT_LINE:
            yield joined.replace("\n", " ")
            joined = line
        else:
            joined = f"{joined}\n{line}" if joined else line
    if joined:
        yield joined.replace("\n", " ")


def _sentences(text: str, words: DateWords) -> Iterator[str]:
    start = 0
    for match in _END.finditer(text):
        if not _ends(text[start : match.start()], text[match.end() : match.end() + 20], words):
            continue
        yield text[start : match.end()].strip()[:LONGEST]
        start = match.end()
    if text[start:].strip():
        yield text[start:].strip()[:LONGEST]


def _ends(before: str, after: str, words: DateWords) -> bool:
    """Whether a full stop ends a sentence: not behind an abbreviation, nor behind an ordinal (``am 15. März``)."""
    last = _LAST_WORD.search(before[-_LONGEST_WORD:]) if before.endswith(".") else None
    if last is None:
        return True
    word, following = fold(last[1]), fold(after.split(maxsplit=1)[0]) if after.split() else ""
    if _HOUR.search(before[-_LONGEST_WORD:]) and after[:1].isupper():
        return True
    if word in words.abbreviations or (len(word) == 1 and word.isalpha()):
        return False
    if f"{word}." in words.vocabulary.tokens and following[:1].isdigit():
        return False
    if word.isdigit() and len(word) <= _ORDINAL_DIGITS and words.vocabulary.dotted_days:
        following = following.rstrip(".,:;!?")
        return after[:1].isupper() and following not in words.vocabulary.tokens.keys() | words.after_ordinals
    return True
