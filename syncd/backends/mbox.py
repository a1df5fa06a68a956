"""An mbox file (RFC 4155): where its messages begin and end, what was appended, and their bytes.

Python's ``mailbox.mbox`` reads all of the file line by line at each opening and can't go on where it stopped, hence our
own scan. It reads in blocks and doesn't map the file: a client that truncates a mapped file kills its reader (SIGBUS).
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

from syncd.backends.maildir import Box, Place, Survey, left_out
from syncd.formats.headers import HEAD_LIMIT, fields, head_end, parse_date
from syncd.formats.mail_text import decode, decode_words, one_line

_BLOCK = 4 * 1024 * 1024
_CONTEXT = 2048
_TAIL = 4096
_WHOLE_LIMIT = 64 * 1024 * 1024

# "From " at the start of a line begins a message only if a header field follows in the next line, and if it ends with
# a date as RFC 4155 has it, or stands behind an empty line with some date (or nothing, as Thunderbird does): many
# writers don't quote it in bodies, and some leave no empty line between messages.
_STRICT_FROM_LINE = re.compile(
    rb"From \S+ +(?:\w{3} ){2}[ \d]\d \d\d:\d\d(?::\d\d)?(?: [\w+-]+){1,2}\r?\n(?:>From [^\n]*\n)?[!-9;-~]+:(?!//)"
)
_FROM_LINE = re.compile(
    rb"From (?:[^\n]*\d{1,2}:\d{2}[^\n]*\d{4}[^\n]*|[^\s]*[ \t]*)\r?\n(?:>From [^\n]*\n)?[!-9;-~]+:(?!//)"
)
_BEHIND_EMPTY = re.compile(rb"(?:\n\r?|\A\r?)\n\Z")
_QUOTED_FROM = re.compile(rb"^>(>*From )", re.MULTILINE)
_EXPUNGED = 0x0008  # X-Mozilla-Status: deleted, and still in the file until Thunderbird compacts it


class Mbox:
    """One mbox file. Raises OSError where it can't be read."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def survey(self, before: Mapping[str, Box], *, everything: bool) -> Survey:
        """Find what was appended since *before*; where the file was rewritten, all of it is new. Always complete."""
        del everything
        old = before.get("")
        with self._path.open("rb") as file:
            status = os.fstat(file.fileno())
            seen = [status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns]
            if old is not None and old.seen == seen:
                return Survey(
                    {"": old}, known=self._places([int(key) for key in old.days], status.st_size), complete=True
                )
            survey = Survey({"": Box(seen, sure=True, tail=_hash(file.fileno(), status.st_size))}, complete=True)
            kept: list[int] = []
            last = -1
            if old is not None and _appended(file.fileno(), old, status):
                kept = sorted(int(key) for key in old.days)
                # The last one may have been half written when we read it: it is known only if it ends where it did.
                last = kept.pop() if kept else -1
            found = [*kept, *_separators(file.fileno(), max(last, 0), status.st_size)]
        days = survey.boxes[""].days
        certain = set(kept)
        for place in self._places(found, status.st_size):
            if old is not None and (place.start in certain or _ended_there(place, last, old)):
                days[place.key] = old.days[place.key]
                survey.known.append(place)
            else:
                survey.fresh.append(place)
        return survey

    def _places(self, offsets: list[int], size: int) -> list[Place]:
        bounds = pairwise([*sorted(offsets), size])
        return [Place("", str(start), self._path, start=start, end=end) for start, end in bounds]

    def find(self, place: Place) -> Place | None:
        """Messages in a file don't move while it stands."""
        del place
        return None

    def head(self, place: Place) -> tuple[bytes, datetime]:
        """The header of the message, and when its "From " line says it came. Raises OSError."""
        data = self._read(place, min(HEAD_LIMIT, place.end - place.start))
        body = _first_field(data)
        return data[body : head_end(data, body)], self._delivered(data)

    def whole(self, place: Place) -> tuple[bytes, datetime]:
        """All of the message without its ">From " quoting, and when it came. Raises OSError."""
        data = self._read(place, min(_WHOLE_LIMIT, place.end - place.start))
        return _QUOTED_FROM.sub(rb"\1", data[_first_field(data) :]), self._delivered(data)

    def all(self) -> list[Place]:
        """Every message there is, in order."""
        return self.survey({}, everything=True).fresh

    def _read(self, place: Place, length: int) -> bytes:
        with self._path.open("rb", buffering=0) as file:
            return os.pread(file.fileno(), length, place.start)

    def _delivered(self, data: bytes) -> datetime:
        said = one_line(decode(data[: data.find(b"\n")]), 300).split(" ")[2:]
        return parse_date(" ".join(said)) or datetime.fromtimestamp(self._path.stat().st_mtime, UTC)


def is_mbox(path: Path) -> bool:
    """Whether *path* begins like an mbox, or is empty. Raises OSError."""
    with path.open("rb") as file:
        return file.read(5) in (b"From ", b"")


def deleted_or_draft(head: bytes) -> bool:
    """Whether a message in an mbox is marked deleted, draft, spam or chat (Thunderbird, pine, Google Takeout)."""
    found = fields(head)
    try:
        mozilla = int(found.get("x-mozilla-status", [b"0"])[0].strip()[:8], 16)
    except ValueError:
        mozilla = 0
    flags = found.get("x-status", [b""])[0]
    labels = one_line(decode_words(decode(found.get("x-gmail-labels", [b""])[0])), 1000)
    return (
        bool(mozilla & _EXPUNGED) or b"D" in flags or b"T" in flags or any(left_out(each) for each in labels.split(","))
    )


def _first_field(data: bytes) -> int:
    return data.find(b"\n") + 1 if data.startswith(b"From ") else 0


def _ended_there(place: Place, last: int, old: Box) -> bool:
    return place.start == last and place.end == old.seen[1] and place.key in old.days


def _appended(descriptor: int, old: Box, status: os.stat_result) -> bool:
    same_file = len(old.seen) == 4 and old.seen[0] == status.st_ino and old.seen[1] <= status.st_size
    return same_file and bool(old.tail) and _hash(descriptor, old.seen[1]) == old.tail


def _hash(descriptor: int, size: int) -> str:
    start = max(0, size - _TAIL)
    return hashlib.sha256(os.pread(descriptor, size - start, start)).hexdigest()[:16]


def _separators(descriptor: int, start: int, size: int) -> Iterator[int]:
    """Where messages begin from *start* on. Blocks overlap, so that none is missed between two."""
    for at in range(start, size, _BLOCK):
        base = max(0, at - 4)
        block = os.pread(descriptor, at - base + min(_BLOCK, size - at) + _CONTEXT, base)
        if at == 0 and block.startswith(b"From "):
            yield 0
        found = block.find(b"\nFrom ")
        while found >= 0 and base + found + 1 < min(at + _BLOCK, size):
            begins = found + 1
            if base + begins >= max(at, 1) and _begins_message(block, begins):
                yield base + begins
            found = block.find(b"\nFrom ", begins)


def _begins_message(block: bytes, begins: int) -> bool:
    if _STRICT_FROM_LINE.match(block, begins):
        return True
    return bool(_FROM_LINE.match(block, begins) and _BEHIND_EMPTY.search(block[max(0, begins - 3) : begins]))
