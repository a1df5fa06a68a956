"""The six rules of the article: what each opportunity has due at a moment, and what satisfied it.

Pure. A rule says when something is due by the rule; ``schedule`` says where it stands after rolling and snoozing.
"""

from __future__ import annotations

from collections.abc import Iterator

from syncd.plan.rules.ending import move_on, rejection_reply
from syncd.plan.rules.following import follow_up, follow_up_promised
from syncd.plan.rules.interviews import ask_next_steps, thank_you
from syncd.plan.rules.ruling import Due, Ruling

__all__ = ["Due", "Ruling", "due"]


def due(ruling: Ruling) -> Iterator[Due]:
    """Everything the rules have to say of one opportunity."""
    rules = ruling.rules
    if rules.ask_next_steps.enabled:
        yield from ask_next_steps(ruling)
    if rules.thank_you.enabled:
        yield from thank_you(ruling)
    if rules.follow_up_promised.enabled:
        yield from follow_up_promised(ruling)
    if rules.follow_up.enabled:
        yield from follow_up(ruling)
    if rules.rejection_reply.enabled:
        yield from rejection_reply(ruling)
    if rules.move_on.enabled:
        yield from move_on(ruling)
