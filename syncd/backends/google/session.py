"""The one door to Google's HTTP: what is asked goes through here, is counted, paced, and asked again where that helps.

One thread only: the client library's http objects mix up the answers of threads that share one. A daemon keeps its
session, since Google's descriptions of their interfaces are slow to read, and begins it anew for each cycle.
"""

from __future__ import annotations

import logging
import random
from collections.abc import Callable, Sequence
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any, NoReturn, TypeGuard, TypeVar

from syncd.backends.google import faults
from syncd.backends.google.faults import NotSignedIn, Passing, Refused
from syncd.backends.google.pacing import Pace
from syncd.backends.google.patience import Patience
from syncd.errors import BadConfig, SyncdError, Unreachable
from syncd.ports import Clock, Traffic
from syncd.sign_in.apis import CALENDAR, GMAIL
from syncd.sign_in.network import is_safe

if TYPE_CHECKING:
    from googleapiclient.discovery import Resource
    from googleapiclient.http import HttpRequest

    from syncd.backends.google.transport import Transport
    from syncd.sign_in.credentials import StoredCredentials

log = logging.getLogger(__name__)

Answer = TypeVar("Answer")

_TIMEOUT = 20.0
"""Seconds to connect, and between two pieces of an answer. Google answers within one or two."""
_AT_ONCE = 25
"""Parts of a batch: Gmail runs them at the same time, and refuses some of a larger one."""


