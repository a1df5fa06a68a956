"""Draws docs/calendar.svg: four weeks of the demo's calendar, as its files hold them: `python docs/picture.py`."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from html import escape
from pathlib import Path
from typing import NamedTuple

import icalendar

from syncd.demo import play, story
from syncd.demo.stage import Stage

MONDAY = date(2026, 3, 9)
WEEKS = 4
SEEN = datetime(2026, 3, 19, 11, 30)  # noqa: DTZ001 - the wall clock of the demo's person
"""When the calendar is looked at: a rejection has just come."""
WIDTH, COLUMN, HEAD, LINE = 1000, 200, 24, 15
INTERVIEW, DONE, OPEN = ("#e8eaed", "#3c4043"), ("#e6f4ea", "#5f7a66"), ("#1a73e8", "#ffffff")


class Item(NamedTuple):
    at: datetime
    title: str
    colours: tuple[str, str]

    @property
    def lines(self) -> list[str]:
        return textwrap.wrap(f"{self.at:%H:%M} {self.title}", 27)[:3]


def main() -> None:
    Path(__file__).with_name("calendar.svg").write_text(drawn(), "utf-8")


def drawn() -> str:
    """The picture."""
    search = story.load()
    stage = Stage(search, None)
    for beat in play.play(search, stage):
        if beat.at.replace(tzinfo=None) >= SEEN:
            break
    zone = search.moments[0].at.tzinfo
    files = sorted((stage.root / "calendar").glob("*.ics"))
    interviews = [item for path in files for item in _items(path, zone, ours=False)]
    reminders = list(_items(stage.reminders, zone, ours=True))
    return "\n".join(_svg(sorted(interviews + reminders))) + "\n"


def _items(path: Path, zone: object, *, ours: bool) -> Iterator[Item]:
    for event in icalendar.Calendar.from_ical(path.read_bytes()).walk("VEVENT"):
        start, title = event["DTSTART"].dt, str(event["SUMMARY"])
        if isinstance(start, datetime):
            colours = (DONE if title.startswith("✓") else OPEN) if ours else INTERVIEW
            yield Item(start.astimezone(zone).replace(tzinfo=None), title, colours)  # type: ignore[arg-type]


def _svg(items: list[Item]) -> Iterator[str]:
    body: list[str] = []
    top = 0
    for week in range(WEEKS):
        days = [MONDAY + timedelta(weeks=week, days=n) for n in range(5)]
        height = HEAD + 8
        for column, day in enumerate(days):
            at = top + HEAD
            x = column * COLUMN
            body.append(f'<text x="{x + 8}" y="{top + 16}" fill="#70757a">{day:%a} {day.day} {day:%b}</text>')
            for item in (item for item in items if item.at.date() == day):
                tall = LINE * len(item.lines) + 8
                back, ink = item.colours
                body.append(f'<rect x="{x + 4}" y="{at}" width="{COLUMN - 8}" height="{tall}" rx="4" fill="{back}"/>')
                for n, line in enumerate(item.lines):
                    body.append(f'<text x="{x + 10}" y="{at + 15 + LINE * n}" fill="{ink}">{escape(line)}</text>')
                at += tall + 4
            height = max(height, at - top + 8)
        for column in range(1, 5):
            x = column * COLUMN
            body.append(f'<path d="M{x} {top}V{top + height}" stroke="#dadce0"/>')
        top += height
        body.append(f'<path d="M0 {top}H{WIDTH}" stroke="#dadce0"/>')
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {top}" '
        'font-family="system-ui, sans-serif" font-size="12">'
    )
    yield "<title>A calendar with interviews (grey), reminders that are due (blue), and done ones (green)</title>"
    yield f'<rect width="{WIDTH}" height="{top}" fill="#ffffff"/>'
    yield from body
    yield "</svg>"


if __name__ == "__main__":
    main()
