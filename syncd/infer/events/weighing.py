"""Weighs the words of a calendar entry: points for an interview, and what rules one out. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from syncd.infer import names
from syncd.infer.events import jobs
from syncd.infer.events.cues import cues, pattern
from syncd.infer.events.pieces import split
from syncd.infer.events.told import Told
from syncd.model import Person

ENOUGH = 3
"""Points that make an interview: one strong word in the title, or weaker ones together."""

WEAK_LIMIT = 2
"""Talks and lunches alone never make one."""

_STRONG = 4
_PLURAL = re.compile(r"\b(?:interviews|entretiens|entrevistas)\b", re.IGNORECASE)
_ONE = re.compile(r"\b(?:interview|with|w/|at|onsite|on-site|chez|con|en)\b|@", re.IGNORECASE)


@dataclass(slots=True)
class Weighing:
    """Points so far, of which ``weak`` are from weak words, and why.

    ``strong``: the title has a word that decides. ``of_a_job``: the description speaks of a job.
    """

    points: int = 0
    weak: int = 0
    why: list[str] = field(default_factory=list)
    strong: bool = False
    of_a_job: bool = False

    def add(self, points: int, why: str, *, weak: bool = False) -> None:
        """Count *points*; weak ones only up to the limit."""
        if weak:
            points = min(points, WEAK_LIMIT - self.weak)
            self.weak += points
        self.points += points
        if points:
            self.why.append(why)


def weigh(said: Told, everyone: list[Person], outside: tuple[Person, ...]) -> Weighing:
    """The points of what is *said* and of who sends it; *outside* are those who aren't of the user's own house."""
    weighing = Weighing()
    _words(said, weighing)
    if (weighing.weak or "<>" in said.title) and (job := _job_in_title(said)):
        weighing.add(2, f'the title names a job: "{job}"')
    if weighing.points > 0 and (sender := next((p for p in everyone if p.email and _hires(p)), None)):
        weighing.add(2, f"it comes from {sender.email}")
    if weighing.points - weighing.weak > 1 and any(p.email and not names.is_public_host(p.email) for p in outside):
        weighing.add(1, "somebody of a company takes part")
    if _PLURAL.search(said.title) and not _ONE.search(said.title):
        weighing.add(-2, "the title speaks of interviews, as those do who hold them")
    if not weighing.strong:
        for cue in cues().less:
            if words := cue.find(f"{said.headings}\n{said.text[:300]}"):
                weighing.add(-cue.points, f'{cue.why}: "{words}"')
    return weighing


def _words(said: Told, weighing: Weighing) -> None:
    for cue in cues().title:
        if words := cue.find(said.headings):
            weighing.strong = weighing.strong or cue.points >= _STRONG
            weighing.add(cue.points, f'{cue.why}: "{words}"', weak=cue.weak)
    for cue in cues().text:
        if words := cue.find(said.text):
            weighing.of_a_job = weighing.of_a_job or cue.of_a_job
            weighing.add(cue.points, f'{cue.why}: "{words}"')


def _job_in_title(said: Told) -> str:
    """A job of two words or more that stands by itself: not the "sales manager" that one has lunch with."""
    alone = (p.text for p in split(said.title) if not p.after and " " in p.text)
    return next((text for text in alone if jobs.is_job(text)), "")


def _hires(person: Person) -> bool:
    if names.is_applicant_tracking(person.email):
        return True
    local = person.email.partition("@")[0]
    return names.is_role_mailbox(person.email) and pattern("hiring_mailbox").search(local) is not None


def ruled_out(said: Told, weighing: Weighing) -> str:
    """Why it is no interview whatever else it says; empty where nothing says so."""
    for cue in cues().never:
        if cue.unless_interview and weighing.strong:
            continue
        words = cue.find_unless_job(said.headings)
        if not words and cue.text and not weighing.of_a_job:
            words = cue.find_unless_job(said.text)
        if words:
            return f'{cue.why}: "{words}"'
    return ""
