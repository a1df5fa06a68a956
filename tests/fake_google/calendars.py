"""Google Calendar: what people do to it (a test calls these), and the door to the API's side of it.

https://developers.google.com/workspace/calendar/api/v3/reference
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from tests.fake_google import calendar_methods, event_listing, event_methods, event_rules, event_times, recurrence
from tests.fake_google.calendar_shelf import Shelf
from tests.fake_google.calendar_store import Calendar, Record
from tests.fake_google.discovery import Call
from tests.fake_google.wire import Answer, Request


class Calendars(Shelf):
    """The calendars of the account.

    What a test may set: ``page_sizes`` (the sizes of the first pages of every listing, 0 for an empty one; then as
    asked), ``details_of_deleted`` (False: of a deleted event, no more than its id is told, as is all that Google
    promises), ``deltas_keep_bounds`` (True: what lies outside the first request's ``timeMin`` and ``timeMax`` isn't
    told by its tokens either, as nobody knows of Google), ``most_made`` (calendars that may be made in all).
    """

    # what a test does

    @property
    def page_sizes(self) -> list[int]:
        return self.pages.sizes

    @page_sizes.setter
    def page_sizes(self, sizes: list[int]) -> None:
        self.pages.sizes = sizes

    def put(self, calendar_id: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """Somebody creates an event, or replaces the one of that ``id``; how it is told.

        Whatever is left out has a default (an hour tomorrow, organized by the calendar itself). With ``recurrence``
        it is a series; with ``recurringEventId`` and ``originalStartTime`` an exception of one, as the series but for
        what *body* says.
        """
        with self.server.lock:
            calendar = self.calendar(calendar_id)
            body = dict(body)
            base: dict[str, Any] = {}
            if "recurringEventId" in body:
                series = calendar.records[body["recurringEventId"]].event
                zone = {"timeZone": series["start"].get("timeZone", calendar.time_zone)}
                original = event_times.kept(zone | body.pop("originalStartTime"), "original start")
                body["id"] = f"{series['id']}_{recurrence.suffix(original)}"
                base = recurrence.as_instance(series, body["id"], original)
            elif "start" not in body:
                tomorrow = self.server.now.replace(microsecond=0) + timedelta(days=1)
                base = {"start": {"dateTime": tomorrow.isoformat()}}
            if "start" in body or "end" not in base:
                length = recurrence.length(base) if base.get("recurringEventId") else None
                base["end"] = _end_for({**base, **body}["start"], length)
            event = {"id": self.new_id(), **base, **body}
            old = calendar.records.get(event["id"])
            return self.told(calendar, self.keep(calendar, self._complete(calendar, event, old), old))

    def patch(self, calendar_id: str, event_id: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """Somebody changes an event: as ``events.patch``, but for anybody; how it is told."""
        with self.server.lock:
            calendar = self.calendar(calendar_id)
            old = calendar.find(event_id)
            assert old is not None, f"no event {event_id}"
            changed = event_rules.merged(old.event, body)
            if changed["status"] == "cancelled":
                return self.told(calendar, self.end(calendar, old, bare=False))
            return self.told(calendar, self.keep(calendar, changed, old))

    def cancel(self, calendar_id: str, event_id: str) -> None:
        """Whoever organizes it cancels it (the person, where that is they); of a series, one instance by its id."""
        with self.server.lock:
            calendar = self.calendar(calendar_id)
            old = calendar.find(event_id)
            assert old is not None, f"no event {event_id}"
            self.end(calendar, old, bare=old.event["organizer"]["email"] != calendar.id)

    def forget(self, calendar_id: str, event_id: str) -> None:
        """Google forgets a deleted event; its id stays used."""
        with self.server.lock:
            calendar = self.calendar(calendar_id)
            for record in [calendar.records[event_id], *calendar.exceptions(event_id)]:
                assert record.cancelled, f"{record.event['id']} is not deleted"
                del calendar.records[record.event["id"]]
                calendar.used.add(record.event["id"])

    def get(self, calendar_id: str, event_id: str) -> dict[str, Any] | None:
        """How the event is told, deleted or not; None where there is none."""
        with self.server.lock:
            calendar = self.calendar(calendar_id)
            record = calendar.find(event_id)
            return record and self.told(calendar, record)

    def events(self, calendar_id: str) -> list[dict[str, Any]]:
        """Those that stand (series and exceptions as such), as they are told."""
        with self.server.lock:
            calendar = self.calendar(calendar_id)
            return [self.told(calendar, record) for record in calendar.records.values() if not record.cancelled]

    def expire_tokens(self, calendar_id: str = "primary") -> None:
        """Every sync token of the calendar given so far is refused with 410, as after a change of who may see it."""
        with self.server.lock:
            self.calendar(calendar_id).epoch += 1

    def add(
        self, calendar_id: str, summary: str = "", role: str = "owner", time_zone: str = "UTC", *, by_app: bool = False
    ) -> None:
        """A calendar comes to the person's list: shared by somebody, or made by them in Google's own page (or, *by_app*, earlier by the app that signs in)."""
        with self.server.lock:
            self._add(Calendar(calendar_id, summary or calendar_id, role, time_zone, self.next_stamp(), by_app=by_app))

    def remove(self, calendar_id: str) -> None:
        """A calendar is deleted, or no longer shared."""
        with self.server.lock:
            calendar = self.calendar(calendar_id)
            calendar.deleted, calendar.stamp = True, self.next_stamp()

    def share(self, calendar_id: str, role: str) -> None:
        """What the person may do there changes, and with it every sync token ends."""
        with self.server.lock:
            calendar = self.calendar(calendar_id)
            calendar.role, calendar.stamp = role, self.next_stamp()
            calendar.epoch += 1

    @property
    def ids(self) -> list[str]:
        """Of the calendars there are, the primary one first."""
        return [calendar.id for calendar in self._calendars.values() if not calendar.deleted]

    # what the API's side asks

    def handle(self, call: Call, request: Request, scopes: frozenset[str]) -> Answer | None:
        """The answer to a call that *scopes* open; None where it isn't played here."""
        play = calendar_methods.METHODS.get(call.id)
        if play is not None:
            return play(self, call, request, scopes)
        act = event_methods.METHODS.get(call.id) or event_listing.METHODS.get(call.id)
        if act is None:
            return None
        return act(self, self.opened(call, scopes), call, request)

    def _complete(self, calendar: Calendar, event: dict[str, Any], old: Record | None) -> dict[str, Any]:
        now = event_times.stamp(self.server.now)
        organizer = event.get("organizer", {"email": calendar.id})
        default = {
            "status": "confirmed",
            "iCalUID": f"{event['id']}@google.com",
            "organizer": organizer,
            "creator": {"email": self.server.email} if organizer["email"] == calendar.id else dict(organizer),
            "created": old.event["created"] if old else now,
            "updated": old.event["updated"] if old else now,
            "sequence": old.event["sequence"] if old else 0,
            "eventType": "default",
        }
        if old is not None:
            default["iCalUID"] = old.event["iCalUID"]
        return default | event


def _end_for(start: Mapping[str, Any], length: timedelta | None) -> dict[str, Any]:
    kept = event_times.kept(start, "start")
    if length is not None and "date" in kept and length < timedelta(days=1):
        length = None
    return event_times.shifted(kept, length or (timedelta(days=1) if "date" in kept else timedelta(hours=1)))
