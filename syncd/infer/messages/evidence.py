"""Weighing: what the phrases found in a text add up to, each group once and none within a mere "if"."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from syncd.infer.language import foreign, readable
from syncd.infer.messages.phrasebook import Hit, phrasebook
from syncd.infer.words import NOTHING, Words, read

GUARDED = frozenset({"rejection", "offer", "invitation", "withdrawal", "rejection_reply"})
"""What is not said to be so where it stands in a conditional clause."""


OUTRIGHT = 10.0
"""The weight of a phrase that says something outright."""
CLEAR = 7.0
"""The weight of a phrase that is more than a sign."""
DECISIONS = frozenset({"rejection", "offer", "invitation", "withdrawal"})
"""What a "not" right before it, or a question, turns into something else."""
_DENIED = re.compile(
    r"(?<! why)(?<! if) (?:not|never|unable|nicht|keine?n?|pas|nunca|(?:todavia|aun) no)"
    r" (?!only |just |forget|hesitate|worry|late|sure|this |vergessen)(?:[^ .?]+ ){0,3}$"
)
"""A "not" that stands up to three words before a phrase takes it back."""


@dataclass(frozen=True, slots=True)
class Weighed:
    """The evidence of a text by kind: the heaviest hit of each group. ``known`` is False for a foreign language.

    ``text`` is what was read; what stands in it before ``subject_end`` is the subject. ``taken_back`` is the evidence
    that was there but for an "if", a "not" or a question, or that what follows takes back.
    """

    hits: dict[str, tuple[Hit, ...]] = field(default_factory=dict)
    known: bool = True
    words: int = 0
    text: Words = NOTHING
    subject_end: int = 0
    taken_back: frozenset[str] = frozenset()

    def score(self, *evidence: str) -> float:
        """The sum of the groups' weights for each of *evidence*."""
        return sum(hit.group.weight for name in evidence for hit in self.hits.get(name, ()))

    def group(self, evidence: str, name: str) -> float:
        """The weight of one group, 0 where it wasn't found."""
        return sum(hit.group.weight for hit in self.hits.get(evidence, ()) if hit.group.name == name)

    def why(self, evidence: str, whose: str, limit: int = 2) -> tuple[str, ...]:
        """The heaviest reasons for *evidence*: what was understood, and the words."""
        heaviest = sorted(self.hits.get(evidence, ()), key=lambda hit: -abs(hit.group.weight))[:limit]
        return tuple(f'{hit.group.says}: {whose} "{hit.words}"' for hit in heaviest)


CONTEXT = frozenset({"job", "not_job", "private"})
"""What a text is about."""
THEIRS = CONTEXT | {
    *("guard", "condition", "turn", "rejection", "no_rejection", "offer", "no_offer", "invitation", "no_invitation"),
    *("automatic", "reply", "candidate"),
}
"""What is looked for in the other side's words."""
OWN = CONTEXT | {
    *("guard", "thank_you", "follow_up", "brings", "rejection_reply", "withdrawal", "no_withdrawal"),
    *("accepting", "arranging", "applying", "sending", "interviewer", "elsewhere"),
}
"""What is looked for in the job seeker's."""


def weigh(text: str, evidence: frozenset[str], subject: str = "", hint: str = "") -> Weighed:
    """Find what the phrases say about *text*, and about *subject* where it is the author's own.

    *hint* is more text of the same mail: its language is taken where the text itself tells none.
    """
    words = read(f"{subject}\n\n{text}" if subject else text)
    if not readable(words.plain):
        return Weighed(known=False, text=words)
    spoken = words.languages
    if not spoken and not foreign(words.plain.split()):
        spoken = read(hint).languages or ("en",)
    subject_end = words.position(len(subject) + 1) if subject else 0
    hits = [hit for language in spoken for hit in phrasebook(language).find(words, evidence, subject_end)]
    count = words.plain.count(" ") - 1
    counted, taken_back = _counted(hits, words)
    return Weighed(counted, bool(spoken), count, words, subject_end, taken_back)


def _counted(hits: Iterable[Hit], words: Words) -> tuple[dict[str, tuple[Hit, ...]], frozenset[str]]:
    """Of each group the first hit outside all guards; a hit inside a heavier one of the same evidence is part of it.

    And the evidence of which nothing is left but for the guards.
    """
    found = list(hits)
    guards = [(hit.start, _reach(hit, words)) for hit in found if hit.group.evidence == "guard"]
    counted: dict[str, list[Hit]] = {}
    taken_back: set[str] = set()
    for hit in sorted(found, key=lambda h: (-abs(h.group.weight), h.start)):
        evidence = hit.group.evidence
        kept = counted.setdefault(evidence, [])
        if _guarded(hit, guards) or _denied(hit, found, words):
            if hit.group.weight >= CLEAR:
                taken_back.add(evidence)
            continue
        if not any(_same(k, hit) for k in kept):
            kept.append(hit)
    told = {evidence: tuple(_not_part_of(kept, counted, evidence)) for evidence, kept in counted.items()}
    left = {evidence: kept for evidence, kept in told.items() if kept}
    return left, frozenset(taken_back - {e for e, kept in left.items() if any(k.group.weight >= CLEAR for k in kept)})


def _guarded(hit: Hit, guards: list[tuple[int, int]]) -> bool:
    """Whether it stands in a conditional clause, where it says nothing."""
    if hit.group.evidence not in GUARDED or hit.group.hypothetical:
        return False
    return any(a <= hit.start < b for a, b in guards)


def _denied(hit: Hit, found: list[Hit], words: Words) -> bool:
    """Whether a decision is asked about, denied, or taken back by what follows."""
    evidence = hit.group.evidence
    if evidence == "rejection" and (words.asks(hit.end) or _taken_back(hit, found, words)):
        return True
    return evidence in DECISIONS and bool(_DENIED.search(words.plain, max(0, hit.start - 40), hit.start + 1))


def _taken_back(no: Hit, found: list[Hit], words: Words) -> bool:
    """Whether what follows a no makes it one for now ("until", "without your"), or goes on with them after all."""
    end = words.sentence_end(no.end - 1)
    reach = {"condition": end, "turn": words.sentence_end(end + 2)}
    return any(no.end - 1 <= hit.start < reach.get(hit.group.evidence, 0) for hit in found)


def _not_part_of(kept: list[Hit], counted: dict[str, list[Hit]], evidence: str) -> Iterator[Hit]:
    """Without what is but part of the very words it would speak against: the "not chosen" in "you were not chosen"."""
    against = [hit for hit in counted.get(evidence.removeprefix("no_"), ()) if hit.group.weight >= OUTRIGHT]
    for hit in kept:
        if not evidence.startswith("no_") or not any(a.start <= hit.start and hit.end <= a.end for a in against):
            yield hit


def _same(kept: Hit, hit: Hit) -> bool:
    """Whether *hit* says nothing that *kept* hasn't said; that it stands in the subject says something of its own."""
    inside = kept.start <= hit.start and hit.end <= kept.end
    return kept.group.name == hit.group.name or (inside and not hit.group.subject_only)


def _reach(guard: Hit, words: Words) -> int:
    """A condition holds to the end of its sentence, or to the "but" after it."""
    end = words.sentence_end(guard.end - 1)
    turns = [i for turn in (" but ", " aber ", " mais ", " pero ") if (i := words.plain.find(turn, guard.end - 1)) >= 0]
    return min([end, *turns])
