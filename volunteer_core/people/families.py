"""Who is of one family, as far as the office can tell. Inner: asks no rights."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import bindparam, or_, select
from sqlalchemy.orm import aliased

from volunteer_core.database import Work
from volunteer_core.people.models import Guardianship, Person

_OTHER = aliased(Person)
_OF_ONE_PHONE = (
    select(Person.id, _OTHER.id)
    .join(_OTHER, _OTHER.phone == Person.phone)
    .where(Person.id.in_(bindparam("people", expanding=True)), Person.phone != "")
)
_OF_ONE_HOME = select(Guardianship.ward_id, Guardianship.guardian_id).where(
    or_(
        Guardianship.ward_id.in_(bindparam("people", expanding=True)),
        Guardianship.guardian_id.in_(bindparam("people", expanding=True)),
    )
)


def families_of(work: Work, person_ids: Collection[int]) -> dict[int, int]:
    """The family of each person, named by one of them: guardians with their wards, also after the wards
    have come of age, and who shares a phone; each also by way of others."""
    family: dict[int, int] = {}

    def head(one: int) -> int:
        while family.setdefault(one, one) != one:
            one = family[one]
        return one

    known: set[int] = set()
    fresh = set(person_ids)
    while fresh:
        known |= fresh
        facts = {"people": sorted(fresh)}
        ties = [(row[0], row[1]) for tie in (_OF_ONE_PHONE, _OF_ONE_HOME) for row in work.execute(tie, facts)]
        for one, other in ties:
            family[head(one)] = head(other)
        fresh = {person_id for tie in ties for person_id in tie} - known
    named: dict[int, int] = {}
    return {person_id: named.setdefault(head(person_id), person_id) for person_id in sorted(set(person_ids))}
