"""Google's sign-in: the consent page, the token endpoint and the revocation, as OAuth 2.0 for installed apps has them.

Nobody clicks here: ``consent`` says beforehand what the person ticks. Times are those of the server's own clock.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import unquote, urlencode, urlsplit

from tests.fake_google.wire import Answer, Request

PREFIX = "https://www.googleapis.com/auth/"
ACCESS_LASTS = timedelta(seconds=3599)
TESTING_LASTS = timedelta(days=7)
CODE_LASTS = timedelta(minutes=10)
IN_CODE = 43  # the shortest verifier of RFC 7636, section 4.1


class Server(Protocol):
    """What is needed of ``FakeGoogle``."""

    now: datetime

    @property
    def url(self) -> str: ...


@dataclass
class Consent:
    """What the person does on the consent page."""

    granted: Iterable[str] | None = None
    """The boxes that stay ticked; None for all that were asked for."""
    refused: bool = False
    extra: Iterable[str] = ()
    """Granted beyond what was asked for (an earlier consent of the same client)."""
    error: str = "access_denied"
    """What a refusal is called; Google names others too (``admin_policy_enforced``)."""


@dataclass
class Grant:
    """What one consent gave."""

    refresh_token: str
    scopes: frozenset[str]
    ends: datetime | None
    alive: bool = True


@dataclass
class _Access:
    grant: Grant
    scopes: frozenset[str]
    ends: datetime


@dataclass
class _Code:
    asked: Mapping[str, str]
    scopes: frozenset[str]
    ends: datetime
    grant: Grant | None = None


@dataclass
class OAuth:
    """The state of the sign-in, with the knobs that a test turns."""

    server: Server
    consent: Consent = field(default_factory=Consent)
    testing: bool = False
    """The consent screen's publishing status: refresh tokens end after seven days."""
    rotate: bool = False
    """Each refresh gives a new refresh token, and ends the old one."""
    gives_refresh_token: bool = True
    tells_scopes: bool = True
    """False leaves ``scope`` out of the answer where it is what was asked for, as RFC 6749 (5.1) allows."""
    unavailable: int = 0
    """So many of the next requests for a token are answered 503."""
    client_id: str = "1234-syncd.apps.googleusercontent.example"
    client_secret: str = field(default_factory=lambda: f"GOCSPX-{secrets.token_urlsafe(12)}")
    grants: list[Grant] = field(default_factory=list)
    _access: dict[str, _Access] = field(default_factory=dict)
    _codes: dict[str, _Code] = field(default_factory=dict)

    # what a test does

    def issue(self, scopes: Iterable[str]) -> tuple[str, str]:
        """An access and a refresh token for *scopes*, as a consent would have given them."""
        return self._new_access(self._new_grant(frozenset(scopes)))

    def authorized_user(self, scopes: Iterable[str]) -> dict[str, Any]:
        """A fresh sign-in as google-auth's JSON."""
        scopes = frozenset(scopes)
        access, refresh = self.issue(scopes)
        return {
            "token": access,
            "refresh_token": refresh,
            "token_uri": f"{self.server.url}/token",
            "client_id": self.client_id,
            "client_secret": self.client_secret,
            "scopes": sorted(scopes),
        }

    def write_client(self, path: Path, kind: str = "installed") -> None:
        """The file that the console gives for an OAuth client."""
        client = {
            "client_id": self.client_id,
            "project_id": "follow-ups-1234",
            "auth_uri": f"{self.server.url}/o/oauth2/auth",
            "token_uri": f"{self.server.url}/token",
            "auth_provider_x509_cert_url": f"{self.server.url}/oauth2/v1/certs",
            "client_secret": self.client_secret,
            "redirect_uris": ["http://localhost"],
        }
        path.write_text(json.dumps({kind: client}), "utf-8")
        path.chmod(0o600)

    def expire_access(self) -> None:
        """Every access token given so far ends now."""
        self._access.clear()

    def revoke_all(self) -> None:
        """The person (or Google) ends every sign-in."""
        for grant in self.grants:
            grant.alive = False

    # what the server asks

    def scopes_of(self, access_token: str) -> frozenset[str] | None:
        """What *access_token* may do; None where it is none, or no longer one."""
        access = self._access.get(access_token)
        if access is None or not self._lives(access.grant) or self.server.now >= access.ends:
            return None
        return access.scopes

    def handle(self, request: Request) -> Answer | None:
        """The answer, where this is about the sign-in."""
        answers: dict[tuple[str, str], Callable[[Request], Answer]] = {
            ("GET", "/o/oauth2/auth"): self._page,
            ("GET", "/o/oauth2/v2/auth"): self._page,
            ("POST", "/token"): self._token,
            ("POST", "/revoke"): self._revoke,
        }
        answer = answers.get((request.method, request.path))
        return answer(request) if answer else None

    # the consent page

    def _page(self, request: Request) -> Answer:
        asked = {name: values[-1] for name, values in request.query.items()}
        wrong = self._wrong_with(asked)
        if wrong:
            page = f"<title>Error 400: {wrong}</title>Access blocked: this app's request is invalid"
            return Answer(400, page.encode(), {"Content-Type": "text/html; charset=utf-8"})
        told = {"state": asked["state"]} if "state" in asked else {}
        if self.consent.refused:
            return _redirect(asked["redirect_uri"], {"error": self.consent.error, **told})
        scopes = frozenset(asked["scope"].split())
        ticked = scopes if self.consent.granted is None else scopes & frozenset(self.consent.granted)
        ticked |= frozenset(self.consent.extra)
        code = f"4/0A{secrets.token_urlsafe(48)}"
        self._codes[code] = _Code(asked, ticked, self.server.now + CODE_LASTS)
        return _redirect(
            asked["redirect_uri"],
            {**told, "iss": "https://accounts.google.com", "code": code, "scope": " ".join(sorted(ticked))},
        )

    def _wrong_with(self, asked: Mapping[str, str]) -> str:
        """What Google's page says instead of asking anybody."""
        where = urlsplit(asked.get("redirect_uri", ""))
        if asked.get("client_id") != self.client_id:
            return "invalid_client"
        if where.scheme != "http" or where.hostname not in ("127.0.0.1", "::1", "localhost") or not where.port:
            return "redirect_uri_mismatch"
        if asked.get("response_type") != "code":
            return "unsupported_response_type"
        if not asked.get("scope", "").split():
            return "invalid_request"
        if asked.get("code_challenge_method") != "S256" or len(asked.get("code_challenge", "")) != IN_CODE:
            return "invalid_request"
        return ""

    # tokens

    def _token(self, request: Request) -> Answer:
        if self.unavailable > 0:
            self.unavailable -= 1
            return Answer(503, b"<html><title>503</title>Service Unavailable</html>", {"Content-Type": "text/html"})
        form = request.form
        if _client_of(request) != (self.client_id, self.client_secret):
            return _error(401, "invalid_client", "The OAuth client was not found.")
        if form.get("grant_type") == "authorization_code":
            return self._exchange(form)
        if form.get("grant_type") == "refresh_token":
            return self._refresh(form)
        return _error(400, "unsupported_grant_type", f"Invalid grant_type: {form.get('grant_type')}")

    def _exchange(self, form: Mapping[str, str]) -> Answer:
        code = self._codes.get(form.get("code", ""))
        if code is None or self.server.now >= code.ends:
            return _error(400, "invalid_grant", "Malformed auth code.")
        if code.grant is not None:  # used twice: what it gave ends too (RFC 6749, section 4.1.2)
            code.grant.alive = False
            return _error(400, "invalid_grant", "Bad Request")
        if form.get("redirect_uri") != code.asked["redirect_uri"]:
            return _error(400, "redirect_uri_mismatch", "Bad Request")
        if _challenge(form.get("code_verifier", "")) != code.asked["code_challenge"]:
            return _error(400, "invalid_grant", "Invalid code verifier.")
        code.grant = self._new_grant(code.scopes)
        access, refresh = self._new_access(code.grant)
        body = self._body(access, code.grant, code.scopes)
        if not self.tells_scopes and code.scopes == frozenset(code.asked["scope"].split()):
            del body["scope"]
        return Answer(200, body | ({"refresh_token": refresh} if self.gives_refresh_token else {}))

    def _refresh(self, form: Mapping[str, str]) -> Answer:
        grant = next((one for one in self.grants if one.refresh_token == form.get("refresh_token")), None)
        if grant is None or not self._lives(grant):
            return _error(400, "invalid_grant", "Token has been expired or revoked.")
        scopes = frozenset(form["scope"].split()) if form.get("scope") else grant.scopes
        if not scopes <= grant.scopes:
            return _error(400, "invalid_scope", "Bad Request")
        rotated = {}
        if self.rotate:
            grant.refresh_token = _secret("1//0")
            rotated = {"refresh_token": grant.refresh_token}
        access, _ = self._new_access(grant, scopes)
        return Answer(200, self._body(access, grant, scopes) | rotated)

    def _body(self, access: str, grant: Grant, scopes: frozenset[str]) -> dict[str, Any]:
        body: dict[str, Any] = {
            "access_token": access,
            "expires_in": int(ACCESS_LASTS.total_seconds()),
            "scope": " ".join(sorted(scopes)),
            "token_type": "Bearer",
        }
        if grant.ends is not None:
            body["refresh_token_expires_in"] = int((grant.ends - self.server.now).total_seconds()) - 1
        return body

    def _revoke(self, request: Request) -> Answer:
        token = request.form.get("token", request.one("token"))
        access = self._access.get(token)
        grant = access.grant if access else next((one for one in self.grants if one.refresh_token == token), None)
        if grant is None or not self._lives(grant):
            return _error(400, "invalid_token", "Token expired or revoked")
        grant.alive = False
        return Answer(200, {})

    def _new_grant(self, scopes: frozenset[str]) -> Grant:
        ends = self.server.now + TESTING_LASTS if self.testing else None
        grant = Grant(_secret("1//0"), scopes, ends)
        self.grants.append(grant)
        return grant

    def _new_access(self, grant: Grant, scopes: frozenset[str] | None = None) -> tuple[str, str]:
        access = _secret("ya29.")
        self._access[access] = _Access(
            grant, grant.scopes if scopes is None else scopes, self.server.now + ACCESS_LASTS
        )
        return access, grant.refresh_token

    def _lives(self, grant: Grant) -> bool:
        return grant.alive and (grant.ends is None or self.server.now < grant.ends)


def _secret(prefix: str) -> str:
    return prefix + secrets.token_urlsafe(40)


def _challenge(verifier: str) -> str:
    """RFC 7636, section 4.6."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")


def _client_of(request: Request) -> tuple[str, str]:
    """The client's id and secret, from the form or from HTTP Basic (RFC 6749, section 2.3.1)."""
    kind, _, said = request.headers.get("authorization", "").partition(" ")
    if kind.lower() == "basic":
        name, _, secret = base64.b64decode(said).decode().partition(":")
        return unquote(name), unquote(secret)
    return request.form.get("client_id", ""), request.form.get("client_secret", "")


def _redirect(where: str, query: Mapping[str, str]) -> Answer:
    return Answer(302, b"", {"Location": f"{where}?{urlencode(query)}"})


def _error(status: int, error: str, description: str) -> Answer:
    return Answer(status, {"error": error, "error_description": description})
