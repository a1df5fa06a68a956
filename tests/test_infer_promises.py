"""Whether a mail promises news, and by when: measured over a labelled corpus, and by its edges."""

import tomllib
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.infer.promises import promised_by

CORPUS: list[dict[str, Any]] = tomllib.loads(
    (Path(__file__).parent / "corpus" / "promises.toml").read_text(encoding="utf-8")
)["mail"]
WEDNESDAY = date(2026, 3, 4)


def read(text: str, said: date = WEDNESDAY) -> date | None:
    promise = promised_by(text, said)
    return promise.by if promise else None


def wrong(mails: list[dict[str, Any]]) -> list[tuple[str, date | None, date | None]]:
    return [
        (mail["text"], mail.get("by"), got)
        for mail in mails
        if (got := read(mail["text"], mail["said"])) != mail.get("by")
    ]


@pytest.mark.parametrize(("half", "share"), [("develop", 0.97), ("holdout", 0.9)])
def test_the_corpus_is_read_exactly(half: str, share: float) -> None:
    mails = [mail for mail in CORPUS if mail["half"] == half]
    misses = wrong(mails)
    assert len(mails) > 150
    assert 1 - len(misses) / len(mails) >= share, misses


@pytest.mark.parametrize("language", ["en", "de", "fr", "es"])
def test_each_language_holds_out(language: str) -> None:
    mails = [mail for mail in CORPUS if mail["half"] == "holdout" and mail["language"] == language]
    misses = wrong(mails)
    assert 1 - len(misses) / len(mails) >= 0.88, misses


def test_nothing_is_promised_where_nothing_is() -> None:
    """A false promise delays the periodic follow-up; of the mails that promise nothing hardly one may be read as if."""
    nothing = [mail for mail in CORPUS if "by" not in mail]
    assert len(nothing) > 100
    assert len(wrong(nothing)) / len(nothing) <= 0.02


@pytest.mark.parametrize(
    ("text", "by"),
    [
        ("We said Friday, but it will be Tuesday.", date(2026, 3, 10)),
        ("The board meets on the 7th, I write the day after.", date(2026, 3, 8)),
        ("I'll call you tomorrow to arrange things, and the final decision comes by 20 March.", date(2026, 3, 20)),
        ("You will hear by Friday.\n\nPlease send us your references by Monday.", date(2026, 3, 6)),
        ("Please send us your references by Monday.\n\nYou will hear by Friday.", date(2026, 3, 6)),
        ("We will let you\nknow by\nFriday.", date(2026, 3, 6)),
        ("We’ll let you know by Friday — either way.", date(2026, 3, 6)),
        ("Timeline:\n- interviews until 12 March\n- decision: 20 March", date(2026, 3, 20)),
        ("See you on Thursday at 10.", None),
        ("Does Friday work for you?", None),
        ("I am out of the office until Friday.", None),
        ("You'll hear by 5 pm on Friday.", date(2026, 3, 6)),
        ("I'll show you the yard on Friday at 3 pm.", None),
        ("Your file is with the panel. Thursday at half past nine I look after the dog.", None),
        ("The panel sits on the 12th.", date(2026, 3, 12)),
        ("The panel sits on the 12th, and I'll ring you on the 13th.", date(2026, 3, 13)),
        ("Anyone we met last week will get a letter by Friday.", date(2026, 3, 6)),
        ("We answer you. Your papers are kept for six months.", None),
        ("Can I come back to you on Monday?", date(2026, 3, 9)),
        ("Shall we say Monday?", None),
    ],
)
def test_the_date_that_counts(text: str, by: date | None) -> None:
    assert read(text) == by


def test_the_words_are_quoted() -> None:
    promise = promised_by(
        "Hi Rosa,\n\nthanks for coming. You will hear\nfrom me by Friday either way.\n\nDawn", WEDNESDAY
    )
    assert promise is not None
    assert promise.words == "You will hear from me by Friday"


def test_a_mail_in_two_languages_is_read_in_one_of_them() -> None:
    assert read(
        "Sehr geehrte Frau Aydin, wir melden uns bis Freitag bei Ihnen. / We will get back to you by Friday."
    ) == date(2026, 3, 6)


