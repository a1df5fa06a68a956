"""Who may call what: the bearer token, and the scopes that the discovery document lists for a method.

Bodies as Google's front ends give them, beyond what the product pages show.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.fake_google.discovery import Call
from tests.fake_google.wire import Answer, Rejected, Request, error


def opening(call: Call, request: Request, scopes_of: Callable[[str], frozenset[str] | None]) -> frozenset[str]:
    """The scopes of the request's token that open *call*. Raises ``Rejected`` where there are none."""
    kind, _, token = request.headers.get("authorization", "").partition(" ")
    granted = scopes_of(token) if kind == "Bearer" else None
    if granted is None:
        raise Rejected(_unauthorized(missing=not token))
    if not granted & call.scopes:
        raise Rejected(insufficient(call))
    return granted & call.scopes


def insufficient(call: Call) -> Answer:
    """No granted scope opens *call*."""
    answer = error(403, "insufficientPermissions", "Insufficient Permission")
    assert isinstance(answer.body, dict)
    answer.body["error"]["message"] = "Request had insufficient authentication scopes."
    metadata = {"service": f"{call.api}.googleapis.com", "method": call.id}
    return _detailed(answer, "PERMISSION_DENIED", reason="ACCESS_TOKEN_SCOPE_INSUFFICIENT", metadata=metadata)


def _unauthorized(*, missing: bool) -> Answer:
    answer = error(
        401,
        "required" if missing else "authError",
        "Login Required." if missing else "Invalid Credentials",
        location="Authorization",
        location_type="header",
        headers={"WWW-Authenticate": 'Bearer realm="https://accounts.google.com/"'},
    )
    return _detailed(answer, "UNAUTHENTICATED", reason="CREDENTIALS_MISSING" if missing else "ACCESS_TOKEN_INVALID")


def _detailed(answer: Answer, status: str, **detail: Any) -> Answer:
    assert isinstance(answer.body, dict)
    info = {"@type": "type.googleapis.com/google.rpc.ErrorInfo", "domain": "googleapis.com", **detail}
    answer.body["error"] |= {"status": status, "details": [info]}
    return answer
