"""The daemon with time as a value: what it runs when, what it says, and to whom. Cycles are real ones, in memory."""

from __future__ import annotations

import errno
import json
import logging
import select
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from syncd.backends.memory import MemoryMail
from syncd.cycle import Outcome
from syncd.daemon import Daemon
from syncd.errors import (
    Absurd,
    BadConfig,
    BadInput,
    Locked,
    SignInNeeded,
    StartAnew,
    Stopped,
    SyncdError,
    TryAgain,
    Unreachable,
)
from syncd.headline import Known
from syncd.interest import Interest
from syncd.model import Person
from syncd.ports import MailChanges
from syncd.settings import Rules
from syncd.ticking import run, tick_seconds
from tests.world import World, a_mail, an_interview, at, some_settings

AWAY = Unreachable("Google can't be reached; syncd tries again by itself")
SIGN_IN = SignInNeeded("Google no longer takes the sign-in; run: syncd auth")


class FlakyMail(MemoryMail):
    """A mailbox that may be out of reach."""

    def __init__(self) -> None:
        super().__init__()
        self.away = False

    def pull(self, cursor: str | None, interest: Interest) -> MailChanges:
        if self.away:
            raise Unreachable("the mailbox can't be reached")
        return super().pull(cursor, interest)


class Life:
    """``Work``, ``Clock`` and ``Supervisor`` of one daemon, whose time passes when a test says so."""

    listens = public = False

    def __init__(self, start: str = "2026-03-10 09:00") -> None:
        self.world = World(at(start), mail=FlakyMail())
        self.time, self.seconds = at(start), 1000.0
        self.poll = timedelta(minutes=5)
        self.cycles: list[datetime] = []
        self.problem: Exception | None = None
        self.blind: Exception | None = None
        self.warnings: list[str] = []
        self.token = 0
        self.zone = self.world.zone
        self.new_config: Callable[[], None] = lambda: None
        self.synced: datetime | None = None
        self.told: list[str] = []
        self.alerts: list[tuple[str, str]] = []
        self.daemon = Daemon(self, self, self, lambda *words: self.alerts.append(words), lambda: 0.5)

    # Work

    def now(self) -> datetime:
        return self.time.astimezone(self.zone)

    def cycle(self, now: datetime, warn: Callable[[str], None], progress: Callable[[str], None]) -> Outcome:
        self.cycles.append(now)
        progress("reading the mailbox")
        for line in self.warnings:
            warn(line)
        if self.problem:
            raise self.problem
        outcome = self.world.cycle(now)
        self.synced = now
        return outcome

    def known(self) -> Known:
        if self.blind:
            raise self.blind
        return Known(self.world.standing, self.synced)

    def sign_in(self) -> object:
        return self.token

    def travelled(self) -> str:
        if self.world.zone == self.zone:
            return ""
        settings = self.world.settings
        self.world.settings = replace(settings, user=replace(settings.user, zone=self.zone))
        return self.zone.key

    def reload(self) -> None:
        self.new_config()

    # Clock

    def monotonic(self) -> float:
        return self.seconds

    def pause(self, seconds: float) -> None:
        raise AssertionError(seconds)

    def checkpoint(self) -> None:
        self.alive()

    # Supervisor

    def ready(self) -> None:
        self.told.append("ready")

    def status(self, line: str) -> None:
        self.told.append(line)

    def alive(self) -> None:
        self.told.append("alive")

    def reloading(self, monotonic: float) -> None:
        self.told.append(f"reloading {monotonic:.0f}")

    def stopping(self) -> None:
        raise AssertionError

    # what happens

    def pass_time(self, minutes: float, *, asleep: bool = False, tick: int = 30) -> None:
        end = self.time + timedelta(minutes=minutes)
        if asleep:
            self.time = end
        while self.time < end:
            self.time += timedelta(seconds=tick)
            self.seconds += tick
            self.daemon.tick()
        if asleep:
            self.seconds += 1
            self.daemon.tick()

    @property
    def says(self) -> str:
        return next(line for line in reversed(self.told) if line not in {"alive", "ready"} and "reloading" not in line)

    @property
    def minutes(self) -> list[float]:
        """Between cycles."""
        return [(b - a) / timedelta(minutes=1) for a, b in pairwise(self.cycles)]


