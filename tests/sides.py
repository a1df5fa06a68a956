"""The world that a story plays in: the person's calendar and mailbox, in files or with Google.

A side does what people and their programs do (never through syncd's own code), and tells what stands. What a story
says is the same on every side.
"""

from __future__ import annotations

import email.message
import email.utils
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import icalendar

if TYPE_CHECKING:
    from tests.fake_google.server import FakeGoogle

When = tuple[date, date]
"""Start and end: datetimes, or days for an all-day event (the end is the day after)."""


@dataclass(frozen=True)
class Invitation:
    """An interview as somebody puts it into a calendar. ``people`` are (address line, answer, whether it is a room)."""

    id: str
    title: str
    when: When
    organizer: str = ""
    people: tuple[tuple[str, str, bool], ...] = ()
    notes: str = ""
    place: str = ""

    @property
    def uid(self) -> str:
        return f"{self.id}@story.example"


@dataclass(frozen=True)
class Shown:
    """A reminder as the person sees it, and the state that its marks tell."""

    id: str
    title: str
    text: str
    when: When
    state: str
    key: str


class Side(Protocol):
    """Folders are called ``calendar`` (the person's first) and by the names that a story gives to others.

    ``passes`` are the times of a day at which the daemon runs between two steps, and ``often`` tells whether each of
    these is followed by another that must find nothing to do.
    """

    passes: tuple[time, ...]
    often: bool

    def tables(self, also: list[str]) -> dict[str, dict[str, Any]]: ...
    def at(self, moment: datetime) -> None: ...
    def invite(self, one: Invitation, folder: str, moment: datetime) -> None: ...
    def move(self, interview: str, when: When, folder: str, moment: datetime) -> None: ...
    def cancel(self, interview: str, moment: datetime) -> None: ...
    def answer(self, interview: str, me: str, answer: str, moment: datetime) -> None: ...
    def note(self, interview: str, text: str, moment: datetime) -> None: ...
    def delete(self, interview: str) -> None: ...
    def deliver(self, message: email.message.EmailMessage, moment: datetime, *, sent: bool) -> None: ...
    def theirs(self) -> str: ...
    def reminders(self) -> list[Shown]: ...
    def dismiss(self, reminder: str) -> None: ...
    def edit(self, reminder: str, moment: datetime, **changes: Any) -> None: ...


