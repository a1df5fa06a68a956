"""What a mail of the job seeker's own means: thanks, a follow-up, an answer to a no, an end, or anything else."""

from __future__ import annotations

from syncd.infer.messages.automatic import automatic_sign
from syncd.infer.messages.evidence import CONTEXT, OWN, Weighed, weigh
from syncd.infer.messages.received import told
from syncd.infer.messages.signals import Phrased
from syncd.infer.messages.subjects import bare_subject, is_reply, uppermost
from syncd.model import Account, Kind, Message

ENOUGH = 8.0
"""What has to come together; one strong phrase (10) does."""
OTHERWISE = ("accepting", "arranging", "applying", "sending", "interviewer", "elsewhere")
"""Evidence of a mail that is none of the four."""
BRINGS_ENOUGH = 6.0
BRINGS_OUTRIGHT = 8.0
SHORT = 60
"""Words; whoever looks back or brings something in passing is brief."""
CLEAR = 10.0
"""Thanks or a question as clear as this aren't taken for business because of one word that may be of a job, too."""
NOT_A_JOB = 6.0
NOTHING_OF_THEM = "it neither thanks, asks, answers a no nor ends anything"


def sent_by_phrases(message: Message, account: Account) -> Phrased:
    """What the phrases say of a sent message; ``purposeful`` is what they would say of it as a follow-up."""
    sign = automatic_sign(message)
    if sign is not None and sign.certain:
        return Phrased(Kind.OTHER, (sign.says,), Weighed(), certain=True)
    bare = bare_subject(message.subject)
    found = weigh(
        message.text, OWN, "" if is_reply(message.subject) else bare, hint=f"{bare} {uppermost(message.quoted)}"
    )
    if not found.known:
        return Phrased(Kind.OTHER, ("in a language that syncd doesn't read",), found, certain=True)
    theirs, quoted_why = _theirs(message, account)
    thread = weigh(uppermost(message.quoted), CONTEXT, bare, hint=message.text)
    kind, why = _kind(found, theirs, quoted_why, thread, message)
    purposeful = found.score("brings") + 3 * bool(message.attachments) >= BRINGS_ENOUGH
    heard = NOTHING_OF_THEM not in why
    return Phrased(kind, why, found, heard=heard, sign=sign, theirs=theirs, thread=thread, purposeful=purposeful)


def _theirs(message: Message, account: Account) -> tuple[Kind | None, tuple[str, ...]]:
    """What the mail that is quoted uppermost said, where the other side wrote it."""
    if not message.quoted.strip():
        return None, ()
    head = message.quoted[:400].lower()
    if any(address and address in head for address in (account.email, *account.aliases)) and "from:" not in head:
        return None, ()
    kind, why, found = told(uppermost(message.quoted), "")
    if kind is not None and found.score("not_job") > found.score("job"):
        return None, ()
    return kind, tuple(reason.replace("their words", "they had written") for reason in why)


def _kind(
    found: Weighed, theirs: Kind | None, quoted_why: tuple[str, ...], thread: Weighed, message: Message
) -> tuple[Kind, tuple[str, ...]]:
    """The table of decisions, the most consequential first."""
    otherwise = {name: found.score(name) for name in OTHERWISE}
    strongest = max(otherwise, key=lambda name: otherwise[name])
    leaves = found.score("withdrawal", "no_withdrawal")
    takes_no = found.score("rejection_reply")
    asks = found.score("follow_up")
    if elsewhere := _elsewhere(found, thread):
        return Kind.OTHER, elsewhere
    if otherwise["interviewer"] >= 16 or otherwise["elsewhere"] >= 16:
        return Kind.OTHER, found.why(strongest, "your words")
    if (
        leaves >= ENOUGH
        and found.group("withdrawal", "out")
        and leaves > otherwise["arranging"]
        and theirs is not Kind.REJECTION
    ):
        return Kind.WITHDRAWAL, found.why("withdrawal", "your words")
    if theirs is Kind.REJECTION and otherwise[strongest] < 16:
        return Kind.REJECTION_REPLY, (*quoted_why[:1], *found.why("rejection_reply", "your words", 1))
    if otherwise["accepting"] >= ENOUGH or theirs is Kind.OFFER:
        return Kind.OTHER, found.why("accepting", "your words") or quoted_why
    if takes_no >= 10 and takes_no > asks and takes_no > otherwise[strongest] and not _thanks_for_interview(found):
        return Kind.REJECTION_REPLY, found.why("rejection_reply", "your words")
    if theirs is Kind.INVITATION and not _thanks_for_interview(found) and not found.group("follow_up", "asks"):
        return Kind.OTHER, quoted_why
    if _thanks(found, message) > max(8.0, *(otherwise[name] for name in OTHERWISE)):
        if found.group("follow_up", "asks") and not _fresh(found):
            return Kind.FOLLOW_UP, found.why("follow_up", "your words")
        return Kind.THANK_YOU, found.why("thank_you", "your words")
    if _softly_thanks(found, message) and not any(otherwise.values()):
        return Kind.THANK_YOU, found.why("thank_you", "your words")
    if _asks(found, message) >= max(ENOUGH, otherwise[strongest]):
        return Kind.FOLLOW_UP, found.why("follow_up", "your words", 1)
    if otherwise[strongest] > 0:
        return Kind.OTHER, found.why(strongest, "your words")
    if leaning := _leaning(found, message):
        return leaning
    return Kind.OTHER, (NOTHING_OF_THEM,)


