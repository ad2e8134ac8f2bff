"""Hours to file and to hand on: the workbook, all entries as CSV, and records for the national system.

A year has some hundred thousand lines: they are written to the disk aside, and sent from there.
"""

from __future__ import annotations

from datetime import date
from typing import Any, BinaryIO

from litestar import Request, Router
from litestar.params import FromQuery
from litestar.response import Stream

from api.aside import sheets_of
from api.downloads import CSV, XLSX, stream, written
from api.incoming import OptionalQueryId
from api.operations import get
from api.work import Opened
from volunteer_core.sheets.hour_book import write_hour_book
from volunteer_core.sheets.hour_csv import write_hour_csv, write_records

LINES = """序号,记录号,日期,编号,姓名,队伍,服务社区,活动内容,地点,时间,类别,分钟,小时,记录单位,备注
1,77,2026-11-02,V0042,王小敏,全职太太俱乐部,凤翔社区,五点学堂,凤翔社区五点学堂,17:00–18:00,志愿服务,60,1.0,凤翔街道办事处,
"""
RECORDS = """记录号,志愿者编号,志愿者姓名,记录类型,活动名称,服务内容,活动日期,开始时间,结束时间,服务地点,服务社区,组织队伍,服务分钟,服务小时,记录单位,记录日期,更正的记录号
77,V0042,王小敏,志愿服务,五点学堂,五点学堂,2026-11-02,17:00,18:00,凤翔社区五点学堂,凤翔社区,全职太太俱乐部,60,1.0,凤翔街道办事处,2026-11-02,
"""  # noqa: E501 - lines of a file


@get("/hours/book", operation="hours.tally", answers="PK…", media_type=XLSX)
async def read_hour_book(
    request: Request[Any, Any, Any],
    opened: Opened,
    first: FromQuery[date],
    last: FromQuery[date],
    community_id: OptionalQueryId = None,
    team_id: OptionalQueryId = None,
    contacts: FromQuery[bool] = False,
) -> Stream:
    """Download the hours between two dates as an Excel workbook: sums, people, every entry.

    The same entries as the tally counts, both dates included, three years at most. Phones are masked
    unless `contacts` asks for those that the caller may read. Over a million lines are refused
    (`too_many_lines`).
    """

    def write(to: BinaryIO) -> None:
        with opened.read() as work:
            write_hour_book(
                work,
                to=to,
                first=first,
                last=last,
                community_id=community_id,
                team_id=team_id,
                contacts=contacts,
            )

    file = await sheets_of(request).run(written, write)
    return stream(
        file, f"志愿服务时长-{first}-{last}.xlsx", plain=f"hours-{first}-{last}.xlsx", media_type=XLSX
    )


@get("/hours/csv", operation="hours.tally", answers=LINES, media_type=CSV)
async def read_hour_csv(
    request: Request[Any, Any, Any],
    opened: Opened,
    first: FromQuery[date],
    last: FromQuery[date],
    community_id: OptionalQueryId = None,
    team_id: OptionalQueryId = None,
) -> Stream:
    """Download every entry between two dates as CSV (UTF-8 with BOM): the workbook's lines."""

    def write(to: BinaryIO) -> None:
        with opened.read() as work:
            write_hour_csv(work, to=to, first=first, last=last, community_id=community_id, team_id=team_id)

    file = await sheets_of(request).run(written, write)
    return stream(file, f"志愿服务明细-{first}-{last}.csv", plain=f"hours-{first}-{last}.csv", media_type=CSV)


@get("/hours/records", operation="sheets.records", answers=RECORDS, media_type=CSV)
async def read_records(
    request: Request[Any, Any, Any],
    opened: Opened,
    first: FromQuery[date],
    last: FromQuery[date],
    community_id: OptionalQueryId = None,
) -> Stream:
    """Download the volunteers' records between two dates as CSV, for entry into the national system.

    The columns are the fields of a record (民政部令67号 Arts 5–10), as the README documents them; they
    are not that system's own form. Service and training; paid duty is no volunteer's record.
    """

    def write(to: BinaryIO) -> None:
        with opened.read() as work:
            write_records(work, to=to, first=first, last=last, community_id=community_id)

    file = await sheets_of(request).run(written, write)
    return stream(
        file, f"志愿服务记录-{first}-{last}.csv", plain=f"records-{first}-{last}.csv", media_type=CSV
    )


router = Router("/", route_handlers=[read_hour_book, read_hour_csv, read_records], tags=["hour-sheets"])
