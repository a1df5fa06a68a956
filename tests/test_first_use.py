"""syncd as somebody meets it: set up by flags, looked at, used, broken in the usual ways, and removed again."""

import fcntl
import json
import os
import re
import shutil
import stat
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage

import icalendar
import pytest

NOW = ["--now", "2026-03-11T12:00"]
INTERVIEW = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//Somebody//EN
BEGIN:VEVENT
UID:{uid}
DTSTAMP:20260301T080000Z
SUMMARY:{title}
DTSTART;TZID=Europe/London:{start}
DTEND;TZID=Europe/London:{end}
ORGANIZER;CN=Kim Aster:mailto:kim@{domain}
ATTENDEE;CN=Kim Aster:mailto:kim@{domain}
ATTENDEE;CN=Sam Field:mailto:sam@mail.example
{more}END:VEVENT
END:VCALENDAR
"""


class Home:
    """A person's home folder, in which commands run as processes of their own."""

    def __init__(self, root):
        self.root = root
        self.calendar, self.reminders = root / "cal", root / "follow-ups"
        self.config, self.state = root / ".config/syncd/config.toml", root / ".local/state/syncd/state.db"
        self.calendar.mkdir()
        for box in ("Inbox", "Sent"):
            for part in ("cur", "new", "tmp"):
                (root / "Mail" / box / part).mkdir(parents=True)

    def syncd(self, *argv, code=0, before=":"):
        """Run it, after the shell commands *before*, and hold it to its exit code."""
        environ = {"HOME": str(self.root), "PATH": os.environ["PATH"], "LANG": "C.UTF-8"}
        done = subprocess.run(
            ["bash", "-c", f'{before}; exec "$0" "$@"', sys.executable, "-m", "syncd", *argv],
            check=False,
            capture_output=True,
            text=True,
            timeout=60,
            env=environ,
            cwd=self.root,
        )
        assert done.returncode == code, (argv, done.returncode, done.stdout, done.stderr)
        assert "Traceback" not in done.stderr
        return done

    def init(self):
        flags = ["--email", "sam@mail.example", "--name", "Sam Field", "--timezone", "Europe/London", "--country", "GB"]
        files = ["--backend", "local", "--calendars", "cal", "--reminders", "follow-ups"]
        mail = ["--mail", "Mail/Inbox", "--mail", "Mail/Sent"]
        return self.syncd("init", *flags, "--subdivision", "ENG", *files, *mail, "--yes")

    def interview(self, name, start, end, *, title=None, uid=None, more=""):
        domain = f"{name.lower().replace(' ', '')}.example"
        uid, title = uid or f"{domain.partition('.')[0]}-1@{domain}", title or f"Interview with {name}"
        text = INTERVIEW.format(uid=uid, title=title, start=start, end=end, domain=domain, more=more)
        (self.calendar / f"{domain.partition('.')[0]}.ics").write_bytes(text.replace("\n", "\r\n").encode())

    def mail(self, name, box, who, subject, text, date="Tue, 10 Mar 2026 16:00:00 +0000"):
        message, me = EmailMessage(), "Sam Field <sam@mail.example>"
        message["From"], message["To"] = (me, who) if box == "Sent" else (who, me)
        message["Subject"], message["Date"], message["Message-ID"] = subject, date, f"<{name}@mail.example>"
        message.set_content(text)
        self.deliver(box, name, message.as_bytes())

    def deliver(self, box, name, data):
        (self.root / "Mail" / box / "cur" / f"1773158400.{name}.host:2,S").write_bytes(data)

    def tree(self):
        """Every file with its bytes and times, and every folder."""
        return {
            str(path.relative_to(self.root)): (path.read_bytes(), path.stat().st_mtime_ns) if path.is_file() else None
            for path in sorted(self.root.rglob("*"))
        }

    def events(self):
        """What a calendar program reads among the reminders."""
        return [
            event
            for path in sorted(self.reminders.glob("*.ics"))
            for event in icalendar.Calendar.from_ical(path.read_bytes()).walk("VEVENT")
        ]


