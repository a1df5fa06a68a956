"""The folder in which the demo plays: a config, a calendar folder, a mailbox, and one .ics file for the reminders."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

from syncd import config
from syncd.demo.story import Arrival, Moment, Search
from syncd.errors import BadUsage
from syncd.settings import Settings

_MARK = ".syncd-demo"
_BOXES = {"inbox": "Inbox", "sent": "Sent"}
_MADE = ("calendar", "mail", "follow-ups.ics", "follow-ups.ics.syncd", "config.toml", "state")
"""All that the demo leaves in its folder. Nothing else is ever removed."""


class Stage:
    """The folder *root* (None: a new temporary one), set up for *search*.

    Raises ``BadUsage`` where *root* holds something that isn't a demo's; an earlier demo's files there are replaced.
    """

    def __init__(self, search: Search, root: Path | None) -> None:
        self.root = Path(tempfile.mkdtemp(prefix="syncd-demo-")) if root is None else _cleared(root)
        (self.root / _MARK).write_text("`syncd demo` made this folder, and may replace what it made.\n", "utf-8")
        (self.root / "calendar").mkdir()
        for box in _BOXES.values():
            for part in ("cur", "new", "tmp"):
                (self.root / "mail" / box / part).mkdir(parents=True)
        self.config = self.root / "config.toml"
        self.config.write_text(_config(search.person), "utf-8")
        self.settings: Settings = config.load(self.config, {"HOME": str(self.root)})
        self._delivered = 0

    @property
    def reminders(self) -> Path:
        """The file with the reminders."""
        return self.root / "follow-ups.ics"

    def deliver(self, moment: Moment) -> None:
        """Put the files of *moment* where a calendar program and a mail fetcher would put them."""
        for arrival in moment.arrivals:
            self._place(arrival, moment).write_bytes(arrival.read())

    def _place(self, arrival: Arrival, moment: Moment) -> Path:
        if arrival.folder == "calendar":
            return self.root / "calendar" / arrival.name
        self._delivered += 1
        unique = f"{int(moment.at.timestamp())}.D{self._delivered}.demo:2,S"
        return self.root / "mail" / _BOXES[arrival.folder] / "cur" / unique


def _cleared(root: Path) -> Path:
    """*root* as an empty folder, but for what isn't a demo's."""
    root = root.expanduser().absolute()
    if root.exists() and not root.is_dir():
        raise BadUsage(f"{root} is no folder; name one that is empty or not there yet")
    root.mkdir(mode=0o700, parents=True, exist_ok=True)
    if any(root.iterdir()) and not (root / _MARK).exists():
        raise BadUsage(f"{root} is not empty and holds no earlier demo; name another folder")
    for name in _MADE:
        path = root / name
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
    return root


def _config(person: Mapping[str, str]) -> str:
    return config.write(
        {
            **{f"account.{key}": value for key, value in person.items()},
            "calendar.backend": "local",
            "mail.backend": "local",
            "local.calendars": ["calendar"],
            "local.reminders": "follow-ups.ics",
            "local.mail": [f"mail/{box}" for box in _BOXES.values()],
            "state.path": "state/state.db",
        },
        "The config of a demo: `syncd demo` wrote it.",
    )
