"""``syncd demo``: a whole job search on bundled sample files, week by week; needs no account and no config."""

from __future__ import annotations

import argparse
import shlex
import sys
from typing import TYPE_CHECKING

from syncd.cli import _frame

if TYPE_CHECKING:
    from datetime import datetime

    from syncd.demo.play import Beat
    from syncd.demo.stage import Stage
    from syncd.demo.story import Search
    from syncd.reconcile import Action

WIDTH = 80
_SIGNS = {
    "done": ("✓", "green", "done"),
    "cancel": ("-", "red", "removed"),
    "update": ("~", "yellow", "moved"),
    "create": ("+", "cyan", "new"),
}
"""What syncd does: its sign, its style and its name, in the order in which they are told."""
_ABOUT = (
    "Invented mail and invitations arrive in a Maildir and a calendar folder, and syncd reads them and keeps the "
    "reminders. Only the clock is turned by hand."
)


def add(commands: _frame.Commands) -> None:
    """Add the command."""
    more = "It runs the real thing over sample files in a folder of its own, and touches nothing of yours."
    parser = _frame.command(commands, "demo", run, "plays a whole job search on sample files; needs no account", more)
    parser.add_argument("--folder", metavar="PATH", help="where to leave the files, instead of a new temporary folder")


def run(args: argparse.Namespace) -> int:
    """Play it, tell each moment, and say where the result is."""
    from pathlib import Path

    from syncd.demo.play import play
    from syncd.demo.stage import Stage
    from syncd.demo.story import load

    search = load()
    stage = Stage(search, Path(args.folder) if args.folder is not None else None)
    page = _Page(search)
    page.put((f"{search.person['name']} looks for a job: eight weeks in a few seconds.", "bold"))
    page.put((_ABOUT, ""))
    page.put(*((f"{sign} {meaning}   ", style) for sign, style, meaning in _SIGNS.values()))
    for beat in play(search, stage):
        page.tell(beat)
    _show_end(stage, search)
    return 0


class _Page:
    """What is printed as the search goes on: plain where nobody looks, in colour on a terminal."""

    def __init__(self, search: Search) -> None:
        from rich.console import Console

        self._console = Console(highlight=False, markup=False, emoji=False)
        self._zone = search.zone
        self._at: datetime | None = None

    def put(self, *parts: tuple[str, str], before: tuple[str, str] = ("", ""), indent: int = 0) -> None:
        """Print a paragraph of (text, style) parts, *indent* columns in, with *before* in the columns left free."""
        from rich.text import Text

        head = (before[0].ljust(indent), before[1])
        for line in Text.assemble(*parts).wrap(self._console, WIDTH - indent):
            line.rstrip()
            self._console.print(Text.assemble(head, line), soft_wrap=True)
            head = (" " * indent, "")

    def tell(self, beat: Beat) -> None:
        """Print what happened at one time, under its week and its day."""
        told = [action for action in beat.actions if _worth_telling(action)]
        if beat.moment is None and not told:
            return
        what = beat.moment.tell if beat.moment else "Time goes by."
        self.put((what, ""), before=(self._heading(beat.at), "bold"), indent=18)
        for action in sorted(told, key=lambda a: list(_SIGNS).index(a.op)):
            sign, style, _ = _SIGNS[action.op]
            self.put(*self._words(action, beat.at), before=(f"    {sign} ", style), indent=6)

    def _heading(self, at: datetime) -> str:
        """The time, behind its day where that is another than before, below the line of its week where that is."""
        from datetime import timedelta

        from syncd.cli import render

        before, self._at = self._at, at
        monday = at.date() - timedelta(days=at.weekday())
        if before is None or before.date() < monday:
            self.put((f"\nWeek of {monday.day} {monday:%B}", "bold cyan"))
        day = "" if before is not None and before.date() == at.date() else render.day(at.date(), at)
        return f"{day:<10} {at:%H:%M}"

    def _words(self, action: Action, at: datetime) -> list[tuple[str, str]]:
        from syncd.cli import render

        title = (render.safe(action.entry.title).removeprefix("✓ "), "")
        why = (f" – {_short(render.safe(action.why))}", "dim")
        if action.op in {"done", "cancel"}:
            return [title, why]
        start = action.entry.start.astimezone(self._zone)
        day = render.day(start.date(), at)
        when = (day if action.entry.all_day else f"{day} {start:%H:%M}", "bold")
        return [when, ("  ", ""), title, *([why] if action.op == "update" else [])]


def _short(why: str) -> str:
    """The words that decided, where the reason quotes some."""
    reason, quote, words = why.partition('"')
    return reason.rpartition(": ")[2] + quote + words if quote else why


def _worth_telling(action: Action) -> bool:
    """Not what is done by itself (once the interview has begun, say), nor that a text says more than before."""
    if action.op == "update" and action.old is not None:
        return (action.old.start, action.old.title) != (action.entry.start, action.entry.title)
    return not (action.op == "done" and action.rule in {"ask_next_steps", "move_on"})


def _show_end(stage: Stage, search: Search) -> None:
    from syncd.app import opened
    from syncd.cli import render
    from syncd.cli.tables import show_status
    from syncd.status import status

    end = search.until
    with opened(stage.settings, _frame.warn) as app:
        report = status(app.store, stage.settings, app.marks, end)
    print(f"\n{render.day(end.date(), end)}, and this is what `syncd status` says:\n")
    show_status(report, stage.settings, end, width=WIDTH)
    print(f"\nOpen this file with your calendar, and look at March to May 2026:\n  {stage.reminders}")
    print("The interviews lie beside it, in calendar/. To ask why, or to look around:")
    program = called(sys.argv[0])
    print(f"  cd {shlex.quote(str(stage.root))}")
    print(f"  {program} explain Thistle Health --config config.toml --now {end:%Y-%m-%dT%H:%M}")


def called(how: str) -> str:
    """What to type for ``syncd``, which was called as *how* (argv[0]): its path, where no PATH leads to it."""
    import shutil
    from pathlib import Path

    path = Path(how)
    if path.name == "__main__.py":
        return f"{shlex.quote(sys.executable)} -m syncd"
    found = shutil.which("syncd")
    if path.name != "syncd" or not path.exists() or (found is not None and Path(found).samefile(path)):
        return "syncd"
    return shlex.quote(str(path.absolute()))
