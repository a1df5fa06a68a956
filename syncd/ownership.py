"""Whose store it is: the account and the reminder calendar that its facts belong to.

A cache of somebody else's facts, or of another calendar's reminders, is worse than none: where the config has changed
under it, what no longer belongs is forgotten, and the next pull brings it anew.
"""

from __future__ import annotations

import json

from syncd.model import Account
from syncd.store import PLANNED, Store

_OWNER = "belongs to"


def claim(store: Store, account: Account, reminders: str) -> list[str]:
    """Make *store* that of *account* with its reminders in *reminders*; gives what the person should know.

    An alias that was added or taken away turns sent mail into received mail and back, so mail is read anew. Another
    reminder calendar holds other reminders: none of the old ones was deleted by the person.
    """
    addresses = sorted({account.email.lower(), *(alias.lower() for alias in account.aliases)})
    stored = store.get(_OWNER)
    told: list[str] = []
    with store.transaction():
        if stored:
            known = json.loads(stored)
            if set(known["addresses"]).isdisjoint(addresses):
                store.clear()
                told.append(f"the store was that of {', '.join(known['addresses'])}; it is begun anew")
            else:
                if known["addresses"] != addresses:
                    store.forget_mail()
                    store.put(PLANNED, "")
                if known["reminders"] != reminders:
                    store.forget_reminders()
                    store.put(PLANNED, "")
                    told.append(f"reminders now go to {reminders}; those in {known['reminders']} are left as they are")
        store.put(_OWNER, json.dumps({"addresses": addresses, "reminders": reminders}))
    return told
