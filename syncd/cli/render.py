"""How things look in a terminal: tables, times in the user's zone, days as people name them, untrusted text made safe.

In a terminal ``rich`` draws, in colour unless ``NO_COLOR`` is set, within its width; a pipe gets plain aligned text.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from typing import TextIO


@dataclass(frozen=True, slots=True)
class Styled:
    """A cell with a style of rich's, for terminals: ``Styled("overdue", "bold red")``."""

    text: str
    style: str


Cell = str | Styled
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def safe(text: str) -> str:
    """*text* on one line, without anything that a terminal would obey or that turns the direction of the letters."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())


def show(
    columns: Sequence[str], rows: Sequence[Sequence[Cell]], out: TextIO | None = None, *, width: int | None = None
) -> None:
    """Print a table on *out* (stdout), which fits the terminal, or aligned columns where nobody looks.

    With a *width* it is drawn, within so many columns, also where there is no terminal.
    """
    out = sys.stdout if out is None else out
    if out.isatty():
        _draw(columns, rows, out)
    elif width is not None:
        drawn = io.StringIO()
        _draw(columns, rows, drawn, width)
        print("\n".join(line.rstrip() for line in drawn.getvalue().splitlines()), file=out)
    else:
        print(_aligned(columns, rows), file=out)


def _draw(columns: Sequence[str], rows: Sequence[Sequence[Cell]], out: TextIO, width: int | None = None) -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*(Text(safe(_words(cell)), style=cell.style if isinstance(cell, Styled) else "") for cell in row))
    Console(file=out, width=width, highlight=False, markup=False, emoji=False).print(table)


def _aligned(columns: Sequence[str], rows: Sequence[Sequence[Cell]]) -> str:
    texts = [tuple(columns), *(tuple(safe(_words(cell)) for cell in row) for row in rows)]
    widths = [max(map(len, column)) for column in zip(*texts, strict=True)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in texts
    )


def _words(cell: Cell) -> str:
    return cell.text if isinstance(cell, Styled) else cell


def day(when: date, now: datetime) -> str:
    """``Tue 24 Mar``, with the year where it isn't *now*'s."""
    year = "" if when.year == now.year else f" {when.year}"
    return f"{_DAYS[when.weekday()]} {when.day} {_MONTHS[when.month - 1]}{year}"


def moment(when: datetime, zone: tzinfo, now: datetime) -> str:
    """``Tue 24 Mar 09:30`` in *zone*, with the year where it isn't *now*'s there."""
    local = when.astimezone(zone)
    return f"{day(local.date(), now.astimezone(zone))} {local:%H:%M}"


def relative(when: date, today: date) -> str:
    """How far a day is from *today*: ``today``, ``tomorrow``, ``in 3 days``, ``2 days ago``."""
    days = (when - today).days
    near = {0: "today", 1: "tomorrow", -1: "yesterday"}
    return near.get(days) or (f"in {days} days" if days > 0 else f"{-days} days ago")
