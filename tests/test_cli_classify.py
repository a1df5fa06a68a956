"""``syncd classify``: mails and events in every kind of file and folder, told as JSON lines or as a table."""

import json
import mailbox
import subprocess
import sys
import time
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path

import pytest

from syncd.cli import main

ME = "robin@home.example"
THANKS = "Dear Ada,\n\nthank you very much for the interview yesterday. I enjoyed our talk about compilers.\n\nRobin\n"
REJECTED = (
    "Dear Robin,\n\nthank you for the interview. Unfortunately we decided to move forward with another candidate.\n"
    "We wish you all the best for your search.\n\nAda Quill\n"
)
PROMISE = "Hi Robin,\n\nit was good to meet you. We will get back to you by Friday, 27 March.\n\nAda\n"


def mail(text, *, sent=False, subject="Interview", number=1):
    message = EmailMessage()
    message["From"], message["To"] = (ME, "ada@acme.example") if sent else ("Ada Quill <ada@acme.example>", ME)
    message["Subject"] = subject
    if not sent:
        message["Received"] = "from mx.acme.example by mx.home.example; Tue, 24 Mar 2026 09:00:01 +0000"
    message["Date"] = format_datetime(datetime(2026, 3, 24, 9, tzinfo=UTC))
    message["Message-ID"] = f"<{number}@acme.example>"
    message.set_content(text)
    return message


def calendar(*events):
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//test//EN"]
    for event in events:
        lines += ["BEGIN:VEVENT", "DTSTAMP:20260301T000000Z", *event, "END:VEVENT"]
    return "\r\n".join([*lines, "END:VCALENDAR", ""])


INTERVIEW = (
    "UID:one@acme.example",
    "SUMMARY:Interview with Robin: Compiler Engineer at Acme",
    "DTSTART:20260323T100000Z",
    "DTEND:20260323T110000Z",
    "ORGANIZER;CN=Ada Quill:mailto:ada@acme.example",
    "ATTENDEE;CN=Ada Quill;PARTSTAT=ACCEPTED:mailto:ada@acme.example",
    f"ATTENDEE;CN=Robin;PARTSTAT=ACCEPTED:mailto:{ME}",
)
DENTIST = ("UID:two@home.example", "SUMMARY:Dentist", "DTSTART:19990101T100000Z", "DTEND:19990101T110000Z")
WEEKLY = (
    "UID:three@home.example",
    "SUMMARY:Choir",
    "DTSTART:20200101T190000Z",
    "DTEND:20200101T200000Z",
    "RRULE:FREQ=WEEKLY",
)
MOVED = (
    "UID:three@home.example",
    "RECURRENCE-ID:20200108T190000Z",
    "SUMMARY:Choir",
    "DTSTART:20200109T190000Z",
    "DTEND:20200109T200000Z",
)


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def told(home, capsys):
    def told(*argv, code=0):
        assert main(["classify", "--json", *argv]) == code
        return [json.loads(line) for line in capsys.readouterr().out.splitlines()]

    return told


def test_a_mail_is_one_object_with_exactly_these_keys(home, told):
    (home / "a.eml").write_bytes(mail(PROMISE).as_bytes())
    (row,) = told("--me", ME, "a.eml")
    assert list(row) == ["file", "index", "direction", "kind", "expected_by", "purposeful", "why"]
    assert (row["file"], row["index"], row["direction"], row["kind"]) == ("a.eml", 0, "received", "reply")
    assert (row["expected_by"], row["purposeful"]) == ("2026-03-27", None)
    assert row["why"]
    assert all(isinstance(line, str) for line in row["why"])


