"""An HTTP server that says what a test tells it to, for answers that no real Google would give in order."""

from __future__ import annotations

import email
import json
import socket
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread
from types import TracebackType
from typing import Any, Self

from tests.fake_google.wire import Answer, Request

ACCESS, NEXT_ACCESS, REFRESH, SECRET = "access-Kx81", "access-Lm02", "refresh-Qp47", "secret-Zt33"
SECRETS = (ACCESS, NEXT_ACCESS, REFRESH, SECRET)
DATE = "Mon, 02 Mar 2026 09:00:00 GMT"

HANG_UP = Answer(0)
"""The connection is closed without a word."""
CUT = Answer(-1)
"""Half of an answer, then the connection is closed."""
STALL = Answer(-2)
"""Silence, until the server is closed."""
DRIP = Answer(-3)
"""An answer that is whole, letter by letter: what is left of it, once each hundredth of a second."""

Say = Answer | Callable[[Request], Answer]


def renewed(**more: object) -> Answer:
    """What a token endpoint says when all is well."""
    return Answer(200, {"access_token": NEXT_ACCESS, "expires_in": 3600, "token_type": "Bearer", **more})


@dataclass
class Scripted:
    """``api`` and ``tokens`` are said in order, the last one for ever; ``asked`` and ``renewals`` are what came."""

    api: list[Say] = field(default_factory=lambda: [Answer(200, {})])
    tokens: list[Say] = field(default_factory=lambda: [renewed()])
    asked: list[Request] = field(default_factory=list)
    renewals: list[Request] = field(default_factory=list)

    def __enter__(self) -> Self:
        self.over = Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _listening(self))
        self._thread = Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, raised: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.over.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}/"

    def sign_in(self, path: Path, **more: object) -> Path:
        """A token file for this server, its access token good for an hour from now."""
        data = {
            "token": ACCESS,
            "refresh_token": REFRESH,
            "token_uri": f"{self.url}token",
            "client_id": "1234-syncd.apps.googleusercontent.example",
            "client_secret": SECRET,
            "scopes": ["https://www.googleapis.com/auth/gmail.readonly"],
            "expiry": (datetime.now(UTC) + timedelta(hours=1)).replace(tzinfo=None).isoformat() + "Z",
        }
        path.touch(0o600)
        path.write_text(json.dumps({key: value for key, value in {**data, **more}.items() if value is not None}))
        return path

    def answer(self, request: Request) -> Answer:
        token = request.path == "/token"
        (self.renewals if token else self.asked).append(request)
        script = self.tokens if token else self.api
        say = script.pop(0) if len(script) > 1 else script[0]
        return say(request) if callable(say) else say


def _listening(script: Scripted) -> type[BaseHTTPRequestHandler]:
    class Listening(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def _serve(self) -> None:
            path, _, query = self.path.partition("?")
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            answer = script.answer(Request(self.command, path, {"": [query]}, headers, body))
            if answer is STALL:
                script.over.wait()
            if answer in (HANG_UP, STALL):
                self.close_connection = True
                return
            data = b"{" + b" " * 100 if answer is CUT else b"{" + b" " * 300 + b"}" if answer is DRIP else answer.data
            self.send_response_only(200 if answer in (CUT, DRIP) else answer.status)
            for name, value in ({"Date": DATE} | dict(answer.headers)).items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(data) + (50 if answer is CUT else 0)))
            self.end_headers()
            try:
                for piece in [data[n : n + 1] for n in range(len(data))] if answer is DRIP else [data]:
                    self.wfile.write(piece)
                    script.over.wait(0.01 if answer is DRIP else 0)
            except ConnectionError:  # enough of it
                self.close_connection = True
                return
            self.close_connection = answer is CUT or answer.headers.get("Connection") == "close"

        do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = _serve  # noqa: N815 - http.server's names

        def log_message(self, *_: object) -> None:
            pass

    return Listening


def batched(answer: Callable[[str], Answer | None]) -> Callable[[Request], Answer]:
    """An answer to a batch: of each part by its path (with its query), or none for that part."""

    def say(request: Request) -> Answer:
        if request.path != "/batch":  # a batch of one is no batch
            return answer(request.path) or Answer(500)
        outer = email.message_from_bytes(
            b"content-type: " + request.headers["content-type"].encode() + b"\r\n\r\n" + request.body
        )
        said = b""
        for part in outer.get_payload():
            line = part.get_payload().split("\n", 1)[0]
            inner = answer(line.split(" ")[1])
            if inner is None:
                continue
            name = part["Content-ID"].replace("<", "<response-")
            said += f"--edge\r\nContent-Type: application/http\r\nContent-ID: {name}\r\n\r\n".encode()
            said += f"HTTP/1.1 {inner.status} Said\r\nContent-Type: application/json\r\n".encode()
            said += "".join(f"{key}: {value}\r\n" for key, value in inner.headers.items()).encode()
            said += b"\r\n" + inner.data + b"\r\n"
        return Answer(200, said + b"--edge--\r\n", {"Content-Type": "multipart/mixed; boundary=edge"})

    return say


def parts(request: Request) -> list[str]:
    """The paths (with queries) that a batch asked for."""
    return [line.split(" ")[1] for line in request.body.decode().splitlines() if line.endswith(" HTTP/1.1")]


def refused_port() -> int:
    """A port where nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def said(
    status: int, reason: str = "", message: str = "", *, details: list[dict[str, Any]] | None = None, **headers: str
) -> Answer:
    """An error in Google's envelope."""
    body: dict[str, Any] = {"code": status, "message": message}
    if reason:
        body["errors"] = [{"domain": "global", "reason": reason, "message": message}]
    if details is not None:
        body["details"] = details
    return Answer(status, {"error": body}, {name.replace("_", "-"): value for name, value in headers.items()})
