"""Importing sheets: all rows, or every problem by line and column and nothing loaded."""

from __future__ import annotations

from litestar import Router
from litestar.params import RawBody

from api.incoming import QueryText
from api.operations import act
from api.work import Opened
from volunteer_core.sheets.people import Imported, import_children, import_people

IMPORTED = Imported("people.csv", 12, 3)


@act("/imports/people", operation="sheets.import", answers=IMPORTED)
def import_people_sheet(opened: Opened, body: RawBody, file: QueryText = "people.csv") -> Imported:
    """Import a CSV sheet of people, matched by their code; the body is the file itself.

    Refused with `file_malformed`: `problems` names each by file, line and column.
    """
    with opened.write() as work:
        return import_people(work, file=file, content=body)


@act("/imports/children", operation="care.enrol", answers=IMPORTED)
def import_children_sheet(opened: Opened, body: RawBody, file: QueryText = "children.csv") -> Imported:
    """Import a CSV sheet of children: the coordinator of each child's site may.

    Refused with `file_malformed`: `problems` names each by file, line and column.
    """
    with opened.write() as work:
        return import_children(work, file=file, content=body)


router = Router("/", tags=["people"], route_handlers=[import_people_sheet, import_children_sheet])
