"""The test server's Gmail is held to what Google documents, through real HTTP and the real client library."""

from __future__ import annotations

import base64
import itertools
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from google.oauth2.credentials import Credentials
from googleapiclient.discovery import build
from googleapiclient.errors import HttpError
from googleapiclient.http import BatchHttpRequest

from tests.fake_google import batch
from tests.fake_google.mailbox import Mailbox
from tests.fake_google.server import ALL, FakeGoogle
from tests.fake_google.wire import Answer, Request

ME = "robin@home.example"
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.fixture
def google() -> Iterator[FakeGoogle]:
    with FakeGoogle(ME, now=NOW) as server:
        yield server


@pytest.fixture
def mailbox(google: FakeGoogle) -> Mailbox:
    return google.mailbox


@pytest.fixture
def gmail(google: FakeGoogle) -> Iterator[Any]:
    """``users()`` of the real client library."""
    signed_in = google.oauth.authorized_user(ALL)
    names = ("refresh_token", "token_uri", "client_id", "client_secret")
    credentials = Credentials(signed_in["token"], **{name: signed_in[name] for name in names})
    options = {"api_endpoint": google.gmail_endpoint}
    with build("gmail", "v1", credentials=credentials, client_options=options, cache_discovery=False) as service:
        yield service.users()


def mail(subject: str = "Hello", body: str = "Hello there.\n", **headers: str) -> bytes:
    """Header names with _ for -."""
    lines = {"From": "Ann Lee <ann@acme.example>", "To": ME} | {k.replace("_", "-"): v for k, v in headers.items()}
    head = "".join(f"{name}: {value}\r\n" for name, value in (lines | {"Subject": subject}).items())
    return f"{head}\r\n{body}".encode()


def plain(data: str) -> bytes:
    return base64.urlsafe_b64decode(data + "=" * (-len(data) % 4))


def refused(request: Any) -> tuple[int, str]:
    with pytest.raises(HttpError) as caught:
        request.execute()
    return caught.value.status_code, caught.value.reason


def ids(answer: dict[str, Any]) -> list[str]:
    return [one["id"] for one in answer.get("messages", [])]


