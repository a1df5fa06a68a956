"""What a unit says, and that the files in systemd/ say the same."""

from dataclasses import replace
from pathlib import Path

import pytest

from syncd.errors import BadConfig
from syncd.unit import text
from syncd.unit.sandbox import Reach

FOLDER = Path(__file__).parents[1] / "systemd"


def test_the_units_in_the_repository_are_what_is_written():
    assert (FOLDER / "syncd.service").read_text("utf-8") == text.unit(text.USUAL)
    assert (FOLDER / "syncd@.service").read_text("utf-8") == text.template()
    assert sorted(path.name for path in FOLDER.iterdir()) == ["syncd.service", "syncd@.service"]


def test_every_group_of_options_says_why():
    for unit in (text.unit(text.USUAL), text.template()):
        for part in unit.partition("[Service]\n\n")[2].split("\n\n"):
            assert part.startswith(("# ", "[")), part


@pytest.mark.parametrize(
    ("path", "word"),
    [
        ("/home/robin/state", "/home/robin/state"),
        ("/home/robin/my state", '"/home/robin/my state"'),
        ("/home/robin/100%h", "/home/robin/100%%h"),
        ('/home/robin/the "old" one', '"/home/robin/the \\"old\\" one"'),
        ("/home/robin/back\\slash", '"/home/robin/back\\\\slash"'),
        ("/home/robin/it's", '"/home/robin/it\'s"'),
        ("/home/robin/größe", "/home/robin/größe"),
    ],
)
def test_a_path_is_one_word(path, word):
    assert text.word(Path(path)) == word


def test_what_stands_before_a_path_is_part_of_the_word():
    assert text.word(Path("/home/robin/my state"), "-") == '"-/home/robin/my state"'


def test_a_dollar_begins_no_variable_of_a_command_line():
    assert text.argument("/home/robin/$HOME") == "/home/robin/$$HOME"
    assert text.word("/home/robin/$HOME") == "/home/robin/$HOME"


def test_a_path_with_a_line_break_is_refused():
    with pytest.raises(BadConfig, match="systemd unit"):
        text.word("/home/robin/a\nExecStartPre=/bin/false")


def test_what_was_noted_is_found_again():
    unit = text.unit(replace(text.USUAL, notes=(("Config", "/home/robin/a=b.toml"), ("Version", "9"))))
    assert text.notes(unit) == {"Config": "/home/robin/a=b.toml", "Version": "9"}


def test_a_unit_of_somebody_else_has_no_notes():
    assert text.notes("[Unit]\nDescription=syncd\n[Service]\nExecStart=/opt/syncd\n") is None
    assert text.notes("") is None


def test_without_namespaces_nothing_is_left_that_needs_one():
    bare = text.unit(replace(text.USUAL, reach=Reach.BARE))
    for option in text.namespaced(text.USUAL):
        assert option not in bare
    assert "SystemCallFilter=@system-service" in bare
    assert "Left out" in bare


def test_without_covers_files_are_still_protected():
    some = text.unit(replace(text.USUAL, reach=Reach.NAMESPACES))
    assert "ProtectSystem=strict" in some
    assert "ProcSubset" not in some and "InaccessiblePaths" not in some
    assert "Left out" in some


def test_nothing_is_left_out_where_all_of_it_works():
    assert "Left out" not in text.unit(text.USUAL)


def test_temporary_files_stay_in_sight_where_they_are_needed():
    assert "PrivateTmp" not in text.unit(replace(text.USUAL, private_tmp=False))


def test_the_folder_of_the_store_is_made_by_who_can_do_it_here():
    made = text.unit(replace(text.USUAL, make=("/home/robin/state",)))
    assert "\nExecStartPre=-+/usr/bin/env mkdir -p -m 700 -- /home/robin/state\n" in made
    assert "\nStateDirectory=" not in made
    systemd = text.unit(replace(text.USUAL, state_directory=True))
    assert "\nStateDirectory=syncd\n" in systemd and "ExecStartPre" not in systemd
    elsewhere = text.unit(replace(text.USUAL, make=()))
    assert "StateDirectory=" not in elsewhere and "ExecStartPre" not in elsewhere