@pytest.fixture
def life(caplog):
    caplog.set_level(logging.INFO, "syncd.daemon")
    made = Life()
    yield made
    made.world.close()


def logged(caplog) -> list[str]:
    return [f"{record.levelname} {record.getMessage()}" for record in caplog.records]


def test_a_cycle_at_the_start_and_then_every_poll_quiet_while_nothing_happens(life, caplog):
    life.daemon.tick()
    life.pass_time(60)
    assert life.minutes == [5] * 12
    assert logged(caplog) == []
    assert life.told.count("alive") >= 121
    assert life.says == "synced 10:00; no reminder is open"


def test_one_line_for_a_cycle_that_wrote_with_its_operations_for_machines(life, caplog):
    life.world.calendar.put(an_interview("a", at("2026-03-10 10:00")))
    life.daemon.tick()
    life.pass_time(4 * 60)
    assert logged(caplog) == [
        "INFO wrote 1 reminder: + Ask Northwind about the next steps (today 09:45)",
        "INFO wrote 1 reminder: ✓ Ask Northwind about the next steps",
        "INFO wrote 2 reminders: + Thank Ada Berg (Northwind) (today 13:00); "  # noqa: ISC004 - one line
        "+ Follow up with Northwind (Tue 24 Mar 09:30)",
    ]
    (told,) = caplog.records[0].fields["operations"]
    assert told.keys() == {"op", "rule", "due", "title", "event_id"}
    assert (told["op"], told["title"]) == ("create", "Ask Northwind about the next steps")
    assert life.says.startswith("synced 13:00; 2 open; due: Thank Ada Berg (Northwind), today 13:00")


def test_the_log_for_machines_quotes_no_mail_and_names_nobody_beside_a_discreet_title(life, caplog):
    life.world.settings = some_settings(rules=Rules(discreet=True))
    life.world.calendar.put(an_interview("a", at("2026-03-09 10:00")))
    life.daemon.tick()
    life.world.mail.add(a_mail("r", at("2026-03-10 09:02"), "rejection"))
    life.pass_time(5)
    rows = [row for record in caplog.records for row in record.fields["operations"]]
    assert {row["op"] for row in rows} > {"create"}
    assert any("rejection" in row["rule"] for row in rows)
    told = [word for row in life.world.store.decisions() for word in (row["company"], row["why"])]
    assert any("other candidates" in word for word in told)
    log = json.dumps([rows, [record.getMessage() for record in caplog.records]])
    assert not any(word in log for word in ("candidates", "Unfortunately", "Northwind", "Ada"))


def test_a_cycle_when_the_plan_is_due_to_change_and_not_only_at_the_next_poll(life):
    life.poll = timedelta(hours=6)
    life.world.calendar.put(an_interview("a", at("2026-03-10 10:00")))
    life.daemon.tick()
    life.pass_time(59.5)
    assert len(life.cycles) == 1
    life.pass_time(61)
    assert life.cycles[1:] == [at("2026-03-10 10:00"), at("2026-03-10 11:00")]
    assert life.world.one("thank_you")


def test_waking_and_a_clock_that_was_set_run_a_cycle_at_once(life):
    life.daemon.tick()
    life.pass_time(6)
    before = len(life.cycles)
    life.pass_time(1.5, asleep=True)
    assert len(life.cycles) == before + 1
    life.time -= timedelta(hours=3)
    life.daemon.tick()
    assert len(life.cycles) == before + 2
    life.pass_time(5)
    assert len(life.cycles) == before + 3


def test_out_of_reach_it_backs_off_says_so_once_and_that_it_is_over(life, caplog):
    life.daemon.tick()
    life.problem = AWAY
    life.pass_time(5 + 5 * 60)
    assert life.minutes[:8] == [5, 1, 2, 4, 8, 16, 32, 60]
    assert logged(caplog) == [f"WARNING {AWAY}"]
    assert life.says == f"{AWAY} (since 09:05; next try 14:08); synced 09:00; no reminder is open"
    life.problem = None
    life.pass_time(70)
    assert life.minutes[-1] == 5
    assert logged(caplog)[1:] == [f"INFO over after 5 hours: {AWAY}"]
    assert life.says.startswith("synced 15:")


