"""Which keys the config has: the one table from which reading, printing, the example file and ``syncd init`` follow.

Types and defaults are those of the dataclasses in ``settings``; here stands only what these can't say: where in the
file a key lives, what a person needs to know about it, and the bounds of its value.
"""

from __future__ import annotations

import typing
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from pathlib import Path
from types import UnionType
from typing import Any
from zoneinfo import ZoneInfo

from syncd.config import kinds, values
from syncd.config.values import Kind
from syncd.model import Account
from syncd.settings import Settings, User, WorkingHours

_DAY = timedelta(days=1)
_FEW_DAYS = values.duration(_DAY, 366 * _DAY)
_WITHIN_A_DAY = values.duration(timedelta(), _DAY)

TABLES = {
    "account": "Whose job search it is, and when its owner works.",
    "calendar": "Where the interviews are, and where the reminders go.",
    "mail": "Where the mail is. Back ends mix: a Google calendar with a Maildir is fine.",
    "google": 'For the back end "google".',
    "local": 'For the back end "local": plain files, as vdirsyncer, khal, mbsync and others keep them.',
    "rules": 'What holds for all rules. Durations are numbers with a unit: "90s", "15m", "2h", "14d", "6w".',
    "rules.ask_next_steps": "Ask about the next steps before you leave the interview.",
    "rules.thank_you": "Send a thank-you note that says again how you can bring value.",
    "rules.follow_up_promised": "Follow up when the date that they named has passed.",
    "rules.follow_up": "Follow up periodically and purposefully.",
    "rules.rejection_reply": "Accept rejection gracefully, and ask for feedback.",
    "rules.move_on": "Know when to move on.",
    "daemon": "The daemon: syncd run, which syncd service install has systemd keep running.",
    "state": "What syncd remembers between two runs.",
}
"""The tables in the order of the file, each with what it is about."""


@dataclass(frozen=True, slots=True)
class Key:
    """One key: its path in the file, its path in ``Settings``, its kind of value, and what a person needs to know."""

    name: tuple[str, ...]
    place: tuple[str, ...]
    kind: Kind
    default: Any
    about: str
    example: str | int | bool | list[str] | None = None
    required: bool = False

    @property
    def table(self) -> str:
        """The table that it stands in, with dots."""
        return ".".join(self.name[:-1])

    @property
    def label(self) -> str:
        """How messages call it: ``[table] key``."""
        return f"[{self.table}] {self.name[-1]}"

    @property
    def dotted(self) -> str:
        """How ``syncd config`` calls it: ``table.key``."""
        return ".".join(self.name)


