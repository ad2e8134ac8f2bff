"""The fire-safety lecture to test with, set up through public operations: who is who, by id."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime, time

from volunteer_core.database import Database, Paging, Work
from volunteer_core.events.listing import list_signups, read_event
from volunteer_core.events.models import SignupStatus
from volunteer_core.events.planning import create_event, publish_event
from volunteer_core.events.positions import add_position
from volunteer_core.events.signups import cancel, sign_up
from volunteer_core.events.views import EventView, ListedSignup, PositionView, SignupView
from volunteer_core.notices.models import NoticeKind
from volunteer_core.notices.outbox import NoticeView, list_notices
from volunteer_core.people.registry import register
from volunteer_core.permissions import Actor
from volunteer_core.places.directory import add_community, add_site
from volunteer_core.teams.membership import appoint_leader, found_team, join
from volunteer_core.timespans import at

TODAY = date(2026, 11, 23)
SATURDAY = date(2026, 12, 5)
SCRIPT = Actor.system("test")
BORN = date(1985, 3, 1)


def clock(hour: int, minute: int = 0, *, day: date = SATURDAY) -> datetime:
    """An instant of a day, as the office's clocks show it."""
    return at(day, time(hour, minute))


NOW = clock(12, day=TODAY)


@dataclass
class Lecture:
    """Ids of what :func:`announce_lecture` set up. The lecture is from 15:00 to 16:30; its ushers
    are there from 14:30 to 17:00."""

    office: Database
    community: int
    other_community: int
    site: int
    other_site: int
    team: int
    other_team: int
    leader_id: int
    event: int
    audience: int
    ushers: int
    people: list[int]

    @property
    def leader(self) -> Actor:
        """Leads the team that organises it."""
        return Actor.person(self.leader_id, teams=[self.team])

    @property
    def other_leader(self) -> Actor:
        return Actor.person(self.leader_id, teams=[self.other_team])

    @property
    def coordinator(self) -> Actor:
        return Actor.person(self.leader_id, communities=[self.community])

    @property
    def neighbour(self) -> Actor:
        """The coordinator of the other community."""
        return Actor.person(self.leader_id, communities=[self.other_community])

    def write(self, by: Actor = SCRIPT, now: datetime = NOW) -> AbstractContextManager[Work]:
        return self.office.write(by=by, now=now)

    def read(self, by: Actor = SCRIPT, now: datetime = NOW) -> AbstractContextManager[Work]:
        return self.office.read(by=by, now=now)

    def sign_up(
        self,
        person: int,
        position: int | None = None,
        *,
        by: Actor = SCRIPT,
        now: datetime = NOW,
        accompanied: bool = False,
        companions: int = 0,
        override_reason: str | None = None,
    ) -> SignupView:
        """Signs up for the audience unless another position is named."""
        with self.write(by, now) as work:
            return sign_up(
                work,
                position_id=self.audience if position is None else position,
                person_id=person,
                accompanied=accompanied,
                companions=companions,
                override_reason=override_reason,
            )

    def sign_up_all(self, people: Sequence[int], position: int | None = None) -> list[SignupView]:
        seat = self.audience if position is None else position
        with self.write() as work:
            return [sign_up(work, position_id=seat, person_id=person) for person in people]

    def cancel(self, signup: SignupView, *, by: Actor = SCRIPT, now: datetime = NOW) -> SignupView:
        with self.write(by, now) as work:
            return cancel(work, signup_id=signup.id)

    def line(self, position: int | None = None) -> list[ListedSignup]:
        """All sign-ups of a position, in order of arrival."""
        with self.read() as work:
            return list_signups(
                work, event_id=self.event, position_id=position or self.audience, paging=Paging(limit=500)
            ).items

    def with_seat(self, position: int | None = None) -> list[int]:
        return _people(self.line(position), SignupStatus.CONFIRMED)

    def waiting(self, position: int | None = None) -> list[int]:
        return _people(self.line(position), SignupStatus.WAITING)

    def seats(self, position: int | None = None) -> PositionView:
        with self.read() as work:
            positions = read_event(work, event_id=self.event).positions
        return next(found for found in positions if found.id == (position or self.audience))

    def told(self, kind: NoticeKind) -> list[NoticeView]:
        with self.read() as work:
            return [
                notice for notice in list_notices(work, paging=Paging(limit=500)).items if notice.kind is kind
            ]

    def newcomer(self, *, born: date | None = BORN, team: int | None = None) -> int:
        """One more person."""
        with self.write() as work:
            person = register(work, name="符海燕", birth_date=born).id
            if team is not None:
                join(work, team_id=team, person_id=person, on=TODAY)
            return person

    def hold_event(
        self,
        starts_at: datetime,
        ends_at: datetime,
        *,
        capacity: int = 10,
        earns_hours: bool = True,
        programme: int | None = None,
        now: datetime = NOW,
    ) -> tuple[EventView, int]:
        """Another published event with one position, by id."""
        with self.write(now=now) as work:
            event = create_event(
                work,
                title="清洁家园",
                site_id=self.other_site,
                starts_at=starts_at,
                ends_at=ends_at,
                team_id=self.other_team,
                programme_id=programme,
            )
            position = add_position(
                work, event_id=event.id, name="志愿者", capacity=capacity, earns_hours=earns_hours
            )
            return publish_event(work, event_id=event.id), position.id


def announce_lecture(office: Database, *, people: int = 6, seats: int = 40) -> Lecture:
    """A published lecture, and people who have not signed up yet."""
    with office.write(by=SCRIPT, now=NOW) as work:
        communities = [add_community(work, code=code, name=code).id for code in ("C1", "C2")]
        sites = [
            add_site(work, code=f"S{number}", name=f"{number}号活动室", community_id=community).id
            for number, community in enumerate(communities, 1)
        ]
        teams = [found_team(work, code=code, name=code).id for code in ("T1", "T2")]
        leader = register(work, name="队长", birth_date=BORN).id
        for team in teams:
            join(work, team_id=team, person_id=leader, on=TODAY)
            appoint_leader(work, team_id=team, person_id=leader)
        event = create_event(
            work,
            title="消防安全知识讲座",
            site_id=sites[0],
            starts_at=clock(15),
            ends_at=clock(16, 30),
            cancel_until=clock(12, day=date(2026, 12, 4)),
            team_id=teams[0],
        ).id
        audience = add_position(work, event_id=event, name="听众", capacity=seats, earns_hours=False).id
        ushers = add_position(
            work,
            event_id=event,
            name="引导员",
            capacity=3,
            earns_hours=True,
            starts_at=clock(14, 30),
            ends_at=clock(17),
        ).id
        publish_event(work, event_id=event)
        found = [
            register(work, name="符海燕", birth_date=BORN, code=f"V{number:04}").id
            for number in range(people)
        ]
    return Lecture(office, *communities, *sites, *teams, leader, event, audience, ushers, found)


def _people(signups: list[ListedSignup], status: SignupStatus) -> list[int]:
    return [signup.person_id for signup in signups if signup.status is status]
