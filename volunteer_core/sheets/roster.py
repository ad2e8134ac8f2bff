"""A week's roster as a sheet that an office pins to the wall: a page for each site."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import date
from math import ceil
from typing import Any

import xlsxwriter

from volunteer_core.database import Work
from volunteer_core.people.masking import masked_phone
from volunteer_core.sheets.form import FONT, merge, set_up_page, signed_line, width_of, write
from volunteer_core.sheets.roster_week import (
    PrintedDay,
    PrintedPerson,
    PrintedShift,
    PrintedWeek,
    printed_weeks,
)
from volunteer_core.timespans import WEEKDAYS, civil_date

COLUMNS = (
    ("日期", 12),
    ("星期", 8),
    ("时间", 15),
    ("值守人员（★ 带班）", 32),
    ("联系", 20),
    ("人数", 8),
    ("备注", 38),
)
"""The heading of each column and its width in half-width characters."""
LAST = len(COLUMNS) - 1
TIME, NAMES, CONTACTS, NUMBER, REMARKS = range(2, 7)
NOBODY = PrintedPerson("", "", lead=False)
FIRST_ROW = 4
"""Where the days begin, below the title, the week, the place and the headings."""
SIZE = 13
LINE, PERSON, SHIFT, HIGHEST = 20, 26, 40, 409
"""Heights in points: of a line of text, and at least of a person's row and of all rows of a shift. Excel
knows no higher rows than the last."""
PAGE = 720
"""The points that are shrunk to one page: it then is still read from where one stands."""
LONGEST_SHEET_NAME = 31


def week_sheet(
    work: Work, *, programme_id: int, week: str, site_id: int | None = None, contacts: bool = False
) -> bytes:
    """A programme's ISO week (``2026-W49``) as an Excel workbook: one page for a site, A4 landscape.

    For one site, or for all that the actor answers for. Every day stands there, also those that do
    not run, and why. Names are in full, for this is who to look for at the door; phones are masked
    unless ``contacts`` asks for them, for a sheet on the wall is read by everybody.

    Only those print who make the roster, also once it is published: they decide who gets which of
    the two. A member has their own shifts in the calendar. The same content gives the same bytes.
    """
    weeks = printed_weeks(work, programme_id=programme_id, week=week, site_id=site_id)
    content = io.BytesIO()
    with xlsxwriter.Workbook(content, {"in_memory": True}) as book:
        book.set_properties({"title": f"值班表 {week}", "created": work.now})
        page = _Page(book, civil_date(work.now), contacts=contacts)
        for name, one in zip(sheet_names([one.site_name for one in weeks]), weeks, strict=True):
            page.draw(book.add_worksheet(name), one)
        if not weeks:
            book.add_worksheet("值班表").write_string(0, 0, f"{week} 没有班次。")
    return content.getvalue()


def sheet_names(names: Sequence[str]) -> list[str]:
    """Names of worksheets after those of sites: valid in Excel, at most 31 UTF-16 units, each once. Pure."""
    found: list[str] = []
    for name in names:
        kept = "".join("　" if character in "[]:*?/\\" else character for character in name).strip("' 　")
        known = {one.casefold() for one in (*found, "history")}  # Excel keeps that one for itself
        number, ending = 1, ""
        while (
            fitting := _cut(kept or "值班表", LONGEST_SHEET_NAME - len(ending)) + ending
        ).casefold() in known:
            number += 1
            ending = f"（{number}）"
        found.append(fitting)
    return found


def _cut(text: str, longest: int) -> str:
    return text.encode("utf-16-le")[: 2 * longest].decode("utf-16-le", errors="ignore").rstrip("' 　")


class _Page:
    """Draws weeks on worksheets of one workbook, which shares its formats."""

    def __init__(self, book: Any, today: date, *, contacts: bool) -> None:
        self._today, self._contacts, self._height = today, contacts, 0
        font = {"font_name": FONT, "font_size": SIZE, "valign": "vcenter"}
        plain = font | {"shrink": True}
        cell = font | {"text_wrap": True, "border": 1, "align": "center"}
        self._title = book.add_format(plain | {"font_size": 22, "bold": True, "align": "center"})
        self._left = book.add_format(plain)
        self._right = book.add_format(plain | {"align": "right"})
        self._head = book.add_format(cell | {"bold": True, "bg_color": "#D9E2EC"})
        self._cell = book.add_format(cell)
        self._remark = book.add_format(cell | {"align": "left", "indent": 1})
        self._lacking = book.add_format(cell | {"align": "left", "indent": 1, "bold": True})
        self._off = book.add_format(cell | {"bg_color": "#F2F2F2"})
        self._off_remark = book.add_format(cell | {"bg_color": "#F2F2F2", "align": "left", "indent": 1})

    def draw(self, sheet: Any, week: PrintedWeek) -> None:
        set_up_page(sheet, FIRST_ROW)
        for column, (heading, width) in enumerate(COLUMNS):
            sheet.set_column(column, column, width)
            write(sheet, FIRST_ROW - 1, column, heading, self._head)
        self._height = 0
        for row, height in enumerate((48, 26, 26, 32)):
            self._set_height(sheet, row, height)
        merge(sheet, 0, 0, 0, LAST, week.title, self._title)
        merge(sheet, 1, 0, 1, NAMES, week.dates, self._left)
        merge(sheet, 1, CONTACTS, 1, LAST, week.state, self._right)
        place = f"地点：{week.site_name}　{week.address}".rstrip()
        merge(sheet, 2, 0, 2, LAST, place, self._left)
        row = FIRST_ROW
        for day in week.days:
            row = self._day(sheet, row, day)
        self._set_height(sheet, row, 40)
        merge(sheet, row, 0, row, LAST, signed_line(self._today), self._left)
        sheet.fit_to_pages(1, ceil(self._height / PAGE))

    def _day(self, sheet: Any, first: int, day: PrintedDay) -> int:
        """Draws a day from a row on; returns the row after it."""
        row = first
        for shift in day.shifts:
            row = self._shift(sheet, row, day, shift)
        if not day.shifts:
            self._set_height(sheet, row, PERSON + 6, day.reason)
            merge(sheet, row, TIME, row, NUMBER, day.word or "无班次", self._off)
            write(sheet, row, REMARKS, day.reason, self._off_remark)
            row += 1
        style = self._cell if day.shifts else self._off
        for column, text in enumerate((f"{day.day.month}月{day.day.day}日", WEEKDAYS[day.day.weekday()])):
            merge(sheet, first, column, row - 1, column, text, style)
        return row

    def _shift(self, sheet: Any, first: int, day: PrintedDay, shift: PrintedShift) -> int:
        """Draws a shift from a row on, a row for each person; returns the row after it."""
        people, number = shift.people or [NOBODY], len(shift.people)
        remark = "；".join(one for one in (day.kind, *shift.remarks) if one)
        lines = ceil(_lines(remark, COLUMNS[REMARKS][1]) / len(people))
        for row, person in enumerate(people, first):
            lowest = max(PERSON, SHIFT // len(people), LINE * lines)
            self._set_height(sheet, row, lowest, person.name, NAMES)
            name = f"{'★' if person.lead else ''}{person.name}"
            phone = person.phone if self._contacts else masked_phone(person.phone)
            write(sheet, row, NAMES, name, self._cell)
            write(sheet, row, CONTACTS, phone, self._cell)
        last = first + len(people) - 1
        merge(sheet, first, TIME, last, TIME, shift.time, self._cell)
        style = self._lacking if shift.missing else self._remark
        merge(sheet, first, REMARKS, last, REMARKS, remark, style)
        merge(sheet, first, NUMBER, last, NUMBER, "", self._cell)
        sheet.write_number(first, NUMBER, number, self._cell)
        return last + 1

    def _set_height(self, sheet: Any, row: int, lowest: int, text: str = "", column: int = REMARKS) -> None:
        """Gives a row the height that a text in a column needs: merged cells do not find it themselves."""
        height = min(max(lowest, LINE * _lines(text, COLUMNS[column][1]) + 6), HIGHEST)
        sheet.set_row(row, height)
        self._height += height


def _lines(text: str, width: int) -> int:
    """How many lines a text takes in a column: a Chinese character is as wide as two others. Pure."""
    return max(
        1, ceil(width_of(text) / ((width - 2) * 11 / SIZE))
    )  # widths of columns are in digits of 11 points
