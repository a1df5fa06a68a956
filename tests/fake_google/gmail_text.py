"""What is searched in a message: words, folded as Gmail folds them, by field."""

from __future__ import annotations

import email
import re
import unicodedata
from dataclasses import dataclass, field
from email.header import decode_header
from email.message import Message
from functools import cached_property
from html.parser import HTMLParser

ADDRESS_FIELDS = {"from": ("from",), "to": ("to",), "cc": ("cc",), "bcc": ("bcc",), "deliveredto": ("delivered-to",)}
_OTHER_FIELDS = {"subject": ("subject",), "list": ("list-id",)}
FIELDS = (*ADDRESS_FIELDS, *_OTHER_FIELDS, "body", "filename")

_CJK = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_WORD = re.compile(rf"[{_CJK}]|(?:(?![{_CJK}])[^\W_])+")
_FOLD = re.compile(r"\r?\n(?=[ \t])")


def words(text: str) -> list[str]:
    """Words without case, accents and punctuation; Chinese and Japanese by character."""
    if not text.isascii():
        text = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c)).casefold()
    return _WORD.findall(text.lower())


def undo_escapes(value: str) -> str:
    """A header's value as ``email`` gives it, unfolded, its raw 8-bit characters read as UTF-8."""
    data = _FOLD.sub("", value).encode("utf-8", "surrogateescape")
    return data.decode("utf-8", "replace").strip("\r\n")


def decoded(value: str) -> str:
    """A header's value without encoded words (RFC 2047); what can't be decoded stays readable somehow."""
    value = undo_escapes(value)
    if "=?" not in value:
        return value
    try:
        pieces = decode_header(value)
    except ValueError:
        return value
    read = []
    for piece, charset in pieces:
        try:
            read.append(piece if isinstance(piece, str) else piece.decode(charset or "ascii", "replace"))
        except LookupError:
            read.append(str(piece, "latin-1"))
    return "".join(read)


class _Visible(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.pieces: list[str] = []
        self.hidden = ""

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag in {"style", "script", "head"}:
            self.hidden = tag
        elif tag == "body":
            self.hidden = ""

    def handle_endtag(self, tag: str) -> None:
        if tag == self.hidden:
            self.hidden = ""

    def handle_data(self, data: str) -> None:
        if not self.hidden:
            self.pieces.append(data)


def visible(html: str) -> str:
    reader = _Visible()
    reader.feed(html)
    reader.close()
    return " ".join(reader.pieces)


def file_name(part: Message) -> str:
    """The name of an attachment, "" for what is none."""
    name = part.get_filename()
    return decoded(name) if name else ""


def text_of(part: Message) -> str:
    data = part.get_payload(decode=True)
    if not isinstance(data, bytes):
        return ""
    try:
        return data.decode(part.get_content_charset("utf-8"), "replace")
    except LookupError:
        return data.decode("latin-1")


@dataclass
class Text:
    """The searchable side of one message, or of many that say the same."""

    fields: dict[str, str]  # each field's words with a space around every one
    attachment: bool = False
    messages: list[int] = field(default_factory=list)

    @cached_property
    def everything(self) -> set[str]:
        return {word for text in self.fields.values() for word in text.split()}


def _bodies(message: Message) -> tuple[list[str], list[str], list[str]]:
    plain, html, names = [], [], []
    for part in message.walk():
        if part.is_multipart():
            continue
        if name := file_name(part):
            names.append(name)
        elif part.get_content_type() == "text/html":
            html.append(visible(text_of(part)))
        elif part.get_content_maintype() == "text":
            plain.append(text_of(part))
    return plain, html, names


def _values(message: Message, header: str) -> list[str]:
    """All values of *header*, at least an empty one, with 8-bit characters as they are."""
    return [str(value) for name, value in message.raw_items() if name.lower() == header] or [""]


def searchable(fields: dict[str, str], *, attachment: bool = False) -> Text:
    """What is in *fields*; a phrase doesn't go from a name into the address behind it."""
    pieces = {
        name: re.split("[<>]", value) if name in ADDRESS_FIELDS else [value] for name, value in fields.items() if value
    }
    folded = {name: " | ".join(" ".join(words(one)) for one in several) for name, several in pieces.items()}
    return Text({name: f" {value} " for name, value in folded.items()}, attachment)


class Letter:
    """A real message (RFC 5322), parsed once for search and threading."""

    __slots__ = ("_message_id", "_raw", "names_before", "snippet", "subject", "text")

    def __init__(self, raw: bytes) -> None:
        self._raw = raw
        message = email.message_from_bytes(raw)
        plain, html, names = _bodies(message)
        self._message_id = decoded(_values(message, "message-id")[0]).strip()
        self.subject = decoded(_values(message, "subject")[0])
        self.names_before = [
            name
            for header in ("references", "in-reply-to")
            for value in _values(message, header)
            for name in re.findall(r"<[^<>\s]+>", undo_escapes(value))
        ]
        self.snippet = snippet(" ".join(plain) or " ".join(html))
        fields = {
            name: " ".join(decoded(value) for header in headers for value in _values(message, header))
            for name, headers in (ADDRESS_FIELDS | _OTHER_FIELDS).items()
        }
        fields |= {"body": " ".join(plain + html), "filename": " ".join(names)}
        self.text = searchable(fields, attachment=bool(names))

    def message_id(self, number: int) -> str:
        return self._message_id

    def raw(self, number: int, milliseconds: int) -> bytes:
        return self._raw


def snippet(text: str) -> str:
    """The start of a message, HTML-escaped (and cut before escaping), as Gmail gives it."""
    short = " ".join(text.split())
    if len(short) > 200:
        short = short[:200].rpartition(" ")[0]
    for character, entity in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ('"', "&quot;"), ("'", "&#39;")):
        short = short.replace(character, entity)
    return short


_PREFIX = re.compile(r"^\s*(?:(?:re|fwd?|aw|wg|antw|sv|vs|tr|rif|res|enc)\s*(?:\[\d+\])?\s*:\s*)+", re.IGNORECASE)


def plain_subject(subject: str) -> str:
    """A subject as threads compare it: without Re:, Fwd:, AW: and the like, spaces and case."""
    return " ".join(_PREFIX.sub("", subject).casefold().split())