@given(st.text(max_size=600), st.dates(date(2000, 1, 1), date(2090, 1, 1)))
def test_never_raises(text: str, said: date) -> None:
    promise = promised_by(text, said)
    assert promise is None or promise.by >= said


FRAGMENTS = st.sampled_from(
    [word for mail in CORPUS for word in mail["text"].split()]
    + ["\n", "\n\n", ",", ".", "?", "(", "\0", "\u202e", "99.", "31.2.", "-"]
)


@given(st.lists(FRAGMENTS, max_size=60), st.dates(date(2000, 1, 1), date(2090, 1, 1)))
def test_any_words_in_any_order(words: list[str], said: date) -> None:
    promise = promised_by(" ".join(words), said)
    if promise:
        assert promise.by >= said
        assert 0 < len(promise.words) <= 80
        assert promise.words.isprintable()


@pytest.mark.parametrize(
    "text",
    ["by Friday " * 50_000, "a" * 1_000_000, "(" * 100_000, "1." * 100_000, "you will hear " * 30_000, "\n" * 500_000],
)
def test_hostile_lengths_are_cut(text: str) -> None:
    promise = "You will hear from us by Thursday."
    before = promised_by(f"{promise}\n\n{text}", WEDNESDAY)
    assert before is not None and before.by == date(2026, 3, 6 if "Friday" in text else 5)
    assert promised_by(f"{text}\n\n{promise}", WEDNESDAY) is None, "what lies beyond is not looked at"


@pytest.mark.parametrize(
    ("text", "by"),
    [
        ("You will hear from us by April 24.", date(2026, 4, 24)),
        ("We'll let you know by Apr 3.", date(2026, 4, 3)),
        ("You will hear from us by April.", date(2026, 4, 30)),
        ("I have no news for you today, sorry.", None),
        ("Nothing to tell you yet this week.", None),
        ("Ich habe heute leider nichts Neues.", None),
        ("Je n'ai pas de nouvelles aujourd'hui.", None),
        ("Hoy no tengo novedades.", None),
        ("No news this week, I'll write on Monday.", date(2026, 3, 9)),
        ("I can't tell you anything before Monday.", date(2026, 3, 9)),
    ],
)
def test_a_day_without_news_is_no_promise_and_a_month_may_be_the_beginning_of_a_day(text: str, by: date | None) -> None:
    assert read(text) == by


TUESDAY = date(2026, 11, 10)


@pytest.mark.parametrize(
    ("text", "by"),
    [
        (
            "Interviews run until 20 November and we will tell everyone within five working days of then.",
            date(2026, 11, 27),
        ),
        ("We should know more once Monday's committee is over. I'll drop you a line on Tuesday.", date(2026, 11, 17)),
        ("The committee meets on Monday and I'll write to you on Tuesday.", date(2026, 11, 17)),
        ("The panel sits on the 24th and letters go out two working days later.", date(2026, 11, 26)),
        ("I'll ring you on Monday or Tuesday.", date(2026, 11, 17)),
        ("I'll call you on Tuesday.", date(2026, 11, 10)),
        ("Following Thursday's chat, we will let you know.", None),
        ("We will let you know where to park for Thursday's interview.", None),
        ("Die Gespräche laufen bis zum 20. November, fünf Werktage danach geben wir Bescheid.", date(2026, 11, 27)),
        (
            "Sobald die Sitzung am Montag vorbei ist, wissen wir mehr. Am Dienstag schreibe ich Ihnen.",
            date(2026, 11, 17),
        ),
        ("Wir melden uns in KW 48.", date(2026, 11, 27)),
        ("Wir melden uns in KW 2.\nBis dahin alles Gute!", date(2027, 1, 15)),
        ("Sie hören in der 49. KW von uns.", date(2026, 12, 4)),
        ("Le comité se réunit lundi, je vous appelle mardi.", date(2026, 11, 17)),
        (
            "Les entretiens se terminent le 20 novembre, réponse dans les cinq jours ouvrés qui suivent.",
            date(2026, 11, 27),
        ),
        ("El comité se reúne el lunes y el martes le escribo.", date(2026, 11, 17)),
        ("Las entrevistas acaban el 20 de noviembre y responderemos en la semana 48.", date(2026, 11, 27)),
    ],
)
def test_days_that_count_from_another(text: str, by: date | None) -> None:
    assert read(text, TUESDAY) == by
