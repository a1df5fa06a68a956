"""Gmail as a mail source: what it gives, and what it costs, over HTTP and with the real client library."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from syncd.backends.google.mail import GoogleMail
from syncd.backends.google.session import Session
from syncd.errors import Unreachable
from syncd.formats.mime import read_eml
from syncd.interest import Interest
from syncd.model import Account, Direction
from syncd.ports import MailChanges
from tests.contract.google_world import session
from tests.fake_google.batch import PART
from tests.fake_google.server import FakeGoogle, Fault
from tests.fake_google.wire import Answer, Request

ME = Account("jonas.wirth@wirthmail.example", ("jw@wirthmail.example",))
NOW = datetime(2026, 11, 1, 9, tzinfo=UTC)
SINCE = NOW - timedelta(days=60)
LOOM = Interest(since=SINCE, domains=frozenset({"brightloom.example"}), subject_words=frozenset({"interview"}))
KRAN = replace(LOOM, domains=LOOM.domains | {"kranwerk.example"}, companies=frozenset({"kranwerk"}))
ADA = "Adaeze Okafor <adaeze@brightloom.example>"
TILDA = "Tilda Quist <tilda@elsewhere.example>"
PROFILE, HISTORY, LIST, GET, THREAD = 1, 2, 5, 20, 40


class Gmail:
    """A mailbox, its source, and what was asked since the last look."""

    def __init__(self, google: FakeGoogle, opened: Session) -> None:
        self.google, self.session = google, opened
        self.box = google.mailbox
        self.source = GoogleMail(opened, ME)

    def mail(
        self, key: str, sender: str = ADA, subject: str = "Hello", *labels: str, days: float = 10, **more: str
    ) -> str:
        message = raw(key, sender, subject, days=days, **more)
        return self.box.deliver(message, labels or ("INBOX",), NOW - timedelta(days=days))

    def pull(self, cursor: str | None = None, interest: Interest = LOOM) -> MailChanges:
        self.google.log.clear()
        self.google.parts.clear()
        before = self.box.units
        try:
            return self.source.pull(cursor, interest)
        finally:
            self.units = self.box.units - before

    def settled(self, interest: Interest = LOOM) -> MailChanges:
        """The first pull, and the one that searches again: later ones cost what is new."""
        first = self.pull(None, interest)
        self.mail("noise", "news@elsewhere.example", "Nothing")
        return self.pull(first.cursor, interest)

    @property
    def asked(self) -> list[str]:
        """The last part of each path."""
        return [exchange.request.path.rpartition("/")[2] for exchange in self.google.seen()]

    @property
    def queries(self) -> list[str]:
        return [e.request.one("q") for e in self.google.log if e.request.path.endswith("/messages")]

    @property
    def gets(self) -> list[Request]:
        """Each message asked for, in a batch or alone."""
        found = [exchange.request for exchange in [*self.google.parts, *self.google.log]]
        return [request for request in found if "/messages/" in request.path]


def raw(
    key: str,
    sender: str = ADA,
    subject: str = "Hello",
    refers: str = "",
    days: float = 10,
    to: str = ME.email,
    more: str = "",
    text: str = "See you on Friday.",
) -> bytes:
    at = NOW - timedelta(days=days)
    head = f"From: {sender}\nTo: {to}\nSubject: {subject}\nDate: {at:%a, %d %b %Y %H:%M:%S +0000}\n"
    head += f"Message-ID: <{key}@mail.example>\n" if key else ""
    head += "".join(f"References: <{each}@mail.example>\n" for each in refers.split())
    return f"{head}{more}Content-Type: text/plain; charset=utf-8\n\n{text}\n".encode()


def ids(changes: MailChanges) -> list[str]:
    return sorted(message.id.removesuffix("@mail.example") for message in changes.messages)


@pytest.fixture
def gmail(tmp_path: Path) -> Iterator[Gmail]:
    with FakeGoogle(ME.email, now=NOW) as google, session(google, tmp_path) as opened:
        yield Gmail(google, opened)


# What it costs


def test_an_idle_pull_is_one_request_of_two_units(gmail: Gmail) -> None:
    gmail.mail("a")
    gmail.box.add_noise(30)
    cursor = gmail.pull().cursor
    again = gmail.pull(cursor)
    assert (gmail.asked, gmail.units) == (["history"], HISTORY)
    assert (again.messages, again.looked_at, again.cursor) == ((), 0, cursor)
    assert gmail.session.traffic.gmail_units == gmail.box.units


def test_the_first_pull_asks_for_what_concerns_the_interviews(gmail: Gmail) -> None:
    for number in range(30):
        gmail.mail(f"a{number}", subject=f"Your day at our place {number}")
    gmail.box.add_noise(3000)
    changes = gmail.pull()
    assert len(changes.messages) == changes.looked_at == 30
    # Profile; the search by people; two batches; the search for the rest of those threads; the search by words.
    assert gmail.asked == ["profile", "messages", "batch", "batch", "messages", "messages"]
    assert gmail.units == PROFILE + 3 * LIST + 30 * GET


def test_the_size_of_the_mailbox_costs_nothing(gmail: Gmail) -> None:
    gmail.mail("a", subject="Your interview")
    gmail.pull()
    small, asked = gmail.units, gmail.asked
    gmail.box.add_noise(20_000)
    assert ids(gmail.pull()) == ["a"]
    assert (gmail.units, gmail.asked) == (small, asked)


def test_batches_stay_small_and_all_is_asked_by_get(gmail: Gmail) -> None:
    for number in range(60):
        gmail.mail(f"a{number}")
    interest = replace(LOOM, domains=LOOM.domains | {f"company-number-{n}.example" for n in range(150)})
    assert len(gmail.pull(None, interest).messages) == 60
    batches = [e.request for e in gmail.google.log if e.request.path == "/batch"]
    assert [batch.body.count(b"GET /gmail/v1/users/me/messages/") for batch in batches] == [25, 25, 10]
    assert {e.request.method for e in gmail.google.seen() if e.request.path != "/batch"} == {"GET"}


def test_a_busy_name_brings_its_newest_and_does_not_drown_the_others(gmail: Gmail) -> None:
    """A company that is called by a common word, in a mailbox that is full of it."""
    for number in range(700):
        gmail.mail(f"x{number}", TILDA, "Box sale", days=1 + number / 20)
    gmail.mail("old", "jo@ats.example", "Your application to Kranwerk", days=55)
    changes = gmail.pull(None, replace(LOOM, companies=frozenset({"box", "kranwerk"})))
    given = ids(changes)
    assert "old" in given
    assert 60 <= len(given) <= 90
    assert "x0" in given and "x650" not in given


def test_of_mail_that_merely_speaks_of_interviews_the_newest_is_read(gmail: Gmail) -> None:
    gmail.mail("old", "jo@ats.example", "Interview on Monday", days=3)
    gmail.mail("mine", subject="Our interview", days=50)
    gmail.box.add_noise(5000, kinds=("jobs",), days=50, until=NOW - timedelta(days=4))
    first = gmail.pull()
    assert len(first.messages) == 51
    assert {"old", "mine"} <= set(ids(first))
    assert first.warnings == ()
    assert gmail.units < 51 * GET + 12 * LIST
    gmail.box.expire_history()
    gmail.mail("new", "jo@ats.example", "Interview on Tuesday", days=1)
    assert ids(gmail.pull(first.cursor)) == ["new"]  # and not the next fifty


@pytest.mark.parametrize(
    ("interest", "most"),
    [(LOOM, 60), (Interest(since=SINCE, addresses=frozenset({"adaeze@brightloom.example"})), 100)],
    ids=["domain", "address"],
)
def test_a_busy_person_is_told_about(gmail: Gmail, interest: Interest, most: int) -> None:
    for number in range(150):
        gmail.mail(f"a{number}", subject=f"Daily {number}", days=1 + number / 10)
    changes = gmail.pull(None, interest)
    assert ids(changes) == sorted(f"a{number}" for number in range(most))
    (warning,) = changes.warnings
    assert f"only the newest {most} personal messages" in warning
    assert "from:" in warning and "brightloom.example" in warning


@pytest.mark.parametrize(
    "word", ["To unsubscribe, go there.", "Hier können Sie sich abmelden.", "Se désabonner", "Cancelar la suscripción"]
)
def test_of_bulk_mail_of_a_firm_a_few_are_read_and_all_that_persons_write(gmail: Gmail, word: str) -> None:
    """An interview with a shop where one is a customer: its letters are newer, and many."""
    for number in range(300):
        gmail.mail(f"x{number}", "News <news@brightloom.example>", f"Offer {number}", days=1 + number / 100, text=word)
    for number in range(40):
        gmail.mail(f"a{number}", subject=f"Your day {number}", days=20)
    gmail.mail("sent", ME.email, "My question", "SENT", to="adaeze@brightloom.example", days=50)
    changes = gmail.pull()
    bulk = [name for name in ids(changes) if name.startswith("x")]
    assert sorted(bulk) == sorted(f"x{number}" for number in range(20))
    assert len(changes.messages) == 20 + 40 + 1
    assert changes.warnings == ()
    assert gmail.units < 61 * GET + 25 * LIST


def test_forty_interviews_some_with_firms_that_send_bulk_mail(gmail: Gmail) -> None:
    for firm in range(40):
        gmail.mail(f"a{firm}", f"Ada <ada@firm{firm}.example>", f"Your day {firm}")
        for number in range(500 if firm < 5 else 0):
            name = f"Firm{firm} <shop@firm{firm}.example>"
            gmail.mail(f"x{firm}.{number}", name, f"Order {firm} {number}", text="Your parcel. Unsubscribe: here")
    firms = replace(
        LOOM,
        domains=frozenset(f"firm{n}.example" for n in range(40)),
        companies=frozenset(f"firm{n}" for n in range(40)),
    )
    first = gmail.pull(None, firms)
    assert {f"a{firm}" for firm in range(40)} <= set(ids(first))
    assert gmail.units < (40 + 5 * 20) * GET + 150 * LIST < 5500, "within what a minute allows"


# Later pulls


def test_new_mail_is_looked_at_by_its_headers_and_only_wanted_mail_is_opened(gmail: Gmail) -> None:
    cursor = gmail.settled().cursor
    wanted, other = gmail.mail("a"), gmail.mail("x", TILDA, text="Something secret.")
    changes = gmail.pull(cursor)
    assert (ids(changes), changes.looked_at) == (["a"], 2)
    opened = {(request.path.rpartition("/")[2], request.one("format")) for request in gmail.gets}
    assert opened == {(wanted, "metadata"), (other, "metadata"), (wanted, "full")}
    assert gmail.units == HISTORY + 3 * GET
    assert not any(b"secret" in e.answer.data for e in [*gmail.google.log, *gmail.google.parts])  # not in a snippet
    gmail.pull(changes.cursor)
    assert gmail.asked == ["history"]


def test_mail_in_a_known_thread_is_opened_at_once(gmail: Gmail) -> None:
    gmail.mail("a")
    cursor = gmail.settled().cursor
    gmail.mail("b", TILDA, "Re: Hello", refers="a")
    gmail.mail("c", ME.email, "Re: Hello", "SENT", refers="a b", to="tilda@elsewhere.example")
    changes = gmail.pull(cursor)
    assert ids(changes) == ["b", "c"]
    assert gmail.units == HISTORY + 2 * GET
    assert len({message.thread for message in changes.messages}) == 1


def test_a_wider_interest_asks_for_what_is_new_in_it(gmail: Gmail) -> None:
    for number in range(20):
        gmail.mail(f"a{number}")
    gmail.mail("k", "Aylin <aylin@kranwerk.example>", "Ihre Bewerbung")
    cursor = gmail.pull().cursor
    changes = gmail.pull(cursor, KRAN)
    assert ids(changes) == ["k"]
    assert not any("brightloom" in query for query in gmail.queries)
    assert gmail.units == HISTORY + LIST + GET + LIST
    gmail.pull(changes.cursor, KRAN)
    assert gmail.asked == ["history"]


def test_an_interest_that_comes_back_is_asked_for_again(gmail: Gmail) -> None:
    gmail.mail("k1", "aylin@kranwerk.example", "Eins")
    cursor = gmail.pull(gmail.pull(None, KRAN).cursor, LOOM).cursor
    gmail.mail("k2", "aylin@kranwerk.example", "Zwei")  # of no interest just now
    cursor = gmail.pull(cursor, LOOM).cursor
    assert ids(gmail.pull(cursor, KRAN)) == ["k2"]


def test_a_window_that_grows_brings_what_lies_between_and_no_more(gmail: Gmail) -> None:
    gmail.mail("new")
    gmail.mail("old", days=80)
    gmail.mail("oldest", days=120)
    cursor = gmail.pull().cursor
    longer = replace(LOOM, since=NOW - timedelta(days=90))
    changes = gmail.pull(cursor, longer)
    assert ids(changes) == ["old"]
    gmail.pull(changes.cursor, longer)
    assert gmail.asked == ["history"]


@pytest.mark.parametrize("lost", ["expired", "refused", "in the future"])
def test_a_lost_history_is_one_search_and_then_history_again(gmail: Gmail, lost: str) -> None:
    gmail.mail("a")
    gmail.mail("b", TILDA, "Re: Hello", refers="a")
    cursor = gmail.pull().cursor
    gmail.mail("c")
    gmail.mail("d", TILDA, "Re: Hello", refers="a")
    gmail.mail("x", TILDA, "Nothing")
    if lost == "expired":
        gmail.box.expire_history()
    elif lost == "refused":
        gmail.google.fail(Fault.refused(400, "invalidArgument"), where=lambda request: "/history" in request.path)
    else:
        cursor = json.dumps(json.loads(cursor) | {"history": str(10**19)})
    changes = gmail.pull(cursor)
    assert ids(changes) == ["c", "d"]
    assert gmail.asked[:2] == ["history", "profile"]  # before the search, so that nothing falls in between
    assert len([request for request in gmail.gets if request.one("format") == "full"]) == 2
    gmail.pull(changes.cursor)
    assert gmail.asked == ["history"]


def test_a_history_that_is_lost_for_ever_makes_no_loop(gmail: Gmail) -> None:
    gmail.mail("a")
    cursor = gmail.pull().cursor
    for _ in range(3):
        gmail.google.fail(Fault.refused(404, "notFound"), where=lambda request: "/history" in request.path)
        cursor = gmail.pull(cursor).cursor
        assert gmail.asked[:2] == ["history", "profile"]
        assert len(gmail.asked) <= 6
        assert gmail.gets == []  # all of it is known


def test_what_comes_during_the_search_comes_next_time(gmail: Gmail) -> None:
    gmail.mail("a")

    class Late(GoogleMail):
        def _current(self, warnings: list[str]) -> str:
            told = super()._current(warnings)
            gmail.box.unlisted.add(gmail.mail("late"))
            return told

    first = Late(gmail.session, ME).pull(None, LOOM)
    assert ids(first) == ["a"]
    assert ids(gmail.pull(first.cursor)) == ["late"]


def test_mail_that_the_search_did_not_know_yet_is_found_with_the_next_that_comes(gmail: Gmail) -> None:
    gmail.mail("a")
    late = gmail.mail("late")
    gmail.box.unlisted.add(late)
    first = gmail.pull()
    assert ids(first) == ["a"]
    idle = gmail.pull(first.cursor)
    assert (gmail.asked, gmail.units) == (["history"], HISTORY), "nothing new, and only that is asked"
    gmail.box.unlisted.clear()
    other = gmail.mail("x", TILDA, "Nothing")
    second = gmail.pull(idle.cursor)
    assert ids(second) == ["late"]
    read = [request.path.rpartition("/")[2] for request in gmail.gets]
    assert sorted(read) == sorted([late, other]), "of what is found, only what is new"
    gmail.mail("y", TILDA, "Nothing")
    third = gmail.pull(second.cursor)
    assert (third.messages, gmail.queries) == ((), []), "once"


def test_after_a_wider_interest_only_what_is_new_in_it_is_searched_again(gmail: Gmail) -> None:
    gmail.mail("a")
    cursor = gmail.pull(gmail.settled().cursor, KRAN).cursor
    gmail.box.unlisted.clear()
    gmail.mail("k", "aylin@kranwerk.example", "Eins")
    gmail.mail("x", TILDA, "Nothing")
    gmail.pull(cursor, KRAN)
    assert any("kranwerk.example" in query for query in gmail.queries)
    assert not any("brightloom" in query for query in gmail.queries)


def test_what_comes_while_the_history_is_read_comes_with_the_next_pull(gmail: Gmail) -> None:
    """Each page of the history says how far it goes by then; only the first one's id is before all that may be missed."""
    cursor = gmail.settled().cursor
    page: dict[str, object] = {"historyId": str(gmail.box.history.current), "nextPageToken": "2"}
    gmail.google.fail(Fault(Answer(200, page)), where=lambda request: "/history" in request.path)

    def arriving(request: Request) -> bool:
        if request.one("pageToken"):
            gmail.mail("late")
            page.update(historyId=str(gmail.box.history.current))
            page.pop("nextPageToken", None)
        return bool(request.one("pageToken"))

    gmail.google.fail(Fault(Answer(200, page)), where=arriving)
    changes = gmail.pull(cursor)
    assert changes.messages == ()
    assert ids(gmail.pull(changes.cursor)) == ["late"]


