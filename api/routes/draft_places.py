"""Moving people in a draft by hand, and locking their places."""

from __future__ import annotations

from litestar import Router
from litestar.params import JSONBody

from api.incoming import Body, Id, PathId, given
from api.operations import act
from api.routes.drafts import READY
from api.work import Opened
from volunteer_core.rosters.drafts import editing
from volunteer_core.rosters.drafts.views import DraftSummary


class PlacePeople(Body):
    """One person, or several who serve only together."""

    person_ids: list[Id]


@act(
    "/drafts/{draft_id:int}/shifts/{shift_id:int}/put",
    operation="rosters.plan",
    asks=PlacePeople(person_ids=[42]),
    answers=READY,
)
def put_in_draft(
    opened: Opened, draft_id: PathId, shift_id: PathId, data: JSONBody[PlacePeople]
) -> DraftSummary:
    """Put people on a shift of a draft. Refused, with the reason, against a rule (`not_possible`)."""
    with opened.write() as work:
        return editing.put_in_draft(work, draft_id=draft_id, shift_id=shift_id, **given(data))


@act(
    "/drafts/{draft_id:int}/shifts/{shift_id:int}/take-out",
    operation="rosters.plan",
    asks=PlacePeople(person_ids=[42]),
    answers=READY,
)
def take_out_of_draft(
    opened: Opened, draft_id: PathId, shift_id: PathId, data: JSONBody[PlacePeople]
) -> DraftSummary:
    """Take people off a shift of a draft. Refused: locked places, and who would be left against a rule."""
    with opened.write() as work:
        return editing.take_out_of_draft(work, draft_id=draft_id, shift_id=shift_id, **given(data))


@act(
    "/drafts/{draft_id:int}/shifts/{shift_id:int}/people/{person_id:int}/lock",
    operation="rosters.plan",
    answers=READY,
)
def lock_draft_place(opened: Opened, draft_id: PathId, shift_id: PathId, person_id: PathId) -> DraftSummary:
    """Have a place stay when the draft is planned again."""
    with opened.write() as work:
        return editing.lock_place(work, draft_id=draft_id, shift_id=shift_id, person_id=person_id)


@act(
    "/drafts/{draft_id:int}/shifts/{shift_id:int}/people/{person_id:int}/unlock",
    operation="rosters.plan",
    answers=READY,
)
def unlock_draft_place(opened: Opened, draft_id: PathId, shift_id: PathId, person_id: PathId) -> DraftSummary:
    """Leave a place to the planner again."""
    with opened.write() as work:
        return editing.unlock_place(work, draft_id=draft_id, shift_id=shift_id, person_id=person_id)


router = Router(
    "/",
    route_handlers=[put_in_draft, take_out_of_draft, lock_draft_place, unlock_draft_place],
    tags=["drafts"],
)
