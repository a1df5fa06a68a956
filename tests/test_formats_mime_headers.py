"""Headers of mail: who, when, what about, which thread, which way."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from syncd.formats.headers import head_end, is_sent_folder, looks_like_mail, parse_date, read_headers
from syncd.model import Account, Direction, Message, Person

ME = Account("jonas.wirth@wirthmail.example", ("jw@wirthmail.example",))
DELIVERED = datetime(2026, 11, 20, 12, tzinfo=UTC)
DATA = Path(__file__).parent / "data" / "mail"
SAMPLES = [path.read_bytes() for path in sorted(DATA.glob("*.eml"))]


def read(*lines: str, account: Account | None = ME, folder: str = "") -> Message:
    return read_headers("\n".join(lines).encode("utf-8", "surrogateescape"), account, DELIVERED, folder)


@pytest.mark.parametrize(
    ("value", "people"),
    [
        ("Adaeze Okafor <A.Okafor@BrightLoom.EXAMPLE>", [("Adaeze Okafor", "a.okafor@brightloom.example")]),
        ('"Okafor, Adaeze" <a@b.example>', [("Okafor, Adaeze", "a@b.example")]),
        ("a@b.example", [("", "a@b.example")]),
        ("<a@b.example>", [("", "a@b.example")]),
        ("a@b.example (Adaeze Okafor)", [("Adaeze Okafor", "a@b.example")]),
        ("'a@b.example' <a@b.example>", [("", "a@b.example")]),
        (
            "A <a@b.example>, C <c@d.example>,e@f.example",
            [("A", "a@b.example"), ("C", "c@d.example"), ("", "e@f.example")],
        ),
        ("A <a@b.example>,\n\tC <c@d.example>", [("A", "a@b.example"), ("C", "c@d.example")]),
        ("=?utf-8?q?J=C3=B6rg_M=C3=BCller?= <j@b.example>", [("Jörg Müller", "j@b.example")]),
        ('"=?iso-8859-1?Q?J=F6rg?=" <j@b.example>', [("Jörg", "j@b.example")]),
        ("=?utf-8?B?w5Z6ZGVtaXIsIEF5bGlu?= <j@b.example>", [("Özdemir, Aylin", "j@b.example")]),
        ("=?utf-8?b?SsO2?= =?utf-8?b?cmc=?= <j@b.example>", [("Jörg", "j@b.example")]),
        ("=?utf-8?q?J=C3?= =?utf-8?q?=B6rg?= <j@b.example>", [("Jörg", "j@b.example")]),
        ("=?x-nonsense?q?J=C3=B6rg?= <j@b.example>", [("Jörg", "j@b.example")]),
        ("=?punycode?q?abc-?= <j@b.example>", [("abc-", "j@b.example")]),
        ("=?utf-8?b?!!!?= <j@b.example>", None),
        ("Jörg <j@b.example>", [("Jörg", "j@b.example")]),
        ("J\udcf6rg <j@b.example>", [("Jörg", "j@b.example")]),
        ("Doe, John <j@b.example>", [("John", "j@b.example")]),
        ("Staff: a@b.example, C <c@d.example>;", [("", "a@b.example"), ("C", "c@d.example")]),
        ("undisclosed-recipients:;", []),
        ("", []),
        ("Ada \x00\x1bQuist <a@b.example>", [("Ada Quist", "a@b.example")]),
        ("((((" * 5000, []),
    ],
)
def test_people(value: str, people: list[tuple[str, str]] | None) -> None:
    found = [(person.name, person.email) for person in read(f"To: {value}").recipients]
    if people is None:
        assert [address for _, address in found] == ["j@b.example"]
    elif value.startswith("Doe"):  # newer Pythons are strict here, and we fall back; the address counts
        assert [address for _, address in found if "@" in address] == ["j@b.example"]
    else:
        assert found == people


def test_a_sender_without_address_has_a_name() -> None:
    assert read("From: Adaeze Okafor").sender == Person("Adaeze Okafor")


def test_the_sender_header_stands_in_for_from() -> None:
    assert read("Sender: a@b.example").sender == Person("", "a@b.example")


def test_to_and_cc_are_recipients_and_reply_to_is_kept_where_it_differs() -> None:
    message = read("From: a@b.example", "Reply-To: jobs@b.example", "To: x@y.example", "Cc: z@y.example, x@y.example")
    assert [person.email for person in message.recipients] == ["x@y.example", "z@y.example"]
    assert message.reply_to == Person("", "jobs@b.example")
    assert read("From: a@b.example", "Reply-To: A@B.example").reply_to is None


@pytest.mark.parametrize(
    ("value", "subject"),
    [
        ("Hello", "Hello"),
        ("=?utf-8?q?Entretien_=E2=80=93_r=C3=A9ponse?=", "Entretien – réponse"),
        ("Re: =?windows-1252?Q?Gespr=E4ch?= am Montag", "Re: Gespräch am Montag"),
        ("Gespr\udce4ch", "Gespräch"),
        ("Gespräch", "Gespräch"),
        ("long\n folded\r\n\tsubject", "long folded subject"),
        ("a =?utf-8?q?b?= =?utf-8?q?c?= d", "a bc d"),
        ("=?utf-8?q?evil=00=1B=E2=80=AEtext?=", "eviltext"),
        ("=?utf-8?Q?with space?=", "with space"),
        ("=?gb18030?B?xPq6ww==?=", "您好"),
        ("x" * 5000, "x" * 1000),
    ],
)
def test_subject(value: str, subject: str) -> None:
    assert read(f"Subject: {value}").subject == subject


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["Date: Fri, 4 Dec 2026 10:00:34 -0500"], "2026-12-04T10:00:34-05:00"),
        (["Date: Fri, 4 Dec 2026 10:00:34 -0000"], "2026-12-04T10:00:34+00:00"),
        (["Date: Fri, 4 Dec 2026 10:00:34"], "2026-12-04T10:00:34+00:00"),
        (["Date: Fri, 4 Dec 2026 10:00:34 GMT"], "2026-12-04T10:00:34+00:00"),
        (["Date: 4 Dec 26 10:00 EST"], "2026-12-04T10:00:00-05:00"),
        (["Date: Fri, 4 Dec 2026 10:00:34 +0100 (CET)"], "2026-12-04T10:00:34+01:00"),
        (["Date: Fri, 4 Dec 2026 10:00:34 +9999"], DELIVERED.isoformat()),
        (["Date: the day after"], DELIVERED.isoformat()),
        (["Subject: none"], DELIVERED.isoformat()),
        (["Date: Thu, 1 Jan 1970 00:00:00 +0000"], DELIVERED.isoformat()),
        (["Date: " + "9" * 6000], DELIVERED.isoformat()),
        (["Date: rubbish", "Received: by x; Fri, 4 Dec 2026 10:00:00 +0100"], "2026-12-04T10:00:00+01:00"),
        (
            ["Date: Mon, 4 Dec 2036 10:00:00 +0000", "Received: from x by y; Fri, 4 Dec 2026 10:00:00 +0100"],
            "2026-12-04T10:00:00+01:00",
        ),
        (
            ["Date: Thu, 3 Dec 2026 10:00:00 +0000", "Received: from x by y; Fri, 4 Dec 2026 10:00:00 +0100"],
            "2026-12-03T10:00:00+00:00",
        ),
        (
            [
                "Received: by z; no date",
                "Received: by y; Tue, 1 Dec 2026 10:00:00 +0000",
                "Received: by x; Fri, 4 Dec 2026 10:00:00 +0000",
                "Date: Fri, 4 Dec 2026 09:00:00 +0000",
            ],
            "2026-12-04T09:00:00+00:00",
        ),
    ],
)
def test_date(lines: list[str], expected: str) -> None:
    assert read(*lines).date.isoformat() == expected


_NAIVE = st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1))  # noqa: DTZ001 - hypothesis takes naive bounds


@given(_NAIVE, st.integers(-14 * 60, 14 * 60))
def test_any_written_date_is_read_back(when: datetime, offset: int) -> None:
    sign, minutes = "-" if offset < 0 else "+", abs(offset)
    month = "JanFebMarAprMayJunJulAugSepOctNovDec"[when.month * 3 - 3 : when.month * 3]
    found = parse_date(f"{when:%d} {month} {when:%Y %H:%M:%S} {sign}{minutes // 60:02}{minutes % 60:02}")
    assert found is not None
    assert found.replace(tzinfo=None) == when.replace(microsecond=0)
    assert found.utcoffset() == timedelta(minutes=offset)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("<abc@d.example>", "abc@d.example"),
        ("  < abc@d.example >  ", "abc@d.example"),
        ("\n <abc@d.example>", "abc@d.example"),
        ("abc@d.example", "abc@d.example"),
        ("<AbC@D.example> (added by x)", "AbC@D.example"),
    ],
)
def test_message_id(value: str, expected: str) -> None:
    assert read(f"Message-ID: {value}").id == expected


def test_without_an_id_the_hash_of_date_from_and_subject_is_the_id() -> None:
    lines = ["Date: Fri, 4 Dec 2026 10:00:34 -0500", "From: a@b.example", "Subject: Hello"]
    first, again, other = read(*lines), read("X-Other: 1", *lines), read(*lines[:2], "Subject: Hullo")
    assert first.id.startswith("sha256:")
    assert first.id == again.id
    assert first.id != other.id
    assert read(*lines, "Message-ID: <>").id == first.id


def test_references_come_from_both_headers_once_and_in_order() -> None:
    message = read(
        "References: <a@x.example>\n <b@x.example>\n\t<a@x.example>", "In-Reply-To: Your mail of today <c@x.example>"
    )
    assert message.references == ("a@x.example", "b@x.example", "c@x.example")
    assert read("In-Reply-To: c@x.example").references == ("c@x.example",)


def test_headers_that_tell_automatic_mail_are_kept() -> None:
    message = read(
        "Auto-Submitted: auto-replied",
        "PRECEDENCE: bulk",
        "X-Auto-Response-Suppress: All",
        "Content-Type: Multipart/Report; report-type=delivery-status",
        "Received: by x",
        "Authentication-Results: y",
    )
    assert message.header("auto-submitted") == "auto-replied"
    assert message.header("precedence") == "bulk"
    assert message.header("x-auto-response-suppress") == "All"
    assert message.header("content-type") == "multipart/report"
    assert message.header("received") == ""
    assert message.header("authentication-results") == ""


@pytest.mark.parametrize(
    ("lines", "account", "folder", "direction"),
    [
        (["From: Jonas <Jonas.Wirth@WirthMail.example>"], ME, "", Direction.SENT),
        (["From: jw+jobs@wirthmail.example", "To: jw@wirthmail.example"], ME, "", Direction.SENT),
        (["From: a@b.example", "To: list@c.example"], ME, "", Direction.RECEIVED),
        (["From: a@b.example"], ME, "Sent", Direction.RECEIVED),
        (["To: a@b.example"], ME, "Sent", Direction.SENT),
        (["To: a@b.example"], ME, "[Gmail]/Gesendet", Direction.SENT),
        (["To: a@b.example"], ME, "INBOX", Direction.RECEIVED),
        (["From: a@b.example", "Received: by x"], None, "", Direction.RECEIVED),
        (["From: a@b.example", "Delivered-To: x@y.example"], None, "", Direction.RECEIVED),
        (["From: a@b.example", "Return-Path: <a@b.example>"], Account(""), "", Direction.RECEIVED),
        (["From: a@b.example"], None, "", Direction.SENT),
        (["From: a@b.example", "Received: by x"], None, "Envoyés", Direction.SENT),
    ],
)
def test_direction(lines: list[str], account: Account | None, folder: str, direction: Direction) -> None:
    assert read(*lines, account=account, folder=folder).direction is direction


def test_folders_of_sent_mail() -> None:
    assert is_sent_folder("INBOX/Sent Items")
    assert is_sent_folder("Enviados")
    assert not is_sent_folder("Presents")


def test_a_line_that_is_no_field_does_not_end_the_header() -> None:
    message = read(">From someone Mon Nov  2 10:00:00 2026", "From: a@b.example", "what is this", "Subject: Hello")
    assert (message.sender.email, message.subject) == ("a@b.example", "Hello")


def test_line_ends_of_any_kind() -> None:
    for end in ("\n", "\r\n", "\r"):
        message = read_headers(f"From: a@b.example{end}Subject: one{end} two{end}".encode(), ME, DELIVERED)
        assert (message.sender.email, message.subject) == ("a@b.example", "one two")


def test_the_end_of_a_header() -> None:
    assert head_end(b"A: b\n\nbody") == 4
    assert head_end(b"A: b\r\n\r\nbody") == 4
    assert head_end(b"\nbody") == 0
    assert head_end(b"A: b\n") is None


def test_other_files_do_not_look_like_mail() -> None:
    assert looks_like_mail(b"From: a@b.example")
    assert not looks_like_mail(b"BEGIN:VCALENDAR\nVERSION:2.0")
    assert not looks_like_mail(b"\x7fELF\x02\x01")


_HEADERS = st.sampled_from(
    [b"From", b"To", b"Date", b"Subject", b"Message-ID", b"References", b"Received", b"Content-Type", b"Reply-To"]
)


@given(
    st.lists(st.tuples(_HEADERS, st.binary(max_size=80)), max_size=12).map(
        lambda fields: b"\n".join(n + b": " + v for n, v in fields)
    )
)
@example(b"Date: Fri, 4 Dec 2026 10:00:34 +9999999999999999999")
@example(b"Subject: =?utf-7?q?+2AA-?=")
@example(b"From: =?utf-8?b?" + b"=" * 100 + b"?= <@>")
@example(b"References: " + b"<" * 3000)
def test_no_header_raises(head: bytes) -> None:
    _well_formed(read_headers(head, ME, DELIVERED))


@given(st.sampled_from(SAMPLES), st.data())
def test_no_mutated_mail_raises(sample: bytes, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(sample)))
    cut = data.draw(st.integers(0, 40))
    head = sample[:at] + data.draw(st.binary(max_size=20)) + sample[at + cut :]
    _well_formed(read_headers(head[: head_end(head)], ME, DELIVERED))


def _well_formed(message: Message) -> None:
    assert message.id
    assert message.date.tzinfo is not None
    texts = [message.subject, *message.references, *(v for _, v in message.headers)]
    for person in (message.sender, *message.recipients):
        texts += [person.name, person.email]
        assert person.email == person.email.lower()
    for text in texts:
        assert not any(ord(c) < 32 or 0xD800 <= ord(c) < 0xE000 for c in text)
        assert len(text) <= 1000