def test_very_much_new_mail_is_searched_and_not_looked_through(gmail: Gmail) -> None:
    gmail.mail("a")
    cursor = gmail.pull().cursor
    for number in range(150):
        gmail.mail(f"x{number}", TILDA, f"Nothing {number}")
    gmail.mail("b")
    gmail.mail("c", TILDA, "Re: Hello", refers="a")
    changes = gmail.pull(cursor)
    assert ids(changes) == ["b", "c"]
    assert gmail.units < 200
    gmail.pull(changes.cursor)
    assert gmail.asked == ["history"]


def test_reading_and_archiving_mail_costs_nothing(gmail: Gmail) -> None:
    names = [gmail.mail(f"a{number}", ADA, "Hello", "INBOX", "UNREAD") for number in range(30)]
    cursor = gmail.pull().cursor
    for name in names:
        gmail.box.label(name, add=("STARRED", "Jobs"), remove=("UNREAD", "INBOX"))
    assert gmail.pull(cursor).messages == ()
    assert (gmail.asked, gmail.units) == (["history"], HISTORY)


@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "nonsense",
        "{}",
        "[]",
        '{"version":1}',
        '{"version":1,"history":"x"}',
        '{"version":99,"history":"1"}',
        "1" * 9,
    ],
)
def test_a_cursor_that_is_none_of_ours_begins_anew(gmail: Gmail, cursor: str) -> None:
    gmail.mail("a")
    assert ids(gmail.pull(cursor)) == ["a"]


