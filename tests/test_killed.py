"""A real `syncd sync` is killed with SIGKILL anywhere: nothing breaks, and the next cycle ends as one left alone."""

import json
import os
import random
import re
import shutil
import subprocess
import sys
import time
from contextlib import suppress
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime
from zoneinfo import ZoneInfo

import icalendar
import pytest

from syncd.cli import main

LONDON = ZoneInfo("Europe/London")
FIRST = datetime(2026, 3, 11, 12, 0, tzinfo=LONDON)
LATER = datetime(2026, 3, 12, 18, 0, tzinfo=LONDON)
NAMES = ("Amber Mills", "Beacon Foods", "Cobalt Tiles", "Delta Looms", "Ember Glass")
NAMES += ("Fjord Boats", "Garnet Press", "Heron Labs", "Ivory Pianos", "Juniper Gin")
STARTS = (-47, -26, -25, -2, 3, 4, 27, 29, 50, 75)
"""Hours from the first cycle to each interview."""

FOREIGN = b"""BEGIN:VCALENDAR\r
VERSION:2.0\r
PRODID:-//Somebody//EN\r
X-WR-CALNAME:Mine\r
BEGIN:VEVENT\r
UID:swim@home.example\r
DTSTAMP:20260301T080000Z\r
DTSTART:20260314T080000Z\r
DTEND:20260314T090000Z\r
SUMMARY:Swim \r
 ming\r
X-KEPT;X-Q="a:b":yes\r
END:VEVENT\r
BEGIN:VTODO\r
UID:bread@home.example\r
DTSTAMP:20260301T080000Z\r
SUMMARY:Bread\r
END:VTODO\r
END:VCALENDAR\r
"""
INTERVIEW = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//Somebody//EN
BEGIN:VEVENT
UID:{uid}
DTSTAMP:20260301T080000Z
SEQUENCE:{sequence}
SUMMARY:Interview with {name}
DTSTART:{start}
DTEND:{end}
STATUS:{status}
ORGANIZER;CN=Kim {number}:mailto:kim@{domain}
ATTENDEE;CN=Kim {number}:mailto:kim@{domain}
ATTENDEE;CN=Sam Field:mailto:sam@mail.example
END:VEVENT
END:VCALENDAR
"""
CONFIG = """[account]
email = "sam@mail.example"
timezone = "Europe/London"
country = "GB"
[calendar]
backend = "local"
[mail]
backend = "local"
[local]
calendars = ["calendar"]
reminders = "{reminders}"
mail = ["mail/Inbox", "mail/Sent"]
[state]
path = "state/state.db"
"""


def _domain(name):
    return f"{name.lower().replace(' ', '')}.example"


def _interview(root, number, start, *, sequence=0, status="CONFIRMED"):
    name, stamps = NAMES[number], [f"{t:%Y%m%dT%H%M%S}" for t in (start, start + timedelta(hours=1))]
    text = INTERVIEW.format(
        uid=f"iv{number}@{_domain(name)}",
        sequence=sequence,
        name=name,
        start=stamps[0],
        end=stamps[1],
        status=status,
        number=number,
        domain=_domain(name),
    ).replace("DTSTART:", "DTSTART;TZID=Europe/London:")
    text = text.replace("DTEND:", "DTEND;TZID=Europe/London:").replace("\n", "\r\n")
    (root / "calendar" / f"iv{number}.ics").write_bytes(text.encode())


def _mail(root, box, number, at, subject, text):
    mail, me, them = EmailMessage(), "Sam Field <sam@mail.example>", f"Kim <kim@{_domain(NAMES[number])}>"
    mail["From"], mail["To"] = (me, them) if box == "Sent" else (them, me)
    name = f"{int(at.timestamp())}.{box}{number}{subject.replace(' ', '')[:20]}"
    mail["Subject"], mail["Date"], mail["Message-ID"] = subject, format_datetime(at), f"<{name}@mail.example>"
    mail.set_content(text)
    (root / "mail" / box / "cur" / f"{name}:2,S").write_bytes(mail.as_bytes())


def _begin(root, reminders):
    """What is there before the first cycle: ten interviews, sixty mails, and foreign events among the reminders."""
    for folder in ("calendar", *(f"mail/{box}/{part}" for box in ("Inbox", "Sent") for part in ("cur", "new", "tmp"))):
        (root / folder).mkdir(parents=True)
    (root / "config.toml").write_text(CONFIG.format(reminders=reminders))
    if reminders.endswith(".ics"):
        (root / reminders).write_bytes(FOREIGN)
    else:
        (root / reminders).mkdir()
        (root / reminders / "swim.ics").write_bytes(FOREIGN)
    for number, hours in enumerate(STARTS):
        _interview(root, number, FIRST + timedelta(hours=hours))
        for day in range(5):
            at = FIRST - timedelta(days=9 - day, minutes=number)
            _mail(root, "Inbox", number, at, f"News {day}", "The shop opens at nine. New tiles are in.")
        _mail(root, "Sent", number, FIRST - timedelta(days=8), "Papers", "Please find my certificates attached.")
    _mail(
        root,
        "Sent",
        0,
        FIRST - timedelta(hours=40),
        "Thank you",
        "Thank you for the interview yesterday. I enjoyed it.",
    )


def _go_on(root):
    """What happens between the two cycles: thanks, a no, a date, an interview moved and one cancelled."""
    at = FIRST + timedelta(hours=1)
    _mail(root, "Sent", 1, at, "Thank you", "Thank you for the interview. I enjoyed our conversation.")
    _mail(
        root, "Inbox", 0, at, "Your interview", "Unfortunately, we have decided to move forward with other candidates."
    )
    _mail(
        root, "Inbox", 2, at, "Your interview", "Thank you for the interview. You will hear from us by Friday 20 March."
    )
    _interview(root, 7, FIRST + timedelta(hours=77), sequence=1)
    _interview(root, 8, FIRST + timedelta(hours=50), sequence=1, status="CANCELLED")


class Place:
    """One folder that is put back to how it was before each kill."""

    def __init__(self, root, reminders, *, later):
        self.root, self.before, self.reminders = root / "search", root / "before", root / "search" / reminders
        self.now = LATER if later else FIRST
        _begin(self.root, reminders)
        if later:
            assert main(self.argv(FIRST)) == 0
            _go_on(self.root)
        shutil.copytree(self.root, self.before)

    def argv(self, now):
        return ["sync", "--json", "--config", str(self.root / "config.toml"), "--now", now.isoformat()]

    def restore(self):
        shutil.rmtree(self.root)
        shutil.copytree(self.before, self.root)

    def process(self):
        return subprocess.Popen(
            [sys.executable, "-m", "syncd", *self.argv(self.now)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "HOME": str(self.root)},
        )

    def written(self):
        """Something that changes with the first write to the reminders, and with most that follow."""
        folder = self.reminders if self.reminders.is_dir() else self.root
        names = [*folder.glob("*.ics*"), *folder.glob(".syncd-ledger")]
        found = []
        for name in names:
            with suppress(FileNotFoundError):  # a temporary file comes and goes while we look
                found.append((name, name.stat().st_mtime_ns))
        return sorted(found)

    def files(self):
        return [self.reminders] if self.reminders.suffix else sorted(self.reminders.glob("*.ics"))

    def events(self):
        """The reminders as any calendar program reads them: id, title, times, alarm, state."""
        found = []
        for path in self.files():
            for event in icalendar.Calendar.from_ical(path.read_bytes()).walk("VEVENT"):
                assert not event.errors, (path, event.errors)
                times = (event.decoded("dtstart"), event.decoded("dtend"))
                state = str(event.get("x-syncd-state", "foreign"))
                found.append((str(event["uid"]), str(event["summary"]), *times, len(event.walk("VALARM")), state))
        return sorted(found, key=str)

    def check_what_is_theirs(self):
        """Byte for byte as it was, whatever is ours left aside."""
        if self.reminders.suffix:
            ours = re.compile(rb"BEGIN:VEVENT\r\n(?:(?!END:VEVENT).)*?X-SYNCD-.*?END:VEVENT\r\n", re.DOTALL)
            assert ours.sub(b"", self.reminders.read_bytes()) == FOREIGN
        else:
            assert (self.reminders / "swim.ics").read_bytes() == FOREIGN
        for part in ("calendar", "mail"):
            for path in (self.before / part).rglob("*"):
                if path.is_file():
                    assert (self.root / path.relative_to(self.before)).read_bytes() == path.read_bytes()


def _sync(place, capsys):
    assert main(place.argv(place.now)) == 0
    return json.loads(capsys.readouterr().out)


def _wait(process, seconds):
    """Whether the process ended within that time."""
    try:
        process.wait(timeout=max(seconds, 0.0001))
    except subprocess.TimeoutExpired:
        return False
    return True


def _undisturbed(place, before):
    """Run it to its end, and say how many seconds passed before the first write, and from there to the last one."""
    started = time.perf_counter()
    process = place.process()
    _until_it_writes(process, place, before)
    first = last = time.perf_counter()
    seen = place.written()
    while not _wait(process, 0.001):
        if (now := place.written()) != seen:
            seen, last = now, time.perf_counter()
    assert process.wait(60) == 0
    return first - started, last - first


def _until_it_writes(process, place, before, times=1):
    """Until so many writes of it were seen; how long each takes depends on what else the machine does."""
    for _ in range(times):
        while (seen := place.written()) == before:
            if _wait(process, 0.001):
                return
        before = seen


@pytest.mark.parametrize(
    ("reminders", "later", "kills"),
    [("vdir", False, 13), ("vdir", True, 12), ("all.ics", False, 12), ("all.ics", True, 13)],
)
def test_killed_anywhere_the_next_cycle_completes_it(tmp_path, capsys, reminders, later, kills):
    place = Place(tmp_path, reminders, later=later)
    capsys.readouterr()
    before = place.written()

    until_write, writing = _undisturbed(place, before)
    wanted = place.events()
    assert len(wanted) > 12
    assert len({event[0] for event in wanted}) == len(wanted)
    place.check_what_is_theirs()

    place.restore()
    untouched = place.events()
    chance, killed, half_way = random.Random(f"{reminders} {later}"), 0, 0
    for number in range(kills):
        place.restore()
        before = place.written()
        process = place.process()
        if number % 2:
            _until_it_writes(process, place, before, times=chance.randint(1, 6))
        else:
            _wait(process, chance.random() * (until_write + writing))
        process.kill()
        killed += process.wait(60) == -9
        events = place.events()  # everything parses
        half_way += events not in (wanted, untouched)
        place.check_what_is_theirs()
        _sync(place, capsys)
        assert place.events() == wanted
        assert _sync(place, capsys)["operations"] == []
        assert place.events() == wanted
        place.check_what_is_theirs()
    assert killed > kills / 2
    assert half_way >= 2
