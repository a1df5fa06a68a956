"""The bundled search as values: whose it is, and its moments. The files lie in ``search``, their times in its index."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class Touch:
    """What the person does to the reminder with that *title* in their calendar program: delete, tick, move or note."""

    verb: str
    title: str
    to: datetime | None = None
    text: str = ""


@dataclass(frozen=True, slots=True)
class Arrival:
    """A sample file and where it arrives, relative to the folder of the demo."""

    sample: str
    folder: str
    name: str

    def read(self) -> bytes:
        """The bytes of the sample."""
        return _search().joinpath(self.sample).read_bytes()


@dataclass(frozen=True, slots=True)
class Moment:
    """What happens at one time on the person's wall clock, told in a line."""

    at: datetime
    tell: str
    arrivals: tuple[Arrival, ...] = ()
    touch: Touch | None = None


@dataclass(frozen=True, slots=True)
class Search:
    """The whole search. ``person`` is what the config says of its owner; ``until`` is when the curtain falls."""

    person: Mapping[str, str]
    moments: tuple[Moment, ...]
    until: datetime

    @property
    def zone(self) -> ZoneInfo:
        """Where the person lives."""
        return ZoneInfo(self.person["timezone"])


_VERBS = ("delete", "tick", "move", "note")


def load() -> Search:
    """Read the bundled search."""
    index = tomllib.loads(_search().joinpath("index.toml").read_text("utf-8"))
    zone = ZoneInfo(index["person"]["timezone"])
    moments = tuple(_moment(told, zone) for told in index["moment"])
    return Search(index["person"], moments, index["search"]["until"].replace(tzinfo=zone))


def _search() -> Traversable:
    return files("syncd.demo") / "search"


def _moment(told: Mapping[str, Any], zone: ZoneInfo) -> Moment:
    touch = next((_touch(verb, told[verb], zone) for verb in _VERBS if verb in told), None)
    arrivals = tuple(_arrival(line) for line in told.get("files", ()))
    return Moment(told["at"].replace(tzinfo=zone), told["tell"], arrivals, touch)


def _touch(verb: str, told: Mapping[str, Any], zone: ZoneInfo) -> Touch:
    to = told.get("to")
    return Touch(verb, told["title"], to.replace(tzinfo=zone) if to else None, told.get("text", ""))


def _arrival(line: str) -> Arrival:
    sample, _, name = line.partition(" as ")
    folder, _, own_name = sample.partition("/")
    return Arrival(sample, folder, name or own_name)