class TestMessages:
    def test_nothing_found_has_no_key(self, gmail: Any) -> None:
        assert gmail.messages().list(userId="me").execute() == {"resultSizeEstimate": 0}

    def test_a_list_names_ids_and_threads_only_newest_first(self, gmail: Any, mailbox: Mailbox) -> None:
        old = mailbox.deliver(mail(), at=NOW - timedelta(days=2))
        new = mailbox.deliver(mail())
        older = mailbox.deliver(mail(), at=NOW - timedelta(days=3))
        answer = gmail.messages().list(userId="me").execute()
        assert answer["messages"] == [{"id": one, "threadId": one} for one in (new, old, older)]

    def test_pages(self, gmail: Any, mailbox: Mailbox) -> None:
        sent = [mailbox.deliver(mail()) for _ in range(7)]
        mailbox.page_sizes = [2, 0, 3]
        seen, token, pages = [], None, 0
        while True:
            answer = gmail.messages().list(userId="me", q="hello", pageToken=token).execute()
            assert answer.get("messages") != []
            seen += ids(answer)
            pages += 1
            token = answer.get("nextPageToken")
            if not token:
                break
            assert answer["resultSizeEstimate"] == 201
        assert (seen, pages) == (sent[::-1], 4)

    def test_at_most_500_a_page(self, gmail: Any, mailbox: Mailbox) -> None:
        mailbox.add_noise(700)
        assert len(ids(gmail.messages().list(userId="me", maxResults=1000).execute())) == 500
        assert len(ids(gmail.messages().list(userId="me").execute())) == 100

    def test_a_page_token_belongs_to_its_query(self, gmail: Any, mailbox: Mailbox) -> None:
        mailbox.add_noise(3)
        token = gmail.messages().list(userId="me", maxResults=1).execute()["nextPageToken"]
        assert refused(gmail.messages().list(userId="me", q="x", pageToken=token))[0] == 400
        assert refused(gmail.messages().list(userId="me", pageToken="nonsense"))[0] == 400

    def test_labels_are_anded_and_unknown_ones_refused(self, gmail: Any, mailbox: Mailbox) -> None:
        both = mailbox.deliver(mail(), ("INBOX", "STARRED"))
        mailbox.deliver(mail(), ("INBOX",))
        assert ids(gmail.messages().list(userId="me", labelIds=["INBOX", "STARRED"]).execute()) == [both]
        assert refused(gmail.messages().list(userId="me", labelIds=["nope"])) == (400, "Invalid label: nope")

    def test_spam_and_trash_only_where_asked(self, gmail: Any, mailbox: Mailbox) -> None:
        spam = mailbox.deliver(mail(), ("SPAM",))
        trash = mailbox.deliver(mail(), ("TRASH",))
        assert ids(gmail.messages().list(userId="me").execute()) == []
        assert ids(gmail.messages().list(userId="me", includeSpamTrash=True).execute()) == [trash, spam]
        assert ids(gmail.messages().list(userId="me", q="in:anywhere").execute()) == [trash, spam]
        assert ids(gmail.messages().list(userId="me", q="in:spam").execute()) == [spam]

    def test_what_the_search_does_not_know_yet_can_be_read(self, gmail: Any, mailbox: Mailbox) -> None:
        late = mailbox.deliver(mail())
        mailbox.unlisted.add(late)
        assert ids(gmail.messages().list(userId="me").execute()) == []
        assert gmail.messages().get(userId="me", id=late).execute()["id"] == late

    def test_minimal(self, gmail: Any, mailbox: Mailbox) -> None:
        sent = mailbox.deliver(mail(body='Tom & "Kim" <don\'t>\r\nknow'), ("SENT",))
        answer = gmail.messages().get(userId="me", id=sent, format="minimal").execute()
        assert answer == {
            "id": sent,
            "threadId": sent,
            "labelIds": ["SENT"],
            "snippet": "Tom &amp; &quot;Kim&quot; &lt;don&#39;t&gt; know",
            "historyId": str(mailbox.history.current),
            "internalDate": str(int(NOW.timestamp() * 1000)),
            "sizeEstimate": answer["sizeEstimate"],
        }

    def test_metadata(self, gmail: Any, mailbox: Mailbox) -> None:
        raw = b"Received: from a\r\nReceived: from\r\n b\r\nSUBJECT: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\nfrom: a@b.example\r\n\r\nHi\r\n"
        sent = mailbox.deliver(raw)
        get = gmail.messages().get
        payload = get(userId="me", id=sent, format="metadata").execute()["payload"]
        assert payload == {
            "mimeType": "text/plain",
            "headers": [
                {"name": "Received", "value": "from a"},
                {"name": "Received", "value": "from b"},
                {"name": "SUBJECT", "value": "Grüße"},
                {"name": "from", "value": "a@b.example"},
            ],
        }
        payload = get(userId="me", id=sent, format="metadata", metadataHeaders=["Subject", "From"]).execute()["payload"]
        assert [one["name"] for one in payload["headers"]] == ["SUBJECT", "from"]
        payload = get(userId="me", id=sent, format="metadata", metadataHeaders=["Bcc"]).execute()["payload"]
        assert "headers" not in payload
        mailbox.decodes_headers = False
        payload = get(userId="me", id=sent, format="metadata", metadataHeaders="subject").execute()["payload"]
        assert payload["headers"] == [{"name": "SUBJECT", "value": "=?utf-8?q?Gr=C3=BC=C3=9Fe?="}]

    def test_raw(self, gmail: Any, mailbox: Mailbox) -> None:
        sent = mailbox.deliver(mail())
        answer = gmail.messages().get(userId="me", id=sent, format="raw").execute()
        assert plain(answer["raw"]) == mail()
        assert "payload" not in answer

    def test_full_without_parts(self, gmail: Any, mailbox: Mailbox) -> None:
        raw = (
            b"From: a@b.example\r\nContent-Type: text/plain; charset=iso-8859-1\r\n"
            b"Content-Transfer-Encoding: quoted-printable\r\n\r\nGr=FC=DFe?\r\n"
        )
        sent = mailbox.deliver(raw)
        payload = gmail.messages().get(userId="me", id=sent).execute()["payload"]
        assert (payload["partId"], payload["mimeType"], payload["filename"]) == ("", "text/plain", "")
        assert "parts" not in payload
        assert plain(payload["body"]["data"]) == "Grüße?\r\n".encode("latin-1")
        assert payload["body"]["size"] == 8
        assert "=" not in payload["body"]["data"]
        mailbox.recodes_text = True
        payload = gmail.messages().get(userId="me", id=sent).execute()["payload"]
        assert plain(payload["body"]["data"]) == "Grüße?\r\n".encode()

    def test_full_with_parts_and_attachments(self, gmail: Any, mailbox: Mailbox) -> None:
        sent = mailbox.deliver(MIXED)
        payload = gmail.messages().get(userId="me", id=sent).execute()["payload"]
        assert payload["body"] == {"size": 0}
        alternative, pdf, forwarded, nameless = payload["parts"]
        assert [one["partId"] for one in payload["parts"]] == ["0", "1", "2", "3"]
        text, html = alternative["parts"]
        assert (text["partId"], text["mimeType"]) == ("0.0", "text/plain")
        assert plain(text["body"]["data"]) == b"Plain words."
        assert plain(html["body"]["data"]) == b"<p>HTML words</p>"
        assert (pdf["filename"], pdf["mimeType"], pdf["body"]["size"]) == ("Angebot für Sie.pdf", "application/pdf", 4)
        assert "data" not in pdf["body"]
        assert forwarded["parts"][0]["partId"] == "2.0"
        assert {"name": "Subject", "value": "Inner"} in forwarded["parts"][0]["headers"]

        assert (nameless["filename"], set(nameless["body"])) == ("", {"attachmentId", "size"})

        attachments = gmail.messages().attachments()
        first = pdf["body"]["attachmentId"]
        again = gmail.messages().get(userId="me", id=sent).execute()["payload"]["parts"][1]["body"]["attachmentId"]
        assert first != again
        for one in (first, again):
            answer = attachments.get(userId="me", messageId=sent, id=one).execute()
            assert (answer["size"], plain(answer["data"])) == (4, b"%PDF")
        assert refused(attachments.get(userId="me", messageId=sent, id="nonsense"))[0] == 404
        other = mailbox.deliver(mail())
        assert refused(attachments.get(userId="me", messageId=other, id=first))[0] == 404

    def test_a_long_text_is_an_attachment(self, gmail: Any, mailbox: Mailbox) -> None:
        mailbox.inline_limit = 1000
        sent = mailbox.deliver(mail(body="word " * 500))
        payload = gmail.messages().get(userId="me", id=sent).execute()["payload"]
        assert set(payload["body"]) == {"attachmentId", "size"}
        attachment = payload["body"]["attachmentId"]
        answer = gmail.messages().attachments().get(userId="me", messageId=sent, id=attachment).execute()
        assert plain(answer["data"]) == b"word " * 500

    @pytest.mark.parametrize(
        "raw",
        [
            b"",
            b"\x00\xff\xfe",
            b"Subject: \xff\xfe=?nonsense?q?=ff?=\r\nContent-Type: text/plain; charset=none\r\n\r\n\xff",
            b"Content-Type: multipart/mixed\r\n\r\nno boundary",
            b'Content-Type: multipart/mixed; boundary="x"\r\n\r\n--x\r\n',
            b"Content-Type: text/html\r\n\r\n<![CDATA[ <!-- <style> &#xffffff;",
            b"Content-Transfer-Encoding: base64\r\n\r\n!!!",
        ],
    )
    def test_broken_mail_is_shown_all_the_same(self, gmail: Any, mailbox: Mailbox, raw: bytes) -> None:
        sent = mailbox.deliver(raw)
        for form in ("minimal", "metadata", "full", "raw"):
            assert gmail.messages().get(userId="me", id=sent, format=form).execute()["id"] == sent

    def test_gone_and_unknown_and_malformed(self, gmail: Any, mailbox: Mailbox) -> None:
        sent = mailbox.deliver(mail())
        mailbox.purge(sent)
        gone = (404, "Requested entity was not found.")
        assert refused(gmail.messages().get(userId="me", id=sent)) == gone
        standing = mailbox.deliver(mail())
        assert refused(gmail.messages().get(userId="me", id=f"{int(standing, 16) + 1:016x}")) == gone
        assert refused(gmail.messages().get(userId="me", id="1")) == gone
        mailbox.purge(standing)
        assert refused(gmail.messages().get(userId="me", id="not-hex"))[0] == 400
        assert refused(gmail.threads().get(userId="me", id=sent)) == gone
        assert ids(gmail.messages().list(userId="me").execute()) == []

    def test_somebody_elses_mailbox(self, gmail: Any) -> None:
        assert gmail.getProfile(userId=ME).execute()["emailAddress"] == ME
        assert refused(gmail.getProfile(userId="ann@acme.example"))[0] == 403


