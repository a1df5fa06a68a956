"""What syncd tells people to type, in full: with ``--config`` where the config in use is not the usual one.

Those who give a hint, deep below, know no command line; the option is put in where a line leaves the process. Without
it, a hint that is followed to the letter would act on the account of the usual config.
"""

from __future__ import annotations

import argparse
import logging
import re
from contextvars import ContextVar

_option: ContextVar[str] = ContextVar("option", default="")
_COMMAND = re.compile(
    r"\bsyncd (?:service (?:install|uninstall|status)|pause off"
    r"|init|auth|sync|status|run|explain|mark|pause|classify|config|doctor|purge|service)\b(?! --(?:config|help)\b)"
)


def named(args: argparse.Namespace) -> None:
    """From now on hints are for the config that *args* name on the command line."""
    _option.set("")
    if getattr(args, "config", None) is not None:
        import os

        from syncd.cli._frame import config_path
        from syncd.config import option

        _option.set(option(config_path(args), os.environ))


def hint(text: str) -> str:
    """*text* with the option behind each command of syncd that it names."""
    option = _option.get()
    return _COMMAND.sub(lambda found: f"{found[0]} {option}", text) if option else text


def say(text: str = "", *, flush: bool = False) -> None:
    """Print a line of the answer that may hold a hint."""
    print(hint(text), flush=flush)


class Hints(logging.Formatter):
    """A record's text, its hints in full."""

    def format(self, record: logging.LogRecord) -> str:
        """As any formatter does."""
        return hint(super().format(record))
