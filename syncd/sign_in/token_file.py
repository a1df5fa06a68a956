"""The file that holds the sign-in, as google-auth's authorized-user JSON (``Credentials.to_json()`` writes the same).

Whoever can read it can read the mailbox: it is 0600 from its first byte, replaced wholly or not at all, and refused
where others can get at it. Nothing here imports Google's libraries, and no error tells what the file says.
"""

from __future__ import annotations

import json
import os
import secrets
import shlex
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from syncd.errors import BadConfig, SignInNeeded, TryAgain
from syncd.sign_in.network import is_safe

GOOGLE_TOKEN_URI = "https://oauth2.googleapis.com/token"  # noqa: S105 - an address
_LARGEST = 1 << 20
_OURS = frozenset(
    {
        "token",
        "refresh_token",
        "token_uri",
        "client_id",
        "client_secret",
        "scopes",
        "account",
        "expiry",
        "refresh_token_expires",
    }
)


@dataclass(frozen=True, slots=True)
class Token:
    """A sign-in. Times are aware, in UTC."""

    refresh_token: str = field(repr=False)
    client_id: str
    client_secret: str = field(repr=False)
    token_uri: str = GOOGLE_TOKEN_URI
    access_token: str = field(default="", repr=False)
    expiry: datetime | None = None
    """Of the access token; None where it isn't known."""
    scopes: frozenset[str] | None = None
    """What was granted; None where the file (another program's) doesn't say."""
    account: str = ""
    """The address that signed in, empty where it isn't known."""
    refresh_token_expires: datetime | None = None
    """When the sign-in itself ends: of clients in Google's "Testing" status, seven days after the consent."""
    other: Mapping[str, Any] = field(default_factory=dict, repr=False)
    """Keys of the file that syncd doesn't know; kept as they are."""


def read_token(path: Path) -> Token:
    """The sign-in kept in *path*.

    Raises ``SignInNeeded`` where there is none that can be used, ``BadConfig`` where others could read or change it,
    or where it is no file of ours to read.
    """
    try:
        data = json.loads(_read(path))
    except (UnicodeDecodeError, ValueError, RecursionError):
        raise _unusable(path, "damaged") from None
    if not isinstance(data, dict):
        raise _unusable(path, "damaged")
    return _token(path, data)


def write_token(path: Path, token: Token) -> None:
    """Put *token* in the place of what *path* holds, wholly or not at all.

    A folder that is missing is made for the user alone. Where *path* is a link, the link gives way to the file.
    Raises ``TryAgain`` where it can't be written.
    """
    with _writing(path):
        for folder in reversed([folder for folder in path.parents if not folder.exists()]):
            folder.mkdir(mode=0o700, exist_ok=True)  # each of them: parents=True would leave all but the last open
        temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}.syncd-tmp")
        handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(_json(token).encode())
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(path)
        except BaseException:
            with suppress(FileNotFoundError):
                temporary.unlink()
            raise
        _sync(path.parent)


def delete_token(path: Path) -> None:
    """Remove the sign-in, and what a killed process may have left of one. Raises ``TryAgain`` where it can't be."""
    with _writing(path):
        if not path.parent.is_dir():
            return
        for left in [path, *_left_behind(path)]:
            left.unlink(missing_ok=True)
        _sync(path.parent)


def _left_behind(path: Path) -> list[Path]:
    start, end = f".{path.name}.", ".syncd-tmp"
    return [one for one in path.parent.iterdir() if one.name.startswith(start) and one.name.endswith(end)]


def _read(path: Path) -> bytes:
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)  # a pipe must not hold us up
    except (FileNotFoundError, NotADirectoryError):
        raise SignInNeeded("not signed in yet; run: syncd auth") from None
    except OSError as problem:
        raise BadConfig(f"{path}: the sign-in can't be read: {problem.strerror}") from None
    try:
        found = os.fstat(handle)
        if not stat.S_ISREG(found.st_mode):
            raise BadConfig(f"{path}: is not a file; [google] token names the file that keeps the sign-in")
        if stat.S_IMODE(found.st_mode) & 0o077:
            raise BadConfig(f"{path}: others can read or change the sign-in; run: chmod 600 {shlex.quote(str(path))}")
        with os.fdopen(handle, "rb", closefd=False) as file:
            return file.read(_LARGEST)
    except OSError as problem:
        raise BadConfig(f"{path}: the sign-in can't be read: {problem.strerror}") from None
    finally:
        os.close(handle)


def _token(path: Path, data: dict[str, Any]) -> Token:
    for key in ("refresh_token", "client_id", "client_secret"):
        if not isinstance(data.get(key), str) or not data[key]:
            raise _unusable(path, f"without {key}")
    token_uri = _text(data, "token_uri") or GOOGLE_TOKEN_URI
    if not is_safe(token_uri):
        raise BadConfig(f"{path}: token_uri must be https (plain http only on this machine); run: syncd auth")
    return Token(
        refresh_token=data["refresh_token"],
        client_id=data["client_id"],
        client_secret=data["client_secret"],
        token_uri=token_uri,
        access_token=_text(data, "token"),
        expiry=_time(data.get("expiry")),
        scopes=_scopes(data.get("scopes")),
        account=_text(data, "account"),
        refresh_token_expires=_time(data.get("refresh_token_expires")),
        other={key: value for key, value in data.items() if key not in _OURS},
    )


def _unusable(path: Path, how: str) -> SignInNeeded:
    return SignInNeeded(f"{path}: the sign-in kept there is {how}; run: syncd auth")


def _text(data: dict[str, Any], key: str) -> str:
    value = data.get(key)
    return value if isinstance(value, str) else ""


def _scopes(value: object) -> frozenset[str] | None:
    if isinstance(value, str):
        return frozenset(value.split()) or None
    if isinstance(value, list):
        return frozenset(one for one in value if isinstance(one, str) and one) or None
    return None


def _time(value: object) -> datetime | None:
    """A time as google-auth writes it (UTC without an offset, and a Z behind it), or any other ISO one."""
    if not isinstance(value, str):
        return None
    try:
        time = datetime.fromisoformat(value)
        return (time if time.tzinfo else time.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _json(token: Token) -> str:
    data: dict[str, Any] = {
        "token": token.access_token or None,
        "refresh_token": token.refresh_token,
        "token_uri": token.token_uri,
        "client_id": token.client_id,
        "client_secret": token.client_secret,
        "scopes": None if token.scopes is None else sorted(token.scopes),
        "account": token.account,
        "expiry": token.expiry and token.expiry.astimezone(UTC).replace(tzinfo=None).isoformat() + "Z",
        "refresh_token_expires": token.refresh_token_expires and token.refresh_token_expires.isoformat(),
    }
    known = {key: value for key, value in data.items() if value is not None}
    return json.dumps(known | dict(token.other), indent=1)


def _sync(folder: Path) -> None:
    """Make a rename in *folder* outlive a power cut."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def _writing(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as problem:
        raise TryAgain(
            f"{path}: the sign-in can't be written: {problem.strerror}; make room or allow it, and try again"
        ) from problem
