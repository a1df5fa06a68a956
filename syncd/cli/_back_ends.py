"""Where ``syncd init`` says that the calendar and the mail are: by flags, by what flags mean, or by an answer."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from syncd.config.values import Wrong
from syncd.errors import BadUsage

if TYPE_CHECKING:
    from syncd.cli._asking import Answers

_NEEDS = (
    ("calendars", "calendar", "local"),
    ("reminders", "calendar", "local"),
    ("write", "calendar", "google"),
    ("mail", "mail", "local"),
)
"""Flags that are for one back end only: of what, and which."""


@dataclass(frozen=True, slots=True)
class Said:
    """``google`` or ``local`` for each of the two; empty for what no flag tells."""

    calendar: str = ""
    mail: str = ""


def said(args: argparse.Namespace) -> Said:
    """What the flags say, or mean, as mail that is named is local. Raises ``BadUsage`` where they contradict."""
    both = args.backend or ""
    files, mail = args.calendars is not None or args.reminders is not None, args.mail is not None
    meant = "local" if files else "google" if args.write is not None else ""
    found = Said(
        calendar=args.calendar_backend or both or meant,
        mail=args.mail_backend or ("local" if mail else both),
    )
    _fits(args, found)
    return found


def settle(args: argparse.Namespace, answers: Answers, told: Said, *, calendars: bool, mail: bool) -> Said:
    """Ask for what *told* doesn't say. *calendars* and *mail* tell whether local ones are known.

    Raises ``BadUsage`` for a flag that doesn't fit what was answered.
    """
    if told.calendar and told.mail:
        return told
    if not told.calendar and not told.mail:
        found = _both(args, answers, calendars=calendars, mail=mail)
    elif told.calendar:
        found = Said(told.calendar, _other("mail", answers, told.calendar, known=mail))
    else:
        found = Said(_other("calendar", answers, told.mail, known=calendars), told.mail)
    _fits(args, found)
    return found


def _both(args: argparse.Namespace, answers: Answers, *, calendars: bool, mail: bool) -> Said:
    local = (calendars or mail) and args.client_secret is None
    question = "Where are your calendar and your mail: google, local (files of this machine), or mixed"
    known = _one_of("google", "local", "mixed")
    where = answers.settle("--backend", None, question, "local" if local else "google", known)
    if where != "mixed":
        return Said(where, where)
    question = "Where is the calendar: google or local (the mail is then the other)"
    proposed = "local" if calendars and not mail else "google"
    calendar = answers.settle("--calendar-backend", None, question, proposed, _one_of("google", "local"))
    return Said(calendar, "local" if calendar == "google" else "google")


def _other(half: str, answers: Answers, first: str, *, known: bool) -> str:
    """Where *half* is, when the other one is *first*; only asked where files are in play."""
    if first == "google" and not known:
        return "google"
    question = f"Where is your {half}: google, or local (files of this machine)"
    return answers.settle(f"--{half}-backend", None, question, "local", _one_of("google", "local"))


def _one_of(*words: str) -> Callable[[str], str]:
    def read(word: str) -> str:
        if word not in words:
            raise Wrong(f"please say {', '.join(words[:-1])} or {words[-1]}")
        return word

    return read


def _fits(args: argparse.Namespace, chosen: Said) -> None:
    """Raise ``BadUsage`` for a flag that would change nothing."""
    for flag, half, needs in _NEEDS:
        where = getattr(chosen, half)
        if getattr(args, flag) is not None and where not in ("", needs):
            raise BadUsage(f"--{flag}: is for --{half}-backend {needs}, and the {half} is {where} here")
    if args.client_secret is not None and chosen == Said("local", "local"):
        raise BadUsage("--client-secret: is for Google, and calendar and mail are local here")
