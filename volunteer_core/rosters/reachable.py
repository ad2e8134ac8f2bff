"""How much of several spans one person can do. Pure."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection

from volunteer_core.timespans import Span


def most_minutes(spans: Collection[Span], *, at_most: int) -> int:
    """The most minutes of so many spans that do not overlap; back-to-back ones do not."""
    ordered = sorted(spans, key=lambda span: span.end)
    ends = [span.end for span in ordered]
    # Of each: its minutes, and how many of the others are over when it begins.
    each = [(span.minutes, bisect_right(ends, span.start)) for span in ordered]
    best = [0] * (len(ordered) + 1)  # of the first so many spans
    for _ in range(min(at_most, len(ordered))):
        with_one_more = [0]
        for minutes, before in each:
            with_one_more.append(max(with_one_more[-1], minutes + best[before]))
        if with_one_more == best:
            break
        best = with_one_more
    return best[-1]
