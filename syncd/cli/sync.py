"""``syncd sync``: one cycle, for real or as a rehearsal."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from syncd.cli import _frame

if TYPE_CHECKING:
    from syncd.cycle import Outcome
    from syncd.settings import Settings

_SIGN = {"create": "+", "update": "~", "done": "✓", "cancel": "-"}


def add(commands: _frame.Commands) -> None:
    """Add the command."""
    parser = _frame.command(commands, "sync", run, "runs one cycle: reads calendar and mail, keeps the reminders right")
    parser.add_argument("--dry-run", action="store_true", help="show what would be written, and write nothing")
    parser.add_argument("--now", metavar="TIME", help="as if it were this time (2026-03-24T09:30)")
    parser.add_argument("--json", action="store_true", help="for machines: one object")
    parser.add_argument(
        "--allow-mass-change", action="store_true", help="go on this once although most of what was known is gone"
    )


def run(args: argparse.Namespace) -> int:
    """Run the cycle and tell what it did."""
    import json

    from syncd.app import Manner, rehearse_cycle, run_cycle

    settings = _frame.settings(args)
    now = _frame.now(args, settings)
    manner = Manner(args.allow_mass_change, _frame.warn, _frame.progress(quiet=args.json), patience=_frame.PATIENCE)
    outcome = (rehearse_cycle if args.dry_run else run_cycle)(settings, now, manner)
    for line in outcome.errors:
        _frame.warn(line)
    if args.json:
        print(json.dumps(_object(outcome), ensure_ascii=False))
    else:
        _tell(outcome, settings, dry=args.dry_run)
    if outcome.pulled.stale and not outcome.actions and outcome.incomplete:
        return 69
    return 0


def _object(outcome: Outcome) -> dict[str, object]:
    pulled = outcome.pulled
    return {
        "now": outcome.now.isoformat(),
        "pulled": {"events": pulled.events, "messages": pulled.messages},
        "operations": outcome.operations(),
        "requests": {
            "calendar": outcome.traffic.calendar,
            "mail": outcome.traffic.mail,
            "gmail_units": outcome.traffic.gmail_units,
        },
        "errors": list(outcome.errors),
    }


def _tell(outcome: Outcome, settings: Settings, *, dry: bool) -> None:
    from datetime import datetime

    from syncd.cli import render

    if outcome.incomplete:
        print(f"Nothing written yet: {', '.join(outcome.incomplete)} could not be read completely.")
        return
    pulled = outcome.pulled
    if not outcome.actions:
        print("Nothing to do: the calendar is as it should be.")
        return
    zone = settings.user.zone
    rows = []
    told_of = zip(outcome.actions, outcome.operations(), strict=True)
    for _, told in sorted(told_of, key=lambda pair: pair[0].entry.start):
        due = datetime.fromisoformat(told["due"])
        all_day = len(told["due"]) == len("2026-01-01")
        when = render.day(due.date(), outcome.now) if all_day else render.moment(due, zone, outcome.now)
        rows.append((f"{_SIGN[told['op']]} {told['op']}", when, told["title"], told["why"]))
    render.show(("", "when", "reminder", "because"), rows)
    would = "would be " if dry else ""
    print(
        f"\n{len(outcome.actions)} {would}written, from {_count(pulled.events, 'new or changed event')} "
        f"and {_count(pulled.messages, 'new message')}."
    )


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
