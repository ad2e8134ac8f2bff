"""The weekly targets as many people's weeks show them."""

from __future__ import annotations

import msgspec

from volunteer_core.database import Page
from volunteer_core.hours.targets.excuses import Excuse


class WeekLine(msgspec.Struct, frozen=True):
    """One ISO week of many people. Who has reached the target is not counted as excused."""

    week: str
    target: int
    people: int
    """Who belonged for the whole week."""
    reached: int
    excused: int
    not_yet: int
    """The rest."""


class MemberProgress(msgspec.Struct, frozen=True):
    """A person's week. Illness is not told apart from other leave."""

    person_id: int
    code: str
    name: str
    """In full for a team's leader, masked in a community."""
    minutes: int
    reached: bool
    excused: Excuse | None
    streak: int
    """As of this week: weeks reached in a row, which neither an excused nor the running week breaks."""


class CrowdProgress(msgspec.Struct, frozen=True):
    """A week: how many reached the target, and everybody who counts, by code."""

    totals: WeekLine
    members: Page[MemberProgress]
