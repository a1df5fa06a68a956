"""Calendars and mail in files, read as a cycle reads them: what it would leave out, file by file. Read only."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from shlex import quote
from zoneinfo import ZoneInfo

from syncd.backends import files
from syncd.backends.maildir import Maildirs
from syncd.doctor.finding import Finding, Level, warning
from syncd.doctor.places import source
from syncd.doctor.spots import spot
from syncd.pull import AHEAD
from syncd.settings import Settings

_MOST = 10
"""Files of one calendar that are told of one by one."""
_AGAIN = "have what fills the calendar fetch it again (vdirsyncer sync), or take the file away"
_STATES = {
    "cut": "is cut off: its END:VCALENDAR is missing, and it isn't read until it is whole",
    "none": "is no iCalendar file, and isn't read",
}


def calendar(path: Path, settings: Settings, now: datetime) -> list[Finding]:
    """The calendar at *path*: whether it is there, and the files of it that are not read, or not wholly."""
    found = source("calendar", spot(path))
    if found.level is not Level.OK:
        return [found]
    doubts = list(_doubts(path, settings.user.zone, now - settings.rules.lookback, now + AHEAD))
    told = doubts[:_MOST]
    if len(doubts) > _MOST:
        told.append(warning("calendar", f"{len(doubts) - _MOST} more files of {path} are not wholly read", _AGAIN))
    return [found, *told]


def _doubts(path: Path, zone: ZoneInfo, since: datetime, until: datetime) -> Iterator[Finding]:
    from syncd.formats import ical

    tree = files.Tree({path.name: path})
    if path.is_dir():
        try:
            tree = files.look_into(path, ".ics", deep=True)
        except OSError as problem:
            tree = files.Tree(closed={".": problem.strerror or "can't be listed"})
    for folder in tree.closed:
        yield _unreadable(path / folder)
    for name, file in tree.files.items():
        try:
            data, _ = files.read(file)
        except OSError:
            yield _unreadable(file)
            continue
        reading = ical.read(data, zone, since, until, source=str(path), href=name)
        if reading.state != "whole":
            yield warning("calendar", f"{file} {_STATES[reading.state]}", _AGAIN)
        elif reading.warnings:
            text = f"{file} is read but for what is wrong in it"
            yield warning("calendar", text, f"syncd classify {quote(str(file))} says what")


def _unreadable(path: Path) -> Finding:
    return warning(
        "calendar", f"{path} may not be read, and is left out", f"see whose it is: ls -ld {quote(str(path))}"
    )


def mail(path: Path) -> list[Finding]:
    """The mailbox at *path*: whether it is there, and the folders of it that may not be read."""
    box, maildirs = spot(path, ("cur", "new")), Maildirs(path)
    if box.kind == "folder" and box.readable and maildirs.any():
        box = replace(box, holds=frozenset({"cur", "new"}))
    found = source("mail", box)
    if found.level is not Level.OK or box.kind != "folder":
        return [found]
    step = f"see whose they are: ls -lR {quote(str(path))}"
    return [found, *(warning("mail", line, step) for line in maildirs.survey({}, everything=True).warnings)]
