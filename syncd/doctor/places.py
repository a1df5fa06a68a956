"""The paths that the config names: whether they are there, whose they are, and whether there is room. Pure."""

from __future__ import annotations

from shlex import quote

from syncd.doctor.finding import Finding, ok, problem, warning
from syncd.doctor.spots import Spot
from syncd.errors import BadConfig

_SCARCE, _NONE = 100 << 20, 4 << 20
"""Bytes: below the first a person should know, below the second the store can't grow."""


def state_folder(folder: Spot) -> Finding:
    """The folder of the store."""
    path = folder.path
    if not folder.kind:
        if folder.makeable:
            return ok("state folder", f"{path} is not there yet; the first cycle makes it")
        step = f"let [state] path name a place that is yours, or make the folder: mkdir -p {quote(str(path))}"
        return problem("state folder", f"{path} is not there, and can't be made", step, BadConfig)
    if folder.kind != "folder":
        return problem("state folder", f"{path} is no folder", "let [state] path name a file in a folder", BadConfig)
    if not folder.writable or not folder.readable:
        step = f"see whose it is, and whether its disk is mounted read-only: ls -ld {quote(str(path))}"
        return problem("state folder", f"{path} can't be written", step)
    if folder.open_to_others:
        text = f"{path} is open to other users of this machine ({folder.mode:04o})"
        return warning("state folder", text, f"chmod 700 {quote(str(path))}")
    return ok("state folder", f"{path} is there, and yours alone")


def private(subject: str, file: Spot) -> Finding:
    """A file that holds words of mails, or of the person; there may be none yet."""
    path = file.path
    if not file.kind:
        return ok(subject, f"{path} is not there yet")
    if file.kind != "file" or not file.readable or not file.writable:
        step = f"see whose it is: ls -l {quote(str(path))}"
        return problem(subject, f"{path} can't be read and written", step)
    if file.open_to_others:
        text = f"{path} is open to other users of this machine ({file.mode:04o})"
        return warning(subject, text, f"chmod 600 {quote(str(path))}")
    return ok(subject, f"{path} is there, and yours alone")


def room(folder: Spot, free: int | None) -> list[Finding]:
    """The free space where *folder* is, in bytes."""
    if free is None:
        return []
    text = f"{_size(free)} free where the store is"
    step = f"make room on the disk of {folder.above or folder.path}"
    if free < _NONE:
        return [problem("disk", text, step)]
    return [warning("disk", text, step)] if free < _SCARCE else [ok("disk", text)]


def _size(count: int) -> str:
    return f"{count / (1 << 30):.0f} GB" if count >= 10 << 30 else f"{count >> 20} MB"


def source(subject: str, found: Spot) -> Finding:
    """A calendar or a mailbox in files: only read."""
    path = found.path
    if found.kind not in {"file", "folder"}:
        step = f"run what fills it (vdirsyncer sync, mbsync -a), mount its disk, or correct [local] {_KEYS[subject]}"
        return problem(subject, f"there is no file or folder {path}", step)
    if not found.readable:
        step = f"see whose it is: ls -ld {quote(str(path))}"
        return problem(subject, f"{path} can't be read", step)
    if subject == "mail" and found.kind == "folder" and not {"cur", "new"} <= found.holds:
        step = "name each Maildir itself (the folder with cur, new and tmp in it)"
        return problem(subject, f"{path} is no Maildir", step)
    return ok(subject, f"{path} is there and can be read")


_KEYS = {"calendar": "calendars", "mail": "mail"}


def reminders(found: Spot) -> Finding:
    """Where the reminders go, in files. Whether they can be written is told by permissions: nothing is tried."""
    path = found.path
    if not found.kind:
        if found.makeable:
            return ok("reminders", f"{path} is not there yet; the first cycle makes it")
        step = f"mount its disk, or correct [local] reminders; nothing can be made in {found.above}"
        return problem("reminders", f"there is no file or folder {path}", step)
    # A single file is replaced as a whole, so that its folder has to be writable too.
    if not found.readable or not found.writable or (found.kind == "file" and not found.makeable):
        step = f"see whose it is, and whether its disk is mounted read-only: ls -ld {quote(str(path))}"
        return problem("reminders", f"{path} can't be written", step)
    return ok("reminders", f"{path} is there and can be written")
