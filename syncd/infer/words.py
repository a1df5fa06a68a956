"""A text as plain words, so that phrases can be found in it however people write them.

Case, accents, apostrophes, contractions and line breaks don't matter any more ("We've" and "we have", "für" and "fuer",
"j'ai" and "j ai" are the same), commas are gone, sentences end in ``.`` or ``?``, and a time of day is ``clock``, another number
``num``, an address in the web ``link``. Every word knows where it came from.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

LIMIT = 8_000
"""Characters of a text that are looked at: what decides stands early, and a message may be hostile."""

_TOKEN = re.compile(
    r"(?P<link>(?:https?://|www\.)\S+)"
    r"|(?P<number>\d+(?:[.,:]\d+)*\w*)"
    r"|(?P<word>[^\W_]+(?:['’‘`´][^\W_]+)*)"
    r"|(?P<end>\n\s*\n|[.!;:…。！]|\?+|？)",
)
_CLOCK = re.compile(r"\d{1,2}(?:[:.]\d\d(?:am|pm|h|uhr)?|am|pm|h|h\d\d|uhr)")
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "œ": "oe", "æ": "ae", "’": "'", "‘": "'", "`": "'", "´": "'"})

_ABBREVIATIONS = frozenset(
    "mr mrs ms dr prof st sr sra dra mme mlle mag ing eng no nr str ref approx ca bzw inkl ggf usw vs inc ltd co jr hr fr".split()
)
"""Words whose full stop doesn't end a sentence."""

_SUFFIXES = {"t": "not", "ve": "have", "ll": "will", "re": "are", "m": "am", "d": "would", "s": "is"}
_LOOSE = {
    "can't": "can not", "cant": "can not", "cannot": "can not", "won't": "will not", "wont": "will not",
    "shan't": "shall not", "dont": "do not", "didnt": "did not", "doesnt": "does not", "isnt": "is not", "wasnt": "was not",
    "werent": "were not", "arent": "are not", "havent": "have not", "hasnt": "has not", "hadnt": "had not",
    "couldnt": "could not", "wouldnt": "would not", "shouldnt": "should not", "ain't": "is not", "aint": "is not",
    "im": "i am", "ive": "i have", "youre": "you are", "youve": "you have", "weve": "we have", "theyve": "they have",
    "thats": "that is", "its": "it is", "hes": "he is", "shes": "she is", "whats": "what is", "hows": "how is",
    "theres": "there is", "heres": "here is", "let's": "let us", "lets": "let us", "whos": "who is", "ill": "ill",
    "u": "you", "ur": "your", "r": "are", "pls": "please", "plz": "please", "gonna": "going to", "wanna": "want to",
    "gotta": "got to", "lmk": "let me know", "tho": "though", "bc": "because", "cos": "because", "w": "with", "y'all": "you all",
    "tmrw": "tomorrow", "tmr": "tomorrow", "thru": "through", "ya": "you", "yous": "you", "abt": "about",
    "thx": "thanks", "tks": "thanks", "ty": "thanks", "tysm": "thanks", "thankyou": "thank you", "soz": "sorry",
    "geht's": "geht es", "gibt's": "gibt es", "hab's": "habe es", "hab": "habe",
}  # fmt: skip
"""What people write short, in full."""


@dataclass(frozen=True, slots=True)
class Words:
    """``plain`` is the text as folded words, one space around each: `` . hi sam . we have decided . ``."""

    source: str
    plain: str
    _offsets: tuple[int, ...]
    _spans: tuple[tuple[int, int], ...]

    @property
    def vocabulary(self) -> frozenset[str]:
        """The distinct words."""
        return frozenset(self.plain.split())

    def quote(self, start: int, end: int, limit: int = 80) -> str:
        """The words as the author wrote them, for *start* to *end* of ``plain``, on one line, at most *limit* characters."""
        first = max(bisect_right(self._offsets, start + 1) - 1, 0)
        last = max(bisect_right(self._offsets, max(end - 2, start + 1)) - 1, first)
        if not self._spans:
            return ""
        text = " ".join(self.source[self._spans[first][0] : self._spans[last][1]].split())
        text = "".join(c for c in text if c.isprintable())
        return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"

    def position(self, offset: int) -> int:
        """Where in ``plain`` the words begin that stand at or after *offset* of the source."""
        return next((self._offsets[i] for i, (start, _) in enumerate(self._spans) if i and start >= offset), len(self.plain))

    def asks(self, position: int) -> bool:
        """Whether the sentence that *position* lies in is a question."""
        end = self.sentence_end(position - 1)
        return self.plain[end : end + 2] == " ?"

    def sentence_end(self, position: int) -> int:
        """Where the sentence that *position* of ``plain`` lies in comes to its end."""
        ends = [i for i in (self.plain.find(" .", position), self.plain.find(" ?", position)) if i >= 0]
        return min(ends, default=len(self.plain))


@lru_cache(maxsize=4096)
def fold(word: str) -> str:
    """One word in lower case without accents; umlauts as two letters, as people type them where they lack the key."""
    lower = word.lower().translate(_UMLAUTS)
    if lower.isascii():
        return lower
    return "".join(c for c in unicodedata.normalize("NFKD", lower) if not unicodedata.combining(c))


@lru_cache(maxsize=4096)
def _in_full(word: str) -> tuple[str, ...]:
    """A word as the one or more words it stands for."""
    folded = fold(word)
    if folded in _LOOSE:
        return tuple(_LOOSE[folded].split())
    head, apostrophe, tail = folded.partition("'")
    if not apostrophe:
        return (folded,)
    if tail in _SUFFIXES:
        return (head.removesuffix("n") if tail == "t" else head, _SUFFIXES[tail])
    return (head, *tail.split("'"))


def read(text: str) -> Words:
    """Take *text* apart; what lies beyond ``LIMIT`` is not looked at."""
    text = text[:LIMIT]
    words: list[str] = ["."]
    spans: list[tuple[int, int]] = [(0, 0)]
    for word, span in _words(text):
        if word in {".", "?"} and words[-1] in {".", "?"}:
            if word == "?":
                words[-1] = "?"
            continue
        words.append(word)
        spans.append(span)
    if words[-1] not in {".", "?"}:
        words.append(".")
        spans.append((len(text), len(text)))
    offsets = [1]
    for word in words[:-1]:
        offsets.append(offsets[-1] + len(word) + 1)
    return Words(text, f" {' '.join(words)} ", tuple(offsets), tuple(spans))


def _goes_on(word: str, following: str) -> bool:
    """Whether a full stop after *word* doesn't end the sentence: "Mr. Cole", "A. Penhaligon", "am 1. anfangen"."""
    if word.isdigit():
        return following[1:].islower()
    return word in _ABBREVIATIONS or (len(word) == 1 and word.isalpha())


def _words(text: str) -> Iterator[tuple[str, tuple[int, int]]]:
    previous = ""
    for match in _TOKEN.finditer(text):
        token, kind, span = match.group(), match.lastgroup, match.span()
        if kind == "word":
            for word in _in_full(token):
                yield word, span
            previous = fold(token)
        elif kind == "end":
            if not (token == "." and _goes_on(previous, text[span[1] : span[1] + 2])):
                yield ("?" if token[0] in "?？" else "."), span
        else:
            yield ("link" if kind == "link" else "clock" if _CLOCK.fullmatch(token.lower()) else "num"), span
            previous = token
