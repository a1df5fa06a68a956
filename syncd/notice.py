"""The one reminder that isn't about a job: to sign in again, before the service stops taking the old sign-in.

Pure. Google ends a sign-in after seven days while the person's OAuth client is in testing
(https://support.google.com/cloud/answer/15549945); from then on syncd could not even say so in the calendar.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from syncd import marks
from syncd.marks import Marks, Wrote, line_hashes, to_pairs, word_hash
from syncd.model import Ended, Entry, Rule
from syncd.plan.business import BusinessCalendar
from syncd.reconcile import Action, Op
from syncd.settings import User
from syncd.standing import Standing, due_text, start_text

AHEAD = timedelta(days=2)
_LENGTH = timedelta(minutes=15)
_TITLE = "syncd: sign in to Google again"
_TEXT = """\
Why: Google soon ends this sign-in, and then syncd can neither read nor remind.

In a terminal, run: {auth}

It ends after seven days because the OAuth client is in testing. To be asked no more, set its publishing status to
"In production" in Google's console, and then sign in once again.

Kept by syncd."""


def sign_in_notice(
    ends: datetime | None,
    standings: Iterable[Standing],
    ended: Iterable[Ended],
    user: User,
    now: datetime,
    option: str = "",
) -> tuple[Action, ...]:
    """What has to be written so that the sign-in that *ends* then (None: not foreseen) is asked for once, before.

    *option* is what ``syncd auth`` needs to find the config. What the person did to it stands; one for a sign-in that
    was renewed since goes.
    """
    cause = f"sign-in until {ends.isoformat(timespec='minutes')}" if ends else ""
    key = marks.key(user.account.email, Rule.SIGN_IN, cause)
    # Another account may keep its reminders in the same calendar.
    mine = [
        s
        for s in standings
        if s.marks.rule is Rule.SIGN_IN
        and s.marks.key == marks.key(user.account.email, Rule.SIGN_IN, "".join(s.marks.cause))
    ]
    over = tuple(
        Action(Op.CANCEL, Rule.SIGN_IN, "", "you have signed in since", s.entry, s.entry, removes=True)
        for s in mine
        if s.marks.key != key and s.open and not s.written_on
    )
    known = {s.marks.key for s in mine} | {e.key for e in ended}
    start = _start(ends, BusinessCalendar(user), now) if ends and key not in known else None
    if ends is None or start is None:
        return over
    text = _TEXT.format(auth=f"syncd auth {option}".rstrip())
    entry = Entry(
        event_id=marks.event_id(key, 0), title=_TITLE, text=text, start=start, end=start + _LENGTH, alarm=0
    )  # fmt: skip
    made = Marks(
        rule=Rule.SIGN_IN,
        key=key,
        cause=(cause,),
        due=due_text(start, all_day=False),
        wrote=Wrote(word_hash(start_text(entry)), word_hash(_TITLE), word_hash(text), line_hashes(text)),
    )
    why = f"the sign-in with Google ends on {BusinessCalendar(user).local(ends):%a %-d %b, %H:%M}"
    return (*over, Action(Op.CREATE, Rule.SIGN_IN, "", why, replace(entry, marks=to_pairs(made))))


def _start(ends: datetime, calendar: BusinessCalendar, now: datetime) -> datetime | None:
    """Two days before, half an hour into the working hours; where that has passed, as soon as there is still time."""
    due = calendar.follow_up_time(calendar.day(ends - AHEAD))
    if now <= due:
        return due
    soon = calendar.free_half_hour(now, frozenset())
    if soon >= ends:
        soon = now + _LENGTH
    return soon if soon < ends else None
