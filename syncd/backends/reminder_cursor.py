"""What reminders in files were at the last look: the cursor of ``local_reminders``."""

from __future__ import annotations

import json
from dataclasses import dataclass, field

from syncd.backends.files import Fingerprint

_VERSION = 1


@dataclass(slots=True)
class Cursor:
    """The folder, the ledger, and for each file its state and our ids in it.

    ``told`` names the files of which the person was told that what they hold a second time doesn't count.
    """

    root: bool
    ledger: Fingerprint | None
    seen: dict[str, Fingerprint] = field(default_factory=dict)
    ids: dict[str, tuple[str, ...]] = field(default_factory=dict)
    told: frozenset[str] = frozenset()

    def __str__(self) -> str:
        """As it is stored."""
        listed = {name: [list(seen), list(self.ids.get(name, ()))] for name, seen in self.seen.items()}
        ledger = list(self.ledger) if self.ledger else None
        found = {"version": _VERSION, "root": self.root, "ledger": ledger, "files": listed, "told": sorted(self.told)}
        return json.dumps(found, separators=(",", ":"))

    @classmethod
    def load(cls, text: str | None) -> Cursor | None:
        """None for none, and for one that this version can't use."""
        try:
            found = json.loads(text or "")
            if found["version"] != _VERSION:
                return None
            return cls(
                found["root"],
                _print(found["ledger"]) if found["ledger"] else None,
                {name: _print(seen) for name, (seen, _) in found["files"].items()},
                {name: tuple(ids) for name, (_, ids) in found["files"].items()},
                frozenset(found.get("told", ())),
            )
        except (ValueError, KeyError, TypeError, AttributeError):
            return None


def _print(numbers: list[int]) -> Fingerprint:
    inode, size, mtime, ctime = numbers
    return inode, size, mtime, ctime
