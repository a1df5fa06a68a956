"""Titles of jobs: telling "Dialysis RN" from a company, and finding the one that an entry is about. Pure."""

from __future__ import annotations

import re
from functools import lru_cache

from syncd.infer.events.cues import lexicon
from syncd.infer.events.told import Told

_WORDS = re.compile(r"[\w/&+#’'-]+")
_SUFFIX = re.compile(
    r"\s*(?:\((?:[mwfdxi]\s*[/|]\s*)+[mwfdxi*]\)|\(?(?:req|requisition|ref|job|id)\b\.?\s*#?:?\s*[\w-]*\d[\w-]*\)?"
    r"|#?\bR?-?\d{4,}\b)\s*",
    re.IGNORECASE,
)
_TAIL = re.compile(r"\s+(?:role|position|post|job|opening|vacancy|opportunity|stelle|position)$", re.IGNORECASE)
_POST = "role|position|post|job|stelle|poste|puesto|vacante|vacancy|opening|opportunity"
_TITLE = r"[A-ZÀ-Þ][\w&/,'’ -]{2,60}"
# "for the Pricing Lead role", "about the position of Clerk"
_FOR = re.compile(
    r"\b(?:for|about|discuss|re|regarding|as|the|our|zur|als|für|pour|para|de|du|le|el)[ ]+"
    r"(?:the |a |an |our |your |die |der )?"
    rf"(?:(?:{_POST})(?: of| as| als| de|:)?[ ]+(?:an? |the |d['’])?({_TITLE})"
    rf"|([A-ZÀ-Þ][\w&/'’ -]{{2,60}}?)[ ]+(?:{_POST}))",
)
_AS = re.compile(rf"\b(?:{_POST})[ ]+(?:as|als|of|de|d['’])[ ]*(?:an? )?({_TITLE})", re.IGNORECASE)
_INTERVIEW_FOR = re.compile(rf"\binterview(?:ing|ed)?[ ]+(?:you[ ]+)?(?:for|as)[ ]+(?:the |an? |our )?({_TITLE})")
_MANNER = "job|phone|video|final|telephone|panel|second|first"
_TALK = (
    "interview(?:ing)?|(?:vorstellungs|bewerbungs|kennenlern|zweit)gespräch|(?:telefon|video)interview|probearbeiten"
    "|entretien(?: d['’]embauche| de recrutement)?|entrevista(?: de trabajo)?"
)
_INTERVIEW = re.compile(
    rf"^(?:(?:{_MANNER}) )*(?:{_TALK})\b[:\s–—-]*|\s*\b(?:(?:{_MANNER}) )?(?:{_TALK})\b.*$", re.IGNORECASE
)
_THEIRS = re.compile(
    r"\b(?:hiring (?:manager|mgr|lead)|recruiter|headhunter|hr (?:manager|director|lead))$", re.IGNORECASE
)
_STOP = re.compile(r"\s+(?:at|with|in|on|bei|chez|en|for|and|und|to|before|role|position)\b.*|[.;!\n].*", re.DOTALL)


@lru_cache(maxsize=4096)
def is_job(text: str) -> bool:
    """Whether *text* reads as the title of a job, or as what one is hired for: "Math 7-8", "ICU nights"."""
    tidy = _TAIL.sub("", _SUFFIX.sub(" ", text)).strip()
    words = [w.casefold() for w in _WORDS.findall(tidy)]
    lists = lexicon()
    if not words or len(words) > 8:
        return False
    if all(w in lists.fields or w in lists.levels or w[0].isdigit() for w in words):
        return any(w in lists.fields for w in words) or is_head(words[-1]) or _TAIL.search(text) is not None
    if len(words) > 2 and words[1] == "of" and words[0] in ("head", "director", "vp", "chief", "dean", "president"):
        return True
    if len(words) == 2 and _plural_alone(words[-1]) and text[:1].isupper() and not _known(words[0]):
        return False  # "Brightpath Tutors"
    if "&" in words and not is_head(words[-1]):
        return False
    if not lists.organisations.isdisjoint(words[-1:]) and words[-1] not in lists.heads:
        return False
    ends = (words[0], words[-1]) if len(words) < 4 else (words[-1],)
    if any(is_head(w) for w in ends):
        return True
    # "Vice President Credit Risk", "Nurse nights", "Jefe de partida"
    return any(is_head(w) for w in words) and not any(w in lists.organisations for w in words)


def is_theirs(text: str) -> bool:
    """Whether *text* ends in the job of somebody one meets in an interview: "Foxglove hiring manager"."""
    return _THEIRS.search(text) is not None


def ends_in_job(text: str) -> bool:
    """Whether the last word of *text* is that of a job's title."""
    bare = _INTERVIEW.sub("", text)
    words = _WORDS.findall(_SUFFIX.sub(" ", bare))
    return bool(words) and not is_theirs(bare) and is_head(words[-1].casefold()) and is_job(bare)


def _known(word: str) -> bool:
    lists = lexicon()
    return word in lists.fields or word in lists.levels or word in lists.subjects or is_head(word)


def _plural_alone(word: str) -> bool:
    """Whether *word* is a job's only in the plural."""
    return word.endswith("s") and word not in lexicon().heads and word[:-1] in lexicon().heads


@lru_cache(maxsize=4096)
def is_head(word: str) -> bool:
    heads = lexicon().heads
    bare = word.strip("'’-")
    # Kassiererin, cajera, vendeuse: listed in one form
    forms = (
        bare,
        bare.removesuffix("in"),
        bare[:-1] + "o" if bare.endswith("a") else bare,
        bare.replace("euse", "eur"),
    )
    return (
        bare.endswith(lexicon().endings)
        or any(f in heads for f in forms)
        or any(part in heads for part in re.split(r"[/-]", bare) if part)
        or (bare.endswith("s") and bare[:-1] in heads)
    )


def tidy(text: str) -> str:
    """A job's title without requisition numbers, "(m/w/d)" and the word "position"."""
    return _TAIL.sub("", _SUFFIX.sub(" ", text).strip(" -–—:,|")).strip()[:80]


def find(told: Told, pieces: list[str]) -> str:
    """The job that an entry names, empty for none: a line "Role:", a *piece* of its title, or the description."""
    for value in told.labels("job"):
        named = tidy(value)
        if named and (is_job(named) or len(named.split()) <= 6):
            return named
    for piece in pieces:
        named = _INTERVIEW.sub("", piece).strip()
        if is_job(named) and not is_theirs(named):
            return tidy(named)
    for source in (told.headings, told.text):
        for pattern in (_AS, _FOR, _INTERVIEW_FOR):
            for match in pattern.finditer(source):
                named = _STOP.sub("", match[1] or match[2] if pattern is _FOR else match[1]).strip(" ,")
                if is_job(named):
                    return tidy(named)
    return ""
