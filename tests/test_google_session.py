"""One door to Google's HTTP: counting, retries, budgets, batches, the sign-in on the way."""

from __future__ import annotations

import logging
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from syncd.backends.google.faults import Refused
from syncd.backends.google.pacing import Pace
from syncd.backends.google.session import Session
from syncd.errors import BadConfig, SignInNeeded, Unreachable
from syncd.ports import Traffic
from syncd.sign_in.credentials import signed_in
from syncd.sign_in.token_file import read_token
from tests.fake_google.wire import Answer, Request
from tests.scripted_google import (
    ACCESS,
    CUT,
    DRIP,
    HANG_UP,
    NEXT_ACCESS,
    SECRETS,
    STALL,
    Scripted,
    batched,
    parts,
    refused_port,
    said,
)
from tests.virtual_clock import VirtualClock

OK = Answer(200, {"kind": "fine"})
HTML = b"<html><title>Error 502 (Server Error)!!1</title></html>"
BUSY = said(429, "rateLimitExceeded", "Too many concurrent requests for user")


@pytest.fixture
def google() -> Iterator[Scripted]:
    with Scripted() as server:
        yield server


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock()


@pytest.fixture
def session(google: Scripted, clock: VirtualClock, tmp_path: Path) -> Iterator[Session]:
    with a_session(google, clock, tmp_path) as made:
        yield made


@contextmanager
def a_session(google: Scripted, clock: VirtualClock, tmp_path: Path, **more: Any) -> Iterator[Session]:
    path = google.sign_in(tmp_path / "token.json")
    more = {
        "calendar_endpoint": f"{google.url}calendar/v3/",
        "gmail_endpoint": google.url,
        "chance": lambda: 0.0,
    } | more
    made = Session(signed_in(path), clock, Traffic(), **more)
    try:
        yield made
    finally:
        made.close()


def a_listing(session: Session) -> Any:
    return session.events.list(calendarId="a@home.example")


def some_messages(session: Session, count: int) -> list[Any]:
    return [session.messages.get(userId="me", id=f"m{number}") for number in range(count)]


def number(path: str) -> int:
    return int(path.partition("/messages/m")[2].partition("?")[0])


def one_line(problem: BaseException) -> str:
    text = str(problem)
    assert text and text.isprintable() and len(text) < 500
    assert not any(secret in text for secret in SECRETS)
    return text


# what is asked, and what it costs


def test_asks_with_the_sign_in_and_counts(google: Scripted, session: Session) -> None:
    google.api = [OK]
    assert session.ask(a_listing(session)) == {"kind": "fine"}
    assert session.ask(session.users.getProfile(userId="me"), units=1) == {"kind": "fine"}
    assert [one.path for one in google.asked] == [
        "/calendar/v3/calendars/a%40home.example/events",
        "/gmail/v1/users/me/profile",
    ]
    assert {one.headers["authorization"] for one in google.asked} == {f"Bearer {ACCESS}"}
    assert session.traffic == Traffic(calendar=1, mail=1, gmail_units=1)


def test_resources_are_kept(session: Session) -> None:
    assert session.events is session.events
    assert session.messages is session.messages
    assert session.history is session.history
    assert session.calendars is session.calendars
    assert session.calendar_list is session.calendar_list
    assert session.users is session.users


def test_an_etag_makes_it_conditional(google: Scripted, session: Session) -> None:
    google.api = [said(412, "conditionNotMet", "Precondition Failed")]
    with pytest.raises(Refused) as refused:
        session.ask(session.events.delete(calendarId="a", eventId="abcde"), etag='"17"')
    assert (refused.value.status, refused.value.reason) == (412, "conditionNotMet")
    assert google.asked[0].headers["if-match"] == '"17"'


@pytest.mark.parametrize("empty", [Answer(204), Answer(200, b"")])
def test_an_empty_answer_to_a_removal(google: Scripted, session: Session, empty: Answer) -> None:
    google.api = [empty]
    assert session.ask(session.events.delete(calendarId="a", eventId="abcde")) == {}


