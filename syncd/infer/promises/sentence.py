"""A sentence, its dates, and what its clauses say of them."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date
from enum import Enum, auto
from functools import cache, cached_property
from itertools import pairwise

from syncd.infer.dates import DateWords, Found, date_words, language_data
from syncd.infer.dates.meanings import WEEKS
from syncd.infer.dates.templates import Cues
from syncd.infer.dates.tokens import Tokens, take_apart

_LONG = WEEKS | {"month"}
_PUNCTUATION = frozenset(",;:()")
_SHORT = 5
"""Words besides its date that an afterthought to the sentence before has at most: "Friday, I'd think."."""


class Verdict(Enum):
    """What a clause says about the dates in it."""

    NEWS = auto()
    NOT_NEWS = auto()
    EVENT = auto()
    LIKELY = auto()
    """Something they will do for the candidate: news where it has a date of its own."""
    OLD = auto()
    NONE = auto()


@dataclass(frozen=True)
class CueBook:
    """The date words and cues of one language; the cues' kinds have the names of the data file."""

    words: DateWords
    cues: Cues


@dataclass(frozen=True)
class Clause:
    """A stretch of a sentence (indices of its tokens, from *first* up to *last*) with what it says of news."""

    first: int
    last: int
    verdict: Verdict
    says: frozenset[str]
    """The names of the cues in it."""
    hangs: bool


