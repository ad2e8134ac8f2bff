"""A day's session of the 五点学堂: who is there, arrival and hand-over."""

from __future__ import annotations

from datetime import UTC, date, datetime

from litestar import Router
from litestar.params import JSONBody

from api.incoming import AwareDatetime, Body, Id, PathId, given
from api.operations import act, get
from api.work import Opened
from volunteer_core.care import handover, sessions
from volunteer_core.care.handover import PresenceView
from volunteer_core.care.views import (
    AdultOnDuty,
    ChildAtSession,
    PickupPerson,
    SessionDetail,
    SessionView,
)

STARTS, ENDS = datetime(2026, 12, 3, 9, tzinfo=UTC), datetime(2026, 12, 3, 10, tzinfo=UTC)
SESSION = SessionView(2, 1, 1, date(2026, 12, 3), STARTS, ENDS, None)
CHILD = ChildAtSession(8, "林小雨", STARTS, None, [PickupPerson(11, 143, "林海燕", "母亲", "138****5678")])
DETAIL = SessionDetail(SESSION, [CHILD], 36, 1, [AdultOnDuty(4, "吴少芬", True)], 3, 2, 1, 0)
PRESENCE = PresenceView(2, 8, STARTS, 4, None, None, None)


class OpenSession(Body):
    """Which programme's day at which site."""

    programme_id: Id
    site_id: Id
    day: date


class Arrive(Body):
    """A child that has come; now if no instant is given."""

    child_id: Id
    at: AwareDatetime | None = None


class HandOver(Body):
    """A child that leaves, and the authorisation by which it does; now if no instant is given."""

    child_id: Id
    authorisation_id: Id
    at: AwareDatetime | None = None


@act(
    "/sessions",
    operation="care.session",
    asks=OpenSession(programme_id=1, site_id=1, day=date(2026, 12, 3)),
    answers=SESSION,
)
def open_session(opened: Opened, data: JSONBody[OpenSession]) -> SessionView:
    """Open a day's session, or find it if it is open already."""
    with opened.write() as work:
        return sessions.open_session(work, **given(data))


@get("/sessions/{session_id:int}", operation="care.session", answers=DETAIL)
def read_session(opened: Opened, session_id: PathId) -> SessionDetail:
    """Read a session: for the staff on duty and the coordinator only."""
    with opened.read() as work:
        return sessions.read_session(work, session_id=session_id)


@act(
    "/sessions/{session_id:int}/arrivals",
    operation="care.arrive",
    asks=Arrive(child_id=8),
    answers=PRESENCE,
)
def arrive(opened: Opened, session_id: PathId, data: JSONBody[Arrive]) -> PresenceView:
    """Note that a child has come; twice changes nothing."""
    with opened.write() as work:
        return handover.arrive(work, session_id=session_id, **given(data))


@act(
    "/sessions/{session_id:int}/handovers",
    operation="care.hand_over",
    asks=HandOver(child_id=8, authorisation_id=11),
    answers=PRESENCE,
)
def hand_over(opened: Opened, session_id: PathId, data: JSONBody[HandOver]) -> PresenceView:
    """Hand a child over to an adult on its list.

    Refused: an authorisation of another child, withdrawn, or not valid on the day.
    """
    with opened.write() as work:
        return handover.hand_over(work, session_id=session_id, **given(data))


router = Router("/", tags=["sessions"], route_handlers=[open_session, read_session, arrive, hand_over])
