"""What lists have in common: pages of any size, page tokens that repeat their page, and sync tokens."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.fake_google.wire import Answer, Rejected, Request, error

NOT_ALLOWED = (
    "iCalUID",
    "orderBy",
    "privateExtendedProperty",
    "sharedExtendedProperty",
    "q",
    "timeMin",
    "timeMax",
    "updatedMin",
)
"""Beside a sync token (reference of ``events.list``)."""


@dataclass(frozen=True)
class SyncToken:
    """Where the calendar stood (*stamp*) for a list that was asked for in a certain way."""

    calendar: str
    epoch: int
    stamp: int
    shape: str
    bounds: tuple[str, str] = ("", "")

    def __str__(self) -> str:
        data = json.dumps([self.calendar, self.epoch, self.stamp, self.shape, list(self.bounds)]).encode()
        return base64.urlsafe_b64encode(_sum(data) + data).decode()

    @staticmethod
    def read(text: str) -> SyncToken:
        """Raises ``Rejected`` for what is no token."""
        try:
            data = base64.b64decode(text.encode(), b"-_", validate=True)
        except ValueError:
            raise Rejected(invalid_token()) from None
        if data[:4] != _sum(data[4:]):
            raise Rejected(invalid_token())
        calendar, epoch, stamp, shape, bounds = json.loads(data[4:])
        return SyncToken(calendar, epoch, stamp, shape, tuple(bounds))


def _sum(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()[:4]


def invalid_token() -> Answer:
    """For a malformed token."""
    return error(400, "invalid", "Invalid sync token value.", location="syncToken")


def full_sync_required() -> Answer:
    """For one that is too old."""
    message = "Sync token is no longer valid, a full sync is required."
    return error(410, "fullSyncRequired", message, domain="calendar", location="syncToken")


def shape(request: Request) -> str:
    """The parameters that a sync token is bound to."""
    free = {*NOT_ALLOWED, "syncToken", "pageToken", "fields", "alt", "prettyPrint", "quotaUser", "key"}
    asked = {name: sorted(values) for name, values in request.query.items() if name not in free}
    default = {
        "singleEvents": ["false"],
        "showDeleted": ["false"],
        "showHiddenInvitations": ["false"],
        "showHidden": ["false"],
    }
    return json.dumps({name: values for name, values in sorted(asked.items()) if values != default.get(name)})


@dataclass(frozen=True)
class Walk:
    """A list under way: what it has (*names*), and what is answered with its last page (*end*)."""

    asked: str
    names: tuple[str, ...]
    end: Mapping[str, Any]


@dataclass(frozen=True)
class Page:
    names: tuple[str, ...]
    tail: Mapping[str, Any]
    """``nextPageToken``, or what the last page has."""


@dataclass
class Pages:
    """The walks under way. ``sizes`` are those of the first pages of each."""

    sizes: list[int] = field(default_factory=list)
    _walks: dict[str, tuple[Walk, int, int]] = field(default_factory=dict)

    def first(self, request: Request, names: list[str], end: Mapping[str, Any], most: int) -> Page:
        return self._page(Walk(_all_but_page(request), tuple(names), end), 0, 0, most)

    def next(self, request: Request, most: int) -> Page:
        """The page that the request's page token names. Raises ``Rejected`` where all else isn't as before."""
        walk, at, number = self._walks.get(request.one("pageToken"), (None, 0, 0))
        if walk is None or walk.asked != _all_but_page(request):
            raise Rejected(error(400, "invalid", "Invalid page token value.", location="pageToken"))
        return self._page(walk, at, number, most)

    def _page(self, walk: Walk, at: int, number: int, most: int) -> Page:
        size = min(self.sizes[number], most) if number < len(self.sizes) else most
        names = walk.names[at : at + size]
        if at + size >= len(walk.names) and number + 1 >= len(self.sizes):
            return Page(names, walk.end)
        token = f"{number + 1}.{secrets.token_urlsafe(24)}"
        self._walks[token] = (walk, at + size, number + 1)
        return Page(names, {"nextPageToken": token})


def _all_but_page(request: Request) -> str:
    asked = {name: values for name, values in request.query.items() if name not in ("pageToken", "fields")}
    return json.dumps([request.path, sorted(asked.items())])
