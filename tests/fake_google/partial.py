"""Partial answers: the ``fields`` parameter, as Google's APIs take it (``items(id,start/date),nextPageToken``)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from tests.fake_google.wire import Answer, Rejected, bad_request

Mask = dict[str, Any]


def only(fields: str, answer: Answer) -> Answer:
    """What *fields* names of a successful *answer*; all of it where that is empty."""
    if not fields or not isinstance(answer.body, dict):
        return answer
    mask, rest = _mask(fields)
    if rest or fields.count("(") != fields.count(")"):
        raise Rejected(bad_request(f"Invalid field selection {fields}", "invalidParameter", "fields"))
    return replace(answer, body=_pick(mask, answer.body))


def _mask(text: str) -> tuple[Mask, str]:
    """What *text* selects up to an unopened bracket or the end, and what is left then."""
    mask: Mask = {}
    while text:
        end = next((at for at, sign in enumerate(text) if sign in ",/()"), len(text))
        name, sign, text = text[:end].strip(), text[end : end + 1], text[end + 1 :]
        at = mask.setdefault(name, {})
        while sign == "/":
            end = next((at for at, sign in enumerate(text) if sign in ",/()"), len(text))
            name, sign, text = text[:end].strip(), text[end : end + 1], text[end + 1 :]
            at = at.setdefault(name, {})
        if sign == "(":
            inner, text = _mask(text)
            at |= inner
            sign, text = text[:1], text[1:]
        if sign == ")":
            return mask, text
    return mask, ""


def _pick(mask: Mask, value: Any) -> Any:
    if isinstance(value, list):
        return [_pick(mask, item) for item in value]
    if not mask or "*" in mask or not isinstance(value, dict):
        return value
    return {name: _pick(mask[name], item) for name, item in value.items() if name in mask}
