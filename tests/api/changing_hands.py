"""Published shifts of the town that change hands: some of the ward's, and some that the ward can take."""

from __future__ import annotations

from datetime import date, time, timedelta
from typing import Any

from volunteer_core.calendars.agenda import agenda
from volunteer_core.rosters.rules import set_rules
from volunteer_core.rosters.swaps.offering import offer_shift
from volunteer_core.rosters.swaps.taking_over import accept_offer
from volunteer_core.rosters.swaps.waiting import join_wait
from volunteer_core.rosters.versions import list_versions

MONDAY = date(2026, 12, 14)
THURSDAYS = [MONDAY + timedelta(days=days) for days in (10, 17)]
"""The only weekday on which the ward says that they can come."""


def add_what_changes_hands(town: Any) -> None:
    """In the first week the ward serves, in the second the helper, in the third it is for who cleans up."""
    ids, ward, helper = town.ids, town.ids["ward"], town.ids["helper"]
    for number, name in enumerate(("given_up", "confirmed", "own", "own_taken_back")):
        ids[name] = town.shift(ward, day=MONDAY + timedelta(days=number))
    ids["open"] = town.shift(day=THURSDAYS[0], starts=time(16), ends=time(17))
    ids["helpers"] = town.shift(helper, day=THURSDAYS[0])
    ids["helpers_declined"] = town.shift(helper, day=THURSDAYS[0] - timedelta(days=1))
    for number, name in enumerate(("full", "full_left", "approved", "refused")):
        day = THURSDAYS[1] - timedelta(days=number)
        ids[name] = town.shift(helper, day=day, maximum=1, programme=town.clean_up)
    for day, programme in ((MONDAY, town.school), (THURSDAYS[0], town.school), (THURSDAYS[1], town.clean_up)):
        town.publish(day=day, programme=programme)
    promised = town.see(agenda, person_id=ward, first=MONDAY, last=MONDAY + timedelta(days=6))
    ids["promise"] = promised.items[0].commitment_id
    where = {"programme_id": town.school, "site_id": town.site, "week": "2026-W51"}
    ids["version"] = town.see(list_versions, **where).items[0].id
    town.do(join_wait, shift_id=ids["full_left"], person_id=ward)
    ids["own_offer"] = _offered(town, "own_taken_back", ward, helper)
    ids["offer"] = _offered(town, "helpers", helper, ward)
    ids["declined_offer"] = _offered(town, "helpers_declined", helper, ward)
    leader = town.who["leader"]
    town.do(set_rules, programme_id=town.clean_up, swaps_need_approval=True)
    for name in ("approved", "refused"):
        ids[f"{name}_offer"] = _offered(town, name, helper, leader)
        town.do(accept_offer, offer_id=ids[f"{name}_offer"], person_id=leader)
    town.do(set_rules, programme_id=town.clean_up)


def _offered(town: Any, name: str, giver: int, asked: int) -> int:
    offered: int = town.do(offer_shift, shift_id=town.ids[name], person_id=giver, to_person_id=asked).id
    return offered
