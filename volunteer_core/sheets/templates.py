"""Empty sheets to fill in: the headings that are understood, with cells that keep what is typed."""

from __future__ import annotations

import io
from typing import Any

import xlsxwriter

from volunteer_core.database import Work
from volunteer_core.sheets.form import FONT, width_of, write
from volunteer_core.sheets.headings import EXPLAINING
from volunteer_core.sheets.importing import Form

ADVICE = (
    "带 * 的列必须填写；其余的列可以留空，也可以删除。",
    "不要改动表头。标题、合计、填表人等行可以保留，导入时会自动跳过。",
    "整份表格要么全部导入，要么一行也不导入；可以先预览。同一份表格可以重复导入，不会重复登记。",
)


def template(work: Work, form: Form, *, title: str) -> bytes:
    """A workbook with the headings of a kind of sheet, and a worksheet that explains each.

    Whoever may import such sheets may have it.
    """
    form.ask(work)
    content = io.BytesIO()
    with xlsxwriter.Workbook(content, {"in_memory": True}) as book:
        book.set_properties({"title": title, "created": work.now})
        font = {"font_name": FONT, "font_size": 11, "valign": "vcenter"}
        head = book.add_format(font | {"bold": True, "border": 1, "align": "center", "bg_color": "#D9E2EC"})
        text = book.add_format(font | {"num_format": "@"})
        wrapped = book.add_format(font | {"text_wrap": True, "valign": "top"})
        sheet = book.add_worksheet(title)
        sheet.freeze_panes(1, 0)
        for index, column in enumerate(form.columns):
            heading = f"{column.name}{'*' if column.needed else ''}"
            sheet.set_column(index, index, max(12, width_of(heading) + 4), text)
            write(sheet, 0, index, heading, head)
        _explain(book.add_worksheet(EXPLAINING[0]), form, head, wrapped)
    return content.getvalue()


def _explain(sheet: Any, form: Form, head: Any, style: Any) -> None:
    sheet.set_column(0, 0, 20)
    sheet.set_column(1, 1, 70)
    for row, (name, about) in enumerate(
        (("列", "怎样填写"), *((one.name, one.about) for one in form.columns))
    ):
        write(sheet, row, 0, name, style if row else head)
        write(sheet, row, 1, about, style if row else head)
    for row, advice in enumerate(ADVICE, len(form.columns) + 2):
        sheet.merge_range(row, 0, row, 1, "", style)
        write(sheet, row, 0, advice, style)
