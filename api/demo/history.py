"""What has happened in the sample office until now: rosters, attendance, sign-ups, a session."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, time, timedelta
from pathlib import Path

import msgspec

from api.demo import PRESENT
from api.demo.handing_out import Sample, hand_out
from volunteer_core.care import handover, sessions, staffing
from volunteer_core.closures.declaring import declare_closure
from volunteer_core.commitments.models import Attendance
from volunteer_core.database import Database, Paging, Work
from volunteer_core.errors import Refused
from volunteer_core.events import concluding, listing, planning, signups
from volunteer_core.notices import outbox
from volunteer_core.people import registry, vouching
from volunteer_core.permissions import Actor
from volunteer_core.places import directory
from volunteer_core.rosters import assigning, candidates, coverage, generating, publishing, shifts
from volunteer_core.rosters.attendance import mark_all_attended, mark_attendance
from volunteer_core.rosters.models import ShiftStatus
from volunteer_core.sheets.office import import_folder
from volunteer_core.teams import membership, programmes
from volunteer_core.timespans import Week, at, week_of

SCRIPT = Actor.system("演示数据")
FIRST_DAY, LAST_DAY = date(2026, 9, 1), date(2027, 1, 31)
SET_UP = at(date(2026, 8, 31), time(9))
TODAY = PRESENT.date()
EVERYTHING = Paging(limit=500)
CIRCLES = ("homemakers", "drivers", "seniors", "matchmakers")
POOL = 24
FORGOTTEN = date(2026, 11, 12)
NEXT_WEEK = week_of(TODAY + timedelta(days=7))


class _Names(msgspec.Struct, frozen=True):
    """Ids by code."""

    people: dict[str, int]
    teams: dict[int, int]
    """The circle that a person belongs to first, by person."""
    sites: dict[str, int]
    programmes: dict[str, int]
    events: dict[str, int]


def live(database: Database, folder: Path, say: Callable[[str], None]) -> Sample:
    """Loads the office from its folder and lives it until :data:`~api.demo.PRESENT`."""
    say("导入示例街道办（社区、网格、场所、团队、人员、儿童）……")
    with database.write(by=SCRIPT, now=SET_UP) as work:
        import_folder(work, folder=folder)
        names = _names(work)
        advice = {"bring": "红马甲、水杯", "contact": "学堂值班室（示例）", "contact_phone": "0898-65000000"}
        programmes.advise_programme(work, programme_id=names.programmes["school"], **advice)
    say("按工作日历生成 2026 年 9 月至 2027 年 1 月的班次……")
    with database.write(by=SCRIPT, now=SET_UP) as work:
        for programme in names.programmes.values():
            generating.generate(work, programme_id=programme, first=FIRST_DAY, last=LAST_DAY)
        staffing.set_minimum_from_enrolment(
            work, programme_id=names.programmes["school"], first=FIRST_DAY, last=LAST_DAY
        )
    say("逐周排班、公布、登记出勤……")
    for week in _weeks(FIRST_DAY, NEXT_WEEK.sunday):
        _live_week(database, names, week)
    say("活动报名、候补与递补……")
    _live_events(database, names)
    say("五点学堂昨天的到达与交接……")
    _live_session(database, names)
    say("有人临时来不了，一处场所要检修……")
    _disturb(database, names)
    with database.write(by=SCRIPT, now=PRESENT) as work:
        return hand_out(
            work,
            names.people,
            school=names.programmes["school"],
            lecture=names.events["fire-safety-2026-12"],
        )


def _names(work: Work) -> _Names:
    people = [
        person
        for offset in range(0, 1000, 500)
        for person in registry.search(work, paging=Paging(limit=500, offset=offset)).items
    ]
    sites = directory.list_sites(work, paging=EVERYTHING).items
    circles = [team for team in membership.list_teams(work, paging=EVERYTHING).items if team.code in CIRCLES]
    return _Names(
        teams={
            member.person_id: team.id
            for team in circles
            for member in membership.list_members(
                work, team_id=team.id, day=FIRST_DAY, paging=EVERYTHING
            ).items
        },
        people={person.code: person.id for person in people},
        sites={site.code: site.id for site in sites},
        programmes={one.code: one.id for one in programmes.list_programmes(work, paging=EVERYTHING).items},
        events={one.code or "": one.id for one in listing.list_events(work, paging=EVERYTHING).items},
    )


def _weeks(first: date, last: date) -> Iterator[Week]:
    day = week_of(first).monday
    while day <= last:
        yield week_of(day)
        day += timedelta(days=7)


def _live_week(database: Database, names: _Names, week: Week) -> None:
    """The Thursday before, leaders fill and publish the week; afterwards they mark who came."""
    planned = min(max(at(week.monday - timedelta(days=4), time(10)), SET_UP), PRESENT)
    with database.write(by=SCRIPT, now=planned) as work:
        for programme in names.programmes.values():
            _fill(work, names, programme, week)
            for site in names.sites.values():
                _publish(work, programme, site, week)
    over = min(at(week.sunday, time(20)), PRESENT)
    if over > at(week.monday, time.min):
        with database.write(by=SCRIPT, now=over) as work:
            for programme in names.programmes.values():
                _mark(work, programme, week)
            told = [notice.id for notice in outbox.list_notices(work, paging=EVERYTHING).items]
            outbox.mark_told(work, notice_ids=told)


def _fill(work: Work, names: _Names, programme: int, week: Week) -> None:
    """Gives each shift its minimum: neighbours first, in turns, each in the name of their own team."""
    pools: dict[int, list[candidates.Candidate]] = {}
    found = shifts.list_shifts(
        work, programme_id=programme, first=week.monday, last=week.sunday, paging=EVERYTHING
    )
    for number, shift in enumerate(found.items):
        if shift.site_id not in pools:
            free = candidates.candidates(work, shift_id=shift.id)
            pools[shift.site_id] = [one for one in free if not one.obstacles][:POOL]
        pool = pools[shift.site_id]
        turn = number * 3 % max(len(pool), 1)
        rotated = pool[turn:] + pool[:turn]
        leads = [one for one in rotated if one.lead][: shift.leads]
        wanted = shift.minimum - shift.people
        for one in [*leads, *(one for one in rotated if one not in leads)]:
            team = names.teams.get(one.person_id)
            if wanted > 0 and _assigned(work, shift.id, one.person_id, team):
                wanted -= 1


def _assigned(work: Work, shift: int, person: int, team: int | None) -> bool:
    try:
        assigning.assign(work, shift_id=shift, person_id=person, team_id=team)
    except Refused:  # somewhere else at that time, or away that day: the next in turn
        return False
    return True


def _publish(work: Work, programme: int, site: int, week: Week) -> None:
    try:
        publishing.publish_week(work, programme_id=programme, site_id=site, week=str(week))
    except publishing.NothingToPublish:
        return  # the programme does not run there, or the week is not announced yet


def _mark(work: Work, programme: int, week: Week) -> None:
    """Most came; now and then somebody was late or away. One evening was forgotten."""
    covered = coverage.week_coverage(work, programme_id=programme, week=str(week))
    for shift in covered.shifts:
        forgotten = shift.civil_date == FORGOTTEN and shift.missing == 0 and shift.shift_id % 3 == 0
        if shift.ends_at > work.now or shift.status is not ShiftStatus.PUBLISHED or forgotten:
            continue
        if shift.people and shift.shift_id % 17 == 0:
            mark_attendance(
                work,
                shift_id=shift.shift_id,
                person_id=shift.people[0].person_id,
                attendance=Attendance.LATE,
                checked_in_at=shift.starts_at + timedelta(minutes=12),
            )
        if len(shift.people) > 1 and shift.shift_id % 29 == 0:
            mark_attendance(
                work,
                shift_id=shift.shift_id,
                person_id=shift.people[-1].person_id,
                attendance=Attendance.EXCUSED,
            )
        mark_all_attended(work, shift_id=shift.shift_id)


def _live_events(database: Database, names: _Names) -> None:
    """A talk and a clean-up that are over, and the lecture whose 40 seats are not enough."""
    audience = sorted(code for code in names.people if code.startswith("R"))
    tidy = [code for code in sorted(names.people) if code.startswith("V")][140:180]
    talk, clean_up = names.events["law-talk-2026-11"], names.events["big-clean-2026-11"]
    _hold(database, names, talk, date(2026, 11, 21), {"听众": audience[:38], "引导员": tidy[:3]})
    _hold(database, names, clean_up, date(2026, 11, 28), {"清洁志愿者": tidy})
    lecture = names.events["fire-safety-2026-12"]
    with database.write(by=SCRIPT, now=at(date(2026, 11, 20), time(9))) as work:
        planning.publish_event(work, event_id=lecture)
        planning.publish_event(work, event_id=names.events["juniors-day-2026-12"])
    with database.write(by=SCRIPT, now=at(date(2026, 11, 24), time(19))) as work:
        taken = _sign_up(work, names, lecture, {"听众": audience[40:87], "引导员": ["V142", "V143", "V145"]})
    with database.write(by=SCRIPT, now=at(date(2026, 12, 1), time(20))) as work:
        for signup in taken[5:7]:  # two of the first cancel, and the first two in line move up
            signups.cancel(work, signup_id=signup)


def _hold(database: Database, names: _Names, event: int, day: date, people: dict[str, list[str]]) -> None:
    with database.write(by=SCRIPT, now=at(day - timedelta(days=6), time(9))) as work:
        planning.publish_event(work, event_id=event)
    with database.write(by=SCRIPT, now=at(day - timedelta(days=4), time(9))) as work:
        _sign_up(work, names, event, people)
    with database.write(by=SCRIPT, now=at(day, time(20))) as work:
        concluding.conclude(work, event_id=event, unmarked=concluding.Unmarked.ATTENDED)


def _sign_up(work: Work, names: _Names, event: int, people: dict[str, list[str]]) -> list[int]:
    found = []
    for position in listing.read_event(work, event_id=event).positions:
        for code in people.get(position.name, []):
            try:
                signup = signups.sign_up(work, position_id=position.id, person_id=names.people[code])
            except Refused:
                continue  # on a shift at that time
            found.append(signup.id)
    return found


def _live_session(database: Database, names: _Names) -> None:
    """Yesterday at 三峰: the children come from 16:50 on and are fetched until 18:10."""
    yesterday = TODAY - timedelta(days=1)
    with database.write(by=SCRIPT, now=at(yesterday, time(18, 15))) as work:
        session = sessions.open_session(
            work,
            programme_id=names.programmes["school"],
            site_id=names.sites["sanfeng-school"],
            day=yesterday,
        )
        detail = sessions.read_session(work, session_id=session.id)
        for number, child in enumerate(detail.children):
            if number % 12 == 11 or not child.pickups:
                continue  # ill that day
            came = at(yesterday, time(16, 50)) + timedelta(seconds=20 * number)
            handover.arrive(work, session_id=session.id, child_id=child.child_id, at=came)
            fetched = at(yesterday, time(17, 45)) + timedelta(seconds=40 * number)
            handover.hand_over(
                work,
                session_id=session.id,
                child_id=child.child_id,
                authorisation_id=child.pickups[0].authorisation_id,
                at=fetched,
            )


def _disturb(database: Database, names: _Names) -> None:
    """Two people drop out of next week, one takes leave, and a site is closed for an afternoon."""
    school = names.programmes["school"]
    with database.write(by=SCRIPT, now=PRESENT) as work:
        covered = coverage.week_coverage(work, programme_id=school, week=str(NEXT_WEEK))
        for shift in (covered.shifts[6], covered.shifts[13]):
            leads = [person for person in shift.people if person.lead]
            assigning.release(work, shift_id=shift.shift_id, person_id=leads[0].person_id)
        ill = covered.shifts[15].people[-1].person_id
        day = covered.shifts[15].civil_date
        vouching.take_leave(work, person_id=ill, first_day=day, last_day=day)
        friday = NEXT_WEEK.monday + timedelta(days=4)
        declare_closure(
            work,
            name="消防设施检修",
            site_id=names.sites["mumian-school"],
            starts_at=at(friday, time(16)),
            ends_at=at(friday, time(19)),
            source="示例",
        )