def test_the_cursor_does_not_grow_without_end(gmail: Gmail) -> None:
    told = json.loads(gmail.pull().cursor)
    told |= {"given": [f"{n:016x}" for n in range(20_000)], "threads": {f"{n:016x}": "s" for n in range(20_000)}}
    told |= {"passed": [f"{n:016x}" for n in range(20_000)], "again": {f"{n:x}": 1 for n in range(9)}}
    gmail.mail("a")
    changes = gmail.pull(json.dumps(told))
    assert ids(changes) == ["a"]
    assert len(changes.cursor) < 250_000


# Threads


def test_a_thread_is_followed_to_people_of_no_interest(gmail: Gmail) -> None:
    """An assistant at another domain answers, the user writes to her, she forwards it: none is of interest alone."""
    gmail.mail("a", subject="Your visit", days=20)
    gmail.mail("b", TILDA, "RE: Your visit", refers="a", days=19)
    gmail.mail("c", ME.email, "AW: Your visit", "SENT", refers="b", to="tilda@elsewhere.example", days=18)
    gmail.mail("x", TILDA, "Your visit", days=17)  # another thread of the same subject
    changes = gmail.pull()
    assert ids(changes) == ["a", "b", "c"]
    assert [message.direction for message in changes.messages][2] is Direction.SENT
    assert gmail.units == PROFILE + 2 * LIST + 3 * GET + LIST + GET  # the last: the headers of x


