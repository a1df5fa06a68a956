"""The config as a whole: what a file says, what it leaves to defaults, and all that can be wrong with it."""

import json
from datetime import time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from syncd import config
from syncd.config.values import DURATION_FORM
from syncd.errors import BadConfig
from syncd.model import Account

MINIMAL = '[account]\nemail = "robin@home.example"\ntimezone = "Europe/Berlin"\n'


@pytest.fixture
def home(tmp_path):
    (tmp_path / "calendars" / "personal").mkdir(parents=True)
    for part in ("cur", "new", "tmp"):
        (tmp_path / "Mail" / "Inbox" / part).mkdir(parents=True)
    return tmp_path


@pytest.fixture
def load(home):
    def load(text, **environ):
        path = home / "config.toml"
        path.write_text(text, "utf-8")
        return config.load(path, {"HOME": str(home), **environ})

    return load


@pytest.fixture
def problems(load, home):
    def problems(text, **environ):
        with pytest.raises(BadConfig) as caught:
            load(text, **environ)
        return [line.removeprefix(f"{home}/config.toml") for line in str(caught.value).splitlines()]

    return problems


MISSES = "a first run misses some"
LOCAL = (
    MINIMAL
    + """
[calendar]
backend = "local"
[mail]
backend = "local"
[local]
calendars = ["~/calendars/personal"]
reminders = "calendars/follow-ups"
mail = ["$HOME/Mail/Inbox"]
"""
)


def test_one_address_is_enough(load, home):
    settings = load(MINIMAL)
    assert settings.user.account == Account("robin@home.example")
    assert settings.user.zone == ZoneInfo("Europe/Berlin")
    assert settings.rules.move_on.after == timedelta(weeks=6)
    assert settings.state == home / ".local/state/syncd/state.db"
    assert settings.path == home / "config.toml"


def test_everything_that_is_set_arrives(load, home):
    settings = load(
        LOCAL
        + """
[account.more]
""".replace("[account.more]\n", "")
        + """
[google]
client_secret = "secret.json"
calendar_endpoint = "http://127.0.0.1:8080/calendar/v3/"
[rules]
lookback = "90d"
thank = "each"
on_done = "delete"
discreet = true
[rules.follow_up]
enabled = false
every = "7d"
[rules.rejection_reply]
business_days = 3
[daemon]
poll = "90s"
log = "json"
[state]
path = "${HOME}/x/state.db"
"""
    )
    assert settings.local.calendars == (home / "calendars/personal",)
    assert settings.local.reminders == home / "calendars/follow-ups"
    assert settings.local.mail == (home / "Mail/Inbox",)
    assert settings.google.client_secret == home / "secret.json"
    assert settings.rules.lookback == timedelta(days=90)
    assert (settings.rules.thank, settings.rules.on_done, settings.rules.discreet) == ("each", "delete", True)
    assert (settings.rules.follow_up.enabled, settings.rules.follow_up.every) == (False, timedelta(days=7))
    assert settings.rules.rejection_reply.business_days == 3
    assert (settings.daemon.poll, settings.daemon.log) == (timedelta(seconds=90), "json")
    assert settings.state == home / "x/state.db"


def test_a_config_written_by_a_program_is_read(load, home):
    account = {
        "email": "Robin@Home.Example",
        "aliases": ["robin+jobs@work.example"],
        "name": "Robin \u00c9xample",
        "timezone": "America/New_York",
        "working_hours": "10:00-18:30",
        "country": "us",
        "subdivision": "California",
    }
    text = "[account]\n" + "".join(f"{key} = {json.dumps(value)}\n" for key, value in account.items())
    user = load(f"{text}[rules]\nthank = {json.dumps('each')}\n[rules.follow_up]\nevery = {json.dumps('10d')}\n").user
    assert user.account == Account("robin@home.example", ("robin+jobs@work.example",), "Robin \u00c9xample")
    assert (user.country, user.subdivision) == ("US", "CA")
    assert (user.hours.start, user.hours.end) == (time(10), time(18, 30))