def test_a_blip_is_silent(life, caplog):
    life.daemon.tick()
    life.problem = AWAY
    life.pass_time(15)
    assert "next try" in life.says
    life.problem = None
    life.pass_time(15)
    assert logged(caplog) == []


def test_a_sign_in_that_was_lost_is_said_once_everywhere_and_the_new_one_found_without_waiting(life, caplog):
    life.daemon.tick()
    life.problem = SIGN_IN
    life.pass_time(24 * 60)
    assert life.minutes == [5, *[60] * 23]  # a sign-in that was refused is not asked for all the time
    assert logged(caplog) == [f"WARNING {SIGN_IN}"]
    assert life.alerts == [("syncd: sign in again", str(SIGN_IN))]
    assert life.says.startswith(f"{SIGN_IN} (since yesterday 09:05); synced yesterday 09:00")
    life.pass_time(6)
    life.problem, life.token = None, 1
    before = len(life.cycles)
    life.pass_time(0.5)
    assert len(life.cycles) == before + 1
    assert life.says == "synced 09:06; no reminder is open".replace("09:06", f"{life.now():%H:%M}")
    assert logged(caplog)[1:] == [f"INFO over after 24 hours: {SIGN_IN}"]


def test_signed_out_it_looks_at_once_when_it_wakes_and_not_for_a_plan_that_may_differ(life):
    life.world.calendar.put(an_interview("a", at("2026-03-10 09:30")))
    life.daemon.tick()
    life.problem = SIGN_IN
    life.pass_time(55)
    assert life.minutes == [5]
    life.pass_time(5, asleep=True)
    assert life.minutes[1:] == [55]


def test_a_sign_in_that_others_may_read_is_found_mended_without_waiting(life):
    life.daemon.tick()
    life.problem = BadConfig("token.json: others can read or change the sign-in; run: chmod 600 token.json")
    life.pass_time(6)
    assert life.minutes == [5]
    life.problem, life.token = None, 1
    life.pass_time(0.5)
    assert life.minutes == [5, 1.5]
    life.pass_time(10)
    assert life.minutes == [5, 1.5, 5, 5]


def test_one_alert_though_the_network_comes_and_goes_meanwhile(life):
    for problem in (SIGN_IN, AWAY, SIGN_IN, Locked("busy"), SIGN_IN):
        life.problem = problem
        life.pass_time(70)
    assert len(life.alerts) == 1
    assert "(since 09:00)" in life.says


def test_without_the_way_it_is_told_how_to_sign_in(life):
    life.problem = SignInNeeded("not granted: to read your mail")
    life.daemon.tick()
    assert life.says.startswith("not granted: to read your mail; run: syncd auth (since 09:00)")


@pytest.mark.parametrize(
    ("problem", "told"),
    [
        (OSError(errno.ENOSPC, "No space left on device", "/home/sam/x"), "/home/sam/x: No space left on device"),
        (OSError(errno.EROFS, "Read-only file system"), "Read-only file system"),
        (TryAgain("state.db: disk I/O error"), "state.db: disk I/O error"),
        (Absurd("12 of 12 reminders are suddenly gone"), "12 of 12 reminders are suddenly gone"),
    ],
)
def test_what_is_wrong_at_home_is_said_once_and_heals(life, caplog, problem, told):
    life.world.calendar.put(an_interview("a", at("2026-03-10 17:00")))
    life.problem = problem
    life.daemon.tick()
    life.pass_time(60)
    assert life.minutes == [5] * 12
    assert logged(caplog) == [f"WARNING {told}"]
    assert life.says == f"{told} (since 09:00); not synced yet"
    assert life.alerts == [("syncd: the reminders stand still", told)]
    life.problem = None
    life.pass_time(5)
    assert len(life.world.open) == 1
    assert life.says.startswith("synced 10:05")
    assert not [line for line in logged(caplog) if "over" in line]
    life.pass_time(10)
    assert f"INFO over after 65 minutes: {told}" in logged(caplog)
    assert len(life.alerts) == 1


def test_what_is_wrong_in_every_second_cycle_is_said_once(life, caplog):
    full = OSError(errno.ENOSPC, "No space left on device", "/home/sam/x")
    for _ in range(20):
        life.problem = full
        life.pass_time(5)
        assert life.says.startswith("/home/sam/x: No space left on device (since 09:00)")
        life.problem = None
        life.pass_time(5)
        assert life.says.startswith("synced ")
    assert logged(caplog) == ["WARNING /home/sam/x: No space left on device"]
    assert len(life.alerts) == 1
    life.pass_time(10)
    assert logged(caplog)[1:] == ["INFO over after 3 hours: /home/sam/x: No space left on device"]


