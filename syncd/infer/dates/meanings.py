"""What a phrase about a date means: the last day it can be, counted from the day on which it was said.

Pure calendar arithmetic, no words: the phrases are data (``phrases/dates_*.toml``), and each names one of
``MEANINGS``. Weeks run from Monday to Sunday (ISO 8601). Business days are Monday to Friday.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from dateutil.easter import easter
from dateutil.relativedelta import relativedelta

FRIDAY = 5
SOME_HOURS = 12
FAR = timedelta(days=200)
"""A day without a year that would come round only after this long is taken for the one just past."""


@dataclass(frozen=True, slots=True)
class Spoken:
    """A phrase in its place: when it was ``said``, the numbers in it (``parts``), and those of its data (``given``).

    ``before`` is the last day that was named before it, ``since`` the first day of that (of a week: its Monday).
    ``month_first`` is how an ambiguous numeric date is read in this language.
    """

    said: date
    before: date | None = None
    since: date | None = None
    parts: Mapping[str, str] = field(default_factory=dict)
    given: Mapping[str, int] = field(default_factory=dict)
    month_first: bool = False

    def number(self, name: str, default: int = 0) -> int:
        """The number called *name*: the text's, else the data's."""
        return int(self.parts[name]) if name in self.parts else self.given.get(name, default)

    def has(self, name: str) -> bool:
        """Whether the text itself named it."""
        return name in self.parts


def last_day_of(means: str, spoken: Spoken) -> date | None:
    """The day that *means* names, never before the day it was said; None where there is no such day."""
    try:
        day = MEANINGS[means](spoken)
    except (ValueError, OverflowError):
        return None
    return day if day is not None and day >= spoken.said else None


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _in_week(monday: date, weekday: int) -> date:
    return monday + timedelta(days=weekday - 1)


def _coming(day: date, weekday: int) -> date:
    """The first such weekday on or after *day*."""
    return day + timedelta(days=(weekday - 1 - day.weekday()) % 7)


def _month_end(year: int, month: int) -> date:
    return date(year, month, monthrange(year, month)[1])


def _with_year(spoken: Spoken, month: int, day: int, year: int) -> date | None:
    """The date; without a year (0), the next such day, unless that is so far off that the last one was meant."""
    if year:
        return date(year + 2000 if year < 100 else year, month, day)
    for candidate in (spoken.said.year, spoken.said.year + 1):
        try:
            found = date(candidate, month, day)
        except ValueError:
            continue
        if found >= spoken.said:
            return found if found - spoken.said <= FAR else None
    return None


def _date(spoken: Spoken) -> date | None:
    if spoken.has("numeric"):
        return _numeric(spoken, spoken.parts["numeric"])
    return _with_year(spoken, spoken.number("month"), spoken.number("day"), spoken.number("year"))


def _numeric(spoken: Spoken, text: str) -> date | None:
    """``Y-a-b`` in the order of the language, or the only one that there is; ``Y-m-d-iso`` in that order.

    With dots (``Y-d-m-dots``) the day stands first in every language.

    In English 3/4 is the 4th of March or the 3rd of April, and nothing but the time tells which: the nearest ahead is
    taken.
    """
    year, first, second = (int(part) for part in text.split("-")[:3])
    if text.endswith("iso"):
        return date(year, first, second)
    months_first = spoken.month_first and not text.endswith("dots")
    readings = [(first, second), (second, first)] if months_first else [(second, first)]
    found = []
    for month, day in readings:
        try:
            candidate = _with_year(spoken, month, day, year)
        except ValueError:
            continue
        if candidate is not None and candidate >= spoken.said:
            found.append(candidate)
    return min(found, default=None)


def _day(spoken: Spoken) -> date | None:
    """A day of the month: the next one there is. A plain number behind a weekday is one only where the two agree."""
    wanted = spoken.number("nth") or spoken.number("day")
    for months in range(3):
        start = spoken.said.replace(day=1) + relativedelta(months=months)
        if wanted <= monthrange(start.year, start.month)[1]:
            found = start.replace(day=wanted)
            if found >= spoken.said:
                break
    else:
        return None
    if spoken.has("weekday") and not spoken.has("nth") and found.isoweekday() != spoken.number("weekday"):
        return _weekday(spoken)
    return found


def _weekday(spoken: Spoken) -> date:
    return _coming(spoken.said, spoken.number("weekday")) + timedelta(days=spoken.number("n"))


def _weekday_next(spoken: Spoken) -> date:
    """Next Friday is that of the week after this one; whoever means the nearest says "this"."""
    return _in_week(_monday(spoken.said) + timedelta(weeks=1), spoken.number("weekday"))


def _weekday_weeks(spoken: Spoken) -> date:
    return _in_week(_monday(spoken.said) + timedelta(weeks=spoken.number("n")), spoken.number("weekday"))


def _weekday_later(spoken: Spoken) -> date:
    return _coming(spoken.said + timedelta(days=1), spoken.number("weekday"))


def _weekday_after(spoken: Spoken) -> date:
    """With n = 1 strictly after the day named before, within the week where a week was named; else the coming one."""
    start = spoken.since or spoken.said
    if spoken.since and spoken.since == spoken.before:
        start += timedelta(days=spoken.number("n"))
    return _coming(start, spoken.number("weekday"))


def _days(spoken: Spoken) -> date:
    return spoken.said + timedelta(days=spoken.number("n"))


def _days_after(spoken: Spoken) -> date:
    return (spoken.before or spoken.said) + timedelta(days=spoken.number("n"))


def _hours(spoken: Spoken) -> date | None:
    """Few hours are how long something takes."""
    if spoken.number("n") < SOME_HOURS:
        return None
    return spoken.said + timedelta(days=-(-spoken.number("n") // 24))


def _weeks(spoken: Spoken) -> date:
    return spoken.said + timedelta(weeks=spoken.number("n"))


def _months(spoken: Spoken) -> date:
    return spoken.said + relativedelta(months=spoken.number("n"))


def _weeks_after(spoken: Spoken) -> date:
    return (spoken.before or spoken.said) + timedelta(weeks=spoken.number("n"))


def _workdays(spoken: Spoken) -> date:
    return _business_days_on(spoken.said, spoken.number("n"))


def _workdays_after(spoken: Spoken) -> date:
    return _business_days_on(spoken.before or spoken.said, spoken.number("n"))


def _business_days_on(day: date, count: int) -> date:
    weeks, left = divmod(count, 5)
    if day.isoweekday() > FRIDAY:
        day = _in_week(_monday(day), FRIDAY)
    day += timedelta(weeks=weeks)
    while left:
        day += timedelta(days=1)
        left -= day.isoweekday() <= FRIDAY
    return day


def _week(spoken: Spoken) -> date:
    """This week's end, said when it is over (at the weekend), is the next one's."""
    monday, weeks, day = _monday(spoken.said), spoken.number("n"), spoken.number("day", FRIDAY)
    found = _in_week(monday + timedelta(weeks=weeks), day)
    return found if found >= spoken.said else found + timedelta(weeks=1)


def _week_after(spoken: Spoken) -> date:
    monday = _monday(spoken.before or spoken.said)
    return _in_week(monday + timedelta(weeks=spoken.number("n")), spoken.number("day", FRIDAY))


def _week_of(spoken: Spoken) -> date | None:
    """The ``given`` day counts in the week; the date, which may just have gone by, is the text's."""
    start = spoken.said - timedelta(days=6)
    text = replace(spoken, said=start, given={})
    found = _date(text) if text.has("month") or text.has("numeric") else _day(text)
    return found and _in_week(_monday(found), spoken.given.get("day", FRIDAY))


