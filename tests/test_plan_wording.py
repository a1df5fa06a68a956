"""What a reminder says: harmless, in one line where it must be, and with what is known."""

import unicodedata
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.model import Person, Touchpoint
from syncd.plan.business import BusinessCalendar
from syncd.plan.wording import TITLE_LIMIT, clean, names, touchpoint_line
from syncd.settings import Rules
from tests.world import ADA, BEN, World, a_mail, a_user, an_interview, at, promising, some_settings


@given(st.text(max_size=400), st.integers(1, 120))
def test_cleaned_text_is_one_harmless_line(text, limit):
    line = clean(text, limit)
    assert len(line) <= limit
    assert len(f"{line}.".splitlines()) == 1
    assert not {"<", ">"} & set(line)
    assert not any(unicodedata.category(c) in {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"} for c in line)


@pytest.mark.parametrize(
    ("count", "told"),
    [(1, "P0"), (2, "P0 and P1"), (3, "P0, P1 and 1 more"), (5, "P0, P1 and 3 more")],
)
def test_people_are_named_up_to_a_number(count, told):
    assert names([Person(f"P{n}") for n in range(count)], 2) == told


def test_three_are_listed_with_commas():
    assert names([Person("A"), Person("B"), Person("", "c@x.example")], 3) == "A, B and c@x.example"


def texts(world, now, rule):
    world.cycle(at(now))
    return world.one(rule)


@pytest.fixture
def world():
    world = World(at("2026-03-10 12:00"))
    event = an_interview("u", at("2026-03-10 10:00"), people=(ADA, BEN), title="Interview Northwind - Staff Nurse")
    world.calendar.put(replace(event, url="https://meet.example/abc"))
    yield world
    world.close()


def test_a_thank_you_names_everybody_the_job_and_how_to_write(world):
    entry = texts(world, "2026-03-10 12:00", "thank_you")
    assert entry.title == "Thank Ada Berg and Ben Lind (Northwind)"
    for line in (
        "With: Ada Berg (ada@northwind.example), Ben Lind (ben@northwind.example)",
        "Job: Staff Nurse",
        "Write: mailto:ada@northwind.example,ben@northwind.example?subject=Thank%20you",
        "Interview: https://meet.example/abc",
    ):
        assert line in entry.text.splitlines()
    assert "mail.google.com" not in entry.text


def test_with_gmail_there_is_a_link_to_its_compose_page(world):
    world.settings = replace(some_settings(), mail_backend="google")
    assert "&su=Thank%20you" in texts(world, "2026-03-10 12:00", "thank_you").text


def test_a_follow_up_tells_what_was_sent_and_gives_ideas(world):
    world.mail.add(
        a_mail("t", at("2026-03-11 12:00"), "thank_you"),
        a_mail("f", at("2026-03-12 12:00"), "follow_up", subject="Staff Nurse"),
    )
    entry = texts(world, "2026-03-12 12:00", "follow_up")
    assert "Thanked on Wed 11 Mar 2026" in entry.text
    assert "Last followed up on Thu 12 Mar 2026, only checking in" in entry.text
    assert "something they asked about Staff Nurse" in entry.text
    assert "subject=Re%3A%20Staff%20Nurse" in entry.text


def test_a_date_that_they_named_is_told(world):
    by = at("2026-03-20 12:00").date()
    world.mail.add(a_mail("p", at("2026-03-10 11:30"), "reply", text=promising(by)))
    assert "Date they named: Fri 20 Mar 2026" in texts(world, "2026-03-10 12:00", "thank_you").text
    assert "hear by Fri 20 Mar 2026" in world.one("follow_up_promised").text


def test_a_discreet_title_tells_neither_company_nor_people(world):
    world.settings = some_settings(rules=Rules(discreet=True))
    world.cycle()
    for entry in world.reminders.entries:
        assert not any(word in entry.title for word in ("Northwind", "Ada", "Ben"))


def test_what_an_invitation_smuggles_in_stays_words(world):
    evil = Person("<b>Eve</b>\r\nX-EVIL: 1\x00" + "e" * 5000, "eve@northwind.example")
    world.calendar.put(an_interview("u", at("2026-03-10 10:00"), people=(evil,), url="javascript:alert(1)"))
    entry = texts(world, "2026-03-10 12:00", "thank_you")
    assert len(entry.title) <= TITLE_LIMIT
    assert "<b>" not in entry.title + entry.text
    assert "\x00" not in entry.text
    assert "javascript" not in entry.text
    assert not any(line.startswith("X-EVIL") for line in entry.text.splitlines())


def test_move_on_says_what_never_happened_and_nothing_where_all_did(world):
    world.mail.add(a_mail("t", at("2026-03-11 12:00"), "thank_you"))
    world.cycle()
    assert "There was no follow-up this time" in texts(world, "2026-04-21 09:00", "move_on").text
    world.mail.add(a_mail("f", at("2026-03-12 12:00"), "follow_up"))
    assert "this time" not in texts(world, "2026-04-21 10:00", "move_on").text


def test_a_touchpoint_in_one_line():
    calendar = BusinessCalendar(a_user())
    moment = at("2026-03-11 12:00")
    assert touchpoint_line(Touchpoint("thank_you", moment, "t"), calendar) == "Wed 11 Mar 2026: thank you"
    assert (
        touchpoint_line(Touchpoint("offer", moment, "t", ("they said so",)), calendar)
        == "Wed 11 Mar 2026: offer (they said so)"
    )
