"""Which mail to ask the mailbox for: what concerns the interviews that are known.

Pure.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from datetime import datetime
from functools import cache
from importlib import resources

from syncd.infer.grouping import contacts
from syncd.infer.names import company_key, is_public_host, registrable
from syncd.interest import Interest, fold
from syncd.model import Account, Interview


@cache
def _subject_words() -> frozenset[str]:
    text = (resources.files("syncd.infer") / "phrases" / "subjects.toml").read_text("utf-8")
    return frozenset(word for words in tomllib.loads(text)["interview"].values() for word in words)


def concern(interviews: Iterable[Interview], messages: Iterable[str], account: Account, since: datetime) -> Interest:
    """Build the interest in mail since *since*; *messages* are ids of mail that concerns interviews already."""
    addresses, domains, people, companies = set(), set(), set(), set()
    for interview in interviews:
        for person in contacts(interview, account):
            if person.email:
                addresses.add(person.email)
                domain = registrable(person.email)
                if domain and not is_public_host(domain):
                    domains.add(domain)
            if " " in person.name.strip():
                people.add(fold(person.name))
        company = company_key(interview.reading.company)
        if len(company) >= 3:
            companies.add(fold(company))
    return Interest(
        since=since,
        addresses=frozenset(addresses),
        domains=frozenset(domains),
        names=frozenset(people),
        companies=frozenset(companies),
        messages=frozenset(messages),
        subject_words=_subject_words(),
    )
