"""The trained models of events: they fit the code, read the same in every process, and explain themselves."""

from __future__ import annotations

import json
import subprocess
import sys
import zlib
from datetime import UTC, datetime
from pathlib import Path

import pytest

from syncd.infer.events import read_event
from syncd.infer.events.model import company_model, interview_model, unpack, unpack_table
from syncd.infer.events.signals import VERSION
from syncd.model import Account, Attendee, Event, Person

ME = Account("sam@seeker.example", name="Sam Ortega")
START, END = datetime(2026, 5, 4, 9, tzinfo=UTC), datetime(2026, 5, 4, 10, tzinfo=UTC)
WORDED_AS_NOBODY_LISTED = (
    "Thursday :: Our stable lad leaves at Easter and Lou says you are good with horses. Come and muck out with us for an "
    "hour, then we talk about hours and pay."
)
TITLES = """
Weekly sync | 1:1 | Project kick-off | Budget review | Team lunch | Design review | Board game night |
Book club | Coffee | Quick call | Sprint planning | Retro | Demo | Roadmap chat | Vendor call | Client meeting |
Quarterly review | All hands | Lunch and learn | Parents' evening | Choir rehearsal | Dentist | Flat viewing |
Yoga | Catch up | Contract review | Sales call | Steering committee | Site visit | Planning meeting | Handover |
Training day | Status update | Data migration | Marketing sync | Product demo | Town hall | Offsite | Workshop |
Brainstorming | Jour fixe | Teamsitzung | Projektbesprechung | Zahnarzt | Elternabend | Abstimmung Budget |
Telefonat | Mittagessen | Kundentermin | Statusrunde | Réunion d'équipe | Point hebdo | Déjeuner |
Comité de pilotage | Appel client | Dentiste | Reunión de equipo | Comida | Llamada cliente | Dentista |
Revisión trimestral | Birthday dinner | Dan / Sam | Sam <> Priya | Project Falcon sync |
Meeting with accountant | Call with landlord | Lesson with Anna | Physio | Haircut | Gym | School run |
Piano lesson | Tax adviser | Car service | Board meeting | Standup | Invoice questions | Onboarding Kim |
Welcome lunch for Kim | Farewell drinks Tom | Photo shoot | Podcast recording | Webinar: tax | Concert |
Football | Babysitter | Visit grandma | Zoom | Teams meeting | Meeting | Call | Chat | Appointment | Termin |
Treffen | Rendez-vous | Cita | Reunión | Réunion de service | Turno de noche | Boiler service | Lunar sync
"""
ORDINARY = [title.strip() for line in TITLES.splitlines() for title in line.split("|") if title.strip()]


def event(title: str, organizer: Person | None = None, location: str = "", attendees: tuple[Person, ...] = ()) -> Event:
    name, _, text = title.partition(" :: ")
    everyone = tuple(
        Attendee(person) for person in (*attendees, *([Person("Sam Ortega", ME.email)] if organizer else ()))
    )
    return Event(
        "s",
        "h",
        "u",
        START,
        END,
        title=name,
        description=text,
        location=location,
        organizer=organizer,
        attendees=everyone,
    )


def packed(**changes: object) -> bytes:
    here = zlib.crc32(b"here").to_bytes(4, "little")
    head = {"signals": VERSION, "counts": [1, 1], "steps": [0.5, 1.0, 1.0], "bias": 0.25, **changes}
    return zlib.compress(json.dumps(head).encode() + b"\n" + here + b"\xfc" + here + b"\x01\x02")


def test_the_shipped_models_are_for_this_code_and_know_much() -> None:
    model = interview_model()
    assert min(len(table.hashes) for table in (model.signals, model.title, model.anywhere)) > 10_000
    assert "c:points" in model.signals and model.signals.weight("c:points") > 0
    assert company_model().weight("r:best") > 0


def test_a_table_says_what_a_name_counts_and_nothing_for_others() -> None:
    model = unpack(packed())
    assert (model.bias, model.signals.weight("here"), model.signals.weight("elsewhere")) == (0.25, -2.0, 0.0)
    assert "here" in model.signals and "elsewhere" not in model.signals
    assert model.signals.total({"here": 3.0, "elsewhere": 9.0}) == -6.0
    assert (model.title.weight("here"), model.anywhere.weight("here")) == (1.0, 2.0)


