"""What the doctor makes of what it saw: each check on values, or on real files and locks."""

import os
import socket
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from syncd.doctor import exit_code, machine, memory, places, service, sign_in
from syncd.doctor.finding import Level, of_error, ok, problem, warning
from syncd.doctor.google import clock_differs
from syncd.doctor.spots import free_bytes, spot
from syncd.errors import BadConfig, BadInput, SignInNeeded, Unreachable
from syncd.model import Account
from syncd.settings import Settings, User
from syncd.sign_in import scopes
from syncd.sign_in.token_file import Token
from syncd.store import Damaged, open_store
from syncd.unit import Unit

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
LONDON = ZoneInfo("Europe/London")
SETTINGS = Settings(user=User(Account("sam@mail.example"), LONDON))


def levels(findings):
    return [finding.level.value for finding in findings]


class TestTheExitCode:
    def test_what_has_to_be_mended_first_decides(self):
        found = [problem("a", "", "x", Unreachable), problem("b", "", "x"), problem("c", "", "x", SignInNeeded)]
        assert exit_code(found) == 77
        assert exit_code([*found, problem("d", "", "x", BadConfig)]) == 78
        assert exit_code([problem("b", "", "x"), problem("a", "", "x", Unreachable)]) == 69

    def test_a_warning_is_none(self):
        assert exit_code([ok("a", ""), warning("b", "", "x")]) == 0

    def test_every_other_error_is_one_to_try_again_after(self):
        assert exit_code([of_error("a", BadInput("odd; look at it"))]) == 75

    def test_an_error_says_what_to_do_behind_its_first_semicolon(self):
        found = of_error("a", SignInNeeded("not signed in yet; run: syncd auth"))
        assert (found.text, found.step) == ("not signed in yet", "run: syncd auth")
        assert of_error("a", Unreachable("nobody there")).step


class TestFiles:
    def test_a_state_folder_of_ones_own(self, tmp_path):
        tmp_path.chmod(0o700)
        assert places.state_folder(spot(tmp_path)).level is Level.OK
        assert places.state_folder(spot(tmp_path / "to come")).level is Level.OK

    def test_one_that_others_can_look_into(self, tmp_path):
        tmp_path.chmod(0o750)
        found = places.state_folder(spot(tmp_path))
        assert (found.level, found.step) == (Level.WARNING, f"chmod 700 {tmp_path}")
        assert "0750" in found.text

    def test_one_that_can_not_be(self, tmp_path):
        (tmp_path / "file").touch()
        assert places.state_folder(spot(tmp_path / "file")).exit_code == 78
        assert (
            places.state_folder(spot(tmp_path / "file" / "in it")).level is Level.OK
        )  # its nearest folder is writable
        assert places.state_folder(spot(tmp_path / "x")).step == ""

    @pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
    def test_one_that_can_not_be_written(self, tmp_path):
        tmp_path.chmod(0o500)
        try:
            assert places.state_folder(spot(tmp_path)).exit_code == 75
            assert places.state_folder(spot(tmp_path / "new")).exit_code == 78
            assert places.reminders(spot(tmp_path)).exit_code == 75
            assert places.reminders(spot(tmp_path / "new")).exit_code == 75
        finally:
            tmp_path.chmod(0o700)

    def test_a_private_file(self, tmp_path):
        file = tmp_path / "state.db"
        assert places.private("store", spot(file)).level is Level.OK
        file.touch(0o600)
        assert places.private("store", spot(file)).level is Level.OK
        file.chmod(0o644)
        assert places.private("store", spot(file)).step == f"chmod 600 {file}"
        assert places.private("store", spot(tmp_path)).level is Level.PROBLEM

    def test_sources(self, tmp_path):
        (tmp_path / "cur").mkdir()
        (tmp_path / "new").mkdir()
        (tmp_path / "box").touch()
        names = ("cur", "new")
        assert places.source("mail", spot(tmp_path, names)).level is Level.OK
        assert places.source("mail", spot(tmp_path / "box", names)).level is Level.OK
        assert places.source("calendar", spot(tmp_path / "cur")).level is Level.OK
        gone = places.source("calendar", spot(tmp_path / "gone"))
        assert (gone.level, "[local] calendars" in gone.step) == (Level.PROBLEM, True)
        wrong = places.source("mail", spot(tmp_path / "cur", names))
        assert "is no Maildir" in wrong.text and "each Maildir itself" in wrong.step

    def test_a_socket_is_no_mailbox(self, tmp_path, monkeypatch):
        monkeypatch.chdir(tmp_path)
        with socket.socket(socket.AF_UNIX) as made:
            made.bind("it")
            assert places.source("mail", spot(tmp_path / "it")).level is Level.PROBLEM

    def test_reminders(self, tmp_path):
        (tmp_path / "one.ics").touch()
        for path in (tmp_path, tmp_path / "one.ics", tmp_path / "to come"):
            assert places.reminders(spot(path)).level is Level.OK

    def test_room(self, tmp_path):
        folder = spot(tmp_path)
        assert places.room(folder, None) == []
        assert levels(places.room(folder, 1 << 40)) == ["ok"]
        assert levels(places.room(folder, 50 << 20)) == ["warning"]
        assert [f.exit_code for f in places.room(folder, 1 << 20)] == [75]
        assert free_bytes(tmp_path / "not" / "there") == pytest.approx(free_bytes(tmp_path), rel=0.2)


