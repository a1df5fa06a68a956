"""Finds the line on which each table and key of a TOML text stands, which ``tomllib`` doesn't tell.

The text is one that ``tomllib`` has accepted; of any other, the answer is merely useless. Keys inside inline tables
have no line of their own here: ask for the longest known part of their path.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping

_SPACE = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_KEY = re.compile(r"""[ \t]*("(?:[^"\\\n]|\\.)*"|'[^'\n]*'|[A-Za-z0-9_-]+)[ \t]*""")
_VALUE_PART = re.compile(
    r'"{3}(?:[^\\]|\\.)*?"{3,5}'
    r"|'{3}.*?'{3,5}"
    r"""|"(?:[^"\\\n]|\\.)*"|'[^'\n]*'|\#[^\n]*|[\[\]{}\n]|[^\[\]{}"'\#\n]+|.""",
    re.DOTALL,
)
Name = tuple[str, ...]


def lines(text: str) -> dict[Name, int]:
    """The line, from 1, of each table header and each key by its full path; the first one where there are several."""
    found: dict[Name, int] = {}
    table: Name = ()
    at = _skip(text, 0)
    while at < len(text):
        start = at
        if text[at] == "[":
            opening = 2 if text.startswith("[[", at) else 1
            table, at = _dotted(text, at + opening)
            name = table
            at = _line_end(text, at)
        else:
            key, at = _dotted(text, at)
            name = table + key
            at = _value_end(text, at + 1)
        line = text.count("\n", 0, start) + 1
        for length in range(1, len(name) + 1):
            found.setdefault(name[:length], line)
        at = _skip(text, max(at, start + 1))
    return found


def line_of(found: Mapping[Name, int], name: Name) -> int | None:
    """The line of *name*, or of the table around it; None where neither stands in the text."""
    return next((found[name[:length]] for length in range(len(name), 0, -1) if name[:length] in found), None)


def _skip(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    return found.end() if found else at


def _dotted(text: str, at: int) -> tuple[Name, int]:
    name: list[str] = []
    while found := _KEY.match(text, at):
        name.append(_plain(found[1]))
        at = found.end()
        if not text.startswith(".", at):
            break
        at += 1
    return tuple(name), at


def _plain(key: str) -> str:
    if key[0] not in "\"'":
        return key
    try:
        return next(iter(tomllib.loads(f"{key} = 0")))
    except tomllib.TOMLDecodeError:
        return key


def _line_end(text: str, at: int) -> int:
    end = text.find("\n", at)
    return len(text) if end < 0 else end


def _value_end(text: str, at: int) -> int:
    """Where the value that starts at *at* ends: the first line break outside quotes and brackets."""
    depth = 0
    while found := _VALUE_PART.match(text, at):
        part = found[0]
        if part == "\n" and depth <= 0:
            return at
        depth += (part in ("[", "{")) - (part in ("]", "}"))
        at = found.end()
    return len(text)
