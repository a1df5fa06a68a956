"""The reading of events against our own labelled corpus (tests/corpus/events): floors, on both halves."""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from syncd.infer.events import read_event
from syncd.infer.names import same_company
from syncd.model import Account, Attendee, Event, EventReading, Person

FOLDER = Path(__file__).parent / "corpus" / "events"
START, END = datetime(2026, 3, 2, 10, tzinfo=UTC), datetime(2026, 3, 2, 11, tzinfo=UTC)


@dataclass(frozen=True)
class Case:
    label: dict[str, Any]
    event: Event
    account: Account

    @property
    def reading(self) -> EventReading:
        return read_event(self.event, self.account)

    @property
    def interview(self) -> bool:
        """What was read, forgiving where the label does."""
        read = self.reading.interview
        return self.label["interview"] if read in self.label.get("interview_accept", []) else read


def person(text: str, me: str) -> Person:
    if text == "me":
        return Person("", me)
    found = re.fullmatch(r"(.*?)\s*<(.*)>", text)
    return Person(found[1], found[2].lower()) if found else Person("", text.lower())


def attendee(text: str, me: str) -> Attendee:
    """``Name <address> status``, where the status "room" or "resource" is a CUTYPE."""
    found = re.fullmatch(r"(me|[^<>]*<[^<>]*>|\S+@\S+)(?:\s+(\w+))?", text)
    assert found, text
    status = found[2] or "needs-action"
    if status in ("room", "resource"):
        return Attendee(person(found[1], me), status, "accepted")
    return Attendee(person(found[1], me), "individual", status)


def cases(half: str) -> Iterator[Case]:
    for file in sorted(FOLDER.glob("*.toml")):
        group = tomllib.loads(file.read_text("utf-8"))
        for label in group.get(half, []):
            addresses = [a.strip() for a in label.get("me", group["me"]).split(",")]
            event = Event(
                source="corpus",
                href=file.name,
                uid=label["title"],
                start=START,
                end=END,
                title=label["title"],
                description=label.get("description", ""),
                location=label.get("location", ""),
                status=label.get("status", "confirmed"),
                organizer=person(label["organizer"], addresses[0]) if "organizer" in label else None,
                attendees=tuple(attendee(a, addresses[0]) for a in label.get("attendees", [])),
            )
            yield Case(label, event, Account(addresses[0], tuple(addresses[1:]), group.get("name", "")))


DEVELOP, HOLDOUT = list(cases("develop")), list(cases("holdout"))
EVERY = pytest.mark.parametrize("half", [DEVELOP, HOLDOUT], ids=["develop", "holdout"])


def f1(half: list[Case]) -> float:
    true = sum(c.interview and c.label["interview"] for c in half)
    wrong = sum(c.interview != c.label["interview"] for c in half)
    return 2 * true / (2 * true + wrong)


def both(half: list[Case]) -> list[tuple[Case, EventReading]]:
    """The interviews that were read as such."""
    return [(c, c.reading) for c in half if c.label["interview"] and c.reading.interview]


def test_the_corpus_is_large_and_mostly_of_other_things() -> None:
    whole = DEVELOP + HOLDOUT
    assert len(whole) >= 120
    assert sum(not c.label["interview"] for c in whole) > len(whole) * 0.45
    assert sum(c.label.get("difficulty") == "hard" for c in whole) > len(whole) * 0.2
    assert {c.label.get("language", "en") for c in whole} == {"en", "de", "fr", "es"}


@EVERY
def test_interviews_are_told_from_the_rest(half: list[Case]) -> None:
    assert f1(half) >= 0.96, [c.label["title"] for c in half if c.interview != c.label["interview"]]


@EVERY
def test_the_company_is_found(half: list[Case]) -> None:
    asked = [(c.label, r.company) for c, r in both(half) if "company" in c.label]
    missed = [
        (label["title"], got)
        for label, got in asked
        if not any(
            same_company(w, got) or (w == "NONE" and not got) for w in [label["company"], *label.get("accept", [])]
        )
    ]
    assert len(missed) <= 0.06 * len(asked), missed


@EVERY
def test_the_people_to_thank_are_found(half: list[Case]) -> None:
    missed = []
    for case, reading in both(half):
        got = {p.email or p.name.casefold() for p in reading.people}
        wanted, optional = set(case.label.get("people", [])), {o.casefold() for o in case.label.get("optional", [])}
        extra = [g for g in got - wanted if not any(g in o or o in g for o in optional)]
        if extra or wanted - got:
            missed.append((case.label["title"], got))
    assert len(missed) <= 0.05 * len(both(half)), missed


@EVERY
def test_the_job_is_found(half: list[Case]) -> None:
    asked = [(c.label["job"].casefold(), r.job.casefold()) for c, r in both(half) if "job" in c.label]
    missed = [(want, got) for want, got in asked if not got or (want not in got and got not in want)]
    assert len(missed) <= 0.15 * len(asked), missed


@EVERY
def test_every_reading_says_why(half: list[Case]) -> None:
    assert [c.label["title"] for c in half if not c.reading.why] == []


@EVERY
def test_the_users_own_answer_is_read(half: list[Case]) -> None:
    assert [c.label["title"] for c in half if c.reading.declined] == [
        c.label["title"] for c in half if c.label.get("declined")
    ]
