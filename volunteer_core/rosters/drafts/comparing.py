"""Several drafts side by side: what each costs, and where they differ."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from volunteer_core.database import Work
from volunteer_core.errors import Malformed
from volunteer_core.rosters.drafts.keeping import PLANNED, DraftNotReady, find_draft, summary
from volunteer_core.rosters.drafts.models import Draft
from volunteer_core.rosters.drafts.showing import Shown
from volunteer_core.rosters.drafts.views import DraftSummary, Load, SoftParts

MOST = 5


class OnlyHere(msgspec.Struct, frozen=True):
    """A draft and the names of those whom not every other draft puts on the shift."""

    draft_id: int
    names: list[str]


class Difference(msgspec.Struct, frozen=True):
    """A shift on which drafts put different people."""

    shift_id: int
    when: str
    only: list[OnlyHere]


class Compared(msgspec.Struct, frozen=True):
    """A draft among those compared."""

    draft: DraftSummary
    parts: SoftParts
    uncovered: int
    unused: int
    loads: list[Load]


class Comparison(msgspec.Struct, frozen=True):
    """Drafts in the order they were asked for, and the shifts on which they differ, by time. Shifts that are
    not in all of them are not compared; ``same`` counts those on which all agree."""

    drafts: list[Compared]
    differences: list[Difference]
    same: int


def compare_drafts(work: Work, *, ids: Sequence[int]) -> Comparison:
    """Two to five planned drafts of one programme, side by side."""
    if not 2 <= len(set(ids)) == len(ids) <= MOST:
        raise Malformed("ids", f"应是 2 至 {MOST} 份不同的草稿。")
    drafts = [find_draft(work, draft_id)[0] for draft_id in ids]
    for draft in drafts:
        if draft.status not in PLANNED:
            raise DraftNotReady(draft_id=draft.id, status=draft.status.value)
    if len({draft.programme_id for draft in drafts}) > 1:
        raise Malformed("ids", "应属于同一个项目。")
    shown = [Shown(work, draft) for draft in drafts]
    common = [shift_id for shift_id in shown[0].shifts if all(shift_id in one.shifts for one in shown)]
    found = [_difference(drafts, shown, shift_id) for shift_id in common]
    differences = [one for one in found if one is not None]
    return Comparison(
        [
            Compared(
                summary(draft),
                one.result.parts,
                len(one.result.explanations),
                one.result.unused,
                one.loads(),
            )
            for draft, one in zip(drafts, shown, strict=True)
        ],
        differences,
        len(common) - len(differences),
    )


def _difference(drafts: Sequence[Draft], shown: Sequence[Shown], shift_id: int) -> Difference | None:
    people = [{place.person_id for place in one.by_shift[shift_id]} for one in shown]
    everywhere = set.intersection(*people)
    if all(there == everywhere for there in people):
        return None
    only = [
        OnlyHere(draft.id, [one.name(person_id) for person_id in sorted(there - everywhere)])
        for draft, one, there in zip(drafts, shown, people, strict=True)
    ]
    return Difference(shift_id, shown[0].when(shift_id), only)
