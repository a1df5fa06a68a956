"""reconcile: the difference between the reminders that should be and those that stand, as actions.

Pure: a plan goes in, actions come out. Nothing is written when nothing changed; a change is a patch in place; the
person's own words and times stay; what holds their words is never deleted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from enum import StrEnum

from syncd.errors import Absurd
from syncd.marks import Marks, Wrote, event_id, line_hashes, to_pairs, word_hash
from syncd.model import Entry, ReminderState, Rule
from syncd.plan import End, Plan, Wanted
from syncd.plan.schedule import Place
from syncd.plan.wording import THREADS
from syncd.standing import TICK, Standing, due_text, start_text

MANY = 8
"""From so many open reminders on, ending more than half of them without evidence is taken for an accident."""


class Op(StrEnum):
    """What an action means for the person."""

    CREATE = "create"
    UPDATE = "update"
    DONE = "done"
    CANCEL = "cancel"


@dataclass(frozen=True, slots=True)
class Action:
    """One write. ``entry`` is the reminder as it will be, or as it was last; ``old`` is None for a new one."""

    op: Op
    rule: Rule
    company: str
    why: str
    entry: Entry
    old: Entry | None = None
    removes: bool = False

    @property
    def new(self) -> Entry | None:
        """The reminder as it will be, None for one that is removed."""
        return None if self.removes else self.entry


def reconcile(
    plan: Plan,
    *,
    delete_done: bool,
    noted: Mapping[str, str],
    today: date,
    now: datetime,
    allow_mass_change: bool = False,
) -> tuple[Action, ...]:
    """Name what has to be written so that the calendar shows *plan*.

    *noted* maps ids of reminders that the person wrote a date on to the ``syncdPromise`` mark that keeps it; *today* is
    the local day of *now*. Raises ``Absurd`` where more than half of at least eight open reminders would end without
    evidence, unless *allow_mass_change*.
    """
    if not allow_mass_change:
        _refuse_the_absurd(plan)
    actions: list[Action | None] = [_end(end, noted, today, now) for end in plan.ends]
    for wanted in plan.wanted:
        standing, place = wanted.match.standing, wanted.place
        if standing is None:
            if place is not None:
                actions.append(_create(wanted, place))
        elif place is None:
            actions.append(_done(wanted, standing, noted, today, delete=delete_done))
        else:
            actions.append(_update(wanted, standing, place, noted, now))
    return tuple(a for a in actions if a is not None)


def _refuse_the_absurd(plan: Plan) -> None:
    standing = [w for w in plan.wanted if w.match.standing and w.match.standing.open and w.state is ReminderState.OPEN]
    ending = [end for end in plan.ends if end.standing.open]
    unexplained = Counter(end.why for end in ending if not end.evidenced)
    total, many = len(standing) + len(ending), unexplained.total()
    if total >= MANY and many * 2 > total:
        (why, _), *_ = unexplained.most_common(1)
        raise Absurd(
            f"this cycle would end {many} of {total} open reminders, though no mail and no event says so ({why}); "
            "if that is right, run: syncd sync --allow-mass-change"
        )


def _create(wanted: Wanted, place: Place) -> Action:
    marks = Marks(
        rule=wanted.due.rule,
        key=wanted.match.key,
        cause=wanted.due.causes,
        due=due_text(wanted.due.due, all_day=wanted.due.all_day),
        generation=wanted.match.generation,
        promise=_promise_mark(wanted),
        rang=place.rang,
        snoozed=place.chosen,
    )
    entry = Entry(
        event_id=event_id(marks.key, marks.generation),
        title=wanted.title,
        text=wanted.text,
        start=place.start,
        end=place.end,
        all_day=wanted.due.all_day,
        alarm=place.alarm,
        link=wanted.link,
    )
    marks = replace(marks, wrote=_wrote(entry))
    return _action(Op.CREATE, wanted, replace(entry, marks=to_pairs(marks)))


def _wrote(entry: Entry) -> Wrote:
    return Wrote(
        word_hash(start_text(entry)), word_hash(entry.title), word_hash(entry.text), line_hashes(entry.text)
    )  # fmt: skip


def _as_kept(old: str, new: str) -> str:
    """*old* where it says the same: a calendar that tidies spaces or markup would be written to for ever."""
    return old if word_hash(old) == word_hash(new) else new


def _moment(old: datetime, new: datetime) -> datetime:
    """*old* where it is the same moment.

    In the hour that a change of clocks repeats, ``==`` is never true (PEP 495).
    """
    return old if old.astimezone(UTC) == new.astimezone(UTC) else new


def _promise_mark(wanted: Wanted) -> str:
    """A date that a note named is kept with the reminder it causes; one from mail is in the mail."""
    promise = wanted.due.promise
    if promise is None or "#" not in promise.cause:
        return ""
    return f"{promise.by.isoformat()} {promise.cause.rpartition('#')[2]}"


def _update(
    wanted: Wanted, standing: Standing, place: Place, noted: Mapping[str, str], now: datetime
) -> Action | None:  # fmt: skip
    """An open reminder in place, with the fields that the person changed left as they are."""
    old, marks = standing.entry, standing.marks
    new = replace(
        old,
        title=standing.plain_title if standing.title_theirs else _as_kept(old.title, wanted.title),
        text=old.text if standing.text_theirs else _as_kept(old.text, wanted.text),
        start=_moment(old.start, place.start),
        end=_moment(old.end, place.end),
        alarm=place.alarm,
        link=wanted.link if not old.link or old.link.startswith(THREADS) else old.link,
    )
    reopened = standing.marks.state is ReminderState.DONE
    if reopened and place.kept:
        new = replace(new, alarm=None if place.start <= now else 0)
    written = _wrote(new)
    wrote = Wrote(
        start=marks.wrote.start if place.kept else written.start,
        title=marks.wrote.title if standing.title_theirs else written.title,
        text=marks.wrote.text if standing.text_theirs else written.text,
        lines=marks.wrote.lines if standing.text_theirs else written.lines,
    )
    first = marks.cause[:1] if marks.cause and marks.cause[0] in wanted.due.causes else ()
    marks = replace(
        marks,
        cause=(*first, *(c for c in wanted.due.causes if c not in first)),
        due=due_text(wanted.due.due, all_day=wanted.due.all_day),
        state=ReminderState.OPEN,
        promise=noted.get(old.event_id) or _promise_mark(wanted) or marks.promise,
        done=None,
        reopened=now if standing.unticked else marks.reopened,
        rang=place.rang,
        # While it stands where the person put it, its start tells; once it rolls on, only this does.
        snoozed=marks.snoozed if place.kept else place.chosen,
        ended=False,
        wrote=wrote,
    )
    return _changed(Op.UPDATE, wanted, standing, replace(new, marks=to_pairs(marks)))


def _done(
    wanted: Wanted, standing: Standing, noted: Mapping[str, str], today: date, *, delete: bool
) -> Action | None:  # fmt: skip
    if standing.marks.state is ReminderState.DONE and not standing.unticked and not standing.marks.ended:
        return None
    if delete and not standing.written_on and not standing.ticked:
        return replace(_action(Op.DONE, wanted, standing.entry, standing.entry), removes=True)
    title = standing.plain_title if standing.title_theirs else wanted.title
    new = _ticked(standing, title, today, promise=noted.get(standing.entry.event_id, ""))
    return _changed(Op.DONE, wanted, standing, new)


def _ticked(
    standing: Standing,
    title: str,
    today: date,
    *,
    promise: str = "",
    ended: bool = False,
    reopened: datetime | None = None,
) -> Entry:
    """*standing* as done: by the person on *today* if they ticked it, else by syncd, with a tick before *title*."""
    marks = standing.marks
    if standing.ticked:
        new = replace(standing.entry, alarm=None)
        marks = replace(marks, done=today)
    else:
        new = replace(standing.entry, alarm=None, title=TICK + title)
        wrote = marks.wrote if standing.title_theirs else replace(marks.wrote, title=word_hash(title))
        marks = replace(marks, wrote=wrote, done=None, ended=ended)
    marks = replace(marks, state=ReminderState.DONE, reopened=reopened, promise=promise or marks.promise)
    return replace(new, marks=to_pairs(marks))


def _end(end: End, noted: Mapping[str, str], today: date, now: datetime) -> Action:
    standing = end.standing
    if standing.written_on or standing.ticked:
        promise = noted.get(standing.entry.event_id, "")
        # What the person re-opened is over now, and still not done by that of which they said it wasn't.
        reopened = now if standing.unticked else standing.marks.reopened
        over = not standing.ticked
        new = _ticked(
            standing, standing.plain_title, today, promise=promise, ended=over, reopened=reopened if over else None
        )
        return Action(Op.DONE, standing.marks.rule, end.company, end.why, new, standing.entry)
    entry = standing.entry
    return Action(Op.CANCEL, standing.marks.rule, end.company, end.why, entry, entry, removes=True)


def _changed(op: Op, wanted: Wanted, standing: Standing, new: Entry) -> Action | None:
    # A link alone is no reason to write: the text says it too, and a calendar may not keep it.
    same = replace(new, link=standing.entry.link) == standing.entry
    return None if same else _action(op, wanted, new, standing.entry)


def _action(op: Op, wanted: Wanted, entry: Entry, old: Entry | None = None) -> Action:
    return Action(op, wanted.due.rule, wanted.opportunity.company, wanted.why, entry, old)
