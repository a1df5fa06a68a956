"""The six rules at their edges: on the minute at which something begins, is inside, is over, or is of no use any more."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from syncd.infer.facts import Facts
from syncd.infer.opportunities import infer
from syncd.model import ARTICLE, Attendee, Ended, OpportunityState, Person, PersonMark, Rule
from syncd.plan import Plan, Setting, plan
from syncd.settings import AskNextSteps, FollowUp, FollowUpPromised, MoveOn, RejectionReply, Rules, ThankYou
from tests.world import ADA, BEN, ME, a_mail, a_user, an_interview, at, promising

USER = a_user(country="GB")
TUESDAY = at("2026-03-10 10:00")


def planned(*facts, now, rules=None, ended=(), first_day=date(2026, 1, 1), marks=()) -> Plan:
    """The plan over events and mails, with nothing in the calendar yet."""
    events = tuple(replace(f, seen=f.created, first_pull=f.created is None) for f in facts if hasattr(f, "uid"))
    messages = tuple(f for f in facts if hasattr(f, "sender"))
    found = infer(Facts(events, messages, marks=marks), USER)
    known = frozenset(e.cause for e in events) | frozenset(m.id for m in messages)
    return plan(found.opportunities, (), ended, Setting(USER, rules or Rules(), first_day, known), now)


def shown(*facts, now, **more) -> list[str]:
    """The open reminders of it, as rule and place."""
    return sorted(
        f"{w.due.rule} {w.place.start:%a %-d %b}" + ("" if w.due.all_day else f" {w.place.start:%H:%M}")
        for w in planned(*facts, now=now, **more).wanted
        if w.place is not None
    )


def state(*facts, now, **more) -> OpportunityState:
    (outlook,) = planned(*facts, now=now, **more).outlooks
    return outlook.state


def one(rule, *facts, now, **more) -> list[str]:
    return [line.partition(" ")[2] for line in shown(*facts, now=now, **more) if line.split()[0] == rule]


INTERVIEW = an_interview("u", TUESDAY)
OVER = INTERVIEW.end


class TestAskNextSteps:
    @pytest.mark.parametrize(
        ("now", "there"), [(TUESDAY - timedelta(seconds=1), ["Tue 10 Mar 09:45"]), (TUESDAY, []), (OVER, [])]
    )
    def test_until_the_interview_begins(self, now, there):
        assert one("ask_next_steps", INTERVIEW, now=now) == there

    def test_once_a_day_before_the_first_slot(self):
        second = an_interview("u2", at("2026-03-10 14:00"))
        assert one("ask_next_steps", second, INTERVIEW, now=at("2026-03-09 12:00")) == ["Tue 10 Mar 09:45"]

    def test_not_for_all_day_entries(self):
        whole = an_interview("u", at("2026-03-10 00:00"), minutes=24 * 60, all_day=True)
        assert shown(whole, now=at("2026-03-09 12:00")) == []

    def test_as_long_before_as_it_is_set(self):
        rules = Rules(ask_next_steps=AskNextSteps(before=timedelta(hours=1)))
        assert one("ask_next_steps", INTERVIEW, now=at("2026-03-09 12:00"), rules=rules) == ["Tue 10 Mar 09:00"]

    def test_across_the_night_on_which_the_clocks_change(self):
        sunday = an_interview("u", at("2026-03-29 02:10"))  # ten minutes into summer time
        (found,) = [w for w in planned(sunday, now=at("2026-03-28 12:00")).wanted if w.place]
        assert (found.place.start.utctimetuple()[:5], found.place.end.utctimetuple()[:5]) == ((2026, 3, 29, 0, 55), (2026, 3, 29, 1, 10))  # fmt: skip


class TestThankYou:
    @pytest.mark.parametrize(
        ("start", "minutes", "due"),
        [
            ("2026-03-10 10:00", 60, "Tue 10 Mar 13:00"),
            ("2026-03-10 14:00", 60, "Tue 10 Mar 17:00"),  # the end of working hours is still inside
            ("2026-03-10 14:00", 61, "Wed 11 Mar 09:00"),
            ("2026-03-10 06:00", 60, "Tue 10 Mar 09:00"),  # 9:00 exactly
            ("2026-03-10 05:00", 60, "Tue 10 Mar 09:00"),  # before they begin
            ("2026-03-13 16:00", 60, "Sat 14 Mar 09:00"),  # weekend or not
            ("2026-03-10 22:30", 60, "Wed 11 Mar 09:00"),  # two hours later it is tomorrow
        ],
    )
    def test_two_hours_after_the_end_within_working_hours(self, start, minutes, due):
        event = an_interview("u", at(start), minutes=minutes)
        assert one("thank_you", event, now=event.end) == [due]

    def test_not_before_it_is_over(self):
        assert one("thank_you", INTERVIEW, now=OVER - timedelta(seconds=1)) == []

    def test_of_no_use_after_five_days_to_the_second(self):
        assert one("thank_you", INTERVIEW, now=OVER + timedelta(days=3)) == ["Fri 13 Mar 11:00"]
        assert one("thank_you", INTERVIEW, now=OVER + timedelta(days=5)) == []
        # On Saturday the next working hour is Monday's, and by then it is too late.
        assert one("thank_you", INTERVIEW, now=at("2026-03-14 12:00")) == []

    def test_a_place_that_comes_just_too_late_is_none(self):
        rules = Rules(thank_you=ThankYou(pointless_after=timedelta(days=3)))  # Friday, 11:00
        assert one("thank_you", INTERVIEW, now=at("2026-03-13 10:30"), rules=rules) == ["Fri 13 Mar 10:30"]
        assert one("thank_you", INTERVIEW, now=at("2026-03-13 10:31"), rules=rules) == []

    @pytest.mark.parametrize(
        ("sent", "satisfied"), [(TUESDAY - timedelta(seconds=1), False), (TUESDAY, True), (OVER, True)]
    )
    def test_a_note_counts_from_the_start_on(self, sent, satisfied):
        assert (one("thank_you", INTERVIEW, a_mail("t", sent, "thank_you"), now=OVER) == []) is satisfied

    def test_one_for_all_slots_of_a_day_and_each_round_its_own(self):
        second = an_interview("u2", at("2026-03-10 14:00"), people=(BEN,))
        third = an_interview("u3", at("2026-03-12 10:00"))
        now = at("2026-03-12 11:00")
        assert one("thank_you", INTERVIEW, second, third, now=now) == ["Thu 12 Mar 11:00", "Thu 12 Mar 13:00"]
        note = a_mail("t", at("2026-03-10 16:00"), "thank_you", BEN)
        assert one("thank_you", INTERVIEW, second, third, note, now=now) == ["Thu 12 Mar 13:00"]

    def test_everybody_where_each_is_asked_for(self):
        both = an_interview("u", TUESDAY, people=(ADA, BEN))
        rules = Rules(thank="each")
        first = a_mail("t1", OVER, "thank_you", ADA)
        second = a_mail("t2", OVER + timedelta(hours=1), "thank_you", BEN)
        now = OVER + timedelta(hours=2)
        assert one("thank_you", both, first, now=now, rules=rules) == ["Tue 10 Mar 13:00"]
        assert one("thank_you", both, first, second, now=now, rules=rules) == []
        assert one("thank_you", both, first, now=now) == []

    def test_a_colleague_who_stands_on_no_invitation_and_anybody_where_no_address_is_known(self):
        dora = Person("Dora Kern", "dora@northwind.example")
        assert one("thank_you", INTERVIEW, a_mail("t", OVER, "thank_you", dora), now=OVER) == []
        unknown = an_interview("u", TUESDAY, people=(), description="with Ada Berg")
        note = a_mail("t", OVER, "thank_you", Person("", "ada@mail.example"), subject="Northwind interview")
        assert one("thank_you", unknown, note, now=OVER) == []

    def test_a_note_to_somebody_of_another_round_only_is_not_for_this_one(self):
        second = an_interview("u2", at("2026-03-12 10:00"), people=(BEN,))
        note = a_mail("t", at("2026-03-12 12:00"), "thank_you", ADA)
        assert one("thank_you", INTERVIEW, second, note, now=at("2026-03-12 12:00")) == ["Thu 12 Mar 13:00"]


class TestFollowUpPromised:
    def promise(self, by, said=at("2026-03-11 12:00")):
        return a_mail("p", said, "reply", text=promising(by))

    @pytest.mark.parametrize(
        ("by", "due"),
        [
            (date(2026, 3, 16), "Wed 18 Mar 09:30"),  # Monday promised, Wednesday due
            (date(2026, 3, 19), "Mon 23 Mar 09:30"),
            (date(2026, 3, 21), "Tue 24 Mar 09:30"),  # a Saturday
            (date(2026, 4, 2), "Tue 7 Apr 09:30"),  # Good Friday and a weekend lie between
        ],
    )
    def test_the_second_business_day_after_it(self, by, due):
        now = at("2026-03-11 12:00")
        assert one("follow_up_promised", INTERVIEW, self.promise(by), now=now) == [due]
        assert one("follow_up", INTERVIEW, self.promise(by), now=now) == []

    @pytest.mark.parametrize(
        ("kind", "moment", "answered"),
        [
            ("reply", "2026-03-15 23:59", False),  # before the date: the promise stays in force
            ("reply", "2026-03-16 00:00", True),
            ("follow_up", "2026-03-16 23:59", False),  # on the date itself it is not yet broken
            ("follow_up", "2026-03-17 00:00", True),
        ],
    )
    def test_what_answers_it(self, kind, moment, answered):
        more = a_mail("m", at(moment), kind)
        found = one("follow_up_promised", INTERVIEW, self.promise(date(2026, 3, 16)), more, now=at("2026-03-17 08:00"))
        assert (found == []) is answered

    def test_the_date_named_last_replaces_the_one_before(self):
        later = a_mail("p2", at("2026-03-12 12:00"), "reply", text=promising(date(2026, 3, 25)))
        facts = (INTERVIEW, self.promise(date(2026, 3, 16)), later)
        assert one("follow_up_promised", *facts, now=at("2026-03-12 12:00")) == ["Fri 27 Mar 09:30"]

    @pytest.mark.parametrize(("starts", "answered"), [("2026-03-16 10:00", False), ("2026-03-17 10:00", True)])
    def test_an_interview_arranged_since_for_a_later_day_is_their_answer(self, starts, answered):
        second = an_interview("u2", at(starts), created=at("2026-03-12 12:00"))
        facts = (INTERVIEW, self.promise(date(2026, 3, 16)), second)
        assert (one("follow_up_promised", *facts, now=at("2026-03-12 12:00")) == []) is answered

    def test_a_dismissed_one_doesnt_block_for_ever(self):
        facts = (INTERVIEW, self.promise(date(2026, 3, 16)))
        gone = Ended("id", "k", "follow_up_promised", ("p",), 0, by_person=True)
        assert shown(*facts, now=at("2026-03-19 12:00"), ended=(gone,)) == [
            "follow_up Wed 1 Apr 09:30"
        ]  # fmt: skip


def test_of_several_ends_the_last_counts_and_one_by_the_person_for_good():
    def told(*ends):
        over = [Ended(f"id{n}", "ask_next_steps:k", "ask_next_steps", ("u",), n, by_person=who) for n, who in ends]
        (found,) = planned(INTERVIEW, now=at("2026-03-09 12:00"), ended=over).wanted
        return found.match.dismissed, found.match.generation

    key_free = told((1, False), (0, False))
    assert key_free == told((0, False), (1, False))
    assert told((0, True), (1, False))[0]
    assert told((1, False), (0, True))[0]


class TestFollowUp:
    def test_fourteen_days_after_the_last_touchpoint_or_the_next_business_day(self):
        now = at("2026-03-10 12:00")
        assert one("follow_up", INTERVIEW, now=now) == ["Tue 24 Mar 09:30"]
        thanks = a_mail("t", at("2026-03-14 12:00"), "thank_you")  # a Saturday
        assert one("follow_up", INTERVIEW, thanks, now=at("2026-03-14 12:00")) == ["Mon 30 Mar 09:30"]
        easter = an_interview("u", at("2026-03-20 10:00"))  # two weeks later is Good Friday
        assert one("follow_up", easter, now=at("2026-03-20 12:00")) == ["Mon 6 Apr 09:30"]

    def test_none_before_an_interview_was_held_nor_while_one_is_ahead_or_under_way(self):
        second = an_interview("u2", at("2026-03-20 10:00"))
        word = a_mail("r", at("2026-03-09 12:00"), "reply")
        assert one("follow_up", INTERVIEW, word, now=at("2026-03-10 10:30")) == []
        assert one("follow_up", INTERVIEW, second, now=at("2026-03-20 10:30")) == []
        assert one("follow_up", INTERVIEW, second, now=at("2026-03-20 11:00")) == ["Mon 6 Apr 09:30"]  # Good Friday

    def test_their_word_and_a_follow_up_open_a_new_period_with_a_cause_of_its_own(self):
        word = a_mail("r", at("2026-03-12 12:00"), "reply")
        mine = a_mail("f", at("2026-03-26 12:00"), "follow_up")
        found = planned(INTERVIEW, word, mine, now=at("2026-03-26 12:00")).wanted
        periods = [(w.due.causes, w.state) for w in found if w.due.rule is Rule.FOLLOW_UP]
        assert periods == [(("u",), "done"), (("r",), "done"), (("f",), "open")]

    def test_an_automatic_answer_is_no_word_of_theirs(self):
        receipt = a_mail("r", at("2026-03-12 12:00"), "automatic")
        assert one("follow_up", INTERVIEW, receipt, now=at("2026-03-12 12:00")) == ["Tue 24 Mar 09:30"]


class TestRejectionReply:
    NO = a_mail("no", at("2026-03-13 16:00"), "rejection")

    def test_the_next_business_day_and_nothing_else(self):
        assert shown(INTERVIEW, self.NO, now=self.NO.date) == ["rejection_reply Mon 16 Mar 09:30"]
        assert state(INTERVIEW, self.NO, now=self.NO.date) is OpportunityState.REJECTED

    def test_of_no_use_after_seven_days_to_the_second(self):
        late = self.NO.date + timedelta(days=7)
        assert shown(INTERVIEW, self.NO, now=late - timedelta(hours=1)) == ["rejection_reply Fri 20 Mar 15:00"]
        assert shown(INTERVIEW, self.NO, now=late) == []

    def test_an_answer_to_it_satisfies_it(self):
        answer = a_mail("a", self.NO.date + timedelta(hours=1), "rejection_reply")
        assert shown(INTERVIEW, self.NO, answer, now=answer.date) == []

    @pytest.mark.parametrize(
        ("kind", "then"),
        [("reply", "rejected"), ("invitation", "active"), ("offer", "offered"), ("rejection", "rejected")],
    )
    def test_what_reopens_after_a_no(self, kind, then):
        more = a_mail("m", self.NO.date + timedelta(days=1), kind)
        assert state(INTERVIEW, self.NO, more, now=more.date) == then

    def test_a_new_interview_reopens_and_one_known_before_does_not(self):
        new = an_interview("u2", at("2026-03-20 10:00"), created=self.NO.date + timedelta(hours=1))
        old = replace(new, created=self.NO.date - timedelta(hours=1))
        assert state(INTERVIEW, self.NO, new, now=at("2026-03-16 12:00")) == "active"
        assert state(INTERVIEW, self.NO, old, now=at("2026-03-16 12:00")) == "rejected"

    @pytest.mark.parametrize(
        ("kind", "then"), [("invitation", "offered"), ("rejection", "rejected"), ("withdrawal", "withdrawn")]
    )
    def test_what_changes_an_offer(self, kind, then):
        offer = a_mail("o", at("2026-03-12 12:00"), "offer")
        assert state(INTERVIEW, offer, a_mail("m", at("2026-03-13 12:00"), kind), now=at("2026-03-13 12:00")) == then

    def test_after_a_mark_of_the_person_only_a_newer_mark_counts(self):
        given = PersonMark("1", at("2026-03-12 12:00"), "ignore", "Northwind")
        more = a_mail("m", at("2026-03-13 12:00"), "invitation")
        again = PersonMark("2", at("2026-03-14 12:00"), "active", "Northwind")
        assert state(INTERVIEW, more, now=at("2026-03-15 12:00"), marks=(given,)) == "ignored"
        assert state(INTERVIEW, more, now=at("2026-03-15 12:00"), marks=(given, again)) == "active"


class TestMoveOn:
    DAY = at("2026-04-21 00:00")  # six weeks after the tenth of March

    def test_on_its_day_and_not_before(self):
        before = self.DAY - timedelta(seconds=1)
        assert one("move_on", INTERVIEW, now=before) == []
        assert state(INTERVIEW, now=before) == "active"
        assert shown(INTERVIEW, now=self.DAY) == ["move_on Tue 21 Apr"]
        assert state(INTERVIEW, now=self.DAY) == "moved_on"

    def test_on_a_day_off_it_waits_for_the_next_business_day(self):
        saturday = an_interview("u", at("2026-03-14 10:00"))  # six weeks later is a Saturday
        assert one("move_on", saturday, now=at("2026-04-26 12:00")) == []
        assert one("move_on", saturday, now=at("2026-04-27 00:00")) == ["Mon 27 Apr"]

    def test_missed_while_nothing_ran_it_is_told_on_the_next_business_day(self):
        assert one("move_on", INTERVIEW, now=at("2026-04-25 12:00")) == ["Mon 27 Apr"]

    def test_not_with_an_interview_ahead_and_six_weeks_after_their_last_word(self):
        ahead = an_interview("u2", at("2026-06-10 10:00"))
        assert state(INTERVIEW, ahead, now=self.DAY) == "active"
        word = a_mail("r", at("2026-03-11 12:00"), "reply")
        assert state(INTERVIEW, word, now=self.DAY) == "active"
        assert state(INTERVIEW, word, now=at("2026-04-22 00:00")) == "moved_on"

    def test_a_date_named_further_away_leaves_a_week_to_ask(self):
        far = a_mail("p", at("2026-03-11 12:00"), "reply", text=promising(date(2026, 5, 4)))  # a bank holiday
        assert state(INTERVIEW, far, now=at("2026-05-12 12:00")) == "active"
        assert state(INTERVIEW, far, now=at("2026-05-13 00:00")) == "moved_on"

    def test_what_was_past_its_six_weeks_on_the_first_run_is_closed_without_a_word(self):
        now = at("2026-05-10 12:00")
        assert shown(INTERVIEW, now=now, first_day=date(2026, 5, 10)) == []
        assert state(INTERVIEW, now=now, first_day=date(2026, 5, 10)) == "closed"
        assert state(INTERVIEW, now=now, first_day=date(2026, 4, 21)) == "moved_on"

    def test_after_it_any_word_of_theirs_reopens(self):
        word = a_mail("r", at("2026-05-01 12:00"), "reply")
        assert shown(INTERVIEW, word, now=word.date) == ["follow_up Fri 15 May 09:30"]

    def test_its_text_says_what_never_happened(self):
        (found,) = [w for w in planned(INTERVIEW, now=self.DAY).wanted if w.due.rule is Rule.MOVE_ON]
        assert "no thank-you note and no follow-up" in found.text


@pytest.mark.parametrize(
    ("rules", "gone"),
    [
        (Rules(ask_next_steps=AskNextSteps(enabled=False)), "ask_next_steps"),
        (Rules(thank_you=ThankYou(enabled=False)), "thank_you"),
        (Rules(follow_up=FollowUp(enabled=False)), "follow_up"),
        (Rules(follow_up_promised=FollowUpPromised(enabled=False)), "follow_up_promised"),
        (Rules(rejection_reply=RejectionReply(enabled=False)), "rejection_reply"),
        (Rules(move_on=MoveOn(enabled=False)), "move_on"),
    ],
)
def test_a_rule_that_is_off_makes_nothing(rules, gone):
    promise = a_mail("p", at("2026-03-10 12:00"), "reply", text=promising(date(2026, 3, 16)))
    no = a_mail("no", at("2026-03-12 12:00"), "rejection")
    scenes = [
        ((INTERVIEW,), at("2026-03-09 12:00")),
        ((INTERVIEW,), at("2026-03-10 12:00")),
        ((INTERVIEW, promise), at("2026-03-10 12:00")),
        ((INTERVIEW, no), at("2026-03-12 12:00")),
        ((INTERVIEW,), at("2026-04-21 12:00")),
    ]
    lines = {line.split()[0] for facts, now in scenes for line in shown(*facts, now=now, rules=rules)}
    assert lines == {str(r) for r in ARTICLE} - {gone}


@pytest.mark.parametrize(
    "change",
    [
        {"status": "cancelled"},
        {"attendees": (Attendee(ADA), Attendee(ME, status="declined"))},
        {"gone": TUESDAY - timedelta(hours=1)},
        {"title": "Lunch with Ada", "attendees": (), "organizer": None},
    ],
    ids=["cancelled", "declined", "deleted before", "no interview"],
)
def test_what_does_not_take_place_causes_nothing(change):
    for now in (at("2026-03-09 12:00"), OVER, at("2026-03-24 12:00")):
        assert shown(replace(INTERVIEW, **change), now=now) == []


def test_deleting_a_past_interview_does_not_undo_it():
    assert "thank_you Tue 10 Mar 13:00" in shown(replace(INTERVIEW, gone=OVER), now=OVER)


def test_the_next_decision_is_when_something_may_change_by_itself():
    def following(*facts, now):
        return planned(*facts, now=now).next_decision

    assert following(INTERVIEW, now=at("2026-03-10 08:00")) == at("2026-03-10 10:00")  # it begins
    assert following(INTERVIEW, now=at("2026-03-10 10:00")) == OVER
    assert following(INTERVIEW, now=OVER) == at("2026-03-10 17:00")  # the working day is over
    assert following(INTERVIEW, now=at("2026-03-10 18:00")) == at("2026-03-11 00:00")
    assert following(now=OVER) is None
    assert isinstance(following(INTERVIEW, now=at("2026-06-01 00:00")), datetime)