def _week_number(spoken: Spoken) -> date:
    """ISO 8601 week n, this year's or, once that is over, the next one's."""
    year, week = spoken.said.isocalendar().year, spoken.number("n") or spoken.number("nth")
    day = spoken.given.get("day", FRIDAY)
    found = date.fromisocalendar(year, week, day)
    return found if found >= spoken.said else date.fromisocalendar(year + 1, week, day)


def _in_month(start: date, day: int) -> date:
    return start.replace(day=min(day or 31, monthrange(start.year, start.month)[1]))


def _month(spoken: Spoken) -> date:
    """A named month is the next one that is not over; its ``day`` given, or its last."""
    day = spoken.given.get("day", 0)
    if not spoken.number("month"):
        return _in_month(spoken.said.replace(day=1) + relativedelta(months=spoken.number("n")), day)
    return _named_month(spoken, day)


def _named_month(spoken: Spoken, day: int) -> date:
    month = spoken.number("month")
    if spoken.has("year"):
        return _in_month(date(spoken.number("year"), month, 1), day)
    found = _in_month(date(spoken.said.year, month, 1), day)
    return found if found >= spoken.said else _in_month(date(spoken.said.year + 1, month, 1), day)


def _month_week(spoken: Spoken) -> date:
    """The Friday of the week in which the month begins (of its ``day``), and as many weeks on as the text counts.

    Where the month begins at the weekend, that Friday lies before it: its first week is then taken for the one after.
    """
    off = timedelta(weeks=int(spoken.parts.get("day", "1")) - 1)
    day = spoken.given.get("day", 1)
    start = _month(replace(spoken, said=spoken.said - off - timedelta(days=6), given={**spoken.given, "day": day}))
    friday = _in_week(_monday(start), FRIDAY)
    return (friday if friday >= start.replace(day=1) else friday + timedelta(weeks=1)) + off


