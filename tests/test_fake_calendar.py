"""The test server's Calendar is held to what Google documents, through real HTTP and the real client library."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from google.oauth2.credentials import Credentials
from googleapiclient.discovery import build
from googleapiclient.errors import HttpError

from tests.fake_google.server import ALL, FakeGoogle

ME = "robin@home.example"
ANN = "ann@acme.example"
DAY = {"start": {"date": "2026-03-04"}, "end": {"date": "2026-03-05"}}
HOUR = {
    "start": {"dateTime": "2026-03-04T10:00:00", "timeZone": "Europe/Berlin"},
    "end": {"dateTime": "2026-03-04T11:00:00", "timeZone": "Europe/Berlin"},
}
WEEKLY = HOUR | {"recurrence": ["RRULE:FREQ=WEEKLY;COUNT=4"]}
SECOND = {"recurringEventId": "weekly", "originalStartTime": {"dateTime": "2026-03-11T10:00:00+01:00"}}

CANCELLED: dict[str, Any] = {
    "id": "weekly_20260311T090000Z",
    "recurringEventId": "weekly",
    "originalStartTime": {"dateTime": "2026-03-11T10:00:00+01:00", "timeZone": "Europe/Berlin"},
    "status": "cancelled",
}


@pytest.fixture
def google() -> Iterator[FakeGoogle]:
    with FakeGoogle(ME, time_zone="Europe/Berlin") as server:
        yield server


@pytest.fixture
def service(google: FakeGoogle) -> Iterator[Any]:
    """The real client library, signed in."""
    with build(
        "calendar",
        "v3",
        credentials=Credentials(google.oauth.issue(ALL)[0]),
        client_options={"api_endpoint": google.calendar_endpoint},
        cache_discovery=False,
    ) as opened:
        yield opened


@pytest.fixture
def events(service: Any) -> Any:
    return service.events()


@pytest.fixture
def listed(events: Any) -> Callable[..., list[dict[str, Any]]]:
    """The items of ``events.list``, all pages of it."""

    def listed(**asked: Any) -> list[dict[str, Any]]:
        return [item for page in pages(events, **asked) for item in page["items"]]

    return listed


def pages(events: Any, **asked: Any) -> list[dict[str, Any]]:
    found = [events.list(**{"calendarId": "primary"} | asked).execute()]
    while "nextPageToken" in found[-1]:
        found.append(events.list(**{"calendarId": "primary"} | asked, pageToken=found[-1]["nextPageToken"]).execute())
    return found


def token(events: Any, **asked: Any) -> str:
    return str(pages(events, **asked)[-1]["nextSyncToken"])


def ids(items: list[dict[str, Any]]) -> list[str]:
    return [item["id"] for item in items]


def refused(request: Any) -> tuple[int, str]:
    with pytest.raises(HttpError) as caught:
        request.execute()
    body = json.loads(caught.value.content)["error"]
    return body["code"], body["errors"][0]["reason"]


def matching(request: Any, etag: str) -> Any:
    request.headers["If-Match"] = etag
    return request


class TestPages:
    @pytest.mark.parametrize(
        ("sizes", "told"),
        [
            ([], [5]),
            ([2, 1], [2, 1, 2]),
            ([0, 2, 0], [0, 2, 0, 3]),
            ([5, 0], [5, 0]),
            ([0, 0, 0], [0, 0, 0, 5]),
        ],
    )
    def test_sizes(self, google: FakeGoogle, events: Any, sizes: list[int], told: list[int]) -> None:
        for number in range(5):
            google.calendars.put("primary", {"id": f"event{number}"})
        google.calendars.page_sizes = sizes
        found = pages(events)
        assert [len(page["items"]) for page in found] == told
        assert ["nextSyncToken" in page for page in found] == [False] * (len(told) - 1) + [True]
        assert ids([item for page in found for item in page["items"]]) == [f"event{number}" for number in range(5)]

    def test_as_many_as_asked_for(self, google: FakeGoogle, events: Any) -> None:
        for _ in range(5):
            google.calendars.put("primary", {})
        assert [len(page["items"]) for page in pages(events, maxResults=2)] == [2, 2, 1]

    def test_a_page_can_be_asked_for_again(self, google: FakeGoogle, events: Any) -> None:
        google.calendars.put("primary", {})
        google.calendars.page_sizes = [0, 1]
        again = events.list(
            calendarId="primary", pageToken=events.list(calendarId="primary").execute()["nextPageToken"]
        )
        assert again.execute()["items"] == again.execute()["items"] != []

    def test_all_else_stays_as_it_was(self, google: FakeGoogle, events: Any) -> None:
        known = token(events)
        google.calendars.put("primary", {})
        google.calendars.page_sizes = [0]
        page = events.list(calendarId="primary", syncToken=known).execute()["nextPageToken"]
        assert refused(events.list(calendarId="primary", pageToken=page)) == (400, "invalid")
        assert refused(events.list(calendarId="primary", pageToken="bogus")) == (400, "invalid")
        assert len(events.list(calendarId="primary", pageToken=page, syncToken=known).execute()["items"]) == 1

    def test_what_changes_on_the_way_is_not_lost(self, google: FakeGoogle, events: Any) -> None:
        for name in ("first", "second", "third"):
            google.calendars.put("primary", {"id": name})
        google.calendars.page_sizes = [1]
        first = events.list(calendarId="primary").execute()
        google.calendars.patch("primary", "first", {"summary": "Changed"})
        google.calendars.cancel("primary", "third")
        google.calendars.put("primary", {"id": "fourth"})
        last = events.list(calendarId="primary", pageToken=first["nextPageToken"]).execute()
        assert ids(last["items"]) == ["second"]
        google.calendars.page_sizes = []
        delta = events.list(calendarId="primary", syncToken=last["nextSyncToken"]).execute()["items"]
        assert ids(delta) == ["first", "third", "fourth"]


class TestSyncTokens:
    def test_nothing_new(self, google: FakeGoogle, events: Any) -> None:
        google.calendars.put("primary", {})
        answer = events.list(calendarId="primary", syncToken=token(events)).execute()
        assert answer["items"] == []
        assert answer["nextSyncToken"]

    def test_each_change_once_as_it_is_now(self, google: FakeGoogle, events: Any) -> None:
        google.calendars.put("primary", {"id": "abcde"})
        known = token(events)
        for summary in ("One", "Two"):
            google.calendars.patch("primary", "abcde", {"summary": summary})
        answer = events.list(calendarId="primary", syncToken=known).execute()
        assert [item["summary"] for item in answer["items"]] == ["Two"]
        assert events.list(calendarId="primary", syncToken=answer["nextSyncToken"]).execute()["items"] == []

    @pytest.mark.parametrize(
        "asked",
        [
            {"iCalUID": "x"},
            {"orderBy": "updated"},
            {"privateExtendedProperty": "a=b"},
            {"sharedExtendedProperty": "a=b"},
            {"q": "x"},
            {"timeMin": "2026-03-01T00:00:00Z"},
            {"timeMax": "2026-03-01T00:00:00Z"},
            {"updatedMin": "2026-03-01T00:00:00Z"},
            {"showDeleted": False},
        ],
        ids=str,
    )
    def test_not_together(self, events: Any, asked: dict[str, Any]) -> None:
        assert refused(events.list(calendarId="primary", syncToken=token(events), **asked))[0] == 400

    @pytest.mark.parametrize(
        ("asked", "given"),
        [
            ({"timeMin": "2026-03-01T00:00:00Z"}, True),
            ({"timeMax": "2027-03-01T00:00:00Z"}, True),
            ({"showDeleted": True}, True),
            ({"singleEvents": True}, True),
            ({"orderBy": "updated"}, False),
            ({"orderBy": "startTime", "singleEvents": True}, False),
            ({"q": "x"}, False),
            ({"updatedMin": "2026-03-01T00:00:00Z"}, False),
            ({"iCalUID": "x"}, False),
            ({"privateExtendedProperty": "a=b"}, False),
        ],
        ids=str,
    )
    def test_what_costs_the_token(self, events: Any, asked: dict[str, Any], *, given: bool) -> None:
        assert ("nextSyncToken" in pages(events, **asked)[-1]) is given

    @pytest.mark.parametrize("bad", ["bogus", "CPDAlvWDx70CEPDAlvWDx70CGAU=", "ÿ"])
    def test_malformed(self, events: Any, bad: str) -> None:
        with pytest.raises(HttpError) as caught:
            events.list(calendarId="primary", syncToken=bad).execute()
        assert (caught.value.status_code, caught.value.reason) == (400, "Invalid sync token value.")

    def test_another_calendars(self, google: FakeGoogle, events: Any) -> None:
        google.calendars.add("team@acme.example")
        assert refused(events.list(calendarId="team@acme.example", syncToken=token(events))) == (400, "invalid")

    def test_expired(self, google: FakeGoogle, events: Any) -> None:
        google.calendars.add("team@acme.example")
        old, other = token(events), token(events, calendarId="team@acme.example")
        google.calendars.expire_tokens("primary")
        assert refused(events.list(calendarId="primary", syncToken=old)) == (410, "fullSyncRequired")
        events.list(calendarId="primary", syncToken=token(events)).execute()
        events.list(calendarId="team@acme.example", syncToken=other).execute()

    def test_ends_when_the_role_changes(self, google: FakeGoogle, events: Any) -> None:
        google.calendars.add("team@acme.example")
        old = token(events, calendarId="team@acme.example")
        google.calendars.share("team@acme.example", "reader")
        request = events.list(calendarId="team@acme.example", syncToken=old)
        assert refused(request) == (410, "fullSyncRequired")

    @pytest.mark.parametrize("asked", [{"singleEvents": True}, {"maxResults": 10}, {"showDeleted": True}], ids=str)
    def test_asking_otherwise_is_undefined(self, google: FakeGoogle, events: Any, asked: dict[str, Any]) -> None:
        events.list(calendarId="primary", syncToken=token(events), **asked).execute()
        assert "undefined behaviour" in google.violations.pop()

    def test_defaults_are_the_same_as_nothing(self, events: Any) -> None:
        events.list(calendarId="primary", syncToken=token(events, singleEvents=False, showDeleted=False)).execute()

    @pytest.mark.parametrize(("keeps", "told"), [(False, ["early", "late"]), (True, ["late"])])
    def test_bounds_of_the_first_request(
        self, google: FakeGoogle, events: Any, *, keeps: bool, told: list[str]
    ) -> None:
        google.calendars.deltas_keep_bounds = keeps
        known = token(events, timeMin="2026-03-05T00:00:00Z")
        google.calendars.put("primary", HOUR | {"id": "early"})
        google.calendars.put("primary", {"id": "late", "start": {"date": "2026-03-06"}})
        assert ids(events.list(calendarId="primary", syncToken=known).execute()["items"]) == told


class TestFilters:
    @pytest.mark.parametrize(
        ("bounds", "found"),
        [
            ({"timeMin": "2026-03-04T09:59:59Z"}, True),
            ({"timeMin": "2026-03-04T10:00:00Z"}, False),
            ({"timeMin": "2026-03-04T11:00:00+01:00"}, False),
            ({"timeMax": "2026-03-04T09:00:00Z"}, False),
            ({"timeMax": "2026-03-04T09:00:01Z"}, True),
            ({"timeMin": "2026-03-04T09:30:00Z", "timeMax": "2026-03-04T09:31:00Z"}, True),
        ],
        ids=str,
    )
    def test_bounds(self, google: FakeGoogle, listed: Any, bounds: dict[str, str], *, found: bool) -> None:
        google.calendars.put("primary", HOUR)
        assert bool(listed(**bounds)) is found

    @pytest.mark.parametrize(
        ("bounds", "found"),
        [
            ({"timeMin": "2026-03-04T22:59:59Z"}, True),
            ({"timeMin": "2026-03-04T23:00:00Z"}, False),
            ({"timeMax": "2026-03-03T23:00:01Z"}, True),
            ({"timeMax": "2026-03-03T23:00:00Z"}, False),
        ],
        ids=str,
    )
    def test_days_are_those_of_the_calendar(
        self, google: FakeGoogle, listed: Any, bounds: dict[str, str], *, found: bool
    ) -> None:
        google.calendars.put("primary", DAY)
        assert bool(listed(**bounds)) is found

    @pytest.mark.parametrize(
        ("rule", "least", "found"),
        [
            ("RRULE:FREQ=WEEKLY;COUNT=4", "2026-03-25T09:59:59Z", True),
            ("RRULE:FREQ=WEEKLY;COUNT=4", "2026-03-25T10:00:00Z", False),
            ("RRULE:FREQ=WEEKLY;UNTIL=20260318T235959Z", "2026-03-18T09:30:00Z", True),
            ("RRULE:FREQ=WEEKLY;UNTIL=20260318", "2026-03-18T09:30:00Z", True),
            ("RRULE:FREQ=WEEKLY;UNTIL=20260318T085959Z", "2026-03-18T09:30:00Z", False),
            ("RRULE:FREQ=YEARLY", "2099-01-01T00:00:00Z", True),
        ],
    )
    def test_a_series_ends_with_its_last_instance(
        self, google: FakeGoogle, listed: Any, rule: str, least: str, *, found: bool
    ) -> None:
        google.calendars.put("primary", HOUR | {"id": "weekly", "recurrence": [rule]})
        assert ids(listed(timeMin=least)) == ["weekly"] * found

    def test_a_moved_instance_keeps_its_series_in_sight(self, google: FakeGoogle, listed: Any) -> None:
        google.calendars.put("primary", WEEKLY | {"id": "weekly"})
        moved = google.calendars.put("primary", SECOND | {"start": {"dateTime": "2026-05-01T10:00:00Z"}})
        assert set(ids(listed(timeMin="2026-04-20T00:00:00Z"))) == {"weekly", moved["id"]}

    def test_wrong_ones(self, events: Any) -> None:
        both = {"timeMin": "2026-03-04T10:00:00Z", "timeMax": "2026-03-04T10:00:00Z"}
        assert refused(events.list(calendarId="primary", **both)) == (400, "timeRangeEmpty")
        assert refused(events.list(calendarId="primary", orderBy="startTime"))[0] == 400
        assert refused(events.list(calendarId="primary", timeZone="Mars/Base"))[0] == 400
        long_ago = events.list(calendarId="primary", updatedMin="2026-01-01T00:00:00Z")
        assert refused(long_ago) == (410, "updatedMinTooLongAgo")

    def test_what_else(self, google: FakeGoogle, listed: Any) -> None:
        google.calendars.put(
            "primary",
            {
                "id": "tagged",
                "summary": "Coffee",
                "extendedProperties": {"private": {"k": "v"}},
                "iCalUID": "u@x.example",
            },
        )
        google.calendars.put("primary", {"id": "plain", "attendees": [{"email": ANN}], "eventType": "fromGmail"})
        assert ids(listed(privateExtendedProperty="k=v")) == ["tagged"]
        assert ids(listed(privateExtendedProperty="k=w")) == []
        assert ids(listed(sharedExtendedProperty="k=v")) == []
        assert ids(listed(iCalUID="u@x.example")) == ["tagged"]
        assert ids(listed(q="COFFEE")) == ["tagged"]
        assert ids(listed(q=ANN)) == ["plain"]
        assert ids(listed(eventTypes=["fromGmail"])) == ["plain"]
        assert ids(listed(eventTypes=["fromGmail", "default"])) == ["tagged", "plain"]

    def test_updated_min(self, google: FakeGoogle, listed: Any) -> None:
        google.calendars.put("primary", {"id": "older"})
        google.calendars.put("primary", {"id": "removed"})
        google.now += timedelta(minutes=45)
        google.calendars.put("primary", {"id": "newer"})
        google.calendars.cancel("primary", "removed")
        found = listed(updatedMin="2026-03-02T09:30:00Z")
        assert {item["id"]: item["status"] for item in found} == {"newer": "confirmed", "removed": "cancelled"}

    def test_zone_and_attendees(self, google: FakeGoogle, listed: Any) -> None:
        google.calendars.put("primary", HOUR | {"attendees": [{"email": ANN}, {"email": ME}]})
        (item,) = listed(timeZone="America/New_York", maxAttendees=1)
        assert item["start"] == {"dateTime": "2026-03-04T04:00:00-05:00", "timeZone": "Europe/Berlin"}
        assert [one["email"] for one in item["attendees"]] == [ME]
        assert item["attendeesOmitted"] is True


class TestDeleted:
    def test_what_is_left(self, google: FakeGoogle, events: Any, listed: Any) -> None:
        events.insert(calendarId="primary", body=DAY | {"id": "abcde", "summary": "Lunch"}).execute()
        known = token(events)
        assert events.delete(calendarId="primary", eventId="abcde").execute() == ""
        assert listed() == []
        assert listed(syncToken=known) == [{"id": "abcde", "status": "cancelled"}]
        got = events.get(calendarId="primary", eventId="abcde").execute()
        assert (got["status"], got["summary"]) == ("cancelled", "Lunch")
        assert refused(events.delete(calendarId="primary", eventId="abcde")) == (410, "deleted")
        assert refused(events.insert(calendarId="primary", body=DAY | {"id": "abcde"})) == (409, "duplicate")

    @pytest.mark.parametrize("details", [True, False])
    def test_details(self, google: FakeGoogle, events: Any, listed: Any, *, details: bool) -> None:
        google.calendars.details_of_deleted = details
        known = token(events, showDeleted=True)
        google.calendars.put("primary", {"id": "abcde", "summary": "Lunch"})
        google.calendars.cancel("primary", "abcde")
        got = events.get(calendarId="primary", eventId="abcde").execute()
        for item in [*listed(showDeleted=True), *listed(showDeleted=True, syncToken=known), got]:
            assert item.get("summary") == ("Lunch" if details else None)
            assert details or item == {"id": "abcde", "status": "cancelled"}

    def test_cancelled_by_its_organizer(self, google: FakeGoogle, listed: Any) -> None:
        google.calendars.put("primary", {"id": "abcde", "organizer": {"email": ANN}})
        google.calendars.cancel("primary", "abcde")
        assert listed(showDeleted=True) == [{"id": "abcde", "status": "cancelled"}]

    def test_forgotten(self, google: FakeGoogle, events: Any, listed: Any) -> None:
        google.calendars.put("primary", {"id": "abcde"})
        with pytest.raises(AssertionError, match="not deleted"):
            google.calendars.forget("primary", "abcde")
        google.calendars.cancel("primary", "abcde")
        google.calendars.forget("primary", "abcde")
        assert listed(showDeleted=True) == []
        assert google.calendars.get("primary", "abcde") is None
        assert refused(events.get(calendarId="primary", eventId="abcde")) == (404, "notFound")
        assert refused(events.delete(calendarId="primary", eventId="abcde")) == (404, "notFound")
        assert refused(events.insert(calendarId="primary", body=DAY | {"id": "abcde"})) == (409, "duplicate")

    def test_restored(self, google: FakeGoogle, events: Any, listed: Any) -> None:
        google.calendars.put("primary", {"id": "abcde"})
        google.calendars.cancel("primary", "abcde")
        events.update(calendarId="primary", eventId="abcde", body=DAY | {"status": "confirmed"}).execute()
        assert ids(listed()) == ["abcde"]

    def test_never_was(self, events: Any) -> None:
        for method in (events.get, events.delete):
            assert refused(method(calendarId="primary", eventId="never")) == (404, "notFound")
        assert refused(events.patch(calendarId="primary", eventId="never", body={})) == (404, "notFound")
        assert refused(events.update(calendarId="primary", eventId="never", body=DAY)) == (404, "notFound")


class TestSeries:
    @pytest.fixture
    def series(self, google: FakeGoogle) -> FakeGoogle:
        google.calendars.put("primary", WEEKLY | {"id": "weekly", "summary": "Call"})
        return google

    def test_master_and_exceptions(self, series: FakeGoogle, listed: Any) -> None:
        moved = series.calendars.put("primary", SECOND | {"start": {"dateTime": "2026-03-12T15:00:00+01:00"}})
        assert moved["id"] == "weekly_20260311T090000Z"
        master, exception = listed()
        assert master["recurrence"] == WEEKLY["recurrence"]
        assert "recurrence" not in exception
        assert exception["originalStartTime"] == CANCELLED["originalStartTime"]
        assert exception["start"]["dateTime"] == "2026-03-12T15:00:00+01:00"
        assert exception["end"]["dateTime"] == "2026-03-12T16:00:00+01:00"
        assert (exception["summary"], exception["iCalUID"]) == ("Call", master["iCalUID"])

    @pytest.mark.parametrize("how", ["cancel", "put", "delete"])
    def test_cancelled_instances_come_bare(self, series: FakeGoogle, events: Any, listed: Any, how: str) -> None:
        known = token(events)
        if how == "cancel":
            series.calendars.cancel("primary", CANCELLED["id"])
        elif how == "put":
            series.calendars.put("primary", SECOND | {"status": "cancelled"})
        else:
            events.delete(calendarId="primary", eventId=CANCELLED["id"]).execute()
        assert listed()[1:] == listed(syncToken=known) == listed(showDeleted=True)[1:] == [CANCELLED]
        assert events.get(calendarId="primary", eventId=CANCELLED["id"]).execute() == CANCELLED
        assert refused(events.delete(calendarId="primary", eventId=CANCELLED["id"])) == (410, "deleted")

    def test_what_deleted_ones_are_listed(self, series: FakeGoogle, listed: Any) -> None:
        series.calendars.cancel("primary", CANCELLED["id"])
        for name in ("single", "other"):
            series.calendars.put("primary", WEEKLY | {"id": name} if name == "other" else {"id": name})
            series.calendars.cancel("primary", name)

        def cancelled(**asked: Any) -> set[str]:
            return {item["id"] for item in listed(**asked) if item["status"] == "cancelled"}

        assert cancelled() == {CANCELLED["id"]}
        assert cancelled(showDeleted=True) == {CANCELLED["id"], "single", "other"}
        assert cancelled(showDeleted=True, singleEvents=True) == {CANCELLED["id"], "single"}
        assert cancelled(singleEvents=True) == set()

    def test_a_deleted_series(self, series: FakeGoogle, events: Any, listed: Any) -> None:
        series.calendars.put("primary", SECOND | {"summary": "Long call"})
        known = token(events)
        events.delete(calendarId="primary", eventId="weekly").execute()
        gone = [{"id": name, "status": "cancelled"} for name in (CANCELLED["id"], "weekly")]
        assert listed(syncToken=known) == gone
        assert listed() == []
        series.calendars.forget("primary", "weekly")
        assert listed(showDeleted=True) == []

    def test_expanded(self, series: FakeGoogle, events: Any, listed: Any) -> None:
        """Ten o'clock stays ten o'clock when the clocks change (29 March)."""
        series.calendars.put("primary", SECOND | {"start": {"dateTime": "2026-03-12T15:00:00+01:00"}})
        series.calendars.put("primary", {"id": "single", "start": {"dateTime": "2026-03-05T10:00:00Z"}})
        series.calendars.patch("primary", "weekly", {"recurrence": ["RRULE:FREQ=WEEKLY;COUNT=5"]})
        found = listed(singleEvents=True, orderBy="startTime")
        assert ids(found) == [
            "weekly_20260304T090000Z",
            "single",
            "weekly_20260311T090000Z",
            "weekly_20260318T090000Z",
            "weekly_20260325T090000Z",
            "weekly_20260401T080000Z",
        ]
        assert found[-1]["start"]["dateTime"] == "2026-04-01T10:00:00+02:00"
        assert found[0]["recurringEventId"] == "weekly"
        within = listed(singleEvents=True, timeMin="2026-03-18T00:00:00Z", timeMax="2026-03-26T00:00:00Z")
        assert ids(within) == ["weekly_20260318T090000Z", "weekly_20260325T090000Z"]

    def test_an_expanded_delta_has_all_instances(self, series: FakeGoogle, events: Any, listed: Any) -> None:
        known = token(events, singleEvents=True)
        series.calendars.patch("primary", "weekly", {"summary": "Chat"})
        assert [item["summary"] for item in listed(singleEvents=True, syncToken=known)] == ["Chat"] * 4
        events.delete(calendarId="primary", eventId="weekly").execute()
        assert [item["status"] for item in listed(singleEvents=True, syncToken=known)] == ["cancelled"] * 4

    def test_rules_of_all_kinds(self, google: FakeGoogle, listed: Any) -> None:
        lines = [
            "RRULE:FREQ=DAILY;UNTIL=20260307T090000Z",
            "EXDATE;TZID=Europe/Berlin:20260305T100000",
            "RDATE:20260310T120000Z",
        ]
        google.calendars.put("primary", HOUR | {"id": "lines", "recurrence": lines})
        assert [item["start"]["dateTime"][5:16] for item in listed(singleEvents=True)] == [
            "03-04T10:00",
            "03-06T10:00",
            "03-07T10:00",
            "03-10T13:00",
        ]

    def test_days(self, google: FakeGoogle, events: Any, listed: Any) -> None:
        rule = {"recurrence": ["RRULE:FREQ=DAILY;COUNT=3", "EXDATE;VALUE=DATE:20260305"]}
        google.calendars.put("primary", DAY | {"id": "daily"} | rule)
        found = listed(singleEvents=True)
        assert ids(found) == ["daily_20260304", "daily_20260306"]
        assert (found[1]["start"], found[1]["end"]) == ({"date": "2026-03-06"}, {"date": "2026-03-07"})

    def test_no_end(self, google: FakeGoogle, listed: Any) -> None:
        google.calendars.put("primary", DAY | {"recurrence": ["RRULE:FREQ=MONTHLY"]})
        assert len(listed(singleEvents=True)) == 24

    def test_instances(self, series: FakeGoogle, events: Any) -> None:
        series.calendars.cancel("primary", CANCELLED["id"])

        def instances(name: str, **asked: Any) -> list[str]:
            return ids(events.instances(calendarId="primary", eventId=name, **asked).execute()["items"])

        assert len(instances("weekly")) == 3
        assert len(instances("weekly", showDeleted=True)) == 4
        assert instances("weekly", timeMin="2026-03-20T00:00:00Z") == ["weekly_20260325T090000Z"]
        assert instances("weekly_20260318T090000Z") == ["weekly_20260318T090000Z"]
        assert instances(CANCELLED["id"]) == []

    def test_an_instance_is_reached_by_its_id(self, series: FakeGoogle, events: Any, listed: Any) -> None:
        name = "weekly_20260318T090000Z"
        assert events.get(calendarId="primary", eventId=name).execute()["start"]["dateTime"][:10] == "2026-03-18"
        series.now += timedelta(minutes=1)
        changed = events.patch(calendarId="primary", eventId=name, body={"summary": "Other"}).execute()
        assert changed["updated"] == "2026-03-02T09:01:00.000Z"
        assert ids(listed()) == ["weekly", name]
        for wrong in ("weekly_20260319T090000Z", "weekly_bogus", "weekly_"):
            assert refused(events.get(calendarId="primary", eventId=wrong)) == (404, "notFound")

    def test_needs_a_zone(self, events: Any) -> None:
        times = {name: {"dateTime": HOUR[name]["dateTime"] + "Z"} for name in ("start", "end")}
        request = events.insert(calendarId="primary", body=times | {"recurrence": ["RRULE:FREQ=DAILY"]})
        assert refused(request) == (400, "required")


class TestInsert:
    def test_as_google_gives_it(self, google: FakeGoogle, events: Any) -> None:
        told = events.insert(calendarId="primary", body=HOUR | {"id": "abcde", "summary": "Lunch"}).execute()
        assert told == {
            "kind": "calendar#event",
            "etag": told["etag"],
            "id": "abcde",
            "status": "confirmed",
            "htmlLink": told["htmlLink"],
            "created": "2026-03-02T09:00:00.000Z",
            "updated": "2026-03-02T09:00:00.000Z",
            "summary": "Lunch",
            "creator": {"email": ME, "self": True},
            "organizer": {"email": ME, "self": True},
            "start": {"dateTime": "2026-03-04T10:00:00+01:00", "timeZone": "Europe/Berlin"},
            "end": {"dateTime": "2026-03-04T11:00:00+01:00", "timeZone": "Europe/Berlin"},
            "iCalUID": "abcde@google.com",
            "sequence": 0,
            "reminders": {"useDefault": True},
            "eventType": "default",
        }
        assert told["htmlLink"].startswith("https://www.google.com/calendar/event?eid=")
        assert google.calendars.get(ME, "abcde") == events.get(calendarId=ME, eventId="abcde").execute() == told

    @pytest.mark.parametrize("bad", ["abcd", "abcdw", "ABCDE", "ab-cde", "ab_cde", "", "a" * 1025, "abcdé"])
    def test_bad_ids(self, events: Any, bad: str) -> None:
        request = events.insert(calendarId="primary", body=DAY | {"id": bad})
        assert refused(request) == (400, "invalid")

    @pytest.mark.parametrize("good", ["abcde", "0123456789abcdefghijklmnopqrstuv", "a" * 1024])
    def test_good_ids(self, events: Any, good: str) -> None:
        assert events.insert(calendarId="primary", body=DAY | {"id": good}).execute()["id"] == good
        assert refused(events.insert(calendarId="primary", body=DAY | {"id": good})) == (409, "duplicate")

    def test_an_id_of_googles_own(self, events: Any) -> None:
        names = {events.insert(calendarId="primary", body=DAY).execute()["id"] for _ in range(3)}
        assert {len(name) for name in names} == {26}
        assert len(names) == 3

    @pytest.mark.parametrize(
        ("start", "end", "reason"),
        [
            ({"date": "2026-03-04"}, {"dateTime": "2026-03-04T10:00:00Z"}, "invalid"),
            ({"date": "2026-03-04", "dateTime": "2026-03-04T10:00:00Z"}, {"date": "2026-03-05"}, "invalid"),
            ({"dateTime": "2026-03-04T10:00:00"}, {"dateTime": "2026-03-04T11:00:00Z"}, "required"),
            (
                {"dateTime": "2026-03-04T10:00:00", "timeZone": "Mars/Base"},
                {"dateTime": "2026-03-04T11:00:00Z"},
                "invalid",
            ),
            ({}, {"date": "2026-03-05"}, "required"),
            ({"date": "2026-03-04"}, {"date": "2026-03-04"}, "timeRangeEmpty"),
            ({"dateTime": "2026-03-04T10:00:00Z"}, {"dateTime": "2026-03-04T10:59:00+01:00"}, "timeRangeEmpty"),
        ],
    )
    def test_bad_times(self, events: Any, start: dict[str, str], end: dict[str, str], reason: str) -> None:
        assert refused(events.insert(calendarId="primary", body={"start": start, "end": end})) == (400, reason)

    def test_a_moment_is_no_empty_range(self, events: Any) -> None:
        now = {"dateTime": "2026-03-04T10:00:00Z"}
        assert events.insert(calendarId="primary", body={"start": now, "end": now}).execute()["start"] == {
            "dateTime": "2026-03-04T11:00:00+01:00",
            "timeZone": "Europe/Berlin",
        }

    @pytest.mark.parametrize(
        ("fields", "reason"),
        [
            ({"source": {"title": "x", "url": "ftp://acme.example/"}}, "invalid"),
            ({"source": {"title": "x", "url": "javascript:alert(1)"}}, "invalid"),
            ({"source": {"title": "x"}}, "invalid"),
            ({"status": "maybe"}, "invalid"),
            ({"visibility": "secret"}, "invalid"),
            ({"transparency": "glass"}, "invalid"),
            ({"attendees": [{"displayName": "Ann"}]}, "required"),
            ({"eventType": "fromGmail"}, "invalid"),
        ],
    )
    def test_what_is_refused(self, events: Any, fields: dict[str, Any], reason: str) -> None:
        assert refused(events.insert(calendarId="primary", body=DAY | fields)) == (400, reason)

    def test_what_is_passed_over(self, google: FakeGoogle, events: Any) -> None:
        body = DAY | {
            "conferenceData": {"notes": "x"},
            "attachments": [{"fileUrl": "https://acme.example/x"}],
            "created": "2020-01-01T00:00:00Z",
            "htmlLink": "https://acme.example/",
            "organizer": {"email": ANN},
            "transparency": "opaque",
            "visibility": "default",
            "description": "",
        }
        told = events.insert(calendarId="primary", body=body).execute()
        assert told["organizer"]["email"] == ME
        assert told["created"] == "2026-03-02T09:00:00.000Z"
        assert not told.keys() & {"conferenceData", "attachments", "transparency", "visibility", "description"}

    def test_imported(self, events: Any) -> None:
        body = HOUR | {"iCalUID": "uid@acme.example", "organizer": {"email": ANN}, "attendees": [{"email": ME}]}
        told = events.import_(calendarId="primary", body=body).execute()
        assert told["id"].startswith("_")
        assert told["organizer"] == {"email": ANN}
        assert refused(events.import_(calendarId="primary", body=body)) == (409, "duplicate")


class TestSilentChanges:
    def test_extended_properties(self, events: Any) -> None:
        properties = {"k" * 44: "fits", "k" * 45: "dropped", "long": "v" * 1025, "edge": "v" * 1024}
        body = DAY | {"extendedProperties": {"private": properties}}
        told = events.insert(calendarId="primary", body=body).execute()["extendedProperties"]["private"]
        assert told == {"k" * 44: "fits", "long": "v" * 1024, "edge": "v" * 1024}

    def test_too_many_extended_properties(self, events: Any) -> None:
        body = DAY | {"extendedProperties": {"private": {f"k{number}": "" for number in range(301)}}}
        assert refused(events.insert(calendarId="primary", body=body))[0] == 400

    def test_one_is_removed_with_null(self, google: FakeGoogle, events: Any) -> None:
        google.calendars.put("primary", {"id": "abcde", "extendedProperties": {"private": {"a": "1", "b": "2"}}})
        body = {"extendedProperties": {"private": {"a": None, "c": "3"}}}
        told = events.patch(calendarId="primary", eventId="abcde", body=body).execute()
        assert told["extendedProperties"] == {"private": {"b": "2", "c": "3"}}
        told = events.update(calendarId="primary", eventId="abcde", body=DAY).execute()
        assert "extendedProperties" not in told

    @pytest.mark.parametrize(
        ("overrides", "told"),
        [
            ([{"method": "popup", "minutes": -5}], [{"method": "popup", "minutes": 0}]),
            ([{"method": "popup", "minutes": 40321}], [{"method": "popup", "minutes": 40320}]),
            ([{"method": "sms", "minutes": 5}], None),
            ([{"method": "popup", "minutes": 5}] * 2, [{"method": "popup", "minutes": 5}]),
            (
                [{"method": "popup", "minutes": 9}, {"method": "email", "minutes": 5}],
                [{"method": "email", "minutes": 5}, {"method": "popup", "minutes": 9}],
            ),
            ([], None),
        ],
    )
    def test_reminders(self, events: Any, overrides: list[dict[str, Any]], told: list[dict[str, Any]] | None) -> None:
        body = HOUR | {"reminders": {"useDefault": False, "overrides": overrides}}
        found = events.insert(calendarId="primary", body=body).execute()["reminders"]
        assert found == {"useDefault": False} | ({"overrides": told} if told else {})

    def test_reminders_that_are_refused(self, events: Any) -> None:
        one = [{"method": "popup", "minutes": 5}]
        six = [{"method": "popup", "minutes": minutes} for minutes in range(6)]
        for reminders, reason in [
            ({"useDefault": True, "overrides": one}, "cannotUseDefaultRemindersAndSpecifyOverride"),
            ({"useDefault": False, "overrides": six}, "eventRemindersCountExceedsLimit"),
        ]:
            assert refused(events.insert(calendarId="primary", body=HOUR | {"reminders": reminders})) == (400, reason)

    def test_defaults_of_whole_days_are_told(self, events: Any) -> None:
        told = events.insert(calendarId="primary", body=DAY).execute()["reminders"]
        assert told == {"useDefault": False, "overrides": [{"method": "popup", "minutes": 10}]}


class TestChanges:
    @pytest.fixture
    def event(self, google: FakeGoogle) -> dict[str, Any]:
        event = google.calendars.put("primary", HOUR | {"id": "abcde", "summary": "Lunch", "location": "Here"})
        google.now += timedelta(minutes=5)
        return event

    def test_patch_merges(self, events: Any, event: dict[str, Any]) -> None:
        told = events.patch(
            calendarId="primary", eventId="abcde", body={"summary": "Dinner", "location": None}
        ).execute()
        assert (told["summary"], "location" in told, told["start"]) == ("Dinner", False, event["start"])
        assert told["updated"] == "2026-03-02T09:05:00.000Z"
        assert told["created"] == event["created"]
        assert told["etag"] != event["etag"]

    def test_update_replaces(self, events: Any, event: dict[str, Any]) -> None:
        told = events.update(calendarId="primary", eventId="abcde", body=DAY).execute()
        assert (told["start"], "summary" in told, told["iCalUID"]) == (DAY["start"], False, event["iCalUID"])
        assert (
            refused(events.update(calendarId="primary", eventId="abcde", body={"start": None, "end": None}))[0] == 400
        )

    def test_between_days_and_times(self, events: Any, event: dict[str, Any]) -> None:
        body: dict[str, Any] = {name: dict(time) for name, time in DAY.items()}
        assert refused(events.patch(calendarId="primary", eventId="abcde", body=body)) == (400, "invalid")
        for time in body.values():
            time["dateTime"] = None
        told = events.patch(calendarId="primary", eventId="abcde", body=body).execute()
        assert (told["start"], told["end"]) == (DAY["start"], DAY["end"])

    def test_reminders_move_the_etag_alone(self, events: Any, event: dict[str, Any], listed: Any) -> None:
        known = token(events)
        body = {"reminders": {"useDefault": False, "overrides": [{"method": "popup", "minutes": 5}]}}
        told = events.patch(calendarId="primary", eventId="abcde", body=body).execute()
        assert told["updated"] == event["updated"]
        assert told["etag"] != event["etag"]
        assert ids(listed(syncToken=known)) == ["abcde"]

    def test_what_changes_nothing(self, events: Any, event: dict[str, Any], listed: Any) -> None:
        known = token(events)
        body = {"summary": "Lunch", "start": {"dateTime": "2026-03-04T09:00:00Z"}}
        told = events.patch(calendarId="primary", eventId="abcde", body=body).execute()
        assert (told["etag"], told["updated"]) == (event["etag"], event["updated"])
        assert listed(syncToken=known) == []

    def test_if_match(self, google: FakeGoogle, events: Any, event: dict[str, Any]) -> None:
        old = event["etag"]
        patch = {"calendarId": "primary", "eventId": "abcde", "body": {"summary": "Dinner"}}
        new = matching(events.patch(**patch), old).execute()["etag"]
        for request in (
            events.patch(**patch | {"body": {"summary": "Tea"}}),
            events.update(calendarId="primary", eventId="abcde", body=DAY),
            events.delete(calendarId="primary", eventId="abcde"),
        ):
            assert refused(matching(request, old)) == (412, "conditionNotMet")
        assert google.calendars.get("primary", "abcde")["summary"] == "Dinner"  # type: ignore[index] # it is there
        matching(events.delete(calendarId="primary", eventId="abcde"), new).execute()
        assert refused(matching(events.delete(calendarId="primary", eventId="abcde"), new)) == (410, "deleted")
        assert refused(matching(events.patch(**patch), new)) == (412, "conditionNotMet")

    def test_if_none_match(self, events: Any, event: dict[str, Any]) -> None:
        request = events.get(calendarId="primary", eventId="abcde")
        request.headers["If-None-Match"] = event["etag"]
        with pytest.raises(HttpError) as caught:
            request.execute()
        assert caught.value.status_code == 304

    def test_moved_events_count_up(self, google: FakeGoogle, events: Any, event: dict[str, Any]) -> None:
        told = events.patch(calendarId="primary", eventId="abcde", body={"start": {"dateTime": "2026-03-04T08:30:00Z"}})
        assert told.execute()["sequence"] == 1
        back = events.patch(calendarId="primary", eventId="abcde", body={"sequence": 0})
        assert refused(back) == (400, "invalid")

    def test_somebody_else(self, google: FakeGoogle, events: Any, event: dict[str, Any], listed: Any) -> None:
        known = token(events)
        google.calendars.patch("primary", "abcde", {"summary": "✓ Lunch"})
        assert [item["summary"] for item in listed(syncToken=known)] == ["✓ Lunch"]
        replaced = google.calendars.put("primary", {"id": "abcde", "summary": "New"})
        assert replaced["created"] == event["created"]
        assert "location" not in replaced
        assert google.calendars.events("primary") == [replaced]
        google.calendars.patch("primary", "abcde", {"status": "cancelled"})
        assert google.calendars.events("primary") == []

    def test_a_copy_of_somebody_elses_event(self, google: FakeGoogle, events: Any) -> None:
        google.calendars.put(
            "primary", HOUR | {"id": "guest", "organizer": {"email": ANN}, "attendees": [{"email": ME}]}
        )

        def patch(body: dict[str, Any]) -> Any:
            return events.patch(calendarId="primary", eventId="guest", body=body)

        assert refused(patch({"summary": "Mine"})) == (403, "forbiddenForNonOrganizer")
        update = events.update(calendarId="primary", eventId="guest", body=DAY)
        assert refused(update) == (403, "forbiddenForNonOrganizer")
        told = patch({"extendedProperties": {"private": {"k": "v"}}, "colorId": "5"}).execute()
        assert told["extendedProperties"] == {"private": {"k": "v"}}
        answer = {"attendees": [{"email": ME, "responseStatus": "declined"}]}
        assert patch(answer).execute()["attendees"] == [{"email": ME, "responseStatus": "declined", "self": True}]


class TestWho:
    def test_self_is_the_calendar(self, google: FakeGoogle, service: Any) -> None:
        made = service.calendars().insert(body={"summary": "Follow-ups"}).execute()["id"]
        body = DAY | {"attendees": [{"email": ME}]}
        told = service.events().insert(calendarId=made, body=body).execute()
        assert told["organizer"] == {"email": made, "displayName": "Follow-ups", "self": True}
        assert told["creator"] == {"email": ME}
        assert told["attendees"] == [{"email": ME, "responseStatus": "needsAction"}]

    def test_invited(self, google: FakeGoogle, listed: Any) -> None:
        people = [
            {"email": ANN, "responseStatus": "accepted"},
            {"email": "Robin@Home.example", "responseStatus": "tentative"},
        ]
        google.calendars.put(
            "primary",
            {"organizer": {"email": ANN, "displayName": "Ann"}, "attendees": people, "iCalUID": "uid@acme.example",
             "source": {"title": "x", "url": "https://acme.example/"}},
        )  # fmt: skip
        (item,) = listed()
        assert item["organizer"] == {"email": ANN, "displayName": "Ann"}
        assert item["creator"]["email"] == ANN
        assert [(one.get("self", False), one.get("organizer", False)) for one in item["attendees"]] == [
            (False, True),
            (True, False),
        ]
        assert item["iCalUID"] == "uid@acme.example"
        assert "source" not in item  # its creator's to see

    def test_source_of_ones_own(self, events: Any) -> None:
        source = {"title": "Mail", "url": "https://mail.google.com/mail/#all/1"}
        assert events.insert(calendarId="primary", body=DAY | {"source": source}).execute()["source"] == source

    @pytest.mark.parametrize(
        ("role", "private", "public"),
        [("owner", "x", "x"), ("writer", "x", "x"), ("reader", None, "x"), ("freeBusyReader", None, None)],
    )
    def test_roles(
        self, google: FakeGoogle, events: Any, listed: Any, role: str, private: str | None, public: str | None
    ) -> None:
        google.calendars.add("team@acme.example", "Team", role)
        google.calendars.put("team@acme.example", {"summary": "x", "visibility": "private"})
        google.calendars.put("team@acme.example", {"summary": "x"})
        assert [item.get("summary") for item in listed(calendarId="team@acme.example")] == [private, public]
        request = events.insert(calendarId="team@acme.example", body=DAY)
        if role in ("owner", "writer"):
            assert request.execute()["organizer"]["email"] == "team@acme.example"
        else:
            assert refused(request) == (403, "requiredAccessLevel")


class TestCalendars:
    def test_the_envelope(self, google: FakeGoogle, events: Any) -> None:
        answer = events.list(calendarId="primary").execute()
        assert (answer["summary"], answer["accessRole"], answer["timeZone"]) == (ME, "owner", "Europe/Berlin")
        assert answer["defaultReminders"] == [{"method": "popup", "minutes": 10}]

    def test_primary_is_the_account(self, service: Any) -> None:
        calendars = service.calendars()
        assert calendars.get(calendarId="primary").execute() == calendars.get(calendarId=ME).execute()
        assert service.calendarList().get(calendarId="primary").execute()["primary"] is True
        assert refused(calendars.get(calendarId="nobody@acme.example")) == (404, "notFound")
        assert refused(service.events().list(calendarId="nobody@acme.example")) == (404, "notFound")
        assert refused(calendars.delete(calendarId="primary"))[0] == 400

    def test_made_changed_removed(self, google: FakeGoogle, service: Any) -> None:
        calendars = service.calendars()
        made = calendars.insert(body={"summary": "Follow-ups", "timeZone": "Europe/Madrid"}).execute()
        assert made["id"].endswith("@group.calendar.google.com")
        assert google.calendars.ids == [ME, made["id"]]
        assert calendars.get(calendarId=made["id"]).execute() == made
        same = calendars.patch(calendarId=made["id"], body={"summary": "Follow-ups"}).execute()
        assert same["etag"] == made["etag"]
        renamed = calendars.patch(calendarId=made["id"], body={"summary": "Later", "description": "x"}).execute()
        assert renamed == made | {"summary": "Later", "description": "x", "etag": renamed["etag"]}
        assert renamed["etag"] != made["etag"]
        assert calendars.delete(calendarId=made["id"]).execute() == ""
        assert google.calendars.ids == [ME]
        assert refused(calendars.get(calendarId=made["id"])) == (404, "notFound")
        assert refused(service.events().list(calendarId=made["id"])) == (404, "notFound")

    def test_creation_is_rationed_and_deletion_gives_none_back(self, google: FakeGoogle, service: Any) -> None:
        google.calendars.most_made = 1
        calendars = service.calendars()
        calendars.delete(calendarId=calendars.insert(body={"summary": "One"}).execute()["id"]).execute()
        assert refused(calendars.insert(body={"summary": "Two"})) == (403, "quotaExceeded")

    def test_a_name_is_needed(self, service: Any) -> None:
        assert refused(service.calendars().insert(body={"summary": ""})) == (400, "required")

    def test_others_are_not_ours_to_change(self, google: FakeGoogle, service: Any) -> None:
        google.calendars.add("team@acme.example", role="writer")
        request = service.calendars().patch(calendarId="team@acme.example", body={"summary": "x"})
        assert refused(request) == (403, "requiredAccessLevel")

    def test_the_list(self, google: FakeGoogle, service: Any) -> None:
        entries = service.calendarList()
        google.calendars.add("holidays#uk@group.calendar.google.com", "Holidays", "reader")
        answer = entries.list().execute()
        assert [(item["id"], item["accessRole"], item.get("primary", False)) for item in answer["items"]] == [
            (ME, "owner", True),
            ("holidays#uk@group.calendar.google.com", "reader", False),
        ]
        assert len(entries.list(minAccessRole="writer").execute()["items"]) == 1
        got = entries.get(calendarId="holidays#uk@group.calendar.google.com").execute()
        assert got == answer["items"][1]
        google.calendars.remove("holidays#uk@group.calendar.google.com")
        delta = entries.list(syncToken=answer["nextSyncToken"]).execute()["items"]
        assert [(item["id"], item["deleted"]) for item in delta] == [("holidays#uk@group.calendar.google.com", True)]
        assert len(entries.list().execute()["items"]) == 1
        assert len(entries.list(showDeleted=True).execute()["items"]) == 2
        assert refused(entries.list(syncToken=answer["nextSyncToken"], minAccessRole="owner"))[0] == 400
        assert refused(entries.list(syncToken=token(service.events()))) == (400, "invalid")

    def test_the_list_has_pages(self, google: FakeGoogle, service: Any) -> None:
        for number in range(3):
            google.calendars.add(f"c{number}@acme.example")
        google.calendars.page_sizes = [0]
        first = service.calendarList().list(maxResults=2).execute()
        second = service.calendarList().list(maxResults=2, pageToken=first["nextPageToken"]).execute()
        third = service.calendarList().list(maxResults=2, pageToken=second["nextPageToken"]).execute()
        assert [len(page["items"]) for page in (first, second, third)] == [0, 2, 2]
        assert [page.get("nextSyncToken") is None for page in (first, second, third)] == [True, True, False]

    def test_colours(self, service: Any) -> None:
        assert set(service.colors().get().execute()["event"]) == {str(number) for number in range(1, 12)}


def test_what_the_clock_says(google: FakeGoogle, events: Any) -> None:
    google.now = datetime(2026, 3, 2, 9, 30, 0, 123456, tzinfo=UTC)
    assert events.insert(calendarId="primary", body=DAY).execute()["created"] == "2026-03-02T09:30:00.123Z"


def test_what_a_test_puts_has_defaults(google: FakeGoogle) -> None:
    assert google.calendars.put("primary", {})["start"]["dateTime"] == "2026-03-03T10:00:00+01:00"
    assert google.calendars.put("primary", {"start": {"date": "2026-03-04"}})["end"] == {"date": "2026-03-05"}
    long = google.calendars.put("primary", {"start": {"dateTime": "2026-03-04T10:00:00Z"}})
    assert long["end"]["dateTime"] == "2026-03-04T12:00:00+01:00"
    with pytest.raises(AssertionError, match="no event"):
        google.calendars.patch("primary", "never", {})
    with pytest.raises(AssertionError, match="no event"):
        google.calendars.cancel("primary", "never")
