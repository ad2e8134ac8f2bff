"""Importing sheets: all rows, or every problem by line and column and nothing loaded."""

from __future__ import annotations

from litestar import Router
from litestar.params import RawBody

from api.incoming import QueryText
from api.operations import File, act
from api.work import Opened
from volunteer_core.sheets.children import CHILDREN_COLUMNS, import_children
from volunteer_core.sheets.importing import Imported
from volunteer_core.sheets.people import PEOPLE_COLUMNS, import_people

IMPORTED = Imported("people.csv", 12, 3, 0)
PEOPLE = File(
    f"{','.join(PEOPLE_COLUMNS)}\n"
    "V0042,王小敏,13812345678,1988-05-04,FX01,,,,,T-QZTT,trained_lead:2027-08-31,2026-09-02,clear,,\n"
)
CHILDREN = File(
    f"{','.join(CHILDREN_COLUMNS)}\n"
    "C008,林小雨,2018-05-02,FX01-WDXT,WDXT,12345,2026-09-01,2027-01-31,V0143,母亲,"
    "V0143:母亲:2026-09-01:2027-01-31\n"
)


@act("/imports/people", operation="sheets.import", asks=PEOPLE, answers=IMPORTED)
def import_people_sheet(opened: Opened, body: RawBody, file: QueryText = "people.csv") -> Imported:
    """Import a CSV sheet of people, matched by their code; the body is the file itself.

    Refused with `file_malformed`: `problems` names each by file, line and column.
    """
    with opened.write() as work:
        return import_people(work, file=file, content=body)


@act("/imports/children", operation="care.enrol", asks=CHILDREN, answers=IMPORTED)
def import_children_sheet(opened: Opened, body: RawBody, file: QueryText = "children.csv") -> Imported:
    """Import a CSV sheet of children: the coordinator of each child's site may.

    Refused with `file_malformed`: `problems` names each by file, line and column.
    """
    with opened.write() as work:
        return import_children(work, file=file, content=body)


router = Router("/", tags=["people"], route_handlers=[import_people_sheet, import_children_sheet])