def test_a_long_question_is_asked_again_whole(google: Scripted, session: Session) -> None:
    google.api = [said(503), OK]
    session.ask(session.messages.list(userId="me", q="from:someone@acme.example " * 100), units=5)
    assert [one.method for one in google.asked] == ["POST", "POST"]
    assert google.asked[0].headers["x-http-method-override"] == "GET"
    assert google.asked[0].body == google.asked[1].body != b""


# another try


@pytest.mark.parametrize(
    "first",
    [
        said(429, "rateLimitExceeded", "Rate Limit Exceeded"),
        said(403, "rateLimitExceeded"),
        said(403, "userRateLimitExceeded"),
        said(403, "", "Quota exceeded", details=[{"@type": "x", "reason": "RATE_LIMIT_EXCEEDED"}]),
        Answer(429),
        Answer(408),
        said(500, "backendError", "Backend Error"),
        Answer(502, HTML),
        Answer(503),
        Answer(504, b"\xff\xfe"),
        HANG_UP,
        CUT,
        Answer(200, HTML),
        Answer(200, b""),
        Answer(200, b"null"),
        Answer(200, b"[1]"),
        Answer(200, b'"text"'),
        Answer(204),
        Answer(200, b"not zipped", {"Content-Encoding": "gzip"}),
    ],
    ids=lambda answer: str(answer.status),
)
def test_worth_another_try(google: Scripted, session: Session, clock: VirtualClock, first: Answer) -> None:
    google.api = [first, first, OK] if first is HANG_UP else [first, OK]  # httplib2 asks once more by itself
    assert session.ask(a_listing(session)) == {"kind": "fine"}
    assert len(clock.pauses) == 1
    assert session.traffic.calendar == len(google.asked) == len([first, first, OK] if first is HANG_UP else [first, OK])


def test_silence_is_worth_another_try(google: Scripted, clock: VirtualClock, tmp_path: Path) -> None:
    google.api = [STALL, OK]
    with a_session(google, clock, tmp_path, timeout=0.2) as session:
        assert session.ask(a_listing(session)) == {"kind": "fine"}
    assert len(clock.pauses) == 1


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (400, "invalid"),
        (403, "forbiddenForNonOrganizer"),
        (403, "quotaExceeded"),
        (403, "dailyLimitExceeded"),
        (403, "domainPolicy"),
        (403, "accessNotConfigured"),
        (404, "notFound"),
        (409, "duplicate"),
        (410, "fullSyncRequired"),
        (412, "conditionNotMet"),
    ],
)
def test_refused_at_once(google: Scripted, session: Session, clock: VirtualClock, status: int, reason: str) -> None:
    google.api = [said(status, reason, "Something\nabout it")]
    with pytest.raises(Refused) as refused:
        session.ask(a_listing(session))
    assert (refused.value.status, refused.value.reason) == (status, reason)
    assert reason in one_line(refused.value)
    assert len(google.asked) == 1
    assert clock.pauses == []


def test_waits_longer_each_time_and_then_no_more(google: Scripted, clock: VirtualClock, tmp_path: Path) -> None:
    google.api = [said(500, "backendError")]
    with a_session(google, clock, tmp_path, chance=lambda: 0.999) as session, pytest.raises(Unreachable) as gone:
        session.ask(a_listing(session))
    assert [round(pause) for pause in clock.pauses] == [2, 4, 8, 16]
    assert "500" in one_line(gone.value)
    assert not isinstance(gone.value, Refused)


def test_the_jitter_never_asks_again_within_a_second(google: Scripted, session: Session, clock: VirtualClock) -> None:
    google.api = [said(500), said(500), OK]
    session.ask(a_listing(session))
    assert clock.pauses == [1.0, 1.0]


