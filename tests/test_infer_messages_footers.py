"""What machines write around a mail: cut in whatever wording, and never with a word that tells the reader something."""

from __future__ import annotations

import time
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.infer.messages import read_message
from syncd.infer.messages.footers import without_footers
from syncd.infer.phrasedata import load
from syncd.model import Account, Direction, Kind, Message, Person

ME = Account("sam@seeker.example", name="Sam Ortega")

# Half of the lines were written after the words of the data, and read wrongly at first; none is copied from there.
FOOTERS = """
This is an automated message, please do not reply.
** Please Note: Do not reply to this email. This email is sent from an unattended mailbox. Replies will not be read.
This mailbox is not monitored.
This email was sent from a notification-only address that cannot accept incoming email. Please do not reply to this message.
Replies to this message are undeliverable and will not reach the Human Resources Department. Please do not reply.
Please note that this is an outgoing-only mailbox and we are unable to read or respond to emails sent to it.
You have received this message because you applied to a vacancy at Harbour & Finch. To stop receiving these emails, click here.
This is a system-generated email. Responses to this address won't be seen by our recruiters.
Sent via SmartRecruiters on behalf of Brightloom. Manage your notification settings
© 2026 Brightloom, Inc. Privacy Policy | Unsubscribe
Unsubscribe | Manage preferences
This inbox isn't checked, so please don't hit reply.
Please add noreply@brightloom.example to your address book.
Dies ist eine automatisch generierte E-Mail. Bitte antworten Sie nicht darauf.
Bitte beachten Sie, dass diese E-Mail automatisch generiert wurde und Antworten an diese Adresse nicht bearbeitet werden.
Diese Mail wurde von unserem Bewerbermanagementsystem automatisch verschickt.
Diese Nachricht wurde von Personio im Auftrag der Kranwerk GmbH versendet.
Hinweis: Dieses Postfach wird nicht überwacht.
Bitte nutzen Sie für Rückfragen das Bewerberportal, da Antworten auf diese Nachricht uns nicht erreichen.
Sie erhalten diese E-Mail, weil Sie sich bei uns beworben haben. Abmelden | Datenschutz | Impressum
Systemnachricht. Bitte nicht beantworten.
Ceci est un e-mail automatique, merci de ne pas y répondre.
Merci de ne pas répondre directement à ce courriel, cette boîte n'est pas consultée.
Cette adresse ne permet pas de recevoir de réponses.
Vous recevez cet e-mail car vous avez postulé chez Ateliers Morel. Se désabonner
Message envoyé automatiquement par Welcome to the Jungle.
Toute réponse à ce mail ne sera pas traitée.
Este es un mensaje automático; le rogamos que no conteste a este correo.
Mensaje enviado automáticamente por InfoJobs.
Por favor, no respondas a este email, esta cuenta no se supervisa.
Has recibido este correo porque te inscribiste en una oferta en Grupo Navarro. Darse de baja
Si no deseas recibir más correos, puedes darte de baja aquí.
""".strip().splitlines()

TELLING = """
This is an automated message to let you know that your application has been declined.
This is an automated message. Your application has been unsuccessful.
Please do not reply to this email, the position is filled.
We regret that we cannot take you further. Do not reply.
You have not been selected. This message was generated automatically.
This is an automatic reply. I am away until Monday.
This is an automated acknowledgement of your application.
You will not receive an offer.
You will not be seen.
We won't be able to read your application.
If you no longer wish to be considered, please do not reply.
I can't reply to all your questions today, but do call me.
Dies ist eine automatische Absage.
Diese Nachricht wurde automatisch versendet, weil die Stelle besetzt ist.
Wir werden Sie nicht einladen, bitte nicht antworten.
Ihre Bewerbung haben wir nicht erhalten.
Ceci est une réponse automatique à votre candidature.
Votre candidature n'a pas été retenue, merci de ne pas répondre.
Este mensaje automático confirma que no ha sido seleccionada.
No responda: la vacante se ha cerrado.
""".strip().splitlines()

BODY = "Dear Sam,\n\nthank you for coming on Tuesday.\n\nHelen"


@pytest.mark.parametrize("footer", FOOTERS)
@pytest.mark.parametrize(
    "form", ["{body}\n\n{footer}", "{body}\n{footer}", "{footer}\n\n{body}", "{body}\n\n____\n{footer}\n"]
)
def test_a_footer_is_cut_wherever_it_stands(footer: str, form: str) -> None:
    left, found = without_footers(form.format(body=BODY, footer=footer))
    assert found
    assert left.rstrip("_\n ") == BODY


