"""Gmail's JSON reads as the same mail does from a file, whatever it is made of; and no JSON at all can raise."""

from __future__ import annotations

import base64
import tomllib
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from email.header import Header
from email.message import EmailMessage
from email.mime.base import MIMEBase
from email.mime.message import MIMEMessage
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syncd.backends.google.message_json import HEADERS, labels, read_head, read_whole, rebuilt, texts_elsewhere
from syncd.formats.headers import read_headers
from syncd.formats.mime import read_eml
from syncd.model import Account, Direction, Message
from tests.fake_google.gmail_payload import Payload, encoded

ME = Account("jonas.wirth@wirthmail.example")
ACCEPTED = datetime(2026, 11, 20, 12, 0, 0, tzinfo=UTC)
HERE = Path(__file__).parent


def as_gmail(raw: bytes, *named: str, inline: int = 256 * 1024, decode: bool = True, recode: bool = False) -> Any:
    """What ``messages.get`` with ``format=full`` answers, after what Gmail keeps apart was fetched."""
    payload = Payload(raw, decode=decode, recode=recode, inline_limit=inline, ticket="t")
    told = _envelope(*named) | {"payload": payload.full()}
    apart = {encoded(f"t/{name}".encode()): data for name, data in payload.parts()}
    for body in texts_elsewhere(told):
        body["data"] = encoded(apart[body["attachmentId"]])
    return told


def _envelope(*named: str) -> dict[str, Any]:
    return {
        "id": "19a04c3177d00b15",
        "threadId": "19a04c3177d00b10",
        "labelIds": list(named or ("INBOX",)),
        "snippet": "...",
        "internalDate": str(int(ACCEPTED.timestamp() * 1000)),
    }


def from_file(raw: bytes) -> Message:
    return replace(read_eml(raw, ME, ACCEPTED), thread="19a04c3177d00b10")


def same(raw: bytes, **how: Any) -> None:
    assert read_whole(as_gmail(raw, **how), ME) == from_file(raw)


# Real structures


@pytest.mark.parametrize("path", sorted((HERE / "data" / "mail").glob("*.eml")), ids=lambda path: path.stem)
@pytest.mark.parametrize("decode", [True, False])
@pytest.mark.parametrize("recode", [True, False])
@pytest.mark.parametrize("inline", [0, 256 * 1024])
def test_mails_as_clients_write_them(path: Path, inline: int, decode: bool, recode: bool) -> None:
    same(path.read_bytes(), inline=inline, decode=decode, recode=recode)


def test_the_corpus() -> None:
    count = 0
    for path in sorted((HERE / "corpus" / "mail").glob("*.toml")):
        for told in tomllib.loads(path.read_text("utf-8")).get("mail", []):
            message = EmailMessage()
            message["From"], message["To"] = told.get("from") or told.get("sender") or "Jo <jo@a.example>", ME.email
            message["Subject"], message["Message-ID"] = told.get("subject", ""), f"<{told.get('id')}@a.example>"
            message["Date"] = "Fri, 4 Dec 2026 10:00:34 -0500"
            message.set_content(told.get("text", ""), cte=("quoted-printable", "base64", "8bit")[count % 3])
            same(message.as_bytes(), inline=count % 2 * 100_000)
            count += 1
    assert count > 500


def test_an_invitation_says_its_method() -> None:
    raw = (HERE / "data" / "mail" / "google-invitation.eml").read_bytes()
    assert read_whole(as_gmail(raw), ME).calendar_method == from_file(raw).calendar_method != ""


# Any structure

_TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=60).map(
    lambda text: text.replace("\r", "\n")
)
_WORDS = st.sampled_from(
    [
        "See you on Friday.",
        "Grüße aus Köln, ça va?",
        "Привет, до пятницы",
        "On Mon, Jo wrote:\n> when?\n> Jo",
        "-- \nJo",
        "--frontier--\n--=_syncd_1--",
        "From: x\n\ny",
        "",
    ]
)
_CHARSETS = ["utf-8", "iso-8859-1", "windows-1252", "koi8-r", "iso-2022-jp", "utf-16", "us-ascii", "no-such-charset"]
_CODINGS = ["base64", "quoted-printable", "8bit", ""]


