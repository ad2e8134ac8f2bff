"""The command ``volunteer`` as a person at the terminal runs it: what it does, says and refuses."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select, text

from api.command_line import main
from tests.api.test_serving import free_port
from tests.sheets.writing import people_sheet
from tests.world import World
from volunteer_core.access.authentication import TokenInvalid, actor_of
from volunteer_core.access.secrets import digest
from volunteer_core.migrations import current, newest
from volunteer_core.notices.outbox import list_notices
from volunteer_core.opening import open_office
from volunteer_core.people.models import CheckResult
from volunteer_core.people.registry import register
from volunteer_core.people.vouching import record_check
from volunteer_core.permissions import RIGHTS, Actor, Scope
from volunteer_core.rosters.drafts.models import DraftStatus
from volunteer_core.rosters.drafts.reading import list_drafts
from volunteer_core.rosters.drafts.requesting import request_draft
from volunteer_core.tables import Table

SAMPLE = Path(__file__).parents[2] / "examples" / "fengxiang"
SCRIPT = Actor.system("test")
NOW = datetime.fromisoformat("2026-12-03T12:00:00+08:00")
NOT_UPGRADED = "未执行：数据库还没有建立或不是最新版本，请先运行 volunteer database upgrade。\n"
TOO_NEW = "未执行：数据库的版本（9999）比程序新，请更新程序。\n"
COMMANDS = (("import", str(SAMPLE)), ("token", "P001"), ("tick",), ("plan",), ("database", "upgrade"))


def volunteer(url: str, *arguments: str, **environment: str) -> Result:
    """Runs a command on a database at a fixed present; an exception fails the test with its traceback."""
    fixed = {"VOLUNTEER_DATABASE_URL": url, "VOLUNTEER_NOW": NOW.isoformat()}
    return CliRunner().invoke(main, arguments, env=fixed | environment, catch_exceptions=False)


def said(url: str, *arguments: str) -> str:
    """What a command says that succeeds."""
    result = volunteer(url, *arguments)
    assert (result.exit_code, result.stderr) == (0, "")
    return result.stdout


def refused(url: str, *arguments: str, **environment: str) -> str:
    """What a command says that refuses: on stderr, and nothing else."""
    result = volunteer(url, *arguments, **environment)
    assert (result.exit_code, result.stdout) == (1, "")
    return result.stderr


def contents(url: str) -> dict[str, list[tuple[Any, ...]]]:
    """All rows of all tables, the audit log's too."""
    office = open_office(url)
    with office.engine.connect() as connection:
        found = {
            table.name: sorted(map(tuple, connection.execute(select(table))), key=repr)
            for table in Table.metadata.sorted_tables
        }
    office.dispose()
    return found


def test_upgrading_says_from_which_version_to_which(engine_url: str) -> None:
    assert said(engine_url, "database", "upgrade") == f"数据库版本：空 → {newest()}\n"
    assert said(engine_url, "database", "upgrade") == f"数据库版本：{newest()} → {newest()}\n"
    office = open_office(engine_url)
    assert current(office) == newest()
    office.dispose()


def test_a_database_without_the_newest_tables_is_left_alone(engine_url: str) -> None:
    """Empty, or of another version: a person is told what to do first."""
    commands = [command for command in COMMANDS if command[0] != "database"]
    assert [refused(engine_url, *command) for command in commands] == [NOT_UPGRADED] * len(commands)
    said(engine_url, "database", "upgrade")
    before = contents(engine_url)
    office = open_office(engine_url)
    with office.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    office.dispose()
    assert [refused(engine_url, *command) for command in COMMANDS] == [TOO_NEW] * len(COMMANDS)
    assert contents(engine_url) == before


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command[0])
def test_a_database_that_cannot_be_opened_is_told_in_a_sentence(
    tmp_path: Path, command: tuple[str, ...]
) -> None:
    (tmp_path / "letter.txt").write_text("This is a letter to the office and no database at all.")
    for url, reason in (
        (f"sqlite:///{tmp_path}/nowhere/office.db", "unable to open database file"),
        (f"sqlite:///{tmp_path}/letter.txt", "file is not a database"),
        (f"postgresql+psycopg://me:secret@127.0.0.1:{free_port()}/office", "Connection refused"),
        ("postgresql://me:se@cret:x@127.0.0.1/office", "地址有误"),
        ("sqlite+nothing:///office.db", "sqlite.nothing"),
        ("sqlite://", "地址有误"),
    ):
        told = refused(url, *command)
        assert told.startswith("未执行：数据库无法打开（"), url
        assert told.endswith("），请检查 VOLUNTEER_DATABASE_URL 以及数据库是否在运行。\n"), url
        assert told.count("\n") == 1
        assert reason in told
        assert "cret" not in told


