"""``calendars``, ``calendarList`` and ``colors``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.fake_google import event_times
from tests.fake_google.calendar_shelf import Shelf
from tests.fake_google.calendar_store import Calendar
from tests.fake_google.discovery import Call
from tests.fake_google.listing import SyncToken, full_sync_required, invalid_token, shape
from tests.fake_google.wire import Answer, Rejected, Request, bad_request, error

_LIST = "the list of calendars"
_ROLES = ("freeBusyReader", "reader", "writer", "owner")
_EVENT_COLOURS = ("#a4bdfc", "#7ae7bf", "#dbadff", "#ff887c", "#fbd75b", "#ffb878", "#46d6db", "#e1e1e1", "#5484ed",
                  "#51b749", "#dc2127")  # fmt: skip


def get_calendar(shelf: Shelf, call: Call, request: Request, scopes: frozenset[str]) -> Answer:
    return Answer(200, _calendar(shelf.opened(call, scopes)))


def insert_calendar(shelf: Shelf, call: Call, request: Request, scopes: frozenset[str]) -> Answer:
    body = request.json or {}
    if not body.get("summary"):
        raise Rejected(error(400, "required", "Missing summary."))
    if shelf.made >= shelf.most_made:
        raise Rejected(error(403, "quotaExceeded", "Calendar usage limits exceeded.", domain="usageLimits"))
    made = shelf.make(body["summary"], body.get("timeZone", ""), body.get("description", ""))
    return Answer(200, _calendar(made))


def patch_calendar(shelf: Shelf, call: Call, request: Request, scopes: frozenset[str]) -> Answer:
    calendar = shelf.opened(call, scopes)
    _check_owner(calendar)
    old = (calendar.summary, calendar.description, calendar.time_zone)
    body = request.json or {}
    new = (body.get("summary", old[0]), body.get("description", old[1]), body.get("timeZone", old[2]))
    if new != old:
        calendar.summary, calendar.description, calendar.time_zone = new
        calendar.stamp = shelf.next_stamp()
    return Answer(200, _calendar(calendar))


def delete_calendar(shelf: Shelf, call: Call, request: Request, scopes: frozenset[str]) -> Answer:
    calendar = shelf.opened(call, scopes)
    _check_owner(calendar)
    if calendar.primary:
        raise Rejected(error(400, "invalid", "Cannot delete the primary calendar."))
    shelf.remove(calendar.id)
    return Answer(204)


def get_entry(shelf: Shelf, call: Call, request: Request, scopes: frozenset[str]) -> Answer:
    return Answer(200, _entry(shelf.opened(call, scopes)))


def list_entries(shelf: Shelf, call: Call, request: Request, scopes: frozenset[str]) -> Answer:
    most = min(int(request.one("maxResults", "100")), 250)
    if request.one("pageToken"):
        page = shelf.pages.next(request, most)
    else:
        token = _token(request)
        new = SyncToken(_LIST, 0, shelf.stamp, shape(request))
        names = [calendar.id for calendar in shelf.all if _is_listed(calendar, request, token)]
        page = shelf.pages.first(request, names, {"nextSyncToken": str(new)}, most)
    items = [_entry(calendar) for calendar in shelf.all if calendar.id in page.names]
    etag = f'"p{shelf.stamp:08}"'
    return Answer(200, {"kind": "calendar#calendarList", "etag": etag, "items": items, **page.tail})


def _token(request: Request) -> SyncToken | None:
    if not request.one("syncToken"):
        return None
    for name in ("minAccessRole", "showOwnOrganizationOnly"):
        if name in request.query:
            raise Rejected(bad_request(f"{name} cannot be used together with syncToken.", "badRequest", name))
    token = SyncToken.read(request.one("syncToken"))
    if token.calendar != _LIST:
        raise Rejected(invalid_token())
    if token.epoch:
        raise Rejected(full_sync_required())
    return token


def _is_listed(calendar: Calendar, request: Request, token: SyncToken | None) -> bool:
    if token:
        return calendar.stamp > token.stamp
    least = request.one("minAccessRole", "freeBusyReader")
    enough = _ROLES.index(calendar.role) >= _ROLES.index(least)
    return enough and (not calendar.deleted or request.one("showDeleted") == "true")


def colours(shelf: Shelf, call: Call, request: Request, scopes: frozenset[str]) -> Answer:
    def palette(count: int) -> dict[str, Any]:
        pairs = [_EVENT_COLOURS[number % len(_EVENT_COLOURS)] for number in range(count)]
        return {str(number): {"background": colour, "foreground": "#1d1d1d"} for number, colour in enumerate(pairs, 1)}

    updated = event_times.stamp(shelf.server.now)
    return Answer(200, {"kind": "calendar#colors", "updated": updated, "calendar": palette(24), "event": palette(11)})


def _check_owner(calendar: Calendar) -> None:
    if calendar.role != "owner":
        message = "You need to have owner access to this calendar."
        raise Rejected(error(403, "requiredAccessLevel", message, domain="calendar"))


def _etag(calendar: Calendar) -> str:
    return f'"{3_600_000_000_000_000 + calendar.stamp * 2}"'


def _calendar(calendar: Calendar) -> dict[str, Any]:
    described = {"description": calendar.description} if calendar.description else {}
    return described | {
        "kind": "calendar#calendar",
        "etag": _etag(calendar),
        "id": calendar.id,
        "summary": calendar.summary,
        "timeZone": calendar.time_zone,
        "conferenceProperties": {"allowedConferenceSolutionTypes": ["hangoutsMeet"]},
    }


def _entry(calendar: Calendar) -> dict[str, Any]:
    if calendar.deleted:
        return {"kind": "calendar#calendarListEntry", "etag": _etag(calendar), "id": calendar.id, "deleted": True}
    return _calendar(calendar) | {
        "kind": "calendar#calendarListEntry",
        "accessRole": calendar.role,
        "colorId": "14",
        "backgroundColor": "#9fe1e7",
        "foregroundColor": "#000000",
        "selected": True,
        "defaultReminders": calendar.default_reminders,
        **({"primary": True} if calendar.primary else {}),
    }


METHODS: dict[str, Callable[[Shelf, Call, Request, frozenset[str]], Answer]] = {
    "calendar.calendars.get": get_calendar,
    "calendar.calendars.insert": insert_calendar,
    "calendar.calendars.patch": patch_calendar,
    "calendar.calendars.delete": delete_calendar,
    "calendar.calendarList.get": get_entry,
    "calendar.calendarList.list": list_entries,
    "calendar.colors.get": colours,
}
