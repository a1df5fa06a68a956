"""Mail that was there before: what a search for the interest finds, and where the threads of wanted mail lead."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from syncd.backends.google.mail_cursor import MailCursor
from syncd.backends.google.mail_query import Term
from syncd.backends.google.mail_reading import MailReading
from syncd.backends.google.mail_search import MailSearch

_ASTRAY = 25
"""Messages of a wanted subject, but of another thread, whose headers are read: a batch."""
_BY_CHANCE = 50
"""Messages that are opened because their subject speaks of interviews, the newest: newsletters and job alerts do."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What to search for: terms that are new, and those of the last pull where its search has to be done again.

    ``older``: the time reaches back further, so that what was passed over then may be wanted now. ``repeat`` are the
    digests of terms that have to be searched for once more after this.
    """

    fresh: tuple[Term, ...]
    anew: tuple[Term, ...] = ()
    older: bool = False
    repeat: frozenset[str] = frozenset()


def to_ask(wanted: tuple[Term, ...], last: MailCursor, since: int, *, whole: bool, later: bool) -> Asked:
    """What to search for in order to know all that is *wanted*.

    *whole*: the history doesn't tell what is new. *later*: it tells of mail newer than the last search, so that what
    was there before is in the index by now.
    """
    fresh = tuple(term for term in wanted if term.digest not in last.asked)
    known = tuple(term for term in wanted if term.digest in last.asked)
    older = since < last.since
    if whole or older:
        return Asked(fresh, known, older, _digests(wanted))
    due = tuple(term for term in known if term.digest in last.repeat)
    return Asked(fresh, due if later else (), older, _digests(fresh if later else (*fresh, *due)))


def _digests(terms: tuple[Term, ...]) -> frozenset[str]:
    return frozenset(term.digest for term in terms)


class OlderMail:
    """Has *reading* look at older mail, as far as it isn't known since the *last* pull."""

    def __init__(self, reading: MailReading, search: MailSearch, last: MailCursor, asked: Asked) -> None:
        self._reading, self._search, self._asked = reading, search, asked
        self._given = frozenset(last.given)
        self._known = self._given if asked.older else self._given.union(last.passed)
        self._loose = {name: last.threads[name] for name in last.loose if name in last.threads}
        self._again = last.threads if asked.anew else {}
        self._followed = set(last.threads)

    def look(self) -> None:
        """Look at all of it: what is about people first, then what matches by chance."""
        self._follow(self._loose, astray=_ASTRAY)
        self._follow(self._again, astray=0)
        for chance, astray in ((False, _ASTRAY), (True, 0)):
            self._find(self._asked.fresh, self._given, chance=chance)
            # Of a search done before only what is new by then: not ever more of what matches by chance.
            self._find(self._asked.anew, self._known, chance=chance, newest=_BY_CHANCE if chance else None)
            left = astray
            while threads := self._more():
                left -= self._follow(threads, astray=left)

    def _find(self, terms: tuple[Term, ...], but: frozenset[str], *, chance: bool, newest: int | None = None) -> None:
        found = list(self._search.find(term for term in terms if term.chance == chance))[:newest]
        names = [name for name in found if name not in but and name not in self._reading.seen]
        self._reading.wholes(names[:_BY_CHANCE] if chance else names)

    def _follow(self, threads: Mapping[str, str], *, astray: int) -> int:
        """Look at the other messages of *threads*, and at how many *astray* ones."""
        self._followed |= threads.keys()
        found = self._search.find_threads(threads)
        inside = [name for name, thread in found.items() if thread in threads and name not in self._given]
        self._reading.wholes(inside)
        # What came out of order, or lost its thread otherwise, is told by its References.
        others = [name for name in found if name not in self._known and name not in self._reading.seen]
        self._reading.heads(others[:astray])
        return len(others[:astray])

    def _more(self) -> dict[str, str]:
        searched = bool(self._asked.fresh or self._asked.anew or self._loose)
        return self._reading.unfollowed(self._followed, everything=searched)
