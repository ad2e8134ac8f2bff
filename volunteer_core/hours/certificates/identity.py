"""The number of a resident's identity card: its form is checked, and only its masked form kept. Pure.

GB 11643-1999: region, date of birth, serial, and a check character (ISO 7064 MOD 11-2). Regions are not
looked up: they were renamed and merged often, and cards keep the one they were issued with.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date

from volunteer_core.errors import Malformed

_FORM = re.compile(r"[1-9]\d{5}(\d{4})(\d{2})(\d{2})\d{3}[\dX]", re.ASCII)
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"


def masked_id(number: str, *, born: date | None) -> str:
    """``460***********1234`` of a checked number; spaces and full-width digits are folded, empty stays empty.

    Refuses (``Malformed``, which never repeats it) what is no such number, and one whose date of birth is
    not the registered one: that would be somebody else's.
    """
    kept = re.sub(r"[\s-]", "", unicodedata.normalize("NFKC", number)).upper()
    if not kept:
        return ""
    form = _FORM.fullmatch(kept)
    if form is None:
        raise Malformed("id_number", "应为 18 位居民身份证号码。")
    try:
        on_card = date(*map(int, form.groups()))
    except ValueError:
        raise Malformed("id_number", "其中的出生日期不存在。") from None
    total = sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, kept[:17], strict=True))
    if _CHECKS[total % 11] != kept[17]:
        raise Malformed("id_number", "校验码不符，请核对。")
    if born is not None and on_card != born:
        raise Malformed("id_number", "其中的出生日期与登记的不一致。")
    return f"{kept[:3]}{'*' * 11}{kept[14:]}"
