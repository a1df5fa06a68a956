"""Why: what stands behind an opportunity, a reminder, a message or an event, and why something isn't there.

Reads what is stored, by the same infer and plan as a cycle; gives plain lines, quotes the deciding words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from syncd.cycle import UNREAD, entry_told
from syncd.errors import BadUsage
from syncd.infer.facts import Inferred
from syncd.infer.names import plain, same_company
from syncd.model import ARTICLE, Event, Interview, Message, OpportunityState, ReminderState
from syncd.plan.absent import DELETED, Asked, Gone, why_not
from syncd.plan.business import BusinessCalendar
from syncd.plan.lifecycle import Course
from syncd.plan.wording import clean, day_text, touchpoint_line
from syncd.settings import Settings
from syncd.status import OpportunityReport, ReminderLine, Report

_UMLAUT = re.compile(r"([aou])e")


@dataclass(frozen=True, slots=True)
class Known:
    """Everything that can be asked about."""

    report: Report
    inferred: Inferred
    events: tuple[Event, ...]
    messages: tuple[Message, ...]
    settings: Settings

    @property
    def calendar(self) -> BusinessCalendar:
        """The user's business calendar."""
        return BusinessCalendar(self.settings.user)


def explain(what: str, known: Known) -> list[str]:
    """Explain *what*: an opportunity (id or company), a reminder (id), an event (UID) or a message (Message-ID).

    Raises ``BadUsage``, naming what there is, where nothing fits.
    """
    asked = what.strip().strip("<>")
    found = find(asked, known.report)
    if found:
        return [line for report in found for line in (*_opportunity(report, known), "")][:-1]
    for report in known.report.opportunities:
        for reminder in report.reminders:
            if asked in {reminder.event_id, f"{report.outlook.opportunity.id}/{reminder.rule}"}:
                return [*_reminder(reminder, known), "", *_opportunity(report, known)]
    for event in known.events:
        if asked in {event.uid, event.cause, event.event_id}:
            return _event(event, known)
    for message in known.messages:
        if message.id == asked:
            return _message(message, known)
    names = ", ".join(
        f"{o.outlook.opportunity.company} ({o.outlook.opportunity.id})" for o in known.report.opportunities
    )
    raise BadUsage(f'nothing is known of "{clean(what, 80)}"; known: {names or "no opportunity yet; run: syncd sync"}')


def find(what: str, report: Report) -> list[OpportunityReport]:
    """The opportunities called *what*: by id, else by company, however its umlauts and accents are written."""
    by_id = [o for o in report.opportunities if o.outlook.opportunity.id == what.lower()]
    called = [o for o in report.opportunities if same_company(o.outlook.opportunity.company, what)]
    alike = [o for o in report.opportunities if same_company(_spelt(o.outlook.opportunity.company), _spelt(what))]
    return by_id or called or alike


def _spelt(name: str) -> str:
    """*name* the same however it is spelt: Müller, Mueller, MULLER."""
    return _UMLAUT.sub(r"\1", plain(name))


def _opportunity(report: OpportunityReport, known: Known) -> Iterator[str]:
    outlook, calendar = report.outlook, known.calendar
    opportunity, course = outlook.opportunity, outlook.course
    job = f", {clean(opportunity.job, 60)}" if opportunity.job else ""
    yield f"{clean(opportunity.company, 60)}{job} ({opportunity.id}): {_state(outlook.state, course)}"
    yield ""
    yield "What happened"
    for interview in opportunity.interviews:
        yield f"  {_interview(interview, calendar)}"
    for touchpoint in course.told:
        if touchpoint.kind != "interview":
            yield f"  {touchpoint_line(touchpoint, calendar)}"
    for promise in opportunity.promises:
        why = f" ({clean(promise.why[0])})" if promise.why else ""
        yield f"  {day_text(calendar.day(promise.said))}: a date was named, {day_text(promise.by)}{why}"
    for note in known.inferred.unread:
        if note.opportunity == opportunity.id:
            yield f'  noted in {entry_told(note, calendar)}: "{clean(note.line, 80)}", which {UNREAD}'
    yield ""
    yield "Reminders"
    for reminder in report.reminders:
        if reminder.stood:  # what was done before it was due is told above, as what happened
            yield f"  {_line(reminder, calendar)}"
    asked = _asked(report, known)
    dismissed = {r.rule for r in report.reminders if r.state is ReminderState.DISMISSED}
    for rule in ARTICLE:
        if all(r.rule is not rule or r.state is not ReminderState.OPEN for r in report.reminders):
            why = why_not(rule, asked)
            if why != DELETED or rule not in dismissed:  # else the line above says so
                yield f"  {rule.value}: none open, because {why}"


