"""A year of the daemon at a poll of five minutes, in which everything happens; see ``soak``."""

from __future__ import annotations

from tests.soak import START, a_machine, live, settle

ALL = {"well", "network", "calendar", "mail", "sign-in", "absurd", "disk", "marks", "locked"}


def test_a_year_of_everything():
    with a_machine(START, 1) as machine:
        machine.search.days_between = 40
        live(machine, 365)
        settle(machine)
        witness = machine.witness
        assert witness.cycles > 50_000
        assert set(witness.counted) == ALL
        assert witness.words < witness.cycles / 20, "a quiet log"
        assert machine.search.book.deleted, "nothing was deleted that could come back"