def _leaf(text: str, charset: str, subtype: str, coding: str, disposition: str, name: str) -> MIMEBase:
    part = MIMEBase("text", subtype)
    if charset:
        part.set_param("charset", charset)
    data = _encoded(text, charset)
    if charset == "utf-16" and coding in ("8bit", "", "quoted-printable"):
        coding = "base64"
    if coding == "base64":
        body = base64.encodebytes(data)
    elif coding == "quoted-printable":
        import quopri

        body = quopri.encodestring(data)
    else:
        body = data
    if coding:
        part["Content-Transfer-Encoding"] = coding
    part.set_payload(body.decode("ascii", "surrogateescape"))
    if disposition:
        part.add_header("Content-Disposition", disposition, **({"filename": name} if name else {}))
    elif name:
        part.set_param("name", name)
    return part


def _encoded(text: str, charset: str) -> bytes:
    try:
        return text.encode(charset or "utf-8")
    except (LookupError, UnicodeEncodeError):
        return text.encode("utf-8") if charset in ("no-such-charset", "us-ascii") else text.encode(charset, "replace")


_LEAVES = st.builds(
    _leaf,
    _WORDS,
    st.sampled_from(["", *_CHARSETS]),
    st.sampled_from(["plain", "html", "calendar", "csv", "enriched"]),
    st.sampled_from(_CODINGS),
    st.sampled_from(["", "inline", "attachment"]),
    st.sampled_from(["", "", "notes.txt", "größe.txt", 'a"b.txt']),
)


def _file(kind: str, name: str, data: bytes) -> MIMEBase:
    part = MIMEBase(*kind.split("/"))
    part.set_payload(base64.encodebytes(data).decode())
    part["Content-Transfer-Encoding"] = "base64"
    if name:
        part.add_header("Content-Disposition", "attachment", filename=name)
    return part


_FILES = st.builds(
    _file,
    st.sampled_from(["application/pdf", "image/png", "application/ics", "application/octet-stream"]),
    st.sampled_from(["", "cv.pdf", "Zeugnis größer.pdf"]),
    st.binary(max_size=30),
)


def _multipart(kind: str, children: list[Any]) -> MIMEMultipart:
    return MIMEMultipart(kind, _subparts=children)


def _forwarded(inner: Any, subject: str, name: str) -> MIMEMessage:
    inner["From"], inner["Subject"] = "Adaeze <adaeze@brightloom.example>", subject
    part = MIMEMessage(inner)
    if name:
        part.add_header("Content-Disposition", "attachment", filename=name)
    return part


_TREES = st.recursive(
    _LEAVES | _FILES,
    lambda inner: (
        st.builds(
            _multipart,
            st.sampled_from(["mixed", "alternative", "related", "signed"]),
            st.lists(inner, min_size=1, max_size=3),
        )
        | st.builds(_forwarded, inner, st.sampled_from(["Ihre Bewerbung", "Hello"]), st.sampled_from(["", "mail.eml"]))
    ),
    max_leaves=6,
)


@settings(max_examples=300, deadline=None)
@given(_TREES, st.booleans(), st.sampled_from([0, 10, 100_000]))
def test_any_tree_of_parts(tree: Any, decode: bool, inline: int) -> None:
    for name in ("From", "Subject", "To", "Date", "Message-ID"):
        del tree[name]
    tree["From"], tree["To"] = "Adaeze Okafor <adaeze@brightloom.example>", ME.email
    tree["Subject"] = str(Header("Gespräch am Freitag", "utf-8"))
    tree["Date"], tree["Message-ID"] = "Fri, 4 Dec 2026 10:00:34 -0500", "<a@brightloom.example>"
    same(tree.as_bytes(), decode=decode, inline=inline)


@settings(max_examples=150, deadline=None)
@given(_TEXTS)
def test_any_text(text: str) -> None:
    part = MIMEText(text, "plain", "utf-8")
    part["From"], part["Message-ID"] = "a@b.example", "<a@b.example>"
    assert read_whole(as_gmail(part.as_bytes()), ME).text == from_file(part.as_bytes()).text


# What Gmail does to texts


