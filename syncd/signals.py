"""Signals: SIGTERM and SIGINT ask the process to end, SIGHUP to read its config again; and the clock that heeds them.

What is in hand when the process is asked to end is finished where that takes a moment; where it takes longer (a server
that doesn't answer), it is broken off, as every write of syncd stands being killed. It ends within two seconds.
"""

from __future__ import annotations

import os
import select
import signal
import threading
import time
from types import FrameType
from typing import Self

from syncd.errors import Stopped
from syncd.supervisor import Supervisor

_BREAK_OFF = 1.0
"""Seconds until what is still in hand is broken off, by raising ``Stopped`` in its midst."""
_AGAIN = 0.1
"""Seconds until that is tried once more, should a library have swallowed it."""
_GIVE_UP = 1.5
"""Seconds until the process ends whatever it does: no exception reaches who waits within C (for a name server)."""
_AT_ONCE = 0.2
"""Seconds, instead, once it was asked twice."""
_ENDING = frozenset({signal.SIGTERM, signal.SIGINT})
_SLICE = 5.0
"""Seconds of a pause after which a supervisor hears that it is still the pause."""
_PULSE = 0.5
"""Seconds between two such words, at least."""


class Signals:
    """What the process was asked, between ``with`` and its end. For the main thread, and once."""

    def __init__(self) -> None:
        self.stopping = False
        self._reload = False

    def __enter__(self) -> Self:
        # A Python handler runs only when the main thread gets to it. The bytes that the interpreter writes for each
        # signal are seen by a thread of their own at once: it wakes who waits, and ends who can't be woken.
        self._heard, told = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)
        self._woken, self._wake = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)
        self._told = told
        signal.set_wakeup_fd(told, warn_on_full_buffer=False)
        self._before = {number: signal.signal(number, self._end) for number in _ENDING}
        self._before[signal.SIGHUP] = signal.signal(signal.SIGHUP, self._ask_reload)
        self._before[signal.SIGALRM] = signal.signal(signal.SIGALRM, self._break_off)
        self._listener = threading.Thread(target=self._listen, name="signals", daemon=True)
        self._listener.start()
        return self

    def __exit__(self, *_: object) -> None:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.set_wakeup_fd(-1)
        os.write(self._told, b"\0")
        self._listener.join()
        for number, handler in self._before.items():
            signal.signal(number, handler)
        for end in (self._heard, self._told, self._woken, self._wake):
            os.close(end)

    def reload_asked(self) -> bool:
        """Whether it was asked to read its config again since this was last asked."""
        asked, self._reload = self._reload, False
        return asked

    def wait(self, seconds: float) -> None:
        """Wait so long, or until there is a signal."""
        select.select([self._woken], [], [], max(0.0, seconds))
        _drain(self._woken)

    def _end(self, _: int, __: FrameType | None) -> None:
        if self.stopping:
            raise Stopped("asked twice to end: what was in hand is broken off, and the next cycle goes on from there")
        self.stopping = True
        signal.setitimer(signal.ITIMER_REAL, _BREAK_OFF, _AGAIN)

    def _ask_reload(self, _: int, __: FrameType | None) -> None:
        self._reload = True

    def _break_off(self, _: int, __: FrameType | None) -> None:
        raise Stopped("asked to end: what was in hand took too long, and the next cycle goes on from there")

    def _listen(self) -> None:
        signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())  # they are for the main thread
        end: float | None = None
        while True:
            left = None if end is None else max(0.0, end - time.monotonic())
            ready, _, _ = select.select([self._heard], [], [], left)
            if not ready:
                os._exit(0)
            heard = _drain(self._heard)
            _poke(self._wake)
            if 0 in heard:
                return
            for _ in [number for number in heard if number in _ENDING]:
                end = time.monotonic() + (_GIVE_UP if end is None else _AT_ONCE)


class InterruptibleClock:
    """``ports.Clock`` of a process that is asked to end by *signals*, and whose progress *supervisor* hears of."""

    def __init__(self, signals: Signals, supervisor: Supervisor) -> None:
        self._signals, self._supervisor = signals, supervisor
        self._pulse = 0.0

    def monotonic(self) -> float:
        """Seconds from some moment on, never set back; without those that the machine sleeps."""
        return time.monotonic()

    def pause(self, seconds: float) -> None:
        """Wait. Raises ``Stopped`` where the process is asked to end meanwhile."""
        end = time.monotonic() + seconds
        self.checkpoint()
        while (left := end - time.monotonic()) > 0:
            self._signals.wait(min(left, _SLICE))
            self.checkpoint()

    def checkpoint(self) -> None:
        """Go on, and say so; raises ``Stopped`` where the process is asked to end."""
        if self._signals.stopping:
            raise Stopped("asked to end: the next cycle goes on from here")
        now = time.monotonic()
        if now - self._pulse >= _PULSE:
            self._pulse = now
            self._supervisor.alive()


def _drain(pipe: int) -> bytes:
    try:
        return os.read(pipe, 512)
    except BlockingIOError:
        return b""


def _poke(pipe: int) -> None:
    try:
        os.write(pipe, b"!")
    except BlockingIOError:  # full: whoever waits is woken anyway
        return