class TestTheStore:
    @pytest.fixture
    def state(self, tmp_path):
        path = tmp_path / "state.db"
        open_store(path).close()
        return path

    def test_none_yet(self, tmp_path):
        found = memory.recall(tmp_path / "none.db")
        assert memory.health(found).level is Level.OK
        assert levels(memory.last_cycle(found, SETTINGS, NOW)) == ["warning"]
        assert memory.sent_mail(found, SETTINGS) == []
        assert not list(tmp_path.iterdir())

    def test_one_in_use_tells_its_newest(self, state):
        store = open_store(state)
        try:
            store.put("last run", NOW.isoformat())
            found = memory.recall(state)
        finally:
            store.close()
        assert found.last_run == NOW
        assert memory.health(found).level is Level.OK

    def test_a_closed_one_is_left_as_it_was(self, state):
        before = {path.name: path.read_bytes() for path in state.parent.iterdir()}
        assert memory.recall(state).there
        assert {path.name: path.read_bytes() for path in state.parent.iterdir()} == before

    def test_a_damaged_one(self, state):
        state.write_bytes(b"SQLite format 3\0" + b"\xff" * 5000)
        found = memory.recall(state)
        assert isinstance(found.trouble, Damaged)
        told = memory.health(found)
        assert told.exit_code == 75 and "syncd sync" in told.step
        assert memory.last_cycle(found, SETTINGS, NOW) == memory.sent_mail(found, SETTINGS) == []

    def test_one_of_a_newer_syncd(self, state):
        store = open_store(state)
        store._sql.execute("PRAGMA user_version = 99")
        store.close()
        assert memory.health(memory.recall(state)).exit_code == 78

    def remembered(self, **more):
        return memory.Memory(Path("/"), there=True, **more)

    @pytest.mark.parametrize(
        ("age", "told", "level"),
        [
            (timedelta(seconds=20), "just now", "ok"),
            (timedelta(minutes=1), "1 minute ago", "ok"),
            (timedelta(minutes=119), "119 minutes ago", "ok"),
            (timedelta(hours=3), "3 hours ago", "warning"),
            (timedelta(days=12), "12 days ago", "warning"),
            (timedelta(hours=-2), "in the future", "ok"),
        ],
    )
    def test_how_long_ago_the_last_cycle_was(self, age, told, level):
        (found,) = memory.last_cycle(self.remembered(last_run=NOW - age), SETTINGS, NOW)
        assert told in found.text
        assert found.level.value == level

    def test_what_a_cycle_by_hand_would_not_mend_is_mended_otherwise(self):
        stopped = f"{NOW.isoformat()} a folder is read-only"
        old = self.remembered(last_run=NOW - timedelta(days=1), stopped=stopped)
        found = memory.last_cycle(old, SETTINGS, NOW, "syncd service install")
        assert [one.step for one in found] == ["syncd service install"] * 2

    def test_a_cycle_that_stopped_and_sources_that_were_not_read(self):
        stopped = f"{(NOW - timedelta(minutes=3)).isoformat()} the disk is full"
        found = memory.last_cycle(self.remembered(last_run=NOW, stopped=stopped, stale={"x": "x: gone"}), SETTINGS, NOW)
        assert levels(found) == ["ok", "problem", "warning"]
        assert found[1].text == "the last one stopped, 3 minutes ago: the disk is full"
        assert found[2].text == "not read: x: gone"

    def test_no_mail_of_the_persons_own_is_only_odd_where_there_are_interviews(self):
        def told(**more):
            return levels(memory.sent_mail(self.remembered(**more), SETTINGS))

        assert told(complete=True, interviews=True) == ["warning"]
        assert told(complete=True, interviews=True, sent=True) == ["ok"]
        assert told(complete=True) == told(interviews=True) == []


