"""What changed in one Google calendar, asked once and served to both who reads it and who writes to it.

Source: https://developers.google.com/workspace/calendar/api/guides/sync and the reference of ``events.list``. Neither
``singleEvents`` nor ``orderBy`` is sent: series come as masters and exceptions, and an order would cost the sync token.
What the account may see of a calendar is its ``accessRole``; events that show no more than "busy" are no facts.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, NoReturn

from syncd.backends.google.faults import Refused
from syncd.backends.google.json_values import as_dicts, as_text
from syncd.errors import Absurd, BadInput, Unreachable

if TYPE_CHECKING:
    from syncd.backends.google.session import Session

PAGE = 2500
"""Events to a page, the most that Google gives. The same with every request, since a token is bound to it."""

EARLIER = timedelta(days=35)
"""How much farther back a full listing is asked for: an occurrence that was moved from after *since* to before it has
to be seen, else it would be expected at its old time."""

_NO_DETAILS = frozenset({"freeBusyReader", "none"})


@dataclass(frozen=True)
class Listing:
    """Events as Google gives them, each once and as it is now, and the token to ask with for what changes later.

    With ``complete``, ``items`` is everything there is (that ends after *since*), else what changed since the token
    asked with.
    """

    items: tuple[dict[str, Any], ...]
    token: str
    complete: bool


@dataclass
class _Fetched:
    """A listing, what it answers, and who had it."""

    asked: set[str | None]
    since: datetime | None
    listing: Listing
    takers: set[str] = field(default_factory=set)

    def answers(self, token: str | None, since: datetime | None) -> bool:
        if token not in self.asked:
            return False
        return not self.listing.complete or self.since is None or (since is not None and self.since <= since)


class Feed:
    """The listings of the calendar *calendar_id*.

    ``deleted`` asks for deleted events in full listings too: for the calendar that reminders are written to, whose
    deletions tell what the person doesn't want. (Incremental ones hold deletions in any case.) A token is bound to how
    it was asked for, which is written in front of it: one of the other kind gives everything.

    Takers go in rounds: within one, each has one listing, and they share it where they ask for the same. Who asks again
    opens the next round. Takers that come with different tokens all get the one that was obtained first in the round:
    an older token than the data repeats some of it later and loses nothing, and from then on they share again.
    """

    def __init__(self, session: Session, calendar_id: str, *, deleted: bool) -> None:
        self._session = session
        self._calendar = calendar_id
        self._deleted = deleted
        self._kind = "deleted:" if deleted else "standing:"
        self._round: list[_Fetched] = []

    def changes(self, taker: str, token: str | None, since: datetime | None) -> Listing:
        """What changed since *token* was given, for *taker*; everything that ends after *since* without a token.

        Everything as well where Google no longer takes the token. Raises ``Absurd`` where a calendar that was there is
        gone, ``BadInput`` where there is none of that id, ``Unreachable`` where it shows the account only busy times,
        and what ``Session.ask`` raises.
        """
        token = token or None
        if any(taker in fetched.takers for fetched in self._round):
            self._round = []
        found = next((f for f in self._round if f.answers(token, since)), None)
        if found is None:
            found = self._fetch(token, since)
            self._round.append(found)
        found.takers.add(taker)
        return found.listing

    def _fetch(self, token: str | None, since: datetime | None) -> _Fetched:
        if token is not None and not token.startswith(self._kind):
            return self._full({None, token}, since)
        try:
            items, new = self._list(token, since)
        except Refused as refusal:
            # 410: the token is too old. 400: it is malformed, or no longer fits the request. One full listing, no more.
            if token is None or refusal.status not in {400, 410}:
                self._refused(refusal, was_there=token is not None)
            return self._full({None, token}, since)
        if token is None:
            return self._fetched({None}, since, items, new, complete=True)
        return self._fetched({token}, since, items, new, complete=False)

    def _full(self, asked: set[str | None], since: datetime | None) -> _Fetched:
        try:
            items, new = self._list(None, since)
        except Refused as refusal:
            self._refused(refusal, was_there=True)
        return self._fetched(asked, since, items, new, complete=True)

    def _fetched(
        self,
        asked: set[str | None],
        since: datetime | None,
        items: Iterable[dict[str, Any]],
        new: str,
        *,
        complete: bool,
    ) -> _Fetched:
        first = next((fetched.listing.token for fetched in self._round), new)
        return _Fetched(asked, since, Listing(tuple(items), first, complete))

    def _list(self, token: str | None, since: datetime | None) -> tuple[Iterable[dict[str, Any]], str]:
        """All pages of one listing, short and empty ones too, and the token of the last one."""
        asked: dict[str, Any] = {"calendarId": self._calendar, "maxResults": PAGE}
        if self._deleted:
            asked["showDeleted"] = True
        if token is not None:
            asked["syncToken"] = token.removeprefix(self._kind)
        elif since is not None:
            asked["timeMin"] = _bound(since)
        items: dict[str, dict[str, Any]] = {}
        pages: set[str] = set()
        while True:
            answer = self._session.ask(self._session.events.list(**asked), whole=_is_whole)
            if answer.get("accessRole") in _NO_DETAILS:
                raise Unreachable(
                    f"the calendar {self._calendar} shows only busy times to this account; have it shared with all "
                    "event details, or take it out of [calendar] in the config"
                )
            for number, item in enumerate(as_dicts(answer.get("items"))):
                name = item.get("id")
                # What changes while the pages are read may come twice; its last state counts.
                items[name if isinstance(name, str) else f" {len(pages)} {number}"] = item
            page = as_text(answer.get("nextPageToken"))
            if not page:
                return items.values(), f"{self._kind}{as_text(answer.get('nextSyncToken'))}"
            if page in pages:
                raise Unreachable(f"Google's listing of the calendar {self._calendar} doesn't end")
            pages.add(page)
            asked["pageToken"] = page

    def _refused(self, refusal: Refused, *, was_there: bool) -> NoReturn:
        if refusal.status != 404:
            raise refusal
        if was_there:
            raise Absurd(
                f"the calendar {self._calendar} is gone or no longer shared with you; if that is meant, take it out of "
                "[calendar] in the config"
            ) from refusal
        raise BadInput(
            f"there is no calendar {self._calendar} for this account; in [calendar], read and write take the calendar "
            'ID from its settings in Google Calendar ("Integrate calendar"), or "primary"'
        ) from refusal


def _is_whole(answer: dict[str, Any]) -> bool:
    """Whether it says how to go on. Each page does; what doesn't is none, least of all all of a calendar."""
    return bool(as_text(answer.get("nextPageToken")) or as_text(answer.get("nextSyncToken")))


def _bound(moment: datetime) -> str:
    """RFC 3339 in UTC: Google wants an offset, and ignores what is below a second. Nothing is before 1970."""
    earliest = max(moment.astimezone(UTC), datetime(1970, 3, 1, tzinfo=UTC)) - EARLIER
    return f"{earliest:%Y-%m-%dT%H:%M:%SZ}"