@pytest.mark.parametrize("command", [*COMMANDS, ("serve",)], ids=lambda command: command[0])
@pytest.mark.parametrize(
    ("name", "value"), [("VOLUNTEER_PORT", "abc"), ("VOLUNTEER_DATABASE_URL", "office.db")]
)
def test_a_bad_setting_is_told_by_its_name(command: tuple[str, ...], name: str, value: str) -> None:
    told = refused("sqlite:///never-opened.db", *command, **{name: value})
    assert told.startswith(f"未执行：环境变量 {name} 有误：")
    assert not Path("never-opened.db").exists()


def smaller(folder: Path) -> dict[str, int]:
    """A copy of the sample with fewer people: whom its office names, and each fourth child with its
    guardians. How many each sheet then has."""
    office = (SAMPLE / "office.toml").read_text(encoding="utf-8")
    folder.mkdir()
    (folder / "office.toml").write_text(office, encoding="utf-8")
    named, kept = set(re.findall(r"[GPV]\d+", office)), {}
    for sheet in ("children.csv", "guardians.csv", "people.csv"):
        heading, *lines = (SAMPLE / sheet).read_text(encoding="utf-8-sig").splitlines()
        if sheet == "children.csv":
            lines = lines[::4]
            named |= set(re.findall(r"\b[A-Z]+\d+\b", "\n".join(lines)))
        else:
            lines = [line for line in lines if line.split(",")[0] in named]
        kept[sheet] = len(lines)
        (folder / sheet).write_text("\n".join([heading, *lines, ""]), encoding="utf-8")
    return {sheet: kept[sheet] for sheet in ("people.csv", "guardians.csv", "children.csv")}


def test_importing_an_office_again_adds_nothing(office_url: str, tmp_path: Path) -> None:
    sizes = smaller(tmp_path / "office")
    first = said(office_url, "import", str(tmp_path / "office")).splitlines()
    assert first == [f"{sheet}：新增 {size}，更正 0，未变 0" for sheet, size in sizes.items()]
    before = contents(office_url)
    people, guardians, children = sizes.values()
    assert children > 30
    assert [len(before[table]) for table in ("people", "children", "grids")] == [
        people + guardians,
        children,
        45,
    ]
    again = said(office_url, "import", str(tmp_path / "office")).splitlines()
    assert again == [f"{sheet}：新增 0，更正 0，未变 {size}" for sheet, size in sizes.items()]
    assert contents(office_url) == before


def test_a_malformed_folder_is_refused_with_every_place(office_url: str, tmp_path: Path) -> None:
    """Each problem has its file, line and column, and nothing of the folder is loaded."""
    before = contents(office_url)
    folder = tmp_path / "office"
    folder.mkdir()
    for nothing in (folder, tmp_path / "nowhere"):
        told = refused(office_url, "import", str(nothing)).splitlines()
        assert told[1:] == ["  office.toml：文件夹里没有这个文件。"]

    (folder / "office.toml").write_text('[[communities]]\ncode = "c"\nname = "新社区"\n', encoding="utf-8")
    rows = people_sheet({}, {"code": "V2", "birth_date": "1988-19-04"}, {"code": "V900", "phone": "12"})
    (folder / "people.csv").write_bytes(rows + b"V3,Wang\n")
    told = refused(office_url, "import", str(folder)).splitlines()
    assert told[0].startswith("未执行：文件 people.csv 有 4 处问题，未导入任何内容。")
    assert told[1:] == [
        "  people.csv 3 birth_date：不是有效的日期，应写作 2026-09-01。",
        "  people.csv 4 code：与第 2 行重复。",
        "  people.csv 4 phone：不是有效的电话号码。",
        "  people.csv 5：应有 15 列，实有 2 列。",
    ]

    (folder / "office.toml").write_text("[office]\nvalid_from = tomorrow\n", encoding="utf-8")
    told = refused(office_url, "import", str(folder)).splitlines()
    assert told[1:] == ["  office.toml 2 14：不是有效的 TOML。"]
    assert contents(office_url) == before


