"""Which mail concerns the interviews, told by headers alone, so that other mail is never opened.

Pure: a value that sources ask. It must not grow into a classifier; it may let too much through, never too little.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from syncd.model import Person


@dataclass(frozen=True, slots=True)
class Interest:
    """People, domains, companies and threads of the interviews known so far.

    ``addresses`` and ``domains`` are lower case (a domain also stands for its subdomains), ``names`` and
    ``companies`` are folded by ``fold``, ``messages`` are ids of messages that already concern an interview. Mail
    dated before ``since`` is none of ours. ``subject_words`` are folded words of a subject that speak of an interview
    by themselves.
    """

    since: datetime
    addresses: frozenset[str] = frozenset()
    domains: frozenset[str] = frozenset()
    names: frozenset[str] = frozenset()
    companies: frozenset[str] = frozenset()
    messages: frozenset[str] = frozenset()
    subject_words: frozenset[str] = frozenset()

    def wants(self, people: Iterable[Person], subject: str, references: Iterable[str]) -> bool:
        """Whether a message between *people* (everybody in From, Reply-To, To and Cc) may concern an interview."""
        if not self.messages.isdisjoint(references):
            return True
        line = [fold(subject)]
        for person in people:
            if person.email in self.addresses or self._domain(person.email) or self._called(person.email):
                return True
            name = fold(person.name)
            if name and name in self.names:
                return True
            line.append(name)
            line.append(fold(person.email.partition("@")[0]))
        told = f" {' '.join(line)} "
        if any(f" {company} " in told for company in self.companies):
            return True
        return not self.subject_words.isdisjoint(line[0].split())

    def _domain(self, address: str) -> bool:
        domain = address.rpartition("@")[2]
        while domain:
            if domain in self.domains:
                return True
            domain = domain.partition(".")[2]
        return False

    def _called(self, address: str) -> bool:
        """Whether the domain is called as one of the companies: ``tansy-mill.example`` for Tansy Mill."""
        labels = address.rpartition("@")[2].split(".")[:-1]
        return not self.written_together.isdisjoint(label.replace("-", "") for label in labels)

    @property
    def written_together(self) -> frozenset[str]:
        """The companies as a domain writes them."""
        return frozenset(name for company in self.companies if (name := as_label(company)))

    @property
    def digest(self) -> str:
        """Changes when older mail has to be looked at again: with who and what, not with ``messages`` or ``since``."""
        parts = [self.addresses, self.domains, self.names, self.companies, self.subject_words]
        return hashlib.sha256("\n".join("\t".join(sorted(p)) for p in parts).encode()).hexdigest()[:16]


_FEW_LETTERS = 4
_NOT_WORD = re.compile(r"[\W_]+")


def as_label(company: str) -> str:
    """A company's folded name as a domain writes it; empty for one of a few letters, which is many domains' label."""
    together = company.replace(" ", "")
    return together if len(together) > _FEW_LETTERS else ""


def fold(text: str) -> str:
    """Lower-case words with single spaces and nothing else, for comparing names that people write differently."""
    return _NOT_WORD.sub(" ", text.casefold()).strip()
