"""Robin, who has a ``systemd --user`` manager, a config of files, an interview to come, and syncd where pipx puts it."""

import json
import os
import sysconfig
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from tests.user_manager import user_manager, wait_for

SCRIPT = Path(sysconfig.get_path("scripts")) / "syncd"
CONFIG = """\
[account]
email = "robin@home.example"
timezone = "Europe/London"
[calendar]
backend = "local"
[mail]
backend = "local"
[local]
calendars = ["~/cal"]
reminders = "~/follow-ups"
mail = ["~/Mail"]
"""
INTERVIEW = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//Somebody//EN
BEGIN:VEVENT
UID:acme-1@acme.example
DTSTAMP:20260301T080000Z
SUMMARY:Interview with Acme
DTSTART;TZID=Europe/London:{day}T140000
DTEND;TZID=Europe/London:{day}T150000
ORGANIZER;CN=Jane Aster:mailto:jane@acme.example
ATTENDEE;CN=Jane Aster:mailto:jane@acme.example
ATTENDEE;CN=Robin Field:mailto:robin@home.example
END:VEVENT
END:VCALENDAR
"""
# As the unit, but for a person who doesn't wait. What is hung is known by the watchdog alone: a busy machine may take
# some seconds for a sign of life.
QUICK = "[Service]\nRestartSec=100ms\nTimeoutAbortSec=1s\n"
WATCHED = 6


class Robin:
    """Somebody with a config of files, an interview the day after tomorrow, and syncd where pipx would put it."""

    def __init__(self, manager):
        self.manager, self.home = manager, manager.home
        self.syncd = manager.seen_home / ".local/bin/syncd"
        self.config = self.home / ".config/syncd/config.toml"
        self.unit = self.home / ".config/systemd/user/syncd.service"
        self.reminders = self.home / "follow-ups"

    @staticmethod
    def furnish(home):
        for name in (".local/bin", ".config/syncd", ".ssh", "cal", "Mail/cur", "Mail/new", "Mail/tmp"):
            (home / name).mkdir(parents=True)
        (home / ".local/bin/syncd").symlink_to(SCRIPT)
        (home / ".ssh/id").write_text("a key")
        (home / ".config/syncd/config.toml").write_text(CONFIG)
        day = datetime.now(ZoneInfo("Europe/London")).date() + timedelta(days=2)
        (home / "cal/acme.ics").write_bytes(INTERVIEW.format(day=f"{day:%Y%m%d}").replace("\n", "\r\n").encode())

    def service(self, *words, code=0):
        done = self.manager.run(self.syncd, "service", *words, check=False)
        assert done.returncode == code, (words, done.returncode, done.stdout, done.stderr)
        assert "Traceback" not in done.stderr
        return done

    def doctor(self):
        """What the doctor finds."""
        return json.loads(self.manager.run(self.syncd, "doctor", "--offline", "--json", check=False).stdout)["findings"]

    def in_a_terminal(self):
        """Run a daemon that isn't the service. Gives its process."""
        self.manager.run("systemd-run", "--user", "--quiet", "--unit=terminal", self.syncd, "run")
        wait_for("the daemon in a terminal", self.titles)
        return int(self.manager.show("terminal.service")["MainPID"])

    def show(self, unit="syncd.service"):
        return self.manager.show(unit)

    def pid(self):
        """The process of the service that is up."""
        return wait_for("the service to be up", self._up)

    def _up(self):
        known = self.show()
        return int(known["MainPID"]) if known["ActiveState"] == "active" and known["SubState"] == "running" else 0

    def another_than(self, pid):
        return wait_for("another process", lambda: (now := self._up()) and now != pid and now)

    def titles(self):
        files = self.reminders.glob("*.ics")
        return sorted(line for file in files for line in file.read_text("utf-8").splitlines() if "SUMMARY" in line)

    def use_google(self, google):
        """Have calendar and mail at *google*, with a sign-in that has to be renewed at once. Gives its file."""
        token = google.write_token(self.home / "keys/token.json")
        signed_in = json.loads(token.read_text())
        token.write_text(json.dumps({key: value for key, value in signed_in.items() if key not in ("token", "expiry")}))
        self.config.write_text(
            CONFIG.partition("[calendar]")[0]
            + f'[google]\ntoken = "~/keys/token.json"\ncalendar_endpoint = "{google.calendar_endpoint}"\n'
            + f'gmail_endpoint = "{google.gmail_endpoint}"\n'
        )
        self.manager.give()
        return token

    def impatient(self, watched=0):
        """Have the unit wait for less, by a drop-in: for a sign of life so many seconds."""
        folder = self.unit.with_name("syncd.service.d")
        folder.mkdir(parents=True)
        (folder / "quick.conf").write_text(QUICK + (f"WatchdogSec={watched}s\n" if watched else ""))
        self.manager.give()


WHO = [pytest.param(0, id="root"), pytest.param(1, id="unprivileged")]
"""As CI has it, and as people have it: there, what hides files needs a user namespace."""


@contextmanager
def at_home(uid, folder):
    """Robin as the user *uid*, with a home in *folder*, until it is no longer needed. Skips what can't be had here."""
    if uid and os.geteuid():
        pytest.skip("only root can become somebody else; the other half of these tests runs as whoever you are")
    home = folder / "home"
    home.mkdir()
    Robin.furnish(home)
    with user_manager(home, uid) as manager:
        if uid and not manager.own:
            pytest.skip("no mount namespaces here, in which somebody else could have a home")
        yield Robin(manager)
