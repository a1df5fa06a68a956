"""What Gmail is asked: everything of the interest, nothing that could mean something else, and in few questions."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import quote_plus

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syncd.backends.google.mail_query import PAGE, Query, Term, base_subject, queries, subject_terms, terms
from syncd.interest import Interest, fold
from tests.fake_google import search

SINCE = datetime(2026, 9, 1, tzinfo=UTC)
LOOM = Interest(
    since=SINCE,
    addresses=frozenset({"ada@mail.example", "maja@brightloom.example"}),
    domains=frozenset({"brightloom.example"}),
    names=frozenset({"maja lind"}),
    companies=frozenset({"bright loom"}),
    subject_words=frozenset({"interview", "entretien"}),
)


def texts(interest: Interest) -> list[str]:
    return [query.text(interest.since) for query in queries(terms(interest))]


def test_all_of_it_is_asked_for_in_three_questions() -> None:
    after = f" after:{int((SINCE - timedelta(days=3)).timestamp())}"
    assert texts(LOOM) == [
        "{from:brightloom.example to:brightloom.example cc:brightloom.example"
        ' from:"maja lind" to:"maja lind" cc:"maja lind"'
        ' subject:"bright loom" from:"bright loom" to:"bright loom" cc:"bright loom"}' + after,
        "{from:ada@mail.example to:ada@mail.example cc:ada@mail.example}" + after,
        '{subject:"entretien" subject:"interview"}' + after,
    ]


def test_nothing_is_asked_where_nothing_is_of_interest() -> None:
    assert texts(Interest(since=SINCE)) == []


def test_many_interviews_are_few_questions_of_modest_length() -> None:
    many = Interest(
        since=SINCE,
        addresses=frozenset(f"person{n}@mail{n % 3}.example" for n in range(100)),
        domains=frozenset(f"company-number-{n}.example" for n in range(100)),
        names=frozenset(f"first{n} last{n}" for n in range(100)),
        companies=frozenset(f"company number {n}" for n in range(100)),
    )
    asked = texts(many)
    assert len(asked) < 35
    assert max(len(quote_plus(text)) for text in asked) < 1600  # and stays a GET
    for n in range(100):
        assert sum(f'"company number {n}"' in text for text in asked) == 1


def test_the_same_interest_asks_the_same() -> None:
    assert terms(LOOM) == terms(replace(LOOM, since=SINCE + timedelta(days=1)))
    assert len({term.digest for term in terms(LOOM)}) == len(terms(LOOM))


def test_a_busy_question_is_halved_down_to_single_ways() -> None:
    (whole,) = queries(Term((f"from:{n}.example", f"to:{n}.example", f"cc:{n}.example"), 60) for n in range(5))
    waiting, seen = [whole], []
    while waiting:
        query = waiting.pop()
        assert query.most == 60
        waiting += query.halves
        if not query.halves:
            seen += query.terms
    assert sorted(term.text for term in seen) == sorted(way for term in whole.terms for way in term.ways)
    assert all(term.most == 60 for term in seen)


def test_what_is_told_by_common_words_is_one_question() -> None:
    (chance,) = [term for term in terms(LOOM) if term.chance]
    assert (chance.text, chance.most) == ('subject:"entretien" subject:"interview"', PAGE)
    assert Query((chance,)).halves == ()


def test_what_reads_as_bulk_mail_is_left_out_by_words_alone() -> None:
    term = Term(("from:x.example",), 60)
    tree = search.parse(Query((term,), personal=True).text(SINCE))
    kinds = [type(node).__name__ for node in tree.of]
    assert kinds == ["Term", *["Not"] * (len(kinds) - 2), "Term"]
    assert search.Not(search.Term("", "unsubscribe")) in tree.of


@pytest.mark.parametrize(
    ("subject", "base"),
    [
        ("Re: Your interview", "Your interview"),
        ("AW: WG: Fwd: Ihr Gespräch", "Ihr Gespräch"),
        ("RE[2]: Hello", "Hello"),
        ("Recruiting: hello", "Recruiting: hello"),
        ("  re:re:  x", "x"),
        ("Re:", ""),
        ("", ""),
    ],
)
def test_answers_have_the_subject_of_what_they_answer(subject: str, base: str) -> None:
    assert base_subject(subject) == base


def test_threads_are_asked_for_by_subject_each_once() -> None:
    threads = {
        "1": "Your interview",
        "2": 'A "quoted" {one} (here)',
        "3": "Your interview",
        "4": "",
        "5": "?!",
        "6": "-x",
    }
    found, wordless = subject_terms(threads)
    assert [term.text for term in found] == ['subject:"-x"', 'subject:"A quoted one here"', 'subject:"Your interview"']
    assert wordless == ("4", "5")


def test_a_long_subject_is_cut_between_words() -> None:
    (term,), _ = subject_terms({"1": "word " * 100})
    assert term.text == f'subject:"{"word " * 19}word"'
    (term,), _ = subject_terms({"1": "w" * 1000})
    assert len(term.text) < 120


# Hostile text: it comes from invitations and from mail

_HOSTILE = st.text(max_size=30) | st.sampled_from(
    [
        '" OR in:spam "',
        "} in:anywhere {",
        "a@b.example} -x",
        ") (",
        "\\",
        "from:",
        "\ud800",
        "\r\nX: y",
        "a" * 5000,
        "-",
    ]
)


@settings(max_examples=300)
@given(st.frozensets(_HOSTILE, max_size=3), st.frozensets(_HOSTILE, max_size=3), st.dictionaries(_HOSTILE, _HOSTILE))
def test_no_text_becomes_syntax(addresses: frozenset[str], names: frozenset[str], subjects: dict[str, str]) -> None:
    interest = Interest(
        since=SINCE,
        addresses=addresses,
        domains=addresses,
        names=frozenset(map(fold, names)),
        companies=names,
        subject_words=names,
    )
    for asked, group in (
        (terms(interest), ("from", "to", "cc", "subject")),
        (subject_terms(subjects)[0], ("subject",)),
    ):
        for query in queries(asked):
            tree = search.parse(query.text(SINCE))
            quote_plus(query.text(SINCE))
            found = [node for node in tree.of if not (isinstance(node, search.Term) and node.operator == "after")]
            assert len(tree.of) - len(found) == 1
            assert len(found) <= 1
            for node in found:
                leaves = node.of if isinstance(node, search.Any) else (node,)
                assert all(isinstance(leaf, search.Term) and leaf.operator in group for leaf in leaves), query


@settings(max_examples=200)
@given(st.text(max_size=40), st.text(max_size=40))
def test_a_subject_finds_itself(subject: str, prefix: str) -> None:
    """Whatever a subject is, the question made of it matches a message that has it."""
    from tests.fake_google.gmail_text import words

    found, _ = subject_terms({"1": subject})
    for term in found:
        phrase = words(term.text.removeprefix("subject:"))
        all_words = words(f"Re: {subject}")
        assert any(all_words[at : at + len(phrase)] == phrase for at in range(len(all_words) + 1))


def test_a_company_without_guests_is_asked_for_as_a_domain_writes_it_too() -> None:
    (asked,) = texts(Interest(since=SINCE, companies=frozenset({"bright loom", "acme", "ox eye"})))
    assert asked.startswith("{from:brightloom to:brightloom cc:brightloom from:oxeye to:oxeye cc:oxeye ")
    assert "from:acme " not in asked


@pytest.mark.parametrize("address", ["-x@mail.example", "-in:spam", "-"])
def test_an_address_that_would_read_as_not_is_no_question(address: str) -> None:
    assert texts(Interest(since=SINCE, addresses=frozenset({address}), domains=frozenset({address}))) == []
