"""What a reminder says: a title, and a text of why, what the article advises, who was there, what is known, and links.

Pure. Names and subjects come from mail and invitations and are untrusted: one line, no control characters, limited.
Nothing here depends on the moment, so that a reminder is rewritten only when what is known changes. The tone helps
and never scolds.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from datetime import date
from urllib.parse import quote

from syncd.model import Opportunity, Person, Rule, Touchpoint
from syncd.plan.answering import Letter, letter, writer
from syncd.plan.business import BusinessCalendar
from syncd.plan.lifecycle import Course
from syncd.plan.rules import Due
from syncd.plan.schedule import Place

TITLE_LIMIT = 120
LINE_LIMIT = 300
TEXT_LIMIT = 6000
"""Of a whole body, well below what calendars keep (Google about 8,000): one that was cut would look like an edit."""
# No date stands in our own words: read back by a program that rewraps lines, it would look like a note of the person.
FOOTER = "Kept by syncd. Your own notes are welcome below; a line like next: DATE tells it when you should hear."

ADVICE = {
    Rule.ASK_NEXT_STEPS: "Before you leave, ask what the next steps are and by when you will hear. "
    "If they name a date, write it into the interview or below, as a line like next: DATE.",
    Rule.THANK_YOU: "Send a short note today: thank them, name one thing you talked about, "
    "and say again how you can bring value.",
    Rule.FOLLOW_UP_PROMISED: "The date that they named has passed. Ask kindly where things stand, "
    "and say that you are still interested.",
    Rule.FOLLOW_UP: "Write with a purpose, not only to check in: bring something that is of use to them.",
    Rule.REJECTION_REPLY: "Thank them for letting you know, wish them well, and ask what you could do better "
    "next time. "
    "People remember a gracious answer.",
    Rule.MOVE_ON: "It is all right to let this one rest and give your time to the next. "
    "Should they write after all, syncd takes it up again.",
}


THREADS = "https://mail.google.com/mail/u/"
"""Where the pages of Gmail's threads lie: a link elsewhere is the person's own."""


def clean(text: str, limit: int = LINE_LIMIT) -> str:
    """*text* as one harmless line: no control, format or line-separating characters, at most *limit* characters."""
    plain = "".join(
        " " if unicodedata.category(c) in {"Cc", "Cf", "Zl", "Zp", "Cs", "Co"} else c for c in text[: 8 * limit]
    )
    line = " ".join(plain.replace("<", "‹").replace(">", "›").split())
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


def title(due: Due, opportunity: Opportunity, *, discreet: bool) -> str:
    """What stands in the calendar's grid."""
    company = clean(opportunity.company, 60)
    who = due.rest or thanked_people(due)
    thanks = f"Thank {names(who, 2)} ({company})" if who else f"Send a thank-you note to {company}"
    titles = {
        Rule.ASK_NEXT_STEPS: ("Ask about the next steps", f"Ask {company} about the next steps"),
        Rule.THANK_YOU: ("Send a thank-you note", thanks),
        Rule.FOLLOW_UP_PROMISED: (
            "Follow up on the date they named",
            f"Follow up with {company}: the date they named has passed",
        ),
        Rule.FOLLOW_UP: ("Follow up", f"Follow up with {company}"),
        Rule.REJECTION_REPLY: (
            "Write a gracious answer",
            f"Write {company} a gracious answer and ask for feedback",
        ),
        Rule.MOVE_ON: ("Time to move on", f"Time to move on from {company}"),
    }
    plain, told = titles[due.rule]
    return clean(plain if discreet else told, TITLE_LIMIT)


def late_title(text: str, due: Due, place: Place, calendar: BusinessCalendar) -> str:
    """The title with how late it is, where it was rolled: since the rule's day, or the one that the person chose."""
    if not place.rolled:
        return text
    days = calendar.between(place.chosen or due.due.date(), calendar.day(place.start))
    return f"{text} ({days} working {'day' if days == 1 else 'days'} late)" if days else text


def names(people: Iterable[Person], limit: int) -> str:
    """The first *limit* people, and how many more."""
    told = [clean(str(p), 40) for p in people]
    if len(told) <= limit:
        return " and ".join(told) if len(told) < 3 else ", ".join(told[:-1]) + " and " + told[-1]
    return ", ".join(told[:limit]) + f" and {len(told) - limit} more"


def thanked_people(due: Due) -> tuple[Person, ...]:
    """Everybody of the interview day, once each, in the order of the invitations."""
    return _unique(p for slot in (due.day.slots if due.day else ()) for p in slot.reading.people)


def text(due: Due, opportunity: Opportunity, course: Course, calendar: BusinessCalendar, *, gmail: str = "") -> str:
    """The body. *gmail* is the address whose Gmail compose page is offered next to ``mailto:``, empty for none."""
    lines = [f"Why: {clean(_why(due, calendar))}.", "", ADVICE[due.rule]]
    people = thanked_people(due) or opportunity.people
    written = letter(due, opportunity, due.rest or people)
    facts = list(_facts(due, opportunity, course, calendar, people))
    if written.answers is not None:
        facts += _mail_of_theirs(written.answers, calendar)
    if facts:
        lines += ["", *facts]
    if due.rule is Rule.FOLLOW_UP:
        lines += ["", "Ideas with a purpose:", *_ideas(opportunity)]
    links = list(_links(due, opportunity, written, gmail))
    if links:
        lines += ["", *links]
    return "\n".join([*_within(lines, TEXT_LIMIT), "", FOOTER])


