"""Writes that happen wholly or not at all, and only over what was read."""

import os

import pytest

from syncd.backends import files
from syncd.errors import Conflict, TryAgain


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_a_file_that_changed_since_it_was_read_is_left_alone(tmp_path):
    path = tmp_path / "a.ics"
    path.write_text("one")
    _, seen = files.read(path)
    path.write_text("theirs")
    with pytest.raises(Conflict, match=r"a\.ics"):
        files.replace(path, b"ours", seen)
    with pytest.raises(Conflict, match=r"a\.ics"):
        files.remove(path, seen)
    assert path.read_text() == "theirs"
    assert names(tmp_path) == ["a.ics"]


def test_a_file_that_came_or_went_since_it_was_looked_for(tmp_path):
    path = tmp_path / "a.ics"
    path.write_text("theirs")
    with pytest.raises(Conflict):
        files.replace(path, b"ours", None)
    _, seen = files.read(path)
    path.unlink()
    for write in (lambda: files.replace(path, b"ours", seen), lambda: files.remove(path, seen)):
        with pytest.raises(Conflict):
            write()
    assert names(tmp_path) == []


def test_an_edit_that_keeps_inode_size_and_mtime_is_a_change(tmp_path):
    path = tmp_path / "a.ics"
    path.write_text("one")
    _, seen = files.read(path)
    state = path.stat()
    with path.open("r+") as file:
        file.write("two")
    os.utime(path, ns=(state.st_atime_ns, state.st_mtime_ns))
    if files.look(path) == seen:
        pytest.skip("within one tick of this file system's clock")
    with pytest.raises(Conflict):
        files.replace(path, b"ours", seen)


def test_what_the_system_refuses_is_said(tmp_path):
    with pytest.raises(TryAgain, match="none"):
        files.replace(tmp_path / "none" / "a.ics", b"ours", None)
