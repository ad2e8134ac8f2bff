"""What people without an account have asked for by phone, for the rights: something for each call to end."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from tests.world import hour
from volunteer_core.database import Paging
from volunteer_core.events.by_phone.asking import ask
from volunteer_core.events.by_phone.confirming import vouch
from volunteer_core.events.models import Position
from volunteer_core.events.planning import create_event, publish_event
from volunteer_core.events.positions import add_position
from volunteer_core.events.signups import cancel, sign_up
from volunteer_core.notices.outbox import list_notices
from volunteer_core.office.settings import change_setting
from volunteer_core.people.visitors import person_of
from volunteer_core.permissions import Actor

if TYPE_CHECKING:
    from tests.api.town import Town

DAY = date(2026, 11, 29)


def add_what_is_asked_by_phone(town: Town) -> None:
    """A lecture with an audience, and for each call somebody who asked; one of them is offered a seat."""
    ids = town.ids
    for name in ("phone_signups_per_hour", "address_signups_per_hour"):  # everybody calls from one address
        town.do(change_setting, name=name, value=1000, valid_from=date(2026, 1, 1))
    lecture = town.do(
        create_event,
        title="健康讲座",
        site_id=town.site,
        team_id=town.team,
        starts_at=hour(9, day=DAY),
        ends_at=hour(10, day=DAY),
    ).id
    for name, seats in (("audience", 40), ("front_row", 1)):
        ids[name] = town.do(add_position, event_id=lecture, name=name, capacity=seats, earns_hours=False).id
    town.do(publish_event, event_id=lecture)
    ids["phoned_event"] = lecture
    for number, name in enumerate(("confirmed", "unread", "taken_back", "vouched", "seated")):
        _ask(town, f"phoned_{name}", ids["audience"], f"1380001000{number}")
    town.do(vouch, phone_signup_id=ids["phoned_seated"])
    told = town.see(list_notices, paging=Paging(limit=500)).items
    [code] = [notice.text for notice in told if notice.phone == "13800010000"]
    ids["phoned_code"] = code.removeprefix("验证码 ")[:6]

    with town.office.write(by=Actor.system("test")) as work:
        work.lock(Position, ids["front_row"]).offer_minutes = 10_000
    taken = town.do(sign_up, position_id=ids["front_row"], person_id=ids["helper"]).id
    _ask(town, "phoned_offered", ids["front_row"], "13800010009")
    town.do(vouch, phone_signup_id=ids["phoned_offered"])
    town.do(cancel, signup_id=taken)
    ids["visitor"] = town.do(person_of, name="符来访", phone="13800010010", community_id=town.community)


def _ask(town: Town, name: str, position: int, phone: str) -> None:
    who = {"name": "符小兰", "phone": phone, "address": "203.0.113.7"}
    asked = town.do(ask, position_id=position, **who)
    town.ids[name], town.ids[f"{name}_secret"] = asked.id, asked.secret
