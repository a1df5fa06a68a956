"""On which side of the table the user sits: the candidate, or one of those who ask. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from syncd.infer import names
from syncd.infer.events.cues import cues, lexicon
from syncd.infer.events.people import Me, is_team, looks_like_person, words_of
from syncd.infer.events.pieces import split
from syncd.infer.events.told import Told
from syncd.model import Account, Event, Person

_DECIDES = 4
"""Points of words that name an interview."""

_NAME_END = re.compile(r"[.,;(|\n<]|\s-\s")
_NAME = r"[A-ZÀ-Þ][\w'’.-]+(?: [A-ZÀ-Þ][\w'’.-]+){0,2}"
_SOMEBODY_FOR = re.compile(rf"^(?:\w+[- ])?(?i:interview)(?:ing)?s?\b[\s:–—-]*(?:with |of )?({_NAME}) (?i:for|as) ")
_FOR_SOMEBODY = re.compile(
    r"(?i:interview|gespräch|termin|entretien|entrevista|colloquio)\b.*"
    r"\b(?i:(?<!ask )for|für|pour|para|per|voor) ([A-ZÀ-Þ][\w-]+)$"
)
_POSSESSIVE = re.compile(
    r"^\W*(?:(?:drive|take|pick up) )?([^\W\d_]+)[’']s? (?:\w+ ){0,2}?(?:interview|onsite|phone screen|trial shift)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Side:
    """``candidate`` is None where nothing tells. ``colleagues``: all the others are of the user's own house.

    ``outside`` are those who aren't. ``by_line``: a line "Candidate:" said so.
    """

    candidate: bool | None = None
    colleagues: bool = False
    by_line: bool = False
    why: str = ""
    outside: tuple[Person, ...] = ()


@dataclass(frozen=True, slots=True)
class _Table:
    """Who sits around it: ``inside`` are of the user's own house (same domain), ``outside`` are not."""

    said: Told
    me: Me
    everyone: list[Person]
    inside: list[Person]
    outside: list[Person]
    organizes: bool
    called_from_inside: bool
    own_house: bool


def side_of(event: Event, account: Account, said: Told, everyone: list[Person], me: Me) -> Side:
    """Where the user of *account* sits at *event*."""
    own = names.own_domains(account)
    inside = [p for p in everyone if p.email and names.registrable(p.email) in own]
    outside = [p for p in everyone if p.email and names.registrable(p.email) not in own]
    organizer = event.organizer.email if event.organizer else ""
    table = _Table(
        said,
        me,
        everyone,
        inside,
        outside,
        organizes=bool(organizer) and account.owns(organizer),
        called_from_inside=bool(organizer) and names.registrable(organizer) in own,
        own_house=bool(own),
    )
    side = (
        _named_candidate(table) or _invited_by_name(table) or _says_so(table) or _invites(table) or _of_another(table)
    )
    colleagues = bool(inside) and not outside
    return replace(side or Side(), colleagues=colleagues, outside=tuple(outside))


def _named_candidate(table: _Table) -> Side | None:
    """What a line "Candidate: NAME" says."""
    for value in table.said.labels("candidate"):
        name = _NAME_END.split(value)[0].strip()
        words = set(words_of(name))
        if not words or len(words) > 5:
            continue
        on_list = any(words <= set(words_of(p.name)) for p in table.everyone if not is_team(p))
        if table.me.is_named(name) or (not on_list and not table.inside and table.me.shares_name(name)):
            return Side(candidate=True, by_line=True, why=f'it names you as the candidate: "{name}"')
        if table.inside or on_list or table.me.names or looks_like_person(name):
            return Side(candidate=False, why=f'somebody else is the candidate: "{name}"')
    return None


def _invited_by_name(table: _Table) -> Side | None:
    """An invitation from outside with the user's name in its title."""
    if table.inside or table.organizes or not any(table.me.is_named(p.text) for p in split(table.said.title)):
        return None
    return Side(candidate=True, why="your name stands in the title of an invitation from outside")


def _says_so(table: _Table) -> Side | None:
    """Words such as "you are interviewing", "scorecard", "panel member"."""
    words = cues().them_title.find_unless_job(table.said.headings)
    # From an employer's invitation, "candidate interview" is what they call it.
    theirs = table.outside and not table.organizes and not table.inside and "interviewing" not in words.casefold()
    if not words or theirs:
        words = cues().them_text.find(table.said.text)
    return Side(candidate=False, why=f'{cues().them_text.why}: "{words}"') if words else None


def _invites(table: _Table) -> Side | None:
    """An interview to which the user, or the user's own house, invited somebody."""
    colleagues = [p for p in table.inside if not is_team(p)]
    if not (table.organizes or table.called_from_inside or colleagues):
        return None
    people = [p for p in table.outside if not is_team(p)]
    if not any(c.find(table.said.headings) for c in cues().title if c.points >= _DECIDES):
        # Nobody who invites from a house of their own people at private addresses is their candidate.
        guests = people if table.own_house and table.organizes else []
        if guests and all(names.is_free_mail(p.email) for p in table.outside):
            return Side(candidate=False, why=f"you invited {guests[0]} to it")
        return None
    asked = next((p for p in table.outside if _is_asked(p, table.said)), None)
    if not asked and table.own_house and people:
        asked = people[0]
    if asked:
        return Side(candidate=False, why=f"you or your own house invited {asked} to it")
    if colleagues and not table.organizes and not table.called_from_inside and not people:
        return Side(candidate=False, why=f"{colleagues[0]} of your own house takes part with you")
    if table.called_from_inside and not table.outside and (table.inside or not table.organizes):
        return Side(candidate=False, why="only your own house takes part in it")
    return None


def _is_asked(person: Person, said: Told) -> bool:
    """Whether *person* is the one to be interviewed: at a private address, or named in the title."""
    words = set(words_of(person.name))
    return names.is_free_mail(person.email) or bool(words and words <= set(words_of(said.title)))


def _of_another(table: _Table) -> Side | None:
    """A title such as "Interview Dana for barista", or "Emma's interview"."""
    title, me = table.said.title, table.me
    for_whom = _FOR_SOMEBODY.search(title)
    if for_whom and not table.outside and names.plain(for_whom[1]) in lexicon().given and not me.is_named(for_whom[1]):
        return Side(candidate=False, why=f'it is for somebody else: "{for_whom[0]}"')
    about = _SOMEBODY_FOR.match(title)
    if about and not table.outside and looks_like_person(about[1]) and not me.is_named(about[1]):
        return Side(candidate=False, why=f'somebody else is the candidate: "{about[1]}"')
    owned = _POSSESSIVE.match(title)
    if owned and not me.is_named(owned[1]):
        lists, owner = lexicon(), names.plain(owned[1])
        if owner in lists.given | lists.relatives and owner not in lists.possessive_companies:
            return Side(candidate=False, why=f'it is somebody else\'s: "{owned[0]}"')
    return None
