"""``syncd mark``: the person says what happened where no mail or event tells."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from syncd.cli import _frame

if TYPE_CHECKING:
    from datetime import date, datetime

    from syncd.settings import Settings
    from syncd.status import OpportunityReport, Report

STATES = ("rejected", "offer", "withdrawn", "ignore", "active", "thanked", "followed-up", "hear-by")

_WORDS = "COMPANY STATE [DATE]"


def add(commands: _frame.Commands) -> None:
    """Add the command."""
    parser = _frame.command(
        commands,
        "mark",
        run,
        "says what happened where no mail or event tells",
        "It stands over anything inferred; the next cycle (the running daemon's, or `syncd sync`) puts it into effect. "
        "`active` takes a wrong rejection back.",
    )
    parser.usage = f"{parser.prog} [options] {_WORDS}"
    parser.add_argument("company", metavar="COMPANY", nargs="?", help="the company, or the id that syncd status shows")
    parser.add_argument("state", metavar="STATE", nargs="?", help=_listed())
    parser.add_argument("date", metavar="DATE", nargs="*", help="for hear-by: 2026-03-20, or words: next Friday")
    parser.add_argument("--now", metavar="TIME", help="as if it were said at this time (2026-03-24T09:30)")


def run(args: argparse.Namespace) -> int:
    """Append the mark to the marks file."""
    import uuid

    from syncd.app import opened
    from syncd.cli._effect import effect
    from syncd.cli._hints import say
    from syncd.cli._in_force import in_force
    from syncd.errors import BadUsage
    from syncd.lock import locked
    from syncd.marks_file import add_mark, marks_path
    from syncd.model import PersonMark
    from syncd.status import status

    if args.state is None:
        raise BadUsage(f"syncd mark {_WORDS}, please, as: syncd mark Acme rejected; STATE is one of {_listed()}")
    if args.state not in STATES:
        raise BadUsage(_no_state(args))
    settings = _frame.settings(args)
    now = _frame.now(args, settings)
    if (args.state == "hear-by") != bool(args.date):
        raise BadUsage("hear-by needs a date, the other states take none: syncd mark Acme hear-by 2026-03-20")
    with locked(settings.state, patience=_frame.PATIENCE), opened(settings, _frame.warn) as app:
        found = _one(args.company, status(app.store, app.settings, app.marks, now))
        opportunity = found.outlook.opportunity
        by = _date(" ".join(args.date), now, settings, found) if args.date else None
        until = f" {by.isoformat()}" if by else ""
        if in_force(args.state, by, found, app.settings.user, now):
            say(f"{opportunity.company} ({opportunity.id}): {args.state}{until} already. Nothing changes.")
            return 0
        mark = PersonMark(
            id=uuid.uuid4().hex[:12],
            at=now,
            state=args.state,
            company=opportunity.company,
            opportunity=opportunity.id,
            causes=tuple(i.event.cause for i in opportunity.interviews),
            by=by,
        )
        add_mark(marks_path(settings.state), mark)
    say(f"{opportunity.company} ({opportunity.id}): {args.state}{until}. {effect(settings)}")
    return 0


def _listed() -> str:
    return f"{', '.join(STATES)} DATE"


def _no_state(args: argparse.Namespace) -> str:
    """What to say of a state that is none; often it is the second word of a company."""
    import difflib
    import shlex

    words = [args.company, args.state, *args.date]
    at = next((n for n, word in enumerate(words[2:], 2) if word in STATES), 0)
    if at:
        meant = f"; did you mean: syncd mark {shlex.join([' '.join(words[:at]), *words[at:]])}"
    else:
        close = difflib.get_close_matches(args.state, STATES, n=1)
        meant = f"; did you mean {close[0]}?" if close else ""
    return f'"{args.state}" is no state; there are {_listed()}{meant}'


def _date(text: str, now: datetime, settings: Settings, found: OpportunityReport) -> date:
    """The day to hear by: ahead, or gone by since the last interview of *found*."""
    from syncd.cli._days import day_said
    from syncd.errors import BadUsage

    today = now.astimezone(settings.user.zone).date()
    held = [day.day for day in found.outlook.course.days if day.start <= now]
    by = day_said(text, today, held[-1] if held else None)
    if by >= today:
        return by
    if not held:
        raise BadUsage(f"{by.isoformat()} has passed, and no interview took place yet after which they could name it")
    if by < held[-1]:
        raise BadUsage(f"{by.isoformat()} lies before the last interview ({held[-1].isoformat()}); name a day after it")
    return by


def _one(what: str, report: Report) -> OpportunityReport:
    import difflib

    from syncd.errors import BadUsage
    from syncd.explain import find

    found = find(what, report)
    if len(found) == 1:
        return found[0]
    known = {o.outlook.opportunity.company: o.outlook.opportunity.id for o in report.opportunities}
    if found:
        ids = ", ".join(o.outlook.opportunity.id for o in found)
        raise BadUsage(f'"{what}" fits {len(found)} opportunities; name one by its id: {ids}')
    close = difflib.get_close_matches(what, known, n=1, cutoff=0.5)
    meant = f"; did you mean {close[0]}?" if close else f"; known: {', '.join(known)}" if known else "; run: syncd sync"
    raise BadUsage(f'no opportunity is called "{what}"{meant}')
