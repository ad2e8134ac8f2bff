"""The same time counts once, whatever it was promised for and in whatever order it is marked."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from datetime import date, time, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.at_once import just_before_the_commit
from tests.world import MONDAY, SCRIPT, World, hour
from volunteer_core.commitments.models import Attendance, Commitment
from volunteer_core.database import Work
from volunteer_core.hours.entering import DayFull, enter
from volunteer_core.hours.ledger import EntryView, balance, correct, list_entries
from volunteer_core.hours.models import EntryKind, EntrySource
from volunteer_core.hours.overlaps import uncovered
from volunteer_core.rosters.assigning import assign
from volunteer_core.rosters.attendance import mark_attendance
from volunteer_core.rosters.shifts import add_shift
from volunteer_core.teams.programmes import count_with_grace
from volunteer_core.timespans import Span

EVENING = hour(23)


def overlapping(world: World, person: int, *spans: tuple[time, time]) -> list[int]:
    """Published shifts of one person at the same time, which a coordinator has accepted."""
    shifts = []
    coordinator = world.coordinator()
    for starts, ends in spans:
        shift = world.shift(starts=starts, ends=ends, programme=world.clean_up)
        world.do(assign, by=coordinator, shift_id=shift, person_id=person, override_reason="带两个房间")
        shifts.append(shift)
    world.publish(programme=world.clean_up)
    return shifts


def live(world: World, person: int) -> list[EntryView]:
    found: list[EntryView] = world.see(list_entries, person_id=person).items
    gone = {entry.reverses_id for entry in found}
    return [entry for entry in found if entry.reverses_id is None and entry.id not in gone]


def minutes(world: World, person: int) -> int:
    found: int = world.see(balance, person_id=person).service_minutes
    return found


def test_overlapping_service_counts_once(world: World) -> None:
    person = world.person()
    first, second = overlapping(world, person, (time(9), time(11)), (time(10), time(12)))
    world.mark(first, person, attendance=Attendance.ATTENDED)
    world.mark(second, person, attendance=Attendance.ATTENDED)
    assert sorted(entry.minutes for entry in live(world, person)) == [60, 120]


def test_what_was_counted_elsewhere_counts_here_once_that_is_taken_back(world: World) -> None:
    person = world.person()
    first, second = overlapping(world, person, (time(9), time(11)), (time(10), time(12)))
    for shift in (first, second):
        world.mark(shift, person, attendance=Attendance.ATTENDED)
    world.mark(first, person, attendance=Attendance.ABSENT)
    [entry] = live(world, person)
    assert (entry.minutes, entry.source, entry.corrects_id is not None) == (120, EntrySource.RECOUNT, True)
    world.mark(first, person, attendance=Attendance.ATTENDED)
    assert minutes(world, person) == 180


def attendance_of(world: World, shift: int) -> Attendance | None:
    with world.office.read(by=SCRIPT) as work:
        return work.query(Commitment).filter_by(shift_id=shift).one().attendance


def test_who_was_there_for_time_that_counts_elsewhere_is_marked_anew_once_it_does_not(world: World) -> None:
    person = world.person()
    first, second = overlapping(world, person, (time(9), time(11)), (time(9), time(10)))
    for shift in (first, second):
        world.mark(shift, person, attendance=Attendance.ATTENDED)
    assert [entry.minutes for entry in live(world, person)] == [120]
    assert attendance_of(world, second) is Attendance.ATTENDED
    world.mark(first, person, attendance=Attendance.ABSENT)
    assert (minutes(world, person), attendance_of(world, second)) == (0, None)
    world.mark(second, person, attendance=Attendance.ATTENDED)
    assert minutes(world, person) == 60


def test_what_was_corrected_by_hand_keeps_its_minutes(world: World) -> None:
    person = world.person()
    first, second = overlapping(world, person, (time(9), time(11)), (time(10), time(12)))
    for shift in (first, second):
        world.mark(shift, person, attendance=Attendance.ATTENDED)
    [late] = [entry for entry in live(world, person) if entry.minutes == 60]
    world.do(correct, now=EVENING, entry_id=late.id, minutes=50, reason="核对")
    world.mark(first, person, attendance=Attendance.ABSENT)
    assert minutes(world, person) == 50


def test_time_within_the_grace_of_the_programme_counts(world: World) -> None:
    person = world.person()
    shift = world.published(person)
    times = {"checked_in_at": hour(16, 50), "checked_out_at": hour(18, 20)}
    world.mark(shift, person, attendance=Attendance.ATTENDED, **times)
    assert minutes(world, person) == 60
    world.do(count_with_grace, programme_id=world.school, grace_minutes=15)
    world.mark(shift, person, attendance=Attendance.ATTENDED, **times)
    assert minutes(world, person) == 10 + 60 + 15
    world.mark(shift, person, attendance=Attendance.ATTENDED)
    assert minutes(world, person) == 60


def test_a_day_has_24_hours_however_it_is_pieced_together(world: World) -> None:
    person = world.person()
    facts = {"person_id": person, "day": MONDAY, "community_id": world.community, "what": "值守"}
    facts |= {"source": EntrySource.IMPORT, "place": "三峰社区"}
    world.do(enter, kind=EntryKind.SERVICE, minutes=1000, **facts)
    world.do(enter, kind=EntryKind.TRAINING, minutes=400, **facts)
    with pytest.raises(DayFull, match="1400"):
        world.do(enter, kind=EntryKind.SERVICE, minutes=41, **facts)
    [entry, *_] = live(world, person)
    with pytest.raises(DayFull):
        world.do(correct, entry_id=entry.id, minutes=entry.minutes + 41, reason="核对")
    world.do(enter, kind=EntryKind.SERVICE, minutes=40, **facts)
    assert minutes(world, person) == 1040


def test_time_that_is_not_recounted_keeps_the_minutes_of_its_sheet(world: World) -> None:
    """A sheet may say fewer minutes than lie between start and end: nothing ever makes more of them."""
    person = world.person()
    facts = {"kind": EntryKind.SERVICE, "community_id": world.community, "source": EntrySource.IMPORT}
    span = Span(hour(9), hour(12))
    world.do(enter, person_id=person, minutes=90, day=MONDAY, what="清扫", place="公园", span=span, **facts)
    shift = world.published(person, day=MONDAY + timedelta(days=1))
    world.mark(shift, person, attendance=Attendance.ATTENDED, now=hour(23, day=MONDAY + timedelta(days=1)))
    assert sorted(entry.minutes for entry in live(world, person)) == [60, 90]


def test_a_line_of_a_sheet_counts_again_once_what_covers_it_is_taken_back(world: World) -> None:
    """Nobody marks or decides it anew, and importing it again would enter nothing."""
    person = world.person()
    shift = world.published(person, starts=time(9), ends=time(11), programme=world.clean_up)
    facts = {"kind": EntryKind.SERVICE, "community_id": world.community, "source": EntrySource.IMPORT}
    for attendance in (Attendance.ATTENDED, Attendance.ABSENT):
        world.mark(shift, person, attendance=attendance)
    line = {"minutes": 50, "day": MONDAY, "span": Span(hour(9, 30), hour(10, 30)), "place": "公园"}
    world.do(enter, person_id=person, what="清扫", **line, **facts)
    for attendance, counted in ((Attendance.ATTENDED, [120]), (Attendance.ABSENT, [50])) * 2:
        world.mark(shift, person, attendance=attendance)
        assert [entry.minutes for entry in live(world, person)] == counted
    [entry] = live(world, person)
    world.do(correct, now=EVENING, entry_id=entry.id, minutes=0, reason="记错人")
    for attendance in (Attendance.ATTENDED, Attendance.ABSENT):
        world.mark(shift, person, attendance=attendance)
    assert live(world, person) == []


def test_nights_that_follow_each_other_count_once_whatever_is_marked_beside_them(world: World) -> None:
    """A night overlaps with the morning after, which is recounted with all that it overlaps with."""
    person, coordinator = world.person(), world.coordinator()
    nights = []
    for begins in (
        hour(22),
        hour(5, day=MONDAY + timedelta(days=1)),
        hour(9, day=MONDAY + timedelta(days=2)),
    ):
        shift = world.do(
            add_shift,
            programme_id=world.clean_up,
            site_id=world.site,
            starts_at=begins,
            ends_at=begins + timedelta(hours=8),
            minimum=1,
            maximum=9,
        ).id
        world.do(assign, by=coordinator, shift_id=shift, person_id=person, override_reason="连着值守")
        nights.append(shift)
    world.publish(programme=world.clean_up)
    for shift in nights:
        world.mark(shift, person, attendance=Attendance.ATTENDED, now=hour(23, day=date(2026, 11, 6)))
    assert [entry.minutes for entry in reversed(live(world, person))] == [480, 420, 480]


STARTS = [9 * 60, 9 * 60 + 40, 10 * 60, 12 * 60]
ENDS = [11 * 60, 10 * 60 + 20, 12 * 60, 13 * 60]


def clock(minute: int) -> time:
    return time(minute // 60, minute % 60)


class Undo(Exception):
    """Ends a work without keeping it."""


@given(
    st.lists(
        st.tuples(
            st.integers(0, 3),
            st.sampled_from([Attendance.ATTENDED, Attendance.ABSENT, Attendance.LATE]),
            st.integers(1, 30),
        ),
        max_size=10,
    )
)
@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_counts_is_the_union_of_all_stays(
    shifts: tuple[World, int, list[int]], marks: list[tuple[int, Attendance, int]]
) -> None:
    world, person, ids = shifts
    with suppress(Undo), world.office.write(by=SCRIPT, now=EVENING) as work:
        for number, attendance, late in marks:
            arrived = hour(0) + timedelta(minutes=STARTS[number] + late)
            mark_attendance(
                work,
                shift_id=ids[number],
                person_id=person,
                attendance=attendance,
                checked_in_at=arrived if attendance is Attendance.LATE else None,
            )
        present = [
            Span(row.checked_in_at or row.starts_at, row.ends_at)
            for row in work.query(Commitment).filter_by(person_id=person)
            if row.attendance in {Attendance.ATTENDED, Attendance.LATE}
        ]
        assert balance(work, person_id=person).service_minutes == union(present)
        raise Undo


@pytest.fixture
def shifts(world: World) -> tuple[World, int, list[int]]:
    person = world.person()
    spans = [(clock(start), clock(end)) for start, end in zip(STARTS, ENDS, strict=True)]
    return world, person, overlapping(world, person, *spans)


def union(spans: Iterable[Span]) -> int:
    """Minutes that lie in any of the spans, counted one by one."""
    first = hour(0)
    return sum(
        any(span.start <= moment < span.end for span in spans)
        for moment in (first + timedelta(minutes=number) for number in range(24 * 60))
    )


instants = st.integers(0, 300).map(lambda second: hour(9) + timedelta(seconds=20 * second))
spans = st.tuples(instants, instants).filter(lambda ends: ends[0] < ends[1]).map(lambda ends: Span(*ends))


@given(spans, st.lists(spans, max_size=6))
def test_the_uncovered_part_of_a_span_is_counted_whole_and_down(span: Span, others: list[Span]) -> None:
    step = timedelta(seconds=20)
    moments = [span.start + number * step for number in range(int((span.end - span.start) / step))]
    free = [moment for moment in moments if not any(one.start <= moment < one.end for one in others)]
    assert uncovered(span, others) == len(free) // 3


def test_two_leaders_who_mark_overlapping_shifts_at_once_count_the_time_once(world: World) -> None:
    person = world.person()
    first, second = overlapping(world, person, (time(9), time(11)), (time(9), time(11)))

    def marking(shift: int) -> Any:
        def mark(work: Work) -> Any:
            return mark_attendance(work, shift_id=shift, person_id=person, attendance=Attendance.ATTENDED)

        return mark

    just_before_the_commit(
        lambda operation: world.do(operation, now=EVENING),
        marking(first),
        lambda: world.do(marking(second), now=EVENING),
    )
    assert minutes(world, person) == 120
