"""Which answers are worth another try, and what the others are called."""

from __future__ import annotations

import errno
import http.client
import json
import socket
import ssl
from typing import Any

import httplib2
import pytest
import requests
from google.auth.exceptions import TransportError
from hypothesis import given
from hypothesis import strategies as st

from syncd.backends.google import faults
from syncd.backends.google.faults import NotSignedIn, Passing, Refused
from syncd.errors import SignInNeeded, SyncdError, Unreachable
from syncd.sign_in.network import is_loopback, is_safe, trouble
from tests.fake_google.faults import Fault
from tests.fake_google.wire import Answer, error
from tests.scripted_google import said

LIST = "calendar.events.list"
MAIL = "gmail.users.messages.list"


def of(answer: Answer | None, what: str = LIST, **headers: str) -> SyncdError:
    assert answer is not None
    return faults.of_answer(
        what, answer.status, {name.lower(): text for name, text in answer.headers.items()} | headers, answer.data
    )


@pytest.mark.parametrize(
    "fault",
    [
        Fault.rate_limited(),
        Fault.rate_limited(403, "userRateLimitExceeded"),
        Fault.rate_limited(429),
        Fault.per_minute_quota(),
        Fault.backend_error(),
        Fault.bad_gateway(),
        Fault.unavailable(),
    ],
)
def test_what_google_documents_as_passing(fault: Fault) -> None:
    assert isinstance(of(fault.answer), Passing)


def test_asked_too_fast_was_surely_not_done() -> None:
    fast, broken = of(Fault.rate_limited().answer), of(Fault.backend_error().answer)
    assert isinstance(fast, Passing) and fast.slower and fast.undone
    assert isinstance(broken, Passing) and not broken.slower and not broken.undone


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"\xff", b"null", b'{"error": "quota"}', b'{"error": {"errors": 7}}', b"[" * 100_000]
)
@pytest.mark.parametrize("status", [300, 304, 400, 401, 403, 404, 408, 410, 429, 451, 500, 599])
def test_bodies_of_any_kind(status: int, body: bytes) -> None:
    problem = faults.of_answer(LIST, status, {}, body)
    assert isinstance(problem, Passing) == (status in (408, 429) or status >= 500)
    assert isinstance(problem, NotSignedIn) == (status == 401)


@pytest.mark.parametrize("status", [400, 404, 409, 410, 412])
def test_only_googles_own_refusals_are_refusals(status: int) -> None:
    assert not isinstance(of(Answer(status, b"<html>")), Refused)
    refused = of(error(status, "someReason", "Some message"))
    assert isinstance(refused, Refused)
    assert (refused.status, refused.reason, refused.all_alike) == (status, "someReason", False)
    assert str(refused) == f"Google Calendar: Some message ({LIST}: {status} someReason)"


@pytest.mark.parametrize("status", [300, 400, 403, 404, 410, 429, 500])
def test_gmails_own_words_are_never_repeated(status: int) -> None:
    """They may be the search with the addresses and subjects in it."""
    words = "Invalid query: {from:ola@tansy.example subject:Secret}"
    text = str(of(error(status, "invalidArgument", words), MAIL))
    assert "ola@" not in text and "Secret" not in text and "query" not in text
    assert f"{status}" in text
    if status in (400, 403, 404, 410):
        assert text == f"Gmail: refused ({MAIL}: {status} invalidArgument)"


def test_a_permission_that_is_missing_in_either_form() -> None:
    old = said(403, "insufficientPermissions", "Insufficient Permission")
    new = said(403, "", "Request had …", details=[{"@type": "x", "reason": "ACCESS_TOKEN_SCOPE_INSUFFICIENT"}])
    for answer in (old, new):
        needed = of(answer, MAIL)
        assert isinstance(needed, SignInNeeded)
        assert "gmail.readonly" in str(needed) and "syncd auth" in str(needed)


def test_an_api_that_is_switched_off_says_where_to_switch_it_on() -> None:
    where = "https://console.developers.google.com/apis/api/calendar-json.googleapis.com/overview?project=1234"
    assert where in str(of(Fault.not_enabled().answer))
    details = [{"reason": "SERVICE_DISABLED", "metadata": {"activationUrl": where}}]
    assert where in str(of(said(403, "", "off", details=details)))
    elsewhere = of(said(403, "accessNotConfigured", "Enable it at https://evil.example/"))
    assert "evil" not in str(elsewhere) and "https://console.cloud.google.com/" in str(elsewhere)


@pytest.mark.parametrize(
    ("reason", "words"),
    [("domainPolicy", "administrators"), ("quotaExceeded", "hours"), ("dailyLimitExceeded", "tomorrow")],
)
def test_limits_that_no_waiting_ends(reason: str, words: str) -> None:
    refused = of(error(403, reason, "Domain\tadministrators"))
    assert isinstance(refused, Refused) and refused.status == 403
    assert words in str(refused) and refused.all_alike
    both = json.loads(error(403, reason, "").data)
    both["error"]["status"] = "RESOURCE_EXHAUSTED"
    assert isinstance(of(Answer(403, both)), Refused)


