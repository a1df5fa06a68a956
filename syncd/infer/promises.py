"""Reads from the words of a received mail by when one would hear.

First the sentences that have news to promise, then their dates: most dates in such mails are something else (the next
interview, the candidate's homework, somebody's holiday). Each date gets the verdict of its own clause, or of the
nearest clause that has one. The cues are data (``phrases/dates_*.toml``, ``[promise]``).

Whose words they are is the caller's to know: a receipt for everybody or an out-of-office note promises nothing to
anyone, whatever it says, nor does what the candidate wrote.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import Enum, auto
from functools import cache, cached_property
from itertools import pairwise

from syncd.infer.dates import DateRead, DateWords, Found, date_words, language_data
from syncd.infer.dates.meanings import WEEKS
from syncd.infer.dates.sentences import likely_languages, plain_words, sentences
from syncd.infer.dates.templates import Cues
from syncd.infer.dates.tokens import Tokens, take_apart

__all__ = ["DateRead", "promised_by"]

_WEEK = timedelta(weeks=1)
_LONG = WEEKS | {"month"}
_PUNCTUATION = frozenset(",;:()")
_FAR = timedelta(days=150)
"""Nobody promises news in half a year; that long is how long papers are kept."""
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
class _CueBook:
    """The date words and cues of one language; the cues' kinds have the names of the data file."""

    words: DateWords
    cues: Cues


@dataclass(frozen=True)
class _Clause:
    first: int
    last: int
    verdict: Verdict
    says: frozenset[str]
    """The names of the cues in it."""
    hangs: bool


