"""Importing people: all rows of a sheet, or none."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import select

from volunteer_core.database import Work
from volunteer_core.errors import Malformed
from volunteer_core.people import registry, vouching
from volunteer_core.people.models import CheckResult, Consent, Guardianship, Person, Qualification
from volunteer_core.places.models import Community, Grid
from volunteer_core.sheets.cells import civil_day, plain, several, yes_or_no
from volunteer_core.sheets.headings import Column
from volunteer_core.sheets.importing import Count, Form, Imported, load
from volunteer_core.sheets.lookup import UNKNOWN_CODE, Lookup
from volunteer_core.sheets.reading import Row, Sheet
from volunteer_core.teams import grid_posts, membership
from volunteer_core.teams.models import GridPost, GridRole, Membership, Team
from volunteer_core.timespans import civil_date

_COLUMNS = (
    Column("code", ("编号", "人员编号", "志愿者编号"), own=True,
           about="人员的唯一编号，字母、数字、- 和 _，例如 V0042；再次导入时按编号对应。"),
    Column("name", ("姓名", "志愿者姓名"), own=True,
           about="真实姓名。"),
    Column("phone", ("电话", "联系电话", "手机", "手机号", "手机号码", "联系方式"), needed=False,
           about="手机或座机，例如 13812345678。"),
    Column("birth_date", ("出生日期", "出生年月日", "生日"), needed=False, own=True,
           about="例如 1988-05-04。"),
    Column("community", ("社区", "所属社区", "所在社区"), needed=False,
           about="所在社区的名称或编号。"),
    Column("grid", ("网格", "所属网格", "所在网格"), needed=False,
           about="所在网格的名称或编号。"),
    Column("post", ("网格岗位", "岗位"), needed=False,
           about="社区干部、居民小组长或统招网格员；不是网格人员的留空。"),
    Column("salaried", ("是否受薪", "受薪"), needed=False,
           about="网格岗位是否领取工资：是或否。"),
    Column("since", ("起始日期", "加入日期", "开始日期"), needed=False,
           about="岗位、队伍、资格和监护关系从哪一天起，例如 2026-09-01；留空为今天。"),
    Column("teams", ("志愿队", "队伍", "服务队", "所属队伍", "团队"), needed=False,
           about="队伍的名称或编号，几个之间用顿号隔开。"),
    Column("qualifications", ("资格", "资质"), needed=False,
           about="资格的代号，可写有效期，例如 trained_lead:2027-08-31。"),
    Column("record_check_on", ("记录查询日期", "查询日期"), needed=False,
           about="违法犯罪记录查询的日期。"),
    Column("record_check_result", ("记录查询结果", "查询结果"), needed=False,
           about="无记录或有记录。"),
    Column("guardian", ("监护人编号", "监护人"), needed=False,
           about="未成年人的监护人编号，监护人也要在人员中。"),
    Column("consent_until", ("同意书有效期至", "监护人同意至"), needed=False,
           about="监护人书面同意的有效期。"),
)  # fmt: skip

PEOPLE_COLUMNS = tuple(column.code for column in _COLUMNS)

POSTS = {
    "社区干部": GridRole.COMMUNITY_CADRE,
    "居民小组长": GridRole.RESIDENTS_GROUP_LEADER,
    "统招网格员": GridRole.RECRUITED_GRID_WORKER,
}
RESULTS = {"无": CheckResult.CLEAR, "无记录": CheckResult.CLEAR, "有": CheckResult.NOT_CLEAR,
           "有记录": CheckResult.NOT_CLEAR}  # fmt: skip


def import_people(work: Work, *, file: str, content: bytes) -> Imported:
    """Imports a sheet of people (columns: :data:`PEOPLE_COLUMNS`), matched by their code.

    A code that is known is corrected, so the same sheet can be imported again; an empty cell, or a
    column that is not there, leaves what is known. Refuses (``FileMalformed``) with every problem by
    sheet, line and column, and then loads nothing of the file.
    """
    PEOPLE.ask(work)
    return load(work, PEOPLE, PEOPLE.sheet(file, content))


def _ask(work: Work) -> None:
    work.demand("sheets.import")


def _load(work: Work, sheet: Sheet, count: Count) -> None:
    lookup = Lookup(work)
    known = lookup.ids(Person)
    for row in sheet.rows:
        with count.of(row):
            if _load_person(work, row, lookup, known):
                count.add(row)
    for row in sheet.rows:  # a guardian may stand below the child
        with count.of(row, "guardian"):
            _load_guardian(work, row, known)


PEOPLE = Form(_COLUMNS, _ask, _load)
"""The sheet of people."""


def _load_person(work: Work, row: Row[Any], lookup: Lookup, known: dict[str, int]) -> bool:
    code = row.need("code", plain)
    name = row.need("name", str)
    born = row.read("birth_date", civil_day)
    community = row.read("community", lookup.named_finder(Community))
    grid = row.read("grid", lookup.named_finder(Grid))
    since = row.read("since", civil_day) or civil_date(work.now)
    post = row.read("post", lambda text: POSTS.get(text) or GridRole(text))
    salaried = row.read("salaried", yes_or_no)
    teams = row.read("teams", lambda text: [lookup.named_finder(Team)(one) for one in several(text)]) or []
    qualifications = row.read("qualifications", _qualifications) or []
    checked_on = row.read("record_check_on", civil_day)
    result = row.read("record_check_result", lambda text: RESULTS.get(text) or CheckResult(text))
    _note_missing(row)
    if code is None or name is None:
        return False
    if community is None and row.text("community"):
        grid = None  # which is no grid of a community that is not known
    described = {
        "name": name,
        "phone": row.text("phone") or None,
        "birth_date": born,
        "community_id": community,
        "grid_id": grid,
    }
    new = code not in known
    if new:
        known[code] = registry.register(work, code=code, **described | {"phone": row.text("phone")}).id
    else:
        registry.correct(work, person_id=known[code], **described)
    person_id = known[code]
    if post is not None and community is not None:
        with row.noting("post"):
            _load_post(work, person_id, post, community, grid, bool(salaried), since)
    for team_id in teams:
        with row.noting("teams"):
            if not _is_member(work, team_id, person_id, since):
                membership.join(work, team_id=team_id, person_id=person_id, on=since)
    for kind, expires_on in qualifications:
        with row.noting("qualifications"):
            _load_qualification(work, person_id, kind, since, expires_on)
    if checked_on is not None and result is not None:
        with row.noting("record_check_on"):
            vouching.record_check(work, person_id=person_id, checked_on=checked_on, result=result)
    return new


def _note_missing(row: Row[Any]) -> None:
    """Notes cells that are empty though others only count with them."""
    for column, needed in (
        ("post", "community"),
        ("salaried", "post"),
        ("record_check_on", "record_check_result"),
        ("record_check_result", "record_check_on"),
        ("consent_until", "guardian"),
    ):
        if row.text(column) and not row.text(needed):
            row.note(needed, f"填写{row.heading(column)}时不能为空。")


def _load_post(
    work: Work,
    person_id: int,
    role: GridRole,
    community_id: int,
    grid_id: int | None,
    salaried: bool,
    since: date,
) -> None:
    held = work.scalar(
        select(GridPost.id).where(
            GridPost.person_id == person_id,
            GridPost.role == role,
            GridPost.grid_id == grid_id if grid_id is not None else GridPost.grid_id.is_(None),
            GridPost.until.is_(None) | (GridPost.until > since),
        )
    )
    if held is None:
        grid_posts.appoint(
            work,
            person_id=person_id,
            role=role,
            community_id=community_id,
            grid_id=grid_id,
            salaried=salaried,
            since=since,
        )


def _load_qualification(work: Work, person_id: int, kind: str, since: date, expires_on: date | None) -> None:
    held = work.scalar(
        select(Qualification).where(Qualification.person_id == person_id, Qualification.kind == kind)
    )
    if held is None or held.expires_on != expires_on:  # renewed, it counts on from when it did
        start = min(since, held.valid_from) if held is not None else since
        vouching.qualify(work, person_id=person_id, kind=kind, valid_from=start, expires_on=expires_on)


def _is_member(work: Work, team_id: int, person_id: int, since: date) -> bool:
    """Whether the person is a member, or was one after that day and has quit."""
    return (
        work.scalar(
            select(Membership.id).where(
                Membership.team_id == team_id,
                Membership.person_id == person_id,
                Membership.left_on.is_(None) | (Membership.left_on > since),
            )
        )
        is not None
    )


def _load_guardian(work: Work, row: Row[Any], known: dict[str, int]) -> None:
    guardian_id, ward_id = known.get(plain(row.text("guardian"))), known.get(plain(row.text("code")))
    if not row.text("guardian") or ward_id is None:  # why there is no ward has been noted
        return
    if guardian_id is None:
        raise Malformed("guardian", UNKNOWN_CODE)
    start = row.read("since", civil_day) or civil_date(work.now)
    linked = select(Guardianship.id).where(
        Guardianship.ward_id == ward_id, Guardianship.guardian_id == guardian_id
    )
    if work.scalar(linked) is None:
        vouching.link_guardian(
            work, ward_id=ward_id, guardian_id=guardian_id, relation="监护人", valid_from=start
        )
    until = row.read("consent_until", civil_day)
    # One that was withdrawn stays so.
    covered = select(Consent.id).where(
        Consent.ward_id == ward_id, Consent.valid_to == until, Consent.event_id.is_(None)
    )
    today = civil_date(work.now)  # on paper so far: it counts from the day it is recorded
    if until is not None and until >= today and work.scalar(covered) is None:
        vouching.give_consent(
            work, ward_id=ward_id, guardian_id=guardian_id, valid_from=max(start, today), valid_to=until
        )


def _qualifications(text: str) -> list[tuple[str, date | None]]:
    """``trained_lead:2027-08-31|first_aid``: kinds, with the last day on which they count."""
    found = []
    for part in several(text):
        kind, _, expires = part.partition(":")
        found.append((kind.strip(), civil_day(expires) if expires.strip() else None))
    return found
