"""Messages and threads as the API shows them, in the formats that it knows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from tests.fake_google.gmail_chat import Chat
from tests.fake_google.gmail_payload import Payload, encoded, unencoded
from tests.fake_google.wire import Rejected, bad_request

if TYPE_CHECKING:
    from tests.fake_google.gmail_stored import Stored
    from tests.fake_google.mailbox import Mailbox

_FORMATS = {"minimal", "metadata", "full", "raw"}


def reference(stored: Stored) -> dict[str, Any]:
    """How lists name a message."""
    return {"id": stored.id, "threadId": stored.thread_id}


def message(mailbox: Mailbox, stored: Stored, form: str, headers: Sequence[str]) -> dict[str, Any]:
    form = form.lower()
    if form not in _FORMATS:
        raise Rejected(bad_request(f"Invalid value at 'format': {form}", "invalidArgument", "format"))
    raw = stored.raw
    shown = reference(stored) | {
        "labelIds": list(stored.labels),
        "snippet": stored.source.snippet,
        "historyId": str(stored.history_id),
        "internalDate": str(stored.milliseconds),
        "sizeEstimate": len(raw),
    }
    if form == "raw" and not isinstance(stored.source, Chat):
        shown["raw"] = encoded(raw)
    elif form == "metadata":
        shown["payload"] = _payload(mailbox, stored).metadata(headers)
    elif form == "full":
        shown["payload"] = _payload(mailbox, stored).full()
    return shown


def thread(mailbox: Mailbox, messages: Sequence[Stored], form: str, headers: Sequence[str]) -> dict[str, Any]:
    if form.lower() == "raw":
        raise Rejected(bad_request("Invalid value at 'format': raw", "invalidArgument", "format"))
    return {
        "id": reference(messages[0])["threadId"],
        "historyId": str(max(one.history_id for one in messages)),
        "messages": [message(mailbox, one, form, headers) for one in messages],
    }


def attachment(mailbox: Mailbox, stored: Stored, attachment_id: str) -> dict[str, Any] | None:
    """The content that an attachment id, as given out some time, stands for; ids change with every look."""
    try:
        number, _, part_id = unencoded(attachment_id).decode().split("/")
    except ValueError:
        return None
    if number != str(stored.number):
        return None
    for one, data in _payload(mailbox, stored).parts():
        if one == part_id:
            return {"size": len(data), "data": encoded(data)}
    return None


def _payload(mailbox: Mailbox, stored: Stored) -> Payload:
    mailbox.tickets += 1
    return Payload(
        stored.raw,
        decode=mailbox.decodes_headers,
        recode=mailbox.recodes_text,
        inline_limit=mailbox.inline_limit,
        ticket=f"{stored.number}/{mailbox.tickets}",
    )