def test_an_event_is_one_object_with_exactly_these_keys(home, told):
    (home / "a.ics").write_text(calendar(INTERVIEW, DENTIST))
    first, second = told("--me", ME, "a.ics")
    assert list(first) == ["file", "uid", "interview", "company", "interviewers", "why"]
    assert (first["file"], first["uid"], first["interview"]) == ("a.ics", "one@acme.example", True)
    assert first["company"] == "Acme"
    assert first["interviewers"] == [{"name": "Ada Quill", "email": "ada@acme.example"}]
    assert (second["uid"], second["interview"], second["company"]) == ("two@home.example", False, None)
    assert second["interviewers"] == []


def test_a_series_is_told_once_and_each_exception_of_it(home, told):
    (home / "a.ics").write_text(calendar(WEEKLY, MOVED))
    rows = told("--me", ME, "a.ics")
    assert [(row["uid"], row.get("recurrence_id")) for row in rows] == [
        ("three@home.example", None),
        ("three@home.example", "20200108T190000Z"),
    ]


def test_the_direction_is_seen_from_each_address_given(home, told):
    (home / "a.eml").write_bytes(mail(THANKS, sent=True).as_bytes())
    assert [row["kind"] for row in told("--me", "other@home.example", "--me", f"{ME.upper()}", "a.eml")] == [
        "thank_you"
    ]
    assert told("--me", "ada@acme.example", "a.eml")[0]["direction"] == "received"


def test_the_config_says_who_one_is_where_nobody_else_does(home, told):
    (home / "a.eml").write_bytes(mail(THANKS, sent=True).as_bytes())
    path = home / ".config/syncd/config.toml"
    path.parent.mkdir(parents=True)
    path.write_text(f'[account]\nemail = "{ME}"\n')
    assert told("a.eml")[0]["direction"] == "sent"
    assert told("--me", "ada@acme.example", "a.eml")[0]["direction"] == "received"


def test_a_config_that_is_broken_is_only_told_of_unless_it_was_named(home, capsys):
    (home / "a.eml").write_bytes(mail(REJECTED).as_bytes())
    path = home / ".config/syncd/config.toml"
    path.parent.mkdir(parents=True)
    path.write_text("nonsense")
    assert main(["classify", "a.eml"]) == 0
    shown = capsys.readouterr()
    assert "rejection" in shown.out
    assert "config can't be used" in shown.err
    assert main(["classify", "--config", str(path), "a.eml"]) == 78


def test_an_mbox_counts_its_mails(home, told):
    box = mailbox.mbox(home / "all.mbox")
    for number, text in enumerate((PROMISE, REJECTED)):
        box.add(mail(text, number=number))
    box.close()
    rows = told("--me", ME, "all.mbox")
    assert [(row["file"], row["index"], row["kind"]) for row in rows] == [
        ("all.mbox", 0, "reply"),
        ("all.mbox", 1, "rejection"),
    ]


def test_of_a_maildir_each_file_is_named(home, told):
    (home / "Mail").mkdir()
    box = mailbox.Maildir(home / "Mail/Inbox")
    box.add(mail(REJECTED))
    mailbox.Maildir(home / "Mail/Drafts").add(mail(THANKS, sent=True))
    for path in ("Mail/Inbox", "Mail"):
        (row,) = told("--me", ME, path)
        assert row["file"].startswith("Mail/Inbox/new/")
        assert (row["index"], row["kind"]) == (0, "rejection")


def test_a_file_is_called_as_it_was_named(home, told):
    (home / "x").mkdir()
    (home / "x/a.eml").write_bytes(mail(PROMISE).as_bytes())
    given = ["./x/a.eml", "x//a.eml", str(home / "x/a.eml"), "x/../x/a.eml"]
    assert [row["file"] for row in told("--me", ME, *given)] == given
    assert [row["file"] for row in told("--me", ME, "x/", "./x", ".")] == ["x/a.eml", "./x/a.eml", "x/a.eml"]


