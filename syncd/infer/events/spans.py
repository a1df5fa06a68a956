"""Every run of words that may be a name, with what it is like and what stands around it. Pure.

The features are names with a value; what each counts was learnt (``tests/training``). Those of a title begin with "T",
of a description "D", of a place "L", of a sender's name "O".
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from syncd.infer.events import jobs
from syncd.infer.events.cues import lexicon
from syncd.infer.events.model import is_ordinary
from syncd.infer.language import fold
from syncd.infer.names import plain

TITLE, TEXT, PLACE, SENDER = "T", "D", "L", "O"
_LIMIT = {TITLE: 40, TEXT: 200, PLACE: 24, SENDER: 12}
"""Words looked at."""
_LONGEST = 6
_LOOSE = frozenset(["<given>", "<mr>", "<num>", "<around>", "<nowhere>", "<job>"])
"""Kinds of words that alone are no company's in a description."""
_TOKEN = re.compile(r"[^\W_]+(?:[’'.&-][^\W_]+)*|[&+](?=\s)|[^\w\s]|\n")
_INNER = frozenset(
    [
        *[
            "&",
            "+",
            "of",
            "and",
            "de",
            "the",
            "du",
            "des",
            "del",
            "la",
            "le",
            "les",
            "los",
            "las",
            "fuer",
            "und",
            "et",
            "y",
        ],
        *["i", "von", "van", "am", "an", "im", "in", "zum", "zur", "den", "der", "d", "l", "a"],
    ]
)
"""Words that stand inside names."""


@dataclass(frozen=True, slots=True)
class Token:
    """A word or a sign: ``plain`` folded, ``kind`` in angle brackets where it is a word."""

    raw: str
    plain: str
    kind: str
    start: int
    end: int

    @property
    def proper(self) -> bool:
        """Whether it begins as names do."""
        return self.raw[0].isupper() or self.raw[0].isdigit()

    @property
    def is_word(self) -> bool:
        """Whether it is no sign."""
        return self.raw[0].isalnum()


def spans(text: str, where: str) -> Iterator[tuple[str, dict[str, float]]]:
    """The runs of *text*, which stands *where*, with their features."""
    tokens = _tokens(text, _LIMIT[where])
    lower = where == TITLE and not any(t.proper and t.raw[0].isalpha() for t in tokens[1:])
    for start, first in enumerate(tokens):
        if not _begins(first, lower=lower):
            continue
        if start and tokens[start - 1].kind in ("<given>", "<mr>") and first.kind == "<Cap>":
            continue  # "Ida Holm", "Frau Keil"
        for end in range(start + 1, min(start + _LONGEST, len(tokens)) + 1):
            token = tokens[end - 1]
            if token.raw in ("&", "+"):
                continue
            if not token.is_word:
                break
            if token.proper or token.kind == "<house>" or (lower and token.kind != "<around>"):
                if where != TEXT or end - start > 1 or first.kind not in _LOOSE:
                    yield text[first.start : token.end], _features(tokens, start, end, where, lower=lower)
            elif token.plain not in _INNER:
                break


def _begins(token: Token, *, lower: bool) -> bool:
    if not token.is_word:
        return False
    return token.proper or token.kind == "<house>" or (lower and token.kind in ("<low>", "<given>"))


def _tokens(text: str, limit: int) -> list[Token]:
    found = []
    for match, _ in zip(_TOKEN.finditer(text), range(limit), strict=False):
        raw = match[0]
        found.append(Token(raw, fold(raw) if raw[0].isalnum() else raw, _kind(raw), match.start(), match.end()))
    return found


@lru_cache(maxsize=8192)
def _kind(raw: str) -> str:
    if raw == "\n":
        return "<nl>"
    if not raw[0].isalnum():
        return raw
    lists, lower = lexicon(), raw.casefold()
    if lower in lists.honorifics:
        return "<mr>"
    if plain(raw) in lists.given:
        return "<given>"
    if jobs.is_head(lower) or lower in lists.fields:
        return "<job>"
    if lower in lists.organisations:
        return "<house>"
    if raw[0].isdigit():
        return "<num>"
    if lower in lists.nowhere:
        return "<nowhere>"
    if lower in lists.around:
        return "<around>"
    return "<Cap>" if raw[0].isupper() else "<low>"


def _features(tokens: list[Token], start: int, end: int, where: str, *, lower: bool) -> dict[str, float]:
    inside = tokens[start:end]
    first, final = inside[0], inside[-1]
    before, after = tokens[start - 1] if start else None, tokens[end] if end < len(tokens) else None
    said_before, kind_before = (before.plain, before.kind) if before else ("^", "^")
    said_after, kind_after = (after.plain, after.kind) if after else ("$", "$")
    left, right = before is None or not before.is_word, after is None or not after.is_word
    features = dict.fromkeys(
        (
            where,
            f"{where}<{said_before}",
            f"{where}<k{kind_before}",
            f"{where}>{said_after}",
            f"{where}>k{kind_after}",
            f"{where}(k{first.kind}",
            f"{where})k{final.kind}",
            f"({first.plain}",
            f"){final.plain}",
            f"{where}n{min(end - start, 5)}",
            f"{where}b{left:d}{right:d}",
            f"{where}|{kind_before}|{first.kind}|{final.kind}|{kind_after}",
        ),
        1.0,
    )
    if start > 1:
        features[f"{where}<<{tokens[start - 2].plain} {said_before}"] = 1.0
        features[f"{where}<<k{tokens[start - 2].kind}"] = 1.0
    for token in tokens[max(0, start - 4) : start]:
        features[f"{where}~{token.plain}"] = 1.0
    features.update(dict.fromkeys(_unheard(tokens, start, end, where, lower=lower), 1.0))
    for token in inside:
        features[f"k{token.kind}"] = 1.0
        features[f"w:{token.plain}"] = 1.0
    if lower:
        features[f"{where}lower"] = 1.0
    # A proper word beside it that would go on the name.
    if before and before.proper and before.raw[0].isalpha():
        features[f"{where}+left"] = 1.0
    if after and after.proper and after.raw[0].isalpha():
        features[f"{where}+right"] = 1.0
    if where == TEXT:
        features["D late"] = min(start / 100, 1.5)
        if len(tokens) < _LIMIT[TEXT]:
            features[f"D lines {min(sum(token.kind == '<nl>' for token in tokens[end:]), 4)}"] = 1.0
    return features


def _unheard(tokens: list[Token], start: int, end: int, where: str, *, lower: bool) -> Iterator[str]:
    """Whether words inside and beside it are of those that nobody uses but as a name."""
    inside = [_is_unheard(token) for token in tokens[start:end] if token.raw[0].isalpha()]
    if inside:
        yield "u:all" if all(inside) else "u:some" if any(inside) else "u:none"
        yield f"{where}u:first {inside[0]:d}"
        if lower:
            yield f"u:lower {any(inside):d}"
            yield f"u:lower last {inside[-1]:d}"
    for side, at in (("left", start - 1), ("right", end)):
        if 0 <= at < len(tokens) and tokens[at].is_word and _is_unheard(tokens[at]):
            yield f"{where}u+{side}"


def _is_unheard(token: Token) -> bool:
    return token.kind not in ("<given>", "<house>", "<job>") and not is_ordinary(token.plain)
