"""Which interviews are rounds of one job: opportunities.

Pure. People, company and domain join; two companies that were both named, or two named jobs with different people,
part (design, section 1: what happens to one never touches the other).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from syncd.infer.names import is_public_host, is_role_mailbox, is_tool_host, registrable, same_company
from syncd.interest import fold
from syncd.model import Account, Interview, Person


@dataclass(slots=True)
class Group:
    """An opportunity in the making: grows while interviews and messages join it."""

    interviews: list[Interview] = field(default_factory=list)
    company: str = ""
    certain: bool = False
    job: str = ""
    addresses: set[str] = field(default_factory=set)
    names: dict[str, set[str]] = field(default_factory=dict)
    """Whole names, folded, each with the addresses under which it is known."""
    domains: set[str] = field(default_factory=set)
    people: dict[str, Person] = field(default_factory=dict)

    def join(self, interview: Interview, account: Account) -> None:
        """Take *interview* in, with everybody on it."""
        self.interviews.append(interview)
        reading = interview.reading
        if reading.company and (not self.company or (reading.certain_company and not self.certain)):
            self.company, self.certain = reading.company, reading.certain_company
        self.job = self.job or reading.job
        for person in reading.people:
            self.people.setdefault(person.email or fold(person.name), person)
        for person in contacts(interview, account):
            self.meet(person)

    def meet(self, person: Person) -> None:
        """Know *person* as one of this opportunity."""
        if person.email:
            self.addresses.add(person.email)
            domain = registrable(person.email)
            if domain and not is_public_host(domain):
                self.domains.add(domain)
        if " " in person.name.strip() and not (person.email and is_role_mailbox(person.email)):
            known = self.names.setdefault(fold(person.name), set())
            if person.email:
                known.add(person.email)

    def knows_name(self, name: str, addresses: Iterable[str]) -> bool:
        """Whether one of this opportunity is called *name* (folded) and may be who has *addresses*.

        Two people of one name at two companies are two people: it is the same one only where an address is missing,
        or two of the addresses are of one domain, or one is of a host that is open to everybody.
        """
        if name not in self.names:
            return False
        theirs, ours = set(addresses), self.names[name]
        return not theirs or not ours or any(_may_be_one(a, b) for a in theirs for b in ours)


def _may_be_one(one: str, other: str) -> bool:
    return registrable(one) == registrable(other) or is_public_host(one) or is_public_host(other)


_WRITTEN = re.compile(r"(?<![\w.+@-])[\w.+-]{1,64}@(?:[\w-]{1,63}\.){1,4}[a-z]{2,24}(?![\w@-])", re.IGNORECASE)
_WRITTEN_LIMIT = 5


def contacts(interview: Interview, account: Account) -> tuple[Person, ...]:
    """Everybody on the other side of *interview*, also role mailboxes and coordinators whom nobody has to thank."""
    event, people = interview.event, list(interview.reading.people)
    if event.organizer is not None:
        people.append(event.organizer)
    people += [a.person for a in event.attendees if a.kind not in {"room", "resource"}]
    if not any(p.email and not account.owns(p.email) for p in people):
        people += _written(f"{event.title}\n{event.location}\n{event.description}")
    mine = fold(account.name) if " " in account.name.strip() else ""
    return tuple(
        p for p in people if (p.email or p.name) and not account.owns(p.email) and not (mine and fold(p.name) == mine)
    )


def _written(text: str) -> list[Person]:
    """The addresses in an entry that nobody was invited to: the person typed it, and wrote down whom it is with."""
    found = dict.fromkeys(address.lower() for address in _WRITTEN.findall(text[:5000]))
    return [Person(email=address) for address in found if not is_tool_host(address)][:_WRITTEN_LIMIT]


def group(interviews: Iterable[Interview], account: Account) -> list[Group]:
    """Put *interviews* together, oldest first."""
    groups: list[Group] = []
    for interview in sorted(interviews, key=lambda i: (i.event.start, i.event.cause)):
        theirs = Group()
        theirs.join(interview, account)
        ties = [(_tie(known, theirs), known.interviews[-1].event.start, n) for n, known in enumerate(groups)]
        best = max(ties, default=None)
        if best is None or best[0] == 0:
            groups.append(theirs)
        else:
            groups[best[2]].join(interview, account)
    return groups


def _tie(known: Group, theirs: Group) -> int:
    """How strongly the one interview of *theirs* belongs to *known*; 0 for not at all."""
    reading = theirs.interviews[0].reading
    shared_people = bool(theirs.addresses & known.addresses) or any(
        known.knows_name(name, addresses) for name, addresses in theirs.names.items()
    )
    named = bool(reading.company and known.company)
    same = named and same_company(reading.company, known.company)
    if named and not same and reading.certain_company and known.certain:
        return 0
    if _other_job(known.job, reading.job) and not shared_people:
        return 0
    if shared_people:
        return 3
    if same:
        return 2
    return 1 if theirs.domains & known.domains else 0


def _other_job(one: str, other: str) -> bool:
    """Both are named, and share no word."""
    first, second = set(fold(one).split()), set(fold(other).split())
    return bool(first and second and not first & second)
