"""What Google makes of an event that a client sends: what it refuses, and what it drops or cuts without a word."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from tests.fake_google import event_times
from tests.fake_google.wire import Rejected, Request, error

WRITABLE = frozenset(
    [
        "anyoneCanAddSelf",
        "attachments",
        "attendees",
        "attendeesOmitted",
        "colorId",
        "conferenceData",
        "description",
        "end",
        "eventLabelId",
        "extendedProperties",
        "focusTimeProperties",
        "gadget",
        "guestsCanInviteOthers",
        "guestsCanModify",
        "guestsCanSeeOtherGuests",
        "location",
        "outOfOfficeProperties",
        "recurrence",
        "reminders",
        "sequence",
        "source",
        "start",
        "status",
        "summary",
        "transparency",
        "visibility",
        "workingLocationProperties",
        "birthdayProperties",
    ]
)
"""What a client may change; the rest of what it sends is passed over."""

OWN = frozenset(
    {"attendees", "colorId", "eventLabelId", "extendedProperties", "reminders", "transparency", "visibility"}
)
"""What may differ in each guest's copy."""

_DEFAULTS = {
    "summary": "",
    "description": "",
    "location": "",
    "transparency": "opaque",
    "visibility": "default",
    "guestsCanInviteOthers": True,
    "guestsCanModify": False,
    "guestsCanSeeOtherGuests": True,
    "anyoneCanAddSelf": False,
    "attendees": [],
    "recurrence": [],
    "attachments": [],
}
_WORDS = {
    "status": ("confirmed", "tentative", "cancelled"),
    "transparency": ("opaque", "transparent"),
    "visibility": ("default", "public", "private", "confidential"),
}
_LONGEST_REMINDER = 40320
_ID = re.compile(r"[0-9a-v]{5,1024}")


def merged(old: Mapping[str, Any], patch: Mapping[str, Any]) -> dict[str, Any]:
    """What PATCH makes of *old*: objects merge, lists are replaced, null removes."""
    new = dict(old)
    for name, value in patch.items():
        if value is None:
            new.pop(name, None)
        elif isinstance(value, Mapping):
            inner = new.get(name)
            new[name] = merged(inner if isinstance(inner, Mapping) else {}, value)
        else:
            new[name] = value
    return new


def check_id(chosen: Any) -> None:
    """The alphabet and length of an id that a client chooses."""
    if not isinstance(chosen, str) or not _ID.fullmatch(chosen):
        raise Rejected(error(400, "invalid", "Invalid resource id value."))


def sent(request: Request) -> dict[str, Any]:
    """The event in the body, without what the parameters don't let in."""
    body = {
        name: value for name, value in (request.json or {}).items() if name in {*WRITABLE, "id", "iCalUID", "eventType"}
    }
    if request.one("conferenceDataVersion") != "1":
        body.pop("conferenceData", None)
    if request.one("supportsAttachments") != "true":
        body.pop("attachments", None)
    return body


def accepted(event: Mapping[str, Any]) -> dict[str, Any]:
    """*event* as it is kept. Raises ``Rejected`` where Google refuses it."""
    new = {name: value for name, value in event.items() if value is not None}
    new["start"], new["end"] = event_times.kept(new.get("start"), "start"), event_times.kept(new.get("end"), "end")
    event_times.check_range(new["start"], new["end"])
    if "originalStartTime" in new:
        new["originalStartTime"] = event_times.kept(new["originalStartTime"], "original start")
    if new.get("recurrence") and "date" not in new["start"] and "timeZone" not in new["start"]:
        raise Rejected(error(400, "required", "Missing time zone definition for start time."))
    for name, words in _WORDS.items():
        if new.get(name, words[0]) not in words:
            raise Rejected(error(400, "invalid", f"Invalid value for: {new[name]} is not a valid value"))
    new["reminders"] = _reminders(new.get("reminders"))
    new |= _properties(new.pop("extendedProperties", None)) | _source(new.pop("source", None))
    new["attendees"] = [_attendee(one) for one in new.get("attendees", ())]
    return {name: value for name, value in new.items() if name not in _DEFAULTS or value != _DEFAULTS[name]}


def _reminders(given: Any) -> dict[str, Any]:
    given = given or {"useDefault": True}
    overrides = given.get("overrides") or []
    if given.get("useDefault") and overrides:
        message = "Cannot specify both default reminders and overrides at the same time."
        raise Rejected(error(400, "cannotUseDefaultRemindersAndSpecifyOverride", message, domain="calendar"))
    if given.get("useDefault"):
        return {"useDefault": True}
    if len(overrides) > 5:
        message = "The maximum number of override reminders has been exceeded."
        raise Rejected(error(400, "eventRemindersCountExceedsLimit", message, domain="calendar"))
    known = {
        (min(max(int(one.get("minutes", 0)), 0), _LONGEST_REMINDER), one["method"])
        for one in overrides
        if one.get("method") in ("email", "popup")
    }
    told = [{"method": method, "minutes": minutes} for minutes, method in sorted(known)]
    return {"useDefault": False} | ({"overrides": told} if told else {})


def _properties(given: Any) -> dict[str, Any]:
    found: dict[str, dict[str, str]] = {}
    for kind in ("private", "shared"):
        properties = (given or {}).get(kind) or {}
        fitting = {key: value[:1024] for key, value in properties.items() if value is not None and len(key) <= 44}
        if fitting:
            found[kind] = fitting
    every = [pair for properties in found.values() for pair in properties.items()]
    if len(every) > 300 or sum(len(key) + len(value.encode()) for key, value in every) > 32 * 1024:
        raise Rejected(error(400, "invalid", "Extended properties exceed the size limit."))
    return {"extendedProperties": found} if found else {}


def _source(given: Any) -> dict[str, Any]:
    if not given:
        return {}
    if not re.match(r"https?://[^\s/]", str(given.get("url", ""))):
        raise Rejected(error(400, "invalid", "Invalid source URL."))
    return {"source": given}


def _attendee(given: Mapping[str, Any]) -> dict[str, Any]:
    if not given.get("email"):
        raise Rejected(error(400, "required", "Missing attendee email."))
    return {"responseStatus": "needsAction"} | {k: v for k, v in given.items() if k != "organizer" and v is not None}
