"""push: what is written is remembered, in the order in which a crash does no harm."""

from dataclasses import replace
from pathlib import Path

import pytest

from syncd.backends.memory import MemoryReminders
from syncd.push import told
from syncd.reconcile import Op
from tests.world import Crash, FileReminders, World, an_interview, at

START = at("2026-03-10 10:00")


@pytest.fixture
def world():
    world = World(at("2026-03-09 12:00"))
    world.calendar.put(an_interview("u", START))
    yield world
    world.close()


def test_each_kind_of_write_is_remembered_and_logged(world):
    (created,) = world.cycle().actions
    assert world.store.entries() == world.reminders.entries
    world.calendar.put(an_interview("u", at("2026-03-10 11:00")))
    (updated,) = world.cycle().actions
    assert world.store.entries() == world.reminders.entries
    world.calendar.remove("u")
    (cancelled,) = world.cycle().actions
    assert (world.store.entries(), world.reminders.entries) == ((), ())
    assert [e.by_person for e in world.store.ended()] == [False]
    assert [created.op, updated.op, cancelled.op] == [Op.CREATE, Op.UPDATE, Op.CANCEL]
    logged = world.store.decisions(created.entry.event_id)
    assert [d["op"] for d in logged] == ["create", "update", "cancel"]
    assert {k: v for k, v in logged[0].items() if k != "at"} == told(created)


def test_what_an_action_tells(world):
    (created,) = world.cycle().actions
    assert told(created) == {
        "op": "create",
        "rule": "ask_next_steps",
        "company": "Northwind",
        "due": "2026-03-10T09:45:00+00:00",
        "title": "Ask Northwind about the next steps",
        "event_id": created.entry.event_id,
        "why": "the interview is on Tue 10 Mar",
    }


class Forgetful(MemoryReminders):
    """A back end that can tell what is gone, but not who did it, as Google can't."""

    def pull(self, cursor, since=None):
        changes = super().pull(cursor, since)
        return replace(changes, ended=(), gone=frozenset(e.event_id for e in changes.ended))


@pytest.mark.parametrize("forgetful", [False, True], ids=["knows who", "forgets who"])
@pytest.mark.parametrize("write", range(1, 8))
@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("of_store", [False, True])
def test_a_crash_while_it_removes_is_never_taken_for_the_persons_doing(world, write, after, of_store, forgetful):
    if forgetful:
        world.reminders = Forgetful(world.now)
    world.cycle()
    world.calendar.remove("u")
    world.crash_at(write, of_store=of_store, after=after)
    try:
        world.cycle()
    except Crash:
        world.mend()
    world.mend()
    world.cycle()
    assert world.reminders.entries == ()
    assert all(not e.by_person for e in world.store.ended())
    world.calendar.put(an_interview("u", START))
    world.cycle()
    assert world.shown() == ["ask_next_steps 2026-03-10 09:45"], "what syncd ended comes back"


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("name", ["vdir", "one.ics"])
def test_in_files_the_ledger_alone_tells_after_a_crash_that_lost_the_store_too(world, name, after):
    folder = Path(world.folder.name) / "calendar"
    folder.mkdir()
    world.reminders = FileReminders(folder / name, world.zone, world.now)
    world.cycle()
    world.calendar.remove("u")
    world.crash_at(1, of_store=False, after=after)
    with pytest.raises(Crash):
        world.cycle()
    world.mend()
    world.lose_store()
    world.calendar.put(an_interview("u", START))
    world.cycle()
    assert world.shown() == ["ask_next_steps 2026-03-10 09:45"]


@pytest.mark.parametrize("offline", [False, True], ids=["told of", "missing from a full listing"])
def test_where_nobody_can_tell_who_did_it_what_syncd_did_not_remove_the_person_did(world, offline):
    world.reminders = Forgetful(world.now)
    world.cycle()
    world.reminders.dismiss(world.one("ask_next_steps").event_id)
    if offline:
        world.reminders._slots.clear()
    world.cycle(allow_mass_change=offline)
    assert [e.by_person for e in world.store.ended()] == [True]
    world.calendar.put(an_interview("u", at("2026-03-10 11:00")))
    world.cycle()
    assert world.shown() == []


def test_what_the_person_deletes_after_a_crash_stays_deleted(world):
    world.cycle()
    world.calendar.remove("u")
    world.crash_at(1, of_store=False, after=False)
    with pytest.raises(Crash):
        world.cycle()
    world.calendar.put(an_interview("u", START))
    world.cycle()
    assert world.shown() == ["ask_next_steps 2026-03-10 09:45"]
    world.reminders.dismiss(world.one("ask_next_steps").event_id)
    world.cycle()
    assert world.shown() == []
    world.lose_store()
    world.cycle()
    assert world.shown() == []


def test_a_change_under_our_hands_is_a_conflict_and_the_cycle_decides_again(world):
    world.cycle()
    entry = world.one("ask_next_steps")
    world.calendar.put(an_interview("u", at("2026-03-10 11:00")))

    class Meddled:
        """The person retitles the reminder between reading and writing, once."""

        meddled = False

        def __getattr__(self, name):
            return getattr(world.reminders, name)

        def update(self, old, new):
            if not self.meddled:
                self.meddled = True
                world.reminders.edit(entry.event_id, title="Mine")
            return world.reminders.update(old, new)

    sink = Meddled()
    outcome = run_with(world, sink)
    assert sink.meddled
    assert world.one("ask_next_steps").title == "Mine"
    assert world.shown() == ["ask_next_steps 2026-03-10 10:45"]
    assert [a.op for a in outcome.actions] == [Op.UPDATE]


def run_with(world, sink):
    from syncd.cycle import cycle
    from syncd.pull import Sources

    sources = Sources((world.calendar,), (world.mail,), sink)
    return cycle(world.store, sources, world.settings, (), world.now)
