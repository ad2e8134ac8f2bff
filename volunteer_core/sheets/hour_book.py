"""The hours of a month, or of any span, as the workbook that an office files: sums, people, every entry."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from math import ceil
from typing import Any, BinaryIO

import xlsxwriter

from volunteer_core.database import Work
from volunteer_core.people.masking import masked_phone
from volunteer_core.sheets.form import FONT, Kept, Page, merge, set_up_page, signed_line, write
from volunteer_core.sheets.hour_lines import KINDS, HourLines, period_of, tenths
from volunteer_core.sheets.hour_sums import Group, Sum, Sums
from volunteer_core.timespans import civil_date

TITLE = "志愿服务时长"
SUMS, PEOPLE, ENTRIES = "汇总", "人员明细", "明细"
ROW, PAGE = 18, 660
"""Points: of a row that is not wrapped, and of what still fits a page if it is made smaller."""
SCALE = 90
"""Per cent at which the sums fit the width of a page."""
HEADING_ROW = 3
"""Below the title, the line of office and period, and the line that explains the figures."""
EXPLAINED = "志愿服务时长不含职务工时和培训；小时数由分钟折算，保留一位小数，不进位。"


GROUP_COLUMNS = (
    Kept("序号", 6, 6), Kept("名称", 20, 40), Kept("人数", 8, 10), Kept("次数", 8, 10),
    Kept("志愿服务（分钟）", 18, 18), Kept("志愿服务（小时）", 18, 18), Kept("职务工时（分钟）", 18, 18),
    Kept("培训（分钟）", 14, 14),
)  # fmt: skip
PERSON_COLUMNS = (
    Kept("序号", 6, 8), Kept("编号", 10, 20), Kept("姓名", 10, 24), Kept("电话", 13, 16),
    Kept("所在社区", 12, 24), Kept("次数", 8, 10), Kept("志愿服务（分钟）", 18, 18),
    Kept("志愿服务（小时）", 18, 18), Kept("职务工时（分钟）", 18, 18), Kept("培训（分钟）", 14, 14),
)  # fmt: skip
ENTRY_COLUMNS = (
    Kept("序号", 6, 8), Kept("记录号", 8, 10), Kept("日期", 11, 11), Kept("编号", 8, 16), Kept("姓名", 8, 14),
    Kept("队伍", 14, 20), Kept("服务社区", 10, 16), Kept("活动内容", 16, 28), Kept("地点", 12, 22),
    Kept("时间", 13, 13), Kept("类别", 12, 18), Kept("分钟", 8, 10), Kept("小时", 8, 10),
    Kept("记录单位", 12, 18), Kept("备注", 8, 20),
)  # fmt: skip


def write_hour_book(
    work: Work,
    *,
    to: BinaryIO,
    first: date,
    last: date,
    community_id: int | None = None,
    team_id: int | None = None,
    contacts: bool = False,
) -> None:
    """Writes the workbook of the entries between two dates, both included (three years at most).

    The same entries as tallies count: the street office has all, a coordinator their communities', a
    leader their teams'. Sums are formulas and say the tally's figures. Phones are masked unless
    ``contacts`` asks for them, and then those are in full that the actor may read. Entries are
    written as they are read, so that a year takes no more memory than a month.
    """
    lines = HourLines(work, first=first, last=last, community_id=community_id, team_id=team_id)
    book = xlsxwriter.Workbook(to, {"constant_memory": True})
    book.set_properties({"title": f"{TITLE} {period_of(first, last)}", "created": work.now})
    _Book(book, lines, civil_date(work.now)).write(_phones(work, contacts=contacts))
    book.close()


def _phones(work: Work, *, contacts: bool) -> Any:
    """Gives a person's phone as the actor is to see it."""

    def shown(phone: str, community_id: int | None) -> str:
        full = contacts and work.may("people.read", communities=[community_id])
        return phone if full else masked_phone(phone)

    return shown


