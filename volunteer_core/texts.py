"""Checks of short texts that people type, shared by all features. Pure."""

from __future__ import annotations

import re
import unicodedata

from volunteer_core.errors import Malformed

_REORDERING = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}
"""Bidirectional controls: with them a text reads otherwise than it is."""
_UNSEEN = {"Cf", "Zs"}
"""Zero-width characters and spaces: with nothing else a text shows nothing."""
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,31}", re.ASCII)


def line(field: str, value: str, *, longest: int, empty: bool = False) -> str:
    """One line of text, NFC, trimmed. Refuses control characters, and what is empty or too long."""
    kept = unicodedata.normalize("NFC", value).strip()
    _refuse_control(field, kept, allowed="")
    return _fits(field, kept, longest, empty)


def stranger(field: str, value: str, *, longest: int) -> str:
    """The name of somebody nobody has looked at: a line in which nothing is unseen, for with a zero-width
    character one person would be several who look alike."""
    kept = line(field, value, longest=longest)
    if any(unicodedata.category(character) == "Cf" for character in kept):
        raise Malformed(field, "含有不能使用的控制字符。")
    return kept


def paragraph(field: str, value: str, *, longest: int, empty: bool = True) -> str:
    """Text of several lines: line breaks are kept, other control characters are refused."""
    kept = unicodedata.normalize("NFC", value).replace("\r\n", "\n").replace("\r", "\n").strip()
    _refuse_control(field, kept, allowed="\n\t")
    return _fits(field, kept, longest, empty)


def code(field: str, value: str) -> str:
    """A code by which imports match: up to 32 letters, digits, ``-`` and ``_``."""
    if not _CODE.fullmatch(value):
        raise Malformed(field, "只能用字母、数字、- 和 _，最多 32 个字符。")
    return value


def _refuse_control(field: str, value: str, *, allowed: str) -> None:
    for character in value:
        if character not in allowed and (
            unicodedata.category(character) in {"Cc", "Cs", "Zl", "Zp"}
            or unicodedata.bidirectional(character) in _REORDERING
        ):
            raise Malformed(field, "含有不能使用的控制字符。")


def _fits(field: str, value: str, longest: int, empty: bool) -> str:
    if all(unicodedata.category(character) in _UNSEEN for character in value):
        if not empty:
            raise Malformed(field, "不能为空。")
        return ""
    if len(value) > longest:
        raise Malformed(field, f"最多 {longest} 个字。")
    return value
