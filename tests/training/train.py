"""Make the trained model anew from tests/corpus/mail and tests/corpus/train: `python tests/training/train.py [--check]`."""

from __future__ import annotations

import argparse
import json
import struct
import zlib
from collections import Counter
from pathlib import Path

import numpy as np
from mails import Mail, mails, seen
from meanings import Meanings
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score
from threadpoolctl import threadpool_limits

from syncd.infer.messages.model import family_name, share, unpack, unpack_lexicon
from syncd.infer.messages.signals import VERSION, Signals

FOLDER = Path(__file__).parent.parent.parent / "syncd" / "infer" / "model"
KINDS = {
    "received": ["rejection", "offer", "invitation", "automatic", "reply", "other"],
    "sent": ["thank_you", "follow_up", "rejection_reply", "withdrawal", "other"],
    "purpose": ["asks", "brings"],
}
KNOWN = 0.3
"""What a phrase counts in a mail that it was written for: much less than it will in one that it never saw."""
BY_MEANING = 0.4
"""The share of what the words' meanings say."""
SHARPER = 1.3
"""Two models that average say less than they know."""
ROWS = {"received": 55_000, "sent": 50_000, "purpose": 12_000}
"""Signals kept of each model, those that say most."""


def row(signals: Signals, meanings: Meanings, *, known: bool) -> dict[str, float]:
    """The signals of a mail, with the families of its words."""
    found = dict.fromkeys(signals.words, 1.0)
    for word in signals.body:
        if (place := meanings.places.get(word)) is not None:
            found[family_name(meanings.families[place])] = 1.0
    for name, value in signals.shape.items():
        found[name] = value * KNOWN if known and name[:2] in {"g:", "e:"} else value
    return found


def meant(signals: Signals, meanings: Meanings) -> np.ndarray:
    """The mean of the vectors of its words."""
    words = dict.fromkeys((*signals.body, *signals.subject))
    places = [place for word in words if (place := meanings.places.get(word)) is not None]
    return meanings.vectors[places].sum(axis=0) * share(len(places))


class Trained:
    """A model in the making: two, of which one knows the signals and one the meanings, put together."""

    def __init__(self, rows: list[dict[str, float]], vectors: np.ndarray, labels: list[str], kinds: list[str]) -> None:
        counts = Counter(name for found in rows for name in found)
        names = sorted(name for name, count in counts.items() if count > 1)
        self.kinds, self.places = kinds, {name: i for i, name in enumerate(names)}
        right = [kinds.index(label) for label in labels]
        first = LogisticRegression(C=1.0, max_iter=400, tol=1e-3, class_weight="balanced").fit(self.matrix(rows), right)
        second = LogisticRegression(C=3.0, max_iter=400, tol=1e-3, class_weight="balanced").fit(vectors, right)
        bias, self.weights = _both(first, SHARPER * (1 - BY_MEANING))
        by_meaning, self.meaning = _both(second, SHARPER * BY_MEANING)
        self.bias = bias + by_meaning

    def matrix(self, rows: list[dict[str, float]]) -> csr_matrix:
        data, columns, ends = [], [], [0]
        for found in rows:
            for name, value in found.items():
                if (place := self.places.get(name)) is not None:
                    columns.append(place)
                    data.append(value)
            ends.append(len(columns))
        return csr_matrix((data, columns, ends), shape=(len(rows), len(self.places)))

    def chances(self, rows: list[dict[str, float]], vectors: np.ndarray) -> np.ndarray:
        logits = self.matrix(rows) @ self.weights.T + vectors @ self.meaning.T + self.bias
        powers = np.exp(logits - logits.max(axis=1, keepdims=True))
        return powers / powers.sum(axis=1, keepdims=True)

    def packed(self, most: int, meanings: Meanings, order: list[int]) -> bytes:
        """As syncd/infer/messages/model.py reads it, with the words of the lexicon in *order*."""
        names = list(self.places)
        spread = self.weights.max(axis=0) - self.weights.min(axis=0)
        shape = np.array([name[:2] in {"s:", "g:", "e:", "k:"} for name in names])
        kept = np.argsort(-(spread + 100 * shape), kind="stable")[:most]
        step, whole = _bytes(self.weights)
        hashed = _hashed([names[i] for i in kept if whole[:, i].any()])
        columns = whole[:, [self.places[name] for _, name in hashed]]
        meaning_step, spoken = _bytes(self.meaning @ meanings.vectors[order].T)
        head = {
            "signals": VERSION,
            "kinds": self.kinds,
            "bias": [round(float(b), 5) for b in self.bias],
            "step": step,
            "count": len(hashed),
            "meaning_step": meaning_step,
            "words": len(order),
        }
        hashes = struct.pack(f"<{len(hashed)}I", *(h for h, _ in hashed))
        return _closed(head, hashes + columns.tobytes() + spoken.tobytes())


