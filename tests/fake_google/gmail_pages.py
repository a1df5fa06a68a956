"""Pages of a listing: sizes as asked, or odd ones that a test wants; tokens that say where to go on."""

from __future__ import annotations

import base64
import hashlib
from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

from tests.fake_google.wire import Rejected, Request, bad_request

if TYPE_CHECKING:
    from tests.fake_google.mailbox import Mailbox

Item = TypeVar("Item")
Key = tuple[int, ...]


@dataclass(frozen=True)
class Page(Generic[Item]):
    items: Sequence[Item]
    next: str


def page_asked(mailbox: Mailbox, request: Request, items: Sequence[Item], key: Callable[[Item], Key]) -> Page[Item]:
    """The page of *items*, which are ordered by *key*, that *request* asks for.

    A token goes on behind the last item that was shown, and belongs to one query.
    """
    size = _asked(request)
    if mailbox.page_sizes:
        size = min(size, mailbox.page_sizes.pop(0))
    query = _digest(request)
    start, shown = 0, _read(request, query)
    if shown is not None:
        start = bisect_right(items, shown, key=key)
    page = items[start : start + size]
    last = key(page[-1]) if page else shown or (-(2**63),)
    more = start + size < len(items)
    return Page(page, _token(query, last) if more else "")


def _asked(request: Request) -> int:
    text = request.one("maxResults", "100")
    if not text.isdecimal() or len(text) > 9:
        raise Rejected(bad_request(f"Invalid value at 'max_results': {text}", "invalidArgument", "maxResults"))
    return min(int(text) or 100, 500)


def _digest(request: Request) -> str:
    query = {name: values for name, values in request.query.items() if name not in {"pageToken", "maxResults"}}
    return hashlib.sha256(repr((request.path, sorted(query.items()))).encode()).hexdigest()[:12]


def _token(query: str, last: Key) -> str:
    return base64.urlsafe_b64encode(f"{query} {' '.join(map(str, last))}".encode()).decode()


def _read(request: Request, query: str) -> Key | None:
    token = request.one("pageToken")
    if not token:
        return None
    try:
        said, *last = base64.urlsafe_b64decode(token).decode().split()
        key = tuple(map(int, last))
    except ValueError:
        said, key = "", ()
    if said != query or not key:
        raise Rejected(bad_request("Invalid pageToken", "invalidArgument", "pageToken"))
    return key
