"""The nouns of syncd: frozen values without I/O, clock or settings.

Every ``datetime`` here is aware. Dates are the user's local dates unless a docstring says otherwise.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum


class Direction(StrEnum):
    """Who wrote a message, seen from the job seeker."""

    SENT = "sent"
    RECEIVED = "received"


class Kind(StrEnum):
    """What a message means (design, section 4)."""

    THANK_YOU = "thank_you"
    FOLLOW_UP = "follow_up"
    REJECTION_REPLY = "rejection_reply"
    WITHDRAWAL = "withdrawal"
    REJECTION = "rejection"
    OFFER = "offer"
    INVITATION = "invitation"
    AUTOMATIC = "automatic"
    REPLY = "reply"
    OTHER = "other"


class Rule(StrEnum):
    """The six rules of the article, in the order in which a search meets them, and one of the machine's own."""

    ASK_NEXT_STEPS = "ask_next_steps"
    THANK_YOU = "thank_you"
    FOLLOW_UP_PROMISED = "follow_up_promised"
    FOLLOW_UP = "follow_up"
    REJECTION_REPLY = "rejection_reply"
    MOVE_ON = "move_on"
    SIGN_IN = "sign_in"
    """Sign in again before the service stops taking the old sign-in."""


ARTICLE = tuple(rule for rule in Rule if rule is not Rule.SIGN_IN)
"""The rules that the article names."""


class OpportunityState(StrEnum):
    """Where a candidacy stands."""

    ACTIVE = "active"
    OFFERED = "offered"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    MOVED_ON = "moved_on"
    IGNORED = "ignored"
    CLOSED = "closed"


class ReminderState(StrEnum):
    """Where a reminder stands. Only ``OPEN`` and ``DONE`` ones are in the calendar."""

    OPEN = "open"
    DONE = "done"
    DISMISSED = "dismissed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody, by name, by address (lower case), or both; what is not known is empty."""

    name: str = ""
    email: str = ""

    def __str__(self) -> str:
        """The name where there is one, else the address."""
        return self.name or self.email


@dataclass(frozen=True, slots=True)
class Attendee:
    """A line of an invitation: RFC 5545 ATTENDEE with CUTYPE as ``kind`` and PARTSTAT as ``status``, lower case."""

    person: Person
    kind: str = "individual"
    status: str = "needs-action"


@dataclass(frozen=True, slots=True)
class Account:
    """Whose job search it is. Addresses are lower case.

    ``name`` is the person's own name where it is known (from config or from the From header of sent mail).
    """

    email: str
    aliases: tuple[str, ...] = ()
    name: str = ""

    def owns(self, address: str) -> bool:
        """Whether *address* is the user's: case and a ``+tag`` don't matter (RFC 5233 sub-addressing)."""
        return _untagged(address) in {_untagged(a) for a in (self.email, *self.aliases)}


def _untagged(address: str) -> str:
    local, at, domain = address.strip().lower().rpartition("@")
    return f"{local.partition('+')[0]}{at}{domain}"


@dataclass(frozen=True, slots=True)
class Event:
    """One occurrence in a calendar, as read.

    ``href`` names the resource within ``source`` that it came from; ``event_id`` is what people and JSON call it (the
    ICS UID, or Google's id). ``recurrence_id`` is empty for single events. An all-day event runs from midnight to
    midnight (exclusive) in the user's zone. ``gone`` is when a pull first missed it: the person or organizer deleted
    it. ``seen`` is when a pull first brought it; ``first_pull`` tells that this was the first pull of a new store, so
    that ``seen`` says nothing of when it became known.
    """

    source: str
    href: str
    uid: str
    start: datetime
    end: datetime
    title: str = ""
    recurrence_id: str = ""
    event_id: str = ""
    all_day: bool = False
    description: str = ""
    location: str = ""
    url: str = ""
    organizer: Person | None = None
    attendees: tuple[Attendee, ...] = ()
    status: str = "confirmed"
    created: datetime | None = None
    modified: datetime | None = None
    seen: datetime | None = None
    first_pull: bool = False
    gone: datetime | None = None

    @property
    def cause(self) -> str:
        """The id under which reminders name this occurrence: iCalUID, and RECURRENCE-ID where there is one."""
        return f"{self.uid}/{self.recurrence_id}" if self.recurrence_id else self.uid


