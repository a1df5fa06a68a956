"""Names of companies and hosts: comparing what people write differently, and telling employers from mail hosts.

Pure. The public suffix list (https://publicsuffix.org) is loaded once, when the first domain is asked about.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from functools import cache, lru_cache
from importlib import resources
from typing import TYPE_CHECKING, Any

from syncd.model import Account

if TYPE_CHECKING:
    from publicsuffixlist import PublicSuffixList

_APOSTROPHES = re.compile(r"(?<=\w)['’`´](?=\w)")
_NOT_WORD = re.compile(r"[\W_]+")
_INITIALS = re.compile(r"\b(?:\w\.){2,}")
_HOST = re.compile(r"[a-z0-9](?:[a-z0-9._-]{0,251}[a-z0-9])?", re.IGNORECASE)
_LEAST_LETTERS = 4  # "one contains the other" says nothing for shorter names (Arc, Barclays)


@cache
def table() -> dict[str, dict[str, frozenset[str]]]:
    """The lists of ``phrases/hosts.toml`` as sets, by section and key."""
    text = (resources.files("syncd.infer") / "phrases" / "hosts.toml").read_text("utf-8")
    raw: dict[str, dict[str, Any]] = tomllib.loads(text)
    return {section: {key: frozenset(values) for key, values in keys.items()} for section, keys in raw.items()}


def plain(text: str) -> str:
    """*text* casefolded and without accents (é -> e, ß -> ss)."""
    if text.isascii():
        return text.lower()
    # Folding makes what decomposes, and decomposing what folds ("𝓐" is "A"): Unicode D146, compatibility match.
    folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text.casefold()).casefold())
    return "".join(c for c in folded if not unicodedata.combining(c))


@lru_cache(maxsize=8192)
def company_key(name: str) -> str:
    """*name* for comparing: lower case, no accents or punctuation, "&" as "and", no legal form at its end.

    A name that is nothing but legal forms stays as it is.
    """
    folded = plain(name).replace("&", " and ").replace("+", " and ")
    folded = _INITIALS.sub(lambda m: m[0].replace(".", ""), _APOSTROPHES.sub("", folded))
    words = _NOT_WORD.sub(" ", folded).split()
    forms, kept = table()["legal"]["forms"], list(words)
    while len(kept) > 1 and (kept[-1] in forms or kept[-1] == "and"):
        kept.pop()
    return " ".join(words if len(kept) == 1 and kept[0] in forms else kept)


def same_company(a: str, b: str) -> bool:
    """Whether both name the same company: equal keys, or one within the other from word border to word border.

    Spaces don't count ("Greystonetrust" is "Greystone Trust"); what is contained has at least four letters and says
    more than a kind of house ("Bank" is not "Orbit Bank").
    """
    first, second = company_key(a).split(), company_key(b).split()
    if not first or not second:
        return False
    if "".join(first) == "".join(second):
        return True
    return _within(first, second) or _within(second, first)


def _within(short: list[str], long: list[str]) -> bool:
    joined = "".join(short)
    if len(joined) < _LEAST_LETTERS or set(short) <= table()["legal"]["generic"]:
        return False
    for start in range(len(long)):
        run = ""
        for word in long[start:]:
            run += word
            if run == joined:
                return True
            if len(run) >= len(joined):
                break
    return False


@cache
def _suffixes() -> PublicSuffixList:
    from publicsuffixlist import PublicSuffixList  # heavy, and not needed by every run

    return PublicSuffixList()


@lru_cache(maxsize=8192)
def registrable(address_or_domain: str) -> str:
    """The registrable domain ("mail.acme.co.uk" -> "acme.co.uk") of an address or a host; empty where there is none.

    A top-level domain that the list doesn't know (``.example``) counts as one suffix, as the list's own rule "*" says.
    """
    host = address_or_domain.rpartition("@")[2].strip().strip(".").lower()
    if "." not in host or len(host) > 253 or ".." in host:
        return ""
    if not host.isascii():
        try:
            host = host.encode("idna").decode("ascii")
        except UnicodeError:
            return ""
    if not _HOST.fullmatch(host) or host.replace(".", "").isdigit():
        return ""
    return _suffixes().privatesuffix(host) or ""


def label(address_or_domain: str) -> str:
    """The label that was registered: "acme" of "mail.acme.co.uk"; empty where there is none."""
    return registrable(address_or_domain).partition(".")[0]


def _listed(address_or_domain: str, section: str) -> bool:
    lists = table()[section]
    host = address_or_domain.rpartition("@")[2].strip().strip(".").lower()
    if label(host) in lists["labels"]:
        return True
    while host:
        if host in lists["hosts"]:
            return True
        host = host.partition(".")[2]
    return False


@lru_cache(maxsize=64)
def own_domains(account: Account) -> frozenset[str]:
    """The registrable domains that are the user's own, or of the user's own house; no hosts open to everybody."""
    found = (registrable(a) for a in (account.email, *account.aliases))
    return frozenset(d for d in found if d and not is_public_host(d))


@lru_cache(maxsize=8192)
def is_free_mail(domain: str) -> bool:
    """Whether *domain* (or an address there) is a mail host open to everybody."""
    return _listed(domain, "free_mail")


@lru_cache(maxsize=8192)
def is_tool_host(domain: str) -> bool:
    """Whether *domain* (or an address there) is an applicant-tracking, scheduling or conference service."""
    return any(_listed(domain, section) for section in ("applicant_tracking", "scheduling", "conference"))


def is_applicant_tracking(domain: str) -> bool:
    """Whether *domain* (or an address there) is an applicant-tracking service."""
    return _listed(domain, "applicant_tracking")


def is_public_host(domain: str) -> bool:
    """Whether *domain* (or an address there) belongs to no employer: free mail, or a tool's."""
    return is_free_mail(domain) or is_tool_host(domain)


