"""What files and folders named on the command line hold: mails and iCalendar files, each with its path."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from syncd.backends.local_mail import messages_in
from syncd.backends.maildir import left_out
from syncd.backends.mbox import is_mbox
from syncd.errors import BadInput
from syncd.formats.headers import HEAD_LIMIT, head_end, looks_like_mail
from syncd.formats.mime import begin
from syncd.model import Account, Message

_CALENDAR = b"BEGIN:VCALENDAR"


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail, with the file that holds it and its index in that file."""

    file: str
    index: int
    message: Message


@dataclass(frozen=True, slots=True)
class Calendar:
    """An iCalendar file, unread."""

    file: str
    data: bytes


def inputs(path: str, account: Account | None) -> Iterator[Mail | Calendar]:
    """All that *path* holds, in a stable order. Raises ``BadInput`` for what holds neither mail nor events.

    In a folder, what is neither is passed over: photos lie there too.
    """
    held = False
    try:
        for found in _within(Path(path), account, set()):
            held = True
            yield replace(found, file=_as_given(path, found.file))
    except OSError as error:
        raise BadInput(f"{error.filename or path}: can't be read: {(error.strerror or str(error)).lower()}") from None
    if not held:
        raise BadInput(f"{path}: holds no mail and no events (.eml, mbox, Maildir, .ics, vdir)")


def _as_given(path: str, file: str) -> str:
    """*file* as the person would write it, who wrote *path*: ``Path`` makes ``./a//b`` shorter."""
    return path.rstrip("/") + file.removeprefix(str(Path(path))) if path != "." else file


def _within(path: Path, account: Account | None, visited: set[tuple[int, int]]) -> Iterator[Mail | Calendar]:
    if path.is_dir():
        status = path.stat()
        if (status.st_dev, status.st_ino) in visited:  # a link that leads back up
            return
        visited.add((status.st_dev, status.st_ino))
        if not _is_maildir(path):
            for entry in sorted(path.iterdir()):
                if not entry.name.startswith(".") and not (left_out(entry.name) and _is_maildir(entry)):
                    yield from _within(entry, account, visited)
            return
    elif not path.exists():
        raise FileNotFoundError(errno.ENOENT, "no such file or folder", str(path))
    elif _is_calendar(path):
        yield Calendar(str(path), path.read_bytes())
        return
    elif not _is_mail(path):
        return
    for file, index, message in messages_in(path, account):
        yield Mail(str(file), index, message)


def _is_maildir(path: Path) -> bool:
    return (path / "cur").is_dir() or (path / "new").is_dir()


def _is_calendar(path: Path) -> bool:
    return path.suffix.lower() in (".ics", ".ical", ".icalendar") or _start(path)[:15].upper() == _CALENDAR


def _is_mail(path: Path) -> bool:
    start = _start(path)
    return bool(start) and (is_mbox(path) or looks_like_mail(start[: head_end(start)]))


def _start(path: Path) -> bytes:
    if not path.is_file():  # a pipe would wait for ever
        return b""
    with path.open("rb") as file:
        start = file.read(HEAD_LIMIT)
    return start[begin(start) :]
