"""The tables of the models of calendar entries as bytes, as `syncd/infer/events/model.py` reads them."""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Sequence

import numpy as np

from syncd.infer.events.signals import VERSION


def tabled(found: Sequence[str], weights: np.ndarray, most: int) -> tuple[float, bytes]:
    """The table of the *most* weighty names, as the product reads it, and its step."""
    kept = np.argsort(-np.abs(weights), kind="stable")[:most]
    step = float(np.abs(weights).max() / 127)
    hashed: dict[int, int] = {}
    for i in kept:
        byte = round(weights[i] / step)
        if byte:
            hashed.setdefault(zlib.crc32(found[i].encode()), byte)
    order = sorted(hashed)
    return step, struct.pack(f"<{len(order)}I{len(order)}b", *order, *(hashed[h] for h in order))


def worded(words: Sequence[str], *weights: np.ndarray) -> tuple[list[float], bytes]:
    """The table of all *words*, each with several weights, and their steps."""
    hashed = {zlib.crc32(word.encode()): i for i, word in reversed(list(enumerate(words)))}
    order = sorted(hashed)
    steps = [float(np.abs(of).max() / 127) for of in weights]
    columns = [
        np.round(of / step).astype(np.int8)[[hashed[h] for h in order]] for of, step in zip(weights, steps, strict=True)
    ]
    return steps, struct.pack(f"<{len(order)}I", *order) + b"".join(column.tobytes() for column in columns)


def closed(head: dict, *tables: bytes) -> bytes:
    return zlib.compress(json.dumps({"signals": VERSION, **head}).encode() + b"\n" + b"".join(tables), 9)
