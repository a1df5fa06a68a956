"""What Google says: whether it answers, whether calendars and mail can be read and written, and what time it has.

One request for each calendar and one for the mail, each tried once and with a deadline of seconds. Nothing is written
there. A sign-in that has to be renewed for it is kept, as with every cycle.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

from syncd.clock import SystemClock
from syncd.doctor.finding import Finding, of_error, ok, problem, warning
from syncd.errors import BadConfig, SyncdError, TryAgain, Unreachable
from syncd.ports import Traffic
from syncd.settings import NEW_CALENDAR, Settings
from syncd.sign_in.places import paths

if TYPE_CHECKING:
    from googleapiclient.http import HttpRequest

    from syncd.backends.google.session import Session

_TIMEOUT = 8.0  # seconds
_OFF = timedelta(minutes=1)
"""By how much clocks may differ: beyond it a reminder rings noticeably off, and soon certificates are refused."""
_WRITERS = frozenset({"owner", "writer", "writerWithoutPrivateAccess"})


def examine(settings: Settings, clock: Callable[[], datetime]) -> list[Finding]:
    """Ask Google. *clock* tells this machine's time. Needs a sign-in that can be read."""
    from syncd.backends.google.session import Session
    from syncd.sign_in.credentials import signed_in

    google = settings.google
    session = Session(
        signed_in(paths(settings).token),
        SystemClock(),
        Traffic(),
        calendar_endpoint=google.calendar_endpoint,
        gmail_endpoint=google.gmail_endpoint,
        timeout=_TIMEOUT,
        chance=lambda: math.inf,  # by it another try is further away than anybody waits, so that none is made
    )
    asking = _Asking(session, settings, clock)
    try:
        found = asking.calendars() if settings.calendar_backend == "google" else []
        found += asking.mail() if settings.mail_backend == "google" else []
        return [*found, *clock_differs(asking.ahead)]
    finally:
        session.close()


def clock_differs(ahead: timedelta | None) -> list[Finding]:
    """What is to be said of a clock that is *ahead* of Google's (negative: behind; None: not told). Pure."""
    if ahead is None:
        return []
    if abs(ahead) <= _OFF:
        return [ok("clock", "as Google's, to within a minute")]
    minutes = round(abs(ahead).total_seconds() / 60)
    text = f"{minutes} minute{'' if minutes == 1 else 's'} {'ahead of' if ahead > timedelta() else 'behind'} Google's"
    return [warning("clock", text, "have it set over the network: timedatectl set-ntp true")]


class _Asking:
    """The requests. ``ahead`` is by how much this machine's clock is ahead of the last answer's."""

    def __init__(self, session: Session, settings: Settings, clock: Callable[[], datetime]) -> None:
        self._session, self._settings, self._clock = session, settings, clock
        self.ahead: timedelta | None = None

    def calendars(self) -> list[Finding]:
        write = self._settings.calendar_write
        own = write.startswith(NEW_CALENDAR)
        read = dict.fromkeys([*self._settings.calendar_read, *([] if own else [write])])
        found = []
        for calendar in read:
            found.append(self._calendar(calendar, written=calendar == write))
            if found[-1].exit_code == Unreachable.exit_code:
                return found  # the others would only take as long to say the same
        return [*found, *([self._own(write.removeprefix(NEW_CALENDAR))] if own else [])]

    def _calendar(self, calendar: str, *, written: bool) -> Finding:
        name = f'"{_shown(calendar)}"'
        asked = self._session.events.list(calendarId=calendar, maxResults=1, fields="accessRole")
        try:
            role = self._ask(asked).get("accessRole")
        except SyncdError as error:
            return _refused("calendar", error, f"correct [calendar] in {self._settings.path}, if {name} is not its id")
        if not written:
            return ok("calendar", f"{name} can be read")
        if role in _WRITERS:
            return ok("calendar", f"{name} can be read and written")
        text = f"{name} can be read, and not written: you are its {role or 'reader'}"
        return problem("calendar", text, 'let [calendar] write name one of yours, or "new:Follow-ups"', BadConfig)

    def _own(self, title: str) -> Finding:
        from syncd.backends.google.own_calendar import OwnCalendar

        calendar = OwnCalendar(self._session, title, self._settings.user.zone)
        try:
            there = calendar.exists()
        except SyncdError as error:
            return _refused("calendar", error, "syncd doctor again, in some minutes")
        if there:
            return ok("calendar", f'"{title}" is there, is syncd\'s own, and can be written')
        return ok("calendar", f'"{title}" is not there yet; the first reminder makes it')

    def mail(self) -> list[Finding]:
        try:
            told = self._ask(self._session.users.getProfile(userId="me"), units=1)
        except SyncdError as error:
            return [_refused("mail", error, "syncd doctor again, in some minutes")]
        address, yours = told.get("emailAddress"), self._settings.user.account
        if isinstance(address, str) and not yours.owns(address):
            text = f"it is the mailbox of {address}, which [account] doesn't name"
            return [warning("mail", text, "add it to [account] aliases if it is yours; else: syncd auth")]
        return [ok("mail", "can be read")]

    def _ask(self, request: HttpRequest, units: int = 0) -> dict[str, Any]:
        answer = self._session.ask(request, units=units)
        with suppress(ValueError, TypeError):  # it doesn't say
            self.ahead = self._clock().astimezone(UTC) - parsedate_to_datetime(request.http.date).astimezone(UTC)
        return answer


def _shown(calendar: str) -> str:
    """Its id, for all to see: one that is somebody's address (a shared calendar has it) doesn't tell whose."""
    name, at, domain = calendar.rpartition("@")
    return calendar if not at or domain.endswith(".calendar.google.com") else f"{name[:1]}...@{domain}"


def _refused(subject: str, error: SyncdError, step: str) -> Finding:
    from syncd.backends.google.faults import Refused

    if isinstance(error, Refused) and not error.all_alike:
        return problem(subject, str(error), step, TryAgain)
    return of_error(subject, error)
