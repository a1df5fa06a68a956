"""``syncd init``: writes a config by asking, or from flags, with every key explained in it."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from syncd.cli import _frame

if TYPE_CHECKING:
    from pathlib import Path

    from syncd.cli._asking import Answers
    from syncd.settings import Settings

OPENING = """\
The config of syncd. A line that starts with # sets nothing: it shows the default, or an example
where there is none."""

_NOT_YET = ", which is not there yet: `syncd auth --help` tells how to make it"


def add(commands: _frame.Commands) -> None:
    """Add the command."""
    more = "What a flag says isn't asked. Calendars and mail that vdirsyncer, khal and mbsync know are proposed."
    parser = _frame.command(commands, "init", run, "writes a config by asking", more)
    parser.add_argument("--email", metavar="ADDR", help="your mail address")
    parser.add_argument("--alias", metavar="ADDR", action="append", help="another address of yours; repeatable")
    parser.add_argument("--name", help="your name, as invitations write it")
    parser.add_argument("--timezone", metavar="ZONE", help="where you live, as Europe/Berlin (else: this machine's)")
    parser.add_argument("--country", metavar="CC", help="two letters, for public holidays; none: weekends only")
    parser.add_argument("--subdivision", metavar="CODE", help="the state or region, for its own holidays")
    parser.add_argument("--working-hours", metavar="HH:MM-HH:MM", help="when reminders may ring")
    where = ("google", "local")
    parser.add_argument("--backend", choices=where, help="where calendar and mail are; local: files")
    parser.add_argument("--calendar-backend", choices=where, help="where the calendar is, if not where the mail is")
    parser.add_argument("--mail-backend", choices=where, help="where the mail is, if not where the calendar is")
    parser.add_argument(
        "--client-secret",
        metavar="PATH",
        help="Google: the file of your OAuth client (else: client_secret.json in ~/.config/syncd, also with --output)",
    )
    parser.add_argument("--write", metavar="CALENDAR", help='Google: where the reminders go ("new:Follow-ups")')
    parser.add_argument("--calendars", metavar="PATH", action="append", help="a vdir or .ics file to read; repeatable")
    parser.add_argument("--reminders", metavar="PATH", help="the vdir or .ics file for the reminders")
    parser.add_argument("--mail", metavar="PATH", action="append", help="a Maildir or mbox to read; repeatable")
    parser.add_argument(
        "--auth", action=argparse.BooleanOptionalAction, help="sign in with Google at once (else: asked at a terminal)"
    )
    parser.add_argument(
        "--service",
        action=argparse.BooleanOptionalAction,
        help="have systemd keep syncd running from now on (else: asked at a terminal)",
    )
    parser.add_argument(
        "--yes",
        action="store_true",
        help="ask nothing: flags, and for the rest what would be proposed; no sign-in, no service",
    )
    parser.add_argument("--force", action="store_true", help="overwrite a config that is there")
    parser.add_argument(
        "--output", metavar="PATH", dest="config", default=argparse.SUPPRESS, help="the same as --config"
    )


def run(args: argparse.Namespace) -> int:
    """Ask, write, check."""
    import os

    from syncd import config
    from syncd.cli._answers import gather
    from syncd.cli._asking import Answers
    from syncd.cli._store_of_its_own import another, taken_by
    from syncd.errors import BadUsage

    path = (_frame.config_path(args) or config.default_path(os.environ)).absolute()
    answers = Answers(asks=not args.yes, folder=str(path.parent), environ=os.environ)
    _may_write(path, answers, force=args.force)
    values = gather(args, answers)
    text = config.write(values, OPENING)
    reading = config.parse(text, path, os.environ)
    account = reading.settings.user.account
    other = taken_by(account, path, os.environ)
    if other:
        values["state.path"] = str(another(account, path, os.environ))
        text = config.write(values, OPENING)
        reading = config.parse(text, path, os.environ)
    if args.auth and reading.settings.google.client_secret is None:
        raise BadUsage("--auth: is for Google, and calendar and mail are local here")
    _save(path, text)
    print(f"wrote {path}")
    if other:
        print(f"its store is {reading.settings.state}, by [state] path: the usual one is that of {other}")
    reminders = reading.settings.local.reminders
    if reminders is not None and not reminders.exists() and reminders.suffix != ".ics":
        reminders.mkdir(parents=True, mode=0o700)
        print(f"made {reminders} for the reminders")
    named = [] if path == config.default_path(os.environ).absolute() else ["--config", str(path)]
    return _go_on(args, answers, reading.settings, named)


def _go_on(args: argparse.Namespace, answers: Answers, settings: Settings, named: list[str]) -> int:
    """Do what is wanted of the next steps, and name the rest. *named* is what a command needs to find the config."""
    from syncd.cli._hints import say
    from syncd.sign_in.places import paths

    client, signed_in = settings.google.client_secret, True  # the client is set where anything is at Google
    if client is not None:
        print(f"your OAuth client belongs in {client}{'' if client.exists() else _NOT_YET}")
        kept = paths(settings).token.exists()
        # Without the client there is nothing to sign in with, so that nobody is asked.
        sensible = client.exists() and not kept
        if _wants(answers, args.auth, "Sign in with Google now?", sensible=sensible):
            _call("auth", *named)
        elif not kept:
            signed_in = False
            say("next: `syncd auth`, once")
    serves = _wants(answers, args.service, "Have syncd run by itself from now on?", sensible=signed_in and _systemd())
    if serves:
        _call("service", "install", *named)
    say(f"{'next' if signed_in else 'then'}: `syncd sync --dry-run` shows what a first run would do")
    if not serves:
        say("finally: `syncd service install` has it run by itself")
    return 0


def _wants(answers: Answers, flag: bool | None, question: str, *, sensible: bool) -> bool:
    """Whether a next step is to be taken now; only asked where it is *sensible*."""
    return answers.wants(flag, question) if sensible or flag is not None else False


def _systemd() -> bool:
    """Whether the service can be installed here."""
    import os

    from syncd.unit import Systemd

    return Systemd(os.environ).answers()


def _call(*words: str) -> None:
    """Run another command as if it were typed. Raises its errors, and ``SignInNeeded`` where it doesn't succeed."""
    from syncd.cli import _parser
    from syncd.errors import SignInNeeded

    called = _parser.parse(list(words))
    if called.run(called):
        left = " ".join(word for word in words[:2] if not word.startswith("--"))
        raise SignInNeeded(f"the config is written; what is left: `syncd {left}`")


def _may_write(path: Path, answers: Answers, *, force: bool) -> None:
    """Raise ``BadUsage`` unless nothing is there, or what is there may go."""
    from syncd.errors import BadUsage

    if path.is_dir():
        raise BadUsage(f"{path} is a folder; name a file in it")
    if path.exists() and not force and not answers.agrees(f"{path} is there already; overwrite it?"):
        raise BadUsage(f"{path} is there already and stays as it is; --force overwrites it")


def _save(path: Path, text: str) -> None:
    """Write *text* so that no other user reads it, and that what was there stays until all of it is written."""
    from syncd.backends import files

    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    if path.exists():
        path.chmod(0o600)
    files.replace(path, text.encode(), files.look(path))
