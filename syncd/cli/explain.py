"""``syncd explain``: why is this here, why not there."""

from __future__ import annotations

import argparse

from syncd.cli import _frame


def add(commands: _frame.Commands) -> None:
    """Add the command."""
    parser = _frame.command(
        commands,
        "explain",
        run,
        "says why: the evidence and the rule behind an opportunity, reminder, message or event",
        "WHAT is a company or an opportunity's id (see syncd status), a reminder's id, an event's UID or a Message-ID.",
    )
    parser.add_argument("what", metavar="WHAT", nargs="+")
    parser.add_argument("--now", metavar="TIME", help="as if it were this time (2026-03-24T09:30)")


def run(args: argparse.Namespace) -> int:
    """Print the explanation; reads the store only."""
    from syncd.app import opened
    from syncd.cli.render import safe
    from syncd.cycle import think
    from syncd.explain import Known, explain
    from syncd.status import status

    settings = _frame.settings(args)
    now = _frame.now(args, settings)
    with opened(settings, _frame.warn) as app:
        inferred, _, _ = think(app.store, app.settings, app.marks, now)
        report = status(app.store, app.settings, app.marks, now)
        known = Known(report, inferred, app.store.events(), app.store.messages(), app.settings)
    for line in explain(" ".join(args.what), known):
        indent = len(line) - len(line.lstrip())
        print(" " * indent + safe(line))
    return 0
