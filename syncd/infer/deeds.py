"""What the person did and said themselves, as touchpoints and promises.

Ticks, notes, tags, and marks on the command line.

Pure. It stands over anything inferred from mail (``by_person``).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from syncd.infer.notes import meant_lines, note_lines, read_note, read_tags
from syncd.infer.sightings import TICK, tick_hash
from syncd.marks import word_hash
from syncd.model import Ended, Event, Interview, PersonMark, Promise, ReminderState, Rule, Sighting, Touchpoint
from syncd.standing import Standing

Sightings = Mapping[tuple[str, str], Sighting]
NOON = time(12)

TICKED = {
    Rule.THANK_YOU: "thank_you",
    Rule.FOLLOW_UP: "follow_up",
    Rule.FOLLOW_UP_PROMISED: "follow_up",
    Rule.REJECTION_REPLY: "rejection_reply",
}
TAGGED = {"rejected": "rejection", "offer": "offer", "withdrawn": "withdrawal", "ignore": "ignored"}
MARKED = {
    "rejected": "rejection",
    "offer": "offer",
    "withdrawn": "withdrawal",
    "ignore": "ignored",
    "active": "active",
    "thanked": "thank_you",
    "followed-up": "follow_up",
}


def tick(standing: Standing, sightings: Sightings, zone: ZoneInfo) -> Touchpoint | None:
    """A reminder that the person ticked counts as its touchpoint, from the day of the tick."""
    kind = TICKED.get(standing.marks.rule)
    by_person = standing.ticked or (
        standing.marks.state is ReminderState.DONE and standing.marks.done is not None and not standing.unticked
    )
    if kind is None or not by_person:
        return None
    at = _tick_time(standing, sightings, zone)
    if at is None:
        return None
    return _ticked(kind, at, standing.entry.event_id, standing.marks.cause)


def cleared_tick(ended: Ended, sightings: Sightings) -> Touchpoint | None:
    """A tick counts on when the person has cleared the ticked reminder away."""
    kind, seen = TICKED.get(Rule(ended.rule)), sightings.get((ended.event_id, TICK))
    if kind is None or seen is None or not ended.by_person:
        return None
    return _ticked(kind, seen.seen, ended.event_id, ended.cause)


def _ticked(kind: str, at: datetime, reminder: str, causes: tuple[str, ...]) -> Touchpoint:
    why = ("you ticked the reminder",)
    return Touchpoint(kind=kind, at=at, evidence=reminder, why=why, slots=causes, by_person=True)


def _tick_time(standing: Standing, sightings: Sightings, zone: ZoneInfo) -> datetime | None:
    seen = sightings.get((standing.entry.event_id, tick_hash(standing)))
    done = standing.marks.done
    if seen is not None and (done is None or seen.seen.astimezone(zone).date() == done):
        return seen.seen
    if done is None:
        return None
    # The store was lost, but the tick itself is what last changed the reminder.
    changed = standing.entry.modified
    if changed is not None and changed.astimezone(zone).date() == done:
        return changed
    return datetime.combine(done, NOON, zone)


def tags(interview: Interview, sightings: Sightings) -> Iterator[Touchpoint]:
    """What the person said of the job in the interview's description, from when it was first seen."""
    event = interview.event
    if "#" not in event.description:
        return
    for tag in read_tags(event.description):
        kind = TAGGED.get(tag.name)
        if kind is None:
            continue
        words = word_hash(tag.words)
        seen = sightings.get((event.cause, words))
        yield Touchpoint(
            kind=kind,
            at=seen.base if seen else event.end,
            evidence=f"{event.cause}#{words}",
            why=(f"you wrote {tag.words} into the interview",),
            by_person=True,
        )


def event_promises(
    event: Event, sightings: Sightings, standings: Iterable[Standing], zone: ZoneInfo
) -> Iterator[Promise]:
    """The dates that the person noted in an interview's description."""
    for line in note_lines(event.description):
        words = word_hash(line)
        cause = f"{event.cause}#{words}"
        seen = sightings.get((event.cause, words))
        base = seen.base if seen else event.end
        kept = next((by for s in standings if cause in s.marks.cause and (by := kept_date(s, words))), None)
        by = kept or noted_date(line, base, zone, (event.start,))
        if by is not None:
            yield Promise(by, base, cause, (f'you noted "{line}" in the interview',))


def standing_promises(
    standing: Standing, sightings: Sightings, zone: ZoneInfo, held: Iterable[datetime]
) -> Iterator[tuple[Promise, str]]:
    """The dates that the person noted on a reminder, each with the ``syncdPromise`` mark that keeps it.

    *held* are the starts of the interviews that it may be about.
    """
    held = tuple(held)
    for line in note_lines(standing.notes):
        words = word_hash(line)
        seen = sightings.get((standing.entry.event_id, words))
        said = seen.base if seen else standing.entry.modified or standing.entry.start
        by = kept_date(standing, words) or noted_date(line, said, zone, held)
        if by is not None:
            cause = f"{standing.entry.event_id}#{words}"
            yield Promise(by, said, cause, (f'you noted "{line}" on the reminder',)), f"{by.isoformat()} {words}"


def unread(owner: str, text: str, promised: Collection[str]) -> Iterator[str]:
    """The lines of *text* that the person meant as notes of a date, and that made none of the causes *promised*."""
    for line in meant_lines(text):
        if f"{owner}#{word_hash(line)}" not in promised:
            yield line


def kept_date(standing: Standing, words: str) -> date | None:
    """The date that the mark of *standing* keeps for a note with the hash *words*."""
    by, _, hashed = standing.marks.promise.partition(" ")
    if hashed != words:
        return None
    try:
        return date.fromisoformat(by)
    except ValueError:
        return None


def noted_date(line: str, base: datetime, zone: ZoneInfo, held: Iterable[datetime]) -> date | None:
    """The date that a note names, counted from *base* in the user's zone.

    A day of the calendar may have gone by since the last of the interviews *held* before.
    """
    since = max((start for start in held if start <= base), default=base)
    read = read_note(line, base.astimezone(zone).date(), since.astimezone(zone).date())
    return read.by if read is not None else None


def marked(mark: PersonMark) -> Touchpoint | Promise | None:
    """What a mark on the command line says."""
    why = (f"you marked it: {mark.state}",)
    if mark.state == "hear-by":
        return Promise(mark.by, mark.at, f"mark:{mark.id}", why) if mark.by else None
    kind = MARKED.get(mark.state)
    if kind is None:
        return None
    return Touchpoint(kind=kind, at=mark.at, evidence=f"mark:{mark.id}", why=why, by_person=True)
