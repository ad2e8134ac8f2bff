"""Drafts of rosters: asked of the planner, looked at, compared, applied; publishing weeks."""

from __future__ import annotations

from datetime import UTC, date, datetime

from litestar import Router
from litestar.params import FromQuery, JSONBody
from msgspec.structs import replace

from api.incoming import Body, Id, Paged, PathId, QueryId, given
from api.operations import act, get, post
from api.planners import start_planner
from api.work import Opened
from volunteer_core.database import Page
from volunteer_core.rosters import publishing_weeks
from volunteer_core.rosters.drafts import applying, comparing, reading, requesting
from volunteer_core.rosters.drafts.applying import Applied, PersonLeftOut, PlacedPerson
from volunteer_core.rosters.drafts.comparing import Compared, Comparison, Difference, OnlyHere
from volunteer_core.rosters.drafts.models import DraftStatus
from volunteer_core.rosters.drafts.views import (
    DraftPerson,
    DraftShift,
    DraftSummary,
    DraftView,
    Help,
    Load,
    PersonChange,
    SoftParts,
    Step,
    WhyNot,
)
from volunteer_core.rosters.planning.problem import Bounds, Levels
from volunteer_core.rosters.publishing import WeekOutcome

WAITING = DraftSummary(
    id=7,
    programme_id=1,
    name="下周初稿",
    first_day=date(2026, 12, 7),
    last_day=date(2026, 12, 11),
    site_ids=[2, 3],
    status=DraftStatus.WAITING,
    seed=0,
    seconds=20,
    requested_at=datetime(2026, 12, 3, 4, tzinfo=UTC),
    started_at=None,
    finished_at=None,
    stop_asked=False,
    stage="",
    levels=None,
    bounds=None,
    proven=False,
    seconds_taken=None,
    edited=False,
    failure="",
)
READY = replace(
    WAITING,
    status=DraftStatus.READY,
    started_at=datetime(2026, 12, 3, 4, 0, 1, tzinfo=UTC),
    finished_at=datetime(2026, 12, 3, 4, 0, 3, tzinfo=UTC),
    stage="soft",
    levels=Levels(gap=1, lead=0, change=0, soft=14_200),
    bounds=Bounds(gap=1, lead=0, change=0, soft=14_200),
    proven=True,
    seconds_taken=1.6,
)
SHIFT = DraftShift(
    shift_id=104,
    site_id=2,
    site_name="凤翔社区五点学堂",
    civil_date=date(2026, 12, 8),
    starts_at=datetime(2026, 12, 8, 9, tzinfo=UTC),
    ends_at=datetime(2026, 12, 8, 10, tzinfo=UTC),
    minimum=2,
    maximum=4,
    leads=1,
    people=[DraftPerson(42, "V0042", "王小敏", lead=True, locked=False, promised=False)],
    missing=1,
    leads_missing=0,
    reason="缺 1 人：当时没空 12 人，本周次数已满 4 人，请假 2 人",
    fixes=[
        Help("李强本周多排一次（共 3 次），可补 1 人", gain=1, steps=[Step(person_id=57, max_per_week=3)])
    ],
)
LOAD = Load(42, "王小敏", minutes=120, past_minutes=480, offered_minutes=1080, ratio=0.556)
CHANGE = PersonChange(
    57,
    "李强",
    added=["12月10日（周四）17:00–18:00 凤翔社区五点学堂"],
    dropped=["12月8日（周二）17:00–18:00 凤翔社区五点学堂"],
    cannot_come=[],
)
PARTS = SoftParts(fairness=9_100, preference=3_900, continuity=1_200)
DRAFT = DraftView(
    draft=READY,
    weeks=["2026-W50"],
    week="2026-W50",
    shifts=[SHIFT],
    uncovered=1,
    changes=[CHANGE],
    loads=[LOAD],
    unused=3,
    parts=PARTS,
    fairness_costs=600,
    notes=[],
)
WHY_NOT = WhyNot(104, 57, "李强", reason="week", text="本周次数已满（最多 2 次）")
COMPARISON = Comparison(
    drafts=[Compared(READY, PARTS, uncovered=1, unused=3, loads=[LOAD])],
    differences=[
        Difference(104, "12月8日（周二）17:00–18:00 凤翔社区五点学堂", only=[OnlyHere(7, ["王小敏"])])
    ],
    same=9,
)
APPLIED = Applied(
    draft_id=7,
    put_on=[PlacedPerson(104, 42, "王小敏")],
    taken_off=[PlacedPerson(105, 57, "李强")],
    kept=8,
    left_out=[PersonLeftOut(106, 61, "陈静", code="on_leave", why="此人当天请假。")],
    changes=[CHANGE],
)
OUTCOME = WeekOutcome(week="2026-W50", shift_ids=[104, 105, 106], tentative_left=[], people_told=6)


class RequestDraft(Body):
    """What is to be planned: the coming shifts between two dates (400 days at most), at some sites or at all
    that the caller may plan. `seconds` is the time the planner may take."""

    first_day: date
    last_day: date
    site_ids: tuple[Id, ...] = ()
    name: str = ""
    seed: int = 0
    seconds: int = 20


