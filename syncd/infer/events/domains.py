"""The name that a mail domain suggests, spelled as the entry or the language spells its words. Pure."""

from __future__ import annotations

import re
from functools import cache, lru_cache

from syncd.infer import names
from syncd.infer.events.context import Context
from syncd.infer.events.cues import lexicon
from syncd.infer.language import fold

BY_DOMAIN = "the mail domain"
_TOKEN = re.compile(r"[^\W_]+(?:['’][^\W_]+)*|&")
_SMALL = frozenset(["of", "and", "de", "la", "du", "the", "und", "et", "y", "e", "des", "del", "le"])
_LEAST = 3
"""Letters that a word of the entry must have to be looked for within a domain."""


def spelled(domain: str, context: Context) -> tuple[str, str]:
    """The name for *domain*, and the words of the entry that are all of it, empty where they don't stand together.

    "lindenpharmacy" is "Linden Pharmacy" where those words stand in it; "talleres" and "Marquínez" may stand apart.
    """
    guess = names.company_of_domain(domain)
    if not guess:
        return "", ""
    told = context.told
    senders = " . ".join(p.name for p in context.everyone)
    tokens = _TOKEN.findall(f"{told.headings} . {told.place} . {senders} . {told.text[:1500]}")
    wanted = names.letters(guess)
    if said := _together(tokens, wanted):
        return capitals(said) if said.islower() else said, said
    known = dict(_kinds_of_houses())
    for token in tokens:
        if token[:1].isupper() and len(token) >= _LEAST:
            known.update(dict.fromkeys(_letters(token), token))
    parts = [_taken_apart(names.letters(part), known) or _accented(part) for part in guess.split()]
    return " ".join(parts), ""


def capitals(name: str) -> str:
    """*name* with capitals, as names have them."""
    return " ".join(w if w in _SMALL and n else w[:1].upper() + w[1:] for n, w in enumerate(name.split()))


@lru_cache(maxsize=4096)
def _letters(word: str) -> tuple[str, ...]:
    """The two ways in which a domain spells *word*: "muller" and "mueller"."""
    return tuple(dict.fromkeys((names.letters(word), names.letters(fold(word)))))


def _together(tokens: list[str], wanted: str) -> str:
    """The words that stand together and are *wanted*, empty for none."""
    for way in (0, -1):
        folded = ["and" if t == "&" else _letters(t)[way] for t in tokens]
        for start, first in enumerate(folded):
            run = first
            for end in range(start + 1, min(start + 6, len(folded))):
                if run == wanted and end == start + 1:
                    return tokens[start]
                if not run or not wanted.startswith(run):
                    break
                run += folded[end]
                if run == wanted:
                    return " ".join(tokens[start : end + 1])
    return ""


@cache
def _kinds_of_houses() -> dict[str, str]:
    """Words such as "wäscherei" by the letters that a domain has for them."""
    found = {}
    for word in sorted(lexicon().organisations):
        if len(word) > _LEAST and (word.isascii() or names.letters(word) not in lexicon().organisations):
            found.update(dict.fromkeys(_letters(word), capitals(word)))
    return found


def _taken_apart(letters: str, known: dict[str, str]) -> str:
    """*letters* as *known* words, the longest first; empty where some of it is left."""
    reached: dict[int, tuple[str, ...]] = {0: ()}
    for end in range(1, len(letters) + 1):
        for start in sorted(reached):
            part = letters[start:end]
            word = known.get(part) or (part if part in _SMALL and start > 0 and end < len(letters) else "")
            if word and end not in reached:
                reached[end] = (*reached[start], word)
    return " ".join(reached.get(len(letters), ()))


@lru_cache(maxsize=1024)
def _accented(word: str) -> str:
    """*word* of a domain with the accents that kinds of houses have: "Donauwaescherei" is "Donauwäscherei"."""
    letters = word.lower()
    for ending, said in _kinds_of_houses().items():
        if len(ending) > 4 and letters.endswith(ending) and not said.isascii():
            head = word[: -len(ending)]
            return head + (said.lower() if head else said)
    return word
