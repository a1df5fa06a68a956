"""Which of a sentence's dates are days of news."""

from __future__ import annotations

from datetime import date

from syncd.infer.dates import Found
from syncd.infer.promises.sentence import Clause, Sentence, Verdict


def dates_of_news(sentence: Sentence, previous: Sentence | None, *, topic: bool) -> list[Found]:
    """The dates of *sentence* that are about news. *topic*: the mail has spoken of news already."""
    dated = {sentence.clause_of(found) for found in sentence.dates if found.by}
    accepted = []
    for found in sentence.dates:
        if found.by is None or sentence.is_replaced(found) or sentence.is_denied(found):
            continue
        at = sentence.clause_of(found)
        told = _is_promised(sentence, at, dated)
        if sentence.clauses[at].verdict in {Verdict.NONE, Verdict.LIKELY} and sentence.at_the_clock(found):
            continue
        if told is None and sentence.harmless:
            told = (
                _is_about_the_same(sentence, previous)
                or sentence.adds_when(at)
                or (topic and sentence.is_deadline(found))
            )
        if told:
            accepted.append(found)
    return accepted


def _is_about_the_same(sentence: Sentence, previous: Sentence | None) -> bool:
    """Whether a sentence without a verdict goes on about the news of the one before."""
    return previous is not None and previous.about_news and sentence.afterthought


def _is_promised(sentence: Sentence, at: int, dated: set[int]) -> bool | None:
    """Whether a date in clause *at* is one of news, by its own clause or the nearest that tells; None if none does."""
    clauses = sentence.clauses
    own = clauses[at].verdict
    if own is Verdict.NEWS:
        return True
    if own in {Verdict.NOT_NEWS, Verdict.OLD}:
        return False
    if own is Verdict.LIKELY:
        return True
    telling = [i for i, clause in enumerate(clauses) if clause.verdict not in {Verdict.NONE, Verdict.LIKELY}]
    right = next((i for i in telling if i > at), None)
    left = next((i for i in reversed(telling) if i < at), None)
    if own is Verdict.EVENT:
        if right is not None and _names_no_day(clauses[right], right, dated):
            return True
        if clauses[at].hangs and any(clauses[i].verdict is Verdict.NEWS for i in range(at)):
            return True
        return None if "takes_up" in clauses[at].says else False
    if left is not None and clauses[left].verdict is not Verdict.EVENT:
        hangs_on_old = clauses[left].verdict is Verdict.OLD and clauses[at].hangs
        return clauses[left].verdict is not Verdict.NOT_NEWS and not hangs_on_old
    if right is not None and clauses[right].verdict is not Verdict.EVENT:
        return _names_no_day(clauses[right], right, dated)
    return None


def _names_no_day(clause: Clause, index: int, dated: set[int]) -> bool:
    """Whether a clause has news without a day of its own, so that its neighbour's day is its."""
    return clause.verdict is Verdict.NEWS and index not in dated and "vague" not in clause.says


def binding(sentence: Sentence, accepted: list[Found]) -> Found:
    """The date named last, unless the sentence says which is the latest."""
    for found in accepted:
        if any(last == found.first for _, last in sentence.spans["latest"]):
            return found
    if any("latest" in sentence.clauses[sentence.clause_of(found)].says for found in accepted):
        return max(accepted, key=lambda found: found.by or date.min)
    return accepted[-1]
