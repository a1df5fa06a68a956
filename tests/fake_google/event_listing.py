"""``events.list`` and ``events.instances``.

https://developers.google.com/workspace/calendar/api/guides/sync
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from tests.fake_google import event_times, recurrence
from tests.fake_google.calendar_shelf import Shelf
from tests.fake_google.calendar_store import Calendar, Record
from tests.fake_google.discovery import Call
from tests.fake_google.listing import NOT_ALLOWED, SyncToken, full_sync_required, invalid_token, shape
from tests.fake_google.wire import Answer, Rejected, Request, bad_request, error, not_found

_MOST = 2500
_UPDATED_REACH = timedelta(days=30)
_NO_TOKEN = tuple(name for name in NOT_ALLOWED if name not in ("timeMin", "timeMax"))
"""What a full list is not to have for a sync token to come with its last page."""


@dataclass(frozen=True)
class _Bounds:
    """Exclusive, on the end and on the start."""

    least: datetime | None
    most: datetime | None

    @staticmethod
    def of(least: str, most: str) -> _Bounds:
        bounds = _Bounds(_time(least, "timeMin"), _time(most, "timeMax"))
        if bounds.least and bounds.most and bounds.most <= bounds.least:
            message = "The specified time range is empty."
            raise Rejected(error(400, "timeRangeEmpty", message, domain="calendar", location="timeMax"))
        return bounds

    def let_in(self, start: datetime, end: datetime | None) -> bool:
        return (self.most is None or start < self.most) and (self.least is None or end is None or end > self.least)


def list_events(shelf: Shelf, calendar: Calendar, call: Call, request: Request) -> Answer:
    _check(request)
    most = min(int(request.one("maxResults", "250")), _MOST)
    if request.one("pageToken"):
        page = shelf.pages.next(request, most)
    else:
        listed = _Listed(shelf, calendar, request)
        page = shelf.pages.first(request, list(listed.names()), listed.end, most)
    view = shelf.view(calendar, request, details=request.one("showDeleted") == "true")
    found = [calendar.find(name) for name in page.names]
    hidden = not request.one("syncToken") and request.one("showDeleted") != "true"
    items = [
        view.of(record, calendar)
        for record in found
        if record
        and not (
            hidden and record.cancelled and not calendar.is_live_exception(record) and not request.one("updatedMin")
        )
    ]
    return Answer(200, _envelope(calendar) | {"items": items, **page.tail}, {"ETag": _etag(calendar)})


def _check(request: Request) -> None:
    if request.one("syncToken"):
        wrong = [name for name in NOT_ALLOWED if name in request.query]
        if request.one("showDeleted") == "false":
            wrong.append("showDeleted")
        if wrong:
            raise Rejected(bad_request(f"{wrong[0]} cannot be used together with syncToken.", "badRequest", wrong[0]))
    if request.one("orderBy") == "startTime" and request.one("singleEvents") != "true":
        raise Rejected(
            bad_request("The requested ordering is not available for the particular query.", location="orderBy")
        )
    try:
        ZoneInfo(request.one("timeZone", "UTC"))
    except (ValueError, ZoneInfoNotFoundError):
        raise Rejected(bad_request("Invalid time zone.", "invalid", "timeZone")) from None


class _Listed:
    """What is in the list that *request* asks for, by name (id)."""

    def __init__(self, shelf: Shelf, calendar: Calendar, request: Request) -> None:
        self.shelf, self.calendar, self.request = shelf, calendar, request
        self.single = request.one("singleEvents") == "true"
        self.deleted = request.one("showDeleted") == "true"
        self.token = self._token(request.one("syncToken")) if request.one("syncToken") else None
        self.bounds = _Bounds.of(request.one("timeMin"), request.one("timeMax"))
        kept = (request.one("timeMin"), request.one("timeMax"))
        if self.token:
            kept = self.token.bounds
            self.bounds = _Bounds.of(*kept) if shelf.deltas_keep_bounds else self.bounds
        new = SyncToken(calendar.id, calendar.epoch, shelf.stamp, shape(request), kept)
        self.end: dict[str, Any] = {}
        if not any(name in request.query for name in _NO_TOKEN):
            self.end = {"nextSyncToken": str(new)}
        self.updated_min = self._updated_min(request.one("updatedMin"))
        far = self.bounds.most or shelf.server.now + recurrence.FAR
        self.until = far.astimezone(calendar.zone)

    def _token(self, text: str) -> SyncToken:
        token = SyncToken.read(text)
        if token.calendar != self.calendar.id:
            raise Rejected(invalid_token())
        if token.epoch != self.calendar.epoch:
            raise Rejected(full_sync_required())
        if token.shape != shape(self.request):
            self.shelf.server.violations.append(
                f"events.list: a sync token of {token.shape} used with {shape(self.request)}: undefined behaviour"
            )
        return token

    def _updated_min(self, text: str) -> datetime | None:
        least = _time(text, "updatedMin")
        if least and least < self.shelf.server.now - _UPDATED_REACH:
            message = "The requested minimum modification time lies too far in the past."
            raise Rejected(error(410, "updatedMinTooLongAgo", message, domain="calendar", location="updatedMin"))
        return least

    def names(self) -> Iterator[str]:
        records = sorted(self.calendar.records.values(), key=lambda record: record.stamp)
        found = [name for record in records for name in self._of(record)]
        yield from sorted(found, key=self._start) if self.request.one("orderBy") == "startTime" else found

    def _start(self, name: str) -> datetime:
        record = self.calendar.find(name)
        assert record is not None
        return event_times.moment(record.event["start"], self.calendar.zone)

    def _of(self, record: Record) -> Iterator[str]:
        """What *record* adds to the list: itself, its instances, or nothing."""
        if self.token and record.stamp <= self.token.stamp:
            return
        if self.updated_min and datetime.fromisoformat(record.event["updated"]) < self.updated_min:
            return
        if self.single and record.event.get("recurrence"):
            if not record.cancelled or self.token:
                yield from self._instances(record)
        elif self._is_shown(record) and self._is_meant(record):
            yield record.event["id"]

    def _instances(self, series: Record) -> Iterator[str]:
        zone = self.calendar.zone
        for name, original in recurrence.instances(series.event, self.calendar.time_zone, self.until):
            start = event_times.moment(original, zone)
            own = name not in self.calendar.records and name not in self.calendar.used
            if own and self._is_meant(series, (start, start + recurrence.length(series.event))):
                yield name

    def _is_shown(self, record: Record) -> bool:
        if not record.cancelled or self.deleted or self.token or self.updated_min:
            return True
        return self.calendar.is_live_exception(record) and not self.single

    def _is_meant(self, record: Record, when: tuple[datetime, datetime] | None = None) -> bool:
        """Whether the filters let it in. Of a cancelled instance, its place in the series counts."""
        event, zone = record.event, self.calendar.zone
        if record.cancelled and event.get("recurringEventId"):
            start = event_times.moment(event["originalStartTime"], zone)
            when = start, start + recurrence.length(event)
        if record.cancelled and self.token:
            return True
        start, end = when or (event_times.moment(event["start"], zone), self.calendar.end_of(event))
        return self.bounds.let_in(start, end) and self._has_type(event) and self._has_words(event)

    def _has_type(self, event: dict[str, Any]) -> bool:
        types = self.request.query.get("eventTypes")
        return not types or event.get("eventType", "default") in types

    def _has_words(self, event: dict[str, Any]) -> bool:
        if self.request.one("iCalUID", event["iCalUID"]) != event["iCalUID"]:
            return False
        for kind in ("private", "shared"):
            has = event.get("extendedProperties", {}).get(kind, {})
            asked = [one.partition("=") for one in self.request.query.get(f"{kind}ExtendedProperty", ())]
            if len(asked) > 1:
                self.shelf.server.violations.append(f"events.list: several {kind}ExtendedProperty: sources conflict")
            if any(has.get(name) != value for name, _, value in asked):
                return False
        people = [event["organizer"], *event.get("attendees", ())]
        text = " ".join(
            [event.get("summary", ""), event.get("description", ""), event.get("location", "")]
            + [f"{one.get('displayName', '')} {one.get('email', '')}" for one in people]
        ).lower()
        return all(word in text for word in self.request.one("q").lower().split())


def list_instances(shelf: Shelf, calendar: Calendar, call: Call, request: Request) -> Answer:
    """The instances of a series; of an instance, itself."""
    record = calendar.find(call.names["eventId"])
    if record is None:
        raise Rejected(not_found())
    bounds = _Bounds.of(request.one("timeMin"), request.one("timeMax"))
    most = min(int(request.one("maxResults", "250")), _MOST)
    if request.one("pageToken"):
        page = shelf.pages.next(request, most)
    else:
        page = shelf.pages.first(request, list(_instances(shelf, calendar, record, bounds, request)), {}, most)
    view = shelf.view(calendar, request)
    items = [view.of(found, calendar) for found in map(calendar.find, page.names) if found]
    return Answer(200, _envelope(calendar) | {"items": items, **page.tail})


def _instances(shelf: Shelf, calendar: Calendar, record: Record, bounds: _Bounds, request: Request) -> Iterator[str]:
    names = [record.event["id"]]
    if record.event.get("recurrence"):
        until = bounds.most or shelf.server.now + recurrence.FAR
        names = [
            name for name, _ in recurrence.instances(record.event, calendar.time_zone, until.astimezone(calendar.zone))
        ]
    for name in names:
        found = calendar.find(name)
        if found is None or (found.cancelled and request.one("showDeleted") != "true"):
            continue
        times = [event_times.moment(found.event[which], calendar.zone) for which in ("start", "end")]
        if bounds.let_in(times[0], times[1]):
            yield name


def _envelope(calendar: Calendar) -> dict[str, Any]:
    updated = max((record.event["updated"] for record in calendar.records.values()), default="2026-01-01T00:00:00.000Z")
    return {
        "kind": "calendar#events",
        "etag": _etag(calendar),
        "summary": calendar.summary,
        "description": calendar.description,
        "updated": updated,
        "timeZone": calendar.time_zone,
        "accessRole": calendar.role,
        "defaultReminders": calendar.default_reminders,
    }


def _etag(calendar: Calendar) -> str:
    return f'"p{max((record.stamp for record in calendar.records.values()), default=0):08}"'


def _time(text: str, name: str) -> datetime | None:
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise Rejected(bad_request("Bad Request", location=name)) from None
    if moment.tzinfo is None:
        raise Rejected(bad_request("Bad Request", location=name))
    return moment.replace(microsecond=0)


METHODS: dict[str, Callable[[Shelf, Calendar, Call, Request], Answer]] = {
    "calendar.events.list": list_events,
    "calendar.events.instances": list_instances,
}
