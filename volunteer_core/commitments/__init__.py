"""One row per promise of a person's time, whoever made it: the one place that knows clashes.

All of it is inner: ``rosters`` and ``events`` ask for rights and then hold, promise and release.
"""
