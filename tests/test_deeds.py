"""What the person said and did, and which opportunity a thing belongs to, through ``infer``."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from syncd.infer.facts import Facts, Inferred, PersonMark, Sighting
from syncd.infer.opportunities import infer, named
from syncd.infer.sightings import new_remarks
from syncd.marks import Marks, Wrote, line_hashes, to_pairs, word_hash
from syncd.model import Account, Attendee, Entry, Person, ReminderState, Rule
from syncd.standing import Standing
from tests.world import ADA, BEN, CLEO, ME, a_mail, a_user, an_interview, at

USER = a_user()
START = at("2026-03-10 10:00")
SEEN = at("2026-03-11 12:00")
INTERVIEW = an_interview("u", START)


def read(*facts, standings=(), sightings=None, marks=()) -> Inferred:
    events = tuple(f for f in facts if hasattr(f, "uid"))
    messages = tuple(f for f in facts if hasattr(f, "sender"))
    return infer(Facts(events, messages, tuple(standings), sightings or {}, tuple(marks)), USER)


def reminder(rule=Rule.THANK_YOU, cause=("u",), *, title="Thank Ada", note="", modified=None, **marked) -> Standing:
    text = "Why: it is over."
    wrote = Wrote("", word_hash("Thank Ada"), word_hash(text), line_hashes(text))
    marks = Marks(rule, f"{rule}:k", cause, wrote=wrote, **marked)
    start = at("2026-03-10 13:00")
    entry = Entry(marks.event_id, title, f"{text}\n{note}" if note else text, start, start + timedelta(minutes=30), modified=modified)  # fmt: skip
    return Standing(replace(entry, marks=to_pairs(marks)), marks)


def touched(found: Inferred) -> list[tuple[str, str]]:
    (opportunity,) = found.opportunities
    return [(t.kind, f"{t.at:%Y-%m-%d %H:%M}") for t in opportunity.touchpoints if t.kind != "interview"]


class TestTicks:
    @pytest.mark.parametrize(
        ("rule", "kind"),
        [
            (Rule.THANK_YOU, "thank_you"),
            (Rule.FOLLOW_UP, "follow_up"),
            (Rule.FOLLOW_UP_PROMISED, "follow_up"),
            (Rule.REJECTION_REPLY, "rejection_reply"),
        ],
    )
    def test_a_tick_counts_as_the_touchpoint_from_when_it_was_seen(self, rule, kind):
        mine = reminder(rule, title="✓ Thank Ada")
        seen = {(mine.entry.event_id, "tick"): Sighting(SEEN, SEEN)}
        assert touched(read(INTERVIEW, standings=[mine], sightings=seen)) == [(kind, "2026-03-11 12:00")]

    @pytest.mark.parametrize("rule", [Rule.ASK_NEXT_STEPS, Rule.MOVE_ON])
    def test_what_nothing_satisfies_is_no_touchpoint(self, rule):
        mine = reminder(rule, title="✓ Thank Ada")
        seen = {(mine.entry.event_id, "tick"): Sighting(SEEN, SEEN)}
        assert touched(read(INTERVIEW, standings=[mine], sightings=seen)) == []

    def test_one_that_nobody_saw_yet_is_none(self):
        assert touched(read(INTERVIEW, standings=[reminder(title="✓ Thank Ada")])) == []

    def test_one_that_syncd_ticked_is_none_and_one_of_the_persons_stays_one(self):
        assert touched(read(INTERVIEW, standings=[reminder(title="✓ Thank Ada", state=ReminderState.DONE)])) == []
        theirs = reminder(title="✓ Thank Ada", state=ReminderState.DONE, done=date(2026, 3, 11))
        assert touched(read(INTERVIEW, standings=[theirs])) == [("thank_you", "2026-03-11 12:00")]
        seen = {(theirs.entry.event_id, "tick"): Sighting(at("2026-03-11 15:00"), SEEN)}
        assert touched(read(INTERVIEW, standings=[theirs], sightings=seen)) == [("thank_you", "2026-03-11 15:00")]

    def test_one_of_syncds_after_an_earlier_one_of_the_persons_is_none(self):
        mine = reminder(title="✓ Thank Ada", state=ReminderState.DONE)
        seen = {(mine.entry.event_id, "tick"): Sighting(SEEN, SEEN)}
        assert touched(read(INTERVIEW, standings=[mine], sightings=seen)) == []

    def test_a_tick_taken_away_is_none(self):
        mine = reminder(state=ReminderState.DONE, done=date(2026, 3, 11))
        assert touched(read(INTERVIEW, standings=[mine])) == []

    def test_a_reminder_whose_interview_is_unknown_says_nothing(self):
        mine = reminder(cause=("other",), title="✓ Thank Ada", state=ReminderState.DONE, done=date(2026, 3, 11))
        assert touched(read(INTERVIEW, standings=[mine])) == []


class TestNotes:
    def promised(self, found):
        (opportunity,) = found.opportunities
        return [(p.by.isoformat(), p.cause.partition("#")[0]) for p in opportunity.promises]

    def test_friday_counts_from_the_day_the_note_was_first_seen_and_never_wanders(self):
        mine = reminder(note="next: Friday")
        owner = mine.entry.event_id
        seen = {(owner, word_hash("next: Friday")): Sighting(SEEN, SEEN)}
        found = read(INTERVIEW, standings=[mine], sightings=seen)
        assert self.promised(found) == [("2026-03-13", owner)]
        assert found.noted == {owner: f"2026-03-13 {word_hash('next: Friday')}"}
        kept = reminder(note="next: Friday", promise=found.noted[owner], modified=at("2026-04-20 12:00"))
        assert self.promised(read(INTERVIEW, standings=[kept])) == [("2026-03-13", owner)]

    @pytest.mark.parametrize("promise", ["2026-03-13 000000", "soon"])
    def test_a_mark_of_other_words_or_of_none_is_passed_over(self, promise):
        mine = reminder(note="next: Friday", promise=promise, modified=SEEN)
        assert self.promised(read(INTERVIEW, standings=[mine])) == [("2026-03-13", mine.entry.event_id)]

    def test_a_mark_that_is_no_date_is_passed_over(self):
        mine = reminder(note="next: Friday", promise=f"soon {word_hash('next: Friday')}", modified=SEEN)
        assert self.promised(read(INTERVIEW, standings=[mine])) == [("2026-03-13", mine.entry.event_id)]

    def test_a_note_in_the_interview_counts_from_the_interview_where_nobody_saw_it(self):
        noted = replace(INTERVIEW, description="hear back by Friday")
        assert self.promised(read(noted)) == [("2026-03-13", "u")]
        seen = {("u", word_hash("hear back by Friday")): Sighting(SEEN, at("2026-03-16 12:00"))}
        assert self.promised(read(noted, sightings=seen)) == [("2026-03-20", "u")]

    def test_and_from_the_date_that_its_reminder_keeps(self):
        words = word_hash("hear back by Friday")
        mine = reminder(Rule.FOLLOW_UP_PROMISED, (f"u#{words}",), promise=f"2026-03-27 {words}")
        noted = replace(INTERVIEW, description="hear back by Friday")
        assert self.promised(read(noted, standings=[mine])) == [("2026-03-27", "u")]

    def test_what_counts_from_when(self):
        noted = replace(INTERVIEW, description="#rejected\nnext: Friday")
        late = at("2026-03-20 12:00")

        def bases(event, *, first):
            return {base for _, _, base in new_remarks([event], [], late, first_pull=first)}

        assert bases(noted, first=False) == {late}
        assert bases(noted, first=True) == {INTERVIEW.end}
        assert bases(replace(noted, modified=SEEN), first=True) == {SEEN}
        assert bases(replace(noted, modified=at("2026-03-01 12:00")), first=False) == {late}
        assert bases(replace(noted, modified=at("2026-04-01 12:00")), first=False) == {late}


class TestTags:
    @pytest.mark.parametrize(
        ("tag", "kind"),
        [("#rejected", "rejection"), ("#offer", "offer"), ("#withdrawn", "withdrawal"), ("#ignore", "ignored")],
    )
    def test_taken_as_said(self, tag, kind):
        tagged = replace(INTERVIEW, description=f"bring a pen\n{tag}")
        seen = {("u", word_hash(tag)): Sighting(SEEN, SEEN)}
        assert touched(read(tagged, sightings=seen)) == [(kind, "2026-03-11 12:00")]
        assert touched(read(tagged)) == [(kind, "2026-03-10 11:00")]

    @pytest.mark.parametrize("tag", ["#interview", "#company Acme", "#1 choice"])
    def test_other_tags_are_no_touchpoints(self, tag):
        assert touched(read(replace(INTERVIEW, description=tag))) == []

    def test_a_company_that_the_person_names_is_the_company(self):
        (opportunity,) = read(replace(INTERVIEW, description="#company Acme Tools")).opportunities
        assert opportunity.company == "Acme Tools"


class TestMarks:
    def test_by_interview_by_opportunity_and_by_company(self):
        for how in ({"causes": ("u",)}, {"company": "Northwind"}, {"company": "northwind ltd"}):
            mark = PersonMark("1", SEEN, "offer", **how)
            assert touched(read(INTERVIEW, marks=[mark])) == [("offer", "2026-03-11 12:00")]

    @pytest.mark.parametrize(
        "mark",
        [
            PersonMark("1", SEEN, "offer", "Fabrikam"),
            PersonMark("1", SEEN, "happy", "Northwind"),
            PersonMark("1", SEEN, "hear-by", "Northwind"),
        ],
    )
    def test_what_fits_nothing_or_says_nothing_changes_nothing(self, mark):
        found = read(INTERVIEW, marks=[mark])
        assert touched(found) == []
        assert found.opportunities[0].promises == ()

    def test_hear_by_is_a_promise(self):
        (opportunity,) = read(INTERVIEW, marks=[PersonMark("1", SEEN, "hear-by", "Northwind", by=date(2026, 3, 20))]).opportunities  # fmt: skip
        assert [(p.by, p.cause) for p in opportunity.promises] == [(date(2026, 3, 20), "mark:1")]


class TestBelonging:
    def companies(self, *facts):
        return sorted((o.company, o.job, len(o.interviews)) for o in read(*facts).opportunities)

    def test_rounds_at_one_company_are_one_opportunity(self):
        second = an_interview("v", at("2026-03-17 10:00"), people=(BEN,))
        assert self.companies(INTERVIEW, second) == [("Northwind", "", 2)]

    def test_other_companies_and_other_jobs_with_other_people_part(self):
        other = an_interview("v", at("2026-03-17 10:00"), "Fabrikam", (CLEO,))
        assert len(self.companies(INTERVIEW, other)) == 2
        nurse = an_interview("a", START, title="Interview Northwind - Staff Nurse")
        cook = an_interview("b", at("2026-03-17 10:00"), people=(BEN,), title="Interview Northwind - Line Cook")
        assert len(self.companies(nurse, cook)) == 2

    def test_the_same_invitation_in_two_calendars_is_one_and_the_one_that_stands_counts(self):
        gone = replace(INTERVIEW, source="other", gone=at("2026-03-01 12:00"))
        found = read(gone, INTERVIEW)
        (opportunity,) = found.opportunities
        assert [i.event.gone for i in opportunity.interviews] == [None]

    def test_a_domain_joins_where_no_company_is_certain_and_a_public_one_does_not(self):
        def guessed(uid, start, address):
            return an_interview(uid, start, people=(Person("", address),), title="Phone interview")

        later = at("2026-03-17 10:00")
        ours = guessed("u", START, "a@northwind.example"), guessed("v", later, "b@northwind.example")
        assert len(self.companies(*ours)) == 1
        public = guessed("u", START, "ann.b@gmail.com"), guessed("v", later, "tom.c@gmail.com")
        assert len(self.companies(*public)) == 2

    def test_a_note_that_turns_out_to_name_no_day_is_no_promise(self):
        (opportunity,) = read(replace(INTERVIEW, description="next: call Ada")).opportunities
        assert opportunity.promises == ()

    def test_an_entry_that_names_nobody_is_called_by_its_title(self):
        bare = an_interview("u", START, people=(), title="Phone interview", description="#interview")
        ((company, _, _),) = self.companies(bare)
        assert company

    @pytest.mark.parametrize(
        ("message", "why"),
        [
            (a_mail("m", SEEN, "reply", ADA), "ada@northwind.example is one of them"),
            (a_mail("m", SEEN, "reply", BEN), "ben@northwind.example is of their domain"),
            (a_mail("m", SEEN, "reply", Person("Ada Berg", "ab@elsewhere.example")), "Ada Berg is one of them"),
            (a_mail("m", SEEN, "reply", Person("Jo", "jo@ats.example"), subject="Your time at Northwind"), "it names Northwind"),
            (a_mail("m", SEEN, "reply", Person("Jo", "jo@ats.example"), text="Thank you for visiting Northwind. We are still deciding."), "its text names Northwind"),
        ],
    )  # fmt: skip
    def test_a_message_belongs_by_people_company_or_thread_and_says_by_which(self, message, why):
        found = read(INTERVIEW, message)
        assert found.links["m"].opportunity == found.opportunities[0].id
        assert why in found.links["m"].why

    def test_a_job_counts_beside_a_company_whose_name_is_too_short_to_look_for(self):
        event = an_interview(
            "u", START, "QX", (Person("Ada Berg", "ada@qx.example"),), title="Interview QX - Staff Nurse"
        )
        told = a_mail(
            "m", SEEN, "reply", Person("Jo", "jo@qx.example"), text="We are still deciding on the Staff Nurse."
        )
        assert "its text names the job, Staff Nurse" in read(event, told).links["m"].why
        alone = a_mail("m", SEEN, "reply", Person("Jo", "jo@elsewhere.example"), subject="Staff Nurse at QX")
        assert "QX" not in read(event, alone).links["m"].why

    def test_somebody_without_an_address_is_known_by_name(self):
        event = an_interview("u", START, people=(Person("Ada Berg"),))
        assert "Ada Berg is one of them" in read(event, a_mail("m", SEEN, "reply", Person("Ada Berg"))).links["m"].why

    def test_a_thread_leads_on_also_backwards(self):
        jo = Person("Jo", "jo@elsewhere.example")
        first = a_mail("m1", SEEN, "reply", jo, text="We will be in touch soon about it.", subject="Hello")
        second = a_mail("m2", SEEN + timedelta(hours=1), "reply", ADA, answers=("m1",), subject="Hello")
        found = read(INTERVIEW, first, second)
        assert all(found.links[m].opportunity for m in ("m1", "m2"))
        assert "thread" in found.links["m1"].why

    def test_googles_thread_counts_as_one(self):
        one = replace(a_mail("m1", SEEN, "reply", ADA), thread="t")
        two = replace(a_mail("m2", SEEN + timedelta(hours=1), "reply", Person("Jo", "jo@elsewhere.example"), subject="Hello"), thread="t")  # fmt: skip
        assert read(INTERVIEW, one, two).links["m2"].opportunity

    def test_strangers_belong_to_nothing_and_mail_from_long_before_neither(self):
        stranger = a_mail("m", SEEN, "reply", Person("Jo", "jo@elsewhere.example"), subject="Hello")
        early = a_mail("e", START - timedelta(days=121), "reply")
        found = read(INTERVIEW, stranger, early)
        assert (found.links["m"].opportunity, found.links["e"].opportunity) == ("", "")

    def test_what_fits_two_goes_to_the_one_last_in_touch_and_says_so(self):
        nurse = an_interview("a", START, title="Interview Northwind - Staff Nurse")
        cook = an_interview("b", at("2026-03-17 10:00"), people=(BEN,), title="Interview Northwind - Line Cook")
        both = a_mail("m", at("2026-03-18 10:00"), "reply", Person("Dora Kern", "dora@northwind.example"))
        found = read(nurse, cook, both)
        by_id = {o.id: o.interviews[0].event.uid for o in found.opportunities}
        assert by_id[found.links["m"].opportunity] == "b"
        assert "also fits" in found.links["m"].why
        job = a_mail("m", at("2026-03-18 10:00"), "reply", Person("Dora Kern", "dora@northwind.example"), subject="Staff Nurse")  # fmt: skip
        found = read(nurse, cook, job)
        assert by_id[found.links["m"].opportunity] == "a"
        assert "names the job" in found.links["m"].why

    @pytest.mark.parametrize("kind", ["thank_you", "follow_up", "other"])
    def test_what_answers_a_no_is_an_answer_to_a_no(self, kind):
        no = a_mail("no", SEEN, "rejection")
        answer = a_mail("a", SEEN + timedelta(hours=1), kind, answers=("no",))
        found = read(INTERVIEW, no, answer)
        assert found.readings["a"].kind == "rejection_reply"
        assert read(INTERVIEW, no, replace(answer, references=())).readings["a"].kind == kind


def test_the_persons_name_is_learned_where_it_is_not_told():
    nameless = Account(ME.email)
    event = replace(INTERVIEW, attendees=(Attendee(ADA), Attendee(ME)))
    assert named(nameless, [event], []).name == "Sam Field"
    assert named(nameless, [], [a_mail("m", SEEN, "thank_you")]).name == "Sam Field"
    assert named(nameless, [], []).name == ""
    assert named(Account(ME.email, name="S. Field"), [event], []).name == "S. Field"
