"""``syncd purge``: every reminder that syncd made goes, and nothing else."""

from __future__ import annotations

import argparse
from pathlib import Path

from syncd.cli import _frame


def add(commands: _frame.Commands) -> None:
    """Add the command."""
    parser = _frame.command(commands, "purge", run, "removes every reminder that syncd made, and nothing else")
    parser.add_argument("--dry-run", action="store_true", help="show what would be removed, and remove nothing")
    parser.add_argument("--all", action="store_true", help="the store, the marks and the sign-in as well")
    parser.add_argument("--now", metavar="TIME", help=argparse.SUPPRESS)


def run(args: argparse.Namespace) -> int:
    """Remove, and say what."""
    from syncd.app import opened, sources
    from syncd.cli import render
    from syncd.lock import locked
    from syncd.purge import ours, purge

    settings = _frame.settings(args)
    now = _frame.now(args, settings)
    sink = sources(settings, now).reminders
    with locked(settings.state):
        if args.dry_run:
            gone = ours(sink)
        else:
            with opened(settings, _frame.warn) as app:
                gone = purge(sink, app.store)
        rows = [(render.moment(e.start, settings.user.zone, now), e.title) for e in gone]
        if rows:
            render.show(("when", "reminder"), rows)
        print(f"{len(rows)} {'would be ' if args.dry_run else ''}removed from {sink.name}.")
        if rows and not args.dry_run:
            print("The next cycle writes those that are due again; stop the timer first to be rid of them.")
        if args.all:
            _everything(_own_files(settings.state, settings.google.token), dry=args.dry_run)
    return 0


def _own_files(state: Path, token: Path | None) -> list[Path]:
    from syncd.marks_file import marks_path

    files = [state.with_name(state.name + suffix) for suffix in ("", "-wal", "-shm", ".lock")]
    files += sorted(state.parent.glob(f"{state.name}.damaged-*"))
    return [*files, marks_path(state), *([token] if token else [])]


def _everything(files: list[Path], *, dry: bool) -> None:
    for path in files:
        if path.exists():
            if not dry:
                path.unlink()
            print(f"{'would remove' if dry else 'removed'} {path}")
