"""A Google calendar that syncd makes for its reminders: found again by what it says of itself, and made only once.

It needs no leave to write to the person's other calendars (scope ``calendar.app.created``), and can be hidden as a
whole. It is made by the first reminder: looking makes nothing.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from syncd.backends.google.faults import Refused
from syncd.backends.google.feed import Feed
from syncd.backends.google.json_values import as_dicts, as_text
from syncd.backends.google.markup import plain
from syncd.backends.google.reminders import GoogleReminders
from syncd.backends.google.session import Session
from syncd.errors import Absurd, BadConfig, BadInput, Conflict, Declined, SignInNeeded, TryAgain, Unreachable
from syncd.model import Ended, Entry
from syncd.ports import ReminderChanges

_PAGE = 250
_MISSING = frozenset({404, 410})


@dataclass(frozen=True, slots=True)
class _Place:
    """A calendar by Google's id. ``made`` tells that syncd made it, by its description; else only its name fits."""

    calendar: str
    made: bool = True


@dataclass(frozen=True, slots=True)
class _Cursor:
    """Where the reminders are (None: nowhere yet) and up to where they were read."""

    place: _Place | None
    token: str = ""

    def __str__(self) -> str:
        calendar, made = (self.place.calendar, self.place.made) if self.place else ("", False)
        return json.dumps({"calendar": calendar, "made": made, "token": self.token}, separators=(",", ":"))

    @classmethod
    def load(cls, text: str | None) -> _Cursor:
        """Nowhere for none, and for one that can't be read: then it is looked for again."""
        try:
            found = json.loads(text or "{}")
            calendar, made, token = found["calendar"], found["made"], found["token"]
        except (ValueError, KeyError, TypeError):
            return cls(None)
        if not (isinstance(calendar, str) and calendar and isinstance(token, str)):
            return cls(None)
        return cls(_Place(calendar, made is True), token)


