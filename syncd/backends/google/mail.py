"""A Gmail mailbox, only read (``ports.MailSource``).

What a pull costs follows the interviews, not the mailbox: a search for what concerns them, once; afterwards what is new
(https://developers.google.com/workspace/gmail/api/guides/sync). Units as Gmail counts them: 2 for a pull that finds
nothing new, 20 for each message that is looked at, 5 for each question to the search.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from syncd.backends.google.mail_cursor import MailCursor, is_history
from syncd.backends.google.mail_history import changes
from syncd.backends.google.mail_older import OlderMail, to_ask
from syncd.backends.google.mail_query import terms
from syncd.backends.google.mail_reading import MailReading, once
from syncd.backends.google.mail_search import MailSearch
from syncd.backends.google.session import Session
from syncd.errors import Unreachable
from syncd.formats.mail_text import one_line
from syncd.interest import Interest
from syncd.model import Account
from syncd.ports import MailChanges

_MANY = 100
"""New messages beyond which a search costs less than looking at each."""
_PROFILE_UNITS = 1


class GoogleMail:
    """The mailbox of whoever *session* is signed in as. *account* tells what is sent from what is received."""

    def __init__(self, session: Session, account: Account) -> None:
        self._session = session
        self._account = account

    @property
    def name(self) -> str:
        """There is one of an account."""
        return "Gmail"

    def pull(self, cursor: str | None, interest: Interest) -> MailChanges:
        """See ``ports.MailSource``.

        Where Gmail fails in the midst of a search, what was read until then is given, and the next pull goes on.
        Gmail can't be asked who stands in Reply-To, nor for what refers to a message under another subject: such mail
        is seen as it comes in, but not by the search for older mail.
        """
        before = MailCursor.read(cursor)
        warnings: list[str] = []
        delta = changes(self._session, before.history, frozenset(before.given), _MANY) if before else None
        # Where a search takes the place of the history: what comes while it is done comes with the next pull.
        history = delta.history if delta else self._current(warnings)
        wanted, since = terms(interest), int(interest.since.timestamp())
        last = before or MailCursor(history, since)
        reading = MailReading(self._session, self._account, interest, last.threads, last.again)
        _look_at_new(reading, last, delta.threads if delta else {})
        search = MailSearch(self._session, interest.since)
        asked = to_ask(wanted, last, since, whole=delta is None, later=bool(delta and delta.threads))
        problem = _trouble_with(OlderMail(reading, search, last, asked), reading)
        given = reading.given()
        after = _read_more(last, reading, given)
        if problem is None:
            digests = frozenset(term.digest for term in wanted)
            after = replace(after, history=history, since=since, asked=digests, repeat=asked.repeat, loose=[])
        elif given:  # all else stays as it was: the same is asked again, and what was given isn't read again
            warnings.append(f"{problem}; {len(given)} messages were read until then, and the next cycle goes on")
        else:
            raise problem
        return MailChanges(
            cursor=str(after),
            messages=tuple(once(given.values())),
            complete=problem is None,
            warnings=tuple(dict.fromkeys([*warnings, *search.warnings, *reading.warnings])),
            looked_at=len(reading.seen),
        )

    def _current(self, warnings: list[str]) -> str:
        """The history id as of now."""
        told = self._session.ask(self._session.users.getProfile(userId="me"), units=_PROFILE_UNITS)
        email, history = told.get("emailAddress"), told.get("historyId")
        if not isinstance(history, str) or not is_history(history):
            raise Unreachable("Gmail: its answer holds no history id; syncd tries again by itself")
        if isinstance(email, str) and email and not self._account.owns(email):
            warnings.append(
                f"Gmail: this is the mailbox of {one_line(email, 100)}, which is neither email nor one of the aliases "
                "in [account]; add it there, or sign in as somebody else with: syncd auth"
            )
        return history


def _look_at_new(reading: MailReading, last: MailCursor, threads: dict[str, str]) -> None:
    """What came in, each with its thread, and what couldn't be read before."""
    reading.wholes(name for name, thread in threads.items() if thread in last.threads)
    reading.heads(threads)
    reading.retry()


def _trouble_with(older: OlderMail, reading: MailReading) -> Unreachable | None:
    """Look at older mail, as far as that goes; what kept it from being all."""
    try:
        older.look()
        reading.complete()
    except Unreachable as problem:
        return problem
    return None


def _read_more(last: MailCursor, reading: MailReading, given: Iterable[str]) -> MailCursor:
    """*last* with what was read since, which holds whatever is still to be asked."""
    threads = reading.unfollowed(last.threads, everything=True)
    return replace(
        last,
        given=[*last.given, *given],
        passed=[*last.passed, *reading.passed()],
        threads=last.threads | threads,
        loose=[*last.loose, *threads],
        again=reading.again,
    )