def test_all_problems_are_told_at_once_in_the_order_of_the_file(problems):
    assert problems(
        """\
surprise = 1
[account]
email = "Robin <robin@home.example>"
timezone = "berlin"
[acount]
x = 1
[rules]
lookback = 60
thanks = "any"
discreet = 1
thank = "eech"
[rules.thank_you]
poll = "5m"
[rules.move_on]
after = "1d"
"""
    ) == [
        ':1: "surprise": unknown key; known are account, calendar, daemon, google, local, mail, rules, state',
        ':3: [account] email: is no mail address: "Robin <robin@home.example>"; did you mean "robin@home.example"?',
        ':4: [account] timezone: no such time zone: "berlin"; did you mean "Europe/Berlin"?',
        ':5: [acount]: unknown table; did you mean "account"?',
        f':8: [rules] lookback: needs a unit: {DURATION_FORM}, but is 60; did you mean "60d"?',
        ':9: [rules] thanks: unknown key; did you mean "thank"?',
        ":10: [rules] discreet: must be true or false, but is a number (1)",
        ':11: [rules] thank: must be "any" or "each", but is "eech"; did you mean "each"?',
        ":13: [rules.thank_you] poll: unknown key; it belongs to [daemon]",
        ':15: [rules.move_on] after: must lie between "7d" and "366d", but is "1d"',
    ]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", ': [account] email: is missing; write email = "you@mail.example" with your own'),
        ("[account]\n", ':1: [account] email: is missing; write email = "you@mail.example" with your own'),
        ("[account]\nemail = robin@home.example\n", ":2: is no valid TOML: invalid value"),
        (
            "[account]\nemail = 'a@b.example'\nemail = 'c@d.example'\n",
            ":3: email stands twice, first in line 2; keep one of them",
        ),
        (
            f"{MINIMAL}\n[rules]\nthank = 'any'\n[daemon]\n[rules]  # more\ndiscreet = true\n",
            f":{MINIMAL.count(chr(10)) + 5}: [rules] stands twice, first in line {MINIMAL.count(chr(10)) + 2}; put what is",
        ),
        ("[account", ":1: is no valid TOML: expected ']' at the end of a table declaration"),
        ("x = " + "9" * 5000, ":1: is no valid TOML: exceeds the limit"),
        ("account = 3\n" + MINIMAL.replace("[account]", "[x]"), ":1: [account]: must be a table, as [account]"),
        ("[[account]]\nemail = 'a@b.example'", ":1: [account]: must be a table, as [account]"),
    ],
)
def test_what_is_no_config_is_explained(problems, text, problem):
    assert any(line.startswith(problem) for line in problems(text))


@pytest.mark.parametrize(
    ("more", "problem"),
    [
        ('country = "DEU"', 'as "DE" or "US", but is "DEU"; did you mean "DE"?'),
        ('country = "Germany"', 'but is "Germany"; did you mean "DE"?'),
        ('country = "XX"', 'but is "XX"'),
        ('subdivision = "BY"', ":4: [account] subdivision: needs a country beside it"),
        (
            'country = "DE"\nsubdivision = "Bavaria"',
            ':5: [account] subdivision: DE has no "Bavaria", but BB, BE, BW, BY',
        ),
        ('country = "SG"\nsubdivision = "X"', "SG has no states or regions with holidays of their own; leave it out"),
        ('aliases = "x@y.example"', ':4: [account] aliases: must be a list, as ["x@y.example"]'),
        ('aliases = ["x@y.example", "X@Y.example"]', ':4: [account] aliases: names "X@Y.example" twice'),
        ('aliases = ["x y@z.example"]', 'is no mail address: "x y@z.example"; did you mean "y@z.example"?'),
        ('name = "a\\u0007b"', ':4: [account] name: holds control characters: "a\\u0007b"'),
        ("name = 2026-01-01", ':4: [account] name: must be a text in quotes, but is a date or time ("2026-01-01")'),
        ("[calendar]\nread = []", ":5: [calendar] read: is empty; name the calendars with the interviews"),
        ('[calendar]\nread = ["a", ""]', ":5: [calendar] read: must name a calendar"),
        ('[calendar]\nwrite = "new:"', ':5: [calendar] write: must name a calendar, as "primary" or "new:Follow-ups"'),
        ('[calendar]\nbackend = "caldav"', ':5: [calendar] backend: must be "google" or "local", but is "caldav"'),
        ('[google]\ngmail_endpoint = "http://gateway.example/"', ":5: [google] gmail_endpoint: must be https"),
        ('[google]\ngmail_endpoint = "ftp://gateway.example/"', ":5: [google] gmail_endpoint: must be a base URL"),
        ('[google]\ngmail_endpoint = "http://[::1"', ":5: [google] gmail_endpoint: is no URL"),
        ('[google]\ntoken = "$NOWHERE/token"', ":5: [google] token: $NOWHERE is not set"),
        ('[google]\ntoken = "~alex/token"', ":5: [google] token: write the path of another's home in full"),
        ('[rules.thank_you]\nafter = "5d"', ":5: [rules.thank_you] after: 5d is not before pointless_after, 5d"),
        (
            "[rules.rejection_reply]\nbusiness_days = 7",
            "[rules.rejection_reply] business_days: 7 is not before pointless_after, 7d",
        ),
        (
            "[rules.follow_up_promised]\nbusiness_days = true",
            "business_days: must be a whole number, but is true or false (true)",
        ),
        ("[rules.follow_up_promised]\nbusiness_days = 0", "business_days: must lie between 1 and 60, but is 0"),
        ('[rules]\nfollow_up = "7d"', ":5: [rules.follow_up]: must be a table, as [rules.follow_up]"),
        ('[daemon]\npoll = "5s"', ':5: [daemon] poll: must lie between "30s" and "1d", but is "5s"'),
        ('[state]\npath = "."', "is a folder; name a file in it"),
        ('[state]\npath = "config.toml/state.db"', "config.toml/state.db can't be made: "),
        (
            '[calendar]\nbackend = "local"',
            ': [local] calendars: is missing; [calendar] backend = "local" reads interviews',
        ),
        (
            '[calendar]\nbackend = "local"',
            ': [local] reminders: is missing; [calendar] backend = "local" writes reminders',
        ),
        ('[mail]\nbackend = "local"', ': [local] mail: is missing; [mail] backend = "local" reads mail from it'),
    ],
)
def test_a_value_that_can_not_be_is_named_with_its_line(problems, more, problem):
    assert any(problem in line for line in problems(MINIMAL + more)), problems(MINIMAL + more)