def test_a_thread_without_a_subject_is_opened(gmail: Gmail) -> None:
    gmail.mail("a", subject="")
    gmail.mail("b", TILDA, "Re:", refers="a")
    assert ids(gmail.pull()) == ["a", "b"]
    assert gmail.units == PROFILE + 2 * LIST + 2 * GET + THREAD


def test_a_thread_that_becomes_wanted_brings_its_beginning(gmail: Gmail) -> None:
    gmail.mail("a", TILDA, "Coffee", days=9)
    cursor = gmail.pull().cursor
    gmail.mail("b", ME.email, "Re: Coffee", "SENT", refers="a", to="tilda@elsewhere.example, maja@brightloom.example")
    changes = gmail.pull(cursor)
    assert ids(changes) == ["a", "b"]
    gmail.mail("c", TILDA, "Re: Coffee", refers="a b")
    assert ids(gmail.pull(changes.cursor)) == ["c"]


def test_an_answer_under_another_subject_is_known_by_what_it_refers_to(gmail: Gmail) -> None:
    gmail.mail("a")
    cursor = gmail.pull().cursor
    gmail.mail("b", TILDA, "Something else", refers="a")
    known = replace(LOOM, messages=frozenset({"a@mail.example"}))
    assert ids(gmail.pull(cursor, known)) == ["b"]


