"""Calendars: subscriptions with secret addresses, revisions by watching the session, iCal text."""
