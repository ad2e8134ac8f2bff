"""Opening work: ``read()`` and ``write()``. The only module that tells SQLite from PostgreSQL."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache
from typing import Any, Generic, TypedDict, TypeVar, Unpack

import msgspec
from sqlalchemy import URL, Engine, Select, bindparam, create_engine, event, func, make_url, select, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DataError, IntegrityError, OperationalError, SQLAlchemyError
from sqlalchemy.orm import Session
from sqlalchemy.pool import ConnectionPoolEntry

from volunteer_core import permissions
from volunteer_core.errors import Conflict, Malformed, NotAllowed, NotFound, Refused
from volunteer_core.permissions import About, Actor, Reach
from volunteer_core.tables import Table

T = TypeVar("T", bound=Table)
V = TypeVar("V", bound=msgspec.Struct)

BUSY_TIMEOUT_MS = 10_000
POOL_SIZE = 4
LONGEST_PAGE = 500
LARGEST_ID = 2**31 - 1
_FILE_TROUBLE = ("SQLITE_CANTOPEN", "SQLITE_FULL", "SQLITE_IOERR", "SQLITE_READONLY")


class Busy(Conflict, code="busy", sentence="系统正忙，请稍后再试。"):
    """Too many people write at once, or two works waited for each other: nothing was changed."""


class Unreachable(
    Refused,
    code="database_unreachable",
    sentence="数据库无法打开（{reason}），请检查 VOLUNTEER_DATABASE_URL 以及数据库是否在运行。",
):
    """There is no database at that address, or it does not answer. ``reason`` is what the driver says."""


class Paging(msgspec.Struct, frozen=True):
    """Which part of a list is asked for: at most ``limit`` (1 to 500) rows, skipping ``offset``."""

    limit: int = 50
    offset: int = 0

    def __post_init__(self) -> None:
        if not 1 <= self.limit <= LONGEST_PAGE:
            raise Malformed("limit", f"应在 1 至 {LONGEST_PAGE} 之间。")
        if not 0 <= self.offset <= LARGEST_ID:
            raise Malformed("offset", "不能为负数。")


class Page(msgspec.Struct, Generic[V], frozen=True):
    """A part of a list, and how long the whole list is."""

    items: list[V]
    total: int
    limit: int
    offset: int


class Facts(TypedDict, total=False):
    """What of a subject rights ask for, as ids; see :class:`volunteer_core.permissions.About`."""

    communities: Iterable[int | None]
    teams: Iterable[int | None]
    people: Iterable[int | None]
    guardians: Iterable[int | None]
    on_duty: Iterable[int | None]


class Work(Session):
    """One transaction: a SQLAlchemy session that knows who acts (``by``) and when (``now``, UTC)."""

    by: Actor
    now: datetime
    writing: bool
    base_url: str = ""
    """What links to this office begin with; empty where it has no address to be reached at."""

    def __init__(self, bind: Engine, *, by: Actor, now: datetime, writing: bool) -> None:
        if now.tzinfo is None:
            raise TypeError("now needs a time zone")
        super().__init__(bind, autoflush=True, expire_on_commit=False)
        self.by = by
        self.now = now.astimezone(UTC)
        self.writing = writing
        self._kept: set[Table] = set()

    def may(self, operation: str, **facts: Unpack[Facts]) -> bool:
        """Whether the actor's rights cover the operation on this subject."""
        about = About(**{scope: _ids(ids) for scope, ids in facts.items()})  # type: ignore[arg-type]
        return permissions.allowed(self.by, operation, about)

    def demand(self, operation: str, **facts: Unpack[Facts]) -> None:
        """Refuses (``NotAllowed``) unless the actor's rights cover the operation on this subject."""
        if not self.may(operation, **facts):
            raise NotAllowed(operation=operation)

    def reach(self, operation: str) -> Reach:
        """How far a list may show the actor; refuses (``NotAllowed``) who would see nothing."""
        return permissions.reach(self.by, operation)

    def find(self, table: type[T], row_id: int) -> T:
        """The row with that id, or :class:`NotFound`. Takes no lock; a work reads each row once."""
        row = self.get(table, row_id) if 0 < row_id <= LARGEST_ID else None
        if row is None:
            raise NotFound(table.__tablename__, row_id)
        self._kept.add(row)  # a session alone forgets rows that nobody holds
        return row

    def forget(self) -> None:
        """Forgets what operations remember in ``info``, and rows: a savepoint that is undone may have
        written them."""
        self.info.clear()
        self._kept.clear()

    def lock(self, table: type[T], row_id: int) -> T:
        """The row with that id as it is now, kept from other writers until the end of this work."""
        found = self.lock_all(table, [row_id])
        if not found:
            raise NotFound(table.__tablename__, row_id)
        return found[0]

    def lock_all(self, table: type[T], ids: Iterable[int]) -> list[T]:
        """Locks rows in ascending order of id, so that two works never wait for each other.

        On PostgreSQL ``FOR NO KEY UPDATE``, so that foreign keys of other inserts do not wait; on
        SQLite a writing work is alone anyway. Rows already loaded are read again, and :meth:`find` has them.
        """
        wanted = sorted({row_id for row_id in ids if 0 < row_id <= LARGEST_ID})
        if not wanted:
            return []
        rows = list(self.scalars(_locking(table), {"ids": wanted}))
        self._kept.update(rows)
        return rows

    def views(
        self, view: type[V], statement: Select[*tuple[Any, ...]], facts: Mapping[str, Any] | None = None
    ) -> list[V]:
        """The rows of a statement as Structs; its columns are labelled with their fields' names."""
        return [view(**row) for row in self.execute(statement, facts).mappings()]

    def page(self, view: type[V], statement: Select[*tuple[Any, ...]], paging: Paging) -> Page[V]:
        """One page of an ordered statement, with the number of all rows."""
        total = self.scalar(select(func.count()).select_from(statement.order_by(None).subquery())) or 0
        rows = self.views(view, statement.limit(paging.limit).offset(paging.offset)) if total else []
        return Page(rows, total, paging.limit, paging.offset)


