"""The end of a sign-in: Google is told to forget it, and the file goes.

https://developers.google.com/identity/protocols/oauth2/native-app#tokenrevoke: one token stands for the whole grant.
"""

from __future__ import annotations

from urllib.parse import urlsplit

import requests

from syncd.sign_in.network import is_loopback, trouble
from syncd.sign_in.token_file import Token

CONNECTIONS = "https://myaccount.google.com/connections"
"""Where a person ends a sign-in by hand."""
_TIMEOUT = (10.0, 30.0)


def revoke(token: Token) -> str:
    """Have what *token* was granted ended. Returns why it couldn't be done; nothing where it is ended."""
    url = _address(token.token_uri)
    with requests.Session() as session:
        session.trust_env = not is_loopback(urlsplit(url).hostname or "")  # no proxy on the way to this machine
        try:
            answer = session.post(url, data={"token": token.refresh_token}, timeout=_TIMEOUT, allow_redirects=False)
        except requests.RequestException as problem:
            return f"{urlsplit(url).netloc}: {trouble(problem).words}"
    if answer.status_code == 200 or "invalid_token" in answer.text[:1000]:  # the latter: ended before
        return ""
    return f"{urlsplit(url).netloc}: it answered {answer.status_code}"


def _address(token_uri: str) -> str:
    """Google's own, also for the token endpoints that older client files name; else the same server's."""
    host = urlsplit(token_uri).hostname or ""
    if f".{host}".endswith((".googleapis.com", ".google.com")):
        return "https://oauth2.googleapis.com/revoke"
    parts = urlsplit(token_uri)
    return f"{parts.scheme}://{parts.netloc}/revoke"
