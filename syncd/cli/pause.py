"""``syncd pause``: the person is away for a while, and nothing rings meanwhile."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from syncd.cli import _frame

if TYPE_CHECKING:
    from datetime import date

_LONGEST = 366  # days: a year of silence is a mistyped date
_MORE = """\
The days from today up to, and not with, UNTIL are then no working days of yours: what would be due on one of them
moves to the first working day after, and so does what is overdue. An interview that lies in the pause keeps its
reminder before and its thank-you after it, since it takes place anyway; what you moved to a time of your own stands
there. `syncd pause off` takes it back from today on; `syncd pause` alone tells how it stands.
"""


def add(commands: _frame.Commands) -> None:
    """Add the command."""
    parser = _frame.command(commands, "pause", run, "lets nothing ring while you are away", _MORE)
    parser.usage = f"{parser.prog} [options] [UNTIL | off]"
    parser.add_argument("until", metavar="UNTIL", nargs="*", help="the day you are back: 2026-01-05, or: next Monday")
    parser.add_argument("--now", metavar="TIME", help="as if it were said at this time (2026-03-24T09:30)")


def run(args: argparse.Namespace) -> int:
    """Append the pause, or its end, to the marks file."""
    from dataclasses import replace

    from syncd.cli import render
    from syncd.cli._days import day_said
    from syncd.cli._effect import effect
    from syncd.cli._hints import say
    from syncd.marks_file import Pause, add_pause, marks_path, read_away
    from syncd.plan.business import BusinessCalendar
    from syncd.store import check_ours

    settings = _frame.settings(args)
    now = _frame.now(args, settings)
    today, path = now.date(), marks_path(settings.state)
    words = " ".join(args.until)
    user = replace(settings.user, away=read_away(path))
    back = BusinessCalendar(user).away_until(today)
    if back is None and words in ("", "off"):
        print("Not paused.")
        return 0
    told = f"until {render.day(back, now)}" if back else ""
    if not words:
        say(f"Paused {told}; `syncd pause off` ends it today.")
        return 0
    until = today if words == "off" else day_said(words, today)
    if words != "off":
        _check(until, today)
    check_ours(settings.state)
    add_pause(path, Pause(today, until), now)
    if words == "off":
        say(f"No longer paused (it would have been {told}). {effect(settings)}")
    else:
        say(f"Paused: nothing rings before {render.day(until, now)}, but for interviews. {effect(settings)}")
    return 0


def _check(until: date, today: date) -> None:
    """Raise ``BadUsage`` where *until* can't be meant."""
    from syncd.errors import BadUsage

    if until <= today:
        raise BadUsage(f"{until.isoformat()} is not ahead; name the day on which you are back")
    if (until - today).days > _LONGEST:
        raise BadUsage(f"{until.isoformat()} is more than a year away; name a day before that")
