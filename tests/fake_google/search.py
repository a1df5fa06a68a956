"""Gmail's search language: a query becomes a tree.

https://support.google.com/mail/answer/7190 and
https://developers.google.com/workspace/gmail/api/guides/filtering. A space is AND; OR (upper case) binds tighter than
it; ``{a b}`` is an OR of what it holds, ``( )`` an AND, ``-`` negates the next term or group. An operator applies to
the term or group behind it. What looks like an operator and is none is plain words.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from tests.fake_google.gmail_text import FIELDS, words

_WORDY = frozenset({"", *FIELDS}) - {"body"}
_PLACES_AND_TIMES = (
    *("label", "in", "is", "has", "category", "rfc822msgid"),
    *("after", "before", "newer", "older", "newer_than", "older_than"),
)
OPERATORS = _WORDY - {""} | set(_PLACES_AND_TIMES)
# Gmail knows these too; this server doesn't, and says so rather than answer wrongly.
UNSUPPORTED = frozenset({"larger", "smaller", "size", "circle", "ext"})


class NotSupported(Exception):
    """The query is one that Gmail would answer and that this server can't."""


@dataclass(frozen=True)
class Term:
    """``operator`` is "" for plain words, which ``text`` has as written."""

    operator: str
    text: str


@dataclass(frozen=True)
class All:
    of: tuple[Node, ...]


@dataclass(frozen=True)
class Any:
    of: tuple[Node, ...]


@dataclass(frozen=True)
class Not:
    of: Node


Node = Term | All | Any | Not

_PIECE = re.compile(r'\s+|(?P<sign>[(){}])|-(?=[^\s])|(?P<operator>[A-Za-z_0-9]+):|"(?P<quoted>[^"]*)"?|[^\s(){}"]+')


def parse(query: str) -> All:
    """The tree of *query*; nothing is malformed for Gmail, open brackets end at the end."""
    return _Parser(query).everything()


class _Parser:
    def __init__(self, query: str) -> None:
        self.query = query
        self.at = 0

    def everything(self) -> All:
        found: list[Node] = []
        while self.at < len(self.query):
            found += self.sequence("", "")
            self.at += 1  # a bracket that closes nothing
        return All(tuple(found))

    def peek(self) -> re.Match[str] | None:
        """The next piece that isn't space; None at the end."""
        while match := _PIECE.match(self.query, self.at):
            if not match[0].isspace():
                return match
            self.at = match.end()
        return None

    def sequence(self, end: str, operator: str) -> list[Node]:
        """Terms up to *end*, those between which OR stands made one."""
        found: list[list[Node]] = []
        joining = False
        while (piece := self.peek()) and piece[0] not in {")", "}"}:
            if piece[0] in {"OR", "AND"}:
                self.at = piece.end()
                joining = piece[0] == "OR"
                continue
            node = self.term(operator)
            if node is None:
                continue
            if joining and found:
                found[-1].append(node)
            else:
                found.append([node])
            joining = False
        if piece and piece[0] == end:
            self.at = piece.end()
        return [nodes[0] if len(nodes) == 1 else Any(tuple(nodes)) for nodes in found]

    def term(self, operator: str) -> Node | None:
        piece = self.peek()
        if piece is None or piece[0] in {")", "}"}:
            return None
        self.at = piece.end()
        word = piece[0]
        if word == "-":
            inner = self.term(operator)
            return Not(inner) if inner else None
        if word == "(":
            return _one(All(tuple(self.sequence(")", operator))))
        if word == "{":
            return _one(Any(tuple(self.sequence("}", operator))))
        if piece["operator"]:
            return self.operator(piece["operator"], operator)
        return _worded(operator, word if piece["quoted"] is None else piece["quoted"])

    def operator(self, name: str, outer: str) -> Node | None:
        if name.lower() in UNSUPPORTED:
            raise NotSupported(f"{name}: is not in the test server")
        if name.lower() in OPERATORS:
            return self.term(name.lower())
        rest = re.compile(r'[^\s(){}"]*').match(self.query, self.at)
        assert rest
        self.at = rest.end()
        return _worded(outer, f"{name}:{rest[0]}")


def _worded(operator: str, text: str) -> Term | None:
    """None for what is punctuation only: Gmail passes over it."""
    return None if operator in _WORDY and not words(text) else Term(operator, text)


def _one(group: All | Any) -> Node | None:
    if not group.of:
        return None
    return group.of[0] if len(group.of) == 1 else group
