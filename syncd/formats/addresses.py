"""Address headers (From, To, ...) -> people: RFC 5322, section 3.4, and what clients make of it."""

from __future__ import annotations

import re
from email.utils import getaddresses

from syncd.formats.mail_text import decode_words, one_line
from syncd.model import Person

NAME_LIMIT = 200
ADDRESS_LIMIT = 320  # RFC 3696 erratum 1690: 64 + 1 + 255
_HEADER_LIMIT = 32_768
_PEOPLE_LIMIT = 500

_ADDRESS = r"""[^\s<>@",;:()\[\]\\]+@[^\s<>@",;:()\\]+"""
# What nearly all headers look like. Python's own parser walks them letter by letter, which took a third of the time
# that reading a header may take; it gets the rest.
_USUAL = re.compile(rf"""(?:"([^"\\]*)"|([^"<>()@,:;\\\[\]]*?)) ?<({_ADDRESS})>|({_ADDRESS})""")
_WHOLE = re.compile(_ADDRESS)
_LOOSE = re.compile(rf"<? ?({_ADDRESS})")
_NOT_IN_ADDRESS = re.compile(r"[\x00-\x20\x7f-\x9f<>]")


def people(value: str) -> tuple[Person, ...]:
    """Everybody in the value of an address header, in order; groups are opened, entries without address left out."""
    value = one_line(value, _HEADER_LIMIT)
    if not value:
        return ()
    if "=?" in value and "@" not in value:
        value = one_line(decode_words(value), _HEADER_LIMIT)  # the whole list in encoded words: wrong, and seen
    found = _usual(value)
    if found is None:
        found = _by_library(value)
    return tuple(_person(name, address) for name, address in found[:_PEOPLE_LIMIT])


def _usual(value: str) -> list[tuple[str, str]] | None:
    found, at = [], 0
    while at < len(value):
        match = _USUAL.match(value, at)
        if match is None:
            return None
        found.append((match[1] or match[2] or "", match[3] or match[4]))
        at = match.end()
        while at < len(value) and value[at] in " ,":
            at += 1
        if at < len(value) and "," not in value[match.end() : at]:
            return None
    return found


def _by_library(value: str) -> list[tuple[str, str]]:
    try:
        found = getaddresses([value])
    except (RecursionError, ValueError, IndexError):  # comments within comments without end
        found = []
    found = [(name, address) for name, address in found if _WHOLE.fullmatch(address)]
    if not found:
        # The strict parser of newer Pythons gives up on the whole list where one entry is wrong (Doe, John <j@x>).
        found = [_loosely(part) for part in re.split("[,;]", value) if "@" in part]
    return [pair for pair in found if pair[1]]


def _loosely(part: str) -> tuple[str, str]:
    part = part[: NAME_LIMIT + ADDRESS_LIMIT]
    match = _LOOSE.search(part)
    return (part[: match.start()].strip(' "'), match[1]) if match else ("", "")


def _person(name: str, address: str) -> Person:
    name = one_line(decode_words(name[: NAME_LIMIT * 5]), NAME_LIMIT).strip("\"' ")
    address = _NOT_IN_ADDRESS.sub("", address).strip("'").lower()[:ADDRESS_LIMIT]
    return Person("" if name.lower() == address else name, address)


def name_only(value: str) -> Person:
    """Who is named in a From header that holds no address."""
    return Person(one_line(decode_words(value[: NAME_LIMIT * 5]), NAME_LIMIT).strip("\"'<> "))
