"""The OAuth client's file: a desktop app's is taken, anything else is refused with what to do, and nothing is told of it."""

import json
from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest

from syncd.errors import BadConfig
from syncd.model import Account
from syncd.settings import Google, Settings, User
from syncd.sign_in.client_file import Client, read_client, seen_by_others
from syncd.sign_in.places import paths

GOOD = {"client_id": "1-x.apps.googleusercontent.example", "client_secret": "hush-hush"}


@pytest.fixture
def written(tmp_path):
    def write(data):
        path = tmp_path / "client_secret.json"
        path.write_bytes(data if isinstance(data, bytes) else json.dumps(data).encode())
        return path

    return write


def test_a_desktop_app(written):
    uris = {"auth_uri": "https://accounts.example/auth", "token_uri": "https://tokens.example/token"}
    assert read_client(written({"installed": GOOD | uris})) == Client(**GOOD, **uris)


def test_what_the_file_leaves_out_is_googles_and_a_byte_order_mark_is_no_matter(written):
    client = read_client(written(b"\xef\xbb\xbf" + json.dumps({"installed": GOOD}).encode()))
    assert (client.auth_uri, client.token_uri) == (
        "https://accounts.google.com/o/oauth2/auth",
        "https://oauth2.googleapis.com/token",
    )


def test_a_local_server_may_be_spoken_to_in_clear(written):
    uris = {"auth_uri": "http://127.0.0.1:9/auth", "token_uri": "http://[::1]:9/token"}
    assert read_client(written({"installed": GOOD | uris})) == Client(**GOOD, **uris)


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "is not the JSON file of an OAuth client"),
        (b"\xff\xfe", "is not the JSON file of an OAuth client"),
        (b"[" * 100_000, "is not the JSON file of an OAuth client"),
        (b"<html>", "is not the JSON file of an OAuth client"),
        ([], 'has no "installed" in it'),
        ({"installed": "x"}, 'has no "installed" in it'),
        ({"web": GOOD}, "type Web application"),
        ({"type": "service_account", "private_key": "hush-hush"}, "service account"),
        ({"type": "authorized_user", "refresh_token": "hush-hush"}, "is a sign-in"),
        ({"installed": {"client_secret": "hush-hush"}}, "has no client_id"),
        ({"installed": {"client_id": "1-x", "client_secret": None}}, "shows it only when it is made"),
        ({"installed": GOOD | {"token_uri": "http://tokens.example/"}}, "token_uri must be https"),
        ({"installed": GOOD | {"auth_uri": "ftp://x.example/"}}, "auth_uri must be https"),
        ({"installed": GOOD | {"token_uri": "https://[::"}}, "token_uri must be https"),
        ({"installed": GOOD | {"token_uri": "http://127.0.0.1.evil.example/"}}, "token_uri must be https"),
    ],
)
def test_anything_else_is_refused_in_one_line_with_what_to_do(written, data, says):
    path = written(data)
    with pytest.raises(BadConfig) as refused:
        read_client(path)
    line = str(refused.value)
    assert line.startswith(f"{path}: ")
    assert says in line
    assert "hush-hush" not in line
    assert "\n" not in line
    assert "download" in line or "Desktop app" in line


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(
        BadConfig, match=r"there is no OAuth client yet; make one of type Desktop app .*syncd auth --help"
    ):
        read_client(tmp_path / "no" / "client_secret.json")


def test_a_folder_is_no_client(tmp_path):
    with pytest.raises(BadConfig, match="is not a file"):
        read_client(tmp_path)


@pytest.mark.parametrize(("mode", "seen"), [(0o600, False), (0o400, False), (0o640, True), (0o604, True)])
def test_who_else_can_read_it(written, mode, seen):
    path = written({})
    path.chmod(mode)
    assert seen_by_others(path) is seen


def test_the_secret_is_in_no_repr():
    assert "hush-hush" not in repr(Client(**GOOD))


def test_where_the_files_lie_when_nothing_is_said(tmp_path):
    settings = Settings(
        user=User(Account("robin@home.example"), ZoneInfo("UTC")),
        path=tmp_path / "config" / "config.toml",
        state=tmp_path / "state" / "state.db",
    )
    assert paths(settings).client_secret == tmp_path / "config" / "client_secret.json"
    assert paths(settings).token == tmp_path / "state" / "token.json"
    other = replace(settings, state=tmp_path / "state" / "work.db")
    assert paths(other).token == tmp_path / "state" / "work.db.token.json"  # two accounts never share a sign-in
    told = replace(settings, google=Google(client_secret=tmp_path / "a", token=tmp_path / "b"))
    assert (paths(told).client_secret, paths(told).token) == (tmp_path / "a", tmp_path / "b")