@pytest.mark.parametrize(
    ("headers", "after"),
    [
        ({"retry-after": "12"}, 12),
        ({"retry-after": " 12 "}, 12),
        ({"retry-after": "Mon, 02 Mar 2026 09:00:40 GMT", "date": "Mon, 02 Mar 2026 09:00:00 GMT"}, 40),
        ({"retry-after": "Mon, 02 Mar 2026 09:00:40 GMT"}, 0),
        ({"retry-after": "Mon, 99 Mar 2026 09:00:40 GMT", "date": "Mon, 02 Mar 2026 09:00:00 GMT"}, 0),
        ({"retry-after": "1e9"}, 0),
        ({"retry-after": "9" * 40}, 0),
        ({"retry-after": "999999999", "date": "Fri, 31 Dec 9999 23:59:59 GMT"}, 999999999),
        ({"date": "nonsense"}, 0),
    ],
)
def test_how_long_to_wait(headers: dict[str, str], after: float) -> None:
    problem = faults.of_answer(LIST, 503, headers, b"")
    assert isinstance(problem, Passing)
    assert problem.after == after


def test_gmail_says_it_in_the_message() -> None:
    answer = error(
        429, "userRateLimitExceeded", "User-rate limit exceeded.  Retry after 2026-03-02T09:15:20.123Z (Mail sending)"
    )
    problem = of(answer, MAIL, date="Mon, 02 Mar 2026 09:00:20 GMT")
    assert isinstance(problem, Passing)
    assert round(problem.after) == 900
    assert "Gmail: asked too often (429); it says to come back at 2026-03-02 09:15 UTC" in str(problem)
    broken = error(429, "userRateLimitExceeded", "Retry after 2026-03-99T09:15:20.123Z")
    assert isinstance(of(broken, MAIL), Passing)


JSON: Any = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["error", "errors", "details", "reason", "message", "status", "code"]), inner, max_size=4
        )
    ),
    max_leaves=12,
)


@given(body=JSON, status=st.integers(300, 599))
def test_whatever_it_says_the_text_is_one_line(body: Any, status: int) -> None:
    for data in (json.dumps(body), json.dumps({"error": body})):
        problem = faults.of_answer(LIST, status, {}, data)
        assert str(problem).isprintable()
        assert len(str(problem)) < 500


def test_texts_hold_no_token_and_no_novel() -> None:
    message = "Bearer ya29.a0AfH6 is bad, ya29.secret too and 1//0gsecret" + "\x1b[31m\nlong " * 500
    text = str(of(error(400, "badRequest\n", message)))
    assert "secret" not in text and "a0AfH6" not in text
    assert text.isprintable() and len(text) < 400


def chained(problem: Exception, behind: Exception) -> Exception:
    problem.__context__ = behind
    return problem


REFUSED = ConnectionRefusedError(errno.ECONNREFUSED, "refused")


@pytest.mark.parametrize(
    ("problem", "words", "offline", "lasting"),
    [
        (socket.gaierror(-2, "Name or service not known"), "looked up", True, False),
        (chained(httplib2.ServerNotFoundError("x"), socket.gaierror(-2, "x")), "looked up", True, False),
        (REFUSED, "refuses connections", True, False),
        (
            chained(requests.ConnectionError("x"), chained(OSError("max retries"), REFUSED)),
            "refuses connections",
            True,
            False,
        ),
        (chained(TransportError("x"), http.client.IncompleteRead(b"x")), "broke off", False, False),
        (OSError(errno.ENETUNREACH, "x"), "ENETUNREACH", True, False),
        (ConnectionResetError(errno.ECONNRESET, "x"), "was cut", False, False),
        (http.client.RemoteDisconnected("x"), "broke off", False, False),
        (http.client.IncompleteRead(b"x"), "broke off", False, False),
        (TimeoutError("x"), "in time", False, False),
        (ssl.SSLError(1, "x"), "encrypted", False, False),
        (ssl.SSLCertVerificationError(1, "x"), "certificate", False, True),
        (httplib2.HttpLib2Error("x"), "HttpLib2Error", False, False),
    ],
)
def test_what_goes_wrong_on_the_way(problem: Exception, words: str, offline: bool, lasting: bool) -> None:
    found = trouble(problem)
    assert words in found.words
    assert (found.offline, found.lasting) == (offline, lasting)


def test_a_certificate_that_is_not_trusted_is_not_asked_again() -> None:
    problem = faults.of_trouble(MAIL, trouble(ssl.SSLCertVerificationError(1, "x")), sent=False)
    assert isinstance(problem, Unreachable) and not isinstance(problem, Passing)
    renewal = faults.of_renewal("text", trouble(ssl.SSLCertVerificationError(1, "x")), {})
    assert not isinstance(renewal, Passing)


@pytest.mark.parametrize(
    ("url", "safe"),
    [
        ("https://oauth2.googleapis.com/token", True),
        ("http://127.0.0.1:8080/token", True),
        ("http://127.9.9.9/token", True),
        ("http://[::1]:80/token", True),
        ("http://localhost/token", True),
        ("http://localhost.example/token", False),
        ("http://127.0.0.1.example/token", False),
        ("http://127.0.0.1@evil.example/token", False),
        ("https://user:pass@oauth2.example/token", False),
        ("http://10.0.0.1/token", False),
        ("ftp://127.0.0.1/token", False),
        ("http://[::1/token", False),
        ("https://", False),
        ("", False),
    ],
)
def test_where_secrets_may_go(url: str, safe: bool) -> None:
    assert is_safe(url) is safe


def test_this_machine() -> None:
    assert is_loopback("::1") and is_loopback("127.0.0.53") and not is_loopback("0.0.0.0") and not is_loopback("")  # noqa: S104 - no binding here