@pytest.mark.parametrize(
    ("answer", "seconds"),
    [
        (said(429, "rateLimitExceeded", retry_after="7"), 7),
        (said(503, "backendError", retry_after="Mon, 02 Mar 2026 09:00:11 GMT"), 11),
        (said(429, "userRateLimitExceeded", "User-rate limit exceeded.  Retry after 2026-03-02T09:00:23.000Z"), 23),
        (said(429, "rateLimitExceeded", retry_after="Mon, 02 Mar 2026 08:00:11 GMT"), 1),
        (said(429, "rateLimitExceeded", retry_after="soon"), 1),
        (said(429, "rateLimitExceeded", retry_after="-7"), 1),
    ],
)
def test_waits_as_long_as_it_is_told(
    google: Scripted, session: Session, clock: VirtualClock, answer: Answer, seconds: float
) -> None:
    google.api = [answer, OK]
    session.ask(a_listing(session))
    assert clock.pauses == [seconds]


@pytest.mark.parametrize(
    "answer",
    [
        said(429, "rateLimitExceeded", retry_after="3600"),
        said(429, "userRateLimitExceeded", "User-rate limit exceeded.  Retry after 2026-03-02T10:00:00.000Z"),
        said(503, retry_after="Mon, 02 Mar 2026 10:00:00 GMT"),
    ],
)
def test_told_to_come_back_later_than_it_can_wait(
    google: Scripted, session: Session, clock: VirtualClock, answer: Answer
) -> None:
    google.api = [answer]
    with pytest.raises(Unreachable, match="come back at 2026-03-02 10:00 UTC"):
        session.ask(a_listing(session))
    assert (len(google.asked), clock.pauses) == (1, [])


def test_a_cycle_has_one_budget_of_waiting(google: Scripted, clock: VirtualClock, tmp_path: Path) -> None:
    google.api = [said(500)]
    with a_session(google, clock, tmp_path, chance=lambda: 0.999) as session:
        for _ in range(10):
            with pytest.raises(Unreachable):
                session.ask(a_listing(session))
    assert 30 < sum(clock.pauses) <= 60
    assert len(google.asked) < 20


class SlowClock(VirtualClock):
    """Each look at it takes ten seconds: so does each attempt."""

    def monotonic(self) -> float:
        self.now += 10
        return self.now


def test_a_cycle_has_one_budget_of_time_lost(google: Scripted, tmp_path: Path) -> None:
    google.api = [said(500)]
    with a_session(google, SlowClock(), tmp_path) as session:
        for _ in range(10):
            with pytest.raises(Unreachable):
                session.ask(a_listing(session))
    assert len(google.asked) < 20


class CountingClock(VirtualClock):
    """Each look at it takes some seconds."""

    def monotonic(self) -> float:
        self.now += 4
        return self.now


def test_an_answer_that_drips_is_no_answer_after_two_minutes(google: Scripted, tmp_path: Path) -> None:
    google.api = [DRIP]
    clock = CountingClock()
    with a_session(google, clock, tmp_path) as session:
        with pytest.raises(Unreachable, match="Google Calendar: no answer in time") as late:
            session.ask(a_listing(session))
        google.api = [OK]
        session.begin(Traffic())
        assert session.ask(a_listing(session)) == {"kind": "fine"}
    assert len(google.asked) == 2
    one_line(late.value)


def test_so_is_one_to_the_renewal_of_the_sign_in(google: Scripted, tmp_path: Path) -> None:
    google.tokens, google.api = [DRIP], [Answer(401)]
    with a_session(google, CountingClock(), tmp_path) as session, pytest.raises(Unreachable, match="no answer in time"):
        session.ask(a_listing(session))


def test_a_slow_success_costs_no_budget(google: Scripted, tmp_path: Path) -> None:
    google.api = [*[OK] * 30, said(500), OK]
    with a_session(google, SlowClock(), tmp_path) as session:
        for _ in range(31):
            assert session.ask(a_listing(session)) == {"kind": "fine"}


def test_nobody_there(google: Scripted, clock: VirtualClock, tmp_path: Path) -> None:
    nowhere = f"http://127.0.0.1:{refused_port()}/"
    with a_session(google, clock, tmp_path, calendar_endpoint=nowhere, chance=lambda: 0.999) as session:
        with pytest.raises(Unreachable, match="Google Calendar: it refuses connections") as gone:
            session.ask(a_listing(session))
        assert len(clock.pauses) == 1
        assert sum(clock.pauses) <= 2
        with pytest.raises(Unreachable):  # seen once: one look is enough
            session.ask(a_listing(session))
        assert len(clock.pauses) == 1
        assert session.traffic.calendar == 0
    one_line(gone.value)


