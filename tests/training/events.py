"""The labelled calendar entries to learn from, as events, in the three forms in which they stand in tests/corpus."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email.utils import parseaddr
from pathlib import Path
from zoneinfo import ZoneInfo

from syncd.formats.ical import read_stated
from syncd.model import Account, Attendee, Event, Person

CORPUS = Path(__file__).parent.parent / "corpus"
START = datetime(2026, 3, 2, 10, tzinfo=UTC)
_STATUS = re.compile(r"(me|[^<>]*<[^<>]*>|\S+@\S+)(?:\s+(\w+))?")
_MARK = re.compile(r"\s*\((room|declined|accepted|tentative|optional)\)\s*$", re.IGNORECASE)


@dataclass(frozen=True)
class Entry:
    """A labelled entry.

    ``companies`` are those that are right ("" for none told), empty where it isn't asked. ``people`` have to be found,
    ``optional`` may. ``known`` is True where the cues were written with it in view; ``author`` names the file.
    """

    event: Event
    account: Account
    interview: bool
    companies: tuple[str, ...]
    people: tuple[str, ...]
    optional: tuple[str, ...]
    author: str
    language: str
    known: bool
    either: bool = False
    hard: bool = False

    @property
    def group(self) -> str:
        """What is held out together: all entries of one user, as one person wrote them in a row."""
        return f"{self.author} {self.account.email}"


def entries() -> list[Entry]:
    """All entries to learn from, in a fixed order."""
    return [*_cases(), *_files(), *_written(), *_plain()]


def _cases() -> Iterator[Entry]:
    """tests/corpus/events: the cues were written with these in view."""
    for path in sorted((CORPUS / "events").glob("*.toml")):
        group = tomllib.loads(path.read_text("utf-8"))
        for label in [*group.get("develop", []), *group.get("holdout", [])]:
            addresses = [a.strip() for a in label.get("me", group["me"]).split(",")]
            account = Account(addresses[0], tuple(addresses[1:]), group.get("name", ""))
            event = _event(
                label, path.name, _person(label["organizer"], addresses[0]) if "organizer" in label else None
            )
            event = replace(event, attendees=tuple(_attendee(a, addresses[0]) for a in label.get("attendees", [])))
            accepted = [label[key] for key in ("company",) if key in label] + label.get("accept", [])
            yield Entry(
                event,
                account,
                label["interview"],
                tuple("" if name == "NONE" else name for name in accepted),
                tuple(label.get("people", [])),
                tuple(label.get("optional", [])),
                path.stem,
                label.get("language", group["language"]),
                known=True,
                either=bool(label.get("interview_accept")),
                hard=label.get("difficulty") == "hard",
            )


def _files() -> Iterator[Entry]:
    """tests/corpus/ics/develop."""
    folder = CORPUS / "ics" / "develop"
    for name, label in tomllib.loads((folder / "labels.toml").read_text("utf-8")).items():
        file, _, uid = name.partition("#")
        me = label["me"] if isinstance(label["me"], list) else [label["me"]]
        found = read_stated((folder / file).read_bytes(), ZoneInfo("UTC"), href=file).events
        companies = [label[key] for key in ("company",) if key in label] + label.get("company_accept", [])
        for event in found:
            if uid and uid not in {event.uid, event.event_id}:
                continue
            yield Entry(
                event,
                Account(me[0], tuple(me[1:])),
                label["interview"],
                tuple("" if company == "none" else company for company in companies),
                tuple(p.get("email") or p["name"] for p in label.get("interviewers", [])),
                tuple(p.get("email") or p["name"] for p in label.get("interviewers_optional", [])),
                "ics-develop",
                label["language"],
                known=True,
                either=bool(label.get("interview_accept")),
                hard=label.get("difficulty") == "hard",
            )
            break


def _written() -> Iterator[Entry]:
    """tests/corpus/train_events: written by people who saw neither code nor cues."""
    for path in sorted((CORPUS / "train_events").glob("*.toml")):
        for label in tomllib.loads(path.read_text("utf-8"))["event"]:
            _, address = parseaddr(label["me"])
            event = _event(label, path.name, _person(label["organizer"], address) if label["organizer"] else None)
            event = replace(event, attendees=tuple(_marked(a) for a in label["attendees"]))
            if label.get("all_day"):
                event = replace(event, all_day=True)
            people = [parseaddr(p) if "@" in p else (p, "") for p in label["interviewers"]]
            yield Entry(
                event,
                # As `syncd classify --me` has it: the name stands in the invitation, or nowhere.
                Account(address.lower()),
                label["interview"],
                (label["company"],) if label["interview"] else (),
                tuple(address or name for name, address in people),
                (),
                path.stem,
                label["language"],
                known=False,
                hard=label.get("hard", False),
            )


def _plain() -> Iterator[Entry]:
    """plain_events.toml beside this file."""
    path = Path(__file__).parent / "plain_events.toml"
    for language, lists in tomllib.loads(path.read_text("utf-8")).items():
        for interview in (True, False):
            for line in lists["interview" if interview else "other"]:
                words, _, company = line.rpartition("=") if interview else (line, "", "")
                sender, sent, rest = words.rpartition(" >> ")
                title, _, text = (part.strip() for part in rest.partition("::"))
                event = _event({"title": title, "description": text}, path.name, _person(sender, "") if sent else None)
                companies = (company.strip(),) if interview else ()
                me = Account("robin@seeker.example")
                yield Entry(event, me, interview, companies, (), (), path.stem, language, known=True)


def _event(label: dict, href: str, organizer: Person | None) -> Event:
    return Event(
        source="corpus",
        href=href,
        uid=label["title"],
        start=START,
        end=START + timedelta(hours=1),
        title=label["title"],
        description=label.get("description", ""),
        location=label.get("location", ""),
        organizer=organizer,
    )


def _person(text: str, me: str) -> Person:
    if text == "me":
        return Person("", me)
    found = re.fullmatch(r"(.*?)\s*<(.*)>", text)
    return Person(found[1], found[2].lower()) if found else Person("", text.lower())


def _attendee(text: str, me: str) -> Attendee:
    """``Name <address> status``, where the status "room" or "resource" is a CUTYPE."""
    found = _STATUS.fullmatch(text)
    if not found:
        raise ValueError(text)
    status = found[2] or "needs-action"
    if status in ("room", "resource"):
        return Attendee(_person(found[1], me), status, "accepted")
    return Attendee(_person(found[1], me), "individual", status)


def _marked(text: str) -> Attendee:
    """``Name <address> (room)`` or ``(declined)``."""
    mark = _MARK.search(text)
    word = mark[1].lower() if mark else ""
    bare = text[: mark.start()] if mark else text
    person = _person(bare, "") if "<" in bare or "@" in bare else Person(bare.strip(), "")
    if word == "room":
        return Attendee(person, "room", "accepted")
    return Attendee(person, "individual", word if word in {"declined", "accepted", "tentative"} else "needs-action")
