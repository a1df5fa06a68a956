"""The config: one TOML file into typed settings, every problem in it listed at once, and where each value came from.

``schema`` holds the one table of keys, ``values`` and ``kinds`` read single values, ``checks`` looks at them together,
``lines`` finds where a key stands, ``places`` knows the usual paths, ``writing`` makes a commented file.
"""

from syncd.config.places import default_path, default_state, option, system_zone
from syncd.config.reading import Reading, Shown, load, parse, read, shown
from syncd.config.writing import example, write

__all__ = [
    "Reading",
    "Shown",
    "default_path",
    "default_state",
    "example",
    "load",
    "option",
    "parse",
    "read",
    "shown",
    "system_zone",
    "write",
]
