"""The parts of the sign-in by themselves: the local address and its patience, pastes, what is granted, revocation."""

import logging
import os
import pty
import socket
import termios
import threading
from contextlib import closing, suppress
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import pytest

from syncd.clock import SystemClock
from syncd.errors import BadUsage, SignInNeeded
from syncd.settings import Google
from syncd.sign_in import callback, revocation
from syncd.sign_in.account import Account, whose
from syncd.sign_in.callback import Code, Refused, Useless
from syncd.sign_in.client_file import Client, read_client
from syncd.sign_in.consent import Grant, exchange, question
from syncd.sign_in.loopback import Loopback
from syncd.sign_in.pasted import Pasted, unseen
from syncd.sign_in.scopes import EVENTS_READ, MAIL_READ
from syncd.sign_in.token_file import Token
from tests import browser
from tests.fake_google.server import FakeGoogle

STATE = "the-state-of-this-sign-in"
CLIENT = Client("1-x.apps.googleusercontent.example", "hush-hush")


@pytest.fixture
def loopback():
    with closing(Loopback()) as loopback:
        yield loopback


def wait(loopback, *, pasted=None, tell=lambda _: None, patience=20.0):
    return loopback.wait(STATE, pasted, tell, SystemClock(), patience)


def knock(loopback, text):
    """A connection on which *text* was sent."""
    connection = socket.create_connection(("127.0.0.1", loopback.port), timeout=20)
    connection.sendall(text.encode())
    return connection


def told(connection):
    with connection:
        answer = b""
        while some := connection.recv(4096):
            answer += some
        return answer.decode()


def good(loopback, path="/"):
    return f"GET {path}?state={STATE}&code=4%2F0Agood&scope=x HTTP/1.1\r\nHost: 127.0.0.1:{loopback.port}\r\n\r\n"


def test_nobody_comes(loopback):
    with pytest.raises(SignInNeeded, match="no answer within 0 minutes, so the sign-in failed; run: syncd auth"):
        wait(loopback, patience=0.05)


def test_patience_ends_although_others_keep_knocking(loopback):
    stop = threading.Event()

    def others():
        with suppress(OSError):  # once nobody listens any more
            while not stop.is_set():
                told(knock(loopback, "GET /favicon.ico HTTP/1.1\r\n\r\n"))

    thread = threading.Thread(target=others)
    thread.start()
    with pytest.raises(SignInNeeded):
        wait(loopback, patience=0.3)
    stop.set()
    loopback.close()
    thread.join(20)


def test_the_answer_as_it_should_be(loopback):
    came = knock(loopback, good(loopback))
    assert wait(loopback) == Code("4/0Agood")
    page = told(came)
    assert page.startswith("HTTP/1.1 200 OK\r\n")
    assert "Cache-Control: no-store" in page
    assert "4/0A" not in page
    assert STATE not in page


def test_it_may_come_in_pieces_and_behind_many_that_say_nothing(loopback):
    silent = [knock(loopback, "" if n % 2 else "GET /?sta") for n in range(50)]
    text = good(loopback)
    came = knock(loopback, text[:20])
    later = threading.Timer(0.1, came.sendall, (text[20:].encode(),))
    later.start()
    assert wait(loopback) == Code("4/0Agood")
    later.join()
    assert silent[0].recv(10) == b""  # given up for the newer ones
    for connection in [*silent, came]:
        connection.close()


@pytest.mark.parametrize(
    "text",
    [
        "GET /other?state={state}&code=x HTTP/1.1\r\n\r\n",
        "HEAD /?state={state}&code=x HTTP/1.1\r\n\r\n",
        "POST /?state={state}&code=x HTTP/1.1\r\n\r\n",
        "GET /?state={state} HTTP/1.1\r\n\r\n",
        "GET /?state={state}x&code=x HTTP/1.1\r\n\r\n",
        "GET /?code=x HTTP/1.1\r\n\r\n",
        "GET /?error=access_denied HTTP/1.1\r\n\r\n",
        "GET /#state={state}&code=x HTTP/1.1\r\n\r\n",
        "GET //[::/?state={state}&code=x HTTP/1.1\r\n\r\n",
        "GET /?state={state}&code=x\r\n\r\n",
        "\r\n\r\n",
        "\x00\x01\r\n\r\n",
    ],
)
def test_anything_else_is_not_it(loopback, text):
    odd, came = knock(loopback, text.format(state=STATE)), None
    try:
        odd.shutdown(socket.SHUT_WR)
        came = knock(loopback, good(loopback))
        assert wait(loopback) == Code("4/0Agood")
        assert told(odd).startswith("HTTP/1.1 404 Not Found\r\n")
    finally:
        odd.close()
        if came:
            came.close()


