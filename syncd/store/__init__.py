"""The local cache in SQLite: cursors with what came with them, what was seen when, and the log of what was decided.

All SQL of syncd is here: the tables (``schema``), what they hold (``facts``), the file (``opening``). It can be lost
without harm: the next cycle pulls everything again, and the reminders carry their own marks. The person's ``syncd
mark``s don't live here (``marks_file``). The file is 0600 in a 0700 folder, since it holds words of mails.
"""

from syncd.store.damage import Damaged, trouble_told
from syncd.store.facts import KEPT_DECISIONS, Store
from syncd.store.names import LAST_RUN, PLANNED, REMOVING, SIGN_IN_ENDS, STALE, STOPPED
from syncd.store.opening import STAMP, check_ours, empty_store, look_into, move_aside, moved_aside, open_store

__all__ = [
    "KEPT_DECISIONS",
    "LAST_RUN",
    "PLANNED",
    "REMOVING",
    "SIGN_IN_ENDS",
    "STALE",
    "STAMP",
    "STOPPED",
    "Damaged",
    "Store",
    "check_ours",
    "empty_store",
    "look_into",
    "move_aside",
    "moved_aside",
    "open_store",
    "trouble_told",
]
