"""google-auth credentials that are kept in the token file, and save there what a renewal changed.

Imports google-auth: only for who really talks to Google.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http.client import HTTPException
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from google.auth import exceptions, transport
from google.oauth2.credentials import Credentials

from syncd.errors import SignInNeeded, TryAgain, Unreachable
from syncd.sign_in.network import Trouble, trouble
from syncd.sign_in.token_file import Token, read_token, write_token

_PUBLISH = "publish the app in Google's console (Audience)"


class NotRenewed(Unreachable):
    """The sign-in couldn't be renewed now; another try may do.

    ``trouble`` is what came in between; ``headers`` are those of the answer, where there was one.
    """

    def __init__(self, token_uri: str, trouble: Trouble, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(f"{urlsplit(token_uri).netloc}: the sign-in can't be renewed now: {trouble.words}")
        self.trouble = trouble
        self.headers: Mapping[str, str] = headers or {}


def signed_in(path: Path) -> StoredCredentials:
    """The credentials kept in *path*. Raises as ``read_token``; asks nothing of the network."""
    return StoredCredentials(path, read_token(path))


class StoredCredentials(Credentials):
    """Credentials that live in a token file: what a renewal changes is saved there before it is used.

    The file is shared with other processes (``syncd auth`` beside the daemon): it is read again before each renewal,
    and what somebody else put there since wins.
    """

    def __init__(self, path: Path, token: Token) -> None:
        # Scopes are never sent along: leaving them out means all that was granted (RFC 6749 section 6), while one
        # too many makes Google refuse the whole renewal.
        super().__init__(  # type: ignore[no-untyped-call]  # google-auth is typed in part only
            None,
            refresh_token=token.refresh_token,
            token_uri=token.token_uri,
            client_id=token.client_id,
            client_secret=token.client_secret,
            account=token.account,
        )
        self._path = path
        self.unsaved = ""
        """Why the last renewal couldn't be saved; empty where it was."""
        self._take(token)

    @property
    def kept(self) -> Token:
        """The sign-in as it stands in the file, as far as we know."""
        return self._kept

    def refresh(self, request: transport.Request) -> None:
        """Get a new access token, and save it. *request* is google-auth's callable for HTTP.

        Raises ``SignInNeeded`` where only a new sign-in helps, ``NotRenewed`` where another try may,
        ``TryAgain`` where what must be kept can't be saved.
        """
        before, known = read_token(self._path), self._kept
        if before != known:
            self._take(before)
            if self.valid and before.access_token != known.access_token:
                return  # somebody else renewed it
        asking = _Asking(request, before)
        try:
            super().refresh(asking)  # type: ignore[no-untyped-call]  # google-auth is typed in part only
        except exceptions.RefreshError:
            # Its arguments carry what the token endpoint said, so it goes no further.
            raise SignInNeeded("the sign-in can't be renewed; run: syncd auth") from None
        found = read_token(self._path)  # gone: somebody signed out while we asked
        if found == before:
            self._save(found, asking)
            return
        self._take(found)  # somebody signed in while we asked
        if not self.valid:
            self.refresh(request)

    def _take(self, token: Token) -> None:
        self._kept = token
        # One of unknown age is used until Google refuses it (401), which renews it.
        self.token = token.access_token or None
        self.expiry = token.expiry and token.expiry.astimezone(UTC).replace(tzinfo=None)
        self._refresh_token, self._token_uri = token.refresh_token, token.token_uri
        self._client_id, self._client_secret = token.client_id, token.client_secret
        self._account = token.account

    def _save(self, found: Token, said: _Asking) -> None:
        renewed = replace(
            found,
            access_token=self.token or "",
            expiry=self.expiry and self.expiry.replace(tzinfo=UTC),
            refresh_token=self._refresh_token,
            scopes=said.granted or found.scopes,
            refresh_token_expires=found.refresh_token_expires or said.ends,
        )
        try:
            write_token(self._path, renewed)
        except TryAgain as problem:
            if renewed.refresh_token != found.refresh_token:
                raise
            self.unsaved = str(problem)  # the old one still signs us in, only once more each time
        else:
            self._kept, self.unsaved = renewed, ""


