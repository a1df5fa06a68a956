"""Whom a reminder has the person write to, with what subject, and which mail of theirs it is about. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from syncd.model import Opportunity, Person, Rule, Touchpoint
from syncd.plan.lifecycle import THEIR_WORD
from syncd.plan.rules import Due

_FOLLOWS_UP = frozenset({Rule.FOLLOW_UP, Rule.FOLLOW_UP_PROMISED})
_MOST = 10
# Where an answer is read by nobody. "notifications@" and their like pass answers on, more often than not.
_NO_REPLY = re.compile(
    r"(no|donot|dont|never|non)reply|replynot|nepasrepondre|noresponder|norespondas|nichtantworten|keineantwort|"
    r"mailerdaemon|postmaster|bounces?"
)
_NAMED_NO_REPLY = re.compile(r"no-?reply|do-?not-?reply", re.IGNORECASE)
_REPLY = re.compile(r"(re|aw|antw|rép|ré|rv|sv)\s*:", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Letter:
    """What is to be written: ``to`` whom (addresses; none where nobody is known), and how it is headed.

    ``answers`` is their mail that it is an answer to, or the only one that tells whom to write to.
    """

    to: tuple[str, ...] = ()
    subject: str = ""
    answers: Touchpoint | None = None


def letter(due: Due, opportunity: Opportunity, people: Iterable[Person]) -> Letter:
    """What *due* asks to be written, where *people* are those of the interview that are known."""
    if due.rule in {Rule.ASK_NEXT_STEPS, Rule.MOVE_ON}:
        return Letter()
    to = _addresses(people)
    if due.rule is Rule.THANK_YOU:
        return Letter(to, "Thank you")
    answers = None
    if due.rejection is not None and not due.rejection.by_person:
        answers = due.rejection
    elif not to:
        words = [t for t in opportunity.touchpoints if t.kind in THEIR_WORD and writer(t) is not None]
        answers = words[-1] if words else None
    sender = writer(answers) if answers is not None else None
    if sender is not None:
        to = _addresses([sender])
    return Letter(to, _subject(due, opportunity, answers), answers)


def writer(word: Touchpoint) -> Person | None:
    """Whom an answer to their mail goes to: where it asks answers to go, else its sender; not where nobody reads it."""
    return next((p for p in reversed(word.people) if _addressable(p.email) and not _unread(p.email)), None)


def _addresses(people: Iterable[Person]) -> tuple[str, ...]:
    return tuple(p.email for p in people if _addressable(p.email))[:_MOST]


def _addressable(address: str) -> bool:
    return bool(address) and address.isprintable() and " " not in address and len(address) <= 254


def _unread(address: str) -> bool:
    local = address.rpartition("@")[0].partition("+")[0]
    return bool(_NAMED_NO_REPLY.search(local) or _NO_REPLY.fullmatch("".join(filter(str.isalpha, local.lower()))))


def _subject(due: Due, opportunity: Opportunity, answers: Touchpoint | None) -> str:
    """An answer's where there is a mail to answer, theirs or one of the person's own; else one that says what it is."""
    last = answers or next((t for t in reversed(opportunity.touchpoints) if t.subject), None)
    if last is not None and last.subject:
        subject = " ".join(last.subject.split())
        return subject if _REPLY.match(subject) else f"Re: {subject}"
    if due.rule is Rule.REJECTION_REPLY:
        return "Thank you for letting me know"
    if due.rule not in _FOLLOWS_UP or not opportunity.job:
        return "Following up on our conversation"
    return f"Following up: {opportunity.job} at {opportunity.company}"