def _asked(report: OpportunityReport, known: Known) -> Asked:
    gone = tuple(Gone(r.rule, r.state, r.cause, r.why) for r in report.reminders if r.state is not ReminderState.OPEN)
    outlook = report.outlook
    return Asked(outlook.course, outlook.state, gone, known.settings.rules, known.calendar, known.report.now)


def _state(state: OpportunityState, course: Course) -> str:
    told = state.value.replace("_", " ")
    if state is OpportunityState.CLOSED:
        return f"{told}, because all was silent for long when syncd first looked; a word of theirs takes it up again"
    return f"{told}, because {clean(course.decided.why[0])}" if course.decided and course.decided.why else told


def _interview(interview: Interview, calendar: BusinessCalendar) -> str:
    event = interview.event
    when = day_text(calendar.day(event.start)) + ("" if event.all_day else f" {calendar.local(event.start):%H:%M}")
    fallen = "" if interview.stands else " [cancelled, declined or deleted]"
    why = "; ".join(clean(w) for w in interview.reading.why)
    return f"{when}: interview{fallen}, {clean(event.title, 80)} ({why})"


def _line(reminder: ReminderLine, calendar: BusinessCalendar) -> str:
    when = day_text(calendar.day(reminder.due)) + ("" if reminder.all_day else f" {calendar.local(reminder.due):%H:%M}")
    why = DELETED if reminder.state is ReminderState.DISMISSED else clean(reminder.why)
    because = f", because {why}" if why else ""
    return f"{reminder.rule.value}: {reminder.state.value}, {when}, {clean(reminder.title, 80)}{because}"


def _reminder(reminder: ReminderLine, known: Known) -> list[str]:
    lines = [_line(reminder, known.calendar), f"  cause: {' '.join(reminder.cause)}", f"  id: {reminder.event_id}"]
    if reminder.state is ReminderState.DISMISSED:
        lines.append("  you deleted it, so it doesn't come back")
    return lines


def _event(event: Event, known: Known) -> list[str]:
    reading = known.inferred.event_readings.get(event.cause)
    calendar = known.calendar
    head = f"{clean(event.title, 80)}, {day_text(calendar.day(event.start))}: "
    if reading is None:
        return [head + "older than what syncd looks at (rules.lookback)"]
    lines = [head + ("an interview" if reading.interview else "no interview"), *(f"  {clean(w)}" for w in reading.why)]
    owners = [
        o.outlook.opportunity
        for o in known.report.opportunities
        if event.cause in {i.event.cause for i in o.outlook.opportunity.interviews}
    ]
    return lines + [f"  it belongs to {clean(o.company, 60)} ({o.id})" for o in owners]


def _message(message: Message, known: Known) -> list[str]:
    reading, link = known.inferred.readings[message.id], known.inferred.links[message.id]
    when = day_text(known.calendar.day(message.date))
    lines = [f"{clean(message.subject, 80)}, {message.direction.value} {when}: {reading.kind.value}"]
    lines += [f"  {clean(w)}" for w in reading.why]
    if reading.expected_by:
        lines.append(f"  a date is named: {day_text(reading.expected_by)}")
    belongs = f"it belongs to {link.opportunity}: {link.why}" if link.opportunity else f"it belongs to none: {link.why}"
    return [*lines, f"  {clean(belongs)}"]
