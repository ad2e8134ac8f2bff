"""What a change leaves as it is, where nothing is a value too. Pure."""

from __future__ import annotations

from typing import TypeVar

from msgspec import UnsetType

T = TypeVar("T")


def or_kept(given: T | UnsetType, before: T) -> T:
    """What is given, also if that is None; else what was."""
    return before if isinstance(given, UnsetType) else given
