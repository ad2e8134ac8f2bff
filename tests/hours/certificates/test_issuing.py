"""A certificate says what counts of closed months, once, in the name of who recorded it, and stays so."""

from __future__ import annotations

from contextlib import suppress
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from tests.at_once import at_once
from tests.hours.certificates.asking import YEAR, ask
from tests.hours.served import LATER, close, reopen, serve
from tests.world import MONDAY, SCRIPT, World, hour
from volunteer_core.errors import Malformed, NotAllowed
from volunteer_core.hours.activities import TooManyActivities, hours_of
from volunteer_core.hours.certificates.issuing import EnoughToday, NothingToCertify, SeveralBodies, issue
from volunteer_core.hours.certificates.models import Certificate
from volunteer_core.hours.certificates.reading import certificate, list_certificates
from volunteer_core.hours.certificates.revoking import CertificateRevoked, revoke_certificate
from volunteer_core.hours.certificates.views import Activity
from volunteer_core.hours.entering import enter
from volunteer_core.hours.ledger import balance, correct
from volunteer_core.hours.models import EntryKind, EntrySource
from volunteer_core.hours.months.closing import MonthStateWrong, close_month, report_month
from volunteer_core.office.settings import change_setting
from volunteer_core.people.registry import correct as correct_person
from volunteer_core.people.vouching import link_guardian
from volunteer_core.permissions import Actor
from volunteer_core.teams.membership import found_team
from volunteer_core.timespans import SpanInvalid, civil_date

OCTOBER, NOVEMBER = date(2026, 10, 1), date(2026, 11, 1)
ID = "460106199001011239"
DAY = timedelta(days=1)


@pytest.fixture
def person(world: World) -> int:
    """Somebody who has served 60 and 95 minutes in November, which is closed."""
    person = world.person()
    serve(world, person)
    serve(world, person, 95, day=date(2026, 11, 21), what="消防安全知识讲座", place="三峰广场")
    close(world)
    return person


def test_it_says_nothing_of_days_to_come(world: World, person: int) -> None:
    today = civil_date(LATER)
    for last in (today, today + DAY, date(2999, 12, 31)):
        assert ask(world, person, last=last).contents.last == today
    with pytest.raises(NothingToCertify):
        ask(world, person, first=today + DAY, last=date(2999, 12, 31))


def test_it_says_who_when_what_and_how_long(world: World) -> None:
    for name, value in (
        ("recording_body", "凤翔街道办事处"), ("recording_head", "李主任"), ("recording_contact", "65812345")
    ):  # fmt: skip
        world.do(change_setting, name=name, value=value, valid_from=date(2026, 1, 1))
    somebody = world.person("单小敏")
    serve(world, somebody, 89, what="每周两小时", place="三峰路")
    close(world)
    issued = ask(world, somebody)
    said = issued.contents
    assert (said.name, said.first, said.last) == ("单小敏", YEAR["first"], said.issued_on)
    assert said.activities == [Activity(MONDAY, "每周两小时", "三峰路", 89)]
    assert (said.minutes, said.hours, said.issued_on) == (89, "1.4", date(2026, 12, 3))
    assert (said.recording_body, said.head, said.contact) == ("凤翔街道办事处", "李主任", "65812345")
    assert (said.id_number, said.address) == ("", "")
    assert issued.issued_at == LATER


@pytest.mark.parametrize(
    ("minutes", "hours"), [(1, "0.0"), (6, "0.1"), (59, "0.9"), (60, "1.0"), (89, "1.4"), (6005, "100.0")]
)
def test_hours_have_one_decimal_and_never_round_up(minutes: int, hours: str) -> None:
    assert hours_of(minutes) == hours


