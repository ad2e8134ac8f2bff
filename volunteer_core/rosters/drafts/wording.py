"""What the planner has found out, in Chinese for those who make the roster. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from volunteer_core.rosters.drafts.crew import NOT_SAID
from volunteer_core.rosters.drafts.offering import NOT_OFFERED
from volunteer_core.rosters.drafts.views import Help, Step
from volunteer_core.rosters.planning.problem import Change, ExceptionKind, Explanation, Person, Session
from volunteer_core.timespans import chinese_date

REASON_WORDS = {
    "assigned": "已在这个班次",
    "site": "不去这个场所",
    "qualification": "缺所需资格",
    "busy": "另有安排",
    "clash": "与另一班次时间冲突",
    "week": "本周次数已满",
    "consecutive": "连续天数已满",
    "full": "班次已满",
    "never": "不能与在班的人同班",
    "together": "须与搭档同班",
    "family": "同一家人已够多",
    "mentor": "新人须有带教同班",
    "alone": "不能一个人值守",
    "free": "可安排",
    NOT_SAID: "没有说明何时有空",
    NOT_OFFERED: "当时没空",
    "cannot": "当天不能来",
    "not_of_team": "当天不是队员",
    "on_leave": "请假",
    "person_left": "已退出",
    "check_missing": "缺有效的记录查询",
    "consent_missing": "缺监护人同意",
    "guardian_presence_needed": "须监护人陪同",
    "age_outside": "年龄不符",
    "age_unknown": "年龄不详",
    "qualification_missing": "缺资格",
    "minor_at_emergency": "未成年",
}
"""The planner's reasons, and the codes that make ``unavailable`` plain."""


def detail(reason: str, person: Person, session: Session) -> str:
    """The code that says most: for whoever is unavailable what stands against the date."""
    if reason != "unavailable":
        return reason
    exception = next((one for one in person.exceptions if one.date == session.date), None)
    if exception is not None and exception.why is not None:
        return exception.why
    return NOT_SAID if person.kind == NOT_SAID else NOT_OFFERED


def why(reason: str, person: Person, session: Session) -> str:
    """Why a person is not on a session."""
    code = detail(reason, person, session)
    if code == "week":
        return f"本周次数已满（最多 {person.max_per_week} 次）"
    if code == "consecutive":
        return f"连续天数已满（最多 {person.max_consecutive_days} 天）"
    return REASON_WORDS.get(code, code)


def lacks(explanation: Explanation, session: Session, people: Mapping[str, Person]) -> str:
    """``缺 2 人，其中带班 1 人：请假 2 人，本周次数已满 1 人``: what keeps each from it who would help there.

    Where only a lead lacks these are the leads.
    """
    text = f"缺 {explanation.missing} 人"
    if explanation.lead_missing:
        text += f"，其中带班 {explanation.lead_missing} 人"
    counted = Counter(
        detail(against[0] if against else "free", people[person], session)
        for person, against in explanation.against.items()
    )
    only_leads = explanation.lead_missing == explanation.missing
    if not only_leads and "site" in explanation.reasons:
        counted["site"] = explanation.reasons["site"]
    words = "，".join(
        f"{REASON_WORDS.get(code, code)} {number} 人"
        for code, number in sorted(counted.items(), key=lambda one: (one[0] != "free", -one[1], one[0]))
    )
    if only_leads:
        return f"{text}：{f'能带班的人中{words}' if words else '没有能去的带班人'}"
    return f"{text}：{words or '没有别的人'}"


def helped_by(
    explanation: Explanation, people: Mapping[str, str], sessions: Mapping[str, str], sites: Mapping[str, str]
) -> list[Help]:
    """What would help, the cheapest first: ``王小敏本周多排一次（共 3 次），可补 1 人``."""
    single = [((fix.change,), fix.gain) for fix in explanation.fixes]
    package = explanation.package
    every = single if package is None else [*single, (package.changes, package.gain)]
    return [
        Help(
            f"{'，同时'.join(_change(one, people, sessions, sites) for one in changes)}，可补 {gain} 人",
            gain,
            [_step(one) for one in changes],
        )
        for changes, gain in every
    ]


def _step(change: Change) -> Step:
    return Step(
        int(change.person) if change.person else None,
        change.date,
        change.max_per_week,
        change.max_consecutive_days,
        change.rest_minutes,
        int(change.session) if change.session else None,
        change.start,
        change.end,
    )


def _change(
    change: Change, people: Mapping[str, str], sessions: Mapping[str, str], sites: Mapping[str, str]
) -> str:
    if change.person is None:
        when = f"{change.start:%H:%M}–{change.end:%H:%M}" if change.start and change.end else ""
        return f"{sessions.get(change.session or '', '班次')}改到 {when}"
    name = people.get(change.person, "")
    if change.max_per_week is not None:
        return f"{name}本周多排一次（共 {change.max_per_week} 次）"
    if change.max_consecutive_days is not None:
        return f"{name}可以连续服务 {change.max_consecutive_days} 天"
    if change.rest_minutes is not None:
        return f"{name}两次安排之间的间隔缩短到 {change.rest_minutes} 分钟"
    if change.site is not None:
        return f"{name}愿意去{sites.get(change.site, '这个场所')}"
    if change.date is not None and change.kind in (ExceptionKind.AVAILABLE, ExceptionKind.PREFER):
        return f"{name} {chinese_date(change.date, year=False)}能来"
    return f"{name}调整安排"
