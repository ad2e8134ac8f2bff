"""By what hours are tallied. Pure."""

from __future__ import annotations

from enum import StrEnum


class Dimension(StrEnum):
    """By what minutes are tallied. ``community`` and ``grid`` are those of the place of service;
    ``home_community`` is the person's own, when it was entered."""

    PERSON = "person"
    TEAM = "team"
    COMMUNITY = "community"
    HOME_COMMUNITY = "home_community"
    GRID = "grid"
    PROGRAMME = "programme"
    KIND = "kind"


COLUMNS = {dimension: f"{dimension}_id" for dimension in Dimension} | {Dimension.KIND: "kind"}
"""The column of a dimension, in the ledger and in the summary."""
