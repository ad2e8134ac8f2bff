"""A year of 300,000 entries as a workbook and as CSV, against xlsxwriter alone, and past hours in:
``python -m tests.benchmarks.sheets``, with the number of entries if it is to be another.

Each is measured in a process of its own, so that its peak memory is its own.
"""

from __future__ import annotations

import io
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, BinaryIO

import xlsxwriter
from sqlalchemy import insert

from volunteer_core.database import Database
from volunteer_core.hours.models import EntryKind, EntrySource, LedgerEntry
from volunteer_core.migrations import upgrade
from volunteer_core.opening import open_office
from volunteer_core.people.models import Person
from volunteer_core.permissions import Actor
from volunteer_core.places.directory import add_community
from volunteer_core.sheets.hour_book import ENTRY_COLUMNS, write_hour_book
from volunteer_core.sheets.hour_csv import write_hour_csv
from volunteer_core.sheets.hour_lines import HourLines
from volunteer_core.sheets.past_hours import import_hours
from volunteer_core.teams.membership import found_team
from volunteer_core.timespans import week_of

ENTRIES = 300_000
PEOPLE = 5_000
IMPORTED = 2_000
YEAR = {"first": date(2025, 1, 1), "last": date(2025, 12, 31)}
NOW = datetime(2026, 12, 3, 4, tzinfo=UTC)
BY = Actor.system("measuring")


def fill(url: str, entries: int) -> None:
    office = open_office(url)
    upgrade(office)
    with office.write(by=BY, now=NOW) as work:
        communities = [
            add_community(work, code=f"C{number}", name=f"第{number}社区").id for number in range(5)
        ]
        teams = [found_team(work, code=f"T{number}", name=f"第{number}志愿服务队").id for number in range(20)]
        people = [
            {
                "code": f"V{number:05}",
                "name": f"志愿者{number}",
                "phone": f"138{number:08}",
                "community_id": communities[number % 5],
                "registered_at": NOW,
            }
            for number in range(PEOPLE)
        ]
        work.connection().execute(insert(Person), people)
        start = datetime(2025, 1, 1, 1, tzinfo=UTC)
        for begin in range(0, entries, 20_000):
            rows = []
            for number in range(begin, min(begin + 20_000, entries)):
                day = YEAR["first"] + timedelta(days=number * 365 // entries)
                week = week_of(day)
                at = start + timedelta(days=(day - YEAR["first"]).days)
                rows.append(
                    {
                        "person_id": number % PEOPLE + 1,
                        "kind": EntryKind.SERVICE,
                        "minutes": 30 + number % 120,
                        "civil_date": day,
                        "iso_year": week.year,
                        "iso_week": week.number,
                        "team_id": teams[number % 20],
                        "community_id": communities[number % 5],
                        "home_community_id": communities[number % 5],
                        "source": EntrySource.ATTENDANCE,
                        "what": "五点学堂看护",
                        "place": "凤翔社区五点学堂",
                        "counted_from": at,
                        "counted_to": at + timedelta(hours=3),
                        "recording_body": "凤翔街道办事处",
                        "recorded_at": NOW,
                    }
                )
            work.connection().execute(insert(LedgerEntry), rows)
    office.dispose()


def book(office: Database, to: BinaryIO) -> None:
    with office.read(by=BY, now=NOW) as work:
        write_hour_book(work, to=to, **YEAR)


def csv(office: Database, to: BinaryIO) -> None:
    with office.read(by=BY, now=NOW) as work:
        write_hour_csv(work, to=to, **YEAR)


def read_only(office: Database, _: BinaryIO) -> None:
    """Only reads the lines."""
    with office.read(by=BY, now=NOW) as work:
        for _entry in HourLines(work, **YEAR):
            pass


def bare(_: Database, to: BinaryIO, entries: int) -> None:
    """As many cells of the same kinds with xlsxwriter alone, without a database."""
    with xlsxwriter.Workbook(to, {"constant_memory": True}) as workbook:
        sheet = workbook.add_worksheet()
        number, words = (
            workbook.add_format({"border": 1}),
            workbook.add_format({"border": 1, "text_wrap": True}),
        )
        day = workbook.add_format({"border": 1, "num_format": "yyyy-mm-dd"})
        texts = [(column, f"文字{column}") for column in (3, 4, 5, 6, 7, 8, 9, 10, 13, 14)]
        assert len(texts) + 5 == len(ENTRY_COLUMNS)
        for row in range(entries):
            for column in (0, 1, 11, 12):
                sheet.write_number(row, column, row, number)
            sheet.write_datetime(row, 2, YEAR["first"], day)
            for column, text in texts:
                sheet.write_string(row, column, text, words)


def hours_in(office: Database, _: BinaryIO) -> None:
    lines = [
        f"V{number % PEOPLE:05},2026-{number % 9 + 1:02}-{number % 28 + 1:02},9:00,10:30,劝导,路口,C1,T1"
        for number in range(IMPORTED)
    ]
    content = "\n".join(("编号,日期,开始,结束,活动内容,地点,社区,队伍", *lines)).encode()
    with office.write(by=BY, now=NOW) as work:
        assert import_hours(work, file="h.csv", content=content).added == IMPORTED


MEASURED: dict[str, Callable[..., None]] = {
    "bare xlsxwriter": bare,
    "workbook": book,
    "csv": csv,
    "reading only": read_only,
    "import of past hours": hours_in,
}


def measure(url: str, name: str, entries: int) -> None:
    """Runs one of them and tells seconds of computing (other things may run too), the peak of memory
    beyond the start's, and megabytes written."""
    office = open_office(url)
    at_start = peak_kilobytes()
    more: dict[str, Any] = {"entries": entries} if name == "bare xlsxwriter" else {}
    with tempfile.TemporaryFile() as file:
        begun = time.process_time()
        MEASURED[name](office, file, **more)
        seconds = time.process_time() - begun
        size = file.seek(0, io.SEEK_END)
    print(seconds, (peak_kilobytes() - at_start) / 1024, size / 1e6)


def peak_kilobytes() -> int:
    """The most memory that this process has had; what ``getrusage`` says may be its parent's."""
    [line] = [line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM")]
    return int(line.split()[1])


def main() -> None:
    entries = int(sys.argv[1]) if len(sys.argv) > 1 else ENTRIES
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'office.db'}"
        fill(url, entries)
        per_second: dict[str, float] = {}
        for name in MEASURED:
            for number in (entries // 10, entries) if name in {"workbook", "csv"} else (entries,):
                if number != entries:
                    YEAR["last"] = YEAR["first"] + timedelta(days=36)
                command = [
                    sys.executable,
                    "-m",
                    "tests.benchmarks.sheets",
                    url,
                    name,
                    str(number),
                    str(YEAR["last"]),
                ]
                YEAR["last"] = date(2025, 12, 31)
                told = subprocess.check_output(command, text=True, env=dict(os.environ))
                seconds, peak, size = map(float, told.split())
                done = IMPORTED if name == "import of past hours" else number
                per_second[name] = done / seconds
                share = f" = {per_second[name] / per_second['bare xlsxwriter']:.2f} of bare xlsxwriter"
                print(
                    f"{name:<22}{done:>8} lines {seconds:7.1f} s {done / seconds:9.0f} lines/s, "
                    f"{peak:5.0f} MB more at the peak, {size:5.1f} MB{share if name == 'workbook' else ''}"
                )


if __name__ == "__main__":
    if len(sys.argv) > 2:
        YEAR["last"] = date.fromisoformat(sys.argv[4])
        measure(sys.argv[1], sys.argv[2], int(sys.argv[3]))
    else:
        main()