# what must not be made twice


@pytest.mark.parametrize(
    "lost", [HANG_UP, CUT, Answer(502, HTML), Answer(200, HTML)], ids=lambda answer: str(answer.status)
)
def test_once_is_never_sent_twice(google: Scripted, session: Session, clock: VirtualClock, lost: Answer) -> None:
    google.api = [OK, lost, OK]
    session.ask(a_listing(session))  # a kept connection may go stale
    with pytest.raises(Unreachable):
        session.ask(session.calendars.insert(body={"summary": "Follow-ups"}), once=True)
    assert len(google.asked) == 2
    assert clock.pauses == []
    session.ask(a_listing(session))


@pytest.mark.parametrize("undone", [said(429, "rateLimitExceeded"), said(403, "userRateLimitExceeded")])
def test_once_is_asked_again_where_nothing_was_done(google: Scripted, session: Session, undone: Answer) -> None:
    google.api = [undone, OK]
    assert session.ask(session.calendars.insert(body={"summary": "Follow-ups"}), once=True) == {"kind": "fine"}


def test_once_is_asked_again_after_a_renewal(google: Scripted, session: Session) -> None:
    google.api = [said(401, "authError"), OK]
    assert session.ask(session.calendars.insert(body={"summary": "Follow-ups"}), once=True) == {"kind": "fine"}


def test_once_holds_for_that_one(google: Scripted, session: Session, clock: VirtualClock) -> None:
    google.api = [OK, HANG_UP, batched(lambda path: Answer(200, {"id": number(path)}))]
    session.ask(session.calendars.insert(body={"summary": "Follow-ups"}), once=True)
    session.ask_many(some_messages(session, 2), units=20)
    google.api = [OK, HANG_UP, OK]
    session.ask(session.calendars.insert(body={"summary": "Follow-ups"}), once=True)
    session.ask(a_listing(session))
    assert clock.pauses == []  # httplib2 sent them again by itself


# the sign-in on the way


def test_an_access_token_that_ended_is_renewed_and_kept(google: Scripted, session: Session, tmp_path: Path) -> None:
    google.api = [said(401, "authError", "Invalid Credentials"), OK]
    assert session.ask(a_listing(session)) == {"kind": "fine"}
    assert [one.headers["authorization"] for one in google.asked] == [f"Bearer {ACCESS}", f"Bearer {NEXT_ACCESS}"]
    assert read_token(tmp_path / "token.json").access_token == NEXT_ACCESS
    assert session.traffic.calendar == 2


def test_refused_after_the_renewal_too(google: Scripted, session: Session, clock: VirtualClock) -> None:
    google.api = [said(401, "authError", "Invalid Credentials")]
    with pytest.raises(SignInNeeded, match="syncd auth") as needed:
        session.ask(a_listing(session))
    one_line(needed.value)
    assert (len(google.asked), len(google.renewals), clock.pauses) == (3, 2, [])


def test_a_revoked_sign_in(google: Scripted, session: Session, clock: VirtualClock) -> None:
    google.api = [said(401, "authError", "Invalid Credentials")]
    google.tokens = [Answer(400, {"error": "invalid_grant", "error_description": "Token has been expired or revoked."})]
    with pytest.raises(SignInNeeded, match="syncd auth") as needed:
        session.ask(a_listing(session))
    one_line(needed.value)
    assert (len(google.renewals), clock.pauses) == (1, [])


def test_a_token_endpoint_that_is_busy_is_asked_again_by_our_own_policy(
    google: Scripted, session: Session, clock: VirtualClock
) -> None:
    google.api = [said(401, "authError"), said(401, "authError"), OK]
    google.tokens = [Answer(503, b"", {"Retry-After": "9"}), *google.tokens]
    assert session.ask(a_listing(session)) == {"kind": "fine"}
    assert clock.pauses == [9.0]
    assert len(google.renewals) == 2