class _Sentence:
    """A sentence, its dates, and what its clauses say; each worked out when first asked for."""

    def __init__(self, text: str, book: _CueBook) -> None:
        self.book = book
        self.tokens: Tokens = take_apart(text, book.words.vocabulary)
        self.question = text.rstrip("\"')»” ").endswith("?")
        self.dates: list[Found] = []

    @cached_property
    def spans(self) -> dict[str, list[tuple[int, int]]]:
        return self.book.cues.spans(self.tokens)

    @cached_property
    def clauses(self) -> list[_Clause]:
        edges = sorted({0, len(self.tokens), *self._breaks()})
        said: list[set[str]] = [set() for _ in edges]
        for name, spans in self.spans.items():
            for first, last in spans:
                if not self._in_a_date(first, last):
                    said[bisect_right(edges, first) - 1].add(name)
        opening = {first for first, _ in self.spans["hangs"]}
        return [
            _Clause(first, last, self._verdict(says), frozenset(says), first in opening)
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


def promised_by(text: str, said: date) -> DateRead | None:
    """The last day by which one would hear, in the author's own words *text* of a received mail.

    *said* is the local date of its Date header in the sender's offset. Of several promises the one named last counts;
    "soon" and its like are none.
    """
    words = plain_words(text)
    for language in likely_languages(words):
        if read := _Mail(text, words, said, _book(language)).promise():
            return read
    return None


@cache
def _book(language: str) -> _CueBook:
    words = date_words(language)
    listed: dict[str, list[str]] = language_data(language)["promise"]
    return _CueBook(words, words.cues.cues(listed))


class _Mail:
    """The sentences of a mail. Only those with a word of time, and their neighbours, are taken apart."""

    def __init__(self, text: str, words: list[str], said: date, book: _CueBook) -> None:
        self.said, self.book = said, book
        self.time = book.words.time.intersection(words)
        self.texts = list(sentences(text, book.words)) if self.time else []
        self.read: dict[int, _Sentence] = {}

    def promise(self) -> DateRead | None:
        promise: DateRead | None = None
        decided: DateRead | None = None
        before: Found | None = None
        dated = -2
        for index, text in enumerate(self.texts):
            if self._names_a_time(text):
                sentence = self.sentence(index)
                previous = self.sentence(index - 1) if index else None
                sentence.dates = _moved_on(
                    self.book.words.find(sentence.tokens, self.said, before), sentence, previous, self.said
                )
                if accepted := _accepted(sentence, previous, topic=self._about_news_before(index)):
                    found = _binding(sentence, accepted)
                    if found.by and not (promise and found.by == self.said):
                        promise = DateRead(found.by, sentence.quote(found))
                if (meeting := sentence.decided) and meeting.by:
                    decided = DateRead(meeting.by, sentence.quote(meeting))
                before = next((found for found in reversed(sentence.dates) if found.by), before)
                dated = index
            elif promise is None and dated == index - 1:
                promise = self._taken_up(index)
        return promise or decided

    def sentence(self, index: int) -> _Sentence:
        if index not in self.read:
            self.read[index] = _Sentence(self.texts[index], self.book)
        return self.read[index]

    def _about_news_before(self, index: int) -> bool:
        return any(sentence.about_news for at, sentence in self.read.items() if at < index)

    def _names_a_time(self, text: str) -> bool:
        lower = text.lower()
        return any(word in lower for word in self.time)

    def _taken_up(self, index: int) -> DateRead | None:
        """The date of the sentence before, where this one has the news and says "then"."""
        sentence, previous = self.sentence(index), self.sentence(index - 1)
        news = any(clause.verdict is Verdict.NEWS for clause in sentence.clauses)
        if not news or sentence.spans["vague"] or not sentence.spans["then"]:
            return None
        days = [
            f
            for f in previous.dates
            if f.by
            and f.by > self.said
            and previous.verdict_of(f) is not Verdict.NOT_NEWS
            and not previous.at_the_clock(f)
        ]
        return DateRead(days[-1].by, previous.quote(days[-1])) if days and days[-1].by else None


def _moved_on(dates: list[Found], sentence: _Sentence, previous: _Sentence | None, said: date) -> list[Found]:
    """A bare weekday behind something that happens first is the one after it.

    "Back on the 9th, will ring on Wednesday"; and whoever speaks of days to come says "today" where they mean it.
    """
    sentence.dates = dates
    moved: list[Found] = []
    event = previous.last_event if previous else None
    ahead = any(found.by and found.by > said for found in previous.dates) if previous else False
    for found in dates:
        by = found.by
        if by and found.means == "weekday":
            earlier = event and timedelta() < event - by < _WEEK
            if earlier or (by == said and ahead):
                by += _WEEK
        if by and by - said > _FAR:
            by = None
        moved.append(replace(found, by=by))
        ahead = ahead or bool(by and by > said)
        if by and sentence.verdict_of(found) is Verdict.EVENT:
            event = by
    return moved


def _accepted(sentence: _Sentence, previous: _Sentence | None, *, topic: bool) -> list[Found]:
    """The dates of *sentence* that are about news. *topic*: the mail has spoken of news already."""
    dated = {sentence.clause_of(found) for found in sentence.dates if found.by}
    accepted = []
    for found in sentence.dates:
        if found.by is None or sentence.is_replaced(found) or sentence.is_denied(found):
            continue
        at = sentence.clause_of(found)
        told = _is_promised(sentence, at, dated)
        if sentence.clauses[at].verdict in {Verdict.NONE, Verdict.LIKELY} and sentence.at_the_clock(found):
            continue
        if told is None and sentence.harmless:
            told = (
                _is_about_the_same(sentence, previous)
                or sentence.adds_when(at)
                or (topic and sentence.is_deadline(found))
            )
        if told:
            accepted.append(found)
    return accepted


def _is_about_the_same(sentence: _Sentence, previous: _Sentence | None) -> bool:
    """Whether a sentence without a verdict goes on about the news of the one before."""
    return previous is not None and previous.about_news and sentence.afterthought


def _is_promised(sentence: _Sentence, at: int, dated: set[int]) -> bool | None:
    """Whether a date in clause *at* is one of news, by its own clause or the nearest that tells; None if none does."""
    clauses = sentence.clauses
    own = clauses[at].verdict
    if own is Verdict.NEWS:
        return True
    if own in {Verdict.NOT_NEWS, Verdict.OLD}:
        return False
    if own is Verdict.LIKELY:
        return True
    telling = [i for i, clause in enumerate(clauses) if clause.verdict not in {Verdict.NONE, Verdict.LIKELY}]
    right = next((i for i in telling if i > at), None)
    left = next((i for i in reversed(telling) if i < at), None)
    if own is Verdict.EVENT:
        if right is not None and _names_no_day(clauses[right], right, dated):
            return True
        if clauses[at].hangs and any(clauses[i].verdict is Verdict.NEWS for i in range(at)):
            return True
        return None if "takes_up" in clauses[at].says else False
    if left is not None and clauses[left].verdict is not Verdict.EVENT:
        hangs_on_old = clauses[left].verdict is Verdict.OLD and clauses[at].hangs
        return clauses[left].verdict is not Verdict.NOT_NEWS and not hangs_on_old
    if right is not None and clauses[right].verdict is not Verdict.EVENT:
        return _names_no_day(clauses[right], right, dated)
    return None


def _names_no_day(clause: _Clause, index: int, dated: set[int]) -> bool:
    """Whether a clause has news without a day of its own, so that its neighbour's day is its."""
    return clause.verdict is Verdict.NEWS and index not in dated and "vague" not in clause.says


def _binding(sentence: _Sentence, accepted: list[Found]) -> Found:
    """The date named last, unless the sentence says which is the latest."""
    for found in accepted:
        if any(last == found.first for _, last in sentence.spans["latest"]):
            return found
    if any("latest" in sentence.clauses[sentence.clause_of(found)].says for found in accepted):
        return max(accepted, key=lambda found: found.by or date.min)
    return accepted[-1]