@pytest.fixture
def home(tmp_path):
    home = Home(tmp_path)
    home.interview("Amber Mills", "20260311T080000", "20260311T090000")
    home.interview("Beacon Foods", "20260312T140000", "20260312T150000")
    return home


@pytest.fixture
def used(home):
    """After init and a first cycle."""
    home.init()
    home.syncd("sync", *NOW)
    return home


def test_from_nothing_to_nothing(home):
    before = home.tree()
    home.init()
    assert stat.S_IMODE(home.config.stat().st_mode) == 0o600
    made = home.tree()
    shown = home.syncd("sync", "--dry-run", *NOW).stdout
    assert home.tree() == made
    assert "Thank Kim Aster (Amber Mills)" in shown
    assert "would be written" in shown

    shown = home.syncd("sync", *NOW).stdout
    assert "+ create" in shown
    assert sorted(str(e["summary"]) for e in home.events()) == [
        "Ask Beacon Foods about the next steps",
        "Follow up with Amber Mills",
        "Thank Kim Aster (Amber Mills)",
    ]
    assert home.syncd("sync", *NOW).stdout == "Nothing to do: the calendar is as it should be.\n"

    status = home.syncd("status", *NOW).stdout
    assert "Amber Mills" in status
    assert "No sent mail was ever seen" in status
    told = home.syncd("explain", "Amber", "Mills", *NOW).stdout
    assert "thank_you: open, Wed 11 Mar 2026 11:00, Thank Kim Aster (Amber Mills)" in told

    home.syncd("mark", "Amber Mills", "thanked", *NOW)
    assert "✓ done" in home.syncd("sync", *NOW).stdout
    assert sum(str(e["summary"]).startswith("✓ ") for e in home.events()) == 1

    standing = home.tree()
    assert "3 would be removed" in home.syncd("purge", "--dry-run").stdout
    assert "would remove" in home.syncd("purge", "--all", "--dry-run").stdout
    assert home.tree() == standing
    (home.reminders / "mine.ics").write_bytes((home.calendar / "beaconfoods.ics").read_bytes())
    assert "3 removed" in home.syncd("purge").stdout
    assert [str(e["summary"]) for e in home.events()] == ["Interview with Beacon Foods"]
    (home.reminders / "mine.ics").unlink()
    home.syncd("purge", "--all")
    assert home.events() == []
    home.config.unlink()
    assert {path for path, found in home.tree().items() if found is not None} == {p for p, f in before.items() if f}


def test_purge_where_syncd_never_was_leaves_no_trace(home):
    home.init()
    made = home.tree()
    for argv in (["purge", "--dry-run"], ["purge"], ["purge", "--all"]):
        home.syncd(*argv)
        assert home.tree() == made


@pytest.mark.parametrize("more", [[], ["--all"]])
def test_purge_needs_no_store_that_can_be_used(used, more):
    for path in used.state.parent.glob("state.db-*"):
        path.unlink()
    used.state.write_bytes(b"no database at all" * 400)
    done = used.syncd("purge", *more)
    assert "3 removed" in done.stdout
    assert done.stderr.count("\n") == 1
    assert used.events() == []
    assert used.state.exists() == (not more)
    shown = used.syncd("sync", *NOW)
    assert "3 written" in shown.stdout
    assert "deleted by you" not in shown.stderr


def _lose(home, *, ledger):
    """The person deletes the store, the reminders, and perhaps what lies hidden among them."""
    for path in [*home.state.parent.iterdir(), *home.reminders.glob("*.ics")]:
        path.unlink()
    if ledger:
        (home.reminders / ".syncd-ledger").unlink()


def test_who_deletes_all_but_the_ledger_is_told(used):
    _lose(used, ledger=False)
    done = used.syncd("sync", *NOW)
    assert "3 reminders are gone, taken as deleted by you" in done.stderr
    assert "syncd purge --all" in done.stderr
    assert used.events() == []
    assert used.syncd("sync", *NOW).stderr == ""
    used.syncd("purge", "--all")
    used.syncd("sync", *NOW)
    assert len(used.events()) == 3


