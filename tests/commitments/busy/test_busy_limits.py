"""What is no calendar, or more of one than is taken, is refused; and nothing that one says is repeated."""

from __future__ import annotations

import codecs
import subprocess
import sys
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.commitments.busy.calendar_text import FIRST, LAST, busy, calendar, event, shown
from volunteer_core.apart import ROOT
from volunteer_core.commitments.busy import apart
from volunteer_core.commitments.busy.apart import busy_spans_apart
from volunteer_core.commitments.busy.expanding import busy_spans
from volunteer_core.commitments.busy.limits import (
    CalendarBeyondLimits,
    CalendarTooHeavy,
    CalendarTooLarge,
    CalendarTruncated,
    CalendarUnreadable,
    NotACalendar,
)
from volunteer_core.errors import RuleBroken
from volunteer_core.timespans import OFFICE_ZONE, SpanInvalid

WINDOW: dict[str, Any] = {"first": FIRST, "last": LAST, "zone": OFFICE_ZONE}
HOUR = ("DTSTART:20261201T090000", "DURATION:PT1H")
WHOLE = calendar(*event(*HOUR))


def repeated(rule: str, start: str = "20261201T090000") -> list[str]:
    return event(f"DTSTART:{start}", "DURATION:PT1H", f"RRULE:{rule}")


@pytest.mark.parametrize(
    ("data", "refusal"),
    [
        (b"", NotACalendar),
        (b"\r\n \r\n", NotACalendar),
        (b"<!DOCTYPE html><html><body>BEGIN:VCALENDAR</body></html>", NotACalendar),
        (b"<!DOCTYPE html>" + b"<div>" * 10_000, NotACalendar),
        (b"BEGIN:VCARD\r\nEND:VCARD\r\n", NotACalendar),
        (b"\x89PNG\r\n\x1a\n\x00\x00", NotACalendar),
        (b"END:VCALENDAR\r\n", NotACalendar),
        (WHOLE.decode().encode("utf-16-le"), NotACalendar),
        (WHOLE + b"<html>", NotACalendar),
        (codecs.BOM_UTF16_LE + WHOLE, NotACalendar),
        (WHOLE[:-20], CalendarTruncated),
        (WHOLE[: WHOLE.index(b"END:VEVENT")], CalendarTruncated),
        (WHOLE.replace(b"END:VEVENT", b"END:VTODO"), CalendarTruncated),
        (calendar(*event("DTSTART:2026")), CalendarUnreadable),
        (calendar(*event("DURATION:PT1H")), CalendarUnreadable),
        (calendar(*event(*HOUR, "DTSTART:20261202T090000")), CalendarUnreadable),
        (calendar(*event("DTSTART:20261201T090000", "DTEND:20261201T080000")), CalendarUnreadable),
        (calendar(*event("DTSTART:20261201T090000", "DURATION:P99999999999D")), CalendarUnreadable),
        (calendar(*event("DTSTART:99991231T235959Z", "DURATION:P1D")), CalendarUnreadable),
        (calendar(*event(*HOUR, "EXDATE:morgen")), CalendarUnreadable),
        (calendar(*repeated("FREQ=DAILY;COUNT=many")), CalendarUnreadable),
        (calendar(*repeated("FREQ=MONTHLY;BYDAY=53MO")), CalendarUnreadable),
        (calendar(*repeated("FREQ=DAILY;COUNT=1;COUNT=2")), CalendarUnreadable),
        (calendar(*repeated("FREQ=DAILY;BYSETPOS=999999;BYDAY=MO")), CalendarUnreadable),
    ],
)
def test_what_cannot_be_read_is_refused(data: bytes, refusal: type[RuleBroken]) -> None:
    with pytest.raises(refusal):
        busy_spans(data, **WINDOW)