class _Book:
    """The three sheets. Entries are written first, and added up meanwhile."""

    def __init__(self, book: Any, lines: HourLines, today: date) -> None:
        self._lines, self._today = lines, today
        self._sums, self._people, self._entries = (
            book.add_worksheet(name) for name in (SUMS, PEOPLE, ENTRIES)
        )
        self._chart = book.add_chart({"type": "bar"})
        font = {"font_name": FONT, "font_size": 11, "valign": "vcenter"}
        cell = font | {"border": 1}
        self._title = book.add_format(font | {"font_size": 18, "bold": True, "align": "center"})
        self._plain = book.add_format(font)
        self._head = book.add_format(
            cell | {"bold": True, "align": "center", "text_wrap": True, "bg_color": "#D9E2EC"}
        )
        self._text = book.add_format(cell | {"num_format": "@", "shrink": True})
        self._wrapped = book.add_format(cell | {"num_format": "@", "text_wrap": True})
        self._middle = book.add_format(cell | {"num_format": "0", "align": "center"})
        self._number = book.add_format(cell | {"num_format": "0"})
        self._hours = book.add_format(cell | {"num_format": "0.0"})
        self._day = book.add_format(cell | {"num_format": "yyyy-mm-dd", "align": "center"})
        self._bold = book.add_format(cell | {"bold": True, "align": "center"})
        self._total = book.add_format(cell | {"bold": True, "num_format": "0"})
        self._total_hours = book.add_format(cell | {"bold": True, "num_format": "0.0"})
        self._added = Sums()
        self._internal = lines.any_discreet()

    def write(self, shown: Any) -> None:
        self._write_entries()
        self._write_people(shown)
        self._write_sums()

    def _write_entries(self) -> None:
        sheet, lines = self._entries, self._lines
        page = Page(sheet, ENTRY_COLUMNS)
        self._begin(page, ENTRIES, [column.heading for column in ENTRY_COLUMNS])
        row = HEADING_ROW + 1
        total = 0
        for number, entry in enumerate(lines, 1):
            person = lines.people[entry.person_id]
            sheet.write_number(row, 0, number, self._middle)
            sheet.write_number(row, 1, entry.id, self._number)
            sheet.write_datetime(row, 2, entry.civil_date, self._day)
            for column, text in (
                (3, person.code), (4, person.name), (5, lines.teams[entry.team_id]),
                (6, lines.communities[entry.community_id]), (7, entry.what), (8, entry.place),
                (9, entry.times), (10, KINDS[entry.kind]), (13, entry.recording_body), (14, entry.remark),
            ):  # fmt: skip
                page.text(row, column, text, self._wrapped)
            sheet.write_number(row, 11, entry.minutes, self._number)
            sheet.write_number(row, 12, tenths(entry.minutes), self._hours)
            total += entry.minutes
            self._added.add(entry)
            row += 1
        self._total_line(sheet, row, len(ENTRY_COLUMNS), {11: total}, {12: 11})
        self._end(page, row + 1)

    def _write_people(self, shown: Any) -> None:
        lines, page = self._lines, Page(self._people, PERSON_COLUMNS)
        self._begin(page, PEOPLE, [column.heading for column in PERSON_COLUMNS])
        row = HEADING_ROW + 1
        held_by = self._added.by_person
        order = sorted(held_by, key=lambda person_id: lines.people[person_id].code)
        for number, person_id in enumerate(order, 1):
            person, held = lines.people[person_id], held_by[person_id]
            self._people.write_number(row, 0, number, self._middle)
            for column, text in (
                (1, person.code),
                (2, person.name),
                (3, shown(person.phone, person.community_id)),
                (4, lines.communities.get(person.community_id, "")),
            ):
                page.text(row, column, text, self._text)
            self._sum_line(self._people, row, 5, held)
            row += 1
        self._sum_total(self._people, row, 5, len(PERSON_COLUMNS), held_by.values())
        self._end(page, row + 1)

    def _write_sums(self) -> None:
        sheet, page = self._sums, Page(self._sums, GROUP_COLUMNS)
        self._begin(page, SUMS, [])
        row, charted = HEADING_ROW, (0, 0)
        for group, names, heading in (
            (Group.TEAM, self._lines.teams, "按队伍"),
            (Group.COMMUNITY, self._lines.communities, "按服务地所在社区"),
        ):
            merge(sheet, row, 0, row, len(GROUP_COLUMNS) - 1, heading, self._plain)
            for column, kept in enumerate(GROUP_COLUMNS):
                write(sheet, row + 1, column, kept.heading, self._head)
            first = row = row + 2
            lines = self._added.lines(group, names)
            for number, line in enumerate(lines, 1):
                sheet.write_number(row, 0, number, self._middle)
                page.text(row, 1, names[line.key], self._text)
                sheet.write_number(row, 2, line.people, self._number)
                self._sum_line(sheet, row, 3, line.held)
                row += 1
            self._sum_total(sheet, row, 3, len(GROUP_COLUMNS), (line.held for line in lines), first=first)
            sheet.write_number(row, 2, self._added.people, self._total)  # who is in two teams counts once
            charted = (first, row - 1) if group is Group.TEAM else charted
            row += 2
        tables, row = row, self._draw_chart(row, *charted)
        if row * ROW <= PAGE:
            sheet.fit_to_pages(1, 1)
        else:  # the chart begins a page: breaks are ignored where pages are fitted
            sheet.set_print_scale(SCALE)
            sheet.set_h_pagebreaks([tables])
        self._end(page, row)

    def _draw_chart(self, row: int, first: int, last: int) -> int:
        """The hours by team; returns the row below."""
        if last < first:
            return row
        self._chart.add_series(
            {
                "name": "志愿服务（小时）",
                "categories": [SUMS, first, 1, last, 1],
                "values": [SUMS, first, 5, last, 5],
                "data_labels": {"value": True, "num_format": "0.0"},
                "fill": {"color": "#4F81BD"},
                "gap": 60,
            }
        )
        rows = 5 + ceil(1.2 * (last - first + 1))
        self._chart.set_title({"name": "各队伍志愿服务时长（小时）", "name_font": {"name": FONT, "size": 13}})
        self._chart.set_legend({"none": True})
        self._chart.set_y_axis({"reverse": True, "num_font": {"name": FONT}})
        self._chart.set_x_axis({"num_format": "0", "major_gridlines": {"visible": True}})
        self._chart.set_size({"width": 780, "height": rows * ROW * 4 // 3})  # in pixels
        self._sums.insert_chart(row, 0, self._chart, {"object_position": 2, "y_offset": 6})
        return row + rows + 1

    def _begin(self, page: Page, name: str, headings: list[str]) -> None:
        sheet, lines, last = page.sheet, self._lines, len(page.columns) - 1
        set_up_page(sheet, HEADING_ROW + bool(headings))
        sheet.fit_to_pages(1, 0)
        if name != ENTRIES:  # whose rows become as high as what stands in them
            sheet.set_default_row(ROW)
        sheet.set_row(0, 36)
        scope = f"　范围：{'、'.join(lines.scope)}" if lines.scope else ""
        state = "已结账" if lines.all_closed() else "含未结账月份，数字可能还会变动"
        internal = "　内部资料，请勿张贴、转发" if self._internal else ""
        period = period_of(lines.first, lines.last)
        merge(sheet, 0, 0, 0, last, f"{lines.office}{TITLE}{name}", self._title)
        merge(
            sheet,
            1,
            0,
            1,
            last,
            f"单位：{lines.office}　期间：{period}{scope}　状态：{state}{internal}",
            self._plain,
        )
        merge(sheet, 2, 0, 2, last, EXPLAINED, self._plain)
        for column, heading in enumerate(headings):
            write(sheet, HEADING_ROW, column, heading, self._head)

    def _end(self, page: Page, row: int) -> None:
        page.sheet.set_row(row, 40)
        merge(page.sheet, row, 0, row, len(page.columns) - 1, signed_line(self._today), self._plain)
        page.set_widths()

    def _sum_line(self, sheet: Any, row: int, column: int, held: Sum) -> None:
        for offset, value in ((0, held.times), (1, held.service), (3, held.paid_duty), (4, held.training)):
            sheet.write_number(row, column + offset, value, self._number)
        sheet.write_number(row, column + 2, tenths(held.service), self._hours)

    def _sum_total(
        self,
        sheet: Any,
        row: int,
        column: int,
        width: int,
        sums: Iterable[Sum],
        *,
        first: int = HEADING_ROW + 1,
    ) -> None:
        held = list(sums)
        fields = {0: "times", 1: "service", 3: "paid_duty", 4: "training"}
        totals = {
            column + offset: sum(getattr(one, field) for one in held) for offset, field in fields.items()
        }
        self._total_line(sheet, row, width, totals, {column + 2: column + 1}, first=first)

    def _total_line(
        self,
        sheet: Any,
        row: int,
        width: int,
        totals: dict[int, int],
        hours: dict[int, int],
        *,
        first: int = HEADING_ROW + 1,
    ) -> None:
        """Sums of columns, and hours of a sum of minutes: formulas with their values."""
        write(sheet, row, 0, "合计", self._bold)
        for column in range(1, width):
            letter = chr(ord("A") + column)
            if column in totals:
                formula = f"=SUM({letter}{first + 1}:{letter}{row})" if row > first else "=0"
                sheet.write_formula(row, column, formula, self._total, totals[column])
            elif column in hours:
                source = f"{chr(ord('A') + hours[column])}{row + 1}"
                value = tenths(totals[hours[column]])
                sheet.write_formula(row, column, f"=ROUNDDOWN({source}/6,0)/10", self._total_hours, value)
            else:
                sheet.write_blank(row, column, None, self._bold)