def test_a_token_endpoint_that_is_silent(google: Scripted, clock: VirtualClock, tmp_path: Path) -> None:
    google.api, google.tokens = [said(401, "authError")], [STALL]
    with (
        a_session(google, clock, tmp_path, timeout=0.1) as session,
        pytest.raises(Unreachable, match="no answer in time"),
    ):
        session.ask(a_listing(session))
    assert len(google.renewals) == 5


@pytest.mark.parametrize(
    ("ask", "words"),
    [
        (lambda session: session.events.list(calendarId="a"), "calendar.events.readonly"),
        (lambda session: session.events.insert(calendarId="a", body={}), "calendar.events.owned"),
        (lambda session: session.calendar_list.list(), "calendar.calendarlist.readonly"),
        (lambda session: session.calendars.insert(body={}), "calendar.app.created"),
        (lambda session: session.users.getProfile(userId="me"), "gmail.readonly"),
    ],
)
def test_a_permission_that_is_missing_is_named(google: Scripted, session: Session, ask: Any, words: str) -> None:
    google.api = [said(403, "insufficientPermissions", "Request had insufficient authentication scopes.")]
    with pytest.raises(SignInNeeded, match="syncd auth") as needed:
        session.ask(ask(session))
    assert words in one_line(needed.value)
    assert (len(google.asked), google.renewals) == (1, [])


def test_an_answer_that_is_not_googles_is_no_refusal(google: Scripted, session: Session, clock: VirtualClock) -> None:
    google.api = [Answer(404, b"<html>no such page</html>")]
    with pytest.raises(Unreachable, match="not as Google does") as gone:
        session.ask(session.events.delete(calendarId="a", eventId="abcde"))
    assert not isinstance(gone.value, Refused)
    google.api = [Answer(302, b"", {"Location": f"{google.url}elsewhere"})]
    with pytest.raises(Unreachable, match="log-in page"):
        session.ask(a_listing(session))
    assert (len(google.asked), clock.pauses) == (2, [])


# batches


def test_batches_of_25_in_order(google: Scripted, session: Session, clock: VirtualClock) -> None:
    google.api = [batched(lambda path: Answer(200, {"id": number(path)}))]
    answers = session.ask_many(some_messages(session, 60), units=20)
    assert [one["id"] for one in answers] == list(range(60))
    assert [len(parts(one)) for one in google.asked] == [25, 25, 10]
    assert {one.path for one in google.asked} == {"/batch"}
    assert session.traffic == Traffic(mail=3, gmail_units=1200)
    assert clock.pauses == []


def test_nothing_and_one_need_no_batch(google: Scripted, session: Session) -> None:
    assert session.ask_many([], units=20) == []
    google.api = [OK, said(404, "notFound", "Not Found")]
    assert session.ask_many(some_messages(session, 1), units=20) == [{"kind": "fine"}]
    [refused] = session.ask_many(some_messages(session, 1), units=20)
    assert isinstance(refused, Refused) and refused.status == 404
    assert "/batch" not in [one.path for one in google.asked]


def test_each_part_has_its_own_outcome(google: Scripted, session: Session, clock: VirtualClock) -> None:
    first = {
        3: said(404, "notFound", "Requested entity was not found."),
        5: said(500, "backendError"),
        7: Answer(200, HTML),
    }
    google.api = [
        batched(lambda path: first.get(number(path), Answer(200, {"id": number(path)}))),
        batched(lambda path: Answer(200, {"id": number(path)})),
    ]
    answers = session.ask_many(some_messages(session, 10), units=20)
    assert isinstance(answers[3], Refused) and answers[3].status == 404
    assert [one["id"] for one in answers if isinstance(one, dict)] == [0, 1, 2, 4, 5, 6, 7, 8, 9]
    assert [[number(path) for path in parts(one)] for one in google.asked] == [list(range(10)), [5, 7]]
    assert session.traffic == Traffic(mail=2, gmail_units=240)
    assert len(clock.pauses) == 1


