"""``volunteer demo``: a clean sample office each time, its summary, and where to look at it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from rich.console import Console

from api.demo import PRESENT, history, planning, summary
from volunteer_core.migrations import upgrade
from volunteer_core.opening import open_office

SAMPLE = Path(__file__).parents[2] / "examples" / "fengxiang"
WIDTH = 110


def run(*, folder: Path, base: str, say: Callable[[str], None]) -> dict[str, str]:
    """Loads the sample into a new SQLite file in the folder and shows it.

    ``base`` is where its server will be reached. Returns that server's settings.
    """
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "office.sqlite3"
    for old in folder.glob(f"{file.name}*"):
        old.unlink()
    url = f"sqlite:///{file.resolve()}"
    say(f"新建演示数据库 {file} ……")
    database = open_office(url, clock=lambda: PRESENT, base_url=base)
    try:
        upgrade(database)
        sample = history.live(database, SAMPLE, say)
        say("按队员说明的时间计算再下一周的排班……")
        draft = planning.plan(database, sample.school)
        console = Console(width=WIDTH, highlight=False, soft_wrap=False)
        summary.show(database, sample, draft, console)
    finally:
        database.dispose()
    certificate = sample.certificate
    tally = f"{base}/v1/tally?by=team&first=2026-11-01&last=2026-11-30"
    say(f"""
七、地址（演示凭证每次重新生成）
  接口文档        {base}/docs
  志愿者的日历    {base}/feeds/{sample.feed_secret}.ics
  家长的日历      {base}/feeds/{sample.family_secret}.ics
  公开活动、班休  {base}/calendars/events.ics  {base}/calendars/workdays.ics
  记录证明        {base}/v1/certificates/{certificate.id}/pdf（志愿者凭证）
  证明的公开查验  {certificate.contents.address}
  时长统计        curl -H "Authorization: Bearer {sample.officer_token}" \\
                       "{tally}"
  队长凭证        {sample.leader_token}
  志愿者凭证      {sample.volunteer_token}""")
    return {"database_url": url, "now": PRESENT.isoformat(), "base_url": base}