def test_reply_to_counts_in_new_mail(gmail: Gmail) -> None:
    cursor = gmail.pull().cursor
    gmail.mail("a", "noreply@ats.example", "Your application", more="Reply-To: jobs@brightloom.example\n")
    assert ids(gmail.pull(cursor)) == ["a"]


# What isn't mail


def test_drafts_spam_trash_and_chats_are_left_out_always(gmail: Gmail) -> None:
    gmail.mail("d1", ADA, "Hello", "DRAFT")
    gmail.mail("s1", ADA, "Hello", "SPAM")
    gmail.mail("t1", ADA, "Hello", "TRASH")
    gmail.box.chat("brightloom interview", "adaeze@brightloom.example")
    first = gmail.pull()
    assert first.messages == ()
    draft = gmail.box.draft(raw("d2", ME.email, to="adaeze@brightloom.example"))
    draft = gmail.box.redraft(draft, raw("d3", ME.email, to="adaeze@brightloom.example"))
    gmail.mail("s2", ADA, "Hello", "SPAM")
    gmail.box.label(gmail.mail("t2"), add=("TRASH",), remove=("INBOX",))
    gmail.box.chat("brightloom interview", "adaeze@brightloom.example")
    second = gmail.pull(first.cursor)
    assert second.messages == ()
    gmail.box.send(draft, raw("sent", ME.email, to="adaeze@brightloom.example"))
    third = gmail.pull(second.cursor)
    assert ids(third) == ["sent"]
    assert third.messages[0].direction is Direction.SENT