MIXED = (
    b'From: a@b.example\r\nContent-Type: multipart/mixed; boundary="m"\r\n\r\n'
    b'--m\r\nContent-Type: multipart/alternative; boundary="a"\r\n\r\n'
    b"--a\r\nContent-Type: text/plain\r\nContent-Transfer-Encoding: base64\r\n\r\nUGxhaW4gd29yZHMu\r\n"
    b"--a\r\nContent-Type: text/html\r\n\r\n<p>HTML words</p>\r\n--a--\r\n"
    b"--m\r\nContent-Type: application/pdf\r\nContent-Transfer-Encoding: base64\r\n"
    b"Content-Disposition: attachment; filename*=utf-8''Angebot%20f%C3%BCr%20Sie.pdf\r\n\r\nJVBERg==\r\n"
    b"--m\r\nContent-Type: message/rfc822\r\n\r\nSubject: Inner\r\n\r\nWithin.\r\n"
    b"--m\r\nContent-Type: application/pgp-signature\r\n\r\n-----BEGIN\r\n--m--\r\n"
)


class TestThreads:
    def test_a_reply_joins_its_thread(self, gmail: Any, mailbox: Mailbox) -> None:
        first = mailbox.deliver(mail("Your visit", Message_ID="<1@a.example>"), at=NOW - timedelta(days=1))
        answered = mailbox.deliver(
            mail("AW: Re: your  Visit", Message_ID="<2@a.example>", In_Reply_To="<1@a.example>"), ("SENT",)
        )
        again = mailbox.deliver(mail("Fwd: Your visit", References="<0@a.example> <1@a.example> <2@a.example>"))
        thread = gmail.threads().get(userId="me", id=first, format="minimal").execute()
        assert ids(thread) == [first, answered, again]
        assert {one["threadId"] for one in thread["messages"]} == {first}
        assert "payload" not in thread["messages"][0]
        assert refused(gmail.threads().get(userId="me", id=again))[0] == 404
        assert gmail.getProfile(userId="me").execute() | {"historyId": ""} == {
            "emailAddress": ME,
            "messagesTotal": 3,
            "threadsTotal": 1,
            "historyId": "",
        }

    @pytest.mark.parametrize(
        ("subject", "reference"),
        [("Another subject", "<1@a.example>"), ("Re: Your visit", "<unknown@a.example>"), ("Re: Your visit", "")],
    )
    def test_anything_else_begins_one(self, mailbox: Mailbox, subject: str, reference: str) -> None:
        mailbox.deliver(mail("Your visit", Message_ID="<1@a.example>"))
        other = mailbox.deliver(mail(subject, In_Reply_To=reference))
        assert [one.id for one in mailbox.thread(other)] == [other]

    def test_list(self, gmail: Any, mailbox: Mailbox) -> None:
        first = mailbox.deliver(mail("Visit", Message_ID="<1@a.example>"))
        other = mailbox.deliver(mail("Else"))
        mailbox.deliver(mail("Re: Visit", In_Reply_To="<1@a.example>"))
        answer = gmail.threads().list(userId="me").execute()
        assert [one["id"] for one in answer["threads"]] == [first, other]
        assert "threads" not in gmail.threads().list(userId="me", q="nothing").execute()


