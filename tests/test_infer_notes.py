"""What a person writes into an event: notes of a day, and tags."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.infer.notes import Tag, meant_lines, note_lines, read_note, read_tags

WEDNESDAY = date(2026, 3, 4)


@pytest.mark.parametrize(
    ("line", "by"),
    [
        ("next: Mon 30 Mar", "2026-03-30"),
        ("Next: Friday", "2026-03-06"),
        ("next step: 12 March", "2026-03-12"),
        ("NEXT - 20 March", "2026-03-20"),
        ("next: second round Mon 30 Mar", "2026-03-30"),
        ("hear back by Friday", "2026-03-06"),
        ("hear by 12 March", "2026-03-12"),
        ("should hear back in two weeks", "2026-03-18"),
        ("I should hear back by Friday (Anna)", "2026-03-06"),
        ("They said I'd hear by the 12th", "2026-03-12"),
        ("they decide by end of next week", "2026-03-13"),
        ("HR will call Tuesday", "2026-03-10"),
        ("decision: 2026-03-20", "2026-03-20"),
        ("- answer by 20 March", "2026-03-20"),
        ("nächster Schritt: Freitag", "2026-03-06"),
        ("Antwort bis 20.3.", "2026-03-20"),
        ("melden sich bis Ende nächster Woche", "2026-03-13"),
        ("réponse : vendredi", "2026-03-06"),
        ("ils décident avant la fin du mois", "2026-03-31"),
        ("respuesta: antes del viernes", "2026-03-06"),
        ("próximo paso: el 20 de marzo", "2026-03-20"),
        ("next: 20.3.", "2026-03-20"),
        ("next: 5.4.", "2026-04-05"),
        ("next: 5.4.2026", "2026-04-05"),
        ("next: 1. April", "2026-04-01"),
        ("next: am Freitag", "2026-03-06"),
        ("next: morgen", "2026-03-05"),
        ("next: nächste Woche", "2026-03-13"),
        ("next: zweite Runde am Freitag", "2026-03-06"),
        ("next: mardi 31 mars", "2026-03-31"),
        ("next: 1er avril", "2026-04-01"),
        ("next: demain", "2026-03-05"),
        ("next: el lunes", "2026-03-09"),
        ("next: mañana", "2026-03-05"),
        ("hear back by 1. April", "2026-04-01"),
        ("nächster Schritt: next Friday", "2026-03-13"),
        ("next: week of 30 March", "2026-04-03"),
    ],
)
def test_notes(line: str, by: str) -> None:
    note = read_note(f"Interview with Rosa\n{line}\nfloor 3", WEDNESDAY)
    assert note is not None
    assert note.by == date.fromisoformat(by)
    assert note_lines(f"Interview with Rosa\n{line}\nfloor 3") == (line,)


@pytest.mark.parametrize(
    "line",
    [
        "please arrive by 9",
        "Please reply by Friday",
        "Reply by Friday please",
        "The interview takes place on Friday 12 March",
        "Next: coffee with Bob",
        "Next: call with Sam",
        "Next: do the demo",
        "Next: lunch with Di",
        "next",
        "Next Friday we meet at 10",
        "Decision makers attending on Friday: Bob",
        "Call Anna on Friday about parking",
        "Hear from our CEO on Friday about the company's plans for the coming year",
        "Results of the survey are due on Friday and will be shared",
        "Bitte bis Freitag antworten",
        "Merci de confirmer avant vendredi",
        "#offer",
        "",
        ":",
    ],
)
def test_an_invitation_says_nothing(line: str) -> None:
    assert read_note(line, WEDNESDAY) is None
    assert note_lines(line) == ()


def test_the_last_note_counts() -> None:
    assert read_note("next: Friday\nnext: Tuesday", WEDNESDAY).by == date(2026, 3, 10)  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("line", "by"),
    [
        ("next: 2 March", "2026-03-02"),
        ("next: Mon 2 March", "2026-03-02"),
        ("next: Monday 2nd", "2026-03-02"),
        ("next: 2.3.", "2026-03-02"),
        ("next: 2026-03-02", "2026-03-02"),
        ("next: lundi 2 mars", "2026-03-02"),
        ("next: 27 February", "2026-02-27"),
        ("next: 4 March", "2026-03-04"),
        ("next: Monday", "2026-03-09"),
        ("next: the 2nd", "2026-04-02"),
        ("next: tomorrow", "2026-03-05"),
        ("next: 26 February 2026", None),
    ],
)
def test_a_day_of_the_calendar_may_have_gone_by_since_the_interview(line: str, by: str | None) -> None:
    note = read_note(line, WEDNESDAY, since=date(2026, 2, 27))
    assert (note and note.by.isoformat()) == by


def test_what_is_surely_meant_as_a_note() -> None:
    text = (
        "next: bla\nnext:\nnext: DATE tells it\nhear back by moonrise\nnext steps: we call\n- next: Friday\nNext door"
    )
    assert meant_lines(text) == ("next: bla", "hear back by moonrise", "- next: Friday")


def test_google_descriptions_are_html() -> None:
    text = "<p>With <b>Rosa</b></p>next: <i>Friday</i><br>decision: 20&nbsp;March<br/><a href='https://x.example/#offer'>map</a>"
    assert note_lines(text) == ("next: Friday", "decision: 20 March")
    assert read_tags(text) == ()


def test_a_note_in_the_past_names_no_day() -> None:
    assert read_note("decision: 2026-02-20", WEDNESDAY) is None
    assert note_lines("decision: 2026-02-20") == ("decision: 2026-02-20",)


@pytest.mark.parametrize(
    ("text", "tags"),
    [
        ("#rejected", [Tag("rejected", "", "#rejected")]),
        ("#Rejected.", [Tag("rejected", "", "#Rejected")]),
        ("  - #rejected :(", [Tag("rejected", "", "#rejected")]),
        ("<ul><li><b>#offer</b></li></ul>", [Tag("offer", "", "#offer")]),
        ("> #withdrawn, #ignore", [Tag("withdrawn", "", "#withdrawn"), Tag("ignore", "", "#ignore")]),
        (
            "<p>#interview&nbsp;#company Laurel House</p>",
            [Tag("interview", "", "#interview"), Tag("company", "Laurel House", "#company Laurel House")],
        ),
        ("#company Laurel House, Leeds", [Tag("company", "Laurel House, Leeds", "#company Laurel House, Leeds")]),
        ("it's a no: #Rejected.", []),
        ("Post on socials with #rejected #hiring", []),
        ("#rejected #hiring", []),
        ("#offer: a channel for offers", []),
        ("#interview with Rosa", []),
        ("find us under #company Acme", []),
        ("(#withdrawn)", [Tag("withdrawn", "", "#withdrawn")]),
        (
            "<p>Hi</p>#Company Acme &amp; Sons<br>#offer",
            [Tag("company", "Acme & Sons", "#Company Acme & Sons"), Tag("offer", "", "#offer")],
        ),
        (
            "#company Acme Corp #ignore",
            [Tag("company", "Acme Corp", "#company Acme Corp"), Tag("ignore", "", "#ignore")],
        ),
        (
            "#interview\n#company Laurel House\nbring shoes",
            [Tag("interview", "", "#interview"), Tag("company", "Laurel House", "#company Laurel House")],
        ),
        ("#company", []),
        ("#rejected-list", []),
        ("#offers", []),
        ("x#offer", []),
        ("https://x.example/page#offer", []),
        ("##offer", []),
        ("", []),
    ],
)
def test_tags(text: str, tags: list[Tag]) -> None:
    assert list(read_tags(text)) == tags


@given(st.text(max_size=400), st.dates(date(2000, 1, 1), date(2090, 1, 1)))
def test_never_raises(text: str, said: date) -> None:
    read_tags(text)
    note = read_note(text, said)
    assert note is None or note.by >= said
    for line in note_lines(text):
        assert line.isprintable()


@given(
    st.sampled_from(["next: ", "hear by ", "decision: ", "Antwort: "]),
    st.text(max_size=30),
    st.dates(date(2000, 1, 1), date(2090, 1, 1)),
)
def test_whether_it_is_a_note_does_not_depend_on_when(opening: str, rest: str, said: date) -> None:
    assert note_lines(opening + rest) or read_note(opening + rest, said) is None


@pytest.mark.parametrize("text", ["<" * 100_000, "#" * 100_000, "next: " * 50_000, "&" * 100_000, "<br" * 50_000])
def test_hostile_lengths_are_cut(text: str) -> None:
    plain = "#offer\nnext: Friday\n"
    assert [tag.name for tag in read_tags(plain + text)] == ["offer"]
    assert note_lines(plain + text) == ("next: Friday",)
    assert read_tags("x" * 100_000 + "\n#offer") == (), "what lies beyond is not looked at"
