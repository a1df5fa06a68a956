"""The sign-in itself: what Google is asked for, and the code of its answer exchanged for tokens.

The authorization code flow for installed apps (RFC 8252) with PKCE (RFC 7636), by google-auth-oauthlib. Its listener is
not used: that ends with the first request of any kind, a browser's for an icon too. Imports that library, so only for
who signs in.
"""

from __future__ import annotations

import logging
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import requests
from google_auth_oauthlib.flow import Flow  # type: ignore[import-untyped]  # it has no types
from oauthlib.oauth2 import OAuth2Error  # type: ignore[import-untyped]  # nor has this

from syncd.errors import BadConfig, SignInNeeded, SyncdError, Unreachable
from syncd.sign_in.callback import Code, Refused
from syncd.sign_in.client_file import CLIENTS_PAGE, Client
from syncd.sign_in.network import is_loopback, trouble
from syncd.sign_in.revocation import CONNECTIONS
from syncd.sign_in.token_file import Token

# At debug level it writes codes, tokens and the client's secret into the log.
logging.getLogger("requests_oauthlib").setLevel(logging.INFO)

_TIMEOUT = (10.0, 30.0)  # seconds to connect, and to wait for an answer

_ORGANISATION = "your organisation's administrators don't allow it; ask them to trust the OAuth client"
_DESKTOP = (
    f"the OAuth client is not of type Desktop app; make one that is at {CLIENTS_PAGE} (`syncd auth --help` tells how)"
)
_WHY = {
    "access_denied": (
        "it was refused on Google's page; run `syncd auth` again and agree there (an app in status Testing takes only "
        'its test users: add yourself, or publish it, at "Audience" in Google\'s console)'
    ),
    "admin_policy_enforced": _ORGANISATION,
    "org_internal": 'the OAuth client is for its own organisation only (user type "Internal"); sign in with an '
    'account of that, or make the app "External" at "Audience" in Google\'s console',
    "redirect_uri_mismatch": _DESKTOP,
    "unauthorized_client": _DESKTOP,
    "invalid_client": f"Google doesn't know the OAuth client, or its secret is not this one; look at {CLIENTS_PAGE}, "
    "and download its file again",
    "deleted_client": f"the OAuth client was deleted; make a new one at {CLIENTS_PAGE}",
    "invalid_grant": "Google no longer takes the code that the browser brought (used before, or too old); "
    "run `syncd auth` again",
}
_CLIENTS_FAULT = {"redirect_uri_mismatch", "unauthorized_client", "invalid_client", "deleted_client"}


@dataclass(frozen=True, slots=True)
class Question:
    """What Google is asked, before it has answered. ``url`` is for the person's browser."""

    client: Client
    scopes: frozenset[str]
    url: str = field(repr=False)
    state: str = field(repr=False)
    flow: Flow = field(repr=False)


@dataclass(frozen=True, slots=True)
class Grant:
    """What Google gave. ``lasts`` is the access token's life, ``ends_in`` the sign-in's, None where it has no end."""

    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    scopes: frozenset[str]
    lasts: timedelta | None = None
    ends_in: timedelta | None = None

    def token(self, client: Client, now: datetime, account: str = "") -> Token:
        """What is kept of it. *now* is when it came, aware."""
        return Token(
            refresh_token=self.refresh_token,
            client_id=client.client_id,
            client_secret=client.client_secret,
            token_uri=client.token_uri,
            access_token=self.access_token,
            expiry=None if self.lasts is None else now + self.lasts,
            scopes=self.scopes,
            account=account,
            refresh_token_expires=None if self.ends_in is None else now + self.ends_in,
        )


def question(client: Client, scopes: frozenset[str], redirect_uri: str, email: str = "") -> Question:
    """What to open in a browser to be asked for *scopes*. *email* is the account that Google's page proposes."""
    flow = Flow.from_client_config(
        {
            "installed": {
                "client_id": client.client_id,
                "client_secret": client.client_secret,
                "auth_uri": _as_https(client.auth_uri),
                "token_uri": _as_https(client.token_uri),
            }
        },
        scopes=sorted(scopes),
        redirect_uri=redirect_uri,
        autogenerate_code_verifier=True,
    )
    hint = {"login_hint": email} if email else {}
    # "offline" and "consent": a refresh token, also for whoever agreed before
    url, state = flow.authorization_url(
        access_type="offline", prompt="consent", state=secrets.token_urlsafe(24), **hint
    )
    if _in_clear(client.auth_uri):
        url = "http" + url.removeprefix("https")
    return Question(client, scopes, url, state, flow)


