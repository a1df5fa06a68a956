"""push: apply actions to the calendar one by one, and remember each, so that a crash leaves nothing half known."""

from __future__ import annotations

from datetime import datetime

from syncd.model import Ended, Entry
from syncd.ports import ReminderCalendar
from syncd.reconcile import Action
from syncd.standing import standing
from syncd.store import REMOVING, Store


def push(action: Action, sink: ReminderCalendar, store: Store, now: datetime) -> None:
    """Make *action* true. Raises ``Conflict`` where the reminder isn't what was read."""
    if action.removes:
        remove(action.entry, sink, store)
    elif action.old is None:
        written = sink.create(action.entry)
        with store.transaction():
            store.put_entry(written)
    else:
        written = sink.update(action.old, action.entry)
        with store.transaction():
            store.put_entry(written)
            _removing(store, without=written.event_id)  # should it be one whose removal was interrupted
    with store.transaction():
        store.log(now, told(action))


def remove(entry: Entry, sink: ReminderCalendar, store: Store) -> None:
    """Remove *entry*, if it is ours.

    Remembers first that it is our doing: a crash in between must not look like a dismissal.
    """
    for mine in standing([entry]):
        marks = mine.marks
        with store.transaction():
            store.put_ended(
                Ended(entry.event_id, marks.key, marks.rule, marks.cause, marks.generation, by_person=False)
            )  # fmt: skip
            store.put(REMOVING, " ".join({*store.get(REMOVING).split(), entry.event_id}))
        sink.delete(entry)
        _removing(store, without=entry.event_id)


def _removing(store: Store, *, without: str) -> None:
    left = set(store.get(REMOVING).split())
    if without in left:
        store.put(REMOVING, " ".join(sorted(left - {without})))


def told(action: Action) -> dict[str, str]:
    """An action as ``sync --json`` and the log tell it."""
    entry = action.entry
    return {
        "op": action.op.value,
        "rule": action.rule.value,
        "company": action.company,
        "due": entry.start.date().isoformat() if entry.all_day else entry.start.isoformat(),
        "title": entry.title,
        "event_id": entry.event_id,
        "why": action.why,
    }
