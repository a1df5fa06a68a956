"""The session against the whole fake Google: its calendars, its mailbox, its sign-in."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from syncd.backends.google.faults import Refused
from syncd.backends.google.session import Session
from syncd.errors import SignInNeeded, Unreachable
from syncd.ports import Traffic
from syncd.sign_in.credentials import signed_in
from syncd.sign_in.token_file import read_token
from tests.fake_google.server import FakeGoogle, Fault
from tests.virtual_clock import VirtualClock

EVENT = {
    "id": "abcdefgh12",
    "summary": "Follow up",
    "start": {"dateTime": "2026-03-03T10:00:00Z"},
    "end": {"dateTime": "2026-03-03T10:30:00Z"},
}


@pytest.fixture
def google() -> Iterator[FakeGoogle]:
    with FakeGoogle() as server:
        yield server


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock()


@pytest.fixture
def session(google: FakeGoogle, clock: VirtualClock, tmp_path: Path) -> Iterator[Session]:
    credentials = signed_in(google.write_token(tmp_path / "token.json"))
    where = {"calendar_endpoint": google.calendar_endpoint, "gmail_endpoint": google.gmail_endpoint}
    made = Session(credentials, clock, Traffic(), timeout=0.5, chance=lambda: 0.0, **where)
    yield made
    made.close()


def listing(session: Session) -> Any:
    return session.events.list(calendarId="primary")


def insertion(session: Session) -> Any:
    return session.events.insert(calendarId="primary", body=EVENT, sendUpdates="none")


def mail(number: int) -> bytes:
    return f"From: sam@acme.example\r\nTo: robin@home.example\r\nSubject: No {number}\r\n\r\nHello\r\n".encode()


@pytest.mark.parametrize(
    "fault",
    [
        Fault.rate_limited(),
        Fault.rate_limited(429, retry_after="2"),
        Fault.per_minute_quota(),
        Fault.backend_error(),
        Fault.bad_gateway(),
        Fault.unavailable("3"),
        Fault.no_json(),
        Fault.dropped(),
        Fault.truncated(),
        Fault.stalled(),
    ],
)
def test_what_passes(google: FakeGoogle, session: Session, fault: Fault) -> None:
    google.fail(fault)
    assert session.ask(listing(session))["kind"] == "calendar#events"
    assert session.traffic.calendar == len(google.seen()) == 2


@pytest.mark.parametrize("fault", [Fault.reply_lost(), Fault.truncated(), Fault.stalled(effect=True)])
def test_an_insert_whose_reply_is_lost_shows_as_a_duplicate_and_makes_none(
    google: FakeGoogle, session: Session, fault: Fault
) -> None:
    google.fail(fault)
    with pytest.raises(Refused) as refused:
        session.ask(insertion(session))
    assert (refused.value.status, refused.value.reason) == (409, "duplicate")
    assert [event["id"] for event in google.calendars.events("primary")] == [EVENT["id"]]
    assert session.traffic.calendar == len(google.seen()) == 2


def test_a_new_calendar_whose_reply_is_lost_is_made_once(google: FakeGoogle, session: Session) -> None:
    google.fail(Fault.reply_lost())
    with pytest.raises(Unreachable):
        session.ask(session.calendars.insert(body={"summary": "Follow-ups"}), once=True)
    listed = session.ask(session.calendar_list.list())["items"]
    assert [one["summary"] for one in listed].count("Follow-ups") == 1


def test_a_connection_that_had_gone_stale_is_no_reason_not_to_make_it(google: FakeGoogle, session: Session) -> None:
    session.ask(listing(session))
    google.hang_up()
    assert session.ask(session.calendars.insert(body={"summary": "Follow-ups"}), once=True)["summary"] == "Follow-ups"


def test_changes_are_conditional(google: FakeGoogle, session: Session) -> None:
    first = session.ask(insertion(session))
    changed = session.events.patch(
        calendarId="primary", eventId=EVENT["id"], body={"summary": "Mine"}, sendUpdates="none"
    )
    second = session.ask(changed, etag=first["etag"])
    assert second["summary"] == "Mine"
    gone = session.events.delete(calendarId="primary", eventId=EVENT["id"], sendUpdates="none")
    with pytest.raises(Refused) as stale:
        session.ask(gone, etag=first["etag"])
    assert stale.value.status == 412
    gone = session.events.delete(calendarId="primary", eventId=EVENT["id"], sendUpdates="none")
    assert session.ask(gone, etag=second["etag"]) == {}


def test_an_access_token_ends_within_the_cycle(google: FakeGoogle, session: Session, tmp_path: Path) -> None:
    session.ask(listing(session))
    google.oauth.rotate = True
    google.oauth.expire_access()
    google.oauth.unavailable = 2
    assert session.ask(listing(session))["kind"] == "calendar#events"
    google.oauth.expire_access()
    assert session.ask(session.users.getProfile(userId="me"), units=1)["emailAddress"] == google.email
    assert signed_in(tmp_path / "token.json").valid
    assert read_token(tmp_path / "token.json").scopes is not None


def test_the_sign_in_is_revoked_within_the_cycle(google: FakeGoogle, session: Session) -> None:
    session.ask(listing(session))
    google.oauth.revoke_all()
    with pytest.raises(SignInNeeded, match="no longer takes the sign-in"):
        session.ask(listing(session))
    with pytest.raises(SignInNeeded):
        session.ask_many([session.messages.get(userId="me", id=str(number)) for number in range(3)], units=20)


def test_a_scope_that_was_not_granted(google: FakeGoogle, clock: VirtualClock, tmp_path: Path) -> None:
    path = google.write_token(tmp_path / "token.json", ["https://www.googleapis.com/auth/calendar"])
    session = Session(signed_in(path), clock, Traffic(), gmail_endpoint=google.gmail_endpoint)
    with pytest.raises(SignInNeeded, match=r"gmail\.readonly"):
        session.ask(session.users.getProfile(userId="me"), units=1)
    with pytest.raises(SignInNeeded, match=r"gmail\.readonly"):
        session.ask_many([session.messages.get(userId="me", id=str(number)) for number in range(3)], units=20)
    session.close()


def test_mail_in_batches(google: FakeGoogle, session: Session) -> None:
    ids = [google.mailbox.deliver(mail(number)) for number in range(40)]
    google.mailbox.purge(ids[7])
    google.fail(Fault.rate_limited(429), times=3, after=4, where=lambda request: "/messages/" in request.path)
    google.fail(Fault.backend_error(), after=20, where=lambda request: "/messages/" in request.path)
    answers = session.ask_many([session.messages.get(userId="me", id=one, format="metadata") for one in ids], units=20)
    assert [one["id"] for one in answers if isinstance(one, dict)] == [one for one in ids if one != ids[7]]
    assert isinstance(answers[7], Refused) and answers[7].status == 404
    assert session.traffic.mail == len(google.seen("/batch")) + len(google.seen("/messages/"))
    assert session.traffic.gmail_units == 20 * 44
