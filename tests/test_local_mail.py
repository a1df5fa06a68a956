"""Mail in files: what the laws of every mail source don't tell."""

from __future__ import annotations

import io
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from syncd.backends.local_mail import LocalMail, messages_in
from syncd.backends.maildir import Box, Maildirs, decode_utf7
from syncd.backends.mbox import Mbox
from syncd.doctor import Level, sources
from syncd.errors import Absurd, BadInput, Stopped
from syncd.interest import Interest
from syncd.model import Account, Direction
from syncd.ports import MailChanges

ME = Account("jonas.wirth@wirthmail.example")
SINCE = datetime(2026, 9, 1, tzinfo=UTC)
LOOM = Interest(since=SINCE, domains=frozenset({"brightloom.example"}))
FROM_LINE = b"From adaeze@brightloom.example Thu Oct  1 09:00:00 2026\n"
DATA = Path(__file__).parent / "data" / "mail"


def mail(
    key: str, *, domain: str = "brightloom.example", text: str = "Dear Jonas,\n\nsee you.\n", extra: str = ""
) -> bytes:
    head = (
        f"From: Adaeze Okafor <adaeze@{domain}>\nTo: {ME.email}\nDate: Thu, 1 Oct 2026 09:00:00 +0000\nSubject: Hello\n"
    )
    return f"{head}Message-ID: <{key}@mail.example>\n{extra}\n{text}".encode()


def maildir(path: Path, *messages: tuple[str, bytes]) -> Path:
    for half in ("cur", "new", "tmp"):
        (path / half).mkdir(parents=True, exist_ok=True)
    for name, raw in messages:
        (path / ("cur" if ":2," in name else "new") / name).write_bytes(raw)
    return path


def mbox(path: Path, messages: Iterable[bytes]) -> Path:
    path.write_bytes(b"".join(FROM_LINE + raw + b"\n" for raw in messages))
    return path


def ids(changes: MailChanges) -> list[str]:
    return sorted(message.id.removesuffix("@mail.example") for message in changes.messages)


def bytes_read() -> int:
    """What this process has read so far, from /proc/self/io."""
    told = dict(line.split(": ") for line in Path("/proc/self/io").read_text().splitlines())
    return int(told["rchar"])


# Paths


def test_a_missing_mailbox_is_bad_input_first_and_absurd_later(tmp_path: Path) -> None:
    path = tmp_path / "Mail"
    with pytest.raises(BadInput, match="Mail"):
        LocalMail(path, ME).pull(None, LOOM)
    cursor = LocalMail(maildir(path, ("1.a", mail("a"))), ME).pull(None, LOOM).cursor
    path.rename(tmp_path / "elsewhere")
    with pytest.raises(Absurd, match="mounted"):
        LocalMail(path, ME).pull(cursor, LOOM)


def test_an_empty_mount_point_is_absurd(tmp_path: Path) -> None:
    path = maildir(tmp_path / "Mail", ("1.a", mail("a")))
    cursor = LocalMail(path, ME).pull(None, LOOM).cursor
    path.rename(tmp_path / "elsewhere")
    path.mkdir()
    with pytest.raises(Absurd):
        LocalMail(path, ME).pull(cursor, LOOM)


