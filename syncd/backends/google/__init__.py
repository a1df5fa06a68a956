"""Google Calendar and Gmail, by Google's own client library.

``session`` is the one door to the network. ``feed`` asks for what changed in a calendar, which ``calendar`` reads as
events and ``reminders`` as our own reminders; ``mail`` reads Gmail. What Google's answers say is turned into syncd's
nouns in ``event_json``, ``series``, ``reminder_json`` and ``message_json``, all pure.
"""
