"""Gmail's message JSON (discovery document gmail v1, ``Message`` and ``MessagePart``) -> ``Message``.

The mail is put together again as RFC 5322 and MIME have it, without its attachments, and read as any mail is: so it
says the same whether it comes from Gmail or from a file. Whatever is missing or of another type than documented reads
as empty; nothing raises.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from syncd.backends.google.json_values import as_dict, as_dicts, as_text
from syncd.formats.headers import read_headers
from syncd.formats.mime import read_eml
from syncd.model import Account, Direction, Message

NOT_MAIL = frozenset({"DRAFT", "SPAM", "TRASH", "CHAT"})
"""Labels of what is left out."""
HEADERS = (
    "From", "Sender", "Reply-To", "To", "Cc", "Subject", "Date", "Message-ID", "In-Reply-To", "References", "Received",
)  # fmt: skip
"""The headers that decide whether a message is wanted."""
TEXT_LIMIT = 1_000_000
"""Bytes of a text part that is fetched where it doesn't come with the message."""

_DEPTH, _PARTS, _HEADERS, _VALUE, _DATA = 14, 200, 500, 60_000, 3_000_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

_NAME = re.compile(r"[!-9;-~]{1,200}")  # RFC 5322, 2.2
_LINE_END = re.compile(r"[\r\n]+[ \t]*")
_TYPE = re.compile(r"[\w.+-]+/[\w.+-]+", re.ASCII)
_NOT_BASE64 = re.compile(r"[^A-Za-z0-9+/]+")
_ADDRESSES = frozenset({"from", "sender", "reply-to", "to", "cc"})
_COMMA_NAME = re.compile(r"""((?:^|>\s*[,;])\s*)([^<>@",;:()\s][^<>@",;:()]*(?:,[^<>@",;:()]+)+?)\s*<""")
_WIDE = re.compile(r"utf-?(?:16|32)", re.IGNORECASE)
_NAMED = re.compile(r"\bname\b|\bfilename\b|name\*", re.IGNORECASE)


def labels(told: dict[str, Any]) -> frozenset[str]:
    """Its label ids."""
    found = told.get("labelIds")
    return frozenset(label for label in found if isinstance(label, str)) if isinstance(found, list) else frozenset()


def thread(told: dict[str, Any]) -> str:
    """The id of its thread, empty where it says none."""
    return as_text(told.get("threadId"))


def read_head(told: dict[str, Any], account: Account) -> Message:
    """The message as its headers tell it (``format=metadata``), as yet without text."""
    head = _lines(_headers(as_dict(told.get("payload"))))
    return _placed(read_headers(head, account, _accepted(told), _folder(told)), told)


def read_whole(told: dict[str, Any], account: Account) -> Message:
    """The whole message (``format=full``)."""
    return _placed(read_eml(rebuilt(told.get("payload")), account, _accepted(told), _folder(told)), told)


def texts_elsewhere(told: dict[str, Any]) -> list[dict[str, Any]]:
    """The bodies of those text parts that the author wrote and that Gmail keeps apart, as it does with large ones.

    Each has an ``attachmentId``; ``attachments.get`` gives the ``data`` that belongs in it.
    """
    bodies = (as_dict(part.get("body")) for part in _texts(as_dict(told.get("payload")), 0, []))
    return [body for body in bodies if _apart(body)][:10]


def _texts(part: dict[str, Any], depth: int, before: list[bool]) -> Iterator[dict[str, Any]]:
    """The text parts that are no files, as ``formats.mime`` tells them. *before* grows by one with each."""
    kind, parts = _type(part), _parts(part) if depth < _DEPTH else []
    here: list[bool] = [] if kind in ("multipart/alternative", "message/rfc822") else before
    for each in parts:
        yield from _texts(each, depth + 1, here)
    if here is not before and kind != "message/rfc822":
        before += here
    if not parts and kind in ("text/plain", "text/html", "text/enriched") and _written(part, first=not before):
        before.append(True)
        yield part


def _written(part: dict[str, Any], *, first: bool) -> bool:
    """Whether a text part is what the author wrote, and not a file."""
    said = next((value for name, value in _headers(part) if name.lower() == "content-disposition"), "")
    said = said.strip().lower()
    return not said.startswith("attachment") and (not part.get("filename") or (first and not said.startswith("inline")))


def _apart(body: dict[str, Any]) -> bool:
    """Whether its data is kept elsewhere, and is no more than a text may be."""
    ticket, size = body.get("attachmentId"), body.get("size")
    return (
        isinstance(ticket, str)
        and bool(ticket)
        and not body.get("data")
        and (not isinstance(size, int) or size <= TEXT_LIMIT)
    )


def _placed(message: Message, told: dict[str, Any]) -> Message:
    direction = Direction.SENT if "SENT" in labels(told) else message.direction
    return replace(message, thread=thread(told), direction=direction)


def _folder(told: dict[str, Any]) -> str:
    return "Sent" if "SENT" in labels(told) else ""


def _accepted(told: dict[str, Any]) -> datetime:
    """When Gmail took it: ``internalDate``, milliseconds since 1970 as text."""
    try:
        return datetime.fromtimestamp(int(told.get("internalDate") or 0) / 1000, UTC)
    except (ValueError, TypeError, OverflowError, OSError):
        return _EPOCH


@dataclass(slots=True)
class _Budget:
    """How many parts may still be written, which also numbers their boundaries."""

    parts: int = _PARTS


def rebuilt(payload: object) -> bytes:
    """A mail whose parts are *payload*'s. Texts are in base64, so that nothing in them can end a part early."""
    return _entity(as_dict(payload), 0, _Budget())