@pytest.mark.parametrize("charset", ["iso-2022-jp", "koi8-r", "windows-1252", "shift_jis", "utf-16", "utf-8"])
@pytest.mark.parametrize("kind", ["text/plain", "text/html"])
def test_a_text_that_comes_as_utf8_under_its_old_charset(charset: str, kind: str) -> None:
    """Reported of the live service (github.com/openclaw/gogcli issue 446): bytes are UTF-8, headers as they were."""
    said = "水野様、お世話になります" if charset in ("iso-2022-jp", "shift_jis") else "Größe — Привет"
    content_type = f'{kind}; charset="{charset}"; format=flowed'
    told = one_part(said.encode(), content_type, kind)
    assert read_whole(told, ME).text == said
    assert ("content-type", kind) in read_whole(told, ME).headers


def test_plain_words_that_claim_to_be_utf16() -> None:
    assert read_whole(one_part(b"See you on Friday", "text/plain; charset=utf-16"), ME).text == "See you on Friday"


def test_a_page_that_claims_another_charset_in_its_head() -> None:
    page = "<meta charset='koi8-r'><p>Größe</p>".encode()
    assert read_whole(one_part(page, "text/html", "text/html"), ME).text == "Größe"


def one_part(data: bytes, content_type: str, kind: str = "text/plain") -> dict[str, Any]:
    headers = [{"name": "Content-Type", "value": content_type}, {"name": "From", "value": "a@b.example"}]
    body = {"size": len(data), "data": base64.urlsafe_b64encode(data).decode().rstrip("=")}
    return _envelope() | {"payload": {"mimeType": kind, "filename": "", "headers": headers, "body": body}}


def test_only_the_authors_text_is_fetched_when_it_is_kept_apart() -> None:
    def part(kind: str, filename: str = "", size: int = 300_000, said: str = "") -> dict[str, Any]:
        headers = [{"name": "Content-Disposition", "value": said}] if said else []
        ticket = f"{kind} {filename} {size} {said}"
        return {
            "mimeType": kind,
            "filename": filename,
            "headers": headers,
            "body": {"attachmentId": ticket, "size": size},
        }

    parts = [
        part("text/plain"),
        part("text/html"),
        part("text/plain", "notes.txt"),
        part("text/plain", "", said="attachment"),
        part("text/html", size=1_000_001),
        part("application/pdf"),
        part("image/png", "logo.png", 10),
    ]
    told = {"payload": {"mimeType": "multipart/mixed", "parts": parts}}
    assert [body["attachmentId"] for body in texts_elsewhere(told)] == ["text/plain  300000 ", "text/html  300000 "]


# Headers


def test_headers_alone_read_as_the_headers_of_a_file() -> None:
    raw = (HERE / "data" / "mail" / "outlook-reply.eml").read_bytes()
    payload = Payload(raw, decode=False, recode=False, inline_limit=0, ticket="t").metadata(HEADERS)
    found, expected = read_head(_envelope() | {"payload": payload}, ME), read_headers(raw, ME, ACCEPTED)
    for name in ("id", "date", "direction", "sender", "recipients", "reply_to", "subject", "references"):
        assert getattr(found, name) == getattr(expected, name), name


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "\n\n", "\r\n\r\n", "\0\n", "\x0b\n", "\u2028", "\x85"])
def test_a_header_can_not_end_its_line(end: str) -> None:
    told = one_part(b"own words", "text/plain")
    told["payload"]["headers"] += [
        {"name": "Subject", "value": f"Hello{end}From: boss@evil.example{end}{end}evil words"},
        {"name": f"X{end}Subject", "value": "evil"},
        {"name": "Message-ID", "value": f"<a@b.example>{end}References: <evil@evil.example>"},
    ]
    message = read_whole(told, ME)
    assert message.sender.email == "a@b.example"
    assert message.references == ()
    assert message.text == "own words"
    assert message.subject.startswith("Hello")
    assert message.subject.isprintable()


def test_a_part_can_not_end_its_parent() -> None:
    evil = "own words\n--=_syncd_199--\n--=_syncd_199\nContent-Type: text/plain\n\nevil"
    inner = one_part(evil.encode(), "text/plain; x=--=_syncd_199")["payload"]
    inner["headers"].append({"name": "X", "value": "y\n--=_syncd_199\n\nevil"})
    told = _envelope() | {"payload": {"mimeType": "multipart/mixed", "headers": [], "parts": [inner]}}
    assert read_whole(told, ME).text.startswith("own words\n--=_syncd_199--")
    assert rebuilt(told["payload"]).count(b"\n--=_syncd_199\n") == 1


