"""``syncd explain``: it says what is so, and only the reason that holds."""

from dataclasses import replace
from datetime import timedelta

import pytest

from syncd.cycle import think
from syncd.errors import BadUsage
from syncd.explain import Known, explain, find
from syncd.status import status
from tests.world import World, a_mail, an_interview, at, promising


@pytest.fixture
def world():
    world = World(at("2026-03-02 12:00"))
    yield world
    world.close()


def told(world, now, what="Northwind", marks=()):
    """The lines of ``explain`` at *now*."""
    inferred, _, _ = think(world.store, world.settings, marks, at(now))
    report = status(world.store, world.settings, marks, at(now))
    known = Known(report, inferred, world.store.events(), world.store.messages(), world.settings)
    return explain(what, known)


def why(world, now, rule, marks=()):
    """Why it says that no reminder of *rule* is open."""
    head = f"  {rule}: none open, because "
    return next((line.removeprefix(head) for line in told(world, now, marks=marks) if line.startswith(head)), None)


class TestTheQuestionBefore:
    def test_none_is_ahead(self, world):
        world.calendar.put(an_interview("u", at("2026-03-02 10:00")))
        world.cycle(at("2026-03-02 12:00"))
        assert why(world, "2026-03-02 12:00", "ask_next_steps") == "no interview is ahead"

    def test_it_has_begun(self, world):
        world.calendar.put(an_interview("u", at("2026-03-02 14:00")))
        world.cycle(at("2026-03-02 12:00"))
        assert why(world, "2026-03-02 12:00", "ask_next_steps") is None
        world.cycle(at("2026-03-02 14:10"))
        assert why(world, "2026-03-02 14:10", "ask_next_steps") == "the interview has begun"

    def test_it_is_all_day(self, world):
        start = at("2026-03-04 00:00")
        world.calendar.put(replace(an_interview("u", start), all_day=True, end=start + timedelta(days=1)))
        world.cycle(at("2026-03-02 12:00"))
        said = "the interview on Wed 4 Mar 2026 is all-day, so that nothing tells when it begins"
        assert why(world, "2026-03-02 12:00", "ask_next_steps") == said

    def test_the_person_deleted_it(self, world):
        world.calendar.put(an_interview("u", at("2026-03-04 10:00")))
        world.cycle(at("2026-03-02 12:00"))
        world.reminders.dismiss(world.one("ask_next_steps").event_id)
        world.cycle(at("2026-03-02 13:00"))
        lines = [line for line in told(world, "2026-03-02 13:00") if "ask_next_steps" in line]
        assert len(lines) == 1
        assert lines[0].endswith("because you deleted it")


