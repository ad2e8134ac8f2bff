"""Who has a seat at an event, as a sheet: to sign at the door, and afterwards the list of attendance."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any, BinaryIO, NamedTuple

import xlsxwriter
from sqlalchemy import bindparam, func, select

from volunteer_core.commitments.models import Attendance, Commitment
from volunteer_core.database import Work
from volunteer_core.events.concerned import organisers_of
from volunteer_core.events.models import Event, Position, Signup, SignupStatus
from volunteer_core.hours.models import LedgerEntry
from volunteer_core.hours.presence import PRESENT
from volunteer_core.office.settings import settings_on
from volunteer_core.people.masking import masked_phone
from volunteer_core.people.models import Person
from volunteer_core.places.models import Community, Site
from volunteer_core.sheets.form import FONT, Kept, Page, merge, set_up_page, signed_line, write
from volunteer_core.timespans import chinese_span, civil, civil_date

SHEET = "签到表"
COLUMNS = (
    Kept("序号", 6, 8), Kept("岗位", 8, 16), Kept("姓名", 10, 20), Kept("电话", 13, 16),
    Kept("所在社区", 12, 20), Kept("随行（人）", 10, 10), Kept("状态", 8, 10), Kept("签到", 8, 14),
    Kept("签退", 8, 14), Kept("计入（分钟）", 12, 12), Kept("备注", 12, 24), Kept("签名", 14, 14),
)  # fmt: skip
NUMBER, POSITION, NAME, PHONE, COMMUNITY, COMPANIONS, STATE, IN, OUT, MINUTES, REMARK, SIGNATURE = range(12)
HEADING_ROW, ROW, AT_A_TIME = 3, 24, 2_000
STATES = {
    Attendance.ATTENDED: "到场",
    Attendance.LATE: "迟到",
    Attendance.ABSENT: "缺席",
    Attendance.EXCUSED: "请假",
}

_MINUTES = (
    select(func.sum(LedgerEntry.minutes))
    .where(LedgerEntry.commitment_id == Signup.commitment_id)
    .correlate(Signup)
    .scalar_subquery()
)
_LINES = (
    select(
        Position.name.label("position"),
        Person.name,
        Person.phone,
        func.coalesce(Community.name, "").label("community"),
        Signup.companions,
        Commitment.attendance,
        func.coalesce(Commitment.checked_in_at, Signup.arrived_at, type_=Signup.arrived_at.type).label(
            "came"
        ),
        func.coalesce(Commitment.checked_out_at, Signup.left_at, type_=Signup.left_at.type).label("left"),
        func.coalesce(_MINUTES, 0).label("minutes"),
        Signup.walk_in,
        Signup.accompanied,
    )
    .join(Position, Position.id == Signup.position_id)
    .join(Person, Person.id == Signup.person_id)
    .join(Commitment, Commitment.id == Signup.commitment_id)
    .outerjoin(Community, Community.id == Person.community_id)
    .where(Position.event_id == bindparam("event_id"), Signup.status == SignupStatus.CONFIRMED)
    .order_by(Position.starts_at, Position.id, Signup.number)
    .execution_options(yield_per=AT_A_TIME)
)


class _Line(NamedTuple):
    """Somebody with a seat. ``minutes`` are those that stand in the ledger by now."""

    position: str
    name: str
    phone: str
    community: str
    companions: int
    attendance: Attendance | None
    came: datetime | None
    left: datetime | None
    minutes: int
    walk_in: bool
    accompanied: bool

    @property
    def state(self) -> str:
        """What became of it, empty while it is open."""
        if self.attendance is None:
            return "到场" if self.came else ""
        return STATES[self.attendance]

    @property
    def present(self) -> bool:
        return self.attendance in PRESENT or (self.attendance is None and self.came is not None)

    @property
    def remark(self) -> str:
        known = (("现场报名", self.walk_in), ("监护人陪同", self.accompanied))
        return "，".join(words for words, so in known if so)


def write_attendance(work: Work, *, event_id: int, to: BinaryIO) -> None:
    """Writes who has a seat at an event as an Excel workbook, by position and in order of arrival: A4
    landscape, with room to sign. Before the event its states, times and minutes are blank or 0.

    Names are in full, for this is who to look for at the door; phones are masked, for the sheet lies there
    for everybody. Who only waits is not on it.
    """
    event = work.find(Event, event_id)
    site = work.find(Site, event.site_id)
    work.demand("events.attendance_sheet", **organisers_of(work, event))
    book = xlsxwriter.Workbook(to, {"constant_memory": True})
    book.set_properties({"title": f"{event.title} {SHEET}", "created": work.now})
    lines = (_Line(*row) for row in work.execute(_LINES, {"event_id": event.id}))
    _Sheet(book, work, event, site).write(lines)
    book.close()


class _Sheet:
    """The one worksheet and its formats."""

    def __init__(self, book: Any, work: Work, event: Event, site: Site) -> None:
        self._sheet, self._work, self._event, self._site = book.add_worksheet(SHEET), work, event, site
        font = {"font_name": FONT, "font_size": 11, "valign": "vcenter"}
        cell = font | {"border": 1}
        self._title = book.add_format(font | {"font_size": 18, "bold": True, "align": "center"})
        self._plain = book.add_format(font)
        self._head = book.add_format(
            cell | {"bold": True, "align": "center", "text_wrap": True, "bg_color": "#D9E2EC"}
        )
        self._text = book.add_format(cell | {"num_format": "@", "shrink": True})
        self._number = book.add_format(cell | {"num_format": "0", "align": "center"})
        self._bold = book.add_format(cell | {"bold": True, "align": "center"})
        self._total = book.add_format(cell | {"bold": True, "num_format": "0", "align": "center"})

    def write(self, lines: Iterator[_Line]) -> None:
        sheet, page = self._sheet, Page(self._sheet, COLUMNS)
        self._begin()
        row, companions, minutes, came = HEADING_ROW, 0, 0, 0
        for number, line in enumerate(lines, 1):
            row = HEADING_ROW + number
            sheet.set_row(row, ROW)
            self._line(page, row, number, line)
            companions, minutes, came = (
                companions + line.companions, minutes + line.minutes, came + line.present
            )  # fmt: skip
        number = row - HEADING_ROW
        row += 1
        sheet.set_row(row, ROW)
        for column in range(len(COLUMNS)):
            sheet.write_blank(row, column, None, self._bold)
        write(sheet, row, NUMBER, "合计", self._bold)
        write(sheet, row, NAME, f"{number} 人", self._bold)
        write(sheet, row, STATE, f"到场 {came}", self._bold)
        for column, value in ((COMPANIONS, companions), (MINUTES, minutes)):
            letter = chr(ord("A") + column)
            formula = f"=SUM({letter}{HEADING_ROW + 2}:{letter}{row})" if number else "=0"
            sheet.write_formula(row, column, formula, self._total, value)
        sheet.set_row(row + 1, 40)
        merge(sheet, row + 1, 0, row + 1, SIGNATURE, signed_line(civil_date(self._work.now)), self._plain)
        page.set_widths()

    def _begin(self) -> None:
        sheet, event = self._sheet, self._event
        set_up_page(sheet, HEADING_ROW + 1)
        sheet.fit_to_pages(1, 0)
        sheet.set_row(0, 36)
        office = settings_on(self._work, civil_date(event.starts_at)).office_name
        merge(sheet, 0, 0, 0, SIGNATURE, f"{event.title}{SHEET}", self._title)
        when = chinese_span(event.starts_at, event.ends_at, year=True)
        merge(
            sheet, 1, 0, 1, SIGNATURE, f"单位：{office}　时间：{when}　地点：{self._site.name}", self._plain
        )
        merge(sheet, 2, 0, 2, SIGNATURE, "随行为不单独报名的人数；听众等岗位不计服务时长。", self._plain)
        for column, kept in enumerate(COLUMNS):
            write(sheet, HEADING_ROW, column, kept.heading, self._head)

    def _line(self, page: Page, row: int, number: int, line: _Line) -> None:
        for column, value in ((NUMBER, number), (COMPANIONS, line.companions), (MINUTES, line.minutes)):
            page.sheet.write_number(row, column, value, self._number)
        for column, text in (
            (POSITION, line.position),
            (NAME, line.name),
            (PHONE, masked_phone(line.phone)),
            (COMMUNITY, line.community),
            (STATE, line.state),
            (IN, self._clock(line.came)),
            (OUT, self._clock(line.left)),
            (REMARK, line.remark),
            (SIGNATURE, ""),
        ):
            page.text(row, column, text, self._text)

    def _clock(self, instant: datetime | None) -> str:
        """``14:25``, with the date where it is another than the event's."""
        if instant is None:
            return ""
        shown = civil(instant)
        same = shown.date() == civil_date(self._event.starts_at)
        return f"{shown:%H:%M}" if same else f"{shown.month}月{shown.day}日{shown:%H:%M}"
