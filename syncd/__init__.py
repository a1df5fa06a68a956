"""syncd keeps the rules of following up after job interviews, in the calendar you already look at.

The map, in the order in which a cycle runs:

    pull       drains the calendars, the reminders and the mail into the store      (I/O)
    infer      reads events and messages: interviews, touchpoints, opportunities    (pure)
    plan       says which reminders there should be now, by the six rules           (pure)
    reconcile  compares them with what stands in the calendar, names the difference (pure)
    push       makes the difference, one reminder at a time                         (I/O)

``model`` holds the nouns, ``ports`` what a back end owes us, ``backends`` the adapters, ``store`` the local cache,
``cycle`` the five movements, ``app`` the only wiring, ``cli`` what a person types.
"""

__version__ = "0.1.0"
