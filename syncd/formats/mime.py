"""Bytes of a mail (RFC 5322, MIME: RFC 2045-2049) -> a whole ``Message``: own words, quotes, names of attachments.

The parts are found by searching for their boundaries, not with ``email.parser``: that splits every line of an
attachment in Python and copies it several times (30 MB: 0.4 to 1.2 s), where one search skips it (0.02 s). What is
inside a part's header is left to the library.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from email.message import Message as Part

from syncd.formats import quote_marks
from syncd.formats.headers import HEAD_LIMIT, fields, head_end, read_headers
from syncd.formats.html_words import html_words
from syncd.formats.mail_text import decode, decode_words, lines, one_line
from syncd.formats.own_words import own_words
from syncd.model import Account, Message

TEXT_LIMIT = 100_000
_RAW_LIMIT = 2_000_000
"""Bytes of one text part, as transmitted."""
_PARTS_LIMIT = 200
_DEPTH_LIMIT = 12
_NAME_LIMIT = 200
_ATTACHMENTS_LIMIT = 50

_START = re.compile(rb"(?:\xef\xbb\xbf)?\s*(?:>?From [^\n]*\n)?")
_METHOD = re.compile(rb"^METHOD\s*[:;][^\n]*?([A-Za-z-]+)\s*$", re.MULTILINE)
_METHODS = frozenset({"PUBLISH", "REQUEST", "REPLY", "ADD", "CANCEL", "REFRESH", "COUNTER", "DECLINECOUNTER"})


@dataclass(slots=True)
class _Found:
    plain: list[str] = field(default_factory=list)
    html: list[str] = field(default_factory=list)
    forwarded: list[str] = field(default_factory=list)
    attachments: list[str] = field(default_factory=list)
    calendar_method: str = ""


@dataclass(slots=True)
class _Walk:
    data: bytes
    parts: int = 0


def read_eml(data: bytes, account: Account | None, delivered: datetime, folder: str = "") -> Message:
    """The whole message in *data*, with its text. Attachments are named, never decoded.

    *account* tells the direction, and without one it is guessed; *delivered* (aware) is its date where its own is
    missing or absurd; *folder* is the name of the folder it lies in. Never raises, whatever *data* is.
    """
    start = begin(data)
    end = head_end(data, start)
    head = data[start : min(len(data) if end is None else end, start + HEAD_LIMIT)]
    message = read_headers(head, account, delivered, folder)
    found = _Found()
    if end is not None:
        _part(_Walk(data), found, head, _body(data, end), len(data), depth=0, default="text/plain")
    own, quoted = _words(found)
    return replace(
        message,
        text=lines(own, TEXT_LIMIT),
        quoted=lines(quoted, TEXT_LIMIT),
        attachments=tuple(dict.fromkeys(found.attachments))[:_ATTACHMENTS_LIMIT],
        calendar_method=found.calendar_method,
    )


def begin(data: bytes) -> int:
    """Where the header begins: behind a byte order mark, empty lines and an mbox "From " line."""
    match = _START.match(data[:4096])
    return match.end() if match else 0


def _body(data: bytes, end: int) -> int:
    match = re.compile(rb"(?:\r?\n){1,2}").match(data, end)
    return match.end() if match else end


def _words(found: _Found) -> tuple[str, str]:
    plain = "\n\n".join(found.plain).strip()
    html = "\n\n".join(found.html)
    if plain and not (html and _is_stub(plain)):
        own, quoted = own_words(plain)
        if not own and html:
            own_in_html, quoted_in_html = own_words(html_words(html))
            own, quoted = (own_in_html, quoted_in_html) if own_in_html else (own, quoted)
    else:
        own, quoted = own_words(html_words(html)) if html else ("", "")
    return own, "\n\n".join(part for part in (quoted, *found.forwarded) if part)


def _is_stub(plain: str) -> bool:
    return len(plain) < 400 and bool(quote_marks.STUB.search(plain))


def _part(walk: _Walk, found: _Found, head: bytes, start: int, end: int, *, depth: int, default: str) -> None:
    walk.parts += 1
    if walk.parts > _PARTS_LIMIT or depth > _DEPTH_LIMIT:
        return
    part = _header(head, default)
    kind = part.get_content_type()
    name = _file_name(part)
    if kind.startswith("multipart/"):
        boundary = _boundary(part)
        ranges = list(_ranges(walk.data, start, end, boundary)) if boundary else []
        if ranges:
            _multipart(walk, found, kind, ranges, depth)
            return
        kind = "text/plain"  # no boundary, or none that occurs: what there is, is text
    if kind == "message/rfc822":
        _forward(walk, found, start, end, depth)
        if name:
            found.attachments.append(name)
    elif kind in ("text/calendar", "application/ics"):
        found.attachments.append(name or "calendar")
        found.calendar_method = found.calendar_method or _method(part, walk.data[start : min(end, start + _RAW_LIMIT)])
    elif kind in ("text/plain", "text/html", "text/enriched") and not _attached(part, name, found):
        _text_part(walk, found, part, kind, start, end)
    elif name or kind not in ("message/delivery-status", "message/disposition-notification", "text/rfc822-headers"):
        found.attachments.append(name or kind)


def _header(head: bytes, default: str) -> Part:
    """The few fields of a part's header that say what it holds, for the library to read parameters from."""
    part = Part()
    part.set_default_type(default)
    found = fields(head)
    for field_name in ("content-type", "content-disposition", "content-transfer-encoding"):
        if field_name in found:
            part[field_name] = one_line(decode(found[field_name][0]), 4000)
    return part


