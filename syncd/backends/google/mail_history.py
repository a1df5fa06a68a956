"""What came to the mailbox since a history id: ``users.history.list``.

https://developers.google.com/workspace/gmail/api/guides/sync. Ids grow with gaps, a page may be without records, and
an id is refused once it is too old, which may be within hours.
"""

from __future__ import annotations

from collections.abc import Container, Iterator
from dataclasses import dataclass, field
from typing import Any

from syncd.backends.google.faults import Refused
from syncd.backends.google.json_values import as_dicts
from syncd.backends.google.mail_cursor import is_history
from syncd.backends.google.message_json import NOT_MAIL, labels, thread
from syncd.backends.google.session import Session

_UNITS = 2
_PAGE = 500
_PAGES = 20


@dataclass(slots=True)
class Delta:
    """``history`` is the id to go on from; ``threads`` maps each message that is new to its thread."""

    history: str
    threads: dict[str, str] = field(default_factory=dict)


def changes(session: Session, start: str, known: Container[str], most: int) -> Delta | None:
    """What came since *start* and isn't among *known*, and what came out of spam, trash or drafts.

    None where Gmail no longer knows *start*, or where it is more than *most* and a search is the cheaper way.
    """
    delta = Delta("")
    token: str | None = None
    for _ in range(_PAGES):
        try:
            page = session.ask(
                session.history.list(
                    userId="me",
                    startHistoryId=start,
                    historyTypes=["messageAdded", "labelRemoved"],
                    maxResults=_PAGE,
                    pageToken=token,
                ),
                units=_UNITS,
            )
        except Refused as refused:
            if refused.status in (400, 404):
                return None
            raise
        told = page.get("historyId")
        # That of the first page: what comes while the others are read comes again.
        if not delta.history and isinstance(told, str) and is_history(told):
            delta.history = told
        _note(page, known, delta.threads)
        if len(delta.threads) > most:
            return None
        token = page.get("nextPageToken")
        if not isinstance(token, str) or not token:
            delta.history = delta.history or start
            return delta
    return None


def _note(page: dict[str, Any], known: Container[str], threads: dict[str, str]) -> None:
    for record in as_dicts(page.get("history")):
        for message in _arrived(record):
            name = message.get("id")
            if not isinstance(name, str) or name in known:
                continue
            if labels(message) & NOT_MAIL:
                threads.pop(name, None)
            else:
                threads[name] = thread(message)


def _arrived(record: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for added in as_dicts(record.get("messagesAdded")):
        yield from as_dicts([added.get("message")])
    for removed in as_dicts(record.get("labelsRemoved")):
        if labels(removed) & NOT_MAIL:
            yield from as_dicts([removed.get("message")])
