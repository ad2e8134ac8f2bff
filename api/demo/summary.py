"""What the demonstration prints: the roster, what is uncovered and why, hours, the event."""

from __future__ import annotations

from datetime import date
from itertools import groupby

from rich import box
from rich.console import Console
from rich.table import Table

from api.demo import PRESENT
from api.demo.handing_out import Sample
from api.demo.history import EVERYTHING, NEXT_WEEK, SCRIPT
from volunteer_core.database import Database, Work
from volunteer_core.events import listing
from volunteer_core.events.models import SignupStatus
from volunteer_core.hours import ledger, tallies
from volunteer_core.hours.dimensions import Dimension
from volunteer_core.hours.targets import one_person
from volunteer_core.notices import outbox
from volunteer_core.people.masking import masked_name
from volunteer_core.rosters import candidates, coverage
from volunteer_core.rosters.drafts import reading
from volunteer_core.rosters.drafts.views import DraftView
from volunteer_core.rosters.models import ShiftStatus
from volunteer_core.timespans import WEEKDAYS, chinese_date, chinese_span, civil

STATUS_WORDS = {ShiftStatus.DRAFT: "草稿", ShiftStatus.PUBLISHED: "已公布"}
NOVEMBER = (date(2026, 11, 1), date(2026, 11, 30))
MOST_NOTICES = 6
LEVEL_WORDS = {
    "gap": "缺的人",
    "lead": "其中缺的带班人",
    "change": "改动已公布的安排",
    "soft": "公平、意愿、路程和熟面孔（加权）",
}


def show(database: Database, sample: Sample, draft_id: int, console: Console) -> None:
    """Prints the summary."""
    console.rule("凤翔街道 志愿服务 · 演示")
    console.print("样例数据：人员姓名、电话、出生日期均为虚构。演示时钟停在 ", end="")
    console.print(f"{chinese_date(PRESENT.date())} {PRESENT:%H:%M}。")
    with database.read(by=SCRIPT) as work:
        week = coverage.week_coverage(work, programme_id=sample.school, week=str(NEXT_WEEK))
        _show_rosters(week, console)
        _show_uncovered(work, week, console)
        _show_hours(work, console)
        _show_event(work, sample.lecture, console)
        _show_rest(work, sample, console)
        _show_draft(work, reading.read_draft(work, draft_id=draft_id), console)


def hours(minutes: int) -> str:
    """Hours with one decimal, rounded down."""
    return f"{minutes // 6 / 10:.1f}"


def _table(title: str, *columns: str, numbers: int = 0) -> Table:
    """A table whose last columns are numbers."""
    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False)
    for place, column in enumerate(columns):
        table.add_column(column, justify="right" if place >= len(columns) - numbers else "left")
    return table


def _show_rosters(week: coverage.WeekCoverage, console: Console) -> None:
    console.print(f"\n[bold]一、五点学堂排班 {week.week}[/]（★ 为带班人员）")
    by_site = sorted(week.shifts, key=lambda shift: (shift.site_id, shift.starts_at))
    for name, shifts in groupby(by_site, key=lambda shift: shift.site_name):
        table = _table(name, "日期", "时间", "值守人员", "人数", "状态")
        for shift in shifts:
            people = "、".join(map(_shown, shift.people))
            day = shift.civil_date
            state = f"缺 {shift.missing} 人" if shift.missing else STATUS_WORDS[shift.status]
            table.add_row(
                f"{day.month}月{day.day}日 周{WEEKDAYS[day.weekday()]}",
                f"{civil(shift.starts_at):%H:%M}–{civil(shift.ends_at):%H:%M}",
                people or "—",
                f"{sum(not one.obstacles for one in shift.people)}/{shift.minimum}",
                f"[red]{state}[/]" if shift.missing else state,
            )
        console.print(table)


def _shown(person: coverage.PersonOnShift) -> str:
    """``★王小敏（请假）``: a lead, who cannot come by now."""
    why = "、".join(coverage.OBSTACLE_WORDS.get(code, code) for code in person.obstacles)
    return ("★" if person.lead else "") + person.name + (f"（{why}）" if why else "")


def _show_uncovered(work: Work, week: coverage.WeekCoverage, console: Console) -> None:
    console.print(f"[bold]二、缺岗 {week.uncovered} 个班次[/]（共缺 {week.missing} 人）")
    for shift in week.shifts:
        if shift.missing:
            when = chinese_span(shift.starts_at, shift.ends_at)
            console.print(f"  {when} {shift.site_name}\n    {shift.reason}", soft_wrap=True)
            free = [
                one
                for one in candidates.candidates(work, shift_id=shift.shift_id)
                if not one.obstacles and (one.lead or not shift.leads_missing)
            ]
            names = "、".join(f"{masked_name(one.name)}（{one.code}）" for one in free[:3])
            console.print(f"    可优先联系：{names or '无'}")


