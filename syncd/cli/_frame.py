"""What the commands share: how one is added, the options of all, the settings, and times that people type."""

from __future__ import annotations

import argparse
import difflib
import re
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NoReturn

if TYPE_CHECKING:  # what follows costs more to import than `syncd --help` may take
    from datetime import datetime, tzinfo
    from pathlib import Path

    from syncd.settings import Settings

Commands = Any  # what add_subparsers gives has no public name
Run = Callable[[argparse.Namespace], int]


PATIENCE = 10.0
"""Seconds to wait for another syncd that is at work: the daemon's cycles mostly take one or two."""


class Parser(argparse.ArgumentParser):
    """An ``ArgumentParser`` whose errors are one line, and name what was probably meant."""

    names: tuple[str, ...] = ()

    def error(self, message: str) -> NoReturn:
        """End with exit code 2 and one line."""
        found = re.search(r"invalid choice: '([^']*)'", message)
        close = difflib.get_close_matches(found[1], self.names, n=1) if found else []
        if found and found[1] not in self.names and self.names:
            message = f"there is no command {found[1]}"
        meant = f"did you mean `{self.prog} {close[0]}`?" if close else f"see `{self.prog} --help`"
        self.exit(2, f"syncd: {message}; {meant}\n")


def add_common(parser: argparse.ArgumentParser, *, first: bool = False) -> None:
    """The options that stand before or behind the command.

    Only the *first* parser gives them a default, or else those behind would undo what was given in front.
    """
    config, debug = (None, False) if first else (argparse.SUPPRESS, argparse.SUPPRESS)
    parser.add_argument(
        "--config", metavar="PATH", default=config, help="the config, instead of ~/.config/syncd/config.toml"
    )
    parser.add_argument(
        "--debug",
        action="store_true",
        default=debug,
        help="show what is asked of services, and a traceback when something goes wrong",
    )


def command(commands: Commands, name: str, run: Run, about: str, more: str = "") -> Parser:
    """Add the command *name*, done by *run*. *about* is its line in ``syncd --help``; its own help adds *more*."""
    text = f"{about[0].upper()}{about[1:]}. {more}".strip()
    parser: Parser = commands.add_parser(name, help=about, description=text, allow_abbrev=False)
    parser.set_defaults(run=run)
    add_common(parser)
    return parser


def config_path(args: argparse.Namespace) -> Path | None:
    """The config that was named on the command line."""
    from pathlib import Path

    return Path(args.config) if args.config is not None else None


def settings(args: argparse.Namespace) -> Settings:
    """The settings of the config that the command line or the environment names. Raises ``BadConfig``."""
    import os

    from syncd import config

    return config.load(config_path(args), os.environ)


def now(args: argparse.Namespace, settings: Settings) -> datetime:
    """The time of this run, in the user's zone: that of ``--now``, else the clock's. Raises ``BadUsage``."""
    from datetime import datetime

    zone = settings.user.zone
    return datetime.now(zone) if args.now is None else parse_now(args.now, zone)


def warn(line: str) -> None:
    """Tell something that isn't the answer."""
    from syncd.cli._hints import hint
    from syncd.cli.render import safe

    print(f"syncd: {safe(hint(line))}", file=sys.stderr)


def progress(*, quiet: bool = False) -> Callable[[str], None]:
    """What tells a person who waits at a terminal how far it is; silent where nobody looks."""
    return (lambda _: None) if quiet or not sys.stderr.isatty() else warn


def parse_now(text: str, zone: tzinfo) -> datetime:
    """The time that *text* names (ISO 8601), in *zone*, also where *text* has no offset. Raises ``BadUsage``."""
    from datetime import UTC, datetime

    from syncd.errors import BadUsage

    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        raise BadUsage(f'"{text}" is no time; write it as 2026-03-24T09:30') from None
    if not 1990 <= moment.year < 2200:
        raise BadUsage(f'"{text}" is not of our time')
    moment = moment if moment.tzinfo else moment.replace(tzinfo=zone)
    # by way of UTC, so that a time that a change of clocks leaves out becomes one that exists
    return moment.astimezone(UTC).astimezone(zone)
