"""The verdict on a message: what the phrases say, and what the trained model makes of all signs together.

A decision that silences reminders (a rejection, an offer, a withdrawal) stands only where the model is sure of it, or
finds it likely and the phrases agree. What isn't sure enough falls to the likeliest other kind.
"""

from __future__ import annotations

from collections.abc import Iterable

from syncd.infer.messages.model import Model, model
from syncd.infer.messages.received import received_by_phrases
from syncd.infer.messages.sent import sent_by_phrases
from syncd.infer.messages.signals import Phrased, Signals, signals
from syncd.model import Account, Kind, Message

SILENCING = frozenset({Kind.REJECTION, Kind.OFFER, Kind.WITHDRAWAL})
SURE = 0.70
"""How likely a decision that silences reminders has to be, by the model alone."""
AGREED = 0.45
"""How likely it has to be where the phrases say so too."""
DENIED = -5.0
"""What has to speak against a decision for it to be none, however likely."""
HEARD = 1.5
"""How many times likelier a kind is of which phrases were found."""
UNSIGNED = 0.85
"""How likely a machine's notice has to be where nothing but its wording speaks for it.

A person's word that is taken for one doesn't count, and a date in it is lost."""
PURPOSEFUL = 0.5
"""How likely it has to be that a follow-up brings something."""
PERHAPS_PURPOSEFUL = 0.2
"""The same, where phrases say so too."""
_READ_AS = {
    Kind.REJECTION: "a rejection",
    Kind.OFFER: "an offer",
    Kind.INVITATION: "an invitation",
    Kind.AUTOMATIC: "a machine's notice",
    Kind.REPLY: "a person's word about the job",
    Kind.THANK_YOU: "thanks for an interview",
    Kind.FOLLOW_UP: "a follow-up",
    Kind.REJECTION_REPLY: "an answer to a rejection",
    Kind.WITHDRAWAL: "the end of the candidacy",
    Kind.OTHER: "something else",
}


def read_received(message: Message) -> tuple[Kind, tuple[str, ...]]:
    """The kind of a received message, and why."""
    phrased = received_by_phrases(message)
    if phrased.certain:
        return phrased.kind, phrased.why
    seen, trained = signals(message, phrased), model("received")
    chances = trained.chances(seen)
    kind = _kind(phrased, chances, (Kind.REJECTION, Kind.OFFER))
    if kind is Kind.AUTOMATIC and not _of_a_machine(phrased) and chances[kind] < UNSIGNED:
        kind = Kind(max({*chances} - {*SILENCING, kind}, key=lambda other: (chances[other], other)))
    if phrased.sign is not None and phrased.kind is Kind.AUTOMATIC and kind not in SILENCING:
        kind = Kind.AUTOMATIC
    return kind, _why(kind, phrased, seen, trained, "their words")


def _of_a_machine(phrased: Phrased) -> bool:
    """Whether headers, the sender or phrases say so, and not only the way it is worded."""
    return phrased.sign is not None or phrased.kind is Kind.AUTOMATIC


def read_sent(message: Message, account: Account) -> tuple[Kind, bool | None, tuple[str, ...]]:
    """The kind of a sent message, whether a follow-up is purposeful, and why."""
    phrased = sent_by_phrases(message, account)
    if phrased.certain:
        return phrased.kind, None, phrased.why
    seen, trained = signals(message, phrased), model("sent")
    kind = _kind(phrased, trained.chances(seen), (Kind.WITHDRAWAL,))
    why = _why(kind, phrased, seen, trained, "your words")
    if kind is not Kind.FOLLOW_UP:
        return kind, None, why
    purposeful, brought = _purpose(phrased, seen)
    return kind, purposeful, (*why, brought)


def _kind(phrased: Phrased, told: dict[str, float], silencing: tuple[Kind, ...]) -> Kind:
    heard = {
        kind: chance * HEARD if phrased.heard and kind == phrased.kind not in SILENCING else chance
        for kind, chance in told.items()
    }
    whole = sum(heard.values())
    chances = {kind: chance / whole for kind, chance in heard.items()}
    for kind in sorted(silencing, key=lambda kind: -chances[kind]):
        if _taken_back(phrased, kind):
            continue
        if chances[kind] >= (AGREED if phrased.kind is kind else SURE):
            return kind
    likeliest, *_ = sorted(chances, key=lambda kind: -chances[kind])
    if likeliest in silencing and phrased.kind not in {*silencing, Kind.OTHER}:
        return phrased.kind
    return Kind(max((kind for kind in chances if kind not in silencing), key=lambda kind: chances[kind]))


def _taken_back(phrased: Phrased, kind: Kind) -> bool:
    """Whether its phrases stand there only with an "if" or a "not", or with what says the opposite."""
    found = phrased.found
    return phrased.kind is not kind and (kind.value in found.taken_back or found.score(f"no_{kind.value}") <= DENIED)


def _why(kind: Kind, phrased: Phrased, seen: Signals, trained: Model, whose: str) -> tuple[str, ...]:
    """The phrases that decided, where they say the same; else the words that weighed most."""
    if kind is phrased.kind:
        return phrased.why
    if by_phrases := phrased.found.why(kind.value, whose, 1):
        return by_phrases
    return (_listed(trained.told_by(seen, kind.value), _READ_AS[kind]),)


def _purpose(phrased: Phrased, seen: Signals) -> tuple[bool, str]:
    trained = model("purpose")
    purposeful = trained.chances(seen)["brings"] >= (PERHAPS_PURPOSEFUL if phrased.purposeful else PURPOSEFUL)
    if not purposeful:
        return False, "it only asks, and brings nothing"
    if why := phrased.found.why("brings", "your words", 1):
        return True, why[0]
    return True, _listed(trained.told_by(seen, "brings", 2), "bringing something")


def _listed(words: Iterable[str], read_as: str) -> str:
    listed = ", ".join(f'"{group}"' for group in words if group)
    return f"the words {listed} read as {read_as}"[:200] if listed else f"its shape reads as {read_as}"