class TestTheOthers:
    def test_thanks(self, world):
        world.calendar.put(an_interview("u", at("2026-03-04 10:00")))
        world.cycle(at("2026-03-02 12:00"))
        assert why(world, "2026-03-02 12:00", "thank_you") == "the interview on Wed 4 Mar 2026 isn't over"
        world.cycle(at("2026-03-20 12:00"))
        said = "the interview on Wed 4 Mar 2026 lies more than 5 days back"
        assert why(world, "2026-03-20 12:00", "thank_you") == said

    def test_thanks_of_two_rounds_are_of_the_one_that_was(self, world):
        world.calendar.put(an_interview("u", at("2026-03-02 10:00")))
        world.calendar.put(an_interview("v", at("2026-03-20 10:00")))
        world.mail.add(a_mail("t", at("2026-03-02 12:00"), "thank_you"))
        world.cycle(at("2026-03-02 13:00"))
        assert why(world, "2026-03-02 13:00", "thank_you").startswith("you have thanked them")

    def test_a_date_that_was_named(self, world):
        world.calendar.put(an_interview("u", at("2026-03-02 10:00")))
        world.cycle(at("2026-03-02 12:00"))
        assert why(world, "2026-03-02 12:00", "follow_up_promised") == "no date was named"
        world.mail.add(a_mail("p", at("2026-03-02 13:00"), "reply", text=promising(at("2026-03-06 00:00").date())))
        world.mail.add(a_mail("f", at("2026-03-10 13:00"), "follow_up"))
        world.cycle(at("2026-03-10 14:00"))
        said = "they named Fri 6 Mar 2026, and you followed up on Tue 10 Mar 2026"
        assert why(world, "2026-03-10 14:00", "follow_up_promised") == said

    def test_moving_on(self, world):
        world.calendar.put(an_interview("u", at("2026-03-04 10:00")))
        world.cycle(at("2026-03-02 12:00"))
        assert why(world, "2026-03-02 12:00", "move_on") == "an interview is ahead"

    def test_a_rejection(self, world):
        world.calendar.put(an_interview("u", at("2026-03-02 10:00")))
        world.cycle(at("2026-03-02 12:00"))
        assert why(world, "2026-03-02 12:00", "rejection_reply") == "there is no rejection"
        world.mail.add(a_mail("r", at("2026-03-03 09:00"), "rejection"))
        world.cycle(at("2026-03-20 12:00"))
        assert why(world, "2026-03-20 12:00", "rejection_reply") == "the rejection is more than 7 days old"
        world.mail.add(a_mail("i", at("2026-03-21 09:00"), "invitation"))
        world.cycle(at("2026-03-21 12:00"))
        assert why(world, "2026-03-21 12:00", "rejection_reply") == "it is active since"


def test_what_never_stood_is_not_listed(world):
    world.calendar.put(an_interview("u", at("2026-02-02 10:00")))
    for day in (4, 9):
        world.mail.add(a_mail(f"f{day}", at(f"2026-02-{day:02} 13:00"), "follow_up"))
    world.cycle(at("2026-03-02 12:00"))
    lines = told(world, "2026-03-02 12:00")
    assert not [line for line in lines[lines.index("Reminders") :] if "done" in line and "follow_up:" in line]
    assert len([line for line in lines if "2026: follow up" in line]) == 2


def test_closed_is_told_in_words(world):
    world.calendar.put(an_interview("u", at("2026-01-08 10:00")))
    world.cycle(at("2026-03-02 12:00"))
    head = told(world, "2026-03-02 12:00")[0]
    assert "closed, because all was silent for long when syncd first looked" in head


@pytest.mark.parametrize("said", ["müller", "Mueller", "MULLER", "Müller Maschinenbau", "mueller maschinenbau gmbh"])
@pytest.mark.parametrize("written", ["Mueller Maschinenbau", "Müller Maschinenbau GmbH"])
def test_a_company_is_found_however_it_is_spelt(world, said, written):
    world.calendar.put(an_interview("u", at("2026-03-04 10:00"), company=written))
    world.cycle(at("2026-03-02 12:00"))
    assert told(world, "2026-03-02 12:00", said)
    assert len(find(said, status(world.store, world.settings, (), at("2026-03-02 12:00")))) == 1


def test_sharp_s_and_accents(world):
    world.calendar.put(an_interview("u", at("2026-03-04 10:00"), company="Groß & Café Élan"))
    world.cycle(at("2026-03-02 12:00"))
    report = status(world.store, world.settings, (), at("2026-03-02 12:00"))
    assert [len(find(said, report)) for said in ("gross & cafe elan", "GROSS UND", "grosz")] == [1, 0, 0]


def test_the_exact_name_goes_before_a_like_one(world):
    world.calendar.put(an_interview("u", at("2026-03-04 10:00"), company="Mueller"))
    world.calendar.put(an_interview("v", at("2026-03-05 10:00"), company="Muller"))
    world.cycle(at("2026-03-02 12:00"))
    report = status(world.store, world.settings, (), at("2026-03-02 12:00"))
    assert [o.outlook.opportunity.company for o in find("Muller", report)] == ["Muller"]


def test_nobody_is_still_nobody(world):
    with pytest.raises(BadUsage, match="nothing is known"):
        told(world, "2026-03-02 12:00", "Nobody")