class Sentence:
    """A sentence, its dates, and what its clauses say; each worked out when first asked for."""

    def __init__(self, text: str, book: CueBook) -> None:
        self.book = book
        self.tokens: Tokens = take_apart(text, book.words.vocabulary)
        self.question = text.rstrip("\"')»” ").endswith("?")
        self.dates: list[Found] = []

    @cached_property
    def spans(self) -> dict[str, list[tuple[int, int]]]:
        return self.book.cues.spans(self.tokens)

    @cached_property
    def clauses(self) -> list[Clause]:
        edges = sorted({0, len(self.tokens), *self._breaks()})
        said: list[set[str]] = [set() for _ in edges]
        for name, spans in self.spans.items():
            for first, last in spans:
                if not self._in_a_date(first, last):
                    said[bisect_right(edges, first) - 1].add(name)
        opening = {first for first, _ in self.spans["hangs"]}
        return [
            Clause(first, last, self._verdict(says), frozenset(says), first in opening)
            for (first, last), says in zip(pairwise(edges), said, strict=False)
        ]

    def _breaks(self) -> Iterator[int]:
        """Where clauses begin: behind punctuation and at conjunctions, but never within a date."""
        inside = {index for found in self.dates for index in range(found.first + 1, found.last)}
        for index, word in enumerate(self.tokens.plain_tokens):
            if index not in inside and (word in _PUNCTUATION or (word == "-" and self._stands_alone(index))):
                yield index + 1
        yield from (first for first, _ in self.spans["breaks"] if first not in inside)

    def _stands_alone(self, index: int) -> bool:
        """Whether a dash is one, and no hyphen."""
        spans = self.tokens.spans
        before, after = spans[index - 1][1] if index else 0, spans[index + 1][0] if index + 1 < len(spans) else 0
        return (before < spans[index][0] and spans[index][1] < after) or self.tokens.source[spans[index][0]] in "–—"

    def _in_a_date(self, first: int, last: int) -> bool:
        """Whether a cue is but words of a date ("close of play Friday" closes nothing), or cuts through one.

        "Back to you start of next week" has nobody start.
        """
        return any(
            found.first <= first < found.last >= last
            or (first < found.first < last < found.last and found.means in _LONG)
            for found in self.dates
        )

    def _verdict(self, says: AbstractSet[str]) -> Verdict:
        if "patience" in says or "theirs" in says:
            return Verdict.NEWS
        if "proposes" in says and self.question and (self.spans["pending"] or "news" in says):
            return Verdict.NEWS
        if "anti" in says or self.question:
            return Verdict.OLD if "old" in says else Verdict.NOT_NEWS
        if "old" in says:
            return Verdict.OLD
        if "news" in says:
            return Verdict.NEWS
        if "event" in says:
            return Verdict.EVENT
        return Verdict.LIKELY if "likely" in says else Verdict.NONE

    def clause_of(self, found: Found) -> int:
        return next(i for i, clause in enumerate(self.clauses) if clause.first <= found.first < clause.last)

    @property
    def last_event(self) -> date | None:
        """The last day named in it of something that happens first."""
        days = [found.by for found in self.dates if found.by and self.verdict_of(found) is Verdict.EVENT]
        return days[-1] if days else None

    def verdict_of(self, found: Found) -> Verdict:
        return self.clauses[self.clause_of(found)].verdict

    def is_replaced(self, found: Found) -> bool:
        """Whether the words just before the date say that it no longer holds."""
        return any(last == found.first for _, last in self.spans["old_before"])

    def is_denied(self, found: Found) -> bool:
        """Whether its clause says that there is no news on it: "nothing today", but not "nothing before Friday"."""
        if "denied" not in self.clauses[self.clause_of(found)].says:
            return False
        return not any(first <= found.first <= last for first, last in self.spans["not_before"])

    def is_deadline(self, found: Found) -> bool:
        """Whether the words just before the date make it the end of something."""
        return any(last == found.first for _, last in self.spans["deadline"])

    def at_the_clock(self, found: Found) -> bool:
        """Whether a time of day stands beside it, so that it is an appointment: but not "by 5 pm on Friday"."""
        codes = self.tokens.coded_tokens
        clock = [i for i in range(max(found.first - 3, 0), min(found.last + 4, len(codes))) if codes[i] == "T"]
        clock += [
            first for first, _ in self.spans["clock"] if -4 < first - found.last < 4 or -4 < first - found.first < 0
        ]
        return bool(clock) and not any(
            min(*clock, found.first) - 3 <= last <= found.first for _, last in self.spans["deadline"]
        )

    @property
    def decided(self) -> Found | None:
        """The last day on which those meet who decide: by it one hears where nothing else is said."""
        if self.question or not self.spans["decides"]:
            return None
        clauses = self.clauses
        return next(
            (
                found
                for found in reversed(self.dates)
                if found.by
                and self.verdict_of(found) is Verdict.EVENT
                and "decides" in clauses[self.clause_of(found)].says
                and not self.at_the_clock(found)
            ),
            None,
        )

    @property
    def harmless(self) -> bool:
        """Whether nothing in it speaks against a promise."""
        return not self.question and all(clause.verdict is not Verdict.NOT_NEWS for clause in self.clauses)

    @property
    def about_news(self) -> bool:
        """Whether a date in the next sentence may be about news too."""
        verdicts = {clause.verdict for clause in self.clauses}
        return bool(verdicts & {Verdict.NEWS, Verdict.OLD, Verdict.EVENT}) or bool(self.spans["pending"])

    @property
    def afterthought(self) -> bool:
        """Whether it can only be understood from the sentence before."""
        dated = sum(found.last - found.first for found in self.dates)
        words = sum(token.isalnum() for token in self.tokens.plain_tokens) - dated
        return bool(self.spans["takes_up"]) or words <= _SHORT

    def adds_when(self, at: int) -> bool:
        """Whether clause *at* says hardly more than when, in a sentence that says what is still open."""
        clause = self.clauses[at]
        if clause.verdict is not Verdict.NONE or all(
            clause.first <= first < clause.last for first, _ in self.spans["pending"]
        ):
            return False
        dated = {i for found in self.dates for i in range(found.first, found.last)}
        tokens = self.tokens.plain_tokens
        return sum(tokens[i].isalnum() for i in range(clause.first, clause.last) if i not in dated) <= _SHORT

    def quote(self, found: Found) -> str:
        """From the beginning of what belongs to the date."""
        first = 0 if len(self.tokens.quote(0, found.last)) <= 80 else self.clauses[self.clause_of(found)].first
        return self.tokens.quote(min(first, found.first), found.last)


@cache
def cue_book(language: str) -> CueBook:
    """The date words and cues of *language*, read once."""
    words = date_words(language)
    listed: dict[str, list[str]] = language_data(language)["promise"]
    return CueBook(words, words.cues.cues(listed))