def _quarter(spoken: Spoken) -> date:
    """The last day of the quarter n quarters from now, or of the one called ``quarter``."""
    said = spoken.said
    if wanted := spoken.given.get("quarter", 0):
        end = _month_end(said.year, wanted * 3)
        return end if end >= said else _month_end(said.year + 1, wanted * 3)
    end = date(said.year, (said.month - 1) // 3 * 3 + 3, 1) + relativedelta(months=3 * spoken.number("n"))
    return _month_end(end.year, end.month)


def _year(spoken: Spoken) -> date:
    return date(spoken.said.year + spoken.number("n"), 12, 31)


def _fixed(spoken: Spoken) -> date:
    """Day n of a month that the data name."""
    found = date(spoken.said.year, spoken.given["month"], spoken.given["n"])
    return found if found >= spoken.said else found.replace(year=found.year + 1)


def _easter(spoken: Spoken) -> date:
    """Western Easter Sunday and n days (dateutil has the computus)."""
    off = timedelta(days=spoken.given.get("n", 0))
    found = easter(spoken.said.year) + off
    return found if found >= spoken.said else easter(spoken.said.year + 1) + off


def _nothing(spoken: Spoken) -> None:  # noqa: ARG001 - one shape for all meanings
    return None


WEEKS = frozenset({"week", "week_of", "week_number", "week_after"})
"""The meanings that name a week, so that "the Wednesday" behind them lies in it."""

MEANINGS: Mapping[str, Callable[[Spoken], date | None]] = {
    "nothing": _nothing,
    "date": _date,
    "day": _day,
    "weekday": _weekday,
    "weekday_next": _weekday_next,
    "weekday_weeks": _weekday_weeks,
    "weekday_later": _weekday_later,
    "weekday_after": _weekday_after,
    "days": _days,
    "days_after": _days_after,
    "hours": _hours,
    "weeks": _weeks,
    "weeks_after": _weeks_after,
    "months": _months,
    "workdays": _workdays,
    "workdays_after": _workdays_after,
    "week": _week,
    "week_after": _week_after,
    "week_of": _week_of,
    "week_number": _week_number,
    "month": _month,
    "month_week": _month_week,
    "quarter": _quarter,
    "year": _year,
    "fixed": _fixed,
    "easter": _easter,
}
