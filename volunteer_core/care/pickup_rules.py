"""Who may take a child home (rule 7 of DESIGN.md): one rule for the list and the hand-over. Inner."""

from __future__ import annotations

from datetime import date

from volunteer_core.care.models import PickupAuthorisation
from volunteer_core.errors import RuleBroken
from volunteer_core.timespans import age_on


class PickupRefused(RuleBroken, code="pickup_refused", sentence="此人不能接走这名儿童。"):
    """A child leaves only with an adult on its list, within the dates of the authorisation."""


class PickupNotListed(PickupRefused, code="pickup_not_listed", sentence="此人不在这名儿童的接送名单上。"):
    """The authorisation is for another child."""


class PickupWithdrawn(PickupRefused, code="pickup_withdrawn", sentence="这项接送授权已撤回。"):
    """A withdrawn authorisation counts no more."""


class PickupOutOfDates(PickupRefused, code="pickup_out_of_dates", sentence="这项接送授权在当天无效。"):
    """An authorisation counts from its first to its last day, both included."""


class PickupNotAdult(
    PickupRefused, code="pickup_not_adult", sentence="接送人当天须年满 18 岁，并已登记出生日期。"
):
    """Who takes a child home is known to be an adult."""


def why_not(
    authorisation: PickupAuthorisation, *, child_id: int, born: date | None, day: date
) -> PickupRefused | None:
    """What keeps the person of an authorisation, born on a date, from taking a child home on a day."""
    facts = {"child_id": child_id, "authorisation_id": authorisation.id}
    if authorisation.child_id != child_id:
        return PickupNotListed(**facts)
    if authorisation.withdrawn_at is not None:
        return PickupWithdrawn(**facts)
    if not authorisation.valid_from <= day <= authorisation.valid_to:
        return PickupOutOfDates(**facts)
    if not is_adult(born, day):
        return PickupNotAdult(**facts)
    return None


def is_adult(born: date | None, day: date) -> bool:
    """Whether somebody is known to be 18 or older on a day."""
    return born is not None and age_on(born, day) >= 18
