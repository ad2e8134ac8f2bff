"""The base of all tables, the names of constraints, and the column types they share."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, ClassVar
from uuid import uuid4

from sqlalchemy import DDL, DateTime, Enum, MetaData, String, event
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import TypeDecorator


class Table(DeclarativeBase):
    """The base of every table. A column is private when ``info={"private": True}``: the audit
    log then names it but never keeps its value."""

    metadata = MetaData(
        naming_convention={
            "pk": "pk_%(table_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
        }
    )

    __audited__: ClassVar[bool] = True
    """False for tables that are derived from others, such as a search index."""

    id: Mapped[int] = mapped_column(primary_key=True, sort_order=-1)


class Instant(TypeDecorator[datetime]):
    """An aware instant: stored in UTC, read back as UTC. A naive value is a programming error."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise TypeError("an instant needs a time zone")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def enum_type(cls: type[StrEnum]) -> Enum:
    """A text column that a CHECK holds to the values of the enum, the same in both databases."""
    return Enum(
        cls,
        name=_snake(cls.__name__),
        native_enum=False,
        create_constraint=True,
        length=32,
        values_callable=lambda members: [member.value for member in members],
    )


PRIVATE: dict[str, Any] = {"private": True}
"""``info`` of a column whose value must not reach the audit log."""


def create_with(table: type[Table], *statements: str, dialect: str) -> None:
    """Has statements run after a table is created, on one kind of database: triggers and the like."""
    for statement in statements:
        escaped = statement.replace("%", "%%")
        ddl = DDL(escaped).execute_if(dialect=dialect)  # type: ignore[no-untyped-call]
        event.listen(table.__table__, "after_create", ddl)


def _snake(name: str) -> str:
    return "".join("_" + letter.lower() if letter.isupper() else letter for letter in name).lstrip("_")


class Revised:
    """A row that calendars show. When a column named in ``__shown__`` changes, a watcher of
    ``calendars`` raises ``sequence`` and sets ``revised_at`` in the same flush (RFC 5545 §3.8.7.4)."""

    __shown__: ClassVar[tuple[str, ...]] = ()

    uid: Mapped[str] = mapped_column(String(36), unique=True, default=lambda: str(uuid4()))
    """Stable for life, random and free of host names (RFC 7986 §5.3)."""
    sequence: Mapped[int] = mapped_column(default=0)
    revised_at: Mapped[datetime] = mapped_column(Instant)
