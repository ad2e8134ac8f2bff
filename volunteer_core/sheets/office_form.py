"""The form of ``office.toml``: what it may hold. Things are named by their codes, people by theirs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Any

import msgspec

from volunteer_core.sheets.problems import FileMalformed, SheetProblem
from volunteer_core.workdays.daybook import DayRule


class _Part(msgspec.Struct, forbid_unknown_fields=True):
    """A table of the TOML: unknown keys are refused, so that a slip of the pen is seen."""


class CommunityPart(_Part):
    code: str
    name: str
    coordinator: str | None = None


class GridPart(_Part):
    code: str
    name: str
    community: str


class SitePart(_Part):
    code: str
    name: str
    community: str
    grid: str | None = None
    address: str = ""
    latitude: float | None = None
    longitude: float | None = None


class TeamPart(_Part):
    code: str
    name: str
    purpose: str = ""
    leader: str | None = None
    community: str | None = None
    discreet: bool = False


class PatternPart(_Part):
    site: str
    weekdays: str
    start: time
    end: time
    minimum: int
    maximum: int
    valid_from: date
    valid_to: date
    leads: int = 0


class ProgrammePart(_Part):
    code: str
    name: str
    day_rule: DayRule
    team: str | None = None
    duty: bool = False
    minds_children: bool = False
    emergency: bool = False
    patterns: list[PatternPart] = []


class TermPart(_Part):
    name: str
    first_day: date
    last_day: date
    source: str
    tentative: bool = False


class LocalDayPart(_Part):
    day: date
    works: bool
    name: str
    source: str


class KeptPart(_Part):
    """Seats kept for people of a community until an instant."""

    community: str
    seats: int
    until: datetime


class PositionPart(_Part):
    name: str
    capacity: int
    earns_hours: bool
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    min_age: int | None = None
    max_age: int | None = None
    qualification: str | None = None
    approval: bool = False
    offer_minutes: int | None = None
    most_companions: int = 0
    kept: list[KeptPart] = []


class EventPart(_Part):
    code: str
    title: str
    site: str
    starts_at: datetime
    ends_at: datetime
    description: str = ""
    bring: str = ""
    contact: str = ""
    contact_phone: str = ""
    series: str | None = None
    """The title of the series to which it belongs."""
    community: str | None = None
    team: str | None = None
    programme: str | None = None
    signup_opens_at: datetime | None = None
    signup_closes_at: datetime | None = None
    cancel_until: datetime | None = None
    public: bool | None = None
    for_community: str | None = None
    for_team: str | None = None
    for_grid: str | None = None
    minimum: int | None = None
    decided_at: datetime | None = None
    positions: list[PositionPart] = []


class OfficeFile(_Part):
    """What ``office.toml`` may hold. Things are named by their codes, people by theirs."""

    office: dict[str, Any] = {}
    communities: list[CommunityPart] = []
    grids: list[GridPart] = []
    sites: list[SitePart] = []
    teams: list[TeamPart] = []
    programmes: list[ProgrammePart] = []
    terms: list[TermPart] = []
    local_days: list[LocalDayPart] = []
    events: list[EventPart] = []


def refuse_repeated_codes(file: str, office: OfficeFile) -> None:
    """Refuses a code that stands twice in a list. Pure."""
    lists: dict[str, Sequence[Any]] = {
        "communities": office.communities,
        "grids": office.grids,
        "sites": office.sites,
        "teams": office.teams,
        "programmes": office.programmes,
        "events": office.events,
    }
    problems = []
    for name, parts in lists.items():
        first: dict[str, int] = {}
        for number, part in enumerate(parts):
            if (before := first.setdefault(part.code, number)) != number:
                problems.append(
                    SheetProblem(file, None, None, f"{name}[{number}].code", f"与 {name}[{before}] 重复。")
                )
    if problems:
        raise FileMalformed(file, problems)