@pytest.mark.parametrize("place", ["SPAM", "TRASH"])
def test_mail_that_is_taken_out_of_spam_or_trash_is_given(gmail: Gmail, place: str) -> None:
    name = gmail.mail("a", ADA, "Hello", place)
    cursor = gmail.pull().cursor
    gmail.box.label(name, add=("INBOX",), remove=(place,))
    changes = gmail.pull(cursor)
    assert ids(changes) == ["a"]
    gmail.box.label(name, add=(place,), remove=("INBOX",))
    gmail.box.label(name, add=("INBOX",), remove=(place,))
    assert gmail.pull(changes.cursor).messages == ()


# What comes as it is


def test_it_reads_as_from_a_file(gmail: Gmail) -> None:
    folder = Path(__file__).parent / "data" / "mail"
    files = sorted(folder.glob("*.eml"))
    for path in files:
        gmail.box.deliver(path.read_bytes(), at=NOW)
    domains = {"example"}  # of all of them
    found = {m.id: m for m in gmail.pull(None, replace(LOOM, domains=frozenset(domains), since=SINCE)).messages}
    for path in files:
        expected = read_eml(path.read_bytes(), ME, NOW)
        assert replace(found[expected.id], thread="") == expected, path.stem


def test_attachments_are_named_and_never_fetched_and_a_large_text_is(gmail: Gmail) -> None:
    long = "A line of a long letter.\n" * 20_000
    body = (
        'MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary="b"\n\n--b\nContent-Type: text/plain\n\n'
        f"See you on Friday.\n{long}\n--b\nContent-Type: application/pdf\nContent-Transfer-Encoding: base64\n"
        'Content-Disposition: attachment; filename="cv.pdf"\n\n'
        f"{base64.encodebytes(b'x' * 300_000).decode()}\n--b\nContent-Type: text/plain\n"
        'Content-Disposition: attachment; filename="notes.txt"\n\nnotes\n--b--\n'
    )
    head = raw("a").partition(b"Content-Type")[0]
    gmail.box.deliver(head + body.encode(), at=NOW)
    (message,) = gmail.pull().messages
    assert message.text.startswith("See you on Friday.\nA line")
    assert message.attachments == ("cv.pdf", "notes.txt")
    fetched = [e.request.path for e in gmail.google.log if "/attachments/" in e.request.path]
    assert len(fetched) == 1
    assert gmail.google.bytes_out < 700_000


def test_a_text_that_is_kept_apart_and_can_not_be_had_is_told(gmail: Gmail) -> None:
    name = gmail.mail("a", text="long " * 100_000)
    gmail.google.fail(Fault.refused(400, "invalidArgument"), where=lambda request: "/attachments/" in request.path)
    changes = gmail.pull()
    assert ids(changes) == ["a"]
    assert changes.messages[0].text == ""
    assert name in changes.warnings[0]


def test_a_message_to_oneself_is_one_that_was_sent(gmail: Gmail) -> None:
    gmail.mail("a", ME.email, "My interview", "INBOX", "SENT")
    (message,) = gmail.pull().messages
    assert message.direction is Direction.SENT