def test_only_what_the_street_office_has_closed_is_certified_and_the_rest_is_named(world: World) -> None:
    person = world.person()
    serve(world, person, 30, day=OCTOBER)
    serve(world, person, 60)
    serve(world, person, 45, day=date(2026, 12, 1))
    with pytest.raises(NothingToCertify) as refusal:
        ask(world, person)
    assert refusal.value.facts["open_minutes"] == 135
    world.do(report_month, community_id=world.community, month="2026-11", now=LATER)
    close(world, "2026-10")
    issued = ask(world, person)
    assert (issued.contents.minutes, issued.open_minutes) == (30, 105)
    world.do(close_month, community_id=world.community, month="2026-11", now=LATER)
    issued = ask(world, person)
    assert ([one.minutes for one in issued.contents.activities], issued.open_minutes) == ([30, 60], 45)
    assert ask(world, person, first=NOVEMBER).contents.minutes == 60


def test_the_month_counts_in_the_community_of_the_place(world: World) -> None:
    person = world.person()
    serve(world, person, 60)
    serve(world, person, 30, community_id=world.other_community, day=MONDAY + DAY)
    close(world)
    issued = ask(world, person)
    assert (issued.contents.minutes, issued.open_minutes) == (60, 30)


def test_corrections_are_worked_in_each_minute_once(world: World) -> None:
    person = world.person()
    shortened, taken_back, _ = (serve(world, person, 60, day=MONDAY + day * DAY) for day in range(3))
    world.do(correct, entry_id=shortened, minutes=45, reason="提前离开", now=LATER)
    world.do(correct, entry_id=taken_back, minutes=0, reason="记错人", now=LATER)
    close(world)
    issued = ask(world, person)
    assert [(one.day, one.minutes) for one in issued.contents.activities] == [
        (MONDAY, 45), (MONDAY + 2 * DAY, 60)
    ]  # fmt: skip


def test_what_landed_in_a_later_month_stands_on_the_day_it_concerns_once_that_is_closed(
    world: World,
) -> None:
    person = world.person()
    wrong = serve(world, person, 60)
    serve(world, person, 30, day=MONDAY + DAY)
    close(world)
    world.do(correct, entry_id=wrong, minutes=50, reason="提前离开", now=LATER)
    before = ask(world, person)
    assert [(one.day, one.minutes) for one in before.contents.activities] == [(MONDAY + DAY, 30)]
    assert before.open_minutes == 50  # neither the wrong 60 nor what December has not closed
    close(world, "2026-12", now=hour(9, day=date(2027, 1, 4)))
    after = ask(world, person, last=date(2026, 11, 30))
    assert [(one.day, one.minutes) for one in after.contents.activities] == [
        (MONDAY, 50), (MONDAY + DAY, 30)
    ]  # fmt: skip


def test_paid_duty_is_nowhere_and_training_apart(world: World) -> None:
    other = world.person()
    serve(world, other, 60)
    serve(world, other, 60, day=MONDAY + DAY, kind=EntryKind.PAID_DUTY)
    serve(world, other, 120, day=MONDAY + 2 * DAY, kind=EntryKind.TRAINING, what="急救培训")
    close(world)
    said = ask(world, other).contents
    assert (said.minutes, len(said.activities)) == (60, 1)
    assert [(one.what, one.minutes) for one in said.trainings] == [("急救培训", 120)]


def test_each_body_certifies_what_it_recorded(world: World) -> None:
    person = world.person()
    world.do(change_setting, name="recording_head", value="李主任", valid_from=date(2026, 1, 1))
    for body, day in (("三峰社区居委会", MONDAY), ("凤翔街道办事处", MONDAY + DAY)):
        world.do(change_setting, name="recording_body", value=body, valid_from=day)
        serve(world, person, 60, day=day)
    close(world)
    with pytest.raises(SeveralBodies) as refusal:
        ask(world, person)
    assert refusal.value.facts["bodies"] == "三峰社区居委会、凤翔街道办事处"
    theirs = ask(world, person, recording_body="三峰社区居委会").contents
    ours = ask(world, person, recording_body="凤翔街道办事处").contents
    assert [one.day for one in (*theirs.activities, *ours.activities)] == [MONDAY, MONDAY + DAY]
    assert (theirs.number, ours.number) == ("2026-000001", "2026-000001")  # each body counts its own
    assert theirs.code != ours.code
    assert (theirs.head, ours.head) == ("", "李主任")  # who heads another body is not known here
    with pytest.raises(NothingToCertify):
        ask(world, person, recording_body="别的单位")


