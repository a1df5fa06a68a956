"""What a calendar entry means: an interview with the user as the candidate or not; where, for which job, with whom.

Pure and total: an entry and an account always give the same reading, and nothing that stands in an invitation raises.
Tags of the user ("#interview", "#company Acme") stand over anything inferred (design, section 2).
"""

from __future__ import annotations

from collections.abc import Mapping

from syncd.infer.events import jobs, people, thanked, told
from syncd.infer.events.companies import find
from syncd.infer.events.context import Company, about
from syncd.infer.events.pieces import WITH
from syncd.infer.events.verdict import judge
from syncd.infer.notes import Tag, read_tags
from syncd.model import Account, Event, EventReading


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
    context = about(event, account, said, everyone, me)
    verdict = judge(event, account, tags, context)
    if not verdict.interview and not verdict.may_be:
        return EventReading(interview=False, declined=declined, why=tuple(verdict.why))
    # "with the principal" names whom one meets, not what one would be.
    titles = [p for p in context.pieces if p.after not in WITH]
    company = _tagged(tags) or find(context)
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
        people=thanked.on_the_other_side(everyone, said, me, company.name),
        declined=declined,
        why=tuple(why),
    )


def _tagged(tags: Mapping[str, Tag]) -> Company | None:
    """The company that the user wrote, None for none."""
    tag = tags.get("company")
    name = " ".join(tag.value.split())[:80] if tag else ""
    return Company(name, certain=True, why=f'you wrote "{tag.words[:80]}"') if tag and name else None
