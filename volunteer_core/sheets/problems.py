"""What is wrong in a file, and where."""

from __future__ import annotations

import msgspec

from volunteer_core.errors import RuleBroken

MOST_PROBLEMS = 100


class SheetProblem(msgspec.Struct, frozen=True):
    """What is wrong in a file, and where: line 1 is the first; column is its heading.

    ``sheet`` is the worksheet's name; a CSV file has none.
    """

    file: str
    sheet: str | None
    line: int | None
    column: str | None
    problem: str

    @property
    def where(self) -> str:
        """``工作表「一队」第 5 行「日期」列``: what of it is known."""
        return "".join(
            part
            for part in (
                f"工作表「{self.sheet}」" if self.sheet else "",
                f"第 {self.line} 行" if self.line else "",
                f"「{self.column}」列" if self.column else "",
            )
        )


class FileMalformed(
    RuleBroken,
    code="file_malformed",
    sentence="文件 {file} 有 {count} 处问题，未导入任何内容。第一处：{first}",
):
    """A file has problems: each is named with sheet, line and column, and nothing of the file is loaded."""

    def __init__(self, file: str, problems: list[SheetProblem]) -> None:
        self.problems = problems
        kept = problems[:MOST_PROBLEMS]
        super().__init__(
            file=file,
            count=len(problems),
            first=f"{kept[0].where}{kept[0].problem}",
            problems=[msgspec.to_builtins(problem) for problem in kept],
        )