def test_numbers_follow_each_other_without_gaps_year_by_year(world: World, person: int) -> None:
    numbers = [ask(world, person, last=MONDAY + day * DAY).contents.number for day in range(2)]
    with pytest.raises(Malformed):
        ask(world, person, id_number="123")
    with suppress(ZeroDivisionError), world.office.write(by=SCRIPT, now=LATER) as work:
        issue(work, person_id=person, **YEAR)
        raise ZeroDivisionError
    numbers.append(ask(world, person).contents.number)
    new_year = hour(9, day=date(2027, 1, 1))
    numbers.append(ask(world, person, now=new_year).contents.number)
    assert numbers == ["2026-000001", "2026-000002", "2026-000003", "2027-000001"]


def test_those_who_ask_at_once_get_different_numbers_in_a_row(world: World) -> None:
    people = world.people(6)
    for person in people:
        serve(world, person)
    close(world)
    issued = at_once(*(lambda person=person: ask(world, person) for person in people))
    assert sorted(one.contents.number for one in issued) == [f"2026-{n:06d}" for n in range(1, 7)]


def test_the_same_again_on_the_same_day_is_the_same_certificate(world: World, person: int) -> None:
    first = ask(world, person)
    assert ask(world, person) == first
    at = {"now": hour(9, day=date(2026, 12, 4))}
    assert ask(world, person, **at).contents.number == "2026-000002"
    world.do(revoke_certificate, certificate_id=first.id, reason="遗失", now=LATER)
    assert ask(world, person).contents.number == "2026-000003"


def test_two_clicks_at_once_are_one_certificate(world: World, person: int) -> None:
    issued = at_once(*(lambda: ask(world, person) for _ in range(4)))
    assert {one.contents.number for one in issued} == {"2026-000001"}


def test_nobody_uses_up_numbers(world: World, person: int) -> None:
    for day in range(10):
        ask(world, person, last=MONDAY + day * DAY)
    with pytest.raises(EnoughToday):
        ask(world, person)
    assert ask(world, person, last=MONDAY).contents.number == "2026-000001"
    ask(world, person, now=LATER + DAY)


def test_it_stays_as_it_was_issued(world: World, person: int) -> None:
    issued = ask(world, person, id_number=ID)
    world.do(correct_person, person_id=person, name="张无忌")
    reopen(world)
    serve(world, person, 30, day=MONDAY + 3 * DAY)
    close(world)
    assert world.see(certificate, certificate_id=issued.id) == issued


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE certificates SET contents = '{}'",
        "UPDATE certificates SET minutes = 6000",
        "UPDATE certificates SET code = 'AAAA-AAAA-AAAA'",
        "DELETE FROM certificates",
    ],
)
def test_the_database_itself_keeps_it(world: World, person: int, statement: str) -> None:
    issued = ask(world, person)
    with pytest.raises(DBAPIError, match="as it was issued"), world.office.engine.begin() as connection:
        connection.execute(text(statement))
    assert world.see(certificate, certificate_id=issued.id) == issued


def test_nor_does_an_insert_replace_it(world: World, person: int) -> None:
    if not world.office.is_sqlite:
        pytest.skip("PostgreSQL knows no REPLACE")
    issued = ask(world, person)
    columns = ", ".join(column.name for column in Certificate.__table__.columns)
    for key, row_id in (("id", "id"), ("number", "id + 1")):
        more = columns.replace("open_minutes", "600").replace("id, number", f"{row_id}, number", 1)
        statement = f"REPLACE INTO certificates ({columns}) SELECT {more} FROM certificates"
        with pytest.raises(DBAPIError, match="as it was issued"), world.office.engine.begin() as connection:
            connection.execute(text(statement))
        assert world.see(certificate, certificate_id=issued.id) == issued, key


