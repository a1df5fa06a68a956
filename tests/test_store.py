"""The store loses nothing half: transactions, damage, versions."""

import os
import sqlite3
import stat

import pytest

from syncd.errors import BadConfig, TryAgain
from syncd.model import Ended, Entry
from syncd.store import (
    KEPT_DECISIONS,
    Damaged,
    Store,
    check_ours,
    move_aside,
    moved_aside,
    open_store,
    schema,
    trouble_told,
)
from tests.world import a_mail, an_interview, at

NOW = at("2026-03-10 12:00")
LATER = at("2026-03-11 12:00")


@pytest.fixture
def path(tmp_path):
    return tmp_path / "deep" / "state.db"


@pytest.fixture
def store(path):
    opened = open_store(path)
    yield opened
    opened.close()


def entry(event_id="id", **more):
    return Entry(event_id, "Thank Ada", "text", NOW, LATER, **more)


def put_event(store, *events, now=NOW, first=False, href="u"):
    with store.transaction():
        store.put_events("calendar a", href, events, now, first_pull=first)


def test_it_is_the_persons_alone(store, path):
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_a_transaction_that_fails_leaves_nothing_also_of_what_was_nested_in_it(store):
    def write():
        with store.transaction():
            store.put_cursor("mail", "7")
            store.put("complete", "yes")
            store.put_entry(entry())
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        write()
    assert (store.cursor("mail"), store.get("complete"), store.entries()) == (None, "", ())


def test_a_disk_that_is_full_is_no_damage_and_what_was_there_stays(store, path):
    with store.transaction():
        store.put("known", "yes")
    (pages,) = store._sql.execute("PRAGMA page_count").fetchone()
    store._sql.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(TryAgain), trouble_told(path), store.transaction():
        store.put("much", "x" * 1_000_000)
    store._sql.execute(f"PRAGMA max_page_count = {pages + 1000}")
    with store.transaction():
        store.put("much", "x" * 1_000_000)
    assert (store.get("known"), len(store.get("much"))) == ("yes", 1_000_000)


def test_what_one_process_wrote_the_next_reads(store, path):
    with store.transaction():
        store.put_cursor("mail", "7")
        store.put_entry(entry())
        store.put_messages([a_mail("m", NOW, "reply")])
    store.close()
    other = open_store(path)
    assert (other.cursor("mail"), other.entries(), other.message_ids()) == ("7", (entry(),), {"m"})
    other.close()


def test_an_event_keeps_when_it_was_first_seen_and_comes_back_from_being_gone(store):
    event = an_interview("u", NOW)
    put_event(store, event, first=True)
    put_event(store, now=LATER)
    (gone,) = store.events()
    assert (gone.seen, gone.first_pull, gone.gone) == (NOW, True, LATER)
    assert store.hrefs("calendar a") == set()
    put_event(store, event, now=at("2026-03-12 12:00"))
    (back,) = store.events()
    assert (back.seen, back.first_pull, back.gone) == (NOW, True, None)
    assert store.hrefs("calendar a") == {"u"}


def test_an_occurrence_that_its_resource_no_longer_holds_is_gone_since_then(store):
    put_event(store, an_interview("u", NOW, recurrence_id="1"), an_interview("u", NOW, recurrence_id="2"))
    put_event(store, an_interview("u", NOW, recurrence_id="2"), now=LATER)
    put_event(store, an_interview("u", NOW, recurrence_id="2"), now=at("2026-03-12 12:00"))
    assert [(e.cause, e.gone) for e in store.events()] == [("u/1", LATER), ("u/2", None)]


def test_a_source_that_is_no_longer_configured_takes_its_events_along_and_no_others(store):
    put_event(store, an_interview("u", NOW))
    with store.transaction():
        store.put_events("calendar b", "v", [an_interview("v", NOW)], NOW, first_pull=False)
        store.put_cursor("calendar a", "1")
        store.put_cursor("calendar b", "2")
    store.forget_source("calendar a")
    assert (store.sources(), [e.uid for e in store.events()]) == ({"calendar b"}, ["v"])


