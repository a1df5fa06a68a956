"""What a person types: a file for each command, and here what is the same for all of them.

Errors become one line on stderr and an exit code here and nowhere else. A command's module is light to import; what it
needs to do its work, it imports when it runs, so that ``syncd --help`` answers at once.
"""

from __future__ import annotations

import argparse
import io
import os
import sys
from collections.abc import Sequence
from types import TracebackType

from syncd.errors import SyncdError, TryAgain

INTERRUPTED = 130  # as shells have it: 128 and the signal's number
NOBODY_READS = 141


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code. *argv* is what follows ``syncd``; None stands for the process's own."""
    from syncd.cli._parser import parse

    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # mail may hold what this terminal has no letter for
    try:
        args = parse(argv)
    except SystemExit as stop:  # argparse has said what there is to say
        return stop.code if isinstance(stop.code, int) else 2
    if argv is None and not args.debug:
        sys.excepthook = _one_line
    from syncd.cli import _hints
    from syncd.cli._log import listening

    _hints.named(args)
    with listening(debug=args.debug):
        return _run(args)


def _run(args: argparse.Namespace) -> int:
    try:
        code = int(args.run(args))
        sys.stdout.flush()
    except BrokenPipeError:
        # the interpreter flushes once more when it ends: give it something to flush to
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return NOBODY_READS
    except KeyboardInterrupt:
        return INTERRUPTED
    except SyncdError as error:
        return _say(str(error), error.exit_code, debug=args.debug)
    except OSError as error:  # a full disk, a folder that isn't ours
        where = f"{error.filename}: " if error.filename else ""
        return _say(f"{where}{error.strerror or error}", TryAgain.exit_code, debug=args.debug)
    return code


def _say(text: str, code: int, *, debug: bool) -> int:
    """Tell the error that is being handled, a line for each problem."""
    import traceback

    from syncd.cli._frame import warn

    if debug:
        traceback.print_exc()
    for line in text.splitlines():
        warn(line)
    return code


def _one_line(kind: type[BaseException], _: BaseException, trace: TracebackType | None) -> None:
    """What a person sees of a mistake in syncd itself: what and where, since an exception's text may quote mail."""
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    where = f" in {trace.tb_frame.f_globals.get('__name__', '?')}, line {trace.tb_lineno}" if trace else ""
    print(f"syncd: a mistake in syncd itself: {kind.__name__}{where}; --debug shows more", file=sys.stderr)
