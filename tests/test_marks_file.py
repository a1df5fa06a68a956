"""The person's marks live on, whatever happens to the file around them."""

import resource
import stat
from contextlib import contextmanager
from datetime import date

import pytest

from syncd.marks_file import add_mark, marks_path, read_marks
from syncd.model import PersonMark
from tests.world import at

FIRST = PersonMark("a1", at("2026-03-10 12:00"), "rejected", "Größe & Söhne", causes=("uid", "uid2"))
SECOND = PersonMark("b2", at("2026-03-11 12:00"), "hear-by", "Northwind", "northwind-1a2b", by=date(2026, 3, 20))


@pytest.fixture
def path(tmp_path):
    return marks_path(tmp_path / "deep" / "state.db")


def test_they_lie_beside_the_store_and_are_the_persons_alone(path):
    add_mark(path, FIRST)
    assert path.name == "state.marks.jsonl"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_marks_come_back_in_the_order_in_which_they_were_given(path):
    assert read_marks(path) == ((), ())
    add_mark(path, FIRST)
    add_mark(path, SECOND)
    assert read_marks(path) == ((FIRST, SECOND), ())


@contextmanager
def full_disk(room):
    """No file can grow beyond *room* bytes."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize("room", [0, 5])
def test_on_a_full_disk_the_file_is_named_and_stays_as_it_was(path, room):
    add_mark(path, FIRST)
    before = path.read_bytes()
    with full_disk(len(before) + room), pytest.raises(OSError, match=str(path)) as refused:
        add_mark(path, SECOND)
    assert refused.value.filename == str(path)
    assert path.read_bytes() == before
    add_mark(path, SECOND)
    assert read_marks(path) == ((FIRST, SECOND), ())


def test_a_line_that_a_crash_tore_is_named_and_the_rest_counts(path):
    add_mark(path, FIRST)
    with path.open("ab") as file:
        file.write(b'{"id": "torn", "at": "2026-03-')
    assert read_marks(path)[0] == (FIRST,)
    add_mark(path, SECOND)
    marks, warnings = read_marks(path)
    assert marks == (FIRST, SECOND)
    assert warnings == (f"{path}:2: not a mark; skipped",)


@pytest.mark.parametrize(
    "line",
    [
        "[]",
        "7",
        "{}",
        '{"id": "x", "at": "some day", "state": "offer"}',
        '{"id": "x", "at": "2026-03-10T12:00+00:00", "state": "offer", "causes": 7}',
        "\udcff",
    ],
)
def test_what_is_no_mark_is_skipped(path, line):
    path.parent.mkdir()
    path.write_bytes(f"{line}\n\n".encode("utf-8", "surrogateescape"))
    add_mark(path, FIRST)
    marks, warnings = read_marks(path)
    assert (marks, len(warnings)) == ((FIRST,), 1)
