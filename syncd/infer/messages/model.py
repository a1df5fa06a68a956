"""The trained model: how much each signal speaks for each kind of mail.

Data in ``syncd/infer/model``, made by ``tests/training`` and read once, when a mail first needs it. Each file is a line
of JSON and then packed numbers, low byte first, the whole compressed. ``words.bin`` has a 32-bit hash of each word of
the lexicon and the number of the family of like words that it is of. A model has a 32-bit hash of each signal; for
each kind a signed byte for each signal; and for each kind a signed byte for each word of the lexicon: what the word's
meaning says, also where nobody wrote it in a mail to learn from. Bytes times a step, and a
bias, are the logits of a softmax.
"""

from __future__ import annotations

import json
import struct
import zlib
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib import resources
from math import exp
from typing import Any

from syncd.infer.messages.signals import VERSION, Signals, grams


@dataclass(frozen=True, slots=True, eq=False)
class Places:
    """Hashes in rising order: each name's place is where its hash stands. A tenth of the memory that a dict takes."""

    hashes: array[int]

    def get(self, hashed: int) -> int | None:
        """Where *hashed* stands; None where it isn't known."""
        place = bisect_left(self.hashes, hashed)
        return place if place < len(self.hashes) and self.hashes[place] == hashed else None

    def __contains__(self, hashed: int) -> bool:
        return self.get(hashed) is not None

    def __len__(self) -> int:
        return len(self.hashes)


@dataclass(frozen=True, slots=True, eq=False)
class Lexicon:
    """Words by hash, each with its place, and at each place the family of like words."""

    places: Places
    families: array[int]

    def read(self, words: Iterable[str]) -> list[int]:
        """The places of the distinct *words* that are known, in their order."""
        places = self.places
        return [place for word in dict.fromkeys(words) if (place := places.get(zlib.crc32(word.encode()))) is not None]


@dataclass(frozen=True, slots=True, eq=False)
class Model:
    """How much each signal and each word's meaning speaks for each of ``kinds``."""

    kinds: tuple[str, ...]
    bias: tuple[float, ...]
    step: float
    weights: tuple[array[int], ...]
    meaning_step: float
    meanings: tuple[array[int], ...]
    places: Places
    lexicon: Lexicon

    def chances(self, seen: Signals) -> dict[str, float]:
        """How likely *seen* is each kind; together 1."""
        places, crc = self.places, zlib.crc32
        known = self.lexicon.read((*seen.body, *seen.subject))
        rows = [row for name in seen.words if (row := places.get(crc(name.encode()))) is not None]
        families = {self.lexicon.families[place] for place in self.lexicon.read(seen.body)}
        rows += [row for family in sorted(families) if (row := places.get(_family(family))) is not None]
        shape = [
            (row, value) for name, value in seen.shape.items() if (row := places.get(crc(name.encode()))) is not None
        ]
        meaning = self.meaning_step * share(len(known))
        sums = [
            bias
            + self.step * (sum(map(weights.__getitem__, rows)) + sum(weights[row] * value for row, value in shape))
            + meaning * sum(map(meanings.__getitem__, known))
            for bias, weights, meanings in zip(self.bias, self.weights, self.meanings, strict=True)
        ]
        top = max(sums)
        powers = [exp(value - top) for value in sums]
        whole = sum(powers)
        return {kind: power / whole for kind, power in zip(self.kinds, powers, strict=True)}

    def told_by(self, seen: Signals, kind: str, limit: int = 3) -> tuple[str, ...]:
        """The author's words that spoke most for *kind*, as they stand in the mail, at most *limit* groups of them."""
        worth = self._worth(seen, self.kinds.index(kind))
        groups = sorted(_groups(seen.body, worth), reverse=True)[:limit]
        return tuple(
            seen.read.quote_words(seen.begins + first, seen.begins + last)
            for _, first, last in sorted(groups, key=lambda group: group[1])
        )

    def _worth(self, seen: Signals, kind: int) -> list[float]:
        """How much each word of the mail speaks for *kind* over the others, with its share of the groups it is in."""
        worth = [0.0] * len(seen.body)
        for start, length, name in grams(seen.body):
            if (row := self.places.get(zlib.crc32(name.encode()))) is not None:
                spoken = _over(self.weights, row, kind) * self.step / length
                for i in range(start, start + length):
                    worth[i] += spoken
        by_meaning = self.meaning_step * share(len(self.lexicon.read((*seen.body, *seen.subject))))
        for i, word in enumerate(seen.body):
            if (place := self.lexicon.places.get(zlib.crc32(word.encode()))) is not None:
                worth[i] += _over(self.meanings, place, kind) * by_meaning
        return worth


