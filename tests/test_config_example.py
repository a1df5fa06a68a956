"""The example config, the defaults of the dataclasses and the table of keys say the same."""

from dataclasses import fields, is_dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from syncd import config
from syncd.config.schema import TABLES, keys
from syncd.model import Account
from syncd.settings import Settings, User

EXAMPLE = Path(__file__).parents[1] / "config.example.toml"
DEFAULTS = Settings(user=User(Account("you@mail.example"), ZoneInfo("Asia/Tokyo")))


def test_the_example_is_what_the_table_of_keys_gives():
    assert EXAMPLE.read_text("utf-8") == config.example(), (
        "python -c \"from syncd.config import example as e; print(e(), end='')\""
    )


def test_the_example_loads_and_sets_nothing_but_defaults(tmp_path):
    environ = {"HOME": str(tmp_path), "TZ": "Asia/Tokyo"}
    settings = config.load(EXAMPLE, environ)
    assert settings.user == DEFAULTS.user
    assert settings.rules == DEFAULTS.rules
    assert settings.daemon == DEFAULTS.daemon
    assert (settings.local, settings.google) == (DEFAULTS.local, DEFAULTS.google)
    assert settings.calendar_read == DEFAULTS.calendar_read


def test_the_example_loads_with_every_line_in_force(tmp_path):
    for folder in (".calendars/personal", "Mail/Inbox", "Mail/Sent"):
        (tmp_path / folder).mkdir(parents=True)
    lines = EXAMPLE.read_text("utf-8").splitlines()
    text = "\n".join(line.removeprefix("# ") if " = " in line and line.startswith("# ") else line for line in lines)
    path = tmp_path / "config.toml"
    path.write_text(text.replace('backend = "google"', 'backend = "local"'), "utf-8")
    reading = config.read(path, {"HOME": str(tmp_path)})
    assert [row.key.dotted for row in config.shown(reading) if row.origin == "default"] == []
    assert reading.settings.local.mail == (tmp_path / "Mail/Inbox", tmp_path / "Mail/Sent")


def _leaves(owner, above=()):
    for field in fields(owner):
        value = getattr(owner, field.name)
        # times of day belong together in one key
        if is_dataclass(value) and field.name != "hours":
            yield from _leaves(value, (*above, field.name))
        else:
            yield (*above, field.name)


UNSET = {("path",), ("option",), ("user", "away")}
"""What no config says: where it lies, and when its owner is away (``syncd pause``)."""


def test_every_field_can_be_set_and_nothing_else_is_in_the_table():
    assert {key.place for key in keys().values()} | UNSET == set(_leaves(DEFAULTS))


def test_every_table_and_key_is_explained():
    assert {key.table for key in keys().values()} == set(TABLES)
    assert all(about.endswith((".", '".')) for about in [*TABLES.values(), *(key.about for key in keys().values())])


@pytest.mark.parametrize("key", keys().values(), ids=lambda key: key.dotted)
def test_a_default_is_a_value_that_the_file_may_hold(key, tmp_path):
    shown = key.example if key.example is not None else key.kind.show(key.default)
    parsed = key.kind.parse(shown, config_place(tmp_path))
    if key.example is None:
        assert parsed == key.default
    else:
        assert parsed != key.default


def config_place(folder):
    from syncd.config.values import Place

    return Place(str(folder), {"HOME": str(folder)})
