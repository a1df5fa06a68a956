"""``syncd auth``, from the person's side: a real browser's part is played, Google's is the test server's, all over HTTP."""

import io
import json
import logging
import os
import pty
import re
import select
import signal
import socket
import stat
import subprocess
import sys
import threading
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

import pytest

from syncd.cli import main, render
from syncd.sign_in.scopes import EVENTS_OWNED, MAIL_READ
from syncd.sign_in.token_file import read_token
from tests import browser
from tests.fake_google.faults import Line
from tests.fake_google.server import FakeGoogle, Fault
from tests.fake_google.wire import Answer

ME = "robin@home.example"
NEEDED = {EVENTS_OWNED, MAIL_READ}
CONFIG = """\
[account]
email = "robin@home.example"
aliases = ["robin@alias.example"]
timezone = "Europe/Berlin"
[google]
calendar_endpoint = "{google.calendar_endpoint}"
gmail_endpoint = "{google.gmail_endpoint}"
"""


@pytest.fixture
def google():
    with FakeGoogle(ME, now=datetime.now(UTC)) as google:
        yield google


class Screen(io.StringIO):
    """A stdout that hands the address on it to somebody who opens it."""

    def __init__(self, opens):
        super().__init__()
        self.opens = opens
        self.person = None

    def flush(self):
        found = re.search(r"^  (http\S+/auth\?\S+)\n[^$]*gives up", self.getvalue(), re.MULTILINE)
        if found and self.person is None:
            self.person = threading.Thread(target=self.opens, args=(found[1],))
            self.person.start()


@dataclass
class Shown:
    code: int
    out: str
    err: str


class Desk:
    """Somebody's machine: a home with a config and an OAuth client."""

    def __init__(self, home, google, monkeypatch, capsys):
        self.home, self.google, self.monkeypatch, self.capsys = home, google, monkeypatch, capsys
        self.folder = home / ".config" / "syncd"
        self.folder.mkdir(parents=True)
        self.client = self.folder / "client_secret.json"
        self.token = home / ".local" / "state" / "syncd" / "token.json"
        google.oauth.write_client(self.client)
        self.configure()

    def configure(self, more=""):
        (self.folder / "config.toml").write_text(CONFIG.format(google=self.google) + more)

    def auth(self, *args, opens=browser.get, pastes=None):
        """Run it, with a person who *opens* the address that it shows, or *pastes* what that makes of it."""
        with self.monkeypatch.context() as patch:
            ours, theirs = os.pipe()
            if pastes is not None:

                def opens(url):
                    with os.fdopen(theirs, "w") as keyboard:
                        for text in pastes(browser.where_it_ends(url)):
                            keyboard.write(text)
                            keyboard.flush()

            screen = Screen(opens)
            patch.setattr(sys, "stdout", screen)
            with os.fdopen(ours) as stdin:
                if pastes is not None:
                    patch.setattr(sys, "stdin", stdin)
                code = main(["auth", *args])
            if screen.person:
                screen.person.join(20)
            if pastes is None or not screen.person:
                os.close(theirs)
        return self.shown(code, screen.getvalue())

    def by_hand(self, *args, **options):
        return self.auth("--no-browser", *args, **options)

    def shown(self, code, out=""):
        told = self.capsys.readouterr()
        out += told.out
        for secret in secrets(self.google):
            assert secret not in out + told.err
        return Shown(code, out, told.err)

    @property
    def kept(self):
        return read_token(self.token)


def secrets(google):
    oauth = google.oauth
    return {oauth.client_secret, *oauth._codes, *oauth._access, *(grant.refresh_token for grant in oauth.grants)}


@pytest.fixture
def desk(tmp_path, google, monkeypatch, capsys):
    for name in ("XDG_CONFIG_HOME", "XDG_STATE_HOME", "DISPLAY", "WAYLAND_DISPLAY", "BROWSER", "SSH_CONNECTION"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr("syncd.cli.auth.PATIENCE", 15.0)  # a test that goes wrong ends too
    return Desk(tmp_path, google, monkeypatch, capsys)


@contextmanager
def started(desk, *args, **options):
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "stdin": subprocess.DEVNULL, "text": True}
    command = [sys.executable, "-m", "syncd", "auth", *args]
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(command, env=environment, **pipes | options) as process:
        try:
            yield process
        finally:
            process.kill()


