"""Who is of one family, as the office knows it: guardians with their wards, and who shares a phone. Inner."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date

from sqlalchemy import or_, select

from volunteer_core.database import Work
from volunteer_core.people.models import Guardianship, Person


def families(work: Work, people: Iterable[Person], first: date, last: date) -> dict[int, str]:
    """The family of everybody who has one among the people, named by its lowest id."""
    head: dict[int, int] = {}
    by_phone: dict[str, int] = {}

    def top(person_id: int) -> int:
        while head[person_id] != person_id:
            person_id = head[person_id]
        return person_id

    def join(one: int, other: int) -> None:
        low, high = sorted((top(one), top(other)))
        head[high] = low

    for person in sorted(people, key=lambda one: one.id):
        head[person.id] = person.id
        if person.phone:
            join(person.id, by_phone.setdefault(person.phone, person.id))
    own = list(head)
    for pair in work.execute(
        select(Guardianship.ward_id, Guardianship.guardian_id).where(
            or_(Guardianship.ward_id.in_(own), Guardianship.guardian_id.in_(own)),
            Guardianship.valid_from <= last,
            or_(Guardianship.valid_to.is_(None), Guardianship.valid_to >= first),
        )
    ):
        for person_id in pair:  # two wards are of one family also if their guardian does not serve
            head.setdefault(person_id, person_id)
        join(*pair)
    members: dict[int, list[int]] = defaultdict(list)
    for person_id in own:
        members[top(person_id)].append(person_id)
    return {one: str(low) for low, all_ in members.items() if len(all_) > 1 for one in all_}
