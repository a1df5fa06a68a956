"""What goes over the wire of the fake Google: requests, answers, and the error bodies that Google documents."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs


@dataclass(frozen=True)
class Request:
    """One request, as received: a part of a batch is one too. Header names are in lower case."""

    method: str
    path: str
    query: Mapping[str, list[str]] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    def one(self, name: str, default: str = "") -> str:
        """The (last) value of a query parameter."""
        return self.query.get(name, [default])[-1]

    @property
    def json(self) -> Any:
        return json.loads(self.body or b"null")

    @property
    def form(self) -> dict[str, str]:
        return {name: values[-1] for name, values in parse_qs(self.body.decode(), keep_blank_values=True).items()}


@dataclass(frozen=True)
class Answer:
    """``body`` is JSON for a dict, and sent as it is for bytes; None is an empty one (204)."""

    status: int = 200
    body: dict[str, Any] | bytes | None = None
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def data(self) -> bytes:
        if self.body is None:
            return b""
        return self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()


@dataclass(frozen=True)
class Exchange:
    """A request and what was answered (the answer that was meant, where a fault swallowed it)."""

    request: Request
    answer: Answer


class Rejected(Exception):
    """Raised by a handler to answer with an error."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(f"{answer.status} {answer.body!r}")
        self.answer = answer


def error(
    status: int,
    reason: str,
    message: str,
    *,
    domain: str = "global",
    location: str = "",
    location_type: str = "parameter",
    headers: Mapping[str, str] | None = None,
) -> Answer:
    """The documented envelope of an error."""
    one = {"domain": domain, "reason": reason, "message": message}
    if location:
        one |= {"locationType": location_type, "location": location}
    return Answer(status, {"error": {"errors": [one], "code": status, "message": message}}, headers or {})


def not_found() -> Answer:
    return error(404, "notFound", "Not Found")


def bad_request(message: str = "Bad Request", reason: str = "badRequest", location: str = "") -> Answer:
    return error(400, reason, message, location=location)
