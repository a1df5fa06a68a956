"""A message in the mailbox, and its public name."""

from __future__ import annotations

from dataclasses import dataclass

from tests.fake_google.gmail_chat import Chat
from tests.fake_google.gmail_noise import Variant
from tests.fake_google.gmail_text import Letter

Source = Letter | Variant | Chat
SYSTEM_LABELS = (
    *("INBOX", "SENT", "DRAFT", "SPAM", "TRASH", "UNREAD", "STARRED", "IMPORTANT", "CHAT"),
    *(f"CATEGORY_{name}" for name in ("PERSONAL", "SOCIAL", "PROMOTIONS", "UPDATES", "FORUMS")),
)
_FIRST_ID = 0x19A0_4C31_77D0_0B15
_ID_STEP = 0x9_1F35


@dataclass(slots=True)
class Stored:
    """``thread`` is the number of its thread's first message."""

    number: int
    thread: int
    labels: tuple[str, ...]
    milliseconds: int
    history_id: int
    source: Source
    gone: bool = False

    @property
    def raw(self) -> bytes:
        return self.source.raw(self.number, self.milliseconds)

    @property
    def id(self) -> str:
        return public_id(self.number)

    @property
    def thread_id(self) -> str:
        return public_id(self.thread)


def public_id(number: int) -> str:
    return f"{_FIRST_ID + number * _ID_STEP:016x}"


def number_of(public: str) -> int | None:
    """The number that has this id, None where none could."""
    number, rest = divmod(int(public, 16) - _FIRST_ID, _ID_STEP)
    return None if rest or number < 0 else number
