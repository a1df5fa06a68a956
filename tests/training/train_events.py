"""Make the models that read calendar entries anew: `python tests/training/train_events.py [--check]`.

From tests/corpus/events, tests/corpus/ics/develop, tests/corpus/train_events and plain_events.toml. One logistic
regression over the signals of an entry and one over what its words mean, whose logits are added, tell interviews; a
softmax over all names that may be the company's, and over none, learns what their features count.
"""

from __future__ import annotations

import argparse
import re
import zlib
from collections import Counter, defaultdict
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from events import Entry, entries
from meanings import Meanings, pieces
from packing import closed, tabled, worded
from scipy.optimize import minimize
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_limits

from syncd.infer.events import companies, formula, people, read_event, spans, told, verdict
from syncd.infer.events.candidates import Candidate, candidates, nothing
from syncd.infer.events.context import Context, about
from syncd.infer.events.model import share, title_vocabulary, unpack, unpack_table, vocabulary
from syncd.infer.events.signals import Signals, signals
from syncd.infer.language import fold

FOLDER = Path(__file__).parent.parent.parent / "syncd" / "infer" / "model"
KNOWN = 0.3
"""What an entry counts that the cues were written for: less than one that they never saw."""
BY_MEANING = 0.6
"""The share of what the words' meanings say."""
RIDGE = 1.0
"""How much a weight costs that a feature of a name gets."""
FOLDS = 8
SIGNALS = 24_000
"""Signals kept, those that say most."""
FORMS = r"\b(gmbh|ag|kg|llc|inc|ltd|plc|sl|sa|sas|sarl|bv|usd)\b"


@dataclass(frozen=True)
class Example:
    """An entry with its signals, and with the names that may be its company's, where it is an interview."""

    entry: Entry
    seen: Signals
    names: list[Candidate]
    none: dict[str, float]


def example(entry: Entry) -> Example:
    context = _context(entry)
    known = verdict.know(entry.event, entry.account, context)
    asked = entry.interview and entry.companies
    return Example(entry, signals(known), candidates(context) if asked else [], nothing(context) if asked else {})


def ordinary_words(found: list[Entry]) -> frozenset[str]:
    """The encoder's own words, and those that more than one user wrote in small letters: what is no name."""
    users = defaultdict(set)
    for entry in found:
        for word in re.findall(r"[^\W\d_]+(?:['’][^\W\d_]+)*", f"{entry.event.title}\n{entry.event.description}"):
            if word.islower():
                users[fold(word)].add(entry.group if entry.author != "plain_events" else entry.event.title)
    return frozenset(map(fold, pieces())) | {word for word, of in users.items() if len(of) > 1}


def meanings_of(examples: list[Example], ordinary: frozenset[str]) -> Meanings:
    """What the *ordinary* words mean; of names the product knows nothing."""
    meanings = Meanings(
        [tuple(word.plain for word in (*e.seen.title, *e.seen.text)) for e in examples],
        [f"{e.entry.event.title}\n{e.entry.event.description}" for e in examples],
    )
    kept = [i for i, word in enumerate(meanings.words) if word in ordinary]
    meanings.words = [meanings.words[i] for i in kept]
    meanings.vectors = meanings.vectors[kept]
    meanings.places = {word: i for i, word in enumerate(meanings.words)}
    return meanings


def meant(seen: Signals, meanings: Meanings) -> np.ndarray:
    """The mean of the vectors of a title's words, and that of all words."""
    return np.concatenate([_mean(title_vocabulary(seen), meanings), _mean(vocabulary(seen), meanings)])


def _mean(words: dict[str, None], meanings: Meanings) -> np.ndarray:
    places = [place for word in words if (place := meanings.places.get(word)) is not None]
    return meanings.vectors[places].sum(axis=0) * share(len(places))