def test_of_two_copies_the_one_that_was_sent_is_given(gmail: Gmail) -> None:
    gmail.mail("a", "lists@elsewhere.example", "My interview")
    gmail.mail("a", "lists@elsewhere.example", "My interview", "SENT")
    first = gmail.pull()
    assert [message.direction for message in first.messages] == [Direction.SENT]
    gmail.pull(first.cursor)
    assert gmail.asked == ["history"]


def test_mail_without_a_message_id_is_given_once(gmail: Gmail) -> None:
    gmail.mail("", subject="Hello")
    first = gmail.pull()
    assert [message.id.partition(":")[0] for message in first.messages] == ["sha256"]
    assert gmail.pull(first.cursor).messages == ()


def test_whose_mailbox_it_is_is_told_where_it_is_another_ones(tmp_path: Path) -> None:
    with FakeGoogle("somebody@else.example", now=NOW) as google, session(google, tmp_path) as opened:
        first = Gmail(google, opened).pull()
    assert "somebody@else.example" in first.warnings[0]
    assert "[account]" in first.warnings[0]


# Faults


def of_message(name: str) -> Callable[[Request], bool]:
    return lambda request: request.path.endswith(f"/messages/{name}")


def to_read(request: Request) -> bool:
    """Whether messages are asked for, several or one."""
    return request.path == "/batch" or ("/messages/" in request.path and PART not in request.headers)


def test_a_message_that_is_gone_by_now_is_passed_over(gmail: Gmail) -> None:
    gone = gmail.mail("a")
    gmail.mail("b")
    gmail.google.fail(Fault.refused(404, "notFound"), where=of_message(gone))
    changes = gmail.pull()
    assert (ids(changes), changes.warnings) == (["b"], ())
    gmail.pull(changes.cursor)
    assert gmail.asked == ["history"]


@pytest.mark.parametrize("later", [False, True])
def test_a_message_that_is_refused_is_named_and_asked_for_again(gmail: Gmail, later: bool) -> None:
    first = gmail.pull() if later else None
    bad = gmail.mail("a")
    gmail.mail("b")
    gmail.google.fail(Fault.refused(400, "failedPrecondition", "Mail service not enabled"), where=of_message(bad))
    second = gmail.pull(first.cursor if first else None)
    assert ids(second) == ["b"]
    assert len(second.warnings) == 1
    assert bad in second.warnings[0]
    third = gmail.pull(second.cursor)
    assert (ids(third), third.warnings) == (["a"], ())
    gmail.pull(third.cursor)
    assert gmail.asked == ["history"]


def test_a_message_that_is_refused_again_and_again_is_given_up(gmail: Gmail) -> None:
    bad = gmail.mail("a")
    gmail.google.fail(Fault.refused(400, "failedPrecondition"), times=100, where=of_message(bad))
    cursor, warned = None, 0
    for _ in range(25):
        changes = gmail.pull(cursor)
        cursor, warned = changes.cursor, warned + len(changes.warnings)
    assert warned == 20
    assert gmail.asked == ["history"]


def test_parts_that_come_too_fast_are_asked_for_again(gmail: Gmail) -> None:
    for number in range(40):
        gmail.mail(f"a{number}")
    gmail.box.concurrent_parts_limit = 10
    changes = gmail.pull()
    assert len(changes.messages) == 40
    assert changes.warnings == ()


def test_one_message_that_gmail_always_stumbles_over_does_not_hold_up_the_others(gmail: Gmail) -> None:
    cursor = gmail.pull().cursor
    bad = gmail.mail("a")
    gmail.google.fail(Fault.backend_error(), times=10_000, where=of_message(bad))
    for pull in range(22):
        gmail.mail(f"b{pull}")
        fresh = GoogleMail(gmail.session, ME)
        changes = fresh.pull(cursor, LOOM)
        cursor = changes.cursor
        assert ids(changes) == [f"b{pull}"]
        assert (bad in "".join(changes.warnings)) == (pull < 20)


@pytest.mark.parametrize("where", ["/messages?", "/messages/", "/profile?"])
def test_where_gmail_is_out_of_order_the_pull_fails_and_the_next_brings_all(gmail: Gmail, where: str) -> None:
    for number in range(5):
        gmail.mail(f"a{number}")
    gmail.google.fail(Fault.backend_error(), times=10_000, where=lambda request: where in f"{request.path}?")
    with pytest.raises(Unreachable):
        gmail.pull()
    assert gmail.google.log and len(gmail.google.log) < 30
    gmail.google.faults.clear()
    assert len(gmail.pull().messages) == 5