class TestDraftsAndChats:
    def test_every_autosave_is_a_new_message(self, gmail: Any, mailbox: Mailbox) -> None:
        start = gmail.getProfile(userId="me").execute()["historyId"]
        one = mailbox.draft(mail("D", "He"))
        two = mailbox.redraft(one, mail("D", "Hello"))
        three = mailbox.send(two)
        assert len({one, two, three}) == 3
        assert mailbox.stored(one) is None
        assert mailbox.stored(two) is None
        sent = gmail.messages().get(userId="me", id=three).execute()
        assert (sent["labelIds"], sent["threadId"], sent["snippet"]) == (["SENT"], one, "Hello")
        records = gmail.history().list(userId="me", startHistoryId=start).execute()["history"]
        assert [
            (kind, record[kind][0]["message"]["id"])
            for record in records
            for kind in record
            if "messages" in kind[:-1] and kind != "messages"
        ] == [
            ("messagesAdded", one),
            ("messagesDeleted", one),
            ("messagesAdded", two),
            ("messagesDeleted", two),
            ("messagesAdded", three),
        ]

    def test_a_draft_is_listed_unless_left_out(self, gmail: Any, mailbox: Mailbox) -> None:
        draft = mailbox.draft(mail())
        assert ids(gmail.messages().list(userId="me").execute()) == [draft]
        assert ids(gmail.messages().list(userId="me", q="-in:drafts").execute()) == []
        with pytest.raises(ValueError, match="no draft"):
            mailbox.send(mailbox.deliver(mail()))

    def test_a_chat_is_no_mail(self, gmail: Any, mailbox: Mailbox) -> None:
        chat = mailbox.chat("See you at ten", "Ann <ann@acme.example>")
        answer = gmail.messages().get(userId="me", id=chat, format="raw").execute()
        assert answer["labelIds"] == ["CHAT"]
        assert "raw" not in answer
        payload = gmail.messages().get(userId="me", id=chat).execute()["payload"]
        assert "Message-ID" not in {one["name"] for one in payload["headers"]}
        assert ids(gmail.messages().list(userId="me", q="from:acme -in:chats").execute()) == []
        assert ids(gmail.messages().list(userId="me", q="from:acme").execute()) == [chat]