class Session:
    """Google Calendar and Gmail, for one thread.

    Whatever is asked raises ``Refused`` (an ``Unreachable``) for an answer that another try doesn't change,
    ``Unreachable`` for what stays unreachable after several, ``SignInNeeded`` where only a new sign-in helps.
    """

    def __init__(
        self,
        credentials: StoredCredentials,
        clock: Clock,
        traffic: Traffic,
        *,
        calendar_endpoint: str = "",
        gmail_endpoint: str = "",
        timeout: float = _TIMEOUT,
        chance: Callable[[], float] = random.random,
    ) -> None:
        """Endpoints are base URLs as the client library's ``api_endpoint``: up to ``calendar/v3/``, and Gmail's root.

        *timeout* in seconds; *chance* gives numbers in [0, 1) for the jitter. Asks nothing yet. Raises ``BadConfig``.
        """
        self.credentials, self._clock, self.traffic, self._timeout = credentials, clock, traffic, timeout
        self._calendar_url = _base(calendar_endpoint or CALENDAR, "calendar_endpoint")
        self._gmail_url = _base(gmail_endpoint or GMAIL, "gmail_endpoint")
        self._chance = chance
        self._patience = Patience(clock, chance)
        self._pace = Pace(clock)
        self._at_once = _AT_ONCE
        self._units = 0
        self._renewed = False
        self._open: list[Transport] = []

    def begin(self, traffic: Traffic) -> None:
        """Begin another cycle: counted into *traffic*, with all its patience. What Gmail counts by the minute stays."""
        self.traffic, self._patience = traffic, Patience(self._clock, self._chance)
        self._at_once = _AT_ONCE

    @cached_property
    def events(self) -> Resource:
        """``events`` of the Calendar API."""
        return self._calendar.events()

    @cached_property
    def calendars(self) -> Resource:
        """``calendars`` of the Calendar API."""
        return self._calendar.calendars()

    @cached_property
    def calendar_list(self) -> Resource:
        """``calendarList`` of the Calendar API."""
        return self._calendar.calendarList()

    @cached_property
    def users(self) -> Resource:
        """``users`` of the Gmail API (``getProfile``)."""
        return self._gmail.users()

    @cached_property
    def messages(self) -> Resource:
        """``users.messages`` of the Gmail API."""
        return self.users.messages()

    @cached_property
    def history(self) -> Resource:
        """``users.history`` of the Gmail API."""
        return self.users.history()

    def ask(
        self,
        request: HttpRequest,
        *,
        units: int = 0,
        etag: str = "",
        once: bool = False,
        whole: Callable[[dict[str, Any]], bool] | None = None,
    ) -> dict[str, Any]:
        """What *request* is answered, {} for an empty answer.

        *units* is what Gmail counts it as. With *etag* it is carried out only where the thing is still of that etag
        (else ``Refused`` with status 412). With *once* it is asked again only where it surely wasn't carried out: for
        what would be made twice, since it has no id of our choosing; ``Unreachable`` then leaves open whether it was.
        An answer that isn't *whole* can't be read, and is asked for again.
        """
        if etag:
            request.headers["If-Match"] = etag
        return self._patience.spend(partial(self._ask_once, request, units, once=once, whole=whole))

    def ask_many(self, requests: Sequence[HttpRequest], *, units: int) -> list[dict[str, Any] | Refused]:
        """What each of *requests* (to Gmail, *units* each) is answered, in their order; in batches of at most 25.

        A part that is refused for good is given as its ``Refused``.
        """
        answers: dict[int, dict[str, Any] | Refused] = {}
        self._renewed = False
        for start in range(0, len(requests), _AT_ONCE):
            some = range(start, min(start + _AT_ONCE, len(requests)))
            self._patience.spend(partial(self._ask_some, requests, some, answers, units))
        return [answers[number] for number in range(len(requests))]

    def close(self) -> None:
        """Close all sockets. It may be used again after that."""
        for transport in self._open:
            transport.close()

    @cached_property
    def _calendar(self) -> Resource:
        return self._service("calendar", "v3", self._calendar_url, self._calendar_sent)

    @cached_property
    def _gmail(self) -> Resource:
        return self._service("gmail", "v1", self._gmail_url, self._gmail_sent)

    def _service(self, name: str, version: str, url: str, sent: Callable[[], None]) -> Resource:
        from googleapiclient.discovery import build

        from syncd.backends.google.transport import Transport

        transport = Transport(url, self.credentials, sent, self._timeout, self._clock.monotonic)
        self._open.append(transport)
        # All said outright, so that nothing in the environment (client certificates, another universe) leads elsewhere.
        where = {"api_endpoint": url, "universe_domain": "googleapis.com"}
        return build(name, version, http=transport, client_options=where, static_discovery=True, cache_discovery=False)

    def _calendar_sent(self) -> None:
        self.traffic.calendar += 1

    def _gmail_sent(self) -> None:
        self.traffic.mail += 1
        self.traffic.gmail_units += self._units

    def _ask_once(
        self,
        request: HttpRequest,
        units: int,
        *,
        once: bool = False,
        whole: Callable[[dict[str, Any]], bool] | None = None,
    ) -> dict[str, Any]:
        transport, what = request.http, request.methodId
        transport.once = once
        try:
            answer = self._send(transport, what, units, request.execute)
            if isinstance(answer, dict) and transport.status != 204 and (whole is None or whole(answer)):
                return answer
            if answer or request.method != "DELETE":
                # The library gives what isn't JSON as it came; and nothing at all is no empty listing.
                raise faults.of_garbage(what)
        except Passing as problem:
            if once and not problem.undone:
                raise Unreachable(str(problem)) from problem
            raise
        return {}

    def _send(self, transport: Transport, what: str, units: int, send: Callable[[], Answer], parts: int = 1) -> Answer:
        self._clock.checkpoint()
        self._pace.take(units)
        self._units, transport.what = units, what
        start = self._clock.monotonic()
        try:
            return send()
        finally:
            taken = (self._clock.monotonic() - start) * 1000
            log.debug("%s x %d: %s, %.0f ms, %d units", what, parts, transport.status or "no answer", taken, units)

    def _ask_some(
        self, requests: Sequence[HttpRequest], some: range, answers: dict[int, dict[str, Any] | Refused], units: int
    ) -> None:
        """Ask those of *some* that have no answer yet."""
        waiting = [number for number in some if number not in answers]
        while waiting:
            now, waiting = waiting[: self._at_once], waiting[self._at_once :]
            parts = self._ask_together([requests[number] for number in now], units)
            settled = {number: part for number, part in zip(now, parts, strict=True) if _settled(part)}
            answers.update(settled)
            problems = [part for part in parts if isinstance(part, SyncdError) and not _settled(part)]
            if problems:
                self._raise_for(problems, asked=len(now), renew=requests[0].http.renew)

    def _ask_together(self, requests: list[HttpRequest], units: int) -> Sequence[dict[str, Any] | SyncdError]:
        if len(requests) == 1:
            try:
                return [self._ask_once(requests[0], units)]
            except Refused as refused:
                return [refused]
        from syncd.backends.google.batch import send

        transport, what = requests[0].http, requests[0].methodId
        transport.once = False
        url = f"{self._gmail_url}batch"
        return self._send(transport, what, units * len(requests), partial(send, requests, url), len(requests))

    def _raise_for(self, problems: Sequence[SyncdError], *, asked: int, renew: Callable[[], None]) -> NoReturn:
        """Raise what *problems*, of a batch of *asked* parts, amount to."""
        for problem in problems:
            if isinstance(problem, NotSignedIn) and not self._renewed:
                self._renewed = True
                renew()
                raise Passing(str(problem), undone=True)
            if not isinstance(problem, Passing):
                raise problem
        passing = [problem for problem in problems if isinstance(problem, Passing)]
        # Some got through and some were too fast: too many at the same time, rather than in this minute.
        if any(problem.slower for problem in passing) and len(problems) < asked:
            self._at_once = max(1, self._at_once // 2)
        raise max(passing, key=lambda problem: problem.after)


def _settled(part: dict[str, Any] | SyncdError) -> TypeGuard[dict[str, Any] | Refused]:
    """Whether it is the answer to one part. A 403 concerns them all."""
    return isinstance(part, dict) or (isinstance(part, Refused) and part.status != 403)


def _base(url: str, key: str) -> str:
    if not is_safe(url):
        raise BadConfig(f"[google] {key}: must be https (plain http only to this machine)")
    return url if url.endswith("/") else f"{url}/"
