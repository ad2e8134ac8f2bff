"""The command ``volunteer``. Heavy modules are imported by the commands that need them."""

from __future__ import annotations

import os

import click

from api.settings import SettingsInvalid, read_settings, variable


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """街道志愿服务：排班、日历、活动、时长和五点学堂。"""


@main.command()
@click.option("--host", help="监听地址，默认只供本机访问。")
@click.option("--port", type=int, help="端口。")
@click.option("--workers", type=int, help="工作进程数。")
def serve(host: str | None, port: int | None, workers: int | None) -> None:
    """启动服务。按 Ctrl+C 停止。"""
    for field, value in (("host", host), ("port", port), ("workers", workers)):
        if value is not None:  # the workers read the environment too
            os.environ[variable(field)] = str(value)
    try:
        settings = read_settings()
    except SettingsInvalid as refusal:
        raise click.ClickException(str(refusal)) from refusal

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
    )
    server.on_startup(lambda: _say_where(settings.links_base))
    try:
        server.serve()
    except (RuntimeError, OSError) as error:
        raise click.ClickException(f"无法监听 {settings.host}:{settings.port}：{error}") from error
    click.echo("已停止。")


def _say_where(base: str) -> None:
    click.echo(f"接口文档：{base}/docs\n运行状态：{base}/ready\n按 Ctrl+C 停止。")


if __name__ == "__main__":
    main()
