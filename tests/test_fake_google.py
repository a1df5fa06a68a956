"""The test server itself: its connections, sign-in checks, faults, log, and what it holds against Google's documents."""

from __future__ import annotations

import http.client
import json
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httplib2
import pytest
from google.oauth2.credentials import Credentials
from google_auth_httplib2 import AuthorizedHttp
from googleapiclient.discovery import build
from googleapiclient.errors import HttpError
from googleapiclient.http import BatchHttpRequest

from tests.fake_google import discovery, partial
from tests.fake_google.server import ALL, FakeGoogle, Fault
from tests.fake_google.wire import Answer, Request

PREFIX = "https://www.googleapis.com/auth/"
BRIEF = {"start": {"date": "2026-03-04"}, "end": {"date": "2026-03-05"}}


@pytest.fixture
def google() -> Iterator[FakeGoogle]:
    with FakeGoogle() as server:
        yield server


@pytest.fixture
def connect(google: FakeGoogle) -> Iterator[Callable[..., Any]]:
    """The real client library, signed in."""
    opened = []

    def connect(
        scopes: frozenset[str] = ALL, timeout: float = 5, token: str | None = None, api: str = "calendar"
    ) -> Any:
        credentials = Credentials(token or google.oauth.issue(scopes)[0])
        endpoint = google.calendar_endpoint if api == "calendar" else google.gmail_endpoint
        service = build(
            api,
            "v3" if api == "calendar" else "v1",
            http=AuthorizedHttp(credentials, http=httplib2.Http(timeout=timeout)),
            client_options={"api_endpoint": endpoint},
            cache_discovery=False,
        )
        opened.append(service)
        return service

    yield connect
    for service in opened:
        service.close()


@pytest.fixture
def events(connect: Callable[..., Any]) -> Any:
    return connect().events()


def refused(request: Any) -> tuple[int, str]:
    """Status and reason of the error that *request* is answered with."""
    with pytest.raises(HttpError) as caught:
        request.execute()
    body = json.loads(caught.value.content)["error"]
    assert body["code"] == caught.value.status_code
    assert body["errors"][0].keys() >= {"domain", "reason", "message"}
    return body["code"], body["errors"][0]["reason"]


def raw(google: FakeGoogle, method: str, path: str, headers: dict[str, str] | None = None, body: bytes = b"") -> Any:
    """A request that the client library would not send; status and body."""
    connection = http.client.HTTPConnection(google.url.removeprefix("http://"), timeout=5)
    try:
        token, _ = google.oauth.issue(ALL)
        connection.request(method, path, body, {"Authorization": f"Bearer {token}"} | (headers or {}))
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


class TestConnections:
    def test_one_connection_serves_many_requests(self, google: FakeGoogle, events: Any) -> None:
        for _ in range(3):
            events.list(calendarId="primary").execute()
        assert len(google._listener._open) == 1

    def test_closes_with_connections_open(self) -> None:
        with FakeGoogle() as google:
            idle = http.client.HTTPConnection(google.url.removeprefix("http://"), timeout=5)
            idle.request("GET", "/")
            idle.getresponse().read()
        assert idle.sock.recv(1) == b""
        idle.close()
        with pytest.raises(ConnectionRefusedError):
            idle.connect()

    def test_idle_connections_may_be_closed(self, google: FakeGoogle, events: Any) -> None:
        events.list(calendarId="primary").execute()
        google.hang_up()
        assert events.list(calendarId="primary").execute()["items"] == []

    def test_a_long_get_comes_as_a_post(self, google: FakeGoogle, events: Any) -> None:
        google.calendars.put("primary", {"summary": "word " * 3})
        assert len(events.list(calendarId="primary", q="word " * 600).execute()["items"]) == 1
        (exchange,) = google.seen()
        assert exchange.request.method == "GET"
        assert exchange.request.headers["x-http-method-override"] == "GET"

    def test_large_answers_are_compressed(self, google: FakeGoogle, events: Any) -> None:
        for _ in range(50):
            google.calendars.put("primary", {"description": "long " * 100})
        assert len(events.list(calendarId="primary").execute()["items"]) == 50
        assert google.bytes_out < 10_000
        assert google.bytes_in > 100

    def test_the_log_is_in_order(self, google: FakeGoogle, events: Any) -> None:
        events.insert(calendarId="primary", body=BRIEF, sendUpdates="none").execute()
        events.list(calendarId="primary").execute()
        assert [exchange.request.method for exchange in google.log] == ["POST", "GET"]
        (write,) = google.seen("/events", "POST")
        assert (write.request.one("sendUpdates"), write.answer.status) == ("none", 200)
        assert google.seen("/gmail/") == []

    def test_two_servers_know_nothing_of_each_other(self, google: FakeGoogle) -> None:
        with FakeGoogle() as other:
            other.calendars.put("primary", {})
            assert google.calendars.events("primary") == []
            assert other.url != google.url


