"""Rosters: weekly patterns, generating shifts from them, and a week's coverage, publishing, withdrawing."""

from __future__ import annotations

from datetime import UTC, date, datetime, time

from litestar import Router
from litestar.params import FromPath, JSONBody

from api.incoming import Body, Id, OptionalQueryId, Paged, PathId, given
from api.operations import act, get, post
from api.work import Opened
from volunteer_core.commitments.models import CommitmentStatus
from volunteer_core.database import Page
from volunteer_core.rosters import copying, coverage, generating, patterns, publishing
from volunteer_core.rosters.copying import CopiedWeek, Uncopied
from volunteer_core.rosters.coverage import PersonOnShift, ShiftCoverage, WeekCoverage
from volunteer_core.rosters.generating import Generated
from volunteer_core.rosters.models import ShiftStatus
from volunteer_core.rosters.patterns import PatternView
from volunteer_core.rosters.placing import LeftOut, Place
from volunteer_core.rosters.publishing import WeekOutcome

PATTERN = PatternView(
    id=1,
    programme_id=1,
    site_id=2,
    weekdays="1234567",
    starts=time(17),
    ends=time(18),
    minimum=2,
    maximum=4,
    leads=1,
    qualification=None,
    valid_from=date(2026, 9, 1),
    valid_to=date(2027, 1, 22),
)
GENERATED = Generated(
    added=[101, 102, 103, 104, 105],
    revived=[],
    dropped=[],
    kept=[],
    tentative=0,
    seated=[Place(102, 42)],
    seats_left_open=[LeftOut(104, 43, "on_leave")],
)
COPIED = CopiedWeek(
    from_week="2026-W40",
    to_week="2026-W41",
    placed=[Place(104, 42), Place(105, 43)],
    already_there=[Place(104, 44)],
    left_out=[LeftOut(105, 45, "on_leave")],
    without_counterpart=[Uncopied(97, 2, date(2026, 9, 29), datetime(2026, 9, 29, 9, tzinfo=UTC), 2)],
)
COVERAGE = WeekCoverage(
    programme_id=1,
    week="2026-W49",
    shifts=[
        ShiftCoverage(
            shift_id=104,
            site_id=2,
            site_name="凤翔社区五点学堂",
            civil_date=date(2026, 12, 3),
            starts_at=datetime(2026, 12, 3, 9, tzinfo=UTC),
            ends_at=datetime(2026, 12, 3, 10, tzinfo=UTC),
            status=ShiftStatus.PUBLISHED,
            tentative=False,
            minimum=2,
            maximum=4,
            leads=1,
            people=[
                PersonOnShift(
                    person_id=42,
                    code="V0042",
                    name="王小敏",
                    lead=True,
                    status=CommitmentStatus.PROMISED,
                    attendance=None,
                    obstacles=[],
                    against=[],
                    overridden=["weekly_maximum"],
                    locked=False,
                )
            ],
            missing=1,
            leads_missing=0,
            reason="缺 1 人：队里其余 30 人，可安排 12 人，时间冲突 10 人，请假 8 人",
            open=[],
        )
    ],
    uncovered=1,
    missing=1,
)
OUTCOME = WeekOutcome(week="2026-W49", shift_ids=[101, 102, 103, 104, 105], tentative_left=[], people_told=9)


class SetPattern(Body):
    """When a programme runs at a site, and with how many people.

    Weekdays are digits, 1 for Monday; of their dates those run that the programme's day rule allows.
    Times are the office's; both dates belong to the pattern.
    """

    programme_id: Id
    site_id: Id
    weekdays: str
    starts: time
    ends: time
    minimum: int
    maximum: int
    valid_from: date
    valid_to: date
    leads: int = 0
    qualification: str | None = None


class EndPattern(Body):
    """The last day on which the pattern holds; a day before its first takes it back entirely."""

    last_day: date


class GenerateShifts(Body):
    """From which day to which shifts are made, of 400 days at most; at one site if asked."""

    first: date
    last: date
    site_id: Id | None = None


class CopyWeek(Body):
    """The ISO week (`2026-W40`) whose people are put on the drafts of another; at one site if asked."""

    from_week: str
    to_week: str
    site_id: Id | None = None


@get("/patterns", operation="rosters.read", answers=Page([PATTERN], 5, 50, 0))
def list_patterns(
    opened: Opened,
    paging: Paged,
    programme_id: OptionalQueryId = None,
    site_id: OptionalQueryId = None,
) -> Page[PatternView]:
    """List the weekly patterns by programme and site, ended ones too."""
    with opened.read() as work:
        return patterns.list_patterns(work, programme_id=programme_id, site_id=site_id, paging=paging)


