"""Bytes of mail -> text that is safe to keep: charsets, encoded words, control characters, lengths.

Nothing here raises on any input, since all of it comes from strangers.
"""

from __future__ import annotations

import codecs
import re
from binascii import Error as BinasciiError

# Cc and Cs, and the invisible ones that only serve to hide or to turn text around (zero-width space, soft hyphen, bidi
# embeddings, ...). Joiners stay: Persian and emoji need them.
_CONTROLS = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x84\x86-\x9f\xad\u034f\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\ud800-\udfff"
    "\ue000-\ue00f\ufff9-\ufffb]"
)
_LINE_ENDS = re.compile("\r\n?|\x85|\u2028|\u2029|\x0b|\x0c")
_SPACES = re.compile("[\xa0\u2000-\u200a\u202f\u205f\u3000]")
_SPACE_RUN = re.compile(r"\s+")

# Charset names that Python knows but that no mail may make us run: quadratic (idna, punycode: CVE-2022-45061) or
# escapes.
_NEVER = frozenset({"idna", "punycode", "unicode_escape", "raw_unicode_escape", "undefined", "mbcs", "oem"})
# What says it is Latin-1 or ASCII is windows-1252 where it differs, as in every browser (WHATWG Encoding Standard,
# 4.2).
_AS_1252 = frozenset({"ascii", "iso8859-1", "cp1252"})

_WORD = r"=\?[^?\s]{1,60}\?[bBqQ]\?[^?]*\?="
_WORDS = re.compile(f"{_WORD}(?:\\s*{_WORD})*")


def decode(raw: bytes, charset: str = "") -> str:
    """*raw* as text: in its charset where that is known and fits, else UTF-8, else windows-1252."""
    try:
        name = codecs.lookup(charset.strip().lower()).name if charset else "ascii"
    except (LookupError, ValueError, UnicodeError):
        name = "ascii"
    tries = ["utf-8"] if name in _AS_1252 or name in _NEVER else [name, "utf-8"]
    for each in tries:
        try:
            return raw.decode(each)
        except (LookupError, ValueError):  # ValueError: UnicodeDecodeError, and codecs that are none for text
            continue
    if name == "utf-8":
        text = raw.decode("utf-8", "replace")
        if text.count("\ufffd") * 10 <= sum(c > "\x7f" for c in text):  # a broken letter or two, or cut in the middle
            return text
    return raw.decode("cp1252", "replace")


def one_line(text: str, limit: int) -> str:
    """*text* without controls, with single spaces, of at most *limit* characters."""
    if text.isascii() and text.isprintable():  # nearly always, and three times as fast
        return " ".join(text.split())[:limit]
    # Cut before and after: the work is bounded as well as the outcome.
    return _SPACE_RUN.sub(" ", _CONTROLS.sub("", _LINE_ENDS.sub(" ", text[: limit * 8]))).strip()[:limit]


def lines(text: str, limit: int) -> str:
    """*text* with newlines as line ends and plain spaces, without controls, of at most *limit* characters."""
    return _SPACES.sub(" ", _CONTROLS.sub("", _LINE_ENDS.sub("\n", text[: limit * 2])))[:limit]


def decode_words(text: str) -> str:
    """*text* with its encoded words decoded (RFC 2047), also those in places where the RFC forbids them."""
    return _WORDS.sub(lambda found: _decode_run(found.group()), text) if "=?" in text else text


def _decode_run(words: str) -> str:
    from email.errors import HeaderParseError
    from email.header import decode_header

    # Two words may stick together without a space between them, which decode_header wouldn't see.
    spaced = re.sub(r"\?==\?", "?= =?", words)
    try:
        return "".join(
            part if isinstance(part, str) else decode(part, (charset or "").partition("*")[0])
            for part, charset in decode_header(spaced)
        )
    except (HeaderParseError, BinasciiError, ValueError):
        return words
