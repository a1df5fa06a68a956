"""Turns the text of a config into settings, and lists everything that is wrong with it at once."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, is_dataclass, replace
from pathlib import Path
from typing import Any

from syncd.config import kinds
from syncd.config.checks import Finding, check, warn
from syncd.config.lines import Name, line_of, lines
from syncd.config.places import default_path, default_state, option, system_zone
from syncd.config.schema import TABLES, Key, hints, keys
from syncd.config.values import Place, Wrong, nearest
from syncd.errors import BadConfig
from syncd.settings import Settings

_AT_LINE = re.compile(r"\s*\((?:at (?:line (\d+), column \d+|end of document))\)")


@dataclass(frozen=True, slots=True)
class Reading:
    """A config that holds: the settings, the line of each key that the file sets, and what may not be what is meant."""

    path: Path
    settings: Settings
    lines: Mapping[Name, int]
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Shown:
    """One key as it is in force. ``origin`` is ``default``, ``this machine``, or the file and line that set it."""

    key: Key
    value: str | int | bool | list[str]
    origin: str


def load(path: Path | None, environ: Mapping[str, str]) -> Settings:
    """The settings in the config at *path*, or at the usual place. Raises ``BadConfig``, a line for each problem."""
    return read(path, environ).settings


def read(path: Path | None, environ: Mapping[str, str]) -> Reading:
    """As ``load``, with where each value came from and what seems doubtful."""
    path = (default_path(environ) if path is None else path).absolute()
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        raise BadConfig(f"no config at {path}; run `syncd init`") from None
    except UnicodeDecodeError as error:
        raise BadConfig(f"{path}:{_line_of_byte(error)}: is not UTF-8 text") from None
    except OSError as error:
        raise BadConfig(f"{path}: can't be read: {(error.strerror or str(error)).lower()}") from None
    return parse(text, path, environ)


def _line_of_byte(error: UnicodeDecodeError) -> int:
    return error.object.count(b"\n", 0, error.start) + 1


def parse(text: str, path: Path, environ: Mapping[str, str]) -> Reading:
    """As ``read``, of a text that stands or is to stand at *path*."""
    try:
        data = tomllib.loads(text)
    except ValueError as error:  # TOMLDecodeError, and what int() says of a number with thousands of digits
        raise BadConfig(_syntax(str(error), path, text)) from None
    where = lines(text)
    place = Place(str(path.parent), environ)
    findings = list(_unknown(data, ()))
    given: dict[Name, Any] = {}
    said: dict[Name, int] = {}
    for key in keys().values():
        raw = _raw(key, data)
        if raw is not None:
            said[key.name] = line_of(where, key.name) or 1
        try:
            value = _value(key, raw, place)
        except Wrong as wrong:
            findings.append(Finding(key.name, str(wrong)))
        else:
            given |= {} if value is None else {key.name: value}
    findings += _subdivision(given)
    settings = None
    if ("account", "timezone") in given and ("account", "email") in given:
        settings = replace(_settings(given, path), option=option(path, environ))
        findings += check(settings, {finding.name for finding in findings})
    if findings or settings is None:
        raise BadConfig("\n".join(_problems(findings, path, where)))
    return Reading(path, settings, said, tuple(_problems(warn(settings), path, where)))


def _syntax(message: str, path: Path, text: str) -> str:
    found = _AT_LINE.search(message)
    line = int(found[1]) if found and found[1] else text.count("\n") + 1
    reason = _AT_LINE.sub("", message)
    if (twice := _twice(reason, line, text)) is not None:
        return f"{path}:{line}: {twice}"
    return f"{path}:{line}: is no valid TOML: {reason[:1].lower()}{reason[1:]} (texts, durations and times need quotes)"


def _twice(reason: str, line: int, text: str) -> str | None:
    """What *reason* says of a table or a key that stands twice, the second time in *line*; None where that isn't it."""
    rows = text.split("\n")
    here = rows[line - 1].partition("#")[0].strip()
    if reason.startswith("Cannot declare"):
        what, again = here, "put what is below it under the first"
    elif reason.startswith("Cannot overwrite a value") and "=" in here:
        what, again = here.partition("=")[0].strip(), "keep one of them"
    else:
        return None
    alike = re.compile(rf"\s*{re.escape(what)}\s*(#|$)" if what.startswith("[") else rf"\s*{re.escape(what)}\s*=")
    first = next((number for number, row in enumerate(rows[: line - 1], 1) if alike.match(row)), None)
    return f"{what} stands twice{f', first in line {first}' if first else ''}; {again}"


