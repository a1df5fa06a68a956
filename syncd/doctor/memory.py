"""What the store remembers: whether it is sound, and how the last cycle went. Read only; pure but for ``recall``."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from syncd.doctor.finding import Finding, of_error, ok, problem, warning
from syncd.errors import BadConfig, SyncdError
from syncd.settings import Settings
from syncd.store import LAST_RUN, STALE, STOPPED, Damaged, look_into, trouble_told

_LATE = timedelta(hours=2)
"""Beyond the poll: the daemon waits an hour at most between two tries."""


@dataclass(frozen=True, slots=True)
class Memory:
    """What the store at ``path`` tells: ``trouble`` is why it tells nothing, and ``there`` whether there is one yet."""

    path: Path
    trouble: SyncdError | None = None
    there: bool = False
    last_run: datetime | None = None
    stopped: str = ""
    stale: Mapping[str, str] = field(default_factory=dict)
    complete: bool = False
    interviews: bool = False
    sent: bool = False


def recall(path: Path) -> Memory:
    """Read the store at *path*; writes nothing."""
    if not path.is_file() or not path.stat().st_size:
        return Memory(path)
    try:
        with trouble_told(path):
            store = look_into(path)
            try:
                last = store.get(LAST_RUN)
                return Memory(
                    path,
                    there=True,
                    last_run=datetime.fromisoformat(last) if last else None,
                    stopped=store.get(STOPPED),
                    stale=json.loads(store.get(STALE) or "{}"),
                    complete=bool(store.get("complete")),
                    interviews=bool(store.events()),
                    sent=any(message.direction == "sent" for message in store.messages()),
                )
            finally:
                store.close()
    except SyncdError as trouble:
        return Memory(path, trouble)


def health(memory: Memory) -> Finding:
    """Whether the store is sound."""
    match memory.trouble:
        case None if not memory.there:
            return ok("store", f"{memory.path} is not there yet; the first cycle makes it")
        case None:
            return ok("store", f"{memory.path} is sound")
        case Damaged():
            step = "syncd sync moves it aside and builds it anew from calendar and mail; nothing of yours is lost"
            return problem("store", f"{memory.path} is damaged ({memory.trouble})", step)
        case BadConfig():
            return of_error("store", memory.trouble)
        case _:
            return of_error("store", memory.trouble, "see whether its disk is there, and whose the file is")


def last_cycle(memory: Memory, settings: Settings, now: datetime, instead: str = "") -> list[Finding]:
    """When the last cycle ended well, and what is wrong since.

    *instead* is what to do where a cycle by hand, to which no sandbox applies, would mend nothing.
    """
    if memory.trouble is not None:
        return []
    found = [_ended(memory, settings, now, instead)]
    if memory.stopped:
        at, _, why = memory.stopped.partition(" ")
        when = _ago(now - datetime.fromisoformat(at))
        step = instead or "syncd sync runs one now, and says what is wrong"
        found.append(problem("last cycle", f"the last one stopped, {when}: {why}", step))
    stale = [warning("last cycle", f"not read: {why}", "syncd sync tries again") for why in memory.stale.values()]
    return found + stale


def _ended(memory: Memory, settings: Settings, now: datetime, instead: str) -> Finding:
    if memory.last_run is None:
        return warning("last cycle", "none has ended well yet", "syncd sync --dry-run shows what a first one would do")
    age = now.astimezone(UTC) - memory.last_run.astimezone(UTC)
    text = f"the last that ended well was {_ago(age)}"
    if age > settings.daemon.poll + _LATE:
        step = instead or "syncd sync runs one now; syncd service install has it run by itself"
        return warning("last cycle", text, step)
    return ok("last cycle", text)


def _ago(age: timedelta) -> str:
    minutes = int(age.total_seconds()) // 60
    if minutes < 0:
        return "in the future (was the clock set back?)"
    for size, name in ((24 * 60, "days"), (60, "hours")):
        if minutes >= 2 * size:
            return f"{minutes // size} {name} ago"
    return "1 minute ago" if minutes == 1 else f"{minutes} minutes ago" if minutes else "just now"


def sent_mail(memory: Memory, settings: Settings) -> list[Finding]:
    """Whether any mail was seen that the person wrote: without it nothing they do is noticed."""
    if memory.trouble is not None or not memory.complete:
        return []
    if memory.sent:
        return [ok("sent mail", "what you write is seen")]
    if not memory.interviews:
        return []  # mail is kept where it touches an interview
    add = "[local] mail names the folder of sent mail too, and [account] aliases every address that you write from"
    if settings.mail_backend == "google":
        add = "[account] aliases names every address that you write from"
    text = "no mail of yours to anybody of an interview was ever seen, so nothing that you send is noticed"
    return [warning("sent mail", text, f"see that {add}; if you wrote to nobody yet, all is well")]
