"""The pieces of a title: what stands between dashes, slashes and words such as "with", without what surrounds names.

Pure. "Quillstone - System Design Interview with Priya" has the pieces "Quillstone" and, after "with", "Priya".
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache

from syncd.infer.events.cues import alternatives, lexicon

_EMOJI = re.compile("[\U0001f000-\U0001faff\u2600-\u27bf\ufe0f\u2b50\u2190-\u21ff]")
_DETERMINERS = frozenset(
    ["a", "an", "our", "my", "your", "their", "that", "un", "une", "una", "die", "der", "das", "dem", "den"]
)
_ARTICLES = _DETERMINERS | frozenset(["the", "la", "le", "les", "el", "los", "las"])
_CROWDS = frozenset(["team", "people", "folks", "crew", "lot", "guys"])
_KEEPS = frozenset(["of", "and", "und", "et", "y", "in", "en", "to", "by", "on"])
"""Words that also stand inside names ("Bank of Mora", "Fig and Feather"): what holds them is kept whole as well."""

WITH = frozenset(["with", "w", "w/", "w.", "con", "avec", "mit"])
AT = frozenset(["at", "@", "bei", "beim", "chez", "from", "auprès de"])
FOR = frozenset(["for", "as", "als", "für", "pour", "para", "about", "re", "regarding", "zur", "of"]) | frozenset(
    ["wg", "wg.", "wegen", "bzgl.", "sobre", "por lo del", "por lo de", "x lo del", "x lo de", "lo del", "lo de"]
)
VIA = frozenset(["via", "through", "by"])


@dataclass(frozen=True, slots=True)
class Piece:
    """``text`` without what surrounds names, ``raw`` with it; ``after`` is the preposition before, ``nth`` the part."""

    text: str
    raw: str
    after: str = ""
    nth: int = 0
    bracketed: bool = False

    @property
    def proper(self) -> bool:
        """Whether it is written as a name: every longer word begins with a capital or a digit."""
        words = [w for w in self.text.split() if len(w) > 3 or w[:1].isupper()]
        return bool(words) and all(w[:1].isupper() or w[:1].isdigit() or w[:1] in "&'’" for w in words)


@cache
def _tools() -> re.Pattern[str]:
    return re.compile(rf"\b(?:{alternatives('tools')})\b", re.IGNORECASE)


@cache
def _times() -> re.Pattern[str]:
    return re.compile(rf"(?<![\w-])(?:@ ?)?(?:{alternatives('times')})(?![\w-])", re.IGNORECASE)


@cache
def _borders() -> re.Pattern[str]:
    return re.compile(alternatives("borders"))


@cache
def _prepositions() -> re.Pattern[str]:
    words = alternatives("prepositions")
    return re.compile(rf"(?<![\w-])({words})(?=[\s:]|$)[:]?\s*|(?<!\w)@(?=\w)", re.IGNORECASE)


def without_tools(text: str) -> str:
    """*text* without the names of what one talks over ("Google Meet")."""
    return _tools().sub(" ", text)


def split(title: str) -> list[Piece]:
    """The pieces of *title*, in order."""
    return list(_split(title))


@lru_cache(maxsize=64)  # one reading asks several times
def _split(title: str) -> tuple[Piece, ...]:
    bare = without_tools(_EMOJI.sub(" ", _times().sub(" ", title)))
    found: list[Piece] = []
    position, nth = 0, 0
    for segment in _borders().split(bare):
        start = bare.find(segment, position)
        before = bare[:start]
        bracketed = before.count("(") + before.count("[") > before.count(")") + before.count("]")
        position = start + len(segment)
        found += _of_segment(segment, nth, bracketed=bracketed)
        if segment.strip():
            nth += 1
    return tuple(found)


def _of_segment(segment: str, nth: int, *, bracketed: bool) -> list[Piece]:
    found, after, start = [], "", 0
    marks = [m for m in _prepositions().finditer(segment) if (m[1] or "@").casefold() not in _KEEPS]
    for mark in [*marks, None]:
        raw = segment[start : mark.start() if mark else len(segment)].strip()
        text = strip(raw)
        if raw:
            loose = [Piece(strip(part), part, word, nth, bracketed) for part, word in _loose(raw, after)]
            # "Interview in Leeds": the word stands before a name, not inside one.
            if not loose or loose[0].text:
                found.append(Piece(text, raw, after, nth, bracketed))
            found += loose
        if mark:
            after, start = (mark[1] or "@").casefold(), mark.end()
    return [p for p in found if p.text]


def _loose(raw: str, after: str) -> list[tuple[str, str]]:
    """The parts of *raw* at words that may or may not belong to a name."""
    parts, start, word = [], 0, after
    for mark in _prepositions().finditer(raw):
        if (mark[1] or "@").casefold() in _KEEPS:
            parts.append((raw[start : mark.start()].strip(), word))
            start, word = mark.end(), mark[1].casefold()
    if not parts:
        return []
    parts.append((raw[start:].strip(), word))
    return [(part, word) for part, word in parts if part]


def strip(text: str) -> str:
    """*text* without the words at its ends that surround names ("second interview", "30 min", "team")."""
    around = lexicon().around
    words = text.strip(" \t.,;:!?*#_-–—/|'\"").split()
    while words and _bare(words[-1]) in around and not _ends_name(words):
        words.pop()
    while words and _bare(words[0]) in around and not _opens_name(words):
        words.pop(0)
    while len(words) > 1 and _bare(words[-1]) in _CROWDS:
        words.pop()
        if _bare(words[0]) in _ARTICLES and len(words) > 1:
            words.pop(0)
    return " ".join(words).strip(" .,;:-–—/|")


def _ends_name(words: list[str]) -> bool:
    """Whether the last word is the kind of house that a name before it has: "Oakley Home", "Zest Kitchen"."""
    lists = lexicon()
    return len(words) > 1 and _bare(words[-1]) in lists.organisations and _bare(words[-2]) not in lists.around


def _opens_name(words: list[str]) -> bool:
    """Whether an article begins a name ("The Range", "La Albufera"): what follows says more than "the hiring team"."""
    lists, opening = lexicon(), _bare(words[0])
    if opening not in _ARTICLES or opening in _DETERMINERS:
        return False
    rest = [_bare(w) for w in words[1:]]
    return bool(rest) and rest[0] not in lists.around | lists.nowhere and rest[-1] not in _CROWDS


def _bare(word: str) -> str:
    return word.casefold().replace("’", "'").strip(".,;:!?()[]\"'“”*#")
