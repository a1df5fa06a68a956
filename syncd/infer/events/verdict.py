"""Whether an entry is an interview of the user's: by rule where that is certain, else by the trained model.

Pure. The user's own tags stand over everything, then what puts the user on the other side of the table. The cues and
their points are the model's strongest signals; the words decide where those say little or contradict each other.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from syncd.infer.events.context import Context
from syncd.infer.events.formula import typed
from syncd.infer.events.model import InterviewModel, interview_model
from syncd.infer.events.side import side_of
from syncd.infer.events.signals import Known, Signals, signals
from syncd.infer.events.weighing import ENOUGH, ruled_out, weigh
from syncd.infer.notes import Tag
from syncd.model import Account, Event

_ABOUT_A_JOB = ("interview", "rejected", "offer", "withdrawn", "ignore")
_SHORT, _LINE, _LONG = 11, 12, 20
TAGGED = 2.0
"""What it counts that the user wrote the company's name into the entry."""
PLAIN = 1.0
"""What it counts that a short title by itself names an interview: "Interview with Acme"."""
UNTOLD = -1.0
"""What it counts that nothing tells of a job: in a long text of nobody's (an agenda), or among people who meet."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether it is an interview of the user's, the reasons, and whether it still may be one for all we know."""

    interview: bool
    why: list[str]
    may_be: bool = False


def judge(event: Event, account: Account, tags: Mapping[str, Tag], context: Context) -> Verdict:
    """The verdict on *event*, of which *context* is known."""
    for name in _ABOUT_A_JOB:
        if name in tags:
            return Verdict(True, [f'you wrote "{tags[name].words[:80]}"'])
    known = know(event, account, context)
    if known.side.candidate is False:
        return Verdict(False, [known.side.why])
    if _is_certain(known, context):
        return Verdict(True, known.weighing.why)
    trained, seen = interview_model(), signals(known)
    score = trained.score(seen) + (PLAIN if _is_plain(known, seen) else UNTOLD if _is_untold(known, seen) else 0)
    if "company" in tags and known.weighing.points > 0:
        score += TAGGED
        known.weighing.add(2, f'you wrote "{tags["company"].words[:80]}"')
    if score > 0:
        return Verdict(True, _why_one(known, trained, seen))
    may_be = not known.never and known.weighing.points > 0
    return Verdict(False, _why_none(known, trained, seen), may_be)


def _is_certain(known: Known, context: Context) -> bool:
    """Whether it holds nothing but what everybody types: an interview, and a name."""
    told = known.weighing.strong and known.weighing.points >= ENOUGH and not known.never
    return told and not context.told.text and typed(context) is not None


def _is_plain(known: Known, seen: Signals) -> bool:
    weighing = known.weighing
    told = weighing.strong and weighing.points >= ENOUGH and not known.never
    return told and len(seen.text) < _LINE and len(seen.title) < _SHORT


def _is_untold(known: Known, seen: Signals) -> bool:
    if known.weighing.points > known.weighing.weak:
        return False
    return len(seen.text) > _LONG if not known.everyone else not seen.text


def know(event: Event, account: Account, context: Context) -> Known:
    """What the rules know of *event*."""
    said, everyone, me = context.told, list(context.everyone), context.me
    side = side_of(event, account, said, everyone, me)
    weighing = weigh(said, everyone, side.outside, me)
    # A name in a title alone is any meeting's: "Jane / Noa chat".
    if side.candidate and (side.by_line or weighing.points > weighing.weak):
        weighing.add(2, side.why)
    never = ruled_out(said, weighing, side.outside)
    if side.colleagues and not side.candidate:
        weighing.add(-4, "only colleagues of yours take part")
    return Known(event, said, context.everyone, me, side, weighing, never)


def _why_one(known: Known, trained: InterviewModel, seen: Signals) -> list[str]:
    """The cues, where they are enough, else with the words that weighed most."""
    cues = list(known.weighing.why)
    if known.weighing.points >= ENOUGH and not known.never:
        return cues
    return [*cues, _read_as(trained.told_by(seen, interview=True), "an interview of yours")]


def _why_none(known: Known, trained: InterviewModel, seen: Signals) -> list[str]:
    if known.never:
        return [known.never]
    cues = known.weighing.why
    if known.weighing.points >= ENOUGH:
        return [*cues, _read_as(trained.told_by(seen, interview=False), "something else")]
    unsaid = "that makes no job interview" if cues else "nothing says that it is an interview"
    return [*cues, unsaid]


def _read_as(words: tuple[str, ...], read_as: str) -> str:
    listed = ", ".join(f'"{group[:60]}"' for group in words if group)
    return f"the words {listed} read as {read_as}"[:200] if listed else f"its shape reads as {read_as}"
