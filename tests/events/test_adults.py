"""An event with minors who serve has checked adults beside them, or says in time that it has not."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.events.family import consent, consented_minor, minor
from tests.events.lecture import NOW, SATURDAY, TODAY, Lecture, clock
from volunteer_core import tick
from volunteer_core.access.tokens import grant_role
from volunteer_core.events.adults import Minding, adults_needed, minding, tell_of_missing_adults
from volunteer_core.events.models import Event
from volunteer_core.events.planning import call_off_event, change_event
from volunteer_core.events.positions import change_capacity
from volunteer_core.events.views import SignupView
from volunteer_core.notices.models import NoticeKind
from volunteer_core.office.settings import change_setting
from volunteer_core.people.models import CheckResult
from volunteer_core.people.vouching import record_check, withdraw_consent
from volunteer_core.permissions import Actor, Role

IN_TIME = NOW + timedelta(days=5)
"""Seven days before the lecture."""


@pytest.fixture
def crowded(lecture: Lecture) -> Lecture:
    """A lecture with 30 seats for ushers, and one checked adult for each two minors."""
    with lecture.write() as work:
        change_capacity(work, position_id=lecture.ushers, capacity=30)
        change_setting(work, name="minors_per_checked_adult", value=2, valid_from=TODAY)
    return lecture


def checked(
    lecture: Lecture, person: int, *, on: date = TODAY, result: CheckResult = CheckResult.CLEAR
) -> int:
    with lecture.write() as work:
        record_check(work, person_id=person, checked_on=on, result=result)
    return person


def minors(lecture: Lecture, number: int) -> list[SignupView]:
    return [lecture.sign_up(consented_minor(lecture), lecture.ushers) for _ in range(number)]


def found(lecture: Lecture) -> Minding:
    with lecture.read() as work:
        return minding(work, [work.find(Event, lecture.event)])[lecture.event]


def test_one_checked_adult_for_each_so_many_minors_or_part_of_them(crowded: Lecture) -> None:
    assert found(crowded) == Minding(0, 0, 0, 0)
    minors(crowded, 3)
    assert found(crowded) == Minding(3, 0, 2, 0)
    crowded.sign_up(checked(crowded, crowded.people[0]), crowded.ushers)
    assert found(crowded) == Minding(3, 1, 1, 0)
    for person in crowded.people[1:3]:
        crowded.sign_up(checked(crowded, person), crowded.ushers)
    assert found(crowded) == Minding(3, 3, 0, 0)


@given(minors=st.integers(0, 1000), each=st.integers(1, 1000))
def test_no_minor_is_without_an_adult_and_no_adult_too_many(minors: int, each: int) -> None:
    needed = adults_needed(minors, each)
    assert needed * each >= minors > (needed - 1) * each


def test_only_adults_with_a_check_that_is_current_on_the_day_count(crowded: Lecture) -> None:
    minors(crowded, 1)
    unchecked, expired, not_clear, almost = crowded.people[:4]
    checked(crowded, expired, on=SATURDAY - timedelta(days=366))
    checked(crowded, almost, on=SATURDAY - timedelta(days=365))
    checked(crowded, not_clear, on=TODAY - timedelta(days=1))
    checked(crowded, not_clear, result=CheckResult.NOT_CLEAR)
    crowded.sign_up_all([unchecked, expired, not_clear], crowded.ushers)
    assert found(crowded).checked_adults == 0
    crowded.sign_up(almost, crowded.ushers)
    assert found(crowded) == Minding(1, 1, 0, 0)


def test_a_checked_minor_is_no_adult_and_age_is_that_of_the_day(crowded: Lecture) -> None:
    for born in (SATURDAY.replace(year=2008), SATURDAY.replace(year=2008) + timedelta(days=1)):
        crowded.sign_up(checked(crowded, consented_minor(crowded, born=born)), crowded.ushers)
    assert found(crowded) == Minding(1, 1, 0, 0)


def test_an_audience_and_who_waits_count_on_neither_side(crowded: Lecture) -> None:
    with crowded.write() as work:
        change_capacity(work, position_id=crowded.ushers, capacity=1)
    crowded.sign_up(consented_minor(crowded), crowded.audience)
    crowded.sign_up(checked(crowded, crowded.people[0]), crowded.audience)
    minors(crowded, 1)
    crowded.sign_up(checked(crowded, crowded.people[1]), crowded.ushers)
    assert crowded.waiting(crowded.ushers) == [crowded.people[1]]
    assert found(crowded) == Minding(1, 0, 1, 0)


def test_whose_consent_covers_another_day_is_counted(crowded: Lecture) -> None:
    ward, mother = minor(crowded)
    standing = consent(crowded, ward, mother)
    crowded.sign_up(ward, crowded.ushers)
    consent(crowded, ward, mother, event=crowded.event)
    with crowded.write(Actor.person(mother)) as work:
        withdraw_consent(work, consent_id=standing.id)
    assert found(crowded).consents_missing == 0
    with crowded.write() as work:
        change_event(work, event_id=crowded.event, starts_at=clock(15, day=SATURDAY + timedelta(days=1)))
    assert found(crowded).consents_missing == 1
    with crowded.write() as work:
        change_setting(work, name="consent_below_years", value=16, valid_from=TODAY)
    assert found(crowded).consents_missing == 0


def pass_of(lecture: Lecture, now: datetime = IN_TIME) -> int:
    with lecture.write(now=now) as work:
        return tell_of_missing_adults(work)


def told(lecture: Lecture, person: int | None = None) -> list[str]:
    return [
        notice.text
        for notice in lecture.told(NoticeKind.GAP)
        if notice.person_id == (person or lecture.leader_id)
    ]


def test_leaders_are_told_once_of_each_number_from_a_week_before_on(crowded: Lecture) -> None:
    minors(crowded, 3)
    assert pass_of(crowded, IN_TIME - timedelta(days=1)) == 0
    assert [pass_of(crowded), pass_of(crowded)] == [1, 0]
    [text] = told(crowded)
    assert text == (
        "活动“消防安全知识讲座”（12月5日（周六）15:00–16:30）有 3 名未成年人服务，"
        "还缺 2 名有一年内违法犯罪记录查询的成年人同行（现有 0 名）。请安排成年人报名，或尽快办理查询。"
    )
    first, second = (
        crowded.sign_up(checked(crowded, person), crowded.ushers) for person in crowded.people[:2]
    )
    assert [pass_of(crowded), pass_of(crowded)] == [1, 0]
    assert told(crowded)[1].endswith("不再缺有违法犯罪记录查询的成年人。")
    for gone in (first, second):  # the number is the first one again: that is news
        crowded.cancel(gone)
        assert pass_of(crowded) == 1
    assert ["还缺 1 名" in told(crowded)[2], "还缺 2 名" in told(crowded)[3]] == [True, True]


def test_coordinators_are_told_too(crowded: Lecture) -> None:
    coordinator = crowded.people[5]
    with crowded.write() as work:
        grant_role(
            work,
            person_id=coordinator,
            role=Role.COMMUNITY_COORDINATOR,
            community_id=crowded.community,
            valid_from=TODAY,
        )
    minors(crowded, 1)
    assert pass_of(crowded) == 2
    assert len(told(crowded)) == len(told(crowded, coordinator)) == 1


def test_what_lacks_nobody_is_called_off_or_has_begun_is_silent(crowded: Lecture) -> None:
    assert pass_of(crowded) == 0
    minors(crowded, 1)
    assert pass_of(crowded, clock(15)) == 0
    assert pass_of(crowded) == 1
    with crowded.write() as work:
        call_off_event(work, event_id=crowded.event)
    assert pass_of(crowded) == 0


def test_the_office_says_how_early(crowded: Lecture) -> None:
    minors(crowded, 1)
    with crowded.write() as work:
        change_setting(work, name="adults_short_notice_days", value=8, valid_from=TODAY)
    assert pass_of(crowded, IN_TIME - timedelta(days=1)) == 1


def test_the_clock_does_it(crowded: Lecture) -> None:
    minors(crowded, 1)
    crowded.office.clock = lambda: IN_TIME
    assert [tick.run(crowded.office).adults_told for _ in range(2)] == [1, 0]