def test_a_full_disk_that_has_room_with_the_next_look_is_no_alert(life, caplog):
    life.problem = OSError(errno.ENOSPC, "No space left on device", "/home/sam/x")
    life.daemon.tick()
    life.problem = None
    life.pass_time(60)
    assert len(caplog.records) == 2
    assert life.alerts == []


def test_another_absurdity_is_said_after_the_first_one_is_mended(life, caplog):
    life.problem = Absurd("the calendar home is gone")
    life.pass_time(21)
    life.problem = Absurd("this cycle would end 9 of 12 open reminders")
    life.pass_time(60)
    assert logged(caplog) == [
        "WARNING the calendar home is gone",
        "WARNING this cycle would end 9 of 12 open reminders",
    ]
    assert [text for _, text in life.alerts] == [
        "the calendar home is gone",
        "this cycle would end 9 of 12 open reminders",
    ]


READ_ONLY = OSError(errno.EROFS, "Read-only file system", "/home/sam/follow-ups")


class TestAFolderThatWasPutInPlaceAnew:
    def test_under_a_service_manager_it_ends_to_be_started_anew(self, life, caplog):
        life.listens = True
        life.daemon.tick()
        life.problem = READ_ONLY
        life.pass_time(8)
        assert logged(caplog) == ["WARNING /home/sam/follow-ups: Read-only file system"]
        with pytest.raises(StartAnew, match=r"^/home/sam/follow-ups: Read-only file system, which could be") as ended:
            life.pass_time(5)
        assert ended.value.exit_code == 75
        assert len(caplog.records) == 1

    def test_in_a_terminal_it_goes_on(self, life):
        life.daemon.tick()
        life.problem = READ_ONLY
        life.pass_time(60)
        assert life.minutes == [5] * 12

    def test_one_that_was_so_from_the_start_is_nothing_that_a_new_start_mends(self, life):
        life.listens = True
        life.problem = READ_ONLY
        life.daemon.tick()
        life.pass_time(60)
        life.problem = None
        life.pass_time(5)
        life.problem = READ_ONLY
        life.pass_time(60)
        assert life.minutes == [5] * 25

    def test_nor_one_that_another_config_names(self, life):
        life.listens = True
        life.daemon.tick()
        life.daemon.reload()
        life.problem = READ_ONLY
        life.pass_time(60)
        assert life.minutes == [0.5, *[5] * 11]


def test_what_everybody_can_read_are_counts_and_times(life):
    life.public = True
    life.world.calendar.put(an_interview("a", at("2026-03-10 10:00")))
    life.daemon.tick()
    assert "first cycle" in life.told
    assert life.says == "synced 09:00; 1 open; 0 due"
    life.pass_time(50)
    assert life.says == "synced 09:50; 1 open; 1 due"
    life.warnings = ["/home/sam/cal/jane.ics: is broken"]
    life.world.mail.away = True
    life.pass_time(5)
    assert life.says == "synced 09:55; 1 open; 1 due; 2 warnings in the log"
    life.problem = SignInNeeded("not granted: to read jane@home.example")
    life.pass_time(60)
    assert life.says.startswith("something is wrong since 10:")
    assert "; the log says what; synced 09:55; 1 open; 1 due; " in life.says

    def refuse() -> None:
        raise BadConfig("/home/sam/c.toml:3: [account] email: is jane's")

    life.new_config = refuse
    life.daemon.reload()
    assert not any(name in line for line in life.told for name in ("jane", "sam", "Ada", "Northwind"))


def test_a_day_s_poll_is_not_waited_for_when_the_disk_was_full(life):
    life.poll = timedelta(days=1)
    life.problem = OSError(errno.ENOSPC, "No space left on device", "/home/sam/x")
    life.daemon.tick()
    life.problem = None
    life.pass_time(61)
    assert life.minutes == [60]
    assert life.says.startswith("synced 10:00; ")