class TestHistory:
    def test_nothing_new_has_no_key(self, gmail: Any, mailbox: Mailbox) -> None:
        mailbox.deliver(mail())
        start = gmail.getProfile(userId="me").execute()["historyId"]
        assert gmail.history().list(userId="me", startHistoryId=start).execute() == {"historyId": start}

    def test_each_kind(self, gmail: Any, mailbox: Mailbox) -> None:
        start = gmail.getProfile(userId="me").execute()["historyId"]
        sent = mailbox.deliver(mail(), ("INBOX", "UNREAD"))
        mailbox.label(sent, add=("STARRED", "INBOX"), remove=("UNREAD", "SENT"))
        mailbox.purge(sent)
        answer = gmail.history().list(userId="me", startHistoryId=start).execute()
        reference = {"id": sent, "threadId": sent}
        message = reference | {"labelIds": ["INBOX", "STARRED"]}
        assert [{name: record[name] for name in record if name != "id"} for record in answer["history"]] == [
            {"messages": [reference], "messagesAdded": [{"message": message}]},
            {"messages": [reference], "labelsAdded": [{"message": message, "labelIds": ["STARRED"]}]},
            {"messages": [reference], "labelsRemoved": [{"message": message, "labelIds": ["UNREAD"]}]},
            {"messages": [reference], "messagesDeleted": [{"message": message}]},
        ]
        numbers = [int(record["id"]) for record in answer["history"]]
        assert numbers == sorted(numbers)
        assert answer["historyId"] == str(numbers[-1])
        assert numbers[0] > 2**53
        assert any(after - before > 1 for before, after in itertools.pairwise(numbers))

    def test_filters(self, gmail: Any, mailbox: Mailbox) -> None:
        start = gmail.getProfile(userId="me").execute()["historyId"]
        inbox, sent = mailbox.deliver(mail()), mailbox.deliver(mail(), ("SENT",))
        mailbox.label(sent, add=("STARRED",))

        def seen(**query: Any) -> list[str]:
            answer = gmail.history().list(userId="me", startHistoryId=start, **query).execute()
            assert answer["historyId"] == str(mailbox.history.current)
            return [record["messages"][0]["id"] for record in answer.get("history", [])]

        assert seen() == [inbox, sent, sent]
        assert seen(historyTypes="messageAdded") == [inbox, sent]
        assert seen(historyTypes=["messageDeleted", "labelAdded"]) == [sent]
        assert seen(labelId="SENT") == [sent, sent]
        assert seen(labelId="SPAM") == []

    def test_pages_some_of_them_empty(self, gmail: Any, mailbox: Mailbox) -> None:
        start = gmail.getProfile(userId="me").execute()["historyId"]
        sent = [mailbox.deliver(mail()) for _ in range(5)]
        mailbox.page_sizes = [0, 2, 0]
        seen, token, shapes = [], None, []
        while True:
            answer = gmail.history().list(userId="me", startHistoryId=start, pageToken=token, maxResults=4).execute()
            seen += [record["messages"][0]["id"] for record in answer.get("history", [])]
            shapes.append(("history" in answer, "nextPageToken" in answer))
            token = answer.get("nextPageToken")
            if not token:
                break
        assert seen == sent
        assert shapes == [(False, True), (True, True), (False, True), (True, False)]

    def test_the_start_is_exclusive_and_every_id_given_out_is_one(self, gmail: Any, mailbox: Mailbox) -> None:
        one, two = mailbox.deliver(mail()), mailbox.deliver(mail())
        start = gmail.messages().get(userId="me", id=one).execute()["historyId"]
        answer = gmail.history().list(userId="me", startHistoryId=start).execute()
        assert [record["messages"][0]["id"] for record in answer["history"]] == [two]

    def test_too_old_unknown_and_no_number(self, gmail: Any, mailbox: Mailbox) -> None:
        old = gmail.getProfile(userId="me").execute()["historyId"]
        mailbox.deliver(mail())
        middle = gmail.getProfile(userId="me").execute()["historyId"]
        mailbox.expire_history()
        for start in (old, middle, "1", str(2**63)):
            assert refused(gmail.history().list(userId="me", startHistoryId=start)) == (
                404,
                "Requested entity was not found.",
            )
        start = gmail.getProfile(userId="me").execute()["historyId"]
        new = mailbox.deliver(mail())
        answer = gmail.history().list(userId="me", startHistoryId=start).execute()
        assert [record["messages"][0]["id"] for record in answer["history"]] == [new]
        answer = mailbox.handle(Request("GET", "/gmail/v1/users/me/history", {"startHistoryId": ["abc"]}))
        assert answer is not None and answer.status == 400
        between = str(int(start) + 1)
        assert between != str(mailbox.history.current)
        assert refused(gmail.history().list(userId="me", startHistoryId=between))[0] == 404


class TestLabels:
    def test_own_labels(self, gmail: Any, mailbox: Mailbox) -> None:
        sent = mailbox.deliver(mail(), ("INBOX", "UNREAD", "Job hunt"))
        labels = {one["name"]: one for one in gmail.labels().list(userId="me").execute()["labels"]}
        assert labels["Job hunt"] == {"id": "Label_1", "name": "Job hunt", "type": "user"}
        assert labels["INBOX"]["type"] == "system"
        assert gmail.labels().get(userId="me", id="Label_1").execute()["messagesUnread"] == 1
        assert refused(gmail.labels().get(userId="me", id="Label_2"))[0] == 404
        assert ids(gmail.messages().list(userId="me", q="label:job-hunt").execute()) == [sent]
        assert ids(gmail.messages().list(userId="me", labelIds="Label_1").execute()) == [sent]


class TestQuota:
    def test_units_of_each_method(self, gmail: Any, mailbox: Mailbox) -> None:
        mailbox.inline_limit = 1
        sent = mailbox.deliver(mail())
        start = str(mailbox.history.current)
        body = gmail.messages().get(userId="me", id=sent).execute()["payload"]["body"]
        for request, units in (
            (gmail.getProfile(userId="me"), 1),
            (gmail.labels().list(userId="me"), 1),
            (gmail.labels().get(userId="me", id="INBOX"), 1),
            (gmail.history().list(userId="me", startHistoryId=start), 2),
            (gmail.messages().list(userId="me"), 5),
            (gmail.messages().get(userId="me", id=sent, format="minimal"), 20),
            (gmail.messages().attachments().get(userId="me", messageId=sent, id=body["attachmentId"]), 20),
            (gmail.threads().list(userId="me"), 10),
            (gmail.threads().get(userId="me", id=sent), 40),
        ):
            before = mailbox.units
            request.execute()
            assert mailbox.units - before == units

    def test_a_minute_is_a_sliding_window(self, google: FakeGoogle, gmail: Any, mailbox: Mailbox) -> None:
        sent = mailbox.deliver(mail())
        get = gmail.messages().get(userId="me", id=sent)
        mailbox.limit_units_per_minute = 40
        get.execute()
        google.now += timedelta(seconds=30)
        get.execute()
        assert refused(get) == (429, "User-rate limit exceeded.  Retry after 2026-03-02T09:01:00.000Z")
        assert mailbox.units == 40
        google.now += timedelta(seconds=30)
        get.execute()
        mailbox.quota.status = 403
        status, message = refused(get)
        assert status == 403 and message.startswith("Quota exceeded for quota metric 'Queries'")
        mailbox.quota.new_minute()
        get.execute()


