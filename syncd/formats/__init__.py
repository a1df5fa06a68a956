"""Formats: iCalendar bytes to events and reminders, RFC 5322 bytes to messages. No files, no clock, no settings."""
