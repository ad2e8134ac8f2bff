"""What of a calendar makes its owner busy, and when."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from tests.commitments.busy.calendar_text import FIRST, LAST, busy, calendar, event, shown
from volunteer_core.commitments.busy.expanding import busy_spans
from volunteer_core.commitments.busy.limits import CalendarBeyondLimits
from volunteer_core.errors import Malformed
from volunteer_core.timespans import OFFICE_ZONE, SpanInvalid

MORNING = ("DTSTART:20261201T090000", "DTEND:20261201T100000")


@pytest.mark.parametrize(
    ("lines", "spans"),
    [
        (MORNING, ["1201 0900-1000"]),
        (("DTSTART:20261201T010000Z", "DTEND:20261201T020000Z"), ["1201 0900-1000"]),
        (("DTSTART;TZID=Asia/Shanghai:20261201T090000", "DURATION:PT90M"), ["1201 0900-1030"]),
        (("DTSTART;TZID=Asia/Tokyo:20261201T090000", "DURATION:PT1H"), ["1201 0800-0900"]),
        (("DTSTART;TZID=Tokyo Standard Time:20261201T090000", "DURATION:PT1H"), ["1201 0800-0900"]),
        (("DTSTART;TZID=我的时区:20261201T090000", "DURATION:PT1H"), ["1201 0900-1000"]),
        (("DTSTART;TZID=Asia/Tokyo:20261201T090000", "DTEND:20261201T010000Z"), ["1201 0800-0900"]),
        (("DTSTART;VALUE=DATE:20261201",), ["1201 0000-1202 0000"]),
        (("DTSTART;VALUE=DATE:20261201", "DTEND;VALUE=DATE:20261203"), ["1201 0000-1203 0000"]),
        (("DTSTART;VALUE=DATE:20261201", "DTEND;VALUE=DATE:20261201"), ["1201 0000-1202 0000"]),
        (("DTSTART;VALUE=DATE:20261201", "DURATION:P2D"), ["1201 0000-1203 0000"]),
        (("DTSTART:20261201T090000",), []),
        ((*MORNING, "TRANSP:TRANSPARENT"), []),
        ((*MORNING, "TRANSP:OPAQUE", "STATUS:TENTATIVE"), ["1201 0900-1000"]),
        ((*MORNING, "STATUS:CANCELLED"), []),
        ((*MORNING, "RDATE;VALUE=PERIOD:20261205T060000Z/PT3H", "STATUS:CANCELLED"), []),
        (("DTSTART:19580101T090000", "DTEND:19580101T100000"), []),
    ],
)
def test_an_event_is_busy_from_its_start_to_its_end(lines: tuple[str, ...], spans: list[str]) -> None:
    assert shown(busy(*event(*lines))) == spans


def test_a_zone_of_the_calendars_own_counts() -> None:
    zone = ["BEGIN:VTIMEZONE", "TZID:自定义", "BEGIN:STANDARD", "DTSTART:16010101T000000"]
    zone += ["TZOFFSETFROM:+0500", "TZOFFSETTO:+0500", "END:STANDARD", "END:VTIMEZONE"]
    here = event("DTSTART;TZID=自定义:20261201T090000", "DURATION:PT1H")
    assert shown(busy(*zone, *here)) == ["1201 1200-1300"]


@pytest.mark.parametrize(
    ("lines", "spans"),
    [
        (("RRULE:FREQ=DAILY;COUNT=2",), ["1201 0900-1000", "1202 0900-1000"]),
        (("RRULE:FREQ=DAILY;UNTIL=20261202T010000Z",), ["1201 0900-1000", "1202 0900-1000"]),
        (("RRULE:FREQ=DAILY;UNTIL=20261202T005959Z",), ["1201 0900-1000"]),
        (("RRULE:FREQ=DAILY;UNTIL=20261202T085959",), ["1201 0900-1000"]),
        (("RRULE:FREQ=DAILY;UNTIL=20261202",), ["1201 0900-1000", "1202 0900-1000"]),
        (("RRULE:FREQ=WEEKLY;BYDAY=TU;UNTIL=20261208",), ["1201 0900-1000", "1208 0900-1000"]),
        (("RRULE:FREQ=MONTHLY;BYDAY=-1SU;COUNT=1",), ["1201 0900-1000", "1227 0900-1000"]),
        (("RRULE:FREQ=DAILY;COUNT=3", "EXDATE:20261202T090000"), ["1201 0900-1000", "1203 0900-1000"]),
        (("RRULE:FREQ=DAILY;COUNT=3", "EXDATE:20261202T010000Z"), ["1201 0900-1000", "1203 0900-1000"]),
        (("RRULE:FREQ=DAILY;COUNT=3", "EXDATE;VALUE=DATE:20261202"), ["1201 0900-1000", "1203 0900-1000"]),
        (("RRULE:FREQ=DAILY;COUNT=2", "EXDATE:20261201T090000,20261202T090000"), []),
        (("RDATE:20261205T140000,20261206T140000",), ["1201 0900-1000", "1205 1400-1500", "1206 1400-1500"]),
        (("RDATE;VALUE=PERIOD:20261205T060000Z/PT3H",), ["1201 0900-1000", "1205 1400-1700"]),
    ],
)
def test_an_event_repeats_as_its_rules_and_lists_say(lines: tuple[str, ...], spans: list[str]) -> None:
    assert shown(busy(*event(*MORNING, *lines))) == spans


@pytest.mark.parametrize("left_out", ["EXDATE;VALUE=DATE:20261202", "EXDATE:20261202T000000Z"])
def test_whole_days_repeat_and_are_left_out_by_their_date(left_out: str) -> None:
    days = event("DTSTART;VALUE=DATE:20261201", "RRULE:FREQ=DAILY;UNTIL=20261203", left_out)
    assert shown(busy(*days)) == ["1201 0000-1202 0000", "1203 0000-1204 0000"]


@pytest.mark.parametrize("until", ["20261202", "20261202T155959Z", "20261202T000000Z"])
def test_whole_days_repeat_until_a_day_however_it_is_written(until: str) -> None:
    days = event("DTSTART;VALUE=DATE:20261201", f"RRULE:FREQ=DAILY;UNTIL={until}")
    assert shown(busy(*days)) == ["1201 0000-1203 0000"]


def test_what_repeats_abroad_keeps_its_clock_when_theirs_changes() -> None:
    autumn = {"first": datetime(2026, 10, 1, tzinfo=UTC), "last": datetime(2026, 11, 30, tzinfo=UTC)}
    meeting = event(
        "DTSTART;TZID=Europe/Berlin:20261018T090000", "DURATION:PT1H", "RRULE:FREQ=WEEKLY;COUNT=2"
    )
    assert shown(busy(*meeting, **autumn)) == ["1018 1500-1600", "1025 1600-1700"]


def test_a_whole_day_ends_when_the_zones_day_does() -> None:
    autumn = {"first": datetime(2026, 10, 1, tzinfo=UTC), "last": datetime(2026, 11, 30, tzinfo=UTC)}
    day = calendar(*event("DTSTART;VALUE=DATE:20261025"))
    (spans,) = busy_spans(day, **autumn, zone=ZoneInfo("Europe/Berlin"))
    assert spans.minutes == 25 * 60


SERIES = event(*MORNING, "RRULE:FREQ=DAILY;COUNT=3")


@pytest.mark.parametrize(
    ("lines", "second"),
    [
        (
            ("RECURRENCE-ID:20261202T090000", "DTSTART:20261202T140000", "DTEND:20261202T150000"),
            "1202 1400-1500",
        ),
        (
            ("RECURRENCE-ID:20261202T010000Z", "DTSTART:20261202T140000", "DTEND:20261202T150000"),
            "1202 1400-1500",
        ),
        (("RECURRENCE-ID;VALUE=DATE:20261202", "DTSTART:20261202T140000", "DURATION:PT1H"), "1202 1400-1500"),
        (("RECURRENCE-ID:20261202T090000", "DTSTART:20261202T090000", "STATUS:CANCELLED"), None),
        (("RECURRENCE-ID:20261202T090000", *MORNING, "TRANSP:TRANSPARENT"), None),
    ],
)
def test_one_of_a_series_is_moved_or_cancelled(lines: tuple[str, ...], second: str | None) -> None:
    spans = ["1201 0900-1000", *([second] if second else []), "1203 0900-1000"]
    assert shown(busy(*SERIES, *event(*lines))) == spans
    assert shown(busy(*event(*lines), *SERIES)) == spans
    assert len(busy(*SERIES, *event(*lines, uid="another"))) == 4 - (second is None)


def test_a_move_from_beyond_the_window_into_it_counts_and_one_out_of_it_does_not() -> None:
    series = event("DTSTART:20261101T090000", "DURATION:PT1H", "RRULE:FREQ=MONTHLY;COUNT=2")
    into = event("RECURRENCE-ID:20261101T090000", "DTSTART:20261205T090000", "DURATION:PT1H")
    out = event("RECURRENCE-ID:20261201T090000", "DTSTART:20270301T090000", "DURATION:PT1H")
    assert shown(busy(*series, *into, *out)) == ["1205 0900-1000"]


def test_this_and_all_that_follow_is_refused() -> None:
    with pytest.raises(CalendarBeyondLimits):
        busy(*SERIES, *event("RECURRENCE-ID;RANGE=THISANDFUTURE:20261202T090000", *MORNING))


def test_busy_periods_count_and_free_ones_do_not() -> None:
    periods = [
        "BEGIN:VFREEBUSY",
        "FREEBUSY:20261201T010000Z/PT1H,20261201T040000Z/20261201T050000Z",
        "FREEBUSY;FBTYPE=BUSY-UNAVAILABLE:20261202T010000Z/PT1H",
        "FREEBUSY;FBTYPE=FREE:20261203T010000Z/PT1H",
        "END:VFREEBUSY",
    ]
    assert shown(busy(*periods)) == ["1201 0900-1000", "1201 1200-1300", "1202 0900-1000"]


def test_spans_that_touch_are_one_and_all_are_in_order_and_within_the_window() -> None:
    def from_to(start: str, end: str) -> list[str]:
        return event(f"DTSTART:{start}", f"DTEND:{end}")

    spans = busy(
        *from_to("20261205T100000", "20261205T110000"),
        *from_to("20261205T090000", "20261205T100000"),
        *from_to("20261203T090000", "20261203T120000"),
        *from_to("20261203T100000", "20261203T110000"),
        *from_to("20261130T230000", "20261201T010000"),
        *from_to("20270131T230000", "20270201T010000"),
        *from_to("20270201T000000", "20270201T010000"),
    )
    assert shown(spans) == [
        "1201 0000-0100",
        "1203 0900-1200",
        "1205 0900-1100",
        "0131 2300-0201 0000",
    ]
    assert spans[0].start == FIRST
    assert spans[-1].end == LAST
    assert all(one.end < two.start for one, two in pairwise(spans))
    assert all(moment.tzinfo is UTC for one in spans for moment in one)


def test_tasks_alarms_and_journals_say_nothing() -> None:
    alarm = ["BEGIN:VALARM", "TRIGGER:-PT15M", "DURATION:PT5H", "REPEAT:2", "END:VALARM"]
    task = ["BEGIN:VTODO", "DTSTART:20261203T090000", "DURATION:PT1H", "RRULE:FREQ=SECONDLY", "END:VTODO"]
    assert shown(busy(*event(*MORNING, *alarm), *task)) == ["1201 0900-1000"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
@pytest.mark.parametrize("ending", ["\r\n", "\n", "\r"])
def test_the_writing_of_a_file_does_not_matter(encoding: str, ending: str) -> None:
    folded = [*event("DTSTART:20261201", " T090000", "DURATION:PT1H", "DESCRIPTION:一\u2028二")]
    text = calendar(*folded).decode().replace("\r\n", ending)
    spans = busy_spans(text.encode(encoding), first=FIRST, last=LAST, zone=OFFICE_ZONE)
    assert shown(spans) == ["1201 0900-1000"]


def test_several_calendars_in_a_file_count_together() -> None:
    data = calendar(*event(*MORNING)) + calendar(*event("DTSTART:20261202T090000", "DURATION:PT1H"))
    spans = busy_spans(data, first=FIRST, last=LAST, zone=OFFICE_ZONE)
    assert shown(spans) == ["1201 0900-1000", "1202 0900-1000"]


def test_a_calendar_with_nothing_in_it_leaves_its_owner_free() -> None:
    assert busy() == []


def test_the_window_must_be_one_of_instants() -> None:
    with pytest.raises(SpanInvalid):
        busy(first=LAST, last=FIRST)
    with pytest.raises(Malformed):
        busy(first=FIRST.replace(tzinfo=None), last=LAST)


def test_many_years_of_a_series_give_the_same_as_the_series_begun_late() -> None:
    long_ago = event("DTSTART:19900101T090000", "DURATION:PT1H", "RRULE:FREQ=DAILY")
    recent = event("DTSTART:20261101T090000", "DURATION:PT1H", "RRULE:FREQ=DAILY")
    assert busy(*long_ago) == busy(*recent)
    assert len(busy(*recent)) == (LAST - FIRST) // timedelta(days=1)
