"""Calendars of people who do very much."""

from __future__ import annotations

from datetime import date, time, timedelta
from typing import Any

import pytest
from icalendar import Calendar

from volunteer_core.calendars.feeds import person_feed
from volunteer_core.calendars.making import BYTES_MOST
from volunteer_core.commitments.models import Commitment, CommitmentStatus
from volunteer_core.database import Work
from volunteer_core.rosters.models import Shift, ShiftStatus
from volunteer_core.timespans import at, civil_date

FIRST = date(2026, 11, 1)
LONG = "请带手电和雨衣，" * 25


def promise(work: Work, town: Any, *, number: int, note: str, first: date = FIRST) -> None:
    """Shifts and promises as they stand once a year's rosters are published, 20 a day."""
    shifts = []
    for at_once in range(number):
        day = first + timedelta(days=at_once // 20)
        starts_at = at(day, time(8)) + timedelta(minutes=30 * (at_once % 20))
        shifts.append(
            Shift(
                programme_id=town.programme,
                site_id=town.site,
                civil_date=day,
                starts_at=starts_at,
                ends_at=starts_at + timedelta(minutes=30),
                minimum=1,
                maximum=1,
                leads=0,
                status=ShiftStatus.PUBLISHED,
                published_at=work.now,
                note=note,
            )
        )
    work.add_all(shifts)
    work.flush()
    work.add_all(
        Commitment(
            person_id=town.person,
            shift_id=shift.id,
            site_id=shift.site_id,
            programme_id=shift.programme_id,
            team_id=town.team,
            starts_at=shift.starts_at,
            ends_at=shift.ends_at,
            civil_date=shift.civil_date,
            status=CommitmentStatus.PROMISED,
            promised_at=work.now,
        )
        for shift in shifts
    )


@pytest.mark.parametrize(("number", "note", "all_there"), [(2_000, "", True), (1_200, LONG, False)])
def test_very_many_entries_are_whole_or_leave_out_what_is_long_over(
    town: Any, number: int, note: str, all_there: bool
) -> None:
    town.do(promise, town=town, number=number, note=note)
    found = town.see(person_feed, person_id=town.person)
    shown = Calendar.from_ical(found.body).events
    starts = [entry["DTSTART"].dt for entry in shown]
    assert starts == sorted(starts)
    assert len(found.body) < BYTES_MOST + 2_000
    today = civil_date(town.now)
    to_come = [start for start in starts if start.date() >= today]
    assert len(to_come) == max(0, number - 20 * (today - FIRST).days)
    assert (len(shown) == number) is all_there
    assert len(shown) > number * 3 / 4


def test_what_is_left_out_is_the_same_all_day(town: Any) -> None:
    """However much of it is over by the evening: an answer that is kept is good for the day."""
    yesterday = civil_date(town.now) - timedelta(days=1)
    town.do(promise, town=town, number=1_200, note=LONG, first=yesterday)
    found = town.see(person_feed, person_id=town.person)
    assert len(Calendar.from_ical(found.body).events) == 1_200 - 20
    assert town.see(person_feed, person_id=town.person, now=town.now + timedelta(hours=10)) == found
