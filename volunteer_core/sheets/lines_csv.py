"""CSV as spreadsheets open it by a double click: UTF-8 with BOM, CRLF, and no text that is a formula."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from io import TextIOWrapper
from typing import BinaryIO

BEGIN_FORMULAS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
"""With one of these a text may be computed, also after spaces (CWE-1236): it gets an apostrophe."""


def write_csv(to: BinaryIO, heading: Sequence[str], lines: Iterable[Sequence[str | int | float]]) -> None:
    """Writes lines as they come. Numbers stay numbers, also negative ones; a text never becomes one's sum."""
    text = TextIOWrapper(to, encoding="utf-8-sig", newline="", write_through=False)
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(heading)
    writer.writerows([guarded(cell) for cell in line] for line in lines)
    text.flush()
    text.detach()


def guarded(cell: str | float) -> str | float:
    """A text that no spreadsheet computes. Pure."""
    if isinstance(cell, str) and cell.lstrip(" ").startswith(BEGIN_FORMULAS):
        return f"'{cell}"
    return cell
