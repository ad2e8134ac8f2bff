"""Versions of published rosters: what a week was after each change, who was told, what is different."""

from __future__ import annotations

from datetime import UTC, datetime

from litestar import Router
from litestar.params import FromPath

from api.incoming import Paged, PathId, QueryId
from api.operations import get
from api.work import Opened
from volunteer_core.database import Page
from volunteer_core.notices.models import NoticeKind
from volunteer_core.rosters import versions
from volunteer_core.rosters.models import ShiftStatus
from volunteer_core.rosters.versions import (
    Comparison,
    Move,
    Named,
    ShiftThen,
    Told,
    VersionContents,
    VersionView,
)

STARTS, ENDS = datetime(2026, 12, 3, 9, tzinfo=UTC), datetime(2026, 12, 3, 10, tzinfo=UTC)
MADE_AT = datetime(2026, 12, 1, 4, tzinfo=UTC)
WANG, LI = Named(42, "V0042", "王小敏"), Named(57, "V0057", "李强")
VERSION = VersionView(id=8, number=2, cause="handed_over", made_at=MADE_AT, made_by=57, told=2)
CONTENTS = VersionContents(
    version=VERSION,
    programme_id=1,
    site_id=2,
    week="2026-W49",
    shifts=[ShiftThen(104, STARTS, ENDS, ShiftStatus.PUBLISHED, minimum=2, maximum=4, people=[LI])],
    told=[
        Told(
            WANG,
            NoticeKind.CHANGED,
            "班次已有人接替，您不必再参加：12月3日（周四）17:00–18:00 凤翔社区五点学堂 五点学堂。",
            written_at=MADE_AT,
            told_at=None,
        )
    ],
)
COMPARISON = Comparison(came=[Move(104, STARTS, LI)], left=[Move(104, STARTS, WANG)], changed=[])


@get(
    "/programmes/{programme_id:int}/sites/{site_id:int}/weeks/{week:str}/versions",
    operation="rosters.versions",
    answers=Page([VERSION], 2, 50, 0),
)
def list_roster_versions(
    opened: Opened, paging: Paged, programme_id: PathId, site_id: PathId, week: FromPath[str]
) -> Page[VersionView]:
    """List the versions of a published week (`2026-W49`) at a site, the newest first."""
    with opened.read() as work:
        return versions.list_versions(
            work, programme_id=programme_id, site_id=site_id, week=week, paging=paging
        )


@get("/roster-versions/{version_id:int}", operation="rosters.versions", answers=CONTENTS)
def read_roster_version(opened: Opened, version_id: PathId) -> VersionContents:
    """Read a version: its shifts with the people on them, and who was told what of it."""
    with opened.read() as work:
        return versions.read_version(work, version_id=version_id)


@get(
    "/roster-versions/{version_id:int}/changes",
    operation="rosters.versions",
    answers=COMPARISON,
)
def compare_roster_versions(opened: Opened, version_id: PathId, since: QueryId) -> Comparison:
    """Say who came, who left and which shifts changed since an earlier version of the same week."""
    with opened.read() as work:
        return versions.compare_versions(work, earlier_id=since, later_id=version_id)


router = Router(
    "/",
    route_handlers=[list_roster_versions, read_roster_version, compare_roster_versions],
    tags=["versions"],
)
