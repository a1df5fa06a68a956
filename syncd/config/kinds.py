"""The kinds of config values that need the outside to be read: zones, countries, addresses, URLs and paths.

They look up what the machine or a library knows (time zones, countries with their holidays, the home folder), but
never whether a path exists: that is ``checks``.
"""

from __future__ import annotations

import ipaddress
import os
import re
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, available_timezones

from syncd.config.values import Kind, Place, Wrong, nearest, quoted, text
from syncd.settings import NEW_CALENDAR

_ADDRESS = re.compile(r"[^\s@<>()\[\],;:\"\\]+@[^\s@<>()\[\],;:\"\\.]+(?:\.[^\s@<>()\[\],;:\"\\.]+)*")
_VARIABLE = re.compile(r"\$(?:(\w+)|\{(\w+)\})", re.ASCII)


def zone(raw: object, place: Place) -> ZoneInfo | None:
    """An IANA time zone; None for an empty text."""
    name = text(raw, place)
    if not name:
        return None
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # unknown; not a plain name; a folder such as "Europe"
        raise Wrong(f"no such time zone: {quoted(name)}{_nearest_zone(name)}") from None


_ABBREVIATED = {
    "Europe/Berlin": "CEST MEZ MESZ",
    "Europe/London": "BST",
    "Europe/Lisbon": "WEST",
    "Europe/Athens": "EEST",
    "Europe/Moscow": "MSK",
    "America/New_York": "EDT ET",
    "America/Chicago": "CST CDT CT",
    "America/Denver": "MDT MT",
    "America/Los_Angeles": "PST PDT PT",
    "Asia/Kolkata": "IST",
    "Asia/Tokyo": "JST",
    "Asia/Singapore": "SGT",
    "Australia/Sydney": "AEST AEDT",
    "Pacific/Auckland": "NZST NZDT",
}
"""A place for what clocks show there: half the year, and so no zone's name."""


def _nearest_zone(name: str) -> str:
    place = next((zone for zone, short in _ABBREVIATED.items() if name.upper() in short.split()), None)
    if place is not None:
        return f'; a place is needed, as "{place}"'
    zones = {zone for zone in available_timezones() if "/" in zone} | {"UTC"}
    city = name.replace(" ", "_").rpartition("/")[2].casefold()
    same_city = sorted(zone for zone in zones if zone.rpartition("/")[2].casefold() == city)
    return nearest(same_city[0], same_city) if same_city else nearest(name, zones)


def country(raw: object, place: Place) -> str:
    """An ISO 3166-1 alpha-2 code that ``holidays`` knows, in capitals; may be empty."""
    code = text(raw, place).upper()
    if not code:
        return ""
    from holidays.registry import COUNTRIES

    from syncd import public_holidays

    if public_holidays.is_known(code):
        return code
    named = next((names[1] for key, names in COUNTRIES.items() if code in (*names, key.upper().replace("_", " "))), "")
    meant = f'; did you mean "{named}"?' if named else ""
    raise Wrong(f'must be a country\'s two-letter code, as "DE" or "US", but is {quoted(raw)}{meant}')


def subdivisions(code: str) -> dict[str, tuple[str, ...]]:
    """The states or regions of a country that ``holidays`` knows, each with its other names."""
    from syncd import public_holidays

    known = public_holidays.of_country(code)
    aliases = known.get_subdivision_aliases()
    return {part: tuple(aliases.get(part, ())) for part in known.subdivisions}


def subdivision(raw: str, code: str) -> str:
    """The code of a state or region of *code*, from itself or its name. Raises ``Wrong``."""
    if not code:
        raise Wrong("needs a country beside it")
    parts = subdivisions(code)
    by_name = {name.casefold(): part for part, names in parts.items() for name in (*names, part)}
    if raw.casefold() in by_name:
        return by_name[raw.casefold()]
    if not parts:
        raise Wrong(f"{code} has no states or regions with holidays of their own; leave it out")
    listed = ", ".join(parts)
    raise Wrong(f"{code} has no {quoted(raw)}, but {listed}{nearest(raw, by_name)}")


def email(raw: object, place: Place) -> str:
    """A bare mail address, in lower case."""
    address = text(raw, place)
    if _ADDRESS.fullmatch(address):
        return address.lower()
    inside = _ADDRESS.search(address)
    meant = f'; did you mean "{inside[0].lower()}"?' if inside else ""
    raise Wrong(f"is no mail address: {quoted(raw)}{meant}")


def endpoint(raw: object, place: Place) -> str:
    """A base URL: https, or http to this machine only, since a token travels over it; may be empty."""
    url = text(raw, place)
    if not url:
        return ""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        port_is_sane = parts.port != 0
    except ValueError:
        raise Wrong(f"is no URL: {quoted(raw)}") from None
    if parts.scheme not in ("http", "https") or not host or not port_is_sane or parts.query or parts.fragment:
        raise Wrong(f'must be a base URL, as "https://gateway.example/", but is {quoted(raw)}')
    if parts.scheme == "http" and not _loopback(host):
        raise Wrong(
            f"must be https, since the token would travel in clear (http is for this machine only): {quoted(raw)}"
        )
    return url


def _loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def path(raw: object, place: Place) -> Path | None:
    """An absolute path, ``~`` and ``$NAME`` replaced; None for an empty text."""
    words = text(raw, place)
    if not words:
        return None

    def value(found: re.Match[str]) -> str:
        name = found[1] or found[2]
        if name not in place.environ:
            raise Wrong(f"${name} is not set: {quoted(raw)}")
        return place.environ[name]

    words = _VARIABLE.sub(value, words)
    if words == "~" or words.startswith("~/"):
        words = str(home(place)) + words[1:]
    elif words.startswith("~"):
        raise Wrong(f'write the path of another\'s home in full: {quoted(raw)} ("~/" is your own)')
    return Path(os.path.normpath(Path(place.folder) / words))


def home(place: Place) -> Path:
    """The home folder of whoever runs syncd."""
    return Path(place.environ["HOME"]) if place.environ.get("HOME") else Path.home()


def calendar_id(raw: object, place: Place) -> str:
    """A calendar of Google's, or ``new:NAME`` for one that syncd makes for itself."""
    name = text(raw, place)
    if not name or not name.removeprefix(NEW_CALENDAR).strip():
        raise Wrong(f'must name a calendar, as "primary" or "new:Follow-ups", but is {quoted(raw)}')
    return name


ZONE = Kind(zone, lambda found: "" if found is None else str(found))
COUNTRY = Kind(country, str)
EMAIL = Kind(email, str)
ENDPOINT = Kind(endpoint, str)
PATH = Kind(path, lambda found: "" if found is None else str(found))
CALENDAR = Kind(calendar_id, str)
