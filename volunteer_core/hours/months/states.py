"""Whether a month still takes entries. Inner: everything that enters asks here first."""

from __future__ import annotations

from datetime import date

from sqlalchemy import bindparam, select

from volunteer_core.database import Work
from volunteer_core.hours.months.models import MonthClosing, MonthState
from volunteer_core.places.models import Community

_HOLD = select(Community.id).where(Community.id == bindparam("community_id")).with_for_update(read=True)
_STATE = select(MonthClosing.state).where(
    MonthClosing.community_id == bindparam("community_id"), MonthClosing.month == bindparam("month")
)


def is_closed(work: Work, community_id: int, day: date) -> bool:
    """Whether the month of a day takes no more entries in a community. A work asks once for each.

    Who writes holds the community until the end, so that its month is not closed meanwhile.
    """
    month = day.replace(day=1)
    known: dict[tuple[int, date], bool] = work.info.setdefault("closed months", {})
    if (community_id, month) not in known:
        if work.writing:
            work.execute(_HOLD, {"community_id": community_id})
        known[community_id, month] = state_of(work, community_id, month) is not MonthState.OPEN
    return known[community_id, month]


def state_of(work: Work, community_id: int, month: date) -> MonthState:
    """How far a month, given by its first day, is closed in a community."""
    return work.scalar(_STATE, {"community_id": community_id, "month": month}) or MonthState.OPEN


def forget_states(work: Work) -> None:
    """Has the states asked anew, after one was changed."""
    work.info.pop("closed months", None)
