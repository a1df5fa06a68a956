"""Which mail is opened: told by its headers, rather one too many than one too few."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.infer.concern import concern
from syncd.infer.events import read_event
from syncd.interest import Interest, fold
from syncd.model import Attendee, Interview, Person
from tests.world import ADA, a_user, an_interview, at

SINCE = at("2026-01-10 12:00")
ACCOUNT = a_user().account
STRANGER = Person("Eve Moss", "eve@elsewhere.example")


def interest(*events) -> Interest:
    events = events or (an_interview("u", at("2026-03-10 10:00")),)
    return concern([Interview(e, read_event(e, ACCOUNT)) for e in events], ["m1"], ACCOUNT, SINCE)


@pytest.mark.parametrize(
    ("people", "subject", "references"),
    [
        ([STRANGER, ADA], "", ()),  # somebody of it is on the line
        ([Person("", "jobs@northwind.example")], "", ()),
        ([Person("", "jobs@hr.eu.northwind.example")], "", ()),  # a domain also stands for its subdomains
        ([Person("ADA  BERG", "ada@mail.example")], "", ()),  # from her own address
        ([STRANGER], "Your day at Northwind!", ()),
        ([Person("Northwind Careers", "noreply@ats.example")], "", ()),
        ([Person("", "northwind@ats.example")], "", ()),
        ([STRANGER], "Interview on Monday", ()),
        ([STRANGER], "", ("m0", "m1")),  # the thread is known
    ],
)
def test_what_concerns_an_interview(people, subject, references):
    assert interest().wants(people, subject, references)


@pytest.mark.parametrize(
    ("people", "subject"),
    [
        ([STRANGER], "Lunch"),
        ([Person("", "sales@notnorthwind.example")], ""),
        ([STRANGER], "Northwinds of change"),
        ([Person("Ada", "ada@mail.example")], ""),  # a first name is no one in particular
        ([Person("", "not an address")], ""),
        ([], ""),
    ],
)
def test_what_does_not(people, subject):
    assert not interest().wants(people, subject, ("m0",))


def test_a_public_mail_host_is_nobodys_company_and_the_person_is_no_contact():
    event = an_interview("u", at("2026-03-10 10:00"), people=(Person("Ada Berg", "ada.berg@gmail.com"),))
    found = interest(event)
    assert found.domains == frozenset()
    assert found.addresses == {"ada.berg@gmail.com"}
    assert not found.wants([Person("", "other@gmail.com")], "", ())


def test_rooms_are_no_contacts_and_those_without_an_address_are_known_by_name():
    event = an_interview("u", at("2026-03-10 10:00"), people=())
    event = replace(event, attendees=(Attendee(Person("Room 1", "room1@rooms.example"), kind="room"), Attendee(Person("Ada Berg")), Attendee(Person("Cher"))))  # fmt: skip
    found = interest(event)
    assert (found.addresses, found.names) == (frozenset(), {"ada berg"})


def test_the_digest_changes_with_who_and_what_only():
    one = interest()
    assert one.digest == replace(one, messages=frozenset({"x"}), since=at("2026-02-10 12:00")).digest
    for name in ("addresses", "domains", "names", "companies", "subject_words"):
        assert replace(one, **{name: frozenset({"new"})}).digest != one.digest


@given(st.text())
def test_folding_leaves_words_in_single_spaces_and_is_done_once(text):
    folded = fold(text)
    assert folded == " ".join(folded.split())
    assert fold(folded) == folded or not text.isascii()


HAND_TYPED = [
    # what the person typed, who writes
    ({"title": "Interview at Tansy Mill", "description": "Ola Rye, ola@ryeconsult.example"}, "ola@ryeconsult.example"),
    ({"title": "Interview at Tansy Mill", "location": "ask for jobs@mill-hr.example"}, "ben@mill-hr.example"),
    ({"title": "Interview at Tansy Mill"}, "hiring@tansymill.example"),
    ({"title": "Interview at Tansy Mill"}, "hiring@mail.tansy-mill.co.example"),
]


@pytest.mark.parametrize(("typed", "sender"), HAND_TYPED)
def test_an_entry_without_guests_tells_by_what_is_written_in_it(typed, sender):
    event = replace(an_interview("u", at("2026-03-10 10:00")), organizer=None, attendees=(), **typed)
    assert interest(event).wants([Person("", sender)], "Your visit", ())


@pytest.mark.parametrize("sender", ["tansy@elsewhere.example", "news@tansymillers.example", "someone@mill.example"])
def test_and_by_no_more_than_that(sender):
    event = replace(
        an_interview("u", at("2026-03-10 10:00")), organizer=None, attendees=(), title="Interview at Tansy Mill"
    )
    assert not interest(event).wants([Person("", sender)], "Your visit", ())


def test_an_address_in_an_invitation_of_somebody_is_only_text():
    event = replace(an_interview("u", at("2026-03-10 10:00")), description="Parking: porter@elsewhere.example")
    assert not interest(event).wants([STRANGER], "Your visit", ())
