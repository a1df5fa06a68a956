"""Settings become back ends: the one place that names a concrete one. The time is handed in."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from syncd.errors import BadConfig, SignInNeeded
from syncd.model import Account
from syncd.ports import CalendarSource, Clock, MailSource, ReminderCalendar, Traffic
from syncd.pull import Sources
from syncd.settings import NEW_CALENDAR, Settings

if TYPE_CHECKING:
    from syncd.backends.google.session import Session
    from syncd.sign_in.token_file import Token


log = logging.getLogger(__name__)


class Connections:
    """What is worth keeping from one cycle to the next: the client of a service, without its sockets."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._kept: tuple[object, Session] | None = None

    @contextmanager
    def session(self, settings: Settings, traffic: Traffic) -> Iterator[Session]:
        """Google's client for one cycle: the one that was kept, where sign-in and endpoints are still the same."""
        from syncd.sign_in.places import paths
        from syncd.sign_in.token_file import read_token

        where = (paths(settings).token, settings.google.calendar_endpoint, settings.google.gmail_endpoint)
        if self._kept and self._kept[0] == where and self._kept[1].credentials.kept == read_token(where[0]):
            session = self._kept[1]
            session.begin(traffic)
        else:
            session = _session(settings, self._clock, traffic)
            self._kept = (where, session)
        _check_granted(settings, session.credentials.kept)
        try:
            yield session
        finally:
            session.close()


@contextmanager
def connected(
    settings: Settings,
    now: datetime,
    clock: Clock,
    connections: Connections | None = None,
    warn: Callable[[str], None] = log.warning,
) -> Iterator[Sources]:
    """The back ends that *settings* ask for, until they are no longer needed.

    *warn* is told of a sign-in that works, and can't be kept for the next time. Raises ``SignInNeeded`` where one needs
    a sign-in and there is none. Asks nothing of any service yet.
    """
    traffic = Traffic()
    with ExitStack() as stack:
        google = "google" in {settings.calendar_backend, settings.mail_backend}
        kept = connections or Connections(clock)
        session = stack.enter_context(kept.session(settings, traffic)) if google else None
        if session:
            stack.callback(_tell_unsaved, session, warn)
        by_google = session if settings.calendar_backend == "google" else None
        calendars, reminders = (
            _google_calendars(settings, by_google) if by_google else _local_calendars(settings, now, clock)
        )
        mail = (
            _gmail(settings, session) if session and settings.mail_backend == "google" else _local_mail(settings, clock)
        )
        yield Sources(calendars, mail, reminders, traffic, _sign_in_ends(settings) if google else None)


def _tell_unsaved(session: Session, warn: Callable[[str], None]) -> None:
    if session.credentials.unsaved:
        warn(session.credentials.unsaved)


def _local_calendars(
    settings: Settings, now: datetime, clock: Clock
) -> tuple[tuple[CalendarSource, ...], ReminderCalendar]:
    from syncd.backends.local_calendar import LocalCalendar
    from syncd.backends.local_reminders import LocalReminders

    reminders, zone = settings.local.reminders, settings.user.zone
    if reminders is None:
        raise BadConfig(f"{settings.path}: [local] reminders: missing; name the folder or .ics file for the reminders")
    calendars = tuple(LocalCalendar(path, zone, clock.checkpoint) for path in settings.local.calendars)
    return calendars, LocalReminders(reminders, zone, now.astimezone(UTC))


def _local_mail(settings: Settings, clock: Clock) -> tuple[MailSource, ...]:
    from syncd.backends.local_mail import LocalMail

    return tuple(LocalMail(path, settings.user.account, clock.checkpoint) for path in settings.local.mail)


def _google_calendars(settings: Settings, session: Session) -> tuple[tuple[CalendarSource, ...], ReminderCalendar]:
    """One feed for each distinct calendar: one that is read and written is listed once for both."""
    from syncd.backends.google.calendar import GoogleCalendar
    from syncd.backends.google.feed import Feed
    from syncd.backends.google.own_calendar import OwnCalendar
    from syncd.backends.google.reminders import GoogleReminders

    account, zone = settings.user.account, settings.user.zone
    read = tuple(dict.fromkeys(_known_as(calendar, account) for calendar in settings.calendar_read))
    write = _known_as(settings.calendar_write, account)
    feeds = {calendar: Feed(session, calendar, deleted=calendar == write) for calendar in read}
    calendars = tuple(
        # What Google calls "self" is the calendar, and the person only in their own.
        GoogleCalendar(feeds[calendar], calendar, zone, account if calendar == "primary" else None)
        for calendar in read
    )
    if write.startswith(NEW_CALENDAR):
        return calendars, OwnCalendar(session, write.removeprefix(NEW_CALENDAR), zone)
    feed = feeds.get(write) or Feed(session, write, deleted=True)
    return calendars, GoogleReminders(session, feed, write, zone)


def _known_as(calendar: str, account: Account) -> str:
    """The one name of a calendar: the account's own is also called by its address."""
    return "primary" if calendar.casefold() == account.email.casefold() else calendar


def _gmail(settings: Settings, session: Session) -> tuple[MailSource, ...]:
    from syncd.backends.google.mail import GoogleMail

    return (GoogleMail(session, settings.user.account),)


def _sign_in_ends(settings: Settings) -> datetime | None:
    from syncd.sign_in.places import paths
    from syncd.sign_in.token_file import read_token

    return read_token(paths(settings).token).refresh_token_expires


def _check_granted(settings: Settings, token: Token) -> None:
    """Raise ``SignInNeeded`` where something that the config needs was surely not granted: sooner than half a cycle."""
    from syncd.sign_in import scopes

    for scope in scopes.missing(scopes.needed(settings), token.scopes or None):
        raise SignInNeeded(f"not granted: {scopes.purpose(scope)}; without it {scopes.cost(scope)}")


def _session(settings: Settings, clock: Clock, traffic: Traffic) -> Session:
    from syncd.backends.google.session import Session
    from syncd.sign_in.credentials import signed_in
    from syncd.sign_in.places import paths

    google = settings.google
    return Session(
        signed_in(paths(settings).token),
        clock,
        traffic,
        calendar_endpoint=google.calendar_endpoint,
        gmail_endpoint=google.gmail_endpoint,
    )
