"""``volunteer demo``: a clean sample office each time, its summary, and, unless once, its server."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import click
from rich.console import Console

from api.demo import PRESENT
from api.settings import variable
from volunteer_core.migrations import upgrade
from volunteer_core.opening import open_office

SAMPLE = Path(__file__).parents[2] / "examples" / "fengxiang"
WIDTH = 110


def run(*, folder: Path, once: bool, port: int, serve: Callable[[], None]) -> None:
    """Loads the sample into a new SQLite file in the folder, shows it and serves it."""
    if not (SAMPLE / "office.toml").exists():
        raise click.ClickException("找不到样例数据 examples/fengxiang，请在源码目录中运行。")
    from api.demo import history, summary

    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "office.sqlite3"
    for old in folder.glob(f"{file.name}*"):
        old.unlink()
    url = f"sqlite:///{file.resolve()}"
    click.echo(f"新建演示数据库 {file} ……")
    database = open_office(url, clock=lambda: PRESENT)
    try:
        upgrade(database)
        sample = history.live(database, SAMPLE, click.echo)
        console = Console(width=WIDTH, highlight=False, soft_wrap=False)
        summary.show(database, sample, console)
    finally:
        database.dispose()
    base = f"http://127.0.0.1:{port}"
    tally = f"{base}/v1/tally?by=team&first=2026-11-01&last=2026-11-30"
    click.echo(f"""
六、地址（演示凭证每次重新生成）
  接口文档        {base}/docs
  志愿者的日历    {base}/feeds/{sample.feed_secret}.ics
  时长统计        curl -H "Authorization: Bearer {sample.officer_token}" \\
                       "{tally}"
  队长凭证        {sample.leader_token}
  志愿者凭证      {sample.volunteer_token}""")
    if once:
        return
    os.environ[variable("database_url")] = url
    os.environ[variable("now")] = PRESENT.isoformat()
    os.environ[variable("port")] = str(port)
    serve()
