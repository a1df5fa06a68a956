"""``syncd pause``: what it says, what it keeps, and that nothing rings before its end. Stories tell the rest."""

import json
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import icalendar
import pytest

from syncd import config
from syncd.app import run_cycle
from syncd.cli import main
from syncd.lock import running
from syncd.marks_file import Pause, add_pause, away, marks_path, read_away, read_marks
from syncd.plan.business import BusinessCalendar
from syncd.settings import User
from tests.world import at, some_settings

ZONE = ZoneInfo("Europe/London")


class Person:
    def __init__(self, root, capsys):
        self.root, self.capsys = root, capsys
        for part in ("cal", "kept", "Sent/cur", "Sent/new", "Sent/tmp"):
            (root / part).mkdir(parents=True)
        self.config, self.state = root / "config.toml", root / "state/state.db"
        self.config.write_text(
            '[account]\nemail = "sam@mail.example"\ntimezone = "Europe/London"\n[calendar]\nbackend = "local"\n'
            '[mail]\nbackend = "local"\n[local]\ncalendars = ["cal"]\nreminders = "kept"\nmail = ["Sent"]\n'
            f'[state]\npath = "{self.state}"\n'
        )
        self.settings = config.load(self.config, {"HOME": str(root)})

    def syncd(self, *words, now="2026-03-16T10:00"):
        self.capsys.readouterr()
        code = main([*words, "--config", str(self.config), "--now", now])
        told = self.capsys.readouterr()
        return code, told.out, told.err

    def interview(self, name, start):
        begins = datetime.fromisoformat(start).replace(tzinfo=ZONE)
        event = icalendar.Event()
        for key, value in (
            ("uid", f"{name}@sable.example"),
            ("dtstamp", begins - timedelta(days=9)),
            ("summary", f"Interview with {name.title()} Works"),
            ("dtstart", begins),
            ("dtend", begins + timedelta(hours=1)),
            ("organizer", f"mailto:kim@{name}.example"),
        ):
            event.add(key, value)
        event.add("attendee", f"mailto:kim@{name}.example")
        event.add("attendee", "mailto:sam@mail.example")
        calendar = icalendar.Calendar()
        calendar.add_component(event)
        (self.root / f"cal/{name}.ics").write_bytes(calendar.to_ical())

    def cycle(self, now):
        return run_cycle(self.settings, datetime.fromisoformat(now).replace(tzinfo=ZONE))

    def standing(self):
        """Each reminder that isn't done: when it is, its id, and whether it rings."""
        found = []
        for path in (self.root / "kept").glob("*.ics"):
            for event in icalendar.Calendar.from_ical(path.read_bytes()).walk("VEVENT"):
                if not str(event["summary"]).startswith("✓"):
                    start = event["dtstart"].dt
                    when = start.astimezone(ZONE) if isinstance(start, datetime) else start
                    found.append((str(when)[:16], str(event["x-syncd-rule"]), bool(event.walk("VALARM"))))
        return sorted(found)


@pytest.fixture
def person(tmp_path, capsys):
    return Person(tmp_path, capsys)


