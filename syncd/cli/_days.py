"""Days as people type them on the command line: ``2026-03-20``, ``5 Jan``, ``next Monday``."""

from __future__ import annotations

from datetime import date


def day_said(text: str, today: date, since: date | None = None) -> date:
    """The day that *text* names, as in a note on a reminder, counted from *today*.

    A day of the calendar may have gone by since *since*. Raises ``BadUsage``.
    """
    from syncd.errors import BadUsage
    from syncd.infer.notes import read_note

    try:
        return date.fromisoformat(text)
    except ValueError:
        read = read_note(f"next: {text}", today, since)
    if read is None:
        raise BadUsage(f'"{text}" is no date; write it as 2026-03-20, or: next Friday') from None
    return read.by
