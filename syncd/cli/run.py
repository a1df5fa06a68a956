"""``syncd run``: the daemon, as a service manager or a person in a terminal starts it."""

from __future__ import annotations

import argparse
import logging
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

from syncd.cli import _frame, _log
from syncd.errors import BadConfig, Stopped, SyncdError, TryAgain

if TYPE_CHECKING:
    from types import TracebackType

    from syncd.journal import Journal
    from syncd.signals import Signals
    from syncd.supervisor import Systemd

log = logging.getLogger(__name__)


def add(commands: _frame.Commands) -> None:
    """Add the command."""
    _frame.command(
        commands,
        "run",
        run,
        "keeps the reminders right all the time: the daemon",
        "SIGHUP has it read its config again; `syncd service install` has systemd run it.",
    )


def run(args: argparse.Namespace) -> int:
    """Run until asked to end."""
    from syncd.cli._hints import Hints, hint
    from syncd.journal import Journal, read_by_systemd
    from syncd.signals import Signals
    from syncd.supervisor import Systemd

    systemd = Systemd(os.environ, hint)
    journal = Journal(sys.stderr, None, priorities=read_by_systemd(sys.stderr, os.environ))
    journal.setFormatter(Hints())
    with _log.instead(journal, logging.DEBUG if args.debug else logging.INFO), _mistakes_told(journal, systemd):
        try:
            with Signals() as signals:
                _serve(args, systemd, journal, signals)
        except Stopped as stopped:
            log.debug("%s", stopped)
        except (SyncdError, OSError) as error:
            return _refused(error, systemd)
        systemd.stopping()
    return 0


def _serve(args: argparse.Namespace, systemd: Systemd, journal: Journal, signals: Signals) -> None:
    from syncd import __version__, ticking
    from syncd.cli._account import Account
    from syncd.cli._start import hold
    from syncd.daemon import Daemon
    from syncd.headline import duration
    from syncd.signals import InterruptibleClock

    clock = InterruptibleClock(signals, systemd)
    if_read_only = _if_read_only(os.environ) if systemd.listens else ""
    with closing(Account(_frame.config_path(args), os.environ, clock, journal)) as account:
        hold(account, clock, signals, systemd, _show, if_read_only)
        kept = Daemon(account, clock, systemd, _show, if_read_only=if_read_only)
        log.info(
            "syncd %s keeps the reminders of %s, looking every %s",
            __version__,
            account.settings.user.account.email,
            duration(account.poll),
        )
        systemd.ready()
        ticking.run(kept, signals, lambda: ticking.tick_seconds(account.poll, systemd.watchdog))


def _show(title: str, text: str) -> bool:
    """Show it on the desktop, where there is one."""
    from syncd.alert import alert
    from syncd.cli._hints import hint

    return alert(title, hint(text), os.environ)


def _if_read_only(environ: Mapping[str, str]) -> str:
    """What to do about a folder that is read-only to a service: its sandbox opens those that its unit names.

    A user's own manager tells its number to what it starts (systemd.exec(5), $MANAGERPID).
    """
    if environ.get("MANAGERPID"):
        return "if the service was installed for another folder, have it take this one: syncd service install"
    return "if the service's unit doesn't name that folder, add it to the unit: ReadWritePaths="


def _refused(error: SyncdError | OSError, systemd: Systemd) -> int:
    """Say why it can't start, or go on, and end as any command does."""
    from syncd import faults
    from syncd.headline import first_line

    code = error.exit_code if isinstance(error, SyncdError) else TryAgain.exit_code
    text = faults.words(error)
    log.error("%s", text, exc_info=log.isEnabledFor(logging.DEBUG))
    systemd.status("it ended; the log says why" if systemd.public else text)
    if systemd.listens and isinstance(error, BadConfig):  # nobody looks, and nobody but a person has it start again
        _show("syncd: the config can't be used", first_line(text))
    return code


@contextmanager
def _mistakes_told(journal: Journal, systemd: Systemd) -> Iterator[None]:
    """Have a mistake in syncd itself end the process with one line, without words of mail that its text may hold."""

    def told(kind: type[BaseException], _: BaseException, trace: TracebackType | None) -> None:
        line = f"a mistake in syncd itself: {kind.__name__} at {_places(trace)}"
        systemd.status(line)
        line = f"{line}; --debug shows more"
        journal.handle(log.makeRecord(log.name, logging.CRITICAL, __file__, 0, line, (), None))

    usual = sys.excepthook
    if not log.isEnabledFor(logging.DEBUG):
        sys.excepthook = told
    yield
    sys.excepthook = usual  # not so after a mistake: then it is still to be told


def _places(trace: TracebackType | None) -> str:
    """Where it was, the innermost first."""
    places = []
    while trace is not None:
        places.append(f"{trace.tb_frame.f_globals.get('__name__', '?')}:{trace.tb_lineno}")
        trace = trace.tb_next
    return " < ".join(reversed(places))
