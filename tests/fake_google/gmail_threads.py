"""Which messages belong together, as Gmail sees it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING

from tests.fake_google.gmail_noise import Variant, numbered
from tests.fake_google.gmail_text import plain_subject

if TYPE_CHECKING:
    from tests.fake_google.gmail_stored import Source, Stored


class Threads:
    """A message joins the thread of one that it refers to and whose subject it has; else it begins its own."""

    def __init__(self, messages: Sequence[Stored]) -> None:
        self._messages = messages
        self._members: dict[int, list[int]] = {}  # of threads that ever had more than one
        self._known: dict[str, list[int]] = defaultdict(list)

    def place(self, number: int, source: Source, thread: int | None) -> int:
        """The thread (number of its first message) that a new message goes to, by default as its headers say."""
        if thread is None:
            thread = self._referred(source)
        if thread is None:
            thread = number
        else:
            self._members.setdefault(thread, [thread]).append(number)
        if (name := source.message_id(number)) and not isinstance(source, Variant):
            self._known[name].append(number)
        return thread

    def members(self, thread: int) -> list[Stored]:
        """Its standing messages, oldest first."""
        found = [self._messages[one] for one in self._members.get(thread, [thread])]
        return sorted((one for one in found if not one.gone), key=lambda one: (one.milliseconds, one.number))

    def named(self, message_id: str) -> set[int]:
        """Numbers of the standing messages with that Message-ID."""
        found = self._known.get(message_id, [])
        noise = numbered(message_id)
        if noise is not None and noise < len(self._messages):
            stored = self._messages[noise]
            found = [noise] if stored.source.message_id(noise) == message_id else found
        return {one for one in found if not self._messages[one].gone}

    @property
    def joined(self) -> int:
        """How many standing messages aren't the only ones of their thread, less one for each such thread."""
        return sum(max(0, len(self.members(thread)) - 1) for thread in self._members)

    def _referred(self, source: Source) -> int | None:
        for name in reversed(source.names_before):
            for number in self.named(name):
                before = self._messages[number]
                if plain_subject(before.source.subject) == plain_subject(source.subject):
                    return before.thread
        return None