def test_a_source_that_is_kept_apart_counts_for_nothing_until_it_is_brought_back(store):
    put_event(store, an_interview("u", NOW))
    with store.transaction():
        store.put_cursor("calendar a", "1")
    before = store.events()
    store.retire("calendar a", ["sam@mail.example", "s@mail.example"])
    assert (store.sources(), store.events(), store.hrefs("calendar a")) == (set(), (), set())
    ((apart, kept),) = store.retired().items()
    assert kept == ({"sam@mail.example", "s@mail.example"}, "calendar a")
    assert store.events(apart) == before
    store.clear()
    store.bring_back(apart, "calendar a")
    assert (store.events(), store.cursor("calendar a"), store.retired()) == (before, "1", {})


def test_a_message_is_stored_once_and_only_new_ones_count(store):
    with store.transaction():
        assert store.put_messages([a_mail("b", LATER, "reply"), a_mail("a", NOW, "reply")]) == 2
        assert store.put_messages([a_mail("a", NOW, "offer"), a_mail("c", NOW, "reply")]) == 1
    assert [m.id for m in store.messages()] == ["a", "c", "b"]
    assert "offer" not in store.messages()[0].text


def ended(*, by_person):
    return Ended("id", "k", "thank_you", ("u",), 0, by_person)


def test_that_syncd_removed_a_reminder_outranks_a_later_guess(store):
    with store.transaction():
        store.put_entry(entry())
        store.put_ended(ended(by_person=False))
        store.put_ended(ended(by_person=True))
    assert store.ended() == (ended(by_person=False),)
    assert store.entries() == ()


def test_a_back_end_that_knows_better_corrects_a_guess_and_what_is_back_has_not_ended(store):
    with store.transaction():
        store.put_ended(ended(by_person=True))
        store.put_ended(ended(by_person=False))
        assert store.ended() == (ended(by_person=False),)
        store.put_entry(entry())
    assert (store.ended(), store.entries(), store.reminder_ids()) == ((), (entry(),), {"id"})


def test_a_remark_keeps_the_day_it_was_first_seen(store):
    with store.transaction():
        store.put_sightings([("u", "abc", NOW)], NOW)
        store.put_sightings([("u", "abc", LATER), ("u", "def", LATER)], LATER)
    seen = store.sightings()
    assert {(k, s.seen, s.base) for k, s in seen.items()} == {(("u", "abc"), NOW, NOW), (("u", "def"), LATER, LATER)}


def test_the_log_of_decisions_is_kept_by_reminder_and_does_not_grow_for_ever(store):
    told = dict.fromkeys(("op", "rule", "company", "due", "title", "why"), "x")
    with store.transaction():
        for number in range(KEPT_DECISIONS + 3):
            store.log(NOW, {**told, "event_id": f"id{number % 2}"})
    assert len(store.decisions()) == KEPT_DECISIONS
    assert {d["event_id"] for d in store.decisions("id1")} == {"id1"}
    assert store.decisions("id2") == []


def test_a_rehearsal_sees_everything_and_leaves_nothing(store):
    store.put("complete", "yes")
    rehearsal = store.rehearsal()
    assert rehearsal.get("complete") == "yes"
    rehearsal.put("complete", "no")
    assert store.get("complete") == "yes"
    rehearsal.close()


def overwrite(path, at_byte, data):
    with path.open("r+b") as file:
        file.seek(at_byte)
        file.write(data)


def fill(path):
    store = open_store(path)
    with store.transaction():
        store.put_messages([a_mail(f"m{n}", NOW, "reply", text="word " * 100) for n in range(200)])
    store.close()


DAMAGE = {
    "no database": lambda p: p.write_bytes(b"this is no database at all, but it is long enough to be looked at" * 20),
    "cut in half": lambda p: os.truncate(p, p.stat().st_size // 2 // 4096 * 4096),
    "cut within a page": lambda p: os.truncate(p, 5000),
    "pages overwritten": lambda p: overwrite(p, 8192, b"\xff" * 20000),
    "schema overwritten": lambda p: overwrite(p, 200, b"\x00" * 3000),
}


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE.keys())
def test_a_damaged_file_is_moved_aside_and_a_new_store_made(path, damage):
    fill(path)
    damage(path)
    was = path.read_bytes()
    with pytest.raises(Damaged):
        open_store(path).messages()
    assert move_aside(path, "20260310") == path.with_name("state.db.damaged-20260310")
    assert path.with_name("state.db.damaged-20260310").read_bytes()[:5000] == was[:5000]
    store = open_store(path)
    assert store.messages() == ()
    store.put("complete", "yes")
    store.close()
    assert open_store(path).get("complete") == "yes"


