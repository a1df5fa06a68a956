"""Everything of ours that stands in files, read for ``local_reminders``, and what couldn't be read."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from zoneinfo import ZoneInfo

from syncd.backends import files
from syncd.backends.files import Tree
from syncd.backends.ledger import Pairs
from syncd.backends.reminder_cursor import Cursor
from syncd.errors import TryAgain
from syncd.model import Entry


@dataclass(slots=True)
class Listing:
    """What stands, and for each file the ids in it.

    ``unread`` has for each file that couldn't be read what may be in it; ``again`` names the files that hold one a
    second time, with the file whose one counts.
    """

    entries: dict[str, Entry] = field(default_factory=dict)
    ids: dict[str, tuple[str, ...]] = field(default_factory=dict)
    unread: dict[str, frozenset[str]] = field(default_factory=dict)
    again: dict[str, str] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)


def listed(tree: Tree, known: dict[str, Pairs], old: Cursor | None, *, zone: ZoneInfo, vdir: bool) -> Listing:
    """Read the files of *tree*. *known* maps the ids in the ledger to the marks kept there.

    What may be in a file that can't be read is told by *old*, and by the name that a file of a vdir has. Raises
    ``TryAgain`` where one vanishes meanwhile.
    """
    listing, told = Listing(), old.told if old else frozenset()
    # The file under an id's own name comes first: what a sync tool left as "... (conflict).ics" is a copy.
    for name in sorted(tree.files, key=lambda name: (Path(name).stem not in known, name)):
        ids = old.ids.get(name) if old else None
        expected = frozenset(ids if ids is not None else [Path(name).stem])
        _read(name, tree.files[name], known, expected, listing, zone=zone, vdir=vdir)
    for name in sorted(listing.again.keys() - told):
        listing.warnings.append(
            f"{tree.files[name]}: its reminder stands in {listing.again[name]} too; only what you do there counts, "
            "so delete this one"
        )
    return listing


def _read(
    name: str,
    path: Path,
    known: dict[str, Pairs],
    expected: frozenset[str],
    listing: Listing,
    *,
    zone: ZoneInfo,
    vdir: bool,
) -> None:
    from syncd.formats import ical_reminder  # here: an idle pull must not load the icalendar library
    from syncd.formats.ical_lines import parse

    listing.ids[name] = tuple(sorted(expected))
    try:
        data, _ = files.read(path)
    except FileNotFoundError:
        raise TryAgain(f"{path} vanished while the reminders were read") from None
    except OSError as problem:
        listing.warnings.append(f"{path}: can't be read: {problem.strerror}")
        listing.unread[str(path)] = expected
        return
    document = parse(data)
    found = ical_reminder.find(document, zone, known)
    if document.transcoded or not document.whole:
        listing.warnings.append(f"{path}: it is not a whole iCalendar file in UTF-8")
        inside = frozenset(i for i in known if i.encode() in document.data)
        listing.unread[str(path)] = expected | inside if vdir else frozenset(known)
    for event_id, reason in found.broken.items():
        listing.warnings.append(f"{path}: reminder {event_id} can't be understood: {reason}")
        listing.unread[str(path)] = listing.unread.get(str(path), frozenset()) | {event_id}
    for event_id, entry in found.entries.items():
        if event_id in listing.entries:
            listing.again[name] = listing.entries[event_id].href
        listing.entries.setdefault(event_id, replace(entry, href=name))
    if str(path) not in listing.unread:
        listing.ids[name] = tuple(found.entries)
