"""Permissions: the fewest for each config, broader ones are accepted, and each agrees with Google's own documents."""

import json
from dataclasses import replace
from pathlib import Path
from zoneinfo import ZoneInfo

import googleapiclient
import pytest

from syncd.model import Account
from syncd.settings import Settings, User
from syncd.sign_in import scopes
from syncd.sign_in.scopes import APP_CREATED, CALENDAR_LIST, EVENTS_OWNED, EVENTS_READ, MAIL_READ

PREFIX = "https://www.googleapis.com/auth/"
SETTINGS = Settings(user=User(Account("robin@home.example", ("robin@old.example",)), ZoneInfo("UTC")))
DOCUMENTS = Path(googleapiclient.__file__).parent / "discovery_cache" / "documents"


def of(**changes):
    return scopes.needed(replace(SETTINGS, **changes))


@pytest.mark.parametrize(
    ("changes", "needed"),
    [
        ({}, {EVENTS_OWNED, MAIL_READ}),
        ({"calendar_read": ("primary", "Robin@Home.example")}, {EVENTS_OWNED, MAIL_READ}),
        ({"calendar_read": ("primary", "team@group.example")}, {EVENTS_OWNED, EVENTS_READ, MAIL_READ}),
        ({"calendar_read": ("primary", "robin@old.example")}, {EVENTS_OWNED, EVENTS_READ, MAIL_READ}),
        (
            {"calendar_read": ("jobs@group.example", "primary"), "calendar_write": "jobs@group.example"},
            {EVENTS_OWNED, MAIL_READ},
        ),
        ({"calendar_write": "new:Follow-ups"}, {EVENTS_READ, APP_CREATED, CALENDAR_LIST, MAIL_READ}),
        ({"calendar_write": "new:Follow-ups", "mail_backend": "local"}, {EVENTS_READ, APP_CREATED, CALENDAR_LIST}),
        ({"calendar_backend": "local"}, {MAIL_READ}),
        ({"mail_backend": "local"}, {EVENTS_OWNED}),
        ({"calendar_backend": "local", "mail_backend": "local"}, set()),
    ],
)
def test_the_fewest_that_the_config_needs(changes, needed):
    assert of(**changes) == needed


def test_metadata_only_is_never_asked_for_since_it_spoils_the_search():
    assert not any("metadata" in scope for scope in of() | of(calendar_write="new:x"))


@pytest.mark.parametrize(
    ("granted", "lacking"),
    [
        ({MAIL_READ}, (EVENTS_OWNED,)),
        ({f"{PREFIX}calendar", "https://mail.google.com/"}, ()),
        ({f"{PREFIX}calendar.events", f"{PREFIX}gmail.modify"}, ()),
        ({f"{PREFIX}calendar.readonly", MAIL_READ, "openid"}, (EVENTS_OWNED,)),
        ({f"{PREFIX}gmail.metadata", EVENTS_READ}, (EVENTS_OWNED, MAIL_READ)),
        (set(), (EVENTS_OWNED, MAIL_READ)),
        (None, ()),
    ],
)
def test_what_is_missing(granted, lacking):
    assert scopes.missing(of(), granted) == lacking


@pytest.mark.parametrize("broader", ["calendar", "calendar.readonly", "calendar.events"])
def test_broader_ones_read_shared_calendars_too(broader):
    assert scopes.allows({PREFIX + broader}, EVENTS_READ)
    assert not scopes.allows({PREFIX + broader}, MAIL_READ)


def test_owning_is_not_reading_what_others_share():
    assert not scopes.allows({EVENTS_OWNED}, EVENTS_READ)


METHODS = {
    EVENTS_READ: ["calendar.events.list", "calendar.events.get"],
    EVENTS_OWNED: [
        *(f"calendar.events.{verb}" for verb in ("list", "get", "insert", "patch", "delete")),
    ],
    APP_CREATED: [
        "calendar.calendars.insert",
        *(f"calendar.events.{verb}" for verb in ("list", "get", "insert", "patch", "delete")),
    ],
    CALENDAR_LIST: ["calendar.calendarList.list"],
    MAIL_READ: [
        "gmail.users.getProfile",
        "gmail.users.history.list",
        "gmail.users.messages.list",
        "gmail.users.messages.get",
    ],
}


def methods(document):
    for method in document.get("methods", {}).values():
        yield method["id"], set(method["scopes"])
    for part in document.get("resources", {}).values():
        yield from methods(part)


@pytest.fixture(scope="module")
def documents():
    return [json.loads((DOCUMENTS / name).read_text("utf-8")) for name in ("calendar.v3.json", "gmail.v1.json")]


@pytest.mark.parametrize("scope", METHODS)
def test_each_permission_and_what_does_as_well_opens_what_it_is_asked_for(scope, documents):
    opened_by = dict(pair for document in documents for pair in methods(document))
    known = {name for document in documents for name in document["auth"]["oauth2"]["scopes"]}
    doing = {name for name in known if scopes.allows({name}, scope)}
    assert scope in doing
    for method in METHODS[scope]:
        assert doing <= opened_by[method], method


@pytest.mark.parametrize("scope", METHODS)
def test_a_missing_one_is_told_with_its_cost_and_the_box_to_tick(scope, documents):
    titles = {n: s["description"] for document in documents for n, s in document["auth"]["oauth2"]["scopes"].items()}
    assert scopes.box(scope) == titles[scope].replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")
    assert scopes.box(scope) in scopes.cost(scope)
    assert "syncd auth" in scopes.cost(scope)
    assert scope not in scopes.purpose(scope) + scopes.cost(scope)


def test_one_that_was_not_asked_for_is_named():
    assert scopes.purpose(f"{PREFIX}calendar") == "calendar (more than syncd needs)"
