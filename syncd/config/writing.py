"""Writes a config with a comment on every key: the example file, and the one that ``syncd init`` leaves behind."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterator, Mapping

from syncd.config.schema import TABLES, Key, keys

Raw = str | int | bool | list[str]
WIDTH = 100
EXAMPLE = """\
All that syncd can be told, with the defaults. Copy what you need to ~/.config/syncd/config.toml,
or let `syncd init` ask. A line that starts with # sets nothing: it shows an example of what has
no default. Paths may start with ~ and hold $NAME; others start at the folder of the config."""


def write(values: Mapping[str, Raw] | None = None, opening: str = "") -> str:
    """The text of a config that sets *values* (by dotted key) and names all other keys, commented out, with defaults.

    Without *values* the defaults are set too, and only keys that have none are commented out.
    """
    parts = [_comment(opening)] if opening else []
    for table, about in TABLES.items():
        parts.append("\n".join(_table(table, about, values)))
    return "\n\n".join(parts) + "\n"


def example() -> str:
    """The text of config.example.toml."""
    return write(opening=EXAMPLE)


def _table(table: str, about: str, values: Mapping[str, Raw] | None) -> Iterator[str]:
    yield _comment(about)
    yield f"[{table}]"
    for key in keys().values():
        if key.table == table:
            yield _comment(key.about)
            yield _line(key, values)


def _line(key: Key, values: Mapping[str, Raw] | None) -> str:
    name = key.name[-1]
    if values is not None and key.dotted in values:
        return f"{name} = {_toml(values[key.dotted])}"
    if key.example is not None:
        return f"{'' if values is None and key.required else '# '}{name} = {_toml(key.example)}"
    return f"{'' if values is None else '# '}{name} = {_toml(key.kind.show(key.default))}"


def _comment(text: str) -> str:
    lines = [wrapped for line in text.split("\n") for wrapped in textwrap.wrap(line, WIDTH - 2) or [""]]
    return "\n".join(f"# {line}".rstrip() for line in lines)


def _toml(value: Raw) -> str:
    """*value* as TOML writes it: JSON's way, save that a basic string takes no DEL and no pair of surrogates."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007F")
