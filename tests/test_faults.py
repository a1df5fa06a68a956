"""What is said once, what never, and what is said to be over."""

import errno
import sqlite3
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from syncd.errors import Absurd, BadConfig, BadInput, Locked, SignInNeeded, TryAgain, Unreachable
from syncd.faults import BLIP_TRIES, BRIEF, CALM, KEPT, Faults, Found, Said, forgotten, left, met, of, patient, words

START = datetime(2026, 3, 10, 9, 0, tzinfo=ZoneInfo("Europe/London"))
AWAY = Found("Unreachable", "Google can't be reached", passing=True)
FULL = Found("full", "no space left")
GONE = Found("Absurd", "the folder is gone", brief=True)


def at(minutes: float) -> datetime:
    return START + timedelta(minutes=minutes)


def well(known, minute):
    """After as many good cycles as it takes."""
    for later in range(CALM):
        known = left(known, (), at(minute + later))
    return known


def texts(faults):
    return [fault.text for fault in faults]


def test_a_lasting_fault_is_said_once():
    known, said = Faults(), []
    for minute in range(0, 600, 5):
        known = met(known, FULL, at(minute))
        said += texts(known.new)
    assert said == ["no space left"]
    known = left(left(known, (), at(600)), (), at(605))
    assert (known.over, known.met) == ((), ())
    known = left(known, (), at(610))
    assert (texts(known.over), known.there) == (["no space left"], ())
    assert known.over[0].mended == at(600)


def test_what_comes_and_goes_is_said_once_and_over_when_it_stays_away():
    known, said, over = Faults(), [], []
    for minute in range(0, 600, 15):
        known = met(known, FULL, at(minute))
        said += known.new
        for well in (5, 10):
            known = left(known, (), at(minute + well))
            over += known.over
    assert (texts(said), over) == (["no space left"], [])
    known = left(known, (), at(600))
    assert (texts(known.over), known.over[0].mended) == (["no space left"], at(590))


def test_a_sign_in_that_is_taken_again_is_over_at_once():
    known = left(met(Faults(), of(SignInNeeded("gone; run: syncd auth")), at(0)), (), at(5))
    assert texts(known.over) == ["gone; run: syncd auth"]


def test_what_only_a_person_mends_is_shown_once_when_it_lasts():
    for found in (FULL, GONE):
        known = met(Faults(), found, at(0))
        assert not known.alarming
        known = met(known, found, at(5))
        assert texts(known.alarming) == texts(known.there)
        for minute in range(10, 600, 10):  # also where it comes and goes
            known = met(left(known, (), at(minute)), found, at(minute + 5))
            assert not known.alarming
    known = Faults()
    for minute in range(0, 600, 5):
        known = met(known, AWAY, at(minute))
        assert not known.alarming
    assert met(Faults(), of(SignInNeeded("gone")), at(0)).alarming


def test_what_is_absurd_is_told_apart_by_where_it_is_and_not_by_its_counts():
    names = [
        of(Absurd(text)).name
        for text in (
            "calendar home: 9 of 12 events are suddenly gone",
            "calendar home: 10 of 12 events are suddenly gone",
            "calendar work: 9 of 12 events are suddenly gone",
            "this cycle would end 9 of 12 open reminders",
            "/cal is gone; is it mounted?",
            "/cal2 is gone; is it mounted?",
        )
    ]
    assert names[0] == names[1]
    assert len(set(names)) == 5


@pytest.mark.parametrize("minutes", [(0, 14), (0, 5, 14.9), (0, 60)])
def test_a_blip_is_never_said_nor_that_it_is_over(minutes):
    known = Faults()
    for minute in minutes:
        known = met(known, AWAY, at(minute))
        assert not known.new
    assert texts(known.there) == ["Google can't be reached"]
    assert left(known, (), at(61)) == Faults()


def test_what_stays_out_of_reach_is_said_once_whatever_its_words():
    known, said = Faults(), []
    for number, minute in enumerate((0, 1, 3, 7, 15, 31, 63)):
        known = met(known, Found("Unreachable", f"problem {number}", passing=True), at(minute))
        said += [(minute, text) for text in texts(known.new)]
    assert said == [(15, "problem 4")]
    assert known.there[0].since == START
    assert texts(well(known, 64).over) == ["problem 6"]


def test_a_cycle_that_stopped_says_nothing_of_other_faults():
    known = met(met(Faults(), FULL, at(0)), AWAY, at(5))
    assert [f.name for f in known.there] == ["full", "Unreachable"]
    known = met(known, FULL, at(10))
    assert not known.new
    assert [f.name for f in known.there] == ["Unreachable", "full"]


def test_each_of_several_is_said_once_until_it_is_gone_and_again_when_it_comes_back():
    one, two = Found("a", "a is broken"), Found("b", "b is broken")
    known = left(Faults(), [one, two, one], at(0))
    assert texts(known.new) == ["a is broken", "b is broken"]
    known = left(known, [two], at(5))
    assert (texts(known.met), known.new, known.over) == (["b is broken"], (), ())
    known = left(left(known, [two], at(10)), [two], at(15))
    assert (texts(known.new), texts(known.over)) == ([], ["a is broken"])
    assert texts(left(known, [one, two], at(20)).new) == ["a is broken"]


