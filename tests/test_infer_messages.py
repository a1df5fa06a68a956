"""Reading one message: clear cases, the traps of each kind, headers, and what no text can break."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syncd.infer.messages import read_message
from syncd.model import Account, Direction, Kind, Message, MessageReading, Person

ME = Account("sam@seeker.example", name="Sam Ortega")
SENT_KINDS = {Kind.THANK_YOU, Kind.FOLLOW_UP, Kind.REJECTION_REPLY, Kind.WITHDRAWAL, Kind.OTHER}
RECEIVED_KINDS = {Kind.REJECTION, Kind.OFFER, Kind.INVITATION, Kind.AUTOMATIC, Kind.REPLY, Kind.OTHER}


def _received(
    text: str, subject: str = "Re: the job", *, sender: str = "jo@acme.example", headers=(), quoted: str = "", method=""
) -> MessageReading:
    message = Message(
        id="m1",
        date=datetime(2026, 5, 12, 10, tzinfo=UTC),
        direction=Direction.RECEIVED,
        sender=Person("Jo Field", sender),
        recipients=(Person("Sam Ortega", ME.email),),
        subject=subject,
        headers=headers,
        text=text,
        quoted=quoted,
        calendar_method=method,
    )
    return read_message(message, ME)


def _sent(text: str, subject: str = "Re: the job", *, quoted: str = "", headers=()) -> MessageReading:
    message = Message(
        id="m2",
        date=datetime(2026, 5, 12, 10, tzinfo=UTC),
        direction=Direction.SENT,
        sender=Person("Sam Ortega", ME.email),
        recipients=(Person("Jo Field", "jo@acme.example"),),
        subject=subject,
        headers=headers,
        text=text,
        quoted=quoted,
    )
    return read_message(message, ME)


@pytest.mark.parametrize(
    "text",
    [
        "We have decided to go with another candidate.",
        "Sorry mate, we filled it, my nephew starts Monday.",
        "Not this time I'm afraid. Hard luck!",
        "The position has been filled. We will keep your CV on file.",
        "After careful consideration we won't be moving forward with your application.",
        "We are unable to offer you the position at this time.",
        "We went another direction in the end.",
        "The vacancy has been cancelled and all applications closed.",
        "Leider haben wir uns für einen anderen Bewerber entschieden.",
        "Nous ne pouvons donner une suite favorable à votre candidature.",
        "Lamentamos comunicarle que no ha sido seleccionado para el puesto.",
    ],
)
def test_a_no_is_a_rejection_in_whatever_words(text):
    assert _received(text).kind is Kind.REJECTION


@pytest.mark.parametrize(
    "text",
    [
        "We have not decided against you, it's just slow.",
        "That was not a no, Sam! I only meant not this week.",
        "Unfortunately we haven't decided yet.",
        "Unfortunately I can't make Tuesday, could we do Thursday?",
        "We have to reschedule, sorry.",
        "The role is on hold until the budget is approved.",
        "We regret the delay in getting back to you.",
        "If you are not selected we will let you know by mail.",
        "Should you not be successful, we will keep your CV on file.",
        "In case the position has been filled, we'd tell you at once.",
        "I can't tell you yet whether or not you were successful.",
        "We were going to go with someone else, but she has dropped out.",
        "No, the position has not been filled.",
        "We've filled the other vacancy, yours is still open.",
        "I don't think you're overqualified at all. Let me talk to the owner.",
        "We can't offer you parking, I'm afraid, but there is a bus.",
        "Don't accept any other offer before we have spoken.",
        "Before we can offer anyone the job we need the board's approval.",
        "We offer great benefits and a free lunch.",
        "We would like to offer you an interview on Friday.",
        "Das ist keine Absage, es dauert nur.",
        "Die Stelle ist noch nicht besetzt.",
        "Wir haben uns noch nicht für einen Bewerber entschieden.",
        "Ce n'est pas un non, juste un peu de patience.",
        "Si votre candidature n'est pas retenue, nous vous le dirons.",
        "El puesto todavía no está cubierto.",
        "No es un no, solo estamos esperando la firma.",
    ],
)
def test_what_is_conditional_denied_or_late_decides_nothing(text):
    assert _received(text).kind not in {Kind.REJECTION, Kind.OFFER}


@pytest.mark.parametrize(
    "text",
    [
        "We are pleased to offer you the position of Ward Clerk.",
        "You got the job! When can you start?",
        "The job's yours if you want it.",
        "Wir möchten Ihnen die Stelle anbieten, den Vertrag schicke ich morgen.",
        "J'ai le plaisir de vous confirmer que votre candidature est retenue.",
        "Nos complace ofrecerle el puesto de cocinero.",
    ],
)
def test_a_yes_is_an_offer(text):
    assert _received(text).kind is Kind.OFFER


@pytest.mark.parametrize(
    "text",
    [
        "We would like to invite you to an interview on 3 June at 10:00.",
        "Could you pop in on Saturday around 8?",
        "You've been shortlisted. Please book a slot below.",
        "Wir laden Sie zu einem Vorstellungsgespräch am Freitag um 14 Uhr ein.",
        "Nous souhaiterions vous rencontrer mardi à 14 h.",
        "Nos gustaría citarte para una entrevista el lunes a las 10.",
    ],
)
def test_a_come_is_an_invitation(text):
    assert _received(text).kind is Kind.INVITATION


@pytest.mark.parametrize(
    ("headers", "subject", "sender"),
    [
        ((("auto-submitted", "auto-replied"),), "Re: the job", "jo@acme.example"),
        ((), "Automatic reply: the job", "jo@acme.example"),
        ((), "Abwesenheitsnotiz: Bewerbung", "jo@acme.example"),
        ((), "Réponse automatique : candidature", "jo@acme.example"),
        ((), "Undeliverable: Thank you", "postmaster@acme.example"),
        ((("return-path", "<>"),), "Re: the job", "jo@acme.example"),
        ((("precedence", "bulk"),), "News from Acme", "jo@acme.example"),
        ((), "Your account", "no-reply@acme.example"),
    ],
)
def test_headers_tell_what_a_machine_wrote(headers, subject, sender):
    reading = _received("I am back on Monday.", subject, sender=sender, headers=headers)
    assert (reading.kind, reading.expected_by) == (Kind.AUTOMATIC, None)


def test_a_calendar_notice_is_automatic():
    assert _received("", "Canceled event: Interview @ Thu", method="CANCEL").kind is Kind.AUTOMATIC


def test_what_a_tracking_system_says_for_the_employer_is_the_employers_word():
    reading = _received(
        "Thank you for applying. We have decided to move forward with other candidates.",
        "Your application",
        sender="no-reply@ats.example",
    )
    assert reading.kind is Kind.REJECTION


def test_a_receipt_full_of_conditions_stays_a_receipt():
    reading = _received(
        "We have received your application. If you have not heard by 3 June, please assume that you were unsuccessful.",
        "Application received",
        sender="no-reply@ats.example",
    )
    assert (reading.kind, reading.expected_by) == (Kind.AUTOMATIC, None)


@pytest.mark.parametrize(
    "text",
    [
        "Helaas hebben wij voor een andere kandidaat gekozen.",
        "Infelizmente não foi selecionado para a vaga. Obrigado pelo seu tempo.",
        "残念ながら今回は採用を見送らせていただくこととなりました。",
        "Purtroppo abbiamo scelto un altro candidato, grazie per il suo tempo.",
    ],
)
def test_an_unknown_language_is_never_guessed_into_a_decision(text):
    assert _received(text).kind is Kind.REPLY


@pytest.mark.parametrize(
    ("text", "subject"),
    [
        ("Unfortunately the landlord has decided to go with another applicant for the flat.", "14 Mill Lane"),
        ("We loved your pitch, but we've decided to go with another agency.", "your pitch"),
        ("We regret that your manuscript has not been accepted.", "Decision on 2231"),
        ("How was the interview? Dinner on Sunday? Love, mum", "sunday"),
        ("Thank you for interviewing me yesterday, I would love to work for you.", "Barista interview"),
    ],
)
def test_what_is_not_about_a_job_of_the_user_is_other(text, subject):
    assert _received(text, subject).kind is Kind.OTHER


def test_a_persons_word_carries_the_date_that_they_named():
    reading = _received("Thanks Sam, it was good to meet you. You'll hear from us by Friday.")
    assert (reading.kind, reading.expected_by) == (Kind.REPLY, date(2026, 5, 15))
    assert any("Friday" in reason for reason in reading.why)


def test_a_forward_without_own_words_is_read_as_theirs():
    reading = _received("fyi", "Fwd: Sam Ortega", quoted="Hi Jo, we have decided to go with another candidate.\n")
    assert reading.kind is Kind.REJECTION


@pytest.mark.parametrize(
    "text",
    ["Thanks for having me in today!", "Thank you for the interview yesterday.", "Merci pour l'entretien de mardi."],
)
def test_thanks_for_the_interview(text):
    assert _sent(text, "Thank you").kind is Kind.THANK_YOU


@pytest.mark.parametrize(
    ("text", "purposeful"),
    [
        ("Any news on the driver job?", False),
        ("Just checking in, have you made a decision?", False),
        ("I passed my CMSRN exam on Friday! Has there been any movement on the night position?", True),
        ("You asked how I'd light the stair. Drawing attached, have you decided yet?", True),
        ("Hallo, gibt es schon etwas Neues wegen der Stelle?", False),
        ("¿Hay alguna novedad sobre el puesto? Sigo muy interesado.", False),
    ],
)
def test_follow_ups(text, purposeful):
    reading = _sent(text, "Hello")
    assert (reading.kind, reading.purposeful) == (Kind.FOLLOW_UP, purposeful)


def test_their_quoted_no_makes_an_answer_to_a_rejection():
    reading = _sent(
        "fair enough. what was it, the commute?", quoted="> Hank we filled it, went w my nephew to be honest."
    )
    assert reading.kind is Kind.REJECTION_REPLY
    assert any("filled it" in reason for reason in reading.why)


def test_an_answer_to_a_rejected_pitch_is_none():
    quoted = "> We loved your pitch, but we have decided to go with another agency."
    assert (
        _sent("Thanks for letting us know, any feedback on the pitch?", "Re: pitch", quoted=quoted).kind is Kind.OTHER
    )


@pytest.mark.parametrize(
    "text",
    [
        "Please withdraw my application.",
        "I've taken another job, so please take me off the list.",
        "St Anne's have taken me, so I must not keep you from your other candidates.",
        "Hiermit ziehe ich meine Bewerbung zurück.",
        "Je souhaite retirer ma candidature.",
        "Le comunico que retiro mi candidatura.",
    ],
)
def test_withdrawals(text):
    assert _sent(text).kind is Kind.WITHDRAWAL


@pytest.mark.parametrize(
    "text",
    [
        "I'm delighted to accept the offer, the signed contract is attached.",
        "Thursday at 3 works well for me, thank you for the invitation.",
        "Please find attached my CV for the position.",
        "Unfortunately I can't make Tuesday, could we do another day?",
        "As requested, my references are attached.",
        "Thanks for coming in yesterday. We decided to go with another candidate.",
    ],
)
def test_what_else_one_writes_in_a_job_search_is_other(text):
    assert _sent(text).kind is Kind.OTHER


def test_ones_own_out_of_office_is_other():
    reading = _sent("I'm away until Monday. Any news?", headers=(("auto-submitted", "auto-replied"),))
    assert reading.kind is Kind.OTHER


def test_the_reason_quotes_the_authors_own_words():
    reading = _received("Dear Sam, we’ve decided to go with\nanother candidate.")
    assert any("decided to go with another" in reason for reason in reading.why)


ANY_TEXT = st.text(max_size=400) | st.text("> \n:.?!,'’\x00\u202eabnotw", max_size=400)
PHRASES = st.lists(
    st.sampled_from(
        [
            "unfortunately",
            "we",
            "have",
            "decided",
            "another candidate",
            "thank you",
            "offer you",
            "any news",
            "not",
            "if",
            "\n",
            ".",
            "?",
            "leider",
            "désolé",
        ]
    ),
    max_size=60,
).map(" ".join)


@settings(max_examples=150, deadline=None)
@given(text=ANY_TEXT | PHRASES, subject=ANY_TEXT, quoted=ANY_TEXT | PHRASES, value=ANY_TEXT)
def test_no_text_raises_and_direction_always_holds(text, subject, quoted, value):
    headers = (("auto-submitted", value), ("precedence", value), ("return-path", value))
    sent = _sent(text, subject, quoted=quoted)
    received = _received(text, subject, quoted=quoted, headers=headers)
    assert sent.kind in SENT_KINDS
    assert received.kind in RECEIVED_KINDS
    assert (sent.purposeful is not None) == (sent.kind is Kind.FOLLOW_UP)
    assert sent.expected_by is None
    assert _received(text, subject, quoted=quoted, headers=headers) == received


@pytest.mark.parametrize(
    "text", ["a" * 200_000, "not " * 50_000, "(" * 50_000, "re: " * 50_000, "1." * 50_000, ">" * 50_000]
)
def test_huge_text_is_read_at_once(text):
    assert _received(text, text, quoted=text).kind in RECEIVED_KINDS
    assert _sent(text, text, quoted=text).kind in SENT_KINDS


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Our first choice has left. We would like to invite you to a second interview next week.", Kind.INVITATION),
        ("We'd love to have you back for a second look, Tuesday maybe?", Kind.INVITATION),
        ("Unfortunately we have decided to offer the role to another candidate.", Kind.REJECTION),
        ("I regret to say that you were not chosen.", Kind.REJECTION),
        ("I'll choose someone next week.", Kind.REPLY),
        ("We plan to offer the job to somebody by the end of May.", Kind.REPLY),
        ("We have agreed to take you on as an apprentice.", Kind.OFFER),
        ("Wir wollen uns bis Ende Mai für jemanden entscheiden.", Kind.REPLY),
    ],
)
def test_who_is_meant_and_whether_it_has_happened_decides(text, kind):
    assert _received(text).kind is kind


@pytest.mark.parametrize(
    "text",
    [
        "Dear Nan, thank you for the interview this morning.",
        "It was lovely to meet you at the interview, and thank you for introducing me to the frogs.",
        "I very much enjoyed meeting you and the vestry. The choir could have a children's section by Christmas.",
        "Thanks for taking me out on the boat today.",
        "Danke, dass Sie mir gestern die Werkstatt gezeigt haben.",
    ],
)
def test_words_that_may_mean_something_else_do_not_outweigh_thanks_for_a_meeting(text):
    assert _sent(text, "Thank you").kind is Kind.THANK_YOU


@pytest.mark.parametrize(
    ("text", "purposeful"),
    [
        ("I am writing to ask if you have made a decision about the bookkeeper position.", False),
        ("You said I would hear by Friday, so I thought I'd ask.", False),
        (
            "I thought you would like to have the summary from the tax commission, attached. Still very interested.",
            True,
        ),
    ],
)
def test_what_they_made_or_said_is_nothing_brought(text, purposeful):
    reading = _sent(text, "Bookkeeper position")
    assert (reading.kind, reading.purposeful) == (Kind.FOLLOW_UP, purposeful)


TAKEN_BACK = [
    "We can't move forward without your signed NDA.",
    "We are not able to move forward until we get your references, please send them.",
    "We are unable to proceed until the background check is back.",
    "We decided to go with other candidates for the Senior role, but we would love to interview you for the mid-level one.",
    "The position was filled internally, however we would like to continue with you for the platform team.",
    "We will not be moving forward with anybody before Friday.",
    "I told the other applicant that we have decided not to move forward with her. You are through to the next round!",
    "Most candidates got a no today. You are not one of them!",
    "Wir können Ihre Bewerbung nicht weiter berücksichtigen, solange die Zeugnisse fehlen.",
    "Nous ne pouvons pas donner suite à votre candidature tant que votre CV ne nous est pas parvenu.",
    "Wir können Ihnen erst nächste Woche eine Zusage geben. Wir haben uns noch nicht entschieden.",
    "You are in round two on Tuesday.",
    "We currently have a hiring freeze but hope to be back in touch in April.",
]


@pytest.mark.parametrize("text", TAKEN_BACK)
def test_what_holds_only_for_now_or_for_others_decides_nothing(text):
    assert _received(text).kind in {Kind.REPLY, Kind.INVITATION}


@pytest.mark.parametrize(
    "text",
    [
        "Unfortunately we have decided to move forward with another candidate, but we would like to keep your CV on file.",
        "We've decided to go with someone else, but we would love to meet you again when something suitable comes up.",
        "We will not be moving forward with your application. We had many strong applicants before us.",
    ],
)
def test_a_kind_word_after_a_no_does_not_take_it_back(text):
    assert _received(text).kind is Kind.REJECTION


@pytest.mark.parametrize(
    "text",
    [
        "I am not withdrawing my application, on the contrary.",
        "I'd like to withdraw the question about relocation.",
        "I have decided to decline the other offer and remain very interested in this job.",
    ],
)
def test_who_stays_does_not_withdraw(text):
    assert _sent(text).kind is not Kind.WITHDRAWAL


@pytest.mark.parametrize("thing", ["story of the train", "article on buses", "film about the harbour"])
def test_thanks_that_speak_of_a_story_of_theirs_are_thanks(thing):
    assert _sent(f"Thank you for the interview yesterday. Your {thing} stayed with me.").kind is Kind.THANK_YOU
