"""Publishing a week promises it, withdrawing takes it back; single shifts are moved and called off."""

from __future__ import annotations

from datetime import time, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from tests.world import MONDAY, NOW, SCRIPT, World, hour
from volunteer_core.commitments.models import Attendance, Commitment, CommitmentStatus
from volunteer_core.commitments.promises import AlreadyServed, Clash
from volunteer_core.errors import Conflict, Malformed, NotAllowed
from volunteer_core.hours.ledger import balance, list_overdue
from volunteer_core.notices.models import NoticeKind
from volunteer_core.notices.outbox import list_notices
from volunteer_core.permissions import Actor
from volunteer_core.rosters.assigning import ShiftFull, ShiftNotOpen, ShiftOver, assign, release
from volunteer_core.rosters.calling_off import NotCalledOff, call_off_shift, reinstate_shift
from volunteer_core.rosters.models import Shift, ShiftStatus
from volunteer_core.rosters.publishing import (
    NothingToPublish,
    NothingToWithdraw,
    publish_week,
    withdraw_week,
)
from volunteer_core.rosters.shifts import add_shift, change_shift, list_shifts, turn
from volunteer_core.timespans import WeekInvalid

TUESDAY = MONDAY + timedelta(days=1)


def week(world: World, **facts: Any) -> dict[str, Any]:
    return {"programme_id": world.school, "site_id": world.site, "week": "2026-W45"} | facts


def statuses(world: World, person: int) -> list[CommitmentStatus]:
    with world.office.read(by=SCRIPT, now=NOW) as work:
        return list(
            work.scalars(
                select(Commitment.status).where(Commitment.person_id == person).order_by(Commitment.id)
            )
        )


def seen(world: World, by: Actor = SCRIPT) -> dict[int, ShiftStatus]:
    page = world.see(list_shifts, by=by, first=MONDAY, last=MONDAY + timedelta(days=13))
    return {shift.id: shift.status for shift in page.items}


def told(world: World) -> list[tuple[NoticeKind, int]]:
    return [(notice.kind, notice.person_id) for notice in world.see(list_notices).items]


def test_a_week_is_published_for_one_programme_and_site(world: World) -> None:
    person = world.person()
    mine = world.shift(person)
    elsewhere = world.shift(site=world.other_site)
    another = world.shift(programme=world.clean_up)
    next_week = world.shift(person, day=MONDAY + timedelta(days=7))
    outcome = world.do(publish_week, **week(world))
    assert (outcome.shift_ids, outcome.tentative_left, outcome.people_told) == ([mine], [], 1)
    assert seen(world) == {mine: ShiftStatus.PUBLISHED} | dict.fromkeys(
        (elsewhere, another, next_week), ShiftStatus.DRAFT
    )
    assert statuses(world, person) == [CommitmentStatus.PROMISED, CommitmentStatus.HELD]
    with pytest.raises(NothingToPublish):
        world.do(publish_week, **week(world))


def test_withdrawing_takes_back_what_has_not_begun_and_tells_people(world: World) -> None:
    person = world.person()
    begun, ahead = world.shift(person), world.shift(person, day=TUESDAY)
    world.publish()
    outcome = world.do(withdraw_week, now=hour(17), **week(world))
    assert outcome.shift_ids == [ahead]
    assert statuses(world, person) == [CommitmentStatus.PROMISED, CommitmentStatus.HELD]
    assert seen(world) == {begun: ShiftStatus.PUBLISHED, ahead: ShiftStatus.DRAFT}
    assert told(world) == [(NoticeKind.PUBLISHED, person), (NoticeKind.CHANGED, person)]
    assert "11月2日" not in world.see(list_notices).items[1].text
    with pytest.raises(NothingToWithdraw):
        world.do(withdraw_week, now=hour(17), **week(world))


