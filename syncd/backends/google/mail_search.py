"""Gmail's search, asked question by question: ``users.messages.list``.

https://developers.google.com/workspace/gmail/api/reference/rest/v1/users.messages/list. Spam and trash are never in
what it finds. Its pages may be short or empty, and its estimates are none to rely on.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from syncd.backends.google.faults import Refused
from syncd.backends.google.json_values import as_dicts
from syncd.backends.google.mail_query import FEW, PAGE, Query, Term, queries, subject_terms
from syncd.backends.google.message_json import thread
from syncd.backends.google.session import Session

_UNITS, _THREAD_UNITS = 5, 40
_PAGES = 20
_WORDLESS = 20
"""Threads without a subject to search for that are opened in one pull."""


class MailSearch:
    """Finds ids of messages that may be dated *since* or later."""

    def __init__(self, session: Session, since: datetime) -> None:
        self._session = session
        self._since = since
        self.warnings: list[str] = []

    def find(self, terms: Iterable[Term]) -> dict[str, str]:
        """What matches any of *terms*, each message with its thread.

        Of what is busy only the newest that persons may have written, and a few others: the cost must not follow the
        size of the mailbox.
        """
        found: dict[str, str] = {}
        waiting = list(queries(terms))
        while waiting:
            query = waiting.pop()
            listed, more = self._pages(query)
            if more and query.halves:
                waiting += query.halves  # and not what a busy term filled the page with
                continue
            if more and listed and not query.terms[0].chance and not query.personal:
                found |= dict(list(listed.items())[:FEW])
                waiting.append(replace(query, personal=True))
                continue
            found |= listed
            if more and query.terms[0].warns:
                self.warnings.append(f"Gmail: {more} ({query.terms[0].text})")
        return found

    def find_threads(self, threads: Mapping[str, str]) -> dict[str, str]:
        """The messages of *threads* (their id: a subject), and others of the same subjects: each with its thread.

        One search for many subjects: a thread by itself costs as much as eight of them.
        """
        terms, wordless = subject_terms(threads)
        found = self.find(terms)
        for each in wordless[:_WORDLESS]:
            found |= self._thread(each)
        return found

    def _pages(self, query: Query) -> tuple[dict[str, str], str]:
        """What *query* finds, and in words what is wrong where that isn't all."""
        asked = {"userId": "me", "q": query.text(self._since), "maxResults": min(PAGE, query.most)}
        found: dict[str, str] = {}
        token: str | None = None
        for _ in range(_PAGES):
            try:
                page = self._session.ask(self._session.messages.list(**asked, pageToken=token), units=_UNITS)
            except Refused as refused:
                if refused.status == 400:
                    return {}, "a search was refused"
                raise
            found |= _listed(page)
            token = page.get("nextPageToken")
            if not isinstance(token, str) or not token:
                return found, ""
            if len(found) >= query.most:
                break
        return found, f"only the newest {len(found)} personal messages of a search were looked at"

    def _thread(self, name: str) -> dict[str, str]:
        try:
            threads = self._session.users.threads()
            return _listed(self._session.ask(threads.get(userId="me", id=name, format="minimal"), units=_THREAD_UNITS))
        except Refused as refused:
            if refused.status in (400, 404):
                return {}
            raise


def _listed(page: dict[str, Any]) -> dict[str, str]:
    return {each["id"]: thread(each) for each in as_dicts(page.get("messages")) if isinstance(each.get("id"), str)}
