"""The phrases by which a message's meaning is told: data in ``phrases/*.toml``, a file a language, and how it is read.

A file holds ``[words]`` (how the language says no), ``[classes]`` (named lists to use in phrases) and a table for
each group of phrases, ``[rejection.somebody_else]``: what it is evidence of, and a name. A group has ``weight`` (10
decides alone), ``says`` (a reason in plain words), ``phrases``, and sometimes ``where = "subject"`` (only a subject
line shows it) or ``hypothetical = true`` (it counts after an "if" too). In a phrase

* words stand for themselves, without accents or contractions ("we have", not "we've"), ``word*`` for its beginning;
* ``(a|b c)`` is one of these, ``[a]`` may be missing, ``<name>`` is a class of the file, ``<given>`` a given name;
* ``..`` leaves room for up to three words, ``...`` for up to eight (``room`` under ``[words]`` says otherwise), in one
  sentence and without a "not" among them;
* ``~`` is ``..`` without a "you" (``you`` under ``[words]``) among them either: somebody else;
* ``^`` and ``$`` are the beginning and the end of a sentence, ``?`` its question mark.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache

from syncd.infer.language import fold
from syncd.infer.phrasedata import load
from syncd.infer.words import Words

_ANY = frozenset({".", "?"})
"""What every text has."""
_PIECE = re.compile(r"\.\.\.|\.\.|<\w+>|[()|\[\]^$?~]|[^\s()|\[\]<>^$?~]+")


@dataclass(frozen=True, slots=True)
class Group:
    """A group of phrases that mean the same. ``hypothetical``: it counts in a conditional clause too."""

    evidence: str
    name: str
    weight: float
    says: str
    subject_only: bool = False
    hypothetical: bool = False


@dataclass(frozen=True, slots=True)
class Phrase:
    """One phrase as a regular expression.

    A word of each of ``needs`` must be there for it to be worth looking; the first is the rarest.
    """

    group: Group
    regex: str
    needs: tuple[frozenset[str], ...]


@dataclass(frozen=True, slots=True)
class Hit:
    """A phrase found. ``start`` and ``end`` are positions in ``Words.plain``."""

    group: Group
    start: int
    end: int
    words: str


@dataclass(frozen=True, slots=True, eq=False)
class Phrasebook:
    """The phrases of one language."""

    language: str
    phrases: tuple[Phrase, ...]

    def find(self, words: Words, evidence: frozenset[str], subject_end: int) -> Iterator[Hit]:
        """Everything in *words* that is one of *evidence*. What precedes *subject_end* is the subject."""
        vocabulary = words.vocabulary
        phrases, numbers = _of(self, evidence)
        for number in sorted({n for word in vocabulary for n in numbers.get(word, ())}):
            phrase = phrases[number]
            if any(vocabulary.isdisjoint(need) for need in phrase.needs[1:]):
                continue
            for match in _compiled(phrase.regex).finditer(words.plain):
                if phrase.group.subject_only and match.start() >= subject_end:
                    break
                yield Hit(phrase.group, match.start(), match.end(), words.quote(match.start(), match.end()))


@cache
def _compiled(regex: str) -> re.Pattern[str]:
    """Compiled when a text first has its words: most phrases are never needed."""
    return re.compile(regex)


@lru_cache(maxsize=32)
def _of(book: Phrasebook, evidence: frozenset[str]) -> tuple[tuple[Phrase, ...], dict[str, list[int]]]:
    """The phrases of some evidence, and for each word the numbers of those that can't be without it or its like."""
    phrases = tuple(phrase for phrase in book.phrases if phrase.group.evidence in evidence)
    numbers: dict[str, list[int]] = {}
    for number, phrase in enumerate(phrases):
        for word in phrase.needs[0]:
            numbers.setdefault(word, []).append(number)
    return phrases, numbers


