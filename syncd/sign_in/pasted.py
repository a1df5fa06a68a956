"""The address that the browser ended on, pasted into the terminal: read as it comes, and never shown.

A terminal or a mail program may have broken it into lines, so it counts as given once nothing more comes for a moment.
"""

from __future__ import annotations

import fcntl
import math
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from syncd.errors import SignInNeeded
from syncd.sign_in import callback
from syncd.sign_in.callback import Code, Refused, Useless

_SETTLES = 0.4  # seconds
_LONGEST = 65_536


class Pasted:
    """What is typed on the file descriptor *handle*."""

    def __init__(self, handle: int) -> None:
        self.handle = handle
        self.ended = False
        self._text = b""
        self._last: Useless | None = None

    def feed(self) -> None:
        """Take what there is; to be called when there is something."""
        try:
            some = os.read(self.handle, 4096)
        except OSError:  # the terminal went away
            some = b""
        self.ended = not some
        self._text = (self._text + some)[-_LONGEST:]

    @property
    def settles(self) -> float:
        """Seconds after which what is there counts as all of it; infinite where there is nothing."""
        return _SETTLES if b"\n" in self._text else math.inf

    def answer(self, state: str, tell: Callable[[str], None], *, quiet: bool) -> Code | Refused | None:
        """What was pasted, once that is over (the end of the input, or *quiet*).

        *tell* is told of one that can't be used, as long as another can come; else raises ``SignInNeeded``.
        """
        if not (self.ended or (quiet and b"\n" in self._text)):
            return None
        text, self._text = self._text.decode("utf-8", "replace").strip(), b""
        found = callback.read(text, state) if text else self._last
        if not isinstance(found, Useless):
            return found
        if self.ended:
            why = found.why.partition(";")[0]
            raise SignInNeeded(
                f"the sign-in failed: {why}; run `syncd auth` again, and paste the whole address of the page at the end"
            )
        if text:
            tell(f"{found.why}; then paste the new address")
        self._last = found
        return None


def typed() -> Pasted | None:
    """What is typed into this process; None where nothing can be (closed, nobody there, a job in the background)."""
    try:
        handle = sys.stdin.fileno()
        nobody = _for_writing(handle) or os.path.samestat(os.fstat(handle), Path(os.devnull).stat())
    except (AttributeError, ValueError, OSError):  # no stdin at all, or one without a descriptor
        return None
    return None if nobody or _in_background(handle) else Pasted(handle)


def _for_writing(handle: int) -> bool:
    return fcntl.fcntl(handle, fcntl.F_GETFL) & os.O_ACCMODE == os.O_WRONLY


def _in_background(handle: int) -> bool:
    """Whether the terminal *handle* would stop us if we read from it."""
    try:
        return os.tcgetpgrp(handle) != os.getpgrp()
    except OSError:  # no terminal, or not the one that governs us
        return False


@contextmanager
def unseen(pasted: Pasted | None) -> Iterator[None]:
    """Keep the terminal from showing what is typed: the address has a code in it."""
    if pasted is None or not os.isatty(pasted.handle):
        yield
        return
    import termios

    before = termios.tcgetattr(pasted.handle)
    silent = [*before]
    silent[3] = before[3] & ~termios.ECHO
    termios.tcsetattr(pasted.handle, termios.TCSADRAIN, silent)
    try:
        yield
    finally:
        termios.tcsetattr(pasted.handle, termios.TCSAFLUSH, before)
