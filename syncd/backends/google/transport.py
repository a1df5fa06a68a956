"""One signed-in connection to one of Google's APIs, as Google's client library takes it for an http object.

Counts what goes over the wire, keeps the sign-in fresh, and turns whatever isn't a success into an error of
``faults``, so that the library never has to judge an answer (it would log bodies, and its batches would renew the
sign-in without a timeout). Not to be shared between threads: httplib2 mixes up their answers.
"""

from __future__ import annotations

import errno
from collections.abc import Callable, Mapping
from functools import partial
from http.client import HTTPException, HTTPResponse
from io import BufferedReader, RawIOBase
from socket import socket
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import google_auth_httplib2
import httplib2

from syncd.backends.google import faults
from syncd.sign_in.credentials import NotRenewed, StoredCredentials
from syncd.sign_in.network import is_loopback, trouble

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

_WHOLE = 120.0
"""Seconds for a whole answer."""
_RENEWALS = 2
"""How often a refused access token is renewed for one request, as Google's own client does."""


class Transport:
    """Where requests to one API go.

    ``what`` is the method that asks, for what errors say; with ``once`` its request is never sent twice, not even by
    httplib2 itself. ``status`` and ``date`` (the server's clock) are those of the last answer, 0 and empty for none.
    """

    def __init__(
        self,
        url: str,
        credentials: StoredCredentials,
        sent: Callable[[], None],
        timeout: float,
        monotonic: Callable[[], float],
    ) -> None:
        """*sent* is called for each request; *timeout* is that of connecting and of each piece of an answer, seconds.

        By *monotonic*, seconds as well, a whole answer has its time.
        """
        self._credentials, self._sent = credentials, sent
        self._http = _http(url, timeout)
        self._renewing_http = _http(credentials.kept.token_uri, timeout)
        self._connection = _connection(url, self._count, monotonic)
        renewing = _connection(credentials.kept.token_uri, lambda: None, monotonic)
        self._renewing_http.request = partial(self._renewing_http.request, connection_type=renewing)
        self.what = self.date = ""
        self.once = False
        self.status: int = 0
        self._sends = 0

    def request(
        self,
        uri: str,
        method: str = "GET",
        body: str | bytes | None = None,
        headers: Mapping[str, str] | None = None,
        **_: object,
    ) -> tuple[Any, bytes]:
        """Send, as httplib2 does; raises an error of ``faults`` for whatever isn't a success."""
        self.status, self.date = 0, ""
        if not self._credentials.valid:
            self.renew()
        response, content = self._send(uri, method, body, headers)
        for _attempt in range(_RENEWALS):
            if response.status != 401:
                break
            self.renew()
            response, content = self._send(uri, method, body, headers)
        self.status, self.date = response.status, response.get("date", "")
        if response.status >= 300:
            raise faults.of_answer(self.what, response.status, response, content)
        return response, content

    def renew(self) -> None:
        """Get a new access token. Raises ``SignInNeeded``, ``TryAgain`` or ``Passing``."""
        try:
            self._credentials.refresh(google_auth_httplib2.Request(self._renewing_http))
        except NotRenewed as problem:
            self._renewing_http.close()
            raise faults.of_renewal(str(problem), problem.trouble, problem.headers) from problem

    def close(self) -> None:
        """Close the sockets. It may be used again after that."""
        self._http.close()
        self._renewing_http.close()

    def _send(
        self, uri: str, method: str, body: str | bytes | None, headers: Mapping[str, str] | None
    ) -> tuple[Any, bytes]:
        self._sends = 0
        if self.once:
            self._http.close()  # a connection that was kept may have gone stale, which shows only after sending
        signed = dict(headers or {})
        self._credentials.apply(signed)  # type: ignore[no-untyped-call]  # google-auth is typed in part only
        try:
            answer: tuple[Any, bytes] = self._http.request(
                uri, method, body=body, headers=signed, connection_type=self._connection
            )
        except (OSError, HTTPException, httplib2.HttpLib2Error) as problem:
            self._http.close()  # what is left of a broken answer must not be read as the next one
            raise faults.of_trouble(self.what, trouble(problem), sent=self._sends > 0) from problem
        return answer

    def _count(self) -> None:
        if self.once and self._sends:
            raise ConnectionResetError(errno.ECONNRESET, "the connection was cut")
        self._sends += 1
        self._sent()


def _http(url: str, timeout: float) -> httplib2.Http:
    """Proxies of the environment don't lead to this machine, nor does Google's API redirect."""
    parts = urlsplit(url)
    if is_loopback(parts.hostname or ""):
        http = httplib2.Http(timeout=timeout, proxy_info=None)
    else:
        http = httplib2.Http(timeout=timeout)
    http.follow_redirects = False
    return http


def _connection(url: str, sent: Callable[[], None], monotonic: Callable[[], float]) -> type:
    """httplib2's, of which *sent* hears each request, and which waits so long for an answer and no longer.

    httplib2 sends a request again by itself where a kept connection had gone stale: it is counted where it is written.
    """
    kind: type = httplib2.HTTPSConnectionWithTimeout if url.startswith("https:") else httplib2.HTTPConnectionWithTimeout

    class Answer(HTTPResponse):
        def __init__(
            self, sock: socket, debuglevel: int = 0, method: str | None = None, url: str | None = None
        ) -> None:
            super().__init__(sock, debuglevel, method, url)
            self.fp = BufferedReader(_InTime(self.fp, sock, monotonic))

    class Connection(kind):  # type: ignore[misc]  # httplib2 has no types
        response_class = Answer

        def request(self, *parts: object, **more: object) -> None:
            sent()
            super().request(*parts, **more)

    return Connection


class _InTime(RawIOBase):
    """What is read from *sock* by way of *file*, until the time for it is over: then it raises ``TimeoutError``.

    The timeout of a socket is for each piece: a server that lets its answer drip would never be done.
    """

    def __init__(self, file: BufferedReader, sock: socket, monotonic: Callable[[], float]) -> None:
        self._file, self._sock, self._monotonic = file, sock, monotonic
        self._end = monotonic() + _WHOLE

    def readable(self) -> bool:
        return True

    def readinto(self, room: WriteableBuffer) -> int | None:
        left = self._end - self._monotonic()
        if left <= 0:
            raise TimeoutError
        piece = self._sock.gettimeout()
        self._sock.settimeout(left if piece is None else min(left, piece))
        try:
            return self._file.raw.readinto(memoryview(room))
        finally:
            self._sock.settimeout(piece)

    def close(self) -> None:
        self._file.close()
        super().close()