def test_in_a_folder_what_is_neither_mail_nor_event_is_passed_over(home, told):
    folder = home / "folder"
    (folder / "deep").mkdir(parents=True)
    (folder / "deep/one.ics").write_text(calendar(DENTIST))
    (folder / "b.eml").write_bytes(mail(PROMISE).as_bytes())
    (folder / "photo.jpg").write_bytes(b"\xff\xd8\xff\xe0")
    (folder / "empty").touch()
    (folder / ".hidden.eml").write_bytes(mail(PROMISE).as_bytes())
    (folder / "loop").symlink_to(folder)
    assert [row["file"] for row in told("--me", ME, "folder")] == ["folder/b.eml", "folder/deep/one.ics"]


def test_what_can_not_be_read_is_named_after_the_others_were_told(home, capsys):
    (home / "a.eml").write_bytes(mail(PROMISE).as_bytes())
    (home / "photo.jpg").write_bytes(b"\xff\xd8\xff\xe0")
    (home / "torn.ics").write_text("BEGIN:NOTHING")
    (home / "empty").mkdir()
    files = ["photo.jpg", "nowhere", "torn.ics", "empty", "a.eml"]
    assert main(["classify", "--json", "--me", ME, *files]) == 65
    shown = capsys.readouterr()
    assert json.loads(shown.out)["file"] == "a.eml"
    lines = shown.err.splitlines()
    assert [line.split(":")[:2] for line in lines] == [["syncd", f" {file}"] for file in files[:-1]]
    assert "no such file or folder" in lines[1]


def test_people_get_a_table(home, capsys):
    (home / "a.eml").write_bytes(mail(PROMISE).as_bytes())
    (home / "a.ics").write_text(calendar(INTERVIEW, DENTIST))
    assert main(["classify", "--me", ME, "a.eml", "a.ics"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split() == ["file", "means", "because"]
    assert lines[1].startswith("a.eml  received: reply, hear by 2026-03-27")
    assert lines[2].startswith("a.ics  interview at Acme with Ada Quill")
    assert lines[3].startswith("a.ics  no interview")


def test_nothing_in_a_mail_reaches_the_terminal_as_a_command(home, capsys):
    text = "Hi Robin,\n\nwe will get back to you by \x1b[2J\x07Friday, 27 March.\u202e\n"
    (home / "a.eml").write_bytes(_raw(text))
    assert main(["classify", "--me", ME, "a.eml"]) == 0
    assert main(["classify", "--me", ME, "--json", "a.eml"]) == 0
    shown = capsys.readouterr().out
    assert all(letter.isprintable() or letter == "\n" for letter in shown)


def _raw(text):
    head = f"From: Ada \x1b[31m <ada@acme.example>\r\nTo: {ME}\r\nSubject: Inter\x1b]0;view\x07\r\n"
    return (
        f"{head}Date: Tue, 24 Mar 2026 09:00:00 +0000\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{text}".encode()
    )


def test_an_address_that_is_none_is_refused(home, capsys):
    assert main(["classify", "--me", "robin", "x"]) == 2
    assert capsys.readouterr().err == 'syncd: --me: is no mail address: "robin"\n'


def test_a_thousand_files_take_one_process_and_little_time(home):
    (home / "many").mkdir()
    for number in range(1000):
        (home / f"many/{number:04}.eml").write_bytes(mail(PROMISE, number=number).as_bytes())
    started = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", "syncd", "classify", "--json", "--me", ME, str(home / "many")],
        cwd=Path(__file__).parents[1],
        capture_output=True,
        text=True,
        check=True,
    )
    assert len(done.stdout.splitlines()) == 1000
    assert time.perf_counter() - started < 30


def test_a_calendar_that_is_cut_off_tells_what_was_whole(home, capsys):
    text = calendar(DENTIST, INTERVIEW)
    (home / "a.ics").write_text(text[: text.index("ORGANIZER")])
    assert main(["classify", "--json", "--me", ME, "a.ics"]) == 0
    shown = capsys.readouterr()
    assert [json.loads(line)["uid"] for line in shown.out.splitlines()] == ["two@home.example"]
    assert "syncd: a.ics: is cut off; what was whole is here" in shown.err.splitlines()
