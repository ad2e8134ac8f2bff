"""Names and phones that leave the office are masked; a phone is a phone."""

from __future__ import annotations

import pytest

from volunteer_core.errors import Malformed
from volunteer_core.people.masking import checked_phone, masked_name, masked_phone
from volunteer_core.people.pinyin import name_keys


@pytest.mark.parametrize(
    ("name", "masked"),
    [
        ("张三", "张*"),
        ("张三丰", "张*"),
        ("欧阳修", "欧阳*"),
        ("欧阳", "欧*"),
        ("尉迟敬德", "尉迟*"),
        ("Li", "L*"),
        ("", ""),
    ],
)
def test_a_masked_name_is_the_surname_and_tells_no_length(name: str, masked: str) -> None:
    assert masked_name(name) == masked


@pytest.mark.parametrize(
    ("phone", "masked"),
    [("13812345678", "138****5678"), ("089812345678", "089****5678"), ("0101234567", "****67"), ("", "")],
)
def test_a_masked_phone_keeps_its_end(phone: str, masked: str) -> None:
    assert masked_phone(phone) == masked


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("138 1234 5678", "13812345678"),
        ("138-1234-5678", "13812345678"),
        ("１３８１２３４５６７８", "13812345678"),
        ("+86 13812345678", "13812345678"),
        ("008613812345678", "13812345678"),
        ("（0898）12345678", "089812345678"),
        ("", ""),
        ("  ", ""),
    ],
)
def test_a_phone_is_kept_as_plain_digits(typed: str, kept: str) -> None:
    assert checked_phone(typed) == kept


@pytest.mark.parametrize(
    "typed",
    ["1381234567", "138123456789", "12812345678", "12345678", "+1 5551234567", "١٣٨١٢٣٤٥٦٧٨", "无", "110"],
)
def test_what_is_no_phone_is_refused_without_repeating_it(typed: str) -> None:
    with pytest.raises(Malformed) as refused:
        checked_phone(typed)
    assert typed not in str(refused.value)


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("单晓明", {"shanxiaoming", "sxm", "danxiaoming", "dxm"}),
        ("曾丽", {"zengli", "zl", "cengli", "cl"}),
        ("仇英", {"qiuying", "qy", "chouying"}),
        ("解海", {"xiehai", "xh", "jiehai"}),
        ("任重", {"renzhong", "renchong", "rz", "rc"}),
        ("尉迟恭", {"yuchigong", "ycg"}),
        ("吕布", {"lvbu", "lb"}),
        ("Maria Li", {"mariali"}),
    ],
)
def test_a_name_is_found_in_every_reading(name: str, typed: set[str]) -> None:
    assert typed <= name_keys(name)


def test_the_readings_of_a_name_are_bounded() -> None:
    assert len(name_keys("单" + "行" * 40)) < 200
