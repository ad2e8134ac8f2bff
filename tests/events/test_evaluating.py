"""How an event was, and how a service was (民政部令67号 Art 10)."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import partial
from itertools import pairwise

import pytest
from sqlalchemy import select

from tests.at_once import at_once
from tests.events.afterwards import EVENING, attended, mark, rate
from tests.events.family import consent, minor
from tests.events.lecture import Lecture, clock
from volunteer_core.audit import AuditEntry
from volunteer_core.commitments.evaluations import EvaluationKind
from volunteer_core.commitments.models import Attendance
from volunteer_core.database import Paging
from volunteer_core.errors import Malformed, NotAllowed, NotFound
from volunteer_core.events.attendance import mark_attendance
from volunteer_core.events.changing_positions import change_position
from volunteer_core.events.evaluating import (
    EvaluationTooLate,
    EvaluationView,
    EventEvaluations,
    NotOverYet,
    NotThere,
    ServedNobody,
    evaluate_service,
    own_evaluations,
    read_evaluations,
)
from volunteer_core.events.models import Signup
from volunteer_core.events.positions import add_position
from volunteer_core.events.views import SignupView
from volunteer_core.hours.ledger import OwnHours
from volunteer_core.hours.record import RecordedEvaluation, record
from volunteer_core.permissions import Actor
from volunteer_core.teams.membership import change_team, join

OVER, LATE = clock(16, 30), clock(16, 30) + timedelta(days=30)


def rate_service(
    lecture: Lecture,
    signup: SignupView,
    rating: int = 5,
    remark: str = "",
    *,
    by: Actor | None = None,
    now: datetime = EVENING,
) -> EvaluationView:
    with lecture.write(by or lecture.leader, now) as work:
        return evaluate_service(work, signup_id=signup.id, rating=rating, remark=remark)


def read(lecture: Lecture, by: Actor | None = None, **paging: int) -> EventEvaluations:
    with lecture.read(by or lecture.leader, EVENING) as work:
        return read_evaluations(work, event_id=lecture.event, paging=Paging(**paging))


def test_who_was_there_says_how_it_was_and_again_replaces(lecture: Lecture) -> None:
    [signup] = attended(lecture, lecture.people[0])
    assert rate(lecture, signup, 2, "太短了").rating == 2
    found = rate(lecture, signup, 4, " 很好\r\n谢谢 ")
    assert (found.kind, found.rating, found.remark) == (EvaluationKind.ACTIVITY, 4, "很好\n谢谢")
    assert (found.event_id, found.title, found.given_at) == (lecture.event, "消防安全知识讲座", EVENING)
    assert read(lecture).rated == 1


def test_who_was_not_there_has_no_say(lecture: Lecture) -> None:
    absent, excused, unmarked = lecture.sign_up_all(lecture.people[:3], lecture.ushers)
    mark(lecture, absent, Attendance.ABSENT)
    mark(lecture, excused, Attendance.EXCUSED)
    waits = lecture.sign_up(lecture.people[3], lecture.ushers)
    cancelled = lecture.sign_up(lecture.people[4])
    with lecture.write(now=clock(14)) as work:  # came early and went again
        work.find(Signup, cancelled.id).arrived_at = clock(14)
    lecture.cancel(cancelled, now=clock(14, 20))
    for nobody in (absent, excused, unmarked, waits, cancelled):
        with pytest.raises(NotThere):
            rate(lecture, nobody)
        with pytest.raises((NotThere, ServedNobody)):
            rate_service(lecture, nobody)


def test_an_event_is_rated_after_its_end_for_thirty_days(lecture: Lecture) -> None:
    [signup] = attended(lecture, lecture.people[0])
    with pytest.raises(NotOverYet):
        rate(lecture, signup, now=OVER - timedelta(seconds=1))
    rate(lecture, signup, now=OVER)
    rate(lecture, signup, now=LATE - timedelta(seconds=1))
    with pytest.raises(EvaluationTooLate):
        rate(lecture, signup, now=LATE)


@pytest.mark.parametrize("rating", [-1, 0, 6, 10**12])
def test_a_rating_is_from_1_to_5(lecture: Lecture, rating: int) -> None:
    [signup] = attended(lecture, lecture.people[0], position=lecture.ushers)
    for give in (rate, rate_service):
        with pytest.raises(Malformed) as refusal:
            give(lecture, signup, rating)
        assert refusal.value.facts["field"] == "rating"


@pytest.mark.parametrize("remark", ["\x00", "好\x1b[31m", "\u202e反", "长" * 501])
def test_a_remark_is_a_short_text(lecture: Lecture, remark: str) -> None:
    [signup] = attended(lecture, lecture.people[0], position=lecture.ushers)
    for give in (rate, rate_service):
        with pytest.raises(Malformed) as refusal:
            give(lecture, signup, 5, remark)
        assert refusal.value.facts["field"] == "remark"
    assert rate(lecture, signup, 5, "长" * 500).remark == "长" * 500


def test_only_the_person_or_their_guardian_rates_an_event(lecture: Lecture) -> None:
    ward, mother = minor(lecture)
    consent(lecture, ward, mother)
    [signup] = attended(lecture, ward, position=lecture.ushers)
    for actor in (lecture.leader, lecture.coordinator, Actor.person(lecture.people[0]), Actor.anonymous()):
        with pytest.raises(NotAllowed):
            rate(lecture, signup, by=actor)
    rate(lecture, signup, 3, by=Actor.person(mother))
    rate(lecture, signup, 4)
    with lecture.read(Actor.person(mother)) as work:
        assert [one.rating for one in own_evaluations(work, person_id=ward).items] == [4]


def test_what_was_said_is_read_once_nobody_can_be_told_by_it(lecture: Lecture) -> None:
    signups = attended(lecture, *lecture.people[:2])
    signups += attended(lecture, lecture.people[2], position=lecture.ushers)
    for signup, rating, remark in zip(signups, (5, 4, 4), ("", "甲", "乙"), strict=True):
        assert read(lecture).average is None
        assert (read(lecture).counts, read(lecture).remarks.total) == ([], 0)
        rate(lecture, signup, rating, remark)
    found = read(lecture)
    assert (found.rated, found.average, found.counts) == (3, 4.33, [0, 0, 0, 2, 1])
    assert [(one.rating, one.remark) for one in found.remarks.items] == [(4, "乙"), (4, "甲")]
    assert {"rating", "remark"} == set(found.remarks.items[0].__struct_fields__)  # and not by whom
    assert [one.remark for one in read(lecture, limit=1, offset=1).remarks.items] == ["甲"]


def test_who_was_there_twice_has_one_say_of_the_event(lecture: Lecture) -> None:
    """Else one person's ratings could be read as those of three."""
    person = lecture.people[0]
    ends = (clock(14), clock(15, 30), clock(16), clock(17))
    with lecture.write() as work:
        facts = {"event_id": lecture.event, "capacity": 1, "earns_hours": True}
        positions = [
            add_position(work, name=f"{start:%H%M}", starts_at=start, ends_at=end, **facts).id
            for start, end in pairwise(ends)
        ]
    first, second, third = (attended(lecture, person, position=one)[0] for one in positions)
    rate(lecture, first, 1, "太远")
    rate(lecture, second, 2)
    assert rate(lecture, third, 4, "好").signup_id == third.id
    assert read(lecture).rated == 1
    with lecture.read(Actor.person(person)) as work:
        [own] = own_evaluations(work, person_id=person).items
    assert (own.signup_id, own.rating, own.remark) == (third.id, 4, "好")


