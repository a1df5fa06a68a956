"""Batches: many requests in one, each answered by itself.

https://developers.google.com/workspace/gmail/api/guides/batch. The outer answer is 200 whatever the parts say. Each
part's request carries the header ``x-batch-part`` with its number, from 0, for whoever wants to tell.
"""

from __future__ import annotations

import email
import json
from collections.abc import Callable
from email.message import Message
from http import HTTPStatus
from urllib.parse import parse_qs, urlsplit

from tests.fake_google.wire import Answer, Request, bad_request

PART = "x-batch-part"
MOST = 100
_BOUNDARY = "batch_fakeGoogle-Xk3_AAs7Qm0"


def handle(request: Request, dispatch: Callable[[Request], Answer]) -> Answer:
    outer = email.message_from_bytes(
        b"content-type: " + request.headers.get("content-type", "").encode() + b"\r\n\r\n" + request.body
    )
    if request.method != "POST" or outer.get_content_type() != "multipart/mixed" or not outer.is_multipart():
        return bad_request("Failed to parse batch request, error: 0 items. Received batch body: ")
    parts = [part for part in outer.get_payload() if isinstance(part, Message)]
    if len(parts) > MOST:
        return bad_request(f"Inner request count exceeds the limit. Received: {len(parts)}, Limit: {MOST}")
    answers = [_answered(part, number, request, dispatch) for number, part in enumerate(parts)]
    body = b"".join(b"--" + _BOUNDARY.encode() + b"\r\n" + answer + b"\r\n" for answer in answers)
    return Answer(
        200,
        body + b"--" + _BOUNDARY.encode() + b"--\r\n",
        {"Content-Type": f"multipart/mixed; boundary={_BOUNDARY}"},
    )


def _answered(part: Message, number: int, outer: Request, dispatch: Callable[[Request], Answer]) -> bytes:
    inner = _request(part, number, outer)
    answer = dispatch(inner) if inner else bad_request("Failed to parse batch request part.")
    head = ["Content-Type: application/http"]
    if name := " ".join(str(part.get("content-id", "")).split()):
        head.append(f"Content-ID: <response-{name[1:]}" if name.startswith("<") else f"Content-ID: response-{name}")
    return "\r\n".join(head).encode() + b"\r\n\r\n" + _response(answer)


def _request(part: Message, number: int, outer: Request) -> Request | None:
    data = part.get_payload(decode=True)
    if part.get_content_type() != "application/http" or not isinstance(data, bytes):
        return None
    line, _, rest = data.partition(b"\n")
    words = line.decode("latin-1").split()
    if len(words) < 2:
        return None
    message = email.message_from_bytes(rest)
    address = urlsplit(words[1])
    headers = {name.lower(): str(value) for name, value in message.items()}
    if "authorization" not in headers and "authorization" in outer.headers:
        headers["authorization"] = outer.headers["authorization"]
    body = message.get_payload(decode=True)
    return Request(
        words[0],
        address.path,
        parse_qs(address.query, keep_blank_values=True),
        headers | {PART: str(number)},
        body if isinstance(body, bytes) else b"",
    )


def _response(answer: Answer) -> bytes:
    data = answer.data
    headers = {name.lower(): value for name, value in answer.headers.items()}
    if isinstance(answer.body, dict):
        headers.setdefault("content-type", "application/json; charset=UTF-8")
        data = json.dumps(answer.body, indent=2).encode()
    lines = [
        f"HTTP/1.1 {answer.status} {HTTPStatus(answer.status).phrase}",
        *(f"{name.title()}: {value}" for name, value in headers.items()),
        f"Content-Length: {len(data)}",
    ]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + data
