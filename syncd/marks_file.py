"""The person's ``syncd mark``s: an append-only file beside the store, since nothing else can bring them back.

JSON lines, 0600; a line that a crash tore is left out with a warning and the rest counts.
"""

from __future__ import annotations

import json
import os
from datetime import date, datetime
from pathlib import Path

from syncd.model import PersonMark


def marks_path(state: Path) -> Path:
    """Where the marks of the account with the store *state* are."""
    return state.with_name(f"{state.stem}.marks.jsonl")


def read_marks(path: Path) -> tuple[tuple[PersonMark, ...], tuple[str, ...]]:
    """The marks in *path*, oldest first, and a warning for each line that can't be read."""
    if not path.exists():
        return (), ()
    marks, warnings = [], []
    for number, line in enumerate(path.read_text("utf-8", errors="replace").splitlines(), 1):
        if not line.strip():
            continue
        try:
            marks.append(_mark(json.loads(line)))
        except (ValueError, KeyError, TypeError, AttributeError):
            warnings.append(f"{path}:{number}: not a mark; skipped")
    return tuple(marks), tuple(warnings)


def _mark(data: dict[str, str | list[str]]) -> PersonMark:
    by, at = data.get("by"), datetime.fromisoformat(str(data["at"]))
    if at.tzinfo is None:
        raise ValueError("a time without an offset says nothing")
    return PersonMark(
        id=str(data["id"]),
        at=at,
        state=str(data["state"]),
        company=str(data.get("company", "")),
        opportunity=str(data.get("opportunity", "")),
        causes=tuple(data.get("causes", ())),
        by=date.fromisoformat(str(by)) if by else None,
    )


def add_mark(path: Path, mark: PersonMark) -> None:
    """Append *mark*, safely on disk before this returns."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    line = json.dumps(
        {
            "id": mark.id,
            "at": mark.at.isoformat(),
            "state": mark.state,
            "company": mark.company,
            "opportunity": mark.opportunity,
            "causes": list(mark.causes),
            **({"by": mark.by.isoformat()} if mark.by else {}),
        },
        ensure_ascii=False,
    )
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        size = os.fstat(handle).st_size
        torn = size > 0 and os.pread(handle, 1, size - 1) != b"\n"
        os.write(handle, ("\n" if torn else "").encode() + line.encode() + b"\n")
        os.fsync(handle)
    finally:
        os.close(handle)
