"""Which messages a query finds: an index of words, labels and times that answers at once over 100,000 messages."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

from dateutil.relativedelta import relativedelta

from tests.fake_google import search
from tests.fake_google.gmail_text import ADDRESS_FIELDS, FIELDS, Text, words

_PACIFIC = ZoneInfo("America/Los_Angeles")
_CATEGORIES = {"primary": "CATEGORY_PERSONAL", "personal": "CATEGORY_PERSONAL", "social": "CATEGORY_SOCIAL"} | {
    name: f"CATEGORY_{name.upper()}" for name in ("promotions", "updates", "forums")
}
_PLACES = {"drafts": "DRAFT", "chats": "CHAT"}
_DAY = re.compile(r"(\d{4})[/-](\d{1,2})[/-](\d{1,2})$|(\d{1,2})[/-](\d{1,2})[/-](\d{4})$")


class Index:
    """*named* tells which messages have a Message-ID."""

    def __init__(self, email: str, now: Callable[[], datetime], named: Callable[[str], set[int]]) -> None:
        self._email = email
        self._now = now
        self._named = named
        self._texts: dict[str, dict[str, list[Text]]] = {name: defaultdict(list) for name in FIELDS}
        self._anywhere: dict[str, list[Text]] = defaultdict(list)
        self._attachments: list[Text] = []
        self._labels: dict[str, set[int]] = defaultdict(set)
        self._label_ids: dict[str, str] = {}
        self._all: set[int] = set()
        self._dates: dict[int, int] = {}
        self._order: list[int] = []
        self._sorted = True

    @property
    def total(self) -> int:
        return len(self._all)

    def _add_text(self, text: Text) -> None:
        for name, content in text.fields.items():
            for word in set(content.split()):
                self._texts[name][word].append(text)
        for word in text.everything:
            self._anywhere[word].append(text)
        if text.attachment:
            self._attachments.append(text)

    def add(self, number: int, text: Text, milliseconds: int, labels: Iterable[str]) -> None:
        if not text.messages:
            self._add_text(text)
        text.messages.append(number)
        self._all.add(number)
        self._dates[number] = milliseconds
        self._order.append(number)
        self._sorted = False
        for label in labels:
            self._labels[label].add(number)

    def remove(self, number: int, text: Text, labels: Iterable[str]) -> None:
        text.messages.remove(number)
        self._all.discard(number)
        self._order.remove(number)
        del self._dates[number]
        for label in labels:
            self._labels[label].discard(number)

    def relabel(self, number: int, add: Iterable[str], remove: Iterable[str]) -> None:
        for label in add:
            self._labels[label].add(number)
        for label in remove:
            self._labels[label].discard(number)

    def name_label(self, name: str, label_id: str) -> None:
        """So that label:*name* finds it: without case, with - for spaces and the like."""
        self._label_ids[_label_name(name)] = label_id

    def labelled(self, label_id: str) -> set[int]:
        return self._labels.get(label_id, set())

    def find(self, query: str, label_ids: Iterable[str], *, spam_and_trash: bool) -> list[int]:
        """Numbers of the messages found, newest first."""
        tree = search.parse(query)
        found = self._every(tree)
        for label in label_ids:
            found = found & self.labelled(label)
        if not (spam_and_trash or _looks_everywhere(tree) or {"SPAM", "TRASH"} & set(label_ids)):
            found = found - self.labelled("SPAM") - self.labelled("TRASH")
        if len(found) * 8 > len(self._all):
            return [number for number in reversed(self.order) if number in found]
        return sorted(found, key=lambda number: (self._dates[number], number), reverse=True)

    @property
    def order(self) -> list[int]:
        """Oldest first."""
        if not self._sorted:
            self._order.sort(key=lambda number: (self._dates[number], number))
            self._sorted = True
        return self._order

    def _every(self, tree: search.All) -> set[int]:
        refused = [node.of for node in tree.of if isinstance(node, search.Not)]
        found = sorted((self._one(node) for node in tree.of if not isinstance(node, search.Not)), key=len)
        rest = set.intersection(*found) if found else self._all
        for node in refused:
            rest = rest - self._one(node)
        return rest

    def _one(self, node: search.Node) -> set[int]:
        match node:
            case search.All():
                return self._every(node)
            case search.Any(of):
                return set().union(*(self._one(one) for one in of))
            case search.Not(of):
                return self._all - self._one(of)
            case search.Term(operator, text):
                return self._term(operator, text)

    def _term(self, operator: str, text: str) -> set[int]:
        match operator:
            case "label" | "in" | "is":
                return self._place(text.lower())
            case "category":
                return self.labelled(_CATEGORIES.get(text.lower(), ""))
            case "has":
                return _numbers(self._attachments) if text.lower() == "attachment" else set()
            case "rfc822msgid":
                return self._named(f"<{text.strip('<>')}>")
            case "after" | "newer" | "newer_than":
                moment = self._ago(text) if operator == "newer_than" else _moment(text)
                return self._between(moment, None) if moment else set()
            case "before" | "older" | "older_than":
                moment = self._ago(text) if operator == "older_than" else _moment(text)
                return self._between(None, moment) if moment else set()
            case _:
                me = operator in ADDRESS_FIELDS and text.lower() == "me"
                return self._words(operator, words(self._email if me else text))

    def _words(self, field: str, wanted: list[str]) -> set[int]:
        postings = self._texts[field] if field else self._anywhere
        texts = min((postings.get(word, []) for word in wanted), key=len)
        if len(wanted) == 1:
            return _numbers(texts)
        phrase = f" {' '.join(wanted)} "
        if field:
            return _numbers(text for text in texts if phrase in text.fields[field])
        return _numbers(text for text in texts if any(phrase in content for content in text.fields.values()))

    def _place(self, name: str) -> set[int]:
        if name in {"anywhere", "all"}:
            return self._all
        if name == "read":
            return self._all - self.labelled("UNREAD")
        if own := self._label_ids.get(_label_name(name)):
            return self.labelled(own)
        return self.labelled(_PLACES.get(name, name.upper()))

    def _between(self, after: datetime | None, before: datetime | None) -> set[int]:
        """Both ends exclusive; Google doesn't say which they are."""
        start, end = 0, len(self._all)
        if after:
            start = bisect_right(self.order, after.timestamp() * 1000, key=self._dates.__getitem__)
        if before:
            end = bisect_left(self.order, before.timestamp() * 1000, key=self._dates.__getitem__)
        return set(self.order[start:end])

    def _ago(self, text: str) -> datetime | None:
        match = re.fullmatch(r"(\d{1,4})([dmy])", text.lower())
        if not match:
            return None
        unit = {"d": "days", "m": "months", "y": "years"}[match[2]]
        return self._now() - relativedelta(**{unit: int(match[1])})  # type: ignore[arg-type]  # any unit takes an int


def _numbers(texts: Iterable[Text]) -> set[int]:
    return {number for text in texts for number in text.messages}


def _label_name(name: str) -> str:
    return re.sub(r"[\s/&()\"]", "-", name.lower())


def _moment(text: str) -> datetime | None:
    """Epoch seconds, or the midnight that a date begins with in California."""
    if re.fullmatch(r"\d{5,12}", text):
        return datetime.fromtimestamp(int(text), _PACIFIC)
    match = _DAY.match(text)
    if not match:
        return None
    year, month, day = (match[1], match[2], match[3]) if match[1] else (match[6], match[4], match[5])
    try:
        return datetime(int(year), int(month), int(day), tzinfo=_PACIFIC)
    except ValueError:
        return None


def _looks_everywhere(node: search.Node) -> bool:
    match node:
        case search.Term(operator, text):
            return operator in {"in", "label", "is"} and text.lower() in {"anywhere", "spam", "trash"}
        case search.All(of) | search.Any(of):
            return any(_looks_everywhere(one) for one in of)
        case search.Not():
            return False
