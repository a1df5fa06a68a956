"""Writes docs/syncd.1, the man page: `python docs/manual.py`.

Commands and options are those of the command line, keys those of the config's table; what else stands in it comes from
syncd.1.inc. argparse-manpage (the extra `dev`) does the typesetting.
"""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from syncd import __version__
from syncd.cli._parser import build
from syncd.config.schema import TABLES, Key, keys

PAGE = Path(__file__).with_name("syncd.1")
SAID_ONCE = {"--help", "--config", "--debug"}
"""Options of every command: they stand at the top."""


def main() -> None:
    PAGE.write_text(written(), "utf-8")


def written() -> str:
    """The page."""
    from argparse_manpage.manpage import Manpage

    parser = _plain(build())
    parser.description = None  # syncd.1.inc says it
    page = Manpage(parser, {"project_name": "syncd", "version": __version__}, "single-commands-section")
    page.date = ""  # the version says how old it is
    page.manual = "syncd"
    page.description = "follow-up reminders for a job search, in the calendar you already look at"
    page.parse_include(str(PAGE.with_name("syncd.1.inc")))
    page.add_section("config", ">", "\n" + "\n".join(_config()))
    return _tidied(str(page))


def _tidied(page: str) -> str:
    """*page* without needless headings, with usages in bold, and with no option or path broken at a hyphen."""
    page = page.replace(".SH NAME", ".nh\n.ad l\n.SH NAME", 1)
    page = re.sub(r"^(options|arguments):$", "", page, flags=re.MULTILINE)
    page = re.sub(r"^\.TP\n\\fB\w+\\fR\n\n", "", page, flags=re.MULTILINE)  # has no text but the command's own
    page = re.sub(r"\n{2,}", "\n", page)  # macros make the room
    return re.sub(r"^usage: (.*)$", r"\\fB\1\\fR\n.PP", page, flags=re.MULTILINE)


def _plain(parser: argparse.ArgumentParser, *, first: bool = True) -> argparse.ArgumentParser:
    """*parser* with what its commands share in the *first* only, and with usages on one line, which man(1) breaks."""
    parser.formatter_class = partial(argparse.HelpFormatter, width=10_000)
    for group in parser._action_groups:  # noqa: SLF001 - argparse has no other way to look at what was added
        for action in list(group._group_actions):  # noqa: SLF001 - as above
            if isinstance(action, argparse._SubParsersAction):  # noqa: SLF001 - as above
                for shown in action._choices_actions:  # noqa: SLF001 - as above
                    shown.help = ""  # what the command's own text begins with
                for below in action.choices.values():
                    _plain(below, first=False)
            elif not first and SAID_ONCE & set(action.option_strings):
                parser._remove_action(action)  # noqa: SLF001 - as above
                group._group_actions.remove(action)  # noqa: SLF001 - as above
    return parser


def _config() -> Iterator[str]:
    for table, about in TABLES.items():
        yield f".SS [{table}]"
        yield _roff(about)
        for key in (key for key in keys().values() if key.table == table):
            yield f".TP\n{_head(key)}"
            yield _roff(key.about)


def _head(key: Key) -> str:
    """The key with its default; of one that has none, with an example, as a comment."""
    value = json.dumps(key.kind.show(key.default) if key.example is None else key.example, ensure_ascii=False)
    mark = "" if key.example is None or key.required else "# "
    return f"{mark}\\fB{_roff(key.name[-1])}\\fR = {_roff(value)}"


def _roff(text: str) -> str:
    """*text* on one line, with what roff would take for its own made plain."""
    line = " ".join(text.split()).replace("\\", "\\e").replace("-", "\\-")
    return f"\\&{line}" if line[:1] in {".", "'"} else line


if __name__ == "__main__":
    main()
