"""HTTP/1.1 on 127.0.0.1: what comes in becomes a Request, and the answer goes out, or what a fault leaves of it."""

from __future__ import annotations

import gzip
import socket
from collections.abc import Callable
from dataclasses import replace
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.fake_google.faults import Fault, Line
from tests.fake_google.wire import Answer, Request

_WORTH_GZIP = 1000


class Listener(ThreadingHTTPServer):
    """Answers with what *serve* gives, each connection in a thread, until it is closed with all its connections."""

    daemon_threads = False
    request_queue_size = 64

    def __init__(self, serve: Callable[[Request], tuple[Answer, Fault | None]]) -> None:
        super().__init__(("127.0.0.1", 0), Conversation)
        self.serve = serve
        self.closing = Event()
        self.bytes_in = 0
        self.bytes_out = 0
        self._open: set[socket.socket] = set()
        self._thread = Thread(target=self.serve_forever, kwargs={"poll_interval": 0.01}, name="fake google")
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def process_request(self, request: Any, client_address: Any) -> None:
        self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        self._open.discard(request)
        super().shutdown_request(request)

    def hang_up(self) -> None:
        """Close what is open and idle, as servers do after a while."""
        for connection in list(self._open):
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue  # the other side was first

    def close(self) -> None:
        self.closing.set()
        self.shutdown()
        self._thread.join()
        self.hang_up()
        self.server_close()  # waits for the threads of the connections


class Conversation(BaseHTTPRequestHandler):
    """One connection."""

    server: Listener
    protocol_version = "HTTP/1.1"
    wbufsize = -1
    disable_nagle_algorithm = True

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class names it so
        """The log is ``FakeGoogle.log``."""

    def handle(self) -> None:
        try:
            super().handle()
        except OSError:
            self.close_connection = True  # the client left

    def _answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.server.bytes_in += (
            len(body) + len(self.raw_requestline) + sum(len(k) + len(v) + 4 for k, v in self.headers.items())
        )
        split = urlsplit(self.path)
        headers = {name.lower(): value for name, value in self.headers.items()}
        request = Request(self.command, split.path, parse_qs(split.query, keep_blank_values=True), headers, body)
        answer, fault = self.server.serve(untunnelled(request))
        line = fault and fault.line
        if line is Line.STALLED:
            self.server.closing.wait()
        if line in (Line.STALLED, Line.DROPPED):
            self.close_connection = True
            return
        self._send(answer, truncated=line is Line.TRUNCATED)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _answer  # noqa: N815 - the base class looks for these

    def _send(self, answer: Answer, *, truncated: bool) -> None:
        headers = {} if answer.body is None else {"Content-Type": "application/json; charset=UTF-8"}
        headers |= {"Date": self.date_time_string(), "Vary": "Origin, X-Origin, Referer"} | dict(answer.headers)
        data = answer.data
        if len(data) > _WORTH_GZIP and "gzip" in self.headers.get("Accept-Encoding", ""):
            data = gzip.compress(data, 1)
            headers["Content-Encoding"] = "gzip"
        if answer.status not in (204, 304):
            headers["Content-Length"] = str(len(data))
        self.send_response_only(answer.status, _phrase(answer.status))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        if truncated:
            data = data[: len(data) // 2]
            self.close_connection = True
        self.wfile.write(data)
        self.server.bytes_out += len(data) + sum(len(k) + len(v) + 4 for k, v in headers.items())


def _phrase(status: int) -> str:
    return HTTPStatus(status).phrase if status in list(HTTPStatus) else "Unknown"


def untunnelled(request: Request) -> Request:
    """A GET whose address was too long comes as a POST with its query as a form."""
    if request.method == "POST" and request.headers.get("x-http-method-override", "").upper() == "GET":
        return replace(request, method="GET", query=parse_qs(request.body.decode(), keep_blank_values=True))
    return request
