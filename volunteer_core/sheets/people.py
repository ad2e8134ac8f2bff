"""Importing people, and children with their families: all rows of a sheet, or none."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import msgspec
from sqlalchemy import select

from volunteer_core.care import enrolment, pickups
from volunteer_core.care.models import Child, Enrolment, PickupAuthorisation
from volunteer_core.database import Work
from volunteer_core.errors import Malformed
from volunteer_core.people import registry, vouching
from volunteer_core.people.models import CheckResult, Consent, Person
from volunteer_core.places.models import Community, Grid, Site
from volunteer_core.sheets.reading import Row, Sheet, civil_day, several, yes_or_no
from volunteer_core.teams import grid_posts, membership
from volunteer_core.teams.models import GridPost, GridRole, Membership, Programme, Team
from volunteer_core.timespans import civil_date

PEOPLE_COLUMNS = (
    "code", "name", "phone", "birth_date", "community", "grid", "post", "salaried", "since", "teams",
    "qualifications", "record_check_on", "record_check_result", "guardian", "consent_until",
)  # fmt: skip
CHILDREN_COLUMNS = (
    "code", "name", "birth_date", "site", "programme", "weekdays", "first_day", "last_day", "guardian",
    "relation", "pickups",
)  # fmt: skip


class Imported(msgspec.Struct, frozen=True):
    """What an import did with the rows of a sheet."""

    file: str
    added: int
    corrected: int


def import_people(work: Work, *, file: str, content: bytes) -> Imported:
    """Imports a sheet of people (columns: :data:`PEOPLE_COLUMNS`), matched by their code.

    A code that is known is corrected, so the same sheet can be imported again. Refuses
    (``FileMalformed``) with every problem by line and column, and then loads nothing of the file.
    """
    work.demand("sheets.import")
    sheet = Sheet(file, content, PEOPLE_COLUMNS)
    lookup = _Lookup(work)
    known = lookup.ids(Person)
    added = 0
    with work.begin_nested():
        for row in sheet.rows:
            with row.noting():
                added += _load_person(work, row, lookup, known)
        for row in sheet.rows:  # a guardian may stand below the child
            if row.text("guardian"):
                with row.noting("guardian"):
                    _load_guardian(work, row, known)
        sheet.check()
    return Imported(file, added, len(sheet.rows) - added)


def import_children(work: Work, *, file: str, content: bytes) -> Imported:
    """Imports a sheet of children (columns: :data:`CHILDREN_COLUMNS`), matched by their code.

    Asks for a coordinator's right before it reads anything, and for that of each child's community:
    children are need-to-know. Children who are known already keep their data; enrolments and
    authorisations that are new are added.
    """
    work.demand("care.enrol", communities=work.by.communities)
    sheet = Sheet(file, content, CHILDREN_COLUMNS)
    lookup = _Lookup(work)
    known = lookup.ids(Child)
    added = 0
    with work.begin_nested():
        for row in sheet.rows:
            with row.noting():
                added += _load_child(work, row, lookup, known)
        sheet.check()
    return Imported(file, added, len(sheet.rows) - added)


class _Lookup:
    """Ids by code, one statement a table. It holds the rows, so that operations find them loaded."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._rows: dict[Any, dict[str, Any]] = {}

    def ids(self, table: Any) -> dict[str, int]:
        return {code: row.id for code, row in self._of(table).items()}

    def finder(self, table: Any) -> Callable[[str], int]:
        """A parser of a cell that holds a code."""

        def find(code: str) -> int:
            row = self._of(table).get(code)
            if row is None:
                raise Malformed("code", f"没有编号为 {code[:32]} 的记录。")
            return int(row.id)

        return find

    def _of(self, table: Any) -> dict[str, Any]:
        if table not in self._rows:
            self._rows[table] = {row.code: row for row in self._work.scalars(select(table))}
        return self._rows[table]


