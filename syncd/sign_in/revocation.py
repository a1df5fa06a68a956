"""The end of a sign-in: Google is told to forget it, and the file goes.

https://developers.google.com/identity/protocols/oauth2/native-app#tokenrevoke: one token stands for the whole grant.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import requests

from syncd.errors import BadConfig, SignInNeeded
from syncd.sign_in.network import is_loopback, trouble
from syncd.sign_in.token_file import Token, delete_token, read_token

CONNECTIONS = "https://myaccount.google.com/connections"
"""Where a person ends a sign-in by hand."""
_TIMEOUT = (10.0, 30.0)


@dataclass(frozen=True, slots=True)
class Revocation:
    """What came of telling Google: ``trouble`` is why it couldn't be told, ``before`` that it needed no telling."""

    trouble: str = ""
    before: bool = False


def sign_out(kept_in: Path) -> Revocation:
    """End the sign-in kept in *kept_in*: Google is told, and the file deleted whatever Google says.

    Raises ``TryAgain`` where it can't be deleted.
    """
    with suppress(OSError):
        if kept_in.is_file():
            kept_in.chmod(0o600)  # one that others could read needs its end most of all
    try:
        return revoke(read_token(kept_in))
    except (SignInNeeded, BadConfig) as unusable:
        return Revocation(str(unusable).removeprefix(f"{kept_in}: ").partition(";")[0])
    finally:
        delete_token(kept_in)


def revoke(token: Token) -> Revocation:
    """Have what *token* was granted ended."""
    url = _address(token.token_uri)
    with requests.Session() as session:
        session.trust_env = not is_loopback(urlsplit(url).hostname or "")  # no proxy on the way to this machine
        try:
            answer = session.post(url, data={"token": token.refresh_token}, timeout=_TIMEOUT, allow_redirects=False)
        except requests.RequestException as problem:
            return Revocation(f"{urlsplit(url).netloc}: {trouble(problem).words}")
    if answer.status_code == 200:
        return Revocation()
    if "invalid_token" in answer.text[:1000]:
        return Revocation(before=True)
    return Revocation(f"{urlsplit(url).netloc}: it answered {answer.status_code}")


def _address(token_uri: str) -> str:
    """Google's own, also for the token endpoints that older client files name; else the same server's."""
    host = urlsplit(token_uri).hostname or ""
    if f".{host}".endswith((".googleapis.com", ".google.com")):
        return "https://oauth2.googleapis.com/revoke"
    parts = urlsplit(token_uri)
    return f"{parts.scheme}://{parts.netloc}/revoke"
