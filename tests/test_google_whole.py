"""Whole cycles with Google, over real HTTP: what they cost, what goes wrong on the way, and what must never happen."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from syncd import config
from syncd.app import Manner, opened, run_cycle
from syncd.cycle import Outcome
from syncd.errors import Absurd, SignInNeeded, SyncdError, Unreachable
from syncd.marks import from_pairs
from syncd.sign_in.token_file import read_token
from tests.fake_google.server import FakeGoogle, Fault
from tests.virtual_clock import VirtualClock

ZONE = ZoneInfo("Europe/London")
ME = "sam@mail.example"
OWN = "new:Follow-ups"


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


class Search:
    """A job search of one person, with Google."""

    def __init__(self, google: FakeGoogle, root: Path, write: str = "primary", **tables: dict[str, str]) -> None:
        self.google, self.root = google, root
        self.token = google.write_token(root / "private" / "token.json")
        told: dict[str, dict[str, str]] = {
            "account": {"email": ME, "timezone": "Europe/London"},
            "calendar": {"backend": "google", "write": write},
            "mail": {"backend": "google"},
            "google": {
                "token": str(self.token),
                "calendar_endpoint": google.calendar_endpoint,
                "gmail_endpoint": google.gmail_endpoint,
            },
            "state": {"path": str(root / "state.db")},
        }
        for table, values in tables.items():
            told[table] |= values
        lines = [
            f"[{table}]\n" + "".join(f"{k} = {json.dumps(v)}\n" for k, v in v.items()) for table, v in told.items()
        ]
        self.config = root / "config.toml"
        self.config.write_text("\n".join(lines))
        self.settings = config.load(self.config, {"HOME": str(root)})
        self.clock = VirtualClock()

    def cycle(self, when: str, **how: bool) -> Outcome:
        self.google.now = at(when)
        return run_cycle(self.settings, at(when), Manner(clock=self.clock, **how))

    def interview(
        self, name: str = "ia", when: str = "2026-03-03 10:00", company: str = "Tansy Mill", **more: Any
    ) -> dict:
        start = at(when)
        host = f"{company.split(maxsplit=1)[0].lower()}.example"
        return self.google.calendars.put(
            "primary",
            {
                "id": name,
                "iCalUID": f"{name}@{host}",
                "summary": f"Interview with {company}",
                "start": {"dateTime": start.isoformat(), "timeZone": "Europe/London"},
                "end": {"dateTime": (start + timedelta(hours=1)).isoformat(), "timeZone": "Europe/London"},
                "organizer": {"email": f"ola@{host}", "displayName": "Ola Rye"},
                "attendees": [
                    {"email": f"ola@{host}", "displayName": "Ola Rye", "responseStatus": "accepted"},
                    {"email": ME, "responseStatus": "accepted"},
                ],
                **more,
            },
        )

    def mail(self, name: str, text: str, when: str, *, to: str = "", sender: str = "") -> None:
        raw = (
            f"From: {sender or ME}\r\nTo: {to or ME}\r\nSubject: Our interview\r\nMessage-ID: <{name}@mail.example>\r\n"
            f"Date: {at(when):%a, %d %b %Y %H:%M:%S %z}\r\n\r\n{text}\r\n"
        )
        self.google.mailbox.deliver(raw.encode(), labels=("INBOX",) if sender else ("SENT",), at=at(when))

    def reminders(self, calendar: str = "primary") -> dict[str, dict[str, Any]]:
        return {
            event["id"]: event
            for event in self.google.calendars.events(calendar)
            if "syncdKey" in event.get("extendedProperties", {}).get("private", {})
        }

    def rules(self) -> list[str]:
        found = [from_pairs(e["extendedProperties"]["private"].items()) for e in self.reminders().values()]
        return sorted(marks.rule.value for marks in found if marks)

    def lose_the_store(self) -> None:
        for path in self.root.glob("state.db*"):
            path.unlink()


@pytest.fixture
def google() -> Iterator[FakeGoogle]:
    with FakeGoogle(ME, now=at("2026-03-02 09:00"), time_zone="Europe/London") as server:
        yield server


@pytest.fixture
def search(google: FakeGoogle, tmp_path: Path) -> Search:
    return Search(google, tmp_path)


def traffic(outcome: Outcome) -> tuple[int, int, int]:
    return outcome.traffic.calendar, outcome.traffic.mail, outcome.traffic.gmail_units


class TestWhatItCosts:
    def test_an_idle_cycle_is_two_requests(self, search, google):
        search.interview()
        search.cycle("2026-03-02 09:00")
        google.log.clear()
        outcome = search.cycle("2026-03-02 09:05")
        assert outcome.idle
        assert traffic(outcome) == (1, 1, 2)
        assert [e.request.path.rpartition("/")[2] for e in google.log] == ["events", "history"]

    def test_so_it_is_after_a_cycle_that_wrote(self, search):
        search.interview()
        assert search.cycle("2026-03-02 09:00").actions
        assert search.cycle("2026-03-03 12:00").actions
        for minute in (5, 10, 15):
            assert traffic(search.cycle(f"2026-03-03 12:{minute:02}")) == (1, 1, 2)

    def test_three_where_the_reminders_have_a_calendar_of_their_own(self, google, tmp_path):
        search = Search(google, tmp_path, OWN)
        search.interview()
        search.cycle("2026-03-02 09:00")
        outcome = search.cycle("2026-03-02 09:05")
        assert outcome.idle
        assert traffic(outcome) == (2, 1, 2)

    def test_nothing_is_sent_to_anybody(self, search, google):
        search.interview()
        search.cycle("2026-03-02 09:00")
        search.cycle("2026-03-03 12:00")
        search.mail("t", "Dear Ola, thank you for the interview today.", "2026-03-03 13:00", to="ola@tansy.example")
        search.cycle("2026-03-03 13:05")
        search.google.calendars.cancel("primary", "ia")
        search.cycle("2026-03-03 14:00")
        writes = [
            e.request
            for e in google.log
            if e.request.method in {"POST", "PATCH", "PUT", "DELETE"} and "/calendar/" in e.request.path
        ]
        assert {w.method for w in writes} >= {"POST", "PATCH"}
        for write in writes:
            assert write.query["sendUpdates"] == ["none"]
            assert b"attendees" not in write.body
            if write.method != "POST":
                assert write.headers["if-match"]
        for event in search.reminders().values():
            assert (event["visibility"], event["transparency"]) == ("private", "transparent")
            assert "attendees" not in event
            assert event["reminders"]["useDefault"] is False

    def test_their_mail_is_one_tap_away(self, search):
        search.interview()
        search.mail("i", "Dear Sam, please come on Tuesday.", "2026-03-02 08:00", sender="Ola Rye <ola@tansy.example>")
        search.cycle("2026-03-03 12:00")
        (thanks,) = [
            e for e in search.reminders().values() if e["extendedProperties"]["private"]["syncdRule"] == "thank_you"
        ]
        assert thanks["source"]["url"].startswith(f"https://mail.google.com/mail/u/{ME}/#all/")
        assert thanks["source"]["url"] in thanks["description"]

    def test_the_command_tells_what_it_asked(self, search, capsys):
        from syncd.cli import main

        search.interview()
        assert main(["sync", "--now", "2026-03-02T09:00", "--json", "--config", str(search.config)]) == 0
        told = json.loads(capsys.readouterr().out)
        assert told["requests"]["calendar"] >= 2
        assert told["requests"]["gmail_units"] == search.google.mailbox.units
        assert [o["op"] for o in told["operations"]] == ["create"]

    def test_debug_tells_each_request_and_nothing_that_is_private(self, search, google, capsys):
        from syncd.cli import main

        search.interview()
        search.mail("i", "Dear Sam, please come on Tuesday.", "2026-03-02 08:00", sender="Ola Rye <ola@tansy.example>")
        token = read_token(search.token)
        assert main(["--debug", "sync", "--now", "2026-03-02T09:00", "--config", str(search.config)]) == 0
        told = capsys.readouterr().err
        assert "syncd: asked: calendar 3, mail " in told
        assert told.count("calendar.events.list") == 2
        for secret in (
            token.access_token,
            token.refresh_token,
            token.client_secret,
            "please come",
            "tansy",
            "Our interview",
        ):
            assert secret not in told
        assert main(["sync", "--now", "2026-03-02T09:05", "--config", str(search.config)]) == 0
        assert capsys.readouterr().err == ""


FAULTS = {
    "429": lambda: Fault.rate_limited(429),
    "429 with Retry-After": lambda: Fault.rate_limited(429, retry_after="7"),
    "403 rateLimitExceeded": Fault.rate_limited,
    "403 userRateLimitExceeded": lambda: Fault.rate_limited(403, "userRateLimitExceeded"),
    "per minute quota": Fault.per_minute_quota,
    "500": Fault.backend_error,
    "502 with a page": Fault.bad_gateway,
    "503 without a word": Fault.unavailable,
    "a hotel's page": Fault.no_json,
    "dropped": Fault.dropped,
    "answer lost": Fault.reply_lost,
    "answer cut": Fault.truncated,
}


class TestFaults:
    @pytest.mark.parametrize("times", [1, 2])
    @pytest.mark.parametrize("fault", FAULTS)
    def test_each_request_of_a_cycle_may_meet_one(self, google, tmp_path, fault, times):
        """Whatever request it strikes, the cycle ends well, with each reminder once."""
        struck = 0
        for nth in range(12):
            root = tmp_path / str(nth)
            root.mkdir()
            with FakeGoogle(ME, now=at("2026-03-02 09:00"), time_zone="Europe/London") as server:
                search = Search(server, root)
                search.interview()
                search.interview("ib", "2026-03-05 14:00", "Loom & Sons")
                search.mail(
                    "i", "Dear Sam, please come on Tuesday.", "2026-03-02 08:00", sender="Ola Rye <ola@tansy.example>"
                )
                server.fail(FAULTS[fault](), times=times, after=nth)
                search.cycle("2026-03-03 12:00")
                struck += not server.faults.left
                assert search.rules() == ["ask_next_steps", "follow_up", "thank_you"]
                assert search.cycle("2026-03-03 12:05").idle
        assert struck >= 5

    def test_retry_after_is_waited_for(self, search, google):
        google.fail(Fault.rate_limited(429, retry_after="7"))
        search.cycle("2026-03-02 09:00")
        assert [pause for pause in search.clock.pauses if pause >= 7]

    @pytest.mark.parametrize(
        "fault", [Fault.backend_error, Fault.rate_limited, Fault.dropped, lambda: Fault.unavailable("3600")]
    )
    def test_what_lasts_ends_the_cycle_within_its_budget_and_the_next_one_goes_on(self, search, google, fault):
        search.interview()
        google.fail(fault(), times=1000)
        with pytest.raises(Unreachable) as ended:
            search.cycle("2026-03-02 09:00")
        assert "\n" not in str(ended.value)
        assert sum(search.clock.pauses) <= 60
        google.faults.clear()
        search.cycle("2026-03-02 09:05")
        assert search.rules() == ["ask_next_steps"]

    def test_other_refusals_are_not_tried_again(self, search, google):
        google.fail(Fault.refused(400, "badRequest", "Bad Request"), times=1000)
        with pytest.raises(Unreachable):
            search.cycle("2026-03-02 09:00")
        assert search.clock.pauses == []

    def test_an_interface_that_is_not_enabled_says_where_to_enable_it(self, search, google):
        google.fail(Fault.not_enabled(), times=1000)
        with pytest.raises(SyncdError, match=r"console\.developers\.google\.com"):
            search.cycle("2026-03-02 09:00")

    def test_mail_out_of_reach_leaves_the_rest(self, search, google):
        search.interview()
        search.cycle("2026-03-02 09:00")
        google.fail(Fault.backend_error(), times=1000, where=lambda r: "/gmail/" in r.path or "/batch" in r.path)
        outcome = search.cycle("2026-03-03 12:00")
        assert search.rules() == ["ask_next_steps", "follow_up", "thank_you"]
        assert [e for e in outcome.errors if "Gmail" in e and "2026-03-02 09:00" in e]

    def test_no_reminder_on_half_the_facts(self, search, google):
        search.interview()
        google.fail(Fault.backend_error(), times=1000, where=lambda r: "/gmail/" in r.path or "/batch" in r.path)
        outcome = search.cycle("2026-03-02 09:00")
        assert outcome.incomplete == ("mail Gmail",)
        assert search.reminders() == {}
        google.faults.clear()
        search.cycle("2026-03-02 09:05")
        assert search.rules() == ["ask_next_steps"]


class TestSignIn:
    def test_an_expired_access_token_is_renewed_on_the_way_and_kept(self, search, google):
        search.interview()
        search.cycle("2026-03-02 09:00")
        before = read_token(search.token).access_token
        google.oauth.expire_access()
        assert search.cycle("2026-03-02 09:05").idle
        after = read_token(search.token).access_token
        assert after != before
        assert search.token.stat().st_mode & 0o777 == 0o600
        assert search.cycle("2026-03-02 09:10").idle
        assert read_token(search.token).access_token == after

    def test_it_may_expire_between_any_two_requests(self, tmp_path):
        for nth in range(10):
            root = tmp_path / str(nth)
            root.mkdir()
            with FakeGoogle(ME, now=at("2026-03-02 09:00"), time_zone="Europe/London") as server:
                search = Search(server, root)
                search.interview()
                search.mail("i", "Dear Sam, please come.", "2026-03-02 08:00", sender="Ola Rye <ola@tansy.example>")
                seen = 0

                def expires(request: Any, server: FakeGoogle = server, nth: int = nth) -> bool:
                    nonlocal seen
                    if request.path.startswith(("/calendar/", "/gmail/", "/batch")):
                        seen += 1
                        if seen == nth + 1:
                            server.oauth.expire_access()
                    return False

                server.fail(Fault.dropped(), where=expires)
                search.cycle("2026-03-03 12:00")
                assert search.rules() == ["follow_up", "thank_you"]

    def test_a_sign_in_that_ended_says_what_to_do_and_loses_nothing(self, search, google):
        search.interview()
        search.cycle("2026-03-02 09:00")
        google.oauth.revoke_all()
        google.oauth.expire_access()
        before = search.reminders()
        with pytest.raises(SignInNeeded, match="syncd auth") as ended:
            search.cycle("2026-03-03 12:00")
        assert "\n" not in str(ended.value)
        assert search.reminders() == before
        with opened(search.settings, pytest.fail) as app:
            assert "syncd auth" in app.store.get("stopped")
        google.write_token(search.token)
        search.cycle("2026-03-03 12:10")
        assert search.rules() == ["ask_next_steps", "follow_up", "thank_you"]

    def test_without_a_sign_in(self, search):
        search.token.unlink()
        with pytest.raises(SignInNeeded, match="syncd auth"):
            search.cycle("2026-03-02 09:00")

    def test_a_permission_that_was_not_given_is_named(self, search, google):
        google.write_token(search.token, {"https://www.googleapis.com/auth/calendar.events.owned"})
        search.interview()
        with pytest.raises(SignInNeeded, match=r"read your mail.*syncd auth"):
            search.cycle("2026-03-02 09:00")

    def test_two_days_before_it_ends_the_calendar_says_so(self, search, google):
        token = json.loads(search.token.read_text())
        search.token.write_text(json.dumps({**token, "refresh_token_expires": "2026-03-09T08:00:00Z"}))
        search.cycle("2026-03-02 09:00")
        (entry,) = search.reminders().values()
        assert "sign in" in entry["summary"]
        assert datetime.fromisoformat(entry["start"]["dateTime"]) == at("2026-03-06 09:30") + timedelta(days=1)
        assert search.cycle("2026-03-02 09:05").idle
        search.token.write_text(json.dumps(token))
        search.cycle("2026-03-06 12:00")
        assert search.reminders() == {}


class TestWhatIsTheirs:
    @pytest.mark.parametrize("details", [True, False], ids=["tombstones tell", "tombstones are bare"])
    @pytest.mark.parametrize("write", ["primary", OWN])
    def test_a_lost_store_costs_no_double_and_revives_nothing(self, google, tmp_path, details, write):
        google.calendars.details_of_deleted = details
        search = Search(google, tmp_path, write)
        for number in range(4):
            search.interview(
                f"i{number}", "2026-03-03 10:00", ["Tansy Mill", "Loom & Sons", "Fen Farm", "Oak House"][number]
            )
        search.cycle("2026-03-03 12:00")
        calendar = (
            "primary" if write == "primary" else next(c for c in google.calendars.ids if c not in {"primary", ME})
        )
        mine = search.reminders(calendar)
        assert len(mine) == 8
        for event_id in list(mine)[:5]:
            google.calendars.cancel(calendar, event_id)
        search.lose_the_store()
        assert search.cycle("2026-03-03 12:05").errors == ()
        assert sorted(search.reminders(calendar)) == sorted(list(mine)[5:])
        assert search.cycle("2026-03-03 12:10").idle

    def test_what_syncd_removed_comes_back_and_what_the_person_deleted_does_not(self, search, google):
        search.interview()
        search.cycle("2026-03-03 12:00")
        (follow_up,) = [
            i for i, e in search.reminders().items() if "follow_up" in e["extendedProperties"]["private"]["syncdRule"]
        ]
        google.calendars.cancel("primary", follow_up)
        description = {"description": "#ignore"}
        google.calendars.patch("primary", "ia", description)
        search.cycle("2026-03-03 12:05")
        assert search.rules() == []
        google.calendars.patch("primary", "ia", {"description": ""})
        search.lose_the_store()
        search.cycle("2026-03-03 12:10")
        assert search.rules() == ["thank_you"]

    def test_expired_tokens_lose_nothing_and_see_what_is_gone(self, search, google):
        search.interview()
        search.interview("ib", "2026-03-05 14:00", "Loom & Sons")
        search.cycle("2026-03-03 12:00")
        google.calendars.cancel("primary", "ib")
        google.calendars.forget("primary", "ib")
        google.calendars.expire_tokens("primary")
        google.mailbox.expire_history()
        outcome = search.cycle("2026-03-03 12:05")
        assert [a.op.value for a in outcome.actions] == ["cancel"]
        assert search.rules() == ["follow_up", "thank_you"]
        assert traffic(search.cycle("2026-03-03 12:10")) == (1, 1, 2)

    def test_a_calendar_that_is_suddenly_empty_is_an_accident(self, search, google):
        for number in range(8):
            search.interview(f"i{number}", f"2026-03-{number + 9:02} 10:00", f"Company{'abcdefgh'[number]} Works")
        search.cycle("2026-03-02 12:00")
        for number in range(8):
            google.calendars.cancel("primary", f"i{number}")
        before = search.reminders()
        with pytest.raises(Absurd, match="allow-mass-change"):
            search.cycle("2026-03-02 12:05")
        assert search.reminders() == before
        search.cycle("2026-03-02 12:06", allow_mass_change=True)
        assert search.reminders() == {}

    def test_the_own_calendar_is_made_once_and_never_by_a_rehearsal(self, google, tmp_path):
        from syncd.app import rehearse_cycle

        search = Search(google, tmp_path, OWN)
        search.interview()
        known = set(google.calendars.ids)
        outcome = rehearse_cycle(search.settings, at("2026-03-02 09:00"), Manner(clock=search.clock))
        assert [a.op.value for a in outcome.actions] == ["create"]
        assert set(google.calendars.ids) == known
        search.cycle("2026-03-02 09:00")
        search.lose_the_store()
        search.cycle("2026-03-03 12:00")
        assert len(set(google.calendars.ids) - known) == 1
        assert search.reminders() == {}

    def test_purge_removes_ours_and_nothing_else(self, search, google, capsys):
        from syncd.cli import main

        search.interview()
        search.cycle("2026-03-03 12:00")
        before = [e for e in google.calendars.events("primary") if e["id"] == "ia"]
        assert main(["purge", "--now", "2026-03-03T12:05", "--config", str(search.config)]) == 0
        assert google.calendars.events("primary") == before
        assert "2 removed from primary" in capsys.readouterr().out


class TestKilled:
    """A real process that dies at any request: the next one completes what it began."""

    def run(self, search: Search, when: str) -> subprocess.CompletedProcess[str]:
        argv = [
            sys.executable,
            "-m",
            "syncd",
            "sync",
            "--now",
            at(when).isoformat(),
            "--json",
            "--config",
            str(search.config),
        ]
        return subprocess.run(
            argv, capture_output=True, text=True, timeout=60, env={**os.environ, "HOME": str(search.root)}, check=False
        )

    @pytest.mark.parametrize("write", ["primary", OWN])
    @pytest.mark.parametrize("after", [False, True], ids=["before it takes effect", "after"])
    def test_at_any_write(self, google, tmp_path, write, after):
        search = Search(google, tmp_path, write)
        search.interview()
        search.interview("ib", "2026-03-03 14:00", "Loom & Sons")
        killed = 0
        kill: Callable[[], None] = lambda: None  # noqa: E731 - set below, for each process

        def strikes(request: Any) -> bool:
            nonlocal killed
            if request.method == "GET" or "/calendar/" not in request.path:
                return False
            killed += 1
            kill()
            return True

        google.now = at("2026-03-03 16:30")
        argv = [sys.executable, "-m", "syncd", "sync", "--now", google.now.isoformat(), "--config", str(search.config)]
        for _ in range(5):
            with subprocess.Popen(
                argv, env={**os.environ, "HOME": str(search.root)}, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL
            ) as process:
                kill = lambda process=process: process.send_signal(signal.SIGKILL)  # noqa: E731 - this process
                google.fail(Fault.reply_lost() if after else Fault.dropped(), where=strikes)
                process.wait(60)
            google.faults.clear()
        assert killed >= 4
        outcome = self.run(search, "2026-03-03 16:35")
        assert outcome.returncode == 0, outcome.stderr
        calendars = google.calendars.ids
        keys = [e["extendedProperties"]["private"]["syncdKey"] for c in calendars for e in search.reminders(c).values()]
        assert len(keys) == len(set(keys)) == 4
        again = self.run(search, "2026-03-03 16:40")
        assert json.loads(again.stdout)["operations"] == []

    def test_without_a_network_one_line_says_so_soon(self, tmp_path):
        with FakeGoogle(ME) as google:
            search = Search(google, tmp_path)
        done = self.run(search, "2026-03-02 09:00")
        assert done.returncode == 69
        assert done.stderr.count("\n") == 1
        assert "Traceback" not in done.stderr

    def test_a_config_in_plain_http_elsewhere_is_refused(self, google, tmp_path):
        search = Search(google, tmp_path)
        search.config.write_text(
            search.config.read_text().replace(google.calendar_endpoint, "http://gateway.example/calendar/v3/")
        )
        assert self.run(search, "2026-03-02 09:00").returncode == 78
