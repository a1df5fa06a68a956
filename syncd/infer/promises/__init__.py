"""Reads from the words of a received mail by when one would hear.

First the sentences that have news to promise, then their dates: most dates in such mails are something else (the next
interview, the candidate's homework, somebody's holiday). Each date gets the verdict of its own clause, or of the
nearest clause that has one. The cues are data (``phrases/dates_*.toml``, ``[promise]``).

Whose words they are is the caller's to know: a receipt for everybody or an out-of-office note promises nothing to
anyone, whatever it says, nor does what the candidate wrote.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from syncd.infer.dates import DateRead, Found
from syncd.infer.dates.sentences import likely_languages, plain_words, sentences
from syncd.infer.promises.news import binding, dates_of_news
from syncd.infer.promises.sentence import CueBook, Sentence, Verdict, cue_book

__all__ = ["DateRead", "promised_by"]

_WEEK = timedelta(weeks=1)
_FAR = timedelta(days=150)
"""Nobody promises news in half a year; that long is how long papers are kept."""


def promised_by(text: str, said: date) -> DateRead | None:
    """The last day by which one would hear, in the author's own words *text* of a received mail.

    *said* is the local date of its Date header in the sender's offset. Of several promises the one named last counts;
    "soon" and its like are none.
    """
    words = plain_words(text)
    for language in likely_languages(words):
        if read := _Mail(text, words, said, cue_book(language)).promise():
            return read
    return None


class _Mail:
    """The sentences of a mail. Only those with a word of time, and their neighbours, are taken apart."""

    def __init__(self, text: str, words: list[str], said: date, book: CueBook) -> None:
        self.said, self.book = said, book
        self.time = book.words.time.intersection(words)
        self.texts = list(sentences(text, book.words)) if self.time else []
        self.read: dict[int, Sentence] = {}

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
                if news := dates_of_news(sentence, previous, topic=self._about_news_before(index)):
                    found = binding(sentence, news)
                    if found.by and not (promise and found.by == self.said):
                        promise = DateRead(found.by, sentence.quote(found))
                if (meeting := sentence.decided) and meeting.by:
                    decided = DateRead(meeting.by, sentence.quote(meeting))
                before = next((found for found in reversed(sentence.dates) if found.by), before)
                dated = index
            elif promise is None and dated == index - 1:
                promise = self._taken_up(index)
        return promise or decided

    def sentence(self, index: int) -> Sentence:
        if index not in self.read:
            self.read[index] = Sentence(self.texts[index], self.book)
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


def _moved_on(dates: list[Found], sentence: Sentence, previous: Sentence | None, said: date) -> list[Found]:
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
