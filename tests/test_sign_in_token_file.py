"""The file that holds the sign-in: what is read, what is refused, and that it is never half there or open to others."""

from __future__ import annotations

import json
import os
import resource
import stat
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from google.oauth2.credentials import Credentials
from hypothesis import given
from hypothesis import strategies as st

from syncd.errors import BadConfig, SignInNeeded, SyncdError, TryAgain
from syncd.sign_in.token_file import GOOGLE_TOKEN_URI, Token, delete_token, read_token, write_token
from tests.scripted_google import ACCESS, NEXT_ACCESS, REFRESH, SECRET, SECRETS

WHERE = "https://tokens.example/token"

FULL = Token(
    refresh_token=REFRESH,
    client_id="1234-syncd.apps.googleusercontent.example",
    client_secret=SECRET,
    token_uri=WHERE,
    access_token=ACCESS,
    expiry=datetime(2026, 3, 2, 10, 0, 0, 123456, UTC),
    scopes=frozenset({"https://scopes.example/b", "https://scopes.example/a"}),
    account="robin@home.example",
    refresh_token_expires=datetime(2026, 3, 9, 9, 0, tzinfo=UTC),
    other={"rapt_token": None, "note": ["kept", 1]},
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "config" / "token.json"


def put(path: Path, data: Any, mode: int = 0o600) -> Path:
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(data if isinstance(data, bytes) else json.dumps(data).encode())
    path.chmod(mode)
    return path


def least(**more: Any) -> dict[str, Any]:
    return {"refresh_token": REFRESH, "client_id": "1234", "client_secret": SECRET, **more}


def told(problem: SyncdError) -> str:
    text = str(problem)
    assert text.isprintable() and not any(secret in text for secret in SECRETS)
    return text


def test_what_is_written_is_read(path: Path) -> None:
    write_token(path, FULL)
    assert read_token(path) == FULL


def test_secrets_are_in_no_repr() -> None:
    assert not any(secret in repr(FULL) for secret in SECRETS)
    assert "kept" not in repr(FULL)


def test_only_its_owner_can_read_it(path: Path) -> None:
    before = os.umask(0)
    try:
        write_token(path, FULL)
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert [one.name for one in path.parent.iterdir()] == ["token.json"]


def test_it_is_google_auths_own_format(path: Path) -> None:
    theirs = Credentials(
        ACCESS,
        refresh_token=REFRESH,
        token_uri=WHERE,
        client_id="1234",
        client_secret=SECRET,
        scopes=["https://scopes.example/a"],
        expiry=datetime(2026, 3, 2, 10, 0, 0),  # noqa: DTZ001 - google-auth wants it so
        account="robin@home.example",
    )
    put(path, theirs.to_json().encode())
    token = read_token(path)
    assert token == Token(
        refresh_token=REFRESH,
        client_id="1234",
        client_secret=SECRET,
        token_uri=WHERE,
        access_token=ACCESS,
        expiry=datetime(2026, 3, 2, 10, 0, tzinfo=UTC),
        scopes=frozenset({"https://scopes.example/a"}),
        account="robin@home.example",
        other={"universe_domain": "googleapis.com"},
    )
    write_token(path, token)
    back = Credentials.from_authorized_user_file(str(path))
    assert (back.token, back.refresh_token, back.scopes) == (
        ACCESS,
        REFRESH,
        ["https://scopes.example/a"],
    )
    assert back.expiry == theirs.expiry


@pytest.mark.parametrize(
    ("scopes", "read"),
    [
        (["a", "b"], {"a", "b"}),
        ("a b  c", {"a", "b", "c"}),
        (None, None),
        ([], None),
        ("", None),
        (["a", 7, None, ""], {"a"}),
        ({"a": 1}, None),
    ],
)
def test_scopes_in_all_their_forms(path: Path, scopes: Any, read: set[str] | None) -> None:
    assert read_token(put(path, least(scopes=scopes))).scopes == read


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("2026-03-02T10:00:00Z", datetime(2026, 3, 2, 10, 0, tzinfo=UTC)),
        ("2026-03-02T10:00:00.250000Z", datetime(2026, 3, 2, 10, 0, 0, 250000, UTC)),
        ("2026-03-02T10:00:00", datetime(2026, 3, 2, 10, 0, tzinfo=UTC)),
        ("2026-03-02T10:00:00+02:00", datetime(2026, 3, 2, 8, 0, tzinfo=UTC)),
        ("0001-01-01T00:00:00+23:00", None),
        ("soon", None),
        (1772445600, None),
        (None, None),
    ],
)
def test_times(path: Path, text: Any, read: datetime | None) -> None:
    token = read_token(put(path, least(expiry=text, refresh_token_expires=text)))
    assert token.expiry == token.refresh_token_expires == read