def test_who_hangs_up_is_no_trouble(loopback):
    for text in ("", "GET / HT", "GET /x HTTP/1.1\r\n\r\n"):
        gone = knock(loopback, text)
        gone.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")  # with a reset
        gone.close()
    came = knock(loopback, good(loopback))
    assert wait(loopback) == Code("4/0Agood")
    came.close()


def test_a_refusal_comes_the_same_way(loopback):
    came = knock(loopback, f"GET /?error=access_denied&state={STATE} HTTP/1.1\r\n\r\n")
    assert wait(loopback) == Refused("access_denied")
    assert "was not given leave" in told(came)


def test_a_port_can_be_had_once(loopback):
    with pytest.raises(BadUsage, match=f"port {loopback.port} of 127.0.0.1 can't be had"):
        Loopback(loopback.port)


def test_what_is_not_pasted_to_the_end_waits_for_more(loopback):
    ours, theirs = os.pipe()
    try:
        os.write(theirs, f"http://127.0.0.1:1/?state={STATE}&code=4/0A\n".encode())
        more = threading.Timer(0.1, os.write, (theirs, b"good\n"))
        more.start()
        assert wait(loopback, pasted=Pasted(ours)) == Code("4/0Agood")
        more.join()
    finally:
        os.close(ours)
        os.close(theirs)


def test_nothing_pasted_and_no_more_to_come_leaves_the_browser(loopback):
    ours, theirs = os.pipe()
    os.write(theirs, b"\n \n")
    os.close(theirs)
    came = knock(loopback, good(loopback))
    with came, os.fdopen(ours):
        assert wait(loopback, pasted=Pasted(ours)) == Code("4/0Agood")


def test_after_a_wrong_paste_the_end_of_input_is_the_end(loopback):
    ours, theirs = os.pipe()
    lines = []

    def tell(line):
        lines.append(line)
        os.close(theirs)

    os.write(theirs, b"http://127.0.0.1/?state=other&code=x\n")
    with os.fdopen(ours), pytest.raises(SignInNeeded, match="belongs to another sign-in"):
        wait(loopback, pasted=Pasted(ours), tell=tell)
    assert len(lines) == 1


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        (f"state={STATE}&code=4/0Ax", Code("4/0Ax")),
        (f"?code=4%2F0Ax&state={STATE}", Code("4/0Ax")),
        (f"http://127.0.0.1:5/?a=b&state={STATE}&code=x#frag", Code("x")),
        (f"https://elsewhere.example/?state={STATE}&code=x", Code("x")),
        (f"state={STATE}&error=x%0Ay%1B[0m&code=x", Refused("xy0m")),
        (f"http://127.0.0.1/?state={STATE}", "has no code"),
        ("state=&code=x", "isn't the whole address"),
        ("state=ünsinn&code=x", "another sign-in"),
        ("", "isn't the whole address"),
    ],
)
def test_what_an_address_says(text, meaning):
    found = callback.read(text, STATE)
    if isinstance(meaning, str):
        assert isinstance(found, Useless)
        assert meaning in found.why
    else:
        assert found == meaning


def test_a_terminal_is_silent_only_while_something_is_to_be_pasted():
    leader, terminal = pty.openpty()
    try:
        before = termios.tcgetattr(terminal)
        assert before[3] & termios.ECHO
        with suppress(KeyboardInterrupt), unseen(Pasted(terminal)):
            during = termios.tcgetattr(terminal)
            raise KeyboardInterrupt
        assert not during[3] & termios.ECHO
        assert termios.tcgetattr(terminal) == before
    finally:
        os.close(leader)
        os.close(terminal)


# the question and its answer


@pytest.fixture
def google():
    with FakeGoogle(now=datetime.now(UTC)) as google:
        yield google


