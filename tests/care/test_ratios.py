"""看护比: rule 8 of DESIGN.md."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from volunteer_core.care.ratios import adults_needed, adults_needed_now
from volunteer_core.office.settings import OfficeSettings

ratios = st.builds(
    OfficeSettings,
    care_first_adults=st.integers(1, 10),
    care_first_children=st.integers(1, 60),
    care_children_per_further_adult=st.integers(1, 60),
)


@pytest.mark.parametrize(
    ("children", "adults"),
    [(0, 0), (1, 2), (25, 2), (26, 3), (45, 3), (46, 4), (65, 4), (66, 5), (130, 8)],
)
def test_two_adults_up_to_25_children_and_one_for_each_further_20(children: int, adults: int) -> None:
    assert adults_needed(children, OfficeSettings()) == adults


def test_a_running_session_needs_two_before_the_first_child_comes() -> None:
    assert adults_needed_now(0, OfficeSettings()) == 2
    assert adults_needed_now(26, OfficeSettings()) == 3


@given(children=st.integers(1, 500), settings=ratios)
def test_the_adults_suffice_and_one_fewer_would_not(children: int, settings: OfficeSettings) -> None:
    def suffices_for(adults: int) -> int:
        further = (adults - settings.care_first_adults) * settings.care_children_per_further_adult
        return settings.care_first_children + further

    adults = adults_needed(children, settings)
    assert adults >= settings.care_first_adults
    assert children <= suffices_for(adults)
    assert adults == settings.care_first_adults or children > suffices_for(adults - 1)
