"""Whole mails: real structures in, the author's own words, quotes and names of attachments out."""

from __future__ import annotations

import base64
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syncd.formats.headers import head_end
from syncd.formats.html_words import html_words
from syncd.formats.mime import read_eml, unflow
from syncd.formats.own_words import own_words
from syncd.model import Account, Direction, Message

ME = Account("jonas.wirth@wirthmail.example")
DELIVERED = datetime(2026, 11, 20, 12, tzinfo=UTC)
DATA = Path(__file__).parent / "data" / "mail"


def read(data: bytes) -> Message:
    return read_eml(data, ME, DELIVERED)


def sample(name: str) -> Message:
    return read((DATA / f"{name}.eml").read_bytes())


def mail(body: bytes, *headers: str) -> Message:
    return read(
        "\n".join(["From: a@b.example", "Date: Fri, 4 Dec 2026 10:00:34 -0500", *headers]).encode() + b"\n\n" + body
    )


def parts(kind: str, *each: str | bytes, boundary: str = "frontier") -> Message:
    """A multipart message; each part with its own header."""
    raw = [part.encode() if isinstance(part, str) else part for part in each]
    body = b"".join(b"--" + boundary.encode() + b"\n" + part + b"\n" for part in raw)
    return mail(
        b"preamble\n" + body + b"--" + boundary.encode() + b"--\nepilogue\n",
        f'Content-Type: multipart/{kind}; boundary="{boundary}"',
    )


TEXT = "Content-Type: text/plain; charset=utf-8\n\n"
HTML = "Content-Type: text/html; charset=utf-8\n\n"


# Mails as clients write them


def test_gmail_answered_between_the_lines() -> None:
    message = sample("gmail-interleaved")
    assert message.text == "Hi Jonas,\nanswers below.\nPlease do.\nBy Friday the 13th.\nAdaeze"
    assert "May I bring my own shuttle?" in message.quoted
    assert "when will you decide" in message.quoted
    assert message.direction is Direction.RECEIVED
    assert message.sender.name == "Adaeze Okafor-Ndubuisi"
    assert [person.name for person in message.recipients] == ["Jonas Wirth", "Lindqvist, Maja"]


def test_outlook_reply_in_html() -> None:
    message = sample("outlook-reply")
    assert message.text.startswith("Guten Tag Herr Wirth,")
    assert "entscheidet bis zum 13. November" in message.text
    assert message.text.endswith("Aylin Özdemir")
    assert "mein Zug verspätet" in message.quoted
    assert message.subject == "AW: Vorstellungsgespräch am 2. November"


def test_apple_forward() -> None:
    message = sample("apple-forward")
    assert message.text == "Regarde ce qu’ils m’ont écrit…"
    assert "ne pas donner suite" in message.quoted
    assert "Envoyé de mon iPhone" in message.quoted


def test_thunderbird_flowed_and_bottom_posted() -> None:
    message = sample("thunderbird-flowed")
    assert message.text == (
        "Ja, Donnerstag passt mir gut, und die Schuhe bringe ich mit. "
        "Den Schein für den Brückenkran habe ich übrigens auch."
        "\n\nViele Grüße\nJonas Wirth"
    )
    assert "und könnten Sie die Arbeitsschuhe selbst mitbringen?" in message.quoted
    assert message.direction is Direction.SENT


def test_yahoo_app() -> None:
    message = sample("yahoo-html")
    assert message.text == "Hola, Jonas:\nLe avisaremos antes del viernes."
    assert "¿hay novedades?" in message.quoted


def test_gmx_and_a_broken_sender() -> None:
    message = sample("gmx-html")
    assert message.text == "Lieber Herr Wirth,\ndas war ein guter Tag. Sie hören nächste Woche von mir.\nAylin Özdemir"
    assert "Bis gleich!" in message.quoted
    assert message.sender.email == "aylin.oezdemir@kranwerk.example"


def test_google_invitation() -> None:
    message = sample("google-invitation")
    assert message.calendar_method == "REQUEST"
    assert message.attachments == ("calendar", "invite.ics")
    assert message.text == "Interview\nThursday 12 Nov 2026 ⋅ 14:00 - 15:00"
    assert message.header("auto-submitted") == "auto-generated"