def test_the_best_come_first_whoever_wrote_them(lecture: Lecture) -> None:
    signups = attended(lecture, *lecture.people[:3], position=lecture.ushers)
    for signup, rating in zip(signups, (1, 5, 3), strict=True):
        rate(lecture, signup, rating, "话")
    assert [one.rating for one in read(lecture).remarks.items] == [5, 3, 1]


def test_those_read_it_who_organise_the_event(lecture: Lecture) -> None:
    for actor in (lecture.leader, lecture.coordinator, Actor.person(lecture.people[0], officer=True)):
        assert read(lecture, actor).rated == 0
    for actor in (lecture.other_leader, lecture.neighbour, Actor.person(lecture.people[0])):
        with pytest.raises(NotAllowed):
            read(lecture, actor)
    with lecture.read() as work, pytest.raises(NotFound):
        read_evaluations(work, event_id=999)


def test_the_audit_log_says_that_somebody_rated_and_not_what(lecture: Lecture) -> None:
    [signup] = attended(lecture, lecture.people[0])
    rate(lecture, signup, 1, "难听")
    with lecture.read() as work:
        [entry] = [one for one in work.scalars(select(AuditEntry)) if one.subject == "evaluations"]
    assert "难听" not in str(entry.changes)
    assert (entry.changes["rating"], entry.changes["remark"]) == (None, None)


def test_the_person_reads_how_they_served_and_it_stands_in_their_record(lecture: Lecture) -> None:
    person = lecture.people[0]
    [signup] = attended(lecture, person, position=lecture.ushers)
    rate_service(lecture, signup, 3)
    rate_service(lecture, signup, 5, "耐心、准时", by=lecture.coordinator)
    with lecture.read(Actor.person(person), EVENING) as work:
        [own] = own_evaluations(work, person_id=person).items
        kept = record(work, person_id=person, first=date(2026, 12, 1), last=date(2026, 12, 31))
    assert (own.kind, own.rating, own.remark) == (EvaluationKind.SERVICE, 5, "耐心、准时")
    assert [one.evaluation for one in kept.activities] == [RecordedEvaluation(5, "耐心、准时")]


