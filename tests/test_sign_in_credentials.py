"""Credentials that keep themselves in the token file, against a token endpoint over real HTTP."""

from __future__ import annotations

import resource
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import google_auth_httplib2
import httplib2
import pytest

from syncd.errors import SignInNeeded, SyncdError, TryAgain
from syncd.sign_in.credentials import NotRenewed, StoredCredentials, signed_in
from syncd.sign_in.token_file import delete_token, read_token, write_token
from tests.fake_google.wire import Answer, Request
from tests.scripted_google import (
    ACCESS,
    CUT,
    HANG_UP,
    NEXT_ACCESS,
    REFRESH,
    SECRET,
    SECRETS,
    STALL,
    Scripted,
    refused_port,
    renewed,
)

READ_MAIL = "https://www.googleapis.com/auth/gmail.readonly"
ROTATED, ANOTHER = "refresh-next-Vb58", "access-of-another"
IN_A_CENTURY = "2126-03-09T09:00:00+00:00"


@pytest.fixture
def google() -> Iterator[Scripted]:
    with Scripted() as server:
        yield server


@pytest.fixture
def path(google: Scripted, tmp_path: Path) -> Path:
    return google.sign_in(tmp_path / "token.json")


@pytest.fixture
def ask() -> Iterator[google_auth_httplib2.Request]:
    http = httplib2.Http(timeout=0.3, proxy_info=None)
    yield google_auth_httplib2.Request(http)
    http.close()


def told(problem: SyncdError) -> str:
    text = str(problem)
    assert text.isprintable() and len(text) < 400
    assert not any(secret in text for secret in (*SECRETS, ROTATED, "expired or revoked"))
    return text


def soon(credentials: StoredCredentials) -> bool:
    """Whether the access token ends in about an hour."""
    left = credentials.expiry.replace(tzinfo=UTC) - datetime.now(UTC)
    return timedelta(minutes=59) < left < timedelta(minutes=61)


def test_what_the_file_says_is_used_as_it_is(path: Path) -> None:
    credentials = signed_in(path)
    assert credentials.valid and credentials.token == ACCESS and soon(credentials)
    assert credentials.kept == read_token(path)


def test_a_token_of_unknown_age_is_used_until_it_is_refused(google: Scripted, path: Path) -> None:
    google.sign_in(path, expiry=None)
    assert signed_in(path).valid
    google.sign_in(path, token=None)
    assert not signed_in(path).valid
    google.sign_in(path, expiry="2026-01-01T00:00:00Z")
    assert not signed_in(path).valid


def test_a_renewal_asks_for_no_scopes_and_is_saved(google: Scripted, path: Path, ask: Any) -> None:
    google.sign_in(path, note="kept", refresh_token_expires=IN_A_CENTURY)
    before = read_token(path)
    credentials = signed_in(path)
    credentials.refresh(ask)
    assert google.renewals[0].form == {
        "grant_type": "refresh_token",
        "client_id": "1234-syncd.apps.googleusercontent.example",
        "client_secret": SECRET,
        "refresh_token": REFRESH,
    }
    assert credentials.token == NEXT_ACCESS and soon(credentials)
    after = read_token(path)
    assert after.expiry == credentials.expiry.replace(tzinfo=UTC)
    assert after == replace(before, access_token=NEXT_ACCESS, expiry=after.expiry)
    assert after.other == {"note": "kept"}


def test_a_refresh_token_that_is_replaced_is_saved(google: Scripted, path: Path, ask: Any) -> None:
    google.tokens = [renewed(refresh_token=ROTATED)]
    credentials = signed_in(path)
    credentials.refresh(ask)
    assert read_token(path).refresh_token == ROTATED
    credentials.refresh(ask)
    assert google.renewals[1].form["refresh_token"] == ROTATED


def test_what_is_still_granted_is_saved(google: Scripted, path: Path, ask: Any) -> None:
    google.sign_in(path, scopes=[READ_MAIL, "https://www.googleapis.com/auth/calendar"])
    google.tokens = [renewed(scope=READ_MAIL)]
    signed_in(path).refresh(ask)
    assert read_token(path).scopes == {READ_MAIL}
    google.tokens = [renewed()]
    signed_in(path).refresh(ask)
    assert read_token(path).scopes == {READ_MAIL}


