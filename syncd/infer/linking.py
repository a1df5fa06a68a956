"""Which opportunity a message belongs to: by thread, address, domain, names of people, company and job.

Pure and deterministic. Each sign has a weight; the likeliest opportunity takes the message and says by what. A
message that fits two equally goes to the one that was last in touch, and says that too.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from syncd.infer.grouping import Group
from syncd.infer.names import company_key, is_public_host, registrable
from syncd.interest import as_label, fold
from syncd.model import Message

THREAD, ADDRESS, DOMAIN, NAME, COMPANY_ABOVE, COMPANY_BELOW, JOB_ABOVE, JOB_BELOW = 60, 50, 35, 25, 35, 20, 20, 8
ENOUGH = 20
"""One sign of at least a company's name in the text; a job's title alone is none."""
LONG_BEFORE = timedelta(days=120)
_NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(slots=True)
class _Place:
    """What a group is known by while messages come in."""

    group: Group
    company: str
    job: str
    messages: set[str] = field(default_factory=set)
    threads: set[str] = field(default_factory=set)
    last: datetime = _NEVER


def link(groups: list[Group], messages: Iterable[Message]) -> dict[str, tuple[int, str]]:
    """Map message ids to (index of the group, why); messages that belong to none are left out.

    Two passes, since a thread may be known only by a later message of it.
    """
    places = [_Place(g, company_key(g.company), fold(g.job)) for g in groups]
    linked: dict[str, tuple[int, str]] = {}
    pending = sorted(messages, key=lambda m: (m.date, m.id))
    for _ in range(2):
        left = []
        for message in pending:
            found = _best(places, message)
            if found is None:
                left.append(message)
                continue
            linked[message.id] = found
            _take(places[found[0]], message)
        pending = left
    return linked


def _take(place: _Place, message: Message) -> None:
    place.messages.add(message.id)
    place.messages.update(message.references)
    if message.thread:
        place.threads.add(message.thread)
    place.last = max(place.last, message.date)
    for person in message.counterparts:
        # Whoever answers in the thread is one of them from now on; a whole domain isn't learned from one mail.
        if person.email:
            place.group.addresses.add(person.email)


def _best(places: list[_Place], message: Message) -> tuple[int, str] | None:
    above, below = _told(message)
    scored = []
    for index, place in enumerate(places):
        signs = _signs(place, message, above, below)
        score = sum(weight for weight, _ in signs)
        if score >= ENOUGH and not _too_early(place, message):
            scored.append((score, _nearness(place, message), -index, index, signs))
    if not scored:
        return None
    best = max(scored, key=lambda s: s[:3])
    why = ", ".join(reason for _, reason in best[4])
    rivals = [s for s in scored if s[3] != best[3] and s[0] == best[0]]
    if rivals:
        other = places[rivals[0][3]].group
        why += f"; it also fits {_called(other)}, which was less recently in touch"
    return best[3], why


def _called(group: Group) -> str:
    return f"{group.company or 'another opportunity'}{f' ({group.job})' if group.job else ''}"


def _signs(place: _Place, message: Message, above: str, below: str) -> list[tuple[int, str]]:
    group, signs = place.group, []
    if not place.messages.isdisjoint((message.id, *message.references)) or (
        message.thread and message.thread in place.threads
    ):
        signs.append((THREAD, "it is in their thread"))
    people = [p for p in message.counterparts if p.email or p.name]
    shared = next((p for p in people if p.email and p.email in group.addresses), None)
    domain = next((p for p in people if p.email and _of_theirs(p.email, place)), None)
    if shared is not None:
        signs.append((ADDRESS, f"{shared.email} is one of them"))
    elif domain is not None:
        signs.append((DOMAIN, f"{domain.email} is of their domain"))
    named = next((p for p in people if p.name and fold(p.name) in group.names), None)
    if named is not None and shared is None:
        signs.append((NAME, f"{named.name} is one of them"))
    if len(place.company) >= 3:
        if _says(above, place.company):
            signs.append((COMPANY_ABOVE, f"it names {group.company}"))
        elif group.certain and _says(below, place.company):
            signs.append((COMPANY_BELOW, f"its text names {group.company}"))
    if place.job:
        if _says(above, place.job):
            signs.append((JOB_ABOVE, f"it names the job, {group.job}"))
        elif _says(below, place.job):
            signs.append((JOB_BELOW, f"its text names the job, {group.job}"))
    return signs


def _of_theirs(address: str, place: _Place) -> bool:
    """Whether *address* is of a domain that is known of them, or that is called as the company is."""
    domain = registrable(address)
    return domain in place.group.domains or (
        place.group.certain
        and bool(together := as_label(place.company))
        and domain.partition(".")[0].replace("-", "") == together
        and not is_public_host(domain)
    )


def _told(message: Message) -> tuple[str, str]:
    """Subject and names of the other side, and the text, folded for whole-word search."""
    above = " ".join([message.subject, *(p.name for p in message.counterparts)])
    return f" {company_fold(above)} ", f" {company_fold(message.text[:5000])} "


_AND = re.compile(r"\s*[&+]\s*")


def company_fold(text: str) -> str:
    """Fold *text* as ``company_key`` folds names, so that the two can be compared."""
    return company_key(_AND.sub(" and ", text)) if len(text) < 200 else fold(_AND.sub(" and ", text))


def _says(told: str, words: str) -> bool:
    return f" {words} " in told


def _too_early(place: _Place, message: Message) -> bool:
    """Mail from long before the first interview is of another candidacy."""
    first = min(i.event.start for i in place.group.interviews)
    return message.date < first - LONG_BEFORE


def _nearness(place: _Place, message: Message) -> float:
    """How recently they were in touch before *message*: minus the seconds since."""
    before = [i.event.start for i in place.group.interviews if i.event.start <= message.date]
    if place.last <= message.date:
        before.append(place.last)
    return -(message.date - max(before)).total_seconds() if before else float("-inf")
