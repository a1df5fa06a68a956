"""``syncd config``: what is in force, and where each value came from."""

import json

import pytest

from syncd.cli import main
from syncd.config.schema import keys


@pytest.fixture
def path(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("XDG_STATE_HOME", raising=False)
    path = tmp_path / "c.toml"
    path.write_text('[account]\nemail = "robin@home.example"\ntimezone = "Asia/Tokyo"\n[rules]\nlookback = "1w"\n')
    return path


def test_every_key_is_shown_with_its_origin(path, capsys):
    assert main(["config", "--config", str(path)]) == 0
    shown = capsys.readouterr()
    lines = [line.split() for line in shown.out.splitlines()]
    assert lines[:2] == [[str(path)], ["setting", "value", "from"]]
    assert ["account.email", "robin@home.example", "c.toml:2"] in lines
    assert ["rules.discreet", "false", "default"] in lines
    assert ["rules.move_on.after", "6w", "default"] in lines
    assert ["account.country", "-", "default"] in lines
    assert ["calendar.read", "primary", "default"] in lines
    assert [line[0] for line in lines[2:]] == [key.dotted for key in keys().values()]


def test_what_may_not_be_meant_is_told_beside(path, capsys):
    assert main(["config", "--config", str(path)]) == 0
    assert capsys.readouterr().err == (
        f"syncd: {path}:5: [rules] lookback: 7d reaches less far back than the 6w after which a search moves on: "
        "a first run misses some\n"
    )


def test_machines_get_one_object(path, capsys):
    assert main(["config", "--json", "--config", str(path)]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["path"] == str(path)
    assert told["settings"]["rules.lookback"] == {"value": "7d", "from": "c.toml:5"}
    assert told["settings"]["rules.discreet"] == {"value": False, "from": "default"}
    assert told["settings"]["calendar.read"]["value"] == ["primary"]
    assert told["settings"]["state.path"]["value"] == str(path.parent / ".local/state/syncd/state.db")
    assert len(told["warnings"]) == 1
