"""A small 五点学堂 to test with, set up through public operations: who is who, by id."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from volunteer_core.care.enrolment import enrol, link_guardian, register_child
from volunteer_core.care.pickups import authorise_pickup
from volunteer_core.care.sessions import open_session
from volunteer_core.database import Database, Work
from volunteer_core.people.models import CheckResult
from volunteer_core.people.registry import register
from volunteer_core.people.vouching import qualify, record_check
from volunteer_core.permissions import Actor
from volunteer_core.places.directory import add_community, add_site
from volunteer_core.rosters.assigning import assign
from volunteer_core.rosters.generating import generate
from volunteer_core.rosters.patterns import set_pattern
from volunteer_core.rosters.publishing import publish_week
from volunteer_core.rosters.shifts import list_shifts
from volunteer_core.teams.membership import found_team, join
from volunteer_core.teams.programmes import set_up_programme
from volunteer_core.timespans import at, week_of
from volunteer_core.workdays.daybook import DayRule

BEFORE = datetime(2026, 9, 1, 4, 0, tzinfo=UTC)
FIRST, LAST = date(2026, 9, 1), date(2027, 1, 31)
THURSDAY = date(2026, 11, 5)
WEEK_LATER = date(2026, 11, 12)
MAKE_UP_SATURDAY = date(2026, 10, 10)

SCRIPT = Actor.system("test")
CHILD_NAME, RELATION = "符小满", "表姑婆"


@dataclass
class School:
    """Ids of what :func:`found_school` set up, and the moments of its Thursday."""

    office: Database
    community: int
    other_community: int
    site: int
    other_site: int
    team: int
    programme: int
    clean_up: int
    staff: int
    lead: int
    off_duty: int
    mother: int
    grandmother: int
    stranger: int
    child: int
    pickup: int

    @property
    def coordinator(self) -> Actor:
        return Actor.person(self.stranger, communities=[self.community])

    @property
    def neighbour(self) -> Actor:
        """The coordinator of the other community."""
        return Actor.person(self.stranger, communities=[self.other_community])

    @property
    def leader(self) -> Actor:
        return Actor.person(self.off_duty, teams=[self.team])

    @property
    def officer(self) -> Actor:
        return Actor.person(self.stranger, officer=True)

    def open(self, day: date = THURSDAY, *, site: int | None = None) -> int:
        """The id of the opened session."""
        with self.office.write(by=SCRIPT, now=clock(16, 30, day=day)) as work:
            return open_session(work, programme_id=self.programme, site_id=site or self.site, day=day).id

    def publish(self, day: date, people: list[int], *, site: int | None = None) -> list[int]:
        """Publishes the week of a day with people on its shifts; the ids of the day's shifts."""
        where = {"programme_id": self.programme, "site_id": site or self.site}
        with self.office.write(by=SCRIPT, now=BEFORE) as work:
            shifts = [shift.id for shift in list_shifts(work, first=day, last=day, **where).items]
            for shift_id in shifts:
                for person_id in people:
                    assign(work, shift_id=shift_id, person_id=person_id)
            publish_week(work, week=str(week_of(day)), **where)
        return shifts

    def add_children(
        self,
        number: int,
        *,
        weekdays: str = "12345",
        site: int | None = None,
        programme: int | None = None,
    ) -> list[int]:
        """More children of the community, enrolled for the whole time."""
        where = {"weekdays": weekdays, "site": site, "programme": programme}
        with self.office.write(by=SCRIPT, now=BEFORE) as work:
            return [enrolled_child(work, self, **where) for _ in range(number)]


def clock(hour: int, minute: int = 0, *, day: date = THURSDAY) -> datetime:
    """An instant of a day, as the office's clocks show it."""
    return at(day, time(hour, minute))


def enrolled_child(
    work: Work,
    school: School,
    *,
    weekdays: str = "12345",
    site: int | None = None,
    programme: int | None = None,
) -> int:
    child = register_child(work, name="王小雨", birth_date=date(2018, 5, 5), community_id=school.community)
    enrol(
        work,
        child_id=child.id,
        programme_id=programme or school.programme,
        site_id=site or school.site,
        weekdays=weekdays,
        first_day=FIRST,
        last_day=LAST,
    )
    return child.id


def found_school(office: Database) -> School:
    """Two communities with a site each; a child comes on weekdays to the first, where two of the
    team are on duty on the Thursday of a published week."""
    with office.write(by=SCRIPT, now=BEFORE) as work:
        communities = [add_community(work, code=code, name=f"{code}社区").id for code in ("HX", "FM")]
        sites = [
            add_site(work, community_id=community, code=f"S{community}", name="学堂").id
            for community in communities
        ]
        team = found_team(work, code="QZTT", name="全职太太俱乐部").id
        programme = set_up_programme(
            work,
            code="WDXT",
            name="五点学堂",
            day_rule=DayRule.WORKDAYS,
            team_id=team,
            duty=True,
            minds_children=True,
        ).id
        clean_up = set_up_programme(
            work, code="MZLXS", name="每周两小时", day_rule=DayRule.EVERY_DAY, team_id=team
        ).id
        people = [
            register(
                work,
                name=name,
                phone=phone,
                birth_date=date(1980, 1, 1),
                community_id=communities[0],
            ).id
            for name, phone in (
                ("林一", "13800000001"),
                ("林二", "13800000002"),
                ("林三", "13800000003"),
                ("符妈妈", "13800000004"),
                ("符奶奶", "13800000005"),
                ("陈六", "13800000006"),
            )
        ]
        for person_id in people[:3]:
            join(work, team_id=team, person_id=person_id, on=FIRST)
            record_check(work, person_id=person_id, checked_on=FIRST, result=CheckResult.CLEAR)
        qualify(work, person_id=people[1], kind="trained_lead", valid_from=FIRST, expires_on=None)
        for site in sites:
            set_pattern(
                work,
                programme_id=programme,
                site_id=site,
                weekdays="1234567",
                starts=time(17),
                ends=time(18),
                minimum=2,
                maximum=3,
                leads=1,
                valid_from=FIRST,
                valid_to=LAST,
            )
        for first, last in ((MAKE_UP_SATURDAY, MAKE_UP_SATURDAY), (THURSDAY, WEEK_LATER)):
            generate(work, programme_id=programme, first=first, last=last)
        child = register_child(
            work, code="C1", name=CHILD_NAME, birth_date=date(2018, 3, 4), community_id=communities[0]
        ).id
        link_guardian(work, child_id=child, person_id=people[3], relation="母亲")
        enrol(
            work,
            child_id=child,
            programme_id=programme,
            site_id=sites[0],
            weekdays="12345",
            first_day=FIRST,
            last_day=LAST,
        )
        pickup = authorise_pickup(
            work, child_id=child, person_id=people[4], relation=RELATION, valid_from=FIRST, valid_to=LAST
        ).id
    school = School(office, *communities, *sites, team, programme, clean_up, *people, child, pickup)
    school.publish(THURSDAY, [school.staff, school.lead])
    return school