def test_who_deletes_many_but_not_the_ledger_is_asked(used):
    for name in ("Cobalt Tiles", "Delta Looms", "Ember Glass", "Fjord Boats", "Garnet Press", "Heron Labs"):
        used.interview(name, "20260313T140000", "20260313T150000")
    used.syncd("sync", *NOW)
    standing = len(used.events())
    assert standing >= 8
    _lose(used, ledger=False)
    done = used.syncd("sync", *NOW, code=75)
    assert f"{standing} of {standing} reminders are suddenly gone" in done.stderr
    for way_on in ("syncd sync --allow-mass-change", "syncd purge --all"):
        assert way_on in done.stderr
    assert used.events() == []
    used.syncd("sync", "--allow-mass-change", *NOW)
    assert used.events() == []
    for path in used.state.parent.iterdir():
        path.unlink()
    assert used.syncd("sync", *NOW).stderr == ""
    assert used.events() == []


def test_who_deletes_everything_begins_anew(used):
    before = sorted(str(e["summary"]) for e in used.events())
    _lose(used, ledger=True)
    used.syncd("sync", *NOW)
    assert sorted(str(e["summary"]) for e in used.events()) == before


def test_a_dismissal_outlives_the_ledger_and_then_the_store(used):
    gone = used.reminders / f"{used.events()[0]['uid']}.ics"
    gone.unlink()
    used.syncd("sync", *NOW)
    (used.reminders / ".syncd-ledger").unlink()
    assert "--allow-mass-change" in used.syncd("sync", *NOW, code=75).stderr
    used.syncd("sync", "--allow-mass-change", *NOW)
    for path in used.state.parent.iterdir():
        path.unlink()
    used.syncd("sync", *NOW)
    assert not gone.exists()
    assert len(used.events()) == 2


def test_what_the_person_wrote_outlives_a_program_that_drops_marks(used):
    path = next(p for p in used.reminders.glob("*.ics") if b"thank_you" in p.read_bytes())
    calendar = icalendar.Calendar.from_ical(path.read_bytes())
    (event,) = calendar.walk("VEVENT")
    for name in [n for n in event if n.startswith("X-")] + ["summary", "description", "dtstart", "dtend"]:
        del event[name]
    start = datetime(2026, 3, 13, 13, tzinfo=UTC)
    for name, value in (("dtstart", start), ("dtend", start + timedelta(minutes=30))):
        event.add(name, value)
    event.add("summary", "Call Kim instead")
    event.add("description", "my own words")
    path.write_bytes(calendar.to_ical())
    mine = path.read_bytes()
    assert used.syncd("sync", *NOW).stdout == "Nothing to do: the calendar is as it should be.\n"
    assert path.read_bytes() == mine
    used.mail("thanks", "Sent", "kim@ambermills.example", "Thank you", "Thank you for the interview. I enjoyed it.",
              "Wed, 11 Mar 2026 11:30:00 +0000")  # fmt: skip
    assert "✓ done" in used.syncd("sync", *NOW).stdout
    (event,) = [e for e in used.events() if str(e["uid"]) == path.stem]
    assert (str(event["summary"]), str(event["description"])) == ("✓ Call Kim instead", "my own words")
    assert event.decoded("dtstart") == start
    assert event["x-syncd-state"] == "done"


def test_a_second_file_with_the_same_reminder_is_told_once(used):
    path = next(p for p in used.reminders.glob("*.ics") if b"thank_you" in p.read_bytes())
    (used.reminders / "AAA copy.ics").write_bytes(path.read_bytes().replace(b"SUMMARY:", b"SUMMARY:x "))
    done = used.syncd("sync", *NOW)
    assert done.stderr.count("\n") == 1
    assert "AAA copy.ics" in done.stderr
    assert path.name in done.stderr
    path.touch()
    assert used.syncd("sync", *NOW).stderr == ""


