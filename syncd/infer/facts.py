"""What infer is given, and what it gives back: values only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

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
class Inferred:
    """What the facts mean.

    ``noted`` maps ids of reminders to the ``syncdPromise`` mark of the date written on them. ``readings`` and
    ``links`` tell of each message, ``event_readings`` of each event (by cause), also those that are none of ours, for
    explanations.
    """

    opportunities: tuple[Opportunity, ...] = ()
    noted: Mapping[str, str] = field(default_factory=dict)
    readings: Mapping[str, MessageReading] = field(default_factory=dict)
    links: Mapping[str, Link] = field(default_factory=dict)
    event_readings: Mapping[str, EventReading] = field(default_factory=dict)
