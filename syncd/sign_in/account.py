"""Whose account was signed in, asked once after the consent, and whether the two services answer at all.

Each is a request that every config with that permission may make; what is not known stays empty.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import requests

from syncd.settings import Google
from syncd.sign_in import scopes
from syncd.sign_in.apis import CALENDAR, GMAIL, SWITCHED_OFF
from syncd.sign_in.consent import Grant
from syncd.sign_in.network import is_loopback, is_safe

_TIMEOUT = (10.0, 20.0)
_ADDRESS = re.compile(r"[^\s@<>\"]{1,64}@[\w.-]{1,250}")


@dataclass(frozen=True, slots=True)
class Account:
    """``address`` is empty where Google didn't tell it; ``switched_off`` names APIs that the project hasn't enabled."""

    address: str = ""
    switched_off: tuple[str, ...] = ()


def whose(grant: Grant, google: Google) -> Account:
    """Whose account *grant* is for. Trouble on the way is no error here: the next cycle meets it again, and tells."""
    asked: list[tuple[str, str, str, dict[str, str]]] = []
    if scopes.allows(grant.scopes, scopes.MAIL_READ):
        base = google.gmail_endpoint or GMAIL
        asked.append(("Gmail API", f"{_folder(base)}gmail/v1/users/me/profile", "emailAddress", {}))
    if any(scopes.allows(grant.scopes, scope) for scope in (scopes.EVENTS_READ, scopes.EVENTS_OWNED)):
        base = google.calendar_endpoint or CALENDAR
        least = {"maxResults": "1", "fields": "summary"}  # the title of the main calendar is the address by default
        asked.append(("Google Calendar API", f"{_folder(base)}calendars/primary/events", "summary", least))
    address, off = "", []
    for name, url, key, query in asked:
        status, found = _ask(url, query, grant)
        if status == 403 and _switched_off(found):
            off.append(name)
        told = found.get(key)
        if status == 200 and not address and isinstance(told, str) and _ADDRESS.fullmatch(told):
            address = told.lower()
    return Account(address, tuple(off))


def _folder(base: str) -> str:
    return base if base.endswith("/") else f"{base}/"


def _ask(url: str, query: dict[str, str], grant: Grant) -> tuple[int, dict[str, Any]]:
    if not is_safe(url):
        return 0, {}
    with requests.Session() as session:
        session.trust_env = not is_loopback(urlsplit(url).hostname or "")  # no proxy on the way to this machine
        try:
            answer = session.get(
                url,
                params=query,
                headers={"Authorization": f"Bearer {grant.access_token}"},
                timeout=_TIMEOUT,
                allow_redirects=False,
            )
            found = answer.json()
        except (requests.RequestException, ValueError):
            return 0, {}
    return answer.status_code, found if isinstance(found, dict) else {}


def _switched_off(found: dict[str, Any]) -> bool:
    """Whether an error says that the project hasn't enabled this API."""
    words = str(found.get("error"))
    return any(reason in words for reason in SWITCHED_OFF)