class TestWhatItSays:
    def test_it_tells_takes_words_and_ends(self, person):
        named = f"--config {person.config}"
        assert person.syncd("pause") == (0, "Not paused.\n", "")
        assert person.syncd("pause", "off") == (0, "Not paused.\n", "")
        code, out, _ = person.syncd("pause", "next", "Monday")
        assert (code, out.partition(",")[0]) == (0, "Paused: nothing rings before Mon 23 Mar")
        assert person.syncd("pause")[1] == f"Paused until Mon 23 Mar; `syncd pause off {named}` ends it today.\n"
        assert person.syncd("pause", now="2026-03-23T00:00")[1] == "Not paused.\n"
        code, out, _ = person.syncd("pause", "off", now="2026-03-18T10:00")
        assert (code, out.partition(".")[0]) == (0, "No longer paused (it would have been until Mon 23 Mar)")
        assert person.syncd("pause", now="2026-03-18T11:00")[1] == "Not paused.\n"
        assert read_away(marks_path(person.state)) == (
            (date(2026, 3, 16), date(2026, 3, 18)),
            (date(2026, 3, 18), date(2026, 3, 18)),
        )

    def test_beside_a_daemon_it_says_that_this_one_puts_it_into_effect(self, person):
        sync = f"syncd sync --config {person.config}"
        assert person.syncd("pause", "2026-03-23")[1].endswith(f" The next cycle ({sync}) puts it into effect.\n")
        with running(person.state):
            for words in (["off"], ["2026-03-23"]):
                told = person.syncd("pause", *words)[1]
                assert told.endswith(
                    f" The running daemon puts it into effect within 6 minutes; {sync} does at once.\n"
                )

    @pytest.mark.parametrize(("said", "day"), [("2026-04-07", "Tue 7 Apr"), ("5 April", "Sun 5 Apr")])
    def test_dates_as_people_write_them(self, person, said, day):
        assert f"before {day}," in person.syncd("pause", *said.split())[1]

    @pytest.mark.parametrize(
        ("said", "problem"),
        [
            ("2026-03-16", "2026-03-16 is not ahead; name the day on which you are back"),
            ("2026-03-01", "is not ahead"),
            ("2062-03-01", "is more than a year away"),
            ("soonish", '"soonish" is no date; write it as 2026-03-20, or: next Friday'),
        ],
    )
    def test_what_can_not_be_meant_is_refused_and_kept_nowhere(self, person, said, problem):
        code, _, err = person.syncd("pause", said)
        assert code == 2
        assert problem in err and err.count("\n") == 1
        assert not person.state.parent.exists()

    def test_status_says_so(self, person):
        person.cycle("2026-03-16T09:00")
        person.syncd("pause", "2026-03-23")
        assert person.syncd("status")[1].startswith("Paused until Mon 23 Mar: nothing rings before")
        assert json.loads(person.syncd("status", "--json")[1])["paused_until"] == "2026-03-23"
        assert json.loads(person.syncd("status", "--json", now="2026-03-23T09:00")[1])["paused_until"] is None

    def test_the_help_says_what_becomes_of_interviews(self, capsys):
        assert main(["pause", "--help"]) == 0
        assert "An interview that lies in the pause keeps its reminder" in " ".join(capsys.readouterr().out.split())


class TestWhatItKeeps:
    def test_it_stands_beside_the_marks_for_the_person_alone(self, person):
        person.syncd("pause", "2026-03-23")
        path = marks_path(person.state)
        assert path.stat().st_mode & 0o777 == 0o600
        assert read_marks(path) == ((), ())

    def test_a_syncd_that_knows_no_pauses_takes_it_for_a_mark_of_nothing(self, person):
        person.syncd("pause", "2026-03-23")
        told = json.loads(marks_path(person.state).read_text())
        assert {"id", "at", "state"} < told.keys()
        assert not {"company", "opportunity", "causes"} & told.keys()
        assert datetime.fromisoformat(told["at"]).tzinfo is not None

    @pytest.mark.parametrize("broken", ['"from": "soon"', '"from": 7', '"from": "2026-03-01"'])
    def test_a_line_that_can_not_be_read_is_named(self, tmp_path, broken):
        path = tmp_path / "marks.jsonl"
        path.write_text(f'{{"id": "x", "at": "2026-03-01T09:00+00:00", "state": "pause", {broken}}}\n')
        add_pause(path, Pause(date(2026, 3, 2), date(2026, 3, 4)), at("2026-03-02 09:00"))
        assert read_marks(path) == ((), (f"{path}:1: not a mark; skipped",))
        assert read_away(path) == ((date(2026, 3, 2), date(2026, 3, 4)),)

    def test_a_later_word_replaces_the_days_from_its_own_on(self):
        first = Pause(date(2026, 3, 2), date(2026, 3, 20))
        assert away([first]) == ((first.first, first.until),)
        longer = away([first, Pause(date(2026, 3, 10), date(2026, 3, 30))])
        user = User(some_settings().user.account, ZONE, away=longer)
        assert BusinessCalendar(user).away_until(date(2026, 3, 2)) == date(2026, 3, 30)
        shorter = away([first, Pause(date(2026, 3, 3), date(2026, 3, 4))])
        assert shorter == ((date(2026, 3, 2), date(2026, 3, 3)), (date(2026, 3, 3), date(2026, 3, 4)))
        assert away([first, Pause(date(2026, 3, 2), date(2026, 3, 2))]) == ((first.first, first.first),)

    def test_the_store_may_be_lost_meanwhile(self, person):
        person.interview("sable", "2026-03-02 10:00")
        person.cycle("2026-03-16T09:00")
        person.syncd("pause", "2026-03-23")
        person.cycle("2026-03-16T10:00")
        before = person.standing()
        for left in person.state.parent.glob("state.db*"):
            left.unlink()
        person.cycle("2026-03-16T10:05")
        assert person.standing() == before


