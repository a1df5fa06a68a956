"""The nouns as JSON text and back, for the store. Pure; the round trip is exact, times keep their offset."""

from __future__ import annotations

import json
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from typing import Any

from syncd.interest import Interest
from syncd.model import Attendee, Direction, Ended, Entry, Event, Message, Person


def encode(value: object) -> str:
    """A frozen noun as compact JSON; fields at their default are left out."""
    return json.dumps(_plain(value), ensure_ascii=False, separators=(",", ":"))


def _plain(value: object) -> Any:  # noqa: ANN401 - JSON
    if is_dataclass(value) and not isinstance(value, type):
        return {f.name: _plain(v) for f in fields(value) if (v := getattr(value, f.name)) != f.default}
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    if isinstance(value, (tuple, list)):
        return [_plain(v) for v in value]
    return value


def _person(data: dict[str, Any]) -> Person:
    return Person(data.get("name", ""), data.get("email", ""))


def _people(data: list[dict[str, Any]]) -> tuple[Person, ...]:
    return tuple(_person(d) for d in data)


def _pairs(data: list[list[str]]) -> tuple[tuple[str, str], ...]:
    return tuple((name, value) for name, value in data)


def _when(data: dict[str, Any], *names: str) -> dict[str, datetime]:
    return {name: datetime.fromisoformat(data[name]) for name in names if name in data}


def decode_event(text: str) -> Event:
    """Read an event back."""
    data: dict[str, Any] = json.loads(text)
    data.update(_when(data, "start", "end", "created", "modified", "seen", "gone"))
    if "organizer" in data:
        data["organizer"] = _person(data["organizer"])
    data["attendees"] = tuple(Attendee(**{**a, "person": _person(a["person"])}) for a in data.get("attendees", ()))
    return Event(**data)


def decode_message(text: str) -> Message:
    """Read a message back."""
    data: dict[str, Any] = json.loads(text)
    data.update(_when(data, "date"))
    data["direction"] = Direction(data["direction"])
    data["sender"] = _person(data["sender"])
    data["recipients"] = _people(data.get("recipients", []))
    if "reply_to" in data:
        data["reply_to"] = _person(data["reply_to"])
    data["headers"] = _pairs(data.get("headers", []))
    for name in ("references", "attachments"):
        data[name] = tuple(data.get(name, ()))
    return Message(**data)


def decode_entry(text: str) -> Entry:
    """Read a reminder back."""
    data: dict[str, Any] = json.loads(text)
    data.update(_when(data, "start", "end", "modified"))
    data["marks"] = _pairs(data.get("marks", []))
    return Entry(**data)


def decode_ended(text: str) -> Ended:
    """Read an ended reminder back."""
    data: dict[str, Any] = json.loads(text)
    data["cause"] = tuple(data["cause"])
    return Ended(**data)


_SETS = ("addresses", "domains", "names", "companies", "subject_words")


def encode_interest(interest: Interest) -> str:
    """The interest in mail without the ids of messages, which the store has anyway."""
    return json.dumps({name: sorted(getattr(interest, name)) for name in _SETS}, ensure_ascii=False)


def decode_interest(text: str, since: datetime, messages: frozenset[str]) -> Interest:
    """Read it back, for mail since *since* and with the threads of *messages*."""
    data: dict[str, list[str]] = json.loads(text)
    return Interest(since=since, messages=messages, **{name: frozenset(data[name]) for name in _SETS})
