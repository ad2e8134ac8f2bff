"""``volunteer demo``: what it prints is so in the database it leaves, and the sample keeps its promises."""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import chinese_calendar
import httpx
import msgspec
import pytest
from click.testing import CliRunner
from openpyxl import load_workbook
from pypdf import PdfReader

from api.command_line import main
from api.demo import PRESENT
from tests.api.test_serving import ended, free_port, wait_for_answer
from tests.test_examples import run
from volunteer_core.access.authentication import actor_of
from volunteer_core.calendars.feeds import feed
from volunteer_core.database import Work
from volunteer_core.hours.certificates.confirming import confirm
from volunteer_core.hours.tallies import Dimension, tally
from volunteer_core.opening import open_office
from volunteer_core.people.masking import masked_name
from volunteer_core.permissions import Actor

ROOT = Path(__file__).parents[2]
SECRET = re.compile(r"[\w-]{43}", re.ASCII)
MOBILE = re.compile(r"1\d{10}", re.ASCII)
NOVEMBER = (date(2026, 11, 1), date(2026, 11, 30))
WEEK = ["12月7日 周一", "12月8日 周二", "12月9日 周三", "12月10日 周四", "12月11日 周五"]


class Row(msgspec.Struct):
    """A shift as the roster shows it."""

    site: str
    day: str
    people: str
    minimum: int
    state: str

    @property
    def names(self) -> set[str]:
        return {name.removeprefix("★").removesuffix("（请假）") for name in self.people.split("、")}

    @property
    def missing(self) -> int:
        return self.minimum - len(self.names) + self.people.count("（请假）")


