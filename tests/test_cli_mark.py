"""``syncd mark`` and what it says to who types something else; what a mark does is in test_first_use and the stories."""

import pytest

from syncd.app import run_cycle
from syncd.cli import main
from syncd.cli.mark import STATES
from tests.story import Story


@pytest.mark.parametrize("argv", [[], ["Acme"]])
def test_without_arguments_it_says_which(argv, capsys):
    assert main(["mark", *argv]) == 2
    err = capsys.readouterr().err
    assert err.startswith("syncd: syncd mark COMPANY STATE [DATE], please, as: syncd mark Acme rejected; ")
    assert err.endswith(", hear-by DATE\n")
    assert err.count("\n") == 1


@pytest.mark.parametrize(
    ("argv", "ends"),
    [
        (["Acme", "thank"], "; did you mean thanked?"),
        (["Acme", "xyz"], "hear-by DATE"),
        (["Amber", "Mills", "thanked"], "; did you mean: syncd mark 'Amber Mills' thanked"),
        (["A", "B", "hear-by", "next", "Friday"], "; did you mean: syncd mark 'A B' hear-by next Friday"),
    ],
)
def test_a_wrong_state_lists_them_plainly_with_the_nearest(argv, ends, capsys):
    assert main(["mark", *argv]) == 2
    err = capsys.readouterr().err
    assert err.startswith(f'syncd: "{argv[1]}" is no state; there are {", ".join(STATES)} DATE')
    assert err.endswith(f"{ends}\n")
    assert err.count("\n") == 1


def test_the_help_names_the_arguments_in_order(capsys):
    assert main(["mark", "--help"]) == 0
    shown = capsys.readouterr().out
    assert shown.startswith("usage: syncd mark [options] COMPANY STATE [DATE]\n")
    assert "the next cycle (the running daemon's, or `syncd sync`) puts it into effect" in " ".join(shown.split())


STORY = """
title: an interview that is over, and one ahead
steps:
  - at: "2026-11-19 09:00"
    interview: {id: ia, title: "Interview with Heron Glass", when: "2026-11-20 10:00-11:00", with: ["Tess Lowe <tess@heronglass.example>"]}
  - at: "2026-11-19 09:05"
    interview: {id: ib, title: "Interview with Pike Foods", when: "2026-12-02 10:00-11:00", with: ["Rafe Orr <rafe@pikefoods.example>"]}
  - at: "2026-11-24 09:00"
    state: {Heron Glass: active}
"""


@pytest.fixture
def mark(tmp_path, capsys):
    """``syncd mark`` as said on Wednesday 25 November, or later: what it returns and prints."""
    path = tmp_path / "story.yaml"
    path.write_text(STORY)
    (tmp_path / "root").mkdir()
    story = Story(path, tmp_path / "root")
    story.play()

    def said(*words, at="2026-11-25 10:00"):
        code = main(["mark", *words, "--now", story.time(at).isoformat(), "--config", str(story.config)])
        run_cycle(story.settings, story.time(at))
        shown = capsys.readouterr()
        return code, shown.out + shown.err

    return said


@pytest.mark.parametrize("state", ["rejected", "offer", "withdrawn", "ignore", "thanked", "followed-up", "hear-by 4 December"])  # fmt: skip
def test_what_is_so_already_changes_nothing(mark, state):
    code, shown = mark("Heron Glass", *state.split())
    assert (code, "Nothing changes" in shown) == (0, False)
    code, shown = mark("Heron Glass", *state.split(), at="2026-11-25 16:00")
    assert (code, "already. Nothing changes." in shown) == (0, True)


def test_a_job_that_is_active_is_so_already(mark):
    marks = ["active", "rejected", "active", "rejected"]
    shown = [mark("Heron Glass", state, at=f"2026-11-25 10:0{n}")[1] for n, state in enumerate(marks)]
    assert ["active already" in shown[0], *("Nothing changes" in later for later in shown[1:])] == [
        True,
        False,
        False,
        False,
    ]


def test_another_day_another_follow_up(mark):
    assert "Nothing changes" not in mark("Heron Glass", "followed-up")[1]
    assert "Nothing changes" not in mark("Heron Glass", "followed-up", at="2026-11-26 10:00")[1]
    assert "Nothing changes" not in mark("Heron Glass", "hear-by", "2026-12-04")[1]
    assert "Nothing changes" not in mark("Heron Glass", "hear-by", "2026-12-07")[1]


@pytest.mark.parametrize("by", [["2026-11-23"], ["23", "November"], ["Mon", "23", "Nov"], ["2026-11-25"]])
def test_a_date_that_has_passed_since_the_interview_is_taken(mark, by):
    code, shown = mark("Heron Glass", "hear-by", *by)
    assert (code, "hear-by 2026-11-2" in shown) == (0, True)


@pytest.mark.parametrize(
    ("company", "why"),
    [
        ("Heron Glass", "2026-11-19 lies before the last interview (2026-11-20); name a day after it"),
        ("Pike Foods", "2026-11-19 has passed, and no interview took place yet"),
    ],
)
def test_one_from_before_the_interview_is_not(mark, company, why):
    code, shown = mark(company, "hear-by", "2026-11-19")
    assert (code, shown.count("\n"), why in shown) == (2, 1, True)