def exchange(asked: Question, answer: Code | Refused) -> Grant:
    """What the person's *answer* is worth.

    Raises ``SignInNeeded`` or ``BadConfig`` where it is a no, of the person or of Google, and ``Unreachable`` where
    Google can't be asked now.
    """
    if isinstance(answer, Refused):
        raise _refusal(answer.error)
    session = asked.flow.oauth2session
    # What was granted is compared where it can be told in words; oauthlib would raise a Warning, or have to be
    # silenced for the whole process.
    session.scope = None
    session.max_redirects = 0
    session.compliance_hook["access_token_response"].add(_checked)
    if _in_clear(asked.client.token_uri):
        session.mount(_as_https(asked.client.token_uri), _InClear())
        session.trust_env = False  # no proxy on the way to this machine
    with session:
        try:
            found = asked.flow.fetch_token(code=answer.text, timeout=_TIMEOUT)
        except OAuth2Error as problem:
            raise _refusal(problem.error if isinstance(problem.error, str) else "") from None
        except requests.RequestException as problem:
            raise Unreachable(_no_answer(asked.client.token_uri, trouble(problem).words)) from None
    return _grant(found, asked.scopes)


def _grant(found: dict[str, Any], asked: frozenset[str]) -> Grant:
    if not found.get("refresh_token"):
        raise SignInNeeded(
            "Google gave no refresh token, so this sign-in would end within the hour, and is not kept; remove the "
            f"app at {CONNECTIONS}, and run `syncd auth` again with a client of type Desktop app"
        )
    scope = found.get("scope")  # a list, as oauthlib made it; left out where it is what was asked for (RFC 6749, 5.1)
    return Grant(
        access_token=found["access_token"],
        refresh_token=found["refresh_token"],
        scopes=asked if scope is None else frozenset(filter(None, scope)),
        lasts=_seconds(found.get("expires_in")),
        ends_in=_seconds(found.get("refresh_token_expires_in")),
    )


def _seconds(value: object) -> timedelta | None:
    try:
        return timedelta(seconds=int(value)) if isinstance(value, int | float | str) and int(value) > 0 else None
    except (ValueError, OverflowError):
        return None


def _checked(response: requests.Response) -> requests.Response:
    """*response* of the token endpoint, where it is one that oauthlib can read (RFC 6749, sections 5.1 and 5.2)."""
    try:
        found = response.json()
    except ValueError:
        found = None
    texts = {"access_token", "refresh_token", "scope", "error", "error_description", "error_uri", "token_type"}
    if isinstance(found, dict) and all(isinstance(found.get(name, ""), str) for name in texts):
        lasts = found.get("expires_in", 0)
        if ("access_token" in found or "error" in found) and (_seconds(lasts) is not None or lasts == 0):
            return response
    raise Unreachable(_no_answer(response.url, f"it answered {response.status_code}, not as Google does"))


def _no_answer(url: str, why: str) -> str:
    return f"{urlsplit(url).netloc}: can't be asked now: {why}; the sign-in failed, run `syncd auth` again later"


def _refusal(error: str) -> SyncdError:
    why = _WHY.get(error, f'Google says "{error[:40]}"; run `syncd auth` again' if error else "Google refuses")
    return (BadConfig if error in _CLIENTS_FAULT else SignInNeeded)(f"the sign-in failed: {why}")


class _InClear(requests.adapters.HTTPAdapter):
    """Speaks plain http to this machine, where oauthlib believes in https.

    It lets nobody use plain http, or else, by an environment variable, all of the process and its children.
    """

    def send(self, request: requests.PreparedRequest, *rest: Any, **options: Any) -> requests.Response:  # noqa: ANN401 - as its parent has them
        request.url = "http" + (request.url or "").removeprefix("https")
        return super().send(request, *rest, **options)


def _in_clear(url: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme == "http" and is_loopback(parts.hostname or "")


def _as_https(url: str) -> str:
    return "https" + url.removeprefix("http") if _in_clear(url) else url