def _within(lines: list[str], limit: int) -> list[str]:
    """The first of *lines* that have room: invitations may bring any number of long addresses."""
    length, kept = 0, []
    for line in lines:
        length += len(line) + 1
        if length > limit:
            break
        kept.append(line)
    return kept


def _why(due: Due, calendar: BusinessCalendar) -> str:
    if due.promise is not None:
        on, by = calendar.day(due.promise.said), due.promise.by
        # A day that had gone by when it was noted was named before.
        said = f"{f'on {day_text(on)} ' if on <= by else ''}they said that you would hear by {day_text(by)}"
        return f"{said} ({due.promise.why[0]})" if due.promise.why else said
    if due.rule is Rule.REJECTION_REPLY and due.rejection is not None:
        return f"they wrote on {day_text(calendar.day(due.rejection.at))} that it will not be this time"
    return due.why


def day_text(day: date) -> str:
    """A date as people write it: Mon 30 Nov 2026."""
    return f"{day:%a} {day.day} {day:%b %Y}"


def _facts(
    due: Due, opportunity: Opportunity, course: Course, calendar: BusinessCalendar, people: tuple[Person, ...]
) -> Iterable[str]:
    days = [due.day] if due.day else course.days[-1:]
    for day in days:
        for slot in day.slots:
            when = day_text(calendar.day(slot.event.start))
            clock = "" if slot.event.all_day else f", {calendar.local(slot.event.start):%H:%M}"
            yield f"Interview: {clean(slot.event.title, 100)}, {when}{clock}"
    if people:
        yield "With: " + ", ".join(
            clean(f"{p.name} <{p.email}>".strip() if p.name and p.email else str(p), 80)
            .replace("‹", "(")
            .replace("›", ")")
            for p in people[:12]
        )
    if due.rest:
        left = {p.email or p.name for p in due.rest}
        yield f"Thanked already: {names((p for p in people if (p.email or p.name) not in left), 12)}"
        yield f"Still to thank: {names(due.rest, 12)}"
    if opportunity.job:
        yield f"Job: {clean(opportunity.job, 100)}"
    if course.promise is not None and due.promise is None and course.promise_open:
        yield f"Date they named: {day_text(course.promise.by)}"
    sent = {kind: [t for t in course.past if t.kind == kind] for kind in ("thank_you", "follow_up")}
    if sent["thank_you"]:
        yield f"Thanked on {day_text(calendar.day(sent['thank_you'][-1].at))}"
    if sent["follow_up"]:
        last = sent["follow_up"][-1]
        kind = {True: ", with a purpose", False: ", only checking in", None: ""}[last.purposeful]
        yield f"Last followed up on {day_text(calendar.day(last.at))}{kind}"
    if due.rule is Rule.MOVE_ON:
        missing = [
            word for kind, word in (("thank_you", "thank-you note"), ("follow_up", "follow-up")) if not sent[kind]
        ]
        if missing:
            yield f"There was no {' and no '.join(missing)} this time: a habit worth having for the next one."


def _ideas(opportunity: Opportunity) -> list[str]:
    company = clean(opportunity.company, 60)
    topic = clean(opportunity.job, 60) or "the work you talked about"
    return [
        f"- an article or some news that matters to {company}, with a line on why you thought of them",
        f"- an answer or an idea on something they asked about {topic}",
        "- something new of yours: work you finished, a certificate, a reference",
    ]


def _mail_of_theirs(word: Touchpoint, calendar: BusinessCalendar) -> Iterable[str]:
    """The mail that is to be answered, for those whose calendar can't link to it."""
    sender = writer(word) or next(iter(word.people), None)
    told = (str(sender) if sender else "", day_text(calendar.day(word.at)), f'"{word.subject}"' if word.subject else "")
    yield f"They wrote: {clean(', '.join(part for part in told if part), 200)}"


def _links(due: Due, opportunity: Opportunity, written: Letter, gmail: str) -> Iterable[str]:
    if written.to:
        subject = clean(written.subject, 120)
        to = ",".join(quote(a, safe="@") for a in written.to)
        yield f"Write: mailto:{to}?subject={quote(subject, safe='')}"
        if gmail:
            yield (f"In Gmail: {THREADS}{quote(gmail, safe='@')}/?view=cm&fs=1&to={to}&su={quote(subject, safe='')}")
    if page := thread_link(due, opportunity, gmail):
        yield f"Their mail: {page}"
    for slot in due.day.slots if due.day else ():
        if slot.event.url.startswith("https://") and len(slot.event.url) <= LINE_LIMIT:
            yield f"Interview: {clean(slot.event.url)}"


def thread_link(due: Due, opportunity: Opportunity, gmail: str) -> str:
    """The page in Gmail, for the account *gmail*, of the mail to be answered, else of the latest thread with them.

    Empty where there is none.
    """
    answered = due.rejection.thread if due.rejection is not None else ""
    thread = answered or next((t.thread for t in reversed(opportunity.touchpoints) if t.thread), "")
    if not gmail or not thread.isalnum():
        return ""
    return f"{THREADS}{quote(gmail, safe='@')}/#all/{thread}"


def _unique(people: Iterable[Person]) -> tuple[Person, ...]:
    return tuple({(p.email or p.name): p for p in people}.values())


def touchpoint_line(t: Touchpoint, calendar: BusinessCalendar) -> str:
    """A touchpoint in one line, for explanations."""
    return clean(f"{day_text(calendar.day(t.at))}: {t.kind.replace('_', ' ')}" + (f" ({t.why[0]})" if t.why else ""))
