"""Pure: which addresses secrets may be sent to, and what goes wrong on the way there, in words."""

from __future__ import annotations

import errno
import ipaddress
import socket
import ssl
from dataclasses import dataclass
from http.client import HTTPException
from urllib.parse import urlsplit

_NOBODY_THERE = frozenset(
    {errno.ECONNREFUSED, errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN, errno.EHOSTDOWN, errno.EADDRNOTAVAIL}
)

_KNOWN = {errno.ECONNREFUSED: "it refuses connections", errno.ECONNRESET: "the connection was cut"}
_KINDS: tuple[tuple[type[BaseException], str, bool], ...] = (
    (
        ssl.SSLCertVerificationError,
        "its certificate isn't trusted (is the clock right? does something intercept connections?)",
        True,
    ),
    (ssl.SSLError, "the encrypted connection broke", False),
    (socket.gaierror, "its name can't be looked up (no network?)", False),
    (TimeoutError, "no answer in time", False),
)
"""What to look for first, in words, and whether it stays so."""


def is_safe(url: str) -> bool:
    """Whether secrets may be sent to *url*: https, or plain http that doesn't leave this machine."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return False
    if parts.username or parts.password or not host:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and is_loopback(host))


def is_loopback(host: str) -> bool:
    """Whether *host* is this machine: 127.0.0.0/8, ::1 or localhost."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why there was no whole answer. ``offline``: nobody was there at all; ``lasting``: another try changes nothing."""

    words: str
    offline: bool = False
    lasting: bool = False


def trouble(problem: BaseException) -> Trouble:
    """What *problem* says, or what is behind it: libraries wrap what the system said, often several times."""
    chain = _behind(problem)
    for kind, words, lasting in _KINDS:
        if any(isinstance(one, kind) for one in chain):
            return Trouble(words, offline=kind is socket.gaierror, lasting=lasting)
    for one in chain:
        if isinstance(one, OSError) and one.errno:
            words = _KNOWN.get(one.errno) or f"no connection ({errno.errorcode.get(one.errno, one.errno)})"
            return Trouble(words, offline=one.errno in _NOBODY_THERE)
    if any(isinstance(one, ConnectionError | HTTPException) for one in chain):
        return Trouble("the answer broke off")
    return Trouble(f"no usable answer ({type(problem).__name__})")


def _behind(problem: BaseException) -> list[BaseException]:
    chain: list[BaseException] = []
    one: BaseException | None = problem
    while one is not None and one not in chain:
        chain.append(one)
        one = one.__cause__ or one.__context__
    return chain