def _entity(part: dict[str, Any], depth: int, budget: _Budget) -> bytes:
    """The header of a part, a blank line, and its body."""
    budget.parts -= 1
    headers = [(name, value) for name, value in _headers(part) if name.lower() != "content-transfer-encoding"]
    parts = _parts(part) if depth < _DEPTH else []
    if not parts:
        return _leaf(part, headers)
    if _type(part) == "message/rfc822":
        inner = _entity(parts[0], depth + 1, budget)
        return _lines(_with_type(headers, "message/rfc822")) + b"\n" + inner
    boundary = f"=_syncd_{budget.parts}"
    said = _said_type(headers).partition(";")[0].strip()
    kind = said if said.lower().startswith("multipart/") else _type(part)
    kind = kind if kind.lower().startswith("multipart/") else "multipart/mixed"
    out = [_lines(_with_type(headers, f'{kind}; boundary="{boundary}"'))]
    for child in parts:
        if budget.parts <= 0:
            break
        out += [f"\n--{boundary}\n".encode(), _entity(child, depth + 1, budget)]
    return b"".join([*out, f"\n--{boundary}--\n".encode()])


def _leaf(part: dict[str, Any], headers: list[tuple[str, str]]) -> bytes:
    kind, said = _type(part), _said_type(headers)
    data = as_dict(part.get("body")).get("data")
    if not said and kind != "text/plain":
        headers = _with_type(headers, kind)
    if isinstance(data, str) and kind.startswith(("text/", "multipart/", "application/ics")):
        letters = _NOT_BASE64.sub("", data.replace("-", "+").replace("_", "/"))[:_DATA]
        if said and _is_utf8(letters, said):
            # Gmail gives texts as UTF-8 and headers as they were. The first of two charsets is the one that is read.
            before, _, after = said.partition(";")
            headers = _with_type(headers, f"{before}; charset=utf-8;{after}")
    else:
        letters = ""
    # In front, where no flood of headers can push it out of what is read.
    return b"Content-Transfer-Encoding: base64\n" + _lines(_named(part, headers)) + b"\n" + letters.encode("ascii")


def _is_utf8(letters: str, content_type: str) -> bool:
    """Whether the bytes are UTF-8, whatever *content_type* says: a text in another charset never looks like it."""
    letters = letters[: len(letters) - (len(letters) % 4 == 1)]
    try:
        raw = binascii.a2b_base64(letters + "=" * (-len(letters) % 4))
        raw.decode("utf-8")
    except UnicodeDecodeError as error:
        if len(letters) < _DATA or error.start < len(error.object) - 4:  # not merely cut within a letter
            return False
        raw = error.object
    except binascii.Error:
        return False
    return not raw.isascii() or (b"\0" not in raw and _WIDE.search(content_type) is not None)


def _named(part: dict[str, Any], headers: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """*headers*, with the file name that Gmail knows where they tell none themselves."""
    name = part.get("filename")
    if not isinstance(name, str) or not name.strip():
        return headers
    if any(_NAMED.search(value) for each, value in headers if each.lower().startswith("content-")):
        return headers
    kept = [(each, value) for each, value in headers if each.lower() != "content-disposition"]
    clean = re.sub(r'["\\]', "'", name[:400])
    return [*kept, ("Content-Disposition", f'attachment; filename="{clean}"')]


def _with_type(headers: list[tuple[str, str]], content_type: str) -> list[tuple[str, str]]:
    """*headers* with *content_type* where the first one stood, or else at their end."""
    out: list[tuple[str, str]] = []
    written = False
    for name, value in headers:
        if name.lower() != "content-type":
            out.append((name, value))
        elif not written:
            out.append((name, content_type))
            written = True
    return out if written else [*out, ("Content-Type", content_type)]


def _lines(headers: list[tuple[str, str]]) -> bytes:
    """Header lines. What would end a line within a value is a space."""
    told = (f"{name}: {_LINE_END.sub(' ', value)}\n" for name, value in headers)
    return "".join(told).encode("utf-8", "replace")


def _headers(part: dict[str, Any]) -> list[tuple[str, str]]:
    found = part.get("headers")
    out: list[tuple[str, str]] = []
    for each in found[:_HEADERS] if isinstance(found, list) else ():
        name, value = (each.get("name"), each.get("value")) if isinstance(each, dict) else (None, None)
        if isinstance(name, str) and isinstance(value, str) and _NAME.fullmatch(name):
            out.append((name, _quoted(value[:_VALUE]) if name.lower() in _ADDRESSES else value[:_VALUE]))
    return out


def _quoted(value: str) -> str:
    """An address header whose names have quotes around them where there is a comma within.

    Gmail gives encoded words decoded, and "Doe, Jo" encoded needs no quotes, but decoded it reads as two.
    """
    return _COMMA_NAME.sub(lambda found: f'{found[1]}"{found[2].rstrip()}" <', value) if "," in value else value


def _said_type(headers: list[tuple[str, str]]) -> str:
    return next((_LINE_END.sub(" ", value) for name, value in headers if name.lower() == "content-type"), "")


def _type(part: dict[str, Any]) -> str:
    """What it is, as Gmail says or else its header."""
    said = _said_type(_headers(part)).partition(";")[0].strip()
    for told in (part.get("mimeType"), said):
        if isinstance(told, str) and _TYPE.fullmatch(told):
            return told.lower()
    return "text/plain"


def _parts(part: dict[str, Any]) -> list[dict[str, Any]]:
    return as_dicts(part.get("parts"))[:_PARTS]