def test_a_corrected_service_keeps_its_evaluation(lecture: Lecture) -> None:
    person = lecture.people[0]
    [signup] = attended(lecture, person, position=lecture.ushers)
    rate_service(lecture, signup, 4)
    with lecture.write(now=EVENING) as work:
        mark_attendance(work, signup_id=signup.id, attendance=Attendance.ATTENDED, checked_out_at=clock(16))
    with lecture.read(Actor.person(person), EVENING) as work:
        [kept] = record(work, person_id=person, first=date(2026, 12, 1), last=date(2026, 12, 31)).activities
    assert (kept.minutes, kept.evaluation) == (90, RecordedEvaluation(4, ""))


def test_what_the_person_says_of_the_event_is_not_in_their_record(lecture: Lecture) -> None:
    person = lecture.people[0]
    [signup] = attended(lecture, person, position=lecture.ushers)
    rate(lecture, signup, 1, "一般")
    with lecture.read(Actor.person(person), EVENING) as work:
        [kept] = record(work, person_id=person, first=date(2026, 12, 1), last=date(2026, 12, 31)).activities
    assert kept.evaluation is None


def test_leaders_of_other_teams_do_not_read_it_in_the_record(lecture: Lecture) -> None:
    person = lecture.people[0]
    with lecture.write() as work:
        for team in (lecture.team, lecture.other_team):
            join(work, team_id=team, person_id=person, on=date(2026, 11, 1))
    [signup] = attended(lecture, person, position=lecture.ushers)
    rate_service(lecture, signup, 2, "话多")
    for actor, expected in (
        (lecture.leader, RecordedEvaluation(2, "话多")),
        (Actor.person(person), RecordedEvaluation(2, "话多")),
        (lecture.other_leader, None),
    ):
        with lecture.read(actor, EVENING) as work:
            [kept] = record(
                work, person_id=person, first=date(2026, 12, 1), last=date(2026, 12, 31)
            ).activities
        assert kept.evaluation == expected
        assert kept.what == "消防安全知识讲座"
    with lecture.write() as work:
        change_team(work, team_id=lecture.team, discreet=True)
    with lecture.read(lecture.other_leader, EVENING) as work:
        [kept] = record(work, person_id=person, first=date(2026, 12, 1), last=date(2026, 12, 31)).activities
    assert (kept.what, kept.evaluation) == ("志愿服务", None)


def test_an_audience_serves_nobody(lecture: Lecture) -> None:
    [signup] = attended(lecture, lecture.people[0])
    with pytest.raises(ServedNobody):
        rate_service(lecture, signup)


def test_a_service_is_rated_after_the_end_by_those_who_organised_it(lecture: Lecture) -> None:
    [signup] = attended(lecture, lecture.people[0], position=lecture.ushers)
    with pytest.raises(NotOverYet):
        rate_service(lecture, signup, now=OVER - timedelta(seconds=1))
    rate_service(lecture, signup, now=LATE + timedelta(days=100))
    for actor in (Actor.person(lecture.people[0]), lecture.other_leader, lecture.neighbour):
        with pytest.raises(NotAllowed):
            rate_service(lecture, signup, by=actor)


def test_nobody_rates_their_own_service(lecture: Lecture) -> None:
    [own] = attended(lecture, lecture.leader_id, position=lecture.ushers)
    with pytest.raises(OwnHours):
        rate_service(lecture, own)


def test_what_one_said_is_for_oneself(lecture: Lecture) -> None:
    [signup] = attended(lecture, lecture.people[0])
    rate(lecture, signup)
    for actor in (lecture.leader, lecture.coordinator, Actor.person(lecture.people[1], officer=True)):
        with lecture.read(actor) as work, pytest.raises(NotAllowed):
            own_evaluations(work, person_id=lecture.people[0])


def test_two_phones_at_once_have_one_say_of_two_positions(lecture: Lecture) -> None:
    with lecture.write() as work:
        late = add_position(
            work,
            event_id=lecture.event,
            name="收拾",
            capacity=9,
            earns_hours=True,
            starts_at=clock(16, 20),
            ends_at=clock(17),
        ).id
        change_position(work, position_id=lecture.ushers, ends_at=clock(16))
    for number, person in enumerate(lecture.people[:3], 1):
        signups = [attended(lecture, person, position=one)[0] for one in (lecture.ushers, late)]
        at_once(*(partial(rate, lecture, signup) for signup in signups), round_number=number)
        assert read(lecture).rated == number


def test_two_phones_at_once_leave_one_evaluation(lecture: Lecture) -> None:
    for person in lecture.people:
        [signup] = attended(lecture, person, position=lecture.hold_event(clock(9), clock(10))[1])
        answers = at_once(*(partial(rate, lecture, signup, rating) for rating in (1, 5)))
        assert {answer.rating for answer in answers} == {1, 5}
        with lecture.read(Actor.person(person)) as work:
            assert own_evaluations(work, person_id=person).total == 1
