"""What the planner is given and what it answers: the JSON form ``roster/1``, and a few fields of our own.

Fields marked "own" are not part of ``roster/1``; their defaults ask for nothing. Dates are civil, times of
day are the office's, weeks are ISO weeks. Ids are strings.
"""

from __future__ import annotations

from datetime import date, time
from enum import StrEnum
from typing import Literal

import msgspec


class Site(msgspec.Struct, frozen=True):
    """A place of sessions, and the community it lies in."""

    id: str
    community: str


class Session(msgspec.Struct, frozen=True):
    """A shift to be staffed: between ``min`` and ``max`` people, so many of them leads."""

    id: str
    site: str
    date: date
    start: time
    end: time
    min: int
    max: int
    leads: int = 0
    children: int = 0
    qualification: str | None = None
    """Own: what everybody on it must be qualified for."""
    never_alone: bool = False
    """Own: nobody serves on it alone."""


class Window(msgspec.Struct, frozen=True):
    """A span of a weekday (1 for Monday) in which a person can serve every week."""

    weekday: int
    start: time
    end: time


class ExceptionKind(StrEnum):
    UNAVAILABLE = "unavailable"
    AVAILABLE = "available"
    PREFER = "prefer"
    AVOID = "avoid"


class DateException(msgspec.Struct, frozen=True):
    """What goes before the weekly windows on a date. ``available`` and ``prefer`` open the whole day."""

    date: date
    kind: ExceptionKind
    why: str | None = None
    """Own: the code of what stands against the date: ``on_leave``, ``check_missing`` …"""


class Busy(msgspec.Struct, frozen=True):
    """Another commitment of a person."""

    date: date
    start: time
    end: time
    what: str = ""


class Person(msgspec.Struct, frozen=True):
    """Somebody who can be put on sessions, and within which limits."""

    id: str
    home: str
    team: str = ""
    kind: str = ""
    lead: bool = False
    newcomer: bool = False
    mentor: bool = False
    weekly: tuple[Window, ...] = ()
    exceptions: tuple[DateException, ...] = ()
    busy: tuple[Busy, ...] = ()
    sites: tuple[str, ...] | None = None
    """Where they go; None: anywhere."""
    max_per_week: int = 7
    max_consecutive_days: int = 7
    rest_minutes: int = 0
    target_minutes_per_week: int = 120
    past_minutes: int = 0
    past_offered_minutes: int = 0
    qualifications: tuple[str, ...] = ()
    """Own."""
    family: str | None = None
    """Own: who shares it is of one family."""
    partners: tuple[str, ...] = ()
    """Own: with whom they like to serve."""


class Pair(msgspec.Struct, frozen=True):
    """Two people in the same sessions or in none, or never in one."""

    kind: Literal["together", "never"]
    a: str
    b: str


class Weights(msgspec.Struct, frozen=True):
    """Preference points, and at what rates fairness, preference and continuity are exchanged."""

    avoid: int = 5
    neutral: int = 1
    same_community: int = 1
    other_community: int = 3
    over_target: int = 2
    fairness: int = 1
    preference: int = 300
    continuity: int = 300
    partner: int = 0
    """Own: preference points of a duty without any of the partners somebody wishes for."""


class Problem(msgspec.Struct, frozen=True):
    """A roster to be planned. ``start`` is a Monday, the horizon so many ISO weeks."""

    name: str
    start: date
    weeks: int
    sites: tuple[Site, ...]
    sessions: tuple[Session, ...]
    people: tuple[Person, ...]
    pairs: tuple[Pair, ...] = ()
    locked: tuple[tuple[str, str], ...] = ()
    published: tuple[tuple[str, str], ...] = ()
    weights: Weights = Weights()
    most_of_family: int | None = None
    """Own: at most so many of one family in a session."""
    format: Literal["roster/1"] = "roster/1"


class Levels(msgspec.Struct, frozen=True, order=True):
    """The cost of a roster, compared from the first level to the last: smaller is better."""

    gap: int
    lead: int
    change: int
    soft: int


class Bounds(msgspec.Struct, frozen=True):
    """What no roster can be better than, level by level, given the levels before are as good as they are
    here; None where nothing is proven."""

    gap: int | None = None
    lead: int | None = None
    change: int | None = None
    soft: int | None = None


class Stage(msgspec.Struct, frozen=True):
    """One step of the planner: what it was about, whether it was solved to the end, seconds it took."""

    name: str
    proven: bool
    seconds: float
    value: int | None = None
    bound: int | None = None


class Change(msgspec.Struct, frozen=True, omit_defaults=True):
    """A change to the problem that somebody could bring about."""

    person: str | None = None
    session: str | None = None
    max_per_week: int | None = None
    max_consecutive_days: int | None = None
    rest_minutes: int | None = None
    date: date | None = None
    kind: ExceptionKind | None = None
    start: time | None = None
    end: time | None = None
    site: str | None = None
    """Own: a further site the person goes to."""


class Fix(msgspec.Struct, frozen=True):
    """A change that covers a place by itself. Proven: with it, a roster lacks ``gain`` people fewer."""

    change: Change
    gain: int
    price: int = 0
    """Own: how much is asked of people by it: the fixes are ordered by this."""


class Package(msgspec.Struct, frozen=True):
    """Several changes that together cover a place where no single one does; proven like a fix."""

    changes: tuple[Change, ...]
    gain: int
    price: int


class Explanation(msgspec.Struct, frozen=True):
    """Why a session is uncovered: how many people which reason keeps from it, and what would help."""

    session: str
    missing: int
    lead_missing: int
    reasons: dict[str, int]
    """How many people each reason keeps away; of several the first is counted."""
    fixes: tuple[Fix, ...] = ()
    package: Package | None = None
    """Own."""
    against: dict[str, list[str]] = {}
    """Own: all that stands against each person who goes to the site and would help there. Who has nothing
    but this against them covers the place once it is taken away."""


class Plan(msgspec.Struct, frozen=True):
    """A roster, what it costs, what is proven about it, and how it came about."""

    assignments: tuple[tuple[str, str], ...]
    levels: Levels
    bounds: Bounds
    stages: tuple[Stage, ...]
    proven: bool
    """Every level is at its bound: no roster is better."""
    seconds: float
    solver: str
    explanations: tuple[Explanation, ...] = ()
    notes: tuple[str, ...] = ()
    """What was found wrong with the problem and how it was dealt with: a locked duty that breaks a rule."""
