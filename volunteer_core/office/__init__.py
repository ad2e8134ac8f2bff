"""The office itself: its settings, each with the date from which it holds."""