class TestNothingRings:
    def test_before_its_end_but_for_an_interview(self, person):
        person.interview("sable", "2026-03-02 10:00")
        person.interview("umber", "2026-03-05 10:00")
        person.cycle("2026-03-05T12:00")
        person.cycle("2026-03-16T09:00")
        assert {when[:10] for when, _, _ in person.standing()} >= {"2026-03-16", "2026-03-19"}
        person.interview("ochre", "2026-03-18 10:00")
        person.syncd("pause", "2026-03-30")
        outcome = person.cycle("2026-03-16T10:05")
        assert {told["op"] for told in outcome.operations()} <= {"create", "update", "cancel"}
        day = datetime(2026, 3, 16, 10, 10, tzinfo=ZONE)
        while day.date() < date(2026, 3, 30):
            person.cycle(f"{day:%Y-%m-%dT%H:%M}")
            for when, rule, rings in person.standing():
                if rings and f"{day:%Y-%m-%d %H:%M}" <= when < "2026-03-30":
                    assert rule in {"ask_next_steps", "thank_you"} and when.startswith("2026-03-18")
            day += timedelta(hours=12)
        assert any(when.startswith("2026-03-30") and rings for when, _, rings in person.standing())

    def test_what_was_rolled_to_this_afternoon_rings_when_the_person_is_back(self, person):
        person.interview("sable", "2026-03-02 10:00")
        person.cycle("2026-03-02T12:00")
        person.cycle("2026-03-13T09:00")
        person.cycle("2026-03-17T09:10")  # nothing ran for days: it is late, and rolled
        (late,) = [one for one in person.standing() if one[1] == "follow_up"]
        assert late[0] == "2026-03-17 09:30" and late[2]
        person.syncd("pause", "2026-03-24", now="2026-03-17T09:15")
        person.cycle("2026-03-17T09:16")
        (moved,) = [one for one in person.standing() if one[1] == "follow_up"]
        assert moved[0].startswith("2026-03-24") and moved[2]
        assert not person.cycle("2026-03-17T09:17").actions
        person.syncd("pause", "off", now="2026-03-17T09:20")
        person.cycle("2026-03-17T09:21")
        (back,) = [one for one in person.standing() if one[1] == "follow_up"]
        assert back[0].startswith("2026-03-17") and back[2]

    def test_it_moves_them_in_place(self, person):
        person.interview("sable", "2026-03-02 10:00")
        person.cycle("2026-03-16T09:00")
        files = {path.name for path in (person.root / "kept").glob("*.ics")}
        person.syncd("pause", "2026-03-23")
        person.cycle("2026-03-16T10:05")
        person.syncd("pause", "off")
        person.cycle("2026-03-16T10:10")
        assert {path.name for path in (person.root / "kept").glob("*.ics")} == files

    def test_a_cycle_within_it_is_idle(self, person):
        person.interview("sable", "2026-03-02 10:00")
        person.syncd("pause", "2026-03-23")
        person.cycle("2026-03-16T10:05")
        assert person.cycle("2026-03-16T10:10").idle