def test_a_forward_as_attachment_is_quoted() -> None:
    message = sample("forward-as-attachment")
    assert message.text == "What do you make of this?"
    assert "From: Aylin Oezdemir <aylin.oezdemir@kranwerk.example>" in message.quoted
    assert "Leider müssen wir Ihnen absagen." in message.quoted
    assert message.attachments == ("Ihre Bewerbung.eml", "Lebenslauf Jörg.pdf")


# Quotes in plain text


def _quoting() -> list[tuple[str, str, str]]:
    cases = []
    for case in (DATA / "quoting.txt").read_text(encoding="utf-8").split("\n=== ")[1:]:
        name, _, rest = case.partition("\n")
        text, _, own = rest.partition("\n--- own")
        cases.append((name, text, own.strip()))
    return cases


@pytest.mark.parametrize(("name", "text", "own"), _quoting(), ids=lambda value: value[:40])
def test_own_words(name: str, text: str, own: str) -> None:
    found, quoted = own_words(text)
    assert found == own
    # Nothing is lost, only sorted.
    words = {line.strip() for line in (found + "\n" + quoted).splitlines()}
    assert {line.strip() for line in text.splitlines() if line.strip() and line.strip() != "--"} <= words


@given(st.text(alphabet=st.sampled_from("ab >-_:\n<@.1"), max_size=300))
def test_words_are_never_cut_to_nothing_without_a_quote(text: str) -> None:
    own, quoted = own_words(text)
    if any(c in "ab1" for c in text) and not any(line.startswith(">") for line in text.split("\n")):
        assert own
    assert len(own) + len(quoted) <= len(text) + 10


_SENTENCES = st.lists(
    st.text(alphabet="abcdefgh ij,", min_size=3, max_size=60).filter(lambda s: s.strip()), min_size=1, max_size=4
)


@given(_SENTENCES, st.lists(_SENTENCES, min_size=1, max_size=3))
def test_every_line_between_quotes_is_the_authors(quote: list[str], answers: list[list[str]]) -> None:
    quoted = "\n".join(f"> {line}" for line in quote)
    text = "On 03/11/2026 10:05, Adaeze Okafor wrote:\n" + "\n".join(
        f"{quoted}\n\n" + "\n".join(answer) + "\n" for answer in answers
    )
    own, _ = own_words(text)
    assert [line.strip() for line in own.split("\n") if line.strip()] == [
        line.strip() for answer in answers for line in answer
    ]