def test_what_is_no_mailbox_is_bad_input(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("hello\n")
    (tmp_path / "empty").mkdir()
    for name in ("notes.txt", "empty"):
        with pytest.raises(BadInput, match=name):
            LocalMail(tmp_path / name, ME).pull(None, LOOM)


def test_a_cursor_that_is_not_ours_means_all_again(tmp_path: Path) -> None:
    source = LocalMail(maildir(tmp_path, ("1.a", mail("a"))), ME)
    for cursor in (
        "",
        "{}",
        "[1]",
        "null",
        '{"kind":"maildir","digest":"","since":1,"boxes":{"":{"seen":3,"days":[]}}}',
    ):
        assert ids(source.pull(cursor, LOOM)) == ["a"]


# Maildir


def test_folders_of_every_kind_are_found(tmp_path: Path) -> None:
    maildir(tmp_path, ("1.a", mail("a")))
    maildir(tmp_path / ".Archive.2026", ("1.b", mail("b")))
    maildir(tmp_path / "Work" / "Jobs", ("1.c", mail("c")))
    maildir(tmp_path / "[Gmail]" / "All Mail", ("1.d:2,S", mail("d")))
    for name in (".Trash.Old", "[Gmail]/Papelera", ".Entw&APw-rfe", "Work/Spam", ".INBOX.Drafts", "[Gmail]/Chats"):
        maildir(tmp_path / name, ("1.x", mail("x")))
    assert ids(LocalMail(tmp_path, ME).pull(None, LOOM)) == ["a", "b", "c", "d"]


def test_drafts_and_trashed_by_flag_and_hidden_files_are_left_out(tmp_path: Path) -> None:
    maildir(
        tmp_path,
        ("1.a:2,RS", mail("a")),
        ("2.b:2,DS", mail("b")),
        ("3.c:2,ST", mail("c")),
        ("4.d;2,S", mail("d")),
        (".e", mail("e")),
    )
    assert ids(LocalMail(tmp_path, ME).pull(None, LOOM)) == ["a", "d"]


def test_the_name_of_the_folder_tells_only_where_the_header_does_not(tmp_path: Path) -> None:
    no_sender = mail("a").replace(
        b"From: Adaeze Okafor <adaeze@brightloom.example>\nTo: jonas.wirth", b"To: x@brightloom.example, jonas.wirth"
    )
    maildir(tmp_path / ".Gesendet", ("1.a", no_sender), ("1.b", mail("b")))
    maildir(tmp_path)
    found = {m.id: m.direction for m in LocalMail(tmp_path, ME).pull(None, LOOM).messages}
    assert found == {"a@mail.example": Direction.SENT, "b@mail.example": Direction.RECEIVED}


def test_a_loop_of_links_ends(tmp_path: Path) -> None:
    maildir(tmp_path, ("1.a", mail("a")))
    (tmp_path / "again").symlink_to(tmp_path, target_is_directory=True)
    assert ids(LocalMail(tmp_path, ME).pull(None, LOOM)) == ["a"]


def test_the_bodies_of_other_mail_are_never_read(tmp_path: Path) -> None:
    maildir(tmp_path, ("1.a", mail("a")))
    huge = tmp_path / "new" / "2.x"
    huge.write_bytes(mail("x", domain="elsewhere.example"))
    with huge.open("r+b") as file:
        file.truncate(20 * 1024**3)  # sparse: takes no room, but to read it would take minutes
    before = bytes_read()
    changes = LocalMail(tmp_path, ME).pull(None, LOOM)
    assert (ids(changes), changes.looked_at) == (["a"], 2)
    assert bytes_read() - before < 100_000


def test_a_header_without_end_is_read_up_to_a_limit(tmp_path: Path) -> None:
    maildir(tmp_path, ("1.x", b"X: y\n" * 4_000_000))
    before = bytes_read()
    assert LocalMail(tmp_path, ME).pull(None, LOOM).messages == ()
    assert bytes_read() - before < 200_000


def test_an_unreadable_message_is_named_and_comes_later(tmp_path: Path) -> None:
    maildir(tmp_path, ("1.a", mail("a")))
    broken = tmp_path / "new" / "2.b"
    broken.symlink_to(broken)  # a loop: any try to open it fails, for root as well
    source = LocalMail(tmp_path, ME)
    first = source.pull(None, LOOM)
    assert ids(first) == ["a"]
    assert len(first.warnings) == 1
    assert str(broken) in first.warnings[0]
    second = source.pull(first.cursor, LOOM)
    assert len(second.warnings) == 1
    broken.unlink()
    broken.write_bytes(mail("b"))
    third = source.pull(second.cursor, LOOM)
    assert (ids(third), third.warnings) == (["b"], ())
    assert source.pull(third.cursor, LOOM).messages == ()


def test_a_message_that_was_of_no_interest_and_then_unreadable_is_not_lost(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_bytes(mail("k", domain="kranwerk.example"))
    (maildir(tmp_path / "Mail") / "new" / "1.k").symlink_to(elsewhere)
    source = LocalMail(tmp_path / "Mail", ME)
    cursor = None
    for _ in range(3):
        cursor = source.pull(cursor, LOOM).cursor
    elsewhere.unlink()  # the folder itself doesn't change
    kran = Interest(since=SINCE, domains=frozenset({"kranwerk.example"}))
    failed = source.pull(cursor, kran)
    assert (failed.messages, len(failed.warnings)) == ((), 1)
    elsewhere.write_bytes(mail("k", domain="kranwerk.example"))
    assert ids(source.pull(failed.cursor, kran)) == ["k"]


def test_a_message_that_moved_since_the_listing_is_found_again(tmp_path: Path) -> None:
    maildir(tmp_path, ("1.a", mail("a")))
    maildir(tmp_path / ".Archive")
    shelf = Maildirs(tmp_path)
    (place,) = shelf.survey({}, everything=False).fresh
    place.path.rename(tmp_path / ".Archive" / "cur" / "1.a:2,S")
    with pytest.raises(FileNotFoundError):
        shelf.head(place)
    there = shelf.find(place)
    assert there is not None
    assert shelf.whole(there)[0] == mail("a")
    there.path.rename(there.path.with_name("1.a:2,ST"))
    assert shelf.find(place) is None


def test_delivery_time_stands_in_for_a_missing_date(tmp_path: Path) -> None:
    undated = mail("a").replace(b"Date: Thu, 1 Oct 2026 09:00:00 +0000\n", b"")
    maildir(tmp_path, ("1790000000.M1P2.host,S=12:2,S", undated))
    (message,) = LocalMail(tmp_path, ME).pull(None, LOOM).messages
    assert message.date == datetime.fromtimestamp(1_790_000_000, UTC)


def test_a_changed_interest_opens_only_mail_of_its_time(tmp_path: Path) -> None:
    old = mail("old").replace(b"1 Oct 2026", b"1 Apr 2026")
    maildir(tmp_path, ("1.a", mail("a")), ("2.b", mail("b", domain="kranwerk.example")), ("3.old", old))
    source = LocalMail(tmp_path, ME)
    first = source.pull(None, LOOM)
    assert first.looked_at == 3
    wider = Interest(since=SINCE, domains=frozenset({"brightloom.example", "kranwerk.example"}))
    second = source.pull(first.cursor, wider)
    assert (ids(second), second.looked_at) == (["b"], 2)


def test_a_folder_is_trusted_only_when_a_second_listing_shows_the_same(tmp_path: Path) -> None:
    shelf = Maildirs(maildir(tmp_path, ("1.a", mail("a"))))
    first = shelf.survey({}, everything=False).boxes[""]
    (tmp_path / "new" / "2.b").write_bytes(mail("b"))
    # As if both had come within one tick of the file system's clock, the second one behind our back.
    same_tick = Box(shelf.survey({}, everything=False).boxes[""].seen, first.sure, {"1.a": 1})
    second = shelf.survey({"": same_tick}, everything=False)
    assert [place.key for place in second.fresh] == ["2.b"]
    known = Box(second.boxes[""].seen, second.boxes[""].sure, {"1.a": 1, "2.b": 1})
    third = shelf.survey({"": known}, everything=False)
    assert (third.fresh, {place.key for place in third.known}) == ([], {"1.a", "2.b"})
    third.boxes[""].days |= known.days
    assert shelf.survey(third.boxes, everything=False).known == []  # not listed any more


def test_one_name_in_two_folders_means_two_messages(tmp_path: Path) -> None:
    maildir(tmp_path, ("1.x", mail("a")))
    source = LocalMail(tmp_path, ME)
    cursor = source.pull(None, LOOM).cursor
    maildir(tmp_path / ".Archive", ("1.x", mail("b")))
    assert ids(source.pull(cursor, LOOM)) == ["b"]


@pytest.mark.parametrize(
    ("name", "decoded"),
    [("Entw&APw-rfe", "Entwürfe"), ("A &- B", "A & B"), ("&Jjo-", "☺"), ("&!-x", "&!-x"), ("&A-", "&A-")],
)
def test_folder_names_in_modified_utf7(name: str, decoded: str) -> None:
    assert decode_utf7(name) == decoded


# mbox


def test_an_mbox_is_read_on_from_where_it_ended(tmp_path: Path) -> None:
    path = mbox(tmp_path / "mbox", [mail(f"m{n}", text="x" * 50_000) for n in range(40)])
    source = LocalMail(path, ME)
    cursor = source.pull(None, LOOM).cursor
    with path.open("ab") as file:
        file.write(FROM_LINE + mail("new") + b"\n")
    before = bytes_read()
    changes = source.pull(cursor, LOOM)
    assert (ids(changes), changes.looked_at) == (["new"], 1)
    assert bytes_read() - before < 200_000


def test_a_message_that_was_half_written_is_read_again(tmp_path: Path) -> None:
    path = mbox(tmp_path / "mbox", [mail("a"), mail("b", text="Dear Jonas,\n")])
    source = LocalMail(path, ME)
    cursor = source.pull(None, LOOM).cursor
    with path.open("ab") as file:
        file.write(b"we regret.\n\n" + FROM_LINE + mail("c") + b"\n")
    changes = source.pull(cursor, LOOM)
    assert ids(changes) == ["b", "c"]
    assert "we regret." in changes.messages[0].text + changes.messages[1].text


def test_an_mbox_that_was_rewritten_is_read_anew(tmp_path: Path) -> None:
    path = mbox(tmp_path / "mbox", [mail("a"), mail("b"), mail("c")])
    source = LocalMail(path, ME)
    cursor = source.pull(None, LOOM).cursor
    mbox(path, [mail("b"), mail("c"), mail("d"), mail("e", text="longer " * 200)])
    changes = source.pull(cursor, LOOM)
    assert {"d", "e"} <= set(ids(changes))
    assert source.pull(changes.cursor, LOOM).messages == ()


def test_an_mbox_replaced_by_a_maildir_is_read_anew(tmp_path: Path) -> None:
    path = mbox(tmp_path / "mail", [mail("a")])
    cursor = LocalMail(path, ME).pull(None, LOOM).cursor
    path.unlink()
    maildir(path, ("1.b", mail("b")))
    assert ids(LocalMail(path, ME).pull(cursor, LOOM)) == ["b"]


def test_from_lines_in_bodies(tmp_path: Path) -> None:
    tricky = "He wrote:\n\n>From here on it is easy.\n>>From there, too.\n\nFrom my side, all is well.\n"
    tricky += "\nFrom 10:30 on in 2026 I am free:\nplease call.\n"
    path = mbox(tmp_path / "mbox", [mail("a", text=tricky), mail("b")])
    changes = LocalMail(path, ME).pull(None, LOOM)
    assert ids(changes) == ["a", "b"]
    text = next(m for m in changes.messages if m.id.startswith("a@"))
    assert "\nFrom here on it is easy." in text.text
    assert "From my side" in text.text
    assert "please call." in text.text
    assert ">From there, too." in text.quoted


def test_thunderbirds_mbox_with_windows_line_ends_and_expunged_mail(tmp_path: Path) -> None:
    path = tmp_path / "Inbox"
    kept = b"From - Thu Oct 01 09:00:00 2026\nX-Mozilla-Status: 0001\n" + mail("a")
    bare = b"From \nX-Mozilla-Status: 0001\n" + mail("b")
    gone = b"From - Thu Oct 01 09:00:00 2026\nX-Mozilla-Status: 0009\n" + mail("c")
    path.write_bytes(b"\n".join([kept, bare, gone]).replace(b"\n", b"\r\n"))
    source = LocalMail(path, ME)
    changes = source.pull(None, LOOM)
    assert ids(changes) == ["a", "b"]
    assert source.pull(changes.cursor, LOOM).messages == ()


def test_labels_of_google_takeout_leave_spam_and_trash_out(tmp_path: Path) -> None:
    labels = ["Inbox,Opened", "Spam", "=?UTF-8?Q?Entw=C3=BCrfe?=", "Trash,Unread", "Chat"]
    path = mbox(
        tmp_path / "All mail.mbox",
        [mail(f"m{n}", extra=f"X-Gmail-Labels: {label}\n") for n, label in enumerate(labels)],
    )
    assert ids(LocalMail(path, ME).pull(None, LOOM)) == ["m0"]


def test_the_from_line_tells_the_delivery_time(tmp_path: Path) -> None:
    undated = mail("a").replace(b"Date: Thu, 1 Oct 2026 09:00:00 +0000\n", b"")
    (message,) = LocalMail(mbox(tmp_path / "mbox", [undated]), ME).pull(None, LOOM).messages
    assert message.date == datetime(2026, 10, 1, 9, tzinfo=UTC)


@pytest.mark.parametrize("shift", range(-40, 12, 3))
def test_no_message_is_missed_between_two_blocks(tmp_path: Path, shift: int) -> None:
    head = FROM_LINE + mail("a", text="")
    filler = b"y" * (4 * 1024 * 1024 - len(head) + shift)
    (tmp_path / "mbox").write_bytes(head + filler + b"\n\n" + FROM_LINE + mail("b"))
    assert [place.start for place in Mbox(tmp_path / "mbox").all()] == [0, 4 * 1024 * 1024 + shift + 2]


_LINES = st.lists(
    st.sampled_from(
        ["From x", ">From y", "From a@b.example Thu Oct  1 09:00:00 2026", "", "hello", "Subject: z", ">>From"]
    ),
    max_size=8,
)


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(_LINES, min_size=1, max_size=5))
def test_an_mbox_gives_back_what_was_put_in(tmp_path: Path, bodies: list[list[str]]) -> None:
    raws = [mail(f"m{n}", text="\n".join(["start", *lines, "end\n"])) for n, lines in enumerate(bodies)]
    file = io.BytesIO()
    for raw in raws:
        quoted = b"\n".join(
            b">" + line if line.lstrip(b">").startswith(b"From ") else line for line in raw.split(b"\n")[1:]
        )
        file.write(FROM_LINE + raw.split(b"\n")[0] + b"\n" + quoted + b"\n")
    path = tmp_path / "mbox"
    path.write_bytes(file.getvalue())
    shelf = Mbox(path)
    assert [shelf.whole(place)[0].rstrip(b"\n") for place in shelf.all()] == [raw.rstrip(b"\n") for raw in raws]


# One by one, for ``syncd classify``


def test_messages_of_a_single_file(tmp_path: Path) -> None:
    path = DATA / "thunderbird-flowed.eml"
    ((file, index, message),) = messages_in(path, ME)
    assert (file, index, message.direction) == (path, 0, Direction.SENT)
    ((_, _, guessed),) = messages_in(DATA / "gmail-interleaved.eml", None)
    assert guessed.direction is Direction.RECEIVED


def test_messages_of_mailboxes(tmp_path: Path) -> None:
    path = maildir(tmp_path / "Mail", ("2.b", mail("b")), ("1.a:2,S", mail("a")))
    maildir(path / ".Trash", ("1.x", mail("x")))
    assert [(file.name, index, m.id) for file, index, m in messages_in(path, ME)] == [
        ("1.a:2,S", 0, "a@mail.example"),
        ("2.b", 0, "b@mail.example"),
    ]
    box = mbox(tmp_path / "mbox", [mail("a"), mail("b")])
    assert [(index, m.id) for _, index, m in messages_in(box, ME)] == [(0, "a@mail.example"), (1, "b@mail.example")]


def test_no_messages_in_other_files(tmp_path: Path) -> None:
    (tmp_path / "x.ics").write_text("BEGIN:VCALENDAR\nEND:VCALENDAR\n")
    (tmp_path / "x.bin").write_bytes(bytes(range(256)))
    (tmp_path / "dir").mkdir()
    for name in ("x.ics", "x.bin", "dir", "missing.eml"):
        with pytest.raises(BadInput, match=name):
            list(messages_in(tmp_path / name, ME))


def test_since_is_exact(tmp_path: Path) -> None:
    maildir(tmp_path, ("1.a", mail("a")))
    at = datetime(2026, 10, 1, 9, tzinfo=UTC)
    later = Interest(since=at + timedelta(seconds=1), domains=LOOM.domains)
    assert LocalMail(tmp_path, ME).pull(None, later).messages == ()
    assert ids(LocalMail(tmp_path, ME).pull(None, Interest(since=at, domains=LOOM.domains))) == ["a"]


def test_a_pull_passes_a_checkpoint_before_each_file_and_can_be_stopped_there(tmp_path: Path) -> None:
    root = maildir(tmp_path, *((f"{n}.a", mail(str(n))) for n in range(5)))
    left = 3

    def checkpoint() -> None:
        nonlocal left
        left -= 1
        if left < 0:
            raise Stopped("asked to end")

    with pytest.raises(Stopped):
        LocalMail(root, ME, checkpoint).pull(None, LOOM)
    left = 100
    assert ids(LocalMail(root, ME, checkpoint).pull(None, LOOM)) == ["0", "1", "2", "3", "4"]
    assert left == 100 - 2 * 5  # each by its header, and then whole


def test_a_maildir_that_may_not_be_looked_into_is_said_to_be_one(tmp_path, monkeypatch):
    maildir(tmp_path / "Sent")
    monkeypatch.chdir(tmp_path)
    with _nobody(tmp_path):
        Path("Sent").chmod(0)
        try:
            with pytest.raises(BadInput, match=r"^Sent: can't be read \(Permission denied\); see whose it is$"):
                LocalMail(Path("Sent"), ME).pull(None, LOOM)
            (found,) = sources.mail(Path("Sent"))
            assert (found.level, found.text) == (Level.PROBLEM, "Sent can't be read")
            Path("Sent").chmod(0o700)
            Path("Sent/cur").chmod(0)
            _, found = sources.mail(Path("Sent"))
            assert (found.level, found.text.partition(":")[0]) == (Level.WARNING, "Sent")
        finally:
            Path("Sent").chmod(0o700)
            Path("Sent/cur").chmod(0o700)


@contextmanager
def _nobody(folder: Path) -> Iterator[None]:
    """Be somebody whom permissions hold, also where root runs the tests; what is in *folder* is then theirs."""
    if os.geteuid():
        yield
        return
    for path in (folder, *folder.rglob("*")):
        os.chown(path, 65534, 65534)
    os.setresuid(65534, 65534, 0)
    try:
        yield
    finally:
        os.setresuid(0, 0, 0)