def _file_name(part: Part) -> str:
    try:
        name = part.get_filename("")
    except (ValueError, TypeError, LookupError, AttributeError):  # broken RFC 2231 parameters
        name = ""
    return one_line(decode_words(name), _NAME_LIMIT)


def _boundary(part: Part) -> bytes:
    try:
        return (part.get_boundary("") or "").encode("utf-8", "replace")
    except (ValueError, TypeError, LookupError, AttributeError):
        return b""


def _charset(part: Part) -> str:
    try:
        return part.get_content_charset("") or ""
    except (ValueError, TypeError, LookupError, AttributeError):
        return ""


def _attached(part: Part, name: str, found: _Found) -> bool:
    """Whether a text part is a file and not what the author wrote. Apple Mail sends text files "inline" with a name."""
    said = str(part.get("content-disposition", "")).strip().lower()
    return said.startswith("attachment") or (
        bool(name) and bool(found.plain or found.html or said.startswith("inline"))
    )


def _ranges(data: bytes, start: int, end: int, boundary: bytes) -> Iterator[tuple[int, int]]:
    """Where the parts between the boundary lines lie (RFC 2046, 5.1.1). A missing last boundary ends with the data."""
    line = re.compile(rb"--" + re.escape(boundary) + rb"(--)?[ \t]*(?:\r?\n|\Z)")
    needle, opened, at = b"--" + boundary, -1, start
    while (at := data.find(needle, at, end)) >= 0:
        match = line.match(data, at, end) if at == start or data[at - 1] == 10 else None
        if match is None:
            at += len(needle)
            continue
        if opened >= 0:
            yield opened, max(opened, at - 1)
        if match[1]:
            return
        opened = at = match.end()
    if opened >= 0:
        yield opened, end


def _multipart(walk: _Walk, found: _Found, kind: str, ranges: list[tuple[int, int]], depth: int) -> None:
    inner = _Found() if kind == "multipart/alternative" else found
    default = "message/rfc822" if kind == "multipart/digest" else "text/plain"
    for start, end in ranges[:_PARTS_LIMIT]:
        ends = head_end(walk.data[start : min(end, start + HEAD_LIMIT)])
        head = walk.data[start : start + ends] if ends is not None else walk.data[start : min(end, start + HEAD_LIMIT)]
        body = end if ends is None else _part_body(walk.data, start, ends)
        _part(walk, inner, head, body, end, depth=depth + 1, default=default)
    if inner is not found:
        _merge(found, inner)


def _part_body(data: bytes, start: int, ends: int) -> int:
    # A part may begin with its blank line: no header at all.
    return _body(data, start + ends) if ends else start + (2 if data[start : start + 1] == b"\r" else 1)