def test_a_model_made_for_other_signals_is_refused() -> None:
    for read in (unpack, unpack_table):
        with pytest.raises(ValueError, match=r"made for version .* and this code has"):
            read(packed(signals=VERSION + 1))


def test_an_invitation_in_words_that_no_cue_has_is_read_and_says_by_which() -> None:
    reading = read_event(event(WORDED_AS_NOBODY_LISTED, Person("Fay Holt", "fay@hollowlivery.example")), ME)
    assert reading.interview
    assert any(" read as an interview of yours" in why for why in reading.why)
    quoted = next(why for why in reading.why if " read as " in why).split('"')[1::2]
    assert quoted and all(words in WORDED_AS_NOBODY_LISTED for words in quoted)


@pytest.mark.parametrize("sender", ["", "priya@nimbusworks.example", "anna@gmail.com"])
def test_an_ordinary_day_is_none(sender: str) -> None:
    organizer = Person("Priya Rao", sender) if sender else None
    assert [title for title in ORDINARY if read_event(event(title, organizer), ME).interview] == []


@pytest.mark.parametrize(
    ("organizer", "title", "company"),
    [
        (Person("", "kolbdruck@app.bamboohr.com"), "Interview", "Kolbdruck"),
        (Person("Mia Roth", "mia@baeckerei-kurz.example"), "Vorstellungsgespräch", "Bäckerei Kurz"),
        (Person("Elena Marsal", "elena@talleresmarsal.example"), "Entrevista", "Talleres Marsal"),
        (Person("Recruiting", "no-reply@greenhouse-mail.io"), "Interview with Larkhill Dairy", "Larkhill Dairy"),
    ],
)
def test_a_company_is_spelled_as_people_write_it(organizer: Person, title: str, company: str) -> None:
    assert read_event(event(title, organizer), ME).company == company


def test_every_process_reads_the_same() -> None:
    code = (
        "from datetime import UTC, datetime; from syncd.infer.events import read_event; from syncd.model import Account, Event;"
        "s = datetime(2026, 5, 4, 9, tzinfo=UTC); a = Account('sam@seeker.example');"
        f"print([read_event(Event('s', 'h', 'u', s, s, title=t), a) for t in {[*ORDINARY, 'Probetag Café Morgenrot', 'trial shift, The Ferry']!r}])"
    )
    said = {
        subprocess.run(
            [sys.executable, "-c", code], env={"PYTHONHASHSEED": seed}, capture_output=True, text=True, check=True
        ).stdout
        for seed in ("1", "2")
    }
    assert len(said) == 1
    assert "interview=True" in said.pop()


@pytest.mark.parametrize(
    ("title", "sender"),
    [
        ("Holly Medical: first interview with Ann Cole", "ann.cole@hollymedical.example"),
        ("Video interview for the front desk", "jo@pinegroup.example"),
        ("Vorstellungsgespräch Stationsleitung", "u.lang@klinikumried.example"),
        ("Entretien d'embauche : vendeur", "luc@maisonvert.example"),
        ("Segunda entrevista de trabajo con Iria Mato", "iria.mato@segurosnorte.example"),
    ],
)
def test_a_plain_invitation_of_somebody_outside_is_an_interview(title: str, sender: str) -> None:
    assert read_event(event(title, Person("", sender)), ME).interview


@pytest.mark.parametrize(
    ("title", "company"),
    [
        ("call - warehouse job (agency)", ""),
        ("call – cleaning job (agency)", ""),
        ("VT Kita Sonnenhof", "Kita Sonnenhof"),
        ("trial shift Luigi's", "Luigi's"),
        ("tel w Sanna re job", ""),
        ("2nd round!!", ""),
    ],
)
def test_what_people_type_by_hand(title: str, company: str) -> None:
    reading = read_event(event(title), ME)
    assert (reading.interview, reading.company) == (True, company)


def test_the_models_of_events_are_small() -> None:
    models = Path(__file__).parent.parent / "syncd" / "infer" / "model"
    assert sum(file.stat().st_size for file in models.glob("events*.bin")) <= 300_000
