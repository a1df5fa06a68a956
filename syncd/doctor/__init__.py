"""``syncd doctor``: what is looked at, in the order in which it is told, each thing a finding in plain words.

``finding`` is what comes out. ``spots``, ``sources`` and ``memory.recall`` look at files, ``google`` asks, ``unit`` and
``service`` look at the daemon; what the others do with that is pure. Nothing is written and no reminder touched. A
finding names paths and the account's own address, and neither people, companies nor words of mail: it can be shown to
others.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from pathlib import Path

from syncd.config import system_zone
from syncd.config.kinds import subdivisions
from syncd.doctor import config, google, machine, memory, places, service, sign_in, sources
from syncd.doctor.finding import Finding, Level, exit_code, ok
from syncd.doctor.spots import free_bytes, spot, words
from syncd.lock import daemon
from syncd.marks_file import marks_path
from syncd.settings import Settings
from syncd.unit import Unit, look, network
from syncd.unit.places import cron_line, needs, unit_name
from syncd.unit.text import notes
from syncd.unit.within import environment, unwritable

__all__ = ["Finding", "Level", "examine", "exit_code"]


def examine(
    path: Path, environ: Mapping[str, str], clock: Callable[[], datetime], *, offline: bool
) -> Iterator[Finding]:
    """Look at everything that hangs on the config at *path*, and give what was found as it is found.

    *clock* tells this machine's time. With *offline* no service is asked.
    """
    yield machine.versions()
    settings, found = config.examine(path, environ)
    yield from found
    unit = look(unit_name(path, environ), environ)
    if settings is None:  # no more is known than what needs no config
        yield from service.service(unit)
        return
    yield from _files(settings, clock())
    if "google" in {settings.calendar_backend, settings.mail_backend}:
        yield from _google(settings, clock, offline=offline)
    yield machine.zone(settings.user, system_zone(environ), clock())
    country = settings.user.country
    yield machine.holidays(settings.user, subdivisions(country) if country else ())
    shut_out = unwritable(unit.pid, needs(settings, ("syncd",), "").write) if unit.pid else ()
    yield from _daemon(settings, clock(), service.INSTALL if shut_out else "")
    yield service.running(daemon(settings.state), unit, cron_line(environ))
    yield from service.service(unit)
    yield from _sandbox(settings, environ, unit, shut_out)


def _files(settings: Settings, now: datetime) -> Iterator[Finding]:
    folder = spot(settings.state.parent)
    yield places.state_folder(folder)
    yield from places.room(folder, free_bytes(folder.path))
    yield places.private("marks", spot(marks_path(settings.state)))
    local = settings.local
    if settings.calendar_backend == "local":
        for path in local.calendars:
            yield from sources.calendar(path, settings, now)
        if local.reminders is not None:
            yield places.reminders(spot(local.reminders))
    if settings.mail_backend == "local":
        for path in local.mail:
            yield from sources.mail(path)


def _google(settings: Settings, clock: Callable[[], datetime], *, offline: bool) -> Iterator[Finding]:
    token, found = sign_in.examine(settings, clock())
    yield from found
    if token is None:
        return
    if offline:
        yield ok("google", "not asked (--offline)")
    else:
        yield from google.examine(settings, clock)


def _sandbox(
    settings: Settings, environ: Mapping[str, str], unit: Unit, shut_out: tuple[Path, ...]
) -> Iterator[Finding]:
    """Whether the service that runs can do what it has to."""
    if unit.path is not None:
        yield from service.writes(shut_out, unit, ours=notes(words(unit.path)) is not None)
    its_own = environment(unit.pid) if unit.pid else {}
    if its_own and "google" in {settings.calendar_backend, settings.mail_backend}:
        yield from service.ways(network.differing(environ, its_own))


def _daemon(settings: Settings, now: datetime, instead: str) -> Iterator[Finding]:
    file = places.private("store", spot(settings.state))
    remembered = memory.recall(settings.state)
    healthy = memory.health(remembered)
    yield file if file.step else healthy  # who may read it is worth a line only where that is wrong
    if file.step and healthy.step:
        yield healthy
    yield from memory.last_cycle(remembered, settings, now, instead)
    yield from memory.sent_mail(remembered, settings)
