"""``syncd status``: every opportunity, what happened, what stands in the calendar, and what comes next."""

from __future__ import annotations

import argparse

from syncd.cli import _frame


def add(commands: _frame.Commands) -> None:
    """Add the command."""
    parser = _frame.command(commands, "status", run, "shows every opportunity: state, touchpoints, next action")
    parser.add_argument("--json", action="store_true", help="for machines: one object")
    parser.add_argument("--now", metavar="TIME", help="as if it were this time (2026-03-24T09:30)")


def run(args: argparse.Namespace) -> int:
    """Print what is known; reads the store only, and writes nothing."""
    import json

    from syncd.app import opened
    from syncd.status import status

    settings = _frame.settings(args)
    now = _frame.now(args, settings)
    with opened(settings, _frame.warn) as app:
        report = status(app.store, app.settings, app.marks, now)
    if args.json:
        print(json.dumps(report.to_json(), ensure_ascii=False))
    else:
        from syncd.cli.tables import show_status

        show_status(report, settings, now)
    return 0
