"""What is known of an entry before its company is looked for, and the company that is found. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache

from syncd.infer import names
from syncd.infer.events.cues import alternatives, lexicon, pattern
from syncd.infer.events.people import Me, is_team, words_of
from syncd.infer.events.pieces import Piece, split
from syncd.infer.events.told import TEXT_LIMIT, TITLE_LIMIT, Told
from syncd.model import Account, Event, Person


@dataclass(frozen=True, slots=True)
class Company:
    """A company's ``name``; ``certain`` where words said so; ``why`` names the place where it stands."""

    name: str = ""
    certain: bool = False
    why: str = ""
    score: float = 0.0


@dataclass(frozen=True, slots=True)
class Context:
    """What is known before the company is looked for. ``own`` are the user's own domains.

    ``tools`` are the letters of the names of tools that say in the text that they sent this. ``domains`` are the
    registrable ones of the other side that may be an employer's, in the order of the invitation, those of agencies
    last; ``agency`` is the organizer's, where the text speaks of a client and somebody else comes along, or of an
    agency. ``persons`` are the words of the names of who is invited, ``links`` the description and the place with
    their links.
    """

    told: Told
    pieces: tuple[Piece, ...]
    everyone: tuple[Person, ...]
    me: Me
    own: frozenset[str]
    links: str
    tools: tuple[str, ...]
    agency: str
    domains: tuple[str, ...]
    persons: tuple[frozenset[str], ...]

    def is_tool(self, name: str) -> bool:
        """Whether *name* is that of a tool which sent this."""
        return bool(self.tools) and names.letters(name).startswith(self.tools)

    def agrees(self, name: str) -> bool:
        """Whether one of the mail domains can be that of *name*."""
        return any(names.fits_domain(name, d) for d in self.domains)


def about(event: Event, account: Account, said: Told, everyone: Iterable[Person], me: Me) -> Context:
    """What is known of *event*, which says *said*."""
    invited, own = tuple(everyone), names.own_domains(account)
    tools = tuple(letters for m in _sent_by().finditer(said.text) if len(letters := names.letters(m[1])) > 3)
    found = dict.fromkeys(names.registrable(p.email) for p in invited if p.email)
    agency = _agency(said, list(found))
    theirs = [d for d in found if d and d not in own and not names.is_public_host(d)]
    employers = [d for d in theirs if not (tools and names.letters(names.label(d)).startswith(tools))]
    return Context(
        said,
        tuple(p for title in said.titles for p in split(title)),
        invited,
        me,
        own,
        f"{event.description[:TEXT_LIMIT]} {event.location[:TITLE_LIMIT]}",
        tools,
        agency,
        tuple(sorted(employers, key=lambda d: is_agency(names.company_of_domain(d)) or d == agency)),
        tuple(frozenset(words_of(p.name)) for p in invited if p.name and not is_team(p)),
    )


def _agency(said: Told, domains: list[str]) -> str:
    if not domains or not said.text or not pattern("speaks_of_client").search(said.text):
        return ""
    return domains[0] if len(domains) > 1 or pattern("is_agency").search(said.text) else ""


@cache
def _sent_by() -> re.Pattern[str]:
    return re.compile(rf"\b(?i:{alternatives('sent_by')})[ ]+([A-ZÀ-Þ][\w]+)")


@lru_cache(maxsize=4096)
def is_agency(name: str) -> bool:
    """Whether *name* is that of a recruiting agency."""
    return any(pattern("agency").search(n) for n in (name, "".join(names.company_key(name).split())))


@lru_cache(maxsize=4096)
def is_house(name: str) -> bool:
    """Whether *name* says what kind of house it is: "Elm Creek USD", "Hotel Miravel", "Wren & Vale"."""
    words, lists = [w.strip(".,") for w in name.casefold().split()], lexicon()
    if not words:
        return False
    if "&" in words or words[-1] in lists.organisations:
        return True
    return words[0] in lists.organisations and words[0] not in lists.subjects