class FileSide:
    """Real ICS files, and a real Maildir."""

    passes = (time(0, 5), time(9, 5), time(12), time(17, 5))
    often = True

    def __init__(self, root: Path) -> None:
        self.root = root
        self.calendar, self.kept = root / "calendar", root / "reminders"
        self.number = 0
        for folder in (self.calendar, root / "second", self.kept):
            folder.mkdir()
        for name in ("Inbox", "Sent"):
            for part in ("cur", "new", "tmp"):
                (root / "mail" / name / part).mkdir(parents=True)

    def tables(self, also: list[str]) -> dict[str, dict[str, Any]]:
        return {
            "calendar": {"backend": "local"},
            "mail": {"backend": "local"},
            "local": {
                "calendars": [str(self.calendar), *(str(self.root / name) for name in also)],
                "reminders": str(self.kept),
                "mail": [str(self.root / "mail" / folder) for folder in ("Inbox", "Sent")],
            },
        }

    def at(self, moment: datetime) -> None:
        """Files have no clock."""

    def invite(self, one: Invitation, folder: str, moment: datetime) -> None:
        calendar, event = icalendar.Calendar(), icalendar.Event()
        calendar.add("prodid", "-//story//EN")
        calendar.add("version", "2.0")
        event.add("uid", one.uid)
        event.add("dtstamp", moment.astimezone(UTC))
        event.add("summary", one.title)
        event.add("sequence", 0)
        _set_times(event, one.when)
        if one.organizer:
            event.add("organizer", _address(one.organizer))
        for line, answer, room in one.people:
            event.add("attendee", _address(line, PARTSTAT=answer.upper(), **({"CUTYPE": "ROOM"} if room else {})))
        for name, value in (("description", one.notes), ("location", one.place)):
            if value:
                event.add(name, value)
        calendar.add_component(event)
        (self.root / folder / f"{one.id}.ics").write_bytes(calendar.to_ical())

    def _change(self, path: Path, moment: datetime, change: Any) -> None:
        calendar = icalendar.Calendar.from_ical(path.read_bytes())
        event = calendar.walk("VEVENT")[0]
        change(event)
        event["sequence"] = int(event.get("sequence", 0)) + 1
        event.pop("last-modified", None)
        event.add("last-modified", moment.astimezone(UTC))
        path.write_bytes(calendar.to_ical())

    def move(self, interview: str, when: When, folder: str, moment: datetime) -> None:
        self._change(self.root / folder / f"{interview}.ics", moment, lambda e: _set_times(e, when))

    def cancel(self, interview: str, moment: datetime) -> None:
        self._change(self.calendar / f"{interview}.ics", moment, lambda e: e.add("status", "CANCELLED"))

    def answer(self, interview: str, me: str, answer: str, moment: datetime) -> None:
        def change(event: icalendar.Event) -> None:
            for attendee in event["attendee"]:
                if me in str(attendee):
                    attendee.params["PARTSTAT"] = answer.upper()

        self._change(self.calendar / f"{interview}.ics", moment, change)

    def note(self, interview: str, text: str, moment: datetime) -> None:
        def change(event: icalendar.Event) -> None:
            old = str(event.pop("description", ""))
            event.add("description", f"{old}\n{text}".strip())

        self._change(self.calendar / f"{interview}.ics", moment, change)

    def delete(self, interview: str) -> None:
        (self.calendar / f"{interview}.ics").unlink()

    def deliver(self, message: email.message.EmailMessage, moment: datetime, *, sent: bool) -> None:
        self.number += 1
        file = f"{int(moment.timestamp())}.M{self.number}.story:2,S"
        (self.root / "mail" / ("Sent" if sent else "Inbox") / "cur" / file).write_bytes(message.as_bytes())

    def theirs(self) -> str:
        digest = hashlib.sha256()
        for folder in (self.calendar, self.root / "second", self.root / "mail"):
            for path in sorted(p for p in folder.rglob("*") if p.is_file()):
                digest.update(str(path).encode() + path.read_bytes())
        return digest.hexdigest()

    def reminders(self) -> list[Shown]:
        return [
            Shown(
                str(e["uid"]),
                str(e["summary"]),
                str(e["description"]),
                (e["dtstart"].dt, e["dtend"].dt),
                str(e.get("X-SYNCD-STATE")),
                str(e["X-SYNCD-KEY"]),
            )
            for _, e in self._events()
        ]

    def _events(self) -> Iterator[tuple[Path, Any]]:
        for path in sorted(self.kept.glob("*.ics")):
            for event in icalendar.Calendar.from_ical(path.read_bytes()).walk("VEVENT"):
                yield path, event

    def _path(self, reminder: str) -> Path:
        return next(path for path, event in self._events() if str(event["uid"]) == reminder)

    def dismiss(self, reminder: str) -> None:
        self._path(reminder).unlink()

    def edit(self, reminder: str, moment: datetime, **changes: Any) -> None:
        def change(event: icalendar.Event) -> None:
            for field, value in changes.items():
                if field == "when":
                    _set_times(event, value)
                else:
                    event.update({{"title": "summary", "text": "description"}[field]: icalendar.vText(value)})

        self._change(self._path(reminder), moment, change)


def _set_times(event: icalendar.Event, when: When) -> None:
    for name, value in zip(("dtstart", "dtend"), when, strict=True):
        event.pop(name, None)
        event.add(name, value)


def _address(text: str, **params: str) -> icalendar.vCalAddress:
    name, address = email.utils.parseaddr(text)
    value = icalendar.vCalAddress(f"mailto:{address}")
    for key, given in {"CN": name, **params}.items():
        value.params[key] = icalendar.vText(given)
    return value


_ANSWERS = {"accepted": "accepted", "declined": "declined", "needs-action": "needsAction"}