def test_a_dismissed_one_is_explained_once(used):
    next(p for p in used.reminders.glob("*.ics") if b"thank_you" in p.read_bytes()).unlink()
    used.syncd("sync", *NOW)
    told = [line for line in used.syncd("explain", "Amber Mills", *NOW).stdout.splitlines() if "thank_you" in line]
    assert told == [
        "  thank_you: dismissed, Wed 11 Mar 2026 11:00, Thank Kim Aster (Amber Mills), because you deleted it"
    ]


def test_a_wrong_config_is_a_line_a_problem(home):
    home.init()
    home.config.write_text(
        home.config.read_text().replace('timezone = "Europe/London"', 'timezone = "Europe/Lundon"\nemial = "x"')
    )
    lines = home.syncd("sync", code=78).stderr.splitlines()
    assert len(lines) == 2
    assert all(line.startswith(f"syncd: {home.config}:") for line in lines)
    assert "did you mean" in "".join(lines) or "email" in "".join(lines)
    assert not home.state.exists()


def test_without_a_config_it_says_how_to_get_one(home):
    assert home.syncd("sync", code=78).stderr.count("syncd init") == 1


def test_a_calendar_that_is_suddenly_not_there_stops_the_cycle(used):
    before = [e.to_ical() for e in used.events()]
    used.calendar.rename(used.root / "unmounted")
    done = used.syncd("sync", *NOW, code=75)
    assert done.stderr.count("\n") == 1
    assert str(used.calendar) in done.stderr
    assert "[local] calendars" in done.stderr
    assert [e.to_ical() for e in used.events()] == before
    (used.root / "unmounted").rename(used.calendar)
    used.syncd("sync", *NOW)
    assert [e.to_ical() for e in used.events()] == before


def test_reminders_that_are_suddenly_not_there_stop_the_cycle(used):
    used.reminders.rename(used.root / "unmounted")
    done = used.syncd("sync", *NOW, code=75)
    assert str(used.reminders) in done.stderr
    assert "syncd sync --allow-mass-change" in done.stderr
    assert not used.reminders.exists()
    used.syncd("sync", "--allow-mass-change", *NOW)
    assert used.events() == []


def test_a_mailbox_that_is_suddenly_not_there_says_how_to_go_on(used):
    shutil.rmtree(used.root / "Mail/Sent")
    done = used.syncd("sync", *NOW, code=75)
    assert "[local] mail" in done.stderr
    used.config.write_text(re.sub(r"(mail = \[[^\]]*?),[^,\]]*Sent[^,\]]*\]", r"\1]", used.config.read_text()))
    used.syncd("sync", *NOW)
    assert len(used.events()) == 3


def test_a_locked_store_names_who_holds_it(used):
    lock = used.state.with_name("state.db.lock")
    with lock.open("r+") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        held.truncate(0)
        held.write(str(os.getpid()))
        held.flush()
        for command in (["sync", *NOW], ["purge"]):
            done = used.syncd(*command, code=75)
            assert done.stderr.count("\n") == 1
            assert str(os.getpid()) in done.stderr
        assert used.syncd("status", *NOW).returncode == 0
    used.syncd("sync", *NOW)


@pytest.mark.parametrize("damage", [b"no database at all" * 400, b"", b"SQLite format 3\0" + b"\xff" * 5000])
def test_a_damaged_store_is_moved_aside_and_rebuilt(used, damage):
    before = [e.to_ical() for e in used.events()]
    for path in used.state.parent.glob("state.db-*"):
        path.unlink()
    used.state.write_bytes(damage)
    done = used.syncd("sync", *NOW)
    assert [e.to_ical() for e in used.events()] == before
    if damage:
        (aside,) = used.state.parent.glob("state.db.damaged-*")
        assert aside.name in done.stderr
    assert used.syncd("sync", *NOW).stdout == "Nothing to do: the calendar is as it should be.\n"


