"""Plays the stories in ``tests/stories``: real ICS files, a real Maildir, and time as a value."""

from __future__ import annotations

import email.message
import email.utils
import hashlib
import json
import os
import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import icalendar
import yaml

from syncd import config
from syncd.app import opened, run_cycle
from syncd.cli import main
from syncd.infer.names import same_company
from syncd.status import Report, status

CHECKS = frozenset(
    {"calendar", "done", "state", "promise", "opportunities", "touchpoints", "titles", "texts", "standing"}
)
PERSON = {"email": "sam@mail.example", "name": "Sam Field", "zone": "Europe/London", "country": "GB"}


class Story:
    """One job search under way in a folder of its own."""

    def __init__(self, path: Path, root: Path) -> None:
        self.told = yaml.safe_load(path.read_text("utf-8"))
        self.root, self.person = root, {**PERSON, **self.told.get("person", {})}
        self.zone = ZoneInfo(self.person["zone"])
        self.calendar, self.reminders, self.state = root / "calendar", root / "reminders", root / "state.db"
        self.second = root / "second"
        for folder in (self.calendar, self.second, self.reminders):
            folder.mkdir()
        for folder in ("Inbox", "Sent"):
            for part in ("cur", "new", "tmp"):
                (root / "mail" / folder / part).mkdir(parents=True)
        self.mails: dict[str, email.message.EmailMessage] = {}
        self.awake, self.number = True, 0
        self.config = self._config()
        self.settings = config.load(self.config, {"HOME": str(root)})

    def _config(self) -> Path:
        tables: dict[str, dict[str, Any]] = {
            "account": {
                "email": self.person["email"],
                "timezone": self.person["zone"],
                "country": self.person["country"],
                "working_hours": self.person.get("working_hours", "09:00-17:00"),
            },
            "calendar": {"backend": "local"},
            "mail": {"backend": "local"},
            "local": {
                "calendars": [str(self.calendar), *(str(self.root / name) for name in self.told.get("also read", []))],
                "reminders": str(self.reminders),
                "mail": [str(self.root / "mail" / folder) for folder in ("Inbox", "Sent")],
            },
            "state": {"path": str(self.state)},
        }
        for dotted, value in self.told.get("config", {}).items():
            table, _, name = dotted.rpartition(".")
            tables.setdefault(table, {})[name] = value
        lines = []
        for table, values in tables.items():
            lines.append(f"[{table}]")
            lines += [f"{name} = {_toml(value)}" for name, value in values.items() if value not in (None, "")]
        path = self.root / "config.toml"
        path.write_text("\n".join(lines) + "\n", "utf-8")
        return path

    # -- playing

    def play(self) -> None:
        last: datetime | None = None
        for step in self.told["steps"]:
            at = self.time(step["at"])
            if last is not None and self.awake:
                self._meanwhile(last, at)
            before = self._theirs()
            for what, how in step.items():
                if what in CHECKS:
                    self.cycle(at)
                    self._check(what, how, at, step["at"])
                elif what not in {"at", "note"}:
                    if what.endswith("reminder") and self.awake:
                        self.cycle(at)  # what the person touches is what stands by then
                    getattr(self, what.replace(" ", "_"))(how, at)
                    before = self._theirs()
            if self.awake:
                self.cycle(at)
            assert self._theirs() == before, f"{step['at']}: a cycle changed something that is theirs"
            last = at

    def _meanwhile(self, start: datetime, end: datetime) -> None:
        day = start.date()
        while day <= end.date():
            for hour, minute in ((0, 5), (9, 5), (12, 0), (17, 5)):
                at = datetime(day.year, day.month, day.day, hour, minute, tzinfo=self.zone)
                if start < at < end:
                    self.cycle(at)
            day += timedelta(days=1)

    def cycle(self, at: datetime) -> None:
        first = run_cycle(self.settings, at)
        assert not first.errors, first.errors
        again = run_cycle(self.settings, at)
        assert not again.actions, f"{at}: a second cycle does {again.operations()}"
        keys = [str(e["X-SYNCD-KEY"]) for _, e in self._events(self.reminders)]
        assert len(keys) == len(set(keys)), f"{at}: a reminder stands twice"

    def _theirs(self) -> str:
        digest = hashlib.sha256()
        for folder in (self.calendar, self.second, self.root / "mail"):
            for path in sorted(p for p in folder.rglob("*") if p.is_file()):
                digest.update(str(path).encode() + path.read_bytes())
        return digest.hexdigest()

    def time(self, text: str) -> datetime:
        found = re.search(r"\d{4}-\d{2}-\d{2} \d{2}:\d{2}", text)
        assert found, f"{text}: at is written as 2026-03-10 09:00"
        return datetime.fromisoformat(found[0]).replace(tzinfo=self.zone)

    # -- what must be so

    def report(self, at: datetime) -> Report:
        with opened(self.settings, _fail) as app:
            return status(app.store, self.settings, app.marks, at)

    def _check(self, what: str, how: Any, at: datetime, told: str) -> None:
        report = self.report(at)
        lines = [(o.outlook.opportunity.company, r) for o in report.opportunities for r in o.reminders]
        if what == "calendar":
            shown = sorted(self._line(company, r) for company, r in lines if r.state == "open")
            standing = {str(e["uid"]) for _, e in self._events(self.reminders) if e.get("X-SYNCD-STATE") == "open"}
            assert {r.event_id for _, r in lines if r.state == "open"} == standing, (
                f"{told}: status and calendar differ"
            )
            wanted = sorted(" ".join(line.split()) for line in how)
            assert sorted(_known(s, wanted) for s in shown) == wanted, (
                f"{told}: the calendar shows {shown}, not {wanted}"
            )
        elif what == "done":
            for line in how:
                rule, _, company = line.partition(" ")
                found = [r for c, r in lines if r.rule == rule and same_company(c, company) and r.state == "done"]
                assert found, f"{told}: {line} is not done; there is {[(c, r.rule, r.state) for c, r in lines]}"
        elif what == "standing":
            shown = [str(e["summary"]) for _, e in self._events(self.reminders)]
            assert len(shown) == how, f"{told}: in the calendar stand {shown}, not {how}"
        elif what in {"titles", "texts"}:
            for which, part in how.items():
                shown = self._shown(which, at, "summary" if what == "titles" else "description")
                wanted = part.removeprefix("not ")
                assert (wanted in shown) is (wanted == part), f"{told}: {which} says {shown!r}, wanted {part!r}"
        else:
            for company, value in how.items():
                found = [o for o in report.opportunities if same_company(o.outlook.opportunity.company, company)]
                if what == "opportunities":
                    assert len(found) == value, f"{told}: {len(found)} opportunities are called {company}, not {value}"
                    continue
                assert len(found) == 1, f"{told}: {len(found)} opportunities are called {company}"
                if what == "touchpoints":
                    kinds = [t.kind for t in found[0].outlook.course.past]
                    assert kinds == value, f"{told}: {company} has {kinds}, not {value}"
                    continue
                course = found[0].outlook.course
                promise = course.promise.by.isoformat() if course.promise and course.promise_open else None
                is_so = found[0].outlook.state.value if what == "state" else promise
                assert is_so == (str(value) if value is not None else None), f"{told}: {company} {what}: {is_so}"

    def _shown(self, which: str, at: datetime, field: str) -> str:
        ids = self._ids(which, at)
        found = [str(e[field]) for _, e in self._events(self.reminders) if str(e["uid"]) in ids]
        assert len(found) == 1, f"{at}: {which} fits {len(found)} reminders"
        return found[0]

    def _ids(self, which: str, at: datetime) -> set[str]:
        """The reminders called "rule company", or "rule company date" for the one that stands on that day."""
        day = re.search(r" (\d{4}-\d{2}-\d{2})$", which)
        rule, _, company = (which[: day.start()] if day else which).partition(" ")
        return {
            r.event_id
            for o in self.report(at).opportunities
            for r in o.reminders
            if r.rule == rule
            and same_company(o.outlook.opportunity.company, company)
            and (day is None or r.due.astimezone(self.zone).date().isoformat() == day[1])
        }

    def _line(self, company: str, reminder: Any) -> str:
        local = reminder.due.astimezone(self.zone)
        when = local.date().isoformat() if reminder.all_day else f"{local:%Y-%m-%d %H:%M}"
        return f"{when} {reminder.rule.value} {company}"

    # -- what happens

    def interview(self, how: dict[str, Any], at: datetime) -> None:
        calendar, event = icalendar.Calendar(), icalendar.Event()
        calendar.add("prodid", "-//story//EN")
        calendar.add("version", "2.0")
        event.add("uid", f"{how['id']}@story.example")
        event.add("dtstamp", at.astimezone(UTC))
        event.add("summary", how["title"])
        event.add("sequence", 0)
        self._when(event, how["when"], ZoneInfo(how["zone"]) if "zone" in how else self.zone)
        people = how.get("with", [])
        organizer = how.get("organizer", people[0] if people else None)
        if organizer:
            event.add("organizer", _address(organizer))
        for person in [*people, f"{self.person['name']} <{self.person['email']}>"] if people else []:
            declined, room = person.endswith("(declined)"), person.endswith("(room)")
            params = {"PARTSTAT": "DECLINED" if declined else "ACCEPTED", **({"CUTYPE": "ROOM"} if room else {})}
            event.add("attendee", _address(person.partition(" (")[0], **params))
        for key, name in (("notes", "description"), ("place", "location")):
            if key in how:
                event.add(name, how[key])
        calendar.add_component(event)
        (self.root / how.get("in", "calendar") / f"{how['id']}.ics").write_bytes(calendar.to_ical())

    def _when(self, event: icalendar.Event, when: str, zone: ZoneInfo) -> None:
        if len(when) == len("2026-01-01"):
            start: date = date.fromisoformat(when)
            end: date = start + timedelta(days=1)
        else:
            day, _, hours = when.partition(" ")
            first, _, last = hours.partition("-")
            start, end = (datetime.fromisoformat(f"{day} {clock}").replace(tzinfo=zone) for clock in (first, last))
        for name, value in (("dtstart", start), ("dtend", end)):
            event.pop(name, None)
            event.add(name, value)

    def _change(self, interview: str, at: datetime, change: Any, folder: str = "calendar") -> None:
        path = self.root / folder / f"{interview}.ics"
        calendar = icalendar.Calendar.from_ical(path.read_bytes())
        event = calendar.walk("VEVENT")[0]
        change(event)
        event["sequence"] = int(event["sequence"]) + 1
        event.pop("last-modified", None)
        event.add("last-modified", at.astimezone(UTC))
        path.write_bytes(calendar.to_ical())

    def move_interview(self, how: dict[str, Any], at: datetime) -> None:
        zone = ZoneInfo(how["zone"]) if "zone" in how else self.zone
        self._change(how["id"], at, lambda e: self._when(e, how["when"], zone), how.get("in", "calendar"))

    def cancel_interview(self, how: str, at: datetime) -> None:
        self._change(how, at, lambda e: e.add("status", "CANCELLED"))

    def decline_interview(self, how: str, at: datetime) -> None:
        self._answer(how, at, "DECLINED")

    def accept_interview(self, how: str, at: datetime) -> None:
        self._answer(how, at, "ACCEPTED")

    def _answer(self, how: str, at: datetime, status: str) -> None:
        def answer(event: icalendar.Event) -> None:
            for attendee in event["attendee"]:
                if self.person["email"] in str(attendee):
                    attendee.params["PARTSTAT"] = status

        self._change(how, at, answer)

    def delete_interview(self, how: str, _at: datetime) -> None:
        (self.calendar / f"{how}.ics").unlink()

    def note_on_interview(self, how: dict[str, str], at: datetime) -> None:
        def note(event: icalendar.Event) -> None:
            old = str(event.pop("description", ""))
            event.add("description", f"{old}\n{how['text']}".strip())

        self._change(how["id"], at, note)

    def sent(self, how: dict[str, Any], at: datetime) -> None:
        self._mail(how, at, "Sent", f"{self.person['name']} <{self.person['email']}>", how["to"])

    def received(self, how: dict[str, Any], at: datetime) -> None:
        self._mail(how, at, "Inbox", how["from"], f"{self.person['name']} <{self.person['email']}>")

    def _mail(self, how: dict[str, Any], at: datetime, folder: str, sender: str, to: str) -> None:
        message = email.message.EmailMessage()
        message["From"], message["To"], message["Subject"] = sender, to, how.get("subject", "")
        message["Date"] = email.utils.format_datetime(self.time(how["dated"]) if "dated" in how else at)
        message["Message-ID"] = f"<{how['id']}@story.example>"
        if "answers" in how:
            message["In-Reply-To"] = message["References"] = self.mails[how["answers"]]["Message-ID"]
        if "cc" in how:
            message["Cc"] = how["cc"]
        for name, value in how.get("headers", {}).items():
            message[name] = str(value)
        message.set_content(how["text"])
        self._deliver(how["id"], message, folder, at)

    def same_mail_again(self, how: str, at: datetime) -> None:
        message = self.mails[how]
        sent = self.person["email"] in str(message["From"])
        self._deliver(how, message, "Sent" if sent else "Inbox", at)

    def _deliver(self, name: str, message: email.message.EmailMessage, folder: str, at: datetime) -> None:
        self.mails[name] = message
        self.number += 1
        file = f"{int(at.timestamp())}.M{self.number}.story:2,S"
        (self.root / "mail" / folder / "cur" / file).write_bytes(message.as_bytes())

    def _events(self, folder: Path) -> list[tuple[Path, Any]]:
        found = []
        for path in sorted(folder.glob("*.ics")):
            found += [(path, e) for e in icalendar.Calendar.from_ical(path.read_bytes()).walk("VEVENT")]
        return found

    def _touch(self, which: str, at: datetime, change: Any) -> None:
        ids = self._ids(which, at)
        standing = [(p, e) for p, e in self._events(self.reminders) if str(e["uid"]) in ids]
        open_ones = [(p, e) for p, e in standing if e.get("X-SYNCD-STATE") == "open"]
        found = open_ones or standing
        assert len(found) == 1, f"{at}: {which} fits {len(found)} reminders"
        path = found[0][0]
        calendar = icalendar.Calendar.from_ical(path.read_bytes())
        event = calendar.walk("VEVENT")[0]
        if change(event) == "delete":
            path.unlink()
            return
        event["sequence"] = int(event.get("sequence", 0)) + 1
        event.pop("last-modified", None)
        event.add("last-modified", at.astimezone(UTC))
        path.write_bytes(calendar.to_ical())

    def delete_reminder(self, how: str, at: datetime) -> None:
        self._touch(how, at, lambda _: "delete")

    def tick_reminder(self, how: str, at: datetime) -> None:
        self._touch(how, at, lambda e: e.update(summary=icalendar.vText(f"✓ {e['summary']}")))

    def untick_reminder(self, how: str, at: datetime) -> None:
        self._touch(how, at, lambda e: e.update(summary=icalendar.vText(str(e["summary"]).removeprefix("✓ "))))

    def retitle_reminder(self, how: dict[str, str], at: datetime) -> None:
        self._touch(how["which"], at, lambda e: e.update(summary=icalendar.vText(how["title"])))

    def note_on_reminder(self, how: dict[str, str], at: datetime) -> None:
        def note(event: icalendar.Event) -> None:
            event.update(description=icalendar.vText(f"{event['description']}\n{how['text']}"))

        self._touch(how["which"], at, note)

    def rewrite_reminder(self, how: dict[str, str], at: datetime) -> None:
        self._touch(how["which"], at, lambda e: e.update(description=icalendar.vText(how["text"])))

    def move_reminder(self, how: dict[str, str], at: datetime) -> None:
        def move(event: icalendar.Event) -> None:
            length = event["dtend"].dt - event["dtstart"].dt
            all_day = not isinstance(event["dtstart"].dt, datetime)
            start: date = date.fromisoformat(how["to"]) if all_day else self.time(how["to"])
            for name, value in (("dtstart", start), ("dtend", start + length)):
                event.pop(name)
                event.add(name, value)

        self._touch(how["which"], at, move)

    def mark(self, how: str, at: datetime) -> None:
        company, *state = re.split(r" (?=hear-by |[a-z-]+$)", how, maxsplit=1)
        argv = ["mark", company, *state[0].split(), "--now", at.isoformat(), "--config", str(self.config)]
        assert main(argv) == 0, how

    def lose_the_store(self, _how: bool, _at: datetime) -> None:
        for path in self.root.glob("state.db*"):
            path.unlink()

    def daemon(self, how: str, _at: datetime) -> None:
        assert how in {"on", "off"}, how
        self.awake = how == "on"


def _toml(value: Any) -> str:
    return json.dumps(value)


def _known(shown: str, wanted: list[str]) -> str:
    """*shown* as *wanted* writes it, where only the company is written differently."""
    for line in wanted:
        head, company = _split(line)
        if shown.startswith(f"{head} ") and same_company(shown[len(head) + 1 :], company):
            return line
    return shown


def _split(line: str) -> tuple[str, str]:
    """Date, perhaps time, and rule; and the company behind them."""
    words = line.split()
    before = 3 if re.match(r"\S+ \d{2}:\d{2} ", line) else 2
    return " ".join(words[:before]), " ".join(words[before:])


def _address(text: str, **params: str) -> icalendar.vCalAddress:
    name, address = email.utils.parseaddr(text)
    value = icalendar.vCalAddress(f"mailto:{address}")
    for key, given in {"CN": name, **params}.items():
        value.params[key] = icalendar.vText(given)
    return value


def _fail(line: str) -> None:
    raise AssertionError(line)


def stories() -> list[Path]:
    """Every story there is."""
    return sorted((Path(os.path.realpath(__file__)).parent / "stories").glob("*.yaml"))
