"""A Gmail mailbox: what happens to it, and who finds what in it. The API's side of it is ``gmail_api``.

https://developers.google.com/workspace/gmail/api/reference/rest/v1
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from tests.fake_google import gmail_api
from tests.fake_google.gmail_chat import Chat
from tests.fake_google.gmail_history import History
from tests.fake_google.gmail_index import Index
from tests.fake_google.gmail_noise import KINDS, Variant, variants
from tests.fake_google.gmail_quota import Quota
from tests.fake_google.gmail_stored import SYSTEM_LABELS, Source, Stored, number_of
from tests.fake_google.gmail_text import Letter
from tests.fake_google.gmail_threads import Threads
from tests.fake_google.wire import Answer, Request


class Mailbox:
    """The mailbox of *email*, on a server whose clock is *now*.

    What a test may set: ``page_sizes`` (sizes of the next pages of any listing, 0 for an empty one that goes on; after
    them, as asked), ``inline_limit`` (bytes of a text part that still come inline), ``decodes_headers`` (encoded words
    in headers come decoded), ``recodes_text`` (text comes as UTF-8 while its header still names the charset it had:
    gogcli issue 446 saw Gmail do so), ``unlisted`` (ids that the search doesn't know yet), ``concurrent_parts_limit`` (parts of
    a batch beyond it are refused); ``quota.limit`` is ``limit_units_per_minute``, ``quota.status`` 429 or 403.
    """

    def __init__(self, email: str, now: Callable[[], datetime]) -> None:
        self.email = email
        self.quota = Quota(now)
        self.page_sizes: list[int] = []
        self.inline_limit = 256 * 1024
        self.decodes_headers = True
        self.recodes_text = False
        self.unlisted: set[str] = set()
        self.concurrent_parts_limit: int | None = None
        self.user_labels: dict[str, str] = {}
        self.history = History()
        self.tickets = 0  # attachment ids given out
        self._now = now
        self._lock = threading.RLock()
        self._messages: list[Stored] = []
        self._threads = Threads(self._messages)
        self._index = Index(email, now, self._threads.named)
        self._noise: dict[str, tuple[Variant, ...]] = {}

    # ------------------------------------------------------------------ what happens

    def deliver(self, raw: bytes, labels: Iterable[str] = ("INBOX",), at: datetime | None = None) -> str:
        """A message comes in (or, labelled SENT, went out) at *at*, by default now; its id.

        Labels that aren't Gmail's own are the user's, by name.
        """
        with self._lock:
            return self._put(Letter(raw), self._label_ids(labels), at)

    def draft(self, raw: bytes) -> str:
        """Somebody begins to write; the id of the draft's message, which each ``redraft`` changes."""
        return self._put(Letter(raw), ("DRAFT",))

    def redraft(self, message_id: str, raw: bytes) -> str:
        """An autosave: the old message is deleted, a new one has the text so far."""
        return self._replace(message_id, raw, "DRAFT")

    def send(self, message_id: str, raw: bytes | None = None) -> str:
        """The draft is sent (as *raw*, where it isn't sent as it was): a new message again."""
        return self._replace(message_id, raw, "SENT")

    def chat(self, said: str, sender: str, at: datetime | None = None) -> str:
        """A chat message: no mail, and not made of any."""
        return self._put(Chat(said, sender), ("CHAT",), at)

    def label(self, message_id: str, add: Iterable[str] = (), remove: Iterable[str] = ()) -> None:
        """Labels are put on and taken off: trashing, archiving, reading."""
        with self._lock:
            stored = self._standing(message_id)
            added = tuple(one for one in self._label_ids(add) if one not in stored.labels)
            removed = tuple(one for one in self._label_ids(remove) if one in stored.labels)
            stored.labels = (*(one for one in stored.labels if one not in removed), *added)
            self._index.relabel(stored.number, added, removed)
            for kind, labels in (("labelAdded", added), ("labelRemoved", removed)):
                if labels:
                    stored.history_id = self.history.note(kind, stored.number, labels)

    def purge(self, message_id: str) -> None:
        """The message is deleted for good."""
        with self._lock:
            stored = self._standing(message_id)
            stored.gone = True
            stored.history_id = self.history.note("messageDeleted", stored.number)
            self._index.remove(stored.number, stored.source.text, stored.labels)

    def expire_history(self) -> None:
        """Google forgets the past: every history id given out until now is refused."""
        with self._lock:
            self.history.expire()

    def add_noise(
        self, n: int, *, kinds: tuple[str, ...] = KINDS, days: float = 730, until: datetime | None = None
    ) -> None:
        """*n* messages that concern nobody, spread evenly over the *days* before *until* (by default, now).

        Kinds: newsletter, notification, shop; jobs (job alerts that speak of interviews); sent (by the owner).
        """
        with self._lock:
            for kind in kinds:
                self._noise.setdefault(kind, variants(kind, self.email))
            pool = [one for kind in kinds for one in self._noise[kind]]
            end = until or self._now()
            for i in range(n):
                variant = pool[i * 7919 % len(pool)]
                self._put(variant, variant.labels, end - timedelta(days=days * (n - i) / n))

    # ------------------------------------------------------------------ what the API asks

    def handle(self, request: Request) -> Answer | None:
        """The answer of Gmail's API; None where the path isn't one of it."""
        with self._lock:
            return gmail_api.handle(self, request)

    @property
    def units(self) -> int:
        """Units spent so far; refused calls cost none."""
        return self.quota.units

    @property
    def limit_units_per_minute(self) -> int | None:
        return self.quota.limit

    @limit_units_per_minute.setter
    def limit_units_per_minute(self, units: int | None) -> None:
        self.quota.limit = units

    def stored(self, message_id: str) -> Stored | None:
        """The standing message of that id."""
        number = number_of(message_id)
        if number is None or number >= len(self._messages) or self._messages[number].gone:
            return None
        return self._messages[number]

    def numbered(self, number: int) -> Stored:
        """The message of that number, also where it is gone."""
        return self._messages[number]

    def thread(self, thread_id: str) -> list[Stored]:
        """Its messages, oldest first; none where there is no such thread."""
        number = number_of(thread_id)
        if number is None or number >= len(self._messages) or self._messages[number].thread != number:
            return []
        return self._threads.members(number)

    def find(self, query: str, label_ids: Iterable[str], *, spam_and_trash: bool) -> list[Stored]:
        """Newest first."""
        found = [self._messages[one] for one in self._index.find(query, label_ids, spam_and_trash=spam_and_trash)]
        return [one for one in found if one.id not in self.unlisted] if self.unlisted else found

    def labelled(self, label_id: str) -> list[Stored]:
        return [self._messages[one] for one in self._index.labelled(label_id)]

    @property
    def messages_total(self) -> int:
        return self._index.total

    @property
    def threads_total(self) -> int:
        return self._index.total - self._threads.joined

    # ------------------------------------------------------------------ inside

    def _put(
        self, source: Source, labels: tuple[str, ...], at: datetime | None = None, thread: int | None = None
    ) -> str:
        with self._lock:
            number = len(self._messages)
            milliseconds = int((at or self._now()).timestamp() * 1000)
            thread = self._threads.place(number, source, thread)
            history_id = self.history.note("messageAdded", number)
            self._messages.append(Stored(number, thread, labels, milliseconds, history_id, source))
            self._index.add(number, source.text, milliseconds, labels)
            return self._messages[number].id

    def _replace(self, message_id: str, raw: bytes | None, label: str) -> str:
        with self._lock:
            old = self._standing(message_id)
            if "DRAFT" not in old.labels:
                raise ValueError(f"{message_id} is no draft")
            self.purge(message_id)
            source = old.source if raw is None else Letter(raw)
            return self._put(source, (label,), thread=old.thread)

    def _standing(self, message_id: str) -> Stored:
        stored = self.stored(message_id)
        if stored is None:
            raise KeyError(message_id)
        return stored

    def _label_ids(self, labels: Iterable[str]) -> tuple[str, ...]:
        return tuple(self._label_id(label) for label in labels)

    def _label_id(self, label: str) -> str:
        if label in SYSTEM_LABELS or label in self.user_labels.values():
            return label
        if label not in self.user_labels:
            self.user_labels[label] = f"Label_{len(self.user_labels) + 1}"
            self._index.name_label(label, self.user_labels[label])
        return self.user_labels[label]