class OwnCalendar:
    """The reminder calendar (``syncd.ports.ReminderCalendar``) called *title*, syncd's own, for a user in *zone*."""

    def __init__(self, session: Session, title: str, zone: ZoneInfo) -> None:
        self._session = session
        self._title = title
        self._zone = zone
        self._looked = False
        self._place: _Place | None = None
        self._within: GoogleReminders | None = None

    @property
    def name(self) -> str:
        """As in the config: ``new:`` and its title."""
        return f"new:{self._title}"

    @property
    def memory(self) -> None:
        """None: Google remembers which ids were used."""
        return

    def remember(self, entries: Iterable[Entry], ended: Iterable[Ended]) -> None:
        """Nothing to note."""

    def pull(self, cursor: str | None, since: datetime | None = None) -> ReminderChanges:
        """As the port says. Before there is a calendar there is nothing, and looking for it is the only request.

        Raises ``Absurd`` where the calendar that *cursor* names is gone, and ``BadConfig`` where it isn't clear which
        one is meant.
        """
        old = _Cursor.load(cursor)
        if old.place is not None:
            self._use(old.place)
        reminders = self._reminders()
        if reminders is None:
            return ReminderChanges(str(_Cursor(None)), complete=True)
        try:
            changes = reminders.pull(old.token or None, since)
        except (Absurd, BadInput, Refused) as problem:
            if old.place is None or (isinstance(problem, Refused) and problem.status not in _MISSING):
                raise
            raise Absurd(
                f'the calendar "{self._title}", which syncd made for its reminders, is gone; if you deleted it, run: '
                "syncd sync --allow-mass-change (what stood in it counts as deleted by you and stays so; the next new "
                "reminder makes another calendar)"
            ) from problem
        return replace(changes, cursor=str(_Cursor(self._place, changes.cursor)))

    def create(self, entry: Entry) -> Entry:
        """As the port says; with the first one the calendar is made."""
        with self._writing():
            return (self._reminders() or self._made()).create(entry)

    def update(self, old: Entry, new: Entry) -> Entry:
        """As the port says."""
        with self._writing():
            reminders = self._reminders()
            if reminders is None:
                raise Conflict(f'the calendar "{self._title}" is gone')
            return reminders.update(old, new)

    def delete(self, entry: Entry) -> None:
        """As the port says."""
        with self._writing():
            reminders = self._reminders()
            if reminders is not None:
                reminders.delete(entry)

    def exists(self) -> bool:
        """Whether it was made already; only asks. Raises ``BadConfig`` where it isn't clear which one is meant."""
        return self._reminders() is not None

    def _reminders(self) -> GoogleReminders | None:
        """The reminders in it; None where there is no such calendar yet."""
        if not self._looked:
            found = self._find()
            self._looked = True
            if found is not None:
                self._use(found)
        return self._within

    def _use(self, place: _Place) -> GoogleReminders:
        self._looked = True
        if self._within is None or place != self._place:
            feed = Feed(self._session, place.calendar, deleted=True)
            self._place = place
            self._within = GoogleReminders(self._session, feed, place.calendar, self._zone)
        return self._within

    # -- finding and making it

    def _find(self) -> _Place | None:
        """The calendar that says that syncd made it, else the one of that name. Raises ``BadConfig`` for several."""
        owned = [one for one in self._listed() if one.get("accessRole") == "owner" and one.get("primary") is not True]
        sign = _words(self._sign)
        ours = [one["id"] for one in owned if sign in _words(as_text(one.get("description")))]
        if ours:
            # Two computers may have made one each at the same time: always the same of them is used.
            return _Place(min(ours))
        called = [one["id"] for one in owned if self._title in (one.get("summary"), one.get("summaryOverride"))]
        if len(called) > 1:
            raise BadConfig(
                f'you have {len(called)} calendars called "{self._title}"; rename all but one, or let [calendar] write '
                "name another"
            )
        return _Place(called[0], made=False) if called else None

    def _listed(self) -> Iterator[dict[str, Any]]:
        """All calendars of the account, also those that are hidden in Google's pages."""
        page, seen = "", set[str]()
        while True:
            more = {"pageToken": page} if page else {}
            answer = self._session.ask(self._session.calendar_list.list(maxResults=_PAGE, showHidden=True, **more))
            yield from (one for one in as_dicts(answer.get("items")) if isinstance(one.get("id"), str))
            page = as_text(answer.get("nextPageToken"))
            if not page or page in seen:
                return
            seen.add(page)

    def _made(self) -> GoogleReminders:
        self._looked = False  # until it is known: an answer may be lost
        body = {"summary": self._title, "description": self._sign, "timeZone": self._zone.key}
        try:
            # Once: it has no id of our choosing. Where the answer is lost, the next cycle finds what was made.
            made = self._session.ask(self._session.calendars.insert(body=body), once=True)
        except Refused as refusal:
            if refusal.reason != "quotaExceeded":
                raise
            raise TryAgain(
                f'Google makes no more calendars for this account for some days, so there is no "{self._title}" yet; '
                "wait, or set [calendar] write to a calendar that you have"
            ) from refusal
        # One that was made meanwhile is found first, also by those who look later.
        place = self._find() or _Place(as_text(made.get("id")))
        if not place.calendar:
            raise Unreachable("Google Calendar: made a calendar and didn't say which; syncd tries again by itself")
        return self._use(place)

    @property
    def _sign(self) -> str:
        """What the calendar's description says, so that it is found again whatever it is called by then."""
        return f"syncd keeps its follow-up reminders here ({self._title})"

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """Say of a calendar that only the name speaks for why it may refuse writes."""
        try:
            yield
        except (BadConfig, Declined, Refused, SignInNeeded) as problem:
            if self._place is None or self._place.made:
                raise
            refusal = problem.__cause__ if isinstance(problem, Declined) else problem
            if isinstance(refusal, Refused) and refusal.status not in {403, *_MISSING}:
                raise
            kind = SignInNeeded if isinstance(problem, SignInNeeded) else BadConfig
            raise kind(
                f'the calendar "{self._title}" refuses writes: perhaps syncd didn\'t make it; rename it, or let '
                f"[calendar] write name another ({problem})"
            ) from problem


def _words(text: str) -> str:
    """*text* as it reads, also where Google's editor made HTML of it."""
    return " ".join(plain(text).split())