class TestBatch:
    def asked(self, google: FakeGoogle, requests: list[Any]) -> list[Any]:
        answers: dict[str, Any] = {}
        whole = BatchHttpRequest(batch_uri=f"{google.gmail_endpoint}batch")
        for number, request in enumerate(requests):
            whole.add(request, lambda name, answer, error: answers.update({name: error or answer}), str(number))
        whole.execute()
        return [answers[str(number)] for number in range(len(requests))]

    def test_each_part_has_its_own_answer(self, google: FakeGoogle, gmail: Any, mailbox: Mailbox) -> None:
        sent = [mailbox.deliver(mail(f"Grüße {n}", f"— {n}\r\n\r\n--batch")) for n in range(3)]
        gone = mailbox.deliver(mail())
        mailbox.purge(gone)
        get = gmail.messages().get
        answers = self.asked(google, [get(userId="me", id=one) for one in (*sent, gone)])
        assert [one["id"] for one in answers[:3]] == sent
        assert answers[0]["payload"]["headers"][-1]["value"] == "Grüße 0"
        assert answers[3].status_code == 404
        assert mailbox.units == 80
        assert [
            one.request.path for one in google.log if "gmail" in one.request.path or "batch" in one.request.path
        ] == ["/batch"]

    def test_on_the_wire(self, google: FakeGoogle, gmail: Any) -> None:
        self.asked(google, [gmail.getProfile(userId="me")])
        exchange = google.log[-1]
        boundary = exchange.answer.headers["Content-Type"].partition("boundary=")[2]
        lines = exchange.answer.data.decode().split("\r\n")
        asked = exchange.request.body.decode().partition("Content-ID: <")[2].partition(">")[0]
        assert lines[0] == f"--{boundary}"
        assert lines[1:5] == [
            "Content-Type: application/http",
            f"Content-ID: <response-{asked}>",
            "",
            "HTTP/1.1 200 OK",
        ]
        assert "" in lines[5:]
        assert lines[-2:] == [f"--{boundary}--", ""]

    def test_too_many_at_once(self, google: FakeGoogle, gmail: Any, mailbox: Mailbox) -> None:
        mailbox.concurrent_parts_limit = 3
        answers = self.asked(google, [gmail.getProfile(userId="me") for _ in range(5)])
        assert [one["emailAddress"] for one in answers[:3]] == [ME] * 3
        assert [(one.status_code, one.reason) for one in answers[3:]] == [
            (429, "Too many concurrent requests for user")
        ] * 2
        assert mailbox.units == 3

    def test_the_minute_may_end_within(self, google: FakeGoogle, gmail: Any, mailbox: Mailbox) -> None:
        mailbox.limit_units_per_minute = 4
        answers = self.asked(
            google, [gmail.history().list(userId="me", startHistoryId=str(mailbox.history.current))] * 3
        )
        assert ["historyId" in one for one in answers[:2]] == [True, True]
        assert answers[2].status_code == 429

    def test_more_than_a_hundred(self, google: FakeGoogle, gmail: Any) -> None:
        with pytest.raises(HttpError, match="Received: 101, Limit: 100"):
            self.asked(google, [gmail.getProfile(userId="me") for _ in range(101)])

    def test_each_part_has_its_own_sign_in(self, google: FakeGoogle) -> None:
        token = google.oauth.authorized_user(ALL)["token"]
        part = (
            "--x\nContent-Type: application/http\nContent-ID: <{0}>\n\nGET /gmail/v1/users/me/profile HTTP/1.1\n{1}\n\n"
        )
        asked = part.format("a", f"Authorization: Bearer {token}") + part.format("b", "Authorization: Bearer wrong")
        asked += part.format("c", "Accept: application/json") + "--x--\n"
        head = {"content-type": "multipart/mixed; boundary=x", "authorization": f"Bearer {token}"}
        answer = batch.handle(Request("POST", "/batch", headers=head, body=asked.encode()), google.dispatch)
        statuses = [line for line in answer.data.decode().split("\r\n") if line.startswith(("HTTP/1.1", "Content-ID"))]
        assert statuses == [
            "Content-ID: <response-a>",
            "HTTP/1.1 200 OK",
            "Content-ID: <response-b>",
            "HTTP/1.1 401 Unauthorized",
            "Content-ID: <response-c>",
            "HTTP/1.1 200 OK",
        ]

    @pytest.mark.parametrize(
        "body",
        [
            b"",
            b"nonsense",
            b"--x\r\n\r\n\r\n--x--\r\n",
            b"--x\r\nContent-Type: application/http\r\n\r\nGET\r\n--x--\r\n",
        ],
    )
    def test_what_is_no_batch(self, body: bytes) -> None:
        request = Request("POST", "/batch", headers={"content-type": "multipart/mixed; boundary=x"}, body=body)
        answer = batch.handle(request, lambda inner: Answer(200, {}))
        assert answer.status == 400 or b"HTTP/1.1 400 Bad Request" in answer.data
        assert (
            batch.handle(Request("POST", "/batch", headers={}, body=body), lambda inner: Answer(200, {})).status == 400
        )


