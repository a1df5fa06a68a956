"""``syncd config``: what is in force, and where each value came from."""

from __future__ import annotations

import argparse

from syncd.cli import _frame


def add(commands: _frame.Commands) -> None:
    """Add the command."""
    parser = _frame.command(commands, "config", run, "shows every setting in force, and where it came from")
    parser.add_argument("--json", action="store_true", help="for machines: one object")


def run(args: argparse.Namespace) -> int:
    """Print the settings."""
    import json
    import os
    import sys

    from syncd import config
    from syncd.cli import render

    reading = config.read(_frame.config_path(args), os.environ)
    rows = config.shown(reading)
    if args.json:
        values = {row.key.dotted: {"value": row.value, "from": row.origin} for row in rows}
        print(json.dumps({"path": str(reading.path), "settings": values, "warnings": list(reading.warnings)}))
        return 0
    print(reading.path)
    table = [
        (row.key.dotted, _plain(row.value), render.Styled(row.origin, "dim" if row.origin == "default" else "cyan"))
        for row in rows
    ]
    render.show(("setting", "value", "from"), table)
    for line in reading.warnings:
        print(f"syncd: {line}", file=sys.stderr)
    return 0


def _plain(value: str | int | bool | list[str]) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return (", ".join(value) if isinstance(value, list) else str(value)) or "-"
