"""Phrases about dates as people write them in ``phrases/dates_*.toml``, made into regular expressions over tokens.

The notation is explained at the head of ``phrases/dates_en.toml``. A text is looked at as `` tok tok , tok `` (see
``date_tokens``), so that a template knows nothing of spelling, line breaks or positions. Each is filed under the
tokens that it can begin with: most tokens of a text begin nothing, and that is told by one look into a dictionary.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import count

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


@dataclass(frozen=True)
class Template:
    """One phrase: its pattern, and the keys of the tokens that it can begin with."""

    pattern: str
    keys: frozenset[str]

    @cached_property
    def compiled(self) -> re.Pattern[str]:
        """Compiled when it is first tried: most phrases never are."""
        return re.compile(self.pattern)

    def match(self, text: str, position: int) -> re.Match[str] | None:
        """Try it at *position*."""
        return self.compiled.match(text, position)


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
        by_key: dict[str, dict[str, list[str]]] = {}
        for name, phrases in kinds.items():
            for template in self.templates(phrases):
                for at in template.keys:
                    by_key.setdefault(at, {}).setdefault(name, []).append(_ANY_GROUP.sub("(?:", template.pattern))
        together = {
            at: tuple(
                (name, Template(f"(?:{'|'.join(patterns)})", frozenset({at}))) for name, patterns in named.items()
            )
            for at, named in by_key.items()
        }
        return Cues(together, tuple(kinds))

    def _whole(self, phrase: str) -> Template:
        pieces = _PIECE.findall(phrase)
        pattern, keys, empty = self._either(pieces)
        if pieces or empty or not keys:
            raise ValueError(f"unbalanced brackets, or nothing that must be there or begin it, in {phrase!r}")
        numbers = count()
        return Template(_GROUP.sub(lambda group: f"(?P<{group[1]}{next(numbers)}>", pattern), keys)

    def _either(self, pieces: list[str]) -> tuple[str, frozenset[str], bool]:
        options = [self._sequence(pieces)]
        while pieces and pieces[0] == "|":
            pieces.pop(0)
            options.append(self._sequence(pieces))
        pattern = options[0][0] if len(options) == 1 else "(?:" + "|".join(option[0] for option in options) + ")"
        return pattern, frozenset().union(*(option[1] for option in options)), any(option[2] for option in options)

    def _sequence(self, pieces: list[str]) -> tuple[str, frozenset[str], bool]:
        """The elements up to the next ``|``, ``)`` or ``]``: pattern, keys, and whether it can be empty."""
        pattern, keys, empty = "", frozenset[str](), True
        while pieces and pieces[0] not in {"|", ")", "]"}:
            piece = pieces.pop(0)
            if piece in {"[", "("}:
                inner, inner_keys, inner_empty = self._either(pieces)
                if not pieces:
                    raise ValueError("a bracket is not closed")
                pieces.pop(0)
            else:
                inner, inner_keys, inner_empty = self._word(piece)
            if empty:
                keys |= inner_keys
            if piece == "[":
                pattern += f"(?:{inner}{self.overlooked})?" if empty else f"(?:{self.overlooked}{inner})?"
                continue
            pattern += inner if empty else self.overlooked + inner
            empty = empty and inner_empty
        return pattern, keys, empty

    def _word(self, piece: str) -> tuple[str, frozenset[str], bool]:
        if piece == "...":
            return _GAP, frozenset(), True
        if piece.startswith("{"):
            name = piece[1:-1]
            slot = self.slots[name]
            return slot.pattern.replace("{0}", name), slot.keys, False
        if piece.startswith("*"):
            return f"[^ ]*{re.escape(fold(piece[1:]))} ", frozenset(), False
        word, star, _ = fold(piece).partition("*")
        if self.codes and not star:
            word = " ".join(take_apart(piece, self.codes).coded_tokens)
        if word.startswith(self.elided) and not word.endswith("'"):
            first, _, rest = word.partition("'")
            pattern = re.escape(f"{first}' {rest}") + ("[^ ]* " if star else " ")
            return pattern, frozenset({key(f"{first}'")}), False
        if star and len(word) < _KEY:
            raise ValueError(f"{piece!r} needs {_KEY} letters before the star")
        return re.escape(word) + ("[^ ]* " if star else " "), frozenset({key(word)}), False


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
        "numeric": Slot(r"X(?P<{0}>[\d-]+(?:iso)?) ", frozenset("X")),
        "n": Slot(rf"(?:N\d{{1,3}} (?:(?:{words}) )+)?N(?P<{{0}}>\d{{1,3}}) ", frozenset("N")),
    }


def cue_slots(forms: Mapping[str, Iterable[str]]) -> dict[str, Slot]:
    """The slots of cues, over plain tokens: *forms* says how each is written."""
    slots = {}
    for name, listed in forms.items():
        words = sorted({fold(form) for form in listed}, key=len, reverse=True)
        slots[name] = Slot("(?:" + "|".join(map(re.escape, words)) + ") ", frozenset(key(word) for word in words))
    return slots
