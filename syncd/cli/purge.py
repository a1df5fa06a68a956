"""``syncd purge``: every reminder that syncd made goes, and nothing else."""

from __future__ import annotations

import argparse
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

from syncd.cli import _frame

if TYPE_CHECKING:
    from syncd.model import Entry
    from syncd.ports import ReminderCalendar
    from syncd.settings import Settings


def add(commands: _frame.Commands) -> None:
    """Add the command."""
    parser = _frame.command(commands, "purge", run, "removes every reminder that syncd made, and nothing else")
    parser.add_argument("--dry-run", action="store_true", help="show what would be removed, and remove nothing")
    parser.add_argument("--all", action="store_true", help="the store, the marks, the ledger and the sign-in as well")
    parser.add_argument("--now", metavar="TIME", help=argparse.SUPPRESS)


def run(args: argparse.Namespace) -> int:
    """Remove, and say what."""
    from syncd.back_ends import connected
    from syncd.cli import render
    from syncd.clock import SystemClock
    from syncd.purge import ours
    from syncd.sign_in.places import paths
    from syncd.store import check_ours

    settings = _frame.settings(args)
    now = _frame.now(args, settings)
    check_ours(settings.state)
    with (
        nullcontext() if args.dry_run else _lock(settings.state, remove=args.all),
        connected(settings, now, SystemClock()) as sources,
    ):
        sink = sources.reminders
        gone = ours(sink) if args.dry_run else _purged(sink, settings)
        rows = [(render.moment(e.start, settings.user.zone, now), e.title) for e in gone]
        if rows:
            render.show(("when", "reminder"), rows)
        print(f"{len(rows)} {'would be ' if args.dry_run else ''}removed from {sink.name}.")
        if rows and not args.dry_run:
            print("The next cycle writes those that are due again; stop the timer first to be rid of them.")
        if args.all:
            _everything(_own_files(settings.state, sink.memory, paths(settings).token), dry=args.dry_run)
    return 0


def _lock(state: Path, *, remove: bool) -> AbstractContextManager[None]:
    """The account's lock; none where no syncd ever kept a store."""
    from syncd.lock import lock_path, locked

    return locked(state, remove=remove) if state.exists() or lock_path(state).exists() else nullcontext()


def _purged(sink: ReminderCalendar, settings: Settings) -> tuple[Entry, ...]:
    """What was removed, and noted in the store where that can be used."""
    from syncd.app import opened
    from syncd.purge import purge
    from syncd.store import Damaged

    try:
        with opened(settings, _frame.warn) as app:
            return purge(sink, app.store)
    except Damaged as damage:
        _frame.warn(f"{damage}; the reminders are removed without it")
        return purge(sink, None)


def _own_files(state: Path, memory: Path | None, token: Path) -> list[Path]:
    from syncd.marks_file import marks_path

    files = [state.with_name(state.name + suffix) for suffix in ("", "-wal", "-shm")]
    files += sorted(state.parent.glob(f"{state.name}.damaged-*"))
    return [*files, marks_path(state), *([memory] if memory else []), token]


def _everything(files: list[Path], *, dry: bool) -> None:
    for path in files:
        if path.exists():
            if not dry:
                path.unlink()
            print(f"{'would remove' if dry else 'removed'} {path}")
