"""Mail in local files, only read (``ports.MailSource``): a Maildir with its folders, several of them, or an mbox."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from syncd.backends.maildir import Box, Maildirs, Place, Survey, delivered, is_regular
from syncd.backends.mbox import Mbox, deleted_or_draft, is_mbox
from syncd.errors import Absurd, BadInput
from syncd.formats.headers import HEAD_LIMIT, head_end, looks_like_mail, read_headers
from syncd.formats.mime import begin, read_eml
from syncd.interest import Interest
from syncd.model import Account, Message
from syncd.ports import MailChanges

_WHOLE_LIMIT = 64 * 1024 * 1024


class _Shelf(Protocol):
    """What a Maildir and an mbox have in common."""

    def survey(self, before: Mapping[str, Box], *, everything: bool) -> Survey: ...
    def find(self, place: Place) -> Place | None: ...
    def head(self, place: Place) -> tuple[bytes, datetime]: ...
    def whole(self, place: Place) -> tuple[bytes, datetime]: ...
    def all(self) -> list[Place]: ...


@dataclass(slots=True)
class _Cursor:
    """What the last pull knew. ``digest`` and ``since`` are of the interest that it was asked with."""

    kind: str
    digest: str
    since: int
    boxes: dict[str, Box]

    def __str__(self) -> str:
        boxes = {name: box.to_json() for name, box in self.boxes.items()}
        told = {"kind": self.kind, "digest": self.digest, "since": self.since, "boxes": boxes}
        return json.dumps(told, separators=(",", ":"), ensure_ascii=False)

    @classmethod
    def read(cls, text: str | None) -> _Cursor | None:
        """None where there is none, or one that isn't ours: then everything is read again."""
        try:
            told = json.loads(text or "")
            boxes = {name: Box.from_json(box) for name, box in told["boxes"].items()}
            return cls(str(told["kind"]), str(told["digest"]), int(told["since"]), boxes)
        except (ValueError, KeyError, TypeError, AttributeError):
            return None


class LocalMail:
    """A mailbox in files. *account* tells what is sent from what is received.

    A folder is listed again only when it changed, a message is opened once, by its header, and read whole only where
    the interest wants it. Flags, moves and renames don't make a message new.
    """

    def __init__(self, path: Path, account: Account, checkpoint: Callable[[], None] = lambda: None) -> None:
        """*checkpoint* is called before each file that is opened, and may end the pull there by raising."""
        self._path = path
        self._account = account
        self._checkpoint = checkpoint

    @property
    def name(self) -> str:
        """The path."""
        return str(self._path)

    def pull(self, cursor: str | None, interest: Interest) -> MailChanges:
        """See ``ports.MailSource``. Raises BadInput where there is no such mailbox, Absurd where there no longer is."""
        before = _Cursor.read(cursor)
        kind, shelf = self._shelf(before)
        if before is not None and before.kind != kind:
            before = None
        asked = _Asked(interest, before)
        known = before.boxes if before else {}
        survey = shelf.survey(known, everything=asked.again)
        if not survey.boxes and before and before.boxes:
            raise self._vanished()
        reading = _Reading(shelf, self._account, interest, survey, self._checkpoint)
        reading.look(survey.fresh)
        reading.look(place for place in survey.known if asked.looks_again(survey, place))
        if before is not None and reading.refers_elsewhere():
            # A message that is new refers to one that was of no interest when it came.
            listed = survey if survey.complete else shelf.survey(known, everything=True)
            reading.look(place for place in listed.known if asked.in_time(listed, place))
        messages = tuple(reading.read())  # first of all: it notes in the boxes what was given
        after = _Cursor(kind, interest.digest, _day(interest.since), survey.boxes)
        return MailChanges(
            cursor=str(after),
            messages=messages,
            warnings=tuple(dict.fromkeys(reading.warnings)),
            looked_at=reading.looked_at,
        )

    def _shelf(self, before: _Cursor | None) -> tuple[str, _Shelf]:
        try:
            if not is_regular(self._path):
                found = Maildirs(self._path)
                closed: list[str] = []
                if before is None and not found.any(closed):
                    if closed:
                        raise BadInput(f"{closed[0].removesuffix(', left out')}; see whose it is")
                    raise BadInput(
                        f"{self._path}: holds no Maildir (a folder with cur and new); name one, or an mbox file"
                    )
                return "maildir", found
            if not is_mbox(self._path):
                raise BadInput(f"{self._path}: is no mbox file (the first line doesn't begin with 'From ')")
        except OSError as error:
            if before is not None and isinstance(error, FileNotFoundError):
                raise self._vanished() from error
            raise BadInput(f"{self._path}: can't be read ({error.strerror}); check the path of the mailbox") from error
        return "mbox", Mbox(self._path)

    def _vanished(self) -> Absurd:
        return Absurd(
            f"{self._path}: the mailbox that was here is gone; is it mounted? If it is gone for good, take it out of "
            "[local] mail in the config"
        )


class _Asked:
    """Which known messages the interest makes worth another look."""

    def __init__(self, interest: Interest, before: _Cursor | None) -> None:
        self._since = _day(interest.since)
        self._changed = before is not None and before.digest != interest.digest
        self._looked_since = before.since if before else self._since

    @property
    def again(self) -> bool:
        return self._changed or self._since < self._looked_since

    def looks_again(self, survey: Survey, place: Place) -> bool:
        if not self.again or not self.in_time(survey, place):
            return False
        return self._changed or abs(survey.boxes[place.box].days[place.key]) <= self._looked_since

    def in_time(self, survey: Survey, place: Place) -> bool:
        return abs(survey.boxes[place.box].days[place.key]) >= self._since


