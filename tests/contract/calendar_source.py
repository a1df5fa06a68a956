"""What every calendar source owes: the suite behind ``syncd.ports.CalendarSource``.

A back end's own test subclasses ``CalendarSourceSuite`` and gives it a ``world``: the calendar as the person's own
program changes it. Where back ends may differ, the world declares how; the suite never finds out by trying.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

import pytest

from syncd.errors import Absurd
from syncd.model import Attendee, Event, Person
from syncd.ports import CalendarSource

ZONE = ZoneInfo("Europe/Berlin")
SINCE = datetime(2026, 1, 1, tzinfo=UTC)
UNTIL = datetime(2026, 4, 1, tzinfo=UTC)

HOSTILE = [
    "plain",
    "Zoë 🎉 面接 – “quoted”",
    "a, b; c: d \\ e \\n f \\, g",
    "first\nsecond\n\n  indented",
    "END:VEVENT\r\nEND:VCALENDAR\r\nBEGIN:VEVENT",
    "word " * 400,
    "<b>bold</b> &amp; more",
    "100 % %2C ^n ^^ \"q\" 'q'",
]


@dataclass(frozen=True)
class Spec:
    """An event as a person's program would store it. Weekly, where ``weeks`` says how often."""

    uid: str
    start: datetime | date
    length: timedelta = timedelta(hours=1)
    title: str = "Interview"
    description: str = ""
    location: str = ""
    status: str = "confirmed"
    organizer: Person | None = None
    attendees: tuple[Attendee, ...] = ()
    weeks: int = 0
    skipped: tuple[datetime, ...] = ()
    moved: dict[datetime, datetime] = field(default_factory=dict)


class CalendarWorld(Protocol):
    """The calendar from the person's side, and what is special about it."""

    slack: timedelta
    """How much farther than asked recurring events may be expanded."""
    can_vanish: bool
    """Whether the whole source can be gone, as a folder can."""
    gives_older: bool
    """Whether a full pull gives single events that were over long before the window, too."""
    keeps_cancelled: bool
    """Whether an event that was called off is still there, and says so; else it is gone."""

    def open(self) -> CalendarSource: ...
    def put(self, spec: Spec) -> None: ...
    def remove(self, uid: str) -> None: ...
    def vanish(self) -> None: ...


def occurrences(spec: Spec) -> list[tuple[str, datetime, datetime]]:
    """What a weekly spec means: (recurrence id, start, end), moved ones as moved, skipped ones not at all."""
    assert isinstance(spec.start, datetime)
    found = []
    for week in range(spec.weeks):
        original = spec.start + timedelta(weeks=week)
        if original not in spec.skipped:
            start = spec.moved.get(original, original)
            found.append((f"{original.astimezone(UTC):%Y%m%dT%H%M%SZ}", start, start + spec.length))
    return found


