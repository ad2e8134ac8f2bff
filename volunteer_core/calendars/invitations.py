"""One promise as an invitation to send on (RFC 5546): a request while it stands, a cancellation after."""

from __future__ import annotations

from enum import StrEnum
from uuid import NAMESPACE_OID, UUID, uuid5

import msgspec

from volunteer_core.calendars.contents import Standing, commitment_entry
from volunteer_core.calendars.pages import entry_pages
from volunteer_core.calendars.rendering import render_invitation
from volunteer_core.commitments.models import Commitment
from volunteer_core.database import Work
from volunteer_core.errors import Conflict
from volunteer_core.office.settings import settings_on
from volunteer_core.people.masking import masked_name
from volunteer_core.people.models import Person
from volunteer_core.people.standing import guardian_ids
from volunteer_core.places.models import Site
from volunteer_core.timespans import civil_date


class NeverPublished(Conflict, code="never_published", sentence="这一安排尚未公布，不能发送日程邀请。"):
    """What is only held in a draft is not promised: nobody is told of it."""


class Method(StrEnum):
    """What the invitation asks of a calendar."""

    REQUEST = "REQUEST"
    CANCEL = "CANCEL"


class Invitation(msgspec.Struct, frozen=True):
    """An .ics to attach to a mail or a chat message."""

    method: Method
    body: bytes


def invitation(work: Work, *, commitment_id: int) -> Invitation:
    """What a person has promised, as an invitation with the UID and SEQUENCE of their feed.

    For the person, a guardian, and who leads or coordinates it. Organiser and attendee are named by
    random-looking URNs and the name is masked, for a chat attachment is passed on; the attendee's is of
    this promise alone, so that nobody finds out who it is by trying codes, or what else they promised.
    Refuses what was never published (:class:`NeverPublished`).
    """
    row = work.find(Commitment, commitment_id)
    person, site = work.find(Person, row.person_id), work.find(Site, row.site_id)
    today = civil_date(work.now)
    work.demand(
        "calendars.invite",
        people=[person.id],
        guardians=guardian_ids(work, person.id, today),
        teams=[row.team_id],
        communities=[site.community_id],
    )
    entry = commitment_entry(work, row.id)
    if entry is None:
        raise NeverPublished(commitment_id=row.id)
    method = Method.CANCEL if entry.standing is Standing.CANCELLED else Method.REQUEST
    body = render_invitation(
        method.value,
        entry,
        organiser=(settings_on(work, today).office_name, f"urn:uuid:{uuid5(NAMESPACE_OID, 'office')}"),
        attendee=(masked_name(person.name), f"urn:uuid:{uuid5(UUID(row.uid), 'attendee')}"),
        sent_at=work.now,
        entry_pages=entry_pages(work),
    )
    return Invitation(method, body)
