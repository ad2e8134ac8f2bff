"""Tables of teams, grid posts and programmes."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from volunteer_core.tables import PRIVATE, Table, enum_type
from volunteer_core.workdays.daybook import DayRule


class GridRole(StrEnum):
    """The three of a grid (一格三员): three roles, not three ranks."""

    COMMUNITY_CADRE = "community_cadre"
    RESIDENTS_GROUP_LEADER = "residents_group_leader"
    RECRUITED_GRID_WORKER = "recruited_grid_worker"


class Team(Table):
    """A volunteer team. A discreet one (红娘站, visits to the elderly) hides what its shifts are."""

    __tablename__ = "teams"

    code: Mapped[str] = mapped_column(String(32), unique=True)
    name: Mapped[str] = mapped_column(String(60))
    purpose: Mapped[str] = mapped_column(String(200), default="")
    community_id: Mapped[int | None] = mapped_column(ForeignKey("communities.id"))
    discreet: Mapped[bool] = mapped_column(default=False)


class Membership(Table):
    """A person belongs to a team from a date on and until another; leading is part of it."""

    __tablename__ = "memberships"
    __table_args__ = (
        Index(
            "uq_memberships_current",
            "team_id",
            "person_id",
            unique=True,
            sqlite_where=text("left_on IS NULL"),
            postgresql_where=text("left_on IS NULL"),
        ),
        CheckConstraint("left_on IS NULL OR joined_on <= left_on", name="order"),
    )

    team_id: Mapped[int] = mapped_column(ForeignKey("teams.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    joined_on: Mapped[date]
    left_on: Mapped[date | None]
    """The first day on which the person is no member any more."""
    leads: Mapped[bool] = mapped_column(default=False)


class GridPost(Table):
    """Who holds which of a grid's three posts since when, and whether it is salaried.

    Workers at a community's station have no grid. One person holds a grid's post at a time.
    """

    __tablename__ = "grid_posts"
    __table_args__ = (
        Index(
            "uq_grid_posts_current",
            "grid_id",
            "role",
            unique=True,
            sqlite_where=text("until IS NULL"),
            postgresql_where=text("until IS NULL"),
        ),
        CheckConstraint("until IS NULL OR since <= until", name="order"),
        CheckConstraint("role <> 'residents_group_leader' OR NOT salaried", name="unpaid_leader"),
    )

    community_id: Mapped[int] = mapped_column(ForeignKey("communities.id"))
    grid_id: Mapped[int | None] = mapped_column(ForeignKey("grids.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    role: Mapped[GridRole] = mapped_column(enum_type(GridRole))
    salaried: Mapped[bool]
    since: Mapped[date]
    until: Mapped[date | None]
    """The first day on which the person does not hold the post any more."""


class Advised:
    """What people who come are told beside when and where: what to bring, and whom to call.

    The contact is typed on purpose, to be passed on; it is never taken from a person's record.
    """

    bring: Mapped[str] = mapped_column(String(500), default="", server_default="")
    contact: Mapped[str] = mapped_column(String(60), default="", server_default="", info=PRIVATE)
    contact_phone: Mapped[str] = mapped_column(String(20), default="", server_default="", info=PRIVATE)


class Programme(Advised, Table):
    """Something that goes on: 五点学堂, 每周两小时. A team runs it on the days its rule says."""

    __tablename__ = "programmes"
    code: Mapped[str] = mapped_column(String(32), unique=True)
    name: Mapped[str] = mapped_column(String(60))
    team_id: Mapped[int | None] = mapped_column(ForeignKey("teams.id"))
    day_rule: Mapped[DayRule] = mapped_column(enum_type(DayRule))
    duty: Mapped[bool] = mapped_column(default=False)
    """Whether salaried grid workers are on paid duty here (never volunteer hours)."""
    minds_children: Mapped[bool] = mapped_column(default=False)
    emergency: Mapped[bool] = mapped_column(default=False)
    grace_minutes: Mapped[int] = mapped_column(default=0, server_default="0")
    """How long before and after the planned span time that is checked in and out still counts."""
