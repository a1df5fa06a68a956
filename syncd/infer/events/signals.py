"""What the trained model looks at in a calendar entry: its words, the kinds of words, its shape, and the cues.

Each signal is a name. A change of names, or of what they stand for, needs a new ``VERSION`` and a retrained model (see
``tests/training``). Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from syncd.infer import names
from syncd.infer.events import jobs
from syncd.infer.events.cues import lexicon
from syncd.infer.events.people import Me, is_team, looks_like_person
from syncd.infer.events.pieces import split
from syncd.infer.events.side import Side
from syncd.infer.events.told import Told
from syncd.infer.events.weighing import ENOUGH, Weighing
from syncd.infer.language import fold
from syncd.infer.names import plain
from syncd.model import Event, Person

VERSION = 2
"""Of the names below, and of those in ``spans`` and ``candidates``. A model made for another one is not read."""

TITLE_WORDS = 40
TEXT_WORDS = 160
"""Words looked at. What a person wrote stands at the front."""

_PREFIX, _SUFFIX = 5, 6
_TOKEN = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*|\d+(?:[.:,h]\d+)*\w*|[?!&/<>+:]|[-–—](?=\s)")
_CLOCK = re.compile(r"\d{1,2}(?:[:.h]\d\d)?(?:am|pm|h|uhr)?|\d{1,2}h\d\d")
_DASHES = frozenset("-–—")


@dataclass(frozen=True, slots=True)
class Word:
    """A word: folded, ``kind`` in place of it where it is a name or a job's, and where it stands in its text."""

    plain: str
    kind: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Signals:
    """The signals of one entry: ``words`` each say that it has them, ``shape`` how much of it."""

    words: tuple[str, ...]
    shape: dict[str, float]
    title: tuple[Word, ...]
    text: tuple[Word, ...]
    said: Told


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of an entry before the model is asked. ``never``: why the rules say that it is none."""

    event: Event
    said: Told
    everyone: tuple[Person, ...]
    me: Me
    side: Side
    weighing: Weighing
    never: str


def signals(known: Known) -> Signals:
    """All signals of an entry of which so much is *known*."""
    said, theirs = known.said, _letters_of_theirs(known.everyone)
    title = tuple(_words(said.headings, TITLE_WORDS, known.me, theirs))
    text = tuple(_words(said.text, TEXT_WORDS, known.me, theirs))
    place = [w.plain for w in _words(said.place, 12, known.me, theirs)]
    found = dict.fromkeys(name for _, _, name in grams(title, "T"))
    found.update(dict.fromkeys(name for _, _, name in grams(text, "D")))
    found.update(dict.fromkeys(f"L:{word}" for word in place))
    found.update(dict.fromkeys(_of_organizer(known)))
    return Signals(tuple(found), _shape(known, title, text), title, text, said)


def grams(words: tuple[Word, ...], where: str) -> Iterator[tuple[int, int, str]]:
    """Words, their beginnings and ends, pairs and kinds of words, each with where it begins and how many words it has.

    Those of a title (``where`` is "T") say more: its first word, its triples.
    """
    last = len(words)
    for i, word in enumerate(words):
        said = word.plain
        yield i, 1, f"{where}:{said}"
        yield i, 1, f"A:{said}"
        if len(said) > _PREFIX:
            yield i, 1, f"A:{said[:_PREFIX]}*"
            if len(said) > _SUFFIX + 2:
                yield i, 1, f"A:*{said[-_SUFFIX:]}"
        if i == 0 and where == "T":
            yield i, 1, f"T^:{word.kind}"
        if i + 1 < last:
            following = words[i + 1]
            yield i, 2, f"A:{said} {following.plain}"
            if where == "T":
                yield i, 2, f"K:{word.kind} {following.kind}"
                if i + 2 < last:
                    yield i, 3, f"K:{word.kind} {following.kind} {words[i + 2].kind}"


def _words(text: str, limit: int, me: Me, theirs: str) -> Iterator[Word]:
    for found, _ in zip(_TOKEN.finditer(text), range(limit), strict=False):
        raw = found[0]
        first = raw[0]
        if first.isdigit():
            said = kind = "clock" if _CLOCK.fullmatch(raw.lower()) and not raw.isdigit() else "num"
        elif not first.isalpha():
            said = kind = "-" if first in _DASHES else raw
        else:
            said = fold(raw)
            kind = _kind(raw)
            if first.isupper() and me.is_named(raw):
                kind = "<me>"
            elif kind == said and len(said) > 3 and said in theirs:
                kind = "<theirs>"
            elif kind == said and first.isupper() and len(said) > 2 and found.start() > 0:
                kind = "<Name>"
        yield Word(said, kind, found.start(), found.end())


@lru_cache(maxsize=8192)
def _kind(word: str) -> str:
    """What kind of word it is, in angle brackets; the folded word itself where it is of none."""
    lists, lower, bare = lexicon(), word.casefold(), plain(word)
    if lower in lists.honorifics:
        return "<mr>"
    if bare in lists.given:
        return "<given>"
    if lower in lists.relatives:
        return "<relative>"
    if jobs.is_head(lower):
        return "<job>"
    if lower in lists.organisations:
        return "<house>"
    return fold(word)


def _letters_of_theirs(everyone: Iterable[Person]) -> str:
    return " ".join(
        names.letters(names.label(p.email)) for p in everyone if p.email and not names.is_public_host(p.email)
    )


def _of_organizer(known: Known) -> Iterator[str]:
    organizer = known.event.organizer
    if organizer and organizer in known.everyone:
        for word in _TOKEN.findall(organizer.name):
            yield f"O:{_kind(word)}"
        local, _, domain = organizer.email.partition("@")
        for word in re.split(r"[\W_\d]+", local):
            if word:
                yield f"O:{_kind(word)}"
        for word in re.split(r"[\W_]+", domain):
            yield f"@:{word}"


def _shape(known: Known, title: tuple[Word, ...], text: tuple[Word, ...]) -> dict[str, float]:
    said, side, weighing = known.said, known.side, known.weighing
    outside = [p for p in side.outside if not is_team(p)]
    pieces = split(said.title)
    shape = {
        "s:title": min(len(title), 12) / 6,
        "s:short": float(len(title) < 4),
        "s:text": min(len(text), 100) / 50,
        "s:no text": float(not text),
        "s:alone": float(not known.everyone),
        f"s:from {_organizer(known)}": 1.0,
        "s:outside": min(len(outside), 4) / 2,
        "s:one outside": float(len(outside) == 1),
        "s:inside": min(len(known.everyone) - len(side.outside), 3) / 2,
        "s:rooms": float(any(a.kind in ("room", "resource") for a in known.event.attendees)),
        "s:all day": float(known.event.all_day),
        "s:place": float(bool(said.place)),
        "s:link": float(bool(said.hosts)),
        "s:colleagues": float(side.colleagues),
        "s:job": float(any(jobs.is_job(p.text) for p in pieces)),
        "s:person": float(any(looks_like_person(p.raw) for p in pieces)),
        "s:alone in title": float(len(pieces) == 1),
        "c:points": max(-1.5, min(weighing.points / 4, 2.0)),
        "c:weak": weighing.weak / 2,
        "c:enough": float(weighing.points >= ENOUGH and not known.never),
        "c:plenty": float(weighing.points > ENOUGH and weighing.strong and not known.never),
        "c:nothing": float(weighing.points <= 0),
        "c:strong": float(weighing.strong),
        "c:job": min(weighing.job, 6) / 4,
    }
    for kind in ("company", "client", "job", "candidate", "people"):
        if said.label(kind):
            shape[f"s:line {kind}"] = 1.0
    if side.candidate is not None:
        shape[f"c:candidate {side.candidate}"] = 1.0
        shape[f"c:side {_said_first(side.why)}"] = 1.0
    for why in weighing.why:
        shape[f"c:{_said_first(why)}"] = 1.0
    if known.never:
        shape["c:never"] = 1.0
        shape[f"c:{_said_first(known.never)}"] = 1.0
    return {name: value for name, value in shape.items() if value}


def _said_first(why: str) -> str:
    """What a cue says, without the words of the entry."""
    return " ".join(word for word in why.partition(":")[0].split()[:5] if "@" not in word)


def _organizer(known: Known) -> str:
    organizer = known.event.organizer
    if organizer is None or not (organizer.email or organizer.name):
        return "nobody"
    if organizer not in known.everyone:
        return "me"
    address = organizer.email
    if names.is_tool_host(address):
        return "hiring tool" if names.is_applicant_tracking(address) else "tool"
    if organizer not in known.side.outside:
        return "own house"
    if is_team(organizer):
        return "mailbox"
    return "private" if not address or names.is_free_mail(address) else "person"
