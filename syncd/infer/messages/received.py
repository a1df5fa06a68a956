"""What a received mail means: an employer's no, yes or come, a machine's notice, a person's word, or no job at all."""

from __future__ import annotations

import re

from syncd.infer.messages.automatic import Sign, automatic_sign
from syncd.infer.messages.evidence import CONTEXT, THEIRS, Weighed, weigh
from syncd.infer.messages.footers import without_footers
from syncd.infer.messages.signals import Phrased
from syncd.infer.messages.subjects import bare_subject, is_reply, uppermost
from syncd.model import Kind, Message

ENOUGH = 8.0
"""What has to come together for an employer's word; one strong phrase (10) does, two weak ones don't."""
MAYBE = 3.0
"""What one word about something else counts that may stand in a mail about a job, too."""

FOOTER = Sign(False, "a machine's mail: its footer says so")
"""What the footer of a mail that answers none shows."""
NO_DECISION = "a person's word about the job, and no decision in it"
NO_JOB = "nothing in it speaks of a job"

_FORWARD = re.compile(r"^\s*(?:fwd?|wg|tr|rv|i)\s*:", re.IGNORECASE)
_KINDS = (("rejection", Kind.REJECTION), ("offer", Kind.OFFER), ("invitation", Kind.INVITATION))


def told(text: str, subject: str) -> tuple[Kind | None, tuple[str, ...], Weighed]:
    """The employer's word in *text*: rejection, offer or invitation, why, and everything that was found."""
    found = weigh(text, THEIRS, "" if is_reply(subject) else subject[:300], hint=bare_subject(subject))
    if not found.known:
        return None, (), found
    best, score = None, 0.0
    for name, kind in _KINDS:
        weight = found.score(name, f"no_{name}")
        if not _alone(found, name) or weight < ENOUGH:
            continue
        if best is None or _stronger(found, kind, weight, best, score):
            best, score = kind, weight
    why = found.why(best.value, "their words") if best else ()
    return best, why, found


def _stronger(found: Weighed, kind: Kind, weight: float, best: Kind, score: float) -> bool:
    """Whether *kind* is said more clearly: outright before by signs, an offer before a day to come, then by weight."""
    outright, before = _plain(found, kind.value), _plain(found, best.value)
    if best is Kind.OFFER and before:
        return False
    return outright > before or (outright == before and weight > score)


def _plain(found: Weighed, name: str) -> bool:
    """Whether it is said outright: whoever offers a job also says when to come in."""
    return any(hit.group.weight >= 10 for hit in found.hits.get(name, ()))


def _alone(found: Weighed, name: str) -> bool:
    """Whether at least one phrase is more than a weak sign: politeness never adds up to a decision."""
    hits = found.hits.get(name, ())
    heaviest = max((hit.group.weight for hit in hits), default=0.0)
    if name == "rejection":
        return heaviest >= 7 or (heaviest >= 6 and len(hits) >= 3 and found.score(name) >= 12)
    return heaviest >= 7 or (len(hits) >= 3 and found.score(name) >= 11)


def received_by_phrases(message: Message) -> Phrased:
    """What the phrases say of a received message."""
    text, whose = _their_text(message)
    text, footer = without_footers(text)
    sign = automatic_sign(message)
    if sign is not None and sign.certain:
        return Phrased(Kind.AUTOMATIC, (sign.says,), Weighed(), certain=True)
    word, why, found = told(text, message.subject)
    if whose:
        why = (whose, *why)
    if not found.known:
        kind = Kind.AUTOMATIC if sign else Kind.REPLY
        says = sign.says if sign else "a person's word in a language that syncd doesn't read"
        return Phrased(kind, (says,), found, certain=True)
    if sign is None and footer and not is_reply(message.subject) and _speaks_of_nothing(found):
        sign = FOOTER
    thread = weigh(uppermost(message.quoted), CONTEXT, bare_subject(message.subject), hint=message.text)
    kind, why = _kind(message, found, thread, sign, word, why)
    return Phrased(kind, why, found, heard=not {NO_DECISION, NO_JOB} & set(why), sign=sign, thread=thread)


