"""Who had a seat and did not come. Inner: asks no rights."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta

from sqlalchemy import ColumnElement, Label, ScalarSelect, func, select

from volunteer_core.commitments.models import Attendance, Commitment
from volunteer_core.database import Work
from volunteer_core.events.models import Signup
from volunteer_core.office.settings import OfficeSettings


def no_shows_of(
    work: Work, person_ids: Collection[int], day: date, settings: OfficeSettings
) -> dict[int, int]:
    """How often each of some people had a seat at an event and was marked absent, in the days up to a date
    for which the settings count it. Who never was is left out; who excused themselves was none."""
    rows = work.execute(
        select(Commitment.person_id, func.count())
        .where(Commitment.person_id.in_(person_ids), *_no_show(day, settings))
        .group_by(Commitment.person_id)
    )
    return dict(rows.all())


def habitual(work: Work, person_ids: Collection[int], day: date, settings: OfficeSettings) -> set[int]:
    """Whom the settings ask for approval, for they did not come as often as that. Nobody, where it is 0."""
    enough = settings.no_shows_before_approval
    if enough == 0:
        return set()
    found = no_shows_of(work, person_ids, day, settings)
    return {person_id for person_id, number in found.items() if number >= enough}


def no_show_column(day: date, settings: OfficeSettings) -> Label[int]:
    """The count of :func:`no_shows_of` as the column ``no_shows`` of a statement about sign-ups."""
    counted: ScalarSelect[int] = (
        select(func.count())
        .select_from(Commitment)
        .where(Commitment.person_id == Signup.person_id, *_no_show(day, settings))
        .correlate(Signup)
        .scalar_subquery()
    )
    return counted.label("no_shows")


def _no_show(day: date, settings: OfficeSettings) -> tuple[ColumnElement[bool], ...]:
    return (
        Commitment.position_id.is_not(None),
        Commitment.attendance == Attendance.ABSENT,
        Commitment.civil_date > day - timedelta(days=settings.no_show_days),
        Commitment.civil_date <= day,
    )