class _Asking(transport.Request):
    """One question to the token endpoint. Judges the answer before google-auth does.

    google-auth would sleep and ask again by itself where the endpoint is busy, would put the answer into its errors,
    and takes an answer of any shape.
    """

    def __init__(self, request: transport.Request, token: Token) -> None:
        self._request, self._token = request, token
        self.granted: frozenset[str] | None = None
        self.ends: datetime | None = None
        """When the sign-in itself ends, where the answer says so."""

    def __call__(
        self,
        url: str,
        method: str = "GET",
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        timeout: float | None = None,  # noqa: ARG002 - the one of the connection holds
        **_: object,
    ) -> transport.Response:
        try:
            answer: transport.Response = self._request(url=url, method=method, body=body, headers=headers)
        except (exceptions.TransportError, OSError, HTTPException) as problem:
            raise NotRenewed(url, trouble(problem)) from problem
        data = _json(answer.data)
        if answer.status != 200 or not _whole(data):
            raise self._refusal(url, answer, data)
        scope, left = data.get("scope"), data.get("refresh_token_expires_in")
        self.granted = frozenset(scope.split()) or None if isinstance(scope, str) else None
        if isinstance(left, int) and 0 < left < 10**9:
            self.ends = datetime.now(UTC) + timedelta(seconds=left)
        return answer

    def _refusal(self, url: str, answer: transport.Response, data: dict[str, Any]) -> SignInNeeded | NotRenewed:
        code = data.get("error")
        final = 400 <= answer.status < 500 and answer.status not in (408, 429)
        if (
            final
            and isinstance(code, str)
            and code not in ("internal_failure", "server_error", "temporarily_unavailable")
        ):
            return _refused(code, self._token, datetime.now(UTC))
        headers = {str(name).lower(): str(value) for name, value in answer.headers.items()}
        return NotRenewed(url, Trouble(f"it answered {answer.status}, not as Google does"), headers)


def _json(data: object) -> dict[str, Any]:
    try:
        found = json.loads(data) if isinstance(data, str | bytes) else None
    except (UnicodeDecodeError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _whole(data: dict[str, Any]) -> bool:
    """Whether it is what RFC 6749 section 5.1 says, as far as google-auth relies on it."""
    lasts = data.get("expires_in", 3600)
    return (
        _is_token(data.get("access_token"))
        and _is_token(data.get("refresh_token", "the old one"))
        and (isinstance(lasts, int) or (isinstance(lasts, str) and lasts.isdecimal()))
        and 0 < int(lasts) < 10**9
    )


def _is_token(value: object) -> bool:
    return isinstance(value, str) and value != ""


def _refused(code: str, token: Token, now: datetime) -> SignInNeeded:
    """What an error of the token endpoint means.

    RFC 6749 section 5.2; the causes are from https://developers.google.com/identity/protocols/oauth2#expiration.
    """
    client = re.sub(r"[^\w.@-]", "", token.client_id)[:100]
    match code:
        case "invalid_grant":
            return SignInNeeded(f"Google no longer takes the sign-in{_cause(token, now)}")
        case "invalid_client" | "unauthorized_client" | "deleted_client":
            said = "was deleted" if code == "deleted_client" else "is not, or no longer, one that Google takes"
            return SignInNeeded(
                f"the OAuth client {client} {said}, or its secret changed; download its client file again (or make a"
                " new client), then run: syncd auth"
            )
        case "invalid_scope":
            return SignInNeeded("Google no longer grants what the sign-in was for; run: syncd auth")
        case "admin_policy_enforced" | "access_denied":
            return SignInNeeded(
                "your organisation's administrators don't allow this sign-in; ask them, then run: syncd auth"
            )
        case _:
            name = code if re.fullmatch(r"[a-z_]{1,40}", code) else "an unknown error"
            return SignInNeeded(f"Google refuses to renew the sign-in ({name}); run: syncd auth")


def _cause(token: Token, now: datetime) -> str:
    """How that goes on: why, and what to do. Where the sign-in's end is known, so is whether Testing is the cause."""
    ends = token.refresh_token_expires
    if ends and ends <= now:
        return (
            f": it ended on {ends:%Y-%m-%d}, as it does 7 days after consent while the client is in status Testing;"
            f" {_PUBLISH}, then run: syncd auth"
        )
    rest = "too many others were made since" if ends else "it was made in status Testing, which ends it after 7 days"
    return f"; run: syncd auth (it was revoked, the password changed, it lay unused for six months, or {rest})"