def asked(google, tmp_path, scopes=frozenset({MAIL_READ})):
    path = tmp_path / "client.json"
    google.oauth.write_client(path)
    return question(read_client(path), scopes, "http://127.0.0.1:9/")


def came(url):
    """What the browser would bring from the consent page."""
    address = browser.where_it_ends(url)
    return callback.read(
        urlsplit(address).query, dict(part.split("=", 1) for part in urlsplit(address).query.split("&"))["state"]
    )


def test_googles_own_page_is_asked_over_https():
    assert question(CLIENT, frozenset({MAIL_READ}), "http://127.0.0.1:9/").url.startswith(
        "https://accounts.google.com/o/oauth2/auth?response_type=code&"
    )


def test_every_question_is_another(google, tmp_path):
    first, second = asked(google, tmp_path), asked(google, tmp_path)
    assert first.state != second.state
    assert first.flow.code_verifier != second.flow.code_verifier


def test_a_code_is_worth_nothing_to_whoever_did_not_ask(google, tmp_path):
    first, second = asked(google, tmp_path), asked(google, tmp_path)
    with pytest.raises(SignInNeeded, match="no longer takes the code"):
        exchange(second, came(first.url))


@pytest.mark.parametrize("setting", ["", "1"])
def test_neither_environment_nor_loggers_matter_or_are_changed(google, tmp_path, monkeypatch, setting):
    for name in ("OAUTHLIB_RELAX_TOKEN_SCOPE", "OAUTHLIB_INSECURE_TRANSPORT"):
        monkeypatch.setenv(name, setting)
    before = dict(os.environ)
    google.oauth.consent.granted = {EVENTS_READ}
    one = asked(google, tmp_path, frozenset({MAIL_READ, EVENTS_READ}))
    assert exchange(one, came(one.url)).scopes == {EVENTS_READ}
    assert dict(os.environ) == before
    assert logging.getLogger().level == logging.WARNING


def test_the_words_that_must_not_be_told_are_in_no_repr(google, tmp_path):
    one = asked(google, tmp_path)
    answer = came(one.url)
    grant = exchange(one, answer)
    shown = repr(one) + repr(answer) + repr(grant) + repr(grant.token(one.client, datetime.now(UTC)))
    for word in (one.state, answer.text, grant.access_token, grant.refresh_token, one.client.client_secret):
        assert len(word) > 10
        assert word not in shown


def test_what_is_kept_of_a_grant():
    now = datetime(2026, 3, 2, tzinfo=UTC)
    limited = Grant("a", "r", frozenset({MAIL_READ}), timedelta(hours=1), timedelta(days=7))
    assert limited.token(CLIENT, now, "robin@home.example") == Token(
        refresh_token="r",  # noqa: S106 - invented
        client_id=CLIENT.client_id,
        client_secret=CLIENT.client_secret,
        access_token="a",  # noqa: S106 - invented
        expiry=datetime(2026, 3, 2, 1, tzinfo=UTC),
        scopes=frozenset({MAIL_READ}),
        account="robin@home.example",
        refresh_token_expires=datetime(2026, 3, 9, tzinfo=UTC),
    )
    assert Grant("a", "r", frozenset()).token(CLIENT, now).refresh_token_expires is None


def test_nobody_is_asked_whose_account_it_is_without_leave_or_in_clear(google):
    assert whose(Grant("a", "r", frozenset({"openid"})), Google(gmail_endpoint=google.gmail_endpoint)) == Account()
    far = Google(gmail_endpoint="http://gateway.example/")
    assert whose(Grant("a", "r", frozenset({MAIL_READ})), far) == Account()
    assert google.log == []


@pytest.mark.parametrize(
    ("token_uri", "address"),
    [
        ("https://oauth2.googleapis.com/token", "https://oauth2.googleapis.com/revoke"),
        ("https://accounts.google.com/o/oauth2/token", "https://oauth2.googleapis.com/revoke"),
        ("https://gateway.example:8443/oauth/token", "https://gateway.example:8443/revoke"),
        ("http://127.0.0.1:9/token", "http://127.0.0.1:9/revoke"),
        ("https://notgoogle.com/token", "https://notgoogle.com/revoke"),
    ],
)
def test_where_a_sign_in_is_ended(token_uri, address):
    assert revocation._address(token_uri) == address