@pytest.mark.parametrize("after", [1, 3])
def test_a_first_pull_that_breaks_off_gives_what_it_has_and_the_next_goes_on(gmail: Gmail, after: int) -> None:
    for number in range(100):
        domain = "brightloom.example" if number % 2 else "kranwerk.example"
        gmail.mail(f"a{number:02}", f"Ada <ada@{domain}>", f"Your day {number}", days=1 + number / 10)
    gmail.mail("b", TILDA, "Re: Your day 0", refers="a00")
    gmail.google.fail(Fault.backend_error(), where=to_read, after=after, times=10_000)
    first = gmail.pull(None, KRAN)
    assert len(first.messages) == after * 25
    assert not first.complete
    assert f"out of order (500); try again later; {after * 25} messages were read until then" in first.warnings[-1]
    with pytest.raises(Unreachable):  # no step farther: the service can't be reached, and that is said
        GoogleMail(gmail.session, ME).pull(first.cursor, KRAN)
    gmail.google.faults.clear()
    gmail.mail("c", days=0)
    second = gmail.pull(first.cursor, KRAN)
    assert second.complete
    assert sorted([*ids(first), *ids(second)]) == [*(f"a{number:02}" for number in range(100)), "b", "c"]
    gmail.pull(second.cursor, KRAN)
    assert gmail.asked == ["history"]


@pytest.mark.parametrize("how", ["wider interest", "longer time", "lost history"])
def test_a_later_search_that_breaks_off_goes_on_too_and_loses_nothing(gmail: Gmail, how: str) -> None:
    for number in range(50):
        gmail.mail(f"k{number:02}", "Ada <ada@kranwerk.example>", f"Ihr Tag {number}", days=1 + number / 10)
        gmail.mail(f"o{number:02}", subject=f"Old {number}", days=70 + number / 10)
    cursor, interest = gmail.settled().cursor, LOOM
    if how == "wider interest":
        interest = KRAN
    elif how == "longer time":
        interest = replace(LOOM, since=SINCE - timedelta(days=30))
    else:
        for number in range(50):
            gmail.mail(f"n{number:02}", subject=f"New {number}", days=0)
        gmail.box.expire_history()
    after = 1 if how == "lost history" else 2  # else what is new is looked at first
    gmail.google.fail(Fault.backend_error(), where=to_read, after=after, times=10_000)
    gmail.mail("d", subject="In between", days=0)
    broken = gmail.pull(cursor, interest)
    gmail.google.faults.clear()
    assert not broken.complete
    again = gmail.pull(broken.cursor, interest)
    assert again.complete
    names = {"wider interest": "k", "longer time": "o", "lost history": "n"}[how]
    assert sorted({*ids(broken), *ids(again)}) == ["d", *(f"{names}{number:02}" for number in range(50))]
    gmail.pull(again.cursor, interest)
    assert gmail.asked == ["history"]


def test_a_long_text_that_is_still_to_come_is_not_given_without_it(gmail: Gmail) -> None:
    gmail.mail("a", subject="One")
    gmail.mail("b", subject="Two", text="long " * 60_000)
    gmail.google.fail(Fault.backend_error(), times=99, where=lambda request: "/attachments/" in request.path)
    first = gmail.pull()
    assert (ids(first), first.complete) == (["a"], False)
    gmail.google.faults.clear()
    second = gmail.pull(first.cursor)
    assert (ids(second), second.complete) == (["b"], True)
    assert second.messages[0].text.startswith("long long")


def test_a_question_that_is_refused_costs_only_its_own_answer(gmail: Gmail) -> None:
    gmail.mail("a")
    gmail.mail("k", "aylin@kranwerk.example", "Eins")
    gmail.google.fail(
        Fault.refused(400, "invalidArgument"), times=9, where=lambda request: "kranwerk.example" in request.one("q")
    )
    changes = gmail.pull(None, replace(LOOM, domains=LOOM.domains | {"kranwerk.example"}))
    assert ids(changes) == ["a"]
    assert "kranwerk.example" in changes.warnings[0]


@pytest.mark.parametrize("answer", [{}, {"historyId": None}, {"historyId": "", "emailAddress": 5}])
def test_a_profile_without_a_history_is_no_beginning(gmail: Gmail, answer: dict[str, object]) -> None:
    gmail.google.fail(Fault(Answer(200, answer)), where=lambda request: request.path.endswith("/profile"))
    with pytest.raises(Unreachable):
        gmail.pull()