BEYOND = {
    "every second": repeated("FREQ=SECONDLY"),
    "every minute since 1970": repeated("FREQ=MINUTELY", "19700101T000000Z"),
    "every second of 31 February": repeated("FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=31"),
    "all seconds of all hours": repeated("FREQ=HOURLY;BYMINUTE=0,1,2,3;BYSECOND=0,1,2,3"),
    "all seconds of all days": repeated("FREQ=DAILY;BYHOUR=0,1,2;BYMINUTE=0,1,2;BYSECOND=0,1,2"),
    "a hundred times every minute": repeated("FREQ=MINUTELY") * 100,
    "steps of nothing": repeated("FREQ=DAILY;INTERVAL=0"),
    "steps backwards": repeated("FREQ=DAILY;INTERVAL=-1"),
    "steps of a thousand": repeated("FREQ=DAILY;INTERVAL=1000"),
    "a rule in lower case": repeated("freq=secondly"),
    "a rule that is folded": repeated("FREQ=SECO\r\n NDLY"),
    "a rule without a frequency": repeated("COUNT=1"),
    "a rule of a lunar calendar": repeated("RSCALE=CHINESE;FREQ=YEARLY"),
    "a rule of a zone": [
        *("BEGIN:VTIMEZONE", "TZID:X", "BEGIN:STANDARD", "DTSTART:19700101T000000", "RRULE:FREQ=SECONDLY"),
        *("TZOFFSETFROM:+0500", "TZOFFSETTO:+0500", "END:STANDARD", "END:VTIMEZONE"),
    ],
    "repeated since 1989": repeated("FREQ=YEARLY", "19891231T090000"),
    "ten thousand days": event("DTSTART:20200101T090000", "DURATION:P10000D"),
    "ten thousand days, each day": event("DTSTART:20200101", "DURATION:P10000D", "RRULE:FREQ=DAILY"),
    "a day more than may be": event("DTSTART:20261201T000000", "DTEND:20270101T000001"),
    "an event too many": event(*HOUR) * 5001,
    "a span too many": event(*HOUR, *[f"RDATE:202612{day:02}T090000" for day in range(1, 29)]) * 700,
    "ten thousand components deep": ["BEGIN:VEVENT"] * 10_000,
    "five components deep": ["BEGIN:X"] * 4,
    "a long line": event(*HOUR, "DESCRIPTION:" + "长" * 20_000),
    "a long line that is folded": event(*HOUR, "DESCRIPTION:" + "\r\n ".join(["x" * 70] * 300)),
}  # fmt: skip


@pytest.mark.parametrize("lines", BEYOND.values(), ids=BEYOND)
def test_what_goes_beyond_the_limits_is_refused(lines: list[str]) -> None:
    with pytest.raises(CalendarBeyondLimits):
        busy(*lines)


def test_what_just_keeps_to_the_limits_is_taken() -> None:
    assert shown(busy(*event("DTSTART:20261201T000000", "DTEND:20270101T000000"))) == ["1201 0000-0101 0000"]
    assert shown(busy(*event(*HOUR) * 5000)) == ["1201 0900-1000"]
    assert shown(busy(*repeated("FREQ=DAILY;INTERVAL=999"))) == ["1201 0900-1000"]
    assert len(busy(*repeated("FREQ=YEARLY", "19900101T090000"))) == 1
    assert shown(busy(*event(*HOUR, "DESCRIPTION:" + "长" * 19_000))) == ["1201 0900-1000"]
    assert shown(busy(*event(*HOUR, "BEGIN:VALARM", "BEGIN:X", "END:X", "END:VALARM"))) == ["1201 0900-1000"]


def test_a_file_that_is_too_large_is_refused_before_it_is_read() -> None:
    for read in (busy_spans, busy_spans_apart):
        with pytest.raises(CalendarTooLarge):
            read(b"x" * 10_000_000, **WINDOW)


@pytest.mark.parametrize(
    "lines",
    [
        repeated("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=31"),
        repeated("FREQ=DAILY;COUNT=1000000000", "19900101T090000"),
        event(*HOUR, *["BEGIN:VALARM", "TRIGGER:-PT1M", "REPEAT:999999", "END:VALARM"] * 10_000),
    ],
    ids=["31 February", "a thousand million days", "ten thousand alarms"],
)
def test_what_is_only_odd_gives_a_result(lines: list[str]) -> None:
    assert shown(busy_spans_apart(calendar(*lines), **WINDOW))[0] == "1201 0900-1000"


HEAVY = {
    "days that never come, many times": repeated("FREQ=DAILY;BYMONTH=2;BYMONTHDAY=31") * 100,
    "years that never come, many times": repeated("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=31") * 1000,
    "many places in a set": repeated(
        "FREQ=MONTHLY;BYSETPOS=" + ",".join(str(day) for day in range(-366, 367) if day), "19900101T090000"
    )
    * 300,
}  # fmt: skip


@pytest.mark.parametrize("lines", HEAVY.values(), ids=HEAVY)
def test_what_keeps_to_the_limits_but_takes_for_ever_is_ended(lines: list[str]) -> None:
    with pytest.raises(CalendarTooHeavy):
        busy_spans_apart(calendar(*lines), **WINDOW)


def test_the_clock_ends_what_does_not_compute(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apart, "WALL_SECONDS", 0.01)
    with pytest.raises(CalendarTooHeavy):
        busy_spans_apart(WHOLE, **WINDOW)


