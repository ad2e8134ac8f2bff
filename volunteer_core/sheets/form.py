"""How the sheets that we write look: A4 landscape, 宋体, a title, a line of what and when, headings that
stay in sight, signatures below; and the texts in them stay texts."""

from __future__ import annotations

import unicodedata
from datetime import date
from typing import Any, NamedTuple

from volunteer_core.timespans import chinese_date

FONT = "宋体"
SIGNED = "填表人：＿＿＿＿＿＿＿＿　　　审核人：＿＿＿＿＿＿＿＿　　　制表日期："


def set_up_page(sheet: Any, heading_rows: int) -> None:
    """A4 landscape, with the rows above repeated on every page and kept in sight, and page numbers."""
    sheet.set_landscape()
    sheet.set_paper(9)  # A4
    sheet.set_margins(left=0.5, right=0.5, top=0.5, bottom=0.6)
    sheet.center_horizontally()
    sheet.repeat_rows(0, heading_rows - 1)
    sheet.set_footer("&C第 &P 页，共 &N 页")
    sheet.hide_gridlines()
    sheet.freeze_panes(heading_rows, 0)


def signed_line(today: date) -> str:
    """Who made and who checked the sheet, and when it was made."""
    return f"{SIGNED}{chinese_date(today)}"


def merge(sheet: Any, top: int, left: int, bottom: int, right: int, text: str, style: Any) -> None:
    """Merges cells, if they are several, and writes a text in them."""
    if (top, left) != (bottom, right):
        sheet.merge_range(top, left, bottom, right, "", style)
    write(sheet, top, left, text, style)


def write(sheet: Any, row: int, column: int, text: str, style: Any) -> None:
    """Writes a text as a text: what begins with ``=`` is no formula and ``<r>`` no markup."""
    sheet.write_string(row, column, f" {text}" if text.startswith("<r>") else text, style)


def width_of(text: str) -> int:
    """How wide a text is in half-width characters: a Chinese one is as wide as two others. Pure."""
    return sum(2 if unicodedata.east_asian_width(one) in "WFA" else 1 for one in text)


class Kept(NamedTuple):
    """A column: its heading, and how wide it is at least and at most, in half-width characters."""

    heading: str
    least: int
    most: int


class Page:
    """A worksheet whose columns become as wide as what is written in them, within bounds."""

    def __init__(self, sheet: Any, columns: tuple[Kept, ...]) -> None:
        self.sheet, self.columns = sheet, columns
        self._widths = [kept.least for kept in columns]

    def text(self, row: int, column: int, text: str, style: Any) -> None:
        if not text:
            self.sheet.write_blank(row, column, None, style)
            return
        write(self.sheet, row, column, text, style)
        widest = self._widths[column]
        if widest < self.columns[column].most and len(text) * 2 + 2 > widest:
            self._widths[column] = max(widest, width_of(text) + 2)

    def set_widths(self) -> None:
        for column, (kept, width) in enumerate(zip(self.columns, self._widths, strict=True)):
            self.sheet.set_column(column, column, min(width, kept.most))
