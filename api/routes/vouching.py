"""What others vouch for about a person, a guardian's consent, and leave."""

from __future__ import annotations

from datetime import UTC, date, datetime

from litestar import Router
from litestar.params import JSONBody

from api.incoming import Body, Id, Paged, PathId, given
from api.operations import act, get, post
from api.work import Opened
from volunteer_core.database import Page
from volunteer_core.events import consents
from volunteer_core.events.consents import WithdrawnConsent
from volunteer_core.people import vouching
from volunteer_core.people.models import CheckResult, LeaveKind
from volunteer_core.people.vouching import ConsentView, LeaveView

CONSENT = ConsentView(
    id=5,
    ward_id=42,
    guardian_id=41,
    valid_from=date(2026, 9, 1),
    valid_to=date(2027, 8, 31),
    given_at=datetime(2026, 9, 1, 2, 0, tzinfo=UTC),
    withdrawn_at=None,
)
WITHDRAWN = WithdrawnConsent(
    id=5,
    ward_id=42,
    guardian_id=41,
    valid_from=date(2026, 9, 1),
    valid_to=date(2027, 8, 31),
    given_at=datetime(2026, 9, 1, 2, 0, tzinfo=UTC),
    withdrawn_at=datetime(2026, 11, 27, 4, 0, tzinfo=UTC),
    cancelled_signups=[9],
)
LEAVE = LeaveView(
    id=8,
    person_id=42,
    first_day=date(2026, 12, 14),
    last_day=date(2026, 12, 18),
    withdrawn_at=None,
)


class Qualify(Body):
    """A qualification; without an end it counts for good."""

    kind: str
    valid_from: date
    expires_on: date | None = None


class RecordCheck(Body):
    """When a record check was made and what it said; nothing else is kept."""

    checked_on: date
    result: CheckResult


class LinkGuardian(Body):
    """Who answers for the person, as what, and in which time."""

    guardian_id: Id
    relation: str
    valid_from: date
    valid_to: date | None = None


class GiveConsent(Body):
    """Which guardian consents, and to what: one event, or all on some days, of which both belong to them."""

    guardian_id: Id
    valid_from: date | None = None
    valid_to: date | None = None
    event_id: Id | None = None


class TakeLeave(Body):
    """Days of leave; both belong to it. Its kind and reason are never shown to others."""

    first_day: date
    last_day: date
    kind: LeaveKind = LeaveKind.PERSONAL
    reason: str = ""


@act(
    "/people/{person_id:int}/qualifications",
    operation="people.vouch",
    asks=Qualify(kind="trained_lead", valid_from=date(2026, 9, 1), expires_on=date(2027, 8, 31)),
)
def qualify_person(opened: Opened, person_id: PathId, data: JSONBody[Qualify]) -> None:
    """Record what a person is qualified for; the same kind again renews it."""
    with opened.write() as work:
        vouching.qualify(work, person_id=person_id, **given(data))


@act(
    "/people/{person_id:int}/record-checks",
    operation="people.vouch",
    asks=RecordCheck(checked_on=date(2026, 9, 2), result=CheckResult.CLEAR),
)
def record_check(opened: Opened, person_id: PathId, data: JSONBody[RecordCheck]) -> None:
    """Record that a record check was made: its date and its result."""
    with opened.write() as work:
        vouching.record_check(work, person_id=person_id, **given(data))


@act(
    "/people/{ward_id:int}/guardians",
    operation="people.guardians",
    asks=LinkGuardian(guardian_id=41, relation="母亲", valid_from=date(2026, 9, 1)),
)
def link_guardian(opened: Opened, ward_id: PathId, data: JSONBody[LinkGuardian]) -> None:
    """Record who answers for a minor; the same guardian again corrects it.

    Refused: a guardian who is a minor, or the person themselves (`guardian_unfit`).
    """
    with opened.write() as work:
        vouching.link_guardian(work, ward_id=ward_id, **given(data))


@get("/people/{ward_id:int}/consents", operation="people.consent", answers=Page([CONSENT], 1, 50, 0))
def list_consents(opened: Opened, ward_id: PathId, paging: Paged) -> Page[ConsentView]:
    """List the consents for a minor, latest first, withdrawn ones too."""
    with opened.read() as work:
        return vouching.list_consents(work, ward_id=ward_id, paging=paging)


@post(
    "/people/{ward_id:int}/consents",
    operation="people.consent",
    asks=GiveConsent(guardian_id=41, valid_from=date(2026, 9, 1), valid_to=date(2027, 8, 31)),
    answers=CONSENT,
)
def give_consent(opened: Opened, ward_id: PathId, data: JSONBody[GiveConsent]) -> ConsentView:
    """Consent that a minor serves: between two dates, of 400 days at most, or at one event.

    The guardian does so themselves; a coordinator records what was signed on paper.
    """
    with opened.write() as work:
        return consents.give_consent(work, ward_id=ward_id, **given(data))


@act("/consents/{consent_id:int}/withdraw", operation="people.consent", answers=WITHDRAWN)
def withdraw_consent(opened: Opened, consent_id: PathId) -> WithdrawnConsent:
    """Withdraw a consent: any guardian of the minor may, at any time.

    Sign-ups to serve that nothing else covers are cancelled at once, and their seats go to the next in
    line; those who organise are told.
    """
    with opened.write() as work:
        return consents.withdraw_consent(work, consent_id=consent_id)


@get("/people/{person_id:int}/leave", operation="people.leave", answers=Page([LEAVE], 1, 50, 0))
def list_leave(opened: Opened, person_id: PathId, paging: Paged) -> Page[LeaveView]:
    """List a person's leave, latest first, withdrawn ones too."""
    with opened.read() as work:
        return vouching.list_leave(work, person_id=person_id, paging=paging)


@post(
    "/people/{person_id:int}/leave",
    operation="people.leave",
    asks=TakeLeave(first_day=date(2026, 12, 14), last_day=date(2026, 12, 18), reason="出差"),
    answers=LEAVE,
)
def take_leave(opened: Opened, person_id: PathId, data: JSONBody[TakeLeave]) -> LeaveView:
    """Take leave from one day to another, both included; its weeks are excused."""
    with opened.write() as work:
        return vouching.take_leave(work, person_id=person_id, **given(data))


@act("/leave/{leave_id:int}/withdraw", operation="people.leave", answers=LEAVE)
def withdraw_leave(opened: Opened, leave_id: PathId) -> LeaveView:
    """Withdraw a leave: the person serves after all."""
    with opened.write() as work:
        return vouching.withdraw_leave(work, leave_id=leave_id)


router = Router(
    "/",
    route_handlers=[
        qualify_person, record_check, link_guardian, list_consents, give_consent, withdraw_consent,
        list_leave, take_leave, withdraw_leave,
    ],
    tags=["people"],
)  # fmt: skip
