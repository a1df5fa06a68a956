"""A sentence taken apart for reading dates: its words, and the same with each date word as what it stands for.

``tomorrow, Friday the 20th`` is `` tomorrow , friday the 20th `` and `` tomorrow , W5 the D20 ``. The two have the
same tokens at the same places. W is a weekday (Monday 1), M a month, N a number, D a number with an ending, O a
written ordinal, X a numeric date, T a time of day.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field

from syncd.infer.words import fold

_TOKEN = re.compile(
    r"\d{4}-\d{1,2}-\d{1,2}\b"
    r"|\d{1,2}(?:[:.]\d\d)?[ ]?(?:[ap]\.?m\b\.?|uhr\b|h(?:eures?|oras)?(?:\d\d)?\b)|\d{1,2}:\d\d(?::\d\d)?"
    r"|\d{1,2}/\d{1,2}(?:/(?:\d{4}|\d\d))?\b"
    r"|\d{1,2}\.[ ]?\d{1,2}\.(?:[ ]?20\d\d\b|\d\d\b)?|\d{1,2}\.\d\d\b(?!\.)|\d{1,2}-\d{1,2}-\d{4}\b"
    r"|\d+(?:st|nd|rd|th|er|ers|[ºª°])\b"
    r"|\d+\.?"
    r"|[^\W\d_]+(?:['’‘`´][^\W\d_]+)*['’]?\.?|[^\W_]+"
    r"|\S",
    re.IGNORECASE,
)
_TIME = re.compile(r"\d{1,2}(?:[:.]\d\d)?[ ]?(?:[ap]|uhr|h)|\d{1,2}:\d\d", re.IGNORECASE)
_SPAN = re.compile(r"(2[4-9]|[3-9]\d)[ ]?(h|hours?|heures|horas)$", re.IGNORECASE)
"""No time of day but so many hours."""
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})$", re.ASCII)
_NUMERIC = re.compile(r"(\d{1,2})([-/.])[ ]?(\d{1,2})(?:[-/.][ ]?(\d{4}|\d\d)?)?$", re.ASCII)
_DIGITS = re.compile(r"(\d{1,6})(\D{0,3})$", re.ASCII)
_DAYS = 31
_WHOSE = "'s"
"""Behind a weekday two tokens of its own: "once Monday's board is over"."""
_SHORT = 2
_DASHES = str.maketrans("–—−‐‑", "-----")


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The date words of a language, each folded form with the token that it stands for."""

    tokens: Mapping[str, str]
    endings: frozenset[str]
    dotted_days: bool
    """Whether ``15.`` is the 15th, as in German."""
    before_short: frozenset[str] = frozenset()
    """Behind these a word of two letters in lower case is a weekday ("bis do"); elsewhere it is none ("i meld mi")."""

    elided: tuple[str, ...] = ()
    """What is a word of its own before an apostrophe: ``t'appelle`` is ``t' appelle``."""

    spelled: Mapping[str, str] = field(default_factory=dict)
    """Short forms and slips of the pen, with the word that is meant."""

    def code(self, word: str, *, small: bool, behind: str) -> str:
        """What a folded word stands for; itself where it is no word of a date. *small*: it was in lower case."""
        code = self.tokens.get(word, word)
        return word if small and len(word) <= _SHORT and code[0] == "W" and behind not in self.before_short else code


@dataclass(frozen=True, slots=True)
class Tokens:
    """A sentence as tokens: ``plain`` as they are, ``coded`` with date words as codes; a space around each."""

    source: str
    plain: str
    coded: str
    plain_tokens: tuple[str, ...]
    coded_tokens: tuple[str, ...]
    spans: tuple[tuple[int, int], ...]
    plain_starts: tuple[int, ...]
    coded_starts: tuple[int, ...]

    def __len__(self) -> int:
        return len(self.spans)

    def at(self, position: int) -> int:
        """The index of the token at *position* of ``plain``."""
        return max(bisect_right(self.plain_starts, position) - 1, 0)

    def coded_at(self, position: int) -> int:
        """The index of the token at *position* of ``coded``."""
        return max(bisect_right(self.coded_starts, position) - 1, 0)

    def words(self, first: int, last: int) -> str:
        """The tokens from *first* to before *last*, as in ``plain``."""
        if first >= last:
            return " "
        end = self.plain_starts[last] if last < len(self) else len(self.plain)
        return self.plain[self.plain_starts[first] - 1 : end]

    def quote(self, first: int, last: int, limit: int = 80) -> str:
        """What the author wrote from token *first* to before *last*; what is too long loses its beginning."""
        text = "".join(
            c for c in " ".join(self.source[self.spans[first][0] : self.spans[last - 1][1]].split()) if c.isprintable()
        )
        return text if len(text) <= limit else "…" + text[1 - limit :].lstrip()


