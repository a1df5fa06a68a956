"""The paths of Gmail's API that syncd could use, each with its parameters, answers and refusals."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from tests.fake_google import gmail_quota
from tests.fake_google.batch import PART
from tests.fake_google.gmail_history import TYPES, Record
from tests.fake_google.gmail_messages import attachment, message, reference, thread
from tests.fake_google.gmail_pages import Page, page_asked
from tests.fake_google.gmail_stored import SYSTEM_LABELS, Stored
from tests.fake_google.search import NotSupported
from tests.fake_google.wire import Answer, Rejected, Request, bad_request, error

if TYPE_CHECKING:
    from tests.fake_google.mailbox import Mailbox

LONGEST_QUERY = 8 * 1024


def handle(mailbox: Mailbox, request: Request) -> Answer | None:
    for pattern, method, answer in _ROUTES:
        match = pattern.fullmatch(request.path)
        if match and request.method == "GET":
            try:
                return _answered(mailbox, request, method, answer, [unquote(one) for one in match.groups()])
            except Rejected as refusal:
                return refusal.answer
    return None


def _answered(mailbox: Mailbox, request: Request, method: str, answer: _Method, path: list[str]) -> Answer:
    limit = mailbox.concurrent_parts_limit
    if limit is not None and int(request.headers.get(PART, "-1")) >= limit:
        return gmail_quota.too_many_at_once()
    if refusal := mailbox.quota.spend(method):
        return refusal
    user, *ids = path
    if user not in {"me", mailbox.email}:
        return error(403, "forbidden", f"Delegation denied for {mailbox.email}")
    return Answer(200, answer(mailbox, request, *ids))


def _missing() -> Rejected:
    return Rejected(error(404, "notFound", "Requested entity was not found."))


def _checked(message_id: str) -> str:
    if not re.fullmatch(r"[0-9a-f]{1,16}", message_id):
        raise Rejected(bad_request("Invalid id value", "invalidArgument"))
    return message_id


def _profile(mailbox: Mailbox, request: Request) -> dict[str, Any]:
    return {
        "emailAddress": mailbox.email,
        "messagesTotal": mailbox.messages_total,
        "threadsTotal": mailbox.threads_total,
        "historyId": str(mailbox.history.current),
    }


def _found(mailbox: Mailbox, request: Request) -> list[Stored]:
    query = request.one("q")
    if len(query.encode()) > LONGEST_QUERY:
        raise Rejected(bad_request("Invalid query: too long", "invalidArgument"))
    labels = request.query.get("labelIds", [])
    known = {one["id"] for one in _labels(mailbox, request)["labels"]}
    for label in labels:
        if label not in known:
            raise Rejected(bad_request(f"Invalid label: {label}", "invalidArgument"))
    try:
        return mailbox.find(query, labels, spam_and_trash=request.one("includeSpamTrash") == "true")
    except NotSupported as sorry:
        raise Rejected(error(501, "notImplemented", str(sorry))) from sorry


def _listed(page: Page[Any], name: str, items: list[dict[str, Any]], total: int) -> dict[str, Any]:
    """The key of what was listed is absent where nothing is; the estimate is no count."""
    shown: dict[str, Any] = {name: items} if items else {}
    if page.next:
        shown["nextPageToken"] = page.next
    return shown | {"resultSizeEstimate": 201 if page.next else total + total * 7919 % 5}


def _message_list(mailbox: Mailbox, request: Request) -> dict[str, Any]:
    found = _found(mailbox, request)
    page = page_asked(mailbox, request, found, lambda one: (-one.milliseconds, -one.number))
    return _listed(page, "messages", [reference(one) for one in page.items], len(found))


def _thread_list(mailbox: Mailbox, request: Request) -> dict[str, Any]:
    newest: dict[int, Stored] = {}
    for one in _found(mailbox, request):
        newest.setdefault(one.thread, one)
    page = page_asked(mailbox, request, list(newest.values()), lambda one: (-one.milliseconds, -one.number))
    threads = [
        {"id": reference(one)["threadId"], "snippet": one.source.snippet, "historyId": str(one.history_id)}
        for one in page.items
    ]
    return _listed(page, "threads", threads, len(newest))


def _message_get(mailbox: Mailbox, request: Request, message_id: str) -> dict[str, Any]:
    stored = mailbox.stored(_checked(message_id))
    if stored is None:
        raise _missing()
    return message(mailbox, stored, request.one("format", "full"), request.query.get("metadataHeaders", []))


def _attachment_get(mailbox: Mailbox, request: Request, message_id: str, attachment_id: str) -> dict[str, Any]:
    stored = mailbox.stored(_checked(message_id))
    found = attachment(mailbox, stored, attachment_id) if stored else None
    if found is None:
        raise _missing()
    return found


def _thread_get(mailbox: Mailbox, request: Request, thread_id: str) -> dict[str, Any]:
    messages = mailbox.thread(_checked(thread_id))
    if not messages:
        raise _missing()
    return thread(mailbox, messages, request.one("format", "full"), request.query.get("metadataHeaders", []))


def _history_list(mailbox: Mailbox, request: Request) -> dict[str, Any]:
    start = request.one("startHistoryId")
    if not re.fullmatch(r"[0-9]{1,20}", start):
        raise Rejected(bad_request("Invalid value at 'start_history_id'", "invalidArgument", "startHistoryId"))
    kinds = request.query.get("historyTypes", [])
    if not set(kinds) <= set(TYPES):
        raise Rejected(bad_request("Invalid value at 'history_types'", "invalidArgument", "historyTypes"))
    records = mailbox.history.since(int(start), kinds)
    if records is None:
        raise _missing()
    label = request.one("labelId")
    if label:
        records = [one for one in records if label in mailbox.numbered(one.message).labels]
    page = page_asked(mailbox, request, records, lambda one: (one.id,))
    shown: dict[str, Any] = {"history": [_record(mailbox, one) for one in page.items]} if page.items else {}
    if page.next:
        shown["nextPageToken"] = page.next
    return shown | {"historyId": str(mailbox.history.current)}


def _record(mailbox: Mailbox, record: Record) -> dict[str, Any]:
    stored = mailbox.numbered(record.message)
    change: dict[str, Any] = {"message": reference(stored) | {"labelIds": list(stored.labels)}}
    if record.labels:
        change["labelIds"] = list(record.labels)
    return {"id": str(record.id), "messages": [reference(stored)], TYPES[record.kind]: [change]}


def _labels(mailbox: Mailbox, request: Request) -> dict[str, Any]:
    system = [{"id": one, "name": one, "type": "system"} for one in SYSTEM_LABELS]
    own = [{"id": own, "name": name, "type": "user"} for name, own in mailbox.user_labels.items()]
    return {"labels": system + own}


def _label_get(mailbox: Mailbox, request: Request, label_id: str) -> dict[str, Any]:
    for label in _labels(mailbox, request)["labels"]:
        if label["id"] == label_id:
            messages = mailbox.labelled(label_id)
            unread = [one for one in messages if "UNREAD" in one.labels]
            counts = {
                "messagesTotal": len(messages),
                "messagesUnread": len(unread),
                "threadsTotal": len({one.thread for one in messages}),
                "threadsUnread": len({one.thread for one in unread}),
            }
            return {**label, **counts}
    raise _missing()


_Method = Callable[..., dict[str, Any]]


def _routes() -> Iterator[tuple[re.Pattern[str], str, _Method]]:
    methods: Sequence[tuple[str, str, _Method]] = (
        ("profile", "getProfile", _profile),
        ("messages", "messages.list", _message_list),
        ("messages/{}", "messages.get", _message_get),
        ("messages/{}/attachments/{}", "attachments.get", _attachment_get),
        ("threads", "threads.list", _thread_list),
        ("threads/{}", "threads.get", _thread_get),
        ("history", "history.list", _history_list),
        ("labels", "labels.list", _labels),
        ("labels/{}", "labels.get", _label_get),
    )
    for path, name, method in methods:
        yield re.compile("/gmail/v1/users/([^/]+)/" + path.replace("{}", "([^/]+)")), name, method


_ROUTES = tuple(_routes())
