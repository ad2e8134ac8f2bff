"""Reading a workbook back as Excel does: its sheets' cells by address, what is merged, how it is printed."""

from __future__ import annotations

import io
import zipfile
from typing import Any
from xml.etree import ElementTree as ET

import msgspec

from tests.world import World
from volunteer_core.sheets.roster import week_sheet

NS = {"m": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}


class ReadSheet(msgspec.Struct, frozen=True):
    """A worksheet. Cells without a value are left out; ``pages`` says how it is printed."""

    cells: dict[str, str]
    merged: list[str]
    pages: dict[str, str]
    widths: list[float]
    heights: dict[int, float]

    def rows(self, first: int = 5) -> list[list[str]]:
        """The values of the columns A to G from a row on, row by row, until one is empty."""
        found = []
        while any(f"{column}{first}" in self.cells for column in "ABCDEFG"):
            found.append([self.cells.get(f"{column}{first}", "") for column in "ABCDEFG"])
            first += 1
        return found


class Workbook(msgspec.Struct, frozen=True):
    """A workbook: its sheets by name, what is defined in it, the fonts it uses, its formulas."""

    sheets: dict[str, ReadSheet]
    defined: dict[str, str]
    fonts: set[str]
    formulas: int
    created: str


def read_workbook(content: bytes) -> Workbook:
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        assert book.testzip() is None
        parts = {name: ET.fromstring(book.read(name)) for name in book.namelist()}
    strings = ["".join(part.itertext()) for part in _all(parts.get("xl/sharedStrings.xml"), ".//m:si")]
    names = [sheet.attrib["name"] for sheet in _all(parts["xl/workbook.xml"], ".//m:sheet")]
    pages = [parts[f"xl/worksheets/sheet{number}.xml"] for number in range(1, len(names) + 1)]
    return Workbook(
        {name: _sheet(page, strings) for name, page in zip(names, pages, strict=True)},
        {
            f"{one.attrib['localSheetId']} {one.attrib['name']}": one.text or ""
            for one in _all(parts["xl/workbook.xml"], ".//m:definedName")
        },
        {font.attrib["val"] for font in _all(parts["xl/styles.xml"], ".//m:fonts/m:font/m:name")},
        sum(len(_all(page, ".//m:f")) for page in pages),
        next(one.text or "" for one in parts["docProps/core.xml"] if one.tag.endswith("}created")),
    )


def book(world: World, week: str = "2026-W45", **facts: Any) -> Workbook:
    known = {"programme_id": world.school, "site_id": world.site, "week": week}
    return read_workbook(world.see(week_sheet, **known | facts))


def page(world: World, week: str = "2026-W45", **facts: Any) -> ReadSheet:
    [found] = book(world, week, **facts).sheets.values()
    return found


def _sheet(page: Any, strings: list[str]) -> ReadSheet:
    cells = {}
    for cell in _all(page, ".//m:c"):
        value = cell.find("m:v", NS)
        if cell.attrib.get("t") == "inlineStr":
            cells[cell.attrib["r"]] = "".join(cell.itertext())
        elif value is not None:
            text = value.text or ""
            cells[cell.attrib["r"]] = strings[int(text)] if cell.attrib.get("t") == "s" else text
    setup = _all(page, ".//m:pageSetUpPr") + _all(page, ".//m:pageSetup")
    return ReadSheet(
        {address: text for address, text in cells.items() if text},
        [one.attrib["ref"] for one in _all(page, ".//m:mergeCell")],
        {name: value for one in setup for name, value in one.attrib.items()},
        [float(one.attrib["width"]) for one in _all(page, ".//m:col")],
        {
            int(one.attrib["r"]): float(one.attrib["ht"])
            for one in _all(page, ".//m:row")
            if "ht" in one.attrib
        },
    )


def _all(part: Any, path: str) -> list[Any]:
    return [] if part is None else part.findall(path, NS)
