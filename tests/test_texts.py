"""What people type: trimmed, in one normal form, and nothing in it that reads otherwise than it is."""

from __future__ import annotations

import pytest

from volunteer_core.errors import Malformed
from volunteer_core.texts import code, line, paragraph, stranger


def test_a_line_is_trimmed_and_normalised() -> None:
    assert line("name", "  张三 ", longest=60) == "张三"
    assert line("name", "e\u0301", longest=1) == "é"
    for nothing in ("  ", "\u3000", "\u200b"):
        assert line("note", nothing, longest=60, empty=True) == ""
    assert line("name", "👩\u200d🏫", longest=60) == "👩\u200d🏫"


@pytest.mark.parametrize(
    "bad",
    [
        "",
        "   ",
        "\u200b",
        "\ufeff \u2060",
        "字" * 61,
        "a\nb",
        "a\x00b",
        "a\u2028b",
        "a\u202eb",
        "a\u2067b",
        "a\ud800b",
    ],
)
def test_a_line_refuses_what_is_empty_too_long_or_controls(bad: str) -> None:
    with pytest.raises(Malformed):
        line("name", bad, longest=60)


@pytest.mark.parametrize("bad", ["张\u200b三", "张三\u200f", "张\u2060三", "a\u00adb", "\u200b", "a\nb"])
def test_the_name_of_a_stranger_holds_nothing_unseen(bad: str) -> None:
    assert stranger("name", " 张 三 ", longest=60) == "张 三"
    with pytest.raises(Malformed):
        stranger("name", bad, longest=60)


def test_a_paragraph_keeps_its_line_breaks_only() -> None:
    assert paragraph("note", "一\r\n二\r三", longest=9) == "一\n二\n三"
    with pytest.raises(Malformed):
        paragraph("note", "a\x1bb", longest=9)


@pytest.mark.parametrize("bad", ["", "-a", "a b", "编号", "a" * 33, "a\n", "１"])
def test_a_code_is_plain(bad: str) -> None:
    assert code("code", "V-01_a") == "V-01_a"
    with pytest.raises(Malformed):
        code("code", bad)
