"""Gmail's quota: what each method costs since 2026-05-01, and the answers to who spends too much.

https://developers.google.com/workspace/gmail/api/reference/quota
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable
from datetime import datetime, timedelta

from tests.fake_google.wire import Answer, error

UNITS = {
    "getProfile": 1,
    "labels.list": 1,
    "labels.get": 1,
    "history.list": 2,
    "messages.list": 5,
    "messages.get": 20,
    "attachments.get": 20,
    "threads.list": 10,
    "threads.get": 40,
}
_MINUTE = timedelta(minutes=1)


class Quota:
    """Counts by the server's clock; ``new_minute`` lets a minute pass for the quota alone."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._window: deque[tuple[datetime, int]] = deque()
        self.units = 0
        self.calls: Counter[str] = Counter()
        self.limit: int | None = None
        self.status = 429

    def new_minute(self) -> None:
        self._window.clear()

    def spend(self, method: str) -> Answer | None:
        """Count a call; the refusal where the minute's units are spent (it costs nothing)."""
        now = self._now()
        while self._window and self._window[0][0] <= now - _MINUTE:
            self._window.popleft()
        units = UNITS[method]
        if self.limit is not None and sum(spent for _, spent in self._window) + units > self.limit:
            return self._refusal(now)
        self._window.append((now, units))
        self.units += units
        self.calls[method] += 1
        return None

    def _refusal(self, now: datetime) -> Answer:
        if self.status == 403:
            return error(
                403,
                "rateLimitExceeded",
                "Quota exceeded for quota metric 'Queries' and limit 'Queries per minute per user' of service"
                " 'gmail.googleapis.com' for consumer 'project_number:1234567890'.",
                domain="usageLimits",
            )
        again = (self._window[0][0] if self._window else now) + _MINUTE
        stamp = again.strftime("%Y-%m-%dT%H:%M:%S.000Z")
        return error(429, "rateLimitExceeded", f"User-rate limit exceeded.  Retry after {stamp}", domain="usageLimits")


def too_many_at_once() -> Answer:
    return error(429, "rateLimitExceeded", "Too many concurrent requests for user", domain="usageLimits")