class Database:
    """An opened database. Keep one for each process and ``dispose()`` it at the end.

    ``clock`` gives the present for work that is not told its ``now``, ``base_url`` is what links begin with.
    """

    def __init__(
        self,
        url: str | URL,
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        pool_size: int = POOL_SIZE,
        base_url: str = "",
        echo: bool = False,
    ) -> None:
        self.url = make_url(url)
        self.clock = clock
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self._work: type[Work] = type("Work", (Work,), {"base_url": base_url.rstrip("/")})
        self.watch("before_flush", _refuse_flush_while_reading)
        self.watch("after_soft_rollback", _forget_what_was_read)
        self._writer: threading.Lock | None = None
        self.engine: Engine
        self._writing_engine: Engine
        self._reading_engine: Engine
        if self.is_sqlite:
            self.engine = create_engine(
                self.url, echo=echo, pool_size=pool_size, max_overflow=0, connect_args={"timeout": 10}
            )
            event.listen(self.engine, "connect", _prepare_sqlite)
            event.listen(self.engine, "begin", _begin_sqlite)
            self._writing_engine = self.engine.execution_options(begin_immediate=True)
            self._reading_engine = self.engine
            self._writer = threading.Lock()
        else:
            self.engine = create_engine(
                self.url, echo=echo, pool_size=pool_size, max_overflow=0, pool_pre_ping=True
            )
            self._writing_engine = self.engine
            self._reading_engine = self.engine.execution_options(
                isolation_level="REPEATABLE READ", postgresql_readonly=True
            )

    @contextmanager
    def read(self, *, by: Actor, now: datetime | None = None) -> Iterator[Work]:
        """Work that only looks: one consistent snapshot, and a flush is an error."""
        with (
            _telling(),
            self._work(self._reading_engine, by=by, now=now or self.clock(), writing=False) as work,
        ):
            yield work

    @contextmanager
    def write(self, *, by: Actor, now: datetime | None = None) -> Iterator[Work]:
        """Work that changes something: all of it is committed at the end, or nothing at an error."""
        with (
            self._alone(),
            _telling(),
            self._work(self._writing_engine, by=by, now=now or self.clock(), writing=True) as work,
        ):
            try:
                yield work
                work.commit()
            except IntegrityError as error:
                # Somebody else was first: the rule was checked before, and the database held it.
                raise Conflict(constraint=_constraint(error)) from error
            except DataError as error:
                # A number too large for its column, NUL in a text: SQLite takes them, PostgreSQL not.
                raise Malformed("value", "超出可以保存的范围。") from error

    def watch(self, event_name: str, watcher: Callable[..., None]) -> None:
        """Has a function called at a session event of every work of this database."""
        event.listen(self._work, event_name, watcher)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """SQLite has one writer at a time: waiting here is fairer and cheaper than its busy time-out."""
        if self._writer is None:
            yield
        else:
            with self._writer:
                yield

    def demand_ready(self) -> None:
        """Refuses (:class:`Unreachable`) unless the database answers."""
        with reaching(), self.engine.connect() as connection:
            connection.execute(text("SELECT 1"))

    def dispose(self) -> None:
        """Closes all connections."""
        self.engine.dispose()


