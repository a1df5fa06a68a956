"""``syncd mark`` and what it says to who types something else; what a mark does is in test_first_use and the stories."""

import pytest

from syncd.cli import main
from syncd.cli.mark import STATES


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