@dataclass(slots=True)
class _Looked:
    """What is kept of a header. Of a large mailbox that is many: no more than what hangs messages together."""

    place: Place
    id: str
    references: tuple[str, ...]
    date: datetime
    wanted: bool
    given: bool


@dataclass(slots=True)
class _Reading:
    """The messages that one pull looks at, and which of them it wants."""

    shelf: _Shelf
    account: Account
    interest: Interest
    survey: Survey
    checkpoint: Callable[[], None]
    looked_at: int = 0
    looked: list[_Looked] = field(default_factory=list)
    places: set[tuple[str, str]] = field(default_factory=set)

    @property
    def warnings(self) -> list[str]:
        return self.survey.warnings

    def look(self, places: Iterable[Place]) -> None:
        """Read the headers at *places*, each once, and note their days for the next pull."""
        for place in places:
            if (place.box, place.key) in self.places:
                continue
            self.places.add((place.box, place.key))
            opened = self._open(place, self.shelf.head, "")
            if opened is None:
                continue
            self.looked_at += 1
            head, when = opened
            if isinstance(self.shelf, Mbox) and deleted_or_draft(head):
                self._days(place)[place.key] = 1
                continue
            message = read_headers(head, self.account, when, place.folder)
            given = self._days(place).get(place.key, 0) < 0
            day = _day(message.date)
            self._days(place)[place.key] = -day if given else day
            if message.date >= self.interest.since:
                wanted = self._wants(message)
                self.looked.append(_Looked(place, message.id, message.references, message.date, wanted, given))

    def refers_elsewhere(self) -> bool:
        """Whether a wanted message that is new refers to one that wasn't looked at now and isn't known to be wanted."""
        here = {looked.id for looked in self.looked} | self.interest.messages
        return any(not here.issuperset(each.references) for each in self._wanted() if not each.given)

    def read(self) -> Iterator[Message]:
        """The wanted messages that weren't given yet, whole, oldest first; copies of one are given once."""
        wanted = sorted(self._wanted(), key=lambda looked: looked.date)
        given = {looked.id for looked in wanted if looked.given}
        for looked in wanted:
            place = looked.place
            if looked.id not in given:
                opened = self._open(place, self.shelf.whole, looked.id)
                if opened is None:
                    continue
                given.add(looked.id)
                yield read_eml(opened[0], self.account, opened[1], place.folder)
            self._days(place)[place.key] = -_day(looked.date)

    def _wanted(self) -> list[_Looked]:
        """What the interest wants, and what hangs together with that by Message-ID and References, either way."""
        linked: dict[str, list[_Looked]] = {}
        for looked in self.looked:
            for each in (looked.id, *looked.references):
                linked.setdefault(each, []).append(looked)
        waiting = [looked for looked in self.looked if looked.wanted]
        ids: set[str] = set()
        found: dict[int, _Looked] = {}
        while waiting:
            looked = waiting.pop()
            found[id(looked)] = looked
            for each in {looked.id, *looked.references} - ids:
                ids.add(each)
                waiting += linked[each]
        return list(found.values())

    def _wants(self, message: Message) -> bool:
        people = [message.sender, *message.recipients]
        if message.reply_to:
            people.append(message.reply_to)
        return message.id in self.interest.messages or self.interest.wants(people, message.subject, message.references)

    def _days(self, place: Place) -> dict[str, int]:
        # The folder may have come up after the survey; then the next pull finds the message there.
        return self.survey.boxes.setdefault(place.box, Box()).days

    def _open(
        self, place: Place, read: Callable[[Place], tuple[bytes, datetime]], message_id: str
    ) -> tuple[bytes, datetime] | None:
        self.checkpoint()
        try:
            try:
                return read(place)
            except FileNotFoundError:
                # Moved or re-flagged since it was listed: it kept its unique name.
                there = self.shelf.find(place)
                return read(there) if there else None
        except OSError as error:
            who = f" (Message-ID {message_id})" if message_id else ""
            self.warnings.append(f"{place.path}{who}: can't be read ({error.strerror}), left for the next pull")
            box = self.survey.boxes.setdefault(place.box, Box())
            box.days.pop(place.key, None)
            box.seen = []  # so that the next pull looks here again
            return None


def messages_in(path: Path, account: Account | None) -> Iterator[tuple[Path, int, Message]]:
    """Every message of an ``.eml`` file, an mbox file, a Maildir or a folder of Maildirs, whole.

    With each comes the file that holds it, and its index in that file, from 0. Drafts, spam and trash are left out;
    without *account* the direction of each is guessed. Raises BadInput where *path* is none of these or can't be read.
    """
    try:
        if not is_regular(path):
            shelf: _Shelf = Maildirs(path)
        elif is_mbox(path):
            shelf = Mbox(path)
        else:
            yield path, 0, _single(path, account)
            return
        places = shelf.all()
        if not places and not is_regular(path) and not Maildirs(path).any():
            raise BadInput(f"{path}: is no .eml file, mbox or Maildir")
        for index, place in enumerate(places):
            data, when = shelf.whole(place)
            yield place.path, index if place.path == path else 0, read_eml(data, account, when, place.folder)
    except OSError as error:
        raise BadInput(f"{path}: can't be read ({error.strerror})") from error


def _single(path: Path, account: Account | None) -> Message:
    with path.open("rb") as file:
        data = file.read(_WHOLE_LIMIT)
        when = delivered(path, file.fileno())
    start = begin(data)
    if not looks_like_mail(data[start : head_end(data, start)][:HEAD_LIMIT]):
        raise BadInput(f"{path}: is no mail (no header field that a mail has), and no mbox or Maildir")
    return read_eml(data, account, when)


def _day(when: datetime) -> int:
    try:
        return when.astimezone(UTC).toordinal()
    except OverflowError:  # within an offset of the year 1 or 9999
        return when.toordinal()