@pytest.mark.parametrize(
    "line",
    [
        "On 1:00 a",
        "From: a@b",
        "Von",
        "> > >",
        "-----Original Message-----",
        "On " + "x " * 180 + "1:00 wrote:",
        "Begin forwarded message:\n>x",
    ],
)
def test_hostile_text_takes_no_time(line: str) -> None:
    text = (line + "\n") * (100_000 // len(line))
    before = time.process_time()
    own_words(text)
    assert time.process_time() - before < 2


# MIME


def test_plain_text_is_preferred_to_html() -> None:
    message = parts("alternative", TEXT + "plain words", HTML + "<p>rich words</p>")
    assert message.text == "plain words"


@pytest.mark.parametrize(
    "stub",
    ["", "  \n", "Your email client does not support HTML.", "This message requires an HTML capable mail reader."],
)
def test_html_where_the_plain_text_is_a_stub(stub: str) -> None:
    assert parts("alternative", TEXT + stub, HTML + "<p>rich words</p>").text == "rich words"


def test_a_mail_about_html_is_no_stub_without_html() -> None:
    assert mail(b"Does your mail program support HTML?").text == "Does your mail program support HTML?"


def test_nested_multiparts() -> None:
    inner = (
        "Content-Type: multipart/alternative; boundary=frontier2\n\n--frontier2\n"
        + TEXT
        + "hello\n--frontier2\n"
        + HTML
        + "<p>x</p>\n--frontier2--"
    )
    related = (
        "Content-Type: multipart/related; boundary=frontier1\n\n--frontier1\n"
        + inner
        + "\n--frontier1\nContent-Type: image/png; name=logo.png\n\nx\n--frontier1--"
    )
    message = parts("mixed", related, "Content-Type: application/pdf; name=cv.pdf\n\n%PDF", boundary="frontier")
    assert message.text == "hello"
    assert message.attachments == ("logo.png", "cv.pdf")


def test_text_around_an_attachment_is_all_read() -> None:
    message = parts(
        "mixed",
        TEXT + "above",
        "Content-Type: image/jpeg\nContent-Disposition: inline; filename=a.jpg\n\nx",
        TEXT + "below",
    )
    assert message.text == "above\n\nbelow"
    assert message.attachments == ("a.jpg",)


def test_text_attachments_are_not_the_authors_words() -> None:
    attached = (
        "Content-Type: text/plain; name=notes.txt\nContent-Disposition: attachment; filename=notes.txt\n\nunfortunately"
    )
    inline = "Content-Type: text/plain; name=more.txt\nContent-Disposition: inline; filename=more.txt\n\nunfortunately"
    message = parts("mixed", TEXT + "hello", attached, inline)
    assert message.text == "hello"
    assert message.attachments == ("notes.txt", "more.txt")


def test_the_report_of_a_failed_delivery() -> None:
    status = "Content-Type: message/delivery-status\n\nStatus: 5.1.1"
    returned = "Content-Type: message/rfc822\n\nFrom: jonas.wirth@wirthmail.example\nSubject: Thank you\n\nMany thanks!"
    message = parts("report; report-type=delivery-status", TEXT + "No such user.", status, returned)
    assert message.text == "No such user."
    assert "Many thanks!" in message.quoted
    assert message.header("content-type") == "multipart/report"


@pytest.mark.parametrize(
    ("headers", "body", "text"),
    [
        (
            ["Content-Type: text/plain; charset=utf-8", "Content-Transfer-Encoding: quoted-printable"],
            b"caf=C3=A9 =\nnoir",
            "café noir",
        ),
        (["Content-Type: text/plain; charset=iso-8859-1"], b"caf\xe9 \x96 noir", "café – noir"),
        (["Content-Type: text/plain; charset=nonsense"], "café".encode(), "café"),
        (["Content-Type: text/plain; charset=nonsense"], b"caf\xe9", "café"),
        (["Content-Type: text/plain; charset=us-ascii"], "café".encode(), "café"),
        (["Content-Type: text/plain; charset=utf-8"], b"caf\xe9", "café"),
        (["Content-Type: text/plain; charset=utf-8"], "é".encode() * 200 + b"\xff", "é" * 200 + "\ufffd"),
        (["Content-Type: text/plain; charset=utf-16"], "café".encode("utf-16"), "café"),
        (["Content-Type: text/plain; charset=hex"], b"6162", "6162"),
        (["Content-Type: text/plain; charset=punycode"], b"ab-", "ab-"),
        (['Content-Type: text/plain; charset="utf-8'], "café".encode(), "café"),
        (["Content-Transfer-Encoding: base64"], base64.encodebytes(b"hello there"), "hello there"),
        (["Content-Transfer-Encoding: base64"], b"aGVsbG8gdGhlcmU=\n-- \nlist footer", "hello there"),
        (["Content-Transfer-Encoding: base64"], b"aGVs*bG8g\ndGhlcmU", "hello there"),
        (["Content-Transfer-Encoding: base64"], b"aGVsbG8gdGhlcmUgb", "hello there "[:-1]),
        (["Content-Transfer-Encoding: x-unknown"], b"hello", "hello"),
        (["Content-Type: ;;;"], b"hello", "hello"),
        (["Content-Type: multipart/mixed"], b"hello", "hello"),
        (["Content-Type: multipart/mixed; boundary=never"], b"hello", "hello"),
        (["Content-Type: text/plain"], b"a\x00b\x1b[2Jc\xc2\xadd\xe2\x80\xae\xee\x80\x81e", "ab[2Jcde"),
        (["Content-Type: text/plain"], b"a\r\nb\rc\xe2\x80\xa8d\xc2\xa0e", "a\nb\nc\nd e"),
    ],
)
def test_charsets_and_encodings(headers: list[str], body: bytes, text: str) -> None:
    assert mail(body, *headers).text == text


def test_no_last_boundary() -> None:
    raw = b"--x\nContent-Type: text/plain\n\nhello\n--x\nContent-Type: application/pdf; name=a.pdf\n\nxx"
    message = mail(raw, "Content-Type: multipart/mixed; boundary=x")
    assert (message.text, message.attachments) == ("hello", ("a.pdf",))


def test_a_boundary_that_begins_like_another() -> None:
    raw = (
        "--x\nContent-Type: multipart/alternative; boundary=x1\n\n--x1\n"
        + TEXT
        + "hello\n--x1--\n--x\n"
        + TEXT
        + "there\n--x--"
    )
    assert mail(raw.encode(), "Content-Type: multipart/mixed; boundary=x").text == "hello\n\nthere"


def test_a_boundary_in_the_middle_of_a_line_is_none() -> None:
    raw = "--x\n" + TEXT + "I wrote --x\nand went on\n--x--"
    assert mail(raw.encode(), "Content-Type: multipart/mixed; boundary=x").text == "I wrote --x\nand went on"


def test_a_part_without_a_header() -> None:
    assert mail(b"--x\n\nhello\n--x--", "Content-Type: multipart/mixed; boundary=x").text == "hello"


def test_a_calendar_part_tells_its_method_in_its_text_too() -> None:
    raw = base64.encodebytes(b"BEGIN:VCALENDAR\r\nMETHOD:CANCEL\r\nEND:VCALENDAR\r\n").decode()
    message = parts("mixed", TEXT + "hello", "Content-Type: text/calendar\nContent-Transfer-Encoding: base64\n\n" + raw)
    assert (message.calendar_method, message.attachments) == ("CANCEL", ("calendar",))


def test_flowed_text_joins_its_lines() -> None:
    assert unflow("one \ntwo\n three\n>quoted \n> more\n-- \nme") == "one two\nthree\n> quoted more\n-- \nme"
    assert unflow("ab \ncd", delsp=True) == "abcd"


@given(st.lists(st.text(alphabet="ab c>", max_size=20), max_size=8))
def test_flowed_text_keeps_its_words(lines: list[str]) -> None:
    text = "\n".join(lines)
    assert "".join(unflow(text).split()).replace(">", "") == "".join(text.split()).replace(">", "")


# HTML


_CITED = '<blockquote type="cite">quoted</blockquote>'
_PROTON = "On Tue, 3 Nov 2026 at 10:05, X &lt;x@y.example&gt; wrote:<br>"
_FORWARD = '<div class="gmail_attr">---------- Forwarded message ---------<br>From: X</div>'


@pytest.mark.parametrize(
    ("html", "own"),
    [
        ("<p>one</p><p>two<br>three</p>", "one\n\ntwo\nthree"),
        ("<style>p {x}</style><script>alert(1)</script><title>t</title><p>one</p>", "one"),
        ('<div style="display:none;max-height:0">preview</div><p>one</p>', "one"),
        ('<span style="font-size:0px">preview</span>tail<p>one</p>', "tail\n\none"),
        (f"<p>one</p>{_CITED}<p>two</p>", "one\n\ntwo"),
        (f'<p>one</p><div class="moz-cite-prefix">Am 3.11.26 um 10:05 schrieb X:</div>{_CITED}', "one"),
        (f'<p>one</p><div class="gmail_quote">{_FORWARD}<p>a</p><blockquote>b</blockquote><p>c</p></div>', "one"),
        (f'<p>one</p><div class="gmail_quote">{_FORWARD}<p>a</p></div>', "one"),
        ('<p>one</p><div id="appendonsend"></div><hr><div id="divRplyFwdMsg"><b>From:</b> X</div><p>a</p>', "one"),
        ('<p>one</p><div class="yahoo_quoted"><div>On x, y wrote:</div><p>quoted</p></div>', "one"),
        (f'<p>one</p><div class="protonmail_quote">{_PROTON}{_CITED}</div>', "one"),
        ('<p>one</p><div name="quote" style="border-left:2px solid">quoted</div>', "one"),
        ('<p>one</p><div class="gmail_signature">Jonas<br>Mill Lane</div>', "one"),
        ('<p>one</p><div class="moz-signature">-- <br>Jonas</div>', "one"),
        ("<p>See the <blockquote>words of a poet</blockquote></p>", "See the\n\nwords of a poet"),
        ("<p>one &#xe001;</p><div>&#57345;</div><p>two</p>", "one\n\ntwo"),
        ("just words", "just words"),
        ("", ""),
        ("<<<>>>&&&", "<<<>>>&&&"),
    ],
)
def test_html(html: str, own: str) -> None:
    assert mail(html.encode(), "Content-Type: text/html; charset=utf-8").text == own


def test_deeply_nested_html_is_no_trouble() -> None:
    assert "end" in html_words("<div>" * 150 + "end")
    assert html_words('<blockquote type="cite">' * 150 + "end").startswith(">")
    html_words("<div>" * 100_000 + "end")


# Anything at all


@settings(deadline=None)
@given(st.binary(max_size=400))
def test_no_bytes_raise(data: bytes) -> None:
    _well_formed(read(data))


@settings(deadline=None, max_examples=150)
@given(st.sampled_from(sorted(DATA.glob("*.eml"))), st.data())
def test_no_mutated_mail_raises(path: Path, data: st.DataObject) -> None:
    raw = path.read_bytes()
    for _ in range(data.draw(st.integers(1, 4))):
        at, cut = data.draw(st.integers(0, len(raw))), data.draw(st.integers(0, 60))
        raw = raw[:at] + data.draw(st.binary(max_size=12)) + raw[at + cut :]
    _well_formed(read(raw))


@settings(deadline=None, max_examples=100)
@given(st.text(max_size=300), st.sampled_from(["text/plain", "text/html", "text/plain; format=flowed; delsp=yes"]))
def test_no_text_raises(text: str, kind: str) -> None:
    _well_formed(mail(text.encode("utf-8", "surrogatepass"), f"Content-Type: {kind}; charset=utf-8"))


def test_bombs_are_bounded() -> None:
    nested = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(3000))
    _well_formed(read(b"From: a@b.example\n" + nested))
    _well_formed(parts("mixed", *["Content-Type: text/plain\n\nx"] * 5000))
    _well_formed(mail(b"x" * 3_000_000))
    _well_formed(mail(b"<b>" * 1_000_000, "Content-Type: text/html"))
    forwards = b"Content-Type: message/rfc822\n\n" * 3000
    _well_formed(read(b"From: a@b.example\n" + forwards))