@pytest.fixture(scope="module")
def box() -> tuple[Mailbox, dict[str, str]]:
    box = Mailbox(ME, lambda: NOW)
    day = timedelta(days=1)
    named = {
        "offer": box.deliver(
            mail(
                "Your Offer, Robin",
                "We'd like to hire you.",
                Message_ID="<offer@acme.example>",
                Cc="Kim <kim@acme.example>",
            ),
            at=NOW - 5 * day,
        ),
        "café": box.deliver(
            mail("Café résumé", "Straße 5", From="José García <jose.garcia@mail.bigco.example>"),
            ("INBOX", "STARRED"),
            at=NOW - 10 * day,
        ),
        "reply": box.deliver(
            mail("Re: Your offer", "Thank you", From=ME, To="ann@acme.example", Bcc="zoe@home.example"),
            ("SENT",),
            at=NOW - 4 * day,
        ),
        "mixed": box.deliver(MIXED, ("INBOX", "UNREAD", "CATEGORY_UPDATES"), at=NOW - 40 * day),
        "list": box.deliver(
            mail(
                "Jobs",
                "AcmeCorp hires",
                From="jobs@board.example",
                List_ID="<weekly.board.example>",
                Delivered_To="robin+jobs@home.example",
            ),
            ("Job hunt", "INBOX"),
            at=NOW - 400 * day,
        ),
        "日本": box.deliver(
            mail("=?utf-8?b?6Z2i5o6l44Gu44GU5qGI5YaF?=", From="山田 <yamada@kaisha.example>"), at=NOW - 1 * day
        ),
        "spam": box.deliver(mail("Offer offer"), ("SPAM",), at=NOW),
    }
    return box, {message: name for name, message in named.items()}


class TestSearch:
    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ("offer", "reply offer"),
            ("OFFER your", "reply offer"),
            ("hire", "offer"),
            ("acmecorp", "list"),
            ("acme", "reply offer"),  # in an address
            ("offer hire", "offer"),
            ("offer -hire", "reply"),
            ("-offer", "日本 café mixed list"),
            ("hire OR resume", "offer café"),
            ("offer hire OR thank", "reply offer"),  # OR binds tighter than AND
            ("offer AND hire", "offer"),
            ("hire or resume", ""),
            ("{hire resume}", "offer café"),
            ("-{hire resume}", "日本 reply mixed list"),
            ("(offer hire) OR (plain words)", "offer mixed"),
            ("offer -(thank you)", "offer"),
            ("from:ann@acme.example", "offer"),
            ("from:acme.example", "offer"),
            ("from:acme", "offer"),
            ("from:acm", ""),
            ("from:bigco.example", "café"),  # a subdomain of it
            ("from:mail.bigco.example", "café"),
            ("from:example.bigco", ""),
            ("from:garcia", "café"),
            ('from:"José García"', "café"),
            ('from:"García José"', ""),
            ('from:"Garcia jose.garcia"', ""),  # not from the name into the address
            ("from:(jose garcia)", "café"),
            ("from:{acme.example board.example}", "offer list"),
            ("from:(acme.example OR board.example)", "offer list"),
            ("{from:acme.example from:board.example}", "offer list"),
            ("from: acme", "offer"),
            ("-from:acme.example offer", "reply"),
            ("from:me", "reply"),
            ("to:me hire", "offer"),
            ("to:acme.example", "reply"),
            ("to:kim", ""),
            ("cc:kim@acme.example", "offer"),
            ("bcc:zoe", "reply"),
            ("deliveredto:robin+jobs@home.example", "list"),
            ("subject:offer", "reply offer"),
            ("subject:(your robin)", "offer"),
            ('subject:"offer robin"', "offer"),  # punctuation counts for nothing
            ('subject:"robin offer"', ""),
            ('"like to hire"', "offer"),
            ('"offer robin we"', ""),  # not over the end of a field
            ("cafe", "café"),
            ("RÉSUMÉ", "café"),
            ("strasse", "café"),
            ("面接", "日本"),
            ("from:山田", "日本"),
            ("in:sent", "reply"),
            ("in:inbox subject:offer", "offer"),
            ("in:anywhere offer", "spam reply offer"),
            ("in:spam", "spam"),
            ("in:drafts", ""),
            ("in:nowhere", ""),
            ("is:starred", "café"),
            ("is:unread", "mixed"),
            ("is:read -in:sent", "日本 offer café list"),
            ("label:sent", "reply"),
            ("label:job-hunt", "list"),
            ('label:"Job hunt"', "list"),
            ("category:updates", "mixed"),
            ("category:primary", ""),
            ("has:attachment", "mixed"),
            ("has:drive", ""),
            ("filename:angebot", "mixed"),
            ("list:weekly.board.example", "list"),
            ("rfc822msgid:offer@acme.example", "offer"),
            ("rfc822msgid:<offer@acme.example>", "offer"),
            ("rfc822msgid:acme.example", ""),
            ("newer_than:5d", "日本 reply"),
            ("newer_than:1m older_than:9d", "café"),
            ("older_than:1y", "list"),
            ("newer_than:2w", ""),  # there are no weeks
            (f"after:{int((NOW - timedelta(days=5)).timestamp())}", "日本 reply"),  # exclusive
            (f"after:{int((NOW - timedelta(days=5)).timestamp()) - 1}", "日本 reply offer"),
            (f"before:{int((NOW - timedelta(days=40)).timestamp())}", "list"),
            ("after:2026/02/25 before:2026-02-27", "reply offer"),
            ("after:02/26/2026", "日本 reply"),
            ("after:yesterday", ""),
            ("interview:offer", ""),  # no operator
            ("your:offer", "reply offer"),
            ("www.acme.example", ""),
            ("ann@acme.example", "reply offer"),
            ("(offer", "reply offer"),
            ("offer)", "reply offer"),
            ('"your offer', "reply offer"),
            ("OR", "日本 reply offer café mixed list"),
            ("OR offer OR", "reply offer"),
            ("from:", "日本 reply offer café mixed list"),
            ("& offer ()", "reply offer"),
            ("from:(-acme) offer", "reply"),
        ],
    )
    def test_finds(self, box: tuple[Mailbox, dict[str, str]], query: str, found: str) -> None:
        mailbox, names = box
        answer = mailbox.find(query, (), spam_and_trash=False)
        assert [names[one.id] for one in answer] == found.split()

    def test_dates_are_midnight_in_california(self) -> None:
        box = Mailbox(ME, lambda: NOW)
        box.deliver(mail(), at=datetime(2026, 2, 1, 7, 59, tzinfo=UTC))
        after = box.deliver(mail(), at=datetime(2026, 2, 1, 8, 1, tzinfo=UTC))
        assert [one.id for one in box.find("after:2026/02/01", (), spam_and_trash=False)] == [after]

    def test_what_changes_is_found_anew(self, mailbox: Mailbox) -> None:
        one = mailbox.deliver(mail("First"))
        two = mailbox.deliver(mail("First"))
        mailbox.label(one, add=("TRASH",), remove=("INBOX",))
        assert [x.id for x in mailbox.find("first", (), spam_and_trash=False)] == [two]
        assert [x.id for x in mailbox.find("first in:inbox", (), spam_and_trash=False)] == [two]
        mailbox.purge(two)
        assert mailbox.find("first", (), spam_and_trash=False) == []
        assert [x.id for x in mailbox.find("first in:trash", (), spam_and_trash=False)] == [one]

    def test_too_long_a_query(self, gmail: Any) -> None:
        longest = "a" * 8192
        assert gmail.messages().list(userId="me", q=longest).execute() == {"resultSizeEstimate": 0}
        assert refused(gmail.messages().list(userId="me", q=longest + "b"))[0] == 400

    def test_what_is_not_played_says_so(self, gmail: Any) -> None:
        assert refused(gmail.messages().list(userId="me", q="larger:5M"))[0] == 501


