"""What the trained model looks at in a mail: its words and groups of words, its shape, and what the phrases found.

Each signal is a name. A change of names, or of what they stand for, needs a new ``VERSION`` and a retrained model (see
``tests/training``).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from syncd.infer.messages.automatic import Sign
from syncd.infer.messages.evidence import Weighed
from syncd.infer.messages.subjects import bare_subject, is_reply
from syncd.infer.words import Words, read
from syncd.model import Kind, Message

VERSION = 1
"""Of the names below. A model made for another one is not read."""

LONGEST = 600
"""Words of a mail that are looked at."""
_STEM = 4
_PREFIX = 5
_ENDS = frozenset({".", "?"})
_GREETINGS = frozenset(
    {
        *("hi", "hello", "dear", "hey", "hallo", "liebe", "lieber", "sehr", "guten", "moin", "servus"),
        *("bonjour", "cher", "chere", "salut", "madame", "monsieur"),
        *("hola", "estimado", "estimada", "querido", "querida", "buenas", "buenos"),
    }
)


@dataclass(frozen=True, slots=True)
class Phrased:
    """What the phrases and the rules about them say of a message.

    ``certain``: nothing else is asked. ``heard``: there are words for it, and not only none for anything else. ``sign``
    is of a machine; ``theirs`` what the mail quoted uppermost decided; ``thread`` what is known of it; ``purposeful``
    is of a follow-up.
    """

    kind: Kind
    why: tuple[str, ...]
    found: Weighed
    certain: bool = False
    heard: bool = True
    sign: Sign | None = None
    theirs: Kind | None = None
    thread: Weighed | None = None
    purposeful: bool | None = None


@dataclass(frozen=True, slots=True)
class Signals:
    """The signals of one mail: ``words`` each say that it has them, ``shape`` how much of it.

    ``body`` are the folded words of the author's own text, which begins at word ``begins`` of *read*; ``subject`` are
    those of the subject, whoever wrote it.
    """

    words: tuple[str, ...]
    shape: dict[str, float]
    body: tuple[str, ...]
    subject: tuple[str, ...]
    begins: int
    read: Words


def signals(message: Message, phrased: Phrased) -> Signals:
    """All signals of *message*, of which the phrases say *phrased*."""
    text = phrased.found.text
    reply = is_reply(message.subject)
    own_subject = text.plain[: phrased.found.subject_end].split()
    begins = len(own_subject)
    body = text.plain[phrased.found.subject_end :].split()[:LONGEST] if own_subject else text.plain.split()[:LONGEST]
    subject = own_subject or read(bare_subject(message.subject)).plain.split()
    mark = "R:" if reply else "S:"
    words = dict.fromkeys(gram for _, _, gram in grams(body))
    words.update(dict.fromkeys(mark + gram for _, _, gram in grams(subject, longest=2)))
    shape = _shape(message, phrased, body, subject, reply=reply)
    return Signals(tuple(words), shape, tuple(body), tuple(subject), begins, text)


def grams(words: list[str] | tuple[str, ...], longest: int = 3) -> Iterator[tuple[int, int, str]]:
    """Words, their beginnings, pairs and triples, each with where it begins and how many words it has."""
    last = len(words)
    for i, word in enumerate(words):
        if word in _ENDS:
            if word == "?":
                yield i, 1, word
        else:
            yield i, 1, word
            if len(word) > _PREFIX:
                yield i, 1, word[:_PREFIX] + "*"
        if i + 1 < last:
            following = words[i + 1]
            yield i, 2, f"{word} {following}"
            if longest > 2:
                yield i, 2, f"{word[:_STEM]}* {following[:_STEM]}*"
                if i + 2 < last and following not in _ENDS:
                    yield i, 3, f"{word} {following} {words[i + 2]}"


def _shape(message: Message, phrased: Phrased, body: list[str], subject: list[str], *, reply: bool) -> dict[str, float]:
    count = len(body)
    shape = {
        "s:reply": float(reply),
        "s:quoted": float(bool(message.quoted.strip())),
        "s:length": min(count, 300) / 100,
        "s:short": float(count < 25),
        "s:long": float(count > 120),
        "s:asks": min(body.count("?"), 3) / 3,
        "s:greets": float(any(word in _GREETINGS for word in body[:3])),
        "s:no subject": float(len(subject) <= 2),
        "s:numbers": min(body.count("num"), 4) / 4,
        "s:clock": float("clock" in body),
        "s:link": float("link" in body),
    }
    if phrased.sign is not None:
        shape["s:machine"] = 1.0
    if phrased.theirs is not None:
        shape[f"s:theirs {phrased.theirs.value}"] = 1.0
    if phrased.thread is not None:
        shape["s:thread job"] = float(phrased.thread.score("job") > 0)
        shape["s:thread not job"] = float(phrased.thread.score("not_job") > 0)
    for evidence, hits in phrased.found.hits.items():
        total = 0.0
        for hit in hits:
            shape[f"g:{evidence}/{hit.group.name}"] = 1.0
            total += hit.group.weight
        shape[f"e:{evidence}"] = max(-2.0, min(total / 10, 2.0))
    for evidence in phrased.found.taken_back:
        shape[f"g:not {evidence}"] = 1.0
    return {name: value for name, value in shape.items() if value}
