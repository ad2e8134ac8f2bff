"""Star levels: a person's, who reached which, and what the street office decides in a review."""

from __future__ import annotations

from datetime import UTC, date, datetime

from litestar import Router
from litestar.params import FromQuery, JSONBody

from api.incoming import Body, OptionalQueryId, Paged, PathId, given
from api.operations import act, get
from api.work import Opened
from volunteer_core.database import Page
from volunteer_core.hours.recognitions import listing, reviewing
from volunteer_core.hours.recognitions.listing import RecognitionView
from volunteer_core.hours.recognitions.models import RecognitionState

RECOGNITION = RecognitionView(
    id=3,
    person_id=42,
    name="王小敏",
    community_id=1,
    level=2,
    hours=300,
    reached_on=date(2026, 11, 20),
    recorded_at=datetime(2026, 11, 20, 10, 5, tzinfo=UTC),
    state=RecognitionState.REACHED,
    review_since=None,
    reason="",
)


class DecideRecognition(Body):
    """Why it is decided so."""

    reason: str


@get("/people/{person_id:int}/recognitions", operation="hours.recognitions.read", answers=[RECOGNITION])
def list_recognitions_of_person(opened: Opened, person_id: PathId) -> list[RecognitionView]:
    """List a person's star levels, lowest first; withdrawn ones too."""
    with opened.read() as work:
        return listing.list_recognitions_of(work, person_id=person_id)


@get("/recognitions", operation="hours.recognitions.read", answers=Page([RECOGNITION], 1, 50, 0))
def list_recognitions(
    opened: Opened,
    paging: Paged,
    first: FromQuery[date | None] = None,
    last: FromQuery[date | None] = None,
    community_id: OptionalQueryId = None,
    level: OptionalQueryId = None,
    in_state: FromQuery[RecognitionState | None] = None,
) -> Page[RecognitionView]:
    """List who reached which star level between two dates, both included, for recognition.

    The street office sees everybody, coordinators the people of their communities, all others their own.
    `in_state=to_review` are those whose hours a correction has taken below the level. Withdrawn ones are
    left out unless asked for.
    """
    with opened.read() as work:
        return listing.list_recognitions(
            work,
            first=first,
            last=last,
            community_id=community_id,
            level=level,
            in_state=in_state,
            paging=paging,
        )


@act(
    "/recognitions/{recognition_id:int}/confirm",
    operation="hours.recognitions.settle",
    asks=DecideRecognition(reason="差额来自登记错误，予以保留"),
    answers=RECOGNITION,
)
def confirm_recognition(
    opened: Opened, recognition_id: PathId, data: JSONBody[DecideRecognition]
) -> RecognitionView:
    """Let a star level stay although the hours are below it now.

    Refused: one that is not to be reviewed (`not_to_review`).
    """
    with opened.write() as work:
        return reviewing.confirm_recognition(work, recognition_id=recognition_id, **given(data))


@act(
    "/recognitions/{recognition_id:int}/withdraw",
    operation="hours.recognitions.settle",
    asks=DecideRecognition(reason="时长系重复登记"),
    answers=RECOGNITION,
)
def withdraw_recognition(
    opened: Opened, recognition_id: PathId, data: JSONBody[DecideRecognition]
) -> RecognitionView:
    """Withdraw a star level that the hours do not reach any more.

    Refused: one that is not to be reviewed (`not_to_review`).
    """
    with opened.write() as work:
        return reviewing.withdraw_recognition(work, recognition_id=recognition_id, **given(data))


router = Router(
    "/",
    route_handlers=[
        list_recognitions_of_person,
        list_recognitions,
        confirm_recognition,
        withdraw_recognition,
    ],
    tags=["recognitions"],
)
