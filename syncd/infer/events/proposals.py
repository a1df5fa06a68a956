"""Which names the rules propose for the company: those at places that are there for it, each with a score. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from syncd.infer import names
from syncd.infer.events import jobs
from syncd.infer.events.context import Company, Context, is_agency, is_house
from syncd.infer.events.cues import alternatives, lexicon, pattern
from syncd.infer.events.domains import BY_DOMAIN, spelled
from syncd.infer.events.people import is_team, looks_like_person, words_of
from syncd.infer.events.pieces import AT, FOR, VIA, WITH, Piece, strip, without_tools
from syncd.infer.events.told import Told

# How much each place counts. They only have to stand in the right order: a line "Company:" over "at Acme" over the
# domain of an address over any other piece of a title (there the unknown word is more often "Pairing" than a name) over
# a place; and a domain that agrees lifts any of them.
_LABELLED, _CLIENT, _AT, _WITH, _DOMAIN, _SAID, _SENDER = 12.0, 10.0, 6.0, 5.2, 4.9, 4.6, 4.3
_PROPER, _ABOUT, _HOUSE_AT_PLACE, _UNSURE, _LOOSE_WORDS, _SUBDOMAIN, _PLACE = 4.0, 3.4, 3.2, 2.9, 2.4, 2.2, 1.7
_IS_HOUSE, _LEAST = 1.2, 1.0

_WORD_OF_NAME = r"[A-ZÀ-Þ0-9][\w&'’.+-]*"
_NAME = rf"(?:the )?{_WORD_OF_NAME}(?:[ ](?:&|of|and|the|de|du|del|la|le|für|und|et|y|i|{_WORD_OF_NAME})){{0,5}}"
_WITH_DIGITS = re.compile(r"\d?[A-Za-z]\d?[A-Za-z]?|\d+[^\W\d]{4,}")
"""Names that begin with a digit or are no more than letters and digits: "3M", "4points"."""
_TRAILING = re.compile(r"(?:[ ](?:and|the|of|de|la|le|du|und|et|y|i))+$")


def proposals(context: Context) -> list[Company]:
    """What the rules propose, each with its score."""
    found = [c for c in _candidates(context) if is_usable(c.name, context) and not context.is_tool(c.name)]
    for domain in context.domains[:1]:
        name, _ = spelled(domain, context)
        score = _LEAST + 0.1 if is_agency(name) else _DOMAIN
        found.append(Company(name, certain=False, why=BY_DOMAIN, score=score))
    return found


@cache
def _job_at() -> re.Pattern[str]:
    return re.compile(rf"\b(?i:{alternatives('post')})[ ]+(?i:(?:at|@|bei|chez|en|in) )?({_NAME})$")


@cache
def _said() -> re.Pattern[str]:
    return re.compile(rf"\b(?i:{alternatives('before_company')})[ ]+({_NAME})")


@cache
def _client() -> re.Pattern[str]:
    return re.compile(rf"\b(?i:{alternatives('before_client')})\b[ ]?[,:(–-]?[ ]?((?!At\b|As\b|Is\b){_NAME})")


def _candidates(context: Context) -> Iterator[Company]:
    told = context.told
    for kind, score in (("company", _LABELLED), ("client", _LABELLED - 1)):
        for value in told.labels(kind)[:2]:
            first = re.split(r"\s+[|–—-]\s+|\s{2,}|[;(]", value)[0]
            yield Company(_trim(first), True, f'the line "{value[:60]}"', score)
    for match in _client().finditer(told.text):
        yield Company(_trim(match[1]), True, f'"{match[0][:80]}"', _CLIENT)
    yield from _from_pieces(context)
    for match in _said().finditer(told.text[:2_000]):
        score = _SAID - 0.7 if match[0][:5].lower() == "join " else _SAID  # "Join Zoom", "Join Us"
        yield Company(_trim(match[1]), True, f'"{match[0][:80]}"', score)
    yield from _from_teams(context)
    yield from _from_place(context)
    yield from _from_links(told)


def _from_pieces(context: Context) -> Iterator[Company]:
    job_at = -2
    for piece in context.pieces:
        before, _, behind = _at_interview(piece.text)
        if behind and jobs.is_job(before):
            yield Company(_trim(strip(behind)), True, f'"{piece.raw[:60]}" in the title', _PROPER)
        if (jobs.is_job(piece.text) and not jobs.is_theirs(piece.raw)) or jobs.ends_in_job(piece.raw):
            job_at = piece.nth
            continue
        if at := _job_at().search(piece.raw):
            yield Company(_trim(at[1]), True, f'"{piece.raw[:60]}" in the title', _WITH)
        if piece.raw != piece.text and not piece.raw.startswith("HR") and looks_like_person(piece.raw):
            continue  # "Hr. Banse"
        if pattern("ends_in_post").search(piece.raw):
            continue  # "forklift job", "confidential FC role"
        score = _score_of(piece, known_domain=bool(context.domains))
        if piece.after in WITH and " " not in piece.text and pattern("talk_with").search(_before(context, piece)):
            score = _UNSURE  # "coffee w/ Ros, Thornbury Ceramics"
        house = is_house(piece.text)
        if piece.nth == job_at + 1 and not piece.after and not house:
            score -= 2.5  # "Vice President, Credit Risk"
        if piece.raw == piece.text and not piece.after:
            score += 0.4  # it stands alone: "Kitewing - Data Modelling Interview"
        if pattern("hr_of").search(piece.raw) and piece.text != piece.raw:
            score += 2  # "Sanna (HR Brinemoor)"
        if pattern("site").search(piece.text):
            score -= 1.5
        if before != piece.text and not piece.after:
            yield Company(_trim(strip(before)), True, f'"{piece.raw[:60]}" in the title', score + 0.2)
        if house:
            score += _IS_HOUSE
        elif piece.bracketed:
            score -= 0.6 if piece.proper else 2
        if len(piece.text.split()) > 5:
            score -= 1.5
        yield Company(_trim(piece.text), True, f'"{piece.raw[:60]}" in the title', score)


def _at_interview(text: str) -> tuple[str, str, str]:
    """*text* before, at and behind an interview in its midst: "Vet nurse", "interview", "Oakhurst Vets"."""
    found = pattern("inner").search(text)
    return (text[: found.start()], found[0], text[found.end() :]) if found else (text, "", "")


def _before(context: Context, piece: Piece) -> str:
    """The title up to *piece*."""
    return context.told.headings.partition(piece.raw)[0]


def _score_of(piece: Piece, *, known_domain: bool) -> float:
    if piece.after in AT:
        return _AT
    if piece.after in WITH:
        initials = piece.text.isupper() and len(piece.text) < 4  # "with HR", "mit GL"
        return _WITH if not known_domain or (piece.proper and not initials) else _UNSURE
    if piece.after in FOR:
        return _ABOUT if piece.proper else _LEAST + 0.5
    if piece.after in VIA:
        return _LEAST + 0.2
    if piece.after == "in" and not is_house(piece.text):
        return _LEAST  # a town, mostly
    if piece.after in ("in", "im", "en", "to"):
        return _UNSURE if piece.proper else _LEAST + 1
    if piece.after:
        return _UNSURE - 0.3
    return _PROPER if piece.proper else _LOOSE_WORDS


def _from_teams(context: Context) -> Iterator[Company]:
    """From senders such as "Quillstone Recruiting"."""
    for person in context.everyone:
        said = person.name
        if not said or "@" in said or not is_team(person) or names.is_tool_host(f"x@{names.letters(said)}.com"):
            continue
        name = " ".join(
            re.sub(rf"\b(?:{alternatives('team_words')})\b|[|/–—-]", " ", said, flags=re.IGNORECASE).split()
        )
        name = name.strip(" &,.")
        if name and not looks_like_person(name):
            score = _SENDER if name[:1].isupper() and "&" not in name else _UNSURE
            yield Company(name, True, f'the sender "{said[:60]}"', score)


def _from_place(context: Context) -> Iterator[Company]:
    """From places such as "Linden Pharmacy, upstairs"; no streets, rooms, or cafés where people only meet."""
    lists = lexicon()
    for n, part in enumerate(re.split(r"\s*[,;\n()–—|]\s*|\s+-\s+", without_tools(context.told.place))[:3]):
        words = part.casefold().split()
        if not words or len(words) > 6 or words[-1] in lists.nowhere or pattern("street").search(part):
            continue
        name = strip(part)
        if name and (not lists.leisure.search(part) or context.agrees(part)):
            score = (_HOUSE_AT_PLACE if is_house(name) else _PLACE) - n * 0.6
            yield Company(name, True, f'the place "{part[:60]}"', score)


def _from_links(told: Told) -> Iterator[Company]:
    """From hosts such as quillstone.zoom.us."""
    for host in told.hosts:
        domain = names.registrable(host)
        first = host.lower().split(".")[0]
        if not domain or host.lower() == domain or not names.is_tool_host(host) or len(first) < 4:
            continue
        if first.isalpha() and not pattern("own_hosts").fullmatch(first):
            yield Company(first.title(), False, f"the link to {host[:60]}", _SUBDOMAIN)


def is_usable(name: str, context: Context) -> bool:
    """Whether *name* can be a company's: not the user's or an invited person's, no job, tool or "upstairs"."""
    words, lists = names.company_key(name).split(), lexicon()
    if len("".join(words)) < 2 or len(name) > 80 or context.me.is_named(name):
        return False
    plain_words = [w.strip(".,'’") for w in name.casefold().split()]
    if all(w in lists.nowhere or w in lists.around or w.isdigit() for w in plain_words):
        return False
    if jobs.is_job(name) or names.is_tool_host(f"x@{''.join(words)}.com") or pattern("parts").fullmatch(plain_words[0]):
        return False
    if all(len(w) < 2 or w[0].isdigit() for w in words) and not _WITH_DIGITS.fullmatch(name):
        return False
    said = set(words_of(name))
    for theirs in context.persons:
        if said and said <= theirs and ((len(said) > 1 and said == theirs) or not context.agrees(name)):
            return False
    # "Amber Mills" by ambermills.example
    return context.agrees(name) or not looks_like_person(name)


def _trim(name: str) -> str:
    return _TRAILING.sub("", name.strip(" .,;:'’\"-")).strip(" .,;:-")[:80]
