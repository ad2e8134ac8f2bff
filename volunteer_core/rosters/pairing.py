"""What pairs of people mean for everybody: who belongs together, who is kept from whom. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import chain

import msgspec

from volunteer_core.rosters.models import PairKind

Pair = tuple[int, int, PairKind]
_NOBODY: frozenset[int] = frozenset()


class Pairing(msgspec.Struct, frozen=True):
    """The pairs of a programme, thought through: A with B and B with C is A with C, and who is kept
    from one of them is kept from all."""

    together: Mapping[int, frozenset[int]]
    """By person: who serves with them, themselves included."""
    apart: Mapping[int, frozenset[int]]
    """By person: who never serves with them."""

    @property
    def contradicts(self) -> bool:
        """Whether somebody is kept apart from themselves or from whom they belong to."""
        return any(person in others for person, others in self.apart.items())

    def partners(self, person_id: int) -> frozenset[int]:
        return self.together.get(person_id, _NOBODY) - {person_id}

    def kept_from(self, person_id: int) -> frozenset[int]:
        return self.apart.get(person_id, _NOBODY)


def think_through(pairs: Iterable[Pair]) -> Pairing:
    """What some pairs mean for everybody in them."""
    known = list(pairs)
    group = {person: {person} for person in chain.from_iterable(pair[:2] for pair in known)}
    for one, other, kind in known:
        if kind is PairKind.TOGETHER and group[one] is not group[other]:
            group[one] |= group[other]
            for person in group[other]:
                group[person] = group[one]
    apart: dict[int, set[int]] = {}
    for one, other, kind in known:
        if kind is PairKind.APART:
            for mine, theirs in ((one, other), (other, one)):
                for person in group[mine]:
                    apart.setdefault(person, set()).update(group[theirs])
    return Pairing(
        {person: frozenset(members) for person, members in group.items()},
        {person: frozenset(others) for person, others in apart.items()},
    )