@pytest.mark.parametrize("footer", FOOTERS)
def test_it_is_cut_however_it_is_wrapped(footer: str) -> None:
    words, lines = footer.split(), []
    while words:
        lines.append(" ".join(words[:6]))
        words = words[6:]
    assert without_footers(f"{BODY}\n\n" + "\n".join(lines)) == (BODY, True)


@pytest.mark.parametrize("line", TELLING)
def test_what_tells_something_is_kept(line: str) -> None:
    text = f"{BODY}\n\n{line}"
    assert without_footers(text) == (text, False)


@pytest.mark.parametrize("footer", FOOTERS)
def test_of_a_mail_of_nothing_else_nothing_is_cut(footer: str) -> None:
    assert without_footers(footer) == (footer, True)


@given(st.text(max_size=400))
def test_lines_are_taken_whole_and_never_all(text: str) -> None:
    left, _ = without_footers(text)
    lines = [line.strip() for line in text.splitlines()]
    assert all(line.strip() in lines for line in left.splitlines())
    assert bool(left.strip()) == bool(text.strip())


@pytest.mark.parametrize("line", ["please do not reply to this email ", "to reply\n", "do not\n\n", "Acme by Acme by "])
def test_hostile_text_takes_no_time(line: str) -> None:
    before = time.process_time()
    without_footers(f"do not reply {line * (19_900 // len(line))}")
    assert time.process_time() - before < 1


def test_no_word_of_the_data_decides_anything() -> None:
    deciding = "selected successful unsuccessful rejected declined filled closed offer offered hired chosen regret unfortunately"
    deciding += " leider absage abgesagt besetzt zusage angebot retenue retenu refusé seleccionada descartada cerrada"
    for language, words in load("footers").items():
        listed = {word for phrase in words["words"] for word in phrase.replace("/", " ").split()}
        assert listed.isdisjoint(deciding.split()), language


def _read(text: str, subject: str, sender: str = "careers@brightwell.example") -> Kind:
    message = Message(
        id="m1",
        date=datetime(2026, 5, 12, 10, tzinfo=UTC),
        direction=Direction.RECEIVED,
        sender=Person("Brightwell", sender),
        recipients=(Person("Sam Ortega", ME.email),),
        subject=subject,
        text=text,
    )
    return read_message(message, ME).kind


WORDS = [
    (Kind.REJECTION, "The position you applied for has been filled."),
    (Kind.REJECTION, "After careful consideration we have decided not to move forward with your application."),
    (Kind.OFFER, "We are delighted to offer you the position of Dental Hygienist. Log in to sign your offer letter."),
    (Kind.INVITATION, "We would like to invite you to an interview. Use the link to pick a time."),
    (Kind.REPLY, "The hiring for this position has been put on hold. We will contact you when it resumes."),
    (Kind.AUTOMATIC, "Thank you for applying. We have received your application and will review it."),
    (Kind.REJECTION, "Leider müssen wir Ihnen mitteilen, dass wir uns für eine andere Bewerberin entschieden haben."),
    (Kind.REJECTION, "Nous avons le regret de vous informer que votre candidature n'a pas été retenue."),
    (Kind.REJECTION, "Lamentamos comunicarle que no ha sido seleccionada para el puesto."),
]


@pytest.mark.parametrize(("kind", "word"), WORDS)
@pytest.mark.parametrize("footer", ["", *FOOTERS[:5], *FOOTERS[10:11], FOOTERS[13], FOOTERS[21], FOOTERS[27]])
def test_a_footer_takes_nothing_from_what_a_mail_says(kind: Kind, word: str, footer: str) -> None:
    mail = f"Dear Sam,\n\n{word}\n\nBrightwell Talent Team\n\n{footer}"
    assert _read(mail, "Dental Hygienist at Brightwell") is kind
    assert _read(f"{footer}\n\n{mail}", "Dental Hygienist at Brightwell") is kind


@pytest.mark.parametrize(
    ("subject", "text"),
    [
        (
            "Your interview",
            "We remind you of your interview on Thursday at 9:15, building B. Bring an identity card.\n\n{}",
        ),
        (
            "Vacancies",
            "Vacancies, week ending Friday.\n\nDental nurse, Band 4\nThe post of Technician has now been filled.\n\n{}",
        ),
        ("Bienvenue", "Félicitations, vous êtes sélectionné ! 30 % de remise sur nos formations.\n\n{}"),
    ],
)
@pytest.mark.parametrize(
    "footer", ["To unsubscribe, reply with STOP.", "This is an automated message.", "Se désinscrire"]
)
def test_a_footer_is_a_sign_of_a_machine_where_nothing_is_decided(subject: str, text: str, footer: str) -> None:
    assert _read(text.format(footer), subject, "info@brightwell.example") is Kind.AUTOMATIC