@pytest.mark.skipif(sys.platform != "linux", reason="other systems do not limit a process's memory")
def test_a_process_apart_cannot_take_more_memory_than_it_may() -> None:
    code = "from volunteer_core.commitments.busy.child import limit; limit(); bytearray(600_000_000)"
    command = [sys.executable, "-c", f"import sys; sys.path.insert(0, {ROOT!r}); {code}"]
    done = subprocess.run(command, capture_output=True, check=False)
    assert b"MemoryError" in done.stderr


def test_apart_gives_the_same_spans_and_the_same_refusals() -> None:
    series = calendar(
        *repeated("FREQ=DAILY"), *event("DTSTART;TZID=Asia/Tokyo:20261201T090000", "DURATION:PT1H")
    )
    assert busy_spans_apart(series, **WINDOW) == busy_spans(series, **WINDOW)
    with pytest.raises(CalendarBeyondLimits) as here:
        busy_spans(calendar(*repeated("FREQ=SECONDLY")), **WINDOW)
    with pytest.raises(CalendarBeyondLimits) as there:
        busy_spans_apart(calendar(*repeated("FREQ=SECONDLY")), **WINDOW)
    assert here.value.message == there.value.message
    with pytest.raises(SpanInvalid):
        busy_spans_apart(series, first=LAST, last=FIRST, zone=OFFICE_ZONE)


def test_the_process_apart_starts_without_what_it_does_not_need() -> None:
    """It is started for every calendar: a database alone takes three times as long to import."""
    looked = "import sys, volunteer_core.commitments.busy.child; print(*sys.modules)"
    loaded = subprocess.check_output([sys.executable, "-c", looked], cwd=ROOT, text=True).split()
    assert "icalendar" in loaded
    assert not {"sqlalchemy", "httpx", "litestar"} & set(loaded)


def test_nothing_of_the_environment_is_passed_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VOLUNTEER_SECRET", "s3cret")
    tell = "import os; print('{\"refused\": \"%s\"}' % os.environ.get('VOLUNTEER_SECRET', 'not_a_calendar'))"
    monkeypatch.setattr(apart, "START", tell)
    with pytest.raises(NotACalendar):
        busy_spans_apart(WHOLE, **WINDOW)


def test_no_refusal_repeats_what_the_calendar_says() -> None:
    for line in (
        "DTSTART:体检",
        "RRULE:FREQ=体检",
        "RRULE:体检=1;FREQ=DAILY",
        "EXDATE:体检",
        "DURATION:体检",
    ):
        with pytest.raises(RuleBroken) as refused:
            busy(*event("DTSTART:20261201T090000", line))
        assert "体检" not in refused.value.message + repr(refused.value.facts)
        assert refused.value.__suppress_context__ or refused.value.__context__ is None


LINES = """
BEGIN:VEVENT END:VEVENT BEGIN:VTIMEZONE END:VTIMEZONE BEGIN:STANDARD END:STANDARD BEGIN:VFREEBUSY
END:VFREEBUSY DTSTART:20261201T090000 DTSTART;VALUE=DATE:20261201 DTSTART;TZID=X:20261201T090000 DTSTART:
DTEND:20261201 DTEND;VALUE=PERIOD:20261201T090000Z/PT1H DTEND:20261201T100000Z TZID:X UID:1 DURATION:PT1H
DURATION:-PT1H DURATION:20261201 RRULE:FREQ=DAILY;COUNT=3 RRULE:FREQ=YEARLY
RRULE:FREQ=WEEKLY;BYDAY=XX;COUNT=1 RRULE:FREQ=YEARLY;BYWEEKNO=99;COUNT=1 RRULE;X:FREQ=DAILY;COUNT=1
RRULE:FREQ=DAILY;WKST=2;COUNT=2 RRULE:FREQ=YEARLY;BYYEARDAY=-1;UNTIL=20280101,20290101
RRULE:FREQ=MONTHLY;BYDAY=53MO,TU RRULE:FREQ=DAILY;COUNT= RECURRENCE-ID:20261201T090000 RECURRENCE-ID:
EXDATE:20261201T090000Z EXDATE;VALUE=TIME:090000 STATUS;X=;:1 RDATE: RDATE;VALUE=PERIOD:20261201/20261202
RDATE:20261203,20261204T100000Z FREEBUSY:PT1H FREEBUSY;FBTYPE=X:20261201
FREEBUSY:20261201T090000/20261201T080000 TZOFFSETFROM:+0500 TZOFFSETTO:+0500 TZOFFSETTO:+9
"""


@given(st.lists(st.sampled_from(LINES.split()), max_size=12), st.booleans())
def test_whatever_a_calendar_says_gives_spans_or_a_refusal(said: list[str], within: bool) -> None:
    try:
        spans = busy(*(event(*said) if within else said))
    except RuleBroken:
        return
    assert all(FIRST <= one.start < one.end <= LAST for one in spans)
