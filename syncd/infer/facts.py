"""What infer is given, and what it gives back: values only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from syncd.model import Ended, Event, EventReading, Message, MessageReading, Opportunity, PersonMark, Sighting
from syncd.standing import Standing


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything that was pulled and said. ``sightings`` is keyed by (owner, hash of the words).

    ``ended`` are reminders that are gone: a tick that the person had put there still counts.
    """

    events: tuple[Event, ...] = ()
    messages: tuple[Message, ...] = ()
    standings: tuple[Standing, ...] = ()
    sightings: Mapping[tuple[str, str], Sighting] = field(default_factory=dict)
    marks: tuple[PersonMark, ...] = ()
    ended: tuple[Ended, ...] = ()


@dataclass(frozen=True, slots=True)
class Link:
    """Which opportunity a message belongs to, and why; ``opportunity`` is empty for none."""

    opportunity: str
    why: str


@dataclass(frozen=True, slots=True)
class Unread:
    """A line that the person meant as a note of a date, and that names none that can be read, or one long gone.

    ``opportunity`` is the id of the one that it belongs to, ``owner`` the cause of the interview or the id of the
    reminder that it stands in, ``entry`` what that is called, and ``start`` when it is.
    """

    opportunity: str
    owner: str
    entry: str
    start: datetime
    line: str


@dataclass(frozen=True, slots=True)
class Inferred:
    """What the facts mean.

    ``noted`` maps ids of reminders to the ``syncdPromise`` mark of the date written on them. ``readings`` and
    ``links`` tell of each message, ``event_readings`` of each event (by cause), also those that are none of ours, for
    explanations. ``unread`` are notes of which nothing could be made.
    """

    opportunities: tuple[Opportunity, ...] = ()
    noted: Mapping[str, str] = field(default_factory=dict)
    readings: Mapping[str, MessageReading] = field(default_factory=dict)
    links: Mapping[str, Link] = field(default_factory=dict)
    event_readings: Mapping[str, EventReading] = field(default_factory=dict)
    unread: tuple[Unread, ...] = ()