def test_a_token_is_the_way_into_a_new_office(office_url: str) -> None:
    """Its secret signs in until its last day; the role is granted once; only a digest is kept."""

    def issued(*arguments: str) -> tuple[str, str]:
        sentence, secret = said(office_url, "token", *arguments).splitlines()
        return sentence, secret

    def actor(secret: str, *, now: datetime = NOW) -> Actor:
        office = open_office(office_url)
        try:
            with office.read(by=SCRIPT, now=now) as work:
                return actor_of(work, secret=secret)
        finally:
            office.dispose()

    sentence, plain = issued("V1", "--name", "王示例")
    assert sentence == "凭证（有效至 2027-06-01，只显示这一次）："
    assert not actor(plain).officer
    sentence, officer = issued("V1", "--officer", "--days", "30")
    assert sentence == "凭证（有效至 2027-01-02，只显示这一次）："
    _, again = issued("V1", "--officer", "--name", "李别人")
    assert len({plain, officer, again}) == 3
    assert [actor(secret).officer for secret in (plain, officer, again)] == [True] * 3  # the person's role

    last = NOW + timedelta(days=30)
    assert actor(officer, now=last - timedelta(seconds=1)).person_id == actor(plain).person_id
    with pytest.raises(TokenInvalid):
        actor(officer, now=last)

    kept = contents(office_url)
    assert len(kept["role_grants"]) == 1
    later = "2027-06-01T02:00:00+08:00"  # when a date in UTC would be the day before
    assert volunteer(office_url, "token", "V1", "--days", "1", VOLUNTEER_NOW=later).stdout.startswith(
        "凭证（有效至 2027-06-02，"
    )
    assert ["王示例" in row for row in kept["people"]] == [True]
    for secret in (plain, officer, again):
        assert str(digest(secret)) in repr(kept)
        assert secret not in repr(kept)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["NOBODY"], "没有找到编号为 NOBODY 的记录。"),
        (["V1", "--name", "王示例", "--days", "0"], "应在 1 至 400 天之间。"),
        (["V1", "--name", "王示例", "--days", "401"], "应在 1 至 400 天之间。"),
        (["V 1", "--name", "王示例"], "填写的内容有误：code"),
    ],
    ids=["unknown", "no days", "too many days", "no code"],
)
def test_a_token_that_is_not_issued_leaves_nothing(
    office_url: str, arguments: list[str], sentence: str
) -> None:
    before = contents(office_url)
    told = refused(office_url, "token", *arguments, "--officer")
    assert told.startswith("未执行：")
    assert sentence in told
    assert contents(office_url) == before


def test_a_tick_says_what_it_wrote_and_writes_it_once(office_url: str) -> None:
    office = open_office(office_url, clock=lambda: NOW)
    with office.write(by=SCRIPT) as work:
        for name, days in (("王阿姨", 360), ("李阿姨", 100)):
            person = register(work, name=name).id
            checked = (NOW - timedelta(days=days)).date()
            record_check(work, person_id=person, checked_on=checked, result=CheckResult.CLEAR)
    for number in (1, 0):
        told = said(office_url, "tick").splitlines()
        assert told == [f"写入到期提醒 {number} 条。", "提醒答复何时能来 0 条。"]
    with office.read(by=SCRIPT) as work:
        assert list_notices(work).total == 1
    office.dispose()


def test_planning_by_hand_does_what_waits(office_url: str) -> None:
    office = open_office(office_url, clock=lambda: NOW)
    world = World(office)
    for _ in range(2):
        world.shift(day=NOW.date() + timedelta(days=1), now=NOW)
        span = {"first_day": NOW.date(), "last_day": NOW.date() + timedelta(days=7)}
        world.do(request_draft, now=NOW, programme_id=world.school, **span)
    assert said(office_url, "plan") == "已计算 2 份草稿。\n"
    assert said(office_url, "plan") == "已计算 0 份草稿。\n"
    found = world.see(list_drafts, programme_id=world.school).items
    assert [(one.status, one.finished_at) for one in found] == [(DraftStatus.READY, NOW)] * 2
    office.dispose()


def test_the_table_of_rights_has_a_row_for_each_operation() -> None:
    """It is printed without a database."""
    heading, *rows = [line.split() for line in said("sqlite:///nowhere/office.db", "rights").splitlines()]
    assert heading == ["operation", *Scope]
    assert [row[0] for row in rows] == list(RIGHTS)
    for operation, *marks in rows:
        held = {scope for scope, mark in zip(Scope, marks, strict=True) if mark == "x"}
        assert held == RIGHTS[operation], operation


def test_a_sheet_is_looked_over_then_imported(office_url: str, tmp_path: Path) -> None:
    sheet = tmp_path / "花名册.csv"
    sheet.write_text("花名册,\n编号,姓名\nX1,王小敏\nX2,\n", encoding="gbk")
    before = contents(office_url)
    result = volunteer(office_url, "import-sheet", "people", str(sheet), "--preview")
    assert result.stdout.splitlines() == [
        "预览（未作任何更改）花名册.csv：新增 1，更正 0，未变 0",
        "  第 4 行「姓名」列：不能为空。",
    ]
    assert (result.exit_code, result.stderr) == (1, "未执行：有 1 处问题，改正后才能导入。\n")
    assert "第 4 行「姓名」列不能为空。" in refused(office_url, "import-sheet", "people", str(sheet))
    assert contents(office_url) == before
    sheet.write_text("花名册,\n编号,姓名\nX1,王小敏\n", encoding="gbk")
    seen = said(office_url, "import-sheet", "people", str(sheet), "--preview")
    assert seen == "预览（未作任何更改）花名册.csv：新增 1，更正 0，未变 0\n"
    assert contents(office_url) == before
    for counted in ("新增 1，更正 0，未变 0", "新增 0，更正 0，未变 1"):
        assert said(office_url, "import-sheet", "people", str(sheet)) == f"花名册.csv：{counted}\n"


def test_a_sheet_that_is_too_large_is_not_read(office_url: str, tmp_path: Path) -> None:
    with (tmp_path / "large.csv").open("wb") as file:
        file.truncate(200_000_000)
    assert "文件超过 20 MB" in refused(office_url, "import-sheet", "hours", str(tmp_path / "large.csv"))