def test_an_attachment_of_30_megabytes_is_skipped() -> None:
    attachment = (
        b"Content-Type: application/pdf; name=big.pdf\nContent-Transfer-Encoding: base64\n\n"
        + (b"QUJD" * 19 + b"\n") * 400_000
    )
    before = time.process_time()
    message = parts("mixed", TEXT + "hello", attachment, TEXT + "there")
    assert time.process_time() - before < 1
    assert (message.text, message.attachments) == ("hello\n\nthere", ("big.pdf",))


def _well_formed(message: Message) -> None:
    assert message.date.tzinfo is not None
    for text in (message.text, message.quoted, *message.attachments):
        assert len(text) <= 100_000
        assert not any((ord(c) < 32 and c not in "\n\t") or 0xD800 <= ord(c) < 0xE010 or ord(c) == 0x202E for c in text)


def test_only_the_header_decides_the_identity() -> None:
    raw = (DATA / "gmail-interleaved.eml").read_bytes()
    assert (
        read(raw[: head_end(raw)]).id
        == read(raw).id
        == "CAFq7yPz1x9=ZkLQm3nE8tq0s4Y5rR8vVhJt6bWcXy2D3u7oP1A@mail.gmail.com"
    )


@pytest.mark.parametrize(
    "prefix",
    [b"\xef\xbb\xbf", b"\n\n", b"From a@b.example Tue Nov  3 10:05:00 2026\n", b">From a@b.example Tue Nov  3\n"],
)
def test_what_may_stand_before_a_header(prefix: bytes) -> None:
    assert read(prefix + b"From: a@b.example\nSubject: Hello\n\nwords").subject == "Hello"