@pytest.mark.parametrize(
    "problem",
    [Absurd("/cal is gone; is it mounted?"), BadInput("/cal: there is no such folder"), FileNotFoundError(errno.ENOENT, "No such file", "/cal")],
)  # fmt: skip
def test_a_folder_that_comes_and_goes_is_silent_and_one_that_stays_away_is_not(life, caplog, problem):
    life.daemon.tick()
    for _ in range(20):
        life.problem = problem
        life.pass_time(5)
        assert "/cal" in life.says
        life.problem = None
        life.pass_time(5)
        assert life.says.startswith("synced ")
    assert logged(caplog) == []
    life.problem = problem
    life.pass_time(60)
    assert len(caplog.records) == 1
    assert logged(caplog)[0].startswith("WARNING /cal")


def test_who_starts_it_or_changes_the_config_is_told_at_once_of_a_folder_that_is_not_there(life, caplog):
    life.problem = Absurd("/cal is gone; is it mounted?")
    life.daemon.tick()
    assert logged(caplog) == ["WARNING /cal is gone; is it mounted?"]
    life.problem = None
    life.pass_time(5)
    life.problem = Absurd("/mail is gone; is it mounted?")
    life.daemon.reload()
    life.daemon.tick()
    assert logged(caplog)[-1] == "WARNING /mail is gone; is it mounted?"


def test_the_absurd_is_one_fault_though_its_numbers_change(life, caplog):
    for lost in (8, 9, 10):
        life.problem = Absurd(f"{lost} of 12 reminders are suddenly gone")
        life.pass_time(6)
    assert len(caplog.records) == 1
    assert life.says.startswith("10 of 12")


def test_a_person_s_own_sync_is_waited_for_without_a_word(life, caplog):
    life.problem = Locked("another syncd is at work (process 12); try again when it is done")
    life.daemon.tick()
    life.pass_time(1)
    assert life.minutes == [0.5, 0.5]
    assert life.says == "not synced yet"
    life.problem = None
    life.pass_time(0.5)
    assert life.says == "synced 09:01; no reminder is open"
    assert logged(caplog) == []


def test_a_source_out_of_reach_keeps_the_others_going_and_is_said_once(life, caplog):
    life.daemon.tick()
    life.world.mail.away = True
    life.pass_time(3 * 60)
    assert len(caplog.records) == 1
    assert "can't be reached; going on with what it held" in caplog.records[0].getMessage()
    assert max(life.minutes) == 15
    assert life.says.startswith("synced ")
    assert "; no reminder is open; " in life.says
    assert "can't be reached" in life.says
    life.world.calendar.put(an_interview("a", at("2026-03-11 10:00")))
    life.pass_time(16)
    assert len(life.world.open) == 1
    life.world.mail.away = False
    life.pass_time(16)
    assert logged(caplog)[-1].startswith("INFO over after 3 hours: ")


def test_what_could_never_be_read_yet_is_said_to_be_waited_for(life):
    life.world.mail.away = True
    life.daemon.tick()
    assert life.says.startswith("no reminder yet: mail ")
    assert "could not be read completely" in life.says


def test_warnings_of_a_cycle_are_said_once(life, caplog):
    life.warnings = ["line 3 of the marks can't be read"]
    life.pass_time(60)
    assert logged(caplog) == ["WARNING line 3 of the marks can't be read"]
    assert life.says.endswith("; line 3 of the marks can't be read")
    life.warnings = []
    life.pass_time(5)
    assert len(caplog.records) == 1
    assert "marks" not in life.says
    life.warnings = ["line 3 of the marks can't be read"]  # as when a broken file was touched
    life.pass_time(5)
    life.daemon.reload()
    life.pass_time(5)
    assert logged(caplog)[1:] == ["INFO took over the config"]


def test_warnings_of_a_cycle_that_fails_are_said_too(life, caplog):
    life.warnings = ["line 3 of the marks can't be read"]
    life.problem = Absurd("/cal is gone")
    life.daemon.tick()
    assert logged(caplog) == ["WARNING /cal is gone", "WARNING line 3 of the marks can't be read"]
    assert life.says.endswith("; line 3 of the marks can't be read")