def _show_hours(work: Work, console: Console) -> None:
    console.print("\n[bold]三、2026 年 11 月时长[/]（小时，向下取整；值班工时不计入志愿时长）")
    for by, title in ((Dimension.TEAM, "按团队"), (Dimension.COMMUNITY, "按社区")):
        found = tallies.tally(work, by=by, first=NOVEMBER[0], last=NOVEMBER[1])
        table = _table(title, title[1:], "志愿时长", "志愿者", "值班工时", numbers=3)
        for row in found.rows:
            table.add_row(
                row.label, hours(row.service_minutes), str(row.people), hours(row.paid_duty_minutes)
            )
        table.add_row(
            "合计",
            hours(found.service_minutes),
            str(found.people),
            hours(found.paid_duty_minutes),
            style="bold",
        )
        console.print(table)


def _show_event(work: Work, event_id: int, console: Console) -> None:
    event = listing.read_event(work, event_id=event_id)
    when = chinese_span(event.starts_at, event.ends_at)
    console.print(f"[bold]四、{event.title}[/] {when} {event.site_name}")
    table = _table("", "岗位", "名额", "已确认", "候补", "余位", numbers=4)
    for position in event.positions:
        numbers = (position.capacity, position.confirmed, position.waiting, position.free)
        table.add_row(position.name, *map(str, numbers))
    console.print(table)
    signups = listing.list_signups(work, event_id=event_id, paging=EVERYTHING).items
    waiting = [one for one in signups if one.status is SignupStatus.WAITING]
    promoted = [one for one in signups if one.promoted_at is not None]
    console.print(f"  递补：{'、'.join(masked_name(one.name) for one in promoted) or '无'}")
    line = "、".join(f"{one.place}. {masked_name(one.name)}" for one in waiting)
    console.print(f"  候补顺序：{line or '无'}")


def _show_rest(work: Work, sample: Sample, console: Console) -> None:
    console.print("\n[bold]五、待办[/]")
    overdue = [one for one in ledger.list_overdue(work, paging=EVERYTHING).items if one.overdue]
    console.print(f"  超过 10 个工作日未登记出勤：{len(overdue)} 人次")
    done = one_person.progress(
        work, person_id=sample.volunteer_id, first=date(2026, 11, 2), last=PRESENT.date()
    )
    weeks = "、".join(f"{one.week[-3:]} {one.minutes} 分{'✓' if one.reached else ''}" for one in done.weeks)
    console.print(f"  每周两小时（志愿者 {sample.volunteer_code}）：{weeks}")
    issued, said = sample.certificate, sample.certificate.contents
    rest = f"，另有 {hours(issued.open_minutes)} 小时所在月份未结账" if issued.open_minutes else ""
    console.print(f"  记录证明 {said.number}：{len(said.activities)} 次，共 {said.hours} 小时{rest}")
    text = outbox.group_text(work).text.splitlines()
    console.print(f"  {text[0]}，可复制到群里，例如：")
    for line in text[1:][-MOST_NOTICES:]:
        console.print(f"    {line}", soft_wrap=True)


def _show_draft(work: Work, view: DraftView, console: Console) -> None:
    draft = view.draft
    console.print(f"\n[bold]六、{draft.name}[/]（草稿 {draft.id}，尚未采用）")
    levels, bounds = draft.levels, draft.bounds
    if levels is None or bounds is None:
        console.print(f"  {draft.failure}")
        return
    table = _table("", "层级（严格按此顺序）", "结果", "已证明的下限", numbers=2)
    for name, words in LEVEL_WORDS.items():
        bound = getattr(bounds, name)
        table.add_row(words, str(getattr(levels, name)), "—" if bound is None else str(bound))
    console.print(table)
    proof = "已证明没有更好的排法" if draft.proven else "尚未证明是最好的"
    people = sum(len(shift.people) for shift in view.shifts)
    console.print(f"  {len(view.shifts)} 个班次排了 {people} 人次，{proof}。")
    for shift in view.shifts:
        if shift.missing:
            when = chinese_span(shift.starts_at, shift.ends_at)
            console.print(f"  {when} {shift.site_name}\n    {shift.reason}", soft_wrap=True)
            fix = shift.fixes[0].text if shift.fixes else "没有"
            for one in candidates.candidates(work, shift_id=shift.shift_id):
                fix = fix.replace(one.name, f"{masked_name(one.name)}（{one.code}）")
            console.print(f"    最省的办法：{fix}", soft_wrap=True)
    busiest = "、".join(f"{masked_name(one.name)} {one.ratio:.0%}" for one in view.loads[:3])
    console.print(f"  担得最多（已服务与愿意服务之比）：{busiest}")
