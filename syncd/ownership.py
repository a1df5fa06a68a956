"""Whose store it is: the account, the calendars and the reminder calendar that its facts belong to.

A cache of somebody else's facts, or of another calendar's reminders, is worse than none: where the config has changed
under it, what no longer belongs no longer counts, and the next pull brings what does. A config may be wrong, or tried
out, for a while: what was known of a calendar is kept apart, and counts again when the calendar comes back.
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from syncd.model import Account
from syncd.store import PLANNED, Store

_OWNER = "belongs to"
_OWN_PLACE = "If both accounts are in use, give each config a [state] path of its own"
CALENDAR = "calendar "
"""Before the name of a calendar source, where the store keeps its cursor."""


def claim(store: Store, account: Account) -> list[str]:
    """Make *store* that of *account*; gives what the person should know.

    An alias that was added or taken away turns sent mail into received mail and back, so mail is read anew.
    """
    addresses = _addresses(account)
    known = _owner(store)
    told: list[str] = []
    with store.transaction():
        if known and set(known["addresses"]).isdisjoint(addresses):
            for source in _calendars(store.sources()):
                store.retire(source, known["addresses"])
            store.clear()
            others = ", ".join(known["addresses"])
            told.append(f"the store was that of {others}; it is begun anew. {_OWN_PLACE}")
            known = {}
        elif known and known["addresses"] != addresses:
            store.forget_mail()
            store.put(PLANNED, "")
        store.put(_OWNER, json.dumps({"addresses": addresses, "reminders": known.get("reminders", "")}))
    return told


def claim_reminders(store: Store, reminders: str) -> list[str]:
    """Make the reminders in *store* those of the calendar *reminders*; gives what the person should know.

    Another reminder calendar holds other reminders: none of the old ones was deleted by the person. To be asked once
    that calendar could be listed: one that is misspelt is none.
    """
    known = _owner(store)
    if not known or known["reminders"] == reminders:
        return []
    with store.transaction():
        store.put(_OWNER, json.dumps({**known, "reminders": reminders}))
        if not known["reminders"]:
            return []
        store.forget_reminders()
        store.put(PLANNED, "")
    told = (
        f"reminders now go to {reminders}; those in {known['reminders']} are left as they are, and go on ringing. To "
        "be rid of them, delete that calendar; or set the old place in the config again, run: syncd purge, and then "
        "set the new one"
    )
    return [told]


def owners(store: Store) -> tuple[str, ...]:
    """The addresses of the account whose facts *store* holds; none where it holds none yet."""
    return tuple(_owner(store).get("addresses", ()))


def reminders_are_in(store: Store) -> str:
    """The calendar whose reminders *store* knows, empty for none yet."""
    return str(_owner(store).get("reminders", ""))


def welcome_back(store: Store, names: frozenset[str], account: Account) -> bool:
    """Have what was kept apart of the sources *names* count again; says whether there was any."""
    addresses, found = set(_addresses(account)), False
    for apart, (owners, source) in store.retired().items():
        if source in names - store.sources() and not owners.isdisjoint(addresses):
            store.bring_back(apart, source)
            found = True
    return found


def let_go(store: Store, names: frozenset[str], account: Account, since: datetime) -> bool:
    """Have what is known of sources that aren't among *names* no longer count; says whether there was any.

    To be asked when all of *names* were read. A calendar under a new name (a folder that was renamed) inherits what had
    been deleted under the old one: an interview that took place did, and a full list has no tombstones. What is
    kept apart is dropped once all of it was over before *since*.
    """
    gone = store.sources() - names
    if not gone:
        return False
    with store.transaction():
        for source in sorted(gone):
            if source not in _calendars(gone):
                store.forget_source(source)
                continue
            heir = next((name for name in _calendars(names) if _takes_its_place(store, name, source)), None)
            if heir is not None:
                store.hand_over(source, heir)
            store.retire(source, _addresses(account))
        for apart in store.retired():
            if all(event.end < since for event in store.events(apart)):
                store.forget_source(apart)
    return True


def _takes_its_place(store: Store, heir: str, source: str) -> bool:
    """Whether most of what stood in *source* stands in *heir* too."""
    causes = store.causes(source)
    return 2 * len(causes & store.causes(heir)) > len(causes)


def _calendars(sources: frozenset[str]) -> list[str]:
    return sorted(source for source in sources if source.startswith(CALENDAR))


def _addresses(account: Account) -> list[str]:
    return sorted({account.email.lower(), *(alias.lower() for alias in account.aliases)})


def _owner(store: Store) -> dict[str, Any]:
    stored = store.get(_OWNER)
    return json.loads(stored) if stored else {}
