"""The cues of ``phrases/events.toml``, compiled once: what words in a title or description say about an entry.

Pure; nothing here knows people or companies.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources
from typing import Any

_NEXT_WORDS = re.compile(r"[ ]([\w/-]+)(?:[ ]([\w/-]+))?")
_LINKING = frozenset(
    ["w/", "with", "for", "at", "of", "to", "by", "and", "from", "re", "mit", "für", "avec", "pour", "con", "para"]
)
_CAPITAL = re.compile(r"(?<!\\)[A-ZÀ-ÖØ-Þ]")
_META = ("points", "why", "weak", "text", "unless_interview", "of_a_job", "anywhere", "yields")


@lru_cache(maxsize=16)  # the same few texts are asked about by every cue
def _lower(text: str) -> str:
    """*text* in small letters, as long as before."""
    lower = text.lower()
    return lower if len(lower) == len(text) else "".join(c.lower() if len(c.lower()) == 1 else c for c in text)


@dataclass(frozen=True, slots=True)
class Words:
    """Patterns that are looked for together, without regard to case.

    Most are ``small``: without a capital of their own, so that they are matched in small letters, which takes a third
    of the time (where letters are literal, ``re`` skips at once the patterns that begin with another one).
    """

    small: re.Pattern[str] | None
    mixed: re.Pattern[str] | None

    @classmethod
    def of(cls, patterns: Iterable[str]) -> Words:
        """All of *patterns*."""
        small: list[str] = []
        mixed: list[str] = []
        for pattern in patterns:
            (mixed if _CAPITAL.search(pattern) else small).append(pattern)
        return cls(_joined(small, 0), _joined(mixed, re.IGNORECASE))

    def search(self, text: str) -> re.Match[str] | None:
        """Where in *text* the first of them stands, if any does."""
        found = self.small.search(_lower(text)) if self.small and text else None
        return found or (self.mixed.search(text) if self.mixed and text else None)

    def spans(self, text: str) -> Iterator[tuple[int, int]]:
        """Where in *text* they stand."""
        if self.small:
            for found in self.small.finditer(_lower(text)):
                yield found.span()
        if self.mixed:
            for found in self.mixed.finditer(text):
                yield found.span()


def _joined(patterns: list[str], flags: int) -> re.Pattern[str] | None:
    return re.compile(rf"(?<!\w)(?:{'|'.join(patterns)})(?!\w)", flags | re.MULTILINE) if patterns else None


@dataclass(frozen=True, slots=True)
class Cue:
    """Patterns that say the same: ``points`` for (in ``less``: against) an interview; ``why`` opens the sentence.

    ``yields``: as many points of evidence for a job outweigh it; 0 where in a title nothing does. ``domain`` is looked
    for in the mail domains of those outside.
    """

    words: Words
    why: str
    points: int = 0
    weak: bool = False
    text: bool = False
    unless_interview: bool = False
    of_a_job: bool = False
    anywhere: bool = False
    yields: int = 0
    domain: re.Pattern[str] | None = None

    def find(self, text: str) -> str:
        """The words of *text* that match, empty for none."""
        found = self.words.search(text)
        return text[found.start() : found.end()].strip() if found else ""

    def find_unless_job(self, text: str) -> str:
        """As ``find``, but words that belong to a job's title ("training manager", "prep cook") don't count."""
        if not self.words.search(text):
            return ""
        for start, end in self.words.spans(text):
            following = _NEXT_WORDS.match(text, end)
            nearby = [w.casefold() for w in following.groups() if w] if following else []
            nearby = [] if nearby[:1] and nearby[0] in _LINKING else nearby
            if lexicon().heads.isdisjoint(nearby):
                return text[start:end].strip()
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
    """Word lists: of organisations, of names, and of what surrounds names.

    Of job titles: ``heads`` and their ``endings``, ``levels``, ``fields``.
    """

    heads: frozenset[str]
    endings: tuple[str, ...]
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


def _patterns(group: dict[str, Any]) -> Iterator[str]:
    for key, value in group.items():
        if key not in _META and key != "domain":
            yield from value


def _cue(group: dict[str, Any]) -> Cue:
    facts = {key: group[key] for key in _META if key in group}
    domain = re.compile("|".join(group["domain"])) if "domain" in group else None
    return Cue(words=Words.of(_patterns(group)), domain=domain, **facts)


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
        them_title=Cue(Words.of(them["title"]), them["why"]),
        them_text=Cue(Words.of(them["text"]), them["why"]),
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
        endings=tuple(jobs["endings"].split()),
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
        leisure=re.compile(rf"(?<!\w)(?:{words['places_of_leisure']})(?!\w)", re.IGNORECASE),
    )
