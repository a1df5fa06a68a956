"""All names that may be the company of an entry, each with what speaks for and against it. Pure.

They come from the rules (``proposals``), from every run of words that may be a name (``spans``), from mail domains,
from the addresses of tools, and from links.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from syncd.infer import names
from syncd.infer.events import jobs
from syncd.infer.events.context import Context, is_agency, is_house
from syncd.infer.events.cues import lexicon, pattern
from syncd.infer.events.domains import BY_DOMAIN, spelled
from syncd.infer.events.people import is_team, looks_like_person, words_of
from syncd.infer.events.pieces import without_tools
from syncd.infer.events.proposals import is_usable, proposals
from syncd.infer.events.spans import PLACE, SENDER, TEXT, TITLE, spans
from syncd.infer.language import fold
from syncd.model import Person

_PATHS = (
    r"greenhouse\.io|lever\.co|ashbyhq\.com|workable\.com|personio\.\w+|recruitee\.com|teamtailor\.com"
    r"|smartrecruiters\.com|calendly\.com|cal\.com|breezy\.hr|bamboohr\.com|jobvite\.com"
)
_PATH = re.compile(rf"https?://(?:[\w-]+\.)*(?:{_PATHS})/(?:embed/|j/|jobs?/)?([a-z][\w-]{{2,40}})", re.IGNORECASE)
"""Tools that name their customer first in a link's path."""
_NOT_ONLY_A_PERSON = re.compile(r"[|(,–]| - |\bat\b|\bvia\b|@")
_PARTS_OF_TOOLS = frozenset(["mail", "app", "eu", "us", "notifications", "email", "candidates"])
_SEPARATORS = re.compile(r"[-_.]+")


@dataclass(slots=True)
class Candidate:
    """A name, as it is best written, and its features; ``certain`` where words said it; ``why`` names the place."""

    name: str
    features: dict[str, float] = field(default_factory=dict)
    why: str = ""
    certain: bool = True


def candidates(context: Context) -> list[Candidate]:
    """All that may be the company of an entry, each once."""
    found: dict[str, Candidate] = {}
    unusable: set[str] = set()
    for seen in _all(context):
        key = names.company_key(seen.name).replace(" ", "")
        if len(key) < 2 or key in unusable:
            continue
        known = found.get(key)
        if known is None and not is_usable(seen.name, context):
            unusable.add(key)
            continue
        if known is None:
            found[key] = seen
            continue
        if _worth(seen) > _worth(known):
            known.name, known.why, known.certain = seen.name, seen.why, seen.certain
        for feature, value in seen.features.items():
            if value > known.features.get(feature, -9.0):
                known.features[feature] = value
    for candidate in found.values():
        candidate.features.update(_as_a_whole(candidate, context))
    return list(found.values())


def _worth(candidate: Candidate) -> tuple[bool, bool, int]:
    """Which of two ways to write the same name is better: "Elm Creek USD", not "elm creek"."""
    return candidate.certain, not candidate.name.islower(), len(candidate.name.split())


def nothing(context: Context) -> dict[str, float]:
    """The features of the answer that no company is named."""
    return {
        "none": 1.0,
        "none no domain": float(not context.domains),
        "none alone": float(not context.everyone),
        "none no text": float(not context.told.text),
        "none no place": float(not context.told.place),
    }


def _all(context: Context) -> Iterator[Candidate]:
    yield from _proposed(context)
    told = context.told
    for where, text, why in (
        (TITLE, told.headings, '"{}" in the title'),
        (PLACE, without_tools(told.place), 'the place "{}"'),
        (TEXT, told.text, 'the words "{}"'),
    ):
        for name, features in spans(text, where):
            yield Candidate(name, features, why.format(" ".join(name.split())[:60]))
    for person in context.everyone:
        if person.name and "@" not in person.name and (is_team(person) or _NOT_ONLY_A_PERSON.search(person.name)):
            for name, features in spans(person.name, SENDER):
                yield Candidate(name, features, f'the sender "{name[:60]}"')
        if person.email and names.is_tool_host(person.email):
            yield from _of_a_tool(person)
    yield from _of_domains(context)
    yield from _of_links(context)


def _proposed(context: Context) -> Iterator[Candidate]:
    proposed = proposals(context)
    best = max((company.score for company in proposed), default=0.0)
    for company in proposed:
        place = "title" if company.why.endswith("in the title") else " ".join(company.why.split()[:2])
        features = {
            "r:": 1.0,
            "r:score": company.score / 5,
            "r:best": float(company.score == best),
            f"r:{'said' if place.startswith(chr(34)) else place}": 1.0,
        }
        yield Candidate(company.name, features, company.why, company.certain)


