"""Finds the days that a text names, and says which last day each of them is (the table stands in design.md, section 4).

The words are data, one file a language (``phrases/dates_en.toml`` explains them); ``date_meanings`` does the
arithmetic. dateutil gives month arithmetic and Easter; its parser is not used: it knows English only, fills what is
missing from today, reads no "early next week", and takes 20 to 60 microseconds for each attempt.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from importlib import resources
from string import digits
from typing import Any

from syncd.infer.dates.meanings import MEANINGS, WEEKS, Spoken, last_day_of
from syncd.infer.dates.templates import Cues, Notation, Template, cue_slots, date_slots, key
from syncd.infer.dates.tokens import Tokens, Vocabulary, take_apart
from syncd.infer.words import fold

LANGUAGES = ("en", "de", "fr", "es")
_ABBREVIATED = 5
_TELLING = 3
_WEEK = timedelta(weeks=1)


@dataclass(frozen=True, slots=True)
class DateRead:
    """The last day that somebody named, and their words for it (at most 80 characters, on one line)."""

    by: date
    words: str


@dataclass(frozen=True, slots=True)
class Found:
    """A phrase about a date: tokens *first* to before *last*. ``by`` is None where it names no day ahead."""

    first: int
    last: int
    by: date | None
    means: str

    @property
    def since(self) -> date | None:
        """The first day of what it names: of a week, its Monday."""
        return self.by - timedelta(days=self.by.weekday()) if self.by and self.means in WEEKS else self.by


@dataclass(frozen=True, slots=True)
class Phrase:
    """A phrase, what it means, and the numbers that go with it."""

    template: Template
    means: str
    given: Mapping[str, int]


@dataclass(frozen=True)
class DateWords:
    """The date words of one language, ready to be looked for."""

    vocabulary: Vocabulary
    phrases: Mapping[str, tuple[Phrase, ...]]
    """By the key of the token that they can begin with."""
    joins: Cues
    cues: Notation
    month_first: bool
    time: frozenset[str]
    common: frozenset[str]
    abbreviations: frozenset[str]
    after_ordinals: frozenset[str]
    """What goes on behind an ordinal with a full stop, like the name of a month."""

    def find(self, tokens: Tokens, said: date, before: Found | None = None) -> list[Found]:
        """The dates in *tokens*, in their order. *before* is the last one of the text so far, for "the day after"."""
        found: list[Found] = []
        index = 0
        while index < len(tokens):
            one = self._longest(tokens, index, said, before)
            if one is None:
                index += 1
                continue
            one = self._with_its_day(one, tokens, said, before)
            found.append(one)
            before = one if one.by else before
            index = one.last
        return self._ranges(found, tokens)

    def _with_its_day(self, one: Found, tokens: Tokens, said: date, before: Found | None) -> Found:
        """A month that turns out to be the beginning of a day is that day: not "by November", but "November 24"."""
        if one.means != "month" or one.last >= len(tokens):
            return one
        longer = (self._longest(tokens, index, said, before) for index in range(one.first + 1, one.last))
        return next((other for other in longer if other and other.by and other.last > one.last), one)

    def _longest(self, tokens: Tokens, index: int, said: date, before: Found | None) -> Found | None:
        """The longest phrase that begins at token *index*; the first listed of equal ones."""
        start, best, means = tokens.coded_starts[index], None, None
        for phrase in self.phrases.get(key(tokens.coded_tokens[index]), ()):
            match = phrase.template.match(tokens.coded, start)
            if match and (best is None or match.end() > best.end()):
                best, means = match, phrase
        if best is None or means is None:
            return None
        # Of two of a kind ("12 to 14 May") the later one counts.
        parts = {name.rstrip(digits): text for name, text in best.groupdict().items() if text is not None}
        by = last_day_of(
            means.means,
            Spoken(
                said,
                before.by if before else None,
                before.since if before else None,
                parts,
                means.given,
                self.month_first,
            ),
        )
        return Found(index, tokens.coded_at(best.end() - 2) + 1, by, means.means)

    def _ranges(self, found: list[Found], tokens: Tokens) -> list[Found]:
        """Two dates with "or" between them are one: the later."""
        merged: list[Found] = []
        for date_ in found:
            last = merged[-1] if merged else None
            if last and last.by and date_.by and self.joins.fits(tokens.words(last.last, date_.first)):
                by = date_.by
                if last.means == date_.means == "weekday" and by < last.by < by + _WEEK:
                    by += _WEEK  # "Monday or Tuesday", said on a Tuesday
                merged[-1] = Found(last.first, date_.last, max(last.by, by), date_.means)
            else:
                merged.append(date_)
        return merged


def last_day(text: str, said: date, languages: Iterable[str] = LANGUAGES) -> DateRead | None:
    """The last day that *text* names on *said*, in the first of *languages* that finds one.

    For words that are known to be a date; whether a mail promises news by it is for ``promises`` to say.
    """
    for language in languages:
        words = date_words(language)
        tokens = take_apart(text, words.vocabulary)
        for found in reversed(words.find(tokens, said)):
            if found.by:
                return DateRead(found.by, tokens.quote(found.first, found.last))
    return None


@cache
def language_data(language: str) -> dict[str, Any]:
    """The data file of *language*, as it is."""
    file = resources.files("syncd.infer") / "phrases" / f"dates_{language}.toml"
    return tomllib.loads(file.read_text(encoding="utf-8"))


@cache
def date_words(language: str) -> DateWords:
    """The date words of *language*, compiled when they are first needed."""
    content = language_data(language)
    words = content["words"]
    vocabulary = _vocabulary(words)
    dates = Notation(date_slots(words["range"]), r"(?:[,-] )?", vocabulary)
    phrases: dict[str, list[Phrase]] = {}
    for entry in content["date"]:
        if entry["means"] not in MEANINGS:
            raise ValueError(f"dates_{language}.toml: no meaning is called {entry['means']!r}")
        given = {k: v for k, v in entry.items() if isinstance(v, int)}
        for template in dates.templates(entry["say"]):
            for at in template.keys:
                phrases.setdefault(at, []).append(Phrase(template, entry["means"], given))
    cues = Notation(cue_slots(_forms(words)), elided=vocabulary.elided)
    return DateWords(
        vocabulary=vocabulary,
        phrases={at: tuple(listed) for at, listed in phrases.items()},
        joins=cues.cues({"joins": words["joins"]}),
        cues=cues,
        month_first=words["numeric"] == "month/day",
        time=_time_words(words),
        common=frozenset(words["common"]) | frozenset(map(fold, words["common"])),
        abbreviations=frozenset(fold(word) for word in words["abbreviations"]),
        after_ordinals=frozenset(fold(word) for word in words.get("after_ordinals", [])),
    )


def _forms(words: Mapping[str, Any]) -> dict[str, list[str]]:
    """How weekdays, months and numbers are written."""
    numbers = [str(number) for number in range(1, 32)]
    return {
        "weekday": [form for forms in words["weekday"] for form in forms.split()],
        "month": [form for forms in words["month"] for form in forms.split()],
        "n": [forms.split()[0] for forms in words["number"]] + numbers,
        "nth": [number + ending for number in numbers for ending in words["day_endings"]],
    }


def _time_words(words: Mapping[str, Any]) -> frozenset[str]:
    """As they stand in a text in lower case, with their accents or without; and every digit.

    Two letters are too few to tell by ("do" is a weekday in German, and what isn't it in English): they stand beside
    a number.
    """
    forms = _forms(words)
    written = [word.rstrip(".") for word in (*words["time"], *forms["weekday"], *forms["month"])]
    written += [form for meant, *short in map(str.split, words["spelled"]) if meant in written for form in short]
    return frozenset(w for w in (*written, *map(fold, written)) if len(w) >= _TELLING) | frozenset(digits)


def _vocabulary(words: Mapping[str, Any]) -> Vocabulary:
    tokens: dict[str, str] = {}
    for letter, listed in (("W", words["weekday"]), ("M", words["month"])):
        for number, forms in enumerate(listed, 1):
            full, *short = forms.split()
            for form in (full, *short, *(f"{form}." for form in short if len(form) <= _ABBREVIATED)):
                tokens[fold(form)] = f"{letter}{number}"
    for letter, listed in (("N", words["number"]), ("O", words["ordinal"])):
        for forms in listed:
            *written, number = forms.split()
            tokens |= {fold(form): f"{letter}{number}" for form in written}
    return Vocabulary(
        tokens,
        frozenset(words["day_endings"]),
        words["dotted_days"],
        frozenset(fold(word) for word in words.get("before_short", [])),
        tuple(words.get("elided", [])),
        {form: fold(meant) for meant, *forms in map(str.split, words["spelled"]) for form in forms},
    )
