"""The trained model: it fits the code and the phrases, reads the same in every process, and explains itself."""

from __future__ import annotations

import json
import subprocess
import sys
import zlib
from datetime import UTC, datetime
from pathlib import Path

import pytest

from syncd.infer.messages import read_message
from syncd.infer.messages.model import Lexicon, lexicon, model, unpack
from syncd.infer.messages.phrasebook import phrasebook
from syncd.infer.messages.received import received_by_phrases
from syncd.infer.messages.signals import VERSION, grams, signals
from syncd.model import Account, Direction, Kind, Message, Person

ME = Account("sam@seeker.example", name="Sam Ortega")
MODELS = Path(__file__).parent.parent / "syncd" / "infer" / "model"
KINDS = {
    "received": {"rejection", "offer", "invitation", "automatic", "reply", "other"},
    "sent": {"thank_you", "follow_up", "rejection_reply", "withdrawal", "other"},
    "purpose": {"asks", "brings"},
}
MAILS = [
    ("received", "The owners met last night. The barn goes to Lucy, I am afraid."),
    ("received", "Come. Bring the dog, the flat over the tack room is yours from May."),
    ("received", "Der Vorstand tagt am Montag, danach weiß ich mehr."),
    ("received", "Helaas hebben wij voor een andere kandidaat gekozen."),
    ("sent", "I'd sooner you heard it from me: the other thing came off, so please proceed with the two gentlemen."),
    ("sent", "Je repense à votre question sur les plannings, voici comment nous faisions à Nantes."),
    ("sent", "Qué buena tarde pasé en el taller, gracias por enseñármelo todo."),
]


def _message(direction: str, text: str, subject: str = "") -> Message:
    me, other = Person("Sam Ortega", ME.email), Person("Jo Field", "jo@acme.example")
    received = direction == "received"
    return Message(
        id="m1",
        date=datetime(2026, 5, 12, 10, tzinfo=UTC),
        direction=Direction(direction),
        sender=other if received else me,
        recipients=(me if received else other,),
        subject=subject,
        text=text,
    )


def _packed(**changes: object) -> bytes:
    head = {"signals": VERSION, "kinds": ["asks", "brings"], "bias": [0.0, 0.5], "step": 0.1, "count": 1}
    head |= {"meaning_step": 0.1, "words": 0, **changes}
    return zlib.compress(json.dumps(head).encode() + b"\n" + zlib.crc32(b"here").to_bytes(4, "little") + b"\xfb\x05")


@pytest.mark.parametrize("name", KINDS)
def test_the_shipped_models_are_for_this_code_and_know_all_kinds(name):
    trained = model(name)
    assert set(trained.kinds) == KINDS[name]
    assert len(trained.places) > 5_000
    assert all(len(column) == len(trained.places) for column in trained.weights)
    assert all(len(column) == len(lexicon().places) for column in trained.meanings)


@pytest.mark.parametrize("name", ["received", "sent"])
def test_most_groups_of_phrases_that_the_model_knows_are_in_the_phrasebooks(name):
    groups = {f"g:{p.group.evidence}/{p.group.name}" for la in ("en", "de", "fr", "es") for p in phrasebook(la).phrases}
    known = {group for group in groups if zlib.crc32(group.encode()) in model(name).places}
    assert len(known) >= 40


def test_the_model_knows_the_names_that_the_code_gives():
    message = _message("received", "Dear Sam, we have decided to go with another candidate. Are you there?")
    seen = signals(message, received_by_phrases(message))
    places = model("received").places
    assert sum(zlib.crc32(name.encode()) in places for name in seen.shape) >= len(seen.shape) - 2
    assert sum(zlib.crc32(name.encode()) in places for name in seen.words) >= len(seen.words) / 2


def test_a_model_made_for_other_signals_or_words_is_refused():
    nothing = Lexicon({}, ())
    assert unpack(_packed(), nothing).kinds == ("asks", "brings")
    with pytest.raises(ValueError, match="signals"):
        unpack(_packed(signals=VERSION + 1), nothing)
    with pytest.raises(ValueError, match="lexicon"):
        unpack(_packed(words=7), nothing)


def test_the_chances_are_a_softmax_of_what_the_signals_say():
    message = _message("sent", "here")
    seen = signals(message, received_by_phrases(message))
    chances = unpack(_packed(), Lexicon({}, ())).chances(seen)
    assert chances["brings"] == pytest.approx(1 / (1 + 2.718281828459045**-1.5))
    assert sum(chances.values()) == pytest.approx(1)


def test_groups_of_words_do_not_reach_over_the_end_of_a_sentence():
    found = {name for _, length, name in grams(["yes", ".", "come", "soon"]) if length == 3}
    assert found == {". come soon"}


def test_the_models_are_small():
    of_mail = [file for file in MODELS.glob("*.bin") if not file.name.startswith("events")]
    assert sum(file.stat().st_size for file in of_mail) <= 1_500_000


def test_another_process_reads_the_same():
    code = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "from tests.test_infer_messages_model import MAILS, ME, _message, read_message\n"
        "print([repr(read_message(_message(*mail), ME)) for mail in MAILS])"
    )
    here = [repr(read_message(_message(*mail), ME)) for mail in MAILS]
    root = Path(__file__).parent.parent
    for seed in ("1", "2"):
        done = subprocess.run(
            [sys.executable, "-c", code, str(root)],
            env={"PYTHONHASHSEED": seed},
            cwd=root,
            capture_output=True,
            text=True,
            check=True,
        )
        assert done.stdout.strip() == str(here)


def test_a_reading_by_the_model_names_words_of_the_mail():
    for direction, text in MAILS:
        for why in read_message(_message(direction, text), ME).why:
            if why.startswith("the words "):
                quoted = why.split('"')[1::2]
                assert quoted
                assert all(words in text for words in quoted), why


def test_a_word_about_others_is_never_a_decision_because_of_the_model():
    reading = read_message(
        _message("received", "If you are not selected, we will write to you.", "Your application"), ME
    )
    assert reading.kind is not Kind.REJECTION
