"""Remove every reminder that syncd made, and nothing else."""

from __future__ import annotations

from syncd.cycle import forget_plan
from syncd.errors import Conflict, TryAgain
from syncd.model import Entry
from syncd.ownership import reminders_are_in
from syncd.ports import ReminderCalendar
from syncd.push import remove
from syncd.standing import standing
from syncd.store import Store

ROUNDS = 3


def ours(sink: ReminderCalendar) -> tuple[Entry, ...]:
    """Every reminder of ours that stands in the calendar now."""
    return tuple(s.entry for s in standing(sink.pull(None).entries))


def purge(sink: ReminderCalendar, store: Store | None) -> tuple[Entry, ...]:
    """Remove them all, also those that the person wrote on, and say which.

    Only the calendar is needed: where there is no usable *store*, nothing is noted in it. Raises ``TryAgain`` where
    they keep changing.
    """
    removed: list[Entry] = []
    if store is not None and reminders_are_in(store) not in {"", sink.name}:
        store = None  # what it knows under the same ids stands in another calendar
    if store is not None:
        forget_plan(store)
    for _ in range(ROUNDS):
        left = ours(sink)
        if not left:
            return tuple(removed)
        for entry in left:
            try:
                if store is None:
                    sink.delete(entry)
                else:
                    remove(entry, sink, store)
            except Conflict:
                continue
            removed.append(entry)
    if ours(sink):
        raise TryAgain("the reminders keep changing while they are removed; run syncd purge again")
    return tuple(removed)
