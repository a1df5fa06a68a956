"""Subjects and quotes: what of a mail is this author's own word, and what was the mail before it."""

from __future__ import annotations

import re

_REPLY = re.compile(r"^\s*(?:re|aw|antw|sv|rv|res|ré|tr|wg|fwd?|r)\s*(?:\[\d+\])?\s*:\s*", re.IGNORECASE)
_ATTRIBUTION = re.compile(
    r"^[>\s]*(?:from|von|de|gesendet|sent|to|an|cc|date|datum|subject|betreff|objet|asunto|envoyé|enviado|à|para)\s*:.*$"
    r"|^[>\s]*.*(?:wrote|schrieb|a écrit|escribió)\s*:\s*$|^[>\s]*-{3,}.*$",
    re.IGNORECASE | re.MULTILINE,
)


def is_reply(subject: str) -> bool:
    """Whether a subject was taken over from an earlier mail, so that it isn't this author's word."""
    return _REPLY.match(subject) is not None


def bare_subject(subject: str) -> str:
    """The subject without its Re: and Fwd:, at most 300 characters."""
    subject = subject[:300]
    while match := _REPLY.match(subject):
        subject = subject[match.end() :]
    return subject


def uppermost(quoted: str) -> str:
    """The newest mail in a quote: no marks, no attribution, and nothing of the mails it quotes itself."""
    own = [line[:500].removeprefix(">") for line in quoted[:20_000].splitlines()]
    kept: list[str] = []
    for line in own:
        if line.lstrip().startswith(">") or (_ATTRIBUTION.match(line) and any(k.strip() for k in kept)):
            if any(k.strip() for k in kept):
                break
            continue
        if not _ATTRIBUTION.match(line):
            kept.append(line)
    return "\n".join(kept).strip()