def _leaning(found: Weighed, message: Message) -> tuple[Kind, tuple[str, ...]] | None:
    """What signs that are weak alone make likely, where nothing in the mail speaks for anything else."""
    if is_reply(message.subject) and found.score("rejection_reply") >= 6 and not found.hits.keys() & {"follow_up"}:
        return Kind.REJECTION_REPLY, found.why("rejection_reply", "your words")
    job = found.score("job") or weigh(bare_subject(message.subject), CONTEXT).score("job")
    brings = found.score("brings") >= (BRINGS_ENOUGH if job or found.words < SHORT else BRINGS_OUTRIGHT)
    if (found.score("follow_up") >= 6 or brings) and not _off_topic(found, message):
        return Kind.FOLLOW_UP, found.why("follow_up", "your words", 1) or found.why("brings", "your words", 1)
    return None


def _of_an_interview(found: Weighed) -> bool:
    """Whether it thanks for an interview, or asks about the job: a "Nan" may be the boss."""
    clear = _thanks_for_meeting(found) or found.group("follow_up", "asks")
    return bool(clear and found.group("job", "strong") and not found.score("elsewhere"))


def _thanks_for_meeting(found: Weighed) -> float:
    return found.group("thank_you", "interview") + found.group("thank_you", "glad")


def _thanks_for_interview(found: Weighed) -> bool:
    return bool(_thanks_for_meeting(found) and found.group("thank_you", "when"))


def _thanks(found: Weighed, message: Message) -> float:
    """How clearly it thanks for an interview: more than for somebody's time in a closing formula."""
    marked = (
        _thanks_for_meeting(found)
        or found.group("thank_you", "subject")
        or found.group("thank_you", "formal")
        or (found.group("thank_you", "meal") and found.score("job"))
    )
    if not marked:
        return 0.0
    return found.score("thank_you") - _off_topic(found, message)


def _softly_thanks(found: Weighed, message: Message) -> bool:
    """Whether a mail of its own looks back at a day with thanks and nothing else: no question, nothing brought."""
    plain = not found.hits.keys() & {"follow_up", "brings", "withdrawal", "rejection_reply"}
    if found.group("thank_you", "meal") and not found.score("job"):
        return False
    looks_back = found.group("thank_you", "word") and found.group("thank_you", "when")
    return (
        bool(plain and looks_back) and found.words < SHORT and not is_reply(message.subject) and "?" not in message.text
    )


def _fresh(found: Weighed) -> bool:
    """Whether its thanks come first, and the question only on top."""
    return bool(found.group("thank_you", "subject") or found.group("thank_you", "when")) and not found.group(
        "follow_up", "subject"
    )


def _asks(found: Weighed, message: Message) -> float:
    """How clearly it follows up: it asks where things stand, or brings something and still hopes."""
    asks, brings = found.score("follow_up"), found.score("brings")
    if not found.group("follow_up", "asks") and brings < BRINGS_ENOUGH:
        return 0.0
    if asks == 0 and (brings < 12 or found.score("applying", "sending") >= 7):
        return 0.0
    return asks + min(brings, 10.0) - _off_topic(found, message)


def _off_topic(found: Weighed, message: Message) -> float:
    """What counts against a longer mail without a word about a job: business has its meetings and follow-ups too."""
    if (
        found.words < 40
        or found.score("job")
        or found.group("follow_up", "keen")
        or weigh(message.quoted[:2000], CONTEXT, bare_subject(message.subject)).score("job")
    ):
        return 0.0
    return 6.0


def _elsewhere(found: Weighed, thread: Weighed) -> tuple[str, ...]:
    """Why it is not about a job at all, empty where it may be."""
    other = found.score("not_job") + thread.score("not_job")
    job = found.score("job") + thread.score("job")
    clear = other < NOT_A_JOB and max(found.score("thank_you"), found.score("follow_up")) >= CLEAR
    if other and other >= job and not clear:
        return found.why("not_job", "your words", 1) or thread.why("not_job", "the thread's words", 1)
    if (
        found.score("private")
        and not found.group("withdrawal", "out")
        and not found.score("follow_up", "thank_you") >= 16
        and not _of_an_interview(found)
    ):
        return found.why("private", "your words", 1)
    return ()
