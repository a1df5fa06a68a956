"""``events``: get, insert, patch, update, delete, import."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from tests.fake_google import event_rules, event_times
from tests.fake_google.calendar_shelf import Shelf
from tests.fake_google.calendar_store import Calendar, Record
from tests.fake_google.discovery import Call
from tests.fake_google.wire import Answer, Rejected, Request, error, not_found


def get(shelf: Shelf, calendar: Calendar, call: Call, request: Request) -> Answer:
    record = _record(calendar, call)
    if request.headers.get("if-none-match") == record.etag:
        return Answer(304, None, {"ETag": record.etag})
    return _answer(shelf, calendar, record, request)


def insert(shelf: Shelf, calendar: Calendar, call: Call, request: Request) -> Answer:
    body = event_rules.sent(request)
    if body.get("id") is None:
        body["id"] = shelf.new_id()
    event_rules.check_id(body["id"])
    return _insert(shelf, calendar, body, request)


def import_(shelf: Shelf, calendar: Calendar, call: Call, request: Request) -> Answer:
    """A copy of an event that somebody else may organize; its id is Google's to choose."""
    body = event_rules.sent(request) | {"id": f"_{shelf.new_id()}"}
    if request.json.get("organizer"):
        body["organizer"] = request.json["organizer"]
    return _insert(shelf, calendar, body, request)


def _insert(shelf: Shelf, calendar: Calendar, body: dict[str, Any], request: Request) -> Answer:
    taken = any(
        record.event["iCalUID"] == body.get("iCalUID") for record in calendar.records.values() if not record.cancelled
    )
    if body["id"] in calendar.records or body["id"] in calendar.used or taken:
        raise Rejected(error(409, "duplicate", "The requested identifier already exists."))
    if body.get("eventType") == "fromGmail":
        raise Rejected(error(400, "invalid", "Invalid value for: fromGmail events cannot be created."))
    now = event_times.stamp(shelf.server.now)
    own = {
        "iCalUID": body.get("iCalUID") or f"{body['id']}@google.com",
        "status": "confirmed" if body.get("status") in (None, "cancelled") else body["status"],
        "created": now,
        "updated": now,
        "creator": {"email": shelf.server.email},
        "organizer": body.get("organizer", {"email": calendar.id}),
        "sequence": body.get("sequence") or 0,
        "eventType": body.get("eventType") or "default",
    }
    return _answer(shelf, calendar, shelf.keep(calendar, body | own, None), request)


def patch(shelf: Shelf, calendar: Calendar, call: Call, request: Request) -> Answer:
    old = _record(calendar, call)
    _check_etag(old, request)
    body = {name: value for name, value in event_rules.sent(request).items() if name in event_rules.WRITABLE}
    return _change(shelf, calendar, old, event_rules.merged(old.event, body), request)


def update(shelf: Shelf, calendar: Calendar, call: Call, request: Request) -> Answer:
    old = _record(calendar, call)
    _check_etag(old, request)
    body = {name: value for name, value in event_rules.sent(request).items() if name in event_rules.WRITABLE}
    kept = {name: value for name, value in old.event.items() if name not in event_rules.WRITABLE}
    return _change(
        shelf, calendar, old, {"status": "confirmed", "sequence": old.event["sequence"]} | kept | body, request
    )


def _change(shelf: Shelf, calendar: Calendar, old: Record, event: dict[str, Any], request: Request) -> Answer:
    if old.event["organizer"]["email"] != calendar.id and not old.event.get("guestsCanModify"):
        _check_shared(old.event, event_rules.accepted(event))
    if (event.get("sequence") or 0) < old.event["sequence"]:
        raise Rejected(
            error(400, "invalid", "Invalid sequence value. The specified sequence number is below the current one.")
        )
    if event.get("status") == "cancelled" and not old.cancelled:
        return _answer(shelf, calendar, shelf.end(calendar, old, bare=False), request)
    return _answer(shelf, calendar, shelf.keep(calendar, event, old), request)


def _check_shared(old: Mapping[str, Any], new: Mapping[str, Any]) -> None:
    """In a guest's copy only the guest's own things change."""
    for name in event_rules.WRITABLE - event_rules.OWN - {"sequence"}:
        if old.get(name) != new.get(name):
            message = "Shared properties can only be changed by the organizer of the event."
            raise Rejected(error(403, "forbiddenForNonOrganizer", message, domain="calendar"))


def delete(shelf: Shelf, calendar: Calendar, call: Call, request: Request) -> Answer:
    old = _record(calendar, call)
    if old.cancelled:
        raise Rejected(error(410, "deleted", "Resource has been deleted"))
    _check_etag(old, request)
    shelf.end(calendar, old, bare=False)
    return Answer(204)


def _record(calendar: Calendar, call: Call) -> Record:
    record = calendar.find(call.names["eventId"])
    if record is None:
        raise Rejected(not_found())
    return record


def _check_etag(record: Record, request: Request) -> None:
    if request.headers.get("if-match", record.etag) not in (record.etag, "*"):
        raise Rejected(
            error(412, "conditionNotMet", "Precondition Failed", location="If-Match", location_type="header")
        )


def _answer(shelf: Shelf, calendar: Calendar, record: Record, request: Request) -> Answer:
    return Answer(200, shelf.told(calendar, record, request), {"ETag": record.etag})


METHODS: dict[str, Callable[[Shelf, Calendar, Call, Request], Answer]] = {
    "calendar.events.get": get,
    "calendar.events.insert": insert,
    "calendar.events.import": import_,
    "calendar.events.patch": patch,
    "calendar.events.update": update,
    "calendar.events.delete": delete,
}
