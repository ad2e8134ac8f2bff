"""Who is of one family, as far as the office can tell. Inner: asks no rights."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import bindparam, or_, select

from volunteer_core.database import Work
from volunteer_core.people.models import Guardianship, Person

_PHONES = select(Person.id, Person.phone).where(
    Person.id.in_(bindparam("people", expanding=True)), Person.phone != ""
)
_TIES = select(Guardianship.ward_id, Guardianship.guardian_id).where(
    or_(
        Guardianship.ward_id.in_(bindparam("people", expanding=True)),
        Guardianship.guardian_id.in_(bindparam("people", expanding=True)),
    )
)


def families_of(work: Work, person_ids: Collection[int]) -> dict[int, int]:
    """The family of each person, named by one of its members: guardians with their wards, also after
    the wards have come of age, and who shares a phone."""
    facts = {"people": list(person_ids)}
    family: dict[int | str, int | str] = {}

    def head(one: int | str) -> int | str:
        while family.setdefault(one, one) != one:
            one = family[one]
        return one

    for row in (*work.execute(_TIES, facts), *work.execute(_PHONES, facts)):
        family[head(row[0])] = head(row[1])
    by_head: dict[int | str, int] = {}
    return {
        person_id: by_head.setdefault(head(person_id), person_id) for person_id in sorted(set(person_ids))
    }