@pytest.mark.parametrize(
    ("zone", "meant"),
    [
        ("CEST", '; a place is needed, as "Europe/Berlin"'),
        ("pdt", '; a place is needed, as "America/Los_Angeles"'),
        ("Europe/Berln", '; did you mean "Europe/Berlin"?'),
        ("XST", ""),
    ],
)
def test_a_zone_is_a_place(problems, zone, meant):
    (line,) = problems(MINIMAL.replace("Europe/Berlin", zone))
    assert line.endswith(f': no such time zone: "{zone}"{meant}')


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        (
            "~/calendars/personal",
            "~/calendars/nowhere",
            ":10: [local] calendars: there is no file or folder {}/calendars/nowhere",
        ),
        ("$HOME/Mail/Inbox", "Mail/Outbox", ":12: [local] mail: there is no file or folder {}/Mail/Outbox"),
        (
            "$HOME/Mail/Inbox",
            "calendars/../calendars/personal",
            ":12: [local] mail: {}/calendars/personal is named under calendars",
        ),
        ("calendars/follow-ups", "~/Mail/Inbox", ":11: [local] reminders: {}/Mail/Inbox is named under mail too"),
        ("calendars/follow-ups", "config.toml/x", ":11: [local] reminders: {}/config.toml/x can't be made: "),
        (
            "[mail]",
            '[state]\npath = "calendars/follow-ups/.state/s.db"\n[mail]',
            ":8: [state] path: {}/calendars/follow-ups/.state/s.db lies in the reminders",
        ),
    ],
)
def test_paths_that_can_not_work_are_named(problems, home, old, new, problem):
    assert any(line.startswith(problem.replace("{}", str(home))) for line in problems(LOCAL.replace(old, new)))


def test_reminders_may_lie_among_the_calendars(load, home):
    assert (
        load(LOCAL.replace("calendars/follow-ups", "calendars/personal")).local.reminders == home / "calendars/personal"
    )


def test_a_source_that_vanished_later_is_left_to_the_back_end(load, home):
    state = home / ".local/state/syncd/state.db"
    state.parent.mkdir(parents=True)
    state.touch()
    (home / "calendars" / "personal").rmdir()
    assert load(LOCAL).local.calendars == (home / "calendars/personal",)


def test_paths_of_a_back_end_that_is_not_used_need_not_exist(load):
    assert load(MINIMAL + '[local]\nmail = ["~/nowhere"]\n').mail_backend == "google"


def test_an_inline_table_has_the_line_it_stands_on(problems):
    assert problems(MINIMAL + 'rules = { thank = "x" }\n[daemon]\nlog = "x"\n')[0].startswith(
        ":4: [account.rules]: unknown table"
    )
    assert problems("rules = { thank = 'x' }\n" + MINIMAL) == [':1: [rules] thank: must be "any" or "each", but is "x"']


