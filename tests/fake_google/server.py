"""FakeGoogle: Google's Calendar, Gmail and sign-in on 127.0.0.1, as far as syncd depends on them.

Whatever a request or an answer has that Google's discovery documents don't is kept in ``violations``, and raised when
the server closes.
"""

from __future__ import annotations

import json
import traceback
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path
from threading import RLock
from types import TracebackType
from typing import Self

from tests.fake_google import access, batch, discovery, partial
from tests.fake_google.calendars import Calendars
from tests.fake_google.faults import OUR_PATHS, Fault, Faults
from tests.fake_google.line import Listener
from tests.fake_google.mailbox import Mailbox
from tests.fake_google.oauth import OAuth
from tests.fake_google.wire import Answer, Exchange, Rejected, Request, error

__all__ = ["ALL", "FakeGoogle", "Fault"]

ALL = frozenset({"https://www.googleapis.com/auth/calendar", "https://www.googleapis.com/auth/gmail.readonly"})
"""Scopes that open all that is played here."""

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
"""A Monday."""


class FakeGoogle:
    """All of it, for the account *email*. ``now`` is the server's clock, and stands still until a test sets it."""

    def __init__(self, email: str = "robin@home.example", *, now: datetime = START, time_zone: str = "UTC") -> None:
        self.email = email
        self.now = now
        self.lock = RLock()
        """Held while a request is answered; whoever changes something from a test takes it too."""
        self.log: list[Exchange] = []
        """Each request over the wire, in order, with the answer that was meant for it (status 0: none was)."""
        self.parts: list[Exchange] = []
        """Each part of a batch."""
        self.violations: list[str] = []
        self.faults = Faults()
        self.calendars = Calendars(self, time_zone)
        self.oauth = OAuth(self)
        self.mailbox = Mailbox(email, lambda: self.now)
        self._listener = Listener(self._serve)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, raised: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close(quiet=raised is not None)

    def close(self, *, quiet: bool = False) -> None:
        """Closes every connection; raises ``AssertionError`` where the documents were not kept to, unless *quiet*."""
        self._listener.close()
        if self.violations and not quiet:
            raise AssertionError("\n".join(self.violations))

    # where it is

    @property
    def url(self) -> str:
        return self._listener.url

    @property
    def calendar_endpoint(self) -> str:
        return f"{self.url}/calendar/v3/"

    @property
    def gmail_endpoint(self) -> str:
        return f"{self.url}/"

    @property
    def token_uri(self) -> str:
        return f"{self.url}/token"

    @property
    def auth_uri(self) -> str:
        return f"{self.url}/o/oauth2/auth"

    def write_token(self, path: Path, scopes: Iterable[str] = ALL) -> Path:
        """Write a fresh sign-in to *path*, readable for its owner only, as google-auth's authorized-user JSON."""
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(json.dumps(self.oauth.authorized_user(scopes) | {"account": self.email}), "utf-8")
        return path

    # what goes wrong

    def fail(
        self, fault: Fault, *, times: int = 1, after: int = 0, where: Callable[[Request], bool] | None = None
    ) -> None:
        """Let *fault* strike *times* requests that *where* is true of (by default any but the sign-in's), the first *after* of them spared.

        In a batch the whole request comes first, then its parts.
        """
        with self.lock:
            self.faults.plan(fault, times, after, where)

    def hang_up(self) -> None:
        """Close the connections that are kept open, as servers do with idle ones."""
        self._listener.hang_up()

    # what was asked

    def seen(self, path_contains: str = "", method: str | None = None) -> list[Exchange]:
        """The exchanges so far whose path (still percent-encoded) has that in it, without those of the sign-in."""
        return [
            exchange
            for exchange in list(self.log)
            if exchange.request.path.startswith(OUR_PATHS)
            and path_contains in exchange.request.path
            and method in (None, exchange.request.method)
        ]

    @property
    def bytes_in(self) -> int:
        """Received so far."""
        return self._listener.bytes_in

    @property
    def bytes_out(self) -> int:
        """Sent so far, compressed where it was."""
        return self._listener.bytes_out

    # how it is answered

    def _serve(self, request: Request) -> tuple[Answer, Fault | None]:
        with self.lock:
            fault = self.faults.take(request)
            answer = self._answer(request) if fault is None or fault.effect else (fault.answer or Answer(0))
            self.log.append(Exchange(request, answer))
            if fault and fault.effect and fault.answer:
                answer = fault.answer
            return answer, fault

    def dispatch(self, request: Request) -> Answer:
        """The answer to a part of a batch: it has its own authorization, faults, and status."""
        with self.lock:
            fault = self.faults.take(request, part=True)
            answer = self._answer(request) if fault is None or fault.effect else (fault.answer or Answer(0))
            self.parts.append(Exchange(request, answer))
            return fault.answer if fault and fault.answer else answer

    def _answer(self, request: Request) -> Answer:
        try:
            return self.oauth.handle(request) or self._api(request)
        except Rejected as rejected:
            return rejected.answer
        except Exception as problem:  # noqa: BLE001 - whatever it is, the test has to fail, not the thread
            self.violations.append(f"{request.method} {request.path}: {problem!r}\n{traceback.format_exc()}")
            return error(500, "backendError", "Backend Error")

    def _api(self, request: Request) -> Answer:
        if request.path.startswith("/batch"):
            return batch.handle(request, self.dispatch)
        call = discovery.find(request)
        if call is None:
            return _nothing_here()
        opening = access.opening(call, request, self.oauth.scopes_of)
        self.violations += discovery.wrong_request(call, request)
        answer = (
            self.calendars.handle(call, request, opening) if call.api == "calendar" else self.mailbox.handle(request)
        )
        if answer is None:
            self.violations.append(f"{call.id} is not played here")
            return _nothing_here()
        if not 200 <= answer.status < 300:
            return answer
        self.violations += discovery.wrong_answer(call, answer)
        return partial.only(request.one("fields"), answer)


def _nothing_here() -> Answer:
    page = b"<!DOCTYPE html>\n<title>Error 404 (Not Found)!!1</title>"
    return Answer(404, page, {"Content-Type": "text/html; charset=UTF-8"})
