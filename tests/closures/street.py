"""The small office with one more site, and short ways to hold things there and to close it."""

from __future__ import annotations

from datetime import date, datetime, time
from itertools import chain
from typing import Any, NamedTuple

from sqlalchemy import select

from tests.world import MONDAY, NOW, SCRIPT, World, hour
from volunteer_core.care.enrolment import enrol, register_child
from volunteer_core.care.models import Session
from volunteer_core.care.sessions import open_session
from volunteer_core.closures.declaring import ClosureView, Declared, declare_closure, list_closures
from volunteer_core.commitments.models import Commitment
from volunteer_core.database import Database, Paging
from volunteer_core.events.models import Event, EventStatus
from volunteer_core.events.planning import create_event, publish_event
from volunteer_core.events.positions import add_position
from volunteer_core.events.signups import sign_up
from volunteer_core.notices.outbox import NoticeView, list_notices
from volunteer_core.permissions import Actor
from volunteer_core.places.directory import add_site
from volunteer_core.rosters.models import Shift, ShiftStatus
from volunteer_core.timespans import at

TYPHOON = "台风停课"
CLOSURE = {"name": TYPHOON, "source": "防汛指挥部", "starts_at": hour(12), "ends_at": hour(18)}
"""Everything is closed from noon to six."""


class Touched(NamedTuple):
    """Ids of shifts, events and sessions, ascending."""

    shifts: list[int]
    events: list[int]
    sessions: list[int]


NOTHING = Touched([], [], [])


class Street(World):
    """Two sites in the first community and one in the other."""

    def __init__(self, office: Database) -> None:
        super().__init__(office)
        self.sister_site: int = self.do(
            add_site, community_id=self.community, code="SF-S2", name="三峰活动室"
        ).id

    def event(
        self,
        *people: int,
        starts: time = time(15),
        ends: time = time(16),
        seats: int = 9,
        site: int | None = None,
        draft: bool = False,
    ) -> int:
        """An event of the Monday, for which people have signed up one after the other."""
        event: int = self.do(
            create_event,
            title="清洁家园",
            site_id=site or self.site,
            starts_at=at(MONDAY, starts),
            ends_at=at(MONDAY, ends),
            team_id=self.team,
        ).id
        seat = self.do(add_position, event_id=event, name="志愿者", capacity=seats, earns_hours=True).id
        if not draft:
            self.do(publish_event, event_id=event)
        for person in people:
            self.do(sign_up, position_id=seat, person_id=person)
        return event

    def session(self, *, site: int | None = None, day: date = MONDAY) -> int:
        """The opened session of a published day."""
        session: int = self.do(open_session, programme_id=self.school, site_id=site or self.site, day=day).id
        return session

    def everything(self, site: int, starts: time = time(14), ends: time = time(15)) -> Touched:
        """A published shift and a draft, a published event and a draft, and a session, all of one hour."""
        span = {"site": site, "starts": starts, "ends": ends}
        return Touched(
            [self.published(**span), self.shift(programme=self.clean_up, **span)],
            [self.event(**span), self.event(draft=True, **span)],
            [self.session(site=site)],
        )

    def child(self, *, site: int | None = None) -> int:
        """A child enrolled at a site."""
        child: int = self.do(
            register_child, name="符小满", birth_date=date(2018, 3, 4), community_id=self.community
        ).id
        self.do(
            enrol,
            child_id=child,
            programme_id=self.school,
            site_id=site or self.site,
            weekdays="12345",
            first_day=MONDAY,
            last_day=MONDAY,
        )
        return child

    def close(self, *, by: Actor = SCRIPT, now: datetime = NOW, **facts: Any) -> Declared:
        """A closure of the Monday from noon to six, everywhere unless a place is given."""
        declared: Declared = self.do(declare_closure, by=by, now=now, **CLOSURE | facts)
        return declared

    def closures(self, **facts: Any) -> list[ClosureView]:
        found: list[ClosureView] = self.see(list_closures, **facts).items
        return found

    def called_off(self) -> Touched:
        """All that is called off now."""
        with self.office.read(by=SCRIPT, now=NOW) as work:
            return Touched(
                *(
                    list(work.scalars(select(table.id).where(condition).order_by(table.id)))
                    for table, condition in (
                        (Shift, Shift.status == ShiftStatus.CALLED_OFF),
                        (Event, Event.status == EventStatus.CALLED_OFF),
                        (Session, Session.called_off_at.is_not(None)),
                    )
                )
            )

    def commitments(self, *people: int) -> list[Commitment]:
        """What people have promised so far, in the order of the people named."""
        with self.office.read(by=SCRIPT, now=NOW) as work:
            rows = work.scalars(select(Commitment).where(Commitment.person_id.in_(people))).all()
        return sorted(rows, key=lambda row: people.index(row.person_id))

    def state(self) -> tuple[object, ...]:
        """All that a declaration can change."""
        with self.office.read(by=SCRIPT, now=NOW) as work:
            promises = list(work.execute(select(Commitment.id, Commitment.status).order_by(Commitment.id)))
        return self.closures(in_force=False), self.called_off(), promises, self.notices()

    def notices(self) -> list[NoticeView]:
        """The outbox, oldest first."""
        found: list[NoticeView] = self.see(list_notices, paging=Paging(limit=500)).items
        return found


def touched(declared: Declared) -> Touched:
    """What a declaration says it has called off."""
    return Touched(declared.shifts, declared.events, declared.sessions)


def all_of(*parts: Touched) -> Touched:
    return Touched(*(sorted(chain(*lists)) for lists in zip(*parts, strict=True)))
