"""What people who come are told: what to bring, whom to call. Inner: pure checks of what is typed."""

from __future__ import annotations

from typing import NamedTuple

from volunteer_core import texts
from volunteer_core.people.masking import checked_phone
from volunteer_core.teams.models import Advised

LONGEST_BRING = 500
LONGEST_CONTACT = 60


class Advice(NamedTuple):
    """Each may be empty."""

    bring: str
    contact: str
    contact_phone: str


def checked_advice(bring: str, contact: str, contact_phone: str) -> Advice:
    """Refuses texts that are no line or too long, and a phone that is none."""
    return Advice(
        texts.line("bring", bring, longest=LONGEST_BRING, empty=True),
        texts.line("contact", contact, longest=LONGEST_CONTACT, empty=True),
        checked_phone(contact_phone, field="contact_phone"),
    )


def changed_advice(row: Advised, bring: str | None, contact: str | None, contact_phone: str | None) -> Advice:
    """What a row is to say; what is not given stays. Refuses what :func:`checked_advice` does."""
    return checked_advice(
        row.bring if bring is None else bring,
        row.contact if contact is None else contact,
        row.contact_phone if contact_phone is None else contact_phone,
    )


def give_advice(row: Advised, advice: Advice) -> None:
    """Has a row say it."""
    row.bring, row.contact, row.contact_phone = advice
