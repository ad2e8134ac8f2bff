"""Two people who serve together or apart in a programme."""

from __future__ import annotations

import msgspec
from sqlalchemy import bindparam, select
from sqlalchemy.orm import aliased

from volunteer_core.commitments.promises import NotOfTeam
from volunteer_core.database import Page, Paging, Work
from volunteer_core.errors import Conflict, Malformed, NotFound
from volunteer_core.people.models import Person
from volunteer_core.rosters.models import PairKind, PairRule
from volunteer_core.rosters.pairing import Pair, think_through
from volunteer_core.teams.membership import teams_of
from volunteer_core.teams.models import Programme
from volunteer_core.timespans import civil_date


class PairContradicts(
    Conflict, code="pair_contradicts", sentence="与已有的同班或不同班规定矛盾，请先取消原有规定。"
):
    """Nobody is to serve together with and apart from another, nor by way of third people."""


class PairView(msgspec.Struct, frozen=True):
    """A pair, with full names: for those who make the roster."""

    id: int
    programme_id: int
    person_id: int
    name: str
    other_id: int
    other_name: str
    kind: PairKind


def set_pair(work: Work, *, programme_id: int, person_id: int, other_id: int, kind: PairKind) -> PairView:
    """Lays down that two people serve on the same shifts of a programme or on none, or never on one.

    The same again changes nothing. Leaders pair members of their teams, the office anybody. Refuses
    (:class:`PairContradicts`) what contradicts another pair, also by way of third people: the other
    kind for the same two is laid down after the first was removed.
    """
    programme = work.lock(Programme, programme_id)
    work.demand("rosters.rules", teams=[programme.team_id])
    if person_id == other_id:
        raise Malformed("other_id", "请选择两个不同的人。")
    today = civil_date(work.now)
    for one in (person_id, other_id):
        if not work.may("rosters.rules", teams=teams_of(work, one, today)):
            raise NotOfTeam(person_id=one)
    first, second = sorted((work.find(Person, person_id).id, work.find(Person, other_id).id))
    known = pairs_of(work, programme.id)
    if (first, second, kind) not in known:
        if think_through([*known, (first, second, kind)]).contradicts:
            raise PairContradicts(person_id=person_id, other_id=other_id)
        work.add(PairRule(programme_id=programme.id, person_id=first, other_id=second, kind=kind))
        work.flush()
    return work.views(
        PairView,
        _PAIRS.where(
            PairRule.programme_id == programme.id,
            PairRule.person_id == first,
            PairRule.other_id == second,
        ),
    )[0]


def remove_pair(work: Work, *, programme_id: int, pair_id: int) -> None:
    """Two people serve as they like again; the audit log keeps what was laid down."""
    programme = work.lock(Programme, programme_id)
    work.demand("rosters.rules", teams=[programme.team_id])
    row = work.lock(PairRule, pair_id)
    if row.programme_id != programme.id:
        raise NotFound("pair_rules", pair_id)
    work.delete(row)
    work.flush()


def list_pairs(work: Work, *, programme_id: int, paging: Paging = Paging()) -> Page[PairView]:
    """The pairs of a programme, for those who make its roster."""
    programme = work.find(Programme, programme_id)
    work.demand("rosters.rules", teams=[programme.team_id])
    statement = _PAIRS.where(PairRule.programme_id == programme.id).order_by(PairRule.id)
    return work.page(PairView, statement, paging)


_ONE, _OTHER = aliased(Person), aliased(Person)
_PAIRS = (
    select(
        PairRule.id,
        PairRule.programme_id,
        PairRule.person_id,
        _ONE.name,
        PairRule.other_id,
        _OTHER.name.label("other_name"),
        PairRule.kind,
    )
    .join(_ONE, _ONE.id == PairRule.person_id)
    .join(_OTHER, _OTHER.id == PairRule.other_id)
)
_OF_PROGRAMME = select(PairRule.person_id, PairRule.other_id, PairRule.kind).where(
    PairRule.programme_id == bindparam("programme_id")
)


def pairs_of(work: Work, programme_id: int) -> list[Pair]:
    """The pairs of a programme, the lower id first. Inner."""
    return [(row[0], row[1], row[2]) for row in work.execute(_OF_PROGRAMME, {"programme_id": programme_id})]
