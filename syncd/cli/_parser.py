"""The command line as a whole: which commands there are, in the order of a person's way through them.

A new command is a module with ``add(commands)``, which calls ``_frame.command``, and its name in ``COMMANDS``.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from syncd import __version__
from syncd.cli import (
    auth,
    classify,
    config,
    demo,
    doctor,
    explain,
    init,
    mark,
    pause,
    purge,
    run,
    service,
    status,
    sync,
)
from syncd.cli._frame import Parser, add_common

COMMANDS = (init, auth, sync, status, run, explain, mark, pause, classify, config, doctor, demo, purge, service)


def build() -> Parser:
    """The parser of ``syncd``."""
    parser = Parser(
        prog="syncd",
        description="Keeps the rules of following up after job interviews, in the calendar you already look at.",
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"syncd {__version__}")
    add_common(parser, first=True)
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", dest="command")
    for module in COMMANDS:
        module.add(commands)
    parser.names = tuple(commands.choices)
    return parser


def parse(argv: Sequence[str] | None) -> argparse.Namespace:
    """The arguments of one call; ``run`` in them is what does it. Raises ``SystemExit`` where argparse does."""
    parser = build()
    args = parser.parse_args(argv)
    if args.command is None:
        parser.error("which command?")
    return args
