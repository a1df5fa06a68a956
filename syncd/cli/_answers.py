"""The questions of ``syncd init``, in their order, and what is proposed for each."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path

from syncd.cli import _back_ends, _found
from syncd.cli._asking import NONE, Answers
from syncd.config import default_path, system_zone
from syncd.config.kinds import CALENDAR, country, email, home, path, subdivision, subdivisions, zone
from syncd.config.values import Place, Wrong, parse_hours, quoted, show_hours, text
from syncd.errors import BadUsage

Raw = str | list[str]


def gather(args: argparse.Namespace, answers: Answers) -> dict[str, Raw]:
    """The keys to set, by dotted name. Raises ``BadUsage`` for a flag that can't be used."""
    told = _back_ends.said(args)
    found = {**_person(args, answers), **_place(args, answers)}
    yours = home(answers.place)
    known = _found.calendars(answers.environ, yours), _found.mailboxes(answers.environ, yours)
    calendars, mail = (list(places) for places in known)
    _say_found(args, answers, *known)
    ends = _back_ends.settle(args, answers, told, calendars=bool(calendars), mail=bool(mail))
    found |= {"calendar.backend": ends.calendar, "mail.backend": ends.mail}
    if "google" in (ends.calendar, ends.mail):
        found |= _client(args, answers)
    found |= _calendar_files(args, answers, calendars) if ends.calendar == "local" else _calendar(args, answers)
    if ends.mail == "local":
        found |= _mail_files(args, answers, mail)
    return {name: value for name, value in found.items() if value}


def _say_found(args: argparse.Namespace, answers: Answers, *known: Mapping[Path, Path]) -> None:
    """Tell a person who is asked what is known, and by which config, before it is proposed."""
    if not answers.asks:
        return
    here = _here(answers)
    for what, given, places in zip(("calendars", "mail"), (args.calendars, args.mail), known, strict=True):
        for config in dict.fromkeys(places.values()) if given is None else ():
            listed = _proposal([place for place, named in places.items() if named == config], here)
            print(f"Found {what}, named in {_short(config, here)}: {listed}")


_CLIENT = """
syncd talks to Google from this machine, and ships no key of its own. You make one, called an OAuth client, in ten
minutes and for free: `syncd auth --help` tells how, step by step. Google's console then gives you a file for it. If you
don't have that yet, just say where it will lie; only `syncd auth` needs it.
"""


def _client(args: argparse.Namespace, answers: Answers) -> dict[str, Raw]:
    """The OAuth client: beside the usual config, also for another one, since one client does for all."""
    if answers.asks and args.client_secret is None:
        print(_CLIENT)
    here = _here(answers)
    return {
        "google.client_secret": answers.settle(
            "--client-secret",
            args.client_secret,
            "The file of your OAuth client (it may come later)",
            _short(default_path(answers.environ).absolute().parent / "client_secret.json", here),
            lambda words: _short(_full(words, here), here),
        )
    }


def _calendar(args: argparse.Namespace, answers: Answers) -> dict[str, Raw]:
    return {
        "calendar.write": answers.settle(
            "--write",
            args.write,
            'The calendar for the reminders: "new:NAME" for one of their own, or "primary"',
            "new:Follow-ups",
            lambda words: CALENDAR.parse(words, _here(answers)),
        ),
    }


def _person(args: argparse.Namespace, answers: Answers) -> dict[str, Raw]:
    place = answers.place

    def address(words: str) -> str:
        if not words:
            raise Wrong("please give an address, as you@mail.example")
        return email(words, place)

    def addresses(words: str) -> list[str]:
        return [email(word, place) for word in _split(words)]

    known = answers.environ.get("EMAIL", "")
    if args.email is None and not known and not answers.asks:
        raise BadUsage("--email is needed")
    return {
        "account.email": answers.settle("--email", args.email, "Your mail address", known, address),
        "account.aliases": answers.settle(
            "--alias", _lines(args.alias), "Your other addresses, with commas", "", addresses
        ),
        "account.name": answers.settle("--name", args.name, "Your name", "", lambda words: text(words, place)),
    }