def test_times_are_written_in_utc(path: Path) -> None:
    east = timezone(timedelta(hours=5))
    write_token(path, replace(FULL, expiry=datetime(2026, 3, 2, 15, 0, tzinfo=east)))
    assert json.loads(path.read_text())["expiry"] == "2026-03-02T10:00:00Z"


def test_the_least_that_is_needed(path: Path) -> None:
    token = read_token(put(path, least()))
    assert (token.token_uri, token.access_token, token.expiry, token.account) == (GOOGLE_TOKEN_URI, "", None, "")


# what is refused


def test_nobody_signed_in_yet(tmp_path: Path) -> None:
    with pytest.raises(SignInNeeded, match="not signed in yet; run: syncd auth"):
        read_token(tmp_path / "nowhere" / "token.json")
    (tmp_path / "file").touch()
    with pytest.raises(SignInNeeded, match="syncd auth"):
        read_token(tmp_path / "file" / "token.json")


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o622, 0o601, 0o644])
def test_others_can_get_at_it(tmp_path: Path, mode: int) -> None:
    path = put(tmp_path / "a folder" / "token.json", least(), mode)
    with pytest.raises(BadConfig) as bad:
        read_token(path)
    assert f"run: chmod 600 '{path}'" in told(bad.value)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b"\xff\xfe",
        b"[]",
        b'"text"',
        b"null",
        b"[" * 100_000,
        {},
        {"refresh_token": REFRESH},
        least(client_id=""),
        least(refresh_token=7),
    ],
)
def test_damaged(path: Path, data: Any) -> None:
    with pytest.raises(SignInNeeded, match="syncd auth") as needed:
        read_token(put(path, data))
    assert str(path) in told(needed.value)


@given(
    data=st.binary(max_size=40)
    | st.dictionaries(
        st.sampled_from(list(least(token="", expiry="", scopes="", token_uri=""))),
        st.none() | st.integers() | st.text(max_size=9),
    )
)
def test_anything_at_all_is_read_or_refused(tmp_path_factory: pytest.TempPathFactory, data: Any) -> None:
    try:
        read_token(put(tmp_path_factory.getbasetemp() / "any" / "token.json", data))
    except (SignInNeeded, BadConfig) as problem:
        told(problem)


@pytest.mark.parametrize(
    "uri",
    ["http://tokens.example/token", "file:///etc/passwd", "https://me:" + SECRET + "@tokens.example/", "nonsense"],
)
def test_a_token_endpoint_that_secrets_must_not_go_to(path: Path, uri: str) -> None:
    with pytest.raises(BadConfig, match="token_uri") as bad:
        read_token(put(path, least(token_uri=uri)))
    told(bad.value)


@pytest.mark.parametrize(
    "uri", ["http://127.0.0.1:8080/token", "http://localhost:1/token", "https://tokens.example/token"]
)
def test_a_token_endpoint_that_is_fine(path: Path, uri: str) -> None:
    assert read_token(put(path, least(token_uri=uri))).token_uri == uri


def test_no_file_at_all(tmp_path: Path) -> None:
    with pytest.raises(BadConfig, match="is not a file"):
        read_token(tmp_path)
    os.mkfifo(tmp_path / "pipe", 0o600)
    with pytest.raises(BadConfig, match="is not a file"):
        read_token(tmp_path / "pipe")
    with pytest.raises(BadConfig, match="can't be read"):
        read_token(tmp_path / ("long" * 100))


# writing


def test_a_link_gives_way_to_the_file(tmp_path: Path) -> None:
    elsewhere = put(tmp_path / "elsewhere" / "authorized_keys", b"untouched")
    path = tmp_path / "token.json"
    path.symlink_to(elsewhere)
    write_token(path, FULL)
    assert not path.is_symlink()
    assert elsewhere.read_bytes() == b"untouched"
    assert read_token(path).account == "robin@home.example"


def test_an_older_file_that_others_could_read_is_replaced(path: Path) -> None:
    put(path, least(), 0o644)
    write_token(path, FULL)
    assert read_token(path).refresh_token == REFRESH


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(TryAgain, match="can't be written") as again:
        write_token(tmp_path / "file" / "token.json", FULL)
    told(again.value)


def test_where_there_is_no_room_the_old_file_stays_whole(path: Path) -> None:
    write_token(path, FULL)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10, hard))
    try:
        with pytest.raises(TryAgain, match="can't be written: File too large") as again:
            write_token(path, replace(FULL, access_token=NEXT_ACCESS))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    told(again.value)
    assert [one.name for one in path.parent.iterdir()] == ["token.json"]
    assert read_token(path).access_token == ACCESS


def test_signing_out_leaves_nothing(path: Path) -> None:
    write_token(path, FULL)
    put(path.with_name(".token.json.0123abcd.syncd-tmp"), b"left by a killed process")
    other = put(path.with_name("token.json.bak"), b"somebody else's")
    delete_token(path)
    assert list(path.parent.iterdir()) == [other]
    delete_token(path)
    delete_token(path.parent / "nowhere" / "token.json")
