"""Masking (脱敏) of names and phones, and the check of a phone number. Pure."""

from __future__ import annotations

import re
import unicodedata

from volunteer_core.errors import Malformed

_MOBILE = re.compile(r"1[3-9]\d{9}", re.ASCII)
_LANDLINE = re.compile(r"0\d{2,3}\d{7,8}", re.ASCII)

COMPOUND_SURNAMES = frozenset(
    {
        *("欧阳", "司马", "上官", "诸葛", "夏侯", "皇甫", "尉迟", "公孙", "慕容", "令狐", "司徒", "司空"),
        *("长孙", "宇文", "东方", "南宫", "端木", "百里", "呼延", "轩辕", "万俟", "澹台"),
    }
)


def surname(name: str) -> str:
    """The surname of a Chinese name; of any other name its first character."""
    return name[:2] if len(name) > 2 and name[:2] in COMPOUND_SURNAMES else name[:1]


def masked_name(name: str) -> str:
    """``张*``: the surname, and nothing that tells how long the rest is."""
    return f"{surname(name)}*" if name else ""


def masked_phone(phone: str) -> str:
    """``138****5678``; shorter numbers keep their last two digits."""
    if len(phone) >= 11:
        return f"{phone[:3]}****{phone[-4:]}"
    return f"****{phone[-2:]}" if phone else ""


def dialled(phone: str) -> str:
    """A checked number as people write it: ``0898-65812345`` with its area code apart, a mobile as it is."""
    area = 3 if phone[1:2] in {"1", "2"} else 4
    return f"{phone[:area]}-{phone[area:]}" if phone.startswith("0") else phone


def checked_phone(value: str, *, field: str = "phone") -> str:
    """A mainland mobile or landline number without spaces, full-width digits folded; may be empty.

    Refuses anything else. Phones are not unique: families share them.
    """
    kept = re.sub(r"[\s\-()]", "", unicodedata.normalize("NFKC", value))
    kept = re.sub(r"^(\+86|0086)", "", kept)
    if kept and not _MOBILE.fullmatch(kept) and not _LANDLINE.fullmatch(kept):
        raise Malformed(field, "不是有效的电话号码。")
    return kept
