"""The decision as a table: what is wanted x what the person did to what stands -> what is written."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from syncd.errors import Absurd
from syncd.marks import from_pairs
from syncd.model import Entry, Opportunity, ReminderState, Rule
from syncd.model import Promise as Named
from syncd.plan import End, Plan, Wanted
from syncd.plan.match import Match
from syncd.plan.rules import Due
from syncd.plan.schedule import Place
from syncd.reconcile import Action, reconcile
from syncd.standing import Standing, standing
from tests.world import at

NOW = at("2026-03-10 11:00")
DUE = at("2026-03-10 12:00")
HALF = timedelta(minutes=30)
OPPORTUNITY = Opportunity("northwind-1", "Northwind")


def wanted(state=ReminderState.OPEN, mine: Standing | None = None, *, title="Thank Ada", text="Why: it is over.", start=DUE, key="thank_you:k", **more):  # fmt: skip
    place = None
    if state is ReminderState.OPEN:
        place = more.pop("place", Place(start, start + HALF, 0))
    due = Due(Rule.THANK_YOU, more.pop("causes", ("uid",)), start, HALF, state, "the interview is over", promise=more.pop("promise", None))  # fmt: skip
    match = Match(key, standing=mine, generation=more.pop("generation", 0))
    return Wanted(due, match, OPPORTUNITY, state, title, text, place, "the interview is over")


def decide(*items: Wanted, ends=(), delete_done=False, noted=None, now=NOW, **more) -> tuple[Action, ...]:
    plan = Plan(tuple(items), tuple(ends))
    return reconcile(plan, delete_done=delete_done, noted=noted or {}, today=date(2026, 3, 10), now=now, **more)


def written(**more) -> Entry:
    (action,) = decide(wanted(**more))
    assert action.new is not None
    return action.new


def stands(entry: Entry) -> Standing:
    (found,) = standing([entry])
    return found


def done(entry: Entry) -> Entry:
    (action,) = decide(wanted(ReminderState.DONE, stands(entry)))
    assert action.new is not None
    return action.new


def ended(entry: Entry) -> Entry:
    (action,) = decide(ends=[End(stands(entry), "Northwind", "why", evidenced=True)])
    assert action.new is not None
    return action.new


DEEDS = {
    "untouched": lambda e: e,
    "moved": lambda e: replace(e, start=e.start + HALF, end=e.end + HALF),
    "retitled": lambda e: replace(e, title="Call Ada"),
    "noted": lambda e: replace(e, text=f"{e.text}\nnext: Friday"),
    "ticked": lambda e: replace(e, title=f"✓ {e.title}"),
    "retitled, ticked": lambda e: replace(e, title="x Call Ada"),
    "done": done,
    "done, noted": lambda e: (lambda d: replace(d, text=f"{d.text}\nnext: Friday"))(done(e)),
    "done, unticked": lambda e: (lambda d: replace(d, title=d.title.removeprefix("✓ ")))(done(e)),
    "done, retitled": lambda e: replace(done(e), title="✓ Called Ada"),
    "ended, noted": lambda e: ended(replace(e, text=f"{e.text}\nnext: Friday")),
}
LATER = {"start": DUE + timedelta(days=1)}
OTHER = {"title": "Thank Ada and Ben", "text": "Why: it is well over."}

# (deed, what is wanted now, on_done = delete?) -> op, title, note kept?, start
TABLE = [
    ("untouched", "the same", "mark", None),
    ("untouched", "other words", "mark", ("update", "Thank Ada and Ben", DUE)),
    ("untouched", "later", "mark", ("update", "Thank Ada", DUE + timedelta(days=1))),
    ("untouched", "done", "mark", ("done", "✓ Thank Ada", DUE)),
    ("untouched", "done", "delete", ("done", None, None)),
    ("untouched", "ended", "mark", ("cancel", None, None)),
    ("untouched", "dismissed", "mark", None),
    ("moved", "the same", "mark", None),
    ("moved", "other words", "mark", ("update", "Thank Ada and Ben", DUE + HALF)),
    ("moved", "done", "mark", ("done", "✓ Thank Ada", DUE + HALF)),
    ("moved", "done", "delete", ("done", None, None)),
    ("moved", "ended", "mark", ("cancel", None, None)),
    ("retitled", "the same", "mark", None),
    ("retitled", "other words", "mark", ("update", "Call Ada", DUE)),
    ("retitled", "later", "mark", ("update", "Call Ada", DUE + timedelta(days=1))),
    ("retitled", "done", "mark", ("done", "✓ Call Ada", DUE)),
    ("retitled", "done", "delete", ("done", "✓ Call Ada", DUE)),
    ("retitled", "ended", "mark", ("done", "✓ Call Ada", DUE)),
    ("noted", "the same", "mark", None),
    ("noted", "other words", "mark", ("update", "Thank Ada and Ben", DUE)),
    ("noted", "done", "delete", ("done", "✓ Thank Ada", DUE)),
    ("noted", "ended", "mark", ("done", "✓ Thank Ada", DUE)),
    ("ticked", "done", "mark", ("done", "✓ Thank Ada", DUE)),
    ("ticked", "done", "delete", ("done", "✓ Thank Ada", DUE)),
    ("ticked", "ended", "mark", ("done", "✓ Thank Ada", DUE)),
    ("retitled, ticked", "done", "mark", ("done", "x Call Ada", DUE)),
    ("done", "done", "mark", None),
    ("done", "done", "delete", None),
    ("done, noted", "done", "mark", None),
    ("done, retitled", "done", "mark", None),
    ("done, unticked", "the same", "mark", ("update", "Thank Ada", DUE)),
    ("done, unticked", "done", "mark", ("done", "✓ Thank Ada", DUE)),
    ("ended, noted", "the same", "mark", ("update", "Thank Ada", DUE)),
    ("ended, noted", "done", "mark", ("done", "✓ Thank Ada", DUE)),
]


@pytest.mark.parametrize(
    ("deed", "want", "on_done", "expected"), TABLE, ids=[f"{d} - {w} - {o}" for d, w, o, _ in TABLE]
)
def test_the_table(deed, want, on_done, expected):
    mine = stands(DEEDS[deed](written()))
    place = Place(mine.entry.start, mine.entry.end, 0, kept=True)
    makes = {
        "the same": lambda: decide(wanted(mine=mine, place=place)),
        "other words": lambda: decide(wanted(mine=mine, place=place, **OTHER)),
        "later": lambda: decide(wanted(mine=mine, **LATER)),
        "done": lambda: decide(wanted(ReminderState.DONE, mine), delete_done=on_done == "delete"),
        "ended": lambda: decide(ends=[End(mine, "Northwind", "they said no", evidenced=True)]),
        "dismissed": lambda: decide(wanted(ReminderState.DISMISSED)),
    }
    actions = makes[want]()
    if expected is None:
        assert actions == ()
        return
    ((action),) = actions
    op, title, start = expected
    assert (action.op, action.old, action.rule, action.company) == (op, mine.entry, Rule.THANK_YOU, "Northwind")
    if title is None:
        assert action.new is None
        return
    assert action.new is not None
    assert (action.new.title, action.new.start, action.new.end) == (title, start, start + HALF)
    assert ("next: Friday" in action.new.text) == ("noted" in deed), "what the person wrote stands, and nothing else"
    assert action.new.event_id == mine.entry.event_id
    marks = from_pairs(action.new.marks)
    assert marks is not None
    assert marks.state == ("open" if op == "update" else "done")
    assert action.new.alarm == (None if op == "done" else 0)
    assert stands(action.new).title_theirs == ("retitled" in deed)
    assert stands(action.new).text_theirs == ("noted" in deed)
    again = decide(
        wanted(ReminderState.DONE, stands(action.new))
        if op == "done"
        else wanted(
            mine=stands(action.new),
            place=replace(place, start=start, end=start + HALF),
            **(OTHER if want == "other words" else LATER if want == "later" else {}),
        )
    )
    if not (want == "ended" or "noted" in deed):
        assert again == (), "what was written is what was wanted"


def test_a_new_one_carries_all_that_is_needed_to_know_it_again():
    entry = written(causes=("uid", "uid2"), generation=3)
    mine = stands(entry)
    assert (mine.marks.cause, mine.marks.generation, mine.marks.due) == (("uid", "uid2"), 3, "2026-03-10T12:00+00:00")
    assert entry.event_id == mine.marks.event_id
    assert not mine.written_on
    assert not mine.moved


@pytest.mark.parametrize("state", [ReminderState.DONE, ReminderState.DISMISSED])
def test_what_never_stood_and_is_over_is_not_made(state):
    assert decide(wanted(state)) == ()


def test_ticking_by_the_person_is_dated_and_by_syncd_is_not():
    ticked = stands(DEEDS["ticked"](written()))
    (action,) = decide(wanted(ReminderState.DONE, ticked))
    assert stands(action.new).marks.done == date(2026, 3, 10)
    assert stands(done(written())).marks.done is None


def test_taking_the_tick_away_is_dated_and_rings_again_only_if_it_is_ahead():
    mine = stands(DEEDS["done, unticked"](written()))
    place = Place(DUE, DUE + HALF, None, kept=True)
    for now, alarm in ((NOW, 0), (DUE, None)):
        (action,) = decide(wanted(mine=mine, place=place), now=now)
        assert (action.new.alarm, stands(action.new).marks.reopened) == (alarm, now)


def test_an_ended_one_with_their_words_is_told_from_a_done_one():
    assert stands(DEEDS["ended, noted"](written())).marks.ended
    assert not stands(ended(DEEDS["ticked"](written()))).marks.ended
    (action,) = decide(wanted(mine=stands(DEEDS["ended, noted"](written()))))
    assert not stands(action.new).marks.ended


def test_one_that_is_over_after_its_tick_was_taken_away_is_not_the_persons_tick_again():
    ticked = decide(wanted(ReminderState.DONE, stands(DEEDS["ticked"](written()))))[0].new
    undone = stands(replace(ticked, title="Call Ada"))
    (action,) = decide(ends=[End(undone, "Northwind", "why", evidenced=True)])
    marks = stands(action.new).marks
    assert (marks.state, marks.ended, marks.done, marks.reopened) == ("done", True, None, NOW)


def test_a_date_noted_on_a_reminder_is_kept_on_it_whatever_becomes_of_it():
    mine = stands(DEEDS["noted"](written()))
    noted = {mine.entry.event_id: "2026-03-13 a1b2c3"}
    place = Place(DUE, DUE + HALF, 0, kept=True)
    for actions in (
        decide(wanted(mine=mine, place=place), noted=noted),
        decide(wanted(ReminderState.DONE, mine), noted=noted),
        decide(ends=[End(mine, "Northwind", "why", evidenced=True)], noted=noted),
    ):
        assert stands(actions[0].new).marks.promise == "2026-03-13 a1b2c3"
        assert stands(actions[0].new).text_theirs


@pytest.mark.parametrize(("cause", "kept"), [("uid#a1b2c3", "2026-03-20 a1b2c3"), ("mail-1", "")])
def test_a_date_noted_in_an_interview_is_kept_on_the_reminder_it_causes(cause, kept):
    assert stands(written(promise=Named(date(2026, 3, 20), NOW, cause))).marks.promise == kept


def test_the_first_cause_stays_first_while_it_is_one():
    mine = stands(written(causes=("b",)))
    (action,) = decide(wanted(mine=mine, causes=("a", "b")))
    assert stands(action.new).marks.cause == ("b", "a")
    (action,) = decide(wanted(mine=mine, causes=("a", "c")))
    assert stands(action.new).marks.cause == ("a", "c")


def test_a_moment_shown_in_another_zone_is_no_change():
    mine = stands(written())
    there = Place(DUE.astimezone(at("2026-03-10 12:00").tzinfo), (DUE + HALF), 0, kept=True)
    assert decide(wanted(mine=mine, place=there)) == ()


def ends(count, *, evidenced):
    entries = [written(key=f"thank_you:{n}", causes=(f"uid{n}",)) for n in range(count)]
    return [End(stands(e), "Northwind", "why", evidenced=evidenced) for e in entries]


def stay(count):
    mine = [stands(written(key=f"thank_you:s{n}", causes=(f"s{n}",))) for n in range(count)]
    return [
        wanted(mine=m, key=m.marks.key, causes=m.marks.cause, place=Place(DUE, DUE + HALF, 0, kept=True)) for m in mine
    ]


@pytest.mark.parametrize(
    ("gone", "evidenced", "staying", "refused"),
    [
        (7, 0, 0, False),
        (8, 0, 0, True),
        (5, 0, 4, True),
        (4, 0, 4, False),
        (0, 20, 0, False),
        (4, 4, 0, False),
        (5, 3, 0, True),
    ],
)
def test_ending_more_than_half_of_eight_without_evidence_is_refused(gone, evidenced, staying, refused):
    over = [*ends(gone, evidenced=False), *ends(evidenced, evidenced=True)]
    items = stay(staying)
    if refused:
        with pytest.raises(Absurd, match=f"end {gone} of {gone + evidenced + staying} open reminders"):
            decide(*items, ends=over)
    assert len(decide(*items, ends=over, allow_mass_change=True)) == len(over)
    if not refused:
        assert len(decide(*items, ends=over)) == len(over)


def test_an_action_tells_of_what_it_leaves_or_of_what_it_took():
    (cancel,) = decide(ends=[End(stands(written()), "Northwind", "why", evidenced=True)])
    assert cancel.entry == written()
    assert cancel.why == "why"