class Crowded:
    """Takes so many at the same time, and refuses the rest."""

    def __init__(self, limit: int) -> None:
        self.limit = limit

    def __call__(self, request: Request) -> Answer:
        taken = iter(range(self.limit))
        return batched(lambda path: BUSY if next(taken, None) is None else Answer(200, {"id": number(path)}))(request)


@pytest.mark.parametrize("limit", [3, 10, 24])
def test_too_many_at_the_same_time_makes_smaller_batches(
    google: Scripted, session: Session, clock: VirtualClock, limit: int
) -> None:
    google.api = [Crowded(limit)]
    assert [one["id"] for one in session.ask_many(some_messages(session, 60), units=20)] == list(range(60))
    assert len(clock.pauses) <= 4
    assert len(parts(google.asked[-1])) <= limit or google.asked[-1].method == "GET"


def test_a_whole_batch_too_fast_waits_and_keeps_its_size(
    google: Scripted, session: Session, clock: VirtualClock
) -> None:
    busy = said(429, "userRateLimitExceeded", "User-rate limit exceeded.  Retry after 2026-03-02T09:00:30.000Z")
    google.api = [batched(lambda _: busy), batched(lambda path: Answer(200, {"id": number(path)}))]
    session.ask_many(some_messages(session, 25), units=20)
    assert clock.pauses == [30.0]
    assert [len(parts(one)) for one in google.asked] == [25, 25]


def test_the_longest_wait_of_a_batch_is_kept(google: Scripted, session: Session, clock: VirtualClock) -> None:
    waits = {
        2: said(429, "rateLimitExceeded", retry_after="7"),
        3: said(503, retry_after="30"),
        4: said(503, retry_after="9"),
    }
    google.api = [
        batched(lambda path: waits.get(number(path), Answer(200, {"id": 1}))),
        batched(lambda path: Answer(200, {"id": number(path)})),
    ]
    session.ask_many(some_messages(session, 6), units=20)
    assert clock.pauses == [30.0]


def test_a_part_without_end_is_unreachable(google: Scripted, session: Session, clock: VirtualClock) -> None:
    google.api = [batched(lambda path: said(503) if number(path) == 4 else Answer(200, {"id": 1})), said(503)]
    with pytest.raises(Unreachable) as gone:
        session.ask_many(some_messages(session, 10), units=20)
    one_line(gone.value)
    assert len(clock.pauses) == 4


@pytest.mark.parametrize(
    "odd",
    [
        batched(lambda path: None if number(path) == 4 else Answer(200, {"id": number(path)})),
        Answer(200, HTML, {"Content-Type": "text/html"}),
        Answer(200, b"{}", {"Content-Type": "application/json"}),
        Answer(200, b"", {}),
        Answer(200, b"--edge\r\n\r\nnothing\r\n--edge--", {"Content-Type": "multipart/mixed; boundary=edge"}),
        Answer(
            200,
            b"--edge\r\nContent-ID: <x>\r\n\r\nnothing\r\n--edge--",
            {"Content-Type": "multipart/mixed; boundary=edge"},
        ),
        Answer(
            200,
            b"--edge\r\nContent-ID: <a + 0>\r\n\r\nHTTP/1.1 200\r\n\r\n--edge--",
            {"Content-Type": "multipart/mixed; boundary=edge"},
        ),
        Answer(200, b"\xff\xfe\xff", {"Content-Type": "multipart/mixed; boundary=edge"}),
        Answer(
            200,
            b"--edge\r\nContent-ID: <a + 0>\r\nContent-Type: multipart/mixed; boundary=in\r\n\r\n--in\r\n\r\n--in--\r\n--edge--",
            {"Content-Type": "multipart/mixed; boundary=edge"},
        ),
        Answer(502, HTML),
        said(429, "rateLimitExceeded"),
        CUT,
    ],
)
def test_a_batch_that_is_answered_oddly_is_asked_again(
    google: Scripted, session: Session, clock: VirtualClock, odd: Any
) -> None:
    google.api = [odd, batched(lambda path: Answer(200, {"id": number(path)}))]
    assert [one["id"] for one in session.ask_many(some_messages(session, 9), units=20)] == list(range(9))
    assert len(clock.pauses) == 1


