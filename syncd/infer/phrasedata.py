"""The data files in ``phrases/``, read once."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources
from typing import Any


@cache
def load(name: str) -> dict[str, Any]:
    """What stands in ``phrases/NAME.toml``."""
    file = resources.files("syncd.infer") / "phrases" / f"{name}.toml"
    return tomllib.loads(file.read_text(encoding="utf-8"))
