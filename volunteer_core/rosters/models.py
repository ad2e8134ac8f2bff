"""Tables of patterns, shifts and what holds for them: rules, pairs, standing seats, versions, overrides.

Who is on a shift stands in ``commitments``.
"""

from __future__ import annotations

from datetime import date, datetime, time
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from volunteer_core.tables import PRIVATE, Instant, Revised, Table, enum_type


class ShiftStatus(StrEnum):
    """The life of a shift."""

    DRAFT = "draft"
    PUBLISHED = "published"
    CALLED_OFF = "called_off"
    """By somebody, for a reason: it stays so."""
    DROPPED = "dropped"
    """The pattern does not want it any more and nobody was on it: it comes back if wanted again."""


OPEN = (ShiftStatus.DRAFT, ShiftStatus.PUBLISHED)

SHIFT_TRANSITIONS = {
    ShiftStatus.DRAFT: {ShiftStatus.PUBLISHED, ShiftStatus.CALLED_OFF, ShiftStatus.DROPPED},
    ShiftStatus.PUBLISHED: {ShiftStatus.DRAFT, ShiftStatus.CALLED_OFF, ShiftStatus.DROPPED},
    ShiftStatus.CALLED_OFF: {ShiftStatus.DRAFT},
    ShiftStatus.DROPPED: {ShiftStatus.DRAFT},
}


class Pattern(Table):
    """When a programme runs at a site: its weekdays (those the day rule lets run), time and people.

    A pattern is never changed but ended, and another one follows: what was planned by it stays clear.
    """

    __tablename__ = "patterns"
    __table_args__ = (
        CheckConstraint("starts < ends", name="times"),
        CheckConstraint("minimum >= 0 AND minimum <= maximum AND leads <= maximum", name="people"),
        Index(None, "programme_id", "site_id"),
    )

    programme_id: Mapped[int] = mapped_column(ForeignKey("programmes.id"))
    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"))
    weekdays: Mapped[str] = mapped_column(String(7))
    """Digits of ISO weekdays, 1 for Monday to 7 for Sunday, ascending."""
    starts: Mapped[time]
    ends: Mapped[time]
    """Civil times of day in the office's zone."""
    minimum: Mapped[int]
    maximum: Mapped[int]
    leads: Mapped[int]
    """How many of them are qualified leads, as the programme's rules say (``trained_lead`` by default)."""
    qualification: Mapped[str | None] = mapped_column(String(32))
    """What everybody on its shifts must be qualified for, if anything."""
    valid_from: Mapped[date]
    valid_to: Mapped[date]


class Shift(Revised, Table):
    """A span of time at a site for which people are needed. Never deleted: it is called off."""

    __tablename__ = "shifts"
    __shown__ = ("starts_at", "ends_at", "site_id", "status", "note")
    __table_args__ = (
        UniqueConstraint("pattern_id", "civil_date"),
        CheckConstraint("starts_at < ends_at", name="order"),
        CheckConstraint("minimum >= 0 AND minimum <= maximum AND leads <= maximum", name="people"),
        Index(None, "programme_id", "civil_date"),
        Index(None, "site_id", "civil_date"),
    )

    programme_id: Mapped[int] = mapped_column(ForeignKey("programmes.id"))
    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"))
    pattern_id: Mapped[int | None] = mapped_column(ForeignKey("patterns.id"))
    civil_date: Mapped[date]
    starts_at: Mapped[datetime] = mapped_column(Instant)
    ends_at: Mapped[datetime] = mapped_column(Instant)
    minimum: Mapped[int]
    maximum: Mapped[int]
    leads: Mapped[int]
    qualification: Mapped[str | None] = mapped_column(String(32))
    status: Mapped[ShiftStatus] = mapped_column(enum_type(ShiftStatus))
    tentative: Mapped[bool] = mapped_column(default=False)
    """The year's calendar is not announced: it can be planned, not published."""
    published_at: Mapped[datetime | None] = mapped_column(Instant)
    """When it was first published: from then on calendars show what becomes of it."""
    note: Mapped[str] = mapped_column(String(200), default="")


