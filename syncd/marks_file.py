"""What the person said on the command line (``syncd mark``, ``syncd pause``), which nothing else can bring back.

An append-only file beside the store: JSON lines, 0600; a line that a crash tore is left out with a warning and the rest
counts. A pause stands there as a mark of no company, which a syncd that doesn't know of pauses passes over.
"""

from __future__ import annotations

import json
import os
import uuid
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from syncd.model import PersonMark

_PAUSE = "pause"


@dataclass(frozen=True, slots=True)
class Pause:
    """``syncd pause``: away from *first* up to, and not with, *until*.

    From *first* on it stands in the place of those before it.
    """

    first: date
    until: date


def marks_path(state: Path) -> Path:
    """Where the marks of the account with the store *state* are."""
    return state.with_name(f"{state.stem}.marks.jsonl")


def read_marks(path: Path) -> tuple[tuple[PersonMark, ...], tuple[str, ...]]:
    """The marks in *path*, oldest first, and a warning for each line that can't be read."""
    said = list(_said(path))
    marks = tuple(one for _, one in said if isinstance(one, PersonMark))
    return marks, tuple(f"{path}:{number}: not a mark; skipped" for number, one in said if one is None)


def read_away(path: Path) -> tuple[tuple[date, date], ...]:
    """When the person is or was away by the pauses in *path*, as ``settings.User.away`` has it."""
    return away(one for _, one in _said(path) if isinstance(one, Pause))


def away(pauses: Iterable[Pause]) -> tuple[tuple[date, date], ...]:
    """The periods that *pauses*, in the order in which they were said, come to. Pure.

    An empty one shows that a pause was taken back on its first day: there may be what has to come back, too.
    """
    periods: list[tuple[date, date]] = []
    for pause in pauses:
        periods = [(first, min(until, pause.first)) for first, until in periods if first < pause.first]
        periods.append((pause.first, pause.until))
    return tuple(periods)


def _said(path: Path) -> Iterator[tuple[int, PersonMark | Pause | None]]:
    """What each line says, by its number; None for one that can't be read."""
    if not path.exists():
        return
    for number, line in enumerate(path.read_text("utf-8", errors="replace").splitlines(), 1):
        if not line.strip():
            continue
        try:
            data = json.loads(line)
            yield number, _pause(data) if data["state"] == _PAUSE else _mark(data)
        except (ValueError, KeyError, TypeError, AttributeError):
            yield number, None


def _pause(data: dict[str, Any]) -> Pause:
    return Pause(date.fromisoformat(data["from"]), date.fromisoformat(data["until"]))


def _mark(data: dict[str, Any]) -> PersonMark:
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
    _append(
        path,
        {
            "id": mark.id,
            "at": mark.at.isoformat(),
            "state": mark.state,
            "company": mark.company,
            "opportunity": mark.opportunity,
            "causes": list(mark.causes),
            **({"by": mark.by.isoformat()} if mark.by else {}),
        },
    )


def add_pause(path: Path, pause: Pause, at: datetime) -> None:
    """Append *pause*, said *at* that time, safely on disk before this returns."""
    said = {"id": uuid.uuid4().hex[:12], "at": at.isoformat(), "state": _PAUSE}
    _append(path, said | {"from": pause.first.isoformat(), "until": pause.until.isoformat()})


def _append(path: Path, data: dict[str, Any]) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    line = json.dumps(data, ensure_ascii=False)
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
    size = os.fstat(handle).st_size
    try:
        torn = size > 0 and os.pread(handle, 1, size - 1) != b"\n"
        _write(handle, ("\n" if torn else "").encode() + line.encode() + b"\n")
        os.fsync(handle)
    except OSError as problem:  # of a handle, the system doesn't say of which file: a full disk
        with suppress(OSError):
            os.ftruncate(handle, size)
        raise OSError(problem.errno, problem.strerror, str(path)) from problem
    finally:
        os.close(handle)


def _write(handle: int, data: bytes) -> None:
    """Write all of *data*: where there is room for some of it only, the system takes that without a word."""
    while data:
        data = data[os.write(handle, data) :]
