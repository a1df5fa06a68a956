"""``syncd purge``: every reminder that syncd made goes, and no other event; with ``--all``, all else that it keeps."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from syncd.cli import _frame

if TYPE_CHECKING:
    from datetime import datetime

    from syncd.errors import SignInNeeded
    from syncd.model import Entry
    from syncd.ports import ReminderCalendar
    from syncd.settings import Settings


def add(commands: _frame.Commands) -> None:
    """Add the command."""
    parser = _frame.command(commands, "purge", run, "removes every reminder that syncd made, and no other event")
    parser.add_argument("--dry-run", action="store_true", help="show what would be removed, and remove nothing")
    parser.add_argument(
        "--all",
        action="store_true",
        help="and all that syncd keeps: its store, what you said with syncd mark and pause, the memory of the "
        "reminders, and the sign-in, here and at Google; your config stays",
    )
    parser.add_argument("--now", metavar="TIME", help=argparse.SUPPRESS)


def run(args: argparse.Namespace) -> int:
    """Remove, and say what."""
    from syncd.errors import SignInNeeded
    from syncd.store import check_ours

    settings = _frame.settings(args)
    now = _frame.now(args, settings)
    check_ours(settings.state)
    code, memory = 0, None
    with (
        _no_daemon(settings) if args.all and not args.dry_run else nullcontext(),
        nullcontext() if args.dry_run else _lock(settings.state, remove=args.all),
    ):
        try:
            memory = _reminders(args, settings, now)
        except SignInNeeded as needed:
            if not args.all:
                raise
            _frame.warn(f"the reminders at Google stay: {_why(needed, settings)} (syncd auth, then syncd purge)")
            code = needed.exit_code
        if args.all:
            ended = _everything(settings, memory, dry=args.dry_run)
            code = code or ended
    return code


@contextmanager
def _no_daemon(settings: Settings) -> Iterator[None]:
    """Keep daemons out. Raises ``TryAgain`` while one runs: with its next cycle all would be there again."""
    from syncd.errors import Locked, TryAgain
    from syncd.lock import running

    state = settings.state
    if not state.parent.exists():  # nothing was ever kept there, and nothing is to be made
        yield
        return
    with ExitStack() as held:
        try:
            held.enter_context(running(state))
        except Locked as refused:
            first = "first: syncd service uninstall" if _has_service(settings) else "end it first"
            raise TryAgain(f"{refused} and would begin anew; {first}") from None
        yield


def _has_service(settings: Settings) -> bool:
    """Whether a service of the person's own is installed for this config."""
    import os

    from syncd.unit.places import unit_folder, unit_name

    if settings.path is None:
        return False
    return (unit_folder(os.environ) / f"{unit_name(settings.path, os.environ)}.service").exists()


def _lock(state: Path, *, remove: bool) -> AbstractContextManager[None]:
    """The account's lock; none where no syncd ever kept a store."""
    from syncd.lock import lock_path, locked

    return locked(state, remove=remove) if state.exists() or lock_path(state).exists() else nullcontext()


def _reminders(args: argparse.Namespace, settings: Settings, now: datetime) -> Path | None:
    """Remove the reminders, and tell where else they are remembered."""
    from syncd.back_ends import connected
    from syncd.cli import render
    from syncd.cli._hints import say
    from syncd.clock import SystemClock
    from syncd.purge import ours
    from syncd.settings import NEW_CALENDAR

    # no mail is read here, so none has to be reachable
    without_mail = replace(settings, mail_backend="local", local=replace(settings.local, mail=()))
    with connected(without_mail, now, SystemClock()) as sources:
        sink = sources.reminders
        gone = ours(sink) if args.dry_run else _purged(sink, settings)
        rows = [(render.moment(e.start, settings.user.zone, now), e.title) for e in gone]
        if rows:
            render.show(("when", "reminder"), rows)
        print(f"{len(rows)} {'would be ' if args.dry_run else ''}removed from {sink.name}.")
        google = settings.calendar_backend == "google"
        if rows and not args.dry_run and not (args.all and google):  # it takes a sign-in to write there
            print("The next cycle writes those that are due again.")
            if _has_service(settings):
                say("It is the service's; to be rid of them: syncd service uninstall, and then syncd purge again")
        if args.all and google and settings.calendar_write.startswith(NEW_CALENDAR) and (rows or _wrote_some(settings)):
            name = settings.calendar_write.removeprefix(NEW_CALENDAR)
            print(
                f'The calendar "{render.safe(name)}", which syncd made, {"would be" if args.dry_run else "is"} left, '
                "empty of reminders; you can delete it in Google Calendar."
            )
        return sink.memory


def _wrote_some(settings: Settings) -> bool:
    """Whether any reminder was ever written, as far as the store knows."""
    from syncd.app import opened
    from syncd.store import Damaged

    try:
        with opened(settings, lambda _: None) as app:
            return bool(app.store.reminder_ids())
    except Damaged:
        return False


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


def _why(needed: SignInNeeded, settings: Settings) -> str:
    """Why nothing could be done at Google, without what to do."""
    from syncd.sign_in.places import paths

    return str(needed).partition(";")[0] if paths(settings).token.exists() else "not signed in"


def _everything(settings: Settings, memory: Path | None, *, dry: bool) -> int:
    """Remove all that syncd keeps on this machine, the sign-in after Google was told. Returns the exit code."""
    from syncd.errors import Unreachable
    from syncd.sign_in.places import paths

    token = paths(settings).token
    for path, what in _own_files(settings.state, memory):
        if path.exists():
            if not dry:
                path.unlink()
            print(f"{'would remove' if dry else 'removed'} {path} ({what})")
    if not token.exists():
        return 0
    if dry:
        print(f"would remove {token} (the sign-in, at Google too)")
        return 0
    from syncd.sign_in.revocation import CONNECTIONS, sign_out

    told = sign_out(token)
    print(f"removed {token} (the sign-in{'' if told.trouble else ', at Google too'})")
    if not told.trouble:
        return 0
    _frame.warn(f"Google still lists the sign-in; remove it at {CONNECTIONS} ({told.trouble})")
    return Unreachable.exit_code


def _own_files(state: Path, memory: Path | None) -> Iterator[tuple[Path, str]]:
    """What syncd keeps apart from the sign-in, each with what it is."""
    from syncd.marks_file import marks_path

    for suffix in ("", "-wal", "-shm"):
        yield state.with_name(state.name + suffix), "what syncd remembers"
    for aside in sorted(state.parent.glob(f"{state.name}.damaged-*")):
        yield aside, "a store that was damaged"
    yield marks_path(state), "what you said with syncd mark and syncd pause"
    if memory is not None:
        yield memory, "the memory of the reminders"
