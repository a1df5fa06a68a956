"""The text of a Google event's description: plain, or the HTML that Google's editor writes.

Lines stay lines, so that a word on a line of its own, such as a tag of the person's, is on one afterwards. Works by
pattern and in linear time: descriptions come from strangers.
"""

from __future__ import annotations

import html
import re
from urllib.parse import parse_qs, urlsplit

from syncd.formats.ical_lines import clean

_LIMIT = 100_000
"""Characters; Google takes about 8,000."""

# Elements that Google's editor, Outlook and booking tools write. "<" before anything else is a less-than sign.
_TAG = re.compile(
    r"<(/?)(a|abbr|b|big|blockquote|body|br|center|code|div|em|font|h[1-6]|head|hr|html|html-blob|i|img|li|meta|ol|p|pre|s"
    r"|small|span|strike|strong|style|sub|sup|table|tbody|td|tfoot|th|thead|title|tr|tt|u|ul|wbr)(?:\s([^<>]*))?/?>",
    re.IGNORECASE,
)
_BLOCK = re.compile("blockquote|body|center|div|h[1-6]|hr|html|html-blob|li|ol|p|pre|table|tr|ul")
_CELLS = frozenset(["td", "th"])
_HIDDEN = re.compile(
    r"<(style|title)\b[^<>]*>.*?(?:</\1\s*>|\Z)|<!--.*?(?:-->|\Z)|<!doctype[^<>]*>", re.IGNORECASE | re.DOTALL
)
_LINED = re.compile(r"<(?:br|p|div|body)\b", re.IGNORECASE)
_HREF = re.compile(r"""\bhref\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""", re.IGNORECASE)
_REFERENCE = re.compile(r"&(?:#\d{1,7}|#x[0-9a-f]{1,6}|[a-z][a-z0-9]{1,30});", re.IGNORECASE)
_BLANK_LINES = re.compile(r"\n{3,}")


def plain(description: str) -> str:
    """*description* as one reads it; what a link leads to stands behind its words, in round brackets.

    Text without markup stays as it is, whatever less-than signs it has. Never raises.
    """
    text = clean(description[:_LIMIT])
    if "<" in text and _TAG.search(text):
        text = _BLANK_LINES.sub("\n\n", "\n".join(" ".join(line.split()) for line in _rendered(text).split("\n")))
    if "&" in text:
        text = clean(_REFERENCE.sub(lambda found: html.unescape(found.group()).replace("\xa0", " "), text))
    return text.strip()


def _rendered(text: str) -> str:
    """*text* without its tags. Where it has no element that makes lines, its line ends do, as Google shows it."""
    text = _HIDDEN.sub("", text)
    if _LINED.search(text):
        text = text.replace("\n", " ")
    shown = _Shown()
    link, linked_from, position = "", 0, 0
    for tag in _TAG.finditer(text):
        shown.add(text[position : tag.start()])
        position = tag.end()
        closing, name = bool(tag.group(1)), tag.group(2).lower()
        if name == "br":
            shown.add("\n")
        elif name in _CELLS:
            shown.add(" ")
        elif name == "a":
            if link and link not in "".join(shown.parts[linked_from:]):
                shown.add(f" ({link})")
            link, linked_from = "" if closing else _target(tag.group(3) or ""), len(shown.parts)
        elif _BLOCK.fullmatch(name) and not shown.at_start:
            shown.add("\n")
    shown.add(text[position:])
    return "".join(shown.parts)


class _Shown:
    """What is seen so far, and whether the next of it begins a line."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.at_start = True

    def add(self, text: str) -> None:
        self.parts.append(text)
        if bare := text.rstrip(" "):
            self.at_start = bare.endswith("\n")


def _target(attributes: str) -> str:
    """Where a link leads, behind Google's own detour; empty for what is no page."""
    found = _HREF.search(attributes)
    link = next((value for value in found.groups() if value), "").strip() if found else ""
    if re.match(r"https?://www\.google\.[a-z.]{2,6}/url\?", link, re.IGNORECASE):
        try:
            named = parse_qs(urlsplit(html.unescape(link)).query)
        except ValueError:
            return link
        link = next((value for value in (*named.get("q", ()), *named.get("url", ())) if "://" in value), link)
    return link if re.match(r"https?://\S+\Z", link, re.IGNORECASE) else ""
