"""The status as a table for people: a row for each opportunity, what happened and what comes next."""

from __future__ import annotations

import sys
from datetime import datetime

from syncd.cli import render
from syncd.cli._hints import say
from syncd.model import OpportunityState
from syncd.plan.lifecycle import Course
from syncd.settings import Settings
from syncd.sign_in.places import paths
from syncd.status import OpportunityReport, Report

_STYLES = {
    OpportunityState.ACTIVE: "green",
    OpportunityState.OFFERED: "bold green",
    OpportunityState.REJECTED: "dim",
    OpportunityState.MOVED_ON: "dim",
    OpportunityState.CLOSED: "dim",
    OpportunityState.WITHDRAWN: "dim",
    OpportunityState.IGNORED: "dim",
}
_TOLD = {
    "interview": "interview",
    "thank_you": "you thanked",
    "follow_up": "you followed up",
    "rejection_reply": "you answered",
    "withdrawal": "you withdrew",
    "rejection": "they said no",
    "offer": "they made an offer",
    "invitation": "they invited you",
    "reply": "they wrote",
}
_LAST = 4
"""So many are told in a table that has to fit a terminal."""


def show_status(report: Report, settings: Settings, now: datetime, *, width: int | None = None) -> None:
    """Print *report*, those with something to do first, in the order in which it is due.

    *width* as ``render.show``'s.
    """
    if report.stopped:
        at, _, why = report.stopped.partition(" ")
        when = render.moment(datetime.fromisoformat(at), settings.user.zone, now)
        say(f"The last cycle stopped ({when}): {render.safe(why)}\n")
    if report.sign_in_ends is not None:
        when = render.moment(report.sign_in_ends, settings.user.zone, now)
        ended = report.sign_in_ends <= now
        say(f"Your sign-in with Google {'has ended' if ended else 'ends'} ({when}). Sign in again: syncd auth\n")
    if report.paused_until is not None:
        say(f"Paused until {render.day(report.paused_until, now)}: nothing rings before (syncd pause off ends it).\n")
    for why in report.stale.values():
        say(f"Not read by the last cycle: {render.safe(why)}\n")
    if _must_sign_in(settings):
        say("Not signed in to Google yet: syncd auth")
    elif not report.complete:
        say("No complete cycle has run yet: syncd sync")
    if not report.opportunities:
        print("No interviews known yet. syncd finds them in the calendars that the config names.")
    else:
        ordered = sorted(report.opportunities, key=lambda o: (o.next is None, o.next.due if o.next else now))
        last = _LAST if width is not None or sys.stdout.isatty() else None
        rows = [_row(o, settings, now, last) for o in ordered]
        render.show(("opportunity", "state", "what happened", "next"), rows, width=width)
    for message in report.only_mail:
        day = render.day(message.date.astimezone(settings.user.zone).date(), now)
        print(
            f"\nKnown only from mail: {render.safe(str(message.sender))}, {day}, "
            f'"{render.safe(message.subject)[:60]}". '
            "Put the interview into the calendar to get reminders."
        )
    if report.opportunities and not report.ever_sent:
        print(
            "\nNo sent mail was ever seen, so syncd can't tell what you have written."
            + (" Add the folder of sent mail to [local] mail." if settings.mail_backend == "local" else "")
        )


def _must_sign_in(settings: Settings) -> bool:
    google = "google" in {settings.calendar_backend, settings.mail_backend}
    return google and not paths(settings).token.exists()


def _row(report: OpportunityReport, settings: Settings, now: datetime, last: int | None) -> tuple[render.Cell, ...]:
    outlook = report.outlook
    opportunity, state = outlook.opportunity, outlook.state
    name = f"{opportunity.company} – {opportunity.job}" if opportunity.job else opportunity.company
    told = render.Styled(state.value.replace("_", " "), _STYLES[state])
    return name, told, _happened(outlook.course, settings, now, last), _next(report, settings, now)


def _happened(course: Course, settings: Settings, now: datetime, last: int | None) -> str:
    """What happened: the *last* of it, or all."""
    zone = settings.user.zone
    told = [f"{_TOLD[t.kind]} {render.day(t.at.astimezone(zone).date(), now)}" for t in course.told if t.kind in _TOLD]
    if course.promise is not None and course.promise_open:
        told.append(f"you hear by {render.day(course.promise.by, now)}")
    more = len(told) - last if last is not None else 0
    return "; ".join([f"… {more} earlier", *told[more:]] if more > 0 else told)


def _next(report: OpportunityReport, settings: Settings, now: datetime) -> str:
    upcoming = report.next
    if upcoming is None:
        return "–"
    zone = settings.user.zone
    local = upcoming.due.astimezone(zone)
    when = render.day(local.date(), now) if upcoming.all_day else render.moment(upcoming.due, zone, now)
    return f"{when} ({render.relative(local.date(), now.astimezone(zone).date())}): {upcoming.title}"
