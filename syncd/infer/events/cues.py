"""The cues of ``phrases/events.toml``, compiled once: what words in a title or description say about an entry.

Pure; nothing here knows people or companies.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

_NEXT_WORDS = re.compile(r"[ ]([\w/-]+)(?:[ ]([\w/-]+))?")
_LINKING = frozenset(
    ["w/", "with", "for", "at", "of", "to", "by", "and", "from", "re", "mit", "für", "avec", "pour", "con", "para"]
)
_META = ("points", "why", "weak", "text", "unless_interview", "of_a_job")


@dataclass(frozen=True, slots=True)
class Cue:
    """Patterns that say the same: ``points`` for (in ``less``: against) an interview; ``why`` opens the sentence."""

    pattern: re.Pattern[str]
    why: str
    points: int = 0
    weak: bool = False
    text: bool = False
    unless_interview: bool = False
    of_a_job: bool = False

    def find(self, text: str) -> str:
        """The words of *text* that match, empty for none."""
        found = self.pattern.search(text)
        return found[0].strip() if found else ""

    def find_unless_job(self, text: str) -> str:
        """As ``find``, but words that belong to a job's title ("training manager", "prep cook") don't count."""
        for found in self.pattern.finditer(text):
            following = _NEXT_WORDS.match(text, found.end())
            nearby = [w.casefold() for w in following.groups() if w] if following else []
            nearby = [] if nearby[:1] and nearby[0] in _LINKING else nearby
            if lexicon().heads.isdisjoint(nearby):
                return found[0].strip()
        return ""


@dataclass(frozen=True, slots=True)
class Cues:
    """All cues, by what they mean."""

    title: tuple[Cue, ...]
    text: tuple[Cue, ...]
    never: tuple[Cue, ...]
    less: tuple[Cue, ...]
    them_title: Cue
    them_text: Cue


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Word lists: of job titles (``heads``, ``levels``, ``fields``), organisations, names, and what surrounds names."""

    heads: frozenset[str]
    levels: frozenset[str]
    fields: frozenset[str]
    organisations: frozenset[str]
    given: frozenset[str]
    honorifics: frozenset[str]
    relatives: frozenset[str]
    possessive_companies: frozenset[str]
    around: frozenset[str]
    nowhere: frozenset[str]
    subjects: frozenset[str]
    leisure: re.Pattern[str]


def _load(name: str) -> dict[str, Any]:
    return tomllib.loads((resources.files("syncd.infer") / "phrases" / name).read_text("utf-8"))


@cache
def _events() -> dict[str, Any]:
    return _load("events.toml")


def _any_of(patterns: Iterable[str]) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{'|'.join(patterns)})(?!\w)", re.IGNORECASE | re.MULTILINE)


def _patterns(group: dict[str, Any]) -> Iterator[str]:
    for key, value in group.items():
        if key not in _META:
            yield from value


def _cue(group: dict[str, Any]) -> Cue:
    facts = {key: group[key] for key in _META if key in group}
    return Cue(pattern=_any_of(_patterns(group)), **facts)


@cache
def cues() -> Cues:
    """Every cue, compiled."""
    raw = _events()
    them = raw["them"][0]
    return Cues(
        title=tuple(_cue(g) for g in raw["title"]),
        text=tuple(_cue(g) for g in raw["text"]),
        never=tuple(_cue(g) for g in raw["never"]),
        less=tuple(_cue(g) for g in raw["less"]),
        them_title=Cue(_any_of(them["title"]), them["why"]),
        them_text=Cue(_any_of(them["text"]), them["why"]),
    )


@cache
def label_line(kind: str) -> re.Pattern[str]:
    """A description's line such as "Role: Night Porter" for *kind* (a key of ``[labels]``); group 1 is the value."""
    names = "|".join(_events()["labels"][kind])
    line = rf"(?:^|[.;|] )[ \t>*•·-]*(?:{names})[*_]{{0,2}}[ \t]?[:=][*_ \t]*(\S[^\n]{{0,200}})"
    return re.compile(line, re.IGNORECASE | re.MULTILINE)


def alternatives(name: str) -> str:
    """The list *name* of ``[patterns]``, joined for use within a larger regular expression."""
    return "|".join(_events()["patterns"][name])


@cache
def pattern(name: str) -> re.Pattern[str]:
    """The list *name* of ``[patterns]`` as one expression that doesn't regard case."""
    return re.compile(alternatives(name), re.IGNORECASE)


@cache
def lexicon() -> Lexicon:
    """The word lists as sets of casefolded words."""
    jobs, people, words = _load("jobs.toml"), _load("people.toml"), _events()["words"]
    return Lexicon(
        heads=frozenset(jobs["heads"].split()),
        levels=frozenset(jobs["levels"].split()),
        fields=frozenset(jobs["fields"].split()),
        organisations=frozenset(jobs["organisations"].split()),
        given=frozenset(people["given"].split()),
        honorifics=frozenset(people["honorifics"]),
        relatives=frozenset(people["relatives"]),
        possessive_companies=frozenset(people["possessive_companies"]),
        around=frozenset(words["around"].split()),
        nowhere=frozenset(words["nowhere"].split()),
        subjects=frozenset(words["subjects"].split()),
        leisure=_any_of([words["places_of_leisure"]]),
    )
