"""The trained models that read calendar entries: what speaks for an interview, and what for a name as the company's.

Data in ``syncd/infer/model``, made by ``tests/training/train_events.py`` and read once, when an entry first needs it.
Each file is a line of JSON and then packed numbers, low byte first, the whole compressed: 32-bit hashes of names in
rising order, and for each a signed byte; for words two, what their meaning says in a title and anywhere, also for words
that nobody wrote in an entry to learn from. Bytes times a table's step, and a bias, are what an entry scores: above
zero it is an interview.
"""

from __future__ import annotations

import json
import struct
import zlib
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources
from typing import Any

from syncd.infer.events.signals import VERSION, Signals, Word, grams

_SHORT = 4
"""Letters of a word that alone says nothing."""


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """How much each name counts, by its hash; a name that isn't there counts nothing."""

    hashes: array[int]
    weights: array[int]
    step: float

    @lru_cache(maxsize=16_384)  # noqa: B019 - tables are read once and live as long as the process
    def weight(self, name: str) -> float:
        """What *name* counts."""
        hashed = zlib.crc32(name.encode())
        place = bisect_left(self.hashes, hashed)
        if place < len(self.hashes) and self.hashes[place] == hashed:
            return self.weights[place] * self.step
        return 0.0

    def __contains__(self, name: str) -> bool:
        hashed = zlib.crc32(name.encode())
        place = bisect_left(self.hashes, hashed)
        return place < len(self.hashes) and self.hashes[place] == hashed

    def total(self, features: Mapping[str, float]) -> float:
        """What all *features* count together."""
        return sum(self.weight(name) * value for name, value in features.items())


@dataclass(frozen=True, slots=True, eq=False)
class InterviewModel:
    """How much each signal speaks for an interview, and each word's meaning, in a title and anywhere."""

    bias: float
    signals: Table
    title: Table
    anywhere: Table

    def score(self, seen: Signals) -> float:
        """The logarithm of the odds that an entry is an interview of the user's as the candidate."""
        meant = _meant(title_vocabulary(seen), self.title) + _meant(vocabulary(seen), self.anywhere)
        return self.bias + sum(map(self.signals.weight, seen.words)) + self.signals.total(seen.shape) + meant

    def told_by(self, seen: Signals, *, interview: bool, limit: int = 3) -> tuple[str, ...]:
        """The words that spoke most for it (or against it), as they stand in the entry, at most *limit* groups."""
        sign = 1 if interview else -1
        in_title, anywhere = share(len(title_vocabulary(seen))) * sign, share(len(vocabulary(seen))) * sign
        groups: list[tuple[float, int, str]] = []
        for where, words, text in (("T", seen.title, seen.said.headings), ("D", seen.text, seen.said.text)):
            worth = [0.0] * len(words)
            for start, length, name in grams(words, where):
                spoken = self.signals.weight(name) * sign / length
                for i in range(start, start + length):
                    worth[i] += spoken
            for i, word in enumerate(words):
                worth[i] += self.anywhere.weight(word.plain) * anywhere
                if where == "T":
                    worth[i] += self.title.weight(word.plain) * in_title
            groups += [(value, len(groups) + n, said) for n, (value, said) in enumerate(_groups(words, worth, text))]
        # A lone "on" or "each" tells a person nothing.
        telling = [group for group in groups if len(group[2]) > _SHORT or group[2].isupper()]
        most = sorted(telling, reverse=True)[:limit]
        return tuple(said for _, _, said in sorted(most, key=lambda group: group[1]))


def _meant(words: dict[str, None], table: Table) -> float:
    known = [word for word in words if word in table]
    return sum(map(table.weight, known)) * share(len(known))


def title_vocabulary(seen: Signals) -> dict[str, None]:
    """The distinct words of a title, in their order."""
    return dict.fromkeys(word.plain for word in seen.title)


def vocabulary(seen: Signals) -> dict[str, None]:
    """The distinct words of an entry, in their order."""
    return dict.fromkeys(word.plain for word in (*seen.title, *seen.text))


def share(words: int) -> float:
    """What the meaning of one of so many distinct words counts."""
    return float(max(words, 5) ** -0.75)


def _groups(words: tuple[Word, ...], worth: list[float], text: str) -> Iterable[tuple[float, str]]:
    """Runs of words that say so, at most five words long, with what they are worth together."""
    first = -1
    for i in range(len(words) + 1):
        inside = i < len(words) and worth[i] > 0 and words[i].plain[0].isalnum()
        if first >= 0 and (not inside or i - first >= 5):
            yield sum(worth[first:i]), " ".join(text[words[first].start : words[i - 1].end].split())
            first = -1
        if inside and first < 0:
            first = i


@lru_cache(maxsize=16_384)
def is_ordinary(word: str) -> bool:
    """Whether the folded *word* is one that people use, not only a name: the model knows what it means."""
    return word in interview_model().anywhere


@cache
def interview_model() -> InterviewModel:
    """The model that tells interviews."""
    return unpack(_data("events"))


@cache
def company_model() -> Table:
    """What the features of a name count that may be the company's."""
    return unpack_table(_data("events_company"))


def _data(name: str) -> bytes:
    return (resources.files("syncd.infer") / "model" / f"{name}.bin").read_bytes()


def unpack(data: bytes) -> InterviewModel:
    """The model in *data*. Raises ``ValueError`` where it was made for other signals."""
    head, packed = _opened(data)
    signals, words = head["counts"]
    steps = head["steps"]
    at = 5 * signals
    known = _hashes(packed[at : at + 4 * words])
    title, anywhere = packed[at + 4 * words : at + 5 * words], packed[at + 5 * words :]
    return InterviewModel(
        head["bias"],
        _table(packed[:at], steps[0]),
        Table(known, array("b", title), steps[1]),
        Table(known, array("b", anywhere), steps[2]),
    )


def unpack_table(data: bytes) -> Table:
    """The table in *data*. Raises ``ValueError`` where it was made for other features."""
    head, packed = _opened(data)
    return _table(packed, head["steps"][0])


def _table(packed: bytes, step: float) -> Table:
    count = len(packed) // 5
    return Table(_hashes(packed[: 4 * count]), array("b", packed[4 * count :]), step)


def _hashes(packed: bytes) -> array[int]:
    return array("I", struct.unpack(f"<{len(packed) // 4}I", packed))


def _opened(data: bytes) -> tuple[dict[str, Any], bytes]:
    head, _, packed = zlib.decompress(data).partition(b"\n")
    about = json.loads(head)
    if about["signals"] != VERSION:
        raise ValueError(f"made for version {about['signals']} of the signals, and this code has {VERSION}")
    return about, packed
