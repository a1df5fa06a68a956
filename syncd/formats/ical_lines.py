"""iCalendar as bytes: content lines with their place in the file, the components they form, TEXT values both ways.

This layer is our own, and the value types above it are the icalendar library's, for two reasons. Files that other
programs own have to be edited without changing a byte that isn't ours, and a single broken line must not cost the
component, let alone the file. (icalendar 6.1 to 7.3, measured: backslashes in TEXT are lost or kept by version, X-
properties come escaped or not by version, an ATTENDEE with a stray quote or control character is dropped.)
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise

# RFC 5545 3.1: CRLF ends a line, CRLF and a blank continue it. Bare LF, bare CR and CR CR LF occur in the wild. The
# bound on CRs keeps a file full of them from costing quadratic time.
_BREAK = re.compile(rb"\r{0,2}\n(?![ \t])|\r(?![\r\n \t])")
_FOLD = re.compile(rb"(?:\r{0,2}\n|\r)[ \t]")
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ufeff\ud800-\udfff]")
_LINE_END = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_CARET = re.compile(r"\^([n'^])")
_UNIT = re.compile(r"\\?.", re.DOTALL)
_FOLD_AT = 75
_SHOWN = 80
_DEPTH = 8  # VCALENDAR, VEVENT, VALARM and a VLOCATION in it are four

# Components that can't lie in one another: where one begins inside another, the outer one was never ended.
_TOP = frozenset({"VEVENT", "VTODO", "VJOURNAL", "VFREEBUSY", "VTIMEZONE"})


@dataclass(frozen=True, slots=True)
class Line:
    """A content line, unfolded and decoded, without control characters; ``start`` to ``end`` is its place."""

    start: int
    end: int
    text: str

    @property
    def name(self) -> str:
        """The property's name in upper case."""
        return re.split("[:;]", self.text, maxsplit=1)[0].strip().upper()


@dataclass(frozen=True, slots=True)
class Property:
    """A content line taken apart. ``params`` has names in upper case; ``value`` is as written, still escaped."""

    name: str
    params: dict[str, str]
    value: str

    @property
    def text(self) -> str:
        """The value of a TEXT property in clear."""
        return unescape(self.value)


@dataclass(slots=True)
class Component:
    """What stands between BEGIN and END: its own lines, the components in it, and its place in the bytes.

    ``body_end`` is where its END line starts. Both ends are -1 while, or where, it is not ended.
    """

    name: str
    start: int
    lines: list[Line] = field(default_factory=list)
    children: list[Component] = field(default_factory=list)
    body_end: int = -1
    end: int = -1

    @property
    def whole(self) -> bool:
        """Whether it was ended as it should."""
        return self.end >= 0

    def properties(self, *names: str) -> Iterator[Property]:
        """The properties of these names (all without names), in order."""
        for line in self.lines:
            if not names or line.name in names:
                yield parse_line(line.text)

    def first(self, name: str) -> Property | None:
        """The first property of that name."""
        return next(self.properties(name), None)

    def text(self, name: str) -> str:
        """The text of the first property of that name, empty where there is none."""
        found = self.first(name)
        return found.text if found else ""


@dataclass(frozen=True, slots=True)
class Document:
    """A file taken apart. ``data`` is what places refer to; ``roots`` are its calendars, and what lies outside of any.

    ``calendar`` is False for what is no iCalendar at all; ``whole`` is False where the end is missing, as when it is
    being written. ``transcoded`` tells that ``data`` is not what is on the disk (UTF-16).
    """

    data: bytes
    roots: tuple[Component, ...]
    calendar: bool
    whole: bool
    transcoded: bool = False

    def components(self, name: str) -> Iterator[tuple[Component | None, Component]]:
        """All components of that name with the calendar that each stands in."""
        for root in self.roots:
            if root.name == name:
                yield None, root
            elif root.name == "VCALENDAR":
                yield from ((root, child) for child in root.children if child.name == name)


