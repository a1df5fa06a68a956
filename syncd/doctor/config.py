"""The config: whether it can be read, and every problem that it has."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from syncd import config
from syncd.doctor.finding import Finding, ok, problem, warning
from syncd.errors import BadConfig
from syncd.settings import Settings

_SUBJECT = "config"


def examine(path: Path, environ: Mapping[str, str]) -> tuple[Settings | None, list[Finding]]:
    """The settings in the config at *path*, None where it can't be used, and what is to be said of it."""
    try:
        reading = config.read(path, environ)
    except BadConfig as bad:
        if not path.exists():
            return None, [problem(_SUBJECT, f"there is none at {path}", "syncd init", BadConfig)]
        step = f"edit {path}; config.example.toml explains every key"
        return None, [problem(_SUBJECT, line, step, BadConfig) for line in str(bad).splitlines()]
    doubts = [warning(_SUBJECT, line, f"edit {path}, if that isn't what you mean") for line in reading.warnings]
    return reading.settings, [ok(_SUBJECT, f"{path} holds"), *doubts]
