"""Who is let in, and when: at several doors, at once, by ticket or by name."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import select

from tests.at_once import at_once, just_before_the_commit
from tests.events.doors import (
    code_of,
    minutes_of,
    outcomes,
    presence_of,
    report,
    send,
    tick,
)
from tests.events.lecture import Lecture, clock
from volunteer_core.errors import Malformed, NotAllowed
from volunteer_core.events.calling_off import EventState
from volunteer_core.events.door.admission import DoorClosed, DoorNotOpen
from volunteer_core.events.door.lists import read_door_list
from volunteer_core.events.door.models import Direction, DoorScan, Outcome
from volunteer_core.events.door.scanning import (
    MOST_REPORTS,
    Report,
    check_in,
    check_out,
    report_scans,
    undo_check_in,
)
from volunteer_core.events.door.tickets import renew_ticket
from volunteer_core.events.door.walk_ins import walk_in
from volunteer_core.events.entering import EventNotPublished
from volunteer_core.events.planning import call_off_event
from volunteer_core.hours.ledger import correct, list_entries
from volunteer_core.office.settings import change_setting
from volunteer_core.permissions import Actor

IN, OUT, UNDO = Direction


def test_the_second_door_is_told_since_when_somebody_is_in(lecture: Lecture) -> None:
    signup = lecture.sign_up(lecture.people[0])
    code = code_of(lecture, signup)
    (first,) = send(lecture, report(code, IN, clock(14, 50)), now=clock(14, 50))
    assert (first.outcome, first.name, first.position_id) == (Outcome.ADMITTED, "符*", lecture.audience)
    (second,) = send(lecture, report(code, IN, clock(14, 55)), now=clock(14, 55))
    assert (second.outcome, second.arrived_at) == (Outcome.ALREADY_IN, clock(14, 50))
    assert second.says == "已经在场（14:50 入场）。"


def test_a_report_that_is_sent_again_changes_nothing_and_is_answered_the_same(lecture: Lecture) -> None:
    signup, other = lecture.sign_up_all(lecture.people[:2])
    reports = [
        report(code_of(lecture, signup), IN, clock(14, 50)),
        report(other, IN, clock(13)),
        report("nonsense", IN, clock(14, 50)),
    ]
    first = send(lecture, *reports, now=clock(15))
    assert outcomes(first) == ["admitted", "door_not_open", "ticket_unreadable"]
    with lecture.write() as work:
        renew_ticket(work, signup_id=signup.id)  # revokes what was scanned
    assert send(lecture, *reports, reports[0], now=clock(15, 30)) == [*first, first[0]]
    tick(lecture, undo_check_in, signup, clock(15, 31))
    assert outcomes(send(lecture, *reports, now=clock(15, 32))) == outcomes(first)
    assert presence_of(lecture, signup) == (None, None)


def test_the_key_of_one_report_is_no_others(lecture: Lecture) -> None:
    here, there = lecture.sign_up_all(lecture.people[:2])
    elsewhere, position = lecture.hold_event(clock(14, 30), clock(16))
    stranger = lecture.sign_up(lecture.people[2], position)
    one = report(here, IN, clock(14, 50), key="same")
    assert outcomes(send(lecture, one, now=clock(15))) == ["admitted"]
    others = [report(there, IN, clock(14, 50), key="same"), report(here, OUT, clock(14, 50), key="same")]
    assert outcomes(send(lecture, *others, now=clock(15))) == ["scan_key_taken"] * 2
    leaked = send(lecture, report(stranger, IN, clock(14, 50), key="same"), now=clock(15), event=elsewhere.id)
    assert outcomes(leaked) == ["scan_key_taken"]
    assert outcomes(send(lecture, report("no ticket", IN, clock(15), key="odd"), now=clock(15))) == [
        "ticket_unreadable"
    ]
    leaked = send(lecture, report("no ticket", IN, clock(15), key="odd"), now=clock(15), event=elsewhere.id)
    assert outcomes(leaked) == ["scan_key_taken"]
    assert presence_of(lecture, there) == (None, None)


def test_two_doors_at_the_same_moment_admit_once(lecture: Lecture) -> None:
    for number, signup in enumerate(lecture.sign_up_all(lecture.people[:2])):
        code = code_of(lecture, signup)
        doors = [
            lambda code=code: send(lecture, report(code, IN, clock(15)), now=clock(15)) for _ in range(3)
        ]
        answers = [view.outcome for (view,) in at_once(*doors, round_number=number)]
        assert sorted(answers) == [Outcome.ADMITTED, Outcome.ALREADY_IN, Outcome.ALREADY_IN]


def test_a_door_waits_for_the_other_to_have_admitted(lecture: Lecture) -> None:
    """Without the locks it would see nobody come, and admit as well: seen when they are taken out."""
    signup = lecture.sign_up(lecture.people[0])
    once = report(signup, IN, clock(15), key="sent-twice")

    def do(act: Callable[..., Any]) -> Any:
        with lecture.write(now=clock(15)) as work:
            return act(work)

    answers = just_before_the_commit(
        do,
        lambda work: report_scans(work, event_id=lecture.event, reports=[once]),
        lambda: send(lecture, once, report(signup, IN, clock(15)), now=clock(15)),
    )
    assert [outcomes(answer) for answer in answers] == [["admitted"], ["admitted", "already_in"]]
    with lecture.read() as work:
        assert len(work.scalars(select(DoorScan.id)).all()) == 2


def test_each_refusal_says_why(lecture: Lecture) -> None:
    seated, other, _ = lecture.sign_up_all(lecture.people[:3])
    waits = lecture.sign_up(lecture.people[3])
    _, position = lecture.hold_event(clock(14, 30), clock(16))
    stranger = lecture.sign_up(lecture.people[4], position)
    code, old, gone = (code_of(lecture, one) for one in (seated, other, stranger))
    with lecture.write() as work:
        renew_ticket(work, signup_id=other.id)
    now = clock(15)
    reports = [
        report("1234", IN, now),
        report(code[:-1] + ("A" if code[-1] != "A" else "B"), IN, now),
        report(gone, IN, now),
        report(stranger, IN, now),
        report(old, IN, now),
        report(waits, IN, now),
        report(code, IN, clock(13, 59)),
        report(code, IN, clock(15, 3)),
        report(code, IN, datetime(1, 1, 1, tzinfo=UTC)),
        report(code, IN, now.replace(tzinfo=None)),
        report(code, IN, now, key="with space"),
        report(code, IN, now, key="nul\0"),
        report(code, IN, now, key="x" * 65),
        Report(key="neither", direction=IN, scanned_at=now),
        Report(key="both", direction=IN, scanned_at=now, code=code, signup_id=seated.id),
        Report(key="none", direction=IN, scanned_at=now, signup_id=999_999),
        report(code, IN, clock(15, 1)),  # the door's clock is a minute fast
    ]
    views = send(lecture, *reports, now=now)
    assert outcomes(views) == [
        "ticket_unreadable", "ticket_forged", "ticket_other_event", "signup_not_of_event", "ticket_revoked",
        "signup_without_seat", "door_not_open", "scan_in_future", "malformed", "malformed", "malformed",
        "malformed", "malformed", "malformed", "malformed", "signup_not_of_event", "admitted",
    ]  # fmt: skip
    assert all(view.says for view in views)
    assert [view.name for view in views[:4]] == [""] * 4  # nobody learns of who is not of the event
    assert presence_of(lecture, seated) == (now, None)
    lecture.cancel(other)
    assert outcomes(send(lecture, report(other, IN, now), report(old, IN, now), now=now)) == [
        "signup_without_seat", "ticket_revoked"
    ]  # fmt: skip


def test_a_door_opens_before_the_start_and_admits_until_the_end(lecture: Lecture) -> None:
    usher = lecture.sign_up(lecture.people[0], lecture.ushers)
    code = code_of(lecture, usher)
    with pytest.raises(DoorNotOpen):
        tick(lecture, check_in, usher, clock(13, 29))
    with lecture.write() as work:
        change_setting(work, name="door_opens_minutes", value=90, valid_from=clock(12).date())
    assert tick(lecture, check_in, usher, clock(13, 0)).outcome is Outcome.ADMITTED
    assert tick(lecture, undo_check_in, usher, clock(13, 1)).outcome is Outcome.UNDONE
    with pytest.raises(DoorClosed):
        tick(lecture, check_in, usher, clock(17))
    late = [report(code, IN, clock(17)), report(code, IN, clock(23, 1)), report(usher, OUT, clock(23, 1))]
    late += [report(code, IN, clock(16, 59)), report(code, OUT, clock(22))]
    assert outcomes(send(lecture, *late, now=clock(23, 30))) == [
        "door_closed", "ticket_expired", "door_closed", "admitted", "left"
    ]  # fmt: skip


def test_nobody_enters_what_is_called_off(lecture: Lecture) -> None:
    signup = lecture.sign_up(lecture.people[0])
    code = code_of(lecture, signup)
    with lecture.write() as work:
        call_off_event(work, event_id=lecture.event)
    now = clock(15)
    refused = send(lecture, report(code, IN, now), report(signup, IN, now), now=now)
    assert outcomes(refused) == ["ticket_revoked", "signup_without_seat"]
    with lecture.write(now=now) as work, pytest.raises(EventNotPublished):
        walk_in(work, position_id=lecture.audience, person_id=lecture.people[1])


def test_who_has_served_at_what_was_called_off_then_stays_as_they_are(lecture: Lecture) -> None:
    usher = lecture.sign_up(lecture.people[0], lecture.ushers)
    tick(lecture, check_in, usher, clock(14, 30))
    tick(lecture, check_out, usher, clock(15, 30))
    with lecture.write(now=clock(15, 40)) as work:
        call_off_event(work, event_id=lecture.event)
    with pytest.raises(EventState):
        tick(lecture, undo_check_in, usher, clock(15, 45))
    assert minutes_of(lecture, lecture.people[:1]) == [60]


def test_who_cancels_and_signs_up_again_has_not_come_yet(lecture: Lecture) -> None:
    usher = lecture.sign_up(lecture.people[0], lecture.ushers)
    tick(lecture, check_in, usher, clock(14, 5))
    lecture.cancel(usher, now=clock(14, 10))
    again = lecture.sign_up(lecture.people[0], lecture.ushers, now=clock(14, 15))
    assert again.id == usher.id
    view = tick(lecture, check_in, again, clock(14, 20))
    assert (view.outcome, view.arrived_at) == (Outcome.ADMITTED, clock(14, 20))


def test_one_bad_report_loses_none_of_the_others(lecture: Lecture) -> None:
    signups = lecture.sign_up_all(lecture.people[:2])
    usher = lecture.sign_up(lecture.people[2], lecture.ushers)
    now = clock(17)
    assert outcomes(send(lecture, report(usher, IN, clock(14, 30)), report(usher, OUT, now), now=now)) == [
        "admitted", "left"
    ]  # fmt: skip
    with lecture.write(now=now) as work:
        entry = list_entries(work, person_id=lecture.people[2]).items[0]
        correct(work, entry_id=entry.id, minutes=30, reason="签到表如此")
    # Hours that were corrected are not the leader's: the undoing is refused, with all that it did.
    undone = report(usher, UNDO, now)
    reports = [report(signups[0], IN, clock(15)), undone, report(signups[1], IN, clock(15))]
    assert outcomes(send(lecture, *reports, now=now, by=lecture.leader)) == [
        "admitted", "corrected_by_hand", "admitted"
    ]  # fmt: skip
    assert presence_of(lecture, usher) == (clock(14, 30), now)
    assert minutes_of(lecture, lecture.people[2:3]) == [30]
    assert outcomes(send(lecture, undone, now=now)) == ["corrected_by_hand"]


def test_a_list_has_1_to_200_reports(lecture: Lecture) -> None:
    signup = lecture.sign_up(lecture.people[0])
    for number in (0, MOST_REPORTS + 1):
        with pytest.raises(Malformed):
            send(lecture, *[report(signup, IN, clock(15))] * number, now=clock(15))
    many = [report(signup, IN, clock(15)) for _ in range(MOST_REPORTS)]
    assert outcomes(send(lecture, *many, now=clock(15))) == ["admitted"] + ["already_in"] * 199


def test_the_door_is_kept_by_the_organisers(lecture: Lecture) -> None:
    person = lecture.people[0]
    signup, newcomer = lecture.sign_up(person), lecture.newcomer()
    acts: list[Callable[[Any], object]] = [
        lambda work: read_door_list(work, event_id=lecture.event),
        lambda work: report_scans(work, event_id=lecture.event, reports=[report(signup, IN, clock(15))]),
        lambda work: check_in(work, signup_id=signup.id),
        lambda work: walk_in(work, position_id=lecture.audience, person_id=newcomer),
        lambda work: check_out(work, signup_id=signup.id),
        lambda work: undo_check_in(work, signup_id=signup.id),
    ]
    for number, act in enumerate(acts):
        for actor in (Actor.anonymous(), Actor.person(person), lecture.other_leader, lecture.neighbour):
            with lecture.write(actor, clock(15)) as work, pytest.raises(NotAllowed):
                act(work)
        may = (lecture.leader, lecture.coordinator, Actor.person(person, officer=True))[number % 3]
        with lecture.write(may, clock(15, number)) as work:
            act(work)


def test_the_list_says_what_a_door_needs_and_no_more(lecture: Lecture) -> None:
    first, second, _ = lecture.sign_up_all(lecture.people[:3])
    lecture.cancel(second)
    tick(lecture, check_in, first, clock(14, 40))
    with lecture.write(now=clock(14, 45)) as work:
        found = read_door_list(work, event_id=lecture.event)
    ushers, audience = found.positions
    assert (ushers.opens_at, audience.opens_at) == (clock(13, 30), clock(14))
    assert [one.number for one in found.keys] == [1]
    assert [(one.signup_id, one.arrived_at) for one in found.expected] == [
        (first.id, clock(14, 40)), (lecture.line()[2].id, None)
    ]  # fmt: skip
    assert {one.name for one in found.expected} == {"符*"}