def _place(args: argparse.Namespace, answers: Answers) -> dict[str, Raw]:
    place = answers.place

    def zone_name(words: str) -> str:
        found = zone(words, place)
        if found is None:
            raise Wrong('is needed, as "Europe/Berlin"')
        return str(found)

    here = str(system_zone(answers.environ) or "")
    lives = answers.settle("--timezone", args.timezone, "Your time zone", here, zone_name)
    where = answers.settle(
        "--country",
        args.country,
        f"Your country, for public holidays ({NONE} for none)",
        _country_of(lives, place),
        lambda words: country("" if words == NONE else words, place),
    )
    # The machine's own is left unsaid: then the daemon goes along when the machine travels.
    said = "" if args.timezone is None and lives == here else lives
    found: dict[str, Raw] = {"account.timezone": said, "account.country": where}
    parts = subdivisions(where) if where else {}
    if parts or args.subdivision:
        listed = ", ".join(" ".join([code, *names[:1]]) for code, names in parts.items())
        question = f"Your state or region, for its own holidays: {listed}\nWhich one, or nothing"
        found["account.subdivision"] = answers.settle(
            "--subdivision", args.subdivision, question, "", lambda words: subdivision(words, where) if words else ""
        )
    found["account.working_hours"] = answers.settle(
        "--working-hours",
        args.working_hours,
        "When may reminders ring",
        "09:00-17:00",
        lambda words: show_hours(parse_hours(words)),
    )
    return found


def _country_of(zone_name: str, place: Place) -> str:
    try:
        return country(_found.country(zone_name), place)
    except Wrong:  # a country without public holidays that anybody wrote down
        return ""


def _here(answers: Answers) -> Place:
    """What a person types is relative to where they are."""
    return Place(str(Path.cwd()), answers.environ)


def _full(word: str, here: Place) -> Path:
    found = path(word, here)
    if found is None:
        raise Wrong("is needed")
    return found


def _sources(words: str, here: Place) -> list[str]:
    paths = [_full(word, here) for word in _split(words) or [""]]
    missing = next((source for source in paths if not source.exists()), None)
    if missing is not None:
        raise Wrong(f"there is no file or folder {missing}")
    return [_short(source, here) for source in paths]


def _calendar_files(args: argparse.Namespace, answers: Answers, calendars: Sequence[Path]) -> dict[str, Raw]:
    here = _here(answers)
    reminders = _beside(calendars, here)
    return {
        "local.calendars": answers.settle(
            "--calendars",
            _lines(args.calendars),
            "Calendars to read interviews from: vdirs or .ics files, with commas",
            _proposal([found for found in calendars if found != reminders], here),
            lambda words: _sources(words, here),
        ),
        "local.reminders": answers.settle(
            "--reminders",
            args.reminders,
            "Where to write the reminders: a folder, or an .ics file",
            _short(reminders, here),
            lambda words: _short(_full(words, here), here),
        ),
    }


def _mail_files(args: argparse.Namespace, answers: Answers, mail: Sequence[Path]) -> dict[str, Raw]:
    here = _here(answers)
    return {
        "local.mail": answers.settle(
            "--mail",
            _lines(args.mail),
            "Mail to read: Maildirs or mbox files, the sent mail among them, with commas",
            _proposal(mail, here),
            lambda words: _sources(words, here),
        ),
    }


def _beside(calendars: Sequence[Path], here: Place) -> Path:
    """A folder for the reminders that the calendar program will see too, where one is known."""
    yours = home(here)
    if calendars and calendars[0].parent != yours:
        return calendars[0].parent / "follow-ups"
    return Path(here.environ.get("XDG_DATA_HOME") or yours / ".local/share") / "syncd" / "follow-ups"


def _lines(flags: Sequence[str] | None) -> str | None:
    """A repeated flag as one text that ``_split`` takes apart again; a comma in it is no border."""
    return None if flags is None else "".join(f"{flag}\n" for flag in flags)


def _split(words: str) -> list[str]:
    return [word.strip() for word in words.split("\n" if "\n" in words else ",") if word.strip()]


def _proposal(paths: Sequence[Path], here: Place) -> str:
    return ", ".join(_short(found, here) for found in paths)


def _short(found: Path, here: Place) -> str:
    """*found* as people write it. Raises ``Wrong`` for a name that no TOML file can hold."""
    yours, name = str(home(here)), str(found)
    if not name.isprintable():
        raise Wrong(f"is a name that a config can't hold: {quoted(name)}")
    return f"~{name.removeprefix(yours)}" if name.startswith(f"{yours}/") else name
