"""The audit log: who changed which field of what, when and why.

A watcher on the session writes it in the same transaction, so that no operation can forget it.
Private columns appear by name, never by value. Writes that would slip past the watcher (Core
statements run through the session) are refused unless they say ``unaudited`` in their options.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time
from enum import StrEnum
from typing import Any

import msgspec
from sqlalchemy import JSON, ForeignKey, Index, String, TextClause, insert, inspect, select
from sqlalchemy.orm import Mapped, ORMExecuteState, mapped_column

from volunteer_core import texts
from volunteer_core.database import Database, Page, Paging, Work
from volunteer_core.permissions import ActorKind
from volunteer_core.tables import Instant, Table, enum_type

UNAUDITED: Mapping[str, bool] = {"unaudited": True}
"""Execution options of a statement that needs no audit: bookkeeping such as a token's last use."""


class Action(StrEnum):
    ADDED = "added"
    CHANGED = "changed"
    REMOVED = "removed"


class AuditEntry(Table):
    """One changed row. ``changes`` maps a column to ``[before, after]``, or to null if private."""

    __tablename__ = "audit_entries"
    __table_args__ = (Index(None, "subject", "subject_id"),)

    at: Mapped[datetime] = mapped_column(Instant)
    actor_kind: Mapped[ActorKind] = mapped_column(enum_type(ActorKind))
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    reason: Mapped[str] = mapped_column(String(200))
    action: Mapped[Action] = mapped_column(enum_type(Action))
    subject: Mapped[str] = mapped_column(String(64))
    subject_id: Mapped[int]
    changes: Mapped[dict[str, Any]] = mapped_column(JSON)


_ENTER = insert(AuditEntry)


class AuditView(msgspec.Struct, frozen=True):
    """A changed row as the street office sees it."""

    id: int
    at: datetime
    actor_kind: ActorKind
    actor_id: int | None
    reason: str
    action: Action
    subject: str
    subject_id: int
    changes: dict[str, Any]


def watch(database: Database) -> None:
    """Has every write of this database logged."""
    database.watch("after_flush", _log)
    database.watch("do_orm_execute", _refuse_unwatched_write)


def entries(
    work: Work, *, subject: str | None = None, subject_id: int | None = None, paging: Paging = Paging()
) -> Page[AuditView]:
    """The log, newest first; of one table or one row if asked."""
    work.demand("audit.read")
    statement = select(*(getattr(AuditEntry, field) for field in AuditView.__struct_fields__))
    if subject is not None:
        statement = statement.where(AuditEntry.subject == texts.line("subject", subject, longest=64))
    if subject_id is not None:
        statement = statement.where(AuditEntry.subject_id == subject_id)
    return work.page(AuditView, statement.order_by(AuditEntry.id.desc()), paging)


def _log(work: Work, _context: object) -> None:
    rows = [
        {
            "at": work.now,
            "actor_kind": work.by.kind,
            "actor_id": work.by.person_id,
            "reason": work.by.reason[:200],
            "action": action,
            "subject": row.__tablename__,
            "subject_id": row.id,
            "changes": changes,
        }
        for action, rows_of_action in (
            (Action.ADDED, work.new),
            (Action.CHANGED, work.dirty),
            (Action.REMOVED, work.deleted),
        )
        for row in sorted(rows_of_action, key=lambda row: (row.__tablename__, row.id))
        if row.__audited__
        if (changes := _changes(row, action)) or action is Action.REMOVED
    ]
    if rows:
        work.connection().execute(_ENTER, rows)


def _changes(row: Table, action: Action) -> dict[str, Any]:
    changes: dict[str, Any] = {}
    state = inspect(row)
    for column in state.mapper.column_attrs:
        if column.key not in state.committed_state:  # was not set
            continue
        history = state.attrs[column.key].history
        if not history.has_changes():
            continue
        after = history.added[0] if history.added else None
        before = history.deleted[0] if history.deleted else None
        if action is Action.ADDED and after is None:
            continue
        private = column.columns[0].info.get("private", False)
        changes[column.key] = None if private else [_plain(before), _plain(after)]
    return changes


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, datetime | date | time) else value


def _refuse_unwatched_write(state: ORMExecuteState) -> None:
    writes = state.is_insert or state.is_update or state.is_delete or isinstance(state.statement, TextClause)
    if writes and not state.execution_options.get("unaudited"):
        raise RuntimeError("this write would slip past the audit log: change mapped rows instead")
