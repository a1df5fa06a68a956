"""The marks that a reminder carries, so that it is recognised without any local memory (design, sections 3 and 8).

Pure text in, values out: Google keeps them as private extended properties (``syncdRule``), iCalendar as X- properties
(``X-SYNCD-RULE``). Google cuts values at 1024 characters and drops names over 44, so we stay below both.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime

from syncd.model import ReminderState, Rule

VALUE_LIMIT = 1024
_HTML = re.compile(r"<[^>]*>|&\w+;")


@dataclass(frozen=True, slots=True)
class Wrote:
    """Short hashes of what syncd last wrote: what differs from them, the person changed.

    ``lines`` hashes each line of the text alone, so that a line the person added anywhere is told from ours.
    """

    start: str = ""
    title: str = ""
    text: str = ""
    lines: frozenset[str] = frozenset()

    def __str__(self) -> str:
        """``start title text line,line,...`` with ``-`` for none."""
        return " ".join([self.start or "-", self.title or "-", self.text or "-", "".join(sorted(self.lines)) or "-"])


@dataclass(frozen=True, slots=True)
class Marks:
    """What stands in the marks of one reminder.

    ``cause`` lists the causes in clear, the first of them the one that the key was made of. ``due`` is when the rule
    has it due (ISO 8601), before rolling and snoozing. ``promise`` is the date noted on it by the person, with the
    hash of their words. ``done`` is the day on which the person ticked it; ``reopened`` when they took our tick away;
    ``rang`` the last day on which a rolled reminder got its alarm; ``snoozed`` the day to which the person had moved
    one that was rolled on from there. ``ended`` tells a reminder that is over without having been done, and
    stands as done only because it holds the person's words.
    """

    rule: Rule
    key: str
    cause: tuple[str, ...]
    due: str = ""
    state: ReminderState = ReminderState.OPEN
    generation: int = 0
    promise: str = ""
    done: date | None = None
    reopened: datetime | None = None
    rang: date | None = None
    snoozed: date | None = None
    ended: bool = False
    wrote: Wrote = Wrote()

    @property
    def event_id(self) -> str:
        """The only id under which this reminder may stand."""
        return event_id(self.key, self.generation)


def key(account: str, rule: Rule, cause: str) -> str:
    """The key of a reminder: the same account, rule and cause always give the same one."""
    return f"{rule}:{_hash(account.lower(), rule, cause)[:26]}"


def event_id(key: str, generation: int) -> str:
    """The id of a reminder in the calendar: base32hex in lower case, which Google takes as a client-chosen event id."""
    return _hash(key, str(generation))[:32]


def _hash(*parts: str) -> str:
    digest = hashlib.sha256("\0".join(parts).encode()).digest()
    return base64.b32hexencode(digest).decode().lower().rstrip("=")


def word_hash(text: str) -> str:
    """Six hex digits over *text* as a person sees it: without markup, case of spaces or line ends."""
    return hashlib.sha256(" ".join(_HTML.sub(" ", text).split()).encode()).hexdigest()[:6]


def line_hashes(text: str) -> frozenset[str]:
    """The hash of each line of *text* that says anything."""
    return frozenset(word_hash(line) for line in text.splitlines() if _HTML.sub(" ", line).strip())


def to_pairs(marks: Marks) -> tuple[tuple[str, str], ...]:
    """The marks as (name, value), in a stable order, empty ones left out."""
    values = {
        "syncdRule": marks.rule.value,
        "syncdKey": marks.key,
        "syncdCause": _fit(marks.cause),
        "syncdDue": marks.due,
        "syncdState": marks.state.value,
        "syncdGen": str(marks.generation),
        "syncdPromise": marks.promise,
        "syncdDone": marks.done.isoformat() if marks.done else "",
        "syncdReopened": marks.reopened.isoformat() if marks.reopened else "",
        "syncdRang": marks.rang.isoformat() if marks.rang else "",
        "syncdSnoozed": marks.snoozed.isoformat() if marks.snoozed else "",
        "syncdEnded": "1" if marks.ended else "",
        "syncdWrote": str(marks.wrote)[:VALUE_LIMIT],
    }
    return tuple((name, value) for name, value in values.items() if value)


def _fit(causes: Iterable[str]) -> str:
    text = ""
    for cause in causes:
        longer = f"{text}\n{cause}" if text else cause
        if len(longer) > VALUE_LIMIT:
            break
        text = longer
    return text


def from_pairs(pairs: Iterable[tuple[str, str]]) -> Marks | None:
    """The marks in *pairs*, or None where they aren't a reminder's of ours."""
    found = dict(pairs)
    try:
        rule, marked_key = Rule(found["syncdRule"]), found["syncdKey"]
        marks = Marks(
            rule=rule,
            key=marked_key,
            cause=tuple(c for c in found.get("syncdCause", "").split("\n") if c),
            due=found.get("syncdDue", ""),
            state=ReminderState(found.get("syncdState", "open")),
            generation=int(found.get("syncdGen", "0")),
            promise=found.get("syncdPromise", ""),
            ended=found.get("syncdEnded", "") == "1",
        )
        return replace(
            marks,
            done=date.fromisoformat(found["syncdDone"]) if found.get("syncdDone") else None,
            reopened=datetime.fromisoformat(found["syncdReopened"]) if found.get("syncdReopened") else None,
            rang=date.fromisoformat(found["syncdRang"]) if found.get("syncdRang") else None,
            snoozed=date.fromisoformat(found["syncdSnoozed"]) if found.get("syncdSnoozed") else None,
            wrote=_wrote(found.get("syncdWrote", "")),
        )
    except (KeyError, ValueError):
        return None


def _wrote(text: str) -> Wrote:
    start, title, body, lines = ["" if part == "-" else part for part in (text.split(" ") + ["-"] * 4)[:4]]
    return Wrote(start, title, body, frozenset(lines[i : i + 6] for i in range(0, len(lines) - 5, 6)))
