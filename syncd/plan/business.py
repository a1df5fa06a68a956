"""The business calendar: working hours, business days, public holidays and days away, in the user's zone.

Pure: a value made from the user's settings; wall-clock times stay wall-clock times through DST.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import TYPE_CHECKING

from syncd.settings import User

if TYPE_CHECKING:
    from holidays import HolidayBase

HALF_HOUR = timedelta(minutes=30)
_DAY = timedelta(days=1)


@cache
def _holidays(country: str, subdivision: str) -> HolidayBase | None:
    if not country:
        return None
    from syncd import public_holidays  # only a user with a country pays for what it imports

    return public_holidays.of_country(country, subdivision)


@dataclass(frozen=True, slots=True)
class BusinessCalendar:
    """When the user works."""

    user: User

    def is_business_day(self, day: date) -> bool:
        """Monday to Friday, and no public holiday of the user's country (and subdivision)."""
        if day.weekday() >= 5:
            return False
        public = _holidays(self.user.country, self.user.subdivision)
        return public is None or day not in public

    def is_working_day(self, day: date) -> bool:
        """A business day on which the user isn't away."""
        return not self.is_away(day) and self.is_business_day(day)

    def is_away(self, day: date) -> bool:
        """Whether the user said (``syncd pause``) that they are away on *day*."""
        return any(first <= day < until for first, until in self.user.away)

    def away_until(self, day: date) -> date | None:
        """The day on which a user who is away on *day* is back; None where they aren't away."""
        back = day
        while self.is_away(back):
            back = max(until for first, until in self.user.away if first <= back < until)
        return back if back > day else None

    def on_or_after(self, day: date) -> date:
        """*day* itself, or the next working day where it is none."""
        while not self.is_working_day(day):
            day += _DAY
        return day

    def after(self, day: date, count: int = 1) -> date:
        """The *count*-th business day after *day*, or the first working day from there on."""
        return self.on_or_after(self.counted(day, count))

    def counted(self, day: date, count: int) -> date:
        """The *count*-th business day after *day*, as if nobody were away.

        A pause moves what is due in it to its end, and no farther.
        """
        for _ in range(count):
            day += _DAY
            while not self.is_business_day(day):
                day += _DAY
        return day

    def between(self, first: date, last: date) -> int:
        """How many working days lie in (*first*, *last*]."""
        return sum(self.is_working_day(first + n * _DAY) for n in range(1, (last - first).days + 1))

    def local(self, moment: datetime) -> datetime:
        """*moment* on the user's wall clock."""
        return moment.astimezone(self.user.zone)

    def day(self, moment: datetime) -> date:
        """The user's local date at *moment*."""
        return self.local(moment).date()

    def at(self, day: date, clock: time) -> datetime:
        """The moment at which the user's clock shows *clock* on *day*; one that DST skips is the moment it becomes."""
        naive = datetime.combine(day, clock, tzinfo=self.user.zone)
        return naive.astimezone(UTC).astimezone(self.user.zone)

    def later(self, moment: datetime, length: timedelta) -> datetime:
        """*moment* and *length* of real time (of either sign), on the user's clock: also across a change of clocks."""
        return self.local(moment.astimezone(UTC) + length)

    def opens(self, day: date) -> datetime:
        """When the working hours of *day* begin (also for a day off)."""
        return self.at(day, self.user.hours.start)

    def closes(self, day: date) -> datetime:
        """When the working hours of *day* end; the end itself is still inside."""
        return self.at(day, self.user.hours.end)

    def follow_up_time(self, day: date) -> datetime:
        """F of the design: half an hour into the working hours of *day*, or their end where they are shorter."""
        start = datetime.combine(day, self.user.hours.start) + HALF_HOUR
        return self.at(day, min(start.time(), self.user.hours.end))

    def over_at(self, start: datetime) -> datetime:
        """When the working day of something at *start* is over.

        Its closing time, or *start* itself if that is later.
        """
        return max(start, self.closes(self.day(start)))

    def free_half_hour(self, now: datetime, taken: frozenset[datetime]) -> datetime:
        """The next half hour of working hours that isn't *taken*.

        Today's if some are left, else from F of the next working day.
        """
        today = self.day(now)
        if self.is_working_day(today):
            found = self._free(today, max(_half_hour_up(self.local(now)), self.opens(today)), taken)
            if found is not None:
                return found
        day = self.after(today)
        while (found := self._free(day, self.follow_up_time(day), taken)) is None:
            day = self.after(day)
        return found

    def _free(self, day: date, slot: datetime, taken: frozenset[datetime]) -> datetime | None:
        # Working hours shorter than an hour hold one place, F.
        latest = max(self.closes(day) - HALF_HOUR, self.follow_up_time(day))
        while slot <= latest:
            if slot not in taken:
                return slot
            slot = self.later(slot, HALF_HOUR)
        return None


def _half_hour_up(moment: datetime) -> datetime:
    floor = moment.replace(minute=moment.minute // 30 * 30, second=0, microsecond=0)
    return floor if floor == moment else (floor.astimezone(UTC) + HALF_HOUR).astimezone(moment.tzinfo)
