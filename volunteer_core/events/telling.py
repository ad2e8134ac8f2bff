"""What people are told about their sign-up. Inner: asks no rights."""

from __future__ import annotations

from volunteer_core.database import Work
from volunteer_core.events.alerting import tell_organisers
from volunteer_core.events.models import Event, Position, Signup
from volunteer_core.notices.models import NoticeKind
from volunteer_core.notices.writing import tell
from volunteer_core.places.models import Site
from volunteer_core.timespans import chinese_span, civil


def tell_of_seat(work: Work, event: Event, position: Position, signup: Signup) -> None:
    """That somebody who waited has a seat."""
    _tell(work, event, position, signup, NoticeKind.PROMOTED, "已有名额，报名成功。如不能参加，请尽早取消。")


def tell_of_offer(work: Work, event: Event, position: Position, signup: Signup) -> None:
    """That a seat is kept for somebody until they answer."""
    until = f"{civil(signup.offer_until or work.now):%m月%d日%H:%M}"
    text = f"有了名额，为您保留到{until}：请在此之前接受，过时将让给下一位。"
    _tell(work, event, position, signup, NoticeKind.OFFERED, text)


def tell_of_lapse(work: Work, event: Event, position: Position, signup: Signup) -> None:
    """That the seat kept for somebody is theirs no more."""
    text = "为您保留的名额没有在期限内接受，已让给下一位。仍想参加的，请重新报名。"
    _tell(work, event, position, signup, NoticeKind.OFFERED, text)


def tell_of_lost_seat(work: Work, event: Event, position: Position, signup: Signup) -> None:
    """That somebody waits again, because there are fewer seats."""
    text = "名额减少，您已转为候补，排位仍按原来的报名先后。如有空出的名额，会按顺序通知您。"
    _tell(work, event, position, signup, NoticeKind.CHANGED, text)


def tell_of_decision(work: Work, event: Event, position: Position, signup: Signup, *, granted: bool) -> None:
    """What was decided about what somebody asked for, unless they have been told that they have a seat."""
    text = "已通过，目前没有名额，您已进入候补。" if granted else "未获通过。"
    _tell(work, event, position, signup, NoticeKind.PERSONAL, text)


def tell_of_request(work: Work, event: Event, position: Position, signup: Signup) -> None:
    """Tells those who organise an event that somebody asks to come."""
    text = f"活动“{event.title}”（{position.name}）有一份报名等待您审批。"
    tell_organisers(work, event, text, key=f"request:{signup.id}:{signup.number}")


def _tell(work: Work, event: Event, position: Position, signup: Signup, kind: NoticeKind, what: str) -> None:
    when = chinese_span(position.starts_at, position.ends_at)
    waited = kind in (NoticeKind.PROMOTED, NoticeKind.OFFERED)
    tell(
        work,
        kind=kind,
        person_id=signup.person_id,
        team_id=event.team_id,
        community_id=work.find(Site, event.site_id).community_id,
        text=f"您{'候补' if waited else '报名'}的活动“{event.title}”（{position.name}，{when}）{what}",
    )
