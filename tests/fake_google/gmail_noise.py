"""Mail that concerns nobody: newsletters, notifications, shops. Cheap, endless, and the same every time.

All messages of a variant say the same but for Message-ID and date, so that 100,000 take little memory; what is sent is
only made when it is asked for.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from functools import cached_property

from tests.fake_google.gmail_text import Letter, Text

_NAMES = [
    "Amberly",
    "Birchgate",
    "Corvella",
    "Dunmoor",
    "Elmstead",
    "Fernlow",
    "Gorsedale",
    "Harrowby",
    "Inglenook",
    "Jasperton",
]
_THINGS = [
    "kettles",
    "lanterns",
    "boots",
    "notebooks",
    "bicycles",
    "teapots",
    "blankets",
    "radios",
    "ladders",
    "gloves",
]
_LABELS = {
    "newsletter": ("INBOX", "UNREAD", "CATEGORY_PROMOTIONS"),
    "notification": ("INBOX", "CATEGORY_UPDATES"),
    "shop": ("INBOX", "UNREAD", "CATEGORY_UPDATES"),
    "jobs": ("INBOX", "UNREAD", "CATEGORY_UPDATES"),
    "sent": ("SENT",),
}
_DOMAINS = {"newsletter": "news", "notification": "alerts", "shop": "orders", "jobs": "jobs", "sent": "mail"}
_SUBJECTS = {
    "newsletter": "{thing} of the week|This weekend: {thing}|Seven things about {thing}|The {thing} letter",
    "notification": "Your statement is ready|New sign-in to your account|Someone answered you about {thing}|Backup done",
    "shop": "Your {thing} have shipped|Order confirmed: {thing}|Rate your {thing}|20% off all {thing}",
    "jobs": "5 new jobs for you|Interview tips for {thing} people|Companies are hiring|Your application profile",
    "sent": "Photos of the {thing}|About Sunday|The {thing} you asked for|Dinner?",
}
_FILLER = "This is what there is to tell about it, and you get it because you asked for it once.\r\n" * 12
KINDS = ("newsletter", "notification", "shop")
_ID = re.compile(r"<noise-(\d+)@[a-z.-]+>")


@dataclass(frozen=True)
class Variant:
    """One text of noise."""

    kind: str
    name: str
    thing: str
    subject_line: str
    owner: str

    @property
    def labels(self) -> tuple[str, ...]:
        return _LABELS[self.kind]

    @property
    def domain(self) -> str:
        return f"{_DOMAINS[self.kind]}.{self.name.lower()}.example"

    @cached_property
    def letter(self) -> Letter:
        return Letter(self.raw(0, 0))

    @property
    def text(self) -> Text:
        return self.letter.text

    @property
    def subject(self) -> str:
        return self.letter.subject

    @property
    def names_before(self) -> Sequence[str]:
        return ()

    @property
    def snippet(self) -> str:
        return self.letter.snippet

    def message_id(self, number: int) -> str:
        return f"<noise-{number}@{self.domain}>"

    def raw(self, number: int, milliseconds: int) -> bytes:
        them, us = f"{self.name} <hello@{self.domain}>", self.owner
        head = {
            "Message-ID": self.message_id(number),
            "Date": format_datetime(datetime.fromtimestamp(milliseconds // 1000, UTC)),
            "Subject": self.subject_line.format(thing=self.thing).capitalize(),
            "From": us if self.kind == "sent" else them,
            "To": them if self.kind == "sent" else us,
            "MIME-Version": "1.0",
            "Content-Type": 'multipart/alternative; boundary="=_noise"',
        }
        if self.kind != "sent":
            head |= {"List-ID": f"<list.{self.domain}>", "List-Unsubscribe": f"<https://{self.domain}/bye>"}
        lines = "".join(f"{name}: {value}\r\n" for name, value in head.items())
        plain = f"Dear reader,\r\n\r\n{self.thing} from {self.name}.\r\n\r\n{_FILLER}\r\n"
        html = f"<p>{self.thing} from <b>{self.name}</b></p>\r\n<p>{_FILLER}</p>\r\n"
        return f"{lines}\r\n{_part('plain', plain)}{_part('html', html)}--=_noise--\r\n".encode()


def _part(kind: str, text: str) -> str:
    return f"--=_noise\r\nContent-Type: text/{kind}; charset=utf-8\r\n\r\n{text}"


def variants(kind: str, owner: str) -> tuple[Variant, ...]:
    return tuple(
        Variant(kind, name, thing, subject, owner)
        for name in _NAMES
        for thing in _THINGS
        for subject in _SUBJECTS[kind].split("|")
    )


def numbered(message_id: str) -> int | None:
    """The number that ``Variant.message_id`` was given."""
    match = _ID.fullmatch(message_id)
    return int(match[1]) if match else None
