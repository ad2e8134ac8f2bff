"""What goes out of certificates."""

from __future__ import annotations

from datetime import date, datetime

import msgspec


class Activity(msgspec.Struct, frozen=True):
    """An activity on a certificate: its day, what and where it was, and minutes of presence."""

    day: date
    what: str
    place: str
    """Empty where it is not said."""
    minutes: int


class Contents(msgspec.Struct, frozen=True):
    """All that a certificate says (民政部令67号 Art 15), in the form that is kept. It never changes."""

    number: str
    code: str
    recording_body: str
    name: str
    """The person's, as it was when the certificate was issued."""
    id_number: str
    """Masked, or empty where the person did not want it."""
    first: date
    last: date
    activities: list[Activity]
    minutes: int
    hours: str
    """The total with one decimal, rounded down."""
    trainings: list[Activity]
    """Apart: training is no service, and not in the total."""
    head: str
    contact: str
    issued_on: date
    address: str
    """Of the public page that confirms it; empty if the office had none."""


class CertificateRow(msgspec.Struct, frozen=True):
    """A certificate in a list of a person's."""

    id: int
    number: str
    recording_body: str
    first_day: date
    last_day: date
    minutes: int
    spelled_out: bool
    """Whether it says what was done for discreet teams: only the person and their guardians open it."""
    issued_on: date
    revoked_at: datetime | None


class CertificateView(msgspec.Struct, frozen=True):
    """A certificate: what it says, which never changes, and how it stands."""

    id: int
    person_id: int
    contents: Contents
    open_minutes: int
    """Service of the period that it leaves out, because the months had not been closed."""
    spelled_out: bool
    issued_at: datetime
    issued_by: int | None
    revoked_at: datetime | None
    revoked_by: int | None
    revoke_reason: str


class Confirmation(msgspec.Struct, frozen=True):
    """What anybody who has the paper is told of it: nothing of the person."""

    number: str
    recording_body: str
    hours: str
    """The total with one decimal, rounded down."""
    issued_on: date
    revoked_on: date | None