class CalendarSourceSuite:
    """Subclass with a fixture ``world``."""

    @pytest.fixture
    def world(self) -> CalendarWorld:
        raise NotImplementedError

    @staticmethod
    def events(world, cursor=None, since=SINCE, until=UNTIL) -> list[Event]:
        changes = world.open().pull(cursor, since, until)
        return sorted((e for held in changes.changed.values() for e in held), key=lambda e: (e.uid, e.start))

    def test_first_pull_gives_everything(self, world):
        world.put(Spec("a@x.example", datetime(2026, 2, 3, 10, tzinfo=ZONE)))
        world.put(Spec("b@x.example", datetime(2019, 2, 3, 10, tzinfo=ZONE)))
        world.put(Spec("c@x.example", datetime(2036, 2, 3, 10, tzinfo=ZONE)))
        changes = world.open().pull(None, SINCE, UNTIL)
        assert changes.complete
        older = ["b@x.example"] if world.gives_older else []
        assert [e.uid for e in self.events(world)] == ["a@x.example", *older, "c@x.example"]

    def test_an_old_event_that_is_changed_later_is_given(self, world):
        world.put(Spec("a@x.example", datetime(2026, 2, 3, 10, tzinfo=ZONE)))
        world.put(Spec("b@x.example", datetime(2019, 2, 3, 10, tzinfo=ZONE)))
        first = world.open().pull(None, SINCE, UNTIL)
        world.put(Spec("b@x.example", datetime(2026, 2, 4, 10, tzinfo=ZONE)))
        found = {e.uid: e for e in self.events(world, first.cursor)}
        assert found["b@x.example"].start == datetime(2026, 2, 4, 10, tzinfo=ZONE)

    def test_names_are_stable_and_mark_the_events(self, world):
        world.put(Spec("a@x.example", datetime(2026, 2, 3, 10, tzinfo=ZONE)))
        assert world.open().name == world.open().name
        assert {e.source for e in self.events(world)} == {world.open().name}

    def test_nothing_changed(self, world):
        world.put(Spec("a@x.example", datetime(2026, 2, 3, 10, tzinfo=ZONE)))
        world.put(Spec("w@x.example", datetime(2026, 2, 3, 10, tzinfo=ZONE), weeks=4))
        first = world.open().pull(None, SINCE, UNTIL)
        again = world.open().pull(first.cursor, SINCE, UNTIL)
        assert not again.changed
        assert not again.gone
        assert not again.complete
        assert world.open().pull(again.cursor, SINCE, UNTIL).changed == {}

    def test_only_what_changed(self, world):
        world.put(Spec("a@x.example", datetime(2026, 2, 3, 10, tzinfo=ZONE)))
        world.put(Spec("b@x.example", datetime(2026, 2, 4, 10, tzinfo=ZONE)))
        first = world.open().pull(None, SINCE, UNTIL)
        world.put(Spec("b@x.example", datetime(2026, 2, 5, 12, tzinfo=ZONE), title="Moved"))
        world.put(Spec("c@x.example", datetime(2026, 2, 6, 10, tzinfo=ZONE)))
        found = {e.uid: e for e in self.events(world, first.cursor)}
        assert {"b@x.example", "c@x.example"} <= set(found)
        assert found["b@x.example"].start == datetime(2026, 2, 5, 12, tzinfo=ZONE)
        assert found["b@x.example"].title == "Moved"

    def test_what_is_gone_is_named_by_its_resource(self, world):
        world.put(Spec("a@x.example", datetime(2026, 2, 3, 10, tzinfo=ZONE)))
        world.put(Spec("b@x.example", datetime(2026, 2, 4, 10, tzinfo=ZONE)))
        first = world.open().pull(None, SINCE, UNTIL)
        known = {e.uid: e.href for held in first.changed.values() for e in held}
        world.remove("a@x.example")
        second = world.open().pull(first.cursor, SINCE, UNTIL)
        still = {e.uid for held in second.changed.values() for e in held}
        assert known["a@x.example"] in second.gone or (
            known["a@x.example"] in second.changed and "a@x.example" not in still
        )
        assert known["b@x.example"] not in second.gone

    def test_full_pull_after_a_loss_of_state_tells_the_same(self, world):
        world.put(Spec("a@x.example", datetime(2026, 2, 3, 10, tzinfo=ZONE)))
        world.put(Spec("w@x.example", datetime(2026, 2, 3, 10, tzinfo=ZONE), weeks=4))
        assert self.events(world) == self.events(world)

    def test_fields(self, world):
        me = Attendee(Person("Robin Ash", "robin@home.example"), status="accepted")
        room = Attendee(Person("Room 4", "room4@acme.example"), kind="room", status="accepted")
        kim = Attendee(Person("Kim, the 2nd", "kim@acme.example"), status="declined")
        world.put(
            Spec(
                "a@x.example",
                datetime(2026, 3, 29, 1, 30, tzinfo=ZONE),
                timedelta(hours=2),
                title="Interview: Nurse",
                description="Bring your papers,\nplease; thanks",
                location="Hall 3, left",
                status="tentative",
                organizer=Person("Acme Hiring", "jobs@acme.example"),
                attendees=(me, room, kim),
            )
        )
        (event,) = self.events(world)
        assert event.title == "Interview: Nurse"
        assert event.description == "Bring your papers,\nplease; thanks"
        assert event.location == "Hall 3, left"
        assert event.status == "tentative"
        assert event.organizer == Person("Acme Hiring", "jobs@acme.example")
        assert set(event.attendees) == {me, room, kim}
        assert event.start == datetime(2026, 3, 29, 0, 30, tzinfo=UTC)
        assert event.end - event.start.astimezone(UTC) == timedelta(hours=2)
        assert event.start.utcoffset() == timedelta(hours=1)
        assert event.end.utcoffset() == timedelta(hours=2)
        assert not event.all_day
        assert event.cause == "a@x.example"
        assert event.event_id

    def test_all_day_runs_from_midnight_to_midnight_in_the_users_zone(self, world):
        world.put(Spec("a@x.example", date(2026, 3, 29), timedelta(days=1)))
        (event,) = self.events(world)
        assert event.all_day
        assert event.start == datetime(2026, 3, 29, tzinfo=ZONE)
        assert event.end == datetime(2026, 3, 30, tzinfo=ZONE)

    def test_cancelled_is_given_as_cancelled(self, world):
        world.put(Spec("a@x.example", datetime(2026, 2, 3, 10, tzinfo=ZONE), status="cancelled"))
        assert [e.status for e in self.events(world)] == (["cancelled"] if world.keeps_cancelled else [])

    def test_cancelled_later(self, world):
        world.put(Spec("a@x.example", datetime(2026, 2, 3, 10, tzinfo=ZONE)))
        first = world.open().pull(None, SINCE, UNTIL)
        (event,) = self.events(world)
        world.put(Spec("a@x.example", datetime(2026, 2, 3, 10, tzinfo=ZONE), status="cancelled"))
        second = world.open().pull(first.cursor, SINCE, UNTIL)
        found = [e.status for held in second.changed.values() for e in held]
        assert found == (["cancelled"] if world.keeps_cancelled else [])
        assert (event.href in second.gone) is not world.keeps_cancelled

    @pytest.mark.parametrize("text", HOSTILE)
    def test_text_survives(self, world, text):
        world.put(Spec("a@x.example", datetime(2026, 2, 3, 10, tzinfo=ZONE), title=text, description=text))
        (event,) = self.events(world)
        assert " ".join(event.title.split()) == " ".join(text.split())
        assert " ".join(event.description.split()) == " ".join(text.split())

    def test_series_is_expanded_within_the_window(self, world):
        spec = Spec("w@x.example", datetime(2025, 12, 2, 10, tzinfo=ZONE), weeks=40)
        world.put(spec)
        found = [(e.recurrence_id, e.start, e.end) for e in self.events(world)]
        asked = [o for o in occurrences(spec) if o[1] < UNTIL and o[2] > SINCE]
        allowed = [o for o in occurrences(spec) if o[1] < UNTIL + world.slack and o[2] > SINCE]
        assert set(asked) <= set(found) <= set(allowed)
        assert len(found) == len(set(found))
        assert {e.cause for e in self.events(world)} == {f"w@x.example/{o[0]}" for o in found}

    def test_exceptions_of_a_series(self, world):
        first = datetime(2026, 3, 17, 10, tzinfo=ZONE)
        spec = Spec(
            "w@x.example",
            first,
            weeks=4,
            skipped=(first + timedelta(weeks=1),),
            moved={first + timedelta(weeks=2): first + timedelta(weeks=2, days=1, hours=3)},
        )
        world.put(spec)
        found = self.events(world, until=datetime(2026, 5, 1, tzinfo=UTC))
        assert [(e.recurrence_id, e.start, e.end) for e in found] == occurrences(spec)

    def test_the_window_moves_on(self, world):
        spec = Spec("w@x.example", datetime(2026, 2, 3, 10, tzinfo=ZONE), weeks=60)
        world.put(spec)
        known, cursor = set(), None
        for month in range(4, 13):
            until = datetime(2026, month, 1, tzinfo=UTC)
            changes = world.open().pull(cursor, SINCE, until)
            cursor = changes.cursor
            known |= {e.recurrence_id for held in changes.changed.values() for e in held}
            assert {o[0] for o in occurrences(spec) if o[1] < until} <= known

    def test_the_window_reaches_farther_back(self, world):
        spec = Spec("w@x.example", datetime(2025, 9, 2, 10, tzinfo=ZONE), weeks=30)
        world.put(spec)
        first = world.open().pull(None, SINCE, UNTIL)
        found = self.events(world, first.cursor, since=datetime(2025, 9, 1, tzinfo=UTC))
        assert {o[0] for o in occurrences(spec) if o[1] < UNTIL} <= {e.recurrence_id for e in found}

    def test_a_source_that_vanished_is_no_empty_one(self, world):
        if not world.can_vanish:
            pytest.skip("declared: this source can't vanish as a whole")
        world.put(Spec("a@x.example", datetime(2026, 2, 3, 10, tzinfo=ZONE)))
        first = world.open().pull(None, SINCE, UNTIL)
        world.vanish()
        with pytest.raises(Absurd, match="gone"):
            world.open().pull(first.cursor, SINCE, UNTIL)