def test_drafts_are_for_those_who_make_the_roster(world: World) -> None:
    """A withdrawn week is a draft again, and nobody else's business."""
    shift, never = world.shift(), world.shift(day=TUESDAY, programme=world.clean_up)
    volunteer = Actor.person(world.person())
    assert seen(world, volunteer) == {}
    world.publish()
    assert seen(world, volunteer) == {shift: ShiftStatus.PUBLISHED}
    world.do(withdraw_week, **week(world))
    assert seen(world, volunteer) == {}
    for insider in (world.leader(), world.coordinator(), world.officer()):
        assert set(seen(world, insider)) == {shift, never}
    for outsider in (world.leader(world.other_team), world.coordinator(world.other_community)):
        assert seen(world, outsider) == {}
    world.publish()
    for one in (shift, never):
        world.do(call_off_shift, shift_id=one, reason="停电")
    assert seen(world, volunteer) == {shift: ShiftStatus.CALLED_OFF}
    with pytest.raises(NotAllowed):
        seen(world, Actor.anonymous())


def test_publishing_is_the_leaders_and_coordinators(world: World) -> None:
    world.shift()
    for somebody in (
        Actor.person(world.person()),
        world.leader(world.other_team),
        world.coordinator(world.other_community),
    ):
        for operation in (publish_week, withdraw_week):
            with pytest.raises(NotAllowed):
                world.do(operation, by=somebody, **week(world))
    world.do(publish_week, by=world.leader(), **week(world))
    world.do(withdraw_week, by=world.coordinator(), **week(world))
    for text in ("2026-45", "2026-W54", "下周"):
        with pytest.raises(WeekInvalid):
            world.do(publish_week, **week(world, week=text))


def test_moving_a_shift_moves_everybody_on_it_and_tells_them(world: World) -> None:
    person = world.person()
    shift = world.published(person)
    changed = world.do(change_shift, shift_id=shift, starts_at=hour(16), ends_at=hour(17))
    assert (changed.starts_at, changed.people) == (hour(16), 1)
    with world.office.read(by=SCRIPT, now=NOW) as work:
        [row] = work.scalars(select(Commitment))
        assert (row.starts_at, row.ends_at) == (hour(16), hour(17))
    assert world.see(list_notices).items[-1].text.startswith("班次时间改为：11月2日（周一）16:00–17:00")
    world.shift(person, programme=world.clean_up)  # for 17 to 18 is free now


def test_a_shift_is_not_moved_into_somebodys_other_shift(world: World) -> None:
    person = world.person()
    other = world.shift(person, starts=time(15), ends=time(16))
    shift = world.shift(person, world.person())
    with pytest.raises(Clash) as refused:
        world.do(change_shift, shift_id=shift, starts_at=hour(15, 30))
    assert refused.value.facts["shift_id"] == other
    assert world.see(list_shifts, first=MONDAY, last=MONDAY).items[1].starts_at == hour(17)
    world.do(change_shift, shift_id=shift, starts_at=hour(16))  # up to its very end


def test_a_shift_stays_on_its_day_and_keeps_its_people(world: World) -> None:
    """Age, leave and checks of everybody on it were judged for that day."""
    shift = world.shift(*world.people(2), maximum=3)
    for bad in (
        {"starts_at": hour(17, day=TUESDAY), "ends_at": hour(18, day=TUESDAY)},
        {"ends_at": hour(17, day=TUESDAY + timedelta(days=1))},
        {"minimum": 4},
        {"note": "一\n二"},
    ):
        with pytest.raises(Malformed):
            world.do(change_shift, shift_id=shift, **bad)
    with pytest.raises(ShiftFull):
        world.do(change_shift, shift_id=shift, maximum=1)
    assert world.do(change_shift, shift_id=shift, maximum=2, leads=1, note="带水").note == "带水"
    with pytest.raises(ShiftOver):
        world.do(change_shift, shift_id=shift, note="晚了", now=hour(17))


