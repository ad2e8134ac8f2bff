"""A week's roster to hand on: as an Excel sheet for the wall, and as a text for a group chat."""

from __future__ import annotations

from litestar import Response, Router
from litestar.params import FromPath, FromQuery

from api.downloads import XLSX, download
from api.incoming import OptionalQueryId, PathId
from api.operations import get
from api.work import Opened
from volunteer_core.sheets import roster, roster_text
from volunteer_core.sheets.roster_text import WeekText

TEXT = """【凤翔社区五点学堂值班表】
2026年第49周（11月30日—12月6日）　已公布
地点：凤翔社区五点学堂　★ 为带班
11月30日（周一）17:00–18:00 ★王小敏、陈立
12月1日（周二）17:00–18:00 ★王小敏【缺 1 人】
12月5日（周六）休息（周末）"""
WRITTEN = WeekText(site_id=2, week="2026-W49", parts=[TEXT])


@get(
    "/programmes/{programme_id:int}/weeks/{week:str}/sheet",
    operation="rosters.print",
    answers="PK…",
    media_type=XLSX,
)
def read_week_sheet(
    opened: Opened,
    programme_id: PathId,
    week: FromPath[str],
    site_id: OptionalQueryId = None,
    contacts: FromQuery[bool] = False,
) -> Response[bytes]:
    """Download a week's roster (`2026-W49`) as an Excel workbook, a page for each site.

    For one site, or for all that the caller answers for. Phones are masked unless `contacts` asks
    for them: what hangs on a wall is read by everybody.
    """
    with opened.read() as work:
        content = roster.week_sheet(
            work, programme_id=programme_id, week=week, site_id=site_id, contacts=contacts
        )
    return download(content, f"值班表-{week}.xlsx", plain=f"roster-{week}.xlsx")


@get(
    "/programmes/{programme_id:int}/sites/{site_id:int}/weeks/{week:str}/text",
    operation="rosters.print",
    answers=WRITTEN,
)
def read_week_text(
    opened: Opened,
    programme_id: PathId,
    site_id: PathId,
    week: FromPath[str],
    masked: FromQuery[bool] = False,
) -> WeekText:
    """Show a site's week as a text for a group chat, in parts that fit a message (2,048 bytes).

    Names are in full unless `masked`: the leader decides who reads it.
    """
    with opened.read() as work:
        return roster_text.week_text(
            work, programme_id=programme_id, week=week, site_id=site_id, masked=masked
        )


router = Router("/", route_handlers=[read_week_sheet, read_week_text], tags=["roster-sheets"])
