"""The permissions (OAuth scopes) that a config needs: the fewest, what each is for, and what stops without it.

Pure. Which scope opens what is told by the discovery documents of the two services, and by
https://developers.google.com/workspace/calendar/api/auth and https://developers.google.com/workspace/gmail/api/auth/scopes.
"""

from __future__ import annotations

from collections.abc import Iterable

from syncd.settings import NEW_CALENDAR, Settings

_PREFIX = "https://www.googleapis.com/auth/"
EVENTS_READ = f"{_PREFIX}calendar.events.readonly"
EVENTS_OWNED = f"{_PREFIX}calendar.events.owned"
APP_CREATED = f"{_PREFIX}calendar.app.created"
CALENDAR_LIST = f"{_PREFIX}calendar.calendarlist.readonly"
MAIL_READ = f"{_PREFIX}gmail.readonly"

_WHOLE_CALENDAR = f"{_PREFIX}calendar"
_BROADER = {
    EVENTS_READ: {_WHOLE_CALENDAR, f"{_PREFIX}calendar.readonly", f"{_PREFIX}calendar.events"},
    EVENTS_OWNED: {_WHOLE_CALENDAR, f"{_PREFIX}calendar.events"},
    APP_CREATED: {_WHOLE_CALENDAR},
    CALENDAR_LIST: {_WHOLE_CALENDAR, f"{_PREFIX}calendar.readonly", f"{_PREFIX}calendar.calendarlist"},
    MAIL_READ: {"https://mail.google.com/", f"{_PREFIX}gmail.modify"},
}
"""What else does as well. ``gmail.metadata`` is never asked for: beside ``gmail.readonly`` it makes Gmail refuse
searches."""

_ORDER = (EVENTS_READ, EVENTS_OWNED, APP_CREATED, CALENDAR_LIST, MAIL_READ)
_PURPOSE = {
    EVENTS_READ: "see the events of your calendars (to find the interviews)",
    EVENTS_OWNED: "see and edit the events of calendars that are your own (to keep the reminders there)",
    APP_CREATED: "make a calendar of its own, and keep the reminders there",
    CALENDAR_LIST: "see the list of your calendars (to find its own again)",
    MAIL_READ: "read your mail (to see who was thanked, and what they wrote)",
}
_COST = {
    EVENTS_READ: "the interviews can't be read",
    EVENTS_OWNED: "no reminder can be written",
    APP_CREATED: "no reminder can be written",
    CALENDAR_LIST: "syncd can't find its own calendar again, so no reminder is written",
    MAIL_READ: "no mail is read: nobody's thanks, answers and rejections are seen, so no reminder is made",
}


def needed(settings: Settings) -> frozenset[str]:
    """The fewest scopes that *settings* can be served with; none where neither back end is Google's."""
    scopes = {MAIL_READ} if settings.mail_backend == "google" else set()
    if settings.calendar_backend == "google":
        scopes |= _for_calendars(settings)
    return frozenset(scopes)


def _for_calendars(settings: Settings) -> set[str]:
    write = settings.calendar_write
    if write.startswith(NEW_CALENDAR):
        return {EVENTS_READ, APP_CREATED, CALENDAR_LIST}
    own = {"primary", settings.user.account.email.casefold(), write}  # what EVENTS_OWNED can write to, it can read
    others = [calendar for calendar in settings.calendar_read if own.isdisjoint({calendar, calendar.casefold()})]
    return {EVENTS_OWNED, EVENTS_READ} if others else {EVENTS_OWNED}


def allows(granted: Iterable[str], scope: str) -> bool:
    """Whether *granted* holds *scope* or one that does as well."""
    return not ({scope} | _BROADER.get(scope, set())).isdisjoint(granted)


def missing(needed: Iterable[str], granted: Iterable[str] | None) -> tuple[str, ...]:
    """What of *needed* is not in *granted* (None where nobody knows: then nothing), in an order that stays."""
    if granted is None:
        return ()
    granted = frozenset(granted)
    return in_order(scope for scope in needed if not allows(granted, scope))


def in_order(scopes: Iterable[str]) -> tuple[str, ...]:
    """Scopes in the order in which they are told: calendar, mail, others."""
    return tuple(sorted(set(scopes), key=lambda scope: (_ORDER.index(scope) if scope in _ORDER else 99, scope)))


def short(scope: str) -> str:
    """*scope* without what all of Google's begin with."""
    return scope.removeprefix(_PREFIX)


def purpose(scope: str) -> str:
    """What *scope* lets syncd do, and what for; the bare name of one that syncd doesn't ask for."""
    return _PURPOSE.get(scope, f"{short(scope)} (more than syncd needs)")


def cost(scope: str) -> str:
    """What stops working without *scope*, and how to grant it, as the rest of a sentence."""
    stops = _COST.get(scope, "something that needs it fails")
    return f'{stops}; run `syncd auth` again and tick the box "{box(scope)}"'


def box(scope: str) -> str:
    """What Google's consent page calls *scope* (in English; the wording is theirs and may change)."""
    return _BOXES.get(scope, short(scope))


_BOXES = {
    EVENTS_READ: "View events on all your calendars",
    EVENTS_OWNED: "See, create, change, and delete events on Google calendars you own",
    APP_CREATED: "Make secondary Google calendars, and see, create, change, and delete events on them",
    CALENDAR_LIST: "See the list of Google calendars you're subscribed to",
    MAIL_READ: "View your email messages and settings",
}
