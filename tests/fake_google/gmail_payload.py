"""A message as Gmail shows it: the MIME tree of ``payload``, made from the real thing."""

from __future__ import annotations

import base64
import email
from collections.abc import Collection, Iterator
from email.message import Message
from typing import Any

from tests.fake_google.gmail_text import decoded, file_name, text_of, undo_escapes


def encoded(data: bytes) -> str:
    """base64url without padding: Google doesn't promise any."""
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def unencoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


class Payload:
    """Reads one message.

    *decode*: header values come without encoded words. *recode*: text comes as UTF-8, whatever its header says.
    """

    def __init__(self, raw: bytes, *, decode: bool, recode: bool, inline_limit: int, ticket: str) -> None:
        self._message = email.message_from_bytes(raw)
        self._decode = decode
        self._recode = recode
        self._inline_limit = inline_limit
        self._ticket = ticket

    def metadata(self, wanted: Collection[str]) -> dict[str, Any]:
        """The headers only: all, or those named (in any case)."""
        names = {name.lower() for name in wanted}
        headers = [h for h in self._headers(self._message) if not names or h["name"].lower() in names]
        shown: dict[str, Any] = {"mimeType": self._message.get_content_type()}
        return shown | ({"headers": headers} if headers else {})

    def full(self) -> dict[str, Any]:
        return self._part(self._message, "")

    def parts(self) -> Iterator[tuple[str, bytes]]:
        """Each leaf's part id and content."""
        for part_id, part in _leaves(self._message, ""):
            yield part_id, self._content(part)

    def _content(self, part: Message) -> bytes:
        """Without transfer encoding."""
        if part.is_multipart():  # message/delivery-status: groups of header lines
            return b"\r\n".join(child.as_bytes() for child in part.get_payload() if isinstance(child, Message))
        if self._recode and part.get_content_maintype() == "text" and not file_name(part):
            return text_of(part).encode()
        data = part.get_payload(decode=True)
        return data if isinstance(data, bytes) else b""

    def _headers(self, part: Message) -> list[dict[str, str]]:
        read = decoded if self._decode else undo_escapes
        return [{"name": name, "value": read(str(value)).lstrip()} for name, value in part.raw_items()]

    def _part(self, part: Message, part_id: str) -> dict[str, Any]:
        shown: dict[str, Any] = {
            "partId": part_id,
            "mimeType": part.get_content_type(),
            "filename": file_name(part),
            "headers": self._headers(part),
        }
        children = _children(part)
        if children:
            below = f"{part_id}." if part_id else ""
            shown["body"] = {"size": 0}
            shown["parts"] = [self._part(child, f"{below}{n}") for n, child in enumerate(children)]
        else:
            shown["body"] = self._body(part, part_id, shown["filename"])
        return shown

    def _body(self, part: Message, part_id: str, name: str) -> dict[str, Any]:
        data = self._content(part)
        apart = name or part.get_content_maintype() != "text" or len(data) > self._inline_limit
        if data and apart and not (part_id == "" and not name and len(data) <= self._inline_limit):
            return {"attachmentId": encoded(f"{self._ticket}/{part_id}".encode()), "size": len(data)}
        return {"size": len(data), "data": encoded(data)} if data else {"size": 0}


def _children(part: Message) -> list[Message]:
    if part.is_multipart() and part.get_content_type() != "message/delivery-status":
        return [child for child in part.get_payload() if isinstance(child, Message)]
    return []


def _leaves(part: Message, part_id: str) -> Iterator[tuple[str, Message]]:
    children = _children(part)
    if not children:
        yield part_id, part
    below = f"{part_id}." if part_id else ""
    for n, child in enumerate(children):
        yield from _leaves(child, f"{below}{n}")
