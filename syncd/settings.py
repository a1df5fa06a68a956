"""What a person can set, as typed values with their units. Read from TOML by ``config``; the pure core takes these.

The defaults are the article's and design.md's; the reason stands beneath each.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, time, timedelta
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

from syncd.model import Account

NEW_CALENDAR = "new:"
"""Before the name of a calendar that syncd makes for itself, in ``calendar_write``."""


@dataclass(frozen=True, slots=True)
class WorkingHours:
    """Wall-clock times in the user's zone; the end itself is still inside."""

    start: time = time(9)
    end: time = time(17)


@dataclass(frozen=True, slots=True)
class AskNextSteps:
    """Before the interview."""

    enabled: bool = True
    before: timedelta = timedelta(minutes=15)
    """Long enough to read it in the waiting room, short enough not to be forgotten again."""


@dataclass(frozen=True, slots=True)
class ThankYou:
    """After the interview."""

    enabled: bool = True
    after: timedelta = timedelta(hours=2)
    """The same day, while both sides remember."""
    pointless_after: timedelta = timedelta(days=5)
    """A note that comes later reads as an afterthought."""


@dataclass(frozen=True, slots=True)
class FollowUpPromised:
    """When the date that they named has passed."""

    enabled: bool = True
    business_days: int = 2
    """Monday promised, Wednesday due: a day's grace, then a friendly question."""


@dataclass(frozen=True, slots=True)
class FollowUp:
    """When nothing was promised."""

    enabled: bool = True
    every: timedelta = timedelta(days=14)
    """Every couple of weeks: present, not pressing."""


@dataclass(frozen=True, slots=True)
class RejectionReply:
    """After a no."""

    enabled: bool = True
    business_days: int = 1
    """After a night's sleep."""
    pointless_after: timedelta = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class MoveOn:
    """After a long silence."""

    enabled: bool = True
    after: timedelta = timedelta(weeks=6)


@dataclass(frozen=True, slots=True)
class Rules:
    """The six rules and what holds for all of them."""

    lookback: timedelta = timedelta(days=60)
    """How far the first pull reaches back: longer than the six weeks after which a search moves on."""
    thank: Literal["any", "each"] = "any"
    on_done: Literal["mark", "delete"] = "mark"
    discreet: bool = False
    ask_next_steps: AskNextSteps = field(default_factory=AskNextSteps)
    thank_you: ThankYou = field(default_factory=ThankYou)
    follow_up_promised: FollowUpPromised = field(default_factory=FollowUpPromised)
    follow_up: FollowUp = field(default_factory=FollowUp)
    rejection_reply: RejectionReply = field(default_factory=RejectionReply)
    move_on: MoveOn = field(default_factory=MoveOn)


@dataclass(frozen=True, slots=True)
class User:
    """Where and when the person works. ``country`` is ISO 3166-1 alpha-2, empty for no public holidays.

    ``away`` are the periods of ``syncd pause``, past ones too: each from its first day up to, and not with, the second.
    One that was taken back at once is there, and empty.
    """

    account: Account
    zone: ZoneInfo
    country: str = ""
    subdivision: str = ""
    hours: WorkingHours = field(default_factory=WorkingHours)
    away: tuple[tuple[date, date], ...] = ()


@dataclass(frozen=True, slots=True)
class LocalPaths:
    """The files of the local back ends, absolute."""

    calendars: tuple[Path, ...] = ()
    reminders: Path | None = None
    mail: tuple[Path, ...] = ()


@dataclass(frozen=True, slots=True)
class Google:
    """Google's back ends. Endpoints are other base URLs, for a gateway or a test server."""

    client_secret: Path | None = None
    token: Path | None = None
    calendar_endpoint: str = ""
    gmail_endpoint: str = ""


@dataclass(frozen=True, slots=True)
class Daemon:
    """How the daemon behaves."""

    poll: timedelta = timedelta(minutes=5)
    log: Literal["text", "json"] = "text"


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that is set, after validation."""

    user: User
    calendar_backend: Literal["google", "local"] = "google"
    calendar_read: tuple[str, ...] = ("primary",)
    calendar_write: str = "primary"
    mail_backend: Literal["google", "local"] = "google"
    local: LocalPaths = field(default_factory=LocalPaths)
    google: Google = field(default_factory=Google)
    rules: Rules = field(default_factory=Rules)
    daemon: Daemon = field(default_factory=Daemon)
    state: Path = Path("state.db")
    path: Path | None = None
    """The file they came from."""
    option: str = ""
    """What a command of syncd that a person types needs to find that file: ``--config PATH``; empty for the usual."""