def address(process):
    """What a process shows to be opened."""
    lines = []
    for line in process.stdout:
        lines.append(line)
        if line.startswith("  http"):
            return line.strip()
    raise AssertionError("".join(lines) + process.stderr.read())


# it works


def test_the_browser_is_opened_and_comes_back(desk, google, monkeypatch):
    monkeypatch.setenv("BROWSER", f"{sys.executable} {browser.__file__} %s")
    shown = desk.auth(opens=lambda _: None)
    assert shown.code == 0
    assert shown.err == ""
    assert f"Signed in as {ME}; the sign-in is kept in {desk.token}." in shown.out
    assert shown.out.splitlines()[-1] == "next: `syncd sync --dry-run` shows what a first run would do"
    kept = desk.kept
    assert kept.scopes == NEEDED
    assert google.oauth.scopes_of(kept.access_token) == NEEDED
    assert kept.account == ME
    assert kept.token_uri == google.token_uri
    assert kept.refresh_token_expires is None
    assert timedelta(minutes=55) < kept.expiry - datetime.now(UTC) < timedelta(hours=1)


def test_what_google_is_asked_for(desk, google):
    asked = []
    desk.by_hand(opens=lambda url: asked.append(url) or browser.get(url))
    query = parse_qs(urlsplit(asked[0]).query)
    assert set(query["scope"][0].split()) == NEEDED
    assert query["access_type"] == ["offline"]
    assert query["prompt"] == ["consent"]
    assert query["code_challenge_method"] == ["S256"]
    assert query["login_hint"] == [ME]
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+/", query["redirect_uri"][0])
    assert len(query["state"][0]) >= 32


def test_without_a_browser_the_address_and_the_way_there_by_ssh_are_shown(desk):
    ports = []
    shown = desk.by_hand(opens=lambda url: ports.append(urlsplit(browser.home_of(url)).port) or browser.get(url))
    assert shown.code == 0
    assert re.search(rf"^  ssh -L {ports[0]}:127\.0\.0\.1:{ports[0]} \S+@\S+$", shown.out, re.MULTILINE)


def test_the_ssh_line_goes_by_the_port_that_they_came_by(desk, monkeypatch):
    monkeypatch.setenv("SSH_CONNECTION", "192.0.2.1 50000 192.0.2.2 2222")
    assert "  ssh -p 2222 -L " in desk.auth().out  # and without a screen no browser is tried


def test_the_port_can_be_fixed(desk):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    shown = desk.by_hand("--port", str(port))
    assert shown.code == 0
    assert f"-L {port}:127.0.0.1:{port} " in shown.out


def test_icons_probes_and_strangers_are_turned_away_and_the_wait_goes_on(desk):
    pages = []
    shown = desk.by_hand(opens=lambda url: pages.append(browser.nosy(url)))
    assert shown.code == 0
    assert shown.err == ""
    status, page = pages[0]
    assert status == 200
    assert "You can close this page" in page


def test_it_listens_on_this_machine_only(desk):
    refused = []

    def opens(url):
        port = urlsplit(browser.home_of(url)).port
        with socket.socket() as other:
            refused.append(other.connect_ex(("127.0.0.2", port)))
        browser.get(url)

    assert desk.by_hand(opens=opens).code == 0
    assert refused[0] != 0


def test_a_browser_that_does_not_start_leaves_the_address_and_the_other_ways(desk, monkeypatch):
    monkeypatch.setenv("BROWSER", "false")
    with started(desk) as process:
        browser.get(address(process))
        assert "ssh -L" in process.stdout.read()
        assert process.wait(20) == 0


def test_a_proxy_is_not_asked_for_the_way_to_this_machine(desk, monkeypatch):
    for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    shown = desk.by_hand()
    assert (shown.code, shown.err) == (0, "")
    assert desk.kept.account == ME
    assert desk.auth("--revoke").code == 0