@dataclass(frozen=True, slots=True)
class Message:
    """One mail, as far as syncd needs it.

    ``id`` is the normalised Message-ID (no angle brackets), or a hash of Date, From and Subject where there is none.
    ``date`` is the Date header in the sender's own offset (or the delivery time where the header is missing or
    absurd). ``text`` holds the author's own words only; ``quoted`` what was cut: quotes and forwards, then signatures
    and disclaimers. ``headers`` are the few that tell automatic mail from a person's, names in lower case.
    """

    id: str
    date: datetime
    direction: Direction
    sender: Person
    recipients: tuple[Person, ...] = ()
    reply_to: Person | None = None
    subject: str = ""
    references: tuple[str, ...] = ()
    thread: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    text: str = ""
    quoted: str = ""
    attachments: tuple[str, ...] = ()
    calendar_method: str = ""

    def header(self, name: str) -> str:
        """The value of a kept header, empty where it is not there."""
        return next((v for k, v in self.headers if k == name), "")

    @property
    def counterparts(self) -> tuple[Person, ...]:
        """The other side: whom it was sent to, or who sent it (and where replies go)."""
        if self.direction is Direction.SENT:
            return self.recipients
        return (self.sender, self.reply_to) if self.reply_to else (self.sender,)


@dataclass(frozen=True, slots=True)
class EventReading:
    """What an event means. ``certain_company`` tells a name that was said from one guessed from a mail domain.

    ``job`` is the role's title where one is named. ``people`` are those on the other side that one could thank: no
    user, rooms, resources, role mailboxes, scheduling tools or declined attendees. ``declined`` is the user's own
    answer.
    """

    interview: bool
    company: str = ""
    certain_company: bool = False
    job: str = ""
    people: tuple[Person, ...] = ()
    declined: bool = False
    why: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class MessageReading:
    """What a message means, and the words or headers that decided it (``why``, plain sentences)."""

    kind: Kind
    expected_by: date | None = None
    purposeful: bool | None = None
    why: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Entry:
    """A reminder as a calendar holds it, in either back end's terms: plain fields and the ``syncd*`` marks.

    ``etag`` changes with every change of the entry. ``alarm`` is minutes before the start (0: at the start), None for
    no alarm. ``added`` tells that the person gave it what syncd never does: guests, a repetition, a place, a file.
    ``link`` is a page that belongs to it (the thread of mail), http or https, empty for none. Times as in
    ``Event``. ``marks`` maps ``syncdRule`` and its like to text.
    """

    event_id: str
    title: str
    text: str
    start: datetime
    end: datetime
    all_day: bool = False
    alarm: int | None = None
    link: str = ""
    added: bool = False
    marks: tuple[tuple[str, str], ...] = ()
    etag: str = ""
    href: str = ""
    modified: datetime | None = None


@dataclass(frozen=True, slots=True)
class Ended:
    """A reminder that is no longer in the calendar. ``by_person`` tells a dismissal from what syncd removed."""

    event_id: str
    key: str
    rule: str
    cause: tuple[str, ...]
    generation: int
    by_person: bool


@dataclass(frozen=True, slots=True)
class Interview:
    """An event read as an interview, with what the person said about it in its description."""

    event: Event
    reading: EventReading

    @property
    def stands(self) -> bool:
        """Whether it takes place, or took place: not cancelled, declined, or deleted before it was over."""
        gone_before = self.event.gone is not None and self.event.gone < self.event.end
        return self.event.status != "cancelled" and not self.reading.declined and not gone_before


@dataclass(frozen=True, slots=True)
class Touchpoint:
    """Something that happened between the two. ``kind`` is a message kind or ``interview``.

    ``evidence`` is the id of the message, event, reminder or mark that shows it; ``people`` who was on the other
    side. ``slots`` names the interviews (causes) a thank-you is known to be about, as when the person ticked that
    day's reminder. ``by_person`` is true where the person said so (a tag, a mark, a tick): it stands over anything
    inferred. ``thread`` is the mailbox's own id of the thread of mail, empty where there is none.
    """

    kind: str
    at: datetime
    evidence: str
    why: tuple[str, ...] = ()
    people: tuple[Person, ...] = ()
    slots: tuple[str, ...] = ()
    purposeful: bool | None = None
    by_person: bool = False
    subject: str = ""
    thread: str = ""


@dataclass(frozen=True, slots=True)
class Promise:
    """A date by which they said one would hear. ``cause`` is the message id, or the note's owner and hash."""

    by: date
    said: datetime
    cause: str
    why: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Opportunity:
    """One job at one company, with everything that is known to have happened, oldest first."""

    id: str
    company: str
    job: str = ""
    interviews: tuple[Interview, ...] = ()
    touchpoints: tuple[Touchpoint, ...] = ()
    promises: tuple[Promise, ...] = ()
    people: tuple[Person, ...] = ()
    why: tuple[str, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class Sighting:
    """When a note, tag or tick of the person was first seen, and the moment that relative words in it count from."""

    seen: datetime
    base: datetime


@dataclass(frozen=True, slots=True)
class PersonMark:
    """A ``syncd mark``: *state* as typed, for the opportunity that holds one of *causes* (interviews).

    *opportunity* is its id and *company* its name when the mark was made; *by* is the date of ``hear-by``.
    """

    id: str
    at: datetime
    state: str
    company: str = ""
    opportunity: str = ""
    causes: tuple[str, ...] = ()
    by: date | None = None
