"""Every noun comes back from the store exactly as it went in."""

from dataclasses import fields
from datetime import UTC, datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from syncd.codec import (
    decode_ended,
    decode_entry,
    decode_event,
    decode_interest,
    decode_message,
    encode,
    encode_interest,
)
from syncd.interest import Interest
from syncd.model import Attendee, Direction, Ended, Entry, Event, Message, Person

offsets = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
times = st.datetimes(timezones=offsets)
text = st.text(max_size=20)
texts = st.lists(text, max_size=3).map(tuple)
people = st.builds(Person, text, text)
pairs = st.lists(st.tuples(text, text), max_size=3).map(tuple)
attendees = st.lists(st.builds(Attendee, people, text, text), max_size=3).map(tuple)
BY_NAME = {"organizer": st.none() | people, "reply_to": st.none() | people, "attendees": attendees, "headers": pairs, "marks": pairs}  # fmt: skip
BY_TYPE = {
    "str": text,
    "bool": st.booleans(),
    "int": st.integers(),
    "datetime": times,
    "datetime | None": st.none() | times,
    "int | None": st.none() | st.integers(0, 99),
    "Direction": st.sampled_from(Direction),
    "Person": people,
    "tuple[Person, ...]": st.lists(people, max_size=3).map(tuple),
    "tuple[str, ...]": texts,
}


def noun(kind):
    return st.builds(kind, **{f.name: BY_NAME[f.name] if f.name in BY_NAME else BY_TYPE[f.type] for f in fields(kind)})


def same(one, other):
    assert one == other
    for f in fields(one):
        was, now = getattr(one, f.name), getattr(other, f.name)
        assert type(was) is type(now)
        if isinstance(was, datetime):
            assert was.utcoffset() == now.utcoffset()


@given(noun(Event))
def test_events(event):
    same(decode_event(encode(event)), event)


@given(noun(Message))
def test_messages(message):
    same(decode_message(encode(message)), message)


@given(noun(Entry))
def test_entries(entry):
    same(decode_entry(encode(entry)), entry)


@given(noun(Ended))
def test_ended(ended):
    same(decode_ended(encode(ended)), ended)


@given(st.builds(Interest, times, *[st.frozensets(text, max_size=3)] * 6))
def test_interest(interest):
    assert decode_interest(encode_interest(interest), interest.since, interest.messages) == interest


def test_what_is_not_said_takes_no_room():
    moment = datetime(2026, 3, 10, tzinfo=UTC)
    assert encode(Event("s", "h", "u", moment, moment)) == (
        '{"source":"s","href":"h","uid":"u","start":"2026-03-10T00:00:00+00:00","end":"2026-03-10T00:00:00+00:00"}'
    )
