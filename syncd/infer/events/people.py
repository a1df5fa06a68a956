"""Who is who in a calendar entry: the user, the other side, and names that stand only in the text.

Pure. People to thank are those on the other side who have a name of their own: no rooms, teams, tools, and nobody who
declined.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from syncd.infer import names
from syncd.infer.events import jobs
from syncd.infer.events.cues import lexicon
from syncd.infer.events.told import Told
from syncd.infer.names import plain
from syncd.model import Account, Event, Person

_WORD = re.compile(r"[^\W\d_]+(?:['’.-][^\W\d_]+)*\.?")
_SPLIT = re.compile(r"\s*(?:,|;|/|&|\band\b|\bund\b|\bet\b|\by\b|\bor\b|\+)\s*", re.IGNORECASE)
_INITIAL = re.compile(r"[a-z]\.?")
_LAST_FIRST = re.compile(r"([^\W\d_][\w'’-]+(?: [\w'’-]+)?), ([^\W\d_][\w'’-]+(?: [\w'’.-]+)?)")
_AFTER = re.compile(
    r"[\s]*(?:\(([^)]{0,80})\)|[-–—|:].*|\bfrom\b.*|\bat\b.*|\bof\b.*|\bvon\b.*|\bde chez\b.*|<.*)$", re.IGNORECASE
)
_HONORED = re.compile(
    r"\b(?:Mr|Mrs|Ms|Miss|Mx|Dr|Prof|Professor|Principal|Chef|Dean|Judge|Herrn?|Frau|Fr|Mme|Mlle|M|Sra?|Srta|Señora?|Monsieur"
    r"|Madame)\.?[ ]((?:[A-ZÀ-Þ][\w'’-]+)(?:[ ][A-ZÀ-Þ][\w'’-]+)?)"
)
_NAMED = re.compile(
    r"\b(?:with|w/|ask for|see|meet(?:ing)?|contact|interviewer is|mit|bei|avec|con|greet(?:ed)? by|report to)[ ]+"
    r"((?:[^\W\d_][\w'’.-]*)(?:[ ][^\W\d_][\w'’.-]*)?)",
    re.IGNORECASE,
)


def words_of(name: str) -> list[str]:
    """The folded words of a name, without honorifics, initials kept."""
    return list(_words_of(name))


@lru_cache(maxsize=1024)  # one reading asks for the same few names again and again
def _words_of(name: str) -> tuple[str, ...]:
    return tuple(w for w in re.split(r"[\W_]+", plain(name)) if w and w not in lexicon().honorifics)


@dataclass(frozen=True, slots=True)
class Me:
    """What is known of the user's own name: from the account, from invitations, from the addresses themselves."""

    names: tuple[frozenset[str], ...]
    locals: tuple[str, ...]

    def is_named(self, text: str) -> bool:
        """Whether *text* is (part of) the user's name."""
        words = words_of(text)
        if not words or len(words) > 5:
            return False
        if any(set(words) <= name or (len(name) > 1 and name <= set(words)) for name in self.names):
            return True
        return any(_fits(words, local) for local in self.locals)

    def is_called(self, text: str) -> bool:
        """Whether *text* is the user's whole name, of two words at least: a given name is many people's."""
        words = frozenset(words_of(text))
        return len(words) > 1 and words in self.names

    def shares_name(self, text: str) -> bool:
        """Whether *text* has a longer name in common with the user: "Robert Smith" where the user is known as Bob."""
        return any(_shares(words_of(text), name) for name in self.names)


def _shares(words: list[str], name: frozenset[str]) -> bool:
    return any(len(w) > 3 and w in name for w in words)


def _fits(words: list[str], local: str) -> bool:
    """Whether an address such as "m.kowalska.spark" or "kevashby1987" can be of somebody with these names."""
    parts = [p for p in re.split(r"[^a-z]+", local) if p]
    letters = "".join(parts)
    if len(words) == 1:
        return len(words[0]) > 2 and (words[0] in parts or (len(words[0]) > 3 and letters.startswith(words[0])))
    first, last = words[0], words[-1]
    if len(last) < 3 and len(first) < 3:
        return False
    if all(w in letters for w in (first, last)):
        return True
    return len(last) > 3 and (letters.startswith(first[0] + last) or (last in parts and parts[0] == first[0]))


