"""Around the interview itself: ask about the next steps before, send a thank-you note after. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from syncd.model import Interview, Person, ReminderState, Rule, Touchpoint
from syncd.plan.lifecycle import InterviewDay
from syncd.plan.rules.ruling import HALF_HOUR, Due, Ruling, because, on


def ask_next_steps(ruling: Ruling) -> Iterator[Due]:
    """Before the first timed interview of a day; done once that has begun."""
    before = ruling.rules.ask_next_steps.before
    for day in ruling.course.days:
        timed = [slot.event for slot in day.slots if not slot.event.all_day]
        if not timed:
            continue
        ahead = timed[0].start > ruling.now
        if ahead and not ruling.active:
            continue
        yield Due(
            Rule.ASK_NEXT_STEPS,
            day.causes,
            ruling.calendar.later(timed[0].start, -before),
            before,
            ReminderState.OPEN if ahead else ReminderState.DONE,
            f"the interview is {on(ruling, timed[0].start)}"
            if ahead
            else f"the interview {on(ruling, timed[0].start)} has begun",
            day=day,
            remembered=False,
        )


def thank_you(ruling: Ruling) -> Iterator[Due]:
    """After the last interview of a day, until somebody (or everybody) of it was thanked."""
    for day in ruling.course.days:
        if day.end > ruling.now:
            continue
        until = ruling.pointless_at(day.end + ruling.rules.thank_you.pointless_after, Rule.THANK_YOU, day.causes)
        thanks = thanked(day, ruling)
        over = thanks is None and (not ruling.active or ruling.now >= until)
        if over and ruling.reopened_at(Rule.THANK_YOU, day.causes) is None:
            continue
        yield Due(
            Rule.THANK_YOU,
            day.causes,
            thank_you_time(day.end, ruling),
            HALF_HOUR,
            ReminderState.OPEN if thanks is None and not over else ReminderState.DONE,
            f"the interview {on(ruling, day.start)} is over" if thanks is None else because(thanks),
            until=until,
            by=thanks,
            day=day,
            rest=_unthanked(day, ruling) if thanks is None else (),
        )


def thank_you_time(end: datetime, ruling: Ruling) -> datetime:
    """Two hours after the end, within that day's working hours, else when they begin next, weekend or not."""
    calendar = ruling.calendar
    moment = calendar.later(end, ruling.rules.thank_you.after)
    day = moment.date()
    if moment < calendar.opens(day):
        return calendar.opens(day)
    if moment > calendar.closes(day):
        return calendar.opens(day + timedelta(days=1))
    return moment


def thanked(day: InterviewDay, ruling: Ruling) -> Touchpoint | None:
    """Find the note that satisfies the rule for *day*: the first to anybody, or the last that makes it everybody."""
    notes = _notes(day, ruling)
    for note in notes:
        ticked, said = set(note.slots) & set(day.causes), not note.slots and note.at >= day.start
        if note.by_person and (ticked or said):
            return note
    everybody = {p.email: slot for slot in day.slots for p in slot.reading.people if p.email}
    if ruling.rules.thank == "each" and everybody:
        last = None
        for address, slot in everybody.items():
            sent = _sent_to(address, slot, notes)
            if sent is None:
                return None
            last = max([*([last] if last else []), sent], key=lambda n: n.at)
        return last
    return next((note for note in notes for slot in day.slots if _thanks(note, slot, day, ruling)), None)


def _notes(day: InterviewDay, ruling: Ruling) -> list[Touchpoint]:
    return [t for t in ruling.course.past if t.kind == "thank_you" and ruling.counts(t, Rule.THANK_YOU, day.causes)]


def _sent_to(address: str, slot: Interview, notes: list[Touchpoint]) -> Touchpoint | None:
    """The first of *notes* that went to *address* once the interview *slot* had begun."""
    after = (note for note in notes if note.at >= slot.event.start)
    return next((note for note in after if address in {p.email for p in note.people}), None)


def _unthanked(day: InterviewDay, ruling: Ruling) -> tuple[Person, ...]:
    """Who of *day* is still to be thanked, where each is to be and some have been; empty where nobody has."""
    if ruling.rules.thank != "each":
        return ()
    notes = _notes(day, ruling)
    there = {p.email or p.name: (p, slot) for slot in day.slots for p in slot.reading.people}
    reached = {p.name.casefold() for note in notes if note.at >= day.start for p in note.people if p.name}
    left = [
        person
        for person, slot in there.values()
        if (_sent_to(person.email, slot, notes) is None if person.email else person.name.casefold() not in reached)
    ]
    return tuple(left) if len(left) < len(there) else ()


def _thanks(note: Touchpoint, slot: Interview, day: InterviewDay, ruling: Ruling) -> bool:
    """Whether *note* went to somebody of the interview *slot*, by address or by name, after it began."""
    if note.at < slot.event.start:
        return False
    there = [p for s in day.slots for p in s.reading.people]
    if not any(p.email for p in there):
        return True
    emails = {p.email for p in slot.reading.people if p.email}
    names = {p.name.casefold() for p in slot.reading.people if p.name}
    if any(p.email in emails or (p.name and p.name.casefold() in names) for p in note.people):
        return True
    # Somebody of theirs who stands on no invitation: the interviewer whose assistant made the appointment.
    known = {p.email for i in ruling.opportunity.interviews for p in i.reading.people}
    domains = {e.rpartition("@")[2] for e in emails}
    return any(p.email not in known and p.email.rpartition("@")[2] in domains for p in note.people)
