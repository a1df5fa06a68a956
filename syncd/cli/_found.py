"""What other programs know already: calendars of vdirsyncer and khal, mail of mbsync, the country of a zone.

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


def calendars(environ: Mapping[str, str], home: Path) -> list[Path]:
    """Folders (vdirs) and .ics files named in the configs of vdirsyncer and khal that exist, each once."""
    xdg = _config_home(environ, home)
    found: dict[Path, None] = {}
    for name in (environ.get("VDIRSYNCER_CONFIG", ""), xdg / "vdirsyncer/config", home / ".vdirsyncer/config"):
        for path in _vdirsyncer(Path(name), home) if name else ():
            found[path] = None
    for path in _khal(xdg / "khal/config", home):
        found[path] = None
    return list(found)


def mailboxes(environ: Mapping[str, str], home: Path) -> list[Path]:
    """The inbox and the sent mail of each Maildir store in the config of mbsync that exist, each once."""
    found: dict[Path, None] = {}
    for name in (home / ".mbsyncrc", _config_home(environ, home) / "isyncrc"):
        for store, inbox in _mbsync(name, home):
            boxes = [box for box in _maildirs(store) if _SENT.search(box.name) or box.name.lower() == "inbox"]
            for box in [*([inbox] if inbox and _is_maildir(inbox) else []), *boxes]:
                found[box] = None
    return list(found)


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


def _mbsync(path: Path, home: Path) -> Iterator[tuple[Path, Path | None]]:
    """The ``Path`` and ``Inbox`` of each ``MaildirStore`` section (mbsync(1); a section ends at an empty line)."""
    for section in re.split(r"\n\s*\n", _read(path)):
        words = [_words(line) for line in section.splitlines()]
        values = {line[0].lower(): line[1] for line in words if len(line) == 2}
        if "maildirstore" in values:
            inbox = _expand(values["inbox"], home) if "inbox" in values else None
            store = _expand(values["path"], home) if "path" in values else None
            if store or inbox:
                yield store or Path(os.devnull), inbox


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