@cache
def keys() -> dict[tuple[str, ...], Key]:
    """Every key by its path in the file, in the order of the example file."""
    found = (
        _key(
            "account.email",
            "Your mail address, the one that interviewers write to.",
            place="user.account.email",
            kind=kinds.EMAIL,
            example="you@mail.example",
            required=True,
        ),
        _key(
            "account.aliases",
            "Your other addresses. What was sent from any of them was written by you.",
            place="user.account.aliases",
            kind=values.many(kinds.EMAIL),
        ),
        _key(
            "account.name",
            "Your own name, as invitations write it: tells you from the interviewers.",
            place="user.account.name",
            example="Robin Example",
        ),
        _key(
            "account.timezone",
            "The time zone you live in. Unset: this machine's.",
            place="user.zone",
            example="Europe/Berlin",
        ),
        _key(
            "account.country",
            "Two letters: public holidays are then no working days, as weekends are none. Unset: only those.",
            place="user.country",
            kind=kinds.COUNTRY,
            example="DE",
        ),
        _key(
            "account.subdivision",
            "The state or region whose holidays count too. Unset: the national ones only.",
            place="user.subdivision",
            example="BY",
        ),
        _key(
            "account.working_hours",
            "Reminders lie within these hours of a working day. Two don't wait for one: what to ask at an\n"
            "interview, which comes just before it, and a thank-you, which is for the same day or the next,\n"
            "weekend or not.",
            place="user.hours",
        ),
        _key("calendar.backend", '"google", or "local" for files.', place="calendar_backend"),
        _key(
            "calendar.read",
            "Google: the calendars in which interviews stand.",
            place="calendar_read",
            kind=values.many(kinds.CALENDAR),
        ),
        _key(
            "calendar.write",
            'Google: the calendar for the reminders. "new:Follow-ups" makes one of that name,\n'
            "and then syncd needs no right to change any event of yours.",
            place="calendar_write",
            kind=kinds.CALENDAR,
        ),
        _key("mail.backend", '"google", or "local" for files.', place="mail_backend"),
        _key(
            "google.client_secret",
            "The file that Google's console gives for your OAuth client.",
            example="~/.config/syncd/client_secret.json",
        ),
        _key("google.token", "Where `syncd auth` keeps the sign-in.", example="~/.local/state/syncd/token.json"),
        _key(
            "google.calendar_endpoint",
            "Another base URL, up to and with calendar/v3/, for a gateway or a test server.",
            kind=kinds.ENDPOINT,
            example="https://gateway.example/calendar/v3/",
        ),
        _key(
            "google.gmail_endpoint",
            "Another base URL of Gmail's interface.",
            kind=kinds.ENDPOINT,
            example="https://gateway.example/",
        ),
        _key(
            "local.calendars",
            "Folders of .ics files (vdirs), or single .ics files. Only read.",
            example=["~/.calendars/personal"],
        ),
        _key(
            "local.reminders",
            "Where the reminders are written: an existing folder is a vdir, else a name that ends in\n"
            ".ics is one file, and any other name a folder.",
            example="~/.calendars/follow-ups",
        ),
        _key(
            "local.mail",
            "Maildirs or mbox files, with the sent mail among them. Only read.",
            example=["~/Mail/Inbox", "~/Mail/Sent"],
        ),
        _key(
            "rules.lookback",
            "How far the first run reaches back. Less than [rules.move_on] after misses what still goes on.",
            kind=_FEW_DAYS,
        ),
        _key("rules.thank", 'After a panel: "any" is content with one note, "each" wants one to everybody.'),
        _key("rules.on_done", 'What becomes of a reminder that is done: "mark" ticks it, "delete" removes it.'),
        _key("rules.discreet", "true keeps companies and people out of the titles of reminders."),
        *_rule("ask_next_steps", before=("How long before the interview.", _WITHIN_A_DAY)),
        *_rule(
            "thank_you",
            after=("How long after the interview.", values.duration(timedelta(), 7 * _DAY)),
            pointless_after=("When a note would read as an afterthought; the reminder ends then.", _FEW_DAYS),
        ),
        *_rule(
            "follow_up_promised",
            business_days=("Which business day after the date: Monday promised, 2 is Wednesday.", values.whole(1, 60)),
        ),
        *_rule("follow_up", every=("How long after the last touchpoint, theirs or yours.", _FEW_DAYS)),
        *_rule(
            "rejection_reply",
            business_days=("Which business day after the rejection.", values.whole(1, 60)),
            pointless_after=("When an answer would come too late; the reminder ends then.", _FEW_DAYS),
        ),
        *_rule("move_on", after=("How long a silence says enough.", values.duration(7 * _DAY, 366 * _DAY))),
        _key(
            "daemon.poll",
            "How often to look when nothing else calls for it, 30s to 1d.",
            kind=values.duration(timedelta(seconds=30), _DAY),
        ),
        _key("daemon.log", 'How its log is written: "text" for people, "json" for machines, an object a line.'),
        _key(
            "state.path",
            "The file. Unset: syncd/state.db in $XDG_STATE_HOME, or in ~/.local/state. A second account\n"
            "needs one of its own.",
            place="state",
            example="~/.local/state/syncd/state.db",
        ),
    )
    return {key.name: key for key in found}


def _rule(rule: str, **times: tuple[str, Kind]) -> tuple[Key, ...]:
    return (
        _key(f"rules.{rule}.enabled", "false turns this rule off."),
        *(_key(f"rules.{rule}.{name}", about, kind=kind) for name, (about, kind) in times.items()),
    )


def _key(
    name: str,
    about: str,
    *,
    place: str = "",
    kind: Kind | None = None,
    example: str | int | bool | list[str] | None = None,
    required: bool = False,
) -> Key:
    where = tuple((place or name).split("."))
    hint, default = _leaf(where)
    return Key(tuple(name.split(".")), where, kind or _kind(hint), default, about, example, required)


@cache
def _defaults() -> Settings:
    return Settings(user=User(account=Account(email=""), zone=ZoneInfo("UTC")))


@cache
def hints(cls: type) -> dict[str, Any]:
    """The types of the fields of a dataclass."""
    return typing.get_type_hints(cls)


def _leaf(place: tuple[str, ...]) -> tuple[Any, Any]:
    """The type and the default of the field at *place*."""
    owner: Any = _defaults()
    for name in place[:-1]:
        owner = getattr(owner, name)
    return hints(owner.__class__)[place[-1]], getattr(owner, place[-1])


def _kind(hint: Any) -> Kind:  # noqa: ANN401 (a type as typing gives it)
    plain = {bool: values.FLAG, str: values.TEXT, WorkingHours: values.HOURS, ZoneInfo: kinds.ZONE, Path: kinds.PATH}
    if hint in plain:
        return plain[hint]
    arguments = typing.get_args(hint)
    if typing.get_origin(hint) is typing.Literal:
        return values.choice(arguments)
    if typing.get_origin(hint) is tuple:
        return values.many(_kind(arguments[0]))
    if isinstance(hint, UnionType):  # a path that may be unset
        return _kind(arguments[0])
    raise TypeError(f"no kind of value for {hint}")
