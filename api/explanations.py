"""What msgspec says about a value that does not fit, in Chinese. Imports nothing heavy."""

from __future__ import annotations

import re

import msgspec


class Explained(msgspec.Struct, frozen=True):
    """A validation error of msgspec: where, and what is wrong, in Chinese."""

    path: str
    problem: str


_KINDS = {
    "int": "整数", "float": "数字", "str": "文字", "bool": "true 或 false", "null": "空值", "array": "列表",
    "object": "对象", "date": "日期", "datetime": "时间", "time": "时刻", "bytes": "字节",
}  # fmt: skip

_SAYINGS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), saying)
    for pattern, saying in (
        (r"missing required field `(?P<field>[^`]+)`", "缺少这一项。"),
        (r"contains unknown field `(?P<field>[^`]+)`", "没有这一项，请核对名称。"),
        (r"of length >= (\d+)", "长度应不小于 {0}。"),
        (r"of length <= (\d+)", "长度应不超过 {0}。"),
        (r"of length (\d+)", "长度应为 {0}。"),
        (r">= (-?[\d.]+)", "应不小于 {0}。"),
        (r"<= (-?[\d.]+)", "应不大于 {0}。"),
        (r"> (-?[\d.]+)", "应大于 {0}。"),
        (r"< (-?[\d.]+)", "应小于 {0}。"),
        (r"matching regex", "格式不符。"),
        (r"timezone component", "必须带时区，例如 2026-12-03T17:00:00+08:00。"),
        (r"Invalid RFC3339 encoded datetime", "应写作 2026-12-03T17:00:00+08:00。"),
        (r"Invalid RFC3339 encoded date", "应写作 2026-12-03。"),
        (r"Invalid RFC3339 encoded time", "应写作 17:00:00。"),
        (r"Invalid enum value", "不是可选的值。"),
        (r"out of range", "数值超出范围。"),
        (r"Expected `([^`]+)`(?:, got `([^`]+)`)?", "应为{0}。"),
    )
)
_PATH = re.compile(r" - at `(?:key in )?\$(?P<path>[^`]*)`")


def explain(message: str) -> Explained:
    """Puts a message of msgspec into Chinese. Values that were sent are not repeated."""
    at = _PATH.search(message)
    path = at["path"].lstrip(".") if at else ""
    for pattern, saying in _SAYINGS:
        if match := pattern.search(message):
            if field := match.groupdict().get("field"):
                path = f"{path}.{field}" if path else field
            return Explained(path, saying.format(*(_kinds(group or "") for group in match.groups())))
    return Explained(path, "取值不符合要求。")


def _kinds(names: str) -> str:
    return "或".join(_KINDS.get(name, name) for name in names.split(" | "))