class Demo(msgspec.Struct):
    """What ``volunteer demo --once`` printed, and the database that it left."""

    folder: Path
    printed: str

    @property
    def sections(self) -> dict[str, str]:
        """The text of each section by its numeral."""
        parts = re.split(r"^([一二三四五六七])、", self.printed, flags=re.MULTILINE)
        return dict(zip(parts[1::2], parts[2::2], strict=True))

    @property
    def roster(self) -> list[Row]:
        """The rows of all sites' tables."""
        found, site = [], ""
        for line in self.sections["一"].splitlines():
            row = re.match(r" (\S+ \S+) +17:00–18:00 +(\S+) +(\d)/(\d) +(缺 \d 人|\S+) *$", line)
            if row:
                found.append(Row(site, row[1], row[2], int(row[4]), row[5]))
                assert found[-1].minimum - found[-1].missing == int(row[3])
            elif re.fullmatch(r"\S+五点学堂 *", line):
                site = line.strip()
        return found

    def ask(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        """Plain SQL, without any code of ours."""
        with closing(sqlite3.connect(self.folder / "office.sqlite3")) as connection:
            return connection.execute(query, values).fetchall()


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    folder = tmp_path_factory.mktemp("demo") / "office"
    result = CliRunner().invoke(main, ["demo", "--once", "--folder", str(folder)], catch_exceptions=False)
    assert (result.exit_code, result.stderr) == (0, "")
    return Demo(folder, result.stdout)


@pytest.fixture
def work(demo: Demo) -> Iterator[Work]:
    """The demo's database, read at the demo's present."""
    office = open_office(f"sqlite:///{demo.folder}/office.sqlite3", clock=lambda: PRESENT)
    with office.read(by=Actor.system("test")) as opened:
        yield opened
    office.dispose()


def test_the_sample_office_has_its_size(demo: Demo) -> None:
    tables = ("communities", "grids", "sites", "children")
    assert [demo.ask(f"SELECT count(*) FROM {table}") for table in tables] == [
        [(number,)] for number in (5, 45, 5, 130)
    ]
    posts = demo.ask(
        "SELECT count(*), count(DISTINCT person_id), count(grid_id), count(DISTINCT grid_id || role)"
        " FROM grid_posts WHERE until IS NULL"
    )
    assert posts == [(45 * 3 + 5, 45 * 3 + 5, 45 * 3, 45 * 3)]
    volunteers = "SELECT count(*) FROM people WHERE code LIKE 'V%' OR code LIKE 'J%'"  # adults and minors
    assert demo.ask(volunteers) == [(220,)]


def test_the_school_runs_on_the_working_days_of_the_national_calendar(demo: Demo) -> None:
    """Make-up weekends have shifts, the National Day holidays none; a year to come is only drafted."""
    school = "FROM shifts s JOIN programmes p ON p.id = s.programme_id WHERE p.code = 'school'"
    days = {date.fromisoformat(day) for (day,) in demo.ask(f"SELECT civil_date {school}")}
    announced = {date(2026, 9, 1) + timedelta(days=number) for number in range(122)}
    working = {day for day in announced if chinese_calendar.is_workday(day)}
    assert {day for day in days if day.year == 2026} == working
    assert {date(2026, 9, 20), date(2026, 10, 10)} < days  # a Sunday and a Saturday
    assert days.isdisjoint(date(2026, 10, number) for number in range(1, 8))
    coming = demo.ask(f"SELECT DISTINCT s.status, s.tentative {school} AND s.civil_date >= '2027-01-01'")
    assert coming == [("draft", 1)]

    promised = demo.ask(
        "SELECT DISTINCT c.civil_date FROM commitments c JOIN programmes p ON p.id = c.programme_id"
        " WHERE p.code = 'school' AND c.status = 'promised'"
    )
    assert len(promised) > 60
    assert {date.fromisoformat(day) for (day,) in promised} <= working
    published = "SELECT * FROM shifts WHERE civil_date >= '2027-01-01' AND published_at IS NOT NULL"
    assert demo.ask(published) == []
    assert demo.ask("SELECT * FROM commitments WHERE civil_date >= '2027-01-01'") == []


def test_paid_duty_is_never_service(demo: Demo) -> None:
    """Who holds a salaried post earns duty in a duty programme; everybody else earns service."""
    kinds = demo.ask(
        "SELECT DISTINCT e.kind, EXISTS (SELECT 1 FROM grid_posts g WHERE g.person_id = e.person_id"
        "   AND g.salaried AND g.since <= e.civil_date AND (g.until IS NULL OR g.until > e.civil_date))"
        " FROM ledger_entries e JOIN programmes p ON p.id = e.programme_id WHERE p.duty"
    )
    assert sorted(kinds) == [("paid_duty", 1), ("service", 0)]
    elsewhere = "SELECT * FROM ledger_entries e JOIN programmes p ON p.id = e.programme_id WHERE NOT p.duty"
    assert demo.ask(f"{elsewhere} AND e.kind = 'paid_duty'") == []


def test_the_roster_of_next_week_is_shown_by_site(demo: Demo) -> None:
    """Each site has its table of who is promised; one is closed on Friday, three shifts lack somebody:
    two people dropped out, and one has taken leave."""
    promised = {
        (site, day): (set(names.split("、")), minimum)
        for site, day, names, minimum in demo.ask(
            "SELECT w.name, s.civil_date, group_concat(p.name, '、'), s.minimum FROM shifts s"
            " JOIN sites w ON w.id = s.site_id JOIN programmes g ON g.id = s.programme_id"
            " JOIN commitments c ON c.shift_id = s.id JOIN people p ON p.id = c.person_id"
            " WHERE g.code = 'school' AND s.status = 'published' AND c.status = 'promised'"
            " AND s.civil_date BETWEEN '2026-12-07' AND '2026-12-13' GROUP BY s.id"
        )
    }
    shown = {}
    for one in demo.roster:
        assert one.state == (f"缺 {one.missing} 人" if one.missing else "已公布")
        shown[one.site, f"2026-12-{7 + WEEK.index(one.day):02}"] = (one.names, one.minimum)
    assert shown == promised

    wanted = {(site, day) for (site,) in demo.ask("SELECT name FROM sites") for day in WEEK}
    assert wanted - {(one.site, one.day) for one in demo.roster} == {("木棉社区五点学堂", WEEK[4])}
    lacking = [one for one in demo.roster if one.state != "已公布"]
    assert sorted("★" in one.people for one in lacking) == [False, False, True]
    assert [one.people.count("（请假）") for one in lacking if "★" in one.people] == [1]
    assert all("★" in one.people for one in demo.roster if one not in lacking)
    away = demo.ask("SELECT p.name FROM leaves l JOIN people p ON p.id = l.person_id")
    assert away == [
        (one.people.split("、")[-1].removesuffix("（请假）"),) for one in lacking if "★" in one.people
    ]


def test_what_is_uncovered_is_told_with_the_reason(demo: Demo) -> None:
    """The reason accounts for everybody in the team, and names whom to ask, masked."""
    text = demo.sections["二"]
    uncovered = [one for one in demo.roster if one.state != "已公布"]
    missing = sum(one.missing for one in uncovered)
    assert text.startswith(f"缺岗 {len(uncovered)} 个班次（共缺 {missing} 人）\n")
    for one in uncovered:
        day, weekday = one.day.split()
        lacks = one.state + ("" if "★" in one.people else "，其中带班 1 人")
        away = "（已排的人中请假 1 人）" if "（请假）" in one.people else ""
        told = re.search(rf"  {day}（{weekday}）17:00–18:00 {one.site}\n    {lacks}{away}：(.+)\n(.+)", text)
        assert told
        parts = dict(part.split()[:2] for part in told[1].split("，"))
        leads = int(parts.pop("可带班", 1))
        team, free = (int(parts.pop(name)) for name in ("队里其余", "可安排"))
        assert team == free + sum(map(int, parts.values()))
        assert free > leads > 0
        assert {"时间冲突", "缺有效的记录查询"} <= set(parts)
        asked = re.findall(r"([^：、]+)（(\w+)）", told[2])
        assert len(asked) == 3
        for masked, code in asked:
            [(name,)] = demo.ask("SELECT name FROM people WHERE code = ?", code)
            assert masked == masked_name(name)


def test_the_readme_shows_what_it_prints(demo: Demo) -> None:
    shown = re.search(r"```text\n(一、.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL)
    assert shown
    printed = {" ".join(line.split()) for line in demo.printed.splitlines()}
    lines = [" ".join(line.split()) for line in shown[1].splitlines()]
    assert [line for line in lines if line and line not in printed and set(line) != {"─"}] == []


def test_the_hours_shown_are_those_of_the_ledger(demo: Demo, work: Work) -> None:
    """By team and by community the rows add up to the same totals; SQL finds the same minutes."""

    def recomputed(table: str, key: str) -> dict[str, tuple[int, int, int]]:
        found = demo.ask(
            "SELECT name, sum(service), sum(duty), count(CASE WHEN service > 0 THEN 1 END) FROM ("
            "  SELECT k.name, sum(CASE WHEN e.kind IN ('service', 'adjustment') THEN e.minutes ELSE 0 END)"
            "    AS service, sum(CASE WHEN e.kind = 'paid_duty' THEN e.minutes ELSE 0 END) AS duty"
            f"  FROM ledger_entries e LEFT JOIN {table} k ON k.id = e.{key}"
            "  WHERE e.civil_date BETWEEN '2026-11-01' AND '2026-11-30' GROUP BY k.id, e.person_id"
            ") GROUP BY name"
        )
        return {name or "（未归属）": tuple(figures) for name, *figures in found}

    def hours(minutes: int) -> Decimal:
        return Decimal(minutes * 10 // 60) / 10

    totals = []
    for title, by, table, key in (
        ("按团队", Dimension.TEAM, "teams", "team_id"),
        ("按社区", Dimension.COMMUNITY, "communities", "community_id"),
    ):
        minutes = recomputed(table, key)
        told = tally(work, by=by, first=NOVEMBER[0], last=NOVEMBER[1])
        assert minutes == {
            row.label: (row.service_minutes, row.paid_duty_minutes, row.people) for row in told.rows
        }
        text = demo.sections["三"].split(title)[1].split("按社区")[0]
        rows = re.findall(r"^ (\S+) +(\d+\.\d) +(\d+) +(\d+\.\d) *$", text, re.MULTILINE)
        *rows, total = [
            (name, Decimal(service), int(people), Decimal(duty)) for name, service, people, duty in rows
        ]
        assert {name: (service, people, duty) for name, service, people, duty in rows} == {
            name: (hours(service), people, hours(duty)) for name, (service, duty, people) in minutes.items()
        }
        assert total[0] == "合计"
        assert total[1] == sum(row[1] for row in rows) == hours(told.service_minutes)
        assert total[3] == sum(row[3] for row in rows) == hours(told.paid_duty_minutes)
        totals.append(total)
    assert totals[0] == totals[1]
    people = demo.ask(
        "SELECT count(DISTINCT person_id) FROM ledger_entries WHERE kind = 'service'"
        " AND civil_date BETWEEN '2026-11-01' AND '2026-11-30'"
    )
    assert people == [(totals[0][2],)]  # each once, however many teams they served


def test_the_lecture_is_full_and_its_line_moves_up_in_order(demo: Demo) -> None:
    text = demo.sections["四"]
    assert text.startswith("消防安全知识讲座 12月5日（周六）15:00–16:30 三峰社区五点学堂\n")
    assert re.search(r"^ 听众 +40 +40 +5 +0 *$", text, re.MULTILINE)
    audience = demo.ask(
        "SELECT p.name, s.status, s.promoted_at IS NOT NULL, c.status FROM signups s"
        " JOIN positions o ON o.id = s.position_id JOIN events e ON e.id = o.event_id"
        " JOIN people p ON p.id = s.person_id LEFT JOIN commitments c ON c.id = s.commitment_id"
        " WHERE e.code = 'fire-safety-2026-12' AND o.name = '听众' ORDER BY s.number"
    )
    assert len(audience) == 47
    assert [row[3] for row in audience if row[1] == "confirmed"] == ["promised"] * 40
    promoted = [row[0] for row in audience[40:42]]  # the first who came too late, when two had cancelled
    waiting = [row[0] for row in audience[42:]]
    assert [row[1:3] for row in audience[40:]] == [("confirmed", 1)] * 2 + [("waiting", 0)] * 5
    assert f"\n  递补：{'、'.join(map(masked_name, promoted))}\n" in text
    places = "、".join(f"{place}. {masked_name(name)}" for place, name in enumerate(waiting, 1))
    assert f"\n  候补顺序：{places}\n" in text


def test_what_is_left_to_do_is_shown(demo: Demo) -> None:
    """The evening nobody recorded, the weeks of November's most active volunteer, what is to be told."""
    text = demo.sections["五"]
    unrecorded = demo.ask(
        "SELECT civil_date, count(*) FROM commitments WHERE status = 'promised' AND attendance IS NULL"
        " AND ends_at < '2026-12-03 04:00' GROUP BY civil_date"
    )
    assert unrecorded == [("2026-11-12", 2)]
    assert "\n  超过 10 个工作日未登记出勤：2 人次\n" in text
    weekly = re.search(r"  每周两小时（志愿者 (\w+)）：(.+)", text)
    assert weekly
    [(most_active,)] = demo.ask(
        "SELECT p.code FROM ledger_entries e JOIN people p ON p.id = e.person_id WHERE e.kind = 'service'"
        " AND e.civil_date BETWEEN '2026-11-01' AND '2026-11-30'"
        " GROUP BY p.id ORDER BY sum(minutes) DESC LIMIT 1"
    )
    assert weekly[1] == most_active
    served = dict(
        demo.ask(
            "SELECT e.iso_week, sum(e.minutes) FROM ledger_entries e JOIN people p ON p.id = e.person_id"
            " WHERE p.code = ? AND e.kind = 'service' GROUP BY e.iso_week",
            most_active,
        )
    )
    assert weekly[2] == "、".join(
        f"W{week} {served.get(week, 0)} 分{'✓' if served.get(week, 0) >= 120 else ''}"
        for week in range(45, 50)
    )
    [(untold,)] = demo.ask("SELECT count(*) FROM notices WHERE told_at IS NULL")
    assert f"\n  【志愿服务通知】共 {untold} 条" in text


def test_the_week_that_was_planned_is_shown_with_its_proof(demo: Demo) -> None:
    """As the draft's places are: nobody is on two of them at once, and what lacks somebody is explained."""
    text = demo.sections["六"]
    places = demo.ask(
        "SELECT s.id, s.minimum, count(p.id) FROM shifts s LEFT JOIN draft_places p ON p.shift_id = s.id"
        " JOIN programmes g ON g.id = s.programme_id WHERE g.code = 'school'"
        " AND s.civil_date BETWEEN '2026-12-14' AND '2026-12-20' GROUP BY s.id"
    )
    assert len(places) == 25
    assert f"  25 个班次排了 {sum(people for *_, people in places)} 人次，已证明没有更好的排法。" in text
    levels = re.search(r"缺的人 +(\d+) +(\d+) ", text)
    assert levels
    assert levels[1] == levels[2]
    short = [minimum - people for _, minimum, people in places if people < minimum]
    explained = re.findall(r"    缺 (\d) 人(?:，其中带班 \d 人)?：.+\n    最省的办法：(.+)", text)
    assert sum(int(lacks) for lacks, _ in explained) == int(levels[1]) >= sum(short) > 0
    assert all("可补 1 人" in fix for _, fix in explained)
    twice = "SELECT 1 FROM draft_places p JOIN shifts s ON s.id = p.shift_id GROUP BY person_id, civil_date"
    assert demo.ask(f"{twice} HAVING count(*) > 1") == []


def test_nobody_can_be_reached_or_told_by_what_is_printed(demo: Demo) -> None:
    """Only the roster names people; no phone stands anywhere, nothing of a child."""
    assert list(demo.sections) == ["一", "二", "三", "四", "五", "六", "七"]
    assert MOBILE.search(SECRET.sub("", demo.printed)) is None
    below = "".join(text for numeral, text in demo.sections.items() if numeral != "一")
    names = {name for (name,) in demo.ask("SELECT name FROM people UNION SELECT name FROM children")}
    assert len(names) > 400
    assert [name for name in names if name in below] == []


def test_the_addresses_lead_where_they_say(demo: Demo, work: Work) -> None:
    """The tokens are of an officer, a leader and a volunteer; the calendar is the volunteer's alone."""
    text = demo.sections["七"]
    assert "  接口文档        http://127.0.0.1:8000/docs\n" in text
    secrets = re.search(
        r"/feeds/(S)\.ics\n.*Bearer (S)\" .*队长凭证 +(S)\n.*志愿者凭证 +(S)\n".replace("S", SECRET.pattern),
        text,
        re.DOTALL,
    )
    assert secrets
    calendar, officer, leader, volunteer = secrets.groups()
    assert actor_of(work, secret=officer).officer
    [(school,)] = demo.ask("SELECT id FROM teams WHERE code = 'school'")
    assert actor_of(work, secret=leader).teams == {school}
    signed_in = actor_of(work, secret=volunteer)
    assert (signed_in.officer, signed_in.communities) == (False, frozenset())

    work.by = Actor.anonymous()
    body = feed(work, secret=calendar).body.decode().replace("\r\n ", "")
    assert body.count("BEGIN:VEVENT") >= 1
    assert MOBILE.search(body) is None
    others = demo.ask("SELECT name FROM people WHERE id <> ?", signed_in.person_id)
    assert [name for (name,) in others if name in body] == []
    assert [name for (name,) in demo.ask("SELECT name FROM children") if name in body] == []


def test_the_certificate_says_what_the_volunteer_has_served_in_closed_months(demo: Demo, work: Work) -> None:
    number, times, hours = re.findall(r"记录证明 (\S+)：(\d+) 次，共 ([\d.]+) 小时", demo.sections["五"])[0]
    served = demo.ask(
        "SELECT count(*), sum(e.minutes) FROM certificates c JOIN ledger_entries e USING (person_id)"
        " JOIN month_closings m ON m.community_id = e.community_id"
        "   AND m.month = strftime('%Y-%m-01', e.civil_date) AND m.state = 'closed'"
        " WHERE e.kind = 'service' AND e.reverses_id IS NULL"
        "   AND e.id NOT IN (SELECT reverses_id FROM ledger_entries WHERE reverses_id IS NOT NULL)"
    )
    assert [(entries, f"{minutes // 6 / 10:.1f}") for entries, minutes in served] == [(int(times), hours)]
    code = re.search(rf"证明的公开查验 .*/certificates/{number}/(\S+)", demo.sections["七"])
    assert code
    work.by = Actor.anonymous()
    assert confirm(work, number=number, code=code[1]).hours == hours


def test_a_second_run_starts_clean_and_serves_what_it_printed(demo: Demo, tmp_path: Path) -> None:
    folder = tmp_path / "office"
    shutil.copytree(demo.folder, folder)
    port, output = free_port(), tmp_path / "printed.txt"
    with output.open("w") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "api.command_line", "demo", "--folder", folder, "--port", str(port)],
            stdout=out,
            stderr=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            start_new_session=True,
        )
    base = f"http://127.0.0.1:{port}"
    try:
        wait_for_answer(process, f"{base}/health")
        printed = output.read_text(encoding="utf-8")
        feed_address = re.search(rf"{base}/feeds/\S+\.ics", printed)
        command = re.search(rf'curl -H "(.*): (.*)" \\\n +"({base}/v1/tally\S*)"', printed)
        assert feed_address
        assert command
        found = httpx.get(feed_address[0], trust_env=False)
        tallied = httpx.get(command[3], headers={command[1]: command[2]}, trust_env=False)
        leader, volunteer = (re.findall(rf"{who}凭证 +(\S+)", printed)[0] for who in ("队长", "志愿者"))
        planned = run("plan_a_week.py", base, leader)
        officer = command[2].removeprefix("Bearer ")
        closed = run("close_a_month.py", base, officer, leader, volunteer, str(tmp_path))
    finally:
        process.terminate()
        ended(process)
    assert process.returncode == 0
    assert "BEGIN:VEVENT" in found.text
    assert re.search(r"planned in .* 6 missing .*; proven best", planned)
    assert re.search(r"planned again in .* 5 missing .*; proven best", planned)  # by the suggested change
    assert re.search(r"repaired in .* 5 missing .*\n  of what is published: 1 added, 0 dropped", planned)
    assert f" {tallied.json()['service_minutes'] // 6 / 10:.1f} " in Demo(folder, printed).sections["三"]

    november_closed(closed, tmp_path, tallied.json()["service_minutes"])

    def masked(text: str, folder: Path) -> str:
        plain = re.sub(r":\d+/", ":8000/", text.replace(str(folder), "FOLDER"))
        return SECRET.sub("SECRET", re.sub(r"(/certificates/[\d-]+/)\S+", r"\1CODE", plain))

    first, second = masked(demo.printed, demo.folder), masked(printed, folder)
    assert second[: len(first)] == first
    assert second[len(first) :].startswith("正在启动志愿服务系统：")


def november_closed(said: str, folder: Path, before: int) -> None:
    """By three roles; workbook and certificate say what the tally says, read by other libraries."""
    assert said.count("closed by the community, then by the street office: closed") == 5
    assert "1 claims" in said
    assert re.search(r"2 unmarked.*\n  the coordinator closes it: 422 month_not_ready", said)
    minutes, people = map(
        int, re.findall(r"in all (\d+) minutes by (\d+) people, by either way: True", said)[0]
    )
    assert minutes > before  # with the claim, and who was not marked
    assert "November stays as it is: True" in said
    sums = load_workbook(folder / "2026-11.xlsx", data_only=True)["汇总"]
    totals = [row for row in sums.iter_rows(values_only=True) if row[0] == "合计"]
    assert [(row[2], row[4]) for row in totals] == [(people, minutes)] * 2
    number, hours = re.findall(r"certificate (\S+): ([\d.]+) hours, 0 open", said)[0]
    text = "".join(page.extract_text() for page in PdfReader(folder / "certificate.pdf").pages)
    assert number in text
    assert f"{hours}小时" in re.sub(r"\s", "", text)


def test_without_the_sample_it_says_so(tmp_path: Path) -> None:
    """As installed from a wheel: the packages without the examples beside them."""
    for package in ("api", "volunteer_core"):
        shutil.copytree(ROOT / package, tmp_path / package)
    done = subprocess.run(
        [sys.executable, "-m", "api.command_line", "demo", "--once"],
        cwd=tmp_path,
        env={name: value for name, value in os.environ.items() if name != "PYTHONPATH"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "未执行：找不到样例数据 examples/fengxiang，请在源码目录中运行。\n"
    assert not (tmp_path / ".demo").exists()