@lru_cache(maxsize=8192)
def is_role_mailbox(address: str) -> bool:
    """Whether nobody in person reads at *address*: jobs@, hr@, noreply@, calendar-notification@ and their like."""
    local = plain(address.rpartition("@")[0].partition("+")[0])
    words = [w for w in re.split(r"[\W_\d]+", local) if w]
    lists = table()["mailbox"]
    if not words:
        return False
    together = "".join(words)
    return (
        together in lists["anywhere"] | lists["first"]
        or words[0] in lists["first"]
        or not lists["anywhere"].isdisjoint(words)
    )


@lru_cache(maxsize=8192)
def company_of_domain(domain: str) -> str:
    """A readable guess at whose *domain* (or address) it is: "ozark-mercy.example" -> "Ozark Mercy".

    Empty for hosts that belong to no employer, and where there is no domain.
    """
    if is_public_host(domain):
        return ""
    name = label(domain)
    if name.startswith("xn--"):
        try:
            name = name.encode("ascii").decode("idna")
        except UnicodeError:
            return ""
    return " ".join(word[:1].upper() + word[1:] for word in re.split(r"[-_]+", name) if word)


def letters(name: str) -> str:
    """The letters and digits of *name* in a row, as a domain has them."""
    return re.sub(r"[^a-z0-9]", "", plain(name))


@lru_cache(maxsize=8192)
def fits_domain(name: str, domain: str) -> bool:
    """Whether *domain* can be that of a company called *name*: "wrenandvale", "kestrelfm", or its initials."""
    words, known = company_key(name).split(), letters(label(domain))
    if not words or not known:
        return False
    distinct = [w for w in words if w not in ("and", "the", "of")] or words
    for whole in ("".join(words), "".join(w for w in words if w not in ("and", "the"))):
        if whole == known or (len(whole) >= _LEAST_LETTERS and whole in known):
            return True
        if len(known) >= _LEAST_LETTERS and whole.startswith(known):
            return True
    first = distinct[0]
    # "kestrelfm" for Kestrel Facilities; what follows is short, or else it is another house's second word.
    if len(first) > _LEAST_LETTERS and known.startswith(first) and len(known) - len(first) < _LEAST_LETTERS:
        return first not in table()["legal"]["generic"]
    return len(known) > 2 and known == "".join(w[0] for w in distinct)