def _problems(findings: list[Finding], path: Path, where: Mapping[Name, int]) -> Iterator[str]:
    """One line for each finding, in the order of the file: ``FILE:LINE: [table] key: what is wrong``."""
    placed = [(line_of(where, finding.name), finding) for finding in findings]
    for line, finding in sorted(placed, key=lambda item: item[0] or 0):
        yield f"{path}:{line}: {finding}" if line else f"{path}: {finding}"


def _unknown(data: Mapping[str, Any], above: Name) -> Iterator[Finding]:
    """What the table at *above* holds and the schema doesn't."""
    known = {name[len(above)] for name in _names() if name[: len(above)] == above and len(name) > len(above)}
    for word, value in data.items():
        name = (*above, word)
        if name in keys():
            continue
        if name in _names():
            if isinstance(value, dict):
                yield from _unknown(value, name)
            else:
                yield Finding(name, f"must be a table, as [{'.'.join(name)}]", table=True)
        elif isinstance(value, dict):
            yield Finding(name, f"unknown table{nearest(word, known) or _all(known)}", table=True)
        else:
            yield Finding(name, f"unknown key{nearest(word, known) or _elsewhere(word) or _all(known)}")


def _names() -> set[Name]:
    """Every table and key."""
    return {tuple(table.split(".")) for table in TABLES} | set(keys())


def _elsewhere(word: str) -> str:
    tables = sorted(f"[{'.'.join(name[:-1])}]" for name in _names() if name[-1] == word and len(name) > 1)
    return f"; it belongs to {' or '.join(tables)}" if tables else ""


def _all(known: Collection[str]) -> str:
    return f"; known are {', '.join(sorted(known))}" if known else ""


def _raw(key: Key, data: Mapping[str, Any]) -> object:
    """What the file says of *key*; None for nothing."""
    raw: object = data
    for word in key.name:
        raw = raw.get(word) if isinstance(raw, dict) else None
    return raw


def _value(key: Key, raw: object, place: Place) -> Any:  # noqa: ANN401 (each key has its own type)
    """The value of *key*, None where the default holds. Raises ``Wrong``."""
    value = None if raw is None else key.kind.parse(raw, place)
    if key.required and not value:
        raise Wrong(f'is missing; write {key.name[-1]} = "{key.example}" with your own')
    if value is None and key.name == ("account", "timezone"):
        value = system_zone(place.environ)
        if value is None:
            raise Wrong(f'is missing, and this machine names none; write timezone = "{key.example}" with your own')
    if value is None and key.name == ("state", "path"):
        value = default_state(place.environ)
    return value


def _subdivision(given: dict[Name, Any]) -> list[Finding]:
    """Puts the code in place of a subdivision's name, or says what is wrong with it."""
    name = ("account", "subdivision")
    if given.get(name):
        try:
            given[name] = kinds.subdivision(given[name], given.get(("account", "country"), ""))
        except Wrong as wrong:
            return [Finding(name, str(wrong))]
    return []


def _settings(given: Mapping[Name, Any], path: Path) -> Settings:
    tree: dict[str, Any] = {"path": path}
    for name, value in given.items():
        *owners, last = keys()[name].place
        branch = tree
        for owner in owners:
            branch = branch.setdefault(owner, {})
        branch[last] = value
    made = _build(Settings, tree)
    if not isinstance(made, Settings):
        raise TypeError("a schema that doesn't make settings")
    return made


def _build(cls: Any, tree: Mapping[str, Any]) -> Any:  # noqa: ANN401 (any dataclass of settings)
    made = {}
    for name, value in tree.items():
        inner = hints(cls)[name]
        made[name] = _build(inner, value) if is_dataclass(inner) and isinstance(value, dict) else value
    return cls(**made)


def shown(reading: Reading) -> tuple[Shown, ...]:
    """Every key with the value in force and where it came from, in the order of the example file."""
    return tuple(_shown(key, reading) for key in keys().values())


def _shown(key: Key, reading: Reading) -> Shown:
    value: Any = reading.settings
    for name in key.place:
        value = getattr(value, name)
    line = reading.lines.get(key.name)
    if line is None and key.name == ("account", "timezone"):
        origin = "this machine"
    else:
        origin = f"{reading.path.name}:{line}" if line else "default"
    return Shown(key, key.kind.show(value), origin)