def _kind(
    message: Message, found: Weighed, thread: Weighed, sign: Sign | None, word: Kind | None, why: tuple[str, ...]
) -> tuple[Kind, tuple[str, ...]]:
    about = _context(message, found, thread)
    if found.score("candidate") >= ENOUGH and word is None:
        return Kind.OTHER, found.why("candidate", "their words")
    if about < 0 and sign is None and (word is None or found.score("not_job") > MAYBE or found.score(word.value) < 14):
        return Kind.OTHER, found.why("not_job", "their words") or found.why("private", "their words")
    if word is Kind.INVITATION and about <= 0 and not any(h.group.weight >= 7 for h in found.hits["invitation"]):
        word = None
    if automatic := _automatic(found, sign, word, message):
        return Kind.AUTOMATIC, automatic
    if word is not None:
        return word, why
    if about > 0:
        return Kind.REPLY, found.why("reply", "their words", 1) or (NO_DECISION,)
    return Kind.OTHER, (NO_JOB,)


def _speaks_of_nothing(found: Weighed) -> bool:
    """Whether it has no word on how things stand ("on hold"), which machines send to one candidate, too."""
    return not found.score("reply") or found.score("automatic") > 0


def _their_text(message: Message) -> tuple[str, str]:
    """The author's own words; what they pass on where they say next to nothing themselves."""
    own = message.text
    if _FORWARD.match(message.subject) and len(own.split()) < 12 and message.quoted.strip():
        return f"{own}\n\n{uppermost(message.quoted)}", "they passed on somebody's mail"
    return own, ""


def _automatic(found: Weighed, sign: Sign | None, word: Kind | None, message: Message) -> tuple[str, ...]:
    """Why it is a machine's notice to whoever it may concern, empty where it is an employer's word to this person."""
    says = found.score("automatic")
    if word is not None and not _outweighed(found, word, sign):
        return ()
    if sign is not None:
        return (sign.says, *found.why("automatic", "its words", 1))
    own_word = found.group("automatic", "away") or found.group("automatic", "machine")
    if own_word or (says >= ENOUGH and not is_reply(message.subject)):
        return found.why("automatic", "its words")
    return ()


def _outweighed(found: Weighed, word: Kind, sign: Sign | None) -> bool:
    """Whether signs of a machine's text speak louder than the decision that seems to stand in it."""
    strength = found.score(word.value, f"no_{word.value}")
    if found.group("automatic", "machine") and word is Kind.INVITATION and not _plain(found, "invitation"):
        return True
    alert, notice = found.group("automatic", "alert"), found.group("automatic", "notice")
    if word is Kind.REJECTION:
        return strength < max(10.0, notice) if alert or notice else False
    if sign is not None and ("Header" in sign.says or "header List" in sign.says) and alert:
        return True
    return strength < alert + 4 * bool(sign) or notice >= 9 > strength - 8


def _context(message: Message, found: Weighed, thread: Weighed) -> int:
    """1 where it is about a job, -1 where it clearly isn't, 0 where nothing tells."""
    job, other = found.score("job"), found.score("not_job")
    private = found.score("private")
    job += min(thread.score("job"), 6) if is_reply(message.subject) or message.quoted else thread.group("job", "strong")
    other += thread.score("not_job")
    if other <= MAYBE and any(_plain(found, name) or found.score(name) >= ENOUGH for name, _ in _KINDS):
        other = 0.0
    theirs = found.group("offer", "yours") + found.group("offer", "want")
    if other and other >= job + theirs:
        return -1
    if private and not found.score("reply") and not theirs:
        return -1
    if job > 0 or is_reply(message.subject) or found.score("reply"):
        return 1
    return 0
