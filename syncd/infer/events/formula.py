"""The company of a title that holds nothing but what everybody types: an interview, a house, perhaps a person. Pure.

"Interview with Beacon Foods", "Thistle Health: first interview with Tom Abara", "Probetag bei Kurz, 10 Uhr". Where
nobody else says anything, these words are certain by themselves.
"""

from __future__ import annotations

import re

from syncd.infer.events.context import Company, Context
from syncd.infer.events.cues import lexicon, pattern
from syncd.infer.events.domains import capitals
from syncd.infer.events.model import is_ordinary
from syncd.infer.events.people import looks_like_person
from syncd.infer.events.pieces import AT, WITH, Piece
from syncd.infer.events.proposals import is_usable
from syncd.infer.language import fold
from syncd.infer.names import plain

_LONGEST = 5
"""Words that a name has."""
_ARTICLES = frozenset(["the", "la", "le", "el", "les", "los"])
"""They open a piece only where they open a name ("the copper pot")."""
_COUNT = re.compile(r"\d+\w{0,3}")


def typed(context: Context) -> Company | None:
    """The company of such a title, empty where it names none; None where it is of another sort, or somebody invites."""
    if context.everyone or context.told.label("company") or context.told.label("client"):
        return None
    if not pattern("formula").search(context.told.title):
        return None
    left = [piece for piece in _whole(context.pieces) if not _is_around(piece)]
    houses = [piece for piece in left if not _is_somebody(piece, context)]
    if not houses:
        return Company()
    house, beside_person = houses[0], any(piece.after in WITH for piece in left if piece is not houses[0])
    if len(houses) > 1 or not _is_name(house, context, sure=beside_person and not house.after):
        return None
    name = capitals(house.text) if house.text.islower() else house.text
    return Company(name, certain=True, why=f'"{house.raw[:60]}" in the title')


def _whole(pieces: tuple[Piece, ...]) -> list[Piece]:
    """*pieces* without the parts of those that are kept whole as well ("Bank of Mora")."""
    found: list[Piece] = []
    for piece in pieces:
        if not (found and piece.nth == found[-1].nth and piece.raw in found[-1].raw and piece.raw != found[-1].raw):
            found.append(piece)
    return found


def _is_around(piece: Piece) -> bool:
    """Whether *piece* says only when, where or how: "room 4", "phone"."""
    lists = lexicon()
    return all(w in lists.nowhere or w in lists.around or _COUNT.fullmatch(w) for w in _words(piece))


def _is_somebody(piece: Piece, context: Context) -> bool:
    if piece.after in AT:
        return False
    return context.me.is_named(piece.text) or looks_like_person(piece.text) or looks_like_person(piece.raw)


def _is_name(piece: Piece, context: Context, *, sure: bool) -> bool:
    """Whether *piece* can be nothing but a house's name: by where it stands, its capitals, or a word not in use."""
    words = _words(piece)
    if piece.bracketed or len(words) > _LONGEST or (piece.after and piece.after not in AT | WITH):
        return False
    if pattern("inner").search(piece.text) or pattern("in_town").search(piece.raw):
        return False
    if lexicon().organisations.issuperset(words) or not is_usable(piece.text, context):
        return False
    named = piece.proper or "&" in words or words[0] in _ARTICLES or not all(_is_ordinary(word) for word in words)
    return sure or piece.after in AT or named


def _is_ordinary(word: str) -> bool:
    lists, bare = lexicon(), word.removesuffix("'s")
    listed = word in lists.organisations | lists.nowhere | lists.around or plain(bare) in lists.given
    return listed or is_ordinary(fold(word))


def _words(piece: Piece) -> list[str]:
    return [w.strip(".,!?'’") or w for w in piece.text.casefold().split()]
