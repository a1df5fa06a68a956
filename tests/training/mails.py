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
    known, unknown = sorted((CORPUS / "mail").glob("*.toml")), sorted((CORPUS / "train").glob("*.toml"))
    plain = Path(__file__).parent / "plain.toml"
    return [
        *(mail for path in known for mail in _of(path, known=True)),
        *(mail for path in unknown for mail in _of(path, known=False)),
        *_of(plain, known=True),
        *_formulas(plain.with_name("formulas.toml")),
    ]


def _formulas(path: Path) -> list[Mail]:
    """Two mails of each line of *path*: one bare, and one among what is said before and after everywhere."""
    data = tomllib.loads(path.read_text(encoding="utf-8"))
    written: list[dict] = []
    for formula in data["formula"]:
        around = data["around"][formula["about"]][formula["language"]]
        for line in _lines(formula):
            draw = _Draw(line)
            before, after = (draw.of(around[place].strip().splitlines()) for place in ("before", "after"))
            greeting = draw.of(around["greetings"])
            bare = f"{greeting}\n\n{line}" if draw.of([True, False]) else line
            among = f"{greeting}\n\n{before} {line}\n\n{after}"
            written += [{**formula, "subject": draw.of(formula["subjects"]), "text": text} for text in (bare, among)]
    return _read(written, path.stem, known=True)


def _lines(formula: dict) -> list[str]:
    """Its lines; where it has things to speak of, two of them about each thing."""
    lines = formula["says"].strip().splitlines()
    if "things" not in formula:
        return lines
    drawn = [line for thing in formula["things"] for line in _Draw(thing).two(lines, thing)]
    return [line[0].upper() + line[1:] for line in drawn]


class _Draw:
    """Draws by chance, but always the same for the same text."""

    def __init__(self, text: str) -> None:
        self._state = zlib.crc32(text.encode())

    def of(self, choices: list) -> object:
        self._state = zlib.crc32(self._state.to_bytes(4, "big"))
        return choices[self._state % len(choices)]

    def two(self, lines: list[str], thing: str) -> list[str]:
        """Two different ones of *lines*, about *thing*."""
        first = self.of(lines)
        second = self.of([line for line in lines if line != first])
        return [line.replace("{thing}", thing) for line in (first, second)]


def _of(path: Path, *, known: bool) -> list[Mail]:
    return _read(tomllib.loads(path.read_text(encoding="utf-8"))["mail"], path.stem, known=known)


def _read(written: list[dict], author: str, *, known: bool) -> list[Mail]:
    me = Person(ME.name, ME.email)
    read = []
    for number, mail in enumerate(written):
        direction = Direction(mail["direction"])
        received = direction is Direction.RECEIVED
        other = _person(mail.get("from" if received else "to", _unnamed(mail)))
        message = Message(
            id=f"{author}-{number}",
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
            Mail(message, mail["kind"], mail.get("purposeful"), author, mail["language"], known, accepted=accepted)
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
