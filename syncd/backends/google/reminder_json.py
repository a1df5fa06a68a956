"""A reminder as Google's event JSON, both ways. Pure.

Source: https://developers.google.com/workspace/calendar/api/v3/reference/events. What Google would drop or cut without
a word is kept within its limits here, so that what is sent is what is stored: private properties after
https://developers.google.com/workspace/calendar/api/guides/extended-properties, ``reminders`` after the reference.
"""

from __future__ import annotations

import html
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from syncd import marks
from syncd.backends.google.event_json import cancelled, identifier, read
from syncd.backends.google.json_values import as_dict, as_dicts, as_text
from syncd.backends.google.markup import plain
from syncd.formats.ical_lines import clean
from syncd.marks import Marks
from syncd.model import Ended, Entry, ReminderState

Pairs = tuple[tuple[str, str], ...]

_PREFIX = "syncd"
_STATE = "syncdState"
_NAME_LIMIT = 44
_TITLE_LIMIT = 1024
_TEXT_LIMIT = 8000
"""Undocumented; about 8,192 characters are reported."""
_LINK_LIMIT = 2000
_LONGEST_ALARM = 40320
"""Minutes: four weeks."""
_DEFAULT_ALARM = 10
"""Minutes that stand for "as this calendar does by default", which only the person can have chosen."""
_COLOR = "2"
"""Of the event palette; "Sage" in Google's pages: quiet, and rarely somebody's default."""
_SHAPE = re.compile("[0-9a-v]{32}")
_PAGE = re.compile(r"https?://[A-Za-z0-9][A-Za-z0-9.-]*(?::\d+)?(?:[/?#][!-~]*)?")
_ANCHOR = re.compile(r"</?a(?:\s[^<>]*)?>", re.IGNORECASE)
_HALF_REFERENCE = re.compile(r"&[^;\s]{0,5}\Z")
_ADDED = ("attendees", "recurrence", "location", "attachments", "conferenceData")
"""What syncd never writes."""
_SHARED = {"visibility": "private", "transparency": "transparent", "colorId": _COLOR, "eventType": "default"}


def shaped(event_id: str) -> bool:
    """Whether *event_id* may be one of ours, by its looks; those that Google makes up are shorter."""
    return _SHAPE.fullmatch(event_id) is not None


def read_marks(item: dict[str, Any]) -> Marks | None:
    """The marks on *item*, also where it is a copy (their id is another one then); None where there are none."""
    return marks.from_pairs(_pairs(item))


def read_entry(item: dict[str, Any], zone: ZoneInfo) -> Entry | None:
    """*item* as a reminder of ours for a user in *zone*; None for what is none, or no longer there.

    Raises one of ``event_json.BROKEN`` where it has no time or no etag that can be understood.
    """
    found = read_marks(item)
    if found is None or found.event_id != identifier(item) or cancelled(item):
        return None
    etag = item.get("etag")
    if not isinstance(etag, str) or not etag:
        raise ValueError("it has no etag")
    order = [name for name, _ in marks.to_pairs(found)]  # Google gives them in any
    pairs = sorted(_pairs(item), key=lambda pair: order.index(pair[0]) if pair[0] in order else len(order))
    event = read(item, "", zone)
    return Entry(
        event_id=found.event_id,
        title=clean(as_text(item.get("summary"))),
        text=_lines(as_text(item.get("description"))),
        start=event.start,
        end=event.end,
        all_day=event.all_day,
        alarm=_alarm(item.get("reminders")),
        link=_read_link(item),
        added=any(item.get(name) for name in _ADDED),
        marks=tuple(pairs),
        etag=etag,
        href=found.event_id,
        modified=event.modified,
    )


def read_ended(item: dict[str, Any]) -> Ended | None:
    """A deleted event as the end of a reminder of ours; None where nothing on it tells that it was one."""
    found = read_marks(item)
    if found is None or found.event_id != identifier(item):
        return None
    return ended(found, by_person=found.state is not ReminderState.CANCELLED)


def ended(found: Marks, *, by_person: bool) -> Ended:
    """The end of the reminder with these marks."""
    return Ended(found.event_id, found.key, found.rule, found.cause, found.generation, by_person)


def body(entry: Entry, zone: ZoneInfo) -> dict[str, Any]:
    """What ``events.insert`` takes for *entry*: it invites nobody, blocks no time, and is nobody else's to read."""
    sent = {"id": entry.event_id, **_SHARED, **_content(entry, zone)}
    return {name: value for name, value in sent.items() if value is not None}


def patch(old: Entry, new: Entry, zone: ZoneInfo) -> dict[str, Any]:
    """What ``events.patch`` takes to make *new* of *old*: what differs, and null for what goes; empty for nothing."""
    before, after = _content(old, zone), _content(new, zone)
    changes = {name: value for name, value in after.items() if before[name] != value}
    if "start" in changes or "end" in changes:
        changes |= {name: _instead(after[name]) for name in ("start", "end")}
    if "extendedProperties" in changes:
        was, now = before["extendedProperties"]["private"], after["extendedProperties"]["private"]
        changed = {name: now.get(name) for name in {**was, **now} if was.get(name) != now.get(name)}
        changes["extendedProperties"] = {"private": changed}
    return changes


