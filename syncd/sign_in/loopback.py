"""The local address that the browser comes back to (RFC 8252, section 7.3), on 127.0.0.1 and for one sign-in only.

A browser asks for more than it is sent to (icons, connections opened in advance and never used), and other programs
knock on ports: all that isn't the answer to this sign-in is turned away, and the wait goes on. A single thread, so that
nothing is left running.
"""

from __future__ import annotations

import selectors
import socket
from collections.abc import Callable
from contextlib import suppress
from urllib.parse import urlsplit

from syncd.errors import BadUsage, SignInNeeded
from syncd.ports import Clock
from syncd.sign_in import callback
from syncd.sign_in.callback import Code, Refused, Useless
from syncd.sign_in.pasted import Pasted

_LARGEST = 32_768  # bytes of a request's head; Google's answer has a few hundred
_MOST = 32  # connections at once

_PAGE = """\
<!doctype html><html lang="en"><meta charset="utf-8"><title>syncd</title>
<body style="font: 1.2em sans-serif; margin: 4em"><p>{words}</p></body></html>
"""
_DONE = "syncd has its answer. You can close this page; the terminal tells the rest."
_REFUSED = "syncd was not given leave. You can close this page; the terminal tells what to do."
_NOTHING = "There is nothing here. syncd waits at this address for the end of a sign-in."


class Loopback:
    """Listens from the moment it is made until it is closed."""

    def __init__(self, port: int = 0) -> None:
        """Listen on *port*, 0 for any that is free. Raises ``BadUsage`` where it can't be had."""
        self._listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        try:
            self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            self._listener.bind(("127.0.0.1", port))
            self._listener.listen(128)
        except OSError as problem:
            self._listener.close()
            raise BadUsage(
                f"port {port} of 127.0.0.1 can't be had ({(problem.strerror or '').lower()}); "
                "name another with --port, or leave it out for any that is free"
            ) from None
        self._listener.setblocking(False)
        self.port: int = self._listener.getsockname()[1]
        self._heads: dict[socket.socket, bytes] = {}

    @property
    def redirect_uri(self) -> str:
        """What Google is told to send the browser to."""
        return f"http://127.0.0.1:{self.port}/"

    def close(self) -> None:
        """Listen no more."""
        for connection in self._heads:
            connection.close()
        self._heads.clear()
        self._listener.close()

    def wait(
        self, state: str, pasted: Pasted | None, tell: Callable[[str], None], clock: Clock, patience: float
    ) -> Code | Refused:
        """The answer that carries *state*, by browser or *pasted*, whichever comes first.

        *tell* is told of a paste that can't be used. Raises ``SignInNeeded`` when *patience* (seconds) is over, or when
        no paste can come any more after one that couldn't be used.
        """
        ends = clock.monotonic() + patience
        with selectors.SelectSelector() as ready:
            ready.register(self._listener, selectors.EVENT_READ, lambda: self._accept(ready, state))
            if pasted is not None:
                ready.register(pasted.handle, selectors.EVENT_READ, pasted.feed)
            while (left := ends - clock.monotonic()) > 0:
                events = ready.select(left if pasted is None else min(left, pasted.settles))
                for key, _ in events:
                    answer: Code | Refused | None = key.data()
                    if answer is not None:
                        return answer
                if pasted is not None and (answer := pasted.answer(state, tell, quiet=not events)) is not None:
                    return answer
                if pasted is not None and pasted.ended:
                    ready.unregister(pasted.handle)
                    pasted = None
        raise SignInNeeded(f"no answer within {patience / 60:.0f} minutes, so the sign-in failed; run: syncd auth")

    def _accept(self, ready: selectors.BaseSelector, state: str) -> None:
        with suppress(OSError):  # gone before it was accepted
            connection, _ = self._listener.accept()
            connection.setblocking(False)
            if len(self._heads) == _MOST:  # the oldest has said nothing for longest
                self._drop(next(iter(self._heads)), ready)
            self._heads[connection] = b""
            ready.register(connection, selectors.EVENT_READ, lambda: self._serve(connection, ready, state))

    def _serve(self, connection: socket.socket, ready: selectors.BaseSelector, state: str) -> Code | Refused | None:
        """Go on with a connection that has something to read; what it brought, once that is an answer."""
        head = self._head(connection) if connection in self._heads else None  # dropped in this very round
        if head is None:
            return None
        answer = _read(head, state)
        _reply(connection, answer)
        self._drop(connection, ready)
        return None if isinstance(answer, Useless) else answer

    def _drop(self, connection: socket.socket, ready: selectors.BaseSelector) -> None:
        ready.unregister(connection)
        del self._heads[connection]
        connection.close()

    def _head(self, connection: socket.socket) -> bytes | None:
        """The head of the request on *connection*, None while more of it is to come; what breaks off is its head."""
        try:
            some = connection.recv(8192)
        except BlockingIOError:
            return None
        except OSError:
            some = b""
        head = self._heads[connection] = self._heads[connection] + some
        whole = not some or b"\r\n\r\n" in head or b"\n\n" in head or len(head) > _LARGEST
        return head if whole else None


def _read(head: bytes, state: str) -> Code | Refused | Useless:
    words = head.partition(b"\n")[0].decode("latin-1").split()
    if len(words) != 3 or words[0] != "GET":
        return Useless("no request for a page")
    try:
        target = urlsplit(words[1])
    except ValueError:
        return Useless("no address")
    return callback.read(f"?{target.query}", state) if target.path == "/" else Useless("another page")


def _reply(connection: socket.socket, answer: Code | Refused | Useless) -> None:
    """Say how it went, in words of our own only."""
    words = {Code: _DONE, Refused: _REFUSED}.get(type(answer), _NOTHING)
    page = _PAGE.format(words=words).encode()
    status = "404 Not Found" if isinstance(answer, Useless) else "200 OK"
    head = (
        f"HTTP/1.1 {status}\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {len(page)}\r\n"
        "Cache-Control: no-store\r\nReferrer-Policy: no-referrer\r\nConnection: close\r\n\r\n"
    )
    with suppress(OSError):  # who hung up needs no answer
        connection.sendall(head.encode() + page)
        connection.shutdown(socket.SHUT_WR)