def test_the_end_of_the_sign_in_is_saved_where_it_was_not_known(google: Scripted, path: Path, ask: Any) -> None:
    google.tokens = [renewed(refresh_token_expires_in=604_800)]
    signed_in(path).refresh(ask)
    ends = read_token(path).refresh_token_expires
    assert ends and timedelta(days=6, hours=23) < ends - datetime.now(UTC) <= timedelta(days=7)
    google.tokens = [renewed(refresh_token_expires_in=10)]
    signed_in(path).refresh(ask)
    assert read_token(path).refresh_token_expires == ends


# the file is shared


def test_another_process_renewed_it(google: Scripted, path: Path, ask: Any) -> None:
    credentials = signed_in(path)
    google.sign_in(path, token=ANOTHER)
    credentials.refresh(ask)
    assert credentials.token == ANOTHER
    assert google.renewals == []


def test_another_process_wrote_the_same_access_token(google: Scripted, path: Path, ask: Any) -> None:
    credentials = signed_in(path)
    google.sign_in(path, account="robin@home.example")
    credentials.refresh(ask)
    assert credentials.token == NEXT_ACCESS
    assert read_token(path).account == "robin@home.example"


def test_somebody_signed_in_anew(google: Scripted, path: Path, ask: Any) -> None:
    credentials = signed_in(path)
    google.sign_in(path, token=None, expiry=None, refresh_token=ROTATED, client_id="5678")
    credentials.refresh(ask)
    assert google.renewals[0].form["refresh_token"] == ROTATED
    assert google.renewals[0].form["client_id"] == "5678"


def meanwhile(do: Callable[[], object]) -> Callable[[Request], Answer]:
    def say(_: Request) -> Answer:
        do()
        return renewed()

    return say


def test_somebody_signed_in_while_we_asked(google: Scripted, path: Path, ask: Any) -> None:
    credentials = signed_in(path)
    google.tokens = [meanwhile(lambda: google.sign_in(path, token=ANOTHER, refresh_token=ROTATED))]
    credentials.refresh(ask)
    assert credentials.token == ANOTHER
    assert read_token(path).refresh_token == ROTATED


def test_somebody_signed_in_while_we_asked_and_has_no_access_token_yet(google: Scripted, path: Path, ask: Any) -> None:
    credentials = signed_in(path)
    google.tokens = [meanwhile(lambda: google.sign_in(path, token=None, refresh_token=ROTATED)), renewed()]
    credentials.refresh(ask)
    assert credentials.token == NEXT_ACCESS
    assert [one.form["refresh_token"] for one in google.renewals] == [REFRESH, ROTATED]


def test_somebody_signed_out_while_we_asked(google: Scripted, path: Path, ask: Any) -> None:
    google.tokens = [meanwhile(lambda: delete_token(path))]
    with pytest.raises(SignInNeeded, match="not signed in"):
        signed_in(path).refresh(ask)
    assert not path.exists()


def test_signed_out_before(google: Scripted, path: Path, ask: Any) -> None:
    credentials = signed_in(path)
    delete_token(path)
    with pytest.raises(SignInNeeded, match="not signed in"):
        credentials.refresh(ask)
    assert google.renewals == []


# what can't be saved