@post(
    "/patterns",
    operation="rosters.pattern",
    asks=SetPattern(
        programme_id=1,
        site_id=2,
        weekdays="1234567",
        starts=time(17),
        ends=time(18),
        minimum=2,
        maximum=4,
        leads=1,
        valid_from=date(2026, 9, 1),
        valid_to=date(2027, 1, 22),
    ),
    answers=PATTERN,
)
def set_pattern(opened: Opened, data: JSONBody[SetPattern]) -> PatternView:
    """Let a programme run at a site on some weekdays. Shifts come from generating.

    Refused: weekdays other than ascending digits 1 to 7, an end before its start, numbers of people
    that cannot be kept.
    """
    with opened.write() as work:
        return patterns.set_pattern(work, **given(data))


@act(
    "/patterns/{pattern_id:int}/end",
    operation="rosters.pattern",
    asks=EndPattern(last_day=date(2026, 12, 31)),
    answers=PATTERN,
)
def end_pattern(opened: Opened, pattern_id: PathId, data: JSONBody[EndPattern]) -> PatternView:
    """End a pattern after a day. Generating again then drops its later shifts that nobody is on."""
    with opened.write() as work:
        return patterns.end_pattern(work, pattern_id=pattern_id, **given(data))


@act(
    "/programmes/{programme_id:int}/generate",
    operation="rosters.generate",
    asks=GenerateShifts(first=date(2026, 11, 30), last=date(2026, 12, 6), site_id=2),
    answers=GENERATED,
)
def generate_shifts(opened: Opened, programme_id: PathId, data: JSONBody[GenerateShifts]) -> Generated:
    """Make the shifts that a programme's patterns want. Doing it again changes nothing.

    Shifts not wanted any more are dropped if nobody is on them, and kept and named if somebody is.
    Standing seats are filled; who cannot come is named with the code of what stands against it.
    """
    with opened.write() as work:
        return generating.generate(work, programme_id=programme_id, **given(data))


@act(
    "/programmes/{programme_id:int}/copy",
    operation="rosters.copy",
    asks=CopyWeek(from_week="2026-W40", to_week="2026-W41", site_id=2),
    answers=COPIED,
)
def copy_week(opened: Opened, programme_id: PathId, data: JSONBody[CopyWeek]) -> CopiedWeek:
    """Put the people of one week on the draft shifts of another, by site, weekday and time.

    Days that do not run in the other week go to the make-up days there. Every rule is checked for
    everybody: who cannot is left out and named. Nobody is taken off, and again changes nothing.
    """
    with opened.write() as work:
        return copying.copy_week(work, programme_id=programme_id, **given(data))


@get(
    "/programmes/{programme_id:int}/weeks/{week:str}/coverage",
    operation="rosters.coverage",
    answers=COVERAGE,
)
def read_week_coverage(
    opened: Opened, programme_id: PathId, week: FromPath[str], site_id: OptionalQueryId = None
) -> WeekCoverage:
    """Show who is on the shifts of an ISO week (`2026-W49`), what is uncovered, and why.

    At one site, or at all that the caller answers for.
    """
    with opened.read() as work:
        return coverage.week_coverage(work, programme_id=programme_id, week=week, site_id=site_id)


@act(
    "/programmes/{programme_id:int}/sites/{site_id:int}/weeks/{week:str}/publish",
    operation="rosters.publish",
    answers=OUTCOME,
)
def publish_week(opened: Opened, programme_id: PathId, site_id: PathId, week: FromPath[str]) -> WeekOutcome:
    """Publish the drafts of an ISO week: it is promised, in everybody's calendar, and told.

    Shifts on dates that are not announced yet stay drafts and are named. Refused: a week with
    nothing to publish (`nothing_to_publish`), one person alone where nobody serves alone
    (`alone_on_shift`), what is no ISO week (`week_invalid`).
    """
    with opened.write() as work:
        return publishing.publish_week(work, programme_id=programme_id, site_id=site_id, week=week)


@act(
    "/programmes/{programme_id:int}/sites/{site_id:int}/weeks/{week:str}/withdraw",
    operation="rosters.withdraw",
    answers=OUTCOME,
)
def withdraw_week(opened: Opened, programme_id: PathId, site_id: PathId, week: FromPath[str]) -> WeekOutcome:
    """Take a published week back, except what has begun: its shifts are drafts again."""
    with opened.write() as work:
        return publishing.withdraw_week(work, programme_id=programme_id, site_id=site_id, week=week)


router = Router(
    "/",
    route_handlers=[
        list_patterns, set_pattern, end_pattern, generate_shifts, copy_week, read_week_coverage,
        publish_week, withdraw_week,
    ],
    tags=["rosters"],
)  # fmt: skip