# pasted


@pytest.mark.parametrize(
    "paste",
    [
        lambda url: url + "\n",
        lambda url: url,
        lambda url: url.partition("?")[2] + "\n",
        lambda url: f"  '{url}'  \n\n",
        lambda url: re.sub(r"(.{40})", r"\1\n", url) + "\n",
        lambda url: re.sub(r"(.{37})", r"\1 \r\n   ", url),
    ],
    ids=["whole", "no newline", "query", "quoted", "broken", "broken and indented"],
)
def test_the_address_may_be_pasted(desk, paste):
    shown = desk.by_hand(pastes=lambda url: [paste(url)])
    assert shown.code == 0
    assert shown.err == ""
    assert desk.kept.scopes == NEEDED


WRONG = {
    "state": (lambda url: re.sub(r"state=[^&]+", "state=other", url), "belongs to another sign-in"),
    "code": (lambda url: re.sub(r"[?&]code=[^&]+", "&", url.replace("?", "?x=1&")), "has no code in it"),
    "whole": (lambda url: "4/0Abcdefghijklmnop", "isn't the whole address"),
    "address": (lambda url: f"{url.partition('?')[0]}?{'a=b&' * 100}", "is no address"),
    "size": (lambda url: f"{url}{'x' * 20_000}", "too long"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_paste_is_told_in_one_line(desk, name):
    change, says = WRONG[name]
    shown = desk.by_hand(pastes=lambda url: [change(url) + "\n"])
    assert shown.code == 77
    assert says in shown.err
    assert shown.err.count("\n") == 1
    assert not desk.token.exists()


def test_after_a_wrong_paste_another_can_follow(desk):
    told = threading.Event()

    def pastes(url):
        yield "http://127.0.0.1/?code=x&state=y\n"
        told.wait(20)
        yield f"{url}\n"

    class Listening(io.StringIO):
        def write(self, text):
            if "agree there; then paste the new address" in text:
                told.set()
            return super().write(text)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "stderr", told_on := Listening())
        shown = desk.by_hand(pastes=pastes)
    assert shown.code == 0
    assert told_on.getvalue().count("\n") == 1
    assert desk.kept.scopes == NEEDED


def test_a_refusal_may_be_pasted_too(desk, google):
    google.oauth.consent.refused = True
    shown = desk.by_hand(pastes=lambda url: [url + "\n"])
    assert shown.code == 77
    assert "it was refused on Google's page" in shown.err


def test_a_closed_stdin_leaves_the_tunnel(desk):
    out_only = os.open(desk.home / "out", os.O_WRONLY | os.O_CREAT, 0o600)
    for stdin in (None, subprocess.DEVNULL, out_only):
        start = (lambda: os.close(0)) if stdin is None else None
        with started(desk, "--no-browser", stdin=stdin, preexec_fn=start) as process:
            browser.get(address(process))
            out = process.stdout.read()
            assert (process.wait(20), process.stderr.read()) == (0, "")
            assert "  ssh -L " in out
            assert "paste" not in out
            assert "Signed in" in out
    os.close(out_only)


def test_both_ways_back_are_offered_where_one_can_type(desk):
    shown = desk.by_hand(pastes=lambda url: [url + "\n"])
    told = " ".join(shown.out.split())
    assert "If that browser is on this machine, you are done then." in told
    assert "So either 1. before you open the address, run this there" in told
    assert "2. or copy the whole address from its address bar, paste it here (it stays hidden)" in told


def test_a_terminal_does_not_show_what_is_pasted_and_shows_again_afterwards(desk, google):
    leader, terminal = pty.openpty()
    try:
        with started(desk, "--no-browser", stdin=terminal) as process:
            pasted = browser.where_it_ends(address(process))
            for line in process.stdout:
                if "gives up" in line:
                    break
            os.write(leader, f"{pasted}\n".encode())
            out, err = process.communicate(timeout=20)
        assert (process.returncode, err) == (0, "")
        assert "Signed in" in out
        os.write(leader, b"visible\n")
        shown = b""
        while b"visible" not in shown and select.select([leader], [], [], 5.0)[0]:
            shown += os.read(leader, 4096)
        assert b"visible" in shown
        assert b"code=" not in shown
    finally:
        os.close(leader)
        os.close(terminal)


# not everything was granted


def test_a_refusal_is_one_line_and_keeps_nothing(desk, google):
    google.oauth.consent.refused = True
    pages = []
    shown = desk.by_hand(opens=lambda url: pages.append(browser.get(url)))
    assert shown.code == 77
    assert shown.err.startswith("syncd: the sign-in failed: it was refused on Google's page")
    assert "earlier" not in shown.err
    assert shown.err.count("\n") == 1
    assert "was not given leave" in pages[0][1]
    assert not desk.token.exists()


@pytest.mark.parametrize(
    ("word", "says"),
    [
        ("admin_policy_enforced", "administrators"),
        ("org_internal", "Internal"),
        ("temporarily_unavailable", 'Google says "temporarily_unavailable"'),
        ("\x1b[31mred", 'Google says "31mred"'),
    ],
)
def test_other_words_for_no(desk, google, word, says):
    google.oauth.consent.refused, google.oauth.consent.error = True, word
    shown = desk.by_hand()
    assert shown.code == 77
    assert says in shown.err


def test_an_unticked_box_is_named_with_its_cost_and_what_was_granted_is_kept(desk, google):
    google.oauth.consent.granted = {EVENTS_OWNED}
    shown = desk.by_hand()
    assert shown.code == 77
    assert shown.out.splitlines()[-1] == "next: `syncd auth` again, with every box ticked"
    assert "syncd sync" not in shown.out
    assert "  - see and edit the events" in shown.out.partition("Granted:")[2]
    assert "read your mail" not in shown.out.partition("Granted:")[2]
    assert shown.err.count("\n") == 1
    assert shown.err.startswith("syncd: not granted: read your mail")
    assert 'run `syncd auth` again and tick the box "View your email messages and settings"' in shown.err
    assert desk.kept.scopes == {EVENTS_OWNED}


def test_no_box_ticked_is_no_sign_in_and_an_earlier_one_stays(desk, google):
    desk.by_hand()
    before = desk.token.read_bytes()
    google.oauth.consent.granted = ()
    google.oauth.consent.extra = ("openid",)
    shown = desk.by_hand()
    assert shown.code == 77
    assert shown.err == (
        "syncd: the sign-in failed: none of the permissions was granted; run `syncd auth` again, with every box ticked; "
        f"the earlier sign-in, as {ME}, stays\n"
    )
    assert desk.token.read_bytes() == before


def test_an_earlier_sign_in_outlives_a_refusal_and_trouble(desk, google):
    desk.by_hand()
    before = desk.token.read_bytes()
    google.oauth.consent.refused = True
    assert desk.by_hand().err.endswith(f"; the earlier sign-in, as {ME}, stays\n")
    google.oauth.consent.refused = False
    google.oauth.unavailable = 1
    assert desk.by_hand().err.endswith(f"; the earlier sign-in, as {ME}, stays\n")
    desk.token.chmod(0o644)  # there, and not read
    google.oauth.consent.refused = True
    assert desk.by_hand().err.endswith("; the earlier sign-in stays\n")
    assert desk.token.read_bytes() == before
    desk.token.write_text("{")
    desk.token.chmod(0o600)
    assert "earlier" not in desk.by_hand().err


def test_more_than_was_asked_for_is_fine_and_told(desk, google):
    google.oauth.consent.extra = ("openid", "https://www.googleapis.com/auth/calendar")
    shown = desk.by_hand()
    assert (shown.code, shown.err) == (0, "")
    assert "  - calendar (more than syncd needs)\n" in shown.out
    assert desk.kept.scopes == NEEDED | {"openid", "https://www.googleapis.com/auth/calendar"}


def test_a_broader_one_stands_for_what_it_holds(desk, google):
    google.oauth.consent.granted = {MAIL_READ}
    google.oauth.consent.extra = ("https://www.googleapis.com/auth/calendar",)
    shown = desk.by_hand()
    assert (shown.code, shown.err) == (0, "")


def test_an_answer_without_scopes_means_those_that_were_asked_for(desk, google):
    google.oauth.tells_scopes = False
    assert desk.by_hand().code == 0
    assert desk.kept.scopes == NEEDED


# what a person has to know


def test_testing_status_names_the_day_and_what_to_do(desk, google):
    google.oauth.testing = True
    shown = desk.by_hand()
    assert shown.code == 0
    now = datetime.now(ZoneInfo("Europe/Berlin"))
    assert (
        f'in status "Testing", so this sign-in ends on {render.day((now + timedelta(days=7)).date(), now)}: '
        in shown.err
    )
    assert "publish it" in shown.err
    assert "`syncd auth` again" in shown.err
    left = desk.kept.refresh_token_expires - datetime.now(UTC)
    assert timedelta(days=6, hours=23) < left < timedelta(days=7)


def test_another_account_than_the_configs_is_told_and_kept(desk, google):
    google.email = google.mailbox.email = "other@home.example"
    shown = desk.by_hand()
    assert shown.code == 0
    assert shown.err.count("\n") == 1
    assert "you signed in as other@home.example, which is neither" in shown.err
    assert str(desk.folder / "config.toml") in shown.err
    assert desk.kept.account == "other@home.example"


def test_an_alias_is_as_good(desk, google):
    google.email = google.mailbox.email = "robin@alias.example"
    assert desk.by_hand().err == ""


def test_without_mail_the_calendar_tells_whose_it_is(desk, google):
    (desk.home / "Mail").mkdir()
    desk.configure('[mail]\nbackend = "local"\n[local]\nmail = ["~/Mail"]\n')
    shown = desk.by_hand()
    assert (shown.code, shown.err) == (0, "")
    assert desk.kept.scopes == {EVENTS_OWNED}
    assert desk.kept.account == ME
    assert [exchange.request.one("fields") for exchange in google.seen("/events")] == ["summary"]


def test_an_api_that_is_not_enabled_is_told_at_once(desk, google):
    for path in ("/profile", "/events"):
        google.fail(Fault.not_enabled(), where=lambda request, path=path: request.path.endswith(path))
    shown = desk.by_hand()
    assert shown.code == 0
    assert "the Gmail API isn't enabled" in shown.err
    assert "the Google Calendar API isn't enabled" in shown.err
    assert desk.kept.account == ""


@pytest.mark.parametrize("answer", [Answer(500, b"<html>"), Answer(200, b"[]"), Answer(200, b"{"), None])
def test_whose_account_it_is_matters_to_nothing_else(desk, google, answer):
    google.fail(Fault(line=Line.DROPPED) if answer is None else Fault(answer=answer), times=9)
    shown = desk.by_hand()
    assert (shown.code, shown.err) == (0, "")
    assert desk.kept.account == ""


# what can't be used


def test_a_web_client_is_refused_with_what_to_do(desk, google):
    google.oauth.write_client(desk.client, "web")
    shown = desk.by_hand()
    assert shown.code == 78
    assert shown.err.count("\n") == 1
    assert "type Web application" in shown.err
    assert "Desktop app" in shown.err
    assert google.log == []


def test_no_client_yet(desk):
    desk.client.unlink()
    shown = desk.by_hand()
    assert shown.code == 78
    assert shown.err.startswith(f"syncd: {desk.client}: there is no OAuth client yet; make one of type Desktop app")


def test_a_client_that_others_can_read_is_warned_of(desk):
    desk.client.chmod(0o644)
    shown = desk.by_hand()
    assert shown.code == 0
    assert shown.err == f"syncd: {desk.client}: others on this machine can read it; run: chmod 600 {desk.client}\n"


def test_an_answer_without_a_refresh_token_is_refused_and_an_earlier_sign_in_stays(desk, google):
    desk.by_hand()
    before = desk.token.read_bytes()
    google.oauth.gives_refresh_token = False
    shown = desk.by_hand()
    assert shown.code == 77
    assert "gave no refresh token" in shown.err
    assert "https://myaccount.google.com/connections" in shown.err
    assert desk.token.read_bytes() == before


def test_a_second_sign_in_takes_the_place_of_the_first(desk):
    desk.by_hand()
    first = desk.kept
    assert desk.by_hand().code == 0
    assert desk.kept.refresh_token != first.refresh_token


def test_a_client_that_google_does_not_know(desk, google):
    google.oauth.client_secret += "-renewed"
    shown = desk.by_hand()
    assert shown.code == 78
    assert "Google doesn't know the OAuth client, or its secret is not this one" in shown.err


def test_a_code_that_was_used_before(desk, google):
    def opens(url):
        for code in google.oauth._codes.values():
            code.ends = google.now
        there = browser.where_it_ends(url)
        next(iter(google.oauth._codes.values())).ends = google.now
        browser.get(there)

    shown = desk.by_hand(opens=opens)
    assert shown.code == 77
    assert "no longer takes the code" in shown.err


def test_a_token_endpoint_that_is_away(desk, google):
    google.oauth.unavailable = 1
    shown = desk.by_hand()
    assert shown.code == 69
    assert "it answered 503, not as Google does" in shown.err
    assert shown.err.count("\n") == 1


@pytest.mark.parametrize(
    "body",
    [
        b"[]",
        b"{}",
        b"access_token=x&refresh_token=y",
        b'{"access_token": 1, "refresh_token": "y"}',
        b'{"access_token": "x", "refresh_token": "y", "scope": ["a"]}',
        b'{"access_token": "x", "refresh_token": "y", "expires_in": "soon"}',
        b'{"error": {"code": 400}}',
        b"\xff",
    ],
)
def test_an_answer_that_is_none(desk, google, body):
    google.fail(Fault(answer=Answer(200, body)), where=lambda request: request.path == "/token")
    shown = desk.by_hand()
    assert shown.code == 69
    assert "not as Google does" in shown.err
    assert not desk.token.exists()


def test_a_code_and_the_secret_go_nowhere_else(desk, google):
    with socket.socket() as elsewhere:
        elsewhere.bind(("127.0.0.1", 0))
        elsewhere.listen()
        away = Answer(307, b"", {"Location": f"http://127.0.0.1:{elsewhere.getsockname()[1]}/token"})
        google.fail(Fault(answer=away), where=lambda request: request.path == "/token")
        shown = desk.by_hand()
        assert shown.code == 69
        assert select.select([elsewhere], [], [], 0)[0] == []


def test_nobody_at_the_token_endpoint(desk):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    client = json.loads(desk.client.read_text())
    client["installed"]["token_uri"] = f"http://127.0.0.1:{port}/token"
    desk.client.write_text(json.dumps(client))
    shown = desk.by_hand()
    assert shown.code == 69
    assert f"127.0.0.1:{port}: can't be asked now: it refuses connections" in shown.err


@pytest.mark.parametrize("number", ["0", "70000", "x", "-1", "1" * 5000])
def test_a_port_that_is_none(desk, number):
    shown = desk.auth(f"--port={number}")
    assert shown.code == 2
    assert "is no port" in shown.err


def test_a_port_that_is_taken_is_one_line(desk):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        shown = desk.by_hand("--port", str(port))
    assert shown.code == 2
    assert shown.err == (
        f"syncd: port {port} of 127.0.0.1 can't be had (address already in use); "
        "name another with --port, or leave it out for any that is free\n"
    )


def test_nothing_of_googles_in_the_config(desk):
    (desk.home / "cal").mkdir()
    more = '[calendar]\nbackend = "local"\n[mail]\nbackend = "local"\n'
    desk.configure(more + '[local]\ncalendars = ["~/cal"]\nreminders = "~/reminders"\nmail = ["~/cal/m"]\n')
    (desk.home / "cal" / "m").mkdir()
    shown = desk.auth()
    assert shown.code == 2
    assert 'no backend is "google"' in shown.err


def test_the_config_may_be_named_before_or_behind_and_is_named_again_at_the_end(desk):
    elsewhere = desk.home / "other config.toml"
    elsewhere.write_text((desk.folder / "config.toml").read_text() + f'client_secret = "{desk.client}"\n')
    (desk.folder / "config.toml").unlink()
    shown = desk.by_hand("--config", str(elsewhere))
    assert shown.code == 0
    assert f"`syncd sync --config '{elsewhere}' --dry-run`" in shown.out


# what must never happen


def test_the_files_are_private_whatever_the_umask(desk):
    with started(desk, "--no-browser", umask=0) as process:
        browser.get(address(process))
        process.communicate(timeout=20)
        assert process.returncode == 0
    assert stat.S_IMODE(desk.token.stat().st_mode) == 0o600
    assert stat.S_IMODE(desk.token.parent.stat().st_mode) == 0o700
    assert [path.name for path in desk.token.parent.iterdir()] == ["token.json"]


def test_no_secret_in_any_log_and_nothing_left_in_the_process(desk, google, caplog):
    before = dict(os.environ)
    caplog.set_level(logging.DEBUG)
    shown = desk.by_hand("--debug")
    google.oauth.gives_refresh_token = False
    failed = desk.by_hand("--debug")
    desk.auth("--revoke", "--debug")
    assert (shown.code, failed.code) == (0, 77)
    assert caplog.text
    told = caplog.text + "".join(str(record.__dict__) for record in caplog.records)
    assert [secret for secret in secrets(google) if secret in told] == []
    assert dict(os.environ) == before


def test_ctrl_c_is_clean(desk):
    with started(desk, "--no-browser") as process:
        address(process)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=20)
        assert (process.returncode, err) == (130, "")


