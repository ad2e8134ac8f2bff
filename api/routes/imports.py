"""Importing sheets: all rows, or every problem by sheet, line and column and nothing loaded.

Each can be looked over first. Workbooks (.xlsx) and CSV files are told apart by what they are. Reading
takes seconds: handlers run aside.
"""

from __future__ import annotations

from typing import Any

from litestar import Request, Response, Router
from litestar.params import RawBody

from api.aside import sheets_of
from api.downloads import XLSX, download
from api.incoming import QueryText
from api.operations import File, act, get
from api.work import Opened
from volunteer_core.sheets.children import CHILDREN, CHILDREN_COLUMNS
from volunteer_core.sheets.importing import Imported, Preview, import_file, preview_file
from volunteer_core.sheets.past_hours import HOURS
from volunteer_core.sheets.people import PEOPLE, PEOPLE_COLUMNS
from volunteer_core.sheets.problems import SheetProblem
from volunteer_core.sheets.templates import template

IMPORTED = Imported("people.csv", added=12, corrected=1, unchanged=2)
PREVIEW = Preview(
    "2026年11月台账.xlsx",
    added=118,
    corrected=0,
    unchanged=31,
    left_out=["填写说明"],
    problem_count=1,
    problems=[SheetProblem("2026年11月台账.xlsx", "一队", 17, "日期", "不是有效的日期，应写作 2026-09-01。")],
    remarks=[SheetProblem("2026年11月台账.xlsx", "一队", 9, "日期", "当月已经结账，将记入本月，作为调整。")],
)
PEOPLE_FILE = File(
    f"{','.join(PEOPLE_COLUMNS)}\n"
    "V0042,王小敏,13812345678,1988-05-04,FX01,,,,,T-QZTT,trained_lead:2027-08-31,2026-09-02,clear,,\n",
    or_else=XLSX,
)
CHILDREN_FILE = File(
    f"{','.join(CHILDREN_COLUMNS)}\n"
    "C008,林小雨,2018-05-02,FX01-WDXT,WDXT,12345,2026-09-01,2027-01-31,V0143,母亲,"
    "V0143:母亲:2026-09-01:2027-01-31\n",
    or_else=XLSX,
)
HOURS_FILE = File(
    "编号,日期,开始,结束,活动内容,地点,队伍,社区\n"
    "V0042,2026-11-02,9:00,10:30,文明劝导,凤翔东路口,全职太太俱乐部,凤翔社区\n",
    or_else=XLSX,
)


@act("/imports/people", operation="sheets.import", asks=PEOPLE_FILE, answers=IMPORTED)
async def import_people_sheet(
    request: Request[Any, Any, Any], opened: Opened, body: RawBody, file: QueryText = "people.csv"
) -> Imported:
    """Import a sheet of people, matched by their code; the body is the file itself, .xlsx or CSV.

    Refused with `file_malformed`: `problems` names each by file, sheet, line and column.
    """
    return await sheets_of(request).run(
        opened.carry_out, import_file, opened, PEOPLE, file=file, content=bytes(body)
    )


@act("/imports/people/preview", operation="sheets.import", asks=PEOPLE_FILE, answers=PREVIEW)
async def preview_people_sheet(
    request: Request[Any, Any, Any], opened: Opened, body: RawBody, file: QueryText = "people.csv"
) -> Preview:
    """Look over a sheet of people: what importing it would do, and every problem. Nothing is changed."""
    return await sheets_of(request).run(
        opened.carry_out, preview_file, opened, PEOPLE, file=file, content=bytes(body)
    )


@get("/imports/people/template", operation="sheets.import", answers="PK…", media_type=XLSX)
def read_people_template(opened: Opened) -> Response[bytes]:
    """Download an empty sheet of people with its headings, and how each is filled in."""
    with opened.read() as work:
        return download(template(work, PEOPLE, title="人员"), "人员导入.xlsx", plain="people.xlsx")


@act("/imports/hours", operation="sheets.import", asks=HOURS_FILE, answers=IMPORTED)
async def import_hours_sheet(
    request: Request[Any, Any, Any], opened: Opened, body: RawBody, file: QueryText = "hours.csv"
) -> Imported:
    """Import a sheet of past hours; the body is the file itself, .xlsx or CSV.

    Importing it again adds only what is new. Lines of closed months are entered today, as adjustments.
    Refused with `file_malformed`: `problems` names each by file, sheet, line and column.
    """
    return await sheets_of(request).run(
        opened.carry_out, import_file, opened, HOURS, file=file, content=bytes(body)
    )


@act("/imports/hours/preview", operation="sheets.import", asks=HOURS_FILE, answers=PREVIEW)
async def preview_hours_sheet(
    request: Request[Any, Any, Any], opened: Opened, body: RawBody, file: QueryText = "hours.csv"
) -> Preview:
    """Look over a sheet of past hours: what importing it would do, and every problem. Nothing is changed.

    `remarks` are no problems: lines that would land in the open month because their own is closed.
    """
    return await sheets_of(request).run(
        opened.carry_out, preview_file, opened, HOURS, file=file, content=bytes(body)
    )


@get("/imports/hours/template", operation="sheets.import", answers="PK…", media_type=XLSX)
def read_hours_template(opened: Opened) -> Response[bytes]:
    """Download an empty sheet of past hours with its headings, and how each is filled in."""
    with opened.read() as work:
        return download(template(work, HOURS, title="以往时长"), "时长导入.xlsx", plain="hours.xlsx")


@act("/imports/children", operation="care.enrol", asks=CHILDREN_FILE, answers=IMPORTED)
async def import_children_sheet(
    request: Request[Any, Any, Any], opened: Opened, body: RawBody, file: QueryText = "children.csv"
) -> Imported:
    """Import a sheet of children, .xlsx or CSV: the coordinator of each child's site may.

    Refused with `file_malformed`: `problems` names each by file, sheet, line and column.
    """
    return await sheets_of(request).run(
        opened.carry_out, import_file, opened, CHILDREN, file=file, content=bytes(body)
    )


router = Router(
    "/",
    tags=["imports"],
    route_handlers=[
        import_people_sheet,
        preview_people_sheet,
        read_people_template,
        import_hours_sheet,
        preview_hours_sheet,
        read_hours_template,
        import_children_sheet,
    ],
)
