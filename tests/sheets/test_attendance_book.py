"""The list of attendance says who has a seat, before the event to sign and afterwards what became of it."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from datetime import datetime

import pytest
from python_calamine import load_workbook

from tests.databases import Beginnings
from tests.events.family import consented_minor
from tests.events.lecture import BORN, NOW, Lecture, announce_lecture, clock
from tests.sheets.workbooks import ReadSheet, read_workbook
from volunteer_core.commitments.models import Attendance
from volunteer_core.database import Database
from volunteer_core.errors import NotAllowed, NotFound
from volunteer_core.events.attendance import mark_attendance
from volunteer_core.events.models import Position, Signup
from volunteer_core.people.registry import register
from volunteer_core.permissions import Actor
from volunteer_core.sheets.attendance_book import write_attendance

EVENING = clock(18)
HEADINGS = [
    "序号", "岗位", "姓名", "电话", "所在社区", "随行（人）", "状态", "签到", "签退", "计入（分钟）", "备注",
    "签名",
]  # fmt: skip


def announce(office: Database) -> Lecture:
    return announce_lecture(office, seats=2)


@pytest.fixture
def lecture(beginnings: Beginnings) -> Iterator[Lecture]:
    with beginnings.copy(announce) as found:
        yield found


def content(lecture: Lecture, *, by: Actor | None = None, now: datetime = NOW) -> bytes:
    file = io.BytesIO()
    with lecture.read(by or lecture.leader, now) as work:
        write_attendance(work, event_id=lecture.event, to=file)
    return file.getvalue()


def sheet(lecture: Lecture, *, now: datetime = NOW) -> ReadSheet:
    [found] = read_workbook(content(lecture, now=now)).sheets.values()
    return found


def lines(lecture: Lecture, *, now: datetime = NOW) -> list[list[str]]:
    """The lines below the headings, and the total; the signature line is left out."""
    with load_workbook(io.BytesIO(content(lecture, now=now))) as book:
        rows = book.get_sheet_by_index(0).to_python()
    assert rows[3] == HEADINGS
    return [[f"{cell:.0f}" if isinstance(cell, float) else str(cell) for cell in row] for row in rows[4:-1]]


def person(lecture: Lecture, name: str, **facts: str) -> int:
    with lecture.write() as work:
        return register(work, name=name, birth_date=BORN, community_id=lecture.community, **facts).id


def test_before_the_event_it_is_a_list_to_sign(lecture: Lecture) -> None:
    with lecture.write() as work:
        work.find(Position, lecture.audience).most_companions = 1
    lecture.sign_up(person(lecture, "欧阳春梅", phone="13812345678"), companions=1)
    lecture.sign_up(person(lecture, "王小敏"))  # waits
    lecture.sign_up(lecture.people[0], lecture.ushers)
    lecture.cancel(lecture.sign_up(lecture.people[1], lecture.ushers))
    assert lines(lecture) == [
        ["1", "引导员", "符海燕", "", "", "0", "", "", "", "0", "", ""],
        ["2", "听众", "欧阳春梅", "138****5678", "C1", "1", "", "", "", "0", "", ""],
        ["合计", "", "2 人", "", "", "1", "到场 0", "", "", "0", "", ""],
    ]


def test_afterwards_it_says_what_became_of_everybody(lecture: Lecture) -> None:
    late, absent, seen = lecture.sign_up_all(lecture.people[:3], lecture.ushers)
    listener = lecture.sign_up(lecture.people[3])
    with lecture.write(now=EVENING) as work:
        for signup, attendance, arrived, left in (
            (late, Attendance.ATTENDED, None, None),
            (late, Attendance.LATE, clock(15), clock(16, 20)),  # corrected
            (absent, Attendance.ABSENT, None, None),
            (listener, Attendance.ATTENDED, None, None),
        ):
            mark_attendance(
                work,
                signup_id=signup.id,
                attendance=attendance,
                checked_in_at=arrived,
                checked_out_at=left,
            )
        row = work.find(Signup, seen.id)
        row.arrived_at, row.walk_in = clock(14, 20), True
    assert [row[6:11] for row in lines(lecture, now=EVENING)] == [
        ["迟到", "15:00", "16:20", "80", ""],
        ["缺席", "", "", "0", ""],
        ["到场", "14:20", "", "0", "现场报名"],
        ["到场", "", "", "0", ""],
        ["到场 3", "", "", "80", ""],
    ]


def test_a_minor_with_the_guardian_beside_is_marked(lecture: Lecture) -> None:
    signup = lecture.sign_up(consented_minor(lecture), lecture.ushers)
    with lecture.write() as work:
        work.find(Signup, signup.id).accompanied = True
    assert lines(lecture)[0][10] == "监护人陪同"


def test_it_has_a_title_when_and_where_and_room_for_signatures(lecture: Lecture) -> None:
    found = sheet(lecture)
    assert found.cells["A1"] == "消防安全知识讲座签到表"
    assert found.cells["A2"] == "单位：街道办事处　时间：2026年12月5日 星期六 15:00–16:30　地点：1号活动室"
    signed = found.cells["A6"]
    assert all(part in signed for part in ("填表人：", "审核人：", "制表日期：2026年11月23日 星期一"))
    assert lines(lecture) == [["合计", "", "0 人", "", "", "0", "到场 0", "", "", "0", "", ""]]


def test_what_people_are_called_is_no_formula_and_no_markup(lecture: Lecture) -> None:
    for name in ("=1+1", "+SUM(A1)", "@x", "<r>符</r>"):
        lecture.sign_up(person(lecture, name), lecture.hold_event(clock(9), clock(10))[1])
    with lecture.write() as work:
        for position in work.query(Position).filter(Position.name == "志愿者"):
            position.name, position.event_id = f"={position.id}", lecture.event
    assert [row[2].strip() for row in lines(lecture)[:-1]] == ["=1+1", "+SUM(A1)", "@x", "<r>符</r>"]
    with zipfile.ZipFile(io.BytesIO(content(lecture))) as book:
        formulas = book.read("xl/worksheets/sheet1.xml").count(b"<f>")
    assert formulas == 2  # the totals


def test_it_is_for_those_who_organise(lecture: Lecture) -> None:
    for actor in (lecture.leader, lecture.coordinator, Actor.person(lecture.people[0], officer=True)):
        assert content(lecture, by=actor)
    for actor in (lecture.other_leader, lecture.neighbour, Actor.person(lecture.people[0])):
        with pytest.raises(NotAllowed):
            content(lecture, by=actor)
    with lecture.read() as work, pytest.raises(NotFound):
        write_attendance(work, event_id=999, to=io.BytesIO())
