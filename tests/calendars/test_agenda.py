"""A person's commitments over a period, and what of them who sees."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest

from volunteer_core.calendars.agenda import AgendaItem, agenda
from volunteer_core.commitments.models import Attendance, CommitmentStatus
from volunteer_core.database import Paging
from volunteer_core.errors import NotAllowed, NotFound
from volunteer_core.events.planning import create_event, publish_event
from volunteer_core.events.positions import add_position
from volunteer_core.events.signups import sign_up
from volunteer_core.people.registry import register
from volunteer_core.people.vouching import link_guardian
from volunteer_core.permissions import Actor
from volunteer_core.rosters.assigning import assign, release
from volunteer_core.rosters.attendance import mark_attendance
from volunteer_core.rosters.publishing import withdraw_week
from volunteer_core.teams.membership import found_team, join
from volunteer_core.timespans import SpanInvalid, at

FIRST, LAST = date(2026, 11, 30), date(2026, 12, 6)
SATURDAY = date(2026, 12, 5)


def items(town, *, by: Actor | None = None, first: date = FIRST, last: date = LAST) -> list[AgendaItem]:
    by = by or Actor.person(town.person)
    found: list[AgendaItem] = town.see(agenda, by=by, person_id=town.person, first=first, last=last).items
    return found


def test_shifts_and_events_stand_together_in_order_of_time(town) -> None:
    event = town.do(
        create_event,
        title="消防安全讲座",
        site_id=town.site,
        starts_at=at(SATURDAY, time(15)),
        ends_at=at(SATURDAY, time(16)),
    ).id
    seats = town.do(add_position, event_id=event, name="听众", capacity=40, earns_hours=False).id
    town.do(publish_event, event_id=event)
    town.do(sign_up, position_id=seats, person_id=town.person)
    shift = town.published_shift(town.person)

    duty, lecture = items(town)
    assert (duty.title, duty.site, duty.civil_date) == ("每周两小时", "凤翔社区活动室", date(2026, 12, 3))
    assert (duty.shift_id, duty.event_id, duty.position_id) == (shift, None, None)
    assert (duty.programme_id, duty.team_id) == (town.programme, town.team)
    assert (duty.starts_at, duty.ends_at) == (at(duty.civil_date, time(17)), at(duty.civil_date, time(18)))
    assert lecture.title == "消防安全讲座（听众）"
    assert (lecture.shift_id, lecture.event_id, lecture.position_id) == (None, event, seats)
    assert {duty.status, lecture.status} == {CommitmentStatus.PROMISED}


def test_both_ends_of_the_period_belong_to_it(town) -> None:
    town.published_shift(town.person)
    day = date(2026, 12, 3)
    assert len(items(town, first=day, last=day)) == 1
    assert items(town, first=day + timedelta(days=1)) == []
    assert items(town, last=day - timedelta(days=1)) == []


def test_drafts_are_seen_by_who_plans_and_not_by_the_person(town) -> None:
    shift = town.shift()
    town.do(assign, shift_id=shift, person_id=town.person)
    released = town.shift(hour=19)
    town.do(assign, shift_id=released, person_id=town.person)
    town.do(release, shift_id=released, person_id=town.person)
    assert items(town) == []
    for planner in (
        Actor.person(town.other, teams=[town.team]),
        Actor.person(town.other, communities=[town.community]),
        Actor.person(town.other, officer=True),
        Actor.person(town.person, teams=[town.team]),
    ):
        held, gone = items(town, by=planner)
        assert (held.status, gone.status) == (CommitmentStatus.HELD, CommitmentStatus.RELEASED)
    town.publish()
    assert [item.status for item in items(town)] == [CommitmentStatus.PROMISED]
    town.do(withdraw_week, programme_id=town.programme, site_id=town.site, week="2026-W49")
    assert items(town) == []


def test_what_became_of_it_is_told(town) -> None:
    shift = town.published_shift(town.person)
    town.now = datetime(2026, 12, 3, 11, tzinfo=UTC)
    town.do(mark_attendance, shift_id=shift, person_id=town.person, attendance=Attendance.EXCUSED)
    assert [item.attendance for item in items(town)] == [Attendance.EXCUSED]


def test_it_is_nobody_elses_business(town) -> None:
    town.published_shift(town.person)
    for stranger in (
        Actor.anonymous(),
        Actor.person(town.other),
        Actor.person(town.other, teams=[999]),
        Actor.person(town.other, communities=[999]),
    ):
        with pytest.raises(NotAllowed):
            items(town, by=stranger)


def test_guardians_see_what_their_child_has_promised_and_no_drafts(town) -> None:
    guardian = town.do(register, name="林母", birth_date=date(1985, 5, 5), community_id=town.community).id
    town.do(
        link_guardian, ward_id=town.person, guardian_id=guardian, relation="母亲", valid_from=date(2026, 1, 1)
    )
    shift = town.shift()
    town.do(assign, shift_id=shift, person_id=town.person)
    assert items(town, by=Actor.person(guardian)) == []
    town.publish()
    assert len(items(town, by=Actor.person(guardian))) == 1


def test_what_is_discreet_is_not_told_to_leaders_of_other_teams(town) -> None:
    shift = town.shift(programme=town.discreet_programme)
    town.do(assign, shift_id=shift, person_id=town.person)
    town.publish(town.discreet_programme)
    [hidden] = items(town, by=Actor.person(town.other, teams=[town.team]))
    assert (hidden.title, hidden.site) == ("志愿服务", "")
    assert (hidden.shift_id, hidden.programme_id, hidden.team_id, hidden.site_id) == (None,) * 4
    for trusted in (
        Actor.person(town.person),
        Actor.person(town.other, teams=[town.matchmakers]),
        Actor.person(town.other, communities=[town.community]),
        Actor.person(town.other, officer=True),
    ):
        [shown] = items(town, by=trusted)
        assert (shown.title, shown.shift_id) == ("相亲角值守", shift)


def test_what_is_for_one_team_alone_is_not_told_to_leaders_of_other_teams(town) -> None:
    other = town.do(found_team, code="CLOSED", name="读书会").id
    town.do(join, team_id=other, person_id=town.person, on=FIRST)
    event = town.do(
        create_event,
        title="读书会例会",
        site_id=town.site,
        starts_at=at(SATURDAY, time(15)),
        ends_at=at(SATURDAY, time(16)),
        for_team_id=other,
    ).id
    seats = town.do(add_position, event_id=event, name="会员", capacity=9, earns_hours=False).id
    town.do(publish_event, event_id=event)
    town.do(sign_up, position_id=seats, person_id=town.person)
    [hidden] = items(town, by=Actor.person(town.other, teams=[town.team]))
    assert (hidden.title, hidden.site, hidden.event_id) == ("志愿服务", "", None)
    for trusted in (Actor.person(town.person), Actor.person(town.other, teams=[other])):
        assert items(town, by=trusted)[0].event_id == event


@pytest.mark.parametrize("runs", ["programme", "discreet_programme"])
def test_leaders_of_the_team_that_runs_it_and_of_the_team_served_for_see_it(town, runs: str) -> None:
    served = {"programme": town.matchmakers, "discreet_programme": town.team}[runs]
    shift = town.shift(programme=getattr(town, runs))
    town.do(assign, shift_id=shift, person_id=town.person, team_id=served)
    for team in (town.team, town.matchmakers):
        [shown] = items(town, by=Actor.person(town.other, teams=[team]))
        assert shown.shift_id == shift


def test_the_list_is_paged_and_bad_periods_and_unknown_people_are_refused(town) -> None:
    for hour in (15, 17, 19):
        town.do(assign, shift_id=town.shift(hour=hour), person_id=town.person)
    town.publish()
    page = town.see(agenda, person_id=town.person, first=FIRST, last=LAST, paging=Paging(limit=1, offset=1))
    assert (page.total, page.limit, page.offset) == (3, 1, 1)
    assert [item.starts_at for item in page.items] == [at(date(2026, 12, 3), time(17))]
    with pytest.raises(SpanInvalid):
        items(town, first=LAST, last=FIRST)
    with pytest.raises(NotFound):
        town.see(agenda, person_id=999, first=FIRST, last=LAST)
