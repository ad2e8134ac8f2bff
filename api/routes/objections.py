"""Objections (异议): a volunteer objects to an entry of the ledger, and is answered."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Annotated

import msgspec
from litestar import Router
from litestar.params import JSONBody, QueryParameter

from api.incoming import Body, OptionalQueryId, OptionalQueryText, Paged, PathId, given
from api.operations import act, get, post
from api.work import Opened
from volunteer_core.database import Page
from volunteer_core.hours.objections import answering, filing, listing
from volunteer_core.hours.objections.listing import ObjectionView
from volunteer_core.hours.objections.models import ObjectionState

OBJECTION = ObjectionView(
    id=3,
    entry_id=77,
    person_id=42,
    person="王小敏",
    civil_date=date(2026, 12, 1),
    what="五点学堂",
    community_id=1,
    entry_minutes=45,
    text="当天一直看护到 18:00，签退是后来补签的。",
    filed_by=42,
    filed_at=datetime(2026, 12, 2, 2, tzinfo=UTC),
    due=date(2026, 12, 16),
    overdue=False,
    state=ObjectionState.OPEN,
    corrected_minutes=None,
    answered_by=None,
    answered_at=None,
    answer="",
)
ANSWERED = {"answered_by": 7, "answered_at": datetime(2026, 12, 3, 2, tzinfo=UTC)}
CORRECTED = msgspec.structs.replace(
    OBJECTION, state=ObjectionState.CORRECTED, corrected_minutes=60, answer="已核对签到表", **ANSWERED
)
EXPLAINED = msgspec.structs.replace(
    OBJECTION, state=ObjectionState.EXPLAINED, answer="当天 17:45 已由他人接班", **ANSWERED
)
WITHDRAWN = msgspec.structs.replace(OBJECTION, state=ObjectionState.WITHDRAWN)

InState = Annotated[ObjectionState | None, QueryParameter(name="state")]
"""``state`` in the query: as the name of a parameter Litestar keeps it for itself."""


class FileObjection(Body):
    """What is wrong with the entry."""

    text: str


class CorrectObjected(Body):
    """The minutes there should have been (0 takes the entry back), and why."""

    minutes: int
    reason: str


class ExplainObjected(Body):
    """Why the entry stays as it is, for the person to read."""

    reason: str


@post(
    "/hours/entries/{entry_id:int}/objections",
    operation="hours.objections.file",
    asks=FileObjection(text=OBJECTION.text),
    answers=OBJECTION,
)
def file_objection(opened: Opened, entry_id: PathId, data: JSONBody[FileObjection]) -> ObjectionView:
    """Object to an entry of one's own. It is answered within the office's working days.

    Refused: an entry that stands no more (`already_reversed`), a second objection (`objection_open`).
    """
    with opened.write() as work:
        return filing.file_objection(work, entry_id=entry_id, **given(data))


@get(
    "/hours/entries/{entry_id:int}/objections",
    operation="hours.objections.read",
    answers=Page([CORRECTED], 1, 50, 0),
)
def list_objections_to_entry(opened: Opened, entry_id: PathId, paging: Paged) -> Page[ObjectionView]:
    """List the objections to an entry and to all that stood or stand in its place, latest first."""
    with opened.read() as work:
        return listing.list_objections_to_entry(work, entry_id=entry_id, paging=paging)


@get(
    "/people/{person_id:int}/objections",
    operation="hours.objections.read",
    answers=Page([OBJECTION], 1, 50, 0),
)
def list_own_objections(opened: Opened, person_id: PathId, paging: Paged) -> Page[ObjectionView]:
    """List a person's objections and the answers, latest first."""
    with opened.read() as work:
        return listing.list_own_objections(work, person_id=person_id, paging=paging)


@get("/objections", operation="hours.correct", answers=Page([OBJECTION], 1, 50, 0))
def list_objections(
    opened: Opened,
    paging: Paged,
    in_state: InState = None,
    community_id: OptionalQueryId = None,
    month: OptionalQueryText = None,
) -> Page[ObjectionView]:
    """List the objections one may answer, open ones first, in the order in which they are due.

    The month (2026-11) is the one in which the entry stands.
    """
    with opened.read() as work:
        return listing.list_objections(
            work, state=in_state, community_id=community_id, month=month, paging=paging
        )


@act("/objections/{objection_id:int}/withdraw", operation="hours.objections.file", answers=WITHDRAWN)
def withdraw_objection(opened: Opened, objection_id: PathId) -> ObjectionView:
    """Take an objection back while it waits (`objection_settled`)."""
    with opened.write() as work:
        return filing.withdraw_objection(work, objection_id=objection_id)


@act(
    "/objections/{objection_id:int}/correct",
    operation="hours.correct",
    asks=CorrectObjected(minutes=60, reason=CORRECTED.answer),
    answers=CORRECTED,
)
def correct_objected(opened: Opened, objection_id: PathId, data: JSONBody[CorrectObjected]) -> ObjectionView:
    """Answer an objection by correcting the entry: it is reversed and entered anew, and both stay.

    Refused: one's own, or one's ward's (`own_hours`), what was answered (`objection_settled`), and an
    entry that was corrected by hand meanwhile (`corrected_meanwhile`): that is answered by a reason.
    """
    with opened.write() as work:
        return answering.correct_objected(work, objection_id=objection_id, **given(data))


@act(
    "/objections/{objection_id:int}/explain",
    operation="hours.correct",
    asks=ExplainObjected(reason=EXPLAINED.answer),
    answers=EXPLAINED,
)
def explain_objected(opened: Opened, objection_id: PathId, data: JSONBody[ExplainObjected]) -> ObjectionView:
    """Answer an objection by a reason for which the entry stays as it is."""
    with opened.write() as work:
        return answering.explain_objected(work, objection_id=objection_id, **given(data))


router = Router(
    "/",
    route_handlers=[
        file_objection, list_objections_to_entry, list_own_objections, list_objections,
        withdraw_objection, correct_objected, explain_objected,
    ],
    tags=["objections"],
)  # fmt: skip
