"""What everybody types: an interview, a company, perhaps a person, a time, a room; in each combination it is read rightly.

The names are invented, of all shapes that names of companies have.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from syncd.infer.events import read_event, verdict
from syncd.infer.events.model import InterviewModel, Table
from syncd.infer.names import same_company
from syncd.model import Account, Event, EventReading, Person

ME = Account("robin@seeker.example", name="Robin Quill")
START, END = datetime(2026, 5, 4, 9, tzinfo=UTC), datetime(2026, 5, 4, 10, tzinfo=UTC)

COMPANIES = (
    *(
        "Beacon Foods",
        "Larkin Mills",
        "Thistle Health",
        "Kvantum",
        "Brennholt",
        "Zephyrion",
        "BKG",
        "OTV Nord",
        "3Points",
    ),
    *("eVolta", "Marchetti's", "The Copper Pot", "Wren & Vale", "Smith & Daughters", "Mora-Lindt", "Bank of Thorley"),
    *(
        "Harrow Lane Primary School",
        "St Clare's Hospice",
        "Oakdene Care Home",
        "Tarnow Logistics Ltd",
        "Kita Sonnenhof",
    ),
    *("Feldmann Maschinenbau GmbH", "Bäckerei Kurz", "Klinikum Ried", "Maison Verdier", "Boulangerie Lenoir"),
    *("Hôtel des Arcades", "Talleres Marsal", "Clínica Ribera", "Grupo Altamar"),
)
TEMPLATES = {
    "en": (
        *("Interview with {}", "{} interview", "Interview at {}", "Interview @ {}", "Interview - {}", "Interview: {}"),
        *("{} - interview", "Phone screen {}", "Phone screen with {}", "{}: first interview with {person}"),
        *(
            "{} second interview",
            "Final interview {}",
            "Job interview at {}",
            "Video interview with {}",
            "Interview {}",
        ),
        *("Phone interview: {}", "{} phone interview", "Trial shift at {}"),
    ),
    "de": (
        *(
            "Bewerbungsgespräch bei {}",
            "Vorstellungsgespräch {}",
            "Vorstellungsgespräch bei {}",
            "Bewerbungsgespräch: {}",
        ),
        *("{} Vorstellungsgespräch", "{}: Vorstellungsgespräch mit {person}", "Telefoninterview {}", "Probetag {}"),
        *("Probearbeiten bei {}", "Zweitgespräch {}", "Interview bei {}"),
    ),
    "fr": (
        *("Entretien chez {}", "Entretien {}", "Entretien d'embauche chez {}", "Entretien avec {}", "{} - entretien"),
        *("{} : entretien", "Deuxième entretien {}", "Entretien téléphonique {}", "{} : entretien avec {person}"),
        "Entretien d’embauche {}",
    ),
    "es": (
        *("Entrevista con {}", "Entrevista en {}", "Entrevista {}", "Entrevista de trabajo en {}", "{} - entrevista"),
        *("Entrevista: {}", "Segunda entrevista con {}", "Entrevista telefónica {}", "{}: entrevista con {person}"),
        "Entrevista de trabajo {}",
    ),
}
PERSONS = {"en": "Tom Abara", "de": "Jonas Wieland", "fr": "Claire Morel", "es": "Lucía Prieto"}
APPENDED = {
    "en": (" 10am", " 14:30", " (phone)", ", room 4", " 2pm zoom", " tomorrow"),
    "de": (" 10 Uhr", " 14:30", " (Telefon)", ", Raum 4", " per Zoom", " Teams"),
    "fr": (" 10h", " 14h30", " (téléphone)", ", salle 4", " visio", " Teams"),
    "es": (" 10:00", " a las 16h", " (teléfono)", ", sala 4", " Zoom", " online"),
}
LANGUAGE = pytest.mark.parametrize("language", TEMPLATES)


def read(title: str, organizer: Person | None = None) -> EventReading:
    return read_event(Event("s", "h", "u", START, END, title=title, organizer=organizer), ME)


def titles(language: str) -> Iterator[tuple[str, str, str]]:
    """A title, its company (empty where it may be a town: "Entrevista en Kvantum"), and the person whom it names."""
    person, appended = PERSONS[language], APPENDED[language]
    for n, company in enumerate(COMPANIES):
        for m, template in enumerate(TEMPLATES[language]):
            title = template.format(company, person=person)
            named = person if person in title else ""
            asked = "" if template.endswith(" en {}") else company
            whole = title + appended[(n + m) % len(appended)]
            for case in (title, whole, title.lower(), whole.lower()):
                yield case, asked, named


@LANGUAGE
def test_a_textbook_title_is_an_interview(language: str) -> None:
    assert [title for title, _, _ in titles(language) if not read(title).interview] == []


@LANGUAGE
def test_its_company_is_found(language: str) -> None:
    found = ((title, company, read(title).company) for title, company, _ in titles(language) if company)
    assert [(title, got) for title, company, got in found if not same_company(company, got)] == []


@LANGUAGE
def test_the_person_whom_it_names_is_found(language: str) -> None:
    found = ((title, person, read(title).people) for title, _, person in titles(language) if person)
    assert [
        (title, got) for title, person, got in found if [p.name.casefold() for p in got] != [person.casefold()]
    ] == []


@LANGUAGE
def test_no_model_has_a_say_where_the_rules_are_certain(language: str, monkeypatch: pytest.MonkeyPatch) -> None:
    nothing = Table(array("I"), array("b"), 1.0)
    monkeypatch.setattr(verdict, "interview_model", lambda: InterviewModel(-100.0, nothing, nothing, nothing))
    plain = [title for title, company, _ in titles(language) if company and not title.islower()]
    assert [title for title in plain if not read(title).interview] == []
    assert not read("Tuesday, the usual place").interview


@pytest.mark.parametrize(
    "title",
    [
        "Interview",
        "Job interview 10am",
        "Phone screen",
        "Interview with Tom Abara",
        "Vorstellungsgespräch 14 Uhr",
        "Entretien",
    ],
)
def test_a_title_that_names_no_company_is_one_too(title: str) -> None:
    reading = read(title)
    assert (reading.interview, reading.company) == (True, "")


def test_a_house_called_like_a_person_is_known_by_its_domain() -> None:
    kim = Person("Kim Aster", "kim.aster@ambermills.example")
    reading = read("Interview with Amber Mills", kim)
    assert (reading.company, reading.people) == ("Amber Mills", (kim,))


@pytest.mark.parametrize(
    ("title", "company"),
    [
        ("Interview in Bristol", ""),
        ("Vorstellungsgespräch in Köln", ""),
        ("Interview: Forklift Driver", ""),
        ("Interview with Frau Keil", ""),
        ("Interview: Night Porter, The Mitre", "The Mitre"),
    ],
)
def test_towns_jobs_and_people_are_no_company(title: str, company: str) -> None:
    assert read(title).company == company