@cache
def phrasebook(language: str) -> Phrasebook:
    """The phrasebook of *language*, read when it is first needed."""
    data = load(language)
    classes = {name: _words_of(text) for name, text in data.get("classes", {}).items()}
    classes["given"] = [f"({'|'.join(load('people')['given'].split())})"]
    never = "|".join(fold(word) for word in data["words"]["not"].split())
    room = [int(number) for number in data["words"].get("room", "3 8").split()]
    you = "|".join(fold(word) for word in data["words"].get("you", "").split())
    notation = _Notation(classes, never, you, short=room[0], long=room[1])
    phrases: list[Phrase] = []
    for evidence, groups in data.items():
        if evidence in {"words", "classes"}:
            continue
        for name, group in groups.items():
            about = Group(
                evidence,
                name,
                float(group["weight"]),
                group["says"],
                subject_only=group.get("where") == "subject",
                hypothetical=group.get("hypothetical", False),
            )
            phrases.extend(Phrase(about, *notation.compile(text)) for text in _words_of(group["phrases"]))
    return Phrasebook(language, tuple(phrases))


def _words_of(lines: str) -> list[str]:
    """The lines of a block, without comments and empty ones."""
    return [line for line in (raw.partition("#")[0].strip() for raw in lines.splitlines()) if line]


class _Notation:
    """Turns the notation into regular expressions over ``Words.plain``, in which a space follows every word."""

    def __init__(self, classes: dict[str, list[str]], never: str, you: str, *, short: int, long: int) -> None:
        self._classes = classes
        self._gap = rf"(?:(?!(?:{never}) )[^ .?]+ )"
        self._others = rf"(?:(?!(?:{never}{'|' if you else ''}{you}) )[^ .?]+ )"
        self._short, self._long = short, long
        self._known: dict[str, tuple[str, list[frozenset[str]]]] = {}

    def compile(self, phrase: str) -> tuple[str, tuple[frozenset[str], ...]]:
        pieces = _PIECE.findall(phrase)
        regex, needs = self._alternatives(pieces)
        if pieces:
            raise ValueError(f"unbalanced brackets in the phrase {phrase!r}")
        return f" {regex}", tuple(sorted(needs, key=_commonness)) or (_ANY,)

    def _alternatives(self, pieces: list[str]) -> tuple[str, list[frozenset[str]]]:
        options = [self._sequence(pieces)]
        while pieces and pieces[0] == "|":
            pieces.pop(0)
            options.append(self._sequence(pieces))
        if len(options) == 1:
            return options[0]
        alternation = "(?:" + "|".join(regex for regex, _ in options) + ")"
        if not all(needs for _, needs in options):
            return alternation, []
        return alternation, [frozenset().union(*(min(needs, key=_commonness) for _, needs in options))]

    def _sequence(self, pieces: list[str]) -> tuple[str, list[frozenset[str]]]:
        regex, needs = "", list[frozenset[str]]()
        while pieces and pieces[0] not in {"|", ")", "]"}:
            part, needed = self._element(pieces.pop(0), pieces)
            regex += part
            needs += needed
        return regex, needs

    def _element(self, piece: str, pieces: list[str]) -> tuple[str, list[frozenset[str]]]:
        if piece in {"(", "["}:
            regex, needs = self._alternatives(pieces)
            if not pieces:
                raise ValueError("a bracket is not closed")
            pieces.pop(0)
            return (regex, needs) if piece == "(" else (f"(?:{regex})?", [])
        if piece.startswith("<"):
            if piece not in self._known:
                self._known[piece] = self._alternatives(_PIECE.findall("|".join(self._classes[piece[1:-1]])))
            return self._known[piece]
        fixed = {
            "..": f"{self._gap}{{0,{self._short}}}",
            "...": f"{self._gap}{{0,{self._long}}}",
            "~": f"{self._others}{{0,{self._short}}}",
            "^": "(?<=[.?] )",
            "$": "(?=[.?])",
            "?": r"\? ",
        }
        if piece in fixed:
            return fixed[piece], []
        folded = fold(piece)
        if "*" in folded:
            return re.escape(folded).replace(r"\*", "[^ .?]*") + " ", []
        return re.escape(folded) + " ", [frozenset({folded})]


def _commonness(words: Iterable[str]) -> tuple[bool, int, int]:
    """How little it says that one of *words* is there: short ones are everywhere."""
    listed = list(words)
    shortest = min(len(word) for word in listed)
    return shortest <= 3, len(listed), -shortest