def _load_person(work: Work, row: Row[Any], lookup: _Lookup, known: dict[str, int]) -> bool:
    code = row.need("code", str)
    name = row.need("name", str)
    born = row.read("birth_date", civil_day)
    community = row.read("community", lookup.finder(Community))
    grid = row.read("grid", lookup.finder(Grid))
    since = row.read("since", civil_day) or civil_date(work.now)
    post = row.read("post", GridRole)
    salaried = row.read("salaried", yes_or_no)
    teams = row.read("teams", lambda text: [lookup.finder(Team)(one) for one in several(text)]) or []
    qualifications = row.read("qualifications", _qualifications) or []
    checked_on = row.read("record_check_on", civil_day)
    result = row.read("record_check_result", CheckResult) or CheckResult.CLEAR
    if code is None or name is None:
        return False
    described = {
        "name": name,
        "phone": row.text("phone"),
        "birth_date": born,
        "community_id": community,
        "grid_id": grid,
    }
    new = code not in known
    if new:
        known[code] = registry.register(work, code=code, **described).id
    else:
        registry.correct(work, person_id=known[code], **described)
    person_id = known[code]
    if post is not None and community is not None:
        _load_post(work, person_id, post, community, grid, bool(salaried), since)
    for team_id in teams:
        if not _is_member(work, team_id, person_id):
            membership.join(work, team_id=team_id, person_id=person_id, on=since)
    for kind, expires_on in qualifications:
        vouching.qualify(work, person_id=person_id, kind=kind, valid_from=since, expires_on=expires_on)
    if checked_on is not None:
        vouching.record_check(work, person_id=person_id, checked_on=checked_on, result=result)
    return new


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
            GridPost.until.is_(None),
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


def _is_member(work: Work, team_id: int, person_id: int) -> bool:
    return (
        work.scalar(
            select(Membership.id).where(
                Membership.team_id == team_id,
                Membership.person_id == person_id,
                Membership.left_on.is_(None),
            )
        )
        is not None
    )


def _load_guardian(work: Work, row: Row[Any], known: dict[str, int]) -> None:
    guardian_id, ward_id = known.get(row.text("guardian")), known.get(row.text("code"))
    if guardian_id is None or ward_id is None:
        raise Malformed("guardian", f"没有编号为 {row.text('guardian')[:32]} 的人员。")
    start = row.read("since", civil_day) or civil_date(work.now)
    vouching.link_guardian(
        work, ward_id=ward_id, guardian_id=guardian_id, relation="监护人", valid_from=start
    )
    until = row.read("consent_until", civil_day)
    covered = select(Consent.id).where(
        Consent.ward_id == ward_id, Consent.valid_to == until, Consent.withdrawn_at.is_(None)
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


def _load_child(work: Work, row: Row[Any], lookup: _Lookup, known: dict[str, int]) -> bool:
    parsers: dict[str, Callable[[str], Any]] = {
        "code": str,
        "name": str,
        "birth_date": civil_day,
        "site": lookup.finder(Site),
        "programme": lookup.finder(Programme),
        "weekdays": str,
        "first_day": civil_day,
        "last_day": civil_day,
        "guardian": lookup.finder(Person),
        "relation": str,
    }
    cells: dict[str, Any] = {column: row.need(column, parse) for column, parse in parsers.items()}
    authorised = row.read("pickups", lambda text: _pickups(text, lookup)) or []
    if None in cells.values():
        return False
    code, site, programme, first = (cells[name] for name in ("code", "site", "programme", "first_day"))
    new = code not in known
    if new:
        community = work.find(Site, site).community_id
        child = enrolment.register_child(
            work, code=code, name=cells["name"], birth_date=cells["birth_date"], community_id=community
        )
        known[code] = child.id
        enrolment.link_guardian(
            work, child_id=child.id, person_id=cells["guardian"], relation=cells["relation"]
        )
    else:  # nobody learns of a child by importing it
        work.demand("care.enrol", communities=[work.find(Child, known[code]).community_id])
    child_id = known[code]
    enrolled = select(Enrolment.id).where(
        Enrolment.child_id == child_id, Enrolment.programme_id == programme, Enrolment.first_day == first
    )
    if work.scalar(enrolled) is None:
        enrolment.enrol(
            work,
            child_id=child_id,
            programme_id=programme,
            site_id=site,
            weekdays=cells["weekdays"],
            first_day=first,
            last_day=cells["last_day"],
        )
    for person_id, kin, valid_from, valid_to in authorised:
        on_list = select(PickupAuthorisation.id).where(
            PickupAuthorisation.child_id == child_id,
            PickupAuthorisation.person_id == person_id,
            PickupAuthorisation.valid_from == valid_from,
        )
        if work.scalar(on_list) is None:
            pickups.authorise_pickup(
                work,
                child_id=child_id,
                person_id=person_id,
                relation=kin,
                valid_from=valid_from,
                valid_to=valid_to,
            )
    return new


def _pickups(text: str, lookup: _Lookup) -> list[tuple[int, str, date, date]]:
    """``V001:母亲:2026-09-01:2027-01-31|…``: adults who may take the child home."""
    found = []
    for part in several(text):
        cells = [cell.strip() for cell in part.split(":")]
        if len(cells) != 4:
            raise Malformed("pickups", "应写作 人员编号:关系:起始日期:截止日期。")
        found.append((lookup.finder(Person)(cells[0]), cells[1], civil_day(cells[2]), civil_day(cells[3])))
    return found
