"""Rosters: weekly patterns yield dated shifts; people are assigned, a week is published, kept, marked."""
