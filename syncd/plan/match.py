"""Which reminder in the calendar belongs to which thing that is due: by cause, one to one.

Pure. The key of a reminder is made of its first cause; an interview day's slots may change, so sharing a slot is
enough.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from syncd.marks import key
from syncd.model import Ended, Rule
from syncd.plan.rules import Due
from syncd.standing import Standing


@dataclass(frozen=True, slots=True)
class Match:
    """What a due thing is in the calendar: standing, dismissed by the person, or new under *generation*."""

    key: str
    standing: Standing | None = None
    dismissed: bool = False
    removed: bool = False
    generation: int = 0


def match(
    dues: Sequence[Due], standings: Iterable[Standing], ended: Iterable[Ended], account: str
) -> tuple[list[Match], tuple[Standing, ...]]:
    """Find the match of each of *dues*, and the standing reminders that none of them wants."""
    free = {s.marks.key: s for s in standings}
    keys = [key(account, due.rule, due.causes[0]) for due in dues]
    taken = _claims(dues, keys, {k: (s.marks.rule, s.marks.cause) for k, s in free.items()}, frozenset())
    over = _latest(ended)
    gone = _claims(dues, keys, {k: (e.rule, e.cause) for k, e in over.items() if k not in free}, frozenset(taken))
    matches = []
    for index, own in enumerate(keys):
        end = over[gone[index]] if index in gone else None
        if index in taken:
            matches.append(Match(taken[index], standing=free[taken[index]]))
        elif end is None or (end.key != own and not end.by_person):
            matches.append(Match(own))
        else:
            matches.append(Match(end.key, dismissed=end.by_person, removed=True, generation=end.generation + 1))
    used = set(taken.values())
    return matches, tuple(s for k, s in free.items() if k not in used)


def _claims(
    dues: Sequence[Due], keys: list[str], known: dict[str, tuple[str, tuple[str, ...]]], settled: frozenset[int]
) -> dict[int, str]:
    """Give each of *known* (by key) to one due at most.

    To the one that its key was made of, else by first cause, else by any.

    Dues in *settled* get none. Without "at most one", two days that part after they were one would both write the
    same reminder.
    """
    claims: dict[int, str] = {}
    for closeness in range(3):
        for index, due in enumerate(dues):
            if index in claims or index in settled:
                continue
            left = ((k, causes) for k, (rule, causes) in known.items() if rule == due.rule and k not in claims.values())
            fitting = (k for k, causes in left if _fits(closeness, k, causes, keys[index], due.causes))
            if (found := next(fitting, None)) is not None:
                claims[index] = found
    return claims


def _fits(closeness: int, known: str, causes: tuple[str, ...], own: str, wanted: tuple[str, ...]) -> bool:
    if closeness == 0:
        return known == own
    return causes[:1] == wanted[:1] if closeness == 1 else not set(causes).isdisjoint(wanted)


def _latest(ended: Iterable[Ended]) -> dict[str, Ended]:
    """The last end of each key; one by the person stands for good."""
    latest: dict[str, Ended] = {}
    for end in ended:
        before = latest.get(end.key)
        if before is None or (end.by_person, end.generation) > (before.by_person, before.generation):
            latest[end.key] = end
    return latest


def dismissed_causes(ended: Iterable[Ended], rule: Rule) -> frozenset[str]:
    """The causes of *rule*'s reminders that the person deleted."""
    return frozenset(cause for e in ended if e.by_person and e.rule == rule for cause in e.cause)
