"""What a calendar entry means: an interview with the user as the candidate or not; where, for which job, with whom.

Pure and total: an entry and an account always give the same reading, and nothing that stands in an invitation raises.
Tags of the user ("#interview", "#company Acme") stand over anything inferred (design, section 2).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from syncd.infer import names
from syncd.infer.events import jobs, people, told
from syncd.infer.events.companies import Company, Context, find
from syncd.infer.events.pieces import WITH, split
from syncd.infer.events.side import Side, side_of
from syncd.infer.events.told import Told
from syncd.infer.events.weighing import ENOUGH, ruled_out, weigh
from syncd.infer.notes import Tag, read_tags
from syncd.model import Account, Event, EventReading, Person

_ABOUT_A_JOB = ("interview", "rejected", "offer", "withdrawn", "ignore")


@dataclass(frozen=True, slots=True)
class _Verdict:
    """Whether it is an interview of the user's, the reasons, and whether it still may be one for all we know."""

    interview: bool
    why: list[str]
    may_be: bool = False


def read_event(event: Event, account: Account) -> EventReading:
    """The meaning of *event* for the user of *account*.

    Where it is no interview, there is neither a job nor anybody to thank; a company is named only where people meet
    and it may still be about a job ("Acme call").
    """
    said = told.read(event)
    # The whole description: what people add stands behind the invitation's boilerplate.
    tags = {tag.name: tag for tag in read_tags(event.description)}
    me = people.me_in(event, account)
    everyone = people.others(event, account, me)
    declined = any(a.status == "declined" for a in event.attendees if account.owns(a.person.email))
    verdict = _judge(said, tags, side_of(event, account, said, everyone, me), everyone, me)
    if not verdict.interview and not verdict.may_be:
        return EventReading(interview=False, declined=declined, why=tuple(verdict.why))
    pieces = tuple(p for title in said.titles for p in split(title))
    # "with the principal" names whom one meets, not what one would be.
    titles = [p for p in pieces if p.after not in WITH]
    company = _tagged(tags) or find(Context(said, pieces, tuple(everyone), me, names.own_domains(account)))
    if not verdict.interview:
        return EventReading(interview=False, company=company.name, declined=declined, why=tuple(verdict.why))
    why = list(verdict.why)
    if company.name:
        why.append(f"the company is {company.name}: {company.why}")
    return EventReading(
        interview=True,
        company=company.name,
        certain_company=bool(company.name) and company.certain,
        job=jobs.find(said, [p.raw for p in titles] + [p.text for p in titles]),
        people=people.on_the_other_side(everyone, said, me, company.name),
        declined=declined,
        why=tuple(why),
    )


def _tagged(tags: Mapping[str, Tag]) -> Company | None:
    """The company that the user wrote, None for none."""
    tag = tags.get("company")
    name = " ".join(tag.value.split())[:80] if tag else ""
    return Company(name, certain=True, why=f'you wrote "{tag.words[:80]}"') if tag and name else None


def _judge(said: Told, tags: Mapping[str, Tag], side: Side, everyone: list[Person], me: people.Me) -> _Verdict:
    for name in _ABOUT_A_JOB:
        if name in tags:
            return _Verdict(True, [f'you wrote "{tags[name].words[:80]}"'])
    if side.candidate is False:
        return _Verdict(False, [side.why])
    weighing = weigh(said, everyone, side.outside, me)
    # A name in a title alone is any meeting's: "Jane / Noa chat".
    if side.candidate and (side.by_line or weighing.points > weighing.weak):
        weighing.add(2, side.why)
    if "company" in tags:
        weighing.add(2, f'you wrote "{tags["company"].words[:80]}"')
    if weighing.points > 0 and (never := ruled_out(said, weighing, side.outside)):
        return _Verdict(False, [never])
    if side.colleagues and not side.candidate:
        weighing.add(-4, "only colleagues of yours take part")
    if weighing.points >= ENOUGH:
        return _Verdict(True, weighing.why)
    unsaid = "that makes no job interview" if weighing.why else "nothing says that it is an interview"
    return _Verdict(False, [*weighing.why, unsaid], may_be=weighing.points > 0)