def test_of_an_identity_number_only_its_masked_form_is_kept(world: World, person: int) -> None:
    issued = ask(world, person, id_number=" ４６０１０６ 19900101 1239")
    assert issued.contents.id_number == "460***********1239"
    with world.office.engine.connect() as connection:
        for table in ("certificates", "audit_entries"):
            rows = connection.execute(text(f"SELECT * FROM {table}")).all()
            assert rows
            assert "0106199001011" not in repr(rows)


@pytest.mark.parametrize(
    "number",
    [
        "123",
        "460106199001011231",  # check digit
        "460106199013011230",  # no such day
        "46010619900101123X",
        "460106199001021234",  # another day of birth, its check digit fits
        "4601061990010112301",
        "4.6E+17",
    ],
)
def test_an_identity_number_that_is_none_or_somebody_elses_is_refused(
    world: World, person: int, number: str
) -> None:
    with pytest.raises(Malformed) as refusal:
        ask(world, person, id_number=number)
    assert number not in str(refusal.value.facts)


@pytest.fixture
def secret(world: World) -> tuple[int, int]:
    """Somebody who has served for a discreet team in November, which is closed, and their guardian."""
    person, guardian = world.person(), world.person()
    team = world.do(found_team, code="MATCH", name="社区红娘站", discreet=True).id
    serve(world, person, team_id=team, what="相亲会", place="红娘站")
    close(world)
    link = {"ward_id": person, "guardian_id": guardian, "relation": "母亲", "valid_from": OCTOBER}
    world.do(link_guardian, **link)
    return person, guardian


def test_what_was_done_for_a_discreet_team_is_named_only_where_the_person_wants_it(
    world: World, secret: tuple[int, int]
) -> None:
    person, guardian = secret
    discreet = ask(world, person).contents
    assert discreet.activities == [Activity(MONDAY, "志愿服务", "", 60)]
    for somebody in (person, guardian):
        spelled_out = ask(world, person, spell_out=True, by=Actor.person(somebody))
        assert spelled_out.contents.activities == [Activity(MONDAY, "相亲会", "红娘站", 60)]
        assert world.see(certificate, certificate_id=spelled_out.id, by=Actor.person(somebody)) == spelled_out
    for official in (world.officer(), world.coordinator()):
        with pytest.raises(NotAllowed):
            ask(world, person, spell_out=True, by=official)
        with pytest.raises(NotAllowed):
            world.see(certificate, certificate_id=spelled_out.id, by=official)
        listed = world.see(list_certificates, person_id=person, by=official).items
        assert [row.spelled_out for row in listed] == [True, False]


def test_a_programme_of_a_discreet_team_is_discreet_whomever_one_serves_for(world: World) -> None:
    person = world.person()
    team = world.do(found_team, code="VISIT", name="老人互访团", discreet=True).id
    programme = world.programme("VISITS", team_id=team)
    serve(world, person, programme_id=programme, what="探访", place="某号楼")
    close(world)
    assert ask(world, person).contents.activities == [Activity(MONDAY, "志愿服务", "", 60)]


def test_pictures_in_a_title_are_left_out(world: World) -> None:
    person = world.person()
    serve(world, person, what="🎉元旦 ❤️ 联欢✨", place="广场👨‍👩‍👧")
    serve(world, person, what="🎉🎉", day=MONDAY + DAY)
    close(world)
    assert [(one.what, one.place) for one in ask(world, person).contents.activities] == [
        ("元旦 联欢", "广场"), ("志愿服务", "三峰学堂")
    ]  # fmt: skip


