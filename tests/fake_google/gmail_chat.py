"""A chat message: in the mailbox, under the label CHAT, but no mail."""

from __future__ import annotations

from collections.abc import Sequence
from email.message import EmailMessage

from tests.fake_google.gmail_text import Text, searchable, snippet


class Chat:
    """What somebody wrote; it has no headers but From."""

    subject = ""
    names_before: Sequence[str] = ()

    def __init__(self, said: str, sender: str) -> None:
        self._said = said
        self._sender = sender
        self.snippet = snippet(said)
        self.text: Text = searchable({"from": sender, "body": said})

    def message_id(self, number: int) -> str:
        return ""

    def raw(self, number: int, milliseconds: int) -> bytes:
        """Not what anybody sent: only what ``payload`` is made of."""
        message = EmailMessage()
        message["From"] = self._sender
        message.set_content(self._said)
        return message.as_bytes()