class TestSignIn:
    def test_writes_a_token_file(self, google: FakeGoogle, tmp_path: Path, connect: Callable[..., Any]) -> None:
        path = google.write_token(tmp_path / "private" / "token.json")
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
        content = json.loads(path.read_text())
        assert content["token_uri"] == google.token_uri
        assert connect(token=content["token"]).events().list(calendarId="primary").execute()["items"] == []

    def test_no_token(self, google: FakeGoogle) -> None:
        status, body = raw(google, "GET", "/calendar/v3/calendars/primary/events", {"Authorization": ""})
        told = json.loads(body)["error"]
        assert (status, told["status"], told["errors"][0]["reason"]) == (401, "UNAUTHENTICATED", "required")

    @pytest.mark.parametrize("end", ["unknown", "expired", "revoked"])
    def test_a_token_that_is_none_any_more(self, google: FakeGoogle, connect: Callable[..., Any], end: str) -> None:
        events = connect(token="ya29.made-up" if end == "unknown" else None).events()
        if end == "expired":
            google.oauth.expire_access()
        if end == "revoked":
            google.oauth.revoke_all()
        request = events.list(calendarId="primary")
        request.http.max_refresh_attempts = 0
        request.http._max_refresh_attempts = 0
        assert refused(request) == (401, "authError")

    @pytest.mark.parametrize(
        ("scope", "reads", "writes"),
        [
            ("calendar", True, True),
            ("calendar.events", True, True),
            ("calendar.events.owned", True, True),
            ("calendar.events.readonly", True, False),
            ("calendar.calendarlist.readonly", False, False),
            ("calendar.app.created", False, False),
            ("gmail.readonly", False, False),
        ],
    )
    def test_scopes_of_the_primary_calendar(
        self, connect: Callable[..., Any], scope: str, *, reads: bool, writes: bool
    ) -> None:
        events = connect(frozenset({PREFIX + scope})).events()
        denied = (403, "insufficientPermissions")
        for request, allowed in [
            (events.list(calendarId="primary"), reads),
            (events.insert(calendarId="primary", body=BRIEF), writes),
        ]:
            if allowed:
                assert request.execute()["kind"]
            else:
                assert refused(request) == denied

    def test_owned_is_not_shared(self, google: FakeGoogle, connect: Callable[..., Any]) -> None:
        google.calendars.add("team@acme.example", role="writer")
        events = connect(frozenset({PREFIX + "calendar.events.owned"})).events()
        assert refused(events.list(calendarId="team@acme.example"))[0] == 403

    def test_app_created_opens_what_the_app_made(self, google: FakeGoogle, connect: Callable[..., Any]) -> None:
        google.calendars.add("sports@group.calendar.google.com", "Sports")
        service = connect(frozenset({PREFIX + "calendar.app.created"}))
        made = service.calendars().insert(body={"summary": "Follow-ups"}).execute()["id"]
        assert service.events().insert(calendarId=made, body=BRIEF).execute()["organizer"]["email"] == made
        assert refused(service.events().list(calendarId="sports@group.calendar.google.com"))[0] == 403
        assert refused(service.calendarList().list())[0] == 403

    def test_the_body_says_what_is_missing(self, connect: Callable[..., Any]) -> None:
        with pytest.raises(HttpError) as caught:
            connect(frozenset()).events().list(calendarId="primary").execute()
        told = json.loads(caught.value.content)["error"]
        assert told["status"] == "PERMISSION_DENIED"
        assert told["details"][0]["reason"] == "ACCESS_TOKEN_SCOPE_INSUFFICIENT"
        assert told["message"] == "Request had insufficient authentication scopes."


