"""Some weeks of the daemon at a slow poll, a week with every tick, and its memory; ``soak`` has the machine, ``soak_search`` the life."""

from __future__ import annotations

import gc
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from tests.soak import ABROAD, DAY, MINUTE, START, Machine, a_machine, live, settle
from tests.world import at


@pytest.mark.parametrize("seed", range(2, 4))
def test_six_weeks_of_everything_at_a_slow_poll(seed):
    """Spring with its change of clocks, or autumn with the other one."""
    with a_machine(at("2026-03-02 00:00") if seed % 2 else at("2026-09-21 00:00"), seed, poll=15 * MINUTE) as machine:
        live(machine, 45)
        settle(machine)
        assert machine.witness.cycles > 1000


def test_a_week_with_every_tick_and_one_that_goes_straight_to_what_is_due():
    """Are the same: so a year may go straight."""
    lived = []
    for every_tick in (True, False):
        with a_machine(START, 6, every_tick=every_tick) as machine:
            live(machine, 7)
            lived.append((machine.witness.when, machine.said, machine.world.reminders.entries, machine.witness.words))
    assert lived[0] == lived[1]


def test_memory_is_flat_over_ten_thousand_cycles_in_which_nothing_comes_in():
    """But for the person, who touches a reminder each day, and a network that comes and goes."""
    with a_machine(START, 7, poll=30 * MINUTE) as machine:
        search = machine.search
        for name in ("Amber Mills", "Cobalt Foods"):
            search.people[name] = search.somebody(name)
            search.add_interview(name, 20, 60)
        live_quietly(machine, 30)
        machine.witness.when.clear()
        blocks, resident, cycles = *size(), machine.witness.cycles
        live_quietly(machine, 230)
        machine.witness.when.clear()
        assert machine.witness.cycles - cycles > 10_000
        more_blocks, more_resident = size()
        assert more_blocks - blocks < 2_000
        assert more_resident - resident < 4


def live_quietly(machine: Machine, days: int) -> None:
    for _ in range(days):
        day = machine.moment
        machine.at(day + timedelta(hours=9), lambda: retitle(machine))
        machine.at(day + timedelta(hours=12), lambda: machine.lose_network("all"))
        machine.at(day + timedelta(hours=13), lambda: machine.find_network("all"))
        machine.at(day + timedelta(hours=23), lambda: machine.sleep(timedelta(hours=7)))
        machine.live(day + DAY)


def retitle(machine: Machine) -> None:
    """Back and forth, so that no fact is added."""
    for standing in machine.world.standing[:1]:
        title = "Mine" if standing.plain_title != "Mine" else "Mine too"
        machine.world.reminders.edit(standing.entry.event_id, title=title)


def size() -> tuple[int, float]:
    """What Python holds, in blocks, and the process, in MB."""
    gc.collect()
    resident = int(Path("/proc/self/statm").read_text("ascii").split()[1]) * 4096 / 1e6
    return sys.getallocatedblocks(), resident


def test_each_zone_is_travelled_to():
    """And the reminders stand at the working hours there within a tick."""
    with a_machine(START, 8) as machine:
        machine.search.people["Amber Mills"] = machine.search.somebody("Amber Mills")
        machine.search.add_interview("Amber Mills", 100, 60)
        machine.live(START + DAY)
        for zone in ABROAD:
            machine.travel(zone)
            machine.live(machine.moment + DAY)
            assert machine.now().tzinfo == zone
            machine.search.laws_hold()
