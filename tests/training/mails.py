"""The labelled mails to learn from, as messages, with their signals as the product sees them."""

from __future__ import annotations

import tomllib
import zlib
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parseaddr
from pathlib import Path

from syncd.infer.messages.received import received_by_phrases
from syncd.infer.messages.sent import sent_by_phrases
from syncd.infer.messages.signals import Phrased, Signals, signals
from syncd.model import Account, Direction, Message, Person

BY_MACHINE = {"automatic": 70, "other": 25, "rejection": 25, "invitation": 15, "offer": 5, "reply": 2}
"""Of a hundred received mails of each kind, how many come from an address that takes no answers.

The mails of tests/corpus/train have no headers and no senders; without this every sign of a machine would mean a notice.
"""
CORPUS = Path(__file__).parent.parent / "corpus"
ME = Account("sam.ortega@seeker.example", name="Sam Ortega")


@dataclass(frozen=True)
class Mail:
    """A labelled mail. ``known`` is True where the phrases were written with it in view; ``author`` names the file."""

    message: Message
    kind: str
    purposeful: bool | None
    author: str
    language: str
    known: bool
    account: Account = ME
    accepted: frozenset[str] = frozenset()

    @property
    def received(self) -> bool:
        return self.message.direction is Direction.RECEIVED

    def phrased(self) -> Phrased:
        return received_by_phrases(self.message) if self.received else sent_by_phrases(self.message, self.account)


def mails() -> list[Mail]:
    """All mails to learn from, in a fixed order."""
    folders = [(CORPUS / "mail", True), (CORPUS / "train", False), (Path(__file__).parent, True)]
    return [
        mail for folder, known in folders for path in sorted(folder.glob("*.toml")) for mail in _of(path, known=known)
    ]


def _of(path: Path, *, known: bool) -> list[Mail]:
    me = Person(ME.name, ME.email)
    read = []
    for number, mail in enumerate(tomllib.loads(path.read_text(encoding="utf-8"))["mail"]):
        direction = Direction(mail["direction"])
        received = direction is Direction.RECEIVED
        other = _person(mail.get("from" if received else "to", _unnamed(mail)))
        message = Message(
            id=f"{path.stem}-{number}",
            date=datetime(2026, 5, 12, 10, tzinfo=UTC),
            direction=direction,
            sender=other if received else me,
            recipients=(me,) if received else (other,),
            subject=mail["subject"],
            headers=tuple(mail.get("headers", {}).items()),
            text=mail["text"],
            quoted=mail.get("quoted", ""),
            calendar_method=mail.get("calendar", ""),
        )
        accepted = frozenset({mail["kind"], *mail.get("accept", [])})
        read.append(
            Mail(message, mail["kind"], mail.get("purposeful"), path.stem, mail["language"], known, accepted=accepted)
        )
    return read


def _unnamed(mail: dict) -> str:
    by_machine = zlib.crc32(mail["text"].encode()) % 100 < BY_MACHINE.get(mail["kind"], 0)
    return "no-reply@employer.example" if by_machine and mail["direction"] == "received" else "jo@employer.example"


def _person(text: str) -> Person:
    name, address = parseaddr(text)
    return Person(name, address.lower())


def seen(mail: Mail) -> Signals | None:
    """Its signals, None where the phrases alone decide."""
    phrased = mail.phrased()
    return None if phrased.certain else signals(mail.message, phrased)