class TestTheSignIn:
    def judged(self, settings=SETTINGS, **more):
        kept = {"account": "sam@mail.example", "scopes": scopes.needed(settings)} | more
        return sign_in.judge(Token("refresh", "client", "secret", **kept), settings, NOW)

    def test_all_is_well(self):
        assert set(levels(self.judged())) == {"ok"}

    def test_each_permission_that_is_missing_says_what_it_costs(self):
        found = self.judged(scopes=frozenset({scopes.MAIL_READ}))
        (missing,) = [one for one in found if one.level is Level.PROBLEM]
        assert missing.exit_code == 77
        assert "no reminder can be written" in missing.text
        assert missing.step.startswith("run `syncd auth` again and tick the box")

    def test_one_that_does_not_say_what_was_granted(self):
        assert levels(self.judged(scopes=None)) == ["ok", "warning"]

    @pytest.mark.parametrize(("days", "level"), [(None, "ok"), (6, "ok"), (1, "warning"), (-1, "problem")])
    def test_its_last_day(self, days, level):
        ends = None if days is None else NOW + timedelta(days=days)
        found = self.judged(refresh_token_expires=ends)
        assert level in levels(found)
        assert exit_code(found) == (77 if level == "problem" else 0)
        assert days is None or any(f"{ends:%Y-%m-%d}" in one.text for one in found)

    def test_somebody_elses(self):
        assert self.judged(account="other@mail.example")[0].level is Level.WARNING

    def test_the_clients_file_is_only_missed_where_it_is_needed(self, tmp_path):
        path = tmp_path / "client_secret.json"
        assert sign_in.client(path, needed=False) == []
        (found,) = sign_in.client(path, needed=True)
        assert found.exit_code == 78 and "syncd auth --help" in found.step


class TestThisMachine:
    @pytest.mark.parametrize(
        ("seconds", "level", "told"),
        [
            (30, "ok", "within a minute"),
            (-59, "ok", "within a minute"),
            (300, "warning", "5 minutes ahead of"),
            (-7200, "warning", "120 minutes behind"),
        ],
    )
    def test_its_clock(self, seconds, level, told):
        (found,) = clock_differs(timedelta(seconds=seconds))
        assert found.level.value == level
        assert told in found.text
        assert clock_differs(None) == []

    def test_its_zone(self):
        user = SETTINGS.user
        assert machine.zone(user, None, NOW).level is Level.OK
        assert machine.zone(user, ZoneInfo("Europe/Jersey"), NOW).level is Level.OK
        # the same time in winter, and another in summer
        found = machine.zone(user, ZoneInfo("Atlantic/Reykjavik"), NOW)
        assert (found.level, 'timezone = "Atlantic/Reykjavik"' in found.step) == (Level.WARNING, True)

    def test_holidays(self):
        account = Account("sam@mail.example")
        assert machine.holidays(User(account, LONDON), ()).level is Level.WARNING
        assert "subdivision" in machine.holidays(User(account, LONDON, "DE"), ["BY"]).text
        assert machine.holidays(User(account, LONDON, "DE", "BY"), ["BY"]).text == "those of DE, BY"

    def test_versions_name_what_a_report_needs(self):
        assert "Python 3" in machine.versions().text and "icalendar" in machine.versions().text


