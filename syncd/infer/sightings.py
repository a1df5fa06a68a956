"""What the person wrote or ticked, to be remembered with the day it was first seen.

Pure. A "Friday" in a note counts from that day and never wanders; what syncd wrote itself is never among it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from syncd.infer.notes import note_lines, read_tags
from syncd.marks import word_hash
from syncd.model import Event
from syncd.standing import Standing

TICK = "tick"


def event_remarks(event: Event) -> Iterator[str]:
    """The hashes of the notes and tags in the description of *event*."""
    text = event.description
    if "#" in text:
        for tag in read_tags(text):
            yield word_hash(tag.words)
    for line in note_lines(text):
        yield word_hash(line)


def standing_remarks(standing: Standing) -> Iterator[str]:
    """The hashes of the notes on a reminder, and of a tick."""
    notes = standing.notes
    if notes:
        for line in note_lines(notes):
            yield word_hash(line)
    if standing.ticked:
        yield tick_hash(standing)


def tick_hash(standing: Standing) -> str:
    """Name a tick; one that comes after the person took an earlier tick away is another one."""
    reopened = standing.marks.reopened
    return f"{TICK} {reopened.isoformat()}" if reopened else TICK


def counts_from(event: Event, now: datetime, *, first_pull: bool) -> datetime:
    """Say which moment relative words in a note count from, at first sight.

    The event's LAST-MODIFIED where it lies between the interview and now; else now; on the first pull of a new store,
    when nobody knows how old the note is, the interview itself.
    """
    if event.modified is not None and event.start <= event.modified <= now:
        return event.modified
    return min(event.end, now) if first_pull else now


def new_remarks(
    events: Iterable[Event], standings: Iterable[Standing], now: datetime, *, first_pull: bool
) -> Iterator[tuple[str, str, datetime]]:
    """Everything that the person said in *events* and *standings*: (owner, hash of the words, moment it counts from).

    On the first pull of a new store what stands on a reminder counts from when that last changed.
    """
    for event in events:
        for remark in event_remarks(event):
            yield event.cause, remark, counts_from(event, now, first_pull=first_pull)
    for standing in standings:
        for remark in standing_remarks(standing):
            changed = standing.entry.modified if first_pull else None
            yield standing.entry.event_id, remark, min(changed, now) if changed is not None else now