def test_a_config_that_is_not_there_says_how_to_get_one(tmp_path):
    with pytest.raises(BadConfig, match=r"^no config at .*/syncd/config\.toml; run `syncd init`$"):
        config.load(None, {"XDG_CONFIG_HOME": str(tmp_path)})


@pytest.mark.parametrize(("data", "line"), [(b"[account]\n# caf\xe9\n", 2), (b"\xff\xfe[\0a\0", 1)])
def test_a_config_that_is_no_text_is_named(tmp_path, data, line):
    path = tmp_path / "c.toml"
    path.write_bytes(data)
    with pytest.raises(BadConfig) as caught:
        config.load(path, {"HOME": str(tmp_path)})
    assert str(caught.value) == f"{path}:{line}: is not UTF-8 text"


def test_a_folder_is_no_config(tmp_path):
    with pytest.raises(BadConfig, match="can't be read: is a directory"):
        config.load(tmp_path, {"HOME": str(tmp_path)})


def test_a_byte_order_mark_is_no_obstacle(tmp_path):
    path = tmp_path / "c.toml"
    path.write_text(MINIMAL, "utf-8-sig")
    assert config.load(path, {"HOME": str(tmp_path)}).user.account.email == "robin@home.example"


def test_the_usual_paths_follow_xdg_where_it_is_absolute():
    assert config.default_path({"HOME": "/h"}) == Path("/h/.config/syncd/config.toml")
    assert config.default_path({"HOME": "/h", "XDG_CONFIG_HOME": "/x"}) == Path("/x/syncd/config.toml")
    assert config.default_path({"HOME": "/h", "XDG_CONFIG_HOME": "x"}) == Path("/h/.config/syncd/config.toml")
    assert config.default_state({"HOME": "/h", "XDG_STATE_HOME": "/s"}) == Path("/s/syncd/state.db")


def test_the_zone_is_this_machines_where_none_is_set(load, tmp_path):
    assert load('[account]\nemail = "robin@home.example"\n', TZ="Asia/Tokyo").user.zone == ZoneInfo("Asia/Tokyo")


@pytest.mark.parametrize(
    ("environ", "zone"),
    [
        ({"TZ": ":Asia/Tokyo"}, "Asia/Tokyo"),
        ({"TZ": "/usr/share/zoneinfo/Asia/Tokyo"}, "Asia/Tokyo"),
        ({"TZ": "CET-1CEST"}, "Europe/Paris"),
        ({}, "Europe/Paris"),
    ],
)
def test_the_machines_zone_is_that_of_tz_or_of_its_files(tmp_path, environ, zone):
    (tmp_path / "localtime").symlink_to("/usr/share/zoneinfo/Europe/Paris")
    (tmp_path / "timezone").write_text("Europe/Rome\n")
    assert str(config.system_zone(environ, tmp_path)) == zone


def test_the_machines_zone_may_be_a_line_in_a_file_or_unknown(tmp_path):
    (tmp_path / "localtime").write_bytes(b"TZif2")
    assert config.system_zone({}, tmp_path) is None
    (tmp_path / "timezone").write_text("Europe/Rome\n")
    assert config.system_zone({}, tmp_path) == ZoneInfo("Europe/Rome")


def test_each_value_tells_where_it_came_from(home):
    path = home / "config.toml"
    path.write_text('[account]\nemail = "robin@home.example"\n[rules]\nmove_on = { after = "90d" }\n')
    reading = config.read(path, {"HOME": str(home), "TZ": "Asia/Tokyo"})
    shown = {row.key.dotted: (row.value, row.origin) for row in config.shown(reading)}
    assert shown["account.email"] == ("robin@home.example", "config.toml:2")
    assert shown["account.timezone"] == ("Asia/Tokyo", "this machine")
    assert shown["rules.lookback"] == ("60d", "default")
    assert shown["rules.move_on.after"] == ("90d", "config.toml:4")
    assert reading.warnings == (
        f"{path}:3: [rules] lookback: 60d reaches less far back than the 90d after which a search moves on: {MISSES}",
    )


def test_a_follow_up_that_never_comes_is_told_of(home):
    path = home / "config.toml"
    path.write_text(MINIMAL + '[rules.follow_up]\nevery = "6w"\n')
    (warning,) = config.read(path, {"HOME": str(home)}).warnings
    assert warning == f"{path}:5: [rules.follow_up] every: no follow-up is ever due, since [rules.move_on] comes first"