class TestFaults:
    @pytest.mark.parametrize(
        ("fault", "seen"),
        [
            (Fault.rate_limited(), (403, "rateLimitExceeded")),
            (Fault.rate_limited(reason="userRateLimitExceeded"), (403, "userRateLimitExceeded")),
            (Fault.rate_limited(429), (429, "rateLimitExceeded")),
            (Fault.per_minute_quota(), (403, "rateLimitExceeded")),
            (Fault.quota_exceeded(), (403, "quotaExceeded")),
            (Fault.not_enabled(), (403, "accessNotConfigured")),
            (Fault.backend_error(), (500, "backendError")),
            (Fault.refused(403, "domainPolicy"), (403, "domainPolicy")),
        ],
    )
    def test_errors_in_the_envelope(self, google: FakeGoogle, events: Any, fault: Fault, seen: tuple[int, str]) -> None:
        google.fail(fault)
        assert refused(events.insert(calendarId="primary", body=BRIEF)) == seen
        assert google.calendars.events("primary") == []
        assert google.faults.left == 0

    def test_errors_without_it(self, google: FakeGoogle, events: Any) -> None:
        google.fail(Fault.bad_gateway())
        google.fail(Fault.unavailable(retry_after="7"))
        contents = []
        for status in (502, 503):
            with pytest.raises(HttpError) as caught:
                events.list(calendarId="primary").execute()
            assert caught.value.status_code == status
            contents.append(caught.value)
        assert contents[0].content.startswith(b"<!DOCTYPE html>")
        assert (contents[1].content, contents[1].resp["retry-after"]) == (b"", "7")

    def test_retry_after(self, google: FakeGoogle, events: Any) -> None:
        google.fail(Fault.rate_limited(429, retry_after="30"))
        with pytest.raises(HttpError) as caught:
            events.list(calendarId="primary").execute()
        assert caught.value.resp["retry-after"] == "30"

    def test_a_page_instead_of_an_answer(self, google: FakeGoogle, events: Any) -> None:
        google.fail(Fault.no_json())
        assert "Welcome" in str(events.list(calendarId="primary").execute())

    def test_which_requests(self, google: FakeGoogle, events: Any) -> None:
        google.fail(Fault.backend_error(), times=2, after=1, where=lambda request: request.method == "POST")
        statuses = []
        for number in range(4):
            events.list(calendarId="primary").execute()
            try:
                events.insert(calendarId="primary", body=BRIEF | {"id": f"abcd{number}"}).execute()
                statuses.append(200)
            except HttpError as problem:
                statuses.append(problem.status_code)
        assert statuses == [200, 500, 500, 200]

    def test_the_sign_in_is_spared_unless_meant(self, google: FakeGoogle) -> None:
        google.fail(Fault.unavailable())
        assert raw(google, "POST", "/token")[0] == 401
        google.fail(Fault.unavailable(), where=lambda request: request.path == "/token")
        assert raw(google, "POST", "/token")[0] == 503

    def test_dropped_once_goes_unnoticed(self, google: FakeGoogle, events: Any) -> None:
        google.fail(Fault.dropped())
        events.insert(calendarId="primary", body=BRIEF).execute()
        assert len(google.calendars.events("primary")) == 1
        assert [exchange.answer.status for exchange in google.log] == [0, 200]

    def test_dropped_twice(self, google: FakeGoogle, events: Any) -> None:
        google.fail(Fault.dropped(), times=2)
        with pytest.raises(http.client.RemoteDisconnected):
            events.insert(calendarId="primary", body=BRIEF).execute()
        assert google.calendars.events("primary") == []

    def test_a_lost_reply_is_sent_for_again(self, google: FakeGoogle, events: Any) -> None:
        """The client library resends by itself: it meets its own insert."""
        google.fail(Fault.reply_lost())
        assert refused(events.insert(calendarId="primary", body=BRIEF | {"id": "abcde"})) == (409, "duplicate")
        assert [exchange.answer.status for exchange in google.log] == [200, 409]
        assert len(google.calendars.events("primary")) == 1

    def test_a_lost_reply_without_an_id_makes_two(self, google: FakeGoogle, events: Any) -> None:
        google.fail(Fault.reply_lost())
        events.insert(calendarId="primary", body=BRIEF).execute()
        assert len(google.calendars.events("primary")) == 2

    @pytest.mark.parametrize("text", ["short", "long " * 500])
    def test_truncated(self, google: FakeGoogle, events: Any, text: str) -> None:
        google.fail(Fault.truncated())
        with pytest.raises(http.client.IncompleteRead):
            events.insert(calendarId="primary", body=BRIEF | {"description": text}).execute()
        assert len(google.calendars.events("primary")) == 1

    @pytest.mark.parametrize("effect", [False, True])
    def test_stalled(self, google: FakeGoogle, connect: Callable[..., Any], *, effect: bool) -> None:
        google.fail(Fault.stalled(effect=effect))
        events = connect(timeout=0.1).events()
        with pytest.raises(TimeoutError):
            events.insert(calendarId="primary", body=BRIEF).execute()
        assert len(google.calendars.events("primary")) == effect
        assert len(google.log) == 1
        assert events.list(calendarId="primary").execute()["items"] != [] or not effect

    def test_in_a_part_of_a_batch(self, google: FakeGoogle, connect: Callable[..., Any]) -> None:
        gmail = connect(api="gmail").users()
        google.fail(Fault.rate_limited(429), where=lambda request: request.path.endswith("/labels"))
        found: dict[str, int] = {}

        def answered(name: str, answer: Any, problem: Any) -> None:
            found[name] = problem.status_code if problem else 200

        many = BatchHttpRequest(answered, batch_uri=f"{google.url}/batch/gmail/v1")
        many.add(gmail.getProfile(userId="me"), request_id="profile")
        many.add(gmail.labels().list(userId="me"), request_id="labels")
        many.execute()
        assert found == {"profile": 200, "labels": 429}
        assert [exchange.answer.status for exchange in google.parts] == [200, 429]
        assert len(google.log) == 1