class RosterRules(Table):
    """What a programme asks of its shifts beyond numbers. A programme without a row has the defaults."""

    __tablename__ = "roster_rules"
    __table_args__ = (
        CheckConstraint("min_age IS NULL OR max_age IS NULL OR min_age <= max_age", name="ages"),
        CheckConstraint("newcomer_shifts >= 0", name="newcomer_shifts"),
        CheckConstraint("most_of_family IS NULL OR most_of_family >= 1", name="most_of_family"),
    )

    programme_id: Mapped[int] = mapped_column(ForeignKey("programmes.id"), unique=True)
    lead_qualification: Mapped[str] = mapped_column(String(32), default="trained_lead")
    """Whoever has it counts as a lead."""
    qualification: Mapped[str | None] = mapped_column(String(32))
    """What everybody must be qualified for."""
    min_age: Mapped[int | None]
    max_age: Mapped[int | None]
    """Completed years on the day of the shift."""
    newcomer_shifts: Mapped[int] = mapped_column(default=0)
    """Who has served on fewer shifts here serves only beside a mentor (qualification ``mentor``)."""
    most_of_family: Mapped[int | None]
    """At most so many of one family on a shift: guardians with their wards, and who shares a phone."""
    never_alone: Mapped[bool] = mapped_column(default=False)
    """Nobody serves alone: home visits go in pairs (rule 14 of DESIGN.md)."""
    self_service: Mapped[bool] = mapped_column(default=True)
    """Members may take open places of published shifts themselves."""
    swaps_need_approval: Mapped[bool] = mapped_column(default=False)
    swap_hours: Mapped[int] = mapped_column(default=2)
    """How many hours before its start a shift can be offered and taken over at the latest."""
    asks_confirmation: Mapped[bool] = mapped_column(default=False)
    """Whoever is promised a shift is asked to confirm it."""


class PairKind(StrEnum):
    """What is laid down for two people."""

    TOGETHER = "together"
    """On the same shifts or on none."""
    APART = "apart"
    """Never on one shift."""


class PairRule(Table):
    """Two people who serve together or apart in a programme. The lower id comes first."""

    __tablename__ = "pair_rules"
    __table_args__ = (
        UniqueConstraint("programme_id", "person_id", "other_id"),
        CheckConstraint("person_id < other_id", name="order"),
    )

    programme_id: Mapped[int] = mapped_column(ForeignKey("programmes.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    other_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    kind: Mapped[PairKind] = mapped_column(enum_type(PairKind))


class StandingSeat(Table):
    """A seat on the shifts of a pattern that belongs to a person on a weekday until further notice."""

    __tablename__ = "standing_seats"
    __table_args__ = (
        CheckConstraint("weekday BETWEEN 1 AND 7", name="weekday"),
        CheckConstraint("valid_to IS NULL OR valid_from <= valid_to", name="order"),
        Index(None, "pattern_id", "weekday"),
    )

    pattern_id: Mapped[int] = mapped_column(ForeignKey("patterns.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    weekday: Mapped[int]
    """ISO weekday, 1 for Monday."""
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]


class RosterVersion(Table):
    """A published roster as it was after one change: a programme's week at a site. Never changed."""

    __tablename__ = "roster_versions"
    __audited__ = False
    __table_args__ = (UniqueConstraint("programme_id", "site_id", "week", "number"),)

    programme_id: Mapped[int] = mapped_column(ForeignKey("programmes.id"))
    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"))
    week: Mapped[str] = mapped_column(String(8))
    number: Mapped[int]
    """From 1, without gaps."""
    cause: Mapped[str] = mapped_column(String(32))
    """What was done: ``published``, ``withdrawn``, ``assigned``, ``released`` …"""
    made_at: Mapped[datetime] = mapped_column(Instant)
    made_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    contents: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    """Its shifts with their span, status and the ids of the people on them."""


class Override(Table):
    """Somebody who may has put a person on a shift against a rule, and said why."""

    __tablename__ = "overrides"

    commitment_id: Mapped[int] = mapped_column(ForeignKey("commitments.id"), index=True)
    codes: Mapped[list[str]] = mapped_column(JSON)
    """The codes of the rules that stood against it."""
    reason: Mapped[str] = mapped_column(String(200))
    made_at: Mapped[datetime] = mapped_column(Instant)
    made_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))


class DropOut(Table):
    """A person said that they cannot come to a shift they had promised. Why is their own business."""

    __tablename__ = "drop_outs"

    commitment_id: Mapped[int] = mapped_column(ForeignKey("commitments.id"), index=True)
    reason: Mapped[str] = mapped_column(String(200), default="", info=PRIVATE)
    said_at: Mapped[datetime] = mapped_column(Instant)
    said_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
