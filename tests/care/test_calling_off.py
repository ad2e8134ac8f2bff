"""A closure calls off the sessions it touches, but never leaves a child behind."""

from __future__ import annotations

import pytest

from tests.care.school import SCRIPT, THURSDAY, School, clock
from volunteer_core.care.calling_off import call_off_sessions
from volunteer_core.care.handover import arrive, hand_over
from volunteer_core.care.sessions import read_session
from volunteer_core.timespans import Span, day_span


def called_off(school: School, sites: list[int] | None, span: Span) -> list[int]:
    with school.office.write(by=SCRIPT, now=clock(17, 30)) as work:
        return call_off_sessions(work, site_ids=sites, span=span)


def test_a_session_is_called_off_once_and_lacks_nobody_then(school: School) -> None:
    school.add_children(25)
    session = school.open()
    assert called_off(school, [school.site], day_span(THURSDAY)) == [session]
    assert called_off(school, [school.site], day_span(THURSDAY)) == []
    with school.office.read(by=SCRIPT, now=clock(17, 40)) as work:
        detail = read_session(work, session_id=session)
    assert detail.session.called_off_at == clock(17, 30)
    assert detail.short_of_adults == 0


def test_everywhere_means_every_site(school: School) -> None:
    session = school.open()
    assert called_off(school, None, day_span(THURSDAY)) == [session]


@pytest.mark.parametrize(("start", "end", "touched"), [(16, 17, 0), (18, 19, 0), (16, 18, 1), (17, 19, 1)])
def test_only_sessions_that_the_span_touches(school: School, start: int, end: int, touched: int) -> None:
    school.open()
    assert len(called_off(school, [school.site], Span(clock(start), clock(end)))) == touched


def test_other_sites_go_on(school: School) -> None:
    school.open()
    assert called_off(school, [school.other_site], day_span(THURSDAY)) == []
    assert called_off(school, [], day_span(THURSDAY)) == []


def test_a_session_with_a_child_stays_until_it_is_fetched(school: School) -> None:
    session = school.open()
    with school.office.write(by=SCRIPT, now=clock(17)) as work:
        arrive(work, session_id=session, child_id=school.child)
    assert called_off(school, None, day_span(THURSDAY)) == []
    with school.office.write(by=SCRIPT, now=clock(17, 40)) as work:
        hand_over(work, session_id=session, child_id=school.child, authorisation_id=school.pickup)


def test_it_is_opened_anew_once_the_closure_is_over(school: School) -> None:
    session = school.open()
    called_off(school, None, day_span(THURSDAY))
    assert school.open() == session
    with school.office.write(by=SCRIPT, now=clock(17, 45)) as work:
        arrive(work, session_id=session, child_id=school.child)
