"""How the daemon comes to its store: what keeps it from it now is waited for, within the process.

Ending instead would have a service manager start it again and again, and give it up in the end, although a full disk or
another daemon's lock is gone one day. Only a bad config ends the start: a person has to mend that.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING

from syncd import faults, headline, rhythm
from syncd.errors import BadConfig, Locked, Stopped, SyncdError
from syncd.faults import Faults

if TYPE_CHECKING:
    from syncd.cli._account import Account
    from syncd.ports import Clock
    from syncd.signals import Signals
    from syncd.supervisor import Systemd

log = logging.getLogger(__name__)

_MARGIN = timedelta(minutes=1)
"""Beyond the next look, until systemd takes the start for hung."""


def hold(
    account: Account,
    clock: Clock,
    signals: Signals,
    systemd: Systemd,
    show: Callable[[str, str], object],
    if_read_only: str,
) -> None:
    """Return once *account* holds its store. Until then the process isn't READY: STATUS and one line say why.

    *show* shows a title and a text on the desktop: what lasts, and only a person mends. *if_read_only* is what to do
    about a folder that is so, as for ``faults.words``.

    Raises ``BadConfig``, ``Stopped``, and ``Locked`` where nobody looks after the process but a person, who can wait.
    """
    said, looks, known = "", 0, Faults()
    while True:
        try:
            account.hold()
        except (BadConfig, Stopped):
            raise
        except (SyncdError, OSError) as problem:
            if isinstance(problem, Locked) and not systemd.listens:
                raise
            found = faults.of(problem, if_read_only)
            until = f"waiting until it {'ends' if isinstance(problem, Locked) else 'can be used'}"
            text = f"{found.text}; {until}"
            if found.name != said:
                said = found.name
                log.warning("%s", text)
            systemd.status(f"not up; {until}" if systemd.public else text)
            known = faults.met(known, found, account.now())
            for fault in known.alarming:
                show(headline.alarm(fault), fault.text)
        else:
            return
        looks += 1
        wait = rhythm.until_next_look(looks)
        systemd.not_ready_within(wait + _MARGIN)
        if _asked_to_reload(wait, clock, signals):
            _reread(account)
            looks = 0


def _asked_to_reload(wait: timedelta, clock: Clock, signals: Signals) -> bool:
    """Wait so long, or until asked to read the config again. Raises ``Stopped``."""
    end = clock.monotonic() + wait.total_seconds()
    clock.checkpoint()
    while (left := end - clock.monotonic()) > 0:
        signals.wait(left)
        clock.checkpoint()
        if signals.reload_asked():
            return True
    return False


def _reread(account: Account) -> None:
    try:
        account.reread()
    except Stopped:
        raise
    except (SyncdError, OSError) as problem:
        log.error(faults.CONFIG_KEPT, faults.words(problem))  # noqa: TRY400 - a person's mistake
