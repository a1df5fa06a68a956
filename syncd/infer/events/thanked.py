"""Whom one could thank: who takes part on the other side, and names that stand only in the text.

Pure. They have a name of their own: no rooms, teams, tools, and nobody who declined.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import zip_longest

from syncd.infer import names
from syncd.infer.events import jobs
from syncd.infer.events.cues import alternatives, lexicon
from syncd.infer.events.people import Me, is_team, looks_like_person, tidy, words_of
from syncd.infer.events.pieces import AT, WITH, split
from syncd.infer.events.told import Told
from syncd.infer.names import plain
from syncd.model import Person

_OF_HOUSE = AT | {"of", "von", "de"}
_MOST = 12
"""Names looked at."""
_SPLIT = re.compile(r"\s*(?:,|;|/|&|\band\b|\bund\b|\bet\b|\by\b|\bor\b|\+)\s*", re.IGNORECASE)
_AFTER = re.compile(
    r"[\s]*(?:\(([^)]{0,80})\)|[-–—|:].*|\bfrom\b.*|\bat\b.*|\bof\b.*|\bvon\b.*|\bde chez\b.*|<.*)$", re.IGNORECASE
)
_DEGREE = re.compile(r"(?<=[a-zß-ÿ])(?:,? [A-Z]{2,5})+$")
_NAME = r"[A-ZÀ-Þ][\w'’-]+"
_WHOLE_NAME = re.compile(rf"{_NAME}(?: [A-Z]\.)? {_NAME}")
_HONORED = re.compile(
    r"\b(?:Mr|Mrs|Ms|Miss|Mx|Dr|Prof|Professor|Principal|Chef|Dean|Judge|Herrn?|Frau|Hr|Fr|Mme|Mlle|M|Sra?|Srta|Señora?"
    rf"|Monsieur|Madame)\.?[ ]({_NAME}(?:[ ]{_NAME})?)"
)
_TWO_WORDS = r"((?:[^\W\d_][\w'’.-]*)(?:[ ][^\W\d_][\w'’.-]*)?)"


def on_the_other_side(everyone: Iterable[Person], told: Told, me: Me, company: str) -> tuple[Person, ...]:
    """Persons of the invitation, then names that stand only in the text; *company* is the employer's name."""
    thanked = [
        Person(tidy(p.name), p.email) for p in everyone if not is_team(p) and not (not p.email and me.is_named(p.name))
    ]
    for name in _named_in(told):
        words = set(words_of(name))
        if not words or me.is_named(name) or (company and names.same_company(name, company)):
            continue
        if not any(words & _name_words(p) for p in thanked):
            thanked.append(Person(tidy(name)))
    return tuple(thanked)


def _name_words(person: Person) -> set[str]:
    local = person.email.partition("@")[0]
    return set(words_of(person.name)) | {w for w in re.split(r"[\W_\d]+", plain(local)) if len(w) > 2}


def _named_in(told: Told) -> list[str]:
    found = [*_on_lines(told), *_in_title(told)]
    start = f"{told.headings}\n{told.text[:300]}"
    found += [m[0] for m in _HONORED.finditer(start) if not m[0].endswith(("'s", "’s")) and not jobs.is_job(m[1])]
    for match in _met().finditer(f"{told.headings}\n{told.text[:600]}"):
        words = match[1].split()
        whole = len(words) > 1 and (words[1][:1].isupper() or words[0].strip(".").casefold() in lexicon().honorifics)
        for name in (match[1], words[0]) if whole else words[:1]:
            if looks_like_person(name) and name.split()[-1].strip(".").casefold() not in lexicon().honorifics:
                found.append(name.title() if name.islower() else name)
                break
    found += [m[1] for m in _asked_for().finditer(f"{told.headings}\n{told.text[:600]}") if _can_be_name(m[1])]
    return found[:_MOST]


def _on_lines(told: Told) -> Iterator[str]:
    """Names on lines such as "Panel: Ana Reyes (Head), Tom Birch"."""
    for value in told.labels("people"):
        for n, part in enumerate(_SPLIT.split(_AFTER.sub("", value))):
            name = _DEGREE.sub("", _AFTER.sub("", part)).strip(" .")
            if jobs.is_job(name) or not name:
                continue
            if looks_like_person(name) or (_WHOLE_NAME.fullmatch(name) and _can_be_name(name) and (n or " " in name)):
                yield name


def _in_title(told: Told) -> Iterator[str]:
    """Names that are a piece of the title: "Interview (Aldous)", "coffee w/ Maura from Kestrel", "with tom abara"."""
    pieces = split(told.title)
    for piece, following in zip_longest(pieces, pieces[1:]):
        words, person = piece.text.split(), looks_like_person(piece.text)
        proper = len(words) == 1 and piece.text[:1].isupper()
        if proper and person:
            yield piece.text
        elif piece.after in WITH and piece.text.islower() and len(words) == 2 and person and _can_be_name(piece.text):
            yield piece.text.title()
        elif proper and piece.after in WITH and following and following.after in _OF_HOUSE and _can_be_name(piece.text):
            yield piece.text


def _can_be_name(name: str) -> bool:
    """Whether nothing in *name* is a word of houses, jobs, times or places."""
    lists, words = lexicon(), name.casefold().split()
    known = lists.organisations | lists.around | lists.nowhere | lists.fields
    return known.isdisjoint(words) and not any(jobs.is_head(w) for w in words) and not name.isupper()


@cache
def _met() -> re.Pattern[str]:
    """Words before somebody's name, and two words behind them."""
    return re.compile(rf"\b(?:{alternatives('before_person')})[ ]+{_TWO_WORDS}", re.IGNORECASE)


@cache
def _asked_for() -> re.Pattern[str]:
    """Words that only stand before somebody's name, and the name."""
    return re.compile(rf"\b(?i:{alternatives('asks_for')})[ ]+((?!The\b|Our\b){_NAME}(?:[ ]{_NAME})?)")
