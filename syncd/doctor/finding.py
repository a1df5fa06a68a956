"""What the doctor finds: a line of plain words, how bad it is, and what to do next. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from syncd.errors import BadConfig, SignInNeeded, SyncdError, TryAgain, Unreachable

_FIRST = (BadConfig.exit_code, SignInNeeded.exit_code, Unreachable.exit_code, TryAgain.exit_code)
"""What to mend first: nothing works without a config, and nobody is asked without a sign-in."""


class Level(StrEnum):
    """How bad it is. A warning works today, and may not tomorrow, or is perhaps not what is meant."""

    OK = "ok"
    WARNING = "warning"
    PROBLEM = "problem"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at. ``step`` is what to do about a warning or a problem, empty for what is well.

    ``exit_code`` is what a problem lets the command end with (design, section 5).
    """

    subject: str
    level: Level
    text: str
    step: str = ""
    exit_code: int = 0


def ok(subject: str, text: str) -> Finding:
    """All is well."""
    return Finding(subject, Level.OK, text)


def warning(subject: str, text: str, step: str) -> Finding:
    """It works, and yet."""
    return Finding(subject, Level.WARNING, text, step)


def problem(subject: str, text: str, step: str, kind: type[SyncdError] = TryAgain) -> Finding:
    """Something doesn't work. *kind* is the error that a cycle would end with."""
    return Finding(subject, Level.PROBLEM, text, step, kind.exit_code)


def of_error(subject: str, error: SyncdError, step: str = "") -> Finding:
    """The problem that *error* tells. Its text says what to do behind the first semicolon, where no *step* is given."""
    text, _, then = str(error).partition("; ")
    kind = type(error) if error.exit_code in _FIRST else TryAgain
    return problem(subject, text, step or then or "try again: syncd doctor", kind)


def exit_code(findings: Iterable[Finding]) -> int:
    """0 where there is no problem, else the code of the one to mend first."""
    codes = {finding.exit_code for finding in findings if finding.level is Level.PROBLEM}
    return next((code for code in _FIRST if code in codes), 0)