class GoogleSide:
    """Google Calendar and Gmail, on a server that behaves as they do. Reminders go to the person's own calendar.

    Each pass goes over HTTP and costs ten times one over files: so there are fewer of them.
    """

    passes = (time(12), time(17, 5))
    often = False

    def __init__(self, google: FakeGoogle, root: Path, me: str) -> None:
        self.google, self.root, self.me = google, root, me
        self.token = root / "token.json"
        google.write_token(self.token)
        self.ids: dict[str, str] = {"calendar": "primary"}

    def tables(self, also: list[str]) -> dict[str, dict[str, Any]]:
        for name in also:
            if name == "reminders":
                self.ids[name] = "primary"
            else:
                self.ids[name] = f"{name}@group.calendar.google.com"
                self.google.calendars.add(self.ids[name], summary=name)
        read = list(dict.fromkeys(self.ids.values()))
        return {
            "calendar": {"backend": "google", "read": read, "write": "primary"},
            "mail": {"backend": "google"},
            "google": {
                "token": str(self.token),
                "calendar_endpoint": self.google.calendar_endpoint,
                "gmail_endpoint": self.google.gmail_endpoint,
            },
        }

    def at(self, moment: datetime) -> None:
        self.google.now = moment

    def invite(self, one: Invitation, folder: str, moment: datetime) -> None:
        self.at(moment)
        body: dict[str, Any] = {
            "id": _google_id(one.id),
            "iCalUID": one.uid,
            "summary": one.title,
            **_google_times(one.when),
        }
        if one.organizer:
            name, address = email.utils.parseaddr(one.organizer)
            body["organizer"] = {"email": address, "displayName": name}
        if one.people:
            body["attendees"] = [_google_attendee(*person) for person in one.people]
        body |= {k: v for k, v in (("description", one.notes), ("location", one.place)) if v}
        self.google.calendars.put(self.ids[folder], body)

    def move(self, interview: str, when: When, folder: str, moment: datetime) -> None:
        self.at(moment)
        self.google.calendars.patch(self.ids[folder], _google_id(interview), _google_times(when))

    def cancel(self, interview: str, moment: datetime) -> None:
        self.at(moment)
        self.google.calendars.cancel("primary", _google_id(interview))

    def answer(self, interview: str, me: str, answer: str, moment: datetime) -> None:
        self.at(moment)
        event = self.google.calendars.get("primary", _google_id(interview))
        attendees = [
            {**one, "responseStatus": _ANSWERS[answer]} if one["email"] == me else one for one in event["attendees"]
        ]
        self.google.calendars.patch("primary", event["id"], {"attendees": attendees})

    def note(self, interview: str, text: str, moment: datetime) -> None:
        self.at(moment)
        event = self.google.calendars.get("primary", _google_id(interview))
        said = f"{event.get('description', '')}\n{text}".strip()
        self.google.calendars.patch("primary", event["id"], {"description": said})

    def delete(self, interview: str) -> None:
        self.google.calendars.cancel("primary", _google_id(interview))

    def deliver(self, message: email.message.EmailMessage, moment: datetime, *, sent: bool) -> None:
        self.at(moment)
        self.google.mailbox.deliver(message.as_bytes(), labels=("SENT",) if sent else ("INBOX",), at=moment)

    def theirs(self) -> str:
        events = [
            event
            for calendar in sorted(set(self.ids.values()))
            for event in self.google.calendars.events(calendar)
            if not _is_ours(event)
        ]
        writes = [e.request for e in self.google.log if e.request.method != "GET" and "/gmail/" in e.request.path]
        return hashlib.sha256(repr((events, [w.path for w in writes])).encode()).hexdigest()

    def reminders(self) -> list[Shown]:
        return [
            Shown(
                event["id"],
                event.get("summary", ""),
                event.get("description", ""),
                (_google_time(event["start"]), _google_time(event["end"])),
                event["extendedProperties"]["private"].get("syncdState", ""),
                event["extendedProperties"]["private"]["syncdKey"],
            )
            for event in self.google.calendars.events("primary")
            if _is_ours(event)
        ]

    def dismiss(self, reminder: str) -> None:
        self.google.calendars.cancel("primary", reminder)

    def edit(self, reminder: str, moment: datetime, **changes: Any) -> None:
        self.at(moment)
        body: dict[str, Any] = {}
        for field, value in changes.items():
            if field == "when":
                body |= _google_times(value)
            else:
                body[{"title": "summary", "text": "description"}[field]] = value
        self.google.calendars.patch("primary", reminder, body)


def _google_id(name: str) -> str:
    """A name as Google takes it for an event's id (base32hex)."""
    return "story" + name.encode().hex()


def _google_times(when: When) -> dict[str, Any]:
    return {name: _google_side_time(value) for name, value in zip(("start", "end"), when, strict=True)}


def _google_side_time(value: date) -> dict[str, str | None]:
    if isinstance(value, datetime):
        zone = getattr(value.tzinfo, "key", "UTC")
        return {"dateTime": value.isoformat(), "timeZone": zone, "date": None}
    return {"date": value.isoformat(), "dateTime": None}


def _google_time(value: dict[str, str]) -> date:
    if "dateTime" in value:
        return datetime.fromisoformat(value["dateTime"])
    return date.fromisoformat(value["date"])


def _google_attendee(line: str, answer: str, room: bool) -> dict[str, Any]:
    name, address = email.utils.parseaddr(line)
    one: dict[str, Any] = {"email": address, "displayName": name, "responseStatus": _ANSWERS[answer]}
    return {**one, "resource": True} if room else one


def _is_ours(event: dict[str, Any]) -> bool:
    return "syncdKey" in event.get("extendedProperties", {}).get("private", {})
