"""What the store keeps under a name (``Store.get``, ``Store.put``)."""

from __future__ import annotations

LAST_RUN, STOPPED = "last run", "stopped"
"""Name when a cycle last ended well, and when and why the last one did not."""
STALE = "stale"
"""Names which sources the last cycle could not reach, and why."""
SIGN_IN_ENDS = "sign-in ends"
"""Names when the service will no longer take the sign-in, as of the last cycle."""
PLANNED = "planned under"
"""Names what the last complete plan was made under; emptied with the first new fact, so that a crash can't hide one."""
REMOVING = "removing"
"""Names the reminders being removed: where a crash left it, only a full listing tells whether it still stands."""
