"""What people say of shifts they are on: they cannot come, or surely will; who could come instead."""

from __future__ import annotations

from datetime import UTC, datetime

from litestar import Router
from litestar.params import FromPath, JSONBody

from api.incoming import Body, Id, Paged, PathId, given
from api.operations import act, get
from api.work import Opened
from volunteer_core.commitments.models import CommitmentStatus
from volunteer_core.database import Page
from volunteer_core.rosters import confirming, dropping_out, substitutes
from volunteer_core.rosters.assigning import AssignmentView
from volunteer_core.rosters.confirming import Confirmation
from volunteer_core.rosters.dropping_out import DropOutView, DroppedOut
from volunteer_core.rosters.substitutes import Substitute, Substitutes

STARTS = datetime(2026, 12, 3, 9, tzinfo=UTC)
SUBSTITUTES = Substitutes(
    shift_id=104,
    missing=1,
    leads_missing=0,
    people=[
        Substitute(42, "V0042", "王小敏", True, [], not_said=False, reason="住同社区，近四周 1 次，可带班"),
        Substitute(57, "V0057", "李强", False, ["on_leave"], not_said=True, reason="请假"),
    ],
)
DROPPED_OUT = DroppedOut(shift_id=104, person_id=42, replaced=False, leaders_told=1)
DROP_OUT = DropOutView(
    id=3,
    shift_id=104,
    starts_at=STARTS,
    said_at=datetime(2026, 12, 3, 1, tzinfo=UTC),
    said_by=42,
    reason="孩子发烧",
)
CONFIRMATION = Confirmation(
    shift_id=104,
    starts_at=STARTS,
    person_id=42,
    code="V0042",
    name="王小敏",
    written_at=datetime(2026, 11, 27, 8, tzinfo=UTC),
    told_at=datetime(2026, 11, 27, 9, tzinfo=UTC),
    confirmed_at=None,
)
CONFIRMED = AssignmentView(
    commitment_id=310,
    shift_id=104,
    person_id=42,
    team_id=1,
    status=CommitmentStatus.PROMISED,
    attendance=None,
    locked=False,
    confirmed_at=datetime(2026, 11, 28, 1, tzinfo=UTC),
)


class CannotCome(Body):
    """Who cannot come, if not the caller, and why: only they themselves will read that."""

    person_id: Id | None = None
    reason: str = ""


class ForWhom(Body):
    """Who is meant, if not the caller."""

    person_id: Id | None = None


@get("/shifts/{shift_id:int}/substitutes", operation="rosters.candidates", answers=SUBSTITUTES)
def list_substitutes(opened: Opened, shift_id: PathId) -> Substitutes:
    """List who could come to a shift instead: the free first, leads first of all if a lead lacks.

    `reason` says in words what speaks for them, or what stands against them.
    """
    with opened.read() as work:
        return substitutes.substitutes(work, shift_id=shift_id)


@act(
    "/shifts/{shift_id:int}/cannot-come",
    operation="rosters.drop_out",
    asks=CannotCome(reason="孩子发烧"),
    answers=DROPPED_OUT,
)
def cannot_come(opened: Opened, shift_id: PathId, data: JSONBody[CannotCome]) -> DroppedOut:
    """Say that somebody on a shift cannot come, up to its start.

    Who is first in line comes instead, or the leaders are told whom they could ask. The reason stays
    with the person. Refused: a shift that has begun (`shift_over`), a person who is not on it.
    """
    with opened.write() as work:
        return dropping_out.cannot_come(work, shift_id=shift_id, **given(data))


@get("/people/{person_id:int}/drop-outs", operation="rosters.drop_out", answers=Page([DROP_OUT], 1, 50, 0))
def list_drop_outs(opened: Opened, paging: Paged, person_id: PathId) -> Page[DropOutView]:
    """List the shifts to which a person could not come. Why stands there for themselves only."""
    with opened.read() as work:
        return dropping_out.list_drop_outs(work, person_id=person_id, paging=paging)


@act(
    "/shifts/{shift_id:int}/confirm",
    operation="rosters.confirm",
    asks=ForWhom(),
    answers=CONFIRMED,
)
def confirm_shift(opened: Opened, shift_id: PathId, data: JSONBody[ForWhom]) -> AssignmentView:
    """Confirm that somebody will come to a published shift they are on. Moving the shift asks anew.

    Refused: what is not published (`shift_not_published`), has begun, or is not theirs.
    """
    with opened.write() as work:
        return confirming.confirm(work, shift_id=shift_id, **given(data))


@get(
    "/programmes/{programme_id:int}/sites/{site_id:int}/weeks/{week:str}/confirmations",
    operation="rosters.coverage",
    answers=[CONFIRMATION],
)
def list_confirmations(
    opened: Opened, programme_id: PathId, site_id: PathId, week: FromPath[str]
) -> list[Confirmation]:
    """List who is on the published shifts of a week, when they were told of it and when they confirmed."""
    with opened.read() as work:
        return confirming.read_confirmations(work, programme_id=programme_id, site_id=site_id, week=week)


router = Router(
    "/",
    route_handlers=[list_substitutes, cannot_come, list_drop_outs, confirm_shift, list_confirmations],
    tags=["shifts"],
)
