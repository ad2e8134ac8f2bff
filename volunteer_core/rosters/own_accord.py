"""What people do of their own accord with shifts: for whom they act, and what all of it asks. Inner."""

from __future__ import annotations

from volunteer_core.commitments.promises import NotOfTeam
from volunteer_core.database import Facts, Work
from volunteer_core.errors import Conflict, Malformed
from volunteer_core.people.models import Person
from volunteer_core.people.standing import guardian_ids
from volunteer_core.places.models import Site
from volunteer_core.rosters.assigning import ShiftOver
from volunteer_core.rosters.models import Shift, ShiftStatus
from volunteer_core.teams.membership import teams_of
from volunteer_core.teams.models import Programme
from volunteer_core.timespans import civil_date


class ShiftNotPublished(Conflict, code="shift_not_published", sentence="班次没有公布，或已经取消。"):
    """People confirm, offer and take what is published: before it nothing is promised."""


def meant(work: Work, person_id: int | None) -> Person:
    """The person for whom somebody acts: themselves unless they name another."""
    found = work.by.person_id if person_id is None else person_id
    if found is None:
        raise Malformed("person_id", "请写明是哪一位。")
    return work.find(Person, found)


def about(
    work: Work, person: Person, *, programme: Programme | None = None, site: Site | None = None
) -> Facts:
    """The facts of what concerns a person and perhaps a shift: who acts for themselves, a guardian, the
    leaders of their teams and of the programme's, the coordinator of the site, or else of their community.
    """
    today = civil_date(work.now)
    return Facts(
        people=[person.id],
        guardians=guardian_ids(work, person.id, today),
        teams=[programme.team_id if programme else None, *teams_of(work, person.id, today)],
        communities=[site.community_id if site else person.community_id],
    )


def refuse_unless_coming(work: Work, shift: Shift) -> None:
    """Refuses a locked shift that is not published, or has begun."""
    if shift.status is not ShiftStatus.PUBLISHED:
        raise ShiftNotPublished(shift_id=shift.id, status=shift.status.value)
    if shift.starts_at <= work.now:
        raise ShiftOver(shift_id=shift.id)


def refuse_unless_member(work: Work, shift: Shift, programme: Programme, person_id: int) -> None:
    """Refuses whoever does not belong to the programme's team on the day of a shift."""
    if programme.team_id not in teams_of(work, person_id, shift.civil_date):
        raise NotOfTeam(person_id=person_id, team_id=programme.team_id)
