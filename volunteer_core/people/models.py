"""Tables of people. Children minded at the 五点学堂 are not here but in ``care``: need-to-know."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from volunteer_core.tables import PRIVATE, Instant, Table, enum_type


class CheckResult(StrEnum):
    """The result of a record check (违法犯罪记录查询); nothing else of it is kept."""

    CLEAR = "clear"
    NOT_CLEAR = "not_clear"


class Person(Table):
    """A natural person known to the office: volunteer, grid worker, guardian."""

    __tablename__ = "people"

    code: Mapped[str] = mapped_column(String(32), unique=True)
    name: Mapped[str] = mapped_column(String(60), info=PRIVATE)
    phone: Mapped[str] = mapped_column(String(20), info=PRIVATE, default="", index=True)
    birth_date: Mapped[date | None] = mapped_column(info=PRIVATE)
    community_id: Mapped[int | None] = mapped_column(ForeignKey("communities.id"), index=True)
    grid_id: Mapped[int | None] = mapped_column(ForeignKey("grids.id"))
    registered_at: Mapped[datetime] = mapped_column(Instant)
    left_on: Mapped[date | None]
    visitor: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Known only for having signed up for an event by phone: no volunteer yet."""


class NameKey(Table):
    """One way to type a person's name: the characters, a full pinyin reading, its initials."""

    __tablename__ = "name_keys"
    __audited__ = False
    __table_args__ = (UniqueConstraint("key", "person_id"),)

    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    key: Mapped[str] = mapped_column(String(120), info=PRIVATE)


class Guardianship(Table):
    """An adult answers for a minor who volunteers, from a date on and until another."""

    __tablename__ = "guardianships"
    __table_args__ = (
        UniqueConstraint("ward_id", "guardian_id"),
        CheckConstraint("ward_id <> guardian_id", name="two_people"),
    )

    ward_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    guardian_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    relation: Mapped[str] = mapped_column(String(20))
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]


class Consent(Table):
    """A guardian's consent that a minor serves as a volunteer; withdrawn, not deleted."""

    __tablename__ = "consents"
    __table_args__ = (CheckConstraint("valid_from <= valid_to", name="order"),)

    ward_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    guardian_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    valid_from: Mapped[date]
    valid_to: Mapped[date]
    given_at: Mapped[datetime] = mapped_column(Instant)
    withdrawn_at: Mapped[datetime | None] = mapped_column(Instant)
    event_id: Mapped[int | None] = mapped_column(ForeignKey("events.id"))
    """The event for which alone it is given; null: standing, for all that the days cover."""


class Qualification(Table):
    """Something a person is qualified for, with the last day on which it counts (null: for good)."""

    __tablename__ = "qualifications"
    __table_args__ = (UniqueConstraint("person_id", "kind"),)

    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    kind: Mapped[str] = mapped_column(String(32), index=True)
    valid_from: Mapped[date]
    expires_on: Mapped[date | None]


class RecordCheck(Table):
    """A record check: its date and result only (未成年人保护法 Art 62)."""

    __tablename__ = "record_checks"
    __table_args__ = (UniqueConstraint("person_id", "checked_on"),)

    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    checked_on: Mapped[date]
    result: Mapped[CheckResult] = mapped_column(enum_type(CheckResult))


class LeaveKind(StrEnum):
    """What kind of leave it is, as the person says."""

    PERSONAL = "personal"
    """事假"""
    ILLNESS = "illness"
    """病假"""


class Leave(Table):
    """Days on which a person does not serve. Kind and reason are the person's own business."""

    __tablename__ = "leaves"
    __table_args__ = (CheckConstraint("first_day <= last_day", name="order"),)

    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    first_day: Mapped[date]
    last_day: Mapped[date]
    kind: Mapped[LeaveKind] = mapped_column(
        enum_type(LeaveKind), default=LeaveKind.PERSONAL, server_default="personal", info=PRIVATE
    )
    reason: Mapped[str] = mapped_column(String(200), default="", info=PRIVATE)
    entered_at: Mapped[datetime] = mapped_column(Instant)
    withdrawn_at: Mapped[datetime | None] = mapped_column(Instant)
