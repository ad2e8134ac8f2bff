"""What a programme asks of its shifts beyond numbers, and who serves together or apart."""

from __future__ import annotations

from litestar import Router
from litestar.params import JSONBody

from api.incoming import Body, Id, Paged, PathId, given
from api.operations import act, get, post, put
from api.work import Opened
from volunteer_core.database import Page
from volunteer_core.rosters import pairs, rules
from volunteer_core.rosters.models import PairKind
from volunteer_core.rosters.pairs import PairView
from volunteer_core.rosters.rules import Rules

RULES = Rules(qualification="first_aid", min_age=18, newcomer_shifts=3, most_of_family=2)
PAIR = PairView(
    id=6,
    programme_id=1,
    person_id=42,
    name="王小敏",
    other_id=57,
    other_name="李强",
    kind=PairKind.TOGETHER,
)


class SetRules(Body):
    """All rules of a programme; what is not given is as by default."""

    lead_qualification: str = "trained_lead"
    qualification: str | None = None
    min_age: int | None = None
    max_age: int | None = None
    newcomer_shifts: int = 0
    most_of_family: int | None = None
    never_alone: bool = False
    self_service: bool = True
    swaps_need_approval: bool = False
    swap_hours: int = 2
    asks_confirmation: bool = False


class SetPair(Body):
    """Two people, and whether they serve together or apart."""

    person_id: Id
    other_id: Id
    kind: PairKind


@get("/programmes/{programme_id:int}/roster-rules", operation="rosters.read", answers=RULES)
def read_roster_rules(opened: Opened, programme_id: PathId) -> Rules:
    """Read what a programme asks of its shifts; without rules of its own these are the defaults."""
    with opened.read() as work:
        return rules.read_rules(work, programme_id=programme_id)


@put(
    "/programmes/{programme_id:int}/roster-rules",
    operation="rosters.rules",
    asks=SetRules(qualification="first_aid", min_age=18, newcomer_shifts=3, most_of_family=2),
    answers=RULES,
)
def set_roster_rules(opened: Opened, programme_id: PathId, data: JSONBody[SetRules]) -> Rules:
    """Lay down all rules of a programme at once. Who is on a shift already stays there.

    Refused: a largest age below the smallest, numbers out of range.
    """
    with opened.write() as work:
        return rules.set_rules(work, programme_id=programme_id, **given(data))


@get(
    "/programmes/{programme_id:int}/pairs",
    operation="rosters.rules",
    answers=Page([PAIR], 1, 50, 0),
)
def list_pairs(opened: Opened, programme_id: PathId, paging: Paged) -> Page[PairView]:
    """List who serves together or apart in a programme."""
    with opened.read() as work:
        return pairs.list_pairs(work, programme_id=programme_id, paging=paging)


@post(
    "/programmes/{programme_id:int}/pairs",
    operation="rosters.rules",
    asks=SetPair(person_id=42, other_id=57, kind=PairKind.TOGETHER),
    answers=PAIR,
)
def set_pair(opened: Opened, programme_id: PathId, data: JSONBody[SetPair]) -> PairView:
    """Lay down that two people serve on the same shifts or on none, or never on one.

    Refused: what contradicts another pair, also by way of third people (`pair_contradicts`), and who
    is in none of the leader's teams (`not_of_team`).
    """
    with opened.write() as work:
        return pairs.set_pair(work, programme_id=programme_id, **given(data))


@act("/programmes/{programme_id:int}/pairs/{pair_id:int}/remove", operation="rosters.rules")
def remove_pair(opened: Opened, programme_id: PathId, pair_id: PathId) -> None:
    """Remove a pair: both serve as they like again."""
    with opened.write() as work:
        pairs.remove_pair(work, programme_id=programme_id, pair_id=pair_id)


router = Router(
    "/",
    route_handlers=[read_roster_rules, set_roster_rules, list_pairs, set_pair, remove_pair],
    tags=["rosters"],
)
