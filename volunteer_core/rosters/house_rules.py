"""Refusals by wishes of people and rules of programmes: a coordinator may override them, with a reason."""

from __future__ import annotations

from volunteer_core.commitments.promises import Clash
from volunteer_core.errors import Refused, RuleBroken


class HouseRule(RuleBroken, code="house_rule", sentence="不符合本人意愿或本项目的排班规则。"):
    """A wish of the person or a rule of the programme stands against it."""


class SiteUnwanted(HouseRule, code="site_unwanted", sentence="此人不去这个场所。"):
    """People are not sent to sites, or farther, than they are willing to go."""


class Unavailable(HouseRule, code="unavailable", sentence="按此人所说，这个时间不能来。"):
    """Whoever has said when they can serve is put on shifts within these times only."""


class BusyElsewhere(HouseRule, code="busy_elsewhere", sentence="此人在该时段另有安排。"):
    """A calendar of the person says that they are busy then; what with and how long is theirs to know."""


class RestTooShort(HouseRule, code="rest", sentence="与已有安排之间不足 {minutes} 分钟：{when}。"):
    """Between two commitments lies the rest that the person asks for, travel included."""


class WeeklyMaximum(HouseRule, code="weekly_maximum", sentence="{week} 已达此人每周最多的 {maximum} 班。"):
    """No more shifts in an ISO week than the person wants."""


class ConsecutiveDays(
    HouseRule, code="consecutive_days", sentence="将连续服务 {days} 天，超过此人最多的 {maximum} 天。"
):
    """No more days running than the person wants."""


class KeptApart(HouseRule, code="apart", sentence="按规定不与班次上的人同班。"):
    """Two who are kept apart never serve on one shift, nor with whom the other belongs together.

    Which of the people on the shift it is remains with those who laid it down.
    """


class FamilyFull(HouseRule, code="family_full", sentence="一个班次上同一家庭最多 {maximum} 人。"):
    """Only so many of one family serve on one shift."""


class MentorMissing(HouseRule, code="mentor_missing", sentence="新人须有带教人同班，班次上还没有带教人。"):
    """Newcomers serve beside a mentor only."""


class AloneOnShift(RuleBroken, code="alone_on_shift", sentence="以下班次只有一个人，不能单人值班：{when}。"):
    """Nobody serves alone where the rules say so: home visits go in pairs (rule 14 of DESIGN.md)."""


def overridable(refusal: Refused) -> bool:
    """Whether who may can put somebody on a shift against it. What law and safety ask never is: that
    somebody has left or is on leave, age, consent, record check and qualification."""
    return isinstance(refusal, HouseRule | Clash)
