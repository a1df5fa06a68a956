"""What is kept between cycles: Google's client, for as long as the sign-in and the endpoints stay the same."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from syncd.back_ends import Connections
from syncd.errors import SignInNeeded, Stopped
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
