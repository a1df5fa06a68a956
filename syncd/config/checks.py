"""Checks that take more than one value, or the disk: what each back end needs, paths, rules that contradict each other.

A source that isn't there is a problem of the config only as long as nothing was ever read (there is no state file):
later it is rather a disk that isn't mounted, and the back end refuses it as that, so that trying again helps.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from syncd.config.lines import Name
from syncd.config.values import quoted, show_duration
from syncd.settings import Settings


@dataclass(frozen=True, slots=True)
class Finding:
    """Something about one key, or about one table: ``[table] key: what``."""

    name: Name
    what: str
    table: bool = False

    def __str__(self) -> str:
        """As it stands in a message, behind file and line."""
        owner, key = (self.name, "") if self.table or len(self.name) == 1 else (self.name[:-1], self.name[-1])
        if not self.table and len(self.name) == 1:
            return f"{quoted(self.name[0])}: {self.what}"
        return f"[{'.'.join(owner)}]{' ' + key if key else ''}: {self.what}"


def check(settings: Settings, bad: Collection[Name]) -> list[Finding]:
    """What is wrong with *settings* as a whole; nothing is said twice of the keys in *bad*."""
    found = [*_rules(settings), *_needed(settings), *_sources(settings), *_targets(settings), *_shared(settings)]
    return [finding for finding in found if finding.name not in bad]


def warn(settings: Settings) -> list[Finding]:
    """What may be meant, and probably isn't."""
    rules, found = settings.rules, []
    if rules.move_on.enabled and rules.lookback < rules.move_on.after:
        reach, silence = show_duration(rules.lookback), show_duration(rules.move_on.after)
        what = (
            f"{reach} reaches less far back than the {silence} after which a search moves on: a first run misses some"
        )
        found.append(Finding(("rules", "lookback"), what))
    if rules.follow_up.enabled and rules.move_on.enabled and rules.follow_up.every >= rules.move_on.after:
        what = "no follow-up is ever due, since [rules.move_on] comes first"
        found.append(Finding(("rules", "follow_up", "every"), what))
    return found


def _rules(settings: Settings) -> Iterator[Finding]:
    thank_you, reply = settings.rules.thank_you, settings.rules.rejection_reply
    if thank_you.after >= thank_you.pointless_after:
        late, end = show_duration(thank_you.after), show_duration(thank_you.pointless_after)
        yield Finding(("rules", "thank_you", "after"), f"{late} is not before pointless_after, {end}")
    if reply.business_days >= reply.pointless_after.days:
        end = show_duration(reply.pointless_after)
        what = f"{reply.business_days} is not before pointless_after, {end}"
        yield Finding(("rules", "rejection_reply", "business_days"), what)


def _needed(settings: Settings) -> Iterator[Finding]:
    local = settings.local
    if settings.calendar_backend == "local":
        if not local.calendars:
            yield Finding(("local", "calendars"), 'is missing; [calendar] backend = "local" reads interviews from it')
        if local.reminders is None:
            yield Finding(("local", "reminders"), 'is missing; [calendar] backend = "local" writes reminders to it')
    elif not settings.calendar_read:
        yield Finding(("calendar", "read"), 'is empty; name the calendars with the interviews, as ["primary"]')
    if settings.mail_backend == "local" and not local.mail:
        yield Finding(("local", "mail"), 'is missing; [mail] backend = "local" reads mail from it')


def _sources(settings: Settings) -> Iterator[Finding]:
    if settings.state.exists():
        return
    used = {
        "calendars": settings.local.calendars if settings.calendar_backend == "local" else (),
        "mail": settings.local.mail if settings.mail_backend == "local" else (),
    }
    for key, paths in used.items():
        for path in paths:
            if not path.is_dir() and not path.is_file():
                yield Finding(("local", key), f"there is no file or folder {path}")


def _targets(settings: Settings) -> Iterator[Finding]:
    reminders = settings.local.reminders
    if reminders is not None and settings.calendar_backend == "local" and not settings.state.exists():
        yield from _makeable(("local", "reminders"), reminders)
    if settings.state.is_dir():
        yield Finding(("state", "path"), f"{settings.state} is a folder; name a file in it")
    yield from _makeable(("state", "path"), settings.state)


def _makeable(name: Name, path: Path) -> Iterator[Finding]:
    """Whether *path* can be made where it isn't: whether the nearest folder above it that exists can be written to.

    One that nobody can write, as its disk is mounted read-only or a sandbox has it so, is no mistake in the config: who
    writes to it finds out, and tries again.
    """
    above = next((folder for folder in path.parents if os.path.lexists(folder)), None)
    if path.exists() or above is None:
        return
    if not above.is_dir():
        yield Finding(name, f"{path} can't be made: {above} is no folder")
    elif not os.access(above, os.W_OK | os.X_OK) and not os.statvfs(above).f_flag & os.ST_RDONLY:
        yield Finding(name, f"{path} can't be made: {above} is not yours to write to")


def _shared(settings: Settings) -> Iterator[Finding]:
    """Paths that get into each other's way."""
    local = settings.local
    calendars = {os.path.realpath(path) for path in local.calendars}
    for path in local.mail:
        if os.path.realpath(path) in calendars:
            yield Finding(("local", "mail"), f"{path} is named under calendars too")
    if local.reminders is None:
        return
    reminders = Path(os.path.realpath(local.reminders))
    if any(os.path.realpath(path) == str(reminders) for path in local.mail):
        yield Finding(("local", "reminders"), f"{local.reminders} is named under mail too")
    state = Path(os.path.realpath(settings.state))
    if reminders == state or reminders in state.parents:
        what = f"{settings.state} lies in the reminders of [local], which other programs sync; put it elsewhere"
        yield Finding(("state", "path"), what)