def _both(fitted: LogisticRegression, scale: float) -> tuple[np.ndarray, np.ndarray]:
    """Bias and weights for each kind, also where there are but two."""
    bias, weights = fitted.intercept_ * scale, fitted.coef_ * scale
    if len(bias) > 1:
        return bias, weights
    return np.append(0.0, bias), np.vstack([np.zeros(weights.shape[1]), weights])


def _bytes(weights: np.ndarray) -> tuple[float, np.ndarray]:
    step = float(np.abs(weights).max() / 127)
    return step, np.clip(np.rint(weights / step), -127, 127).astype(np.int8)


def _hashed(names: list[str]) -> list[tuple[int, str]]:
    """Hashes in rising order, of two names with the same the first."""
    found: dict[int, str] = {}
    for name in names:
        found.setdefault(zlib.crc32(name.encode()), name)
    return sorted(found.items())


def _closed(head: dict, packed: bytes) -> bytes:
    return zlib.compress(json.dumps(head).encode() + b"\n" + packed, 9)


def lexicon_packed(meanings: Meanings) -> tuple[bytes, list[int]]:
    """The lexicon as the product reads it, and the places of its words in that order."""
    hashed = _hashed(meanings.words)
    order = [meanings.places[word] for _, word in hashed]
    families = [int(meanings.families[place]) for place in order]
    packed = struct.pack(f"<{len(order)}I", *(h for h, _ in hashed)) + struct.pack(f"<{len(order)}H", *families)
    return _closed({"signals": VERSION, "count": len(order)}, packed), order


def of(name: str, everything: list[tuple[Mail, Signals]]) -> list[tuple[Mail, Signals, str]]:
    """What the model *name* learns from, with the right answers."""
    if name == "purpose":
        return [(m, s, "brings" if m.purposeful else "asks") for m, s in everything if m.kind == "follow_up"]
    return [(m, s, m.kind) for m, s in everything if m.received == (name == "received")]


def learnt(examples: list[tuple[Mail, Signals, str]], meanings: Meanings, kinds: list[str]) -> Trained:
    rows = [row(signals, meanings, known=mail.known) for mail, signals, _ in examples]
    vectors = np.array([meant(signals, meanings) for _, signals, _ in examples])
    return Trained(rows, vectors, [label for *_, label in examples], kinds)


def told(trained: Trained, examples: list[tuple[Mail, Signals, str]], meanings: Meanings) -> np.ndarray:
    """The chances of mails that nobody knew when the phrases were written."""
    rows = [row(signals, meanings, known=False) for _, signals, _ in examples]
    return trained.chances(rows, np.array([meant(signals, meanings) for _, signals, _ in examples]))


def check(name: str, examples: list[tuple[Mail, Signals, str]], meanings: Meanings) -> None:
    """How well each author's mails are told by what was learnt from all the others'."""
    kinds = KINDS[name]
    for author in sorted({mail.author for mail, _, _ in examples if not mail.known}):
        apart = [e for e in examples if e[0].author == author]
        trained = learnt([e for e in examples if e[0].author != author], meanings, kinds)
        read = told(trained, apart, meanings).argmax(axis=1)
        right = [kinds.index(label) for *_, label in apart]
        accuracy = float(np.mean(read == np.array(right)))
        mean = f1_score(right, read, average="macro", labels=sorted(set(right)))
        print(f"{name:9} {author:24} {len(apart):4} mails, right {accuracy:.3f}, macro F1 {mean:.3f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="hold out each author's file in turn, and make nothing")
    asked = parser.parse_args()
    everything = [(mail, signals) for mail in mails() if (signals := seen(mail)) is not None]
    meanings = Meanings(
        [signals.body for _, signals in everything],
        [f"{mail.message.subject}\n{mail.message.text}" for mail, _ in everything],
    )
    if asked.check:
        for name in KINDS:
            check(name, of(name, everything), meanings)
        return
    packed, order = lexicon_packed(meanings)
    words = unpack_lexicon(packed)
    (FOLDER / "words.bin").write_bytes(packed)
    print(f"words: {len(order)} words, {len(packed)} bytes")
    for name, kinds in KINDS.items():
        examples = of(name, everything)
        data = learnt(examples, meanings, kinds).packed(ROWS[name], meanings, order)
        (FOLDER / f"{name}.bin").write_bytes(data)
        print(f"{name}: {len(examples)} mails, {len(unpack(data, words).places)} signals, {len(data)} bytes")


if __name__ == "__main__":
    with threadpool_limits(1):  # sums in another order would give another model
        main()
