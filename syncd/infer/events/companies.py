"""Which company an interview is at: everything that may be its name is weighed, and the best answer wins.

Pure. A title in the plainest words is certain. Elsewhere, what each sign counts was learnt (``tests/training``): what
people wrote goes over what a mail domain suggests; where both agree, that settles it; an agency goes behind its client.
Nothing is said where nothing is likely enough.
"""

from __future__ import annotations

from syncd.infer.events.candidates import Candidate, candidates, nothing
from syncd.infer.events.context import Company, Context
from syncd.infer.events.domains import capitals
from syncd.infer.events.formula import typed
from syncd.infer.events.model import Table, company_model

GUESSED = 0.6
"""By how much the answer that none is named has to be better: a company guessed wrongly is soon put right."""


def find(context: Context) -> Company:
    """The company that the entry is about; an empty name where nothing tells."""
    if (house := typed(context)) and house.name:
        return house
    weights = company_model()
    best = chosen(candidates(context), nothing(context), weights)
    if best is None:
        return Company()
    return Company(capitals(best.name) if best.name.islower() else best.name, best.certain, best.why)


def chosen(found: list[Candidate], none: dict[str, float], weights: Table) -> Candidate | None:
    """The best of what was *found*; None where that none is named scores more."""
    scores = [weights.total(candidate.features) for candidate in found]
    best = max(range(len(found)), key=lambda i: (scores[i], -i), default=-1)
    if best < 0 or scores[best] <= weights.total(none) - GUESSED:
        return None
    return found[best]
