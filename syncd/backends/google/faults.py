"""Pure: which answers of Google's APIs are worth another try, and which of syncd's errors the others are.

After https://developers.google.com/workspace/calendar/api/guides/errors and
https://developers.google.com/workspace/gmail/api/guides/handle-errors; a 403 is told apart by its reason, which stands
in ``errors[]`` or in ``details[]``. The texts name the method that asked, and of Calendar hold what Google says about
it in its own words, as one short line. Of Gmail they hold only its reason: its words may repeat the search, with the
addresses and subjects in it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from syncd.backends.google.json_values import as_dict, as_dicts, as_text
from syncd.errors import SignInNeeded, SyncdError, Unreachable
from syncd.sign_in.apis import SWITCHED_OFF
from syncd.sign_in.network import Trouble

_SLOWER = frozenset({"rateLimitExceeded", "userRateLimitExceeded", "RATE_LIMIT_EXCEEDED", "RESOURCE_EXHAUSTED"})
_SCOPE = frozenset({"insufficientPermissions", "ACCESS_TOKEN_SCOPE_INSUFFICIENT"})
_PLAIN = {
    "domainPolicy": "the administrators of your domain don't allow it; ask them",
    "quotaExceeded": "Google's limit for this account is used up; it may take hours, syncd tries again by itself",
    "dailyLimitExceeded": "today's limit of your Google Cloud project is used up; it starts anew tomorrow",
}


class Passing(Unreachable):
    """An answer, or none, after which another try may do.

    ``after``: how many seconds it said to wait at least. ``offline``: nobody was there at all. ``slower``: it was asked
    too fast. ``undone``: what was asked surely wasn't carried out.
    """

    def __init__(
        self, text: str, *, after: float = 0.0, offline: bool = False, slower: bool = False, undone: bool = False
    ) -> None:
        super().__init__(text)
        self.after, self.offline, self.slower, self.undone = after, offline, slower, undone


class Refused(Unreachable):
    """An answer that another try doesn't change: callers look at its ``status`` (400, 404, 409, 410, 412).

    ``all_alike``: whatever else is asked of this API now is refused as well.
    """

    def __init__(self, text: str, *, status: int, reason: str = "", all_alike: bool = False) -> None:
        super().__init__(text)
        self.status, self.reason, self.all_alike = status, reason, all_alike


class NotSignedIn(SignInNeeded):
    """401: renewing the access token once may help."""


@dataclass(frozen=True, slots=True)
class Said:
    """What an error body says; all of it empty where it isn't one of Google's."""

    reasons: frozenset[str] = frozenset()
    first: str = ""
    message: str = ""
    link: str = ""
    """A page of Google's that it refers to."""
    google: bool = False

    @property
    def plain(self) -> str:
        """What a limit is that no waiting of ours ends; empty for others."""
        return next((words for reason, words in _PLAIN.items() if reason in self.reasons), "")


def of_trouble(what: str, trouble: Trouble, *, sent: bool) -> SyncdError:
    """No whole answer came to the method *what* (``calendar.events.list``), which was *sent* or not even that."""
    text = f"{_service(what)}: {trouble.words}; try again later"
    return Unreachable(text) if trouble.lasting else Passing(text, offline=not sent, undone=not sent)


def of_renewal(text: str, trouble: Trouble, headers: Mapping[str, str]) -> SyncdError:
    """The sign-in couldn't be renewed, so nothing was sent. Header names are in lower case."""
    if trouble.lasting:
        return Unreachable(text)
    after, until = _come_back(headers, "")
    return Passing(f"{text}{_later(until)}", after=after, offline=trouble.offline, undone=True)


def of_answer(what: str, status: int, headers: Mapping[str, str], body: bytes | str) -> SyncdError:
    """The answer to *what* was *status*, of 300 and more. Header names are in lower case."""
    said = read(body)
    if status == 401:
        return NotSignedIn(f"{_service(what)}: Google no longer takes the sign-in; run: syncd auth")
    if status in (408, 429) or status >= 500 or (status == 403 and said.reasons & _SLOWER and not said.plain):
        return _passing(what, status, headers, said)
    if status == 403:
        return _forbidden(what, said)
    if not said.google:
        return Unreachable(
            f"{_service(what)}: answered {status}, and not as Google does; is there a log-in page in between, or"
            " another address in [google]?"
        )
    return _refused(what, status, said)


def of_garbage(what: str) -> Passing:
    """The answer to *what* was a success that isn't JSON, or not of the shape that was asked for."""
    return Passing(f"{_service(what)}: an answer that can't be read; try again later")