def test_a_state_path_that_can_not_be_is_one_line(home):
    home.init()
    (home.root / "file").write_text("")
    text = home.config.read_text().replace("[state]", '[state]\npath = "~/file/state.db"')
    home.config.write_text(text)
    done = home.syncd("sync", *NOW, code=78)
    assert done.stderr.count("\n") == 1
    assert f"{home.root / 'file'} is no folder" in done.stderr


@pytest.mark.parametrize("kilobytes", [0, 8, 48])
def test_a_disk_that_is_full_is_one_line_and_heals(home, kilobytes):
    home.init()
    done = home.syncd("sync", *NOW, code=75, before=f"ulimit -f {kilobytes}")
    assert done.stderr.count("\n") == 1
    home.syncd("sync", *NOW)
    assert len(home.events()) == 3
    assert home.syncd("sync", *NOW).stdout == "Nothing to do: the calendar is as it should be.\n"


def test_broken_files_beside_good_ones_are_named_and_passed_over(home):
    home.init()
    (home.calendar / "torn.ics").write_bytes((home.calendar / "ambermills.ics").read_bytes()[:200])
    (home.calendar / "noise.ics").write_bytes(bytes(range(256)) * 20)
    (home.calendar / "undated.ics").write_text("BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:u1\nEND:VEVENT\nEND:VCALENDAR\n")
    home.deliver("Inbox", "noise", bytes(range(256)) * 20)
    home.deliver("Inbox", "empty", b"")
    home.deliver("Sent", "undated", b"From: sam@mail.example\nTo: kim@ambermills.example\nDate: never\n\nThank you\n")
    done = home.syncd("sync", *NOW)
    for name in ("torn.ics", "noise.ics", "undated.ics"):
        assert str(home.calendar / name) in done.stderr
    assert len(home.events()) == 3
    assert home.syncd("sync", *NOW).stdout == "Nothing to do: the calendar is as it should be.\n"
    shutil.copy(home.calendar / "ambermills.ics", home.calendar / "torn.ics")
    home.syncd("sync", *NOW)
    assert len(home.events()) == 3


HOSTILE = "\u202egnidnes\u202c \x00\x07\x1b[31m\x1b]0;owned\x07\u2028\u2029\x85\x0b ]]> <script>alert(1)</script>"
INJECTED = (
    "END:VEVENT\r\nEND:VCALENDAR\r\nBEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:evil\r\nATTENDEE:mailto:x@evil.example"
)
ESCAPED = INJECTED.replace("\r\n", "\\n")


def _hostile_invitation(home):
    home.interview(
        "Crater Lamps",
        "20260310T120000",
        "20260310T130000",
        title=f"Interview with Crater Lamps {HOSTILE[:12]} \\n{ESCAPED}",
        more=(
            f"DESCRIPTION:Please come.\\n{ESCAPED}\\nX-SYNCD-STATE:done\\n{'long ' * 40000}\n"
            f"LOCATION:{ESCAPED}\nURL:https://x.example/{'a' * 3000}\n"
            'ATTENDEE;CN="Kim\\nEND:VEVENT^n^\'\u202eBEGIN:VEVENT":mailto:eve@craterlamps.example\n'
        ),
    )


def _hostile_mail(home):
    who = "Kim Aster <kim@craterlamps.example>"
    subject = f"{'Very ' * 200_000}urgent"
    body = f"Hello\n{INJECTED}\n{HOSTILE}\nYou will hear from us by Friday 20 March."
    raw = "From: =?utf-8?b?S2ltDQpCQ0M6IGV2aWxAZXZpbC5leGFtcGxl?= <kim@craterlamps.example>\nTo: sam@mail.example\n"
    raw += f"Subject: {subject}\nDate: Tue, 10 Mar 2026 17:00:00 +0000\nMessage-ID: <\x1b[31mm1\x07@x>\n"
    home.deliver("Inbox", "huge", f"{raw}Content-Type: text/plain; charset=utf-8\n\n{body}".encode())
    home.mail(
        "thanks", "Sent", who, "Thank you =?utf-8?q?=0D=0ABEGIN:VEVENT?=", f"Thank you for the interview. {INJECTED}"
    )
    home.deliver(
        "Inbox",
        "encoded",
        b"From: kim@craterlamps.example\nTo: sam@mail.example\nDate: Tue, 10 Mar 2026 18:00:00 +0000\n"
        b"Subject: =?utf-8?q?Re:_Interview=0D=0AEND:VEVENT=0D=0ABEGIN:VEVENT=1B[2J=E2=80=AE?=\n"
        b"Message-ID: <m3@x>\nContent-Type: text/plain; charset=nonsense\n\nWe are still discussing your interview.\n",
    )


