"""Gmail under the laws of ``mail_source``, over HTTP and with the real client library."""

from __future__ import annotations

import email
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from syncd.backends.google.mail import GoogleMail
from syncd.backends.google.session import Session
from syncd.formats.headers import parse_date
from tests.contract.google_world import session
from tests.contract.mail_source import ME, START, Mailbox, MailSourceLaws
from tests.fake_google.server import FakeGoogle

_FOLDERS = {
    "INBOX": ("INBOX",),
    "Sent": ("SENT",),
    "Archive": (),
    **dict.fromkeys(("Drafts", "Entwürfe", "Borradores"), ("DRAFT",)),
    **dict.fromkeys(("Junk", "Spam"), ("SPAM",)),
    **dict.fromkeys(("Trash", "Papierkorb", "Corbeille"), ("TRASH",)),
}
"""What the folders of other mailboxes are in Gmail: a person's language changes names on the screen only."""


class Gmail:
    """A Gmail mailbox as its owner and the world change it."""

    folders = deletes = follows_back = True
    looks_at_all = False

    def __init__(self, google: FakeGoogle, opened: Session) -> None:
        self.google = google
        self.source = GoogleMail(opened, ME)

    def deliver(self, raw: bytes, folder: str = "INBOX") -> str:
        return self.google.mailbox.deliver(raw, _FOLDERS[folder], self._dated(raw))

    def move(self, mail: str, folder: str) -> None:
        labels = set(_FOLDERS[folder]) - {"SENT"}  # which Gmail sets, nobody else
        self.google.mailbox.label(mail, add=labels, remove={"INBOX", "SPAM", "TRASH"} - labels)

    def flag(self, mail: str) -> None:
        self.google.mailbox.label(mail, add=("STARRED", "IMPORTANT"), remove=("UNREAD",))

    def delete(self, mail: str) -> None:
        self.google.mailbox.purge(mail)

    def _dated(self, raw: bytes) -> datetime | None:
        said = parse_date(str(email.message_from_bytes(raw).get("date", "")))
        return said + timedelta(seconds=2) if said else None


@pytest.fixture(params=["as it comes", "in odd pages"])
def new_mailbox(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[], Mailbox]]:
    with ExitStack() as stack:

        def make() -> Mailbox:
            google = stack.enter_context(FakeGoogle(ME.email, now=START + timedelta(days=30)))
            if request.param == "in odd pages":
                google.mailbox.page_sizes = [1, 0, 2, 0, 0, 1, 3] * 100
            return Gmail(google, stack.enter_context(session(google, Path(tempfile.mkdtemp(dir=tmp_path)))))

        yield make


@pytest.fixture
def mailbox(new_mailbox: Callable[[], Mailbox]) -> Mailbox:
    return new_mailbox()


class TestGmail(MailSourceLaws):
    pass
