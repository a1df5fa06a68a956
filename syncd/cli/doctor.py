"""``syncd doctor``: what is well, what isn't, and what to do about it."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from syncd.cli import _frame

if TYPE_CHECKING:
    from syncd.doctor import Finding

_MORE = """\
It looks at the config, the files and who may read them, the sign-in and what it allows, calendar and mail, the clock,
the daemon and the last cycle. It writes nothing and touches no reminder. What it prints names your own address and
paths, and no company, person or word of a mail, so that you can paste it into a bug report. It ends with 0 where there
is no problem.
"""


def add(commands: _frame.Commands) -> None:
    """Add the command."""
    parser = _frame.command(commands, "doctor", run, "checks that everything is in order, and says what to do", _MORE)
    parser.add_argument("--offline", action="store_true", help="ask no service, only look at this machine")
    parser.add_argument("--json", action="store_true", help="for machines: one object")


def run(args: argparse.Namespace) -> int:
    """Look, tell, and end with the code of what has to be mended first."""
    import json
    import os
    from dataclasses import replace
    from datetime import UTC, datetime

    from syncd import __version__, config
    from syncd.cli._hints import hint
    from syncd.doctor import examine, exit_code

    path = (_frame.config_path(args) or config.default_path(os.environ)).absolute()
    findings = []
    for seen in examine(path, os.environ, lambda: datetime.now(UTC), offline=args.offline):
        finding = replace(seen, text=hint(seen.text), step=hint(seen.step))
        findings.append(finding)
        if not args.json:
            _tell(finding)
    code = exit_code(findings)
    if args.json:
        print(json.dumps({"version": __version__, "exit_code": code, "findings": [_object(one) for one in findings]}))
    else:
        print(f"\n{_sum(findings)}")
    return code


def _tell(finding: Finding) -> None:
    from syncd.cli.render import safe

    print(f"{finding.level.value:<8} {finding.subject}: {safe(finding.text)}", flush=True)
    if finding.step:
        print(f"{'':<8} -> {safe(finding.step)}", flush=True)


def _object(finding: Finding) -> dict[str, str]:
    return {
        "subject": finding.subject,
        "level": finding.level.value,
        "text": finding.text,
        "next": finding.step,
    }


def _sum(findings: list[Finding]) -> str:
    from syncd.doctor import Level

    bad = sum(one.level is Level.PROBLEM for one in findings)
    doubtful = sum(one.level is Level.WARNING for one in findings)
    if not bad and not doubtful:
        return "All is well."
    counted = [
        f"{count} {word}{'' if count == 1 else 's'}" for count, word in ((bad, "problem"), (doubtful, "warning"))
    ]
    return f"{' and '.join(line for line in counted if not line.startswith('0 '))}."
