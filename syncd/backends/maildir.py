"""Maildir on disk: which folders there are, what lies in them, and their bytes. It decides nothing about the mail.

Python's ``mailbox.Maildir`` lists all of a folder at each access, knows subfolders of the ``.Name`` kind only, and
cannot tell what is new since a cursor, so the walk is ours (https://cr.yp.to/proto/maildir.html; Maildir++:
https://www.courier-mta.org/imap/README.maildirquota.html).
"""

from __future__ import annotations

import base64
import binascii
import os
import re
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

from syncd.formats.headers import HEAD_LIMIT, head_end

# What holds no mail that was sent or received: drafts, spam, trash, chats, as clients name them in four languages.
_LEFT_OUT = frozenset(
    {"drafts", "draft", "entwürfe", "entwurf", "brouillons", "brouillon", "borradores", "borrador", "bozze",
     "spam", "junk", "junk e-mail", "junk-e-mail", "junk email", "junk mail", "bulk mail", "bulk", "spamverdacht",
     "unerwünscht", "werbung", "indésirables", "courrier indésirable", "pourriel", "correo no deseado", "no deseado",
     "correo basura", "trash", "bin", "deleted", "deleted items", "deleted messages", "papierkorb", "gelöscht",
     "gelöschte", "gelöschte elemente", "gelöschte objekte", "gelöschte nachrichten", "corbeille",
     "éléments supprimés", "messages supprimés", "papelera", "papelera de reciclaje", "elementos eliminados",
     "mensajes eliminados", "eliminados",
     "cestino", "prullenbak", "chat", "chats", "outbox", "postausgang", "boîte d'envoi", "bandeja de salida",
     "templates", "vorlagen", "modèles", "plantillas"}
)  # fmt: skip
_DEPTH_LIMIT = 20
_WHOLE_LIMIT = 64 * 1024 * 1024
_INFO = re.compile(r"[:;!]2,([A-Za-z]*)$")  # ";" and "!" where the file system takes no colon
_STAMP = re.compile(r"(\d{9,11})(?=[._,:]|$)")
_MUTF7 = re.compile(r"&([A-Za-z0-9+,]*)-")


@dataclass(slots=True)
class Box:
    """What a cursor knows of one folder (or of an mbox file).

    ``seen`` is the fingerprint under which it was listed. ``sure`` tells that two listings under the same fingerprint
    gave the same: times of folders have ticks of some milliseconds, and what comes right after a listing may bear
    the same time. ``days`` maps each message to the day of its date (ordinal, UTC), negative once it was given.
    """

    seen: list[int] = field(default_factory=list)
    sure: bool = False
    days: dict[str, int] = field(default_factory=dict)
    tail: str = ""

    def to_json(self) -> dict[str, object]:
        """As the cursor keeps it."""
        return {"seen": self.seen, "sure": self.sure, "days": self.days, "tail": self.tail}

    @classmethod
    def from_json(cls, value: Mapping[str, object]) -> Self:
        """From what ``to_json`` gave. Raises KeyError, TypeError or ValueError for anything else."""
        seen, days = value["seen"], value["days"]
        if not isinstance(seen, list) or not isinstance(days, dict):
            raise TypeError("not a cursor of ours")
        return cls(
            [int(n) for n in seen], bool(value["sure"]), {str(k): int(v) for k, v in days.items()}, str(value["tail"])
        )


@dataclass(frozen=True, slots=True)
class Place:
    """Where a message lies: its box, the key that it keeps (the unique name, or the offset), and how to get there."""

    box: str
    key: str
    path: Path
    folder: str = ""
    start: int = 0
    end: int = 0


@dataclass(slots=True)
class Survey:
    """What there is now: the boxes as the next cursor knows them, what is new in them, what was known and was listed.

    ``complete`` tells that ``known`` is all that was known and is still there.
    """

    boxes: dict[str, Box] = field(default_factory=dict)
    fresh: list[Place] = field(default_factory=list)
    known: list[Place] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    complete: bool = False


@dataclass(frozen=True, slots=True)
class _Folder:
    box: str
    name: str
    path: Path


def left_out(folder: str) -> bool:
    """Whether a folder of this name (levels parted by ``/``) holds drafts, spam, trash or the like."""
    return any(level.strip().casefold() in _LEFT_OUT for level in folder.split("/"))


