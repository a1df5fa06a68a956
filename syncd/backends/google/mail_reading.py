"""The messages that one pull of Gmail looks at, and which of them are wanted."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from syncd.backends.google.faults import Passing, Refused
from syncd.backends.google.mail_query import base_subject
from syncd.backends.google.message_json import HEADERS, NOT_MAIL, labels, read_head, read_whole, texts_elsewhere
from syncd.backends.google.session import Session
from syncd.interest import Interest
from syncd.model import Account, Direction, Message

if TYPE_CHECKING:
    from googleapiclient.http import HttpRequest

_Answer = dict[str, Any] | Refused | Passing

_UNITS = 20
_AT_ONCE = 25
"""Messages held as JSON at a time, and lost where they can't all be had: a batch."""
_TRIES = 20
"""Pulls after which a message that can't be read is given up."""
# Not the ``snippet``: the beginning of the text, which of other people's mail is none of our business.
_HEAD_FIELDS = "id,threadId,labelIds,internalDate,payload/headers"


@dataclass(slots=True)
class _Looked:
    """A message that is mail and in time. ``told`` is its JSON where a part of its text isn't in it."""

    message: Message
    whole: bool
    told: dict[str, Any] | None = None


class MailReading:
    """Reads each message once, by Gmail's ids.

    *threads* are ids of those that hold wanted mail already; *tries* counts how often a message couldn't be read.
    ``again`` is that count after this pull; ``seen`` are the messages whose headers were read.
    """

    def __init__(
        self, session: Session, account: Account, interest: Interest, threads: Collection[str], tries: dict[str, int]
    ) -> None:
        self._session, self._account, self._interest = session, account, interest
        self._threads, self._tries = threads, tries
        self._looked: dict[str, _Looked] = {}
        self._opened: dict[str, None] = {}
        self._tried: set[str] = set()
        self.seen: set[str] = set()
        self.again: dict[str, int] = {}
        self.warnings: list[str] = []

    def heads(self, names: Iterable[str]) -> None:
        """Look at the headers of messages."""
        self._look([name for name in names if name not in self._tried], whole=False)

    def wholes(self, names: Iterable[str]) -> None:
        """Look at whole messages."""
        self._look([name for name in names if name not in self._tried], whole=True)

    def retry(self) -> None:
        """Look again at those that couldn't be read before."""
        self._look([name for name in self._tries if name not in self._tried], whole=False)

    def unfollowed(self, followed: Collection[str], *, everything: bool) -> dict[str, str]:
        """Threads of wanted messages beyond *followed* that may hold more, with their subjects.

        Without *everything*, only those in which a message refers to one that isn't here.
        """
        here = {looked.message.id for looked in self._looked.values()} | self._interest.messages
        found: dict[str, str] = {}
        for name in self.wanted():
            message = self._looked[name].message
            leads = bool(message.thread) and message.thread not in followed
            if leads and (everything or not here.issuperset(message.references)):
                found.setdefault(message.thread, base_subject(message.subject))
        return found

    def wanted(self) -> list[str]:
        """What the interest wants, and what hangs together with that by thread, Message-ID or References."""
        linked: dict[str, list[str]] = {}
        for name, looked in self._looked.items():
            for each in _links(looked.message):
                linked.setdefault(each, []).append(name)
        waiting = [name for name, looked in self._looked.items() if self._wants(looked.message)]
        found, followed = set[str](), set[str]()
        while waiting:
            name = waiting.pop()
            found.add(name)
            for each in _links(self._looked[name].message) - followed:
                followed.add(each)
                waiting += linked[each]
        return [name for name in self._looked if name in found]

    def complete(self) -> None:
        """Read the rest of wanted messages."""
        self._look([name for name in self.wanted() if not self._looked[name].whole], whole=True)
        for name in self.wanted():
            looked = self._looked[name]
            if looked.told is not None:
                looked.message, looked.told = self._with_texts(name, looked.told), None

    def given(self) -> dict[str, Message]:
        """The whole wanted messages, oldest first; without those of which a part is still to be read."""
        names = [name for name in self.wanted() if self._looked[name].whole and self._looked[name].told is None]
        return {name: self._looked[name].message for name in sorted(names, key=lambda n: self._looked[n].message.date)}

    def passed(self) -> list[str]:
        """Those that were opened in vain."""
        wanted = set(self.wanted())
        return [name for name in self._opened if name not in wanted]

    def _wants(self, message: Message) -> bool:
        people = [message.sender, *message.recipients, *([message.reply_to] if message.reply_to else [])]
        return (
            message.thread in self._threads
            or message.id in self._interest.messages
            or self._interest.wants(people, message.subject, message.references)
        )

    def _look(self, names: list[str], *, whole: bool) -> None:
        self._tried.update(names)
        for name, told in self._get(names, whole=whole):
            self.seen.add(name)
            self._looked.pop(name, None)
            if labels(told) & NOT_MAIL:
                continue
            message = read_whole(told, self._account) if whole else read_head(told, self._account)
            if whole:
                self._opened[name] = None
            if message.date >= self._interest.since:
                self._looked[name] = _Looked(message, whole, told if whole and texts_elsewhere(told) else None)

    def _get(self, names: list[str], *, whole: bool) -> Iterator[tuple[str, dict[str, Any]]]:
        how: dict[str, Any] = {"format": "full"}
        if not whole:
            how = {"format": "metadata", "metadataHeaders": list(HEADERS), "fields": _HEAD_FIELDS}
        for start in range(0, len(names), _AT_ONCE):
            some = names[start : start + _AT_ONCE]
            requests = [self._session.messages.get(userId="me", id=name, **how) for name in some]
            for name, told in zip(some, self._answers(requests, alone=self._tries.keys() >= set(some)), strict=True):
                if isinstance(told, dict):
                    yield name, told
                elif not isinstance(told, Refused) or told.status != 404:  # else it is gone by now
                    self._refused(name, told)

    def _answers(self, requests: list[HttpRequest], *, alone: bool) -> list[_Answer]:
        """What each is answered. *alone*: what comes in between is about these, since all else was answered."""
        try:
            return list(self._session.ask_many(requests, units=_UNITS))
        except Passing as problem:
            return [problem] * len(requests) if alone or len(requests) == 1 else self._halved(requests, problem)

    def _halved(self, requests: list[HttpRequest], problem: Passing) -> list[_Answer]:
        """As ``_answers``, of which one can't be had; raises *problem* where it is about more than one."""
        middle = len(requests) // 2
        halves = requests[:middle], requests[middle:]
        answers = [self._half(half) for half in halves]
        if not any(answers):
            raise problem
        missing = halves[answers.index([])] if [] in answers else []
        found = [problem] if len(missing) == 1 else self._halved(missing, problem) if missing else []
        return [one for each in answers for one in each or found]

    def _half(self, requests: list[HttpRequest]) -> list[_Answer]:
        try:
            return list(self._session.ask_many(requests, units=_UNITS))
        except Passing:
            return []

    def _refused(self, name: str, problem: Refused | Passing) -> None:
        tries = self._tries.get(name, 0) + 1
        last = tries >= _TRIES and not (isinstance(problem, Passing) and problem.slower)
        if not last:
            self.again[name] = tries
        left = "given up" if last else "left for the next pull"
        self.warnings.append(f"Gmail message {name}: can't be read, {left} ({problem})")

    def _with_texts(self, name: str, told: dict[str, Any]) -> Message:
        """The message, with those of its texts that Gmail keeps apart."""
        for body in texts_elsewhere(told):
            ticket = body["attachmentId"]
            request = self._session.messages.attachments().get(userId="me", messageId=name, id=ticket)
            try:
                body["data"] = self._session.ask(request, units=_UNITS).get("data")
            except Refused as refused:
                self.warnings.append(f"Gmail message {name}: a part of its text can't be read ({refused})")
        return read_whole(told, self._account)


def _links(message: Message) -> set[str]:
    thread = [f"thread {message.thread}"] if message.thread else []
    return {message.id, *message.references, *thread}


def once(messages: Iterable[Message]) -> Iterator[Message]:
    """Of several copies of a message (to oneself, by a list) the one that was sent, or else the first."""
    copies: dict[str, Message] = {}
    for message in messages:
        kept = copies.setdefault(message.id, message)
        if kept.direction is not Direction.SENT and message.direction is Direction.SENT:
            copies[message.id] = message
    yield from copies.values()
