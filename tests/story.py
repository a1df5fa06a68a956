"""Plays the stories in ``tests/stories`` on one of the ``sides``, with time as a value."""

from __future__ import annotations

import email.message
import email.utils
import json
import os
import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import yaml

from syncd import config
from syncd.app import opened, run_cycle
from syncd.cli import main
from syncd.infer.names import same_company
from syncd.status import Report, status
from tests.sides import FileSide, Invitation, Shown, Side, When

CHECKS = frozenset(
    {"calendar", "done", "state", "promise", "opportunities", "touchpoints", "titles", "texts", "standing"}
)
PERSON = {"email": "sam@mail.example", "name": "Sam Field", "zone": "Europe/London", "country": "GB"}


class Story:
    """One job search under way in a folder of its own, on one side (``sides``)."""

    def __init__(self, path: Path, root: Path, side: Callable[[dict[str, Any]], Side] | None = None) -> None:
        self.told = yaml.safe_load(path.read_text("utf-8"))
        self.root, self.person = root, {**PERSON, **self.told.get("person", {})}
        self.zone = ZoneInfo(self.person["zone"])
        self.side: Side = side(self.person) if side else FileSide(root)
        self.state = root / "state.db"
        self.tables = self.side.tables(self.told.get("also read", []))
        self.mails: dict[str, email.message.EmailMessage] = {}
        self.awake = True
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
            **self.tables,
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
            before = self.side.theirs()
            for what, how in step.items():
                if what in CHECKS:
                    self.cycle(at)
                    self._check(what, how, at, step["at"])
                elif what not in {"at", "note"}:
                    if what.endswith("reminder") and self.awake:
                        self.cycle(at)  # what the person touches is what stands by then
                    getattr(self, what.replace(" ", "_"))(how, at)
                    at, before = at.astimezone(self.zone), self.side.theirs()
            if self.awake:
                self.cycle(at)
            assert self.side.theirs() == before, f"{step['at']}: a cycle changed something that is theirs"
            last = at

    def _meanwhile(self, start: datetime, end: datetime) -> None:
        day = start.date()
        while day <= end.date():
            for clock in self.side.passes:
                at = datetime.combine(day, clock, self.zone)
                if start < at < end:
                    self.cycle(at, twice=self.side.often)
            day += timedelta(days=1)

    def cycle(self, at: datetime, *, twice: bool = True) -> None:
        self.side.at(at)
        first = run_cycle(self.settings, at)
        assert not first.errors, first.errors
        if twice:
            again = run_cycle(self.settings, at)
            assert not again.actions, f"{at}: a second cycle does {again.operations()}"
        keys = [shown.key for shown in self.side.reminders()]
        assert len(keys) == len(set(keys)), f"{at}: a reminder stands twice"

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
            standing = {reminder.id for reminder in self.side.reminders() if reminder.state == "open"}
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
            shown = [reminder.title for reminder in self.side.reminders()]
            assert len(shown) == how, f"{told}: in the calendar stand {shown}, not {how}"
        elif what in {"titles", "texts"}:
            for which, part in how.items():
                shown = getattr(self._reminder(which, at), what.removesuffix("s"))
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
                    kinds = [t.kind for t in found[0].outlook.course.told]
                    assert kinds == value, f"{told}: {company} has {kinds}, not {value}"
                    continue
                course = found[0].outlook.course
                promise = course.promise.by.isoformat() if course.promise and course.promise_open else None
                is_so = found[0].outlook.state.value if what == "state" else promise
                assert is_so == (str(value) if value is not None else None), f"{told}: {company} {what}: {is_so}"

    def _reminder(self, which: str, at: datetime) -> Shown:
        """The reminder called so; of several the open one."""
        ids = self._ids(which, at)
        standing = [reminder for reminder in self.side.reminders() if reminder.id in ids]
        found = [reminder for reminder in standing if reminder.state == "open"] or standing
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
        people = how.get("with", [])
        guests = [*people, f"{self.person['name']} <{self.person['email']}>"] if people else []
        one = Invitation(
            how["id"],
            how["title"],
            self._when(how),
            organizer=how.get("organizer", people[0] if people else ""),
            people=tuple(
                (
                    guest.partition(" (")[0],
                    "declined" if guest.endswith("(declined)") else "accepted",
                    guest.endswith("(room)"),
                )
                for guest in guests
            ),
            notes=how.get("notes", ""),
            place=how.get("place", ""),
        )
        self.side.invite(one, how.get("in", "calendar"), at)

    def _when(self, how: dict[str, Any]) -> When:
        zone, when = ZoneInfo(how["zone"]) if "zone" in how else self.zone, how["when"]
        if len(when) == len("2026-01-01"):
            day = date.fromisoformat(when)
            return day, day + timedelta(days=1)
        day_text, _, hours = when.partition(" ")
        first, _, last = hours.partition("-")
        start, end = (datetime.fromisoformat(f"{day_text} {clock}").replace(tzinfo=zone) for clock in (first, last))
        return start, end

    def move_interview(self, how: dict[str, Any], at: datetime) -> None:
        self.side.move(how["id"], self._when(how), how.get("in", "calendar"), at)

    def cancel_interview(self, how: str, at: datetime) -> None:
        self.side.cancel(how, at)

    def decline_interview(self, how: str, at: datetime) -> None:
        self.side.answer(how, self.person["email"], "declined", at)

    def accept_interview(self, how: str, at: datetime) -> None:
        self.side.answer(how, self.person["email"], "accepted", at)

    def delete_interview(self, how: str, _at: datetime) -> None:
        self.side.delete(how)

    def note_on_interview(self, how: dict[str, str], at: datetime) -> None:
        self.side.note(how["id"], how["text"], at)

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
        self.side.deliver(message, at, sent=folder == "Sent")

    def delete_reminder(self, how: str, at: datetime) -> None:
        self.side.dismiss(self._reminder(how, at).id)

    def tick_reminder(self, how: str, at: datetime) -> None:
        found = self._reminder(how, at)
        self.side.edit(found.id, at, title=f"✓ {found.title}")

    def untick_reminder(self, how: str, at: datetime) -> None:
        found = self._reminder(how, at)
        self.side.edit(found.id, at, title=found.title.removeprefix("✓ "))

    def retitle_reminder(self, how: dict[str, str], at: datetime) -> None:
        self.side.edit(self._reminder(how["which"], at).id, at, title=how["title"])

    def note_on_reminder(self, how: dict[str, str], at: datetime) -> None:
        found = self._reminder(how["which"], at)
        self.side.edit(found.id, at, text=f"{found.text}\n{how['text']}")

    def rewrite_reminder(self, how: dict[str, str], at: datetime) -> None:
        self.side.edit(self._reminder(how["which"], at).id, at, text=how["text"])

    def move_reminder(self, how: dict[str, str], at: datetime) -> None:
        found = self._reminder(how["which"], at)
        start, end = found.when
        to = self.time(how["to"]) if isinstance(start, datetime) else date.fromisoformat(how["to"])
        self.side.edit(found.id, at, when=(to, to + (end - start)))

    def mark(self, how: str, at: datetime) -> None:
        company, *state = re.split(r" (?=hear-by |[a-z-]+$)", how, maxsplit=1)
        argv = ["mark", company, *state[0].split(), "--now", at.isoformat(), "--config", str(self.config)]
        assert main(argv) == 0, how

    def pause(self, how: str, at: datetime) -> None:
        assert main(["pause", *str(how).split(), "--now", at.isoformat(), "--config", str(self.config)]) == 0, how

    def travel(self, how: str, _at: datetime) -> None:
        self.zone = ZoneInfo(how)
        self.person["zone"] = how
        self.config = self._config()
        self.settings = config.load(self.config, {"HOME": str(self.root)})

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


def _fail(line: str) -> None:
    raise AssertionError(line)


def stories() -> list[Path]:
    """Every story there is."""
    return sorted((Path(os.path.realpath(__file__)).parent / "stories").glob("*.yaml"))