class Maildirs:
    """A Maildir with its subfolders, or a folder that holds several of them."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def survey(self, before: Mapping[str, Box], *, everything: bool) -> Survey:
        """List what changed since *before*, or with *everything* all folders. What only moved isn't new."""
        survey = Survey(complete=everything)
        listed: dict[str, dict[str, Place]] = {}
        for folder in self._folders(survey.warnings):
            old = before.get(folder.box)
            try:
                seen = _fingerprint(folder.path)
                same = old is not None and old.seen == seen
                if old is not None and same and old.sure and not everything:
                    survey.boxes[folder.box] = old
                    continue
                places = {place.key: place for place in _listed(folder)}
            except OSError as error:
                survey.warnings.append(f"{folder.path}: can't be listed ({error.strerror}), left for the next pull")
                if old is not None:
                    survey.boxes[folder.box] = old
                continue
            listed[folder.box] = places
            sure = old is not None and same and old.days.keys() == places.keys()
            survey.boxes[folder.box] = Box(seen, sure)
        moved = _left(before, survey.boxes, listed)
        for name, places in listed.items():
            known = before[name].days if name in before else {}
            days = survey.boxes[name].days
            for key, place in places.items():
                day = known.get(key) or moved.get(key)
                if day:
                    days[key] = day
                (survey.known if day else survey.fresh).append(place)
        return survey

    def any(self, warnings: list[str] | None = None) -> bool:
        """Whether there is a Maildir at all. *warnings* takes the folders that may not be looked into."""
        return next(self._folders([] if warnings is None else warnings), None) is not None

    def find(self, place: Place) -> Place | None:
        """Where a message that is no longer at *place* went, None where it is gone (or in the trash)."""
        for folder in sorted(self._folders([]), key=lambda each: each.box != place.box):
            try:
                for there in _listed(folder):
                    if there.key == place.key:
                        return there
            except OSError:
                continue
        return None

    def head(self, place: Place) -> tuple[bytes, datetime]:
        """The header of the message, and when it was delivered. Raises OSError."""
        descriptor = os.open(place.path, os.O_RDONLY | os.O_CLOEXEC)
        try:
            head = os.read(descriptor, 8192)
            while (end := head_end(head)) is None and len(head) < HEAD_LIMIT and (more := os.read(descriptor, 16_384)):
                head += more
            return head[:end], delivered(place.path, descriptor)
        finally:
            os.close(descriptor)

    def whole(self, place: Place) -> tuple[bytes, datetime]:
        """All of the message, and when it was delivered. Raises OSError."""
        with place.path.open("rb") as file:
            return file.read(_WHOLE_LIMIT), delivered(place.path, file.fileno())

    def all(self) -> list[Place]:
        """Every message there is, by folder and name, for reading once."""
        found: list[Place] = []
        for folder in self._folders([]):
            found += sorted(_listed(folder), key=lambda place: place.key)
        return found

    def _folders(self, warnings: list[str]) -> Iterator[_Folder]:
        visited: set[tuple[int, int]] = set()
        waiting = [(self._root, "", 0)]
        while waiting:
            path, box, depth = waiting.pop()
            name = _folder_name(box)
            try:
                status = path.stat()
                if (status.st_dev, status.st_ino) in visited or left_out(name):
                    continue
                visited.add((status.st_dev, status.st_ino))
                inside = sorted(e.name for e in os.scandir(path) if e.is_dir())
            except OSError as error:
                warnings.append(f"{path}: can't be read ({error.strerror}), left out")
                continue
            if "cur" in inside or "new" in inside:
                yield _Folder(box, name, path)
            if depth < _DEPTH_LIMIT:
                waiting += [
                    (path / each, f"{box}/{each}" if box else each, depth + 1)
                    for each in reversed(inside)
                    if each not in ("cur", "new", "tmp")
                ]


def _left(
    before: Mapping[str, Box], now: Mapping[str, Box], listed: Mapping[str, Mapping[str, Place]]
) -> dict[str, int]:
    """What was known and is no longer in its folder: where it comes up in another one, it moved."""
    return {
        key: day
        for name, box in before.items()
        if name in listed or name not in now
        for key, day in box.days.items()
        if key not in listed.get(name, {})
    }


def _fingerprint(path: Path) -> list[int]:
    """Both halves of a folder: whatever is added, removed or renamed in them changes it, up to a tick of the clock."""
    found: list[int] = []
    for half in ("cur", "new"):
        try:
            status = (path / half).stat()
        except FileNotFoundError:
            found += [0] * 4
        else:
            # The size tells more on file systems where it follows the number of entries (tmpfs, btrfs).
            found += [status.st_ino, status.st_mtime_ns, status.st_ctime_ns, status.st_size]
    return found


def _listed(folder: _Folder) -> Iterator[Place]:
    # New first: what moves from new to cur meanwhile is seen twice, and not never.
    for half in ("new", "cur"):
        path = folder.path / half
        try:
            names = os.listdir(path)  # noqa: PTH208 - a Path for each of 100,000 names costs ten times the listing
        except FileNotFoundError:
            continue
        for name in names:
            info = _INFO.search(name)
            if name.startswith(".") or (info and not {"D", "T"}.isdisjoint(info[1])):
                continue
            key = name[: info.start()] if info else name
            yield Place(folder.box, key, path / name, folder.name)


def delivered(path: Path, descriptor: int | None = None) -> datetime:
    """When a message was delivered: the number that its file name begins with, else the file's own time."""
    stamp = _STAMP.match(path.name)
    if stamp and 631_152_000 <= int(stamp[1]) < 10_000_000_000:  # from 1990 on
        return datetime.fromtimestamp(int(stamp[1]), UTC)
    try:
        status = path.stat() if descriptor is None else os.fstat(descriptor)
        return datetime.fromtimestamp(status.st_mtime, UTC)
    except (OSError, OverflowError, ValueError):
        return datetime(1990, 1, 1, tzinfo=UTC)


def is_regular(path: Path) -> bool:
    """Whether *path* is a plain file. Raises OSError where it is nothing at all."""
    return stat.S_ISREG(path.stat().st_mode)


def _folder_name(box: str) -> str:
    levels: list[str] = []
    for part in box.split("/") if box else []:
        levels += part[1:].split(".") if part.startswith(".") else [part]
    return "/".join(decode_utf7(level) for level in levels if level)


def decode_utf7(name: str) -> str:
    """A folder's name out of IMAP's modified UTF-7 (RFC 3501, 5.1.3), as Maildir++ keeps it. Broken ones stay."""
    return _MUTF7.sub(_shifted, name)


def _shifted(found: re.Match[str]) -> str:
    letters = found[1].replace(",", "/")
    if not letters:
        return "&"
    try:
        return base64.b64decode(letters + "=" * (-len(letters) % 4)).decode("utf-16-be")
    except (binascii.Error, ValueError):
        return found[0]