def test_after_sleep_patience_begins_anew():
    known = Faults()
    for minute in (0, 1):
        known = met(known, AWAY, at(minute))
    known = patient(known, at(480))
    for minute in (480, 481, 483):
        known = met(known, AWAY, at(minute))
        assert not known.new
    assert known.there[0].tries == BLIP_TRIES
    assert texts(met(known, AWAY, at(495)).new) == ["Google can't be reached"]


def test_what_was_said_is_not_said_again_after_sleep():
    known = patient(met(Faults(), FULL, at(0)), at(480))
    assert not met(known, FULL, at(481)).new


def test_one_that_is_known_to_be_gone_can_be_forgotten():
    assert forgotten(met(Faults(), AWAY, at(0)), "Unreachable") == Faults()


def test_a_quarter_of_an_hour_is_one_on_the_night_of_a_change_of_clocks():
    london = ZoneInfo("Europe/London")
    known = Faults()
    for when in ("00:50", "00:52", "00:55", "02:01"):  # the clock goes from 01:00 to 02:00
        known = met(known, AWAY, datetime.fromisoformat(f"2026-03-29 {when}").replace(tzinfo=london))
        assert not known.new


def test_what_is_away_here_for_one_look_is_never_said():
    known = Faults()
    for minute in range(0, 600, 10):
        known = met(known, GONE, at(minute))
        assert not known.new
        known = left(known, (), at(minute + 5))
        assert known == Faults()


def test_what_stays_away_here_is_said_with_the_second_look_and_once():
    known = met(met(Faults(), GONE, at(0)), GONE, at(1))
    assert not known.new  # looked again a moment later: that says nothing
    known = met(known, GONE, at(BRIEF.total_seconds() / 60))
    assert texts(known.new) == ["the folder is gone"]
    known = met(known, GONE, at(30))
    assert not known.new
    assert texts(well(known, 35).over) == ["the folder is gone"]


def test_after_sleep_what_is_away_here_has_a_second_look_as_well():
    known = patient(met(Faults(), GONE, at(0)), at(480))
    known = met(known, GONE, at(480))
    assert not known.new
    assert texts(met(known, GONE, at(485)).new) == ["the folder is gone"]


def caused(error: Exception, cause: Exception) -> Exception:
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    ("error", "passing", "brief"),
    [
        (Unreachable("away"), True, False),
        (Locked("busy"), True, True),
        (Absurd("x is gone"), False, True),
        (BadInput("x: there is no such folder"), False, True),
        (TryAgain("x vanished while it was read"), False, True),
        (FileNotFoundError(errno.ENOENT, "No such file", "x"), False, True),
        (OSError(errno.ENOTCONN, "Transport endpoint is not connected", "x"), False, True),
        (caused(TryAgain("x: can't be read"), OSError(errno.ESTALE, "Stale file handle")), False, True),
        (OSError(errno.ENOSPC, "No space left on device"), False, False),
        (OSError(errno.EROFS, "Read-only file system"), False, False),
        (PermissionError(errno.EACCES, "Permission denied", "x"), False, False),
        (caused(TryAgain("x: can't be written"), OSError(errno.ENOSPC, "No space left on device")), False, False),
        (caused(TryAgain("state.db: disk I/O error"), sqlite3.OperationalError("disk I/O error")), False, False),
        (SignInNeeded("gone; run: syncd auth"), False, False),
        (BadConfig("token.json: others can read it"), False, False),
    ],
)
def test_which_may_be_gone_with_the_next_look(error, passing, brief):
    found = of(error)
    assert (found.passing, found.brief) == (passing, brief)


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (OSError(errno.EROFS, "Read-only file system", "/x"), "/x: Read-only file system; open it up"),
        (caused(TryAgain("/x can't be written"), OSError(errno.EROFS, "Read-only")), "/x can't be written; open it up"),
        (OSError(errno.ENOSPC, "No space left on device", "/x"), "/x: No space left on device"),
        (caused(TryAgain("/x can't be written"), OSError(errno.ENOSPC, "No space")), "/x can't be written"),
        (PermissionError(errno.EACCES, "Permission denied", "/x"), "/x: Permission denied"),
        (Absurd("/x is gone"), "/x is gone"),
    ],
)
def test_what_to_do_about_a_read_only_folder_is_said_of_no_other(error, told):
    found = of(error, "open it up")
    assert (found.text, words(error, "open it up")) == (told, told)
    assert "open" not in of(error).text


def test_a_warning_is_said_once_for_good():
    said = Said()
    assert said.new(["a", "b", "a"]) == ["a", "b"]
    assert said.new([]) == []
    assert said.new(["b", "c"]) == ["c"]


def test_the_memory_of_warnings_is_bounded_and_keeps_those_that_are_met():
    said = Said()
    said.new(["standing"])
    for number in range(3 * KEPT):
        said.new([f"broken {number}"])
        assert said.new(["standing"]) == []
    assert len(said._known) == KEPT
    assert said.new(["broken 0"]) == ["broken 0"]
