"""When people can be asked for an answer: the office's waking hours. Pure."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from volunteer_core.office.settings import OfficeSettings
from volunteer_core.timespans import Span, at, civil_date


def is_waking(instant: datetime, settings: OfficeSettings) -> bool:
    """Whether somebody can be asked at an instant."""
    hours = _hours_of(instant, settings)
    return hours.start <= instant < hours.end


def waking_deadline(now: datetime, minutes: int, settings: OfficeSettings, *, latest: datetime) -> datetime:
    """When an answer is due that somebody is given so many waking minutes for; never after ``latest``."""
    left, moment = timedelta(minutes=minutes), now
    while moment < latest:
        hours = _hours_of(moment, settings)
        begins = max(moment, hours.start)
        if begins + left <= hours.end:
            return min(begins + left, latest)
        left -= max(hours.end - begins, timedelta())
        moment = at(civil_date(moment) + timedelta(days=1), time.min)
    return latest


def _hours_of(instant: datetime, settings: OfficeSettings) -> Span:
    midnight = at(civil_date(instant), time.min)
    return Span(
        midnight + timedelta(hours=settings.offers_from_hour),
        midnight + timedelta(hours=settings.offers_to_hour),
    )
