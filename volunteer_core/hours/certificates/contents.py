"""How a certificate lists what was done. Inner: asks no rights."""

from __future__ import annotations

import re
from collections.abc import Iterable

from volunteer_core.hours.activities import DISCREET_ACTIVITY, Counted
from volunteer_core.hours.certificates.views import Activity

_PICTURES = re.compile(
    "[\u200b-\u200f\u2060-\u206f\u20e0-\u20ff\u2300-\u23ff\u2600-\u2604\u2607-\u27bf\u2b00-\u2bff"
    "\ue000-\uf8ff\ufe00-\ufe0f\ufeff\U0001f000-\U0001faff\U000e0000-\U0010ffff]"
)


def activities_of(entries: Iterable[Counted], *, spell_out: bool) -> list[Activity]:
    """Entries as a certificate lists them; what is discreet only if it is to be spelled out."""
    return [
        Activity(entry.day, DISCREET_ACTIVITY, "", entry.minutes)
        if entry.discreet and not spell_out
        else Activity(
            entry.day, _in_print(entry.what) or DISCREET_ACTIVITY, _in_print(entry.place), entry.minutes
        )
        for entry in entries
    ]


def _in_print(text: str) -> str:
    """A text without pictures (emoji) and what is not seen: no typeface of documents has them."""
    return " ".join(_PICTURES.sub("", text).split())
