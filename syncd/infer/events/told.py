"""The words of a calendar entry: what title, description and place say, without markup and boilerplate.

Pure. Invitations are hostile text: control characters are dropped and lengths are cut before anything looks at them.
"""

from __future__ import annotations

import html
import re
import unicodedata
from dataclasses import dataclass
from functools import cache

from syncd.infer.events.cues import alternatives, label_line
from syncd.model import Event

TITLE_LIMIT = 300
TEXT_LIMIT = 4_000
"""Characters looked at. People's own words come first; join instructions in a dozen languages come last."""

_BREAKS = re.compile(r"<\s*(?:br|/p|/div|/li|/tr|/h\d)\b[^>]{0,200}>", re.IGNORECASE)
_TAG_NAMES = "a|b|i|u|p|div|span|ul|ol|li|strong|em|html|head|body|table|tbody|tr|td|th|font|h\\d|hr|img|br"
_TAGS = re.compile(rf"</?(?:{_TAG_NAMES})\b[^>]{{0,500}}>", re.IGNORECASE)
_LINKS = re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)
_HOSTS = re.compile(r"https?://([a-z0-9.-]{3,200})", re.IGNORECASE)
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_GOOGLE_SUFFIX = re.compile(r"\s@ (?:\w{3,} )?\w{3,} \d{1,2},? \d{4}.{0,80}$")
_BOILERPLATE = re.compile(r"^[ \t]*(?:_{8,}|-{12,}|\*{8,}|-::~|─{6,})", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Told:
    """``titles``: the title without "Invitation:" and its like, then topics that a tool wrote into the description."""

    titles: tuple[str, ...]
    text: str
    place: str
    hosts: tuple[str, ...]

    @property
    def title(self) -> str:
        return self.titles[0]

    @property
    def headings(self) -> str:
        return "\n".join(self.titles)

    def label(self, kind: str) -> str:
        """The value of the first line "Role: ..." of that *kind* (``[labels]`` in events.toml), empty for none."""
        found = label_line(kind).search(self.text)
        return found[1].strip(" \t*_") if found else ""

    def labels(self, kind: str) -> list[str]:
        """The values of all lines of that *kind*."""
        return [m[1].strip(" \t*_") for m in label_line(kind).finditer(self.text)]


def clean(text: str, limit: int) -> str:
    """*text* in Unicode's composed form, cut to *limit*, without control characters, trailing spaces or tabs."""
    cut = text[:limit].replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
    if cut.isascii() and cut.isprintable():
        return cut
    cut = _CONTROL.sub("", cut.replace("\u00a0", " ").replace("\u202f", " "))
    return unicodedata.normalize("NFC", cut.encode("utf-8", "ignore").decode("utf-8"))


def first_line(title: str) -> str:
    """*title* up to its first line break: what stands behind one was slipped in, and is no part of a name."""
    return next(iter(title.strip().splitlines()), "")


def plain_text(markup: str, limit: int) -> str:
    """*markup* as text: line breaks where HTML has them, no tags, no entities. Text without markup stays as it is."""
    text = clean(markup, limit * 2)
    if "<" in text:
        text = _TAGS.sub("", _BREAKS.sub("\n", text))
    if "&" in text:
        text = html.unescape(text)
    return text[:limit]


@cache
def _prefix() -> re.Pattern[str]:
    words = alternatives("prefix")
    marked = r"\[(?:hold|cancell?ed|external|extern|tentative)\]\s*|[✓✔]\s*"
    return re.compile(rf"^\s*(?:\[?(?:{words})\]?\s*[:–—\]-]\s*|{marked})+", re.IGNORECASE)


def read(event: Event) -> Told:
    """What *event* says."""
    title = " ".join(clean(first_line(event.title), TITLE_LIMIT).split())
    title = _GOOGLE_SUFFIX.sub("", _prefix().sub("", title)).strip()
    text = plain_text(event.description, TEXT_LIMIT) if event.description else ""
    hosts = tuple(dict.fromkeys(_HOSTS.findall(f"{event.location[:500]} {text}")))[:8]
    text = _LINKS.sub("", text)
    # The rule under which Teams, Zoom and Google put how to join; one at the very top opens the text instead.
    rule = _BOILERPLATE.search(text, 1)
    if rule and text[: rule.start()].strip():
        text = text[: rule.start()]
    place = _LINKS.sub("", clean(event.location, TITLE_LIMIT)).strip()
    told = Told((title,), text, place, hosts)
    topics = [t for t in told.labels("topic") if t and t != title] if text else []
    return Told((title, *topics[:2]), text, place, hosts)
