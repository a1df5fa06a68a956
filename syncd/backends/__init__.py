"""Adapters to calendars and mailboxes, each behind a protocol of ``syncd.ports``. They don't know one another."""
