"""What ``syncd sync`` shows a person: one line for each reminder, in the order in which they are due."""

import pytest

from syncd.cli import main
from syncd.cli.sync import _count
from tests.fake_google.server import FakeGoogle
from tests.test_google_whole import ME, Search, at


@pytest.fixture
def search(tmp_path):
    with FakeGoogle(ME, now=at("2026-03-02 09:00"), time_zone="Europe/London") as server:
        yield Search(server, tmp_path)


def test_rows_come_in_the_order_of_time(search, capsys):
    for name, when, company in (
        ("ia", "2026-03-05 10:00", "Tansy Mill"),
        ("ib", "2026-03-03 14:00", "Loom & Sons"),
        ("ic", "2026-03-04 09:00", "Amber Yard"),
    ):
        search.interview(name, when, company)
    argv = ["sync", "--dry-run", "--config", str(search.config), "--now"]
    assert main([*argv, "2026-03-02T09:00"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [next(c for c in ("Tansy", "Loom", "Amber") if c in line) for line in lines[1:4]] == [
        "Loom",
        "Amber",
        "Tansy",
    ]
    assert lines[-1] == "3 would be written, from 3 new or changed events and 0 new messages."


def test_one_is_one():
    assert [_count(number, "new message") for number in (0, 1, 2)] == [
        "0 new messages",
        "1 new message",
        "2 new messages",
    ]
