"""Where Google's two APIs are, and how both say that a project hasn't enabled them."""

CALENDAR = "https://www.googleapis.com/calendar/v3/"
GMAIL = "https://gmail.googleapis.com/"
SWITCHED_OFF = frozenset({"accessNotConfigured", "SERVICE_DISABLED"})
"""Reasons of a 403, as the older and the newer of Google's front ends name them."""
