"""What goes wrong between the client and Google, when a test says so."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum

from tests.fake_google.wire import Answer, Request, error

OUR_PATHS = ("/calendar/", "/gmail/", "/batch")
"""Where a fault strikes that doesn't say where: the sign-in goes on."""


class Line(Enum):
    """What happens to the connection instead of an answer."""

    DROPPED = "closed without an answer (the client library sends such a request once more by itself)"
    TRUNCATED = "closed in the midst of the answer"
    STALLED = "silent"


@dataclass(frozen=True)
class Fault:
    """``effect``: the request does what it asks, all the same; what is lost is the answer."""

    answer: Answer | None = None
    line: Line | None = None
    effect: bool = False

    @staticmethod
    def rate_limited(status: int = 403, reason: str = "rateLimitExceeded", retry_after: str | None = None) -> Fault:
        """Too fast. *reason* may be ``userRateLimitExceeded``; *status* 403 or 429; *retry_after* seconds or a date."""
        message = "User Rate Limit Exceeded" if reason == "userRateLimitExceeded" else "Rate Limit Exceeded"
        headers = {} if retry_after is None else {"Retry-After": retry_after}
        return Fault(error(status, reason, message, domain="usageLimits", headers=headers))

    @staticmethod
    def per_minute_quota() -> Fault:
        """Too fast, as Google's newer front ends say it."""
        message = (
            "Quota exceeded for quota metric 'Queries' and limit 'Queries per minute per user' of service "
            "'calendar-json.googleapis.com' for consumer 'project_number:1234'."
        )
        answer = error(403, "rateLimitExceeded", message, domain="usageLimits")
        assert isinstance(answer.body, dict)
        answer.body["error"]["status"] = "RESOURCE_EXHAUSTED"
        detail = {
            "@type": "type.googleapis.com/google.rpc.ErrorInfo",
            "reason": "RATE_LIMIT_EXCEEDED",
            "domain": "googleapis.com",
        }
        answer.body["error"]["details"] = [detail]
        return Fault(answer)

    @staticmethod
    def refused(
        status: int,
        reason: str,
        message: str = "Refused",
        *,
        domain: str = "global",
        headers: Mapping[str, str] | None = None,
    ) -> Fault:
        """An error in Google's envelope, whatever it is."""
        return Fault(error(status, reason, message, domain=domain, headers=headers))

    @staticmethod
    def quota_exceeded() -> Fault:
        """The anti-abuse limit, which no waiting of ours ends."""
        return Fault(error(403, "quotaExceeded", "Calendar usage limits exceeded.", domain="usageLimits"))

    @staticmethod
    def not_enabled() -> Fault:
        """The API isn't switched on in the person's project."""
        message = (
            "Google Calendar API has not been used in project 1234 before or it is disabled. Enable it by visiting "
            "https://console.developers.google.com/apis/api/calendar-json.googleapis.com/overview?project=1234 then "
            "retry."
        )
        return Fault(error(403, "accessNotConfigured", message, domain="usageLimits"))

    @staticmethod
    def backend_error() -> Fault:
        """Google's own 500."""
        return Fault(error(500, "backendError", "Backend Error"))

    @staticmethod
    def bad_gateway() -> Fault:
        """502 with a page for people."""
        page = b"<!DOCTYPE html>\n<html lang=en>\n<title>Error 502 (Server Error)!!1</title>\n<p><b>502.</b> That is an error."
        return Fault(Answer(502, page, {"Content-Type": "text/html; charset=UTF-8"}))

    @staticmethod
    def unavailable(retry_after: str | None = None) -> Fault:
        """503 without a word."""
        return Fault(Answer(503, b"", {} if retry_after is None else {"Retry-After": retry_after}))

    @staticmethod
    def no_json(status: int = 200) -> Fault:
        """A page (of a proxy, a hotel) where an answer is expected."""
        return Fault(Answer(status, b"<html><title>Welcome</title></html>", {"Content-Type": "text/html"}))

    @staticmethod
    def dropped() -> Fault:
        """The connection closes before the request did anything."""
        return Fault(line=Line.DROPPED)

    @staticmethod
    def reply_lost() -> Fault:
        """The connection closes after the request took effect. The client library sends it once more by itself."""
        return Fault(line=Line.DROPPED, effect=True)

    @staticmethod
    def truncated() -> Fault:
        """Half of the answer comes; the request took effect."""
        return Fault(line=Line.TRUNCATED, effect=True)

    @staticmethod
    def stalled(*, effect: bool = False) -> Fault:
        """No answer comes, until the server closes."""
        return Fault(line=Line.STALLED, effect=effect)


@dataclass
class _Planned:
    fault: Fault
    times: int
    after: int
    where: Callable[[Request], bool]


class Faults:
    """The faults to come. Each request meets the first one that is for it."""

    def __init__(self) -> None:
        self._planned: list[_Planned] = []

    def plan(self, fault: Fault, times: int, after: int, where: Callable[[Request], bool] | None) -> None:
        self._planned.append(_Planned(fault, times, after, where or _ours))

    def clear(self) -> None:
        """No more of them."""
        self._planned.clear()

    @property
    def left(self) -> int:
        """How many have not happened yet."""
        return sum(planned.times for planned in self._planned)

    def take(self, request: Request, *, part: bool = False) -> Fault | None:
        """What goes wrong with *request*. A part of a batch has no connection of its own."""
        for planned in self._planned:
            if (part and planned.fault.line) or not planned.where(request):
                continue
            if planned.after > 0:
                planned.after -= 1
                continue
            planned.times -= 1
            if planned.times == 0:
                self._planned.remove(planned)
            return planned.fault
        return None


def _ours(request: Request) -> bool:
    return request.path.startswith(OUR_PATHS)
