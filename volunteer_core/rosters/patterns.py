"""Weekly patterns: when a programme runs at a site and how many people it needs."""

from __future__ import annotations

from datetime import date, time, timedelta

import msgspec
from sqlalchemy import select

from volunteer_core import texts
from volunteer_core.database import Page, Paging, Work
from volunteer_core.errors import Malformed
from volunteer_core.places.models import Site
from volunteer_core.rosters.models import Pattern
from volunteer_core.teams.models import Programme

MOST_PEOPLE = 200


class PatternView(msgspec.Struct, frozen=True):
    """A pattern. Times are civil, in the office's zone; both dates are included."""

    id: int
    programme_id: int
    site_id: int
    weekdays: str
    starts: time
    ends: time
    minimum: int
    maximum: int
    leads: int
    qualification: str | None
    """What everybody on its shifts must be qualified for."""
    valid_from: date
    valid_to: date


def set_pattern(
    work: Work,
    *,
    programme_id: int,
    site_id: int,
    weekdays: str,
    starts: time,
    ends: time,
    minimum: int,
    maximum: int,
    leads: int = 0,
    qualification: str | None = None,
    valid_from: date,
    valid_to: date,
) -> PatternView:
    """Lets a programme run at a site on some weekdays (``"135"``: Monday, Wednesday, Friday).

    Which of these dates run is the programme's day rule; with ``"1234567"`` and working days,
    make-up weekends run too. Shifts come from :func:`~volunteer_core.rosters.generating.generate`.
    """
    programme, site = work.find(Programme, programme_id), work.find(Site, site_id)
    work.demand("rosters.pattern", teams=[programme.team_id], communities=[site.community_id])
    check_weekdays(weekdays)
    check_people(minimum, maximum, leads)
    if starts.tzinfo is not None or ends.tzinfo is not None:
        raise Malformed("starts", "请填写当地时间，不带时区。")
    if ends <= starts:
        raise Malformed("ends", "结束时间必须晚于开始时间。")
    if valid_to < valid_from:
        raise Malformed("valid_to", "不能早于生效日期。")
    row = Pattern(
        programme_id=programme.id,
        site_id=site.id,
        weekdays=weekdays,
        starts=starts,
        ends=ends,
        minimum=minimum,
        maximum=maximum,
        leads=leads,
        qualification=None if qualification is None else texts.code("qualification", qualification),
        valid_from=valid_from,
        valid_to=valid_to,
    )
    work.add(row)
    work.flush()
    return _view(row)


def end_pattern(work: Work, *, pattern_id: int, last_day: date) -> PatternView:
    """Ends a pattern after a day, or entirely with a day before its first.

    Generating again then drops its later shifts that nobody is on.
    """
    row = work.lock(Pattern, pattern_id)
    programme, site = work.find(Programme, row.programme_id), work.find(Site, row.site_id)
    work.demand("rosters.pattern", teams=[programme.team_id], communities=[site.community_id])
    if last_day > row.valid_to:
        raise Malformed("last_day", "不能晚于原来的结束日期。")
    row.valid_to = max(last_day, row.valid_from - timedelta(days=1))
    work.flush()
    return _view(row)


def list_patterns(
    work: Work,
    *,
    programme_id: int | None = None,
    site_id: int | None = None,
    paging: Paging = Paging(),
) -> Page[PatternView]:
    """Patterns by programme and site, ended ones too."""
    work.demand("rosters.read")
    columns = [getattr(Pattern, field) for field in PatternView.__struct_fields__]
    statement = select(*columns).order_by(Pattern.programme_id, Pattern.site_id, Pattern.id)
    if programme_id is not None:
        statement = statement.where(Pattern.programme_id == programme_id)
    if site_id is not None:
        statement = statement.where(Pattern.site_id == site_id)
    return work.page(PatternView, statement, paging)


def check_weekdays(weekdays: str) -> None:
    """Refuses what is not an ascending run of the digits 1 to 7."""
    if not weekdays or not set(weekdays) <= set("1234567") or sorted(set(weekdays)) != list(weekdays):
        raise Malformed("weekdays", "请用 1–7 表示周一至周日，按顺序且不重复，例如 135。")


def check_people(minimum: int, maximum: int, leads: int) -> None:
    """Refuses numbers of people that cannot be kept."""
    if not 0 <= minimum <= maximum <= MOST_PEOPLE or maximum < 1:
        raise Malformed("minimum", f"人数应满足 0 ≤ 最少 ≤ 最多 ≤ {MOST_PEOPLE}，且最多不少于 1 人。")
    if not 0 <= leads <= maximum:
        raise Malformed("leads", "带班人数不能为负，也不能多于最多人数。")


def _view(row: Pattern) -> PatternView:
    return PatternView(*(getattr(row, field) for field in PatternView.__struct_fields__))
