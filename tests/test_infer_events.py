"""What a calendar entry means: clear cases of each kind, and entries made to break the reader."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.infer.events import read_event
from syncd.infer.opportunities import clean_title
from syncd.model import Account, Attendee, Event, EventReading, Person
from tests.world import ADA, an_interview, at

ME = Account("noa.lindt.pm@gmail.com")
IDA = Person("Ida Holm", "ida.holm@quillstone.example")


def event(title: str, **kw: Any) -> Event:
    at = datetime(2026, 5, 4, 9, tzinfo=UTC)
    return Event(source="s", href="h", uid="u", start=at, end=at.replace(hour=10), title=title, **kw)


def invited(title: str, *people: Person, organizer: Person = IDA, account: Account = ME, **kw: Any) -> Event:
    """An invitation by *organizer* to the user and *people*."""
    everybody = tuple(Attendee(p) for p in people)
    return event(title, organizer=organizer, attendees=(*everybody, Attendee(Person("Noa Lindt", account.email))), **kw)


def read(given_event: Event, account: Account = ME) -> EventReading:
    return read_event(given_event, account)


def test_a_tool_that_says_it_sent_the_invitation_is_no_company() -> None:
    told = (
        "Your interview for the Fitter position at Corvid Works is confirmed.\n\nThis event was created by Greenbough."
    )
    sender = Person("Greenbough Scheduling", "no-reply@greenbough.example")
    assert read(invited("Technical interview", organizer=sender, description=told)).company == "Corvid Works"


def test_an_agency_gives_way_to_the_client_who_takes_part() -> None:
    client = Person("Roland Dippel", "dippel@dippel-lifts.example")
    agent = Person("Vera Uhl", "vera.uhl@kraftfeld.example")
    reading = read(invited("Interview", client, organizer=agent, description="All confirmed with the client.\nVera"))
    assert (reading.company, reading.people) == ("Dippel Lifts", (agent, client))


def test_whoever_the_users_house_invites_is_the_candidate() -> None:
    owner = Account("gil@hotelmar.example")
    guest = Person("Ruben Costa", "ruben@postal.example")
    given = invited("Interview night porter", guest, organizer=Person("Gil", owner.email), account=owner)
    assert not read(given, owner).interview


@pytest.mark.parametrize(
    ("description", "interview"),
    [
        ("Following your application, I would like to tell you about the depot manager post.", True),
        ("Notice period? four weeks\nWhich role are you interested in? Clerk", True),
        ("The quarterly figures, and the roof.", False),
        ("We are glad you like our product. Let's talk about pricing.", False),
    ],
)
def test_a_bare_meeting_is_what_its_description_says(description: str, interview: bool) -> None:
    assert read(invited("Noa / Ida", description=description)).interview is interview


@pytest.mark.parametrize(
    "title",
    [
        "Interview",
        "job interview harbor mill bakery",
        "Phone screen",
        "Superday - Cinder Capital",
        "Trial shift The Copper Pot",
        "Working interview with Maple Dental",
        "Demo lesson, Larkspur Elementary",
        "Final round Quillstone",
        "Follow-up interview Quillstone",
        "Informal chat about the office manager role",
        "Cancelled: Interview - Quillstone",
        "Vorstellungsgespräch bei Donauwerk",
        "Probearbeiten Bäckerei Stein",
        "Entretien d'embauche chez Valmy",
        "Entrevista de trabajo en Grupo Turia",
        "Training Manager interview, Quillstone",
        "Interview prep cook, Zest Kitchen",
        "Interview with Visa",
        "Wendy's interview 3pm",
    ],
)
def test_an_interview_typed_by_hand(title: str) -> None:
    assert read(event(title)).interview


@pytest.mark.parametrize(
    "title",
    [
        "Mock interview with Tom",
        "Interview prep",
        "prep for Quillstone interview",
        "Interview debrief",
        "Interviewer training",
        "Interview skills workshop",
        "User interview: onboarding",
        "Customer interview #4",
        "Press interview about the launch",
        "Podcast interview: Design Hour",
        "Exit interview",
        "Stay interview",
        "US visa interview",
        "Witness interview",
        "Kindergarten admission interview",
        "Annual performance review",
        "train to interview",
        "buy suit for interview",
        "send thank-you to Jane",
        "Follow up with Quillstone",
        "watch interview with the author",
        "Emma's interview",
        "interview candidates for my team",
        "Memorial Day",
        "Mum's birthday",
        "Rust meetup",
        "Coffee with Jane",
        "Mitarbeitergespräch",
        "Entretien chaudière",
        "Preparar entrevista",
    ],
)
def test_something_else_typed_by_hand(title: str) -> None:
    reading = read(event(title))
    assert not reading.interview
    assert (reading.job, reading.people) == ("", ())


@pytest.mark.parametrize(
    ("title", "company"),
    [
        ("Interview with Ozark Mercy (Dialysis RN)", "Ozark Mercy"),
        ("Kitewing - Data Modelling Interview with Noa Lindt", "Kitewing"),
        ("Noa Lindt / Bayside Youth Services interview", "Bayside Youth Services"),
        ("Final interview: Noa Lindt / Bayside Youth Services", "Bayside Youth Services"),
        ("Interview - Brightlane PR (Noa Lindt)", "Brightlane PR"),
        ("Panel interview, Elm Creek USD (Grade 4)", "Elm Creek USD"),
        ("Talbot Timber interview with Mr. Talbot", "Talbot Timber"),
        ("Interview Wick & Sons", "Wick & Sons"),
        ("Vorstellungsgespräch bei Donauwerk", "Donauwerk"),
        ("Entretien chez Maison Perrault", "Maison Perrault"),
        ("Entrevista con Restaurante Mirasol", "Restaurante Mirasol"),
        ("Interview with Northwind (via Hays)", "Northwind"),
        ("interview dunmore parcels 9am", "Dunmore Parcels"),
        ("Interview with Bank of Mora", "Bank of Mora"),
        ("Interview Hartley Home", "Hartley Home"),
        ("Interview with Ida Holm", ""),
        ("Interview in Leeds", ""),
        ("Interview: Warehouse Operative", ""),
        ("Interview (Google Meet)", ""),
    ],
)
def test_the_company_in_a_title(title: str, company: str) -> None:
    reading = read(event(title))
    assert (reading.company, reading.certain_company) == (company, bool(company))


def test_a_domain_only_is_a_guess_and_words_that_agree_make_it_certain() -> None:
    guessed = read(invited("Interview with Ida Holm"))
    assert (guessed.company, guessed.certain_company) == ("Quillstone", False)
    spelled = read(invited("Interview", location="Quill Stone, 3rd floor"))
    assert (spelled.company, spelled.certain_company) == ("Quill Stone", True)


@pytest.mark.parametrize("host", ["gmail.com", "greenhouse.io", "calendly.com", "zoom.us", "yahoo.co.uk"])
def test_a_mail_host_or_tool_is_no_company(host: str) -> None:
    assert read(invited("Interview", organizer=Person("Ida Holm", f"jane@{host}"))).company == ""


def test_a_company_is_named_where_it_may_be_about_a_job() -> None:
    reading = read(event("orbit call 2pm w/ jonas"))
    assert (reading.interview, reading.company, reading.people) == (False, "Orbit", ())
    assert read(event("Exit interview Acme")).company == ""


def test_a_senders_name_a_line_and_a_client_tell_the_company() -> None:
    robot = Person("Kitewing Recruiting", "no-reply@greenhouse.io")
    assert read(invited("Interview", organizer=robot)).company == "Kitewing"
    assert (
        read(invited("Interview", description="Company: Fieldstone Brands\nRole: Lead")).company == "Fieldstone Brands"
    )
    agency = Person("Donna Pike", "donna@swiftstaffing.example")
    text = "Our client Ravenhill Water would like to meet you."
    assert read(invited("Interview", organizer=agency, description=text)).company == "Ravenhill Water"


@pytest.mark.parametrize(
    ("title", "text", "job"),
    [
        ("Interview with Ozark Mercy (Dialysis RN)", "", "Dialysis RN"),
        ("Zoom: Ida Holm <> Noa Lindt (Quillstone, Pricing Lead interview)", "", "Pricing Lead"),
        ("Interview", "Role: Senior Backend Engineer\nWith: Ann", "Senior Backend Engineer"),
        ("Interview", "This is about the Program Officer role.", "Program Officer"),
        ("Vorstellungsgespräch Sachbearbeiter Einkauf (m/w/d)", "", "Sachbearbeiter Einkauf"),
        ("Interview with Quillstone", "", ""),
    ],
)
def test_the_job(title: str, text: str, job: str) -> None:
    assert read(event(title, description=text)).job == job


def test_the_people_are_those_with_a_name_of_their_own() -> None:
    sam, declined = Person("Sam Osei", "sam@quillstone.example"), Person("Rui Costa", "rui@quillstone.example")
    meeting = invited("Interview", sam)
    meeting = replace(
        meeting,
        attendees=(
            *meeting.attendees,
            Attendee(declined, status="declined"),
            Attendee(Person("Board Room", "room4@quillstone.example"), kind="room"),
            Attendee(Person("Room 9", "c_18@resource.calendar.google.com")),
            Attendee(Person("Huddle (room)", "huddle@quillstone.example")),
            Attendee(Person("", "recruiting@quillstone.example")),
            Attendee(Person("GoodTime", "scheduler@goodtime.io")),
            Attendee(Person("Panel", "panel-list@quillstone.example"), kind="group"),
        ),
    )
    assert read(meeting).people == (IDA, sam)


def test_a_role_mailbox_alone_is_nobody() -> None:
    assert read(invited("Interview", organizer=Person("Careers", "careers@quillstone.example"))).people == ()


def test_names_that_stand_only_in_the_text() -> None:
    assert read(event("Talbot Timber interview with Mr. Talbot")).people == (Person("Mr. Talbot"),)
    listed = read(invited("Interview", description="Interviewers: Ida Holm, Asha Rao"))
    assert listed.people == (IDA, Person("Asha Rao"))
    known = Person("Don Talbot", "don@talbottimber.example")
    assert read(invited("Interview with Mr. Talbot", organizer=known)).people == (known,)


def test_a_name_as_outlook_writes_it() -> None:
    assert read(invited("Interview", organizer=replace(IDA, name="Holm, Ida (HR)"))).people == (IDA,)


def test_names_in_a_title_need_evidence_of_a_job() -> None:
    assert not read(invited("Ida / Noa chat")).interview
    assert read(invited("Ida / Noa chat", description="Talk about the Pricing Lead role")).interview
    topic = "Ida Holm invites you to a meeting.\n\nTopic: Pricing Lead interview, Noa Lindt"
    assert read(invited("Zoom: Ida Holm <> Noa Lindt", description=topic)).interview
    tool = "Event Name: Optician interview\nPowered by Calendly.com"
    assert read(invited("Ida Holm and Noa Lindt", description=tool)).interview


WORK = Account("noa@orbitbank.example", ("noa.lindt.pm@gmail.com",))
HR = Person("Orbit Talent", "talent@orbitbank.example")


@pytest.mark.parametrize(
    ("title", "text"),
    [
        ("Interview with Theo Banks - Analyst", "You are interviewing Theo Banks for Analyst."),
        ("Interview: Theo Banks", "Submit your scorecard"),
        ("Technical interview", "Candidate: Theo Banks"),
        ("Interview panel: Analyst", ""),
        ("Analyst interview - Theo Banks", ""),
    ],
)
def test_the_user_interviews_somebody(title: str, text: str) -> None:
    theo = Person("Theo Banks", "tbanks@gmail.com")
    assert not read(invited(title, theo, organizer=HR, account=WORK, description=text), WORK).interview


def test_the_user_invites_a_candidate() -> None:
    mine = event(
        "Interview: Alyssa Reyes (coordinator candidate)",
        organizer=Person("Noa Lindt", ME.email),
        attendees=(Attendee(Person("Alyssa Reyes", "alyssa.reyes@gmail.com")),),
    )
    assert not read(mine).interview


@pytest.mark.parametrize("name", ["Noa Lindt", "noa lindt", "Noa M. Lindt"])
def test_the_user_is_the_candidate(name: str) -> None:
    reading = read(invited("Technical screen", description=f"Candidate: {name}\nScorecard: none"))
    assert reading.interview
    assert reading.company == "Quillstone"


def test_the_users_name_may_be_known_from_the_address_alone() -> None:
    lone = event("Interview", organizer=IDA, attendees=(), description="Candidate: Noa Lindt")
    assert read(lone).interview


@pytest.mark.parametrize("tag", ["#interview", "#rejected", "#offer", "#withdrawn", "#ignore"])
def test_tags_are_taken_as_said(tag: str) -> None:
    reading = read(event("Prep evening, Moss Hill crew", description=f"{tag}\n#company Moss Hill"))
    assert (reading.interview, reading.company, reading.certain_company) == (True, "Moss Hill", True)
    assert tag in " ".join(reading.why)


def test_a_tag_stands_behind_an_invitations_boilerplate() -> None:
    footer = f"Hello\n{'_' * 40}\nMicrosoft Teams meeting\n{'Join on your computer. ' * 300}\n#company Acme"
    assert read(invited("Interview", description=footer)).company == "Acme"


def test_the_users_own_answer() -> None:
    said_no = invited("Interview")
    said_no = replace(said_no, attendees=(Attendee(Person("", "NOA.lindt.pm+jobs@gmail.com"), status="declined"),))
    reading = read(said_no)
    assert (reading.interview, reading.declined) == (True, True)


def test_markup_and_control_characters_are_no_words() -> None:
    html = "<p>Hi&nbsp;Noa,</p><br>thanks for your interest in the <b>Art Director</b> position.\x00\x07"
    reading = read(invited("In\u200bterview\u202e", description=html))
    assert (reading.interview, reading.job) == (True, "Art Director")
    assert not any(ord(c) < 32 for c in "".join([reading.company, reading.job, *reading.why]))


NASTY = st.text(max_size=300) | st.sampled_from(
    [
        "Interview " * 400,
        "(" * 3000,
        "- " * 2000,
        "A & " * 1500,
        "Mr. " * 1500,
        "\n" * 5000,
        "<" * 4000,
        "Interview with \ud800 Acme",
        "Candidate: " * 500,
        "of the and " * 800,
    ]
)
ADDRESSES = st.sampled_from(
    ["", "a@b", "@", "jane@quillstone.example", "x" * 400, "a@" + "b." * 200, "ä@ü.example", "a@xn--.example", "a@..b"]
)
PEOPLE = st.builds(Person, NASTY, ADDRESSES)


@given(
    title=NASTY,
    description=NASTY,
    location=NASTY,
    organizer=st.none() | PEOPLE,
    attendees=st.lists(st.builds(Attendee, PEOPLE, NASTY, NASTY), max_size=3).map(tuple),
)
def test_nothing_in_an_event_raises(
    title: str, description: str, location: str, organizer: Person | None, attendees: tuple[Attendee, ...]
) -> None:
    hostile = event(title, description=description, location=location, organizer=organizer, attendees=attendees)
    reading = read(hostile)
    assert reading == read(hostile)
    assert len(reading.company) <= 120
    assert reading.interview or not (reading.people or reading.job or reading.certain_company)


def test_who_is_the_user_by_name_is_nobody_to_thank() -> None:
    old = Person("Sam Field", "sam.field@oldmail.example")
    namesake = replace(ADA, name="Sam")
    account = Account("sam@mail.example", name="Sam Field")
    event = an_interview("u", at("2026-03-10 10:00"), people=(ADA, old))
    assert read_event(event, account).people == (ADA,)
    reversed_name = an_interview("u", at("2026-03-10 10:00"), people=(ADA, replace(old, name="Field, Sam")))
    assert read_event(reversed_name, account).people == (ADA,)
    with_namesake = an_interview("u", at("2026-03-10 10:00"), people=(namesake,))
    assert read_event(with_namesake, account).people == (namesake,)


@pytest.mark.parametrize("break_", ["\n", "\r\n", "\r", "\u2028", "\x0b"])
def test_a_title_ends_at_its_first_line_break(break_: str) -> None:
    event = an_interview(
        "u", at("2026-03-10 10:00"), people=(), title=f"Interview with Acme{break_}ATTENDEE:mailto:x@y.example"
    )
    reading = read_event(event, Account("sam@mail.example"))
    assert reading.company == "Acme"
    assert clean_title(event) == "Interview with Acme"