def share(words: int) -> float:
    """What the meaning of one of so many distinct words counts."""
    return float(max(words, 5) ** -0.75)


@cache
def _family(number: int) -> int:
    return zlib.crc32(family_name(number).encode())


def family_name(number: int) -> str:
    """The signal that a mail has a word of this family."""
    return f"k:{number}"


def _over(columns: tuple[array[int], ...], row: int, kind: int) -> float:
    """What *row* says for *kind*, over what it says for the others on average."""
    whole = sum(column[row] for column in columns)
    return columns[kind][row] - (whole - columns[kind][row]) / (len(columns) - 1)


def _groups(body: tuple[str, ...], worth: list[float]) -> Iterator[tuple[float, int, int]]:
    """Runs of words that speak for it, at most five words long, with what they are worth together."""
    first = -1
    for i in range(len(body) + 1):
        inside = i < len(body) and worth[i] > 0 and body[i] not in {".", "?"}
        if first >= 0 and (not inside or i - first >= 5):
            yield sum(worth[first:i]), first, i - 1
            first = -1
        if inside and first < 0:
            first = i


@cache
def model(name: str) -> Model:
    """The model *name*: ``received``, ``sent`` or ``purpose``."""
    return unpack(_data(name), lexicon())


@cache
def lexicon() -> Lexicon:
    """The words whose meaning is known."""
    return unpack_lexicon(_data("words"))


def _data(name: str) -> bytes:
    return (resources.files("syncd.infer") / "model" / f"{name}.bin").read_bytes()


def unpack(data: bytes, words: Lexicon) -> Model:
    """The model in *data*. Raises ``ValueError`` where it was made for other signals or another lexicon."""
    about, packed = _opened(data)
    count, known = about["count"], len(words.families)
    if about["words"] != known:
        raise ValueError(f"the model was made for a lexicon of {about['words']} words, and this one has {known}")
    places = _hashes(packed, count)
    at = 4 * count
    kinds = tuple(about["kinds"])
    weights = tuple(array("b", packed[at + i * count : at + (i + 1) * count]) for i in range(len(kinds)))
    at += len(kinds) * count
    meanings = tuple(array("b", packed[at + i * known : at + (i + 1) * known]) for i in range(len(kinds)))
    return Model(kinds, tuple(about["bias"]), about["step"], weights, about["meaning_step"], meanings, places, words)


def unpack_lexicon(data: bytes) -> Lexicon:
    """The lexicon in *data*."""
    about, packed = _opened(data)
    count = about["count"]
    return Lexicon(_hashes(packed, count), _numbers("H", packed[4 * count : 6 * count]))


def _hashes(packed: bytes, count: int) -> Places:
    return Places(_numbers("I", packed[: 4 * count]))


def _numbers(kind: str, packed: bytes) -> array[int]:
    return array(kind, [number for (number,) in struct.iter_unpack(f"<{kind}", packed)])


def _opened(data: bytes) -> tuple[dict[str, Any], bytes]:
    head, _, packed = zlib.decompress(data).partition(b"\n")
    about = json.loads(head)
    if about["signals"] != VERSION:
        raise ValueError(f"made for version {about['signals']} of the signals, and this code has {VERSION}")
    return about, packed
