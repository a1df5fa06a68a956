"""The last day that somebody's words name: the table of the contract, in four languages, and the laws of weeks."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.infer.dates import LANGUAGES, date_words, language_data, last_day
from syncd.infer.dates.meanings import MEANINGS

WEDNESDAY = date(2026, 3, 4)
DECEMBER = date(2026, 12, 10)

ENGLISH = [
    ("by Friday", "2026-03-06"),
    ("this week", "2026-03-06"),
    ("COB Friday", "2026-03-06"),
    ("by end of day Friday", "2026-03-06"),
    ("until the end of the week", "2026-03-06"),
    ("before the 20th", "2026-03-20"),
    ("early next week", "2026-03-10"),
    ("at the beginning of next week", "2026-03-10"),
    ("in the middle of next week", "2026-03-11"),
    ("mid next week", "2026-03-11"),
    ("next week", "2026-03-13"),
    ("end of next week", "2026-03-13"),
    ("the week after next", "2026-03-20"),
    ("next Friday", "2026-03-13"),
    ("this coming Wednesday", "2026-03-11"),
    ("this Friday", "2026-03-06"),
    ("Wednesday", "2026-03-04"),
    ("Friday of next week", "2026-03-13"),
    ("Thursday next week", "2026-03-12"),
    ("week commencing 9 March", "2026-03-13"),
    ("the week of March 16", "2026-03-20"),
    ("the week of 2 March", "2026-03-06"),
    ("w/c 16/3", "2026-03-20"),
    ("Monday week", "2026-03-16"),
    ("a week on Tuesday", "2026-03-17"),
    ("Friday fortnight", "2026-03-20"),
    ("this day fortnight", "2026-03-18"),
    ("this day week", "2026-03-11"),
    ("tomorrow", "2026-03-05"),
    ("within 48 hours", "2026-03-06"),
    ("within a week", "2026-03-11"),
    ("a week from today", "2026-03-11"),
    ("in three days", "2026-03-07"),
    ("within 10 days", "2026-03-14"),
    ("a couple of weeks", "2026-03-18"),
    ("a fortnight", "2026-03-18"),
    ("a week or two", "2026-03-18"),
    ("two to three weeks", "2026-03-25"),
    ("2-3 weeks", "2026-03-25"),
    ("7–10 days", "2026-03-14"),
    ("within ten business days", "2026-03-18"),
    ("in 3 working days", "2026-03-09"),
    ("by the 15th", "2026-03-15"),
    ("the 15th at the latest", "2026-03-15"),
    ("after the 15th", "2026-03-15"),
    ("on the 2nd", "2026-04-02"),
    ("the 31st", "2026-03-31"),
    ("mid-June", "2026-06-15"),
    ("early May", "2026-05-10"),
    ("end of the month", "2026-03-31"),
    ("before the end of April", "2026-04-30"),
    ("first week of June", "2026-06-05"),
    ("first week of March", "2026-03-06"),
    ("next month", "2026-04-30"),
    ("in the course of next month", "2026-04-30"),
    ("end of the quarter", "2026-03-31"),
    ("later today", "2026-03-04"),
    ("this afternoon", "2026-03-04"),
    ("over the weekend", "2026-03-08"),
    ("before Easter", "2026-04-04"),
    ("20 March", "2026-03-20"),
    ("March 20th, 2026", "2026-03-20"),
    ("Fri., 6 March", "2026-03-06"),
    ("Friday the 20th", "2026-03-20"),
    ("the twentieth of March", "2026-03-20"),
    ("16 or 17 March", "2026-03-17"),
    ("Thursday or Friday", "2026-03-06"),
    ("2026-03-20", "2026-03-20"),
    ("20/03/2026", "2026-03-20"),
    ("3/20", "2026-03-20"),
    ("20/3", "2026-03-20"),
    ("3/5", "2026-03-05"),
    ("5/3", "2026-03-05"),
    ("4/3", "2026-03-04"),
    ("20.03.2026", "2026-03-20"),
    ("72h", "2026-03-07"),
    ("Tuesday of week after next", "2026-03-17"),
    ("a week Tuesday", "2026-03-17"),
    ("not this Friday but the one after", "2026-03-13"),
    ("the last day of July", "2026-07-31"),
    ("nxt wk", "2026-03-13"),
    ("before the month's out", "2026-03-31"),
    ("until 20 March and within five working days of then", "2026-03-27"),
    ("by 20 March, two working days later", "2026-03-24"),
    ("20 March, within ten days of that", "2026-03-30"),
    ("20 March, three weeks later", "2026-04-10"),
    ("20 March and the next working day", "2026-03-23"),
    ("Thursday or Monday", "2026-03-09"),
    ("Wednesday or Thursday", "2026-03-05"),
    ("Monday or Tuesday", "2026-03-10"),
    ("Friday or Thursday", "2026-03-12"),
    ("once Friday's board is over", "2026-03-06"),
    ("next Monday’s meeting", "2026-03-09"),
]

GERMAN = [
    ("bis Freitag", "2026-03-06"),
    ("Anfang nächster Woche", "2026-03-10"),
    ("Anfang naechster Woche", "2026-03-10"),
    ("Mitte nächster Woche", "2026-03-11"),
    ("Ende nächster Woche", "2026-03-13"),
    ("im Laufe der kommenden Woche", "2026-03-13"),
    ("in KW 12", "2026-03-20"),
    ("bis zum 15.", "2026-03-15"),
    ("am 15. März", "2026-03-15"),
    ("bis 20.3.", "2026-03-20"),
    ("bis 20.03.2026", "2026-03-20"),
    ("in 14 Tagen", "2026-03-18"),
    ("in zwei bis drei Wochen", "2026-03-25"),
    ("innerhalb von zehn Werktagen", "2026-03-18"),
    ("übermorgen", "2026-03-06"),
    ("Ende des Monats", "2026-03-31"),
    ("im April", "2026-04-30"),
    ("kommenden Mittwoch", "2026-03-11"),
    ("in der ersten Aprilwoche", "2026-04-03"),
    ("Montagabend", "2026-03-09"),
    ("in 48 h", "2026-03-06"),
    ("bis Fr", "2026-03-06"),
    ("in KW 12.", "2026-03-20"),
    ("in der 12. KW", "2026-03-20"),
    ("Kalenderwoche 12", "2026-03-20"),
    ("Ende der 45. Kalenderwoche", "2026-11-06"),
    ("Anfang der KW 12.", "2026-03-17"),
    ("am 20. März, innerhalb von fünf Werktagen danach", "2026-03-27"),
    ("am 20. März, zwei Wochen später", "2026-04-03"),
]

FRENCH = [
    ("d'ici vendredi", "2026-03-06"),
    ("en début de semaine prochaine", "2026-03-10"),
    ("en milieu de semaine prochaine", "2026-03-11"),
    ("courant semaine prochaine", "2026-03-13"),
    ("sous quinzaine", "2026-03-18"),
    ("sous huitaine", "2026-03-11"),
    ("avant la fin du mois", "2026-03-31"),
    ("le 15 mars", "2026-03-15"),
    ("le 1er avril", "2026-04-01"),
    ("mercredi prochain", "2026-03-11"),
    ("dans deux à trois semaines", "2026-03-25"),
    ("le 20/03", "2026-03-20"),
    ("lundi en huit", "2026-03-16"),
    ("sous 48 heures", "2026-03-06"),
    ("vendredi 13", "2026-03-13"),
    ("dans les dix jours", "2026-03-14"),
    ("en semaine 12", "2026-03-20"),
    ("le 20 mars, dans les cinq jours ouvrés qui suivent", "2026-03-27"),
    ("le 20 mars, dans la semaine qui suit", "2026-03-27"),
]

SPANISH = [
    ("antes del viernes", "2026-03-06"),
    ("a principios de la próxima semana", "2026-03-10"),
    ("a mediados de la semana que viene", "2026-03-11"),
    ("a finales de la semana que viene", "2026-03-13"),
    ("en quince días", "2026-03-18"),
    ("a finales de mes", "2026-03-31"),
    ("el 15 de marzo", "2026-03-15"),
    ("el próximo miércoles", "2026-03-11"),
    ("de dos a tres semanas", "2026-03-25"),
    ("pasado mañana", "2026-03-06"),
    ("en diez días hábiles", "2026-03-18"),
    ("en 48 horas", "2026-03-06"),
    ("lunes en ocho", "2026-03-16"),
    ("de hoy en ocho", "2026-03-11"),
    ("la semana q viene", "2026-03-13"),
    ("en la semana 12", "2026-03-20"),
    ("el 20 de marzo, en los cinco días hábiles siguientes", "2026-03-27"),
    ("el 20 de marzo, dos semanas después", "2026-04-03"),
]

TABLE = [
    pytest.param(language, words, by, id=f"{language}: {words}")
    for language, table in (("en", ENGLISH), ("de", GERMAN), ("fr", FRENCH), ("es", SPANISH))
    for words, by in table
]


@pytest.mark.parametrize(("language", "words", "by"), TABLE)
def test_last_day_of_words_said_on_a_wednesday(language: str, words: str, by: str) -> None:
    read = last_day(words, WEDNESDAY, (language,))
    assert read is not None
    assert read.by == date.fromisoformat(by)


SAME_EVERYWHERE = [row for row in TABLE if row.values[1] not in {"3/5", "5/3", "4/3"}]


@pytest.mark.parametrize(("language", "words", "by"), SAME_EVERYWHERE)
def test_the_words_do_not_need_a_language(language: str, words: str, by: str) -> None:
    read = last_day(words.upper(), WEDNESDAY)
    assert read is not None
    assert read.by == date.fromisoformat(by), language


@pytest.mark.parametrize(
    ("language", "words", "by"),
    [
        ("en", "in the new year", "2027-01-31"),
        ("en", "15 January", "2027-01-15"),
        ("en", "before the end of January", "2027-01-31"),
        ("en", "first full week of January", "2027-01-08"),
        ("en", "before Christmas", "2026-12-24"),
        ("en", "the 5th", "2027-01-05"),
        ("de", "im neuen Jahr", "2027-01-31"),
        ("de", "KW 2", "2027-01-15"),
        ("fr", "en janvier", "2027-01-31"),
        ("es", "después de Navidad", "2027-01-31"),
    ],
)
def test_the_year_wraps(language: str, words: str, by: str) -> None:
    read = last_day(words, DECEMBER, (language,))
    assert read is not None
    assert read.by == date.fromisoformat(by)


@pytest.mark.parametrize(
    "words",
    [
        "two weeks ago",
        "last Friday",
        "the next few days",
        "soon",
        "24/7",
        "every Tuesday",
        "since Monday",
        "three weeks' notice",
        "2025-03-20",
        "20 March 2025",
        "30 February",
        "20 February",
        "the first floor",
        "vor zwei Wochen",
        "il y a deux jours",
        "hace dos semanas",
        "in den nächsten Tagen",
        "les prochains jours",
        "en los próximos días",
        "",
        "0/0",
        "99.99.2026",
        "the 99th",
        "at 1 p.m.",
        "in two hours",
        "on a Sunday",
        "so oder so.",
        "unas tres horas",
        "i meld mi",
    ],
)
def test_no_day_ahead(words: str) -> None:
    assert last_day(words, WEDNESDAY) is None


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_phrase_of_the_data_compiles_and_means_something(language: str) -> None:
    words = date_words(language)
    assert {entry["means"] for entry in language_data(language)["date"]} <= set(MEANINGS)
    for phrases in words.phrases.values():
        for phrase in phrases:
            assert phrase.template.match(" x ", 1) is None


WORKING_WORDS = st.sampled_from([words for table in (ENGLISH, GERMAN, FRENCH, SPANISH) for words, _ in table])
DAYS = st.dates(date(2000, 1, 1), date(2090, 12, 31))


@given(WORKING_WORDS, DAYS)
def test_never_before_it_was_said(words: str, said: date) -> None:
    read = last_day(words, said)
    assert read is None or read.by >= said


@given(DAYS)
def test_weeks_begin_on_monday(said: date) -> None:
    def day(words: str) -> date:
        read = last_day(words, said, ("en",))
        assert read is not None
        return read.by

    monday = said - timedelta(days=said.weekday())
    assert day("next week") == monday + timedelta(days=11)
    assert day("early next week") == monday + timedelta(days=8)
    assert day("the week after next") == day("next week") + timedelta(weeks=1)
    for name in ("Monday", "Friday", "Sunday"):
        assert day(f"next {name}").isocalendar().week == day("next week").isocalendar().week
        assert day(f"{name} week") == day(name) + timedelta(weeks=1)
        assert said <= day(name) < said + timedelta(weeks=1)
        assert said < day(f"this coming {name}") <= said + timedelta(weeks=1)


@given(DAYS, st.integers(1, 60))
def test_business_days_are_counted_one_by_one(said: date, days: int) -> None:
    read = last_day(f"within {days} business days", said, ("en",))
    assert read is not None
    ahead = [said + timedelta(days=i) for i in range(1, 100)]
    assert read.by == [day for day in ahead if day.isoweekday() <= 5][days - 1]


@given(DAYS)
def test_longer_is_later(said: date) -> None:
    spans = ["tomorrow", "in 48 hours", "in 3 days", "within a week", "a fortnight", "three weeks", "in two months"]
    reads = [last_day(words, said, ("en",)) for words in spans]
    assert all(a and b and a.by < b.by for a, b in pairwise(reads))


@given(st.text(max_size=200) | st.from_regex(r"[0-9a-z./:' -]{0,40}"), DAYS)
def test_never_raises(text: str, said: date) -> None:
    read = last_day(text, said)
    assert read is None or (read.by >= said and len(read.words) <= 80)


@given(st.sampled_from([date.min, date.max, date(9999, 12, 30)]), WORKING_WORDS)
def test_the_ends_of_the_calendar(said: date, words: str) -> None:
    read = last_day(words, said)
    assert read is None or read.by >= said