# --revoke


def test_revoking_tells_google_and_deletes(desk, google):
    desk.by_hand()
    token = desk.kept
    shown = desk.auth("--revoke")
    assert (shown.code, shown.err) == (0, "")
    assert shown.out == f"Revoked at Google, and {desk.token} is deleted.\n"
    assert not desk.token.exists()
    assert google.oauth.scopes_of(token.access_token) is None


def test_revoking_what_is_not_there(desk):
    shown = desk.auth("--revoke")
    assert (shown.code, shown.err) == (0, "")
    assert shown.out == f"You are not signed in: there is no {desk.token}.\n"


def test_revoking_what_google_had_ended_already(desk, google):
    desk.by_hand()
    google.oauth.revoke_all()
    shown = desk.auth("--revoke")
    assert (shown.code, shown.err) == (0, "")
    assert shown.out == f"Google had forgotten it already, and {desk.token} is deleted.\n"
    assert not desk.token.exists()


@pytest.mark.parametrize("fault", [Fault(line=Line.DROPPED), Fault(answer=Answer(503, b"<html>"))])
def test_revoking_while_google_is_away_deletes_and_says_so(desk, google, fault):
    desk.by_hand()
    google.fail(fault, times=3, where=lambda request: request.path == "/revoke")
    shown = desk.auth("--revoke")
    assert shown.code == 69
    assert f"{desk.token} is deleted, but Google was not told" in shown.err
    assert "https://myaccount.google.com/connections" in shown.err
    assert not desk.token.exists()


def test_revoking_what_others_could_read_works_all_the_more(desk, google):
    desk.by_hand()
    desk.token.chmod(0o644)
    assert desk.auth("--revoke").code == 0
    assert not any(grant.alive for grant in google.oauth.grants)


def test_revoking_a_damaged_file_deletes_it_and_says_so(desk):
    desk.token.parent.mkdir(parents=True)
    desk.token.write_text("{")
    shown = desk.auth("--revoke")
    assert shown.code == 69
    assert (
        "is deleted, but Google was not told and may still take the sign-in (the sign-in kept there is damaged)"
        in shown.err
    )
    assert not desk.token.exists()


def test_the_help_says_it_all(capsys):
    assert main(["auth", "--help"]) == 0
    shown = capsys.readouterr().out
    for words in ("--no-browser", "--port N", "--revoke", "docs/google.md"):
        assert words in shown


def test_the_guide_is_where_everything_points_to():
    assert (Path(__file__).parent.parent / "docs" / "google.md").is_file()