def test_a_certificate_is_for_the_person_and_who_answers_for_them(world: World, person: int) -> None:
    issued = ask(world, person, by=Actor.person(person))
    for somebody in (Actor.person(person), world.coordinator(), world.officer()):
        assert world.see(certificate, certificate_id=issued.id, by=somebody) == issued
    others = (
        Actor.person(world.person()),
        world.leader(),
        world.coordinator(world.other_community),
    )
    for somebody in others:
        with pytest.raises(NotAllowed):
            ask(world, person, by=somebody)
        with pytest.raises(NotAllowed):
            world.see(certificate, certificate_id=issued.id, by=somebody)
        with pytest.raises(NotAllowed):
            world.see(list_certificates, person_id=person, by=somebody)


def test_it_is_revoked_once_with_a_reason(world: World, person: int) -> None:
    issued = ask(world, person)
    for somebody in (Actor.person(person), world.coordinator(world.other_community)):
        with pytest.raises(NotAllowed):
            world.do(revoke_certificate, certificate_id=issued.id, reason="遗失", by=somebody)
    coordinator = world.coordinator()
    with pytest.raises(Malformed):
        world.do(revoke_certificate, certificate_id=issued.id, reason=" ", by=coordinator)
    world.do(revoke_certificate, certificate_id=issued.id, reason="时长有误", by=coordinator, now=LATER)
    kept = world.see(certificate, certificate_id=issued.id)
    assert (kept.contents, kept.revoked_at, kept.revoke_reason) == (issued.contents, LATER, "时长有误")
    assert kept.revoked_by == coordinator.person_id
    with pytest.raises(CertificateRevoked):
        world.do(revoke_certificate, certificate_id=issued.id, reason="再来", by=coordinator)


def test_a_period_that_ends_before_it_begins_or_holds_nothing_is_refused(world: World, person: int) -> None:
    with pytest.raises(SpanInvalid):
        ask(world, person, first=MONDAY, last=OCTOBER)
    with pytest.raises(NothingToCertify):
        ask(world, person, last=OCTOBER)


def test_more_than_500_activities_are_asked_for_in_parts(world: World) -> None:
    person = world.person()
    with world.office.write(by=SCRIPT, now=LATER) as work:
        for number in range(501):
            enter(
                work, person_id=person, kind=EntryKind.SERVICE, minutes=5, what="五点学堂", place="学堂",
                day=NOVEMBER + number % 30 * DAY, community_id=world.community, source=EntrySource.IMPORT,
            )  # fmt: skip
    close(world)
    with pytest.raises(TooManyActivities):
        ask(world, person)
    assert len(ask(world, person, last=date(2026, 11, 29)).contents.activities) == 485


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    steps=st.lists(
        st.tuples(st.sampled_from(["serve", "correct", "close", "reopen"]), st.integers(0, 9)), max_size=12
    )
)
def test_whatever_happened_certified_and_open_minutes_are_all_there_are(
    world: World, steps: list[tuple[str, int]]
) -> None:
    person = world.person()
    entries: list[int] = []
    for step, number in steps:
        _take(world, person, entries, step, number)
    total = world.see(balance, person_id=person).service_minutes
    try:
        issued = ask(world, person)
        found = (issued.contents.minutes, issued.open_minutes)
        assert sum(one.minutes for one in issued.contents.activities) == issued.contents.minutes
    except NothingToCertify as refusal:
        found = (0, int(str(refusal.facts["open_minutes"])))
    assert sum(found) == total


def _take(world: World, person: int, entries: list[int], step: str, number: int) -> Any:
    """A step of the property: December stays open, so that everything lands somewhere."""
    if step == "serve":
        entries.append(serve(world, person, 10 + number, day=date(2026, 10, 28) + number * DAY))
    elif step == "correct" and entries:
        fixed = world.do(
            correct, entry_id=entries.pop(number % len(entries)), minutes=number * 5, reason="核对", now=LATER
        )
        if number:
            entries.append(fixed.id)
    else:
        month = "2026-11" if number % 2 else "2026-10"
        with suppress(MonthStateWrong):
            (close if step == "close" else reopen)(world, month)
