"""Who is on the shifts of a week, what is uncovered, and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime

import msgspec
from sqlalchemy import select

from volunteer_core.commitments.models import ACTIVE, Attendance, Commitment, CommitmentStatus
from volunteer_core.database import Work
from volunteer_core.hours.presence import PRESENT
from volunteer_core.people.models import Person
from volunteer_core.places.models import Site
from volunteer_core.rosters.candidates import Candidate, Member, members_between, ranked
from volunteer_core.rosters.checking import Checks
from volunteer_core.rosters.house_rules import AloneOnShift
from volunteer_core.rosters.models import OPEN, Override, Shift, ShiftStatus
from volunteer_core.rosters.own_sites import own_sites
from volunteer_core.teams.models import Programme
from volunteer_core.timespans import parse_week

OBSTACLE_WORDS = {
    "clash": "时间冲突",
    "on_leave": "请假",
    "check_missing": "缺有效的记录查询",
    "consent_missing": "缺监护人同意",
    "guardian_presence_needed": "须监护人陪同",
    "age_outside": "年龄不符",
    "age_unknown": "年龄不详",
    "person_left": "已退出",
    "qualification_missing": "缺资格",
    "minor_at_emergency": "未成年",
    "site_unwanted": "不去这个场所",
    "unavailable": "这个时间不能来",
    "busy_elsewhere": "该时段另有安排",
    "rest": "间隔不足",
    "weekly_maximum": "已达每周上限",
    "consecutive_days": "连续天数已满",
    "apart": "不与已排的人同班",
    "family_full": "同一家庭已满",
    "mentor_missing": "新人缺带教人",
    "together": "须同班的人未到齐",
    "alone_on_shift": "不能单人值班",
}


class PersonOnShift(msgspec.Struct, frozen=True):
    """A person on a shift, as those see them who make the roster."""

    person_id: int
    code: str
    name: str
    lead: bool
    status: CommitmentStatus
    attendance: Attendance | None
    obstacles: list[str]
    """Codes of what law and safety hold against them by now: leave taken, a check run out. Who has any
    and was not there after all does not count: another is to be found."""
    against: list[str]
    """Codes of wishes and house rules that stand against it by now and that nobody overrode: what they
    said since, a rule laid down since. They still count."""
    overridden: list[str]
    """Codes of what was overridden when they were put there."""
    locked: bool


class ShiftCoverage(msgspec.Struct, frozen=True):
    """A shift, who is on it and what it lacks. ``reason`` says why in Chinese if it lacks anything."""

    shift_id: int
    site_id: int
    site_name: str
    civil_date: date
    starts_at: datetime
    ends_at: datetime
    status: ShiftStatus
    tentative: bool
    minimum: int
    maximum: int
    leads: int
    people: list[PersonOnShift]
    missing: int
    """People still to be found: max(minimum - people, leads still missing)."""
    leads_missing: int
    reason: str
    open: list[str]
    """Codes of what it lacks besides: ``together`` (somebody is on it without whom they belong with),
    ``alone_on_shift`` (one person, where nobody serves alone)."""


class WeekCoverage(msgspec.Struct, frozen=True):
    """A programme's week: its open shifts by time and site, and what is uncovered altogether."""

    programme_id: int
    week: str
    shifts: list[ShiftCoverage]
    uncovered: int
    """Shifts that lack somebody."""
    missing: int


def week_coverage(work: Work, *, programme_id: int, week: str, site_id: int | None = None) -> WeekCoverage:
    """The coverage of a programme's ISO week, at one site or at all that the actor answers for.

    For a leader of the programme's team that is every site, for a coordinator those of their
    communities. Names are shown in full: these are the people who make the roster.
    """
    dates = parse_week(week)
    programme = work.find(Programme, programme_id)
    where = own_sites(work, "rosters.coverage", programme=programme, site_id=site_id)
    statement = (
        select(Shift, Site)
        .join(Site, Site.id == Shift.site_id)
        .where(
            where,
            Shift.programme_id == programme.id,
            Shift.civil_date.between(dates.monday, dates.sunday),
            Shift.status.in_(OPEN),
        )
        .order_by(Shift.starts_at, Site.code, Shift.id)
    )
    rows = work.execute(statement).all()
    covered: list[ShiftCoverage] = []
    if rows:
        shifts = [shift for shift, _ in rows]
        members = members_between(work, programme, dates.monday, dates.sunday)
        checks = Checks.load(work, programme, shifts, {member.id for member in members})
        people = _people_on(work, checks, shifts)
        covered = [_coverage(checks, shift, site, people.get(shift.id, []), members) for shift, site in rows]
    return WeekCoverage(
        programme.id,
        week,
        covered,
        sum(1 for shift in covered if shift.missing),
        sum(shift.missing for shift in covered),
    )


