"""What to ask Gmail's search for: everybody and everything of an ``Interest``, in few questions of modest length.

Pure. Only operators that Gmail documents are used (https://support.google.com/mail/answer/7190): ``from:``, ``to:``,
``cc:``, ``subject:``, quoted phrases, braces for "any of these", ``-`` for words that aren't in it, and ``after:`` with
seconds since 1970, since plain dates mean midnight in California
(https://developers.google.com/workspace/gmail/api/guides/filtering).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from urllib.parse import quote_plus

from syncd.interest import Interest

PAGE = 500
"""As many as Gmail gives in one answer."""
_DOMAIN, _ADDRESS_MOST, _NAME, _SUBJECT = 60, 100, 60, 500
"""How many of its newest matches one way of being concerned brings at most: each costs 20 units, and firms that one has
interviews with may also send bulk mail."""
FEW = 20
"""How many of the newest are enough where there is more, and most of it is bulk mail."""
_BULK = ("unsubscribe", "abmelden", "abbestellen", "désabonner", "désinscrire", "suscripción", "disiscriverti")
"""Words of which bulk mail says one somewhere, since it has to, and a person hardly ever does."""
_LENGTH = 1500
"""Percent-encoded, so that the whole address stays below 2,048 letters: the client library POSTs longer ones."""
_MARGIN = timedelta(days=3)
"""Gmail compares the time at which it took a message in, we its Date header, which is believed up to two days off."""

_ADDRESS = re.compile(r"""(?!-)(?=.*\w)[^\s"(){}\[\]<>:;,|*\\\ud800-\udfff]{1,250}""")
_SYNTAX = re.compile(r"""[\s\x00-\x1f\x7f-\x9f"(){}\[\]<>\\|]+""")
_PREFIX = re.compile(r"(?:(?:re|fwd?|aw|wg|sv|vs|antw|tr|rv|res|enc|i|r)(?:\[\d{1,3}\])?\s?:\s*)+", re.IGNORECASE)
_PHRASE = 100


@dataclass(frozen=True, slots=True)
class Term:
    """One thing to look for.

    ``ways`` are the alternatives of a search; ``most`` of the newest matches of each are enough. ``warns``: it is worth
    a word where there are more. ``chance``: most of what it finds and nothing else does may concern nobody.
    """

    ways: tuple[str, ...]
    most: int
    warns: bool = False
    chance: bool = False

    @property
    def text(self) -> str:
        """As it stands in a question."""
        return " ".join(self.ways)

    @property
    def digest(self) -> str:
        """What a cursor notes it by."""
        return hashlib.sha256(self.text.encode("utf-8", "replace")).hexdigest()[:10]


@dataclass(frozen=True, slots=True)
class Query:
    """One question: whatever matches one of *terms*, which are alike in how much is enough of them.

    ``personal`` leaves out what reads as bulk mail.
    """

    terms: tuple[Term, ...]
    personal: bool = False

    def text(self, since: datetime) -> str:
        """As the search box takes it, for mail that may be dated *since* or later."""
        without = "".join(f" -{word}" for word in _BULK) if self.personal else ""
        return f"{{{' '.join(term.text for term in self.terms)}}}{without} after:{_seconds(since)}"

    @property
    def most(self) -> int:
        """How many matches to take, of several terms as of one: where there are more, each is asked for by itself."""
        return self.terms[0].most

    @property
    def halves(self) -> tuple[Query, ...]:
        """Two questions for this one, so that what is busy doesn't drown the rest; none where it is about one thing."""
        if len(self.terms) > 1:
            middle = len(self.terms) // 2
            return Query(self.terms[:middle]), Query(self.terms[middle:])
        (term,) = self.terms
        middle = len(term.ways) // 2
        if term.chance or not middle:
            return ()
        return tuple(Query((replace(term, ways=ways),)) for ways in (term.ways[:middle], term.ways[middle:]))


def terms(interest: Interest) -> tuple[Term, ...]:
    """Everything that *interest* knows mail by, in a fixed order, each on its own."""
    people = [_contact(domain, _DOMAIN) for domain in sorted(interest.domains)]
    singly = sorted(address for address in interest.addresses if not _covered(address, interest.domains))
    people += [_contact(address, _ADDRESS_MOST) for address in singly]
    names = [_name(name, "from", "to", "cc") for name in sorted(interest.names)]
    names += [_name(company, "subject", "from", "to", "cc") for company in sorted(interest.companies)]
    # A domain called as the company is: written with hyphens, the phrase above finds it.
    joined = {company.replace(" ", "") for company in interest.companies if " " in company}
    known = {domain.partition(".")[0] for domain in interest.domains}
    people += [_contact(name, _DOMAIN) for name in sorted((joined & interest.written_together) - known)]
    words = [_phrase(word) for word in sorted(interest.subject_words)]
    told = Term(tuple(f"subject:{word}" for word in words if word), PAGE, chance=True)
    return tuple(term for term in (*people, *names, told) if term.ways)


def subject_terms(threads: Mapping[str, str]) -> tuple[tuple[Term, ...], tuple[str, ...]]:
    """What finds the messages of *threads* (their id: a subject), each subject once; and threads that nothing finds.

    Gmail keeps only messages of one subject in a thread, answer marks aside
    (https://developers.google.com/workspace/gmail/api/guides/threads).
    """
    phrases = {name: _phrase(base_subject(subject)) for name, subject in threads.items()}
    found = sorted({phrase for phrase in phrases.values() if phrase})
    wordless = tuple(name for name, phrase in phrases.items() if not phrase)
    return tuple(Term((f"subject:{phrase}",), _SUBJECT) for phrase in found), wordless


def queries(asked: Iterable[Term]) -> Iterator[Query]:
    """*asked* in as few questions as their length allows, those together that are alike in what they bring."""
    alike: dict[tuple[int, bool], list[Term]] = {}
    for term in asked:
        alike.setdefault((term.most, term.chance), []).append(term)
    for group in alike.values():
        together: list[Term] = []
        length = 0
        for term in group:
            more = len(quote_plus(term.text)) + 1
            if together and length + more > _LENGTH:
                yield Query(tuple(together))
                together, length = [], 0
            together.append(term)
            length += more
        yield Query(tuple(together))


def base_subject(subject: str) -> str:
    """*subject* without "Re:" and its like in front, cut to a length that tells it from others."""
    text = subject.strip()
    mark = _PREFIX.match(text)
    return text[mark.end() if mark else 0 :][: _PHRASE * 2].strip()


def _contact(address: str, most: int) -> Term:
    told = ("from", "to", "cc") if _ADDRESS.fullmatch(address) else ()
    return Term(tuple(f"{operator}:{address}" for operator in told), most, warns=True)


def _name(name: str, *operators: str) -> Term:
    phrase = _phrase(name)
    return Term(tuple(f"{operator}:{phrase}" for operator in operators if phrase), _NAME)


def _phrase(text: str) -> str:
    """*text* in quotes, without anything that means something to the search; empty where no word is left."""
    text = _SYNTAX.sub(" ", text[: _PHRASE * 4].encode("utf-8", "ignore").decode()).strip()
    if len(text) > _PHRASE:
        text = text[:_PHRASE].rpartition(" ")[0] or text[:_PHRASE]  # whole words: a piece of one wouldn't match
    return f'"{text}"' if re.search(r"\w", text) else ""


def _covered(address: str, domains: frozenset[str]) -> bool:
    return address.rpartition("@")[2] in domains


def _seconds(since: datetime) -> int:
    return max(1, int(since.timestamp() - _MARGIN.total_seconds()))