class TestDocuments:
    """Whoever invents something is found out."""

    @staticmethod
    def violation(act: Callable[[FakeGoogle], Any]) -> str:
        with pytest.raises(AssertionError) as caught, FakeGoogle() as google:
            act(google)
        return str(caught.value)

    @pytest.mark.parametrize(
        ("query", "wrong"),
        [
            ("bogus=1", "unknown parameter bogus"),
            ("maxResults=no", "'no' is no number"),
            ("maxResults=0", "0 is out of range"),
            ("singleEvents=1", "'1' is no boolean"),
            ("eventTypes=party", "not one of birthday"),
            ("timeMin=2026-03-04T10:00:00", "no time with an offset"),
            ("q=a&q=b", "parameter q given 2 times"),
        ],
    )
    def test_parameters(self, query: str, wrong: str) -> None:
        assert wrong in self.violation(
            lambda google: raw(google, "GET", f"/calendar/v3/calendars/primary/events?{query}")
        )

    @pytest.mark.parametrize(
        ("body", "wrong"),
        [
            ({"summery": "x"}, "body has an unknown field summery"),
            ({"summary": 5}, "body.summary is int, not string"),
            ({"sequence": "5"}, "body.sequence is str, not integer"),
            ({"sequence": True}, "body.sequence is bool, not integer"),
            (
                {"reminders": {"overrides": [{"minuets": 5}]}},
                "body.reminders.overrides[0] has an unknown field minuets",
            ),
            ({"extendedProperties": {"private": {"a": 1}}}, "body.extendedProperties.private.a is int, not string"),
            ({"start": {"date": "2026-3-4"}}, "not date"),
            ({"start": {"dateTime": "tomorrow"}}, "not date-time"),
            ({"start": None, "end": None}, ""),
        ],
    )
    def test_bodies(self, body: dict[str, Any], wrong: str) -> None:
        def send(google: FakeGoogle) -> None:
            raw(google, "POST", "/calendar/v3/calendars/primary/events", body=json.dumps(BRIEF | body).encode())
            google.violations += [] if wrong else ["nulls are fine"]

        assert wrong in self.violation(send)

    def test_what_is_missing(self) -> None:
        told = self.violation(lambda google: raw(google, "POST", "/calendar/v3/calendars/primary/events", body=b"{}"))
        assert "body: start is missing" in told
        assert "body: end is missing" in told

    def test_a_body_where_none_belongs(self) -> None:
        told = self.violation(lambda google: raw(google, "GET", "/calendar/v3/calendars/primary/events", body=b"{}"))
        assert "a body where none is expected" in told

    def test_answers(self) -> None:
        call = discovery.find(Request("GET", "/calendar/v3/calendars/a%40b.example/events/abc"))
        assert call is not None
        assert call.names == {"calendarId": "a@b.example", "eventId": "abc"}
        assert discovery.wrong_answer(call, Answer(200, {"id": "abc", "status": "cancelled"})) == []
        for body, wrong in [
            ({"identifier": "abc"}, "unknown field identifier"),
            ({"updated": "yesterday"}, "not date-time"),
            ({"summary": None}, "NoneType, not string"),
            (b"text", "no JSON object"),
        ]:
            assert wrong in "".join(discovery.wrong_answer(call, Answer(200, body)))  # type: ignore[arg-type] # by table

    def test_numbers_of_64_bits_are_text(self) -> None:
        call = discovery.find(Request("GET", "/gmail/v1/users/me/messages/1f"))
        assert call is not None
        assert call.id == "gmail.users.messages.get"
        assert discovery.wrong_answer(call, Answer(200, {"historyId": "12", "internalDate": "-5"})) == []
        assert "int, not string" in discovery.wrong_answer(call, Answer(200, {"internalDate": 5}))[0]
        assert "not uint64" in discovery.wrong_answer(call, Answer(200, {"historyId": "-1"}))[0]

    def test_a_broken_answer_fails_the_test(self) -> None:
        def act(google: FakeGoogle) -> None:
            google.calendars.put("primary", {"summary": "x", "colour": "red"})
            raw(google, "GET", "/calendar/v3/calendars/primary/events")

        assert "unknown field colour" in self.violation(act)

    def test_what_is_not_played_here(self) -> None:
        assert "calendar.settings.list is not played" in self.violation(
            lambda google: raw(google, "GET", "/calendar/v3/users/me/settings")
        )

    def test_what_google_has_not(self, google: FakeGoogle) -> None:
        status, body = raw(google, "GET", "/calendar/v3/nowhere")
        assert (status, body[:9]) == (404, b"<!DOCTYPE")

    def test_errors_of_the_server_itself(self) -> None:
        def act(google: FakeGoogle) -> None:
            google.mailbox = None  # type: ignore[assignment] # breaks it
            assert raw(google, "GET", "/gmail/v1/users/me/profile")[0] == 500

        assert "AttributeError" in self.violation(act)

    def test_another_failure_comes_first(self) -> None:
        google = FakeGoogle()
        google.violations.append("unseen")
        google.__exit__(ZeroDivisionError, ZeroDivisionError(), None)