def _merge(found: _Found, alternative: _Found) -> None:
    """Take the one of two alternatives that says it best into *found*, which has room for one of both."""
    plain = "\n\n".join(alternative.plain).strip()
    if plain and not _is_stub(plain):
        found.plain += alternative.plain
        if not found.html and len(found.plain) == len(alternative.plain):
            found.html += alternative.html
    elif found.plain and alternative.html:
        found.plain.append(html_words("\n".join(alternative.html)))
    else:
        found.html += alternative.html
    found.forwarded += alternative.forwarded
    found.attachments += alternative.attachments
    found.calendar_method = found.calendar_method or alternative.calendar_method


def _forward(walk: _Walk, found: _Found, start: int, end: int, depth: int) -> None:
    """A mail that is attached whole is a quote: its header lines and its text, but none of its own attachments."""
    data = walk.data
    ends = head_end(data[start : min(end, start + HEAD_LIMIT)])
    if ends is None:
        return
    told = read_headers(data[start : start + ends], None, _EPOCH)
    inner = _Found()
    _part(
        walk, inner, data[start : start + ends], _body(data, start + ends), end, depth=depth + 1, default="text/plain"
    )
    own, quoted = _words(inner)
    sender = f"{told.sender.name} <{told.sender.email}>".strip()
    head = f"From: {sender}\nSubject: {told.subject}"
    found.forwarded.append("\n\n".join(part for part in (head, own, quoted) if part))


_EPOCH = datetime.fromisoformat("1990-01-01T00:00:00+00:00")


def _method(part: Part, raw: bytes) -> str:
    said = part.get_param("method", "")
    if not isinstance(said, str) or not said:
        match = _METHOD.search(_transfer_decoded(raw, str(part.get("content-transfer-encoding", "")))[:20_000])
        said = match[1].decode("ascii") if match else ""
    return said.strip().upper() if said.strip().upper() in _METHODS else ""


def _text_part(walk: _Walk, found: _Found, part: Part, kind: str, start: int, end: int) -> None:
    raw = walk.data[start : min(end, start + _RAW_LIMIT)]
    body = _transfer_decoded(raw, str(part.get("content-transfer-encoding", "")))
    if kind == "text/html":
        found.html.append(lines(decode(body, _charset(part) or _meta_charset(body)), _RAW_LIMIT))
        return
    text = lines(decode(body, _charset(part)), 2 * TEXT_LIMIT)
    if str(part.get_param("format", "")).lower() == "flowed":
        text = unflow(text, delsp=str(part.get_param("delsp", "")).lower() == "yes")
    found.plain.append(text)


def _meta_charset(html: bytes) -> str:
    match = re.search(rb"""<meta[^>]{0,200}charset\s*=\s*["']?([\w-]{2,30})""", html[:4096], re.IGNORECASE)
    return match[1].decode("ascii", "replace") if match else ""


def _transfer_decoded(raw: bytes, encoding: str) -> bytes:
    encoding = encoding.strip().lower()
    if encoding == "base64":
        return _base64(raw)
    return binascii.a2b_qp(raw) if encoding == "quoted-printable" else raw


def _base64(raw: bytes) -> bytes:
    """What can be read of *raw*: foreign characters are skipped, and what stands behind the padding, or a cut end."""
    letters = re.sub(rb"[^A-Za-z0-9+/]", b"", raw.partition(b"=")[0])
    letters = letters[: len(letters) - (len(letters) % 4 == 1)]
    return binascii.a2b_base64(letters + b"=" * (-len(letters) % 4))


def unflow(text: str, *, delsp: bool = False) -> str:
    """Paragraphs of format=flowed joined (RFC 3676, section 4), with their quote marks as "> " before each."""
    out: list[str] = []
    open_depth = -1
    for line in text.split("\n"):
        depth = len(line) - len(line.lstrip(">"))
        said = line[depth:]
        said = said.removeprefix(" ")  # space-stuffing, 4.4
        flows = said.endswith(" ") and said != "-- "
        if open_depth == depth and said != "-- ":
            out[-1] += said
        else:
            out.append(f"{'>' * depth}{' ' if depth else ''}{said}")
        if flows and delsp:
            out[-1] = out[-1][:-1]
        open_depth = depth if flows else -1
    return "\n".join(out)