def _of_a_tool(person: Person) -> Iterator[Candidate]:
    """From addresses such as kerrigandairies@app.bamboohr.com and jobs@kerrigandairies.recruitee.com."""
    local, _, host = person.email.partition("@")
    why = f"the address {person.email[:60]}"
    own_name = person.name and not is_team(person) and names.letters(local) not in names.letters(person.name)
    if not own_name and not names.is_role_mailbox(person.email):
        yield Candidate(_worded(local), {"s:ats local": 1.0}, why, certain=False)
    first = host.partition(".")[0]
    if host != names.registrable(host) and first not in _PARTS_OF_TOOLS and not pattern("own_hosts").fullmatch(first):
        yield Candidate(_worded(first), {"s:ats host": 1.0}, why, certain=False)


def _of_domains(context: Context) -> Iterator[Candidate]:
    domains = context.domains
    persons = {d: [p for p in context.everyone if names.registrable(p.email) == d and not is_team(p)] for d in domains}
    organizer = names.registrable(context.everyone[0].email) if context.everyone else ""
    for n, domain in enumerate(domains):
        name, said = spelled(domain, context)
        others = any(persons[d] for d in domains if d != domain)
        features = {
            "s:domain": 1.0,
            f"s:domain {min(n, 2)}": 1.0,
            "s:domain alone": float(len(domains) == 1),
            f"s:domain persons {min(len(persons[domain]), 2)}{others:d}": 1.0,
            f"s:domain organizer {domain == organizer:d}{bool(persons[domain]):d}{others:d}": 1.0,
            "s:domain agency": float(domain == context.agency),
        }
        yield Candidate(name, features, f'the words "{said}"' if said else BY_DOMAIN, bool(said))


def _of_links(context: Context) -> Iterator[Candidate]:
    for host in context.told.hosts:
        why, first = f"the link to {host[:60]}", host.lower().partition(".")[0]
        if not names.is_public_host(host):
            yield Candidate(names.company_of_domain(host), {"s:link": 1.0}, why, certain=False)
        elif host.lower() != names.registrable(host) and names.is_tool_host(host):
            long = len(first) > 3 and not any(c.isdigit() for c in first)
            if long and not pattern("own_hosts").fullmatch(first):
                yield Candidate(_worded(first), {"s:tool link": 1.0}, why, certain=False)
    for found in _PATH.finditer(context.links):
        yield Candidate(_worded(found[1]), {"s:tool path": 1.0}, f"the link to {found[0][8:68]}", certain=False)


def _worded(part: str) -> str:
    """A part of an address as words."""
    return _SEPARATORS.sub(" ", part).title()


def _as_a_whole(candidate: Candidate, context: Context) -> dict[str, float]:
    """What a name is like, wherever it stands."""
    name, letters = candidate.name, names.letters(candidate.name)
    words, said = frozenset(words_of(name)), name.casefold().split()
    agreement = _agreement(name, letters, context)
    agrees = "fits" if agreement else "other"
    public = (names.label(p.email) for p in context.everyone if p.email and names.is_public_host(p.email))
    told = {
        agreement: bool(agreement),
        f"x:domain known {agrees}": bool(context.domains),
        "x:house": is_house(name),
        "x:job": jobs.is_job(name),
        "x:person": looks_like_person(name),
        "x:agency": is_agency(name),
        "x:of agency": bool(context.agency) and names.fits_domain(name, context.agency),
        "x:tool": context.is_tool(name),
        "x:tool word": any(names.is_tool_host(f"x@{names.letters(w)}.com") for w in said if len(w) > 3),
        "x:tool's domain": any(names.letters(label) == letters for label in public),
        "x:own house": any(names.letters(names.label(d)) == letters for d in context.own),
        "x:attendee": bool(words) and any(words <= theirs for theirs in context.persons),
        "x:street": pattern("street").search(name) is not None,
        "x:around": any(w in lexicon().around for w in said),
    }
    places = sum(place in candidate.features for place in (TITLE, TEXT, PLACE, SENDER, "s:domain"))
    return {feature: 1.0 for feature, true in told.items() if true} | {f"x:places {min(places, 3)}": 1.0}


def _agreement(name: str, letters: str, context: Context) -> str:
    """How far one of the mail domains is that of *name*, empty where none is."""
    ways = (letters, names.letters(fold(name)))
    found = ""
    for domain in context.domains:
        known = names.letters(names.label(domain))
        if known in ways:
            return "x:is domain"
        if names.fits_domain(name, domain) or names.fits_domain(fold(name), domain):
            found = "x:fits domain"
        elif len(letters) > 3 and any(way in known for way in ways):
            found = found or "x:in domain"
    return found
