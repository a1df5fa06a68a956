"""Who is who among those whom a calendar entry names: the user, the other side, teams and rooms. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from syncd.infer import names
from syncd.infer.events.cues import lexicon
from syncd.infer.names import plain
from syncd.model import Account, Event, Person

_WORD = re.compile(r"[^\W\d_]+(?:['’.-][^\W\d_]+)*\.?")
_INITIAL = re.compile(r"[a-z]\.?")
_LAST_FIRST = re.compile(r"([^\W\d_][\w'’-]+(?: [\w'’-]+)?), ([^\W\d_][\w'’-]+(?: [\w'’.-]+)?)")


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
        known = set(words)
        if any(known <= name or (len(name) > 1 and name <= known) for name in self.names):
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


@lru_cache(maxsize=4096)
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


@lru_cache(maxsize=2048)
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
