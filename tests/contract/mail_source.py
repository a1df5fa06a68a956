"""The laws of ``ports.MailSource``: a back end's test gives a ``mailbox`` fixture and inherits ``MailSourceLaws``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Protocol

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from syncd.interest import Interest
from syncd.model import Account, Direction
from syncd.ports import MailChanges, MailSource

ME = Account("jonas.wirth@wirthmail.example", ("jw@wirthmail.example",))
SINCE = datetime(2026, 9, 1, tzinfo=UTC)
START = datetime(2026, 10, 1, 9, tzinfo=UTC)
LOOM = Interest(since=SINCE, domains=frozenset({"brightloom.example"}))
LOOM_AND_KRAN = replace(LOOM, companies=frozenset({"kranwerk"}))


class Mailbox(Protocol):
    """What a test does to a mailbox, and the source that reads it.

    ``deliver`` gives a handle that the others take, and that stays valid through ``move`` and ``flag``. ``folders``
    tells whether there are folders, ``deletes`` whether mail can go, ``follows_back`` whether a thread is followed
    from a wanted message to those that it refers to and that came in an earlier pull. ``looks_at_all`` tells whether
    a first pull reads the headers of all mail, and doesn't only ask for what is wanted.
    """

    folders: bool
    deletes: bool
    follows_back: bool
    looks_at_all: bool

    @property
    def source(self) -> MailSource: ...
    def deliver(self, raw: bytes, folder: str = "INBOX") -> str: ...
    def move(self, mail: str, folder: str) -> None: ...
    def flag(self, mail: str) -> None: ...
    def delete(self, mail: str) -> None: ...


def mail(
    key: str,
    *,
    sender: str = "Adaeze Okafor <adaeze@brightloom.example>",
    to: str = ME.email,
    at: datetime = START,
    subject: str = "Hello",
    refers: tuple[str, ...] = (),
    text: str = "Dear Jonas,\n\nsee you on Friday.\n",
) -> bytes:
    """A message with the id ``KEY@mail.example``."""
    threads = "".join(f"References: {' '.join(f'<{r}@mail.example>' for r in refers)}\n" if refers else "")
    head = f"From: {sender}\nTo: {to}\nSubject: {subject}\nDate: {at:%a, %d %b %Y %H:%M:%S +0000}\n"
    return (
        f"{head}Message-ID: <{key}@mail.example>\n{threads}Content-Type: text/plain; charset=utf-8\n\n{text}".encode()
    )


STRANGER = "Tilda Quist <tilda@elsewhere.example>"
KRAN = "Aylin Oezdemir <aylin@kranwerk.example>"


def ids(changes: MailChanges) -> set[str]:
    return {message.id.removesuffix("@mail.example") for message in changes.messages}


class MailSourceLaws:
    """One law a test."""

    def test_a_wanted_message_is_given_whole(self, mailbox: Mailbox) -> None:
        mailbox.deliver(mail("a"))
        changes = mailbox.source.pull(None, LOOM)
        (message,) = changes.messages
        assert message.id == "a@mail.example"
        assert message.direction is Direction.RECEIVED
        assert message.sender.email == "adaeze@brightloom.example"
        assert message.date == START
        assert "see you on Friday" in message.text
        assert changes.complete
        assert changes.warnings == ()

    def test_what_the_person_sent_is_sent(self, mailbox: Mailbox) -> None:
        mailbox.deliver(mail("a", sender="JW+jobs@WirthMail.example", to="adaeze@brightloom.example"), "Sent")
        (message,) = mailbox.source.pull(None, LOOM).messages
        assert message.direction is Direction.SENT
        assert [person.email for person in message.counterparts] == ["adaeze@brightloom.example"]

    def test_an_empty_mailbox_gives_nothing(self, mailbox: Mailbox) -> None:
        changes = mailbox.source.pull(None, LOOM)
        assert (changes.messages, changes.looked_at, changes.complete) == ((), 0, True)

    def test_the_second_pull_gives_nothing_and_looks_at_nothing(self, mailbox: Mailbox) -> None:
        for key in "abc":
            mailbox.deliver(mail(key))
        mailbox.deliver(mail("x", sender=STRANGER))
        first = mailbox.source.pull(None, LOOM)
        assert ids(first) == {"a", "b", "c"}
        assert first.looked_at == 4 or (not mailbox.looks_at_all and first.looked_at == 3)
        second = mailbox.source.pull(first.cursor, LOOM)
        third = mailbox.source.pull(second.cursor, LOOM)
        assert (second.messages, second.looked_at) == ((), 0)
        assert (third.messages, third.looked_at) == ((), 0)

    def test_only_what_came_since_is_looked_at(self, mailbox: Mailbox) -> None:
        for key in "abc":
            mailbox.deliver(mail(key))
        cursor = mailbox.source.pull(None, LOOM).cursor
        mailbox.deliver(mail("d"))
        mailbox.deliver(mail("x", sender=STRANGER))
        changes = mailbox.source.pull(cursor, LOOM)
        assert (ids(changes), changes.looked_at) == ({"d"}, 2)

    def test_unwanted_mail_is_not_given(self, mailbox: Mailbox) -> None:
        mailbox.deliver(mail("x", sender=STRANGER))
        mailbox.deliver(mail("y", sender="news@notbrightloom.example"))
        assert mailbox.source.pull(None, LOOM).messages == ()

    def test_a_wider_interest_brings_older_mail_and_once(self, mailbox: Mailbox) -> None:
        mailbox.deliver(mail("a"))
        mailbox.deliver(mail("k", sender=KRAN, subject="Ihre Bewerbung bei Kranwerk"))
        mailbox.deliver(mail("x", sender=STRANGER))
        cursor = mailbox.source.pull(None, LOOM).cursor
        wider = mailbox.source.pull(cursor, LOOM_AND_KRAN)
        assert "k" in ids(wider)
        assert "x" not in ids(wider)
        assert mailbox.source.pull(wider.cursor, LOOM_AND_KRAN).messages == ()

    def test_mail_before_since_is_never_given(self, mailbox: Mailbox) -> None:
        mailbox.deliver(mail("old", at=SINCE - timedelta(seconds=1)))
        mailbox.deliver(mail("edge", at=SINCE))
        mailbox.deliver(mail("new", refers=("old",)))
        first = mailbox.source.pull(None, LOOM)
        assert ids(first) == {"edge", "new"}
        assert "old" not in ids(mailbox.source.pull(first.cursor, LOOM_AND_KRAN))

    def test_since_moved_back_brings_what_lies_between(self, mailbox: Mailbox) -> None:
        mailbox.deliver(mail("old", at=SINCE - timedelta(days=20)))
        mailbox.deliver(mail("older", at=SINCE - timedelta(days=60)))
        mailbox.deliver(mail("new"))
        cursor = mailbox.source.pull(None, LOOM).cursor
        changes = mailbox.source.pull(cursor, replace(LOOM, since=SINCE - timedelta(days=30)))
        assert "old" in ids(changes)
        assert "older" not in ids(changes)

    def test_an_answer_to_a_wanted_message_is_wanted(self, mailbox: Mailbox) -> None:
        # In the order in which a folder may list them: the answer to the answer first.
        mailbox.deliver(mail("c", sender=STRANGER, refers=("a", "b")))
        mailbox.deliver(mail("b", sender=ME.email, to="tilda@elsewhere.example", refers=("a",)), "Sent")
        mailbox.deliver(mail("a"))
        mailbox.deliver(mail("x", sender=STRANGER, refers=("y",)))
        assert ids(mailbox.source.pull(None, LOOM)) == {"a", "b", "c"}

    def test_an_answer_to_a_message_known_to_the_caller_is_wanted(self, mailbox: Mailbox) -> None:
        mailbox.deliver(mail("a"))
        cursor = mailbox.source.pull(None, LOOM).cursor
        mailbox.deliver(mail("b", sender=STRANGER, refers=("a",)))
        changes = mailbox.source.pull(cursor, replace(LOOM, messages=frozenset({"a@mail.example"})))
        assert ids(changes) == {"b"}

    def test_what_a_wanted_message_answers_is_wanted(self, mailbox: Mailbox) -> None:
        if not mailbox.follows_back:
            return
        mailbox.deliver(mail("a", sender=STRANGER))
        first = mailbox.source.pull(None, LOOM)
        assert first.messages == ()
        mailbox.deliver(
            mail("b", sender=ME.email, to="tilda@elsewhere.example, maja@brightloom.example", refers=("a",))
        )
        assert ids(mailbox.source.pull(first.cursor, LOOM)) == {"a", "b"}

    def test_two_messages_with_one_id_are_one(self, mailbox: Mailbox) -> None:
        mailbox.deliver(mail("a"))
        mailbox.deliver(mail("a"), "Archive")
        first = mailbox.source.pull(None, LOOM)
        assert ids(first) == {"a"}
        assert mailbox.source.pull(first.cursor, LOOM).messages == ()

    def test_moved_and_flagged_mail_is_nothing_new(self, mailbox: Mailbox) -> None:
        if not mailbox.folders:
            return
        moved, flagged = mailbox.deliver(mail("a")), mailbox.deliver(mail("b"))
        mailbox.deliver(mail("x", sender=STRANGER))
        cursor = mailbox.source.pull(None, LOOM).cursor
        mailbox.move(moved, "Archive")
        mailbox.flag(flagged)
        changes = mailbox.source.pull(cursor, LOOM)
        assert ids(changes) <= {"a", "b"}  # allowed again, under the same id
        assert mailbox.source.pull(changes.cursor, LOOM).messages == ()

    def test_drafts_spam_and_trash_are_left_out(self, mailbox: Mailbox) -> None:
        if not mailbox.folders:
            return
        for number, folder in enumerate(
            ("Drafts", "Junk", "Trash", "Entwürfe", "Papierkorb", "Spam", "Corbeille", "Borradores")
        ):
            mailbox.deliver(mail(f"x{number}"), folder)
        mailbox.deliver(mail("a"), "Archive")
        assert ids(mailbox.source.pull(None, LOOM)) == {"a"}

    def test_mail_moved_out_of_the_spam_is_given(self, mailbox: Mailbox) -> None:
        if not mailbox.folders:
            return
        handle = mailbox.deliver(mail("a"), "Spam")
        cursor = mailbox.source.pull(None, LOOM).cursor
        mailbox.move(handle, "INBOX")
        assert ids(mailbox.source.pull(cursor, LOOM)) == {"a"}

    def test_deleted_mail_disturbs_nothing(self, mailbox: Mailbox) -> None:
        if not mailbox.deletes:
            return
        gone = mailbox.deliver(mail("a"))
        mailbox.deliver(mail("b"))
        cursor = mailbox.source.pull(None, LOOM).cursor
        mailbox.delete(gone)
        mailbox.deliver(mail("c"))
        changes = mailbox.source.pull(cursor, LOOM)
        assert "c" in ids(changes)
        assert changes.warnings == ()

    def test_a_lost_cursor_gives_all_again(self, mailbox: Mailbox) -> None:
        mailbox.deliver(mail("a"))
        mailbox.source.pull(None, LOOM)
        assert ids(mailbox.source.pull(None, LOOM)) == {"a"}

    def test_garbage_is_not_an_error(self, mailbox: Mailbox) -> None:
        mailbox.deliver(
            b"From: \xff\xfe\x00 <@brightloom.example\nDate: never\nContent-Type: multipart/mixed\n\n\x00\xff"
        )
        mailbox.deliver(mail("a"))
        assert "a" in ids(mailbox.source.pull(None, LOOM))

    def test_the_name_is_stable(self, mailbox: Mailbox) -> None:
        assert mailbox.source.name
        assert mailbox.source.name == mailbox.source.name

    @settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(data=st.data())
    def test_no_wanted_message_is_ever_lost(self, new_mailbox: Callable[[], Mailbox], data: st.DataObject) -> None:
        """Whatever happens between pulls, each wanted message comes at least once, and nothing else ever does."""
        mailbox, given_ids, cursor, interest = new_mailbox(), set[str](), None, LOOM
        wanted: dict[str, bool] = {}
        handles: list[str] = []
        for step in data.draw(
            st.lists(st.sampled_from(["loom", "kran", "other", "old", "move", "flag", "pull", "widen"]), max_size=14)
        ):
            key = f"m{len(handles)}"
            if step in ("loom", "kran", "other", "old"):
                sender = {"kran": KRAN, "other": STRANGER}.get(step, "maja@brightloom.example")
                at = SINCE - timedelta(days=3) if step == "old" else START + timedelta(hours=len(handles))
                handles.append(
                    mailbox.deliver(mail(key, sender=sender, subject=step.replace("kran", "Kranwerk"), at=at))
                )
                wanted[key] = step in ("loom", "kran")
            elif step in ("move", "flag") and handles and mailbox.folders:
                handle = data.draw(st.sampled_from(handles))
                if step == "move":
                    mailbox.move(handle, data.draw(st.sampled_from(["INBOX", "Archive", "Sent"])))
                else:
                    mailbox.flag(handle)
            elif step == "widen":
                interest = LOOM_AND_KRAN
            elif step == "pull":
                changes = mailbox.source.pull(cursor, interest)
                given_ids |= ids(changes)
                cursor = changes.cursor
        given_ids |= ids(mailbox.source.pull(cursor, LOOM_AND_KRAN))
        assert given_ids == {key for key, is_wanted in wanted.items() if is_wanted}