def test_of_many_warnings_five_are_said_and_one_stands_in_the_status(life, caplog):
    life.warnings = [f"{number}.ics: is broken" for number in range(300)]
    life.daemon.tick()
    told = [f"WARNING {number}.ics: is broken" for number in range(5)]
    assert logged(caplog) == [*told, "WARNING and 295 more"]
    assert life.says == "synced 09:00; no reminder is open; 0.ics: is broken (and 299 more)"
    life.pass_time(60)
    life.warnings.append("300.ics: is broken")
    life.pass_time(60)
    assert logged(caplog)[6:] == ["WARNING 300.ics: is broken"]


def test_what_was_written_fits_a_line_of_the_journal(life, caplog):
    firsts = [
        "Amber",
        "Cobalt",
        "Ember",
        "Garnet",
        "Ivory",
        "Umber",
        "Ochre",
        "Azure",
        "Birch",
        "Cedar",
        "Flint",
        "Slate",
        "Coral",
        "Pearl",
    ]
    seconds = [
        "mill",
        "forge",
        "dale",
        "works",
        "ford",
        "wick",
        "gate",
        "holm",
        "beck",
        "thorpe",
        "combe",
        "bourne",
        "stead",
        "wold",
    ]
    for number, company in enumerate(first + second for first in firsts for second in seconds):
        start = at("2026-03-11 09:00") + timedelta(days=number // 8, hours=number % 8)
        life.world.calendar.put(an_interview(f"i{number}", start, company, (Person("Ada", f"ada@{company}.example"),)))
    life.daemon.tick()
    (record,) = caplog.records
    wrote = int(record.getMessage().split()[1])
    told = record.fields["operations"]
    assert 0 < len(told) < wrote
    assert record.fields["more_operations"] == wrote - len(told)
    assert len(json.dumps(record.fields, ensure_ascii=False).encode()) < 40_000


def test_while_the_store_can_not_be_looked_into_it_lives_and_says_what_it_knew(life, caplog):
    life.daemon.tick()
    life.blind = TryAgain("state.db: database is locked")
    life.pass_time(5)
    assert life.says == "synced 09:00; no reminder is open"
    life.blind = PermissionError(errno.EACCES, "Permission denied", "state.db")
    life.daemon.reload()
    life.pass_time(5)
    life.blind = None
    life.pass_time(5)
    assert life.says.startswith("synced 09:1")
    assert logged(caplog) == ["INFO took over the config"]
    life.blind = Stopped("asked to end")
    with pytest.raises(Stopped):
        life.pass_time(6)


def test_a_mistake_in_syncd_itself_is_not_swallowed(life):
    life.problem = KeyError("x")
    with pytest.raises(KeyError):
        life.daemon.tick()


def test_being_asked_to_end_is_no_fault(life, caplog):
    life.problem = Stopped("asked to end")
    with pytest.raises(Stopped):
        life.daemon.tick()
    assert logged(caplog) == []


def test_the_first_look_says_how_far_it_is(life):
    life.daemon.tick()
    assert "first cycle: reading the mailbox" in life.told
    life.pass_time(5)
    assert life.told.count("first cycle: reading the mailbox") == 1


def test_where_the_machine_travels_its_zone_counts_at_once(life, caplog):
    life.world.calendar.put(an_interview("a", at("2026-03-11 10:00")))
    life.daemon.tick()
    life.zone = ZoneInfo("America/New_York")
    life.pass_time(0.5)
    assert len(life.cycles) == 2
    assert logged(caplog)[1] == "INFO this machine is in the time zone America/New_York now"
    assert life.says == "synced 05:00; 1 open; next: Ask Northwind about the next steps, tomorrow 05:45"
    life.pass_time(5)
    assert len(life.cycles) == 3


class TestReload:
    def test_being_asked_to_end_meanwhile_is_no_bad_config(self, life, caplog):
        def stop() -> None:
            raise Stopped("asked to end")

        life.new_config = stop
        with pytest.raises(Stopped):
            life.daemon.reload()
        assert logged(caplog) == []

    def test_a_good_config_takes_effect_with_a_cycle_at_once(self, life, caplog):
        life.daemon.tick()
        life.new_config = lambda: setattr(life, "poll", timedelta(minutes=10))
        life.told.clear()
        life.daemon.reload()
        assert [word for word in life.told if word != "alive"] == ["reloading 1000", "ready"]
        assert logged(caplog) == ["INFO took over the config"]
        life.daemon.tick()
        assert len(life.cycles) == 2
        life.pass_time(21)
        assert life.minutes[1:] == [10, 10]

    @pytest.mark.parametrize(
        "problem",
        [
            BadConfig("c.toml:3: [account] email: is missing\nc.toml:7: [rules] thank: unknown"),
            Locked("syncd runs already for this account (process 12)"),
            PermissionError(errno.EACCES, "Permission denied", "/x"),
        ],
    )
    def test_a_bad_one_keeps_the_old_and_says_so_until_it_is_good(self, life, caplog, problem):
        def refuse() -> None:
            raise problem

        life.daemon.tick()
        life.new_config = refuse
        life.daemon.reload()
        (record,) = caplog.records
        assert record.levelno == logging.ERROR
        first = str(problem).splitlines()[0] if isinstance(problem, SyncdError) else "/x: Permission denied"
        assert record.getMessage().startswith(first)
        assert record.getMessage().endswith("\nthis config is not used; the one read before stays in force")
        life.pass_time(6)
        assert life.says.startswith(f"the config was not taken over: {first}")
        assert life.told.count("ready") == 1
        assert len(life.cycles) >= 3
        life.new_config = lambda: None
        life.daemon.reload()
        assert life.says.startswith("synced ")


class Hands:
    """``Waiting`` that a test plays: each wait lets a virtual life go on, until it ends."""

    def __init__(self, life: Life, waits: int, reload_at: int = -1) -> None:
        self.life, self.left, self.reload_at = life, waits, reload_at
        self.waited: list[float] = []

    @property
    def stopping(self) -> bool:
        return self.left == 0

    def reload_asked(self) -> bool:
        asked, self.reload_at = self.left == self.reload_at, -1 if self.left == self.reload_at else self.reload_at
        return asked

    def wait(self, seconds: float) -> None:
        self.left -= 1
        self.waited.append(seconds)


class UntilTheSecondTick:
    """``Waiting`` by the real clock, for a few seconds at most."""

    def __init__(self, life: Life) -> None:
        self.life, self.end = life, time.monotonic() + 5

    @property
    def stopping(self) -> bool:
        return self.life.told.count("alive") > 1 or time.monotonic() > self.end

    def reload_asked(self) -> bool:
        return False

    def wait(self, seconds: float) -> None:
        select.select([], [], [], seconds)


def test_the_loop_ticks_at_the_start_and_never_waits_longer_than_a_tick(life):
    hands = Hands(life, 3)
    run(life.daemon, hands, lambda: 30)
    assert len(life.cycles) == 1
    assert all(0 <= seconds <= 30 for seconds in hands.waited)


def test_the_loop_reloads_when_asked_and_runs_a_cycle_at_once(life):
    run(life.daemon, Hands(life, 3, reload_at=2), lambda: 30)
    assert [word for word in life.told if word.startswith(("reloading", "ready"))] == ["reloading 1000", "ready"]
    assert len(life.cycles) == 2


def test_a_tick_that_is_far_off_by_the_clock_on_the_wall_is_not_waited_for(life):
    # `schedule` goes by that clock: where it is set back by an hour, the next tick is an hour off.
    off = iter([3600])
    run(life.daemon, UntilTheSecondTick(life), lambda: next(off, 1))
    assert life.told.count("alive") == 2


@pytest.mark.parametrize(
    ("poll", "watchdog", "seconds"),
    [(300, None, 30), (300, 300.0, 30), (300, 60.0, 20), (30, None, 10), (300, 1.0, 1), (86400, None, 30)],
)
def test_how_often_it_ticks(poll, watchdog, seconds):
    assert tick_seconds(timedelta(seconds=poll), watchdog) == seconds


def test_times_in_the_status_are_those_of_today_also_at_midnight(life):
    life.poll = timedelta(days=1)
    life.world.calendar.put(an_interview("a", datetime(2026, 3, 11, 10, 0, tzinfo=UTC)))
    life.daemon.tick()
    assert life.says.endswith("tomorrow 09:45")
    life.pass_time(15 * 60)
    assert life.says == "synced 00:00; 1 open; next: Ask Northwind about the next steps, today 09:45"
    life.problem = AWAY
    life.pass_time(24 * 60)
    assert life.says.endswith(
        "synced yesterday 00:00; 1 open; due: Ask Northwind about the next steps, yesterday 09:45"
    )
