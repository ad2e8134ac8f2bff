"""Asking for a place by phone, without an account. It takes no seat before it is confirmed."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import bindparam, select

from volunteer_core import texts
from volunteer_core.access.secrets import new_secret
from volunteer_core.database import Work
from volunteer_core.errors import Malformed, NotFound, RuleBroken
from volunteer_core.events.by_phone.codes import code_hash, new_code, secret_hash
from volunteer_core.events.by_phone.limits import admit
from volunteer_core.events.by_phone.models import PhoneSignup
from volunteer_core.events.by_phone.pending import end, key_of_notice
from volunteer_core.events.by_phone.views import Asked
from volunteer_core.events.entering import refuse_unless_open
from volunteer_core.events.models import Event, Position
from volunteer_core.notices.models import NoticeKind
from volunteer_core.notices.writing import tell
from volunteer_core.people.masking import checked_phone
from volunteer_core.places.models import Community, Site
from volunteer_core.timespans import chinese_date, chinese_span, civil

VALID = timedelta(hours=24)

_ASKED_BEFORE = select(PhoneSignup.id).where(
    PhoneSignup.position_id == bindparam("position_id"),
    PhoneSignup.phone == bindparam("phone"),
    PhoneSignup.name == bindparam("name"),
    PhoneSignup.confirmed_at.is_(None),
    PhoneSignup.expires_at > bindparam("now", type_=PhoneSignup.expires_at.type),
)


class NotByPhone(
    RuleBroken, code="not_by_phone", sentence="这个岗位要求先登记为志愿者，不能凭手机号报名，请联系社区。"
):
    """Who serves, or needs a qualification or an age for it, is registered as a volunteer."""


def ask(
    work: Work,
    *,
    position_id: int,
    name: str,
    phone: str,
    community_id: int | None = None,
    companions: int = 0,
    address: str,
) -> Asked:
    """Asks for a place at a public event, and puts into the outbox the code that confirms the phone.

    The code counts for 24 hours, at most until sign-up closes. Mobile and landline numbers are taken: who
    sends the codes on can also call. Asking again for the same phone, name and position replaces what
    waited. Nothing in the answer says whether the person is known or signed up: that is for whoever has
    the code.

    Refuses (``NotFound``) a position of what is not public, one that earns hours or asks for a
    qualification or an age, outside of the time of sign-up, a name or phone that is none, more companions
    than the position allows, and (``TooManySignups``) more than the office's settings allow for the phone or
    the ``address`` within an hour.
    """
    work.demand("events.sign_up_by_phone")
    position = work.find(Position, position_id)
    event = work.find(Event, position.event_id)
    if not event.public or event.published_at is None:
        raise NotFound(Position.__tablename__, position_id)
    refuse_unless_open(work, event, position)
    asks_more = (position.qualification, position.min_age, position.max_age) != (None, None, None)
    if position.earns_hours or asks_more:
        raise NotByPhone(position_id=position.id)
    kept_name, number = texts.stranger("name", name, longest=60), checked_phone(phone)
    if not number:
        raise Malformed("phone", "不能为空。")
    if not 0 <= companions <= position.most_companions:
        raise Malformed("companions", f"应在 0 至 {position.most_companions} 之间。")
    if community_id is not None:
        work.find(Community, community_id)
    address_hash = admit(work, phone=number, address=address)

    who = {"position_id": position.id, "phone": number, "name": kept_name}
    for before in work.lock_all(PhoneSignup, work.scalars(_ASKED_BEFORE, {**who, "now": work.now})):
        end(work, before)
    code, secret = new_code(), new_secret()
    asked = PhoneSignup(
        **who,
        community_id=community_id,
        companions=companions,
        code_hash=code_hash(code, secret=secret),
        secret_hash=secret_hash(secret),
        address_hash=address_hash,
        asked_at=work.now,
        expires_at=min(work.now + VALID, event.signup_closes_at, position.starts_at),
    )
    work.add(asked)
    work.flush()
    _tell(work, event, position, asked, code)
    return Asked(asked.id, secret, asked.expires_at)


def _tell(work: Work, event: Event, position: Position, asked: PhoneSignup, code: str) -> None:
    until = civil(asked.expires_at)
    tell(
        work,
        kind=NoticeKind.CODE,
        phone=asked.phone,
        team_id=event.team_id,
        community_id=work.find(Site, event.site_id).community_id,
        text=f"验证码 {code}，用于报名活动“{event.title}”（{position.name}，"
        f"{chinese_span(position.starts_at, position.ends_at)}）。"
        f"{chinese_date(until.date(), year=False)}{until:%H:%M} 前有效，请勿告诉他人。如非本人操作，请忽略。",
        key=key_of_notice(asked),
    )