def _passing(what: str, status: int, headers: Mapping[str, str], said: Said) -> Passing:
    after, until = _come_back(headers, said.message)
    slower = status in (403, 429)
    words = f"asked too often ({status})" if slower else f"out of order ({status})"
    return Passing(f"{_service(what)}: {words}{_later(until)}", after=after, slower=slower, undone=slower)


def _later(until: datetime | None) -> str:
    return f"; it says to come back at {until:%Y-%m-%d %H:%M} UTC" if until else "; try again later"


def _come_back(headers: Mapping[str, str], message: str) -> tuple[float, datetime | None]:
    """Seconds to wait, and until when; by the server's own clock, the ``Date`` of its answer."""
    now, wanted = _http_date(headers.get("date", "")), headers.get("retry-after", "").strip()
    if re.fullmatch(r"[0-9]{1,9}", wanted):
        return float(wanted), _after(now, int(wanted))
    # Gmail: "User-rate limit exceeded.  Retry after 2026-11-23T12:51:20.000Z"
    found = re.search(r"[Rr]etry after (\d{4}-\d\d-\d\dT[0-9:.]{5,15}Z)", message)
    until = _http_date(wanted) or (_iso_date(found[1]) if found else None)
    return max(0.0, (until - now).total_seconds()) if until and now else 0.0, until


def _after(now: datetime | None, seconds: int) -> datetime | None:
    try:
        return now and now + timedelta(seconds=seconds)
    except OverflowError:
        return None


def _iso_date(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def _http_date(text: str) -> datetime | None:
    try:
        time = parsedate_to_datetime(text)
        return (time if time.tzinfo else time.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _forbidden(what: str, said: Said) -> SyncdError:
    if said.reasons & _SCOPE:
        return SignInNeeded(f"{_service(what)}: the sign-in doesn't include leave {_leave(what)}; run: syncd auth")
    if said.reasons & SWITCHED_OFF:
        where = said.link or "https://console.cloud.google.com/apis/library"
        return _refused(
            what, 403, said, f"is switched off in your Google Cloud project; enable it at {where} and wait some minutes"
        )
    return _refused(what, 403, said, said.plain)


def _refused(what: str, status: int, said: Said, plain: str = "") -> Refused:
    """*plain* says in our words what concerns all that is asked; without it, the refusal is of this one."""
    words = plain or ("" if _is_gmail(what) else said.message) or "refused"
    name = f" ({what}: {status}{' ' if said.first else ''}{said.first})"
    return Refused(f"{_service(what)}: {words}{name}", status=status, reason=said.first, all_alike=bool(plain))


def _is_gmail(what: str) -> bool:
    return what.startswith("gmail.")


def _service(what: str) -> str:
    return "Gmail" if _is_gmail(what) else "Google Calendar"


def _leave(what: str) -> str:
    if _is_gmail(what):
        return "to read mail (gmail.readonly)"
    if what.startswith("calendar.calendarList."):
        return "to list calendars (calendar.calendarlist.readonly)"
    if what.startswith("calendar.calendars."):
        return "to make a calendar (calendar.app.created)"
    if what in ("calendar.events.list", "calendar.events.get", "calendar.events.instances"):
        return "to read events (calendar.events.readonly)"
    return "to write reminders (calendar.events.owned, or calendar.app.created for a calendar of its own)"


def read(body: bytes | str) -> Said:
    """What an error body says: ``{"error": {"errors": [...], "details": [...], "message": ...}}``."""
    try:
        found = json.loads(body)
    except (UnicodeDecodeError, ValueError, RecursionError):
        return Said()
    error = as_dict(found).get("error")
    if not isinstance(error, dict):
        return Said()
    listed = [one for key in ("errors", "details") for one in as_dicts(error.get(key))]
    reasons = [reason for one in listed if isinstance(reason := one.get("reason"), str)]
    reasons += [status] if isinstance(status := error.get("status"), str) else []
    return Said(
        reasons=frozenset(reasons),
        first=re.sub(r"\W", "", reasons[0])[:60] if reasons else "",
        message=_line(as_text(error.get("message"))),
        link=_link(json.dumps(error)),
        google=True,
    )


def _line(text: str) -> str:
    """One short line, without what may be a token."""
    text = re.sub(r"(?i)(bearer\s+|ya29\.|1//)\S+", "...", text[:2000])
    text = "".join(char if char.isprintable() else " " for char in text)
    text = " ".join(text.split())
    return text if len(text) <= 240 else text[:239] + "…"


def _link(text: str) -> str:
    found = re.search(r"https://console\.(?:cloud|developers)\.google\.com/[\w./?=&%-]{0,200}", text)
    return found[0].rstrip(".,") if found else ""
