"""What a unit starts, and which folders it needs, on machines as pipx, uv and a plain virtual environment make them."""

import sys
import sysconfig
from dataclasses import replace
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from syncd.errors import BadUsage
from syncd.model import Account
from syncd.settings import Google, LocalPaths, Settings, User
from syncd.unit.places import command, cron_line, needs, unit_folder, unit_name

SCRIPT = Path(sysconfig.get_path("scripts")) / "syncd"
ENVIRON = {"HOME": "/home/robin"}


@pytest.fixture
def home(tmp_path, monkeypatch):
    home = tmp_path / "home"
    (home / ".local/bin").mkdir(parents=True)
    monkeypatch.setenv("HOME", str(home))
    return home


def environ(home, **more):
    return {"HOME": str(home), "PATH": f"{SCRIPT.parent}:/usr/bin"} | more


def test_a_plain_virtual_environment_is_started_by_its_own_script(home):
    assert command(str(SCRIPT), environ(home)) == (str(SCRIPT),)


def test_a_link_is_started_rather_than_what_an_upgrade_may_replace(home):
    link = home / ".local/bin/syncd"
    link.symlink_to(SCRIPT)
    assert command(str(SCRIPT), environ(home)) == (str(link),)
    assert command(str(link), environ(home)) == (str(link),)


def test_a_link_elsewhere_is_found_by_what_pipx_and_uv_say(home, tmp_path):
    (tmp_path / "tools").mkdir()
    link = tmp_path / "tools/syncd"
    link.symlink_to(SCRIPT)
    for name in ("PIPX_BIN_DIR", "UV_TOOL_BIN_DIR", "XDG_BIN_HOME"):
        assert command(str(SCRIPT), environ(home, **{name: str(link.parent)})) == (str(link),)


def test_a_link_to_another_syncd_is_not_taken(home):
    other = home / "other"
    other.write_text("#!/bin/sh\n")
    other.chmod(0o755)
    (home / ".local/bin/syncd").symlink_to(other)
    assert command(str(SCRIPT), environ(home)) == (str(SCRIPT),)


def test_a_dead_link_is_not_taken(home):
    (home / ".local/bin/syncd").symlink_to(home / "gone")
    assert command(str(SCRIPT), environ(home)) == (str(SCRIPT),)


def test_started_as_a_module_the_script_is_found_all_the_same(home):
    assert command("/somewhere/syncd/__main__.py", environ(home)) == (str(SCRIPT),)


def test_a_relative_name_becomes_absolute(home, monkeypatch):
    monkeypatch.chdir(SCRIPT.parent)
    assert command("./syncd", environ(home)) == (str(SCRIPT),)


def test_what_lies_in_a_cache_is_not_started(home, tmp_path):
    script = tmp_path / "cache/uv/archive/bin/syncd"
    script.parent.mkdir(parents=True)
    script.write_text("#!/bin/sh\n")
    script.chmod(0o755)
    with pytest.raises(BadUsage, match="install syncd first"):
        command(str(script), environ(home, XDG_CACHE_HOME=str(tmp_path / "cache")))


@pytest.mark.parametrize(
    ("config", "name"),
    [
        ("/home/robin/.config/syncd/config.toml", "syncd"),
        ("/home/robin/.config/syncd/work.toml", "syncd-work"),
        ("/home/robin/second/config.toml", "syncd-second"),
        ("/home/robin/my work @ home.toml", "syncd-my-work-home"),
        ("/home/robin/%.toml", "syncd-other"),
    ],
)
def test_each_config_has_its_unit(config, name):
    assert unit_name(Path(config), ENVIRON) == name


def test_units_lie_where_the_config_folder_is():
    assert unit_folder(ENVIRON) == Path("/home/robin/.config/systemd/user")
    assert unit_folder(ENVIRON | {"XDG_CONFIG_HOME": "/data/conf"}) == Path("/data/conf/systemd/user")


def settings(tmp_path, **more):
    user = User(Account("robin@home.example"), ZoneInfo("UTC"))
    state, path = Path("/data/state/state.db"), Path("/data/conf/config.toml")
    local = LocalPaths((Path("/data/cal"),), tmp_path / "follow-ups", (Path("/data/Mail"),))
    plain = Settings(user, calendar_backend="local", mail_backend="local", local=local, state=state, path=path)
    return replace(plain, **more)


def test_local_reminders_are_written_in_their_folder(tmp_path):
    found = needs(settings(tmp_path), ("/usr/bin/syncd",), "/run/user/1")
    assert found.write == (Path("/data/state"), tmp_path / "follow-ups")


def test_a_single_file_is_replaced_in_its_folder_and_in_the_one_it_is_linked_to(tmp_path):
    (tmp_path / "real").mkdir()
    (tmp_path / "real/follow-ups.ics").touch()
    link = tmp_path / "follow-ups.ics"
    link.symlink_to("real/follow-ups.ics")
    local = LocalPaths((Path("/data/cal"),), link, ())
    found = needs(settings(tmp_path, local=local), ("/usr/bin/syncd",), "")
    assert found.write == (Path("/data/state"), tmp_path, tmp_path / "real")


def test_the_sign_in_is_written_where_google_is_used(tmp_path):
    google = Google(token=Path("/data/keys/token.json"))
    found = needs(settings(tmp_path, mail_backend="google", google=google), ("/usr/bin/syncd",), "")
    assert Path("/data/keys") in found.write
    assert Path("/data/keys") not in needs(settings(tmp_path, google=google), ("/usr/bin/syncd",), "").write


def test_what_lies_among_temporary_files_is_noticed(home, tmp_path):
    local = LocalPaths((Path("/data/cal"),), Path("/data/follow-ups"), ())
    usual = settings(tmp_path, local=local)
    for folder in ("/tmp/x", "/var/tmp/x"):  # noqa: S108 - nothing is made there
        assert needs(replace(usual, state=Path(folder, "state.db")), ("/usr/bin/syncd",), "").temporary
        assert needs(usual, (f"{folder}/bin/syncd",), "").temporary
        assert needs(usual, ("/usr/bin/syncd",), folder).temporary


def test_the_python_that_runs_it_is_to_be_seen(tmp_path):
    found = needs(settings(tmp_path), ("/usr/bin/syncd",), "")
    assert Path(sys.prefix) in found.read and Path(sys.base_prefix) in found.read
    assert all(path.is_absolute() for path in found.read)


def test_the_line_for_cron_needs_no_path_and_mails_only_what_is_wrong(home, tmp_path):
    assert cron_line(environ(home), str(SCRIPT)) == f"*/5 * * * * {SCRIPT} sync >/dev/null"
    link = tmp_path / "it's 100%/syncd"
    link.parent.mkdir()
    link.symlink_to(SCRIPT)
    line = cron_line(environ(home, PIPX_BIN_DIR=str(link.parent)), str(SCRIPT))
    assert line.removeprefix("*/5 * * * * ") == rf"{tmp_path}/it\'s\ 100\%/syncd sync >/dev/null"


def test_what_lies_in_a_cache_is_named_without_its_path(home):
    assert cron_line(environ(home, XDG_CACHE_HOME=str(SCRIPT.parent)), str(SCRIPT)) == (
        "*/5 * * * * syncd sync >/dev/null"
    )
