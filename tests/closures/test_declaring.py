"""What a closure calls off, who is told, what stays, and what becomes of it when it is lifted."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import date, time, timedelta
from functools import partial
from typing import Any

import pytest
from icalendar import Calendar, Event

from tests.closures.street import CLOSURE, NOTHING, TYPHOON, Street, all_of, touched
from tests.world import MONDAY, NOW, SCRIPT, hour
from volunteer_core.calendars.feeds import person_feed
from volunteer_core.care.handover import arrive, hand_over
from volunteer_core.care.pickups import authorise_pickup
from volunteer_core.closures.declaring import AlreadyLifted, declare_closure, lift_closure
from volunteer_core.commitments.models import Attendance, CommitmentStatus
from volunteer_core.commitments.promises import Clash
from volunteer_core.database import Work
from volunteer_core.errors import Malformed, NotAllowed, NotFound, Refused
from volunteer_core.events.checking import EventAtClosedSite
from volunteer_core.hours.ledger import list_entries
from volunteer_core.notices.models import NoticeKind
from volunteer_core.permissions import Actor
from volunteer_core.rosters.assigning import assign, release
from volunteer_core.rosters.calling_off import reinstate_shift
from volunteer_core.rosters.generating import generate
from volunteer_core.rosters.models import ShiftStatus
from volunteer_core.rosters.patterns import set_pattern
from volunteer_core.rosters.shifts import SiteClosed, read_shift
from volunteer_core.timespans import SpanInvalid

LATER = NOW + timedelta(hours=1)
TUESDAY, WEDNESDAY, FRIDAY = (MONDAY + timedelta(days=days) for days in (1, 2, 4))


class Undo(Exception):
    """Ends a work without keeping it."""


@pytest.mark.parametrize(
    ("where", "closed"),
    [
        ({"site_id": "site"}, ["site"]),
        ({"community_id": "community"}, ["site", "sister_site"]),
        ({}, ["site", "sister_site", "other_site"]),
    ],
    ids=["a site", "a community", "everywhere"],
)
def test_one_declaration_calls_off_all_it_touches_at_its_sites_and_names_it(
    street: Street, where: dict[str, str], closed: list[str]
) -> None:
    held = {
        place: street.everything(getattr(street, place)) for place in ("site", "sister_site", "other_site")
    }
    declared = street.close(**{field: getattr(street, place) for field, place in where.items()})
    assert touched(declared) == all_of(*(held[place] for place in closed))
    assert street.called_off() == touched(declared)


def test_what_only_meets_its_boundary_stays_and_a_minute_inside_is_enough(street: Street) -> None:
    before = street.everything(street.site, time(11), time(12))
    after = street.everything(street.sister_site, time(18), time(19))
    assert touched(street.close()) == NOTHING == street.called_off()
    assert touched(street.close(starts_at=hour(11, 59))) == before
    assert touched(street.close(ends_at=hour(18, 1))) == after
    assert street.called_off() == all_of(before, after)


def test_what_is_over_stays_and_what_goes_on_is_called_off(street: Street) -> None:
    over = {"starts": time(10), "ends": time(11)}
    street.published(**over)
    street.event(**over)
    goes_on = street.everything(street.site, time(10), time(11, 1))
    assert touched(street.close(starts_at=hour(8), now=hour(11))) == goes_on == street.called_off()


def test_everybody_concerned_is_told_once_and_why(street: Street) -> None:
    promised, seated, waits, held, released, elsewhere = street.people(6)
    shift = street.published(promised, released)
    street.do(release, shift_id=shift, person_id=released)
    street.event(seated, waits, seats=1)
    street.shift(held, programme=street.clean_up)
    street.published(elsewhere, site=street.other_site)
    before = street.notices()
    street.close(community_id=street.community)
    told = street.notices()[len(before) :]
    assert sorted(notice.person_id for notice in told) == sorted([promised, seated, waits])
    assert {(notice.kind, notice.team_id) for notice in told} == {(NoticeKind.CLOSURE, street.team)}
    assert all(TYPHOON in notice.text for notice in told)


def test_peoples_time_is_free_again(street: Street) -> None:
    promised, held, seated = people = street.people(3)
    street.published(promised)
    street.shift(held, programme=street.clean_up)
    street.event(seated, starts=time(17), ends=time(18))
    elsewhere = street.published(site=street.other_site)
    for person in people:
        with pytest.raises(Clash):
            street.do(assign, shift_id=elsewhere, person_id=person)
    street.close(site_id=street.site)
    assert {row.status for row in street.commitments(*people)} == {CommitmentStatus.CALLED_OFF}
    for person in people:
        street.do(assign, shift_id=elsewhere, person_id=person)


def test_hours_that_were_earned_stay(street: Street) -> None:
    served, comes_later = street.people(2)
    shift = street.published(served, comes_later)
    left = {"attendance": Attendance.ATTENDED, "checked_out_at": hour(17, 30)}
    street.mark(shift, served, now=hour(17, 30), **left)
    before = street.notices()
    assert street.close(now=hour(17, 40)).shifts == [shift]
    kept, called_off = street.commitments(served, comes_later)
    assert (kept.status, kept.attendance) == (CommitmentStatus.PROMISED, Attendance.ATTENDED)
    assert called_off.status is CommitmentStatus.CALLED_OFF
    assert [notice.person_id for notice in street.notices()[len(before) :]] == [comes_later]
    [entry] = street.see(list_entries, person_id=served).items
    assert (entry.minutes, entry.commitment_id) == (30, kept.id)


def test_a_session_with_a_child_stays_until_it_is_fetched(street: Street) -> None:
    shift, empty_shift = street.published(), street.published(site=street.sister_site)
    session, empty = street.session(), street.session(site=street.sister_site)
    child, grandmother = street.child(), street.person("符奶奶")
    listed = {"relation": "奶奶", "valid_from": MONDAY, "valid_to": MONDAY}
    pickup = street.do(authorise_pickup, child_id=child, person_id=grandmother, **listed).id
    street.do(arrive, session_id=session, child_id=child, now=hour(17, 2))
    declared = street.close(now=hour(17, 10))
    assert (declared.shifts, declared.sessions) == ([shift, empty_shift], [empty])
    there = {"session_id": session, "child_id": child, "authorisation_id": pickup}
    assert street.do(hand_over, now=hour(17, 20), **there).handed_over_at == hour(17, 20)


def test_calendars_show_it_cancelled_from_the_same_transaction_on(street: Street) -> None:
    person = street.person()
    street.published(person)
    street.event(person)

    def calendar(work: Work) -> dict[str, Event]:
        feed = person_feed(work, person_id=person)
        return {entry["UID"]: entry for entry in Calendar.from_ical(feed.body).events}

    def look() -> dict[str, Event]:
        with street.office.read(by=SCRIPT, now=LATER) as work:
            return calendar(work)

    before = look()
    with suppress(Undo), street.office.write(by=SCRIPT, now=LATER) as work:
        declare_closure(work, **CLOSURE)
        within = calendar(work)
        raise Undo
    assert look() == before
    street.close(now=LATER)
    after = look()
    assert after == within
    assert len(before) == 2
    assert after.keys() == before.keys()
    for uid, entry in after.items():
        assert (before[uid]["STATUS"], entry["STATUS"]) == ("CONFIRMED", "CANCELLED")
        assert entry["SEQUENCE"] > before[uid]["SEQUENCE"]
        assert entry["LAST-MODIFIED"].dt == LATER


BAD_INPUT: list[tuple[dict[str, Any], type[Refused], str | None]] = [
    ({"ends_at": hour(11)}, SpanInvalid, None),
    ({"ends_at": hour(12)}, SpanInvalid, None),
    ({"ends_at": hour(12, 1) + timedelta(days=120)}, Malformed, "ends_at"),
    ({"starts_at": hour(12).replace(tzinfo=None)}, Malformed, "time"),
    ({"ends_at": hour(18).replace(tzinfo=None)}, Malformed, "time"),
    ({"name": "长" * 61}, Malformed, "name"),
    ({"name": " "}, Malformed, "name"),
    ({"source": "长" * 201}, Malformed, "source"),
    ({"source": ""}, Malformed, "source"),
    ({"site_id": 999}, NotFound, None),
    ({"community_id": 999}, NotFound, None),
    ({"site_id": 1, "community_id": 1}, Malformed, "site_id"),
]


def test_bad_input_changes_nothing(street: Street) -> None:
    street.everything(street.site)
    street.published(street.person())
    before = street.state()
    for facts, refusal, field in BAD_INPUT:
        with pytest.raises(refusal) as told:
            street.close(**facts)
        assert told.value.facts.get("field") == field
    assert street.state() == before


def test_it_lasts_120_days_at_most(street: Street) -> None:
    end = hour(12) + timedelta(days=120)
    assert street.close(ends_at=end).closure.ends_at == end


def test_if_something_else_in_its_transaction_fails_nothing_is_called_off(street: Street) -> None:
    street.everything(street.site)
    street.published(street.person())
    before = street.state()

    def close_and_fail(work: Work) -> None:
        assert touched(declare_closure(work, **CLOSURE)) != NOTHING
        declare_closure(work, **CLOSURE | {"name": "长" * 61})

    with pytest.raises(Malformed):
        street.do(close_and_fail)
    assert street.state() == before


def test_declared_again_it_calls_off_nothing_more_and_tells_nobody_again(street: Street) -> None:
    street.everything(street.site)
    street.published(street.person())
    assert touched(street.close()) != NOTHING
    _, *before = street.state()
    assert touched(street.close()) == NOTHING
    closures, *after = street.state()
    assert after == before
    assert len(closures) == 2


def test_nothing_is_generated_into_it_nor_revived_after_it(street: Street) -> None:
    street.do(
        set_pattern,
        programme_id=street.school,
        site_id=street.site,
        weekdays="12345",
        starts=time(17),
        ends=time(18),
        minimum=1,
        maximum=9,
        valid_from=MONDAY,
        valid_to=FRIDAY,
    )

    def dates(last: date = FRIDAY) -> list[date]:
        made = street.do(generate, programme_id=street.school, first=MONDAY, last=last)
        assert made.revived == made.dropped == made.kept == []
        return [street.see(read_shift, shift_id=shift).civil_date for shift in made.added]

    assert dates(MONDAY) == [MONDAY]
    declared = street.close(ends_at=hour(0, day=WEDNESDAY), site_id=street.site)
    assert dates() == [WEDNESDAY, WEDNESDAY + timedelta(days=1), FRIDAY]
    street.do(lift_closure, closure_id=declared.closure.id)
    assert dates() == [TUESDAY]
    assert street.called_off().shifts == declared.shifts


def test_what_it_called_off_stays_so_until_it_is_lifted_and_somebody_reinstates_it(street: Street) -> None:
    person = street.person()
    shift = street.published(person)
    closure = street.close(site_id=street.site).closure
    with pytest.raises(SiteClosed):
        street.do(reinstate_shift, shift_id=shift)
    assert street.do(lift_closure, closure_id=closure.id, now=LATER).lifted_at == LATER
    assert street.called_off().shifts == [shift]
    again = street.do(reinstate_shift, shift_id=shift)
    assert (again.status, again.people) == (ShiftStatus.DRAFT, 0)
    street.do(assign, shift_id=shift, person_id=person)
    with pytest.raises(AlreadyLifted):
        street.do(lift_closure, closure_id=closure.id)


def test_nothing_new_is_planned_into_it(street: Street) -> None:
    street.close(site_id=street.site)
    with pytest.raises(SiteClosed):
        street.shift()
    with pytest.raises(EventAtClosedSite):
        street.event()
    street.everything(street.sister_site)


def allowed(act: Callable[[], object]) -> bool:
    try:
        act()
    except NotAllowed:
        return False
    return True


def test_coordinators_close_and_lift_in_their_community_and_only_the_office_everywhere(
    street: Street,
) -> None:
    site, community, everywhere = {"site_id": street.site}, {"community_id": street.community}, {}
    for by, granted in (
        (street.officer(), [site, community, everywhere]),
        (street.coordinator(), [site, community]),
        (street.coordinator(street.other_community), []),
        (street.leader(), []),
        (Actor.anonymous(), []),
    ):
        for where in (site, community, everywhere):
            closure = street.close(**where).closure.id
            assert allowed(partial(street.close, by=by, **where)) == (where in granted)
            assert allowed(partial(street.do, lift_closure, by=by, closure_id=closure)) == (where in granted)


def test_closures_are_listed_latest_first_while_they_are_in_force(street: Street) -> None:
    week = timedelta(days=7)
    everywhere = street.close().closure
    around = street.close(starts_at=hour(12) + week, ends_at=hour(18) + week, community_id=street.community)
    there = street.close(site_id=street.other_site, name="停电").closure
    here = street.close(site_id=street.site).closure
    lifted = street.do(lift_closure, closure_id=here.id)
    assert street.closures(by=Actor.anonymous()) == [around.closure, everywhere, there]
    assert street.closures(site_id=street.sister_site) == [around.closure, everywhere]
    assert street.closures(in_force=False, site_id=street.site) == [around.closure, everywhere, lifted]
    assert street.closures(now=hour(18)) == [around.closure]