def test_a_part_that_is_missing_for_ever(google: Scripted, session: Session) -> None:
    google.api = [batched(lambda path: None if number(path) == 4 else Answer(200, {"id": number(path)}))]
    with pytest.raises(Unreachable):
        session.ask_many(some_messages(session, 9), units=20)


def test_the_sign_in_ends_within_a_batch(google: Scripted, session: Session) -> None:
    ended = batched(lambda path: said(401, "authError") if number(path) == 4 else Answer(200, {"id": number(path)}))
    google.api = [
        ended,
        batched(lambda _: said(401, "authError")),
        batched(lambda path: Answer(200, {"id": number(path)})),
        OK,
    ]
    assert len(session.ask_many(some_messages(session, 9), units=20)) == 9
    assert len(google.renewals) == 1
    assert google.asked[-1].headers["authorization"] == f"Bearer {NEXT_ACCESS}"


def test_the_sign_in_ends_within_a_later_batch_too(google: Scripted, session: Session) -> None:
    fine = batched(lambda path: Answer(200, {"id": number(path)}))
    for _ in range(2):
        google.api = [batched(lambda _: said(401, "authError"))] * 2 + [fine]
        assert len(session.ask_many(some_messages(session, 9), units=20)) == 9
    assert len(google.renewals) == 2


def test_the_sign_in_is_refused_within_batches_for_good(google: Scripted, session: Session) -> None:
    google.api = [batched(lambda _: said(401, "authError"))]
    with pytest.raises(SignInNeeded):
        session.ask_many(some_messages(session, 9), units=20)
    assert len(google.renewals) == 1


def test_the_sign_in_is_renewed_before_a_batch(google: Scripted, clock: VirtualClock, tmp_path: Path) -> None:
    google.api = [batched(lambda path: Answer(200, {"id": number(path)}))]
    with a_session(google, clock, tmp_path) as session:
        google.sign_in(tmp_path / "token.json", expiry=None)
        session.credentials.token = None
        session.ask_many(some_messages(session, 9), units=20)
    assert google.asked[0].headers["authorization"] == f"Bearer {NEXT_ACCESS}"
    assert (len(google.asked), len(google.renewals)) == (1, 1)


def test_a_refusal_of_all_parts_is_raised(google: Scripted, session: Session) -> None:
    google.api = [batched(lambda _: said(403, "accessNotConfigured", "not used in project 1234"))]
    with pytest.raises(Refused, match="switched off"):
        session.ask_many(some_messages(session, 9), units=20)
    google.api = [batched(lambda _: said(403, "insufficientPermissions"))]
    with pytest.raises(SignInNeeded, match=r"gmail\.readonly"):
        session.ask_many(some_messages(session, 9), units=20)
    assert len(google.asked) == 2


# units a minute


def test_mail_is_read_no_faster_than_gmail_allows(google: Scripted, session: Session, clock: VirtualClock) -> None:
    at: list[tuple[float, int]] = []

    def say(request: Request) -> Answer:
        at.append((clock.now, len(parts(request)) * 20))
        return batched(lambda path: Answer(200, {"id": number(path)}))(request)

    google.api = [say]
    session.ask_many(some_messages(session, 1000), units=20)
    for start, _ in at:
        assert sum(units for time, units in at if start <= time < start + 60) <= 5500
    assert sum(units for time, units in at if time < at[0][0] + 60) == 5500
    assert sum(clock.pauses) == 180
    google.api = [OK]
    session.ask(a_listing(session))  # the calendar is none of that
    assert sum(clock.pauses) == 180