def test_a_called_off_shift_tells_the_promised_and_frees_them(world: World) -> None:
    person = world.person()
    shift = world.published(person)
    outcome = world.do(call_off_shift, by=world.leader(), shift_id=shift, reason="停电")
    assert outcome.people == 1
    assert statuses(world, person) == [CommitmentStatus.CALLED_OFF]
    last = world.see(list_notices).items[-1]
    assert (last.kind, last.text) == (
        NoticeKind.CALLED_OFF,
        "因停电取消：11月2日（周一）17:00–18:00 三峰学堂 五点学堂。",
    )
    world.shift(person, programme=world.clean_up)
    with pytest.raises(ShiftNotOpen):
        world.do(call_off_shift, shift_id=shift, reason="停电")
    with pytest.raises(ShiftNotOpen):
        world.do(change_shift, shift_id=shift, note="x")


def test_calling_off_never_takes_hours_already_earned(world: World) -> None:
    served, unmarked = world.people(2)
    shift = world.published(served, unmarked)
    world.mark(shift, served, attendance=Attendance.ATTENDED, checked_out_at=hour(17, 30), now=hour(17, 40))
    world.do(call_off_shift, shift_id=shift, reason="停电", now=hour(17, 45))
    assert world.see(balance, person_id=served).service_minutes == 30
    assert (statuses(world, served), statuses(world, unmarked)) == (
        [CommitmentStatus.PROMISED],
        [CommitmentStatus.CALLED_OFF],
    )


def test_what_is_over_is_marked_and_not_called_off(world: World) -> None:
    person = world.person()
    shift = world.published(person)
    with pytest.raises(ShiftOver):
        world.do(call_off_shift, shift_id=shift, reason="录入错误", now=hour(18))
    assert statuses(world, person) == [CommitmentStatus.PROMISED]
    overdue = world.see(list_overdue, now=hour(18))
    assert [row.person_id for row in overdue.items] == [person]
    draft = world.shift(starts=time(8), ends=time(9))  # has not taken place
    world.do(call_off_shift, shift_id=draft, reason="录入错误", now=hour(18))


def test_what_was_served_is_not_released(world: World) -> None:
    person = world.person()
    shift = world.published(person)
    world.mark(shift, person, attendance=Attendance.ATTENDED)
    with pytest.raises((AlreadyServed, ShiftOver)):
        world.do(release, shift_id=shift, person_id=person, now=hour(23))
    assert world.see(balance, person_id=person).service_minutes == 60


def test_a_reinstated_shift_is_a_draft_to_fill_anew(world: World) -> None:
    person = world.person()
    shift = world.published(person)
    with pytest.raises(NotCalledOff):
        world.do(reinstate_shift, shift_id=shift)
    world.do(call_off_shift, shift_id=shift, reason="停电")
    again = world.do(reinstate_shift, shift_id=shift)
    assert (again.status, again.people) == (ShiftStatus.DRAFT, 0)
    world.do(assign, shift_id=shift, person_id=person)
    assert statuses(world, person) == [CommitmentStatus.HELD]


def test_a_shift_that_cannot_be_is_refused(world: World) -> None:
    facts = {
        "programme_id": world.school,
        "site_id": world.site,
        "starts_at": hour(9),
        "ends_at": hour(10),
        "minimum": 1,
        "maximum": 2,
    }
    for bad in ({"ends_at": hour(9, 1, day=TUESDAY)}, {"minimum": 3}, {"maximum": 0}, {"note": "字" * 201}):
        with pytest.raises(Malformed):
            world.do(add_shift, **facts | bad)
    for somebody in (Actor.person(world.person()), world.coordinator(world.other_community)):
        with pytest.raises(NotAllowed):
            world.do(add_shift, by=somebody, **facts)
    assert seen(world) == {}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (ShiftStatus.CALLED_OFF, ShiftStatus.PUBLISHED),
        (ShiftStatus.CALLED_OFF, ShiftStatus.DROPPED),
        (ShiftStatus.DROPPED, ShiftStatus.PUBLISHED),
        (ShiftStatus.DROPPED, ShiftStatus.CALLED_OFF),
    ],
)
def test_what_was_called_off_or_dropped_comes_back_as_a_draft_only(
    before: ShiftStatus, after: ShiftStatus
) -> None:
    shift = Shift(status=before)
    with pytest.raises(Conflict):
        turn(shift, after)
    turn(shift, ShiftStatus.DRAFT)
    turn(shift, after)