def _people_on(work: Work, checks: Checks, shifts: list[Shift]) -> dict[int, list[PersonOnShift]]:
    found: dict[int, list[PersonOnShift]] = {}
    by_id = {shift.id: shift for shift in shifts}
    on_them = Commitment.shift_id.in_(by_id), Commitment.status.in_(ACTIVE)
    overridden = dict(
        work.execute(
            select(Override.commitment_id, Override.codes)
            .join(Commitment, Commitment.id == Override.commitment_id)
            .where(*on_them)
        ).all()
    )
    rows = work.execute(
        select(Commitment, Person.code, Person.name)
        .join(Person, Person.id == Commitment.person_id)
        .where(*on_them)
        .order_by(Commitment.id)
    )
    for row, code, name in rows:
        shift = by_id[row.shift_id or 0]
        lasting = [refusal.code for refusal in checks.lasting(shift, row.person_id)]
        against = [refusal.code for refusal in checks.against(shift, row.person_id, besides=[row.id])]
        accepted = overridden.get(row.id, [])
        found.setdefault(shift.id, []).append(
            PersonOnShift(
                row.person_id,
                code,
                name,
                checks.leads(shift, row.person_id),
                row.status,
                row.attendance,
                lasting,
                [code for code in against if code not in lasting and code not in accepted],
                accepted,
                row.locked,
            )
        )
    return found


def _coverage(
    checks: Checks, shift: Shift, site: Site, people: list[PersonOnShift], members: list[Member]
) -> ShiftCoverage:
    able = [person for person in people if not person.obstacles or person.attendance in PRESENT]
    leads_missing = max(shift.leads - sum(person.lead for person in able), 0)
    missing = max(shift.minimum - len(able), leads_missing, 0)
    reason = ""
    if missing:
        unable = [person.obstacles[0] for person in people if person not in able]
        reason = _reason(ranked(checks, shift, site, members), missing, leads_missing, unable)
    return ShiftCoverage(
        shift.id,
        site.id,
        site.name,
        shift.civil_date,
        shift.starts_at,
        shift.ends_at,
        shift.status,
        shift.tentative,
        shift.minimum,
        shift.maximum,
        shift.leads,
        people,
        missing,
        leads_missing,
        reason,
        _open(checks, [person.person_id for person in people]),
    )


def _open(checks: Checks, people: list[int]) -> list[str]:
    """What a shift lacks besides numbers, with these people on it."""
    codes = []
    if checks.rules.never_alone and len(people) == 1:
        codes.append(AloneOnShift.code)
    if any(not checks.pairing.partners(person).issubset(people) for person in people):
        codes.append("together")
    return codes


def _reason(pool: list[Candidate], missing: int, leads_missing: int, unable: list[str]) -> str:
    """``缺 1 人，其中带班 1 人（已排的人中请假 1 人）：队里其余 30 人，可安排 12 人，时间冲突 18 人``."""
    lacks = f"缺 {missing} 人"
    if leads_missing:
        lacks += f"，其中带班 {leads_missing} 人"
    if unable:
        lacks += f"（已排的人中{'、'.join(_counted(unable))}）"
    free = [candidate for candidate in pool if not candidate.obstacles]
    unsaid = sum(candidate.not_said for candidate in free)
    told = f"（{unsaid} 人未说明时间）" if unsaid and any(not one.not_said for one in pool) else ""
    parts = [f"队里其余 {len(pool)} 人", f"可安排 {len(free)} 人{told}"]
    if leads_missing:
        parts.append(f"可带班 {sum(candidate.lead for candidate in free)} 人")
    parts += _counted(candidate.obstacles[0] for candidate in pool if candidate.obstacles)
    return f"{lacks}：{'，'.join(parts)}"


def _counted(codes: Iterable[str]) -> list[str]:
    """``时间冲突 10 人``, the most frequent first."""
    return [f"{OBSTACLE_WORDS.get(code, code)} {number} 人" for code, number in Counter(codes).most_common()]
