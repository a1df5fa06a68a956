"""What the browser brings back: the query of the address that Google sent it to (RFC 6749, section 4.1.2).

Pure. It comes over the loopback address or is pasted by the person, whole or in part, and is believed only where it
carries the ``state`` of this very sign-in.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass, field
from urllib.parse import parse_qs

_LONGEST = 16_384


@dataclass(frozen=True, slots=True)
class Code:
    """The person agreed; the code can be exchanged once, within minutes."""

    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Refused:
    """The person, or Google, did not agree. ``error`` is the word for it, as ``access_denied``."""

    error: str


@dataclass(frozen=True, slots=True)
class Useless:
    """No answer to this sign-in, and why, in words for whoever pasted it: what it is; what to do instead."""

    why: str


def read(text: str, state: str) -> Code | Refused | Useless:
    """What *text* says: an address, or only its query, however a terminal broke it into lines."""
    words = "".join(text.split()).strip("'\"<>")
    if len(words) > _LONGEST:
        return Useless("that is too long for an address; copy only what is in the browser's address bar")
    query = words.partition("?")[2] if "?" in words else words
    try:
        found = parse_qs(query.partition("#")[0], max_num_fields=64)
    except ValueError:
        return Useless("that is no address; copy everything in the browser's address bar")
    if "state" not in found:
        return Useless("that isn't the whole address; copy everything in the browser's address bar, from http:// on")
    if not hmac.compare_digest(found["state"][-1].encode(), state.encode()):
        return Useless("that address belongs to another sign-in; open the address above, and agree there")
    if "error" in found:
        return Refused("".join(letter for letter in found["error"][-1][:40] if letter.isalnum() or letter == "_"))
    if "code" not in found:
        return Useless("that address has no code in it; copy the one that the browser ends on after you have agreed")
    return Code(found["code"][-1])
