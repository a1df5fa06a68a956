"""Weighs the words of a calendar entry: points for an interview, and what rules one out. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from syncd.infer import names
from syncd.infer.events import jobs
from syncd.infer.events.context import is_house
from syncd.infer.events.cues import cues, pattern
from syncd.infer.events.people import Me, is_team, words_of
from syncd.infer.events.pieces import FOR, split
from syncd.infer.events.told import Told
from syncd.model import Person

ENOUGH = 3
"""Points that make an interview: one strong word in the title, or weaker ones together."""

WEAK_LIMIT = 2
"""Talks and lunches alone never make one."""

_STRONG = 4
_LONG = 6
"""Words with which a piece of a title says more than a job's title."""

_A_JOB = 2
"""Points that a job named is worth, and from which on a text speaks of one."""
_PLURAL = re.compile(r"\b(?:interviews|entretiens|entrevistas)\b", re.IGNORECASE)
_ONE = re.compile(r"\b(?:interview|with|w/|at|onsite|on-site|chez|con|en)\b|@", re.IGNORECASE)


@dataclass(slots=True)
class Weighing:
    """Points so far, of which ``weak`` are from weak words, and why.

    ``strong``: the title has a word that decides. ``job``: how many of the points speak of a job.
    """

    points: int = 0
    weak: int = 0
    why: list[str] = field(default_factory=list)
    strong: bool = False
    job: int = 0

    def add(self, points: int, why: str, *, weak: bool = False) -> None:
        """Count *points*; weak ones only up to the limit."""
        if weak:
            points = min(points, WEAK_LIMIT - self.weak)
            self.weak += points
        self.points += points
        if points:
            self.why.append(why)


def weigh(said: Told, everyone: list[Person], outside: tuple[Person, ...], me: Me) -> Weighing:
    """The points of what is *said* and of who sends it; *outside* are those who aren't of the user's own house."""
    weighing = Weighing()
    _words(said, weighing)
    if everyone and not weighing.weak and weighing.points < ENOUGH and (meet := _only_names(said, everyone, me)):
        weighing.add(1, meet, weak=True)
    if job := _job_in_title(said):
        weighing.job += _A_JOB
        if weighing.weak or "<>" in said.title:
            weighing.add(_A_JOB, f'the title names a job: "{job}"')
    elif weighing.weak and weighing.points < ENOUGH and said.text and (job := jobs.find(said, [])):
        weighing.job += _A_JOB
        weighing.add(_A_JOB, f'it names a job: "{job}"')
    if weighing.job and not weighing.strong and not outside and any(is_house(p.text) for p in split(said.title)):
        weighing.add(1, "it names a house as well")
    if outside and 0 < weighing.points < ENOUGH and (pair := _user_and_house(said, outside, me)):
        weighing.add(1, pair, weak=True)
    if said.label("job"):
        weighing.job += _A_JOB
    if weighing.points > 0 and (sender := next((p for p in everyone if p.email and _hires(p)), None)):
        weighing.add(2, f"it comes from {sender.email}")
    hosts = [p for p in outside if p.email and not names.is_public_host(p.email)]
    # A hint is enough where somebody in person invites, and not a mailbox.
    hints = 0 if any(not is_team(p) for p in hosts) else 1
    if hosts and weighing.points - weighing.weak > hints:
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
            weighing.job += cue.points if cue.of_a_job else 0
            weighing.add(cue.points, f'{cue.why}: "{words}"', weak=cue.weak)
    if not (said.text or weighing.points):
        return
    for cue in cues().text:
        if words := cue.find(said.text) or (cue.find(said.headings) if cue.anywhere else ""):
            weighing.job += cue.points if cue.of_a_job else 0
            weighing.add(cue.points, f'{cue.why}: "{words}"')


def _only_names(said: Told, everyone: list[Person], me: Me) -> str:
    """The title as evidence that people meet, where it is nothing but their names: "Oskar / Imke"."""
    others = [set(words_of(p.name)) for p in everyone if not is_team(p)]
    met = False
    for piece in split(said.title):
        words = set(words_of(piece.text))
        if any(words & name and len(words) < 4 for name in others):
            met = True
        elif not me.is_named(piece.text) and not (words and words <= set().union(*others, *me.names)):
            return ""
    return f'the title names who meet: "{said.title}"' if met else ""


def _user_and_house(said: Told, outside: tuple[Person, ...], me: Me) -> str:
    """The title as evidence, where it puts the user beside the house of those who invite: "Nell x Foundry Lane"."""
    pieces = split(said.title)
    if not any(me.is_named(p.text) for p in pieces):
        return ""
    domains = {names.registrable(p.email) for p in outside if p.email and not names.is_public_host(p.email)}
    house = next((p.text for p in pieces if any(names.fits_domain(p.text, d) for d in domains)), "")
    return f'the title puts you beside "{house}"' if house else ""


def _job_in_title(said: Told) -> str:
    """A job that stands by itself: not the "sales manager" that one has lunch with."""
    for piece in split(said.title):
        alone = not piece.after or (piece.after in FOR and piece.after != "of")
        told_apart = " " in piece.text or piece.bracketed or piece.after
        if alone and told_apart and len(piece.text.split()) < _LONG and jobs.is_job(piece.text):
            return piece.text
    return ""


def _hires(person: Person) -> bool:
    if names.is_applicant_tracking(person.email):
        return True
    local = person.email.partition("@")[0]
    return names.is_role_mailbox(person.email) and pattern("hiring_mailbox").search(local) is not None


def ruled_out(said: Told, weighing: Weighing, outside: tuple[Person, ...]) -> str:
    """Why it is no interview whatever else it says; empty where nothing says so."""
    for cue in cues().never:
        if cue.unless_interview and weighing.strong:
            continue
        if cue.yields and weighing.job >= cue.yields:
            continue
        words = cue.find_unless_job(said.headings)
        if not words and cue.text and weighing.job < (cue.yields or _A_JOB):
            words = cue.find_unless_job(said.text)
        if not words and cue.domain:
            words = next((p.email for p in outside if cue.domain.search(p.email.rpartition("@")[2])), "")
        if words:
            return f'{cue.why}: "{words}"'
    return ""
