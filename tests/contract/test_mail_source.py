"""The mail back ends under the laws of ``mail_source``."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from itertools import count
from pathlib import Path

import pytest

from syncd.backends.local_mail import LocalMail
from syncd.backends.memory import MemoryMail
from syncd.formats.mime import read_eml
from tests.contract.mail_source import ME, START, Mailbox, MailSourceLaws

_EVERY = count(1)


class MaildirBox:
    """A Maildir as deliverers and IMAP clients change it; folders are ``.Name`` in it, or nested in plain folders."""

    folders = deletes = follows_back = looks_at_all = True

    def __init__(self, root: Path, *, nested: bool) -> None:
        self._root, self._nested = root, nested
        self._at: dict[str, Path] = {}
        self._folder("INBOX")
        self.source = LocalMail(root, ME)

    def deliver(self, raw: bytes, folder: str = "INBOX") -> str:
        unique = f"{int(START.timestamp())}.M{next(_EVERY)}P1.host"
        path = self._folder(folder) / "new" / unique
        path.write_bytes(raw)
        self._at[unique] = path
        self._later(path.parent)
        return unique

    def move(self, mail: str, folder: str) -> None:
        self._rename(mail, self._folder(folder) / "cur" / f"{mail}:2,S")

    def flag(self, mail: str) -> None:
        old = self._at[mail]
        self._rename(mail, old.parent.parent / "cur" / f"{mail}:2,{'FS' if old.name.endswith('S') else 'S'}")

    def delete(self, mail: str) -> None:
        self._at[mail].unlink()
        self._later(self._at[mail].parent)

    def _rename(self, mail: str, new: Path) -> None:
        old = self._at[mail]
        old.rename(new)
        self._at[mail] = new
        self._later(old.parent)
        self._later(new.parent)

    def _folder(self, name: str) -> Path:
        if self._nested:
            path = self._root / ("INBOX" if name == "INBOX" else f"[Gmail]/{name}")
        else:
            path = self._root if name == "INBOX" else self._root / f".{name}"
        for half in ("cur", "new", "tmp"):
            (path / half).mkdir(parents=True, exist_ok=True)
        return path

    def _later(self, folder: Path) -> None:
        # In life minutes pass between changes, here less than a tick of the file system's clock may.
        time = (int(START.timestamp()) + next(_EVERY)) * 10**9
        os.utime(folder, ns=(time, time))


class MboxBox:
    """An mbox file that grows."""

    folders = deletes = False
    follows_back = looks_at_all = True

    def __init__(self, path: Path) -> None:
        self._path = path
        path.touch()
        self.source = LocalMail(path, ME)

    def deliver(self, raw: bytes, folder: str = "INBOX") -> str:
        del folder
        body = raw.replace(b"\nFrom ", b"\n>From ")
        with self._path.open("ab") as file:
            file.write(b"From someone@elsewhere.example Thu Oct  1 09:00:00 2026\n" + body + b"\n\n")
        return ""

    def move(self, mail: str, folder: str) -> None:
        raise NotImplementedError

    def flag(self, mail: str) -> None:
        raise NotImplementedError

    def delete(self, mail: str) -> None:
        raise NotImplementedError


class MemoryBox:
    """The memory source, which holds messages that were read already."""

    folders = deletes = follows_back = False
    looks_at_all = True

    def __init__(self) -> None:
        self.source = MemoryMail()

    def deliver(self, raw: bytes, folder: str = "INBOX") -> str:
        self.source.add(read_eml(raw, ME, START, folder))
        return ""

    def move(self, mail: str, folder: str) -> None:
        raise NotImplementedError

    def flag(self, mail: str) -> None:
        raise NotImplementedError

    def delete(self, mail: str) -> None:
        raise NotImplementedError


KINDS: dict[str, Callable[[Path], Mailbox]] = {
    "maildir": lambda path: MaildirBox(path / "Mail", nested=False),
    "folders": lambda path: MaildirBox(path / "Mail", nested=True),
    "mbox": lambda path: MboxBox(path / "mbox"),
    "memory": lambda _: MemoryBox(),
}


@pytest.fixture(params=KINDS)
def new_mailbox(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[], Mailbox]:
    return lambda: KINDS[request.param](Path(tempfile.mkdtemp(dir=tmp_path)))


@pytest.fixture
def mailbox(new_mailbox: Callable[[], Mailbox]) -> Mailbox:
    return new_mailbox()


class TestMailSource(MailSourceLaws):
    pass
