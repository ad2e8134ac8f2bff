"""Volunteers, rosters, events, hours and calendars of one street office (街道办).

Open an office with :func:`volunteer_core.opening.open_office`, then call the operations of the
features (``rosters``, ``events``, ``hours`` …) with the work they are part of.
"""
