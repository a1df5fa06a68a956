"""What other programs know already: calendars of vdirsyncer and khal, mail of mbsync and OfflineIMAP, a zone's country.

All of it is only offered to the person; a config that can't be read offers nothing.
"""

from __future__ import annotations

import configparser
import glob
import os
import re
import shlex
from collections.abc import Iterator, Mapping
from pathlib import Path

# the names that mail programs give the folder of sent mail, in the languages that syncd reads
_SENT = re.compile(r"sent|gesendet|envoy|enviad", re.IGNORECASE)


def calendars(environ: Mapping[str, str], home: Path) -> dict[Path, Path]:
    """Folders (vdirs) and .ics files that the configs of vdirsyncer and khal name and that exist, each with the config.

    The places of the configs are those of https://vdirsyncer.pimutils.org/en/stable/config.html and
    https://khal.readthedocs.io/en/latest/configure.html.
    """
    xdg = _config_home(environ, home)
    found: dict[Path, Path] = {}
    for name in (environ.get("VDIRSYNCER_CONFIG", ""), xdg / "vdirsyncer/config", home / ".vdirsyncer/config"):
        config = _expand(str(name), home)
        for path in _vdirsyncer(config, home) if name else ():
            found.setdefault(path, config)
    for config in (xdg / "khal/config", home / ".khal/khal.conf"):
        for path in _khal(config, home):
            found.setdefault(path, config)
    return found


def mailboxes(environ: Mapping[str, str], home: Path) -> dict[Path, Path]:
    """The inbox and the sent mail of each store of Maildirs that mbsync and OfflineIMAP know, each with the config.

    The places of the configs are those of mbsync(1) and offlineimap(1).
    """
    xdg = _config_home(environ, home)
    found: dict[Path, Path] = {}
    for config in (xdg / "isyncrc", home / ".mbsyncrc"):
        for folders in _mbsync(config, home):
            for box in _boxes(*folders):
                found.setdefault(box, config)
    for config in (xdg / "offlineimap/config", home / ".offlineimaprc"):
        for store in _offlineimap(config, home):
            for box in _boxes(store):
                found.setdefault(box, config)
    return found


def _boxes(store: Path, inbox: Path | None = None) -> list[Path]:
    """Those Maildirs of *store* that hold received and sent mail; *inbox* may lie elsewhere."""
    boxes = [box for box in _maildirs(store) if _SENT.search(box.name) or box.name.lower() == "inbox"]
    if inbox is None or not _is_maildir(inbox):
        return boxes
    beneath = [box for box in _maildirs(inbox) if _SENT.search(box.name)]  # SubFolders Maildir++: Inbox/.Sent
    return [inbox, *boxes, *(box for box in beneath if box not in boxes)]


def country(zone: str) -> str:
    """The country whose time zone *zone* is, by the table in the tz database; empty where it is none's or not known."""
    from importlib.resources import files

    table = files("tzdata.zoneinfo").joinpath("zone.tab").read_text("utf-8")
    rows = (line.split("\t") for line in table.splitlines() if not line.startswith("#"))
    return next((row[0] for row in rows if row[2] == zone), "")


def _config_home(environ: Mapping[str, str], home: Path) -> Path:
    return Path(environ.get("XDG_CONFIG_HOME") or home / ".config")


def _read(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        return ""


def _sections(text: str) -> Iterator[configparser.SectionProxy]:
    """The sections of an INI file; nested ones (``[[home]]``) are named ``[home]``."""
    parser = configparser.ConfigParser(interpolation=None, strict=False, default_section="\0")
    try:
        parser.read_string(text)
    except configparser.Error:
        return
    yield from (parser[name] for name in parser.sections())


def _expand(text: str, home: Path) -> Path:
    text = text.strip().strip("\"'")
    return home / text.removeprefix("~").lstrip("/") if text.startswith("~") else Path(text)


def _vdirsyncer(path: Path, home: Path) -> Iterator[Path]:
    for section in _sections(_read(path)):
        kind = section.get("type", "").strip("\"'")
        where = _expand(section.get("path", ""), home)
        if not section.name.startswith("storage ") or section.get("fileext", '".ics"').strip("\"'") != ".ics":
            continue
        if kind == "filesystem":
            yield from (folder for folder in sorted(where.glob("*/")) if _is_vdir(folder))
            yield from [where] if _is_vdir(where) else []
        elif kind == "singlefile":
            yield from (Path(name) for name in sorted(glob.glob(str(where).replace("%s", "*"))))  # noqa: PTH207 (a pattern, not a folder's)


def _khal(path: Path, home: Path) -> Iterator[Path]:
    # to khal, indentation means nothing; to an INI parser, an indented line goes on with the one before
    for section in _sections("\n".join(line.strip() for line in _read(path).splitlines())):
        if section.name.startswith("[") and section.get("path"):
            pattern = str(_expand(section["path"], home))
            yield from (Path(name) for name in sorted(glob.glob(pattern)) if _is_vdir(Path(name)))  # noqa: PTH207 (as above)


def _is_vdir(folder: Path) -> bool:
    """Whether *folder* holds events, judged by its first entries: an address book has the same shape."""
    try:
        with os.scandir(folder) as entries:
            return any(entry.name.endswith(".ics") for entry in entries)
    except OSError:
        return False


def _mbsync(path: Path, home: Path) -> Iterator[tuple[Path, Path]]:
    """The ``Path`` and ``Inbox`` of each ``MaildirStore`` section (mbsync(1); a section ends at an empty line)."""
    for section in re.split(r"\n\s*\n", _read(path)):
        words = [_words(line) for line in section.splitlines()]
        values = {line[0].lower(): line[1] for line in words if len(line) == 2}
        if "maildirstore" in values:
            store = _expand(values["path"], home) if "path" in values else Path(os.devnull)
            yield store, _expand(values.get("inbox", "~/Maildir"), home)


def _offlineimap(path: Path, home: Path) -> Iterator[Path]:
    """The ``localfolders`` of each repository of type Maildir."""
    for section in _sections(_read(path)):
        if section.name.lower().startswith("repository ") and section.get("type", "").lower() == "maildir":
            folders = section.get("localfolders")
            yield from [_expand(folders, home)] if folders else []


def _words(line: str) -> list[str]:
    try:
        return shlex.split(line, comments=True)
    except ValueError:
        return []


def _is_maildir(folder: Path) -> bool:
    return (folder / "cur").is_dir() and (folder / "new").is_dir()


def _maildirs(store: Path) -> Iterator[Path]:
    """Maildirs up to two levels below *store*, as ``SubFolders Verbatim`` and ``Maildir++`` lay them out."""
    for pattern in ("*/", "*/*/"):
        yield from (folder for folder in sorted(store.glob(pattern)) if _is_maildir(folder))
