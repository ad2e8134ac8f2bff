"""The five layers put together. Pure: a :class:`DayBook` is loaded once and then only looked up."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from enum import StrEnum

import msgspec

from volunteer_core.errors import RuleBroken
from volunteer_core.timespans import Span, civil_date
from volunteer_core.workdays.national import announced_year


class DaysUnbounded(RuleBroken, code="days_unbounded", sentence="日期超出可以计算的范围。"):
    """Only so many working days can be counted from a date: 2,000 either way."""


class Layer(StrEnum):
    """Which of the layers decided."""

    WEEKDAY = "weekday"
    NATIONAL = "national"
    LOCAL = "local"
    TERM = "term"
    CLOSURE = "closure"


class DayRule(StrEnum):
    """On which days a programme runs."""

    WORKDAYS = "workdays"
    SCHOOL_DAYS = "school_days"
    BOTH = "both"
    """On days that are both. Working days in the holidays are left out."""
    EVERY_DAY = "every_day"
    """Campaigns and visits: any day of the pattern."""


class DayAnswer(msgspec.Struct, frozen=True):
    """Yes or no, which layer decided, under what name, and whether it may still change."""

    holds: bool
    layer: Layer
    name: str
    tentative: bool = False


class LocalDayRule(msgspec.Struct, frozen=True):
    """One local day, as the day book needs it."""

    day: date
    works: bool
    name: str


class TermRule(msgspec.Struct, frozen=True):
    """One school term, as the day book needs it."""

    first_day: date
    last_day: date
    name: str
    tentative: bool


class ClosureRule(msgspec.Struct, frozen=True):
    """One closure in force; no community and no site means everywhere."""

    span: Span
    name: str
    community_id: int | None = None
    site_id: int | None = None


FIXED_HOLIDAYS = {
    (1, 1): "元旦",
    (5, 1): "劳动节",
    (5, 2): "劳动节",
    (10, 1): "国庆节",
    (10, 2): "国庆节",
    (10, 3): "国庆节",
}
"""Days off by law on fixed dates (全国年节及纪念日放假办法 Art 2), for years not announced yet. The
holidays of the lunar calendar and the make-up days are known only once a year is announced."""

_WORKDAY = DayAnswer(True, Layer.WEEKDAY, "工作日")
_WEEKEND = DayAnswer(False, Layer.WEEKDAY, "周末")
_MAYBE_WORKDAY = DayAnswer(True, Layer.WEEKDAY, "工作日（待公布）", tentative=True)
_MAYBE_WEEKEND = DayAnswer(False, Layer.WEEKDAY, "周末（待公布）", tentative=True)


class DayBook:
    """Answers about days. Holds what the office knew when it was loaded."""

    def __init__(
        self,
        *,
        local_days: Sequence[LocalDayRule] = (),
        terms: Sequence[TermRule] = (),
        closures: Sequence[ClosureRule] = (),
        site_communities: dict[int, int] | None = None,
    ) -> None:
        self._local = {rule.day: DayAnswer(rule.works, Layer.LOCAL, rule.name) for rule in local_days}
        self._terms = sorted(terms, key=lambda term: (term.first_day, term.last_day))
        self._closures = closures
        self._site_communities = site_communities or {}
        self._workdays: dict[date, DayAnswer] = {}

    def is_workday(self, day: date) -> DayAnswer:
        """Whether people work that day. Make-up weekends do; bridge days do not."""
        answer = self._workdays.get(day)
        if answer is None:
            answer = self._workdays[day] = self._local.get(day) or _national(day)
        return answer

    def is_school_day(self, day: date) -> DayAnswer:
        """Whether children are at school: within a term, on a day on which the country works.

        The office's local days say nothing about schools.
        """
        workday = _national(day)
        if not workday.holds:
            return workday
        for term in self._terms:
            if term.first_day <= day <= term.last_day:
                return DayAnswer(True, Layer.TERM, term.name, workday.tentative or term.tentative)
        # Outside all terms we know: a break, or a term nobody has entered yet.
        unknown = not self._terms or day > self._terms[-1].last_day
        near = any(term.tentative for term in self._terms)
        return DayAnswer(False, Layer.TERM, "假期", workday.tentative or unknown or near)

    def runs(self, rule: DayRule, day: date) -> DayAnswer:
        """Whether a programme with that rule runs on the day."""
        if rule is DayRule.WORKDAYS:
            return self.is_workday(day)
        if rule is DayRule.EVERY_DAY:
            return DayAnswer(True, Layer.WEEKDAY, "每天")
        school_day = self.is_school_day(day)
        if rule is DayRule.SCHOOL_DAYS or not school_day.holds:
            return school_day
        workday = self.is_workday(day)
        return workday if not workday.holds or workday.tentative else school_day

    def is_open(self, site_id: int, span: Span) -> DayAnswer:
        """Whether a site can be used during a span: no closure touches it, and its day works.

        The day is the civil date on which the span starts.
        """
        closure = self.closure_of(site_id, span)
        return closure or self.is_workday(civil_date(span.start))

    def closure_of(self, site_id: int | None, span: Span) -> DayAnswer | None:
        """The closure that touches the span at a site, if there is one."""
        community = None if site_id is None else self._site_communities.get(site_id)
        for closure in self._closures:
            everywhere = closure.site_id is None and closure.community_id is None
            here = site_id is not None and closure.site_id == site_id
            around = community is not None and closure.community_id == community
            if (everywhere or here or around) and closure.span.overlaps(span):
                return DayAnswer(False, Layer.CLOSURE, closure.name)
        return None

    def nth_workday_after(self, day: date, number: int) -> date:
        """The date of the nth working day after a day, which itself does not count."""
        if not 1 <= number <= 2000:
            raise DaysUnbounded(number=number)
        left = number
        for _ in range(number * 3 + 30):
            day += timedelta(days=1)
            if self.is_workday(day).holds:
                left -= 1
                if left == 0:
                    return day
        raise DaysUnbounded(number=number)


def _national(day: date) -> DayAnswer:
    """The first two layers: the weekday rule and, where the year is announced, the national calendar."""
    announced = announced_year(day.year)
    weekend = day.isoweekday() >= 6
    if announced is None:
        if (day.month, day.day) in FIXED_HOLIDAYS:
            name = FIXED_HOLIDAYS[day.month, day.day]
            return DayAnswer(False, Layer.WEEKDAY, f"{name}（待公布）", tentative=True)
        return _MAYBE_WEEKEND if weekend else _MAYBE_WORKDAY
    if day in announced:
        works, name = announced[day]
        return DayAnswer(works, Layer.NATIONAL, name)
    return _WEEKEND if weekend else _WORKDAY
