"""Minors and their guardians to test with, beside the lecture."""

from __future__ import annotations

from datetime import date

from tests.events.lecture import Lecture
from volunteer_core.events.consents import give_consent
from volunteer_core.people.registry import register
from volunteer_core.people.vouching import ConsentView, link_guardian
from volunteer_core.permissions import Actor

TWELVE, SIXTEEN = date(2014, 3, 1), date(2010, 3, 1)
"""Born so that they are that old at the lecture."""
YEAR = {"valid_from": date(2026, 9, 1), "valid_to": date(2027, 6, 30)}


def minor(lecture: Lecture, *, born: date = SIXTEEN, name: str = "符小满") -> tuple[int, int]:
    """A young volunteer and their mother."""
    with lecture.write() as work:
        ward = register(work, name=name, birth_date=born, community_id=lecture.community).id
    mother = lecture.newcomer()
    with lecture.write() as work:
        link_guardian(work, ward_id=ward, guardian_id=mother, relation="母亲", valid_from=YEAR["valid_from"])
    return ward, mother


def consent(lecture: Lecture, ward: int, guardian: int, *, event: int | None = None) -> ConsentView:
    """The guardian consents: to one event, or standing."""
    with lecture.write(Actor.person(guardian)) as work:
        days = {} if event else YEAR
        return give_consent(work, ward_id=ward, guardian_id=guardian, event_id=event, **days)


def consented_minor(lecture: Lecture, *, born: date = SIXTEEN, name: str = "符小满") -> int:
    """A young volunteer with a standing consent."""
    ward, mother = minor(lecture, born=born, name=name)
    consent(lecture, ward, mother)
    return ward