def me_in(event: Event, account: Account) -> Me:
    """What *event* and *account* tell of the user's name."""
    told = [account.name] if account.name else []
    told += [a.person.name for a in event.attendees if a.person.name and account.owns(a.person.email)]
    if event.organizer and event.organizer.name and account.owns(event.organizer.email):
        told.append(event.organizer.name)
    known = {frozenset(words_of(n)) for n in told if "@" not in n}
    addresses = dict.fromkeys(plain(a.partition("@")[0].partition("+")[0]) for a in (account.email, *account.aliases))
    return Me(tuple(sorted((n for n in known if n), key=sorted)), tuple(addresses))


def tidy(name: str) -> str:
    """A display name as one would say it: "Doe, Jane (HR)" -> "Jane Doe"; empty where it is only an address."""
    said = " ".join(name.strip(" \"'").split())[:120]
    if "@" in said:
        return ""
    said = re.sub(r"\s*[\[(][^\])]*[\])]\s*$", "", said)
    turned = _LAST_FIRST.fullmatch(said)
    return f"{turned[2]} {turned[1]}" if turned else said


def looks_like_person(text: str) -> bool:
    """Whether *text* by itself reads as a person's name: a given name or an honorific, and no word of a firm."""
    raw = _WORD.findall(text)
    if not raw or len(raw) > 5 or any(c.isdigit() for c in text):
        return False
    words, lists = [plain(w).strip(".") for w in raw], lexicon()
    if not lists.organisations.isdisjoint(w.casefold() for w in raw) or "&" in text:
        return False
    if words[0] in lists.honorifics:
        return len(words) > 1
    first = words[0].split("-")[0]
    if first in lists.given or (len(words) == 2 and words[1] in lists.given and _INITIAL.fullmatch(words[0])):
        return len(words) <= 4
    # "J. Prewitt"
    return len(words) == 2 and len(words[0]) == 1 and raw[0].endswith(".") and raw[1][:1].isupper()


def is_team(person: Person) -> bool:
    """Whether nobody in person stands behind this name and address: a team, a role, a tool, a room."""
    address = person.email
    if address and (
        names.is_role_mailbox(address) or names.is_tool_host(address) or address.endswith("calendar.google.com")
    ):
        return True
    name = tidy(person.name)
    words = " ".join(re.split(r"[\W_]+", name.casefold())).strip()
    if not words:
        return not address
    if looks_like_person(name) and len(words.split()) <= 3:
        return False
    lists, padded = names.table()["mailbox"], f" {words} "
    return any(f" {w} " in padded for w in lists["names"] | lists["rooms"])


def others(event: Event, account: Account, me: Me) -> list[Person]:
    """Everybody invited but the user, organizer first; also teams and tools, no rooms, nobody who declined.

    Who is called as the user is by the whole name is the user, under an address that the account doesn't list.
    """
    found: dict[str, Person] = {}
    declined = {a.person.email for a in event.attendees if a.status == "declined" and a.person.email}
    everyone = [event.organizer] if event.organizer else []
    everyone += [
        a.person for a in event.attendees if a.kind in ("individual", "unknown", "") and a.status != "declined"
    ]
    for person in everyone:
        if account.owns(person.email) or person.email in declined or not (person.email or person.name.strip()):
            continue
        if me.is_called(tidy(person.name)):
            continue
        if "calendar.google.com" in person.email or re.search(r"\(room\)", person.name, re.IGNORECASE):
            continue
        key = person.email or plain(person.name)
        known = found.get(key)
        if known is None or (not tidy(known.name) and person.name):
            found[key] = person
    return list(found.values())


def on_the_other_side(everyone: Iterable[Person], told: Told, me: Me, company: str) -> tuple[Person, ...]:
    """Whom one could thank: persons of the invitation, then names that stand only in the text."""
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
    found: list[str] = []
    for value in told.labels("people"):
        for part in _SPLIT.split(_AFTER.sub("", value)):
            name = _AFTER.sub("", part).strip(" .")
            if jobs.is_job(name):
                continue
            if looks_like_person(name) or (found and re.fullmatch(r"[A-ZÀ-Þ][\w'’-]+ [A-ZÀ-Þ][\w'’-]+", name)):
                found.append(name)
    both = f"{told.headings}\n{told.text[:600]}"
    found += [m[0] for m in _HONORED.finditer(told.headings) if not m[0].endswith(("'s", "’s"))]
    for match in _NAMED.finditer(both):
        words = match[1].split()
        whole = len(words) > 1 and (words[1][:1].isupper() or words[0].strip(".").casefold() in lexicon().honorifics)
        for name in (match[1], words[0]) if whole else words[:1]:
            if looks_like_person(name):
                found.append(name.title() if name.islower() else name)
                break
    return found[:12]