class PublishWeeks(Body):
    """From which ISO week to which, at some sites or at all where there are drafts."""

    first_week: str
    last_week: str
    site_ids: tuple[Id, ...] = ()


@post(
    "/programmes/{programme_id:int}/drafts",
    operation="rosters.plan",
    asks=RequestDraft(first_day=date(2026, 12, 7), last_day=date(2026, 12, 11), name="下周初稿"),
    answers=WAITING,
    after_response=start_planner,
)
def request_draft(opened: Opened, programme_id: PathId, data: JSONBody[RequestDraft]) -> DraftSummary:
    """Ask for a draft of a roster. It is planned in a process of its own: read it to see how far that is.

    What is published stays as far as it can. Refused: where there is nothing to plan (`nothing_to_plan`),
    more than 5,000 shifts (`plan_too_large`), more than 20 drafts side by side (`too_many_drafts`).
    """
    with opened.write() as work:
        return requesting.request_draft(work, programme_id=programme_id, **given(data))


@get("/programmes/{programme_id:int}/drafts", operation="rosters.plan", answers=Page([READY], 1, 50, 0))
def list_drafts(opened: Opened, programme_id: PathId, paging: Paged) -> Page[DraftSummary]:
    """List a programme's drafts, the newest first: those of which the caller may plan every site."""
    with opened.read() as work:
        return reading.list_drafts(work, programme_id=programme_id, paging=paging)


@get("/drafts/{draft_id:int}", operation="rosters.plan", answers=DRAFT)
def read_draft(opened: Opened, draft_id: PathId, week: FromQuery[str | None] = None) -> DraftView:
    """Show how far a draft is; once planned a week of it, what is uncovered and why, and what it changes.

    Levels are costs, compared from the first on: places uncovered, leads missing, published places dropped,
    and last fairness, wishes and strange faces together. `bounds` are what no roster can be better than.
    """
    with opened.read() as work:
        return reading.read_draft(work, draft_id=draft_id, week=week)


@get("/drafts/{draft_id:int}/why-not", operation="rosters.plan", answers=WHY_NOT)
def explain_absence(opened: Opened, draft_id: PathId, shift_id: QueryId, person_id: QueryId) -> WhyNot:
    """Say why a person is not on a shift of a planned draft: the first thing that stands against it."""
    with opened.read() as work:
        return reading.why_not(work, draft_id=draft_id, shift_id=shift_id, person_id=person_id)


@get("/drafts/compare", operation="rosters.plan", answers=COMPARISON)
def compare_drafts(opened: Opened, ids: FromQuery[list[int]]) -> Comparison:
    """Compare two to five planned drafts of a programme: their costs side by side, and where they differ."""
    with opened.read() as work:
        return comparing.compare_drafts(work, ids=ids)


@act("/drafts/{draft_id:int}/stop", operation="rosters.plan", answers=READY)
def stop_draft(opened: Opened, draft_id: PathId) -> DraftSummary:
    """Have the planner end with the best roster it has found so far."""
    with opened.write() as work:
        return requesting.stop_draft(work, draft_id=draft_id)


@act("/drafts/{draft_id:int}/discard", operation="rosters.plan", answers=WAITING)
def discard_draft(opened: Opened, draft_id: PathId) -> DraftSummary:
    """Throw a draft away. One that is being planned has to be stopped first."""
    with opened.write() as work:
        return requesting.discard_draft(work, draft_id=draft_id)


@post(
    "/drafts/{draft_id:int}/replan",
    operation="rosters.plan",
    asks=None,
    answers=WAITING,
    after_response=start_planner,
)
def replan_draft(opened: Opened, draft_id: PathId) -> DraftSummary:
    """Ask for another draft of the same shifts, in which the places locked in this one stay."""
    with opened.write() as work:
        return requesting.replan_draft(work, draft_id=draft_id)


@act("/drafts/{draft_id:int}/apply", operation="rosters.plan", answers=APPLIED)
def apply_draft(opened: Opened, draft_id: PathId) -> Applied:
    """Turn a draft into the roster. Every rule is checked again: what does not hold any more is named.

    Locked places stay, and promised ones unless the draft drops them; who loses one is told.
    """
    with opened.write() as work:
        return applying.apply_draft(work, draft_id=draft_id)


@act(
    "/programmes/{programme_id:int}/publish",
    operation="rosters.publish",
    asks=PublishWeeks(first_week="2026-W50", last_week="2026-W51"),
    answers=[OUTCOME],
)
def publish_weeks(opened: Opened, programme_id: PathId, data: JSONBody[PublishWeeks]) -> list[WeekOutcome]:
    """Publish several weeks at several sites as a whole, or nothing of it."""
    with opened.write() as work:
        return publishing_weeks.publish_weeks(work, programme_id=programme_id, **given(data))


router = Router(
    "/",
    route_handlers=[
        request_draft, list_drafts, compare_drafts, read_draft, explain_absence, stop_draft, discard_draft,
        replan_draft, apply_draft, publish_weeks,
    ],
    tags=["drafts"],
)  # fmt: skip
