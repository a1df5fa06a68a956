"""What ``syncd status`` shows of what happened: all of it, but in a table that has to fit a terminal."""

from syncd.cli.tables import show_status
from syncd.status import status
from tests.world import World, a_mail, an_interview, at


def test_all_is_told_where_nobody_looks(capsys):
    world = World(at("2026-03-02 12:00"))
    world.calendar.put(an_interview("u", at("2026-02-02 10:00")))
    for day in (3, 9, 12, 16, 20):
        world.mail.add(a_mail(f"f{day}", at(f"2026-02-{day:02} 13:00"), "follow_up"))
    world.cycle()
    report = status(world.store, world.settings, (), world.now)
    show_status(report, world.settings, world.now)
    piped = capsys.readouterr().out
    assert piped.count("you followed up") == 5
    assert "interview Mon 2 Feb" in piped and "earlier" not in piped
    show_status(report, world.settings, world.now, width=300)
    drawn = capsys.readouterr().out
    assert drawn.count("you followed up") == 4
    assert "… 2 earlier" in drawn
    world.close()