@contextmanager
def reaching() -> Iterator[None]:
    """Refuses (:class:`Unreachable`) what fails because there is no database to be had."""
    try:
        yield
    except (TypeError, ValueError) as error:  # repeats a part of the address, perhaps of the password
        raise Unreachable(reason="地址有误") from error
    except (ImportError, SQLAlchemyError) as error:
        raise Unreachable(reason=_said(error)) from error


@contextmanager
def _telling() -> Iterator[None]:
    """Refuses (:class:`Busy`, :class:`Unreachable`) what is not the fault of a statement."""
    try:
        yield
    except OperationalError as error:
        if _is_contention(error):
            raise Busy from error
        if _is_out_of_reach(error):
            raise Unreachable(reason=_said(error)) from error
        raise


def is_sqlite(work: Session) -> bool:
    """Whether this work runs on SQLite, for the few statements that differ."""
    return work.get_bind().dialect.name == "sqlite"


def insert_missing(work: Session, table: type[Table], rows: Sequence[Mapping[str, Any]]) -> int:
    """Adds rows past the session, save those whose unique key is there, also from whoever was quicker;
    returns how many it added."""
    insert = sqlite.insert if is_sqlite(work) else postgresql.insert
    statement = insert(table).on_conflict_do_nothing()
    options = {"preserve_rowcount": True}  # else it is gone with the cursor
    return work.connection().execute(statement, rows, execution_options=options).rowcount


def _refuse_flush_while_reading(work: Work, *_: object) -> None:
    if not work.writing and (work.new or work.dirty or work.deleted):
        raise RuntimeError("this work was opened for reading: open it with write()")


def _forget_what_was_read(work: Work, _: object) -> None:
    work.forget()


def _prepare_sqlite(connection: Any, _record: ConnectionPoolEntry) -> None:
    connection.isolation_level = None  # we begin ourselves, so that IMMEDIATE is possible
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        f"busy_timeout={BUSY_TIMEOUT_MS}",
        "foreign_keys=ON",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    immediate = connection.get_execution_options().get("begin_immediate")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")


def _constraint(error: IntegrityError) -> str:
    """The name of the broken constraint where the database tells it, else what it says."""
    diagnosis = getattr(error.orig, "diag", None)
    return getattr(diagnosis, "constraint_name", None) or _said(error)


def _said(error: Exception) -> str:
    """The first line of what the driver says."""
    return str(getattr(error, "orig", error)).split("\n")[0][:200]


def _is_out_of_reach(error: OperationalError) -> bool:
    """PostgreSQL: no connection, an ended one, or no room. SQLite: the file cannot be had or written."""
    code = getattr(error.orig, "sqlite_errorname", None)
    if code is not None:
        return str(code).startswith(_FILE_TROUBLE)
    state = getattr(error.orig, "sqlstate", None)
    return state is None or state.startswith(("08", "53", "57P"))


def _is_contention(error: OperationalError) -> bool:
    """Deadlock or serialisation failure on PostgreSQL, a lock that was not had on SQLite."""
    code = getattr(error.orig, "sqlstate", None)
    return code in {"40001", "40P01", "55P03"} or "database is locked" in str(error.orig)


@cache
def _locking(table: type[T]) -> Select[T]:
    return (
        select(table)
        .where(table.id.in_(bindparam("ids", expanding=True)))
        .order_by(table.id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )


def _ids(values: Iterable[int | None]) -> frozenset[int]:
    return frozenset(value for value in values if value is not None)