def test_a_name_that_only_gmail_knows() -> None:
    told = _envelope() | {
        "payload": {
            "mimeType": "multipart/mixed",
            "parts": [
                {"mimeType": "application/pdf", "filename": 'cv"\r\n\r\n.pdf', "body": {"attachmentId": "x"}},
                {"mimeType": "text/plain", "filename": "", "body": {"data": "b3duIHdvcmRz"}},
            ],
        }
    }
    message = read_whole(told, ME)
    assert (message.attachments, message.text) == (("cv' .pdf",), "own words")


# Direction, date, thread


def test_what_is_labelled_as_sent_is_sent_whoever_it_is_from() -> None:
    told = one_part(b"Thank you", "text/plain") | {"labelIds": ["SENT", "INBOX"]}
    assert read_whole(told, ME).direction is Direction.SENT
    assert read_head(told, ME).direction is Direction.SENT
    assert read_whole(one_part(b"Thank you", "text/plain"), ME).direction is Direction.RECEIVED


def test_the_moment_of_acceptance_stands_in_for_a_date() -> None:
    message = read_whole(one_part(b"x", "text/plain"), ME)
    assert (message.date, message.thread) == (ACCEPTED, "19a04c3177d00b10")


@pytest.mark.parametrize("said", [None, "", "soon", "9" * 40, -(10**30), 1.5e300, [], {}, True, "-62135596800000"])
def test_a_moment_that_is_none(said: object) -> None:
    assert read_whole(one_part(b"x", "text/plain") | {"internalDate": said}, ME).date.tzinfo is not None


# Whatever comes

_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
_HEADER = st.fixed_dictionaries(
    {},
    optional={
        "name": st.sampled_from(["From", "Date", "Content-Type", "content-type", "Received", "", "é", "a b"]) | _JSON,
        "value": st.text(max_size=40)
        | st.sampled_from(["multipart/mixed; boundary=", "text/html; charset=\ud800", "message/rfc822"])
        | _JSON,
    },
)
_BODY = st.fixed_dictionaries(
    {}, optional={"data": st.text(max_size=20) | _JSON, "size": _JSON, "attachmentId": st.text(max_size=3) | _JSON}
)


def _part(children: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    kinds = ["text/plain", "text/html", "text/calendar", "multipart/mixed", "multipart/digest", "message/rfc822", "x"]
    fields = {
        "mimeType": st.sampled_from(kinds) | _JSON,
        "filename": st.text(max_size=9) | _JSON,
        "headers": st.lists(_HEADER | _JSON, max_size=4) | _JSON,
        "body": _BODY | _JSON,
        "parts": st.lists(children, max_size=3) | _JSON,
    }
    return st.fixed_dictionaries({}, optional=fields)


_ANY = st.fixed_dictionaries(
    {},
    optional={
        "id": _JSON,
        "threadId": st.text(max_size=5) | _JSON,
        "labelIds": st.lists(st.sampled_from(["SENT", "DRAFT"]) | _JSON) | _JSON,
        "internalDate": _JSON | st.integers().map(str),
        "payload": st.recursive(_part(_JSON), _part, max_leaves=5) | _JSON,
    },
)


@settings(max_examples=400, deadline=None)
@given(_ANY)
def test_nothing_raises(told: dict[str, Any]) -> None:
    for read in (read_whole, read_head):
        message = read(told, ME)
        assert message.date.tzinfo is not None
        assert message.subject.isprintable() or not message.subject
    texts_elsewhere(told)
    labels(told)


@pytest.mark.parametrize(
    "grow",
    [
        lambda inner: {"mimeType": "multipart/mixed", "parts": [inner]},
        lambda inner: {"mimeType": "message/rfc822", "parts": [inner]},
        lambda inner: {"mimeType": "multipart/mixed", "parts": [inner] * 3},
    ],
)
def test_depth_and_breadth_end_somewhere(grow: Callable[[Any], Any]) -> None:
    payload: dict[str, Any] = {"mimeType": "text/plain", "body": {"data": "eA"}}
    for _ in range(200):
        payload = grow(payload)
    assert len(rebuilt(payload)) < 200_000
    texts_elsewhere({"payload": payload})
