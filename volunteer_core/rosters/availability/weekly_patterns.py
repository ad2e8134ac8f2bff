"""How weekly patterns lie beside each other in time. Inner: asks no rights."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, time, timedelta

from sqlalchemy import or_, select

from volunteer_core.database import Work
from volunteer_core.errors import Malformed, RuleBroken
from volunteer_core.rosters.availability.models import WeeklySpan
from volunteer_core.rosters.availability.reading import WeeklyTime
from volunteer_core.timespans import WEEKDAYS

MOST_SPANS = 50

WeeklySlot = tuple[int, time, time]
"""An ISO weekday and two civil times of day."""
NEVER: WeeklySlot = (0, time(0), time(23, 59))
"""What the only row of a pattern without any span holds."""


class AvailabilityOverlaps(RuleBroken, code="availability_overlaps", sentence="周{day}的时间段互相重叠。"):
    """The spans of one weekday are apart from each other; they may touch."""


def joined(spans: Sequence[WeeklyTime]) -> list[WeeklySlot]:
    """The spans in order, those that touch made one."""
    if len(spans) > MOST_SPANS:
        raise Malformed("spans", f"最多 {MOST_SPANS} 个时间段。")
    found: list[WeeklySlot] = []
    for one in spans:
        if not 1 <= one.weekday <= 7:
            raise Malformed("spans", "星期请用 1–7 表示。")
        if one.starts.tzinfo is not None or one.ends.tzinfo is not None:
            raise Malformed("spans", "请填写当地时间，不带时区。")
        if one.ends <= one.starts:
            raise Malformed("spans", "结束时间必须晚于开始时间。")
    for one in sorted(spans, key=lambda span: (span.weekday, span.starts)):
        if found and found[-1][0] == one.weekday and one.starts < found[-1][2]:
            raise AvailabilityOverlaps(weekday=one.weekday, day=WEEKDAYS[one.weekday - 1])
        if found and found[-1][0] == one.weekday and one.starts == found[-1][2]:
            found[-1] = (one.weekday, found[-1][1], one.ends)
        else:
            found.append((one.weekday, one.starts, one.ends))
    return found


def make_room(work: Work, person_id: int, first: date, last: date | None) -> None:
    """Takes the dates between two out of every pattern: what lies before and after them stays."""
    in_the_way = select(WeeklySpan).where(
        WeeklySpan.person_id == person_id, or_(WeeklySpan.valid_to.is_(None), WeeklySpan.valid_to >= first)
    )
    if last is not None:
        in_the_way = in_the_way.where(WeeklySpan.valid_from <= last)
    for row in work.scalars(in_the_way).all():
        begun, until = row.valid_from < first, row.valid_to
        goes_on = last is not None and (until is None or until > last)
        if last is not None and goes_on and begun:
            work.add(
                WeeklySpan(
                    person_id=person_id,
                    weekday=row.weekday,
                    starts=row.starts,
                    ends=row.ends,
                    valid_from=last + timedelta(days=1),
                    valid_to=until,
                )
            )
        if begun:
            row.valid_to = first - timedelta(days=1)
        elif last is not None and goes_on:
            row.valid_from = last + timedelta(days=1)
        else:
            work.delete(row)
    work.flush()