def ending(entry: Entry) -> Entry:
    """*entry* as it is before syncd deletes it, so that what is left of it tells who did."""
    kept = {**dict(entry.marks), _STATE: ReminderState.CANCELLED.value}
    return replace(entry, marks=tuple(kept.items()))


def same(one: Entry, other: Entry, zone: ZoneInfo) -> bool:
    """Whether both say the same, as far as it is written."""
    return one.event_id == other.event_id and _content(one, zone) == _content(other, zone)


def _content(entry: Entry, zone: ZoneInfo) -> dict[str, Any]:
    start, end = _times(entry, zone)
    minutes = entry.alarm if entry.alarm is None else min(max(entry.alarm, 0), _LONGEST_ALARM)
    title = _cut(clean(entry.title), _TITLE_LIMIT)
    return {
        "summary": title,
        "description": _markup(entry.text),
        "start": start,
        "end": end,
        "reminders": {
            "useDefault": False,
            "overrides": [] if minutes is None else [{"method": "popup", "minutes": minutes}],
        },
        "source": _source(entry.link),
        "extendedProperties": {
            "private": {
                name: _cut(clean(value), marks.VALUE_LIMIT) for name, value in entry.marks if len(name) <= _NAME_LIMIT
            }
        },
    }


def _times(entry: Entry, zone: ZoneInfo) -> tuple[dict[str, str], dict[str, str]]:
    """Whole seconds in *zone*, or dates; Google takes no end before the start, nor an all-day one of no day."""
    if entry.all_day:
        first, last = entry.start.astimezone(zone).date(), entry.end.astimezone(zone).date()
        return {"date": first.isoformat()}, {"date": max(last, first + timedelta(days=1)).isoformat()}
    ends = max(entry.start.astimezone(UTC), entry.end.astimezone(UTC))
    return _time(entry.start, zone), _time(ends, zone)


def _time(moment: datetime, zone: ZoneInfo) -> dict[str, str]:
    # Through UTC: in the hour that a change of clocks repeats, what is in *zone* already may name the wrong one.
    local = moment.astimezone(UTC).astimezone(zone)
    return {"dateTime": local.isoformat(timespec="seconds"), "timeZone": zone.key}


def _instead(time: dict[str, str]) -> dict[str, str | None]:
    """For a patch, which is merged key by key: a time takes the place of a date, and the other way round."""
    return {"date": None, "dateTime": None, "timeZone": None, **time}


def _alarm(given: object) -> int | None:
    """The popup nearest to the start (Google keeps no order), in minutes before it."""
    told = as_dict(given)
    minutes = [
        one["minutes"]
        for one in as_dicts(told.get("overrides"))
        if one.get("method") == "popup" and type(one.get("minutes")) is int
    ]
    default = _DEFAULT_ALARM if told.get("useDefault") is True else None
    return min(minutes, default=default)


def _read_link(item: dict[str, Any]) -> str:
    """The page that ``source`` names; empty for none."""
    url = clean(as_text(as_dict(item.get("source")).get("url")))
    return url if url.startswith(("https://", "http://")) else ""


def _source(link: str) -> dict[str, str] | None:
    """*link* as ``source``, where it is sure to be taken: one that Google refuses would cost the reminder."""
    fits = len(link) <= _LINK_LIMIT and _PAGE.fullmatch(link)
    return {"title": "Mail", "url": link} if fits else None


def _lines(description: str) -> str:
    """The text of a description in plain lines.

    Once the person edits it in Google's pages it is HTML. What they left as it was must read as syncd wrote it: links
    show the address that they lead to already, and a line end stays one, also where another program added it.
    """
    text = clean(description)
    unlinked = _ANCHOR.sub("", text)
    if plain(unlinked) == text.strip():
        return text
    return plain(unlinked.replace("\n", "<br>") if "<" in unlinked else unlinked)


def _markup(text: str) -> str:
    """*text* as a description that reads as just that: what would pass for markup in it is escaped."""
    text = _cut(clean(text), _TEXT_LIMIT)
    if _lines(text) == text:
        return text
    return _HALF_REFERENCE.sub("", _cut(html.escape(text, quote=False), _TEXT_LIMIT))


def _cut(text: str, limit: int) -> str:
    """At most *limit* UTF-16 units, which is what Google's servers may count; no character is cut in two."""
    if len(text) * 2 <= limit:
        return text
    return text.encode("utf-16-le")[: 2 * limit].decode("utf-16-le", "ignore")


def _pairs(item: dict[str, Any]) -> Pairs:
    private = as_dict(as_dict(item.get("extendedProperties")).get("private"))
    return tuple(
        (name, clean(value)) for name, value in private.items() if name.startswith(_PREFIX) and isinstance(value, str)
    )
