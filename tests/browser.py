"""A browser for the sign-in: it goes where it is sent, and like real ones asks for more than that.

As a program (``python tests/browser.py URL``) it can stand in the environment variable BROWSER.
"""

import socket
import sys
import urllib.error
import urllib.request
from urllib.parse import parse_qs, urlsplit

_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


def get(url, method="GET"):
    """Status and text of one page; what it redirects to is got as well."""
    try:
        with _OPENER.open(urllib.request.Request(url, method=method), timeout=20) as answer:  # noqa: S310 - what the test gives
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


def where_it_ends(url):
    """The address that the consent page sends the browser to, without going there."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), _Stay)
    try:
        with opener.open(url, timeout=20) as answer:
            raise AssertionError(f"no redirect but {answer.status}")
    except urllib.error.HTTPError as error:
        with error:
            return error.headers["Location"]


def home_of(url):
    """The local address that a consent page's address leads back to."""
    return parse_qs(urlsplit(url).query)["redirect_uri"][0]


def nosy(url):
    """Do what browsers, and other programs, do beside it, then follow *url*."""
    home = home_of(url)
    port = urlsplit(home).port
    with socket.create_connection(("127.0.0.1", port)) as early:  # opened in advance, and never used
        odd = [
            get(f"{home}favicon.ico")[0],
            get(home)[0],
            get(f"{home}?code=stolen&state=guessed")[0],
            get(f"{home}?error=access_denied")[0],
            get(f"{home}?state=%FF&code=x")[0],
        ]
        for bytes_ in (b"\x16\x03\x01\x02\x00\x01\r\n\r\n", b"GET\r\n\r\n", b"x" * 40_000):
            with socket.create_connection(("127.0.0.1", port)) as knocking:
                knocking.sendall(bytes_)
                knocking.recv(10)
        assert odd == [404] * 5
        answer = get(url)
        early.close()
    return answer


if __name__ == "__main__":
    get(sys.argv[1])
