"""The file of the person's own OAuth client, as Google's console gives it: ``{"installed": {...}}`` for a desktop app.

docs/google.md tells how to get one. What is wrong with it is told with what to do; what it says is told nowhere.
"""

from __future__ import annotations

import json
import os
import stat
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from syncd.errors import BadConfig
from syncd.sign_in.network import is_safe
from syncd.sign_in.token_file import GOOGLE_TOKEN_URI

GOOGLE_AUTH_URI = "https://accounts.google.com/o/oauth2/auth"
CLIENTS_PAGE = "https://console.cloud.google.com/auth/clients"
_LARGEST = 1 << 20
_ANOTHER = f"make one of type Desktop app at {CLIENTS_PAGE} (`syncd auth --help` tells how) and put its file there"


@dataclass(frozen=True, slots=True)
class Client:
    """An OAuth client of type "Desktop app"."""

    client_id: str
    client_secret: str = field(repr=False)
    auth_uri: str = GOOGLE_AUTH_URI
    token_uri: str = GOOGLE_TOKEN_URI


def read_client(path: Path) -> Client:
    """The client in *path*. Raises ``BadConfig`` where there is none that can be used, with what to do."""
    try:
        data = json.loads(_read(path).decode("utf-8-sig"))
    except (UnicodeDecodeError, ValueError, RecursionError):
        raise BadConfig(f"{path}: is not the JSON file of an OAuth client; {_ANOTHER}") from None
    if not isinstance(data, dict) or not isinstance(data.get("installed"), dict):
        raise BadConfig(f"{path}: {_what(data)}")
    return _client(path, data["installed"])


def seen_by_others(path: Path) -> bool:
    """Whether other users of this machine can read *path*, or change it."""
    try:
        return bool(stat.S_IMODE(path.stat().st_mode) & 0o077)
    except OSError:
        return False


def _read(path: Path) -> bytes:
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)  # a pipe must not hold us up
    except (FileNotFoundError, NotADirectoryError):
        raise BadConfig(f"{path}: there is no OAuth client yet; {_ANOTHER}") from None
    except OSError as problem:
        raise BadConfig(f"{path}: can't be read: {problem.strerror}") from None
    try:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise BadConfig(f"{path}: is not a file; [google] client_secret names the file of your OAuth client")
        return os.read(handle, _LARGEST)
    except OSError as problem:
        raise BadConfig(f"{path}: can't be read: {problem.strerror}") from None
    finally:
        os.close(handle)


def _what(data: object) -> str:
    """What *data* is instead, and what to do."""
    if isinstance(data, dict) and isinstance(data.get("web"), dict):
        return (
            "is an OAuth client of type Web application, which can't come back to a program on your machine; "
            f"{_ANOTHER} (a client can't change its type)"
        )
    kind = data.get("type") if isinstance(data, dict) else None
    if kind == "service_account":
        return f"is the key of a service account, which has no mailbox and no calendar of yours; {_ANOTHER}"
    if kind == "authorized_user":
        return f"is a sign-in, not the OAuth client that it was made with; {_ANOTHER}"
    return f'is not the file of an OAuth client (it has no "installed" in it); {_ANOTHER}'


def _client(path: Path, data: dict[str, Any]) -> Client:
    def text(key: str) -> str:
        value = data.get(key)
        return value.strip() if isinstance(value, str) else ""

    if not text("client_id"):
        raise BadConfig(f"{path}: has no client_id; download it again, or {_ANOTHER}")
    if not text("client_secret"):
        raise BadConfig(
            f"{path}: has no client_secret (Google shows it only when it is made); "
            f"add a new secret to the client at {CLIENTS_PAGE}, and download the file then"
        )
    client = Client(
        client_id=text("client_id"),
        client_secret=text("client_secret"),
        auth_uri=text("auth_uri") or GOOGLE_AUTH_URI,
        token_uri=text("token_uri") or GOOGLE_TOKEN_URI,
    )
    for key, uri in (("auth_uri", client.auth_uri), ("token_uri", client.token_uri)):
        if not is_safe(uri):
            raise BadConfig(f"{path}: {key} must be https (plain http only on this machine); download the file again")
    return client
