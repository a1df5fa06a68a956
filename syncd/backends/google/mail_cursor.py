"""What a pull of Gmail leaves for the next one to know."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field

_VERSION = 2
_GIVEN, _PASSED, _THREADS, _AGAIN = 5000, 1000, 3000, 200
"""How many are kept, the newest ones. Whatever is forgotten costs a request, and may come again: never mail."""


@dataclass(slots=True)
class MailCursor:
    """Where the history was read up to, and what was asked and answered.

    ``since`` (seconds since 1970) and ``asked`` (digests of search terms) are what was searched for; ``repeat`` are
    those of the latter to search for once more, since the newest mail may not have been in Gmail's index yet. ``given``
    and ``passed`` are Gmail's ids of messages that were wanted, and that were looked at and weren't; ``threads`` maps
    the threads of the former to a subject, and ``loose`` are those of them that weren't followed yet. ``again`` are ids
    that couldn't be read, with how many times that was tried.
    """

    history: str
    since: int
    asked: frozenset[str] = frozenset()
    repeat: frozenset[str] = frozenset()
    given: list[str] = field(default_factory=list)
    passed: list[str] = field(default_factory=list)
    threads: dict[str, str] = field(default_factory=dict)
    loose: list[str] = field(default_factory=list)
    again: dict[str, int] = field(default_factory=dict)

    def __str__(self) -> str:
        told = {
            "version": _VERSION,
            "history": self.history,
            "since": self.since,
            "asked": sorted(self.asked),
            "repeat": sorted(self.repeat),
            "given": newest(self.given, _GIVEN),
            "passed": newest(self.passed, _PASSED),
            "threads": dict(list(self.threads.items())[-_THREADS:]),
            "loose": newest(self.loose, _THREADS),
            "again": dict(list(self.again.items())[-_AGAIN:]),
        }
        return json.dumps(told, separators=(",", ":"), ensure_ascii=True)

    @classmethod
    def read(cls, text: str | None) -> MailCursor | None:
        """None where there is none, or one that isn't ours: then everything is asked again."""
        try:
            told = json.loads(text or "")
            if told["version"] != _VERSION or not is_history(told["history"]):
                return None
            return cls(
                history=str(told["history"]),
                since=int(told["since"]),
                asked=frozenset(map(str, told["asked"])),
                repeat=frozenset(map(str, told["repeat"])),
                given=list(map(str, told["given"])),
                passed=list(map(str, told["passed"])),
                threads={str(thread): str(subject) for thread, subject in told["threads"].items()},
                loose=list(map(str, told["loose"])),
                again={str(message): int(tries) for message, tries in told["again"].items()},
            )
        except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError):
            return None


def is_history(told: str) -> bool:
    """Whether it is a history id: digits, of a number too large for a float."""
    return told.isascii() and told.isdecimal() and len(told) <= 20


def newest(ids: Iterable[str], most: int) -> list[str]:
    """The last *most* of *ids*, each once, where it came last."""
    return list(reversed(dict.fromkeys(reversed(list(ids)))))[-most:]
