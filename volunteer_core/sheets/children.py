"""Importing children with their guardians, enrolments and pick-up lists: all rows of a sheet, or none."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from sqlalchemy import select

from volunteer_core.care import enrolment, pickups
from volunteer_core.care.models import Child, Enrolment, PickupAuthorisation
from volunteer_core.database import Work
from volunteer_core.errors import Malformed
from volunteer_core.people.models import Person
from volunteer_core.places.models import Site
from volunteer_core.sheets.cells import civil_day, plain, several
from volunteer_core.sheets.headings import Column
from volunteer_core.sheets.importing import Count, Form, Imported, load
from volunteer_core.sheets.lookup import Lookup
from volunteer_core.sheets.reading import Row, Sheet
from volunteer_core.teams.models import Programme

_COLUMNS = (
    Column("code", ("儿童编号", "编号"), own=True),
    Column("name", ("姓名", "儿童姓名"), own=True),
    Column("birth_date", ("出生日期",), own=True),
    Column("site", ("场所",)),
    Column("programme", ("项目",)),
    Column("weekdays", ("星期",)),
    Column("first_day", ("起始日期",)),
    Column("last_day", ("截止日期",)),
    Column("guardian", ("监护人编号",), own=True),
    Column("relation", ("与监护人关系",), own=True),
    Column("pickups", ("接送人",), needed=False, own=True),
)
CHILDREN_COLUMNS = tuple(column.code for column in _COLUMNS)


def import_children(work: Work, *, file: str, content: bytes) -> Imported:
    """Imports a sheet of children (columns: :data:`CHILDREN_COLUMNS`), matched by their code.

    Asks for a coordinator's right before it reads anything, and for that of each child's community:
    children are need-to-know. Children who are known already keep their data; enrolments and
    authorisations that are new are added.
    """
    CHILDREN.ask(work)
    return load(work, CHILDREN, CHILDREN.sheet(file, content))


def _ask(work: Work) -> None:
    work.demand("care.enrol", communities=work.by.communities)


def _load(work: Work, sheet: Sheet, count: Count) -> None:
    lookup = Lookup(work)
    known = lookup.ids(Child)
    for row in sheet.rows:
        with count.of(row):
            if _load_child(work, row, lookup, known):
                count.add(row)


CHILDREN = Form(_COLUMNS, _ask, _load)
"""The sheet of children."""


def _load_child(work: Work, row: Row[Any], lookup: Lookup, known: dict[str, int]) -> bool:
    parsers: dict[str, Callable[[str], Any]] = {
        "code": plain,
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
        with row.noting("guardian"):
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
        with row.noting("programme"):
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
            with row.noting("pickups"):
                pickups.authorise_pickup(
                    work,
                    child_id=child_id,
                    person_id=person_id,
                    relation=kin,
                    valid_from=valid_from,
                    valid_to=valid_to,
                )
    return new


def _pickups(text: str, lookup: Lookup) -> list[tuple[int, str, date, date]]:
    """``V001:母亲:2026-09-01:2027-01-31|…``: adults who may take the child home."""
    found = []
    for part in several(text):
        cells = [cell.strip() for cell in part.split(":")]
        if len(cells) != 4:
            raise Malformed("pickups", "应写作 人员编号:关系:起始日期:截止日期。")
        found.append((lookup.finder(Person)(cells[0]), cells[1], civil_day(cells[2]), civil_day(cells[3])))
    return found