class TestNoise:
    def test_noise_is_mail_like_other_mail(self, gmail: Any, mailbox: Mailbox) -> None:
        mailbox.add_noise(50, kinds=("newsletter", "jobs", "sent"), days=10)
        listed = ids(gmail.messages().list(userId="me").execute())
        assert len(listed) == 50
        message = gmail.messages().get(userId="me", id=listed[0]).execute()
        headers = {one["name"]: one["value"] for one in message["payload"]["headers"]}
        found = gmail.messages().list(userId="me", q=f"rfc822msgid:{headers['Message-ID']}").execute()
        assert ids(found) == [listed[0]]
        assert [one["mimeType"] for one in message["payload"]["parts"]] == ["text/plain", "text/html"]
        assert plain(message["payload"]["parts"][0]["body"]["data"]).startswith(b"Dear reader,")
        assert ids(gmail.messages().list(userId="me", q="in:sent").execute())
        oldest = gmail.messages().get(userId="me", id=listed[-1]).execute()
        assert int(message["internalDate"]) - int(oldest["internalDate"]) == 49 * 10 * 86_400_000 // 50

    def test_a_reply_to_noise_joins_it(self, mailbox: Mailbox) -> None:
        mailbox.add_noise(3)
        stored = mailbox.numbered(1)
        name = stored.source.message_id(1)
        reply = mailbox.deliver(mail(f"Re: {stored.source.subject}", In_Reply_To=name), ("SENT",))
        assert [one.id for one in mailbox.thread(stored.id)] == [stored.id, reply]

    def test_it_is_the_same_every_time(self) -> None:
        boxes = [Mailbox(ME, lambda: NOW) for _ in range(2)]
        for box in boxes:
            box.add_noise(30)
        first, second = ([box.numbered(n).raw for n in range(30)] for box in boxes)
        assert first == second
        assert len(set(first)) == 30

    def test_a_hundred_thousand_are_searched_at_once(self, mailbox: Mailbox) -> None:
        wanted = mailbox.deliver(mail("The one"))
        mailbox.add_noise(100_000, kinds=("newsletter", "notification", "shop", "jobs", "sent"))
        many = " OR ".join(f"from:person{n}@company{n}.example" for n in range(150))
        for query, count in (
            ("from:acme.example", 1),
            (f"{{{many} from:acme}} newer_than:90d", 1),
            ("-category:updates -category:promotions -in:sent", 1),
            ("from:corvella.example subject:kettles", None),
            ("", 100_001),
        ):
            start = time.process_time()
            found = mailbox.find(query, (), spam_and_trash=False)
            assert time.process_time() - start < 0.5
            assert len(found) == count or count is None
            assert wanted in {one.id for one in found} or count is None