def parse(data: bytes) -> Document:
    """Take *data* apart. Never raises: what can't be understood is left out."""
    utf16 = _is_utf16(data)
    if utf16:
        data = data.decode("utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else utf16, "replace").encode()
    roots: list[Component] = []
    stack: list[Component] = []
    for line in _lines(data):
        name, _, rest = line.text.partition(":")
        kind = name.strip().upper()
        if kind == "BEGIN":
            _begin(rest.strip().upper(), line.start, roots, stack)
        elif kind == "END":
            _end(rest.strip().upper(), line, stack)
        elif stack and line.text:
            stack[-1].lines.append(line)
    calendars = [root for root in roots if root.name == "VCALENDAR"]
    known = bool(calendars) or any(root.name in _TOP for root in roots)
    return Document(data, tuple(roots), known, known and all(c.whole for c in calendars), bool(utf16))


def _is_utf16(data: bytes) -> str:
    if data[:2] == b"\xff\xfe" or data[1:8:2] == b"\0\0\0\0":
        return "utf-16-le"
    return "utf-16-be" if data[:2] == b"\xfe\xff" or data[0:8:2] == b"\0\0\0\0" else ""


def _lines(data: bytes) -> Iterator[Line]:
    start = 0
    for found in _BREAK.finditer(data):
        yield Line(start, found.end(), _decode(data[start : found.start()]))
        start = found.end()
    if start < len(data):
        yield Line(start, len(data), _decode(data[start:]))


def _decode(raw: bytes) -> str:
    """Unfold before decoding: RFC 5545 3.1 lets a fold cut a multi-octet character in two."""
    if b"\n" in raw or b"\r" in raw:
        raw = _FOLD.sub(b"", raw).rstrip(b"\r")
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        text = raw.decode("cp1252", "replace")
    return text if text.isascii() and text.isprintable() else clean(text)


def _begin(name: str, start: int, roots: list[Component], stack: list[Component]) -> None:
    if name == "VCALENDAR":
        stack.clear()
    elif name in _TOP:
        while stack and stack[-1].name != "VCALENDAR":
            stack.pop()
    if len(stack) >= _DEPTH:
        return
    component = Component(name, start)
    (stack[-1].children if stack else roots).append(component)
    stack.append(component)


def _end(name: str, line: Line, stack: list[Component]) -> None:
    if any(component.name == name for component in stack):
        while stack:
            component = stack.pop()
            if component.name == name:
                component.body_end, component.end = line.start, line.end
                return


def parse_line(text: str) -> Property:
    """Take a content line apart, forgivingly (RFC 5545 3.1, parameters as RFC 6868)."""
    name = re.split("[:;]", text, maxsplit=1)[0]
    at, rest = len(name), text[len(name) :]
    if rest.startswith(":") or not rest:
        return Property(name.strip().upper(), {}, rest[1:])
    colon, cuts = _outside_quotes(text, at)
    if colon < 0:  # a quote that is never closed
        colon = text.find(":", at)
        cuts = [i for i in range(at, max(colon, at)) if text[i] == ";"]
    if colon < 0:
        return Property(name.strip().upper(), {}, "")
    edges = [*cuts, colon]
    params: dict[str, str] = {}
    for begin, end in pairwise(edges):
        key, _, value = text[begin + 1 : end].partition("=")
        params.setdefault(key.strip().upper(), _CARET.sub(_uncaret, value.strip().strip('"')))
    return Property(name.strip().upper(), params, text[colon + 1 :])


def _outside_quotes(text: str, start: int) -> tuple[int, list[int]]:
    """Where the value's colon is (-1: nowhere), and the semicolons before it."""
    quoted, cuts = False, []
    for found in re.compile('[":;]').finditer(text, start):
        char = found.group()
        if char == '"':
            quoted = not quoted
        elif not quoted and char == ";":
            cuts.append(found.start())
        elif not quoted:
            return found.start(), cuts
    return -1, cuts


def _uncaret(found: re.Match[str]) -> str:
    return {"n": "\n", "'": '"', "^": "^"}[found.group(1)]


def clean(text: str) -> str:
    r"""*text* as it can be stored: every line end as ``\n``, no control character but the tab, no lone surrogate."""
    return _CONTROL.sub("", _LINE_END.sub("\n", text))


def escape(text: str) -> str:
    """*text* as a TEXT value (RFC 5545 3.3.11), on one line whatever it holds."""
    text = clean(text).replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    return text.replace("\n", "\\n")


def unescape(value: str) -> str:
    """The text of a TEXT value; a backslash before anything that needs none is dropped, as most readers do."""
    if "\\" not in value:
        return value
    return _ESCAPED.sub(lambda found: "\n" if found.group(1) in "nN" else found.group(1), value)


def fold(line: str, newline: bytes) -> bytes:
    """A content line in UTF-8, folded at 75 octets (RFC 5545 3.1), with its line end; no character or escape is cut."""
    parts: list[bytes] = []
    part = bytearray()
    for unit in _UNIT.findall(line):
        octets = unit.encode()
        if len(part) + len(octets) > _FOLD_AT:
            parts.append(bytes(part))
            part = bytearray(b" ")
        part += octets
    return newline.join([*parts, bytes(part)]) + newline


def fold_all(lines: Iterable[str], newline: bytes) -> bytes:
    """Many of them."""
    return b"".join(fold(line, newline) for line in lines)


def shown(text: str) -> str:
    """*text* for a message to a person: on one line, and not longer than a line."""
    flat = " ".join(clean(text).split())
    return flat if len(flat) <= _SHOWN else flat[: _SHOWN - 1] + "…"