def test_what_was_spent_counts_for_a_minute(clock: VirtualClock) -> None:
    pace = Pace(clock)
    pace.take(3_000)
    clock.now += 40
    pace.take(2_480)
    pace.take(20)
    assert clock.pauses == []
    pace.take(1)  # 5,500 since the first
    assert clock.pauses == [20.0]
    pace.take(2_999)
    assert clock.pauses == [20.0]
    pace.take(20)
    assert clock.pauses == [20.0, 40.0]
    pace.take(50_000)  # more than ever fits goes alone
    assert clock.now == 1000 + 100 + 60


# where it goes


def test_the_environment_leads_nowhere_else(
    google: Scripted, clock: VirtualClock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9/")
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.setenv("GOOGLE_CLOUD_UNIVERSE_DOMAIN", "universe.example")
    monkeypatch.setenv("GOOGLE_API_USE_MTLS_ENDPOINT", "always")
    monkeypatch.setenv("GOOGLE_API_USE_CLIENT_CERTIFICATE", "true")
    monkeypatch.setenv("GOOGLE_CLOUD_QUOTA_PROJECT", "elsewhere")
    google.api = [said(401, "authError"), OK]
    with a_session(google, clock, tmp_path) as session:
        assert session.ask(a_listing(session)) == {"kind": "fine"}
        assert session.ask(session.users.getProfile(userId="me"), units=1) == {"kind": "fine"}
    assert "x-goog-user-project" not in google.asked[-1].headers
    monkeypatch.delenv("GOOGLE_API_USE_CLIENT_CERTIFICATE")
    with a_session(google, clock, tmp_path, calendar_endpoint="", gmail_endpoint="") as session:
        assert a_listing(session).uri.startswith("https://www.googleapis.com/calendar/v3/calendars/")
        assert some_messages(session, 1)[0].uri.startswith("https://gmail.googleapis.com/gmail/v1/users/")


def test_an_endpoint_without_its_last_slash(google: Scripted, clock: VirtualClock, tmp_path: Path) -> None:
    google.api = [OK]
    where = {"calendar_endpoint": f"{google.url}calendar/v3", "gmail_endpoint": google.url.rstrip("/")}
    with a_session(google, clock, tmp_path, **where) as session:
        session.ask(a_listing(session))
        google.api = [batched(lambda path: Answer(200, {"id": number(path)}))]
        session.ask_many(some_messages(session, 2), units=20)
    assert [one.path for one in google.asked] == ["/calendar/v3/calendars/a%40home.example/events", "/batch"]


@pytest.mark.parametrize("endpoint", ["http://gateway.example/", "ftp://gateway.example/", "http://127.0.0.1.example/"])
def test_a_token_never_travels_in_clear(google: Scripted, clock: VirtualClock, tmp_path: Path, endpoint: str) -> None:
    with pytest.raises(BadConfig, match="gmail_endpoint"), a_session(google, clock, tmp_path, gmail_endpoint=endpoint):
        pass


def test_logs_tell_the_method_and_neither_words_nor_secrets(
    google: Scripted, session: Session, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    google.api = [
        Answer(403, HTML),
        said(401, "authError"),
        said(403, "rateLimitExceeded", "Bearer ya29.abc"),
        OK,
    ]
    ask = session.messages.list(userId="me", q="from:hiring@acme.example secretword")
    with pytest.raises(Unreachable):
        session.ask(ask, units=5)
    session.ask(ask, units=5)
    ours = [one.getMessage() for one in caplog.records if one.name.startswith("syncd")]
    assert any("gmail.users.messages.list" in line and "5 units" in line for line in ours)
    assert not any("secretword" in line or "acme" in line for line in ours)
    loud = [one.getMessage() for one in caplog.records if one.levelno > logging.DEBUG]
    assert not any("secretword" in line or "acme" in line for line in loud)
    assert not any(secret in one.getMessage() for one in caplog.records for secret in SECRETS)


def test_googles_library_is_loaded_only_to_ask() -> None:
    code = (
        "import sys, syncd.backends.google.session\n"
        "import syncd.sign_in.token_file\n"
        "print([name for name in sys.modules if name.split('.')[0] in ('googleapiclient', 'httplib2', 'google', 'requests')])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
