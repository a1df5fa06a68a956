"""``syncd classify``: says what mail and events mean, file by file, and changes nothing."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from syncd.cli import _frame

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from syncd.cli._inputs import Calendar, Mail
    from syncd.model import Account, Event, EventReading, MessageReading

Row = dict[str, Any]
"""What ``--json`` tells of one message or event (design, section 5)."""


def add(commands: _frame.Commands) -> None:
    """Add the command."""
    more = "Takes .eml files, mbox files, Maildirs, .ics files, vdirs, and folders of them. Needs no config."
    parser = _frame.command(commands, "classify", run, "says what mail and events mean", more)
    parser.add_argument(
        "--me",
        metavar="ADDR",
        action="append",
        help="an address of the job seeker, repeatable; else those of the config",
    )
    parser.add_argument("--json", action="store_true", help="for machines: a line for each message or event")
    parser.add_argument("files", metavar="FILE", nargs="+")


def run(args: argparse.Namespace) -> int:
    """Classify all that the files hold, then name those that hold nothing. Raises ``BadInput``."""
    import json

    from syncd.cli._inputs import inputs
    from syncd.errors import BadInput

    account, zone = _whose(args)
    rows: list[Row] = []
    failed: list[str] = []
    for path in args.files:
        try:
            for found in inputs(path, account):
                for row in _rows(found, account, zone, named=found.file == path):
                    if args.json:
                        print(json.dumps(row))
                    else:
                        rows.append(row)
        except BadInput as error:
            failed.append(str(error))
    if rows:
        _show(rows)
    if failed:
        raise BadInput("\n".join(failed))
    return 0


def _whose(args: argparse.Namespace) -> tuple[Account | None, ZoneInfo]:
    """Whose mail it is, by ``--me`` or a config, None where unknown; and the zone of times that name none."""
    import os
    from zoneinfo import ZoneInfo

    from syncd import config
    from syncd.errors import BadConfig
    from syncd.model import Account

    here = config.system_zone(os.environ) or ZoneInfo("UTC")
    if args.me:
        me = [_address(text) for text in args.me]
        return Account(me[0], tuple(me[1:])), here
    try:
        user = _frame.settings(args).user
    except BadConfig:
        if args.config is not None:
            raise
        if config.default_path(os.environ).exists():
            _frame.warn("the config can't be used (see `syncd config`); --me says whose mail this is")
        return None, here
    return user.account, user.zone


def _address(text: str) -> str:
    from syncd.config.kinds import email
    from syncd.config.values import Place, Wrong
    from syncd.errors import BadUsage

    try:
        return email(text, Place("/", {}))
    except Wrong as wrong:
        raise BadUsage(f"--me: {wrong}") from None


def _rows(found: Mail | Calendar, account: Account | None, zone: ZoneInfo, *, named: bool) -> Iterator[Row]:
    """What one mail, or each event of one file, means. Raises ``BadInput`` for a *named* file that can't be read."""
    from syncd.cli._inputs import Mail
    from syncd.errors import BadInput
    from syncd.model import Account

    me = account or Account(email="")
    if isinstance(found, Mail):
        from syncd.infer.messages import read_message

        yield _message_row(found, read_message(found.message, me))
        return
    from syncd.formats.ical import read_stated
    from syncd.infer.events import read_event

    reading = read_stated(found.data, zone, href=found.file)
    if reading.state == "none":
        if named:
            raise BadInput(f"{found.file}: is no iCalendar file")
        _frame.warn(f"{found.file}: is no iCalendar file")
    if reading.state == "cut":
        _frame.warn(f"{found.file}: is cut off; what was whole is here")
    for line in reading.warnings:
        _frame.warn(line)
    for event in reading.events:
        yield _event_row(found.file, event, read_event(event, me))


def _message_row(found: Mail, reading: MessageReading) -> Row:
    return {
        "file": found.file,
        "index": found.index,
        "direction": found.message.direction.value,
        "kind": reading.kind.value,
        "expected_by": reading.expected_by.isoformat() if reading.expected_by else None,
        "purposeful": reading.purposeful,
        "why": list(reading.why),
    }


def _event_row(file: str, event: Event, reading: EventReading) -> Row:
    occurrence = {"recurrence_id": event.recurrence_id} if event.recurrence_id else {}
    people = [{"name": person.name or None, "email": person.email or None} for person in reading.people]
    return {
        "file": file,
        "uid": event.uid,
        **occurrence,
        "interview": reading.interview,
        "company": reading.company or None,
        "interviewers": people,
        "why": list(reading.why),
    }


def _show(rows: list[Row]) -> None:
    from pathlib import Path

    from syncd.cli import render

    table = []
    for row in rows:
        number = f" #{row['index'] + 1}" if row.get("index") else ""
        meaning = _event_words(row) if "uid" in row else _message_words(row)
        table.append((f"{Path(row['file']).name}{number}", meaning, "; ".join(row["why"])))
    render.show(("file", "means", "because"), table)


def _message_words(row: Row) -> str:
    words = f"{row['direction']}: {row['kind'].replace('_', ' ')}"
    if row["purposeful"] is not None:
        words += ", purposeful" if row["purposeful"] else ", brings nothing"
    return f"{words}, hear by {row['expected_by']}" if row["expected_by"] else words


def _event_words(row: Row) -> str:
    if not row["interview"]:
        return "no interview"
    people = ", ".join(person["name"] or person["email"] for person in row["interviewers"])
    return f"interview{' at ' + row['company'] if row['company'] else ''}{' with ' + people if people else ''}"
