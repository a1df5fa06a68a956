"""What is kept between cycles: Google's client, for as long as the sign-in and the endpoints stay the same."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from syncd.back_ends import Connections, connected
from syncd.errors import SignInNeeded, Stopped, TryAgain
from syncd.ports import Traffic
from syncd.settings import Google, Settings
from tests.fake_google.server import FakeGoogle
from tests.virtual_clock import VirtualClock
from tests.world import a_user


@pytest.fixture
def google() -> Iterator[FakeGoogle]:
    with FakeGoogle(email="robin@home.example") as google:
        yield google


@pytest.fixture
def settings(google: FakeGoogle, tmp_path: Path) -> Settings:
    token = tmp_path / "token.json"
    google.write_token(token)
    ends = Google(token=token, calendar_endpoint=google.calendar_endpoint, gmail_endpoint=google.gmail_endpoint)
    return Settings(user=a_user(), google=ends, state=tmp_path / "state.db")


def test_the_client_is_kept_and_each_cycle_counts_its_own_requests(settings: Settings) -> None:
    connections, first, second = Connections(VirtualClock()), Traffic(), Traffic()
    with connections.session(settings, first) as session:
        session.ask(session.users.getProfile(userId="me"), units=1)
    with connections.session(settings, second) as again:
        again.ask(again.users.getProfile(userId="me"), units=1)
    assert again is session
    assert (first.mail, second.mail) == (1, 1)


def test_a_new_sign_in_is_taken_up(settings: Settings, google: FakeGoogle) -> None:
    connections = Connections(VirtualClock())
    with connections.session(settings, Traffic()) as session:
        session.ask(session.users.getProfile(userId="me"), units=1)
    assert settings.google.token is not None
    settings.google.token.unlink()
    with pytest.raises(SignInNeeded), connections.session(settings, Traffic()):
        pytest.fail("there is no sign-in")
    google.write_token(settings.google.token)
    with connections.session(settings, Traffic()) as renewed:
        assert renewed.ask(renewed.users.getProfile(userId="me"), units=1)["emailAddress"] == "robin@home.example"


def test_a_sign_in_that_can_not_be_kept_is_told_of(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    assert settings.google.token is not None
    signed_in = json.loads(settings.google.token.read_text())
    settings.google.token.write_text(json.dumps({k: v for k, v in signed_in.items() if k not in ("token", "expiry")}))

    def full(path: Path, _: object) -> None:
        raise TryAgain(f"{path}: the sign-in can't be written")

    connections, told = Connections(VirtualClock()), []
    now = datetime(2026, 3, 10, 9, tzinfo=UTC)
    with monkeypatch.context() as patched:
        patched.setattr("syncd.sign_in.credentials.write_token", full)
        for _ in range(2):
            with connected(settings, now, VirtualClock(), connections, told.append) as sources:
                sources.reminders.pull(None)
        assert told == [f"{settings.google.token}: the sign-in can't be written"] * 2


def test_other_endpoints_are_another_client(settings: Settings) -> None:
    connections = Connections(VirtualClock())
    with connections.session(settings, Traffic()) as session:
        pass
    elsewhere = replace(settings, google=replace(settings.google, gmail_endpoint="https://gateway.example/"))
    with connections.session(elsewhere, Traffic()) as other:
        assert other is not session


def test_who_is_asked_to_end_sends_no_further_request(settings: Settings, google: FakeGoogle) -> None:
    class Ending(VirtualClock):
        def checkpoint(self) -> None:
            raise Stopped("asked to end")

    google.log.clear()
    with Connections(Ending()).session(settings, Traffic()) as session, pytest.raises(Stopped):
        session.ask(session.users.getProfile(userId="me"), units=1)
    assert google.log == []