def take_apart(sentence: str, vocabulary: Vocabulary) -> Tokens:
    """The tokens of *sentence*."""
    plain: list[str] = []
    coded: list[str] = []
    spans: list[tuple[int, int]] = []
    codes, spelled = vocabulary.tokens, vocabulary.spelled
    for match in _TOKEN.finditer(sentence):
        text, (start, end) = match.group(), match.span()
        if text.isascii() and text.isalpha():  # most are plain words
            word = spelled.get(word := text.lower(), word)
            code = codes.get(word, word)
            if code is not word and len(word) <= _SHORT:
                code = vocabulary.code(word, small=text[0].islower(), behind=plain[-1] if plain else "")
            plain.append(word)
            coded.append(code)
            spans.append((start, end))
            continue
        for raw, code, span in _tokens(text, start, end, vocabulary):
            plain.append(raw)
            coded.append(code)
            spans.append(span)
    return Tokens(
        sentence,
        f" {' '.join(plain)} ",
        f" {' '.join(coded)} ",
        tuple(plain),
        tuple(coded),
        tuple(spans),
        _starts(plain),
        _starts(coded),
    )


def _starts(tokens: list[str]) -> tuple[int, ...]:
    starts, position = [], 1
    for token in tokens:
        starts.append(position)
        position += len(token) + 1
    return tuple(starts)


def _tokens(text: str, start: int, end: int, vocabulary: Vocabulary) -> list[tuple[str, str, tuple[int, int]]]:
    """The token in *text*, or two where it is a word and the full stop behind it."""
    if text[0].isdigit():
        return _number(text, start, end, vocabulary)
    folded = fold(text.translate(_DASHES)).lower().replace(" ", "") or "?"
    if folded[-1] == "'" and folded[:-1] in vocabulary.tokens:
        folded = folded[:-1]
    if folded in vocabulary.tokens:
        return [(folded, vocabulary.tokens[folded], (start, end))]
    if folded.endswith(_WHOSE) and vocabulary.tokens.get(folded[: -len(_WHOSE)], "")[:1] == "W":
        cut = end - len(_WHOSE)
        return [
            *_tokens(text[: -len(_WHOSE)], start, cut, vocabulary),
            ("'", "'", (cut, cut + 1)),
            ("s", "s", (cut + 1, end)),
        ]
    if vocabulary.elided and folded.startswith(vocabulary.elided) and folded[-1] != "'":
        cut = start + folded.index("'") + 1
        first = folded[: cut - start]
        return [(first, first, (start, cut)), *_tokens(text[cut - start :], cut, end, vocabulary)]
    if folded.endswith(".") and len(folded) > 1:
        word = folded[:-1]
        code = vocabulary.tokens.get(word, word)
        return [(word, code, (start, end - 1)), (".", ".", (end - 1, end))]
    return [(folded, folded, (start, end))]


def _number(text: str, start: int, end: int, vocabulary: Vocabulary) -> list[tuple[str, str, tuple[int, int]]]:
    plain, span = fold(text).lower().replace(" ", ""), (start, end)
    if hours := _SPAN.match(text):
        return [(hours[1], f"N{hours[1]}", (start, start + 2)), (hours[2].lower(), hours[2].lower(), (start + 2, end))]
    if _TIME.match(text):
        return [(plain, "T", span)]
    if iso := _ISO.match(text):
        return [(plain, f"X{iso[1]}-{iso[2]}-{iso[3]}-iso", span)]
    numeric = _NUMERIC.match(text)
    if numeric and (numeric[2] != "." or numeric[4] or vocabulary.dotted_days):
        dotted = "-dots" if numeric[2] == "." else ""
        return [(plain, f"X{numeric[4] or 0}-{numeric[1]}-{numeric[3]}{dotted}", span)]
    digits = _DIGITS.match(text)
    if not digits:
        return [(plain, plain, span)]
    number, rest = digits[1], digits[2].lower()
    if (rest and rest in vocabulary.endings) or (rest == "." and vocabulary.dotted_days and int(number) <= _DAYS):
        return [(plain, f"D{int(number)}", span)]
    if rest == ".":
        return [(number, f"N{int(number)}", (start, end - 1)), (".", ".", (end - 1, end))]
    return [(plain, plain if rest else f"N{int(number)}", span)]