class TestTheService:
    UNIT = Unit(
        installed=True,
        path=Path("/") / "units" / "syncd-work.service",
        enabled=True,
        active="active",
        status="next: thank-you to Jane at Acme",
        lingering=False,
        manager=True,
        result="success",
    )

    def told(self, **more):
        return service.service(replace(self.UNIT, **more))

    def test_as_it_should_be(self):
        assert levels(self.told()) == ["ok", "ok"]
        assert levels(self.told(lingering=True)) == ["ok", "ok"]
        assert levels(self.told(lingering=None)) == ["ok"]

    def test_what_it_says_that_it_does_is_not_told(self):
        assert not any("Jane" in one.text for one in [*self.told(), service.running(7, self.UNIT, "")])

    def test_failed(self):
        found = self.told(active="failed", result="exit-code", exit_code=78)
        assert levels(found) == ["ok", "problem", "ok"]
        assert "78" in found[1].text and "journalctl --user -u syncd-work" in found[1].step

    @pytest.mark.parametrize(
        ("status", "text", "step"),
        [
            (
                "syncd runs already for this account (process 12); waiting until it ends",
                "it waits until the syncd that runs already (process 12) ends",
                "systemctl --user stop syncd-work",
            ),
            (
                "/home/robin/state: Read-only file system; waiting until it can be used",
                "it waits until its store can be used: /home/robin/state: Read-only file system",
                "mend that",
            ),
        ],
    )
    def test_one_that_waits_to_start_is_no_problem(self, status, text, step):
        found = self.told(active="activating", status=status)
        assert levels(found) == ["ok", "warning", "ok"]
        assert found[1].text == text
        assert step in found[1].step and "syncd service install" in found[1].step

    def test_one_that_starts_for_another_reason_tells_nothing_of_what_it_says(self):
        (starts,) = [one for one in self.told(active="activating") if one.level is not Level.OK]
        assert (starts.level, starts.text) == (Level.WARNING, "it is starting")

    def test_one_that_ends_again_and_again_is_a_problem(self):
        found = self.told(active="activating", result="exit-code", exit_code=238)
        assert levels(found) == ["ok", "problem", "ok"]
        assert "238" in found[1].text and found[1].step == "journalctl --user -u syncd-work -n 20 says why"

    def test_a_folder_that_it_can_not_write_to(self):
        (found,) = service.writes((Path("/data/follow-ups"),), self.UNIT, ours=True)
        assert (found.level, found.step) == (Level.PROBLEM, "syncd service install")
        (found,) = service.writes((Path("/data/follow-ups"),), self.UNIT, ours=False)
        assert "systemctl --user restart syncd-work" in found.step and "ReadWritePaths=" in found.step

    def test_another_way_to_the_network(self):
        assert service.ways(()) == []
        (found,) = service.ways(("https_proxy",))
        assert (found.level, found.step) == (Level.WARNING, "syncd service install") and "https_proxy" in found.text

    def test_not_started_not_enabled_not_there(self):
        assert levels(self.told(active="inactive")) == ["ok", "warning", "ok"]
        assert levels(self.told(enabled=False)) == ["warning", "ok"]
        assert levels(self.told(manager=False, active="")) == ["warning"]
        assert levels(self.told(manager=False, installed=False)) == ["ok"]
        assert levels(self.told(installed=False)) == ["ok"]

    def test_a_daemon_that_runs(self):
        assert service.running(12, self.UNIT, "").text == "runs (process 12)"

    def test_none_that_runs(self):
        assert "not for the store" in service.running(None, self.UNIT, "").text
        idle = replace(self.UNIT, active="")
        assert service.running(None, idle, "").step == "syncd service install"
        assert service.running(None, replace(idle, manager=False), "* * * * * x").step.endswith("cron: * * * * * x")
