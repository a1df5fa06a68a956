"""This machine: which syncd it runs, in which time zone, and whether public holidays are known. Pure."""

from __future__ import annotations

import platform
from collections.abc import Iterable
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version
from zoneinfo import ZoneInfo

from syncd import __version__
from syncd.doctor.finding import Finding, ok, warning
from syncd.settings import User

_LIBRARIES = ("google-api-python-client", "google-auth", "icalendar", "recurring-ical-events", "holidays", "schedule")


def versions() -> Finding:
    """What a bug report needs to name."""
    libraries = ", ".join(f"{name} {_version(name)}" for name in _LIBRARIES)
    python = f"Python {platform.python_version()} on {platform.system()} {platform.release()}"
    return ok("version", f"syncd {__version__}, {python}; {libraries}")


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "missing"


def zone(user: User, here: ZoneInfo | None, now: datetime) -> Finding:
    """The zone of the config against *here*, the machine's; two names of one time are the same."""
    if here is None or _same(user.zone, here, now):
        return ok("time zone", f"{user.zone}{'' if here is None else ', as this machine has it'}")
    text = f"the config says {user.zone}, and this machine {here}: reminders go by the config"
    step = f'if you have moved: timezone = "{here}" in [account], or leave the line out to follow the machine'
    return warning("time zone", text, step)


def _same(one: ZoneInfo, other: ZoneInfo, now: datetime) -> bool:
    year = (now.replace(month=month, day=1) for month in range(1, 13))
    return all(moment.astimezone(one).utcoffset() == moment.astimezone(other).utcoffset() for moment in year)


def holidays(user: User, parts: Iterable[str]) -> Finding:
    """Whether public holidays are known; *parts* are the states or regions of the user's country with their own."""
    if not user.country:
        step = 'country = "DE" (yours) in [account] makes public holidays days off'
        return warning("holidays", "no country is set, so only weekends are days off", step)
    if user.subdivision or not set(parts):
        return ok("holidays", f"those of {user.country}{f', {user.subdivision}' if user.subdivision else ''}")
    return ok("holidays", f"the national ones of {user.country}; [account] subdivision adds those of a state or region")
