"""Whom a reminder has one write to: those of the interview, or who wrote; and as an answer, where there is a mail."""

from dataclasses import replace
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from syncd.model import Person, Touchpoint
from syncd.plan.answering import writer
from tests.world import ADA, BEN, World, a_mail, an_interview, at, promising, some_settings

CY = Person("Cy Dane", "cy@northwind.example")
ROLE = Person("Northwind People", "people@northwind.example")
NOBODY = Person("", "no-reply@northwind.example")


@pytest.fixture
def world():
    world = World(at("2026-03-10 12:00"))
    yield world
    world.close()


def interview(world, *people, title="Phone screen Northwind"):
    world.calendar.put(an_interview("u", at("2026-03-10 10:00"), people=people, title=title))


def written(entry):
    """To whom, and with what subject."""
    line = next((line for line in entry.text.splitlines() if line.startswith("Write: ")), None)
    if line is None:
        return None
    link = urlsplit(line.removeprefix("Write: "))
    return unquote(link.path), parse_qs(link.query)["subject"][0]


def test_a_rejection_is_answered_to_whom_it_came_from_where_nobody_is_known(world):
    interview(world)
    world.mail.add(a_mail("r", at("2026-03-11 09:00"), "rejection", ROLE, subject="Your application to Northwind"))
    world.cycle(at("2026-03-11 10:00"))
    entry = world.one("rejection_reply")
    assert written(entry) == ("people@northwind.example", "Re: Your application to Northwind")
    assert 'They wrote: Northwind People, Wed 11 Mar 2026, "Your application to Northwind"' in entry.text.splitlines()


def test_a_rejection_is_answered_to_its_sender_and_not_to_the_panel(world):
    interview(world, ADA, BEN, CY)
    world.mail.add(a_mail("r", at("2026-03-11 09:00"), "rejection", BEN, subject="AW: The interview"))
    world.mail.add(a_mail("w", at("2026-03-11 09:30"), "reply", ADA, subject="Something else"))
    world.cycle(at("2026-03-11 10:00"))
    assert written(world.one("rejection_reply")) == (BEN.email, "AW: The interview")


def test_a_rejection_from_where_nobody_reads_is_answered_to_those_who_are_known(world):
    interview(world, ADA)
    world.mail.add(a_mail("r", at("2026-03-11 09:00"), "rejection", NOBODY, subject="Your application"))
    world.cycle(at("2026-03-11 10:00"))
    assert written(world.one("rejection_reply")) == (ADA.email, "Re: Your application")


def test_its_link_is_to_the_thread_of_the_rejection(world):
    world.settings = replace(some_settings(), mail_backend="google")
    interview(world, ADA)
    world.mail.add(replace(a_mail("r", at("2026-03-11 09:00"), "rejection", ROLE), thread="19abc"))
    world.mail.add(replace(a_mail("w", at("2026-03-11 09:30"), "reply", ADA), thread="19def"))
    world.cycle(at("2026-03-11 10:00"))
    entry = world.one("rejection_reply")
    assert "/#all/19abc" in entry.text
    assert entry.link.endswith("/#all/19abc")


@pytest.mark.parametrize("rule", ["follow_up", "follow_up_promised"])
def test_a_follow_up_where_nobody_is_known_goes_to_who_wrote(world, rule):
    interview(world)
    text = promising(at("2026-03-20 12:00").date()) if rule == "follow_up_promised" else ""
    world.mail.add(a_mail("w", at("2026-03-11 09:00"), "reply", ROLE, subject="Your visit", text=text))
    world.cycle(at("2026-03-11 10:00"))
    entry = world.one(rule)
    assert written(entry) == ("people@northwind.example", "Re: Your visit")
    assert "They wrote: Northwind People, " in entry.text


def test_a_panel_is_asked_with_a_subject_that_says_what_about(world):
    interview(world, ADA, BEN, CY, title="Interview Northwind - Staff Nurse")
    world.cycle(at("2026-03-10 12:00"))
    to = f"{ADA.email},{BEN.email},{CY.email}"
    assert written(world.one("follow_up")) == (to, "Following up: Staff Nurse at Northwind")
    assert "They wrote" not in world.one("follow_up").text


def test_without_a_job_it_names_the_talk(world):
    interview(world, ADA)
    world.cycle(at("2026-03-10 12:00"))
    assert written(world.one("follow_up")) == (ADA.email, "Following up on our conversation")


@pytest.mark.parametrize(
    "address",
    [
        "no-reply@x.example",
        "noreply@x.example",
        "do_not_reply@x.example",
        "noreply+a1@x.example",
        "acme-noreply@x.example",
        "ne-pas-repondre@x.example",
        "no.responder@x.example",
        "nicht-antworten@x.example",
        "mailer-daemon@x.example",
    ],
)
def test_where_nobody_reads(address):
    assert writer(Touchpoint("rejection", at("2026-03-11 09:00"), "r", people=(Person("", address),))) is None


def test_where_it_asks_answers_to_go_they_go():
    jobs = Person("", "jobs@northwind.example")
    assert writer(Touchpoint("rejection", at("2026-03-11 09:00"), "r", people=(NOBODY, jobs))) == jobs
    assert writer(Touchpoint("rejection", at("2026-03-11 09:00"), "r", people=(ADA, NOBODY))) == ADA
    assert writer(Touchpoint("rejection", at("2026-03-11 09:00"), "r")) is None
