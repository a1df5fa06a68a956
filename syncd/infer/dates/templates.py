"""Phrases about dates as people write them in ``phrases/dates_*.toml``, made into regular expressions over tokens.

The notation is explained at the head of ``phrases/dates_en.toml``. A text is looked at as `` tok tok , tok `` (see
``date_tokens``), so that a template knows nothing of spelling, line breaks or positions. Each is filed under the
tokens that it can begin with: most tokens of a text begin nothing, and that is told by one look into a dictionary.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from typing import NamedTuple

from syncd.infer.dates.tokens import Tokens, Vocabulary, take_apart
from syncd.infer.words import fold

_PIECE = re.compile(r"\{\w+\}|\.\.\.|[()|\[\]]|[^\s()|\[\]{}]+")
_GAP = r"(?:(?:\d[^ ]*|[^ ,;:().!?]+) ){0,5}?"
_KEY = 3
_ANY_GROUP = re.compile(r"\(\?P<\w+>")
_GROUP = re.compile(r"\(\?P<(\w+)>")


def key(token: str) -> str:
    """What tokens are filed under: a code's letter, a word's first letters (so that ``decid*`` has one place)."""
    return token[0] if "A" <= token[0] <= "Z" else token[:_KEY]


@dataclass(frozen=True, slots=True)
class Slot:
    """What a ``{slot}`` stands for: a pattern (``{0}`` in it is the slot's name), and the keys of what can begin it."""

    pattern: str
    keys: frozenset[str]


@dataclass
class Template:
    """One phrase: its pattern, and the keys of the tokens that it can begin with.

    Of each of ``needs`` one must stand in a text for the pattern to be worth compiling: most phrases never are.
    """

    pattern: str
    keys: frozenset[str]
    needs: tuple[frozenset[str], ...] = ()
    _compiled: re.Pattern[str] | None = None

    def match(self, text: str, position: int) -> re.Match[str] | None:
        """Try it at *position*."""
        if self._compiled is None:
            for need in self.needs:
                if not any(word in text for word in need):
                    return None
            self._compiled = re.compile(self.pattern)
        return self._compiled.match(text, position)


@dataclass(frozen=True, slots=True)
class Cues:
    """Phrases of several kinds, each kind by its name, to be found in the plain tokens."""

    by_key: Mapping[str, tuple[tuple[str, Template], ...]]
    names: tuple[str, ...]

    def spans(self, tokens: Tokens) -> dict[str, list[tuple[int, int]]]:
        """Where each kind is: first and last token (exclusive). Those of one kind don't overlap."""
        found: dict[str, list[tuple[int, int]]] = {name: [] for name in self.names}
        by_key = self.by_key
        for index, token in enumerate(tokens.plain_tokens):
            for name, template in by_key.get(token[:_KEY], ()):
                spans = found[name]
                if spans and spans[-1][1] > index:
                    continue
                match = template.match(tokens.plain, tokens.plain_starts[index])
                if match:
                    spans.append((index, tokens.at(max(match.end() - 2, 0)) + 1))
        return found

    def fits(self, text: str) -> bool:
        """Whether *text* (`` tok tok ``) is one of them as a whole."""
        matches = (template.match(text, 1) for _, template in self.by_key.get(text[1 : 1 + _KEY].strip(), ()))
        return any(match and match.end() == len(text) for match in matches)


@dataclass(frozen=True)
class Notation:
    """The notation, with what its slots stand for."""

    slots: Mapping[str, Slot]
    overlooked: str = ""
    """What may stand between two words."""
    codes: Vocabulary | None = None
    """Where it is given, words are written as the codes that they stand for."""
    elided: tuple[str, ...] = ()
    """See ``Vocabulary``."""

    def templates(self, phrases: Iterable[str]) -> list[Template]:
        """Each of *phrases* as a template."""
        return [self._whole(phrase) for phrase in phrases]

    def cues(self, kinds: Mapping[str, Iterable[str]]) -> Cues:
        """The phrases of all *kinds*, by their names."""
        by_key: dict[str, dict[str, list[Template]]] = {}
        for name, phrases in kinds.items():
            for template in self.templates(phrases):
                for at in template.keys:
                    by_key.setdefault(at, {}).setdefault(name, []).append(template)
        together = {
            at: tuple((name, _any_of(templates, at)) for name, templates in named.items())
            for at, named in by_key.items()
        }
        return Cues(together, tuple(kinds))

    def _whole(self, phrase: str) -> Template:
        pieces = _PIECE.findall(phrase)
        whole = self._either(pieces)
        if pieces or whole.empty or not whole.keys:
            raise ValueError(f"unbalanced brackets, or nothing that must be there or begin it, in {phrase!r}")
        numbers = count()
        pattern = _GROUP.sub(lambda group: f"(?P<{group[1]}{next(numbers)}>", whole.pattern)
        return Template(pattern, whole.keys, whole.needs)

    def _either(self, pieces: list[str]) -> _Part:
        options = [self._sequence(pieces)]
        while pieces and pieces[0] == "|":
            pieces.pop(0)
            options.append(self._sequence(pieces))
        return options[0] if len(options) == 1 else _one_of(options)

    def _sequence(self, pieces: list[str]) -> _Part:
        """The elements up to the next ``|``, ``)`` or ``]``."""
        pattern, keys, empty, needs = "", frozenset[str](), True, list[frozenset[str]]()
        while pieces and pieces[0] not in {"|", ")", "]"}:
            piece = pieces.pop(0)
            if piece in {"[", "("}:
                inner = self._either(pieces)
                if not pieces:
                    raise ValueError("a bracket is not closed")
                pieces.pop(0)
            else:
                inner = self._word(piece)
            if empty:
                keys |= inner.keys
            if piece == "[":
                over = self.overlooked
                pattern += f"(?:{inner.pattern}{over})?" if empty else f"(?:{over}{inner.pattern})?"
                continue
            pattern += inner.pattern if empty else self.overlooked + inner.pattern
            empty = empty and inner.empty
            needs += inner.needs
        return _Part(pattern, keys, empty, tuple(needs))

    def _word(self, piece: str) -> _Part:
        if piece == "...":
            return _Part(_GAP, frozenset(), empty=True)
        if piece.startswith("{"):
            name = piece[1:-1]
            slot = self.slots[name]
            begins = frozenset(f" {at}" for at in slot.keys)
            return _Part(slot.pattern.replace("{0}", name), slot.keys, empty=False, needs=(begins,))
        if piece.startswith("*"):
            ends = f"{fold(piece[1:])} "
            return _Part(f"[^ ]*{re.escape(ends)}", frozenset(), empty=False, needs=(frozenset({ends}),))
        word, star, _ = fold(piece).partition("*")
        if self.codes and not star:
            word = " ".join(take_apart(piece, self.codes).coded_tokens)
        at = key(word)
        if word.startswith(self.elided) and not word.endswith("'"):
            first, _, rest = word.partition("'")
            word, at = f"{first}' {rest}", key(f"{first}'")
        elif star and len(word) < _KEY:
            raise ValueError(f"{piece!r} needs {_KEY} letters before the star")
        pattern = re.escape(word) + ("[^ ]* " if star else " ")
        return _Part(pattern, frozenset({at}), empty=False, needs=(frozenset({f" {word}" + " " * (not star)}),))


class _Part(NamedTuple):
    """A part of a phrase: its pattern, the keys of what it can begin with, whether it can be empty, and its needs."""

    pattern: str
    keys: frozenset[str]
    empty: bool
    needs: tuple[frozenset[str], ...] = ()


def _one_of(options: Sequence[_Part]) -> _Part:
    """Any of *options*; where each needs something, one of what they need most tellingly."""
    pattern = "(?:" + "|".join(option.pattern for option in options) + ")"
    keys = frozenset().union(*(option.keys for option in options))
    needs: tuple[frozenset[str], ...] = ()
    if all(option.needs for option in options):
        needs = (frozenset().union(*(max(option.needs, key=_telling) for option in options)),)
    return _Part(pattern, keys, any(option.empty for option in options), needs)


def _any_of(templates: Iterable[Template], at: str) -> Template:
    """All *templates* as one that begins with *at*, without their groups."""
    parts = [_Part(_ANY_GROUP.sub("(?:", t.pattern), t.keys, empty=False, needs=t.needs) for t in templates]
    together = _one_of(parts)
    return Template(together.pattern, frozenset({at}), together.needs)


def _telling(need: frozenset[str]) -> tuple[int, int]:
    """How much it says that one of *need* is there: most, where it is one long word."""
    return -len(need), min(map(len, need))


def date_slots(range_words: Iterable[str]) -> dict[str, Slot]:
    """The slots of dates, over coded tokens. Of a range (*range_words* between two numbers) the later end counts."""
    words = "|".join(re.escape(fold(word)) for word in range_words)
    day = r"(?:[12]?\d|3[01]) "
    return {
        "weekday": Slot(r"W(?P<{0}>\d) ", frozenset("W")),
        "month": Slot(r"M(?P<{0}>\d\d?) ", frozenset("M")),
        "year": Slot(r"N(?P<{0}>20\d\d) ", frozenset("N")),
        "nth": Slot(rf"D(?P<{{0}}>{day.strip()}) ", frozenset("D")),
        "day": Slot(rf"[DON](?P<{{0}}>{day.strip()}) ", frozenset("DON")),
        "from": Slot(rf"[DON]{day}", frozenset("DON")),
        "numeric": Slot(r"X(?P<{0}>[\d-]+(?:iso|dots)?) ", frozenset("X")),
        "n": Slot(rf"(?:N\d{{1,3}} (?:(?:{words}) )+)?N(?P<{{0}}>\d{{1,3}}) ", frozenset("N")),
    }


def cue_slots(forms: Mapping[str, Iterable[str]]) -> dict[str, Slot]:
    """The slots of cues, over plain tokens: *forms* says how each is written."""
    slots = {}
    for name, listed in forms.items():
        words = sorted({fold(form) for form in listed}, key=len, reverse=True)
        slots[name] = Slot("(?:" + "|".join(map(re.escape, words)) + ") ", frozenset(key(word) for word in words))
    return slots
