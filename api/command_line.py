"""The command ``volunteer``. Heavy modules are imported by the commands that need them."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import Process
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click
from msgspec.structs import replace

from api.settings import Settings, SettingsInvalid, read_settings, variable
from volunteer_core.errors import Refused
from volunteer_core.permissions import Actor, rights_table
from volunteer_core.timespans import civil

if TYPE_CHECKING:
    from volunteer_core.database import Database
    from volunteer_core.sheets.importing import Imported, Preview


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """街道志愿服务：排班、日历、活动、时长和五点学堂。"""


@main.command()
@click.option("--host", help="监听地址，默认只供本机访问。")
@click.option("--port", type=int, help="端口。")
@click.option("--workers", type=int, help="工作进程数。")
def serve(host: str | None, port: int | None, workers: int | None) -> None:
    """启动服务。按 Ctrl+C 停止。"""
    _serve(host, port, workers)


def _serve(host: str | None, port: int | None, workers: int | None) -> None:
    for field, value in (("host", host), ("port", port), ("workers", workers)):
        if value is not None:  # the workers read the environment too
            os.environ[variable(field)] = str(value)
    settings = _settings()
    _refuse_taken(settings.host, settings.port)
    _refuse_unusable()

    from granian.constants import Interfaces
    from granian.server import Server

    click.echo(f"正在启动志愿服务系统：{settings.workers} 个工作进程，每个 {settings.threads} 个线程。")
    server = Server(
        "api.serving:app",
        address=settings.host,
        port=settings.port,
        interface=Interfaces.ASGI,
        workers=settings.workers,
        factory=True,
        websockets=False,
        log_enabled=False,
        respawn_failed_workers=True,
        workers_kill_timeout=10,  # seconds that a request has to finish when the server stops
    )
    server.on_startup(lambda: _say_where(settings.links_base))
    server.serve()  # until SIGINT or SIGTERM
    click.echo("已停止。")


@main.command()
@click.option("--once", is_flag=True, help="只显示摘要，不启动服务。")
@click.option("--port", type=int, default=8000, show_default=True, help="端口。")
@click.option(
    "--folder",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path(".demo"),
    show_default=True,
    help="演示数据库所在的文件夹，每次重新生成。",
)
def demo(once: bool, port: int, folder: Path) -> None:
    """用样例街道办演示：导入、排班、时长、活动，然后启动服务。"""
    from api.demo.run import SAMPLE, run

    if not (SAMPLE / "office.toml").exists():
        _stop("找不到样例数据 examples/fengxiang，请在源码目录中运行。")
    settings = replace(_settings(), port=port)
    if not once:  # better told now than when the sample is made
        _refuse_taken(settings.host, port)
    served = run(folder=folder, base=settings.links_base, say=click.echo)
    if not once:
        os.environ.update({variable(field): value for field, value in served.items()})
        _serve(None, port, None)


@main.group()
def database() -> None:
    """管理数据库。"""


@database.command("upgrade")
def database_upgrade() -> None:
    """把数据库升级到当前版本；空数据库则建立全部表。"""
    from volunteer_core.migrations import current, upgrade

    with _office(newest=False) as office:
        before = current(office)
        upgrade(office)
        after = current(office)
    click.echo(f"数据库版本：{before or '空'} → {after}")


@main.command("import")
@click.argument("folder", type=click.Path(path_type=Path))
def import_command(folder: Path) -> None:
    """从文件夹导入一个街道办：office.toml 和 people、guardians、children 三份表格（.csv 或 .xlsx）。"""
    from volunteer_core.sheets.office import import_folder

    with _office() as office, office.write(by=Actor.system("命令行导入")) as work:
        for imported in import_folder(work, folder=folder):
            click.echo(_said(imported))


@main.command("import-sheet")
@click.argument("kind", type=click.Choice(["people", "hours"]))
@click.argument("file", type=click.Path(dir_okay=False, exists=True, path_type=Path))
@click.option("--preview", is_flag=True, help="只检查并说明会导入什么，不作任何更改。")
def import_sheet(kind: str, file: Path, preview: bool) -> None:
    """导入一份表格（.xlsx 或 CSV）：people 为人员，hours 为以往时长。"""
    from volunteer_core.commitments.busy.opens import Acting
    from volunteer_core.sheets.files import content_of
    from volunteer_core.sheets.importing import import_file, preview_file
    from volunteer_core.sheets.past_hours import HOURS
    from volunteer_core.sheets.people import PEOPLE

    form = {"people": PEOPLE, "hours": HOURS}[kind]
    with _office() as office:
        opens = Acting(office, Actor.system("命令行导入表格"))
        content = content_of(file)
        if not preview:
            click.echo(_said(import_file(opens, form, file=file.name, content=content)))
            return
        seen = preview_file(opens, form, file=file.name, content=content)
        click.echo(f"预览（未作任何更改）{_said(seen)}")
        for name in seen.left_out:
            click.echo(f"  不读取工作表「{name}」")
        for one in (*seen.problems, *seen.remarks):
            click.echo(f"  {one.where}：{one.problem}")
        if seen.problem_count:
            _stop(f"有 {seen.problem_count} 处问题，改正后才能导入。")


def _said(imported: Imported | Preview) -> str:
    """What an import did, or would do, in words."""
    return f"{imported.file}：新增 {imported.added}，更正 {imported.corrected}，未变 {imported.unchanged}"


@main.command()
@click.argument("code")
@click.option("--name", help="人员还不存在时，用这个姓名登记。")
@click.option("--officer", is_flag=True, help="同时授予街道工作人员角色。")
@click.option("--days", type=int, default=180, show_default=True, help="有效天数。")
def token(code: str, name: str | None, officer: bool, days: int) -> None:
    """为编号为 CODE 的人员签发登录凭证，只显示一次。第一个凭证由此而来。"""
    from volunteer_core.access import tokens

    with _office() as office, office.write(by=Actor.system("命令行签发凭证")) as work:
        issued = tokens.issue_first(work, code=code, name=name, officer=officer, valid_days=days)
    click.echo(f"凭证（有效至 {civil(issued.expires_at):%Y-%m-%d}，只显示这一次）：\n{issued.secret}")


@main.command()
def tick() -> None:
    """处理到期的事项；可以反复运行，也可以由 cron 每分钟运行。"""
    from volunteer_core.tick import run

    with _office() as office:
        done = run(office)
        click.echo(f"写入到期提醒 {done.expiry_warnings} 条。")
        click.echo(f"提醒答复何时能来 {done.availability_reminders} 条。")


@main.group("hours")
def hours_group() -> None:
    """核对时长汇总。"""


@hours_group.command("verify")
@click.option("--mend", is_flag=True, help="按台账重新汇总。")
def hours_verify(mend: bool) -> None:
    """按台账重新计算全部汇总，列出每一处差异。"""
    from volunteer_core.hours import verifying

    by = Actor.system("volunteer hours verify")
    with _office() as office:
        with office.read(by=by) as work:
            found = verifying.verify(work)
        if found and mend:
            with office.write(by=by) as work:
                verifying.sum_up_anew(work)
    for one in found:
        click.echo(
            f"{one.period}，人员 {one.person_id}，队伍 {one.team_id}，项目 {one.programme_id}，"
            f"社区 {one.community_id}，{one.kind}：汇总 {one.minutes_kept}，台账 {one.minutes_entered} 分钟"
        )
    if not found:
        click.echo("汇总与台账一致。")
    elif mend:
        click.echo("已按台账重新汇总。")
    else:
        click.echo(
            f"有 {len(found)} 处差异（最多列出 {verifying.MOST_NAMED} 处）；加 --mend 可按台账重新汇总。"
        )
        raise SystemExit(1)


@main.command()
def plan() -> None:
    """计算等待中的排班草稿，算完为止；服务运行时会自动计算。"""
    from api.planning_process import plan_waiting

    with _office() as office:
        click.echo(f"已计算 {plan_waiting(office, _settings().planners)} 份草稿。")


@main.command()
def rights() -> None:
    """显示权限表：每项操作谁可以做。"""
    click.echo(rights_table())


def _settings() -> Settings:
    try:
        return read_settings()
    except SettingsInvalid as refusal:
        _stop(str(refusal))


@contextmanager
def _office(*, newest: bool = True) -> Iterator[Database]:
    """The office of the settings, opened for one command, which needs its newest tables."""
    from volunteer_core.migrations import demand_newest
    from volunteer_core.opening import open_office

    settings = _settings()
    with _refusals():
        office = open_office(settings.database_url, clock=settings.clock)
        try:
            if newest:
                demand_newest(office)
            yield office
        finally:
            office.dispose()


def _refuse_unusable() -> None:
    """Refuses a database that is not there or not at the newest version: in a process of its own, for
    workers are forked from this one and would carry along what only the look needs."""
    look = Process(target=_look)
    look.start()
    look.join()
    if look.exitcode:
        raise SystemExit(look.exitcode)


def _look() -> None:
    from volunteer_core.database import Database, reaching
    from volunteer_core.migrations import demand_newest

    with _refusals(), reaching():
        demand_newest(Database(_settings().database_url))  # without its watchers: they take time to load


@contextmanager
def _refusals() -> Iterator[None]:
    """Says a refusal in words, with every problem of a file."""
    try:
        yield
    except Refused as refused:
        problems = refused.facts.get("problems", [])
        lines = [refused.message]
        for problem in problems if isinstance(problems, list) else []:
            where = " ".join(
                str(problem[key]) for key in ("file", "sheet", "line", "column") if problem.get(key)
            )
            lines.append(f"  {where}：{problem['problem']}")
        _stop("\n".join(lines))


def _stop(why: str) -> NoReturn:
    click.echo(f"未执行：{why}", err=True)
    raise SystemExit(1)


def _refuse_taken(host: str, port: int) -> None:
    """Granian shares its port (SO_REUSEPORT): a second server would silently get half of the requests."""
    try:
        socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET).close()
    except OSError as error:
        _stop(f"无法监听 {host}:{port}：{error.strerror or error}。")


def _say_where(base: str) -> None:
    click.echo(f"接口文档：{base}/docs\n运行状态：{base}/ready\n按 Ctrl+C 停止。")


if __name__ == "__main__":
    main()