@pytest.mark.parametrize(
    ("fields", "left"),
    [
        ("", {"a": 1, "b": {"c": 2, "d": [{"e": 3, "f": 4}]}}),
        ("a", {"a": 1}),
        ("b/c", {"b": {"c": 2}}),
        ("a,b(c)", {"a": 1, "b": {"c": 2}}),
        ("b/d(e)", {"b": {"d": [{"e": 3}]}}),
        ("b(d/f,c),z", {"b": {"c": 2, "d": [{"f": 4}]}}),
        ("b/*", {"b": {"c": 2, "d": [{"e": 3, "f": 4}]}}),
    ],
)
def test_partial_answers(fields: str, left: dict[str, Any]) -> None:
    answer = Answer(200, {"a": 1, "b": {"c": 2, "d": [{"e": 3, "f": 4}]}})
    assert partial.only(fields, answer).body == left


def test_partial_answers_over_the_wire(google: FakeGoogle, events: Any) -> None:
    google.calendars.put("primary", {"id": "abcde", "summary": "Coffee"})
    answer = events.list(calendarId="primary", fields="items(id,summary),nextPageToken").execute()
    assert answer == {"items": [{"id": "abcde", "summary": "Coffee"}]}
    assert refused(events.list(calendarId="primary", fields="items)")) == (400, "invalidParameter")
