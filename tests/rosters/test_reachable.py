"""How much of several spans one person can do, against trying all of them."""

from __future__ import annotations

from datetime import timedelta
from itertools import combinations

from hypothesis import example, given
from hypothesis import strategies as st

from tests.world import NOW
from volunteer_core.rosters.reachable import most_minutes
from volunteer_core.timespans import Span

starts_and_lengths = st.lists(st.tuples(st.integers(0, 20), st.integers(1, 8)), max_size=7)


@given(starts_and_lengths, st.integers(-1, 4))
@example([(0, 2), (2, 2), (4, 2)], 3)  # back to back
@example([(0, 9), (0, 2), (3, 2), (6, 2)], 2)  # one long one is more than two short ones
def test_it_is_the_best_of_all_that_can_be_done_together(spells: list[tuple[int, int]], at_most: int) -> None:
    spans = [
        Span(NOW + timedelta(minutes=start), NOW + timedelta(minutes=start + length))
        for start, length in spells
    ]
    best = 0
    for number in range(max(at_most, 0) + 1):
        for chosen in combinations(spans, number):
            if not any(one.overlaps(other) for one, other in combinations(chosen, 2)):
                best = max(best, sum(span.minutes for span in chosen))
    assert most_minutes(spans, at_most=at_most) == best