def test_two_damaged_ones_are_kept_and_nothing_of_anybody_else_is_taken(path):
    path.parent.mkdir()
    others = [path.with_name(name) for name in ("state.db.damaged-mine", "other.db.damaged-20260101T000000")]
    for other in others:
        other.write_text("mine")
    for day in (3, 1, 2, 4):
        for suffix in ("", "-wal"):
            path.with_name(path.name + suffix).write_bytes(b"damaged")
        move_aside(path, f"2026030{day}T090000")
    assert [(moment.day, aside.name) for moment, aside in moved_aside(path)] == [
        (4, "state.db.damaged-20260304T090000"),
        (3, "state.db.damaged-20260303T090000"),
    ]
    kept = [f"state.db.damaged-2026030{day}T090000{suffix}" for day in (3, 4) for suffix in ("", "-wal")]
    assert sorted(one.name for one in path.parent.iterdir()) == sorted([*kept, *(other.name for other in others)])
    assert all(other.read_text() == "mine" for other in others)


def test_an_empty_file_is_a_new_store_and_a_whole_one_stays(path):
    path.parent.mkdir()
    path.write_bytes(b"")
    store = open_store(path)
    store.put("complete", "yes")
    store.close()
    assert open_store(path).get("complete") == "yes"


def test_the_database_of_another_program_is_not_ours_to_write_to(tmp_path):
    path = tmp_path / "state.db"
    other = sqlite3.connect(path)
    other.execute("CREATE TABLE recipes (name TEXT)")
    other.commit()
    other.close()
    before = path.read_bytes()
    with pytest.raises(BadConfig, match="no store of syncd"):
        check_ours(path)
    assert path.read_bytes() == before


def test_a_file_that_is_no_database_is_left_alone_and_ours_is_known(tmp_path, path):
    diary = tmp_path / "diary.txt"
    diary.write_text("Dear diary")
    with pytest.raises(BadConfig, match=r"diary\.txt is no store"):
        check_ours(diary)
    assert diary.read_text() == "Dear diary"
    fill(path)
    check_ours(path)
    overwrite(path, 0, b"\x00" * 100)
    path.with_name("state.db.lock").touch()
    check_ours(path)  # syncd was here before: it is a damaged store


def test_a_row_that_does_not_decode_and_a_missing_table_are_damage(path):
    fill(path)
    sql = sqlite3.connect(path)
    sql.execute("UPDATE messages SET message = '{\"colour\": 1}'")
    sql.commit()
    store = open_store(path)
    with pytest.raises(Damaged, match="can't be read"):
        store.messages()
    store.close()
    sql.execute("DROP TABLE sightings")
    sql.commit()
    sql.close()
    with pytest.raises(Damaged, match="lacks the table sightings"):
        open_store(path)


def test_a_store_of_a_newer_version_is_not_touched(path):
    fill(path)
    sql = sqlite3.connect(path)
    sql.execute("PRAGMA user_version = 99")
    sql.close()
    with pytest.raises(BadConfig, match="newer syncd"):
        open_store(path)


def test_an_older_store_is_brought_up_step_by_step(path, monkeypatch):
    fill(path)
    monkeypatch.setattr(schema, "VERSION", 3)
    monkeypatch.setitem(schema.MIGRATIONS, 1, "CREATE TABLE more (name TEXT);")
    monkeypatch.setitem(schema.MIGRATIONS, 2, "INSERT INTO more VALUES ('new');")
    open_store(path).close()
    store: Store = open_store(path)
    assert len(store.messages()) == 200
    store.close()
    sql = sqlite3.connect(path)
    assert sql.execute("SELECT name FROM more").fetchall() == [("new",)]
    assert sql.execute("PRAGMA user_version").fetchone() == (3,)
    sql.close()


def test_a_migration_that_fails_leaves_the_old_version(path, monkeypatch):
    fill(path)
    monkeypatch.setattr(schema, "VERSION", 2)
    monkeypatch.setitem(schema.MIGRATIONS, 1, "CREATE TABLE more (name TEXT); INSERT INTO nowhere VALUES (1);")
    with pytest.raises(Damaged):
        open_store(path)
    sql = sqlite3.connect(path)
    assert sql.execute("PRAGMA user_version").fetchone() == (1,)
    assert sql.execute("SELECT count(*) FROM sqlite_master WHERE name = 'more'").fetchone() == (0,)
    sql.close()
