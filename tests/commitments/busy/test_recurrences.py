"""Recurrences against a reading of RFC 5545 that goes through the calendar day by day."""

from __future__ import annotations

from calendar import monthrange
from datetime import UTC, date, datetime, time, timedelta

from hypothesis import given
from hypothesis import strategies as st

from tests.commitments.busy.calendar_text import busy, event
from volunteer_core.timespans import OFFICE_ZONE, at

WEEKDAYS = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"]
BEGIN = date(2024, 1, 1)
END = date(2028, 1, 1)
CLOCK = time(9)


def matches(day: date, start: date, rule: dict[str, str]) -> bool:
    """Whether a rule with such a start names the day, be it after the end or not."""
    interval = int(rule["INTERVAL"])
    weekdays = [(part[-2:], int(part[:-2] or 0)) for part in rule.get("BYDAY", "").split(",") if part]
    months = (day.year - start.year) * 12 + day.month - start.month
    if rule["FREQ"] == "DAILY":
        steps, by_start = (day - start).days, True
    elif rule["FREQ"] == "WEEKLY":
        monday = start - timedelta(days=start.weekday())
        steps, by_start = (day - monday).days // 7, day.weekday() == start.weekday()
    elif rule["FREQ"] == "MONTHLY":
        steps, by_start = months, day.day == start.day
    else:
        steps, by_start = day.year - start.year, (day.month, day.day) == (start.month, start.day)
    if steps % interval:
        return False
    return any(is_weekday(day, *one, rule["FREQ"]) for one in weekdays) if weekdays else by_start


def is_weekday(day: date, name: str, number: int, frequency: str) -> bool:
    """Whether the day is such a weekday, and the so-and-so-many-th from either end of its period."""
    if WEEKDAYS[day.weekday()] != name:
        return False
    if frequency == "YEARLY":
        before, after = day.timetuple().tm_yday - 1, (date(day.year, 12, 31) - day).days
    else:
        before, after = day.day - 1, monthrange(day.year, day.month)[1] - day.day
    return number in (0, before // 7 + 1, -(after // 7) - 1)


def days_of(start: date, rule: dict[str, str]) -> list[date]:
    """The days that a rule names, from the start to ``END``."""
    until = rule.get("UNTIL", "99991231")
    days = [start + timedelta(days=number) for number in range((END - start).days)]
    named = [day for day in days if matches(day, start, rule) and f"{day:%Y%m%d}" <= until]
    return named[: int(rule["COUNT"])] if "COUNT" in rule else named


days = st.dates(BEGIN, date(2027, 6, 1))


@st.composite
def rules(draw: st.DrawFn) -> dict[str, str]:
    rule = {
        "FREQ": draw(st.sampled_from(["DAILY", "WEEKLY", "MONTHLY", "YEARLY"])),
        "INTERVAL": str(draw(st.integers(1, 5) | st.integers(1, 999))),
    }
    numbers = {"MONTHLY": [0, 1, 2, 5, -1, -2], "YEARLY": [0, 1, 20, 53, -1, -30]}.get(rule["FREQ"], [0])
    named = st.tuples(st.sampled_from(numbers), st.sampled_from(WEEKDAYS))
    if weekdays := draw(st.lists(named, max_size=4)):
        rule["BYDAY"] = ",".join(f"{number or ''}{name}" for number, name in weekdays)
    match draw(st.sampled_from(["", "COUNT", "UNTIL"])):
        case "COUNT":
            rule["COUNT"] = str(draw(st.integers(1, 40)))
        case "UNTIL":
            rule["UNTIL"] = f"{draw(days):%Y%m%d}"
    return rule


@given(start=days, rule=rules(), data=st.data())
def test_a_recurrence_names_the_days_that_the_standard_says(
    start: date, rule: dict[str, str], data: st.DataObject
) -> None:
    named = days_of(start, rule)
    left_out = data.draw(st.lists(st.sampled_from(named), max_size=3, unique=True)) if named else []
    text = ";".join(f"{name}={value}" for name, value in rule.items())
    lines = [f"DTSTART:{start:%Y%m%d}T090000", "DURATION:PT1H", f"RRULE:{text}"]
    lines += [f"EXDATE:{day:%Y%m%d}T090000" for day in left_out]
    first, last = datetime(2024, 1, 1, tzinfo=UTC), at(END, time.min)
    spans = busy(*event(*lines), first=first, last=last)
    # The day it starts on counts even where the rule does not name it.
    expected = ({start} | set(named)) - set(left_out)
    assert [one.start for one in spans] == [at(day, CLOCK) for day in sorted(expected)]
    assert all(one.start.astimezone(OFFICE_ZONE).time() == CLOCK for one in spans)
    assert all(one.minutes == 60 for one in spans)
