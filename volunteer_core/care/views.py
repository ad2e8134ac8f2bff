"""What goes out of a session: to its staff, its coordinator, and a guardian about their own child."""

from __future__ import annotations

from datetime import date, datetime

import msgspec


class SessionView(msgspec.Struct, frozen=True):
    """A session, without children. Instants are UTC; the date is the office's."""

    id: int
    programme_id: int
    site_id: int
    civil_date: date
    starts_at: datetime
    ends_at: datetime
    called_off_at: datetime | None


class PickupPerson(msgspec.Struct, frozen=True):
    """Somebody a child may be handed over to on the day."""

    authorisation_id: int
    person_id: int
    name: str
    relation: str
    phone: str
    """Masked."""


class ChildAtSession(msgspec.Struct, frozen=True):
    """A child that is expected or has come, and who may take it home."""

    child_id: int
    name: str
    arrived_at: datetime | None
    handed_over_at: datetime | None
    pickups: list[PickupPerson]


class AdultOnDuty(msgspec.Struct, frozen=True):
    """An adult of the staff. ``lead``: qualified to lead a session."""

    person_id: int
    name: str
    lead: bool


class SessionDetail(msgspec.Struct, frozen=True):
    """A session as its staff and its coordinator see it."""

    session: SessionView
    children: list[ChildAtSession]
    expected: int
    present: int
    """Children who have arrived and were not handed over."""
    adults: list[AdultOnDuty]
    """Minors who help are on duty, but not counted."""
    adults_needed_by_expected: int
    """What the day was planned with."""
    adults_needed_by_present: int
    """What holds while the session runs: two at least, even before the first child comes."""
    short_of_adults: int
    """Adults missing: by the children expected until the first one comes, then by those present."""
    leads_missing: int


class ChildToday(msgspec.Struct, frozen=True):
    """A guardian's own child on a day. No session: it has not been opened yet."""

    child_id: int
    name: str
    programme_id: int
    site_id: int
    session_id: int | None
    starts_at: datetime | None
    ends_at: datetime | None
    called_off_at: datetime | None
    arrived_at: datetime | None
    handed_over_at: datetime | None
    authorisation_id: int | None
    """With whom it went home."""