ALLOWED = {
    *("SUMMARY", "DTSTART", "DTEND", "DTSTAMP", "UID", "SEQUENCE", "CATEGORIES", "CLASS", "CREATED", "DESCRIPTION"),
    *("LAST-MODIFIED", "STATUS", "TRANSP", "URL"),
}


def test_hostile_text_never_breaks_out(home):
    home.init()
    _hostile_invitation(home)
    _hostile_mail(home)
    home.syncd("sync", *NOW)
    home.syncd("sync", "--now", "2026-03-23T12:00")
    files = sorted(home.reminders.glob("*.ics"))
    assert len(files) > 3
    for path in files:
        data = path.read_bytes()
        assert len(data) < 20_000
        calendar = icalendar.Calendar.from_ical(data)
        (event,) = calendar.subcomponents
        assert {c.name for c in calendar.walk()} <= {"VCALENDAR", "VEVENT", "VALARM"}
        assert set(calendar) == {"VERSION", "PRODID", "CALSCALE"}
        assert {name for name in event if not name.startswith("X-SYNCD-")} <= ALLOWED
        assert event["uid"] != "evil"
        for line in icalendar.parser.Contentlines.from_ical(data):
            assert all(letter.isprintable() for letter in line), (path, line)
        for text in (str(event["summary"]), str(event["description"])):
            assert all(letter.isprintable() or letter == "\n" for letter in text)
            assert "<script" not in text
            assert "\nBEGIN:" not in text
            assert "\nEND:" not in text
        assert len(str(event["summary"])) <= 130
        assert len(str(event["description"])) < 6000


def test_a_terminal_is_told_nothing_that_it_would_obey(home):
    home.init()
    _hostile_invitation(home)
    _hostile_mail(home)
    shown = [home.syncd("sync", *NOW)]
    shown += [home.syncd(*argv, *NOW) for argv in (["status"], ["explain", "Crater Lamps"], ["explain", "m3@x"])]
    shown += [
        home.syncd("explain", HOSTILE.replace("\0", ""), *NOW, code=2),
        home.syncd("mark", "\x1b[31mx", "offer", code=2),
    ]
    for done in shown:
        for text in (done.stdout, done.stderr):
            assert all(letter.isprintable() or letter == "\n" for letter in text), ascii(text)
            assert max(map(len, text.splitlines()), default=0) < 2000
    machine = home.syncd("status", "--json", *NOW).stdout
    assert machine.count("\n") == 1
    assert any(o["company"].startswith("Crater Lamps") for o in json.loads(machine)["opportunities"])


def test_reminders_that_went_elsewhere_are_removed_as_it_is_said(used):
    def move(old, new):
        used.config.write_text(used.config.read_text().replace(f'"~/{old}"', f'"~/{new}"'))

    standing = len(used.events())
    move("follow-ups", "elsewhere")
    told = used.syncd("sync", *NOW).stderr
    assert "left as they are, and go on ringing" in told
    assert "run: syncd purge" in told
    move("elsewhere", "follow-ups")
    assert f"{standing} removed" in used.syncd("purge", *NOW).stdout
    assert used.events() == []
    move("follow-ups", "elsewhere")
    used.syncd("sync", *NOW)
    used.syncd("sync", *NOW)
    used.reminders = used.root / "elsewhere"
    assert len(used.events()) == standing
    assert {str(event["x-syncd-state"]) for event in used.events()} == {"open"}