class Interviews:
    """The model that tells interviews, in the making."""

    def __init__(self, examples: list[Example], vectors: np.ndarray) -> None:
        rows = [_row(e.seen) for e in examples]
        self.places = _places(rows)
        right = [e.entry.interview for e in examples]
        weights = [KNOWN if e.entry.known else 1.0 for e in examples]
        first = LogisticRegression(C=1.0, max_iter=500, tol=1e-4).fit(_matrix(rows, self.places), right, weights)
        second = LogisticRegression(C=1.0, max_iter=500, tol=1e-4).fit(vectors, right, weights)
        self.weights = first.coef_[0] * (1 - BY_MEANING)
        self.meaning = second.coef_[0] * BY_MEANING
        self.bias = float(first.intercept_[0] * (1 - BY_MEANING) + second.intercept_[0] * BY_MEANING)

    def packed(self, meanings: Meanings) -> bytes:
        signals = tabled(list(self.places), self.weights, SIGNALS)
        half = meanings.vectors.shape[1]
        title, anywhere = meanings.vectors @ self.meaning[:half], meanings.vectors @ self.meaning[half:]
        words = worded(meanings.words, title, anywhere)
        head = {
            "counts": [len(signals[1]) // 5, len(words[1]) // 6],
            "steps": [signals[0], *words[0]],
            "bias": round(self.bias, 5),
        }
        return closed(head, signals[1], words[1])


class Companies:
    """What the features of names count, in the making."""

    def __init__(self, examples: list[Example]) -> None:
        known = [(e, right) for e in examples if e.entry.companies and any(right := _right(e))]
        rows = [row for e, _ in known for row in (*(c.features for c in e.names), e.none)]
        self.places = _places(rows)
        matrix = _matrix(rows, self.places)
        sizes = [len(right) for _, right in known]
        starts, whose = np.cumsum([0, *sizes[:-1]]), np.repeat(np.arange(len(known)), sizes)
        right = np.array([r for _, rights in known for r in rights])

        def loss(weights: np.ndarray) -> tuple[float, np.ndarray]:
            scores = matrix @ weights
            powers = np.exp(scores - np.maximum.reduceat(scores, starts)[whose])
            whole, hit = np.add.reduceat(powers, starts), np.add.reduceat(powers * right, starts)
            slope = matrix.T @ (powers / whole[whose] - powers * right / hit[whose])
            return float((np.log(whole) - np.log(hit)).sum() + RIDGE * weights @ weights / 2), slope + RIDGE * weights

        self.weights = minimize(
            loss, np.zeros(len(self.places)), jac=True, method="L-BFGS-B", options={"maxiter": 400}
        ).x

    def packed(self) -> bytes:
        step, table = tabled(list(self.places), self.weights, len(self.places))
        return closed({"steps": [step]}, table)


def _row(seen: Signals) -> dict[str, float]:
    return {**dict.fromkeys(seen.words, 1.0), **seen.shape}


def _places(rows: list[dict[str, float]]) -> dict[str, int]:
    """Places for all names that more than one row has."""
    counts = Counter(name for row in rows for name, value in row.items() if value)
    return {name: i for i, name in enumerate(sorted(name for name, count in counts.items() if count > 1))}


def _matrix(rows: list[dict[str, float]], places: dict[str, int]) -> csr_matrix:
    data, columns, ends = [], [], [0]
    for row in rows:
        for name, value in row.items():
            if value and (place := places.get(name)) is not None:
                columns.append(place)
                data.append(value)
        ends.append(len(columns))
    return csr_matrix((data, columns, ends), shape=(len(rows), len(places)))


def _letters(name: str) -> str:
    return re.sub(r"[\W_]+", "", re.sub(FORMS, "", name.casefold().replace(".", "")))


def same(got: str, want: str) -> bool:
    """As tests/benchmarks/evaluate.py compares companies."""
    if not got or not want:
        return got == want
    a, b = _letters(got), _letters(want)
    return a == b or (len(min(a, b, key=len)) >= 4 and (a in b or b in a))


def _right(e: Example) -> list[bool]:
    """Which of the names is the company's, and last whether none is: as labelled, else what would pass for it."""
    wanted = [name for name in e.entry.companies if name]
    exact = [any(_letters(c.name) == _letters(w) for w in wanted) for c in e.names]
    right = exact if any(exact) else [any(same(c.name, w) for w in wanted) for c in e.names]
    return [*right, "" in e.entry.companies]


def check(examples: list[Example], meanings: Meanings, vectors: np.ndarray) -> None:
    """How well entries are read by what was learnt from all the others: of other users, or of other authors."""
    apart = [i for i, e in enumerate(examples) if not e.entry.known]
    groups = sorted({examples[i].entry.group for i in apart}, key=lambda g: zlib.crc32(g.encode()))
    fold = {group: n % FOLDS for n, group in enumerate(groups)}
    by_user = {i: fold[examples[i].entry.group] for i in apart}
    authors = sorted({examples[i].entry.author for i in apart})
    by_author = {i: authors.index(examples[i].entry.author) for i in apart}
    for way, folds in (("other users", by_user), ("other authors", by_author)):
        read: dict[int, tuple[bool, str]] = {}
        for number in sorted(set(folds.values())):
            held = [i for i in apart if folds[i] == number]
            left = [i for i in range(len(examples)) if folds.get(i) != number]
            _install([examples[i] for i in left], vectors[left], meanings)
            for i in held:
                entry = examples[i].entry
                reading = read_event(entry.event, entry.account)
                context = _context(entry)
                found = companies.find(context).name if entry.interview else ""
                read[i] = (reading.interview, found)
        for author in authors:
            _report(
                f"{way:14} {author}",
                [(examples[i].entry, *read[i]) for i in apart if examples[i].entry.author == author],
            )


def _context(entry: Entry) -> Context:
    said = told.read(entry.event)
    me = people.me_in(entry.event, entry.account)
    return about(entry.event, entry.account, said, people.others(entry.event, entry.account, me), me)


def _install(examples: list[Example], vectors: np.ndarray, meanings: Meanings) -> None:
    """Let the product read with a model that learnt from *examples*."""
    interviews, table = (
        unpack(Interviews(examples, vectors).packed(meanings)),
        unpack_table(Companies(examples).packed()),
    )
    verdict.interview_model = lambda: interviews
    companies.company_model = lambda: table


def _report(name: str, read: list[tuple[Entry, bool, str]]) -> None:
    for language in [None, *sorted({entry.language for entry, _, _ in read})]:
        of = [r for r in read if language in (None, r[0].language)]
        hit = sum(entry.interview and said for entry, said, _ in of)
        wrong = sum(entry.interview != said for entry, said, _ in of)
        asked = [(entry, company) for entry, _, company in of if entry.companies]
        right = sum(any(same(company, want) for want in entry.companies) for entry, company in asked)
        print(
            f"{name:40} {language or 'all':4} {len(of):4} entries, F1 {2 * hit / max(1, 2 * hit + wrong):.3f}, "
            f"company {right}/{len(asked)} = {right / max(1, len(asked)):.3f}"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="hold out a part in turn, and make nothing")
    asked = parser.parse_args()
    found = entries()
    ordinary = ordinary_words(found)
    spans.is_ordinary = formula.is_ordinary = ordinary.__contains__
    examples = [example(entry) for entry in found]
    meanings = meanings_of(examples, ordinary)
    vectors = np.array([meant(e.seen, meanings) for e in examples])
    if asked.check:
        check(examples, meanings, vectors)
        return
    for name, data in (
        ("events", Interviews(examples, vectors).packed(meanings)),
        ("events_company", Companies(examples).packed()),
    ):
        (FOLDER / f"{name}.bin").write_bytes(data)
        print(f"{name}: {len(examples)} entries, {len(data)} bytes")


if __name__ == "__main__":
    with threadpool_limits(1):  # sums in another order would give another model
        main()
