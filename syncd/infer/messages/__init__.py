"""Reading one message: what it means, by when one would hear, and why. Direction first, meaning second.

What the job seeker wrote is never an employer's word, and the other way round. Pure and deterministic.
"""

from __future__ import annotations

from datetime import date

from syncd.infer.messages.verdict import read_received, read_sent
from syncd.infer.promises import promised_by
from syncd.model import Account, Direction, Kind, Message, MessageReading

_PROMISING = frozenset({Kind.REPLY, Kind.INVITATION, Kind.REJECTION})
"""Kinds that can carry a date by which one would hear; automatic mail never does (design, section 4)."""


def read_message(message: Message, account: Account) -> MessageReading:
    """What *message* means to *account*, with the words or headers that decided it. Never raises on any text."""
    if message.direction is Direction.SENT:
        kind, purposeful, why = read_sent(message, account)
        return MessageReading(kind, purposeful=purposeful, why=why)
    kind, why = read_received(message)
    by, words = _promise(message, kind)
    return MessageReading(kind, expected_by=by, why=(*why, *words))


def _promise(message: Message, kind: Kind) -> tuple[date | None, tuple[str, ...]]:
    if kind not in _PROMISING:
        return None, ()
    read = promised_by(message.text, message.date.date())
    if read is None:
        return None, ()
    return read.by, (f'by when you would hear: their words "{read.words[:80]}"',)
