"""Signs, in headers, sender and subject, that a machine wrote a message.

Most of them are what RFC 3834 (automatic responses, sections 2 and 5) says, and what mailers do in practice.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from syncd.model import Message

_NO_REPLY = re.compile(
    r"(?:^|[._+-])(?:no-?_?reply\w*|do-?not-?reply|ne-?pas-?repondre|nicht-?antworten|no-?responder)(?:$|[._+-])"
    r"|^(?:mailer-daemon|postmaster|bounces?|notifications?|alerts?|newsletter|reminders?|calendar-notification|jobalerts?|survey)\b"
)
_DAEMON = re.compile(r"^(?:mailer-daemon|postmaster|calendar-notification|bounces?)\b|mail delivery (?:sub)?system")
_AWAY = re.compile(
    r"^\W*(?:(?:re|aw|fwd?|r[eé]f?)\s*:\s*)?(?:auto(?:matic)?[- ]?(?:reply|response)"
    r"|out[- ]of[- ](?:the[- ])?office|ooo\b|abwesenheit|automatische antwort"
    r"|abwesend|r[eé]ponse automatique|absence du bureau|message d.absence"
    r"|respuesta autom[aá]tica|fuera de la oficina|ausencia)",
    re.IGNORECASE,
)
_DELIVERY = re.compile(
    r"^\W*(?:undeliver(?:able|ed)|delivery (?:status|has failed|failure)|mail delivery failed"
    r"|returned mail|failure notice"
    r"|read:|gelesen:"
    r"|lu\s*:|le[ií]do:|read receipt|unzustellbar|nicht zustellbar|non remis|no se puede entregar)",
    re.IGNORECASE,
)
_CALENDAR = re.compile(
    r"^\W*(?:(?:updated )?invitation|accepted|declined|tentative(?:ly accepted)?|cancell?ed(?: event)?|notification"
    r"|einladung|aktualisierte einladung|zugesagt|abgesagt|abgelehnt|angenommen|termin abgesagt"
    r"|invitation|accept[eé]e?|refus[eé]e?|annul[eé]e?|invitaci[oó]n|aceptad[oa]|rechazad[oa]|cancelad[oa])\s*:"
    r"|^\W*cancell?ed event",
    re.IGNORECASE,
)
_BULK = frozenset({"bulk", "list", "junk", "auto_reply"})


@dataclass(frozen=True, slots=True)
class Sign:
    """That a machine wrote it.

    A ``certain`` sign stands whatever the text says; another gives way to an employer's clear word.
    """

    certain: bool
    says: str


def automatic_sign(message: Message) -> Sign | None:
    """The strongest sign that a machine wrote *message*, or None."""
    subject, sender = message.subject[:300], message.sender.email.lower()
    if _AWAY.match(subject):
        return Sign(True, f'an out-of-office answer: its subject "{_short(subject)}"')
    if _DELIVERY.match(subject) or _DAEMON.search(f"{sender} {message.sender.name.lower()}"[:300]):
        return Sign(True, f'a notice of the mail system: "{_short(subject)}" from {_short(sender)}')
    if _returned(message) == "<>":
        return Sign(True, "an automatic answer: its Return-Path is empty")
    submitted = message.header("auto-submitted").split(";")[0].strip().lower()
    if submitted.startswith(("auto-replied", "auto-notified")):
        return Sign(True, f"an automatic answer: its header Auto-Submitted says {_short(submitted)}")
    if message.calendar_method or _CALENDAR.match(subject):
        return Sign(False, f'a calendar notice: "{_short(subject)}"')
    return _likely(message, submitted, sender)


def _likely(message: Message, submitted: str, sender: str) -> Sign | None:
    if submitted and submitted != "no":
        return Sign(False, f"a machine's mail: its header Auto-Submitted says {_short(submitted)}")
    precedence = message.header("precedence").strip().lower()
    if precedence in _BULK:
        return Sign(False, f"bulk mail: its header Precedence says {precedence}")
    for name in ("list-unsubscribe", "list-id"):
        if message.header(name):
            return Sign(False, f"sent to many: it has the header {name.title()}")
    if message.header("x-auto-response-suppress").strip().lower() not in {"", "none"}:
        return Sign(False, "a machine's mail: it has the header X-Auto-Response-Suppress")
    if message.header("x-autoreply") or message.header("x-autorespond"):
        return Sign(True, "an automatic answer: it has the header X-Autoreply")
    if _NO_REPLY.search(sender.partition("@")[0]):
        return Sign(False, f"sent from an address that takes no answers: {_short(sender)}")
    return None


def _returned(message: Message) -> str:
    return next((value.strip() for name, value in message.headers if name == "return-path"), "")


def _short(text: str) -> str:
    text = "".join(c for c in " ".join(text.split()) if c.isprintable())
    return text if len(text) <= 80 else text[:79] + "…"