@contextmanager
def no_room() -> Iterator[None]:
    """Nobody in this process may write files meanwhile, so it must be brief: pytest itself writes."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_an_access_token_that_cannot_be_saved_is_used_all_the_same(path: Path, ask: Any) -> None:
    credentials = signed_in(path)
    with no_room():
        credentials.refresh(ask)
    assert credentials.token == NEXT_ACCESS
    assert "can't be written" in credentials.unsaved
    told(TryAgain(credentials.unsaved))
    assert read_token(path).access_token == ACCESS
    credentials.refresh(ask)
    assert credentials.unsaved == ""


def test_a_refresh_token_that_cannot_be_saved_stops_it(google: Scripted, path: Path, ask: Any) -> None:
    google.tokens = [renewed(refresh_token=ROTATED)]
    with pytest.raises(TryAgain, match="can't be written") as again, no_room():
        signed_in(path).refresh(ask)
    told(again.value)


# refused


def refusal(code: str, status: int = 400) -> Answer:
    return Answer(status, {"error": code, "error_description": f"Token {REFRESH} has been expired or revoked."})


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (refusal("invalid_grant"), "no longer takes the sign-in"),
        (refusal("invalid_client", 401), "OAuth client 1234-syncd.apps.googleusercontent.example"),
        (refusal("unauthorized_client", 401), "OAuth client 1234-syncd"),
        (refusal("deleted_client", 401), "was deleted"),
        (refusal("invalid_scope"), "no longer grants"),
        (refusal("admin_policy_enforced"), "administrators"),
        (refusal("something_new"), "something_new"),
        (refusal(f"odd {SECRET}\n"), "an unknown error"),
    ],
)
def test_only_a_new_sign_in_helps(google: Scripted, path: Path, ask: Any, answer: Answer, words: str) -> None:
    google.tokens = [answer]
    before = path.read_bytes()
    with pytest.raises(SignInNeeded, match="run: syncd auth") as needed:
        signed_in(path).refresh(ask)
    assert words in told(needed.value)
    assert needed.value.__cause__ is None
    assert len(google.renewals) == 1
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    ("ends", "words"),
    [
        ("2026-01-08T09:00:00+00:00", "it ended on 2026-01-08"),
        (IN_A_CENTURY, "the sign-in; run: syncd auth (it was revoked"),
        (None, "or it was made in status Testing, which ends it after 7 days"),
    ],
)
def test_the_likely_cause(google: Scripted, path: Path, ask: Any, ends: str | None, words: str) -> None:
    google.sign_in(path, refresh_token_expires=ends)
    google.tokens = [refusal("invalid_grant")]
    with pytest.raises(SignInNeeded) as needed:
        signed_in(path).refresh(ask)
    text = told(needed.value)
    assert words in text
    assert ("password" in text) == (ends != "2026-01-08T09:00:00+00:00")
    assert ("Testing" in text) == (ends != IN_A_CENTURY)
    assert len(text) <= 210


# not now


@pytest.mark.parametrize(
    "answer",
    [
        Answer(500, b""),
        Answer(502, b"<html>"),
        Answer(503, {"error": "temporarily_unavailable"}),
        Answer(429, {"error": "rate_limited"}),
        Answer(408, b""),
        refusal("internal_failure"),
        refusal("server_error"),
        Answer(400, b"<html>a log-in page"),
        Answer(403, b"\xff"),
        Answer(404, b"[]"),
        Answer(302, b"", {"Location": "https://hotel.example/"}),
        Answer(200, b"<html>"),
        Answer(200, b""),
        Answer(200, {}),
        Answer(200, {"access_token": ""}),
        Answer(200, {"access_token": 7}),
        renewed(expires_in="soon"),
        renewed(expires_in=-1),
        renewed(expires_in=10**12),
        renewed(expires_in=None),
        renewed(refresh_token=None),
        renewed(refresh_token=""),
        HANG_UP,
        CUT,
        STALL,
    ],
    ids=lambda answer: str(answer.status),
)
def test_another_try_may_do(google: Scripted, path: Path, ask: Any, answer: Answer) -> None:
    ask.http.follow_redirects = False
    google.tokens = [answer]
    before = path.read_bytes()
    credentials = signed_in(path)
    with pytest.raises(NotRenewed) as not_now:
        credentials.refresh(ask)
    assert "the sign-in can't be renewed now" in told(not_now.value)
    assert len(google.renewals) == (2 if answer is HANG_UP else 1)  # httplib2 asks once more by itself
    assert path.read_bytes() == before
    ask.http.close()
    google.tokens = [renewed()]
    credentials.refresh(ask)
    assert credentials.token == NEXT_ACCESS


def test_an_answer_that_does_not_say_how_long(google: Scripted, path: Path, ask: Any) -> None:
    google.tokens = [Answer(200, {"access_token": NEXT_ACCESS})]
    credentials = signed_in(path)
    credentials.refresh(ask)
    assert credentials.token == signed_in(path).token == NEXT_ACCESS


def test_nobody_there(google: Scripted, path: Path, ask: Any) -> None:
    google.sign_in(path, token_uri=f"http://127.0.0.1:{refused_port()}/token")
    with pytest.raises(NotRenewed, match="it refuses connections") as not_now:
        signed_in(path).refresh(ask)
    assert not_now.value.trouble.offline


def test_when_to_come_back_is_handed_on(google: Scripted, path: Path, ask: Any) -> None:
    google.tokens = [Answer(503, b"", {"Retry-After": "120"})]
    with pytest.raises(NotRenewed) as not_now:
        signed_in(path).refresh(ask)
    assert not_now.value.headers["retry-after"] == "120"


def test_nothing_secret_is_shown(path: Path) -> None:
    credentials = signed_in(path)
    assert not any(secret in repr(credentials) + str(credentials) for secret in SECRETS)


def test_a_file_written_by_us_is_ours(path: Path, ask: Any) -> None:
    credentials = signed_in(path)
    credentials.refresh(ask)
    write_token(path, credentials.kept)
    assert signed_in(path).token == NEXT_ACCESS
