"""What goes out of drafts. Those who read them make the roster, so names are shown in full."""

from __future__ import annotations

from datetime import date, datetime, time

import msgspec

from volunteer_core.rosters.drafts.models import DraftStatus
from volunteer_core.rosters.planning.problem import Bounds, Levels


class SoftParts(msgspec.Struct, frozen=True):
    """What the last level is made of, weighed as the office has laid down."""

    fairness: int
    preference: int
    continuity: int


class DraftSummary(msgspec.Struct, frozen=True):
    """A draft and how far it is. ``stage`` and ``levels`` are those of the best roster found so far."""

    id: int
    programme_id: int
    name: str
    first_day: date
    last_day: date
    site_ids: list[int]
    status: DraftStatus
    seed: int
    seconds: int
    """How long the planner may take."""
    requested_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    stop_asked: bool
    stage: str
    levels: Levels | None
    bounds: Bounds | None
    proven: bool
    """No roster is better: every level is at its bound."""
    seconds_taken: float | None
    edited: bool
    """Changed by hand since it was planned."""
    failure: str


class DraftPerson(msgspec.Struct, frozen=True):
    """A person on a shift of a draft. ``promised``: the published roster has them there already."""

    person_id: int
    code: str
    name: str
    lead: bool
    locked: bool
    promised: bool


class Step(msgspec.Struct, frozen=True, omit_defaults=True):
    """A change that somebody could bring about: a person serves on a further day, or up to so many times a
    week, so many days running, or with so little rest; or a shift is at another time of its day."""

    person_id: int | None = None
    day: date | None = None
    max_per_week: int | None = None
    max_consecutive_days: int | None = None
    rest_minutes: int | None = None
    shift_id: int | None = None
    starts: time | None = None
    ends: time | None = None


class Help(msgspec.Struct, frozen=True):
    """What would cover a place, in words and as steps; ``gain`` people fewer are then missing."""

    text: str
    gain: int
    steps: list[Step]


class DraftShift(msgspec.Struct, frozen=True):
    """A shift with the people a draft puts on it, and what it lacks. If it lacks anything ``reason`` says
    why in Chinese, and ``fixes`` what would help, the cheapest first."""

    shift_id: int
    site_id: int
    site_name: str
    civil_date: date
    starts_at: datetime
    ends_at: datetime
    minimum: int
    maximum: int
    leads: int
    people: list[DraftPerson]
    missing: int
    leads_missing: int
    reason: str
    fixes: list[Help]


class Load(msgspec.Struct, frozen=True):
    """How much a person serves of what they have offered, in minutes; the past eight weeks count."""

    person_id: int
    name: str
    minutes: int
    past_minutes: int
    offered_minutes: int
    ratio: float


class PersonChange(msgspec.Struct, frozen=True):
    """What a draft changes for a person in the published roster, as Chinese spans with the site.

    ``cannot_come``: of those dropped, the ones to which they could not have come anyway.
    """

    person_id: int
    name: str
    added: list[str]
    dropped: list[str]
    cannot_come: list[str]


class DraftView(msgspec.Struct, frozen=True):
    """A planned draft: one week of it, and what concerns all of it."""

    draft: DraftSummary
    weeks: list[str]
    """Its ISO weeks that have shifts."""
    week: str | None
    """The week that ``shifts`` are of; null while it is not planned."""
    shifts: list[DraftShift]
    uncovered: int
    """Shifts of all weeks that lack somebody."""
    changes: list[PersonChange]
    loads: list[Load]
    """The ten who carry most of what they have offered."""
    unused: int
    """People who offered something and serve on nothing."""
    parts: SoftParts | None
    fairness_costs: int | None
    """By how much wishes, ways and faces would be better if nobody minded a fair share; null if there was
    no time left to find out."""
    notes: list[str]


class WhyNot(msgspec.Struct, frozen=True):
    """Why a person is not on a shift of a draft: a code of the planner, and the same in Chinese."""

    shift_id: int
    person_id: int
    name: str
    reason: str
    text: str
